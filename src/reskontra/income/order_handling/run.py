"""The orders run: every open order of the unit is decided as of today's registers, but what is back with its sender."""

from collections.abc import Sequence

from reskontra.income.order_handling.rules import decide_orders
from reskontra.kernel.terms import Terms
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied
from reskontra.sales.decided import decide_orders_in_hand, record_order_decisions
from reskontra.sales.in_hand import take_in_hand

# What went back is its sender's: it comes again, or somebody takes it up again by name (OC 3.9-c).
_NOT_BACK = "(SELECT * FROM orders_in_hand WHERE decided_standing IS DISTINCT FROM 'RETURNED')"


class OrdersRun:
    """Decide open orders; ``orders`` narrows the scope, and one order is a set of one.

    Orders that are named are decided whatever was said of them before.
    """

    name = "orders"
    lock = "sales"

    def __init__(self, orders: Sequence[int] | None = None) -> None:
        self.orders = orders

    def decide(self, run: Run, terms: Terms) -> None:
        """Every order in hand gets its outcome; one that went back keeps the one it has."""
        take_in_hand(run.unit, self.orders)
        subjects = _NOT_BACK if self.orders is None else "orders_in_hand"
        decide_orders_in_hand(decide_orders(terms), subjects)

    def record(self, run: Run) -> None:
        """A plan leaves no decision: the newest one is what lets an order through."""

    def set_aside(self, run: Run) -> None:
        """Nothing was promised by the plan: deciding anew is all there is to do."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Store the decisions."""
        record_order_decisions(run, self.name)
        return Applied()
