"""Files in (S20, S93): chosen or dropped, checked or taken in, and what became of each, row by row."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.files import archived, download
from reskontra.desk.frame import say, show
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.refusals import sentence
from reskontra.desk.why import outcome
from reskontra.documents.findings import Refused
from reskontra.exchange import archive
from reskontra.exchange.messages import message
from reskontra.exchange.results import empty_form
from reskontra.gate.lately import CameIn, file_named, files_listed
from reskontra.gate.taken import Reason, Taken, refused_for
from reskontra.gate.taking import Brought, check, take_in
from reskontra.kernel.identifiers import without_personal_codes
from reskontra.kernel.texts import text, texts
from reskontra.registers.models import Unit
from reskontra.registers.policy import NotAllowed, require
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Run
from reskontra.runs.run import Acting
from reskontra.sales.models import Order

RIGHT = "import"
STATES = ("", "refused", "taken")
MOST_SHOWN = 100
CHANNEL = "by_hand"
# Where one looks at what came of a file, by its kind.
_PAGES = {
    "billing_request": "orders", "customer_update": "orders", "bank_material": "bank", "delivery_report": "invoices",
    "archive_package": "invoices", "enforcement_report": "cases", "agency_report": "cases",
    "purchase_invoices": "purchases", "payment_request": "purchases", "card_statement": "purchases",
    "purchase_orders": "purchase-orders", "receipts": "purchase-orders", "contracts": "contracts",
    "coding_templates": "coding-templates", "supplier_list": "suppliers",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A reason in the reader's language."""

    place: str
    column: str
    value: str
    sentence: str
    rule: str
    error: bool


def _told(reason: Reason, language: str) -> Told:
    one = reason.finding
    place = str(one.row or reason.invoice or "")
    words = (place, one.column or one.where or "", one.value or "", message(one, language))
    where, column, value, told = without_personal_codes(words)
    return Told(where, column, value, told, one.rule, one.severity == "error")


def _outcome(name: str, language: str) -> str:
    key = f"desk.files.outcome.{name}"
    return text(key, language) if key in texts() else outcome(name, language)


@dataclass(frozen=True)
class Shown:
    """One file with what became of it, as its page and the page of a check show it."""

    name: str
    taken: Taken
    language: str
    checked: bool = False
    orders: Sequence[int] = ()
    run: Run | None = None
    address: str = ""  # of the list where one looks at what came of it

    @property
    def came(self) -> bool:
        """Whether there is something to go to."""
        led = self.orders or self.address or self.run or self.taken.result
        return bool(self.invoices or (led and not self.checked))

    @cached_property
    def reasons(self) -> Sequence[Told]:
        """What is told first: what returned something, then the rest, by row. No personal code is shown."""
        told = sorted(
            self.taken.reasons, key=lambda one: (one.finding.severity != "error", one.finding.row or 0)
        )
        return [_told(one, self.language) for one in told[:MOST_SHOWN]]

    @property
    def unsaid(self) -> int:
        """How many reasons are not shown."""
        return len(self.taken.reasons) - len(self.reasons) + self.taken.unsaid

    @property
    def outcomes(self) -> Sequence[tuple[str, int]]:
        """In words, with how many."""
        return [
            (_outcome(name, self.language), count) for name, count in self.taken.outcomes.items() if count
        ]

    @property
    def totals(self) -> Sequence[tuple[str, int | None, Decimal | None]]:
        """Name with a count or an amount in euro."""
        return [
            (name, None, Decimal(value)) if isinstance(value, str) else (name, value, None)
            for name, value in self.taken.totals.items()
        ]

    @property
    def controls(self) -> Sequence[Mapping[str, str]]:
        """What was compared with what is on disk."""
        found: Sequence[Mapping[str, str]] = self.taken.more.get("controls", ())
        return found

    @property
    def invoices(self) -> Sequence[Mapping[str, Any]]:
        """Suppliers' invoices of the file, with the number that their pages have."""
        return [
            {**one, "key": int(one["id"].removeprefix("PI"))} for one in self.taken.more.get("invoices", ())
        ][:ROWS]


@dataclass(frozen=True)
class NotDone:
    """A file of which nothing came, not even a place in the inbox, and why in words."""

    name: str
    sentence: str
    status: int


@require_safe
@in_unit
def files(request: HttpRequest, place: Place) -> HttpResponse:
    """The form, and the files that came in lately."""
    return _page(request, place)


def _page(request: HttpRequest, place: Place, status: int = 200, **told: Any) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    found = files_listed(place.unit, key(request), ROWS + 1, state)
    context = {
        "page": page_of(request, [_Line(one) for one in found], "id"),
        "state": state,
        "states": STATES,
        "may": place.may(RIGHT),
        "roles": place.who_may(RIGHT, _language(request)),
        "largest": terms_of(place.unit, place.on).purchase_size_by_hand,
        **told,
    }
    return show(request, place, "desk/files.html", "files", context, status)


@dataclass(frozen=True)
class _Line:
    """A file in the list; its id is what the next page begins behind."""

    came: CameIn

    @property
    def id(self) -> int:
        return self.came.file.pk


