"""Why an invoice was paid as it was, what became of a payment to a supplier, and how a statement line was posted.

Called inside ``working_in``. Stable keys, as ``insight.explanations`` tells them.
"""

import re
from collections.abc import Iterator
from typing import Any

from reskontra.bank.models import Line, LineDecision, LinePosting
from reskontra.database.rows import rows
from reskontra.insight.purchases import purchase_decisions, purchase_number
from reskontra.kernel.clauses import cite, clause
from reskontra.purchases.models import (
    Payable,
    PayableDecision,
    PayableSettlement,
    PaymentAnswer,
    PurchaseInvoice,
    SupplierPayment,
)
from reskontra.registers.models import Unit

_SENT = re.compile(r"[Ss][Pp]([0-9]{1,18})")
_LINE = re.compile(r"[Ll]([0-9]{1,18})")


def sent_number(payment: int) -> str:
    """The number of a payment to a supplier as people write it: SP and its id."""
    return f"SP{payment}"


def line_number(line: int) -> str:
    """The number of a statement line as people write it: L and its id."""
    return f"L{line}"


def find_sent(unit: Unit, written: str) -> SupplierPayment | None:
    """The unit's payment ``SP17``, or the one with this end-to-end id."""
    if found := _SENT.fullmatch(written):
        return SupplierPayment.objects.filter(unit=unit, pk=int(found[1])).first()
    return SupplierPayment.objects.filter(unit=unit, end_to_end_id=written).first() if written else None


def find_line(unit: Unit, written: str) -> Line | None:
    """The unit's statement line ``L17``."""
    found = _LINE.fullmatch(written)
    return Line.objects.filter(unit=unit, pk=int(found[1])).first() if found else None


def of_purchase(unit: Unit, invoice: PurchaseInvoice, language: str) -> dict[str, Any]:
    """A supplier's invoice: what was decided of it and of its payable, and the payments that it went out in."""
    payable = Payable.objects.filter(unit=unit, invoice=invoice).first()
    decisions = list(purchase_decisions(unit, invoice, language))
    if payable:
        decisions = sorted(
            [*decisions, *_payable_decisions(unit, [payable.pk], language)],
            key=lambda one: int(one["run"]["id"]),
        )
    return {
        "subject": "purchase_invoice",
        "number": f"{purchase_number(invoice.pk)} {invoice.number}".strip(),
        "unit": unit.code,
        "amount": None if invoice.total is None else format(invoice.total, ".2f"),
        "reference": invoice.reference,
        "due_date": invoice.due_date.isoformat() if invoice.due_date else None,
        "payments": _payments_of(payable) if payable else [],
        "decisions": decisions,
    }


def _payments_of(payable: Payable) -> list[dict[str, Any]]:
    found = PayableSettlement.objects.filter(unit_id=payable.unit_id, payable=payable).select_related(
        "payment", "run"
    )
    return [
        {
            "on": (one.payment.payment_date if one.payment else one.run.on_date).isoformat(),
            "kind": one.kind,
            "amount": format(one.amount, ".2f"),
            "number": sent_number(one.payment.pk) if one.payment else None,
        }
        for one in found.order_by("id")
    ]


@clause("EX 9-a")
def of_sent(unit: Unit, payment: SupplierPayment, language: str) -> dict[str, Any]:
    """A payment to a supplier or to the authority behind a ban: what it paid, its file, what the bank answered."""
    settled = list(
        PayableSettlement.objects.filter(unit=unit, payment=payment).select_related("payable").order_by("id")
    )
    undoing = SupplierPayment.objects.filter(unit=unit, undoes=payment).first()
    told = rows(
        "SELECT f.name FROM purchases_paymentfile p JOIN exchange_outboxfile f ON f.id = p.file_id WHERE p.id = %s",
        [payment.file_id],
    )
    return {
        "subject": "supplier_payment",
        "number": sent_number(payment.pk),
        "unit": unit.code,
        "amount": format(payment.amount, ".2f"),
        "payment_date": payment.payment_date.isoformat(),
        "payee": payment.payee,
        "iban": payment.iban,
        "reference": payment.reference or payment.message,
        "end_to_end_id": payment.end_to_end_id,
        "file": told[0]["name"] if told else None,
        "undone_by": sent_number(undoing.pk) if undoing else None,
        "payments": [
            {
                "on": payment.payment_date.isoformat(),
                "kind": one.kind,
                "amount": format(one.amount, ".2f"),
                "number": purchase_number(one.payable.invoice_id),
            }
            for one in settled
        ],
        "answers": [
            {"on": one.day.isoformat(), "state": one.state, "code": one.code, "reason": one.reason}
            for one in PaymentAnswer.objects.filter(unit=unit, payment=payment).order_by("id")
        ],
        "decisions": list(
            _payable_decisions(unit, [one.payable_id for one in settled], language, since=payment.run_id)
        ),
    }


def _payable_decisions(
    unit: Unit, payables: list[int], language: str, since: int | None = None
) -> Iterator[dict[str, Any]]:
    """What applied runs, from the run ``since`` on, decided of ``payables``, in order of time."""
    found = PayableDecision.objects.filter(unit=unit, payable__in=payables, run__state="applied")
    if since:
        found = found.filter(run__gte=since)
    for one in found.select_related("run").order_by("run_id", "payable_id"):
        yield _told(one, language)


@clause("EX 10-a")
def of_line(unit: Unit, line: Line, language: str) -> dict[str, Any]:
    """A line of a statement: what the bank said, what the rules of posting said, and its vouchers."""
    postings = (
        LinePosting.objects.filter(unit=unit, line=line).select_related("voucher", "rule").order_by("id")
    )
    said = LineDecision.objects.filter(unit=unit, line=line, run__state="applied").select_related("run")
    return {
        "subject": "statement_line",
        "number": line_number(line.pk),
        "unit": unit.code,
        "amount": format(line.amount, ".2f"),
        "booking_date": line.booking_date.isoformat() if line.booking_date else None,
        "counterparty": line.counterparty,
        "reference": line.reference or line.message,
        "payment": f"P{line.payment_id}" if line.payment_id else None,
        "postings": [
            {
                "voucher": str(one.voucher),
                "by": one.by,
                "rule": one.rule_id,
                "reason": one.reason,
                "clause": one.clause,
                "corrects": one.corrects_id is not None,
            }
            for one in postings
        ],
        "decisions": [_told(one, language) for one in said.order_by("run_id")],
    }


def _told(one: PayableDecision | LineDecision, language: str) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "outcome": one.outcome,
        "standing": one.standing,
        "clause": one.clause,
        "citation": cite(one.clause, language),
        "reasons": one.reasons,
        "inputs": one.inputs,
        "amount": format(one.amount, ".2f"),
        "terms": one.run.terms.get("terms", {}),
        "run": {"id": one.run_id, "name": one.run.name, "on": one.run.on_date.isoformat()},
    }
