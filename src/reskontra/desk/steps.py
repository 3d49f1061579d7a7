"""The runs that can be previewed and applied from the desk. One more run is one more line here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Literal

from reskontra.expenditure.circulation import rules as circulation_rules
from reskontra.expenditure.circulation.run import CirculationRun
from reskontra.expenditure.intake import rules as intake_rules
from reskontra.expenditure.intake.run import IntakeRun
from reskontra.expenditure.matching import rules as matching_rules
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.expenditure.payment import rules as payment_rules
from reskontra.expenditure.payment.run import PaymentRun
from reskontra.expenditure.statement_posting import rules as statement_rules
from reskontra.expenditure.statement_posting.run import StatementPostingRun
from reskontra.income.agency import rules as agency_rules
from reskontra.income.agency.run import AgencyRun
from reskontra.income.allocation import rules as allocation_rules
from reskontra.income.allocation import set_off
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.allocation.set_off import SetOffRun
from reskontra.income.deferral import rules as deferral_rules
from reskontra.income.deferral.run import DeferralsRun
from reskontra.income.delivery import rules as delivery_rules
from reskontra.income.delivery.letters import LettersRun
from reskontra.income.delivery.run import DeliveryRun
from reskontra.income.interest import rules as interest_rules
from reskontra.income.interest.run import InterestRun, PaymentTimeInterestRun
from reskontra.income.invoicing import rules as invoicing_rules
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.legal import court_rules
from reskontra.income.legal import rules as legal_rules
from reskontra.income.legal.court_run import CourtRun
from reskontra.income.legal.enforcement import EnforcementRun
from reskontra.income.legal.obstacle import ObstaclesRun
from reskontra.income.legal.run import CollectionRun
from reskontra.income.limitation import rules as limitation_rules
from reskontra.income.limitation.run import LimitationRun
from reskontra.income.order_handling import rules as order_rules
from reskontra.income.order_handling.run import OrdersRun
from reskontra.income.refunds import rules as refund_rules
from reskontra.income.refunds.run import RefundsRun
from reskontra.income.reminders import rules as reminder_rules
from reskontra.income.reminders.run import ReminderRun
from reskontra.income.write_off import rules as write_off_rules
from reskontra.income.write_off.run import WriteOffsRun
from reskontra.income.write_off.valuation import ValuationRun
from reskontra.insight.runs import Subject
from reskontra.kernel.sets import Outcome
from reskontra.runs.decisions import CHANGED_SINCE_PLAN
from reskontra.runs.run import Room

Group = Literal["invoicing", "payments", "collection", "purchases"]


@dataclass(frozen=True)
class Step:
    """One run: its room, where its outcomes are defined, what it decides about, and whether it sends files.

    ``counted`` are the outcomes that an applied run only counts, so that nothing leads on from them. ``act`` is the
    right that it takes, where that has another name than the run; ``page`` is the page on which its plan is looked at.
    """

    name: str
    group: Group
    room: Callable[[], Room]
    rules: ModuleType
    subject: Subject
    sends: bool = False
    counted: tuple[Outcome, ...] = ()
    act: str = ""
    page: str = "run"

    @property
    def right(self) -> str:
        """The act that a person must be allowed."""
        return self.act or f"run_{self.name}"

    @property
    def standings(self) -> Mapping[str, str]:
        """What follows from each outcome, by its name: READY, REVIEW, RETURNED, WAITING or LEFT."""
        return {one.name: one.standing for one in (*_outcomes(self.rules), CHANGED_SINCE_PLAN)}

    def kept(self, outcome: str, standing: str) -> bool:
        """Whether an applied run keeps one by one what it gave ``outcome``; of what is sent, only what went out."""
        if self.subject in ("invoice", "letter"):
            return standing == "READY"
        return outcome not in {one.name for one in (*self.counted, CHANGED_SINCE_PLAN)}


def _outcomes(rules: ModuleType) -> Iterator[Outcome]:
    for value in vars(rules).values():
        if isinstance(value, Outcome):
            yield value
        elif isinstance(value, dict):
            yield from (one for one in value.values() if isinstance(one, Outcome))


# Interest tells one by one what a person may ask about; claims that were paid in time, or are open, are counted.
_INTEREST_COUNTED = tuple(one for one in _outcomes(interest_rules) if one not in interest_rules.TOLD)

STEPS: Mapping[str, Step] = {
    step.name: step
    for step in (
        Step("orders", "invoicing", OrdersRun, order_rules, "order"),
        Step("invoicing", "invoicing", InvoicingRun, invoicing_rules, "order"),
        Step("delivery", "invoicing", DeliveryRun, delivery_rules, "invoice", sends=True),
        Step("set_off", "payments", SetOffRun, set_off, "credit"),
        Step("allocation", "payments", AllocationRun, allocation_rules, "payment"),
        Step(
            "refunds",
            "payments",
            RefundsRun,
            refund_rules,
            "overpayment",
            sends=True,
            counted=(refund_rules.SMALL_NOT_ASKED,),
        ),
        Step(
            "reminders",
            "collection",
            ReminderRun,
            reminder_rules,
            "claim",
            counted=(reminder_rules.NOT_YET_DUE,),
        ),
        Step("interest", "collection", InterestRun, interest_rules, "claim", counted=_INTEREST_COUNTED),
        Step(
            "payment_time",
            "collection",
            PaymentTimeInterestRun,
            interest_rules,
            "claim",
            counted=_INTEREST_COUNTED,
        ),
        Step("letters", "collection", LettersRun, delivery_rules, "letter", sends=True),
        Step("deferrals", "collection", DeferralsRun, deferral_rules, "deferral"),
        Step(
            "limitation",
            "collection",
            LimitationRun,
            limitation_rules,
            "claim",
            counted=(limitation_rules.RUNNING,),
        ),
        Step(
            "collection",
            "collection",
            CollectionRun,
            legal_rules,
            "claim",
            counted=(legal_rules.NOT_REMINDED, legal_rules.REMINDER_RUNS),
        ),
        Step(
            "agency",
            "collection",
            AgencyRun,
            agency_rules,
            "claim",
            sends=True,
            counted=agency_rules.COUNTED_ONLY,
        ),
        Step(
            "court",
            "collection",
            CourtRun,
            court_rules,
            "claim",
            sends=True,
            counted=court_rules.COUNTED_ONLY,
        ),
        Step(
            "enforcement",
            "collection",
            EnforcementRun,
            legal_rules,
            "claim",
            sends=True,
            counted=(legal_rules.IN_ENFORCEMENT,),
        ),
        Step("obstacles", "collection", ObstaclesRun, legal_rules, "case", sends=True),
        Step(
            "write_offs",
            "collection",
            WriteOffsRun,
            write_off_rules,
            "claim",
            counted=(write_off_rules.CLAIM_LIVING,),
        ),
        Step("valuation", "collection", ValuationRun, write_off_rules, "valuation"),
        Step("purchase_intake", "purchases", IntakeRun, intake_rules, "arrival", act="run_intake"),
        Step(
            "matching",
            "purchases",
            MatchingRun,
            matching_rules,
            "purchase",
            counted=(matching_rules.MATCH_HOLDS,),
        ),
        Step(
            "circulation",
            "purchases",
            CirculationRun,
            circulation_rules,
            "purchase",
            counted=(circulation_rules.WAIT,),
        ),
        Step(
            "payment",
            "purchases",
            PaymentRun,
            payment_rules,
            "payable",
            sends=True,
            counted=(payment_rules.PAYABLE_SETTLED, payment_rules.PAYABLE_NOT_DUE),
            page="payment-plan",
        ),
        Step(
            "statement_posting",
            "purchases",
            StatementPostingRun,
            statement_rules,
            "line",
            counted=(statement_rules.ALREADY_POSTED, statement_rules.NOT_BOOKED),
        ),
    )
}

GROUPS: Mapping[Group, tuple[Step, ...]] = {
    group: tuple(step for step in STEPS.values() if step.group == group)
    for group in ("invoicing", "payments", "collection", "purchases")
}
