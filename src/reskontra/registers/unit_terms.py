"""The terms of a unit on a day: the common ones, and the unit's own where the clause lets it set them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from reskontra.kernel.terms import Terms, all_terms, terms_on
from reskontra.registers.models import Unit, UnitTerm

_DAY = timedelta(days=1)


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
    return sorted(common + own_history_of(unit, key), key=lambda one: one.first)


def values_in_force(unit: Unit, key: str) -> list[Stretch]:
    """Every value of the term ``key`` that has held for ``unit``, in order of time: its own before the common one.

    For a term that a unit may set as it likes. Days without any value are in no stretch.
    """
    own = [
        Stretch(row.value, row.validity.lower or date.min, row.validity.upper and row.validity.upper - _DAY)
        for row in UnitTerm.objects.filter(unit=unit, key=key).order_by("validity")
    ]
    common = [
        Stretch(period.value, period.valid_from, period.valid_to)
        for period in all_terms()[key].periods
        if period.value
    ]
    for one in own:
        common = [left for other in common for left in _without(other, one.first, one.last or date.max)]
    return sorted(common + own, key=lambda one: one.first)


def own_history_of(unit: Unit, key: str) -> list[Stretch]:
    """The unit's own values of the term ``key`` on the days that have no common one, in order of time.

    What a unit enters until further notice gives way where a common value is known again.
    """
    known = [period for period in all_terms()[key].periods if period.value]
    found = [
        Stretch(row.value, row.validity.lower, row.validity.upper and row.validity.upper - _DAY)
        for row in UnitTerm.objects.filter(unit=unit, key=key).order_by("validity")
    ]
    for period in known:
        found = [
            left for one in found for left in _without(one, period.valid_from, period.valid_to or date.max)
        ]
    return found


def _without(one: Stretch, first: date, last: date) -> Iterator[Stretch]:
    """What is left of a stretch without the days from ``first`` to ``last``."""
    end = one.last or date.max
    if end < first or last < one.first:
        yield one
        return
    if one.first < first:
        yield Stretch(one.value, one.first, first - _DAY)
    if last < end:
        yield Stretch(one.value, last + _DAY, one.last)
