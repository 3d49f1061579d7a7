"""Purchases by card (S65): what each still needs, its receipt, and what the clearing account is made of (EX 4)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Incomplete, ToldBack, told_back
from reskontra.desk.frame import say, show
from reskontra.expenditure.cards.actions import attach_receipt
from reskontra.expenditure.cards.lists import clearing, open_purchases
from reskontra.insight.cards import card_purchase_number
from reskontra.kernel.clauses import clause
from reskontra.kernel.texts import text
from reskontra.purchases.models import CardPurchase
from reskontra.registers.unit_terms import terms_of

AREA = "purchases"
LARGEST_RECEIPT = 20_000_000  # bytes: a photograph or a scan is far smaller
LONGEST_ID = 70
MOST = 200


@require_safe
@in_unit
def cards(request: HttpRequest, place: Place) -> HttpResponse:
    """Purchases that are not reconciled, the oldest first; ``show`` keeps those that a rule says the same of."""
    return _page(request, place)


def _page(request: HttpRequest, place: Place, rejected: ToldBack | None = None, of: int = 0) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    terms = terms_of(place.unit, place.on)
    found = open_purchases(place.unit, terms, most=MOST)
    kinds = sorted({one["outcome"] for one in found})
    asked = request.GET.get("show", "")
    kind = asked if asked in kinds else ""
    return show(
        request,
        place,
        "desk/cards.html",
        AREA,
        {
            "found": [
                {**one, "number": card_purchase_number(one["purchase"])}
                for one in found
                if not kind or one["outcome"] == kind
            ],
            "kinds": kinds,
            "kind": kind,
            "clearing": clearing(place.unit, terms),
            "may_attach": place.may("attach_card_receipt"),
            "roles": place.who_may("attach_card_receipt", language),
            "rejected": rejected,
            "of": of,
            "tab": "cards",
        },
        status=rejected.status if rejected else 200,
    )


@require_POST
@acts_in_unit
@clause("EX 4-a")
def receipt(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST the receipt of a purchase: a ``document``, or the id of an ``ereceipt``."""
    language = request.language  # type: ignore[attr-defined]
    try:
        with place.working() as acting:
            found = CardPurchase.objects.filter(unit=place.unit, pk=id).first()
            if found is None:
                raise Http404
            sent = request.FILES.get("document")
            ereceipt = request.POST.get("ereceipt", "").strip()[:LONGEST_ID]
            if bool(sent) == bool(ereceipt) or (sent and (sent.size or 0) > LARGEST_RECEIPT):
                raise Incomplete("card_receipt")
            attach_receipt(acting, found, document=sent.read() if sent else None, ereceipt=ereceipt)
    except REFUSALS as problem:
        rejected = told_back(problem, "receipt", language)
        with place.working():
            return _page(request, place, rejected, id)
    say(request, text("desk.cards.receipt.done", language, purchase=card_purchase_number(id)))
    return redirect("cards", code=place.unit.code)
