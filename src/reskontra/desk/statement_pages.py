"""Expenditure statements (S67): lines that wait and lines that are posted, one line with its rule or memo voucher."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.bank.chain import chain_gaps
from reskontra.bank.lines import IDENTIFIERS, Sought, proposed_for
from reskontra.bank.models import Line, Material
from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Incomplete, Stale, ToldBack, chosen, seen_as, told_back, written
from reskontra.desk.clock import today
from reskontra.desk.coding_pages import choices
from reskontra.desk.entry_grid import CODED, shown_money
from reskontra.desk.frame import say, show
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.parts_grid import parts_grid, parts_sent
from reskontra.desk.supplier_payment_pages import AREA
from reskontra.desk.why import claim_why
from reskontra.exchange.messages import message
from reskontra.expenditure.statement_posting.actions import (
    RULE_CLAUSES,
    MemoKind,
    correct,
    offices_abroad,
    post_memo,
    propose,
)
from reskontra.expenditure.statement_posting.coding import Part, check_coding
from reskontra.expenditure.statement_posting.lists import DryRun, try_rule, waiting_lines
from reskontra.insight.coverage import uncovered
from reskontra.insight.statement_lines import (
    BYS,
    bookings_of,
    line_decisions,
    posted_lines,
    shares_by_month,
)
from reskontra.kernel.clauses import clause
from reskontra.kernel.money import NotAnAmount, format_amount, parse_amount, round_cents
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit
from reskontra.registers.tracking import DIMENSIONS, Tracking
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting

FIELDS = (*IDENTIFIERS, "reference", "message")
PARTS = 4  # rows of the form of a memo voucher before anybody has written
WAITING_SHOWN = 200
GAPS_SHOWN = 5


@require_safe
@in_unit
def lines(request: HttpRequest, place: Place) -> HttpResponse:
    """The lines that wait, the oldest first, with what the next run will say; or, by ``show``, those posted."""
    language = request.language  # type: ignore[attr-defined]
    by = request.GET.get("show", "")
    posted = by in (*BYS, "posted")
    found = posted_lines(place.unit, by if by in BYS else "", key(request), ROWS + 1) if posted else []
    waiting = [] if posted else waiting_lines(place.unit, terms_of(place.unit, place.on), WAITING_SHOWN + 1)
    names = names_of([one["line"] for one in waiting])
    months = shares_by_month(place.unit, place.on)
    return show(
        request,
        place,
        "desk/statement_lines.html",
        AREA,
        {
            "posted": posted,
            "by": by,
            "bys": BYS,
            "page": page_of(request, found, "id"),
            "waiting": [{**one, "counterparty": names[one["line"]]} for one in waiting[:WAITING_SHOWN]],
            "more": len(waiting) > WAITING_SHOWN,
            "amount": sum((one["amount"] for one in waiting[:WAITING_SHOWN]), Decimal(0)),
            "months": months[::-1],
            "gaps": [message(one, language) for one in chain_gaps(place.unit)][:GAPS_SHOWN],
            "may_run": place.may("run_statement_posting"),
            "day": place.on,
            "tab": "statement-lines",
            "part": "lines",
        },
    )


def names_of(found: Sequence[int]) -> dict[int, str]:
    """The counterparties of lines as the bank wrote them; rules compare without regard to case."""
    return dict(Line.objects.filter(pk__in=found).values_list("pk", "counterparty"))


@require_safe
@in_unit
def coverage(request: HttpRequest, place: Place) -> HttpResponse:
    """Debits that return without a rule, with the rule proposed for each and what it would have found."""
    terms = terms_of(place.unit, place.on)
    found = uncovered(place.unit, terms)
    names = names_of([one.line for one in found])
    return show(
        request,
        place,
        "desk/statement_coverage.html",
        AREA,
        {
            "found": [(one, names[one.line]) for one in found],
            "times": int(terms.recurrent_debit_times),
            "months": int(terms.recurrent_debit_months),
            "may": place.may("propose_statement_rule"),
            "tab": "statement-lines",
            "part": "coverage",
        },
    )


# --- one line ---


@dataclass(frozen=True)
class Tried:
    """A rule that was tried over history: what it looks for, and what it would have found."""

    sought: Sought
    result: DryRun


@require_safe
@in_unit
def line(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One line: what the bank told, how it was posted and why, and the rule or the memo voucher that it may get."""
    return _line_page(request, place, _line(place.unit, id))


