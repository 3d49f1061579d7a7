"""Payment files on their way (S66): each with its life line, what the bank answered, and what is done when in doubt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
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
from reskontra.desk.clock import now
from reskontra.desk.confirming import asks_password, confirmed_by
from reskontra.desk.files import archived
from reskontra.desk.frame import say, show
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.sending import tell_handed
from reskontra.desk.supplier_payment_pages import AREA, LONGEST_REASON
from reskontra.documents.findings import Refused
from reskontra.exchange import archive
from reskontra.exchange.messages import message
from reskontra.exchange.models import OutboxEvent
from reskontra.exchange.outbox import NotHeld
from reskontra.exchange.signing import public_key, verify
from reskontra.expenditure.payment.actions import came_back, hear_bank, permit
from reskontra.expenditure.payment.sending import send_payments
from reskontra.expenditure.payment.stopping import decide_file, stop_file
from reskontra.insight.payables import Sent, file_of, files_listed, payments_of
from reskontra.kernel.clauses import clause
from reskontra.kernel.texts import text
from reskontra.purchases.models import PaymentFile, PaymentPermit, PaymentRelease, SupplierPayment
from reskontra.registers.models import Unit
from reskontra.registers.policy import require
from reskontra.runs.models import Run
from reskontra.runs.run import Acting

LARGEST_REPORT = 50_000_000  # bytes: what the desk takes in at once; larger reports go by command
STATES = ("", "accepted", "pending", "rejected", "returned", "none")


@dataclass(frozen=True)
class Station:
    """One station of a file's life: what happened, when, by whom, and the digest it had there."""

    name: str
    at: datetime | date | None
    who: str = ""
    detail: str = ""
    digest: str = ""
    done: bool = True


@require_safe
@in_unit
def files(request: HttpRequest, place: Place) -> HttpResponse:
    """The unit's payment files, the newest first, with permits and the bank's report to take in."""
    return _files_page(request, place)


def _files_page(request: HttpRequest, place: Place, rejected: ToldBack | None = None) -> HttpResponse:
    found = files_listed(place.unit, key(request), ROWS + 1)
    permits = PaymentPermit.objects.filter(unit=place.unit, until_date__gte=place.on).select_related("person")
    waiting = files_listed(place.unit, states=("built", "intent"))
    language = request.language  # type: ignore[attr-defined]
    act = rejected.act if rejected else ""
    return show(
        request,
        place,
        "desk/payment_files.html",
        AREA,
        {
            "page": page_of(request, found, "id"),
            "waiting": len(waiting),
            "permits": list(permits.order_by("from_date", "id")),
            "permitted": any(one.from_date <= place.on for one in permits),
            "may": {name: place.may(right) for name, right in RIGHTS.items()},
            "roles": place.who_may("run_payment", language),
            "rejected": rejected,
            "old": request.POST if act == "permit" else {},
            "tab": "supplier-payments",
        },
        status=rejected.status if rejected else 200,
    )


RIGHTS = {
    "send": "run_payment",
    "by_hand": "run_payment",
    "answers": "run_payment",
    "permit": "record_payment_permit",
}


@require_POST
@acts_in_unit
@clause("EX 9-a")
def files_act(request: HttpRequest, place: Place) -> HttpResponse:
    """POST ``act``: send, by_hand (with a permit), answers (the bank's report as ``report``) or permit."""
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in RIGHTS:
        raise Http404
    try:
        FILES_ACTS[name](request, place, language)
    except (*REFUSALS, Refused) as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _files_page(request, place, rejected)
    return redirect("payment-files", code=place.unit.code)


def _send(request: HttpRequest, place: Place, language: str) -> None:
    _send_now(request, place, language, by_hand=False)


def _by_hand(request: HttpRequest, place: Place, language: str) -> None:
    _send_now(request, place, language, by_hand=True)


def _send_now(request: HttpRequest, place: Place, language: str, *, by_hand: bool) -> None:
    """What waits goes when it is its time; each step commits by itself, so the right is asked for before."""
    with place.working() as acting:
        require(acting.person, "run_payment", acting.unit, acting.day)
    handed = send_payments(place.unit, now(), by_hand=by_hand)
    tell_handed(request, handed, language)
    if not handed:
        say(request, text("desk.money_out.files.none_waiting", language), "warn")


def _answers(request: HttpRequest, place: Place, language: str) -> None:
    report = request.FILES.get("report")
    if report is None or report.size is None or report.size > LARGEST_REPORT:
        raise Incomplete("report")
    with place.working() as acting:
        heard = hear_bank(acting, report.read(), (report.name or "report.xml")[:200])
    if heard.before:
        say(request, text("desk.money_out.answers.before", language), "warn")
        return
    told = {name: str(getattr(heard, name)) for name in ("accepted", "pending", "rejected")}
    say(request, text("payment.answers_done", language, **told), "warn" if heard.rejected else "good")
    for found in heard.findings[:10]:
        say(request, message(found, language), "warn")


def _permit(request: HttpRequest, place: Place, language: str) -> None:
    sent = request.POST
    with place.working() as acting:
        made = permit(
            acting,
            written(sent, "number", 35, "number"),
            day_of(sent, "from"),
            day_of(sent, "until"),
            written(sent, "reason"),
        )
    say(request, text("payment.permit_done", language, number=made.number))


FILES_ACTS: Mapping[str, Callable[[HttpRequest, Place, str], None]] = {
    "send": _send,
    "by_hand": _by_hand,
    "answers": _answers,
    "permit": _permit,
}


# --- one file ---


