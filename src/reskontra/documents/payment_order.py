"""Money on its way out, as neutral data: what is to be paid to whom, not in which format a bank wants it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

_COUNTRY: Final = re.compile(r"[A-Z]{2}")
MOST_LINES: Final = 2  # that an address may have free
LONGEST_LINE: Final = 70  # signs: Max70Text of ISO 20022


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, from which account: IBAN and BIC without spaces. ``customer_id`` is the bank's name of the payer."""

    name: str
    iban: str
    bic: str = ""
    customer_id: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a payee is reached; ``country`` is an ISO 3166 code of two letters.

    Structured: street, building, postcode. Hybrid: at most two free ``lines`` beside town and country (EX 9-b).
    ``unsorted``: nobody has told the lines apart and there is no town; whoever writes it knows that the day allows it.
    """

    street: str
    postcode: str
    town: str
    country: str
    building: str = ""
    lines: tuple[str, ...] = ()
    unsorted: bool = False

    @property
    def payable(self) -> bool:
        """Whether banks take it: town and country have fields of their own, and free lines are two at most.

        What is unsorted has lines in the town's place.
        """
        return (
            bool(self.lines if self.unsorted else self.town.strip())
            and _COUNTRY.fullmatch(self.country) is not None
            and len(self.lines) <= MOST_LINES
        )


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment. ``end_to_end_id`` is its name until it reaches the payee, at most 35 characters; amount in euro.

    Without an ``iban`` the bank pays it out against an order, and needs the ``address``. What the payee is told is
    either a ``reference`` (national or RF) or a ``text``. ``instruction_id`` comes back on the payer's statement
    and never reaches the payee.
    """

    end_to_end_id: str
    amount: Decimal
    payee: str
    text: str
    iban: str = ""
    address: Address | None = None
    reference: str = ""
    instruction_id: str = ""
    bic: str = ""  # of the payee's bank; without it the payer's bank looks it up


@dataclass(frozen=True, slots=True)
class PaymentBatch:
    """Payments from one account on one day. ``made_at`` is aware; ``message_id`` is unique, at most 35 characters.

    ``payment_information_id`` names the batch on the payer's statement, the message's own id if it is empty.
    ``category`` and ``purpose`` are ISO codes; without a ``purpose`` none is told. ``batch_booking`` asks for one
    entry on the statement or for one each, or leaves it to the agreement with the bank. ``ultimate_payer`` is on
    whose behalf the payer pays.
    """

    message_id: str
    made_at: datetime
    execution_date: date
    payer: Payer
    payments: Sequence[Payment]
    payment_information_id: str = ""
    category: str = "GOVT"
    purpose: str = "REFU"
    batch_booking: bool | None = None
    ultimate_payer: str = ""

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


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The short of a bank's report: the message that it answers, whether that was rejected as a whole, and what is
    settled of the payments it names.
    """

    original_message_id: str
    group_rejected: bool
    statuses: tuple[PaymentStatus, ...]
