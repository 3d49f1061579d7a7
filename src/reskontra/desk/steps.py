"""The runs that can be previewed and applied from the desk. One more run is one more line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from reskontra.income.allocation import rules as allocation_rules
from reskontra.income.allocation import set_off
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.allocation.set_off import SetOffRun
from reskontra.income.delivery import rules as delivery_rules
from reskontra.income.delivery.run import DeliveryRun
from reskontra.income.invoicing import rules as invoicing_rules
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling import rules as order_rules
from reskontra.income.order_handling.run import OrdersRun
from reskontra.insight.runs import Subject
from reskontra.kernel.sets import Outcome
from reskontra.runs.decisions import CHANGED_SINCE_PLAN
from reskontra.runs.run import Room


@dataclass(frozen=True)
class Step:
    """One run: its room, where its outcomes are defined, what it decides about, and whether it sends files."""

    name: str
    room: Callable[[], Room]
    rules: ModuleType
    subject: Subject
    sends: bool = False

    @property
    def right(self) -> str:
        """The act that a person must be allowed."""
        return f"run_{self.name}"

    @property
    def standings(self) -> Mapping[str, str]:
        """What follows from each outcome, by its name: READY, REVIEW, RETURNED, WAITING or LEFT."""
        own = (value for value in vars(self.rules).values() if isinstance(value, Outcome))
        return {one.name: one.standing for one in (*own, CHANGED_SINCE_PLAN)}


STEPS: Mapping[str, Step] = {
    step.name: step
    for step in (
        Step("orders", OrdersRun, order_rules, "order"),
        Step("invoicing", InvoicingRun, invoicing_rules, "order"),
        Step("delivery", DeliveryRun, delivery_rules, "invoice", sends=True),
        Step("set_off", SetOffRun, set_off, "credit"),
        Step("allocation", AllocationRun, allocation_rules, "payment"),
    )
}
