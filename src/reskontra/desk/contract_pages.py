"""Contracts' cover sheets (VSK1): the register, one sheet with its limits and its plan, new versions, its end."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import (
    REFUSALS,
    Incomplete,
    Stale,
    ToldBack,
    chosen,
    day_of,
    seen_as,
    told_back,
    written,
)
from reskontra.desk.coding_pages import NotLines, Row, Wrong, choices
from reskontra.desk.entry_grid import (
    LARGEST_NUMBER,
    MORE,
    SHARE,
    SHARED,
    SPARE,
    Cells,
    Column,
    coded_columns,
    grid,
    share_row,
    shown_money,
    with_dimensions,
    written_rows,
)
from reskontra.desk.frame import say, show
from reskontra.desk.keys import key_of
from reskontra.desk.matched_anew import match_anew, tell_matched
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.purchase_acts import colleagues
from reskontra.desk.purchase_order_pages import number_on_invoices, offered_suppliers, supplier_of, wrong_of
from reskontra.documents.findings import Refused
from reskontra.expenditure.matching.orders import ContractTold, ScheduleRowTold, end_contract, keep_contract
from reskontra.insight.agreed_invoices import invoices_naming
from reskontra.insight.contracts import (
    KINDS,
    SOON,
    ContractListed,
    contract_listed,
    contracts_listed,
    rows_expected,
)
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import format_date
from reskontra.kernel.money import NotAnAmount, parse_amount, round_cents
from reskontra.kernel.texts import text
from reskontra.purchases.models import Contract, ContractEnd, ContractLine, ContractPeriod, ContractRow
from reskontra.registers.models import Person
from reskontra.registers.policy import require
from reskontra.runs.run import Acting, RunRefused, lock

AREA = "purchases"
PLANS = ("budget", "schedule")
PERIODS = ("month", "quarter", "year")
EXPECTED = ("row_day", "row_net", "row_tolerance")
PARTS = ("period_from", "period_until", "period_net")
_EXPECTED = (
    Column("row_day", "desk.contracts.expected", "date"),
    Column("row_net", "posting.net", "number", 20),
    Column("row_tolerance", "desk.contracts.tolerance", "number", 20),
)
_PARTS = (
    Column("period_from", "desk.contracts.first_day", "date"),
    Column("period_until", "desk.contracts.last_day", "date"),
    Column("period_net", "posting.net", "number", 20),
)


@require_safe
@in_unit
def contracts(request: HttpRequest, place: Place) -> HttpResponse:
    """The register: valid today, ending within the days that are asked for, used up, ended; a search looks in all."""
    asked, days = request.GET.get("show", "valid"), request.GET.get("days", "")
    kind = asked if asked in KINDS else "valid"
    words = request.GET.get("q", "").strip()[:60]
    within = int(days) if days in {str(one) for one in SOON} else SOON[1]
    found, counts = contracts_listed(place.unit, place.on, kind, words, within, key(request), ROWS + 1)
    return show(
        request,
        place,
        "desk/contracts.html",
        AREA,
        {
            "page": page_of(request, found, "id"),
            "kinds": [(one, counts[one]) for one in KINDS],
            "kind": kind,
            "days": within,
            "soon": SOON,
            "words": words,
            "query": urlencode({"q": words} if words else {"show": kind, "days": within}),
            "may_keep": place.may("keep_orders"),
            "roles": place.who_may("keep_orders", request.language),  # type: ignore[attr-defined]
            "tab": "contracts",
        },
    )


@require_safe
@in_unit
def contract(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One contract in its newest version: what holds, how much is used, what is expected, its invoices, its acts."""
    return _page(request, place, _listed(place, id))


