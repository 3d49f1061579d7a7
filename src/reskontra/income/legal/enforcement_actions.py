"""What the unit decides about its cases of enforcement: stop, resume, withdraw, go abroad (OC 6.2, 6.5).

Each act is a run of one case: the step and the message to the authority are written together and sealed at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.claims.models import Case, Claim
from reskontra.claims.steps import Step, block_claims, owed_in, take_steps
from reskontra.database.rows import one_row, rows
from reskontra.documents.enforcement import EnforcementMessage, MessageKind
from reskontra.income.legal.enforcement import EnforcementRun, outbox_entry, seal
from reskontra.income.legal.enforcement_document import creditor_of
from reskontra.income.legal.obstacle import end_collection
from reskontra.income.legal.rules import CASE_COLLECTED, CASE_PAID
from reskontra.kernel.clauses import clause, known
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.kernel.sets import Outcome
from reskontra.kernel.terms import Terms
from reskontra.registers.policy import require
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control, Result, RunRefused, apply

LIVE = ("applied", "received", "registered", "resumed")
CASE_STOPPED = Outcome("CASE_STOPPED", "READY")
CASE_RESUMED = Outcome("CASE_RESUMED", "READY")
CASE_WITHDRAWN = Outcome("CASE_WITHDRAWN", "READY")
CASE_ABROAD = Outcome("CASE_ABROAD", "READY")
CASE_NOT_ABROAD = Outcome("CASE_NOT_ABROAD", "READY")
CASE_CLOSED = Outcome("CASE_CLOSED", "READY")


@dataclass(frozen=True)
class Act:
    """What an act makes of a case: the step, where it may be taken, the message, and what becomes of the claims."""

    outcome: Outcome
    step: str
    states: Sequence[str]
    clause: str
    message: MessageKind | None = None
    hold: bool = False  # the claims wait for a person, under block A
    end: bool = False  # collection of them has ended, under block E
    only_abroad: bool = False
    paid: bool = False  # only where nothing is open any more


_STOP = Act(CASE_STOPPED, "stopped", LIVE, "OC 6.2-a", "interruption")
_RESUME = Act(CASE_RESUMED, "resumed", ("stopped",), "OC 6.2-a", "resumption")
_WITHDRAW = Act(CASE_WITHDRAWN, "withdrawn", (*LIVE, "stopped"), "OC 6.2-a", "withdrawal", hold=True)
_ABROAD = Act(CASE_ABROAD, "abroad", ("obstacle",), "OC 6.5-a", only_abroad=True)
_NOT_ABROAD = Act(CASE_NOT_ABROAD, "closed", ("obstacle",), "OC 6.5-a", end=True, only_abroad=True)
_FINISH = Act(CASE_COLLECTED, "closed", (*LIVE, "stopped", "passive"), "OC 6.2-a", paid=True)
_FINISH_TOLD = Act(CASE_PAID, "withdrawn", (*LIVE, "stopped", "passive"), "OC 6.2-a", "withdrawal", paid=True)
_CLOSE = Act(CASE_CLOSED, "closed", ("abroad",), "OC 6.4-a", end=True)

# Every act by its name, in the order in which people are offered them, each with the right that it takes.
ACTS: Mapping[str, tuple[str, Act]] = {
    "stop": ("handle_case", _STOP),
    "resume": ("decide_case", _RESUME),
    "withdraw": ("decide_case", _WITHDRAW),
    "finish": ("decide_case", _FINISH),
    "abroad": ("decide_case", _ABROAD),
    "not_abroad": ("decide_case", _NOT_ABROAD),
    "close_abroad": ("decide_case", _CLOSE),
}


def possible(state: str, *, abroad: bool, paid: bool = False) -> list[str]:
    """The names of ``ACTS`` that a case of enforcement can take.

    By where it stands, whether its debtor is ``abroad``, and whether nothing is open of it any more (``paid``): then it
    is ended, and the authority gets no message about 0.00 euro.
    """
    return [
        name
        for name, (_, act) in ACTS.items()
        if state in act.states and (abroad or not act.only_abroad) and _fits(act, paid=paid)
    ]


def _fits(act: Act, *, paid: bool) -> bool:
    return act.paid if paid and act.message else paid or not act.paid


@clause("OC 6.2-a")
def stop(acting: Acting, case: Case, reason: str) -> Result:
    """The case is stopped, by whoever learns first that it must be; the authority is told at once.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``RunRefused`` where the case does not stand so.
    """
    require(acting.person, "handle_case", acting.unit, acting.day)
    return _act(acting, case, _STOP, reason)


@clause("OC 6.2-a")
def resume(acting: Acting, case: Case, reason: str) -> Result:
    """The unit lets a stopped case go on; the authority is told at once. Raises as ``stop`` does."""
    require(acting.person, "decide_case", acting.unit, acting.day)
    return _act(acting, case, _RESUME, reason)


@clause("OC 6.2-a")
def withdraw(acting: Acting, case: Case, reason: str) -> Result:
    """The unit takes its application back; its claims wait under block A for what is to become of them."""
    require(acting.person, "decide_case", acting.unit, acting.day)
    return _act(acting, case, _WITHDRAW, reason)


@clause("OC 6.2-a")
def finish(acting: Acting, case: Case, reason: str) -> Result:
    """Nothing is open of the case any more: it ends, in the passive register too.

    Where the authority still expects money it is told that the application is taken back; where it has collected all
    of it there is nothing to tell.
    """
    require(acting.person, "decide_case", acting.unit, acting.day)
    expected = sum((one.expected for one in owed_in(case)), Decimal(0))
    return _act(acting, case, _FINISH_TOLD if expected else _FINISH, reason)


@clause("OC 6.5-a")
def decide_abroad(acting: Acting, case: Case, abroad: bool, reason: str) -> Result:
    """The unit decides after the obstacle: collection abroad, at its own cost risk, or the end of collection."""
    require(acting.person, "decide_case", acting.unit, acting.day)
    return _act(acting, case, _ABROAD if abroad else _NOT_ABROAD, reason)


@clause("OC 6.4-a")
def close_abroad(acting: Acting, case: Case, reason: str) -> Result:
    """Collection abroad has come to its end: what is still open is to be written off."""
    require(acting.person, "decide_case", acting.unit, acting.day)
    return _act(acting, case, _CLOSE, reason)


@clause("OC 6.2.2-a")
def apply_with_provision(acting: Acting, claims: Sequence[Claim], provision: str) -> Result:
    """Apply for ``claims`` whose provision only a person could name, because it stood in an enclosed decision."""
    require(acting.person, "handle_case", acting.unit, acting.day)
    _refuse_codes(provision)
    return apply(EnforcementRun([claim.pk for claim in claims], provision), acting, acting.day)


def _act(acting: Acting, case: Case, act: Act, reason: str) -> Result:
    if not reason.strip():
        raise RunRefused("case.no_reason")
    _refuse_codes(reason)
    return apply(CaseActRun(case, act, reason.strip()[:350]), acting, acting.day)


def _refuse_codes(text: str) -> None:
    if find_personal_codes(text):
        raise RunRefused("case.code_in_reason")


class CaseActRun:
    """One act on one case. Raises ``RunRefused`` when the case does not stand where the act can be taken."""

    name = "case"
    lock = "settlement"

    def __init__(self, case: Case, act: Act, reason: str) -> None:
        self.case, self.act, self.reason = case, act, reason

    def decide(self, run: Run, terms: Terms) -> None:
        """The one case with what is open of it, if it stands right: asked under the lock, so nobody is faster."""
        state, abroad = one_row(_STATE, {"unit": run.unit.pk, "case": self.case.pk})
        if (
            self.case.kind != "enforcement"
            or state not in self.act.states
            or (self.act.only_abroad and not abroad)
        ):
            raise RunRefused("case.not_possible", case=str(self.case.number), state=str(state))
        if not _fits(self.act, paid=not self._open(run)):
            rule = "case.still_open" if self.act.paid else "case.nothing_open"
            raise RunRefused(rule, case=str(self.case.number))
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS decided")
            cursor.execute(
                "CREATE TEMP TABLE decided ON COMMIT DROP AS SELECT %s::bigint AS id, %s::bigint AS unit_id,"
                " %s::numeric AS amount, %s AS outcome, %s AS standing, %s AS clause",
                [
                    self.case.pk,
                    run.unit.pk,
                    sum(self._open(run).values(), Decimal(0)),
                    self.act.outcome.name,
                    self.act.outcome.standing,
                    known(self.act.clause),
                ],
            )

    def _open(self, run: Run) -> dict[int, Decimal]:
        """What is open of each claim of the case that something is open of, by its id."""
        found = rows(_OPEN, {"unit": run.unit.pk, "case": self.case.pk})
        return {one["id"]: one["open"] for one in found}

    def record(self, run: Run) -> None:
        """The step of the case is the decision."""

    def set_aside(self, run: Run) -> None:
        """An act is never planned."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write the step, seal the message, and put the claims where they wait."""
        claims = self._open(run)
        file = None
        if self.act.message:
            message = EnforcementMessage(
                kind=self.act.message, case=self.case.number, day=run.on_date, reason=self.reason
            )
            file = seal(run, acting, creditor_of(run), [message], sum(claims.values(), Decimal(0)))
        detail: dict[str, Any] = {"reason": self.reason}
        if self.act.only_abroad:
            detail["abroad"] = "yes" if self.act is _ABROAD else "no"
        take_steps(
            run,
            acting,
            [Step(self.case.pk, self.act.step, run.on_date, sum(claims.values(), Decimal(0)), detail)],
            digest=file.digest if file else "",
            file=file,
            person=acting.person,
        )
        if self.act.hold:
            review = run.on_date + timedelta(days=terms.case_review_days)
            block_claims(run, acting, claims, "A", self.act.outcome.name, review=review)
        if self.act.end:
            end_collection(run, acting, terms, claims, self.act.outcome.name)
        (state, _) = one_row(_STATE, {"unit": run.unit.pk, "case": self.case.pk})
        return Applied(
            [Control("the case stands where the act puts it", self.act.step, str(state))],
            files=[outbox_entry(file)] if file else [],
            facts={"case": self.case.number, "step": self.act.step},
        )


_STATE = """
SELECT (SELECT e.kind FROM claims_caseevent e WHERE e.unit_id = %(unit)s AND e.case_id = %(case)s
        AND e.kind NOT IN ('collected', 'changed') ORDER BY e.position DESC LIMIT 1),
  (SELECT d.country <> 'FI' FROM claims_case k JOIN registers_customer d ON d.id = k.debtor_id
   WHERE k.unit_id = %(unit)s AND k.id = %(case)s)
"""
_OPEN = """
SELECT c.id, c.amount - coalesce(s.amount, 0) AS open
FROM claims_caseclaim cc JOIN claims_claim c ON c.id = cc.claim_id
LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM claims_claim_settlement WHERE claim_id = c.id) s ON true
WHERE cc.unit_id = %(unit)s AND cc.case_id = %(case)s AND c.amount > coalesce(s.amount, 0) ORDER BY c.id
"""
