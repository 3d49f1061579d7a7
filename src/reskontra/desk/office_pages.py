"""Invoices at offices abroad (S68): told, the way of each, drawn up, signed, paid and kept at the desk (EX 7)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Incomplete, Stale, ToldBack, day_of, seen_as, told_back, written
from reskontra.desk.card_pages import LARGEST_RECEIPT
from reskontra.desk.coding_pages import NotLines, Row, Wrong
from reskontra.desk.entry_grid import with_dimensions
from reskontra.desk.files import archived
from reskontra.desk.frame import say, show
from reskontra.desk.parts_grid import part_row, parts_grid, parts_of, parts_sent
from reskontra.desk.why import claim_why
from reskontra.expenditure.offices.actions import (
    Open,
    approve,
    draw_up,
    keep_original,
    pay,
    review,
    send_back,
    tell_invoice,
    way_of,
)
from reskontra.expenditure.offices.lists import invoices_abroad
from reskontra.expenditure.offices.rules import CARD_OR_CASH, CIRCULATING, PAPER
from reskontra.expenditure.offices.run import LOCK
from reskontra.insight.offices import explain_office_invoice, office_invoice_number
from reskontra.kernel.clauses import clause
from reskontra.kernel.money import NotAnAmount, parse_amount, round_cents
from reskontra.kernel.texts import text
from reskontra.purchases.models import (
    OfficeApproval,
    OfficeInvoice,
    OfficeMemo,
    OfficeMemoLine,
    OfficeOriginal,
    OfficePayment,
)
from reskontra.purchases.parts import Part
from reskontra.registers.models import OfficeAbroad
from reskontra.registers.policy import CENTRE, require
from reskontra.runs.run import Acting, lock

AREA = "purchases"
# The act that a step waits for, and the right to it: signing in the list too, the others on the invoice's own page.
STEPS: Mapping[str, tuple[str, str]] = {
    "review": ("review", "review_memo_abroad"),
    "approve": ("approve", "approve_memo_abroad"),
}
FORMS: Mapping[str, str] = {
    "draw_up": "draw_up_memo_abroad",
    "pay": "pay_abroad",
    "original": "keep_original",
}
WAYS = (
    "einvoice",
    "request",
    "memo",
    "mail",
)  # what is told of an invoice; the rest stands in the office's register


@require_safe
@in_unit
def offices(request: HttpRequest, place: Place) -> HttpResponse:
    """What waits, the oldest first; ``show=all`` also what is done."""
    return _page(request, place)


def _page(request: HttpRequest, place: Place, rejected: ToldBack | None = None, of: int = 0) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    everything = request.GET.get("show") == "all"
    found = invoices_abroad(place.unit, everything)
    asked = [one["invoice"] for one in found if one["step"] in STEPS]
    memos = OfficeMemo.objects.filter(unit=place.unit, invoice__in=asked).order_by("version")
    seen = dict(memos.values_list("invoice_id", "digest"))  # the newest of each stays
    return show(
        request,
        place,
        "desk/offices.html",
        AREA,
        {
            "found": [
                {**one, "told": office_invoice_number(one["invoice"]), **_act_of(place, one, seen)}
                for one in found
            ],
            "everything": everything,
            "may_send_back": place.may("review_memo_abroad"),
            "signers": _signers(place, language),
            "may_tell": place.may("tell_invoice_abroad"),
            "rejected": rejected,
            "of": of,
            "tab": "offices",
        },
        status=rejected.status if rejected else 200,
    )


def _act_of(place: Place, one: Mapping[str, Any], seen: Mapping[int, str]) -> dict[str, Any]:
    """The act that the invoice waits for at the desk, whether the person may do it, and what of its memo was seen."""
    act, right = STEPS.get(one["step"], ("", ""))
    return {"act": act, "may": bool(right) and place.may(right), "seen": seen.get(one["invoice"], "")}


def _signers(place: Place, language: str) -> dict[str, str]:
    return {right: place.who_may(right, language) for _, right in STEPS.values()}


@require_safe
@in_unit
def invoice(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One invoice abroad: its way and why, its memo voucher, who signed, how it was paid, and what may be done."""
    return _one(request, place, _found(place, id))


def _found(place: Place, id: int) -> OfficeInvoice:
    found = OfficeInvoice.objects.filter(unit=place.unit, pk=id).select_related("office", "person").first()
    if found is None:
        raise Http404
    return found


