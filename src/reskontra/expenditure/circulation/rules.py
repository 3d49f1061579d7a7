"""The law of circulation: where each invoice goes that no rule could finish, and what its waiting means."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms

READY = Outcome("EXPENDITURE_READY", "READY")
ROUTE_BY_REFERENCE = Outcome("ROUTE_BY_REFERENCE", "READY")
NOBODY_TO_ROUTE_TO = Outcome("NOBODY_TO_ROUTE_TO", "REVIEW")
ROUTE_TO_SOLVE = Outcome("ROUTE_TO_SOLVE", "READY")
ROUTE_TO_CODING_SERVICE = Outcome("ROUTE_TO_CODING_SERVICE", "READY")
ROUTE_TO_CODING = Outcome("ROUTE_TO_CODING", "READY")
ROUTE_TO_REVIEW = Outcome("ROUTE_TO_REVIEW", "READY")
ROUTE_TO_APPROVAL = Outcome("ROUTE_TO_APPROVAL", "READY")
OVERDUE = Outcome("CIRCULATION_OVERDUE", "WAITING")
REMIND_DUE = Outcome("CIRCULATION_REMIND_DUE", "WAITING")
WAIT = Outcome("CIRCULATION_WAIT", "WAITING")

# The outcomes that give an invoice a new place.
ROUTES = (
    ROUTE_BY_REFERENCE,
    ROUTE_TO_SOLVE,
    ROUTE_TO_CODING_SERVICE,
    ROUTE_TO_CODING,
    ROUTE_TO_REVIEW,
    ROUTE_TO_APPROVAL,
)


@clause("EX 1.2.1-a", "EX 1.2.2-a", "EX 3-a", "EX 3.2-a")
def decide_circulation(terms: Terms) -> Decisions:
    """What is approved becomes a payable; what has no place gets one; what waits is told by its due date.

    A posting reference codes and routes what names no order or contract. A mismatch goes to whoever can solve its
    cause; all else goes to those who code, in the unit or in the centre as the responsibility table says.
    """
    days = terms.circulation_remind_before_due
    return decide(
        (READY, "step = 'pay'", "EX 1.2.1-a"),
        (
            ROUTE_BY_REFERENCE,
            "step = 'code' AND template_id IS NOT NULL AND NOT sent_back AND adds_up"
            " AND reviewing_queue_id IS NOT NULL",
            "EX 1.2.1-a",
        ),
        (NOBODY_TO_ROUTE_TO, "NOT placed AND queue_id IS NULL AND to_person_id IS NULL", "EX 1.2.1-a"),
        (ROUTE_TO_SOLVE, "NOT placed AND step = 'solve'", "EX 3-a"),
        (ROUTE_TO_CODING_SERVICE, "NOT placed AND step = 'code' AND party = 'centre'", "EX 1.2.2-a"),
        (ROUTE_TO_CODING, "NOT placed AND step = 'code'", "EX 1.2.1-a"),
        (ROUTE_TO_REVIEW, "NOT placed AND step = 'review'", "EX 1.2.1-a"),
        (ROUTE_TO_APPROVAL, "NOT placed AND step = 'approve'", "EX 1.2.1-a"),
        (OVERDUE, "due_date < on_date", "EX 3.2-a"),
        (REMIND_DUE, f"due_date <= on_date + {days}", "EX 3.2-a"),
        otherwise=(WAIT, "EX 3.2-a"),
    )
