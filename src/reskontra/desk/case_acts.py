"""What a person does with a case of collection at the desk: the steps that it can take now, and taking one (S46)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import QueryDict

from reskontra.claims.models import Block, Case, CaseClaim, CaseEvent, CaseSignature, Claim
from reskontra.claims.steps import owed_in
from reskontra.database.rows import rows
from reskontra.desk.access import Place
from reskontra.desk.acts import Incomplete, day_of, seen_as, written
from reskontra.desk.why import outcome
from reskontra.income.agency import acts as agency_acts
from reskontra.income.legal import court_acts, enforcement_actions
from reskontra.income.legal.court_dossier import open_extensive
from reskontra.income.legal.obstacle import ObstaclesRun
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import format_date
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.kernel.money import NotAnAmount, parse_amount, round_cents
from reskontra.kernel.texts import text
from reskontra.registers.policy import require
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Result, RunRefused, apply, lock

CARRY_OUT = "run_obstacles"
LONGEST_NUMBER = 60
# What the page of the dossier does: the case page leads there.
ON_DOSSIER_PAGE = frozenset({"dossier", "sign", "file"})
# What each act must be told, beside the state in which the case was seen.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "register": ("number", "day"),
    "judge": ("number", "day", "sums", "claims"),
    "contest": ("reason", "day"),
    "extensive": (),
    "carry_out": (),
}


@dataclass(frozen=True)
class Offer:
    """A step that the case can take: the clause behind it, what it must be told, and who may take it."""

    act: str
    clause: str
    may: bool
    roles: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of its form."""
        return FIELDS.get(self.act, ("reason",))


@dataclass(frozen=True)
class AfterObstacle:
    """What the rule says follows the obstacle of a case today; ``does`` tells whether there is something to do."""

    outcome: str
    clause: str
    inputs: Mapping[str, object]
    does: bool


@dataclass(frozen=True)
class CaseStanding:
    """Where a case stands: its newest step, all that it took, and ``seen``, which names what an act would change."""

    state: str
    steps: Sequence[str]
    seen: str


def standing_of(case: Case) -> CaseStanding:
    """How ``case`` stands now. Called inside ``working_in``."""
    told = CaseEvent.objects.filter(unit_id=case.unit_id, case=case).order_by("position")
    steps = [(one.position, one.kind) for one in told]
    moved = [kind for _, kind in steps if kind not in ("collected", "changed")]
    signed = CaseSignature.objects.filter(unit_id=case.unit_id, case=case).count()
    held = Block.objects.filter(unit_id=case.unit_id, claim_id__in=_claims_of(case)).order_by("-pk")
    newest = held.values_list("pk", flat=True).first() or 0
    return CaseStanding(
        moved[-1] if moved else "",
        [kind for _, kind in steps],
        f"{steps[-1][0] if steps else 0}.{signed}.{newest}",
    )


def _claims_of(case: Case) -> list[int]:
    return list(CaseClaim.objects.filter(unit_id=case.unit_id, case=case).values_list("claim_id", flat=True))


@clause("OC 6.2-a", "OC 6.2.3-a", "OC 6.2.4-a", "OC 6.2.6-a", "OC 6.3-a", "OC 6.4-a", "OC 6.5-a")
def offers(
    place: Place, case: Case, standing: CaseStanding, after: AfterObstacle | None, language: str
) -> list[Offer]:
    """The only steps that ``case`` can take now, each with who may."""
    paid = not any(one.open for one in owed_in(case))
    found: list[tuple[str, str, str]] = []
    if case.kind == "enforcement":
        abroad = case.debtor.country != "FI"
        for name in enforcement_actions.possible(standing.state, abroad=abroad, paid=paid):
            right, act = enforcement_actions.ACTS[name]
            found.append((name, right, act.clause))
        if after and after.does:
            found.append(("carry_out", CARRY_OUT, after.clause))
    elif case.kind == "court":
        for name in court_acts.possible(case.procedure, standing.steps, standing.state):
            found.append((name, *court_acts.ACTS[name]))
    else:
        for name in agency_acts.possible(standing.state, paid=paid):
            found.append((name, agency_acts.ACTS[name].right, agency_acts.ACTS[name].clause))
    return [
        Offer(name, cited, place.may(right), place.who_may(right, language)) for name, right, cited in found
    ]


@clause("OC 6.3-a", "OC 6.5-a")
def after_obstacle(place: Place, case: Case, standing: CaseStanding) -> AfterObstacle | None:
    """What follows the obstacle of ``case`` by the rule of today; None where there is none, or nothing is open."""
    if case.kind != "enforcement" or standing.state not in ("obstacle", "passive"):
        return None
    ObstaclesRun(_claims_of(case)).decide(
        Run(unit=place.unit, name=ObstaclesRun.name, on_date=place.on), terms_of(place.unit, place.on)
    )
    found = rows(
        "SELECT outcome, clause, standing, inputs FROM decided WHERE case_id = %s ORDER BY id", [case.pk]
    )
    if not found:
        return None
    one = found[0]
    return AfterObstacle(one["outcome"], one["clause"], one["inputs"], one["standing"] == "READY")


# What goes out at once when it is done.
SENDS = frozenset({"stop", "resume", "withdraw", "finish", "carry_out"})


