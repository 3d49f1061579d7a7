"""The terms of a unit on a day: the common ones, and the unit's own where the clause lets it set them."""

from dataclasses import dataclass
from datetime import date, timedelta

from reskontra.kernel.terms import Terms, all_terms, terms_on
from reskontra.registers.models import Unit, UnitTerm


def terms_of(unit: Unit, on: date) -> Terms:
    """All terms for ``unit`` on ``on``; asking for one that is not known raises ``MissingTerm``."""
    own = UnitTerm.objects.filter(unit=unit, validity__contains=on)
    return terms_on(on, dict(own.values_list("key", "value")))


@dataclass(frozen=True)
class Stretch:
    """A value, as written, from its first to its last day (None: still in force)."""

    value: str
    first: date
    last: date | None


def history_of(unit: Unit, key: str) -> list[Stretch]:
    """Every known value of the term ``key`` in order of time; where the common one is missing, the unit's own.

    Days without any value are in no stretch: whoever needs one of them must stop.
    """
    common = [
        Stretch(period.value, period.valid_from, period.valid_to)
        for period in all_terms()[key].periods
        if period.value
    ]
    own = [
        Stretch(row.value, row.validity.lower, row.validity.upper and row.validity.upper - timedelta(days=1))
        for row in UnitTerm.objects.filter(unit=unit, key=key)
    ]
    found = common + [one for one in own if not any(_overlap(one, other) for other in common)]
    return sorted(found, key=lambda one: one.first)


def _overlap(one: Stretch, other: Stretch) -> bool:
    return one.first <= (other.last or date.max) and other.first <= (one.last or date.max)
