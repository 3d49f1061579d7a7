"""Coding templates (TK1): the register, one template with its lines and its use, changes from a day, its end."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Incomplete, Stale, ToldBack, day_of, seen_as, told_back, written
from reskontra.desk.coding_pages import NotLines, Row, Wrong, choices
from reskontra.desk.entry_grid import (
    CODED,
    MORE,
    SHARE,
    SHARED,
    SPARE,
    Cells,
    coded_columns,
    grid,
    share_row,
    with_dimensions,
    written_rows,
)
from reskontra.desk.frame import say, show
from reskontra.desk.keys import key_of
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.purchase_order_pages import number_on_invoices, wrong_of
from reskontra.documents.coding import Coding
from reskontra.documents.findings import Refused
from reskontra.documents.purchase import CodingLine
from reskontra.documents.purchase import CodingTemplate as TemplateTold
from reskontra.expenditure.circulation.templates import end_template, keep_template
from reskontra.insight.agreed_invoices import invoices_naming
from reskontra.insight.coding_templates import KINDS, templates_listed, templates_of
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import format_date
from reskontra.kernel.texts import text
from reskontra.registers.models import CodingTemplate, CodingTemplateLine, WorkQueue
from reskontra.registers.policy import require
from reskontra.runs.run import Acting, RunRefused, lock

AREA = "purchases"
_DAY = timedelta(days=1)


@require_safe
@in_unit
def templates(request: HttpRequest, place: Place) -> HttpResponse:
    """The register: valid today, coming, ended; a search looks in references and names of all."""
    language = request.language  # type: ignore[attr-defined]
    asked = request.GET.get("show", "valid")
    kind = asked if asked in KINDS else "valid"
    words = request.GET.get("q", "").strip()[:60]
    found = templates_listed(place.unit, place.on, kind, words, language, key(request), ROWS + 1)
    return show(
        request,
        place,
        "desk/coding_templates.html",
        AREA,
        {
            "page": page_of(request, found, "id"),
            "kinds": KINDS,
            "kind": kind,
            "words": words,
            "query": urlencode({"q": words} if words else {"show": kind}),
            "may_keep": place.may("keep_templates"),
            "roles": place.who_may("keep_templates", request.language),  # type: ignore[attr-defined]
            "tab": "coding-templates",
        },
    )


@require_safe
@in_unit
def template(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One template: its lines, when it holds, the others of its reference, its invoices, and what may be done."""
    return _page(request, place, _stored(place, id))


