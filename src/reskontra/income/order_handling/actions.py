"""What only people can judge of an order: one fact, one clause, one right each (OC 3.2.1, 3.9-c).

Two let it through by reviewing and approving it. One sends it back; then it comes again corrected, is taken up again
because the register was what was wrong, or is withdrawn for good.
"""

from reskontra.database.refused import ActRefused, refused_as
from reskontra.income.order_handling.run import OrdersRun
from reskontra.kernel.clauses import clause
from reskontra.registers.policy import require
from reskontra.runs.run import Acting, apply, lock
from reskontra.sales.models import Order, OrderApproval, OrderDecision, OrderStop


@clause("OC 3.2.1-b")
def review(acting: Acting, order: Order, seen: str, comment: str = "") -> OrderApproval:
    """The reviewer answers for the price and posting of the version with digest ``seen``."""
    require(acting.person, "review_order", acting.unit, acting.day)
    return _act(acting, order, "review", seen, comment)


@clause("OC 3.2.1-b")
def approve(acting: Acting, order: Order, seen: str, comment: str = "") -> OrderApproval:
    """The approver, another person than the reviewer, lets the version with digest ``seen`` be invoiced."""
    require(acting.person, "approve_order", acting.unit, acting.day)
    return _act(acting, order, "approve", seen, comment)


@clause("OC 3.9-c")
def send_back(acting: Acting, order: Order, seen: str, reason: str) -> OrderStop:
    """The version with digest ``seen`` goes back to its sender to be corrected, whatever the rule said of it.

    From then on it is not invoiced, and its key is free: what comes next under it is the next version. Raises
    ``ActRefused`` without a reason, and for what is invoiced, has a newer version, or is back already.
    """
    require(acting.person, "return_order", acting.unit, acting.day)
    return _stop(acting, order, "return", seen, reason)


@clause("OC 3.9-c")
def withdraw(acting: Acting, order: Order, seen: str, reason: str) -> OrderStop:
    """An order that went back is withdrawn: nobody waits for it, no run sees it again.

    Raises ``ActRefused`` without a reason, and for what has not gone back.
    """
    require(acting.person, "withdraw_order", acting.unit, acting.day)
    return _stop(acting, order, "withdraw", seen, reason)


@clause("OC 3.9-c", "OC 2.1-b")
def reopen(acting: Acting, order: Order, seen: str) -> None:
    """An order that the rule returned is decided anew, when not the order but the register was what was wrong.

    Raises ``ActRefused`` when ``seen`` is not its digest, and for what a person sent back or withdrew: that has to
    come again, so that it is judged anew. The run that decides says who took it up, and when.
    """
    require(acting.person, "reopen_order", acting.unit, acting.day)
    lock(acting.unit, "sales")
    if seen != order.digest:
        raise ActRefused("an_act_binds_to_the_version_seen")
    said = (
        OrderDecision.objects.filter(unit=acting.unit, order=order, rule="orders").order_by("-run_id").first()
    )
    stopped = OrderStop.objects.filter(unit=acting.unit, order=order).exists()
    if said is None or said.standing != "RETURNED" or stopped:
        raise ActRefused("only_what_the_rule_returned_is_taken_up")
    apply(OrdersRun([order.pk]), acting, acting.day)


def _stop(acting: Acting, order: Order, act: str, seen: str, reason: str) -> OrderStop:
    lock(acting.unit, "sales")  # an invoicing run of the same moment is over, or finds what is said here
    with refused_as(ActRefused):
        stop = OrderStop.objects.create(
            unit=acting.unit,
            order=order,
            digest=seen,
            act=act,
            reason=reason,
            person=acting.person,
            stopped_at=acting.at,
        )
    if act == "return":
        apply(OrdersRun([order.pk]), acting, acting.day)
    return stop


def _act(acting: Acting, order: Order, act: str, seen: str, comment: str) -> OrderApproval:
    with refused_as(ActRefused):
        return OrderApproval.objects.create(
            unit=acting.unit,
            order=order,
            digest=seen,
            act=act,
            person=acting.person,
            given_at=acting.at,
            comment=comment,
        )
