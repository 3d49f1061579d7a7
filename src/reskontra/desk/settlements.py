"""What was paid, set off, waived and undone, as rows of a table: beside a payment and beside an invoice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

_OVERPAID = "overpaid_"


@dataclass(frozen=True)
class Settled:
    """One settlement: its kind (a text's ending), euro, clause, invoice, day, run and payment (its id, if any)."""

    kind: str
    amount: Decimal
    clause: str
    invoice: str
    number: int
    on: date
    run: int
    undoes: bool
    payment: int | None


def settlements(told: Iterable[Mapping[str, Any]]) -> list[Settled]:
    """The rows of ``uses_of_payment`` or ``settlements_of_claim``; an allocation without a payment is a set-off."""
    return [
        Settled(
            "set_off" if one["kind"] == "allocation" and not one["payment"] else one["kind"],
            Decimal(one["amount"]),
            one["clause"],
            one["invoice"],
            int(one["invoice"][-9:]),
            date.fromisoformat(one["on"]),
            one["run"],
            one["undoes"],
            int(one["payment"][1:]) if one["payment"] else None,
        )
        for one in told
    ]


def open_of(amount: Decimal, settled: Sequence[Settled]) -> Decimal:
    """What is open of a claim of ``amount`` euro; what was paid beyond it does not lessen it."""
    return amount - sum(
        (one.amount for one in settled if not one.kind.startswith(_OVERPAID)), start=Decimal(0)
    )
