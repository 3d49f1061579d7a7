"""Late interest as applications and hand-overs tell it: the days on which none runs (OC 6.1.1-a, 6.1.5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Pause:
    """Days of payment time, both ends included: no late interest runs on them."""

    first: date
    last: date


def pauses(told: Iterable[Mapping[str, str]]) -> tuple[Pause, ...]:
    """Pauses from plain JSON, each with ``first`` and ``last`` in ISO 8601."""
    return tuple(Pause(date.fromisoformat(one["first"]), date.fromisoformat(one["last"])) for one in told)
