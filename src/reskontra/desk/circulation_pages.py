"""Circulation (S60, S63): what waits, how long and with whom; one's own list to review and approve; who is away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Incomplete, Stale, ToldBack, day_of, seen_as, told_back
from reskontra.desk.frame import say, show
from reskontra.desk.keys import key_of
from reskontra.desk.paging import ROWS, Rows, key
from reskontra.desk.purchase_acts import STEPS, colleagues, queue_name
from reskontra.expenditure.circulation.absences import end_absence, tell_absence
from reskontra.insight.circulation import Circulating, list_of, with_whom
from reskontra.insight.late import late_payments
from reskontra.kernel.days import format_date
from reskontra.kernel.terms import MissingTerm
from reskontra.kernel.texts import text
from reskontra.purchases.models import Coding, PurchaseInvoice
from reskontra.registers.models import Absence, Person, Unit, WorkQueue
from reskontra.runs.run import Acting, lock

GROUPS = ("late", "today", "tomorrow", "week", "later", "undated")
DAYS_DRAWN = 30
HEIGHT = 60  # of the drawing of due days
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Group:
    """What of one page falls due in one stretch of days."""

    name: str
    rows: Sequence[Circulating]


@dataclass(frozen=True)
class Column:
    """One day of the picture: how many fall due, and the column's place, top and height in it."""

    count: int
    x: int
    y: int
    height: int
    late: bool


@require_safe
@in_unit
def circulation(request: HttpRequest, place: Place) -> HttpResponse:
    """Everything that waits, by due date: overdue first; narrowed to a step or a queue."""
    language = request.language  # type: ignore[attr-defined]
    every = with_whom(place.unit, place.on)
    step, queue = _step(request), request.GET.get("queue", "")
    queues = {
        one.code: queue_name(one, language)
        for one in WorkQueue.objects.filter(unit=place.unit).order_by("step", "code")
    }
    found = [one for one in every if step in ("", one.step) and (queue not in queues or one.queue == queue)]
    shown = _page(request, found)
    return show(
        request,
        place,
        "desk/circulation.html",
        "purchases",
        {
            "page": shown,
            "groups": list(grouped(shown.rows, place.on)),
            "step": step,
            "steps": _steps(every),
            "queue": queue if queue in queues else "",
            "queues": list(queues.items()),
            "queue_names": queues,
            "count": len(found),
            "amount": sum((one.euro for one in found), Decimal(0)),
            "late": sum(1 for one in found if one.days is not None and one.days < 0),
            "columns": due_columns(found),
            "absences": absences_on(place.unit, place.on),
            "cost": _cost_of_lateness(place),
            "query": _query(step=step, queue=queue if queue in queues else ""),
            "tab": "circulation",
        },
    )


def _query(**narrowed: str) -> str:
    """What the list is narrowed to, for the way back to its first page."""
    return urlencode({name: told for name, told in narrowed.items() if told})


def _step(request: HttpRequest) -> str:
    asked = request.GET.get("step", "")
    return asked if asked in STEPS else ""


def _steps(found: Sequence[Circulating]) -> list[tuple[str, int]]:
    return [(step, sum(1 for one in found if one.step == step)) for step in STEPS]


def _page(request: HttpRequest, found: Sequence[Circulating]) -> Rows[Circulating]:
    """The page of ``found`` behind so many rows as ``after`` says: the list's order has no key of its own."""
    after = min(key(request) or 0, len(found))
    following = ""
    if len(found) > after + ROWS:
        kept = {name: value for name, value in request.GET.items() if name != "after"}
        following = "?" + urlencode({**kept, "after": after + ROWS})
    return Rows(found[after : after + ROWS], following, not after)


def grouped(found: Sequence[Circulating], on: date) -> Iterator[Group]:
    """``found`` by how soon it falls due, seen from the day ``on``; only groups with something in them."""
    sunday = on + _DAY * (6 - on.weekday())
    rows: dict[str, list[Circulating]] = {name: [] for name in GROUPS}
    for one in found:
        rows[_group(one.due_date, on, sunday)].append(one)
    for name, those in rows.items():
        if those:
            yield Group(name, those)


def _group(due: date | None, on: date, sunday: date) -> str:
    if due is None:
        return "undated"
    if due <= on + _DAY:
        return "late" if due < on else "today" if due == on else "tomorrow"
    return "week" if due <= sunday else "later"


