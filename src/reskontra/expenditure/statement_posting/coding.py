"""What a line is posted to by hand or by rule: an account and tracking objects that the registers know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from reskontra.kernel.clauses import clause
from reskontra.kernel.texts import Named
from reskontra.registers.models import Account, DimensionValue, Unit
from reskontra.registers.tracking import DIMENSIONS, Tracking
from reskontra.runs.run import RunRefused


@dataclass(frozen=True)
class Part:
    """A share of a line, in euro and signed as the line, and where it goes."""

    amount: Decimal
    coding: Tracking


@clause("EX 10-a")
def check_coding(unit: Unit, coding: Tracking, on: date) -> None:
    """Raise ``RunRefused`` unless account and tracking objects are in force on ``on``, for the unit or for all.

    Called inside ``working_in``.
    """
    if not Account.objects.filter(code=coding.account, validity__contains=on).exists():
        raise RunRefused("statement.unknown_account", account=coding.account)
    for dimension in DIMENSIONS:
        code = getattr(coding, dimension)
        known = DimensionValue.objects.filter(
            Q(in_unit=unit) | Q(in_unit__isnull=True), dimension=dimension, code=code, validity__contains=on
        )
        if code and not known.exists():
            raise RunRefused(
                "statement.unknown_dimension", dimension=Named(f"posting.{dimension}"), code=code
            )


@clause("EX 10-a")
def check_parts(unit: Unit, parts: Sequence[Part], amount: Decimal, on: date) -> None:
    """Raise ``RunRefused`` unless the parts are the line, to the cent, and each may be posted.

    Called inside ``working_in``.
    """
    if sum((part.amount for part in parts), Decimal(0)) != amount:
        raise RunRefused("statement.parts_are_not_the_line", amount=f"{amount:.2f}")
    for part in parts:
        check_coding(unit, part.coding, on)
