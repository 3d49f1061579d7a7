"""The extensive application (S47): what the unit states, what it still lacks, two signatures, and its filing."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.claims.models import Case, CaseEvent
from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Stale, ToldBack, seen_as, told_back
from reskontra.desk.case_acts import euro, standing_of
from reskontra.desk.case_pages import found_case
from reskontra.desk.clock import now
from reskontra.desk.files import archived
from reskontra.desk.frame import say, show
from reskontra.documents.dossier import (
    Evidence,
    Representative,
    Signer,
    Statements,
    Witness,
    statements_from_json,
)
from reskontra.exchange import archive
from reskontra.exchange.archive import ArchiveBroken
from reskontra.income.legal.court_acts import OVER
from reskontra.income.legal.court_dossier import (
    CONTENTS,
    complete_dossier,
    file_extensive,
    gather,
    missing,
    sign,
)
from reskontra.insight.cases import Signed, signatures
from reskontra.kernel.clauses import cite
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.kernel.texts import text
from reskontra.registers.models import Person, RoleAssignment, Unit
from reskontra.registers.policy import MAY
from reskontra.runs.run import Acting, RunRefused, lock

# Rows that the form offers beside what was written before: more come with the next look at what is missing.
_SPARE = {"evidence": 2, "agreement": 1, "heard": 1, "facts": 2}
_LONGEST, _LONG, _MOST_ROWS = 4000, 300, 40
SIGNERS = 2
_PARTS: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "evidence": (Evidence, ("document", "proves")),
    "agreement": (Evidence, ("document", "proves")),
    "heard": (Witness, ("name", "contact", "proves")),
}


@dataclass(frozen=True)
class Kept:
    """The dossier that was kept last: its step, what it says, and who has signed it."""

    event: CaseEvent
    told: Mapping[str, Any]
    signed: Sequence[Signed]


@require_safe
@in_unit
def dossier(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """The dossier of the case: what it holds and lacks, the form for whoever decides, and the signatures."""
    return _page(request, place, _extensive(place.unit, number))


@require_POST
@acts_in_unit
def act(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """POST ``act``: check (writes nothing), complete, sign or file, with ``seen``; sign also with ``digest``."""
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name != "check" and name not in ACTS:
        raise Http404
    if name == "check":
        with place.working():
            return _page(request, place, _extensive(place.unit, number), checked=True)
    try:
        with place.working() as acting:
            found = _extensive(place.unit, number)
            lock(place.unit, "settlement")
            seen_as(request.POST, standing_of(found).seen)
            told = ACTS[name](acting, found, request.POST, language)
    except Stale:
        say(request, text("desk.case.stale", language), "warn")
        return redirect("case-dossier", code=place.unit.code, number=number)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _page(request, place, _extensive(place.unit, number), rejected=rejected)
    say(request, told)
    return redirect("case" if name == "file" else "case-dossier", code=place.unit.code, number=number)


def _complete(acting: Acting, case: Case, sent: QueryDict, language: str) -> str:
    stated = stated_in(sent)
    if find_personal_codes(json.dumps(asdict(stated), default=str)):
        raise RunRefused("case.code_in_reason")
    complete_dossier(acting, case, stated)
    return text("court.done", language, case=case.number, act=text("court.act_dossier", language))


def _sign(acting: Acting, case: Case, sent: QueryDict, language: str) -> str:
    sign(acting, case, sent.get("digest", ""))
    return text("court.done", language, case=case.number, act=text("court.act_sign", language))


def _file(acting: Acting, case: Case, sent: QueryDict, language: str) -> str:
    file_extensive(acting, case)
    return text("court.done", language, case=case.number, act=text("court.act_file", language))


ACTS: Mapping[str, Callable[[Acting, Case, QueryDict, str], str]] = {
    "complete": _complete,
    "sign": _sign,
    "file": _file,
}


def _page(
    request: HttpRequest,
    place: Place,
    case: Case,
    *,
    checked: bool = False,
    rejected: ToldBack | None = None,
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    kept = _kept(case)
    written = checked or (rejected is not None and rejected.act == "complete")
    unread = None
    try:
        stated = stated_in(request.POST) if written else _stated(kept)
    except REFUSALS as problem:  # a number that cannot be read: everything else is put back as it was written
        unread = told_back(problem, "complete", language)
        stated = stated_in(request.POST, without_costs=True)
    with_now = gather(Acting(place.person, place.unit, now()), case, stated, place.on)
    lacking = missing(with_now)
    standing = standing_of(case)
    over = standing.state in OVER
    told = rejected or unread
    return show(
        request,
        place,
        "desk/dossier.html",
        "claims",
        {
            "case": case,
            "debtor": case.debtor,
            "standing": standing,
            "filed": "applied" in standing.steps,
            "over": over,
            "done": over or "applied" in standing.steps,
            "now": with_now,
            "stated": stated,
            "costs": request.POST.get("legal_costs", "") if written else _costs(stated),
            "rows": _rows(stated),
            "signers": _signer_rows(stated),
            "names": _names(kept),
            "people": _signing(place),
            "contents": [(name, name not in lacking) for name in CONTENTS],
            "lacking": len(lacking),
            "checked": checked,
            "kept": kept,
            "may": place.may("decide_case"),
            "roles": place.who_may("decide_case", language),
            "signing": _may_sign(place, kept, language) if kept else "",
            "ready": kept is not None and len(kept.signed) >= SIGNERS,
            "rejected": told,
            "apart": told is not None and told.act != "complete",
        },
        status=told.status if told else 200,
    )


def _may_sign(place: Place, kept: Kept, language: str) -> str:
    """Why the person may not sign the kept dossier, in words; empty when they may (OC 6.2-b)."""
    names = {one.username for one in kept.signed}
    if place.person.username in names:
        return f"{text('desk.dossier.signed_by_you', language)} {cite('OC 6.2-b', language)}"
    if len(kept.signed) >= SIGNERS:
        return text("desk.dossier.signed_by_two", language)
    if not place.may("sign_summons"):
        return text("desk.acts.needs_role", language, roles=place.who_may("sign_summons", language))
    named = kept.event.detail["signers"]
    if place.person.username not in named:
        who = ", ".join(
            Person.objects.filter(username__in=named).values_list("name", flat=True).order_by("name")
        )
        return f"{text('desk.dossier.not_named', language, names=who)} {cite('OC 6.2-b', language)}"
    return ""


def _extensive(unit: Unit, number: int) -> Case:
    found = found_case(unit, number)
    if found.procedure != "extensive":
        raise Http404
    return found


def _kept(case: Case) -> Kept | None:
    event = (
        CaseEvent.objects.filter(unit_id=case.unit_id, case=case, kind="dossier")
        .select_related("person")
        .order_by("-position")
        .first()
    )
    if event is None:
        return None
    try:
        told = json.loads(archive.read(event.digest))
    except FileNotFoundError as lost:
        raise ArchiveBroken(event.digest) from lost
    return Kept(event, told, signatures(case, event.digest))


def _stated(kept: Kept | None) -> Statements:
    if kept is None:
        return Statements()
    told = {key: value for key, value in kept.told["stated"].items() if value not in (None, "")}
    return statements_from_json(told)


def _costs(stated: Statements) -> str:
    return "" if stated.legal_costs is None else f"{stated.legal_costs:.2f}".replace(".", ",")


def stated_in(sent: QueryDict, *, without_costs: bool = False) -> Statements:
    """What a form states: rows that say nothing are left out. Raises ``Incomplete`` for costs that are no amount."""

    def said(name: str, most: int = _LONG) -> str:
        return sent.get(name, "").strip()[:most]

    costs = None if without_costs or not said("legal_costs") else euro(sent, "legal_costs")
    representative = {name: said(f"representative_{name}") for name in ("name", "address", "email", "phone")}
    parts = {name: _parts(sent, name) for name in _PARTS}
    return Statements(
        demand=said("demand", _LONGEST),
        legal_grounds=said("legal_grounds", _LONGEST),
        facts=tuple(
            one for one in (fact.strip()[:_LONGEST] for fact in sent.getlist("facts")[:_MOST_ROWS]) if one
        ),
        nobody_heard=bool(sent.get("nobody_heard")),
        legal_costs=costs,
        competence=said("competence", _LONGEST),
        representative=Representative(**representative) if any(representative.values()) else None,
        defendant_domicile=said("defendant_domicile"),
        defendant_contact=said("defendant_contact"),
        search=said("search", _LONGEST),
        signers=tuple(_signers(sent)),
        **parts,
    )


def _parts(sent: QueryDict, name: str) -> tuple[Any, ...]:
    kind, fields = _PARTS[name]
    told = zip(*(sent.getlist(f"{name}_{one}")[:_MOST_ROWS] for one in fields), strict=False)
    rows = [[value.strip()[:_LONG] for value in row] for row in told]
    return tuple(kind(**dict(zip(fields, row, strict=True))) for row in rows if any(row))


def _signers(sent: QueryDict) -> list[Signer]:
    fields = ("person", "profession", "domicile")
    told = zip(*(sent.getlist(f"signer_{one}")[:SIGNERS] for one in fields), strict=False)
    return [Signer(*(value.strip()[:_LONG] for value in row)) for row in told if row[0].strip()]


def _rows(stated: Statements) -> dict[str, list[Any]]:
    """What was written by parts, with spare rows behind it to write more."""
    blank: dict[str, Any] = {
        "evidence": Evidence("", ""),
        "agreement": Evidence("", ""),
        "heard": Witness("", "", ""),
        "facts": "",
    }
    return {name: [*getattr(stated, name), *[blank[name]] * _SPARE[name]] for name in blank}


def _signer_rows(stated: Statements) -> list[Signer]:
    return [*stated.signers, *[Signer("", "", "")] * SIGNERS][:SIGNERS]


def _names(kept: Kept | None) -> dict[str, str]:
    """The names of those who sign the dossier that was kept, by their user names."""
    named = kept.event.detail["signers"] if kept else []
    return dict(Person.objects.filter(username__in=named).values_list("username", "name"))


def _signing(place: Place) -> list[Person]:
    """Who may sign for the unit today, by name."""
    held = RoleAssignment.objects.filter(role__in=MAY["sign_summons"], validity__contains=place.on)
    where = held.filter(Q(in_unit=place.unit) | Q(in_unit__isnull=True))
    return list(Person.objects.filter(pk__in=where.values("person_id"), is_active=True).order_by("name"))


@require_safe
@in_unit
def file(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """The dossier that was kept last, as it lies in the archive: neutral data with stable names."""
    kept = _kept(_extensive(place.unit, number))
    if kept is None:
        raise Http404
    return archived(kept.event.digest, f"dossier-{place.unit.code}-{number}.json")
