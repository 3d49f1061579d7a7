"""What only people can judge: reviewing and approving an order (OC 3.2.1). One fact, one clause, one right each."""

from reskontra.database.refused import ActRefused, refused_as
from reskontra.kernel.clauses import clause
from reskontra.registers.policy import require
from reskontra.runs.run import Acting
from reskontra.sales.models import Order, OrderApproval


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
