"""The terms of a unit on a day: the common ones, and the unit's own where the clause lets it set them."""

from datetime import date

from reskontra.kernel.terms import Terms, terms_on
from reskontra.registers.models import Unit, UnitTerm


def terms_of(unit: Unit, on: date) -> Terms:
    """All terms for ``unit`` on ``on``; asking for one that is not known raises ``MissingTerm``."""
    own = UnitTerm.objects.filter(unit=unit, validity__contains=on)
    return terms_on(on, dict(own.values_list("key", "value")))
