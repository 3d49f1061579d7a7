"""What people do with a case at court: state, register, judge, contest, take back, close (OC 6.2.3 to 6.2.6).

Every act takes the day of business; left out, it is the day on which the person acts.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max

from reskontra.claims.models import Case, CaseClaim, CaseEvent, Claim, Cost, SummonsStatement
from reskontra.database.rows import one_row
from reskontra.documents.summons import Withdrawal
from reskontra.income.legal.court_document import language_of
from reskontra.income.legal.court_run import fee_at_court, seal
from reskontra.kernel.clauses import clause, known
from reskontra.kernel.courts import courts
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.registers.models import Customer
from reskontra.registers.policy import require
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, RunRefused, lock

OVER = frozenset({"closed", "withdrawn", "returned", "judged"})
AT_COURT = ("legal_cost", "court_fee")

# What people do with a case at court, in the order in which they are offered it: the right that it takes, its clause.
ACTS: Mapping[str, tuple[str, str]] = {
    "register": ("handle_case", "OC 6.2.3-a"),
    "judge": ("handle_case", "OC 6.2.6-a"),
    "contest": ("handle_case", "OC 6.2.6-a"),
    "withdraw": ("decide_case", "OC 6.2-a"),
    "extensive": ("decide_case", "OC 6.2.4-a"),
    "dossier": ("decide_case", "OC 6.2.4-a"),
    "sign": ("sign_summons", "OC 6.2-b"),
    "file": ("decide_case", "OC 6.2.4-a"),
    "close": ("decide_case", "OC 6.2.4-a"),
}


def possible(procedure: str, steps: Collection[str], newest: str) -> list[str]:
    """The names of ``ACTS`` that a case at court can take after ``steps``; none once its ``newest`` one ends it.

    An extensive application is about a dispute already, so nobody contests it once more.
    """
    if newest in OVER:
        return []
    applied, extensive = "applied" in steps, procedure == "extensive"
    can = {
        "register": applied and "registered" not in steps,
        "judge": applied,
        "contest": applied and not extensive and "contested" not in steps,
        "withdraw": applied,
        "extensive": not extensive and "contested" in steps,
        "dossier": extensive and not applied,
        "sign": extensive and not applied and "dossier" in steps,
        "file": extensive and not applied and "dossier" in steps,
        "close": True,
    }
    return [name for name in ACTS if can[name]]


@dataclass(frozen=True)
class Awarded:
    """What a judgment orders the debtor to pay beside the claims, euro."""

    legal_cost: Decimal
    court_fee: Decimal


@clause("OC 6.2.3-a")
def name_court(
    acting: Acting, debtor: Customer, court: str, reason: str, day: date | None = None
) -> SummonsStatement:
    """Say which court is competent for ``debtor``, where the register does not tell the seat for certain.

    Called inside ``working_in``; raises ``NotAllowed``, and ``RunRefused`` for a court that there is not.
    """
    require(acting.person, "handle_case", acting.unit, acting.day)
    if court not in courts().by_key:
        raise RunRefused("court.unknown_court", court=court)
    return _state(acting, day, "court", court, reason, customer=debtor)


@clause("OC 6.2.5-a")
def name_agreement(acting: Acting, claim: Claim, agreement: str, day: date | None = None) -> SummonsStatement:
    """Say on which agreement, commitment or other written evidence ``claim`` relies. Raises ``NotAllowed``."""
    require(acting.person, "handle_case", acting.unit, acting.day)
    return _state(acting, day, "agreement", agreement, claim=claim)


@clause("OC 6.2.4-a")
def apply_again(acting: Acting, claim: Claim, reason: str, day: date | None = None) -> SummonsStatement:
    """Let ``claim`` be applied for once more, after its case at court ended without a judgment for it."""
    require(acting.person, "decide_case", acting.unit, acting.day)
    return _state(acting, day, "again", reason, claim=claim)


@clause("OC 6.2.3-a")
def register(acting: Acting, case: Case, number: str, day: date) -> CaseEvent:
    """The court has the application, under a number of its own."""
    require(acting.person, "handle_case", acting.unit, acting.day)
    opened(acting, case)
    return step(acting, case, "registered", day, detail={"number": number})


@clause("OC 6.2.3-a", "OC 6.2.6-a")
def record_judgment(
    acting: Acting,
    case: Case,
    day: date,
    number: str,
    awarded: Awarded,
    claims: Sequence[Claim] | None = None,
) -> CaseEvent:
    """The court's judgment of ``day``: its number, the costs awarded, and for which claims it is (None: for all).

    Costs that were claimed and not awarded are undone by counter-facts. The claims of the judgment go to enforcement;
    one that it dismisses waits for the unit. Called inside ``working_in``; raises ``NotAllowed``, and ``RunRefused``
    for a case that is over or never went out, for more than was claimed and for a claim of another case.
    """
    require(acting.person, "handle_case", acting.unit, acting.day)
    opened(acting, case)
    if not CaseEvent.objects.filter(unit=acting.unit, case=case, kind="applied").exists():
        raise RunRefused("court.never_applied", case=str(case.number))
    in_case = set(CaseClaim.objects.filter(unit=acting.unit, case=case).values_list("claim_id", flat=True))
    granted = in_case if claims is None else {claim.pk for claim in claims}
    if not granted or granted - in_case:
        raise RunRefused("court.claim_of_another_case", case=str(case.number))
    run = act_run(acting, "judgment", day)
    for kind, amount in (("legal_cost", awarded.legal_cost), ("court_fee", awarded.court_fee)):
        _award(run, case, kind, amount)
    detail = {
        "number": number,
        "claims": sorted(granted),
        "legal_cost": f"{awarded.legal_cost:.2f}",
        "court_fee": f"{awarded.court_fee:.2f}",
    }
    return step(acting, case, "judged", day, run=run, detail=detail)


@clause("OC 6.2.6-a")
def contest(acting: Acting, case: Case, day: date, reason: str) -> CaseEvent:
    """The debtor contests: the matter goes to the unit, and the court fee is that of a contested matter.

    The fee goes by the day on which the matter became pending. Called inside ``working_in``; raises ``NotAllowed``,
    and ``RunRefused`` for a case that is over, that never went out or that is contested already.
    """
    require(acting.person, "handle_case", acting.unit, acting.day)
    opened(acting, case)
    applied = CaseEvent.objects.filter(unit=acting.unit, case=case, kind="applied").first()
    if applied is None:
        raise RunRefused("court.never_applied", case=str(case.number))
    if CaseEvent.objects.filter(unit=acting.unit, case=case, kind="contested").exists():
        raise RunRefused("court.contested_already", case=str(case.number))
    run = act_run(acting, "contest", day)
    if case.procedure == "limited":
        replace_cost(run, case, "court_fee", fee_at_court("contested", terms_of(acting.unit, applied.day)))
    return step(acting, case, "contested", day, run=run, detail={"reason": reason, "task": "unit"})


@clause("OC 6.2.4-a")
def close(acting: Acting, case: Case, reason: str, day: date | None = None) -> CaseEvent:
    """The unit ends a case at court without a judgment; the costs that nobody has paid are no longer asked for."""
    require(acting.person, "decide_case", acting.unit, acting.day)
    opened(acting, case)
    return end(acting, case, {"reason": reason}, day or acting.day)


@clause("OC 6.2-a")
def withdraw(acting: Acting, case: Case, reason: str, day: date | None = None) -> CaseEvent:
    """The unit takes its application back, because it is paid or must not go on; the court is told at once.

    The costs at court that nobody has paid are no longer asked for. Called inside ``working_in``. Raises
    ``NotAllowed``, and ``RunRefused`` for a case that is over or never went out, without a reason, or with a personal
    code in it.
    """
    require(acting.person, "decide_case", acting.unit, acting.day)
    opened(acting, case)
    if not CaseEvent.objects.filter(unit=acting.unit, case=case, kind="applied").exists():
        raise RunRefused("court.never_applied", case=str(case.number))
    if not reason.strip():
        raise RunRefused("case.no_reason")
    if find_personal_codes(reason):
        raise RunRefused("case.code_in_reason")
    run = act_run(acting, "case", day or acting.day)
    _undo_unpaid(run, case)
    registered = (
        CaseEvent.objects.filter(unit=acting.unit, case=case, kind="registered").order_by("-position").first()
    )
    known_court = courts().by_key.get(case.court)
    message = Withdrawal(
        number=case.number,
        day=run.on_date,
        court=case.court,
        court_name=known_court.name[language_of(case.debtor)] if known_court else case.court,
        matter=registered.detail.get("number", "") if registered else "",
        reason=reason.strip(),
    )
    file = seal(run, acting, [], [message])
    told = {"reason": reason.strip()}
    return step(acting, case, "withdrawn", run.on_date, run=run, detail=told, digest=file.digest, file=file)


def end(acting: Acting, case: Case, detail: dict[str, Any], day: date) -> CaseEvent:
    """Close ``case`` and undo its costs at court, but for those that were paid already."""
    run = act_run(acting, "case_closed", day)
    _undo_unpaid(run, case)
    return step(acting, case, "closed", day, run=run, detail=detail)


def _undo_unpaid(run: Run, case: Case) -> None:
    """Costs at court are no longer asked for, but for those that were paid already."""
    for cost in standing_costs(case):
        (still_open,) = one_row(
            "SELECT (SELECT coalesce(sum(amount), 0) FROM claims_cost WHERE claim_id = %(claim)s)"
            " - (SELECT coalesce(sum(amount), 0) FROM claims_sidepayment WHERE claim_id = %(claim)s AND kind = 'cost')",
            {"claim": cost.claim_id},
        )
        if still_open >= cost.amount:
            _undo(run, cost)


def opened(acting: Acting, case: Case) -> None:
    """Hold the unit's settlements, then raise ``RunRefused`` unless ``case`` is at court and not over."""
    lock(acting.unit, "settlement")
    if case.kind != "court":
        raise RunRefused("court.not_at_court", case=str(case.number))
    if newest(acting, case) in OVER:
        raise RunRefused("court.case_is_over", case=str(case.number))