def _one(
    request: HttpRequest,
    place: Place,
    found: OfficeInvoice,
    rejected: ToldBack | None = None,
    rows: Sequence[Row] | None = None,
    wrong: Sequence[Wrong] = (),
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    unit = place.unit
    listed = next(one for one in invoices_abroad(unit, done=True) if one["invoice"] == found.pk)
    step, way = listed["step"], listed["way"]
    memo = _memo(place, found.pk)
    lines = list(OfficeMemoLine.objects.filter(unit=unit, memo=memo).order_by("position")) if memo else []
    told_now = way in (PAPER.name, CARD_OR_CASH.name)
    party = {outcome.name: party for outcome, party in CIRCULATING.items()}.get(way)
    centre = bool(CENTRE & set(place.roles))
    wrong_party = step == "draw_up" and centre != (party == "centre")
    drafted: list[Any] = lines or [Part(found.amount, "")]
    shown = rows if rows is not None else [part_row(one, language) for one in drafted]
    with_grid = step == "draw_up" or (step == "pay" and told_now)
    signs = _act_of(place, listed, {found.pk: memo.digest} if memo else {})
    return show(
        request,
        place,
        "desk/office_invoice.html",
        AREA,
        {
            "invoice": found,
            "number": office_invoice_number(found.pk),
            "office": found.office,
            "step": step,
            "step_name": f"step_{step}",
            "listed": {**listed, "told": office_invoice_number(found.pk), **signs},
            "act": signs["act"],
            "may_send_back": place.may("review_memo_abroad"),
            "signers": _signers(place, language),
            "may": step in FORMS and place.may(FORMS[step]) and not wrong_party,
            "by_centre": wrong_party and party == "centre",
            "by_unit": wrong_party and party != "centre",
            "roles": place.who_may(FORMS[step], language) if step in FORMS else "",
            "means": ("cash", "card") if way == CARD_OR_CASH.name else ("account",),
            "paper": way == PAPER.name,
            "by_hand": way == CARD_OR_CASH.name,
            "memo": memo,
            "lines": with_dimensions(lines),
            "acts": list(
                OfficeApproval.objects.filter(unit=unit, invoice=found, digest=memo.digest if memo else "")
                .select_related("person")
                .order_by("id")
            ),
            "paid": OfficePayment.objects.filter(unit=unit, invoice=found).first(),
            "documents": _documents(place, found),
            "seen": memo.digest if memo else "",
            "old": request.POST if rejected or wrong else {},
            "rejected": rejected,
            "of": found.pk if rejected else 0,
            "why": claim_why(explain_office_invoice(unit, found, language)["decisions"], language),
            **(parts_grid(place, shown, language, wrong) if with_grid else {"wrong": wrong}),
        },
        status=rejected.status if rejected else 422 if wrong else 200,
    )


def _documents(place: Place, found: OfficeInvoice) -> list[tuple[str, str]]:
    """The receipt of its payment and the scan of its original, as far as they were kept: digest and text."""
    kept = [
        (one.receipt, "desk.offices.receipt.kept")
        for one in OfficePayment.objects.filter(unit=place.unit, invoice=found)
        if one.receipt
    ]
    originals = OfficeOriginal.objects.filter(unit=place.unit, invoice=found)
    return [*kept, *((one.document, "desk.offices.original.kept") for one in originals)]


@require_safe
@in_unit
def document(request: HttpRequest, place: Place, id: int, digest: str) -> HttpResponse:
    """A document that was kept with the invoice, from the archive."""
    found = _found(place, id)
    if digest not in {one for one, _ in _documents(place, found)}:
        raise Http404
    return archived(digest, office_invoice_number(id))


# --- telling ---


@require_safe
@in_unit
def new(request: HttpRequest, place: Place) -> HttpResponse:
    """The form in which an invoice abroad is told."""
    require(place.person, "tell_invoice_abroad", place.unit, place.on)
    return _form(request, place)


def _form(request: HttpRequest, place: Place, rejected: ToldBack | None = None) -> HttpResponse:
    return show(
        request,
        place,
        "desk/office_form.html",
        AREA,
        {
            "offices": list(
                OfficeAbroad.objects.filter(unit=place.unit, validity__contains=place.on).order_by("code")
            ),
            "ways": WAYS,
            "today": place.on.isoformat(),
            "old": request.POST if rejected else {},
            "rejected": rejected,
        },
        status=rejected.status if rejected else 200,
    )


@require_POST
@acts_in_unit
@clause("EX 7-a")
def tell(request: HttpRequest, place: Place) -> HttpResponse:
    """POST an invoice that came to an office, and which ways are open to it; its way is decided at once."""
    language, sent = request.language, request.POST  # type: ignore[attr-defined]
    try:
        with place.working() as acting:
            office = OfficeAbroad.objects.filter(unit=place.unit, code=sent.get("office", "")).first()
            if office is None:
                raise Incomplete("office")
            made, result = tell_invoice(
                acting,
                office,
                written(sent, "supplier", 140, "office_supplier"),
                written(sent, "number", 70, "office_number"),
                day_of(sent, "issued"),
                _money(sent),
                Open(**{name: name in sent for name in WAYS}),
                due_date=day_of(sent, "due") if sent.get("due") else None,
                reason=sent.get("reason", "").strip()[:200],
            )
    except REFUSALS as problem:
        rejected = told_back(problem, "tell", language)
        with place.working():
            return _form(request, place, rejected)
    way = text(f"outcome.{result.facts['way']}", language)
    say(request, text("offices.tell_done", language, invoice=office_invoice_number(made.pk), way=way))
    return redirect("office-invoice", code=place.unit.code, id=made.pk)


def _money(sent: QueryDict) -> Decimal:
    try:
        amount = parse_amount(sent.get("amount", ""))
    except NotAnAmount:
        raise Incomplete("number_form") from None
    if amount != round_cents(amount):
        raise Incomplete("number_form")
    return amount


# --- what becomes of it ---


@require_POST
@acts_in_unit
@clause("EX 7-a")
def act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act`` (of ``_ACTS``), ``seen`` (the digest of the memo voucher that was looked at, if any), what it needs.

    ``page`` says where it was done: one, else the list. What is wrong is told there, with what was written.
    """
    language = request.language  # type: ignore[attr-defined]
    name, one = request.POST.get("act", ""), request.POST.get("page") == "one"
    if name not in _ACTS:
        raise Http404
    rows = parts_sent(request.POST)
    told: Mapping[str, str] = {}
    try:
        with place.working() as acting:
            lock(place.unit, LOCK)
            found, memo = _found(place, id), _memo(place, id)
            if memo is None and name in SIGNS:
                raise Http404
            seen_as(request.POST, memo.digest if memo else "")
            told = _ACTS[name](acting, found, Sent(request.POST, request.FILES, rows, language))
    except Stale:
        say(request, text("desk.offices.stale", language), "warn")
        return (
            redirect("office-invoice", place.unit.code, id) if one else redirect("offices", place.unit.code)
        )
    except NotLines as problem:
        with place.working():
            return _one(request, place, _found(place, id), rows=rows, wrong=problem.wrong)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            if one:
                return _one(request, place, _found(place, id), rejected, rows or None)
            return _page(request, place, rejected, id)
    say(request, text(f"offices.{name}_done", language, invoice=office_invoice_number(id), **told))
    return redirect("office-invoice", place.unit.code, id) if one else redirect("offices", place.unit.code)


def _memo(place: Place, invoice: int) -> OfficeMemo | None:
    known = OfficeInvoice.objects.filter(unit=place.unit, pk=invoice)
    memos = OfficeMemo.objects.filter(unit=place.unit, invoice__in=known).select_related("person")
    return memos.order_by("-version").first()


@dataclass(frozen=True)
class Sent:
    """What came with an act: fields, files, the rows of the grid, and the reader's language."""

    fields: QueryDict
    files: MultiValueDict[str, Any]
    rows: Sequence[Row]
    language: str

    def document(self) -> bytes | None:
        """The file that was chosen, None without one; raises ``Incomplete`` for one that is too large."""
        sent = self.files.get("document")
        if sent and (sent.size or 0) > LARGEST_RECEIPT:
            raise Incomplete("office_document")
        return sent.read() if sent else None


def _newest(acting: Acting, found: OfficeInvoice) -> OfficeMemo:
    return OfficeMemo.objects.filter(unit=acting.unit, invoice=found).order_by("-version")[0]


def _review(acting: Acting, found: OfficeInvoice, sent: Sent) -> Mapping[str, str]:
    review(acting, _newest(acting, found))
    return {}


def _approve(acting: Acting, found: OfficeInvoice, sent: Sent) -> Mapping[str, str]:
    approve(acting, _newest(acting, found))
    return {}


def _send_back(acting: Acting, found: OfficeInvoice, sent: Sent) -> Mapping[str, str]:
    send_back(acting, _newest(acting, found), written(sent.fields, "reason", 200))
    return {}


def _draw_up(acting: Acting, found: OfficeInvoice, sent: Sent) -> Mapping[str, str]:
    memo = draw_up(acting, found, parts_of(sent.rows, sent.language))
    return {"version": str(memo.version)}


def _pay(acting: Acting, found: OfficeInvoice, sent: Sent) -> Mapping[str, str]:
    told_now = way_of(found) in (PAPER.name, CARD_OR_CASH.name)
    means = sent.fields.get("means", "")
    if means not in ("account", "card", "cash"):
        raise Incomplete("office_means")
    done = pay(
        acting,
        found,
        means=means,
        receipt=sent.document(),
        # What a card paid is posted by its company's invoice.
        parts=parts_of(sent.rows, sent.language) if told_now and means != "card" else (),
        reviewed_by=sent.fields.get("reviewed_by", "")[:70],
        approved_by=sent.fields.get("approved_by", "")[:70],
    )
    return {"voucher": str(done.facts["voucher"] or "–")}


def _original(acting: Acting, found: OfficeInvoice, sent: Sent) -> Mapping[str, str]:
    document = sent.document()
    if document is None:
        raise Incomplete("office_document")
    keep_original(acting, found, document)
    return {}


_ACTS: Mapping[str, Callable[[Acting, OfficeInvoice, Sent], Mapping[str, str]]] = {
    "review": _review,
    "approve": _approve,
    "send_back": _send_back,
    "draw_up": _draw_up,
    "pay": _pay,
    "original": _original,
}
SIGNS = frozenset({"review", "approve", "send_back"})
