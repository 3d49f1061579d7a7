"""A limited application for a summons as neutral data: what OC 6.2.5 lets it say, and nothing beyond."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from reskontra.documents import as_json
from reskontra.documents.interest import Pause

ReliesOn = Literal["agreement", "order", "case", "interest", "stated"]


@dataclass(frozen=True, slots=True)
class Plaintiff:
    """The accounting unit, always the creditor itself (OC 6.2-a), and where the money is paid."""

    code: str
    name: str
    business_id: str
    domicile: str
    address: tuple[str, ...]
    email: str
    phone: str
    iban: str
    bic: str


@dataclass(frozen=True, slots=True)
class Defendant:
    """Who owes. The personal code is for the court alone: it shows in no text made of this."""

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


@dataclass(frozen=True, slots=True)
class Demand:
    """One claim: what is asked for (euro), on what it rests, and the evidence that is named.

    ``ground`` are the facts that the claim immediately rests on, in the language of the application. ``relies_on`` is
    the agreement, commitment or other written evidence. Interest runs from ``interest_from`` at the reference rate and
    ``interest_points`` more, but for the days of ``interest_pauses``; on a claim of interest none runs, and all are
    empty.
    """

    reference: str
    invoice: str
    principal: Decimal
    costs: Decimal
    due_date: date
    ground: str
    relies_on_kind: ReliesOn
    relies_on: str
    interest_ground: str = ""
    interest_points: Decimal | None = None
    interest_from: date | None = None
    evidence: tuple[str, ...] = ()
    interest_pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True)
class Summons:
    """One application: parties, court, claims, and the legal costs and the court fee that are claimed (euro)."""

    number: int
    day: date
    language: str
    court: str
    court_name: str
    competence: str
    plaintiff: Plaintiff
    defendant: Defendant
    demands: tuple[Demand, ...]
    legal_cost: Decimal
    legal_cost_maximum: Decimal
    court_fee: Decimal
    channel: str
    kind: Literal["summons"] = "summons"

    @property
    def principal(self) -> Decimal:
        """The capital of all claims, euro."""
        return sum((one.principal for one in self.demands), Decimal(0))

    def as_json(self) -> dict[str, Any]:
        """The application with stable keys; without the personal code."""
        return as_json.document(self, frozenset({"personal_code"}))


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An application that the unit takes back: which, at which court under which number of its own, and why."""

    number: int
    day: date
    court: str
    court_name: str
    matter: str
    reason: str


@dataclass(frozen=True, slots=True)
class SummonsBatch:
    """The applications of one unit that leave together, and those that it takes back."""

    identity: str
    day: date
    unit: str
    applications: tuple[Summons, ...]
    withdrawals: tuple[Withdrawal, ...] = ()
