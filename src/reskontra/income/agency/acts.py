"""What people tell the collection agency of one case: stop, go on, give it back, it is paid (OC 6.1.4, 6.2).

Each act is a step of the case and a message to the agency, sealed at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from reskontra.claims.models import Case, CaseEvent
from reskontra.claims.steps import UNMOVED, Step, block_claims, owed_in, take_steps
from reskontra.documents.agency import AgencyMessage, AgencyMessageKind
from reskontra.income.agency.run import seal
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.registers.policy import require
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, RunRefused, lock

LIVE = ("applied", "demanded", "resumed")
LONGEST_REASON = 350  # what a step keeps of it


@dataclass(frozen=True)
class Act:
    """What an act makes of a case: the right that it takes, the message, where it may be taken."""

    right: str
    message: AgencyMessageKind
    states: Sequence[str]
    clause: str = "OC 6.2-a"
    paid: bool = False  # only where nothing is open any more; the others only where something is


ACTS: Mapping[str, Act] = {
    "stop": Act("handle_case", "stopped", LIVE),
    "resume": Act("decide_case", "resumed", ("stopped",)),
    "withdraw": Act("decide_case", "withdrawn", (*LIVE, "stopped")),
    "finish": Act("decide_case", "withdrawn", (*LIVE, "stopped"), paid=True),
}


def possible(state: str, *, paid: bool) -> list[str]:
    """The names of ``ACTS`` that a case at the agency can take; ``paid``: nothing is open of it any more."""
    return [name for name, act in ACTS.items() if state in act.states and act.paid == paid]


@clause("OC 6.1.4-a", "OC 6.2-a")
def act_on(acting: Acting, case: Case, name: str, reason: str) -> CaseEvent:
    """Do the act ``name`` (of ``ACTS``) on ``case``, for ``reason``; the agency is told at once.

    A case that the agency has collected in full ends without a message. What is taken back waits under block A for what
    is to become of it. Called inside ``working_in``. Raises ``NotAllowed``, and ``RunRefused`` where the case does not
    stand so, without a reason, or with a personal code in it.
    """
    act = ACTS[name]
    require(acting.person, act.right, acting.unit, acting.day)
    if not reason.strip():
        raise RunRefused("case.no_reason")
    if find_personal_codes(reason):
        raise RunRefused("case.code_in_reason")
    lock(acting.unit, "settlement")
    newest = CaseEvent.objects.filter(unit=acting.unit, case=case).exclude(kind__in=UNMOVED)
    state = newest.order_by("-position").values_list("kind", flat=True).first()
    if case.kind != "agency" or state not in act.states:
        raise RunRefused("case.not_possible", case=str(case.number), state=str(state))
    owed = owed_in(case)
    open_amount = sum((one.open for one in owed), Decimal(0))
    if (open_amount == 0) != act.paid:
        raise RunRefused("case.still_open" if act.paid else "case.nothing_open", case=str(case.number))
    return _tell(acting, case, act, reason.strip()[:LONGEST_REASON], open_amount)


def _tell(acting: Acting, case: Case, act: Act, reason: str, open_amount: Decimal) -> CaseEvent:
    run = Run.objects.create(
        unit=acting.unit,
        name="case",
        on_date=acting.day,
        state="applied",
        person=acting.person,
        planned_at=acting.at,
        applied_at=acting.at,
    )
    owed = owed_in(case)
    collected = act.paid and not any(one.expected for one in owed)
    message = AgencyMessage(case.number, act.message, run.on_date, reason)
    file = None if collected else seal(run, acting, [], [message])
    kind = "closed" if collected else act.message
    [event] = take_steps(
        run,
        acting,
        [Step(case.pk, kind, run.on_date, None if act.paid else open_amount, {"reason": reason})],
        digest=file.digest if file else "",
        file=file,
        person=acting.person,
    )
    if act.message == "withdrawn" and not act.paid:
        review = run.on_date + timedelta(days=terms_of(acting.unit, acting.day).case_review_days)
        claims = [one.claim for one in owed if one.open > 0]
        block_claims(run, acting, claims, "A", "CASE_WITHDRAWN", review=review)
    return event
