"""Why: the decisions about an order, an invoice, a claim or a payment, with their inputs, terms and clauses."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from reskontra.bank.models import Payment
from reskontra.claims.models import Claim, InterestCharge, InterestInvoice, PaymentDecision
from reskontra.documents.findings import Finding
from reskontra.exchange.messages import message
from reskontra.insight.cards import explain_card_purchase, find_card_purchase
from reskontra.insight.claims import claim_decisions
from reskontra.insight.offices import explain_office_invoice, find_office_invoice
from reskontra.insight.paid import find_line, find_sent, of_line, of_purchase, of_sent
from reskontra.insight.payments import (
    payment_number,
    payment_of,
    rest_of,
    settlements_of_claim,
    uses_of_payment,
)
from reskontra.insight.purchases import find_purchase
from reskontra.kernel import references
from reskontra.kernel.clauses import cite, clause
from reskontra.kernel.references import NotAReference, normal_reference, running_number, unit_reference
from reskontra.registers.models import Unit
from reskontra.runs.models import Run
from reskontra.sales.models import (
    Invoice,
    InvoiceDecision,
    InvoiceDelivery,
    InvoicedOrder,
    Order,
    OrderApproval,
    OrderDecision,
    OrderStop,
)
from reskontra.sales.skipped import skipped_channels


class NothingFound(LookupError):
    """Nothing that the person may see is called ``subject``; ``kind`` says what was looked for.

    Without a kind it was an order, an invoice, a reference or a batch.
    """

    def __init__(self, subject: str, kind: str = "") -> None:
        super().__init__(subject)
        self.kind = kind


def explain(unit: Unit, subject: str, language: str) -> dict[str, Any]:
    """Everything decided about ``subject``: an order, an invoice, a claim's reference, a payment (``P`` and its id),
    a payment to a supplier (``SP`` and its id, or its end-to-end id), a statement line (``L`` and its id), a purchase
    by card (``CP`` and its id), an invoice abroad (``OA`` and its id), or a supplier's invoice (``PI`` and its id, or
    the supplier's number).

    A claim of an invoice is told with its invoice, one of interest by itself.

    Called inside ``working_in``. Returns stable keys: ``subject``, ``number``, ``amount``, ``decisions`` in
    order of time, each with ``outcome``, ``clause``, ``citation``, ``reasons``, ``inputs``, ``terms``, ``run``.
    Raises ``NothingFound``.
    """
    written = re.sub(r"\s", "", subject)
    for find, tell in _SUBJECTS:
        if found := find(unit, written):
            return tell(unit, found, language)
    if purchase := find_purchase(unit, subject):
        return of_purchase(unit, purchase, language)
    raise NothingFound(subject)


def invoice_number(unit: Unit, number: int) -> str:
    """The number of the unit's invoice as people see it."""
    return references.invoice_number(unit.code, number)


def _invoice(unit: Unit, written: str) -> Invoice | None:
    number = running_number(unit.code, written)
    if number is not None and (found := Invoice.objects.filter(unit=unit, number=number).first()):
        return found
    try:
        reference = normal_reference(written)
    except NotAReference:
        return None
    claim = Claim.objects.filter(unit=unit, reference=reference).first()
    return Invoice.objects.get(unit=unit, pk=claim.invoice_id) if claim and claim.invoice_id else None


def _interest_claim(unit: Unit, written: str) -> Claim | None:
    """The claim of an interest invoice, by its reference or by the number that people see."""
    claims = Claim.objects.filter(unit=unit, kind="interest")
    number = running_number(unit.code, written)
    try:
        reference = normal_reference(written) if number is None else unit_reference(unit.code, number)
        return claims.filter(reference=reference).first()
    except NotAReference:
        return None


def _order(unit: Unit, written: str) -> Order | None:
    if not written.isdecimal() or len(written) > 15:
        return None
    return Order.objects.filter(unit=unit, number=int(written)).order_by("-version").first()


@clause("OC 3.2.1-a", "OC 3.9-a")
def _of_order(unit: Unit, order: Order, language: str) -> dict[str, Any]:
    invoiced = InvoicedOrder.objects.filter(unit=unit, number=order.number).first()
    invoice = Invoice.objects.get(unit=unit, pk=invoiced.invoice_id) if invoiced else None
    decisions = _order_decisions(unit, [order], language)
    return {
        "subject": "order",
        "number": str(order.number),
        "version": order.version,
        "unit": unit.code,
        "source": order.source,
        "row": order.row,
        "amount": decisions[-1]["amount"] if decisions else None,
        "invoice": invoice_number(unit, invoice.number) if invoice else None,
        "acts": list(_acts(unit, order)),
        "decisions": decisions,
    }