def _page(
    request: HttpRequest, place: Place, found: ContractListed, rejected: ToldBack | None = None
) -> HttpResponse:
    unit = place.unit
    invoices = invoices_naming(unit, found.number, key(request), ROWS + 1)
    versions = Contract.objects.filter(unit=unit, number=found.number).select_related("run", "run__person")
    return show(
        request,
        place,
        "desk/contract.html",
        AREA,
        {
            "contract": found,
            "expected": rows_expected(unit, found.id, found.number),
            "periods": ContractPeriod.objects.filter(unit=unit, contract=found.id).order_by("from_date"),
            "lines": with_dimensions(
                ContractLine.objects.filter(unit=unit, contract=found.id).order_by("position")
            ),
            "versions": versions.order_by("-version"),
            "end": ContractEnd.objects.filter(unit=unit, number=found.number)
            .select_related("person")
            .first(),
            "page": page_of(request, invoices, "id"),
            "seen": seen_of(place, found.number),
            "may_keep": place.may("keep_orders"),
            "roles": place.who_may("keep_orders", request.language),  # type: ignore[attr-defined]
            "rejected": rejected,
            "old": request.POST if rejected else {},
            "day": place.on,
            "today": place.on.isoformat(),
        },
        status=rejected.status if rejected else 200,
    )


def seen_of(place: Place, number: str) -> str:
    """What of a contract changes: its versions and its end."""
    newest = Contract.objects.filter(unit=place.unit, number=number).order_by("-version").first()
    ended = ContractEnd.objects.filter(unit=place.unit, number=number).exists()
    return f"{newest.pk if newest else 0}{'e' if ended else ''}"


