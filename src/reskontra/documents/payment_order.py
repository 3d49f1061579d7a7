"""Money on its way out, as neutral data: what is to be paid to whom, not in which format a bank wants it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, from which account: IBAN and BIC without spaces."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a payee without an account is reached; ``country`` is an ISO 3166 code of two letters."""

    street: str
    postcode: str
    town: str
    country: str


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment. ``end_to_end_id`` is its name until it reaches the payee, at most 35 characters; amount in euro.

    Without an ``iban`` the bank pays it out against an order, and needs the ``address``.
    """

    end_to_end_id: str
    amount: Decimal
    payee: str
    text: str
    iban: str = ""
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class PaymentBatch:
    """Payments from one account on one day. ``made_at`` is aware; ``message_id`` is unique, at most 35 characters."""

    message_id: str
    made_at: datetime
    execution_date: date
    payer: Payer
    payments: Sequence[Payment]

    @property
    def total(self) -> Decimal:
        """The sum of the payments in euro."""
        return sum((one.amount for one in self.payments), Decimal(0))


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """What a bank says of one payment: ``accepted`` or ``rejected``, with its reason as codes and words."""

    end_to_end_id: str
    accepted: bool
    reason: str = ""