def _line_page(
    request: HttpRequest,
    place: Place,
    found: Line,
    rejected: ToldBack | None = None,
    tried: Tried | None = None,
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    booked = bookings_of(place.unit, found.pk)
    proposed = proposed_for(place.unit, found.pk)
    sent: Mapping[str, Any] = request.POST if rejected or tried else {}
    act = "rule" if tried or (rejected and rejected.act in ("try", "propose")) else ""
    memo = "memo" if rejected and rejected.act in ("memo", "correct") else ""
    offered = choices(place, language)
    return show(
        request,
        place,
        "desk/statement_line.html",
        AREA,
        {
            "line": found,
            "material": Material.objects.select_related("file", "account").get(
                unit=place.unit, pk=found.material_id
            ),
            "booked": booked,
            "seen": str(booked[-1].id) if booked else "",
            "bookable": found.kind == "other" and found.amount != 0,
            "why": claim_why(line_decisions(place.unit, found.pk, language), language),
            "fields": FIELDS,
            "rule": sent if act else _proposed(found, proposed),
            "clauses": RULE_CLAUSES,
            "tried": tried,
            **parts_grid(
                place,
                parts_sent(request.POST) if memo else [{"amount": shown_money(found.amount, language)}],
                language,
                spare=PARTS - 1,
            ),
            "objects": _objects(offered, sent if act else {}),
            "memo": sent if memo else {},
            "kinds": get_args(MemoKind),
            "offices": offices_abroad(place.unit, today()),
            "memo_act": "correct" if booked else "memo",
            "may_rule": place.may("propose_statement_rule"),
            "may_memo": place.may("post_memo"),
            "roles": {act: place.who_may(act, language) for act in ("propose_statement_rule", "post_memo")},
            "rejected": rejected,
        },
        status=rejected.status if rejected else 200,
    )


def _proposed(found: Line, proposed: Sought | None) -> dict[str, str]:
    """What stands in the form of a rule before anybody has written in it."""
    name = (found.counterparty or found.ultimate_debtor or (proposed.pattern if proposed else ""))[:70]
    return {
        "name": name,
        "field": proposed.field if proposed else "",
        "pattern": proposed.pattern if proposed else "",
        "since": found.booking_date.isoformat() if found.booking_date else "",
    }


def _objects(offered: Mapping[str, Any], sent: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The dimensions of a rule's form, with what was written: those that the unit has values of."""
    return [
        (name, sent.get(name, ""))
        for name in DIMENSIONS
        if name == "budget_account" or offered.get(name) or sent.get(name)
    ]


@require_POST
@acts_in_unit
@clause("EX 10-a")
def line_act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act``: try (a dry run, nothing is written), propose, memo or correct; ``seen`` names its posting.

    What was sent on another posting than the line has now does nothing.
    """
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name != "try" and name not in LINE_ACTS:
        raise Http404
    try:
        with place.working() as acting:
            found = _line(place.unit, id)
            if name == "try":
                tried = _try(acting, found, request.POST)
                return _line_page(request, place, found, tried=tried)
            booked = bookings_of(place.unit, id)
            seen_as(request.POST, str(booked[-1].id) if booked else "")
            said, rule = LINE_ACTS[name](acting, found, request.POST, language)
    except Stale:
        say(request, text("desk.statement.stale", language), "warn")
        return redirect("statement-line", code=place.unit.code, id=id)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _line_page(request, place, _line(place.unit, id), rejected)
    say(request, said)
    if rule is not None:
        return redirect("statement-rule", code=place.unit.code, id=rule)
    return redirect("statement-line", code=place.unit.code, id=id)


def _try(acting: Acting, found: Line, sent: QueryDict) -> Tried:
    sought, coding = _sought(sent), _coding(sent)
    check_coding(acting.unit, coding, acting.day)
    bank_account = _account_of(found) if sent.get("this_account") else None
    direction = "out" if found.amount < 0 else "in"
    return Tried(sought, try_rule(acting.unit, sought, direction, coding, bank_account=bank_account))


def _propose(acting: Acting, found: Line, sent: QueryDict, language: str) -> tuple[str, int | None]:
    position = sent.get("position", "").strip()
    if position and not (position.isascii() and position.isdigit() and len(position) < 7):
        raise Incomplete("position")
    made = propose(
        acting,
        found,
        _coding(sent),
        written(sent, "name", 70, "name"),
        sought=_sought(sent),
        since=_day(sent, "since"),
        position=int(position) if position else None,
        this_account=bool(sent.get("this_account")),
        named=chosen(sent, "clause", RULE_CLAUSES, "clause"),
    )
    field = text(f"statement.field_{made.field}", language)
    return text("statement.propose_done", language, rule=made.pk, field=field, pattern=made.pattern), made.pk


def _memo(acting: Acting, found: Line, sent: QueryDict, language: str) -> tuple[str, int | None]:
    said = chosen(sent, "kind", get_args(MemoKind), "kind")
    kind: MemoKind = "office_abroad" if said == "office_abroad" else "other"
    where = sent.get("place", "").strip()[:70]
    done = post_memo(acting, found, _parts(sent), written(sent, "reason"), kind, where)
    amount = format_amount(found.amount, language)
    return text("statement.memo_done", language, line=found.pk, amount=amount, run=done.run.pk), None


def _correct(acting: Acting, found: Line, sent: QueryDict, language: str) -> tuple[str, int | None]:
    done = correct(acting, found, _parts(sent), written(sent, "reason"))
    amount = format_amount(found.amount, language)
    return text("statement.correct_done", language, line=found.pk, amount=amount, run=done.run.pk), None


LINE_ACTS: Mapping[str, Callable[[Acting, Line, QueryDict, str], tuple[str, int | None]]] = {
    "propose": _propose,
    "memo": _memo,
    "correct": _correct,
}


def _parts(sent: QueryDict) -> Sequence[Part]:
    """The rows that say something; raises ``Incomplete`` for an amount that is none, and where no row says anything."""
    parts = []
    for row in parts_sent(sent):
        try:
            amount = parse_amount(row["amount"])
        except NotAnAmount:
            raise Incomplete("amount") from None
        if amount != round_cents(amount):
            raise Incomplete("amount")
        parts.append(Part(amount, Tracking(**{name: row[name] for name in CODED})))
    if not parts:
        raise Incomplete("amount")
    return parts


def _sought(sent: QueryDict) -> Sought:
    return Sought(chosen(sent, "field", FIELDS, "field"), written(sent, "pattern", 140, "pattern"))


def _coding(sent: QueryDict) -> Tracking:
    written(sent, "account", 8, "account")
    return Tracking(**{name: sent.get(name, "").strip()[:20] for name in CODED})


def _day(sent: QueryDict, name: str) -> date | None:
    said = sent.get(name, "").strip()
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Incomplete("day") from None


def _account_of(found: Line) -> int:
    return int(Material.objects.values_list("account_id", flat=True).get(pk=found.material_id))


def _line(unit: Unit, id: int) -> Line:
    """A line of a statement; raises ``Http404`` for one of a list of payments, which income allocates."""
    found = (
        Line.objects.filter(unit=unit, pk=id, source="camt.053").exclude(kind__in=("payment", "sum")).first()
    )
    if found is None:
        raise Http404
    return found
