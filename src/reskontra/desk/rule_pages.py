"""Standing rules for statement lines (S67): their order, what each would find, and their approval by another person."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.bank.lines import Sought
from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Stale, ToldBack, day_of, seen_as, told_back
from reskontra.desk.frame import say, show
from reskontra.desk.supplier_payment_pages import AREA
from reskontra.expenditure.statement_posting.actions import approve, end
from reskontra.expenditure.statement_posting.lists import standing_rules, try_rule
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import format_date
from reskontra.kernel.texts import text
from reskontra.registers.models import StatementRule, Unit
from reskontra.registers.tracking import DIMENSIONS, tracking_of
from reskontra.runs.run import Acting

ACTS = {"approve": "approve_statement_rule", "end": "propose_statement_rule"}


@require_safe
@in_unit
def rules(request: HttpRequest, place: Place) -> HttpResponse:
    """The rules in the order in which they speak; those that wait for a second person first."""
    found = [(one, standing_of(one, place.on)) for one in standing_rules(place.unit)]
    return show(
        request,
        place,
        "desk/statement_rules.html",
        AREA,
        {
            "groups": [
                (standing, [one for one, said in found if said == standing])
                for standing in ("told", "in_force", "ended")
            ],
            "count": len(found),
            "tab": "statement-lines",
            "part": "rules",
        },
    )


def standing_of(rule: Mapping[str, Any], on: date) -> str:
    """Where a rule stands on a day: told by one person only, in force (also from a later day), or ended."""
    if rule["last"] is not None and rule["last"] < on:
        return "ended"
    return "in_force" if rule["approved_by"] else "told"


@require_safe
@in_unit
def rule(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One rule: what it looks for and posts to, what it would have found so far, and who may put it in force."""
    return _page(request, place, _rule(place.unit, id))


def _page(
    request: HttpRequest, place: Place, found: StatementRule, rejected: ToldBack | None = None
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    told = next(one for one in standing_rules(place.unit) if one["rule"] == found.pk)
    coding = tracking_of(found)
    tried = try_rule(
        place.unit,
        Sought(found.field, found.pattern),
        found.direction,
        coding,
        bank_account=found.bank_account_id,
    )
    return show(
        request,
        place,
        "desk/statement_rule.html",
        AREA,
        {
            "rule": found,
            "objects": [value for name in DIMENSIONS if (value := getattr(found, name))],
            "told": told,
            "standing": standing_of(told, place.on),
            "seen": seen_of(found),
            "tried": tried,
            "mine": found.told_by_id == place.person.pk,
            "may": {name: place.may(right) for name, right in ACTS.items()},
            "roles": {name: place.who_may(right, language) for name, right in ACTS.items()},
            "rejected": rejected,
            "day": place.on,
            "old": request.POST if rejected else {},
        },
        status=rejected.status if rejected else 200,
    )


def seen_of(found: StatementRule) -> str:
    """What of a rule changes: whether it is approved, and until when it holds."""
    return f"{found.approved_by_id or ''}.{found.validity.upper or ''}"


@require_POST
@acts_in_unit
@clause("EX 10-a")
def act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act`` (approve or end), ``seen``, and for an end its last day."""
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Http404
    try:
        with place.working() as acting:
            found = _rule(place.unit, id)
            seen_as(request.POST, seen_of(found))
            said = _do(acting, name, found, request, language)
    except Stale:
        say(request, text("desk.statement.stale", language), "warn")
        return redirect("statement-rule", code=place.unit.code, id=id)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _page(request, place, _rule(place.unit, id), rejected)
    say(request, said)
    return redirect("statement-rule", code=place.unit.code, id=id)


def _do(acting: Acting, name: str, found: StatementRule, request: HttpRequest, language: str) -> str:
    if name == "approve":
        return text("statement.approve_done", language, rule=approve(acting, found).pk)
    last = day_of(request.POST, "last")
    end(acting, found, last)
    return text("statement.end_done", language, rule=found.pk, last=format_date(last, language))


def _rule(unit: Unit, id: int) -> StatementRule:
    found = (
        StatementRule.objects.filter(unit=unit, pk=id)
        .select_related("told_by", "approved_by", "bank_account")
        .first()
    )
    if found is None:
        raise Http404
    return found