def _of_delivery(delivery: InvoiceDelivery, language: str) -> dict[str, Any]:
    """By which channel an invoice went, and why not by those before it."""
    told = _told(delivery.channel, delivery.clause, language, None, {"batch": delivery.file.name})
    if delivery.attempt > 1:
        told["inputs"]["attempt"] = delivery.attempt
    return {**told, "passed_over": _passed_over(delivery.skipped)}


@clause("OC 3.9-d")
def _undelivered(unit: Unit, invoice: Invoice, language: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Why runs left the invoice, each with its run; what run after run said is told once, by the newest."""
    said = InvoiceDecision.objects.filter(unit=unit, invoice=invoice).select_related("run").order_by("run_id")
    for _, same in groupby(said, key=lambda one: (one.outcome, one.clause, one.inputs)):
        runs = list(same)
        newest = runs[-1]
        inputs = {
            "found_wrong": [message(Finding(**one), language) for one in newest.inputs.get("findings", ())]
        }
        if newest.inputs.get("attempt", 1) > 1:
            inputs["attempt"] = newest.inputs["attempt"]
        yield (
            newest.run_id,
            {
                **_told(
                    newest.outcome,
                    newest.clause,
                    language,
                    newest.run,
                    {key: value for key, value in inputs.items() if value},
                ),
                "rule": newest.rule,
                "standing": newest.standing,
                "reasons": newest.reasons,
                "amount": format(newest.amount, ".2f"),
                "passed_over": _passed_over(newest.inputs.get("passed_over", "")),
                "since": runs[0].run.on_date.isoformat(),
                "times": len(runs),
            },
        )


def _passed_over(written: str) -> list[dict[str, str]]:
    return [{"channel": name, "why": why} for name, why in skipped_channels(written)]


def _payment(unit: Unit, written: str) -> Payment | None:
    return payment_of(unit, written)


@clause("OC 4.1-b", "OC 4.1-c")
def _of_payment(unit: Unit, payment: Payment, language: str) -> dict[str, Any]:
    return {
        "subject": "payment",
        "number": payment_number(payment.pk),
        "unit": unit.code,
        "amount": format(payment.amount, ".2f"),
        "booking_date": payment.booking_date.isoformat(),
        "reference": payment.reference,
        "rest": format(rest_of(payment), ".2f"),
        "uses": [one.as_json() for one in uses_of_payment(unit, payment.pk)],
        "decisions": list(_payment_decisions(unit, payment, language)),
    }


def _payment_decisions(unit: Unit, payment: Payment, language: str) -> Iterator[dict[str, Any]]:
    """Those of applied runs; of what was only planned nothing followed. What run after run said is told once."""
    said = PaymentDecision.objects.filter(unit=unit, payment=payment).select_related("run").order_by("run_id")
    for _, same in groupby(said, key=lambda one: (one.outcome, one.clause, one.inputs)):
        # Not asked of the database: what a plan said in between parts what was said before it and after it.
        applied = [found for found in same if found.run.state == "applied"]
        if applied:
            found = applied[-1]
            yield {
                **_told(found.outcome, found.clause, language, found.run, found.inputs),
                "rule": found.rule,
                "standing": found.standing,
                "reasons": found.reasons,
                "amount": format(found.amount, ".2f"),
                "since": applied[0].run.on_date.isoformat(),
                "times": len(applied),
            }


def _of_invoice(unit: Unit, invoice: Invoice, language: str) -> dict[str, Any]:
    claim = Claim.objects.get(unit=unit, invoice=invoice)
    invoiced = InvoicedOrder.objects.filter(unit=unit, invoice=invoice).values("order_id")
    orders = list(Order.objects.filter(unit=unit, pk__in=invoiced).order_by("number"))
    run = Run.objects.get(unit=unit, pk=invoice.run_id)
    decisions = _order_decisions(unit, orders, language)
    decisions.append(
        _told(
            "PAYMENT_TERM",
            invoice.term_clause,
            language,
            run,
            {"term_days": invoice.term_days, "due_date": invoice.due_date.isoformat()},
        )
    )
    ways = [
        *_undelivered(unit, invoice, language),
        *(
            (one.file.run_id, _of_delivery(one, language))
            for one in InvoiceDelivery.objects.filter(unit=unit, invoice=invoice)
            .select_related("file")
            .order_by("attempt")
        ),
    ]
    decisions.extend(told for _, told in sorted(ways, key=lambda one: one[0]))
    decisions.extend(claim_decisions(unit, claim, language))
    return {
        "subject": "invoice",
        "number": invoice_number(unit, invoice.number),
        "unit": unit.code,
        "amount": format(invoice.total, ".2f"),
        "net": format(invoice.net, ".2f"),
        "vat": format(invoice.vat, ".2f"),
        "issue_date": invoice.issue_date.isoformat(),
        "due_date": invoice.due_date.isoformat(),
        "reference": invoice.reference,
        "claim": _of_claim(unit, claim),
        "voucher": str(invoice.voucher),
        "orders": [str(order.number) for order in orders],
        "decisions": decisions,
    }


@clause("OC 6.1.1-a", "OC 6.1.5-a")
def _of_interest_claim(unit: Unit, claim: Claim, language: str) -> dict[str, Any]:
    assert claim.interest_invoice_id is not None  # the database holds it for every claim of this kind
    invoice = InterestInvoice.objects.get(unit=unit, pk=claim.interest_invoice_id)
    principals = InterestCharge.objects.filter(unit=unit, invoice=invoice).select_related("claim")
    return {
        "subject": "claim",
        "number": claim.reference,
        "unit": unit.code,
        "amount": format(claim.amount, ".2f"),
        "invoice": invoice.shown(unit.code),
        "issue_date": invoice.issue_date.isoformat(),
        "due_date": claim.due_date.isoformat(),
        "principals": [one.claim.reference for one in principals.order_by("claim__reference")],
        "claim": _of_claim(unit, claim),
        "voucher": str(invoice.voucher),
        "decisions": list(claim_decisions(unit, claim, language)),
    }


def _of_claim(unit: Unit, claim: Claim) -> dict[str, Any]:
    return {
        "reference": claim.reference,
        "amount": format(claim.amount, ".2f"),
        "public_law": claim.public_law,
        "settlements": [one.as_json() for one in settlements_of_claim(unit, claim.pk)],
    }


def _order_decisions(unit: Unit, orders: Sequence[Order], language: str) -> list[dict[str, Any]]:
    """Those about ``orders``, one order after the other in the order given; asked of the database once."""
    place = {order.pk: at for at, order in enumerate(orders)}
    numbers = {order.pk: str(order.number) for order in orders}
    said = OrderDecision.objects.filter(unit=unit, order__in=list(place)).select_related("run")
    return [
        {
            **_told(found.outcome, found.clause, language, found.run, found.inputs),
            "order": numbers[found.order_id],
            "rule": found.rule,
            "standing": found.standing,
            "reasons": found.reasons,
            "amount": format(found.amount, ".2f"),
        }
        for found in sorted(said, key=lambda one: (place[one.order_id], one.run_id, one.rule))
        # A plan that nobody applied decided nothing.
        if found.run.state == "applied" or found.rule == "orders"
    ]


def _told(
    outcome: str, clause_id: str, language: str, run: Run | None, inputs: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "clause": clause_id,
        "citation": cite(clause_id, language),
        "inputs": dict(inputs),
        "terms": run.terms.get("terms", {}) if run else {},
        "run": {"id": run.pk, "name": run.name, "on": run.on_date.isoformat()} if run else None,
    }


def _acts(unit: Unit, order: Order) -> Iterator[dict[str, Any]]:
    for act in OrderApproval.objects.filter(unit=unit, order=order).select_related("person").order_by("id"):
        yield {"act": act.act, "person": act.person.username, "at": act.given_at.isoformat()}
    for stop in OrderStop.objects.filter(unit=unit, order=order).select_related("person").order_by("id"):
        yield {
            "act": stop.act,
            "person": stop.person.username,
            "at": stop.stopped_at.isoformat(),
            "reason": stop.reason,
        }


# Who knows a number, in the order in which they are asked, and who tells of what it is.
_SUBJECTS: tuple[tuple[Callable[[Unit, str], Any], Callable[[Unit, Any, str], dict[str, Any]]], ...] = (
    (_payment, _of_payment),
    (find_sent, of_sent),
    (find_line, of_line),
    (find_card_purchase, explain_card_purchase),
    (find_office_invoice, explain_office_invoice),
    (_invoice, _of_invoice),
    (_interest_claim, _of_interest_claim),
    (_order, _of_order),
)
