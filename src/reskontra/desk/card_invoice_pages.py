"""Card companies' invoices beside their statements (S65): what differs, said by people, and which belong together."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Incomplete, Stale, ToldBack, seen_as, told_back, written
from reskontra.desk.coding_pages import NotLines, Row, choices
from reskontra.desk.entry_grid import shown_money
from reskontra.desk.frame import say, show
from reskontra.desk.parts_grid import parts_grid, parts_of, parts_sent
from reskontra.desk.purchase_order_pages import wrong_of
from reskontra.expenditure.cards.actions import explain_difference, name_invoice
from reskontra.expenditure.cards.lists import card_statements
from reskontra.expenditure.cards.run import LOCK
from reskontra.insight.purchases import find_purchase, purchase_number
from reskontra.kernel.clauses import clause
from reskontra.kernel.texts import text
from reskontra.purchases.models import CardStatement, PurchaseInvoice
from reskontra.registers.posting import MissingPostingAccount, posting_account
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import lock

AREA = "purchases"


@require_safe
@in_unit
def statements(request: HttpRequest, place: Place) -> HttpResponse:
    """Statements that are not settled, the oldest first: each with its invoice, what differs, and its rows alone."""
    return _page(request, place)


def _page(
    request: HttpRequest,
    place: Place,
    rejected: ToldBack | None = None,
    of: int = 0,
    rows: list[Row] | None = None,
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    found = card_statements(place.unit, terms_of(place.unit, place.on))
    may = place.may("explain_card_difference")
    # Of several statements of one invoice the first has its form.
    differing = [(one["invoice_id"], at) for at, one in enumerate(found) if one["rest"] and one["way"]]
    first = dict(reversed(differing))

    def form_of(one: Mapping[str, Any]) -> Mapping[str, Any]:
        sent = rows if of == one["invoice_id"] else None
        return parts_grid(place, sent or [_proposed(place, one["rest"], language)], language, spare=1)

    return show(
        request,
        place,
        "desk/card_statements.html",
        AREA,
        {
            "found": [
                {
                    **one,
                    "number_of": purchase_number(one["invoice_id"]) if one["invoice_id"] else "",
                    "missing": [(row, words, Decimal(told)) for row, words, told in one["missing"] or ()],
                    "seen": _seen(one["rest"]),
                    "names": bool(rejected) and of == -one["statement"],
                    "form": form_of(one) if may and at == first.get(one["invoice_id"]) else None,
                }
                for at, one in enumerate(found)
            ],
            "choices_of": choices(place, language) if may else {},
            "may_explain": may,
            "may_name": place.may("name_card_invoice"),
            "roles": place.who_may("explain_card_difference", language),
            "rejected": rejected,
            "of": of,
            "old": request.POST if rejected else {},
            "tab": "cards",
        },
        status=rejected.status if rejected else 200,
    )


def _seen(rest: Decimal | None) -> str:
    return "" if rest is None else str(rest)


def _proposed(place: Place, rest: Decimal, language: str) -> Row:
    """The whole difference on the account that the unit keeps for it, if there is one."""
    try:
        account = posting_account("card_difference", place.on)
    except MissingPostingAccount:
        account = ""
    return {"amount": shown_money(rest, language), "account": account}


@require_POST
@acts_in_unit
@clause("EX 4-a")
def explain(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST what else an invoice charges: rows of amounts and accounts, and ``reason``; ``seen`` is what differed."""
    language = request.language  # type: ignore[attr-defined]
    rows = parts_sent(request.POST)
    try:
        with place.working() as acting:
            lock(place.unit, LOCK)
            invoice = PurchaseInvoice.objects.filter(unit=place.unit, pk=id).first()
            if invoice is None:
                raise Http404
            found = card_statements(place.unit, terms_of(place.unit, place.on))
            rest = next((one["rest"] for one in found if one["invoice_id"] == id), None)
            seen_as(request.POST, _seen(rest))
            parts = parts_of(rows, language)
            if not parts:
                raise Incomplete("card_difference")
            reason = written(request.POST, "reason", 200)
            for part in parts:
                explain_difference(acting, invoice, part, reason)
    except Stale:
        say(request, text("desk.cards.stale", language), "warn")
        return redirect("card-statements", code=place.unit.code)
    except (NotLines, *REFUSALS) as problem:
        told = " ".join(one.sentence for one in wrong_of(problem, "explain", language))
        status = 422 if isinstance(problem, NotLines | Incomplete) else 409
        with place.working():
            return _page(request, place, ToldBack("explain", told, status), id, rows)
    say(request, text("desk.cards.explain.done", language, invoice=purchase_number(id)))
    return redirect("card-statements", code=place.unit.code)


@require_POST
@acts_in_unit
@clause("EX 4-a")
def name(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST the ``invoice`` (PI… or the company's number) that a statement (``id``) belongs to."""
    language = request.language  # type: ignore[attr-defined]
    try:
        with place.working() as acting:
            statement = CardStatement.objects.filter(unit=place.unit, pk=id).first()
            if statement is None:
                raise Http404
            invoice = find_purchase(place.unit, written(request.POST, "invoice", 70, "card_invoice"))
            if invoice is None:
                raise Incomplete("card_invoice")
            name_invoice(acting, statement, invoice)
    except REFUSALS as problem:
        rejected = told_back(problem, "name", language)
        with place.working():
            return _page(request, place, rejected, -id)
    say(
        request,
        text("cards.invoice_done", language, statement=statement.number, invoice=purchase_number(invoice.pk)),
    )
    return redirect("card-statements", code=place.unit.code)
