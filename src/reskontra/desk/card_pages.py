"""Purchases by card (S65): what each needs, its receipt and coding, what the travel system settled (EX 4)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Incomplete, Stale, ToldBack, seen_as, told_back, written
from reskontra.desk.coding_pages import NotLines, Row, Wrong
from reskontra.desk.files import archived
from reskontra.desk.frame import say, show
from reskontra.desk.parts_grid import part_row, parts_grid, parts_of, parts_sent
from reskontra.desk.purchase_order_pages import wrong_of
from reskontra.desk.why import claim_why
from reskontra.expenditure.cards.actions import attach_receipt, code_purchase, settle_by_travel
from reskontra.expenditure.cards.lists import card_purchase, clearing, open_purchases
from reskontra.expenditure.cards.run import LOCK
from reskontra.insight.cards import card_purchase_number, explain_card_purchase
from reskontra.kernel.clauses import clause
from reskontra.kernel.texts import text
from reskontra.purchases.models import (
    CardCharge,
    CardCoding,
    CardCodingLine,
    CardPurchase,
    CardReceipt,
    CardTransfer,
)
from reskontra.purchases.models.cards import GROUPS
from reskontra.purchases.parts import Part
from reskontra.registers.models import Unit
from reskontra.registers.posting import MissingPostingAccount, posting_account
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import lock

AREA = "purchases"
LARGEST_RECEIPT = 20_000_000  # bytes: a photograph or a scan is far smaller
LONGEST_ID = 70
MOST = 200
_RIGHT = {"code": "code_card_purchase", "transfer": "transfer_card_purchases"}


@require_safe
@in_unit
def cards(request: HttpRequest, place: Place) -> HttpResponse:
    """Purchases that are not reconciled, the oldest first; ``show`` keeps those that a rule says the same of."""
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
            "tab": "cards",
        },
    )


@require_safe
@in_unit
def purchase(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One purchase: its card, receipts, coding and invoice, why it waits, and what may be done."""
    return _page(request, place, found_card_purchase(place.unit, id))


def found_card_purchase(unit: Unit, id: int) -> CardPurchase:
    """The purchase by card of ``unit`` with this id, or 404."""
    found = CardPurchase.objects.filter(unit=unit, pk=id).select_related("statement__company").first()
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest,
    place: Place,
    found: CardPurchase,
    rejected: ToldBack | None = None,
    rows: Sequence[Row] | None = None,
    wrong: Sequence[Wrong] = (),
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    unit = place.unit
    told = card_purchase(unit, terms_of(unit, place.on), found.pk)
    coding = (
        CardCoding.objects.filter(unit=unit, purchase=found)
        .select_related("person")
        .order_by("-version")
        .first()
    )
    lines = (
        list(CardCodingLine.objects.filter(unit=unit, coding=coding).order_by("position")) if coding else []
    )
    act = _act_of(place, told)
    shown = rows if rows is not None else [part_row(one, language) for one in lines or _whole(place, found)]
    return show(
        request,
        place,
        "desk/card_purchase.html",
        AREA,
        {
            "purchase": found,
            "number": card_purchase_number(found.pk),
            "told": told,
            "receipts": list(
                CardReceipt.objects.filter(unit=unit, purchase=found).select_related("person").order_by("id")
            ),
            "coding": coding,
            "lines": lines,
            "transfer": CardTransfer.objects.filter(unit=unit, purchase=found).first(),
            "charge": CardCharge.objects.filter(unit=unit, purchase=found).first(),
            "act": act,
            "may": bool(act) and place.may(_RIGHT[act]),
            "roles": place.who_may(_RIGHT[act], language) if act else "",
            "may_attach": place.may("attach_card_receipt"),
            "attach_roles": place.who_may("attach_card_receipt", language),
            "groups": (*GROUPS, "other"),
            "seen": _seen(unit, found),
            "old": request.POST if rejected or wrong else {},
            "rejected": rejected,
            "why": claim_why(explain_card_purchase(unit, found, language)["decisions"], language),
            **(parts_grid(place, shown, language, wrong) if act else {}),
        },
        status=rejected.status if rejected else 422 if wrong else 200,
    )


