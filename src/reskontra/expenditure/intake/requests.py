"""Payments that a unit asks for outside procurement: from its own systems, or by the multi-recipient workbook (EX 2.2).

Each becomes a voucher of other expenditure with the coding that it brings, and waits for review and approval like any
other: who approved it in another system stays in the file, for the people who decide here. What cannot be used goes
back to its sender with the reasons.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils import timezone

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Party
from reskontra.documents.payment_request import Payee, PaymentRequest, PostingRow, RequestedPayment
from reskontra.exchange.inbox import Received
from reskontra.exchange.reading import whole_file_findings
from reskontra.expenditure.intake.files import PurchasesTaken, findings_of, taken_before
from reskontra.expenditure.intake.run import IntakeRun, stored_of
from reskontra.expenditure.intake.staging import (
    MONEY,
    NULL,
    FileInHand,
    copy_day,
    copy_finding,
    copy_number,
    copy_row,
    edi_address,
    seller_columns,
)
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import is_vat_id
from reskontra.kernel.purchase_numbers import number_key, purchase_numbers
from reskontra.purchases.files import Problems, tell_codings
from reskontra.purchases.models.invoices import OTHER_TYPES, PROCUREMENT_TYPES
from reskontra.registers.models import OwnSystem, Person, RoleAssignment, Unit
from reskontra.registers.policy import require
from reskontra.registers.tracking import DIMENSIONS, InForce
from reskontra.runs.run import Acting, apply, lock

_CLAUSE: Final = "EX 2.2-d"
_NOTHING: Final = Decimal(0)
_REVIEWER: Final = "SG"


@dataclass(frozen=True, slots=True)
class Asked:
    """One payment of a request as intake takes it, with everything that is wrong with it."""

    payment: RequestedPayment
    request: PaymentRequest
    channel: str
    findings: Sequence[Finding]
    in_force: InForce

    @property
    def total(self) -> Decimal | None:
        """What it asks for, gross."""
        return self.payment.amount

    @property
    def lines(self) -> Sequence[PostingRow]:
        """Its postings."""
        return self.payment.postings

    def staged(self, n: int, file: int, position: int, received: date) -> dict[str, str]:
        """Its lines of the tables of ``stage.sql``."""
        one, payee = self.payment, self.payment.payee
        net, vat = _net_and_vat(one)
        seller = seller_columns(_party(payee))
        number = one.invoice_number or _reference(one)
        address = self.request.receiver or ""
        voucher_type = one.voucher_type if one.voucher_type in (*OTHER_TYPES, *PROCUREMENT_TYPES) else ""
        header = copy_row(
            str(n), str(file), str(position), "payment request", self.channel, copy_day(received), address,
            edi_address(address), "invoice", number[:70], number_key(number[:70]), copy_day(one.invoice_date),
            copy_day(one.due_date), NULL, one.currency or "", copy_number(net, MONEY), copy_number(vat, MONEY),
            copy_number(one.amount, MONEY), copy_number(one.amount, MONEY), *seller[:-1], "", number[:140], "", NULL,
            (one.long_reference or "")[:70], seller[-1], "f", str(sum(f.severity == "error" for f in self.findings)),
            str(len(self.findings)), "[]", "t", voucher_type or "", payee.supplier_number or "",
            NULL if one.instalment is None else str(one.instalment), (self.request.sender_system or "")[:35],
            one.reviewer.email or "", "t" if not vat and one.postings else "f",
        )  # fmt: skip
        texts = [(f"posting_{place}", row.text) for place, row in enumerate(one.postings)]
        numbers = purchase_numbers([("long_reference", one.long_reference), *texts])
        return {
            "invoice_in_hand": header,
            "row_in_hand": "".join(_row(n, place, row) for place, row in enumerate(one.postings, 1)),
            "vat_in_hand": "",
            "number_in_hand": "".join(
                copy_row(str(n), found.kind, found.value, "message", "f") for found in numbers
            ),
            "coding_in_hand": "".join(
                self._coding(n, place, row) for place, row in enumerate(one.postings, 1)
            ),
            "finding_in_hand": "".join(
                copy_finding(n, place, found) for place, found in enumerate(self.findings, 1)
            ),
        }

    def _coding(self, n: int, place: int, row: PostingRow) -> str:
        if row.amount is None:
            return ""  # an error: the payment goes back
        coding = self.in_force.tracking(row.coding)
        where = (getattr(coding, name)[:20] for name in DIMENSIONS)
        return copy_row(str(n), str(place), str(row.amount), row.text or "", coding.account, *where)


@clause("EX 2.2-b", "EX 2.2-c", "EX 2.2-d")
def take_in_requests(acting: Acting, received: Received, request: PaymentRequest, on: date) -> PurchasesTaken:
    """Store and decide every payment of the file. Called inside ``working_in``.

    Raises ``NotAllowed``; ``Refused`` for the whole file: its counts do not agree, or it comes from a system that the
    unit does not know. A payment with errors is returned alone. The same bytes again change nothing.
    """
    require(acting.person, "run_intake", acting.unit, acting.day)
    message = request.source == "json"
    if message:
        require(acting.person, "import_own_system", acting.unit, acting.day)
    lock(acting.unit, IntakeRun.lock)  # two who bring the same file at once: the second finds it taken in
    if known := taken_before(acting.unit, received, _CLAUSE):
        return replace(known, kind=request.kind)
    items = _asked(acting.unit, request, "own_system" if message else "workbook", on)
    file = received.file
    in_hand = FileInHand(file.pk, file.name, items[0].channel, timezone.localdate(file.received_at), items)
    result = apply(IntakeRun([in_hand]), acting, on)
    found = findings_of(acting.unit, file.pk)
    return PurchasesTaken(stored_of(acting.unit, file.pk), found, result, kind=request.kind)


def _asked(unit: Unit, request: PaymentRequest, channel: str, on: date) -> list[Asked]:
    """Every payment with its findings; raises ``Refused`` for what concerns the file as a whole."""
    rows = {row: place for place, one in enumerate(request.payments) for row in _rows_of(one)}
    whole = [*whole_file_findings(request), *_sender(unit, request, on)]
    whole += [one for one in request.findings if one.severity == "error" and one.row not in rows]
    if not request.payments:
        whole.append(Finding("request_without_payments", clause=_CLAUSE))
    if whole:
        raise Refused(*whole)
    tell = Problems(request, _CLAUSE)
    in_force = tell_codings(
        unit, ((row.row, row.coding) for one in request.payments for row in one.postings), on, tell
    )
    reviewers = _reviewers(unit, on)
    for one in request.payments:
        _check(one, tell, reviewers)
    by_payment: dict[int, list[Finding]] = {place: [] for place in range(len(request.payments))}
    for finding in (*request.findings, *tell.found):
        if finding.row in rows:
            by_payment[rows[finding.row]].append(finding)
    return [
        Asked(one, request, channel, by_payment[place], in_force)
        for place, one in enumerate(request.payments)
    ]


def _sender(unit: Unit, request: PaymentRequest, on: date) -> Iterable[Finding]:
    sender = request.sender_system
    if sender and not OwnSystem.objects.filter(unit=unit, sender=sender, validity__contains=on).exists():
        yield Finding("request_sender_unknown", clause="EX 2.2-c", value=sender)


def _check(one: RequestedPayment, tell: Problems, reviewers: frozenset[str]) -> None:
    kind = one.voucher_type
    if kind and kind not in OTHER_TYPES and kind not in PROCUREMENT_TYPES:
        tell("request_voucher_type", one.row, "voucher_type", kind, known=", ".join(OTHER_TYPES))
    email = one.reviewer.email
    if email and email.casefold() not in reviewers:
        tell("request_reviewer_unknown", one.row, "reviewer_email", email, severity="warning")


def _reviewers(unit: Unit, on: date) -> frozenset[str]:
    held = RoleAssignment.objects.filter(role=_REVIEWER, validity__contains=on)
    people = Person.objects.filter(
        is_active=True, roles__in=held.filter(in_unit=unit) | held.filter(in_unit=None)
    )
    return frozenset(email.casefold() for email in people.values_list("email", flat=True) if email)


def _rows_of(one: RequestedPayment) -> list[int]:
    return [one.row, *(row.row for row in one.postings)]


def _net_and_vat(one: RequestedPayment) -> tuple[Decimal | None, Decimal]:
    """As told; what is not told is the rest of the amount, and without both there is no VAT."""
    if one.amount is None or (one.net is not None and one.vat is not None):
        return one.net, one.vat or _NOTHING
    if one.net is not None:
        return one.net, one.amount - one.net
    return one.amount - (one.vat or _NOTHING), one.vat or _NOTHING


def _reference(one: RequestedPayment) -> str:
    """The long reference with its instalment, which tells one payment of a case from the next."""
    reference = one.long_reference or ""
    told = one.instalment is not None and one.case == reference
    return f"{reference}_{one.instalment}" if told else reference


def _party(payee: Payee) -> Party:
    identity = payee.business_id or ""
    vat_id = identity if is_vat_id(identity) else None
    return Party(
        name=payee.name, business_id=None if vat_id else identity or None, vat_id=vat_id, iban=payee.iban
    )


def _row(n: int, place: int, row: PostingRow) -> str:
    text, net = (row.text or "")[:300], copy_number(row.amount, MONEY)
    return copy_row(str(n), str(place), "", text, NULL, "", NULL, net, NULL, "", NULL, "", "")