@require_safe
@in_unit
def file(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One payment file: its life line, its payments with what the bank said of each; ``answer`` narrows them."""
    return _file_page(request, place, _file(place.unit, id))


def _file_page(
    request: HttpRequest, place: Place, found: Sent, rejected: ToldBack | None = None
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    only = request.GET.get("answer", "")
    only = only if only in STATES else ""
    listed = payments_of(place.unit, found.id, only, key(request), ROWS + 1)
    page = page_of(request, listed, "id")
    return show(
        request,
        place,
        "desk/payment_file.html",
        AREA,
        {
            "file": found,
            "stations": life_line(place.unit, found),
            "page": page,
            "paid": [(one, one.said(language)) for one in page.rows],
            "only": only,
            "answers": STATES,
            "seen": found.state,
            "signed": is_signed(place.unit, found),
            "may": place.may("run_payment"),
            "may_decide": place.may("decide_held_batch"),
            "roles": place.who_may("decide_held_batch", language),
            "password": asks_password(),
            "rejected": rejected,
            "old": request.POST if rejected else {},
        },
        status=rejected.status if rejected else 200,
    )


@clause("EX 9-a")
def life_line(unit: Unit, found: Sent) -> list[Station]:
    """The stations of a file in order: planned, released, built, each event, answered, on the bank's statement."""
    run = Run.objects.select_related("person").get(unit=unit, pk=found.run)
    given = PaymentRelease.objects.filter(unit=unit, run=run).select_related("person").first()
    kept = PaymentFile.objects.select_related("file").get(unit=unit, pk=found.id)
    line = [Station("planned", run.planned_at, run.person.name)]
    if given:
        line.append(Station("approved", given.given_at, given.person.name, given.comment))
    line.append(Station("built", kept.file.built_at, digest=found.digest))
    events = OutboxEvent.objects.filter(unit=unit, file=kept.file).select_related("person", "second_person")
    for event in events.order_by("id"):
        who = " + ".join(one.name for one in (event.person, event.second_person) if one)
        digest = found.digest if event.state == "sent" else ""
        line.append(Station(event.state, event.happened_at, who, event.detail, digest))
    told = found.accepted + found.pending + found.rejected
    line.append(Station("answered", None, done=told > 0))
    line.append(Station("stated", None, done=found.stated > 0))
    return line


def is_signed(unit: Unit, found: Sent) -> bool:
    """Whether the archived signature is the unit's over this very file."""
    return verify(public_key(unit.code), found.digest, archive.read(found.signature))


@sensitive_post_parameters("second_password")
@require_POST
@acts_in_unit
@clause("EX 9-a")
def file_act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act`` (stop, decide or came_back) and ``seen``, the state of the file; then its page.

    To decide of a held file a second person writes name and password beside who is signed in.
    """
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in FILE_ACTS:
        raise Http404
    try:
        said = FILE_ACTS[name](request, place, id, language)
    except (Stale, NotHeld):
        said = ""
        say(request, text("desk.money_out.stale", language), "warn")
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _file_page(request, place, _file(place.unit, id), rejected)
    if said:
        say(request, said)
    return redirect("payment-file", code=place.unit.code, id=id)


def _stop(request: HttpRequest, place: Place, id: int, language: str) -> str:
    with place.working() as acting:
        kept = _seen(acting, request, id)
        stop_file(acting, kept, written(request.POST, "reason", LONGEST_REASON - 40))
    return text("desk.money_out.file.stop_done", language)


def _decide(request: HttpRequest, place: Place, id: int, language: str) -> str:
    sent = chosen(request.POST, "outcome", ("sent", "not_sent"), "outcome") == "sent"
    reason = written(request.POST, "reason", LONGEST_REASON)
    second = confirmed_by(request, request.POST.get("second", "").strip(), "second_password")
    with place.working() as acting:
        kept = _seen(acting, request, id)
        undone = decide_file(acting, kept, second, sent=sent, reason=reason)
    if sent:
        return text("desk.money_out.file.decided_sent", language, name=second.name)
    return text("desk.money_out.file.decided_not_sent", language, name=second.name, count=str(undone))


def _came_back(request: HttpRequest, place: Place, id: int, language: str) -> str:
    with place.working() as acting:
        _seen(acting, request, id)
        written_id = request.POST.get("payment", "")
        payment = SupplierPayment.objects.filter(
            unit=place.unit, file=id, undoes__isnull=True, end_to_end_id=written_id or "-"
        ).first()
        if payment is None:
            raise Incomplete("payment")
        came_back(acting, payment, written(request.POST, "reason", LONGEST_REASON))
    return text("payment.came_back_done", language, payment=payment.end_to_end_id)


FILE_ACTS: Mapping[str, Callable[[HttpRequest, Place, int, str], str]] = {
    "stop": _stop,
    "decide": _decide,
    "came_back": _came_back,
}


@require_safe
@in_unit
def payment_file(request: HttpRequest, place: Place, id: int, part: str) -> HttpResponse:
    """The sealed file, or its signature, as it lies in the archive."""
    found = _file(place.unit, id)
    if part not in ("file", "signature"):
        raise Http404
    if part == "signature":
        return archived(found.signature, f"{found.name}.sig")
    return archived(found.digest, found.name)


def _seen(acting: Acting, request: HttpRequest, id: int) -> PaymentFile:
    """The file as it was seen; raises ``Stale`` otherwise."""
    seen_as(request.POST, _file(acting.unit, id).state)
    return PaymentFile.objects.select_related("file").get(unit=acting.unit, pk=id)


def _file(unit: Unit, id: int) -> Sent:
    found = file_of(unit, id)
    if found is None:
        raise Http404
    return found