@require_POST
@acts_in_unit
def bring(request: HttpRequest, place: Place) -> HttpResponse:
    """POST ``file``s, ``attachment``s and ``act``: ``check`` shows what would come of each; ``take_in`` does it.

    Each file stands for itself: one that is refused does not stop the others. 422 without a file.
    """
    sent = request.FILES.getlist("file")
    only_check = request.POST.get("act") == "check"
    if not sent:
        with place.working():
            return _page(request, place, 422, missing=True)
    beside = {one.name: one.read() for one in request.FILES.getlist("attachment")}
    told = [_brought(request, place, one, beside, only_check) for one in sent]
    done = [one for one in told if isinstance(one, Shown)]
    not_done = [one for one in told if isinstance(one, NotDone)]
    if only_check or not_done:
        with place.working() as acting:
            shown = [_with_what_came(acting.unit, one) for one in done]
            status = max((one.status for one in not_done), default=200)
            return _page(request, place, status, told=shown, not_done=not_done)
    if len(done) == 1:
        return redirect("file", code=place.unit.code, digest=done[0].taken.digest)
    for one in done:
        _say(request, place, one)
    return redirect("files", code=place.unit.code)


def _brought(
    request: HttpRequest,
    place: Place,
    sent: "UploadedFile[Any]",
    beside: Mapping[str | None, bytes],
    only_check: bool,
) -> Shown | NotDone:
    name, data, language = sent.name or "-", sent.read(), _language(request)
    brought = Brought(name, data, "desk", beside.get, CHANNEL)
    do = check if only_check else take_in
    try:
        return Shown(name, do(partial(_opens, place), brought, place.on, language), language, only_check)
    except Refused as refused:
        digest = hashlib.sha256(data).hexdigest()
        with place.working() as acting:
            kept = not only_check and file_named(acting.unit, digest) is not None
        if kept or only_check:
            return Shown(name, refused_for(refused.findings, "", digest=digest), language, only_check)
        return NotDone(name, " ".join(message(one, language) for one in refused.findings), 422)
    except Exception as problem:
        said = sentence(problem, language)
        if said is None:
            raise
        return NotDone(name, said, 403 if isinstance(problem, NotAllowed) else 409)


@contextmanager
def _opens(place: Place, act: str) -> Iterator[Acting]:
    """The person's transaction for ``act``."""
    with place.working() as acting:
        require(acting.person, act, acting.unit, acting.day)
        yield acting


def _say(request: HttpRequest, place: Place, one: Shown) -> None:
    language, taken = _language(request), one.taken
    counts = {name: getattr(taken, name) for name in ("read", "accepted", "returned", "duplicates")}
    told = text(f"desk.files.said.{taken.state}", language, name=one.name, **counts)
    kind = "bad" if taken.state == "refused" else "warn" if taken.returned else "good"
    address = reverse("file", args=[place.unit.code, taken.digest])
    say(request, told, kind, address, text("desk.look_at", language, words=one.name))


@require_safe
@in_unit
def file(request: HttpRequest, place: Place, digest: str) -> HttpResponse:
    """One file: when it came and from whom, and what became of it the last time that somebody brought it."""
    came = _found(place.unit, digest)
    taken = came.taken
    one = _with_what_came(place.unit, Shown(came.file.name, taken, _language(request))) if taken else None
    context = {"came": came, "one": one, "may": place.may(RIGHT)}
    return show(request, place, "desk/file.html", "files", context)


@require_safe
@in_unit
def result(request: HttpRequest, place: Place, digest: str) -> HttpResponse:
    """The result workbook: the sender's own rows with what became of each (OC 3.9-c)."""
    came = _found(place.unit, digest)
    if came.taken is None or not came.taken.result:
        raise Http404
    stem = came.file.name.rpartition(".")[0] or came.file.name
    return archived(came.taken.result, f"{stem}-{text('desk.files.result.name', _language(request))}.xlsx")


@require_safe
@in_unit
def form(request: HttpRequest, place: Place) -> HttpResponse:
    """The empty form of a billing request, in the reader's language."""
    language = _language(request)
    return download(empty_form(language), f"{text('desk.files.form.name', language)}.xlsx")


@require_safe
@in_unit
def original(request: HttpRequest, place: Place, digest: str) -> HttpResponse:
    """The file as it came. It may name persons: only who may bring files sees it. Raises ``NotAllowed``."""
    came = _found(place.unit, digest)
    require(place.person, RIGHT, place.unit, place.on)
    return download(archive.read(came.file.digest), came.file.name)


def _with_what_came(unit: Unit, one: Shown) -> Shown:
    """The file with its orders, its run and the list to look at, as far as there are any."""
    taken = one.taken
    orders: list[int] = []
    if taken.kind == "billing_request" and taken.file:
        found = Order.objects.filter(unit=unit, request__file=taken.file).order_by("number")
        orders = list(found.values_list("number", flat=True).distinct()[:ROWS])
    run = Run.objects.filter(unit=unit, pk=taken.run).first() if taken.run else None
    run = run if run and f"desk.run.{run.name}" in texts() else None
    address = ""
    if taken.state == "taken" and not one.checked and taken.kind in _PAGES:
        try:
            address = reverse(_PAGES[taken.kind], args=[unit.code])
        except NoReverseMatch:
            address = ""  # what has no list of its own on the desk yet
    return replace(one, orders=orders, run=run, address=address)


def _found(unit: Unit, digest: str) -> CameIn:
    if found := file_named(unit, digest):
        return found
    raise Http404


def _language(request: HttpRequest) -> str:
    return str(getattr(request, "language", "sv"))