def newest(acting: Acting, case: Case) -> str:
    """The kind of the case's newest step, empty before the first."""
    found = CaseEvent.objects.filter(unit=acting.unit, case=case).order_by("-position").first()
    return found.kind if found else ""


def step(acting: Acting, case: Case, kind: str, day: date, **more: Any) -> CaseEvent:
    """The next step of ``case``; with a run where facts of money go along, and always with the person."""
    last = CaseEvent.objects.filter(unit=acting.unit, case=case).aggregate(Max("position"))["position__max"]
    return CaseEvent.objects.create(
        unit=acting.unit,
        case=case,
        position=(last or 0) + 1,
        kind=kind,
        day=day,
        person=acting.person,
        given_at=acting.at,
        **more,
    )


def act_run(acting: Acting, name: str, on: date) -> Run:
    """The run that the facts of one person's act belong to."""
    return Run.objects.create(
        unit=acting.unit,
        name=name,
        on_date=on,
        state="applied",
        person=acting.person,
        planned_at=acting.at,
        applied_at=acting.at,
    )


def standing_costs(case: Case, *kinds: str) -> list[Cost]:
    """The costs at court of ``case`` that were not undone."""
    undone = Cost.objects.filter(unit_id=case.unit_id, case=case, undoes__isnull=False).values("undoes_id")
    found = Cost.objects.filter(
        unit_id=case.unit_id, case=case, undoes__isnull=True, kind__in=kinds or AT_COURT
    )
    return list(found.exclude(pk__in=undone).order_by("id"))