def act_on(acting: Acting, case: Case, act: str, sent: QueryDict, language: str) -> list[str]:
    """Take the step ``act`` (of ``ACTS``) with what was ``sent``; returns what to tell, in words.

    Called inside ``working_in``, whose transaction is undone by what it raises: ``NotAllowed``, ``Stale`` for a case
    that has moved since it was seen, and ``REFUSALS``.
    """
    lock(acting.unit, "settlement")
    seen_as(sent, standing_of(case).seen)
    return ACTS[act](acting, case, sent, language)


def _told_at_once(name: str) -> "Act":
    def do(acting: Acting, case: Case, sent: QueryDict, language: str) -> list[str]:
        reason = words(sent, "reason")
        if case.kind == "agency" and name in agency_acts.ACTS:
            told = agency_acts.act_on(acting, case, name, reason)
            return [
                text("case.done", language, case=case.number, step=text(f"case_step.{told.kind}", language))
            ]
        if case.kind == "court" and name == "withdraw":
            court_acts.withdraw(acting, case, reason)
            return [_done(case, name, language)]
        result = _ENFORCEMENT[name](acting, case, reason)
        step = text(f"case_step.{result.facts['step']}", language)
        return [text("case.done", language, case=case.number, step=step)]

    return do


_ENFORCEMENT: Mapping[str, Callable[[Acting, Case, str], Result]] = {
    "stop": enforcement_actions.stop,
    "resume": enforcement_actions.resume,
    "withdraw": enforcement_actions.withdraw,
    "finish": enforcement_actions.finish,
    "abroad": lambda acting, case, reason: enforcement_actions.decide_abroad(acting, case, True, reason),
    "not_abroad": lambda acting, case, reason: enforcement_actions.decide_abroad(acting, case, False, reason),
    "close_abroad": enforcement_actions.close_abroad,
}


@clause("OC 6.3-a")
def _carry_out(acting: Acting, case: Case, sent: QueryDict, language: str) -> list[str]:
    require(acting.person, CARRY_OUT, acting.unit, acting.day)
    result = apply(ObstaclesRun(_claims_of(case)), acting, acting.day)
    return [f"{outcome(one.outcome, language)}." for one in result.counts]


def _register(acting: Acting, case: Case, sent: QueryDict, language: str) -> list[str]:
    number = words(sent, "number", LONGEST_NUMBER, "court_number")
    court_acts.register(acting, case, number, _day(acting, case, sent, language))
    return [_done(case, "register", language)]


def _judge(acting: Acting, case: Case, sent: QueryDict, language: str) -> list[str]:
    number = words(sent, "number", LONGEST_NUMBER, "court_number")
    day = _day(acting, case, sent, language)
    awarded = court_acts.Awarded(euro(sent, "legal_cost"), euro(sent, "court_fee"))
    claims = list(Claim.objects.filter(unit=acting.unit, reference__in=sent.getlist("claims")))
    if not claims:
        raise Incomplete("judged_claims")
    court_acts.record_judgment(acting, case, day, number, awarded, claims)
    return [_done(case, "judge", language)]


def _contest(acting: Acting, case: Case, sent: QueryDict, language: str) -> list[str]:
    court_acts.contest(acting, case, _day(acting, case, sent, language), words(sent, "reason"))
    return [_done(case, "contest", language)]


def _extensive(acting: Acting, case: Case, sent: QueryDict, language: str) -> list[str]:
    made = open_extensive(acting, contested=case)
    return [text("desk.case.extensive_opened", language, case=case.number, number=made.number)]


def _close(acting: Acting, case: Case, sent: QueryDict, language: str) -> list[str]:
    court_acts.close(acting, case, words(sent, "reason"))
    return [_done(case, "close", language)]


Act = Callable[[Acting, Case, QueryDict, str], list[str]]
ACTS: Mapping[str, Act] = {
    **{name: _told_at_once(name) for name in _ENFORCEMENT},
    "carry_out": _carry_out,
    "register": _register,
    "judge": _judge,
    "contest": _contest,
    "extensive": _extensive,
    "close": _close,
}


def _done(case: Case, act: str, language: str) -> str:
    return text("court.done", language, case=case.number, act=text(f"court.act_{act}", language))


def words(sent: QueryDict, name: str, most: int = 350, missing: str = "reason") -> str:
    """What was written in ``name``; raises ``Incomplete`` for nothing, ``RunRefused`` for a personal code in it."""
    said = written(sent, name, most, missing)
    if find_personal_codes(said):
        raise RunRefused("case.code_in_reason")
    return said


def euro(sent: QueryDict, name: str) -> Decimal:
    """An amount in whole cents, zero for nothing written; raises ``Incomplete`` for what is none."""
    try:
        amount = parse_amount(sent.get(name, "").strip() or "0")
    except NotAnAmount:
        raise Incomplete("number_form") from None
    if amount != round_cents(amount):
        raise Incomplete("number_form")
    return amount


def _day(acting: Acting, case: Case, sent: QueryDict, language: str) -> date:
    """The day on which the court acted: not before the case, not in the future."""
    day = day_of(sent, "day")
    if not case.opened_date <= day <= acting.day:
        first, last = (format_date(one, language) for one in (case.opened_date, acting.day))
        raise RunRefused("desk.case.day_not_possible", first=first, last=last)
    return day
