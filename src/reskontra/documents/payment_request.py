"""Payments that a unit asks for outside procurement, and what is answered to the sender (EX 2.2).

The multi-recipient workbook and the payment messages of own systems are one document.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args

from reskontra.documents.coding import UNCODED, Coding
from reskontra.documents.findings import Finding

Source = Literal["workbook", "csv", "json"]
PaymentState = Literal["accepted", "rejected", "paid"]
# A sender's long reference names the case and, behind an underline, the instalment.
_CASE_AND_INSTALMENT = re.compile(r"(?P<case>.+)_(?P<instalment>[0-9]{1,6})", re.ASCII)
PAYMENT_STATES: tuple[PaymentState, ...] = get_args(PaymentState)


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is to be paid: by supplier number, or by name and account. Never by a personal code.

    ``business_id`` is a Finnish one, the technical one of a private person (4ddmmyy-0) or a VAT id of the EU.
    """

    supplier_number: str | None = None
    name: str | None = None
    business_id: str | None = None
    street: str | None = None
    postcode: str | None = None
    town: str | None = None
    country: str | None = None
    iban: str | None = None
    bic: str | None = None
    bank_country: str | None = None


@dataclass(frozen=True, slots=True)
class Handler:
    """Who reviewed or approves a payment; ``day`` is told when it was done in the sender's system."""

    name: str | None = None
    email: str | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One posting of a payment, in the payment's currency; negative rows take back."""

    row: int  # as the sender sees it in the file
    amount: Decimal | None = None
    text: str | None = None
    coding: Coding = UNCODED


@dataclass(frozen=True, slots=True)
class RequestedPayment:
    """One payment to one payee: one instalment of one ``long_reference``, the sender's own name for it."""

    row: int
    long_reference: str | None = None
    instalment: int | None = None
    payee: Payee = Payee()
    own_account: str | None = None  # IBAN or short code of the account to pay from
    due_date: date | None = None
    amount: Decimal | None = None  # gross
    currency: str | None = None
    net: Decimal | None = None
    vat: Decimal | None = None
    payment_term: str | None = None
    invoice_number: str | None = None
    invoice_date: date | None = None
    voucher_type: str | None = None
    voucher_date: date | None = None
    reviewer: Handler = Handler()
    approver: Handler = Handler()
    postings: tuple[PostingRow, ...] = ()

    @property
    def case(self) -> str | None:
        """The long reference without the instalment that senders set behind it: ``2026-17`` of ``2026-17_2``."""
        found = _CASE_AND_INSTALMENT.fullmatch(self.long_reference or "")
        return found["case"] if found else self.long_reference

    @property
    def instalment_number(self) -> int | None:
        """The instalment as told, else the one behind the long reference."""
        found = _CASE_AND_INSTALMENT.fullmatch(self.long_reference or "")
        return self.instalment or (int(found["instalment"]) if found else None)

    @property
    def posted(self) -> Decimal | None:
        """The sum of the postings; ``None`` when one has no amount that can be used."""
        amounts = [posting.amount for posting in self.postings if posting.amount is not None]
        return sum(amounts, Decimal(0)) if len(amounts) == len(self.postings) else None


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """All payments of one file or message. ``receiver`` is the EDI code that steers what they become."""

    source: Source
    payments: tuple[RequestedPayment, ...]
    sender_system: str | None = None
    receiver: str | None = None
    unit: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)  # our column name -> label in the file
    language: str | None = None  # of the labels
    declared_rows: int | None = None
    declared_entries: int | None = None  # payments
    declared_total: Decimal | None = None  # of all payments, whatever their currency
    counted_rows: int | None = None  # the gate's own count of data rows
    read_rows: int | None = None
    findings: tuple[Finding, ...] = ()
    kind: Literal["payment_request"] = "payment_request"

    @property
    def total(self) -> Decimal | None:
        """The sum of the payments; ``None`` when one has no amount that can be used."""
        amounts = [payment.amount for payment in self.payments if payment.amount is not None]
        return sum(amounts, Decimal(0)) if len(amounts) == len(self.payments) else None

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra read``: stable keys, amounts as strings with two decimals."""
        from reskontra.documents.as_json import document

        return document(self)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a payment was rejected: a stable name, and the sentence for people in the language of the answer."""

    rule: str
    message: str
    row: int | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentAnswer:
    """What became of one payment, by the sender's long reference and instalment (EX 2.2-c).

    ``paid`` has the day on which the bank paid and the ``amount`` paid, ``rejected`` at least one reason.
    """

    long_reference: str
    state: PaymentState
    instalment: int | None = None
    amount: Decimal | None = None
    paid_on: date | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentAnswers:
    """The answers of one day to one sender. ``identity`` is unique among all answers that unit ever gives."""

    identity: str
    day: date
    unit: str
    sender_system: str
    answers: tuple[PaymentAnswer, ...]
    kind: Literal["payment_answers"] = "payment_answers"
