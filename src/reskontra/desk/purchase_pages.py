"""Purchase invoices (S60–S64): the register of each stream, and one invoice with all that is known and may be done."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Stale, ToldBack, told_back
from reskontra.desk.files import archived
from reskontra.desk.frame import say, show
from reskontra.desk.keys import key_of
from reskontra.desk.number_line import number_line
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.purchase_acts import (
    ACTS,
    CHARGES,
    STEPS,
    Standing,
    able,
    act_on,
    colleagues,
    forms_of,
    offers,
    queue_name,
    standing_of,
)
from reskontra.desk.why import claim_why
from reskontra.exchange.messages import message
from reskontra.exchange.models import InboxFile
from reskontra.expenditure.circulation.actions import RETURN_REASONS
from reskontra.insight.circulation import list_of
from reskontra.insight.purchase_difference import Difference, difference_of
from reskontra.insight.purchase_events import (
    contract_beside,
    order_beside,
    purchase_events,
    said_of,
)
from reskontra.insight.purchase_lists import DUE, STATES, Wanted, purchases_listed
from reskontra.insight.purchases import invoice_findings, purchase_decisions, purchase_number
from reskontra.kernel.texts import text
from reskontra.purchases.matching import agreed_number
from reskontra.purchases.models import (
    InvoiceIdentifier,
    InvoiceSupplier,
    PurchaseInvoice,
    PurchaseInvoiceLine,
    PurchaseVat,
)
from reskontra.purchases.models.invoices import STREAMS
from reskontra.registers.models import CodingTemplate, Supplier, Unit, WorkQueue
from reskontra.registers.unit_terms import terms_of

LINES_SHOWN = 200
_PICTURES = ("image/png", "image/jpeg")
_JUDGES = ("review", "approve", "decision", "send_back")


@require_safe
@in_unit
def purchases(request: HttpRequest, place: Place) -> HttpResponse:
    """The register of one stream, the newest first, by state, queue and due date; a search looks in both streams."""
    language = request.language  # type: ignore[attr-defined]
    wanted = _wanted(request, place)
    found = purchases_listed(place.unit, wanted, key(request), ROWS + 1)
    queues = WorkQueue.objects.filter(unit=place.unit, validity__contains=place.on).order_by("step", "code")
    narrowed = wanted.words or wanted.due or wanted.queue or wanted.state != "all"
    return show(
        request,
        place,
        "desk/purchases.html",
        "purchases",
        {
            "page": page_of(request, found, "id"),
            "wanted": wanted,
            "words": wanted.words,
            "streams": STREAMS,
            "states": STATES,
            "dues": DUE,
            "queues": [(one.pk, queue_name(one, language)) for one in queues],
            "empty": text(f"desk.purchases.none.{'narrowed' if narrowed else wanted.stream}", language),
            "kept": _kept(request),
            "tab": "purchases",
        },
    )


def _wanted(request: HttpRequest, place: Place) -> Wanted:
    """What the address asks for; what it asks for and does not exist is not asked for."""
    told = {name: request.GET.get(name, "").strip() for name in ("stream", "state", "due", "queue", "q")}
    return Wanted(
        place.on,
        int(terms_of(place.unit, place.on).circulation_remind_before_due),
        stream=told["stream"] if told["stream"] in STREAMS else STREAMS[0],
        state=told["state"] if told["state"] in STATES else "all",
        queue=key_of(told["queue"]) or None,
        due=told["due"] if told["due"] in DUE else "",
        words=told["q"][:60],
    )


def _kept(request: HttpRequest) -> str:
    """The address's own questions without the page: for links that change one of them."""
    kept = request.GET.copy()
    kept.pop("after", None)
    return kept.urlencode()


