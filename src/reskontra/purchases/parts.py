"""Money in parts: where each is posted, whether that is in force, and the voucher that books them (EX 4, EX 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from reskontra.kernel.clauses import clause
from reskontra.kernel.texts import Named
from reskontra.ledger.models import Entry, Voucher
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Account, DimensionValue, Unit
from reskontra.runs.models import Run
from reskontra.runs.run import Control, RunRefused

DIMENSIONS = (
    "budget_account", "operating_unit", "project", "function", "product", "area", "tracking1", "tracking2",
    "authorisation", "reserve1", "reserve2", "joint_funding_unit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A share of an amount in euro, signed as it is, and where it is posted. VAT is a part of its own."""

    amount: Decimal
    account: str
    budget_account: str = ""
    operating_unit: str = ""
    project: str = ""
    function: str = ""
    product: str = ""
    area: str = ""
    tracking1: str = ""
    tracking2: str = ""
    authorisation: str = ""
    reserve1: str = ""
    reserve2: str = ""
    joint_funding_unit: str = ""

    def as_values(self) -> dict[str, Any]:
        """The columns of a line."""
        return {name: getattr(self, name) for name in self.__slots__}


@clause("EX 4-a", "EX 7-a")
def check_parts(unit: Unit, parts: Sequence[Part], amount: Decimal, on: date) -> None:
    """Raise ``RunRefused`` unless the parts are ``amount`` to the cent, on accounts and objects in force on ``on``.

    Called inside ``working_in``.
    """
    if sum((part.amount for part in parts), Decimal(0)) != amount:
        raise RunRefused("parts.are_not_the_whole", amount=f"{amount:.2f}")
    for part in parts:
        if not Account.objects.filter(code=part.account, validity__contains=on).exists():
            raise RunRefused("parts.unknown_account", account=part.account)
        for dimension in DIMENSIONS:
            code = getattr(part, dimension)
            known = DimensionValue.objects.filter(
                Q(in_unit=unit) | Q(in_unit__isnull=True),
                dimension=dimension,
                code=code,
                validity__contains=on,
            )
            if code and not known.exists():
                raise RunRefused(
                    "parts.unknown_dimension", dimension=Named(f"posting.{dimension}"), code=code
                )


@clause("EX 4-a", "EX 7-a")
def post_parts(run: Run, kind: str, parts: Sequence[Part], against: str) -> Voucher:
    """A voucher of ``kind`` on the day of ``run``: the parts against ``against``. Its number is taken last."""
    total = sum((part.amount for part in parts), Decimal(0))
    year = run.on_date.year
    voucher = Voucher.objects.create(
        unit=run.unit,
        run=run,
        kind=kind,
        year=year,
        number=take_numbers(run.unit, f"voucher {kind}", 1, year),
        posting_date=run.on_date,
    )
    entries = [*parts, Part(-total, against)]
    Entry.objects.bulk_create(
        Entry(unit=run.unit, voucher=voucher, position=place, **part.as_values())
        for place, part in enumerate((one for one in entries if one.amount), start=1)
    )
    return voucher


def posted_control(run: Run, account: str, amount: Decimal) -> Control:
    """That the vouchers of ``run`` took ``amount`` (euro) from ``account``."""
    moved = Entry.objects.filter(unit=run.unit, voucher__run=run, account=account).aggregate(
        told=Sum("amount")
    )
    return Control(
        "taken from the account = amount", f"{amount:.2f}", f"{-(moved['told'] or Decimal(0)):.2f}"
    )