def _page(
    request: HttpRequest, place: Place, stored: CodingTemplate, rejected: ToldBack | None = None
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    family = templates_of(place.unit, place.on, stored.reference, language)
    (found,) = [one for one in family if one.id == stored.pk]
    invoices = invoices_naming(place.unit, stored.reference, key(request), ROWS + 1)
    return show(
        request,
        place,
        "desk/coding_template.html",
        AREA,
        {
            "template": found,
            "family": [one for one in family if one.id != stored.pk],
            "lines": with_dimensions(_lines(stored)),
            "page": page_of(request, invoices, "id"),
            "seen": seen_of(place, stored.reference),
            "may_keep": place.may("keep_templates"),
            "roles": place.who_may("keep_templates", request.language),  # type: ignore[attr-defined]
            "rejected": rejected,
            "old": request.POST if rejected else {},
            "today": place.on.isoformat(),
        },
        status=rejected.status if rejected else 200,
    )


def seen_of(place: Place, reference: str) -> str:
    """What of a posting reference changes: its templates and their days."""
    stored = CodingTemplate.objects.filter(unit=place.unit, reference=reference).order_by("pk")
    return ".".join(f"{one.pk}-{one.validity.lower}-{one.validity.upper}" for one in stored)


@require_POST
@acts_in_unit
@clause("EX 3-c")
def act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act`` (end), ``seen`` and the last ``day``; what was sent on another state than now does nothing."""
    language = request.language  # type: ignore[attr-defined]
    if request.POST.get("act", "") != "end":
        raise Http404
    try:
        with place.working() as acting:
            lock(acting.unit, "matching")
            stored = _stored(place, id)
            require(acting.person, "keep_templates", acting.unit, acting.day)
            seen_as(request.POST, seen_of(place, stored.reference))
            last = day_of(request.POST, "day")
            end_template(acting, stored, last)
    except Stale:
        say(request, text("desk.templates.stale", language), "warn")
        return redirect("coding-template", code=place.unit.code, id=id)
    except REFUSALS as problem:
        rejected = told_back(problem, "end", language)
        with place.working():
            return _page(request, place, _stored(place, id), rejected)
    say(
        request,
        text("desk.templates.ended", language, reference=stored.reference, day=format_date(last, language)),
    )
    return redirect("coding-template", code=place.unit.code, id=id)


# --- a new template, and one that follows another ---


@require_safe
@in_unit
def new(request: HttpRequest, place: Place) -> HttpResponse:
    """The empty form."""
    require(place.person, "keep_templates", place.unit, place.on)
    return _form(request, place, None, {"valid_from": place.on.isoformat()}, [{"share": "100"}])


@require_safe
@in_unit
def change(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """The form of the template that follows this one: as this one is, from tomorrow or from its own first day."""
    require(place.person, "keep_templates", place.unit, place.on)
    language = request.language  # type: ignore[attr-defined]
    stored = _stored(place, id)
    first, end = stored.validity.lower, stored.validity.upper
    told = {
        "name": stored.name,
        "queue": str(stored.queue_id or ""),
        "valid_from": _next_day(place.on, first).isoformat(),
        "valid_until": (end - _DAY).isoformat() if end and end > place.on else "",
    }  # fmt: skip
    return _form(request, place, stored, told, [share_row(one, language) for one in _lines(stored)])


def _next_day(on: date, first: date | None) -> date:
    """The first day that a change is proposed for: today, or the day after where the template begins today or later."""
    return on if first is None or first < on else first + _DAY


@require_POST
@acts_in_unit
@clause("EX 3-c")
def make(request: HttpRequest, place: Place) -> HttpResponse:
    """POST a template, new or, with ``of`` (an id), following another of its reference; ``rows`` gives more rows.

    It takes over from its first day; the one before ends the day before.
    """
    language = request.language  # type: ignore[attr-defined]
    sent = request.POST
    rows = written_rows(sent, SHARED)
    of = sent.get("of", "")
    try:
        with place.working() as acting:
            require(acting.person, "keep_templates", acting.unit, acting.day)
            before = _stored(place, key_of(of)) if of else None
            if sent.get("act") == "rows":
                return _form(request, place, before, sent, rows, spare=MORE)
            lock(acting.unit, "matching")
            reference = before.reference if before else _new_reference(acting, sent)
            if before is not None:
                seen_as(sent, seen_of(place, reference))
            told = _told(acting, sent, rows, reference, language)
            keep_template(acting, told, _labels(language))
            made = CodingTemplate.objects.filter(
                unit=acting.unit, reference=reference, validity__contains=told.valid_from
            ).first()
    except Stale:
        say(request, text("desk.templates.stale", language), "warn")
        return redirect("coding-template", code=place.unit.code, id=key_of(of))
    except (NotLines, Refused, *REFUSALS) as problem:
        wrong = wrong_of(problem, "make", language)
        with place.working():
            return _form(request, place, _stored(place, key_of(of)) if of else None, sent, rows, wrong)
    assert made is not None
    say(
        request,
        text(
            "desk.templates.kept",
            language,
            reference=reference,
            day=format_date(made.validity.lower or acting.day, language),
        ),
    )
    return redirect("coding-template", code=place.unit.code, id=made.pk)


def _new_reference(acting: Acting, sent: QueryDict) -> str:
    """A reference without a template today or later; one that has any is changed there."""
    reference = number_on_invoices(sent, "reference", "posting", 35)
    stored = CodingTemplate.objects.filter(unit=acting.unit, reference=reference)
    if any(one.validity.upper is None or one.validity.upper > acting.day for one in stored):
        raise RunRefused("desk.templates.reference_taken", reference=reference)
    return reference


def _told(
    acting: Acting, sent: QueryDict, rows: Sequence[Row], reference: str, language: str
) -> TemplateTold:
    """The template as the form says it; raises ``Incomplete``, and ``NotLines`` with everything wrong in its rows."""
    cells = Cells(language)
    lines = [
        CodingLine(at, percent=share, coding=Coding(**{name: row[name] or None for name in CODED}))
        for at, (row, share) in enumerate(zip(rows, cells.shares(rows), strict=True), start=1)
    ]
    cells.codings(acting.unit, rows, acting.day)
    cells.tell()
    return TemplateTold(
        1,
        reference=reference,
        name=written(sent, "name", 70, "template_name"),
        queue=_queue(acting, sent),
        valid_from=day_of(sent, "valid_from"),
        valid_until=day_of(sent, "valid_until") if sent.get("valid_until") else None,
        coding_lines=tuple(lines),
    )


def _queue(acting: Acting, sent: QueryDict) -> str | None:
    told = sent.get("queue", "")
    if not told:
        return None
    found = WorkQueue.objects.filter(unit=acting.unit, pk=key_of(told)).first()
    if found is None:
        raise Incomplete("place")
    return found.code


def _labels(language: str) -> Mapping[str, str]:
    named = {name: f"posting.{name}" for name in CODED}
    named |= {
        "reference": "desk.templates.reference",
        "queue": "desk.purchases.queue",
        "percent": "posting.share",
        "valid_from": "desk.contracts.first_day",
        "valid_until": "desk.contracts.last_day",
    }
    return {name: text(label, language) for name, label in named.items()}


def _form(
    request: HttpRequest,
    place: Place,
    found: CodingTemplate | None,
    told: Mapping[str, str],
    rows: Sequence[Row],
    wrong: Sequence[Wrong] = (),
    spare: int = SPARE,
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    offered = choices(place, language)
    queues = WorkQueue.objects.filter(unit=place.unit, validity__contains=place.on).order_by("step", "code")
    return show(
        request,
        place,
        "desk/coding_template_form.html",
        AREA,
        {
            "template": found,
            "old": told,
            "seen": seen_of(place, found.reference) if found else "",
            "grid": grid(
                "share", (SHARE, *coded_columns(rows, offered)), rows, spare, [one.row for one in wrong]
            ),
            "choices": offered,
            "wrong": wrong,
            "queues": [(str(one.pk), getattr(one, f"name_{language}"), one.step) for one in queues],
        },
        status=422 if wrong else 200,
    )


def _lines(template: CodingTemplate) -> QuerySet[CodingTemplateLine]:
    return CodingTemplateLine.objects.filter(unit=template.unit_id, template=template).order_by("position")


def _stored(place: Place, id: int) -> CodingTemplate:
    found = CodingTemplate.objects.filter(unit=place.unit, pk=id).first()
    if found is None:
        raise Http404
    return found