def _act_of(place: Place, told: Mapping[str, Any]) -> str:
    """What people do with the purchase: code it, or tell what the travel system settled; nothing once it is done."""
    if told["way"] == "travel":
        return "" if told["transferred"] else "transfer"
    if told["outcome"] == "CARD_SETTLED" or told["coded_by"] != "purchase":
        return ""
    return "code" if told["way"] == "invoice" else ""


def _whole(place: Place, found: CardPurchase) -> list[Part]:
    """The purchase as one line without an account, and the VAT that the card company told as one of its own."""
    vat = found.vat or Decimal(0)
    parts = [Part(found.amount - vat, "")]
    if vat:
        try:
            parts.append(Part(vat, posting_account("vat_on_purchases", place.on)))
        except MissingPostingAccount:
            return [Part(found.amount, "")]
    return parts


def _seen(unit: Unit, found: CardPurchase) -> str:
    """What of a purchase an act stands on: the version of its coding, and whether it was transferred or charged."""
    newest = [
        model.objects.filter(unit=unit, purchase=found).order_by("-pk").values_list("pk", flat=True).first()
        or 0
        for model in (CardCoding, CardTransfer, CardCharge)
    ]
    return ".".join(map(str, newest))


@require_POST
@acts_in_unit
@clause("EX 4-a", "EX 4-b")
def act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act``: code (``group``, ``reason``) or transfer (``claim``), with ``seen`` and the rows of the grid.

    What is wrong is told above the grid, all of it, with what was written: 422.
    """
    language = request.language  # type: ignore[attr-defined]
    name, sent = request.POST.get("act", ""), request.POST
    if name not in _RIGHT:
        raise Http404
    rows = parts_sent(sent)
    try:
        with place.working() as acting:
            lock(place.unit, LOCK)
            found = found_card_purchase(place.unit, id)
            seen_as(sent, _seen(place.unit, found))
            parts = parts_of(rows, language)
            if name == "code":
                code_purchase(acting, found, parts, _group(sent), sent.get("reason", "").strip()[:200])
            else:
                settle_by_travel(acting, written(sent, "claim", 35, "card_claim"), [(found, parts)])
    except Stale:
        say(request, text("desk.cards.stale", language), "warn")
        return redirect("card-purchase", code=place.unit.code, id=id)
    except (NotLines, *REFUSALS) as problem:
        wrong = wrong_of(problem, name, language)
        with place.working():
            return _page(request, place, found_card_purchase(place.unit, id), rows=rows, wrong=wrong)
    say(request, text(f"desk.cards.{name}.done", language, purchase=card_purchase_number(id)))
    return redirect("card-purchase", code=place.unit.code, id=id)


def _group(sent: QueryDict) -> str:
    group = sent.get("group", "")
    if group not in (*GROUPS, "other"):
        raise Incomplete("card_group")
    return group


@require_POST
@acts_in_unit
@clause("EX 4-a")
def receipt(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST the receipt of a purchase: a ``document``, or the id of an ``ereceipt``."""
    language = request.language  # type: ignore[attr-defined]
    try:
        with place.working() as acting:
            found = found_card_purchase(place.unit, id)
            sent = request.FILES.get("document")
            ereceipt = request.POST.get("ereceipt", "").strip()[:LONGEST_ID]
            if bool(sent) == bool(ereceipt) or (sent and (sent.size or 0) > LARGEST_RECEIPT):
                raise Incomplete("card_receipt")
            attach_receipt(acting, found, document=sent.read() if sent else None, ereceipt=ereceipt)
    except REFUSALS as problem:
        rejected = told_back(problem, "receipt", language)
        with place.working():
            return _page(request, place, found_card_purchase(place.unit, id), rejected)
    say(request, text("desk.cards.receipt.done", language, purchase=card_purchase_number(id)))
    return redirect("card-purchase", code=place.unit.code, id=id)


@require_safe
@in_unit
def document(request: HttpRequest, place: Place, id: int, digest: str) -> HttpResponse:
    """A receipt of the purchase, from the archive."""
    found = found_card_purchase(place.unit, id)
    kept = (
        CardReceipt.objects.filter(unit=place.unit, purchase=found, document=digest)
        .exclude(document="")
        .first()
    )
    if kept is None:
        raise Http404
    return archived(digest, f"{card_purchase_number(id)}-{kept.pk}")