@require_safe
@in_unit
def purchase(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One invoice: what its file says, what is wrong, what it stands beside, why, and what may be done."""
    return page(request, place, found_purchase(place.unit, id))


@require_POST
@acts_in_unit
def act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act`` (of ``ACTS``), ``seen`` and what the act needs.

    What was sent on another state of the invoice than now does nothing, so an act sent twice is done once. What cannot
    be done as it was told is told back on the page with what was written: 422, or 409 when it does not fit. After a
    review or an approval the next invoice of the person's list opens.
    """
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Http404
    here = reverse("purchase", args=[place.unit.code, id])
    try:
        with place.working() as acting:
            found = found_purchase(place.unit, id)
            told = act_on(acting, place, found, name, request.POST, language)
            following = next_for(place, id) if name in _JUDGES else None
    except Stale:
        say(request, text("desk.purchase.stale", language), "warn")
        return redirect(here)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return page(request, place, found_purchase(place.unit, id), rejected)
    for one in told:
        say(
            request,
            one,
            "good",
            here if following else "",
            text("desk.purchase.look_at", language, id=purchase_number(id)),
        )
    return redirect("purchase", code=place.unit.code, id=following) if following else redirect(here)


def next_for(place: Place, done: int) -> int | None:
    """The next invoice on the person's list that is to be reviewed or approved, by due date; None when none is left."""
    return next(
        (
            one.invoice
            for one in list_of(place.unit, place.person, place.on)
            if one.step in ("review", "approve") and one.invoice != done
        ),
        None,
    )


def page(
    request: HttpRequest, place: Place, found: PurchaseInvoice, rejected: ToldBack | None = None
) -> HttpResponse:
    """The page of ``found``; an act that was ``rejected`` puts back into its fields what was written."""
    language = request.language  # type: ignore[attr-defined]
    unit = place.unit
    standing = standing_of(place, found)
    talk = said_of(unit, found)
    asked = [one for one in talk if one.waits and one.note.to_person_id == place.person.pk]
    forms = forms_of(place, standing, [one.note for one in asked])
    difference = difference_told(standing)
    numbers = list(InvoiceIdentifier.objects.filter(unit=unit, invoice=found).order_by("id"))
    agreed = agreed_of(standing, numbers)
    order = order_beside(unit, found, agreed) if agreed.startswith("V1") else None
    if order is None:
        forms -= {"receive", "link"}
    step = standing.circulating.step if standing.circulating else ""
    offered = offers(place, standing, language)
    named = InvoiceSupplier.objects.filter(unit=unit, invoice=found).order_by("-pk").first()
    return show(
        request,
        place,
        "desk/purchase.html",
        "purchases",
        {
            "invoice": found,
            "id": purchase_number(found.pk),
            "supplier": Supplier.objects.filter(pk=named.supplier_id).first() if named else None,
            "standing": standing,
            "step": step,
            "numbers": numbers,
            "rows": list(
                PurchaseInvoiceLine.objects.filter(unit=unit, invoice=found).order_by("position")[
                    :LINES_SHOWN
                ]
            ),
            "vat": list(PurchaseVat.objects.filter(unit=unit, invoice=found).order_by("position")),
            "findings": [(one.severity, message(one, language)) for one in invoice_findings(unit, found)],
            "files": [one for one in found.attachments if one.get("digest")],
            "pictures": _pictures(found),
            "source": InboxFile.objects.filter(unit=unit, pk=found.file_id).first(),
            "difference": difference,
            "line": number_line(difference) if difference else None,
            "order": order,
            "contract": contract_beside(unit, agreed) if agreed.startswith("VSK1") else None,
            "agreed": agreed,
            "template": _template(unit, numbers),
            "talk": talk,
            "asked": asked,
            "events": purchase_events(found, language)[::-1],
            "why": claim_why(sorted(_told(unit, found, language), key=_by_weight(step)), language),
            "offers": offered,
            "forms": forms,
            "rejected": rejected,
            "apart": rejected is not None and rejected.act not in forms | {one.name for one in offered},
            "olds": {name: request.POST if rejected and rejected.act == name else {} for name in ACTS},
            **_choices(place, forms, step, language),
        },
        status=rejected.status if rejected else 200,
    )


def _choices(place: Place, forms: set[str], step: str, language: str) -> Mapping[str, Any]:
    """What the forms let choose from; nothing is read for a form that is not there."""
    queues = WorkQueue.objects.filter(unit=place.unit, validity__contains=place.on).order_by("step", "code")
    others = able(place.unit, step, place.on) if step in STEPS and {"forward", "move"} & forms else []
    return {
        "queues": [(one.pk, one.step, queue_name(one, language)) for one in queues]
        if "move" in forms
        else [],
        "people": [one for one in others if one.pk != place.person.pk],
        "colleagues": [one for one in colleagues(place.unit, place.on) if one.pk != place.person.pk]
        if "note" in forms
        else [],
        "reasons": list(RETURN_REASONS),
        "charges": range(1, CHARGES + 1),
        "today": place.on.isoformat(),
    }


def difference_told(standing: Standing) -> Difference | None:
    """How far the invoice is from what it is compared with, as matching saw it last; None where nothing is compared."""
    told = standing.decision
    return difference_of(told.inputs, told.run.terms.get("terms", {})) if told else None


def agreed_of(standing: Standing, numbers: Sequence[InvoiceIdentifier]) -> str:
    """The order or contract that the invoice stands beside: its match's, else the number that counts now."""
    if standing.match is not None:
        match = standing.match
        return match.order.number if match.order else match.contract.number if match.contract else ""
    return agreed_number(numbers)


def _template(unit: Unit, numbers: Sequence[InvoiceIdentifier]) -> CodingTemplate | None:
    """The newest template of the posting reference that the invoice tells, if it tells one and there is any."""
    told = [one.value for one in numbers if one.kind == "posting"]
    found = (
        CodingTemplate.objects.filter(unit=unit, reference=told[-1])
        if told
        else CodingTemplate.objects.none()
    )
    return found.order_by("-pk").first()


def _by_weight(step: str) -> Callable[[Mapping[str, Any]], bool]:
    """Of an invoice that is to be solved, what matching said is told first: it stands last in order of time."""
    return lambda one: step == "solve" and one["rule"] == "matching"


def _told(unit: Unit, invoice: PurchaseInvoice, language: str) -> Iterator[dict[str, Any]]:
    """What was decided, with the words of the page for queues and steps."""
    for one in purchase_decisions(unit, invoice, language):
        # What waits is late as well: that is no other reason for where an invoice goes.
        also = [] if one["rule"] == "circulation" else one["reasons"]
        yield {**one, "reasons": also, "inputs": dict(_named(unit, one["inputs"], language))}


def _named(unit: Unit, inputs: Mapping[str, Any], language: str) -> Iterator[tuple[str, Any]]:
    for name, value in inputs.items():
        if name in ("coding", "match"):
            continue
        if name == "queue":
            queue = WorkQueue.objects.filter(unit=unit, code=value).first()
            value = queue_name(queue, language) if queue else value
        elif name == "step":
            value = text(f"circulation.step_{value}", language)
        yield name, value


def _pictures(invoice: PurchaseInvoice) -> list[Mapping[str, Any]]:
    """The attachments that a browser can show as a picture."""
    return [one for one in invoice.attachments if one.get("digest") and one.get("mime_type") in _PICTURES]


@require_safe
@in_unit
def file(request: HttpRequest, place: Place, id: int, digest: str) -> HttpResponse:
    """An attachment of the invoice, or the file that it came in, from the archive."""
    found = found_purchase(place.unit, id)
    for one in found.attachments:
        if digest and one.get("digest") == digest:
            return archived(digest, one["name"])
    source = InboxFile.objects.filter(unit=place.unit, pk=found.file_id).first()
    if source is None or source.digest != digest:
        raise Http404
    return archived(digest, source.name)


def found_purchase(unit: Unit, id: int) -> PurchaseInvoice:
    """The purchase invoice of ``unit`` with this id, or 404."""
    found = PurchaseInvoice.objects.filter(unit=unit, pk=id).first()
    if found is None:
        raise Http404
    return found
