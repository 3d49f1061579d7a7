"""What goes to the enforcement authority and comes back from it, as neutral data (OC 6.2.2, 6.2.7, 6.3)."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args

from reskontra.documents import as_json
from reskontra.documents.findings import Finding
from reskontra.documents.interest import Pause

MessageKind = Literal[
    "application", "change", "withdrawal", "interruption", "resumption", "passive_registration"
]
ReportKind = Literal["received", "registered", "collected", "obstacle", "returned", "finished"]
Procedure = Literal["normal", "limited"]
Certificate = Literal["lack_of_means", "lack_of_means_and_not_found", "obstacle"]
MESSAGE_KINDS: tuple[MessageKind, ...] = get_args(MessageKind)
REPORT_KINDS: tuple[ReportKind, ...] = get_args(ReportKind)


@dataclass(frozen=True, slots=True)
class Creditor:
    """The accounting unit, always the applicant itself (OC 6.2-a), and where the money is sent."""

    code: str
    name: str
    business_id: str
    address: tuple[str, ...]
    email: str
    phone: str
    iban: str
    bic: str


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who owes. The personal code is for the authority alone: it shows in no text made of this."""

    number: str
    name: str
    natural_person: bool
    language: str
    business_id: str = ""
    personal_code: str = field(default="", repr=False)
    birth_date: date | None = None
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = "FI"


@dataclass(frozen=True, slots=True)
class Demand:
    """One claim of an application: capital, costs, how interest is set and from when, and the provision; euro.

    ``interest_percent`` are the points above the reference rate. It runs from ``interest_from``, but for the days of
    ``interest_pauses``. Interest runs on no interest: then there is no ground and no first day. A change tells only the
    reference and what is asked for now.
    """

    reference: str
    principal: Decimal
    costs: Decimal
    kind: str = ""
    due_date: date | None = None
    interest_ground: str = ""
    interest_percent: Decimal | None = None
    interest_from: date | None = None
    interest_pauses: tuple[Pause, ...] = ()
    provision: str = ""


@dataclass(frozen=True, slots=True)
class EnforcementMessage:
    """One message about one case. ``judgment`` names what an application after a judgment rests on.

    ``consequences`` says what else follows from the delay, ``text`` the whole application as people read it.
    """

    kind: MessageKind
    case: int
    day: date
    demands: tuple[Demand, ...] = ()
    debtor: Debtor | None = None
    procedure: Procedure | None = None
    judgment: str = ""
    consequences: str = ""
    text: str = ""
    reason: str = ""
    certificate_day: date | None = None


@dataclass(frozen=True, slots=True)
class EnforcementBatch:
    """The messages of one unit that leave together. The unit speaks for itself: there is no place for an agent."""

    identity: str
    day: date
    creditor: Creditor
    messages: tuple[EnforcementMessage, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """What was collected for one claim, euro: gross from the debtor, the fee kept, and the net that is paid on."""

    reference: str
    gross: Decimal
    fee: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One thing that the authority tells about one case; ``id`` is its own name for what it tells."""

    row: int
    id: str
    case: int
    kind: ReportKind
    day: date
    authority_number: str = ""
    shares: tuple[Share, ...] = ()
    certificate: Certificate | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EnforcementReport:
    """A report of the authority on cases of one unit, by its code."""

    identity: str
    unit: str
    day: date
    rows: tuple[ReportRow, ...]
    findings: tuple[Finding, ...] = ()
    kind: Literal["enforcement_report"] = "enforcement_report"

    def as_json(self) -> dict[str, Any]:
        """The report with stable keys; amounts as text with two decimals, days as ISO 8601."""
        return as_json.document(self)
