"""What goes to a collection agency and comes back from it, as neutral data (OC 6.1.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args

from reskontra.documents import as_json
from reskontra.documents.findings import Finding
from reskontra.documents.interest import Pause

AgencyMessageKind = Literal["stopped", "resumed", "changed", "withdrawn"]
RowKind = Literal["demanded", "collected", "returned", "closed"]
ROW_KINDS: tuple[RowKind, ...] = get_args(RowKind)


@dataclass(frozen=True, slots=True)
class Party:
    """The creditor or the debtor: how the agency names and reaches them. No personal code is ever told."""

    number: str
    name: str
    business_id: str
    street: str
    postcode: str
    town: str
    country: str
    email: str
    language: str


@dataclass(frozen=True, slots=True)
class HandedClaim:
    """One claim: capital, late interest up to the day and costs, itemised in euro, and on what it rests.

    The interest is that of the days from ``interest_from``, but for those of ``interest_pauses``.
    """

    reference: str
    invoice: str
    due_date: date
    basis: str
    principal: Decimal
    interest: Decimal
    costs: Decimal
    interest_ground: str = ""
    interest_from: date | None = None
    interest_pauses: tuple[Pause, ...] = ()

    @property
    def total(self) -> Decimal:
        """All that is asked for the claim, euro."""
        return self.principal + self.interest + self.costs


@dataclass(frozen=True, slots=True)
class Limits:
    """How far the agency may go at the debtor's cost, euro; None where the act sets no cap.

    ``interval`` days lie between two demands that cost, counted from ``last_cost``; ``paid_demands`` is their number.
    """

    demand: Decimal | None
    repeated: Decimal | None
    total: Decimal | None
    so_far: Decimal
    last_cost: date | None
    interval: int
    paid_demands: int


@dataclass(frozen=True, slots=True)
class HandOver:
    """One case of one debtor. ``contents`` is what the demand must tell, item by item, in the debtor's language."""

    number: int
    day: date
    language: str
    consumer: bool
    creditor: Party
    debtor: Party
    iban: str
    bic: str
    claims: tuple[HandedClaim, ...]
    contents: Mapping[str, str]
    limits: Limits
    kind: Literal["agency_hand_over"] = "agency_hand_over"

    @property
    def principal(self) -> Decimal:
        """The capital of all claims, euro."""
        return sum((one.principal for one in self.claims), Decimal(0))

    @property
    def total(self) -> Decimal:
        """All that is asked for, euro."""
        return sum((one.total for one in self.claims), Decimal(0))

    def as_json(self) -> dict[str, Any]:
        """The case with stable keys; amounts as text with two decimals, days as ISO 8601."""
        return {**as_json.document(self), "total": f"{self.total:.2f}"}


@dataclass(frozen=True, slots=True)
class ChangedClaim:
    """What is still to be collected of the capital of one claim, euro."""

    reference: str
    principal: Decimal


@dataclass(frozen=True, slots=True)
class AgencyMessage:
    """What the agency must know of a case that it has: from this on it stops, goes on, collects less or gives up.

    ``claims`` are told of a change alone; ``reason`` is for people.
    """

    case: int
    message: AgencyMessageKind
    day: date
    reason: str
    claims: tuple[ChangedClaim, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The message with stable keys; amounts as text with two decimals, days as ISO 8601."""
        return as_json.document(self)


@dataclass(frozen=True, slots=True)
class HandOverBatch:
    """The cases of one unit that leave together, and what is told of those that left before."""

    identity: str
    day: date
    unit: str
    cases: tuple[HandOver, ...]
    messages: tuple[AgencyMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """One thing that the agency tells of a case; ``id`` is its own name for it, so that it counts once.

    ``amount`` is the cost of a demand, or the gross of what was collected for the claim of ``reference``; the agency
    keeps ``fee`` and pays ``net`` on by bank. What could not be read is None, and a finding of the report says so.
    """

    row: int
    id: str
    case: int | None
    kind: RowKind | None
    day: date | None
    reference: str
    amount: Decimal | None
    fee: Decimal | None
    net: Decimal | None
    reason: str


@dataclass(frozen=True, slots=True)
class AgencyReport:
    """A report: as many rows as it tells of, and the sum of their amounts in euro."""

    rows: tuple[AgencyRow, ...]
    amount: Decimal
    findings: tuple[Finding, ...] = ()
    kind: Literal["agency_report"] = "agency_report"

    def as_json(self) -> dict[str, Any]:
        """The report with stable keys; amounts as text with two decimals, days as ISO 8601."""
        return as_json.document(self)
