"""Bank material as documents: account statements and lists of payments, the same for every format.

One entry is one payment. Amounts have two decimals and a sign: money to the account is positive, money from
it negative. Only what the bank has booked counts; what it has not, or not in the account's currency, stands in
lists of its own (OC 4.1-b).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Literal

from reskontra.documents.findings import Finding

Direction = Literal["credit", "debit"]

_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class ReferencePart:
    """One of several invoices or credit notes that a single payment covers (the Finnish AOS2 agreement).

    ``amount`` is the share of the payment, negative for a credit note, whatever the direction of the payment.
    """

    reference: str | None = None  # in normal form when its check digits are right
    written_reference: str | None = None
    amount: Decimal | None = None
    document_type: str | None = None  # CINV invoice, CREN credit note
    document_number: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The part with stable keys."""
        return {
            "reference": self.reference,
            "written_reference": self.written_reference,
            "amount": _written(self.amount),
            "document_type": self.document_type,
            "document_number": self.document_number,
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """One payment on an account.

    ``position`` is the number of the bank's entry in its statement, or the line in the file, and ``transaction``
    the number of the payment within that entry (0: the entry has no details). A ``summary`` is the sum of
    payments that the bank details elsewhere: it is settled against that material and never booked beside it.
    """

    amount: Decimal
    booking_date: date | None
    reference: str | None = None  # in normal form; as written when its check digits are wrong
    message: str | None = None
    payer: str | None = None
    end_to_end_id: str | None = None
    instruction_id: str | None = None
    payment_information_id: str | None = None
    ultimate_debtor: str | None = None
    archive_id: str | None = None  # the bank's own; a hint, not a key: banks and damage repeat it
    reversal: bool = False
    direction: Direction = "credit"
    currency: str = "EUR"
    value_date: date | None = None
    payment_date: date | None = None  # the day on which the payer paid
    status: str = "BOOK"
    transaction_code: str | None = None  # three digits of the Finnish banks: 705 reference payments …
    transaction_type: str | None = None  # the international code: PMNT/RCDT/ESCT
    summary: bool = False
    written_reference: str | None = None
    parts: tuple[ReferencePart, ...] = ()
    payer_account: str | None = None
    payee: str | None = None
    payee_account: str | None = None
    entry_archive_id: str | None = None
    record_type: str | None = None  # KTL: 3 reference payment, 5 direct debit, 7 withdrawal, S factoring
    correction: bool = False
    return_code: str | None = None
    position: int = 0
    transaction: int = 0

    def as_json(self) -> dict[str, Any]:
        """The payment with stable keys, nothing left out; amounts are texts."""
        return {
            "amount": _written(self.amount),
            "booking_date": _written(self.booking_date),
            "reference": self.reference,
            "message": self.message,
            "payer": self.payer,
            "end_to_end_id": self.end_to_end_id,
            "instruction_id": self.instruction_id,
            "payment_information_id": self.payment_information_id,
            "ultimate_debtor": self.ultimate_debtor,
            "archive_id": self.archive_id,
            "reversal": self.reversal,
            "direction": self.direction,
            "currency": self.currency,
            "value_date": _written(self.value_date),
            "payment_date": _written(self.payment_date),
            "status": self.status,
            "transaction_code": self.transaction_code,
            "transaction_type": self.transaction_type,
            "summary": self.summary,
            "written_reference": self.written_reference,
            "parts": [part.as_json() for part in self.parts],
            "payer_account": self.payer_account,
            "payee": self.payee,
            "payee_account": self.payee_account,
            "entry_archive_id": self.entry_archive_id,
            "record_type": self.record_type,
            "correction": self.correction,
            "return_code": self.return_code,
            "position": self.position,
            "transaction": self.transaction,
        }


@dataclass(frozen=True, slots=True)
class Balance:
    """What stood on the account at one moment; ``amount`` is negative when the account was overdrawn."""

    code: str  # OPBD opening booked, CLBD closing booked, CLAV closing available, PRCD previous closing …
    amount: Decimal
    currency: str
    day: date | None

    def as_json(self) -> dict[str, Any]:
        """The balance with stable keys."""
        return {
            "code": self.code,
            "amount": _written(self.amount),
            "currency": self.currency,
            "date": _written(self.day),
        }


@dataclass(frozen=True)
class BankMaterial:
    """What statements and lists of payments have in common.

    ``entries`` are booked in the account's ``currency`` and are what ``count`` and ``total`` are about;
    ``pending`` are not booked yet (or only for information), ``foreign`` are in another currency, and
    ``failed`` are direct debits that were never paid.
    """

    kind: ClassVar[str]

    format: str  # camt.053.001.02 … or ktl
    account: str  # IBAN in normal form when its check digits are right, else as written
    currency: str
    entries: tuple[Entry, ...]
    pending: tuple[Entry, ...] = ()
    foreign: tuple[Entry, ...] = ()
    failed: tuple[Entry, ...] = ()
    message_id: str | None = None
    statement_id: str | None = None  # of the statement or the notification
    sequence: str | None = None  # the electronic one; the legal one where the bank gives no other
    created: str | None = None  # as written: when the bank made the statement or the batch
    copy: str | None = None  # COPY, DUPL or CODU: the bank sends this once more
    from_date: date | None = None
    to_date: date | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def count(self) -> int:
        """The number of payments that are booked."""
        return len(self.entries)

    @cached_property
    def total(self) -> Decimal:
        """Their sum, in the account's currency."""
        return sum((entry.amount for entry in self.entries), _NOTHING)

    @cached_property
    def period(self) -> tuple[date | None, date | None]:
        """The first and the last day that the material is about: as the bank says, else by balances or payments."""
        start, end = self._stated_period()
        days = sorted({entry.booking_date for entry in self.entries if entry.booking_date})
        start = start or (days[0] if days else end)
        return start, end or (days[-1] if days else start)

    def _stated_period(self) -> tuple[date | None, date | None]:
        """The days that the bank gives, without looking at the payments."""
        return self.from_date, self.to_date

    def as_json(self) -> dict[str, Any]:
        """The document with stable keys: the entries last, amounts as texts with two decimals."""
        return {
            "kind": self.kind,
            "format": self.format,
            "account": self.account,
            "currency": self.currency,
            "count": self.count,
            "total": _written(self.total),
            "message_id": self.message_id,
            "statement_id": self.statement_id,
            "sequence": self.sequence,
            "created": self.created,
            "copy": self.copy,
            "from_date": _written(self.from_date),
            "to_date": _written(self.to_date),
            **self._own(),
            "findings": [finding.as_json() for finding in self.findings],
            "pending": [entry.as_json() for entry in self.pending],
            "foreign": [entry.as_json() for entry in self.foreign],
            "failed": [entry.as_json() for entry in self.failed],
            "entries": [entry.as_json() for entry in self.entries],
        }

    def _own(self) -> dict[str, Any]:
        raise NotImplementedError


@dataclass(frozen=True)
class Statement(BankMaterial):
    """An account statement: balances and everything between them.

    Its meaning is told apart by account, sequence and the chain of opening and closing balances; a payment by
    its position in it.
    """

    kind: ClassVar[str] = "statement"

    legal_sequence: str | None = None
    page: int | None = None
    last_page: bool = True
    balances: tuple[Balance, ...] = ()

    @property
    def opening(self) -> Balance | None:
        """The booked balance before the first entry: the opening one, else the previous closing one."""
        return self.balance("OPBD") or self.balance("PRCD")

    @property
    def closing(self) -> Balance | None:
        """The booked balance behind the last entry."""
        return self.balance("CLBD")

    @property
    def available(self) -> Balance | None:
        """What could be used at the end, credit lines included."""
        return self.balance("CLAV")

    def balance(self, code: str) -> Balance | None:
        """The first balance of the kind ``code``."""
        return next((balance for balance in self.balances if balance.code == code), None)

    def _stated_period(self) -> tuple[date | None, date | None]:
        start = self.from_date or (self.opening.day if self.opening else None)
        return start, self.to_date or (self.closing.day if self.closing else None)

    def _own(self) -> dict[str, Any]:
        return {
            "legal_sequence": self.legal_sequence,
            "page": self.page,
            "last_page": self.last_page,
            "opening": self.opening.as_json() if self.opening else None,
            "closing": self.closing.as_json() if self.closing else None,
            "available": self.available.as_json() if self.available else None,
            "balances": [balance.as_json() for balance in self.balances],
        }


@dataclass(frozen=True)
class PaymentList(BankMaterial):
    """Payments without balances: a camt.054 notification, or one account of a batch of reference payments.

    A batch is told apart by its date, time, bank and service id.
    """

    kind: ClassVar[str] = "payments"

    batch: int | None = None  # the number of the batch in its file
    batch_date: date | None = None
    batch_time: str | None = None  # HHMM as written
    bank: str | None = None
    service_id: str | None = None

    def _own(self) -> dict[str, Any]:
        return {
            "batch": self.batch,
            "batch_date": _written(self.batch_date),
            "batch_time": self.batch_time,
            "bank": self.bank,
            "service_id": self.service_id,
        }


def _written(value: Decimal | date | None) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else f"{value:.2f}"