def replace_cost(run: Run, case: Case, kind: str, amount: Decimal) -> None:
    """Ask for ``amount`` euro of ``kind`` in ``case`` instead of what was asked; nothing when that is zero."""
    standing = standing_costs(case, kind)
    for cost in standing:
        _undo(run, cost)
    if amount > 0:
        oldest = CaseClaim.objects.filter(unit_id=case.unit_id, case=case).order_by("id").first()
        assert oldest is not None  # a case is opened with its claims
        Cost.objects.create(
            unit_id=case.unit_id,
            run=run,
            claim_id=standing[0].claim_id if standing else oldest.claim_id,
            case=case,
            kind=kind,
            day=run.on_date,
            amount=amount,
            clause=known("OC 6.2.6-a"),
        )


def _award(run: Run, case: Case, kind: str, amount: Decimal) -> None:
    claimed = sum((cost.amount for cost in standing_costs(case, kind)), Decimal(0))
    if not 0 <= amount <= claimed:
        raise RunRefused("court.more_than_was_claimed", awarded=f"{amount:.2f}", claimed=f"{claimed:.2f}")
    if amount != claimed:
        replace_cost(run, case, kind, amount)


def _undo(run: Run, cost: Cost) -> None:
    Cost.objects.create(
        unit_id=cost.unit_id,
        run=run,
        claim_id=cost.claim_id,
        case_id=cost.case_id,
        kind=cost.kind,
        day=run.on_date,
        amount=-cost.amount,
        clause=cost.clause,
        undoes=cost,
    )


def _state(
    acting: Acting, day: date | None, kind: str, statement: str, reason: str = "", **about: Any
) -> SummonsStatement:
    if not statement.strip():
        raise RunRefused("court.says_nothing")
    return SummonsStatement.objects.create(
        unit=acting.unit,
        kind=kind,
        day=day or acting.day,
        statement=statement.strip(),
        reason=reason,
        person=acting.person,
        given_at=acting.at,
        **about,
    )