def due_columns(found: Sequence[Circulating]) -> list[Column]:
    """How many fall due before today (the first column), and on each of the next 30 days."""
    counts = [0] * (DAYS_DRAWN + 1)
    for one in found:
        if one.days is not None and one.days < DAYS_DRAWN:
            counts[max(one.days, -1) + 1] += 1
    most = max([*counts, 1])
    tall = [count * HEIGHT // most if count == 0 else max(count * HEIGHT // most, 2) for count in counts]
    return [
        Column(count, 4 + at * 12 + (8 if at else 0), HEIGHT - height, height, not at)
        for at, (count, height) in enumerate(zip(counts, tall, strict=True))
    ]


def _cost_of_lateness(place: Place) -> Decimal | None:
    """What late payment costs by now (EX 9-d); None where a reference rate is not known."""
    try:
        return sum((one.interest for one in late_payments(place.unit, place.on)), Decimal(0))
    except MissingTerm:
        return None


@dataclass(frozen=True)
class ToJudge:
    """One invoice of a person's list, with where its coding comes from, and how many attachments it has."""

    waits: Circulating
    source: str
    files: int


@require_safe
@in_unit
def approvals(request: HttpRequest, place: Place) -> HttpResponse:
    """What the person is to do, by due date; also what they have instead of somebody away."""
    every = list_of(place.unit, place.person, place.on)
    step = _step(request)
    shown = _page(request, [one for one in every if step in ("", one.step)])
    ids = [one.invoice for one in shown.rows]
    sources = dict(
        Coding.objects.filter(unit=place.unit, invoice__in=ids)
        .order_by("version")
        .values_list("invoice_id", "source")
    )
    files = {
        pk: sum(1 for one in told if one.get("digest"))
        for pk, told in PurchaseInvoice.objects.filter(pk__in=ids).values_list("pk", "attachments")
    }
    rows = [ToJudge(one, sources.get(one.invoice, ""), files.get(one.invoice, 0)) for one in shown.rows]
    return show(
        request,
        place,
        "desk/approvals.html",
        "purchases",
        {
            "page": Rows(rows, shown.following, shown.first),
            "step": step,
            "steps": [(name, count) for name, count in _steps(every) if count],
            "query": _query(step=step),
            "count": len(every),
            "amount": sum((one.euro for one in every), Decimal(0)),
            "tab": "approvals",
        },
    )


def absences_on(unit: Unit, on: date) -> list[Absence]:
    """Who is away on ``on`` or later, by the first day."""
    found = Absence.objects.filter(unit=unit, validity__endswith__gt=on).exclude(validity__isempty=True)
    return list(found.select_related("person", "substitute", "told_by").order_by("validity", "pk"))


@require_safe
@in_unit
def absences(request: HttpRequest, place: Place) -> HttpResponse:
    """Who is away and who works instead, with what the person may tell of it."""
    return _absences(request, place)


@require_POST
@acts_in_unit
def absence(request: HttpRequest, place: Place) -> HttpResponse:
    """POST ``act`` tell (``person``, ``substitute``, ``first``, ``last``, ``reason``); end (``absence``, ``last``)."""
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in _TELLS:
        raise Http404
    try:
        with place.working() as acting:
            lock(place.unit, "matching")
            seen_as(request.POST, _seen(place))
            told = _TELLS[name](acting, request.POST)
            sentence = text(
                "circulation.absence_done",
                language,
                person=told.person.name,
                substitute=told.substitute.name,
                **_days(told, language),
            )
    except Stale:
        say(request, text("desk.absences.stale", language), "warn")
        return redirect("absences", code=place.unit.code)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _absences(request, place, rejected)
    say(request, text("desk.absences.taken_back", language) if told.validity.isempty else sentence)
    return redirect("absences", code=place.unit.code)


def _days(told: Absence, language: str) -> dict[str, str]:
    if told.validity.isempty:
        return {"first": "", "last": ""}
    return {
        "first": format_date(told.validity.lower, language),
        "last": format_date(told.validity.upper - _DAY, language),
    }


def _tell(acting: Acting, sent: QueryDict) -> Absence:
    person = _person(sent, "person") if sent.get("person") else acting.person
    return tell_absence(
        acting,
        person,
        _person(sent, "substitute"),
        day_of(sent, "first"),
        day_of(sent, "last"),
        sent.get("reason", "").strip()[:200],
    )


def _end(acting: Acting, sent: QueryDict) -> Absence:
    id = key_of(sent.get("absence", ""))
    found = Absence.objects.filter(unit=acting.unit, pk=id).select_related("person", "substitute").first()
    if found is None:
        raise Incomplete("absence")
    return end_absence(acting, found, day_of(sent, "last"))


_TELLS = {"tell": _tell, "end": _end}


def _person(sent: QueryDict, name: str) -> Person:
    found = Person.objects.filter(pk=key_of(sent.get(name, ""))).first()
    if found is None:
        raise Incomplete("person")
    return found


def _seen(place: Place) -> str:
    """What stands now of the unit's absences: what is told on something else does nothing."""
    return ".".join(f"{one.pk}:{one.validity.upper}" for one in absences_on(place.unit, place.on))


def _absences(request: HttpRequest, place: Place, rejected: ToldBack | None = None) -> HttpResponse:
    own, others = place.may("set_own_absence"), place.may("set_absence")
    found = [
        (one, one.validity.upper - _DAY, others or (own and one.person_id == place.person.pk))
        for one in absences_on(place.unit, place.on)
    ]
    return show(
        request,
        place,
        "desk/absences.html",
        "purchases",
        {
            "absences": found,
            "seen": _seen(place),
            "own": own,
            "others": others,
            "people": colleagues(place.unit, place.on),
            "today": place.on.isoformat(),
            "yesterday": (place.on - _DAY).isoformat(),
            "rejected": rejected,
            "sent": request.POST if rejected else {},
            "tab": "absences",
        },
        status=rejected.status if rejected else 200,
    )
