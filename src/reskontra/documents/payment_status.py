"""What a bank says of payments that were sent to it: of the whole message, of its batches, of single payments."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from reskontra.documents.findings import Finding

State = Literal["accepted", "pending", "rejected"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a bank says what it says: its code, or one of the bank's own, and its words as one text."""

    code: str | None = None
    proprietary: str | None = None
    text: str | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, (self.code, self.proprietary, self.text)))


@dataclass(frozen=True, slots=True)
class Counted:
    """How many payments have a status, and their sum where the bank tells it."""

    status: str
    count: int | None
    total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TransactionStatus:
    """What is said of one payment. ``state`` is ``None`` where the status is missing or nobody knows it."""

    end_to_end_id: str | None
    instruction_id: str | None
    status: str | None
    state: State | None
    reasons: tuple[Reason, ...] = ()
    amount: Decimal | None = None
    currency: str | None = None
    archive_id: str | None = None  # the bank's own name of the payment


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """What is said of one payment information, and of those of its payments that are listed."""

    payment_information_id: str | None
    status: str | None
    state: State | None
    reasons: tuple[Reason, ...] = ()
    count: int | None = None  # of the payments that were sent, as the bank counts them
    total: Decimal | None = None
    by_status: tuple[Counted, ...] = ()
    transactions: tuple[TransactionStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentReport:
    """One report of a bank. ``status`` PART has no state of its own: only what is listed is told."""

    message_id: str | None
    created: datetime | None  # aware
    original_message_id: str | None
    original_message_name: str | None
    status: str | None
    state: State | None
    reasons: tuple[Reason, ...] = ()
    count: int | None = None
    total: Decimal | None = None
    by_status: tuple[Counted, ...] = ()
    batches: tuple[BatchStatus, ...] = ()
    findings: tuple[Finding, ...] = ()
    format: str | None = None  # e.g. "pain.002.001.10"
    kind: Literal["payment_report"] = "payment_report"

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra read``: stable keys, amounts as strings with two decimals."""
        from reskontra.documents.as_json import document

        return document(self)


@dataclass(frozen=True, slots=True)
class SentPayment:
    """A payment as it was sent; the amount in euro."""

    end_to_end_id: str
    amount: Decimal
    payment_information_id: str
    instruction_id: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a bank has said of one payment so far; ``state`` is ``None`` as long as it has said nothing."""

    state: State | None = None
    status: str | None = None
    reasons: tuple[Reason, ...] = ()
    report: str | None = None  # message id of the report that said it
