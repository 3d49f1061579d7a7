"""One invoice at an office abroad with everything decided about it (EX 7)."""

import re
from typing import Any

from reskontra.insight.cards import said_once
from reskontra.kernel.clauses import clause
from reskontra.purchases.models import OfficeDecision, OfficeInvoice
from reskontra.registers.models import Unit

_ID = re.compile(r"[Oo][Aa]([0-9]{1,18})")


def office_invoice_number(invoice: int) -> str:
    """The number of an invoice abroad as people write it: OA and its id."""
    return f"OA{invoice}"


def find_office_invoice(unit: Unit, written: str) -> OfficeInvoice | None:
    """The unit's invoice ``OA17``. Called inside ``working_in``."""
    found = _ID.fullmatch("".join(written.split()))
    return OfficeInvoice.objects.filter(unit=unit, pk=int(found[1])).first() if found else None


@clause("EX 7-a")
def explain_office_invoice(unit: Unit, invoice: OfficeInvoice, language: str) -> dict[str, Any]:
    """The way of ``invoice``, which ways were open and which not, with the keys of every explanation."""
    decisions = OfficeDecision.objects.filter(unit=unit, invoice=invoice)
    return {
        "subject": "invoice_abroad",
        "number": f"{office_invoice_number(invoice.pk)} {invoice.number}".strip(),
        "unit": unit.code,
        "amount": format(invoice.amount, ".2f"),
        "due_date": invoice.due_date.isoformat() if invoice.due_date else None,
        "decisions": list(said_once(decisions, language)),
    }
