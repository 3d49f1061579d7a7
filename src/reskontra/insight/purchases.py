"""One purchase invoice with everything known: what the file says, what is wrong, whose it is, why, where it waits."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reskontra.database.rows import rows
from reskontra.documents.findings import Finding
from reskontra.exchange.messages import message
from reskontra.kernel.clauses import cite
from reskontra.kernel.purchase_numbers import number_key
from reskontra.purchases.models import (
    InvoiceFinding,
    InvoiceIdentifier,
    InvoiceReturn,
    PurchaseDecision,
    PurchaseInvoice,
    PurchaseInvoiceLine,
    PurchaseVat,
)
from reskontra.registers.models import CodingTemplate, Person, Supplier, Unit, WorkQueue

_ID = re.compile(r"[Pp][Ii]([0-9]{1,18})")


def purchase_number(invoice: int) -> str:
    """The number of a purchase invoice as people write it: PI and its id."""
    return f"PI{invoice}"


def find_purchase(unit: Unit, written: str) -> PurchaseInvoice | None:
    """The unit's purchase invoice ``PI17``, or the newest with the supplier's number. Called inside ``working_in``.

    What was returned comes after what was not: of an invoice and its duplicate the invoice is meant.
    """
    if found := _ID.fullmatch("".join(written.split())):
        return PurchaseInvoice.objects.filter(unit=unit, pk=int(found[1])).first()
    return next(iter(_of_number(unit, written)), None)


def _of_number(unit: Unit, written: str) -> list[PurchaseInvoice]:
    key = number_key(written)
    if not key:
        return []
    found = list(PurchaseInvoice.objects.filter(unit=unit, number_key=key).order_by("-id")[:20])
    returned = set(
        InvoiceReturn.objects.filter(unit=unit, invoice__in=found).values_list("invoice_id", flat=True)
    )
    return sorted(found, key=lambda one: one.pk in returned)


def purchase_story(unit: Unit, invoice: PurchaseInvoice, language: str) -> dict[str, Any]:
    """Everything known about ``invoice``, with stable keys: the contract of ``reskontra purchase --json``."""
    (state,) = rows(
        "SELECT s.supplier_id, s.match_id, s.step, s.since_date, s.returned, s.payable_id, f.name AS file, f.digest"
        " FROM purchases_invoice_state s JOIN purchases_purchaseinvoice i ON i.id = s.id"
        " JOIN exchange_inboxfile f ON f.id = i.file_id WHERE s.unit_id = %s AND s.id = %s",
        [unit.pk, invoice.pk],
    )
    supplier = Supplier.objects.filter(pk=state["supplier_id"]).first()
    return {
        "id": purchase_number(invoice.pk),
        "number": invoice.number,
        "unit": unit.code,
        "kind": invoice.kind,
        "format": invoice.format,
        "channel": invoice.channel,
        "stream": invoice.stream,
        "voucher_type": invoice.voucher_type,
        "receiving_address": invoice.receiving_address,
        **{
            name: day.isoformat() if (day := getattr(invoice, name)) else None
            for name in ("received_date", "issue_date", "due_date", "supply_date")
        },
        "currency": invoice.currency,
        **{name: _plain(getattr(invoice, name)) for name in ("net", "vat", "total", "payable")},
        "seller": invoice.seller_name,
        "seller_business_id": invoice.seller_business_id,
        "seller_vat_id": invoice.seller_vat_id,
        "supplier": f"{supplier.number} {supplier.name}" if supplier else None,
        "iban": invoice.iban,
        "reference": invoice.reference,
        "original_number": invoice.original_number,
        "numbers": [
            {"kind": one.kind, "value": one.value, "field": one.field, "right_field": one.right_field}
            for one in InvoiceIdentifier.objects.filter(unit=unit, invoice=invoice).order_by("id")
        ],
        "rows": list(_rows(unit, invoice)),
        "vat_breakdown": [
            {
                "category": one.category,
                "percent": _plain(one.percent),
                "base": _plain(one.base),
                "amount": _plain(one.amount),
            }
            for one in PurchaseVat.objects.filter(unit=unit, invoice=invoice).order_by("position")
        ],
        "findings": [
            {**found.as_json(), "message": message(found, language)}
            for found in invoice_findings(unit, invoice)
        ],
        "attachments": invoice.attachments,
        "file": state["file"],
        "digest": state["digest"],
        "returned": state["returned"],
        "step": state["step"],
        "since": state["since_date"].isoformat() if state["since_date"] else None,
        "matched": state["match_id"] is not None,
        "owed": state["payable_id"] is not None,
        "also": [purchase_number(one.pk) for one in _of_number(unit, invoice.number) if one.pk != invoice.pk],
        "decisions": list(purchase_decisions(unit, invoice, language)),
    }


def _rows(unit: Unit, invoice: PurchaseInvoice) -> Iterator[dict[str, Any]]:
    linked = {
        one["position"]: one["told"]
        for one in rows(
            "SELECT k.position, o.number || '/' || l.position AS told FROM purchases_row_link_held k"
            " JOIN purchases_purchaseorderline l ON l.id = k.order_line_id"
            " JOIN purchases_purchaseorder o ON o.id = l.order_id WHERE k.unit_id = %s AND k.invoice_id = %s",
            [unit.pk, invoice.pk],
        )
    }
    for one in PurchaseInvoiceLine.objects.filter(unit=unit, invoice=invoice).order_by("position"):
        yield {
            "position": one.position,
            "item": one.item,
            "text": one.text,
            "quantity": None if one.quantity is None else f"{one.quantity.normalize():f}",
            "measure": one.measure,
            "price": None if one.price is None else f"{one.price.normalize():f}",
            "net": _plain(one.net),
            "vat": _plain(one.vat),
            "vat_category": one.vat_category,
            "vat_percent": _plain(one.vat_percent),
            "order_line": one.order_line,
            "linked": linked.get(one.position),
            "accounting": one.accounting,
        }


def invoice_findings(unit: Unit, invoice: PurchaseInvoice) -> list[Finding]:
    """What is wrong with the invoice, as it was told when it came in."""
    return [
        Finding(
            one.rule,
            "error" if one.severity == "error" else "warning",
            one.clause or None,
            row=one.row,
            value=one.value or None,
            where=one.place or None,
            detail={key: str(value) for key, value in one.detail.items()},
        )
        for one in InvoiceFinding.objects.filter(unit=unit, invoice=invoice).order_by("position")
    ]


def purchase_decisions(unit: Unit, invoice: PurchaseInvoice, language: str) -> Iterator[dict[str, Any]]:
    """What applied runs decided about the invoice, in order of time; whom they name is named by name."""
    found = (
        PurchaseDecision.objects.filter(unit=unit, invoice=invoice).select_related("run").order_by("run_id")
    )
    for one in found:
        if one.run.state != "applied":
            continue
        yield {
            "rule": one.rule,
            "outcome": one.outcome,
            "standing": one.standing,
            "clause": one.clause,
            "citation": cite(one.clause, language),
            "reasons": one.reasons,
            "inputs": _named(unit, one.inputs),
            "amount": format(one.amount, ".2f"),
            "terms": one.run.terms.get("terms", {}),
            "run": {"id": one.run_id, "name": one.run.name, "on": one.run.on_date.isoformat()},
        }


def _named(unit: Unit, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """``inputs`` of a decision with the queue's code, the person's name and the posting reference for their ids."""
    named = dict(inputs)
    for key, known in (
        ("queue", WorkQueue.objects.filter(unit=unit).values_list("code")),
        ("person", Person.objects.values_list("name")),
        ("template", CodingTemplate.objects.filter(unit=unit).values_list("reference")),
    ):
        if isinstance(named.get(key), int):
            named[key] = next((name for (name,) in known.filter(pk=named[key])), named[key])
    return named


def _plain(amount: Any) -> str | None:
    return None if amount is None else format(amount, ".2f")