@require_POST
@acts_in_unit
@clause("EX 3-d")
def act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act`` (end), ``seen``, the first ``day`` on which it holds no more, and the ``reason``.

    What was sent on another state of the contract than now does nothing; its invoices are matched at once.
    """
    language = request.language  # type: ignore[attr-defined]
    if request.POST.get("act", "") != "end":
        raise Http404
    try:
        with place.working() as acting:
            lock(acting.unit, "matching")
            found = _listed(place, id)
            require(acting.person, "keep_orders", acting.unit, acting.day)
            seen_as(request.POST, seen_of(place, found.number))
            ended = end_contract(
                acting, found.number, day_of(request.POST, "day"), written(request.POST, "reason", 200)
            )
            decided = match_anew(acting, found.number)
    except Stale:
        say(request, text("desk.contracts.stale", language), "warn")
        return redirect("contract", code=place.unit.code, id=id)
    except REFUSALS as problem:
        rejected = told_back(problem, "end", language)
        with place.working():
            return _page(request, place, _listed(place, id), rejected)
    say(
        request,
        text("desk.contracts.ended", language, number=found.number, day=format_date(ended.day, language)),
    )
    tell_matched(request, place, decided)
    return redirect("contract", code=place.unit.code, id=id)


# --- the sheet: a new contract, a new version ---


@require_safe
@in_unit
def new(request: HttpRequest, place: Place) -> HttpResponse:
    """The empty sheet."""
    require(place.person, "keep_orders", place.unit, place.on)
    told = {"valid_from": place.on.isoformat(), "plan": "budget", "owner": str(place.person.pk)}
    return _form(request, place, None, told, ([{"share": "100"}], [], []))


@require_safe
@in_unit
def change(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """The sheet as it is now, to be changed into a new version."""
    require(place.person, "keep_orders", place.unit, place.on)
    language = request.language  # type: ignore[attr-defined]
    found = _listed(place, id)
    if ContractEnd.objects.filter(unit=place.unit, number=found.number).exists():
        say(request, text("matching.contract_has_ended", language, number=found.number), "warn")
        return redirect("contract", code=place.unit.code, id=id)
    stored = Contract.objects.get(unit=place.unit, pk=found.id)
    told = {
        "name": stored.name,
        "valid_from": stored.valid_from.isoformat(),
        "valid_until": stored.valid_until.isoformat() if stored.valid_until else "",
        "plan": stored.plan,
        "total_limit": shown_money(stored.total_limit, language),
        "period_limit": shown_money(stored.period_limit, language),
        "period": stored.period,
        "confirm": "yes" if stored.confirm else "",
        "owner": str(stored.owner_id or ""),
    }
    return _form(request, place, found, told, _stored_rows(place, found.id, language))


def _stored_rows(place: Place, contract: int, language: str) -> tuple[list[Row], list[Row], list[Row]]:
    lines = ContractLine.objects.filter(unit=place.unit, contract=contract).order_by("position")
    expected = ContractRow.objects.filter(unit=place.unit, contract=contract).order_by("position")
    periods = ContractPeriod.objects.filter(unit=place.unit, contract=contract).order_by("position")
    return (
        [share_row(one, language) for one in lines],
        [
            {
                "row_day": one.expected_date.isoformat(),
                "row_net": shown_money(one.net, language),
                "row_tolerance": shown_money(one.tolerance, language),
            }
            for one in expected
        ],
        [
            {
                "period_from": one.from_date.isoformat(),
                "period_until": one.until_date.isoformat(),
                "period_net": shown_money(one.net, language),
            }
            for one in periods
        ],
    )


@require_POST
@acts_in_unit
@clause("EX 3-d")
def make(request: HttpRequest, place: Place) -> HttpResponse:
    """POST a sheet: a new contract, or, with ``of`` (the id of a version), its next version; ``rows`` gives more rows.

    A contract keeps its number, its supplier and its currency. Its invoices are matched at once.
    """
    language = request.language  # type: ignore[attr-defined]
    sent = request.POST
    rows = (written_rows(sent, SHARED), written_rows(sent, EXPECTED), written_rows(sent, PARTS))
    of = sent.get("of", "")
    try:
        with place.working() as acting:
            require(acting.person, "keep_orders", acting.unit, acting.day)
            before = _listed(place, key_of(of)) if of else None
            if sent.get("act") == "rows":
                return _form(request, place, before, sent, rows, spare=MORE)
            lock(acting.unit, "matching")
            if before is not None:
                seen_as(sent, seen_of(place, before.number))
            made = keep_contract(acting, _told(acting, sent, rows, before, language))
            decided = match_anew(acting, made.number)
    except Stale:
        say(request, text("desk.contracts.stale", language), "warn")
        return redirect("contract", code=place.unit.code, id=key_of(of))
    except (NotLines, Refused, *REFUSALS) as problem:
        wrong = wrong_of(problem, "make", language)
        with place.working():
            return _form(request, place, _listed(place, key_of(of)) if of else None, sent, rows, wrong)
    say(request, text("desk.contracts.kept", language, number=made.number, version=made.version))
    tell_matched(request, place, decided)
    return redirect("contract", code=place.unit.code, id=made.pk)


def _told(
    acting: Acting,
    sent: QueryDict,
    rows: tuple[list[Row], list[Row], list[Row]],
    before: ContractListed | None,
    language: str,
) -> ContractTold:
    """The sheet as the form says it; raises ``Incomplete``, and ``NotLines`` with everything that is wrong in rows."""
    number = before.number if before else number_on_invoices(sent, "number", "contract", 20)
    if before is None and Contract.objects.filter(unit=acting.unit, number=number).exists():
        raise RunRefused("desk.contracts.number_taken", number=number)
    stored = (
        Contract.objects.select_related("supplier").get(unit=acting.unit, pk=before.id) if before else None
    )
    supplier = stored.supplier if stored else supplier_of(sent)
    cells = Cells(language)
    codings = cells.codings(acting.unit, rows[0], acting.day)
    shares = cells.shares(rows[0])
    if not rows[0]:
        cells.note(None, "desk.coding.no_lines")
    expected, periods = _expected(cells, rows[1]), _periods(cells, rows[2])
    cells.tell()
    period = sent.get("period", "")
    return ContractTold(
        number=number,
        supplier=supplier.number,
        name=written(sent, "name", 120, "contract_name"),
        valid_from=day_of(sent, "valid_from"),
        valid_until=day_of(sent, "valid_until") if sent.get("valid_until") else None,
        plan=chosen(sent, "plan", PLANS, "plan"),
        lines=list(zip([share or Decimal(0) for share in shares], codings, strict=True)),
        total_limit=_money(sent, "total_limit"),
        period_limit=_money(sent, "period_limit"),
        period=period if period in PERIODS else "",
        confirm=sent.get("confirm") == "yes",
        currency=stored.currency if stored else "EUR",
        rows=expected,
        periods=periods,
        owner=_owner(acting, sent, stored),
    )


def _expected(cells: Cells, rows: Sequence[Row]) -> list[ScheduleRowTold]:
    told = []
    for at, row in enumerate(rows, start=1):
        day, net = cells.day(row, "row_day", at), cells.money(row, "row_net", at)
        tolerance = cells.money(row, "row_tolerance", at)
        for name, label in (("row_day", "desk.contracts.expected"), ("row_net", "posting.net")):
            if not row[name]:
                cells.missing(at, label)
        if day is not None and net is not None:
            told.append(ScheduleRowTold(day, net, tolerance))
    return told


def _periods(cells: Cells, rows: Sequence[Row]) -> list[tuple]:  # type: ignore[type-arg]
    told = []
    for at, row in enumerate(rows, start=1):
        first, last = cells.day(row, "period_from", at), cells.day(row, "period_until", at)
        net = cells.money(row, "period_net", at)
        for one in _PARTS:
            if not row[one.name]:
                cells.missing(at, one.label)
        if first is not None and last is not None and net is not None:
            told.append((first, last, net))
    return told


def _money(sent: QueryDict, name: str) -> Decimal | None:
    words = sent.get(name, "").strip()
    if not words:
        return None
    try:
        found = parse_amount(words)
    except NotAnAmount:
        raise Incomplete("amount") from None
    if found != round_cents(found) or abs(found) >= LARGEST_NUMBER:
        raise Incomplete("amount")
    return found


def _owner(acting: Acting, sent: QueryDict, before: Contract | None) -> Person:
    told = key_of(sent.get("owner", ""))
    people = {one.pk for one in colleagues(acting.unit, acting.day)} | {before.owner_id if before else None}
    found = Person.objects.filter(pk=told).first() if told in people else None
    if found is None:
        raise Incomplete("person")
    return found


def _form(
    request: HttpRequest,
    place: Place,
    found: ContractListed | None,
    told: Mapping[str, str],
    rows: tuple[Sequence[Row], Sequence[Row], Sequence[Row]],
    wrong: Sequence[Wrong] = (),
    spare: int = SPARE,
) -> HttpResponse:
    offered = choices(place, request.language)  # type: ignore[attr-defined]
    people = colleagues(place.unit, place.on)
    owner = key_of(told.get("owner", ""))
    if owner not in {one.pk for one in people}:
        people = [*people, *Person.objects.filter(pk=owner)]
    return show(
        request,
        place,
        "desk/contract_form.html",
        AREA,
        {
            "contract": found,
            "old": told,
            "seen": seen_of(place, found.number) if found else "",
            "coding": grid("share", (SHARE, *coded_columns(rows[0], offered)), rows[0], spare),
            "expected": grid("row", _EXPECTED, rows[1], spare),
            "periods": grid("part", _PARTS, rows[2], spare),
            "choices": offered,
            "wrong": wrong,
            "plans": PLANS,
            "of_periods": PERIODS,
            "people": people,
            "suppliers": [] if found else offered_suppliers(),
        },
        status=422 if wrong else 200,
    )


def _listed(place: Place, id: int) -> ContractListed:
    one = Contract.objects.filter(unit=place.unit, pk=id).first()
    found = contract_listed(place.unit, place.on, one.number) if one else None
    if found is None:
        raise Http404
    return found
