"""What every act at the desk has in common: what a form must say, what is told back, and that twice is once."""

from dataclasses import dataclass
from datetime import date

from django.db import DataError, IntegrityError
from django.http import QueryDict

from reskontra.database.refused import ActRefused
from reskontra.desk.refusals import sentence
from reskontra.kernel.texts import text
from reskontra.runs.run import RunRefused


class Stale(Exception):
    """What is acted on is no longer as it was seen; nothing was done."""


class Incomplete(Exception):
    """The form does not say enough; ``key`` names what is missing."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


# What stands in the way of an act and is told on its page, beside what was written. The transaction is undone.
REFUSALS = (Incomplete, ActRefused, IntegrityError, DataError, RunRefused)


@dataclass(frozen=True)
class ToldBack:
    """Why ``act`` was not done, in words: 422 for what was not said, 409 for what does not fit."""

    act: str
    sentence: str
    status: int


def told_back(problem: Exception, act: str, language: str) -> ToldBack:
    """What to tell of one of ``REFUSALS``; raises it again when there are no words for it."""
    if isinstance(problem, Incomplete):
        return ToldBack(act, text(f"desk.act.missing.{problem.key}", language), 422)
    said = sentence(problem, language)
    if said is None:
        raise problem
    return ToldBack(act, said, 409)


def written(sent: QueryDict, name: str, most: int = 350, missing: str = "reason") -> str:
    """What was written in ``name``, at most ``most`` signs; raises ``Incomplete`` when it is nothing."""
    words = sent.get(name, "").strip()[:most]
    if not words:
        raise Incomplete(missing)
    return words


def chosen(sent: QueryDict, name: str, known: tuple[str, ...], missing: str) -> str:
    """What was chosen in ``name`` among ``known``; raises ``Incomplete`` otherwise."""
    choice = sent.get(name, "")
    if choice not in known:
        raise Incomplete(missing)
    return choice


def day_of(sent: QueryDict, name: str) -> date:
    """The day that was chosen in ``name``; raises ``Incomplete`` when there is none."""
    try:
        return date.fromisoformat(sent.get(name, ""))
    except ValueError:
        raise Incomplete("day") from None


def seen_as(sent: QueryDict, now: str) -> None:
    """Raise ``Stale`` unless the form was sent on what holds ``now``."""
    if sent.get("seen", "") != now:
        raise Stale
