"""Claims (S40): who owes, how old it is and what comes next; one claim with its whole story and what may be done."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.claims.models import (
    CaseClaim,
    Claim,
    Deferral,
    DeferralClaim,
    DeferralRefusal,
    DeferralRequest,
)
from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Stale, ToldBack, told_back
from reskontra.desk.claim_acts import ACTS, ANSWERS, Standing, act_on, codes, standing_of
from reskontra.desk.claim_legal_acts import INTERRUPTIONS, SENDS, forms_of
from reskontra.desk.files import download
from reskontra.desk.frame import say, show
from reskontra.desk.keys import key_of
from reskontra.desk.paging import ROWS, page_of
from reskontra.desk.sending import send_waiting
from reskontra.desk.why import claim_why
from reskontra.income.limitation.clock import clock_of
from reskontra.income.write_off.actions import PROPOSABLE
from reskontra.insight.ageing import (
    BUCKETS,
    STEPS,
    Aged,
    OpenClaim,
    ageing,
    open_claims,
    open_total,
    take_open_claims,
)
from reskontra.insight.claims import Next, claim_story
from reskontra.insight.orders import customers_named
from reskontra.kernel.courts import courts
from reskontra.kernel.formulas import harmless
from reskontra.kernel.references import NotAReference, normal_reference
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import terms_of


@dataclass(frozen=True)
class Bar:
    """One bucket of age as a bar: how many claims, euro by kind of law, and its share of the longest (percent)."""

    bucket: str
    count: int
    public: Decimal
    private: Decimal
    public_width: int
    private_width: int

    @property
    def open(self) -> Decimal:
        """Euro of both kinds."""
        return self.public + self.private


@require_safe
@in_unit
def claims(request: HttpRequest, place: Place) -> HttpResponse:
    """Open claims, the oldest first, by age, step and customer; above them the ages as bars."""
    language = request.language  # type: ignore[attr-defined]
    asked = _asked(request)
    take_open_claims(place.unit, place.on)
    aged = ageing(place.on)
    found = _listed(place, asked, _after(request), ROWS + 1)
    count, amount = open_total()
    terms = terms_of(place.unit, place.on)
    return show(
        request,
        place,
        "desk/claims.html",
        "claims",
        {
            "page": page_of(request, [_Keyed(one, one.next(terms)) for one in found], "key"),
            "bars": _bars(aged),
            "steps": _steps(aged),
            "bucket": asked.bucket,
            "step": asked.step,
            "words": asked.words,
            "filter": urlencode(asked.written()),
            "count": count,
            "amount": amount,
            "empty": text(f"desk.claims.none.{'search' if asked.written() else 'open'}", language),
        },
    )


@dataclass(frozen=True)
class Asked:
    """What of the open claims is asked for: words (a customer or a reference), a bucket of age, a step."""

    words: str
    bucket: str | None
    step: str | None

    def written(self) -> dict[str, str]:
        """As it stands in an address; nothing when everything is asked for."""
        told = {"q": self.words, "age": self.bucket or "", "step": self.step or ""}
        return {name: value for name, value in told.items() if value}


def _asked(request: HttpRequest) -> Asked:
    return Asked(
        request.GET.get("q", "").strip(),
        _one_of(request.GET.get("age", ""), [name for name, _ in BUCKETS]),
        _one_of(request.GET.get("step", ""), STEPS),
    )


def _listed(place: Place, asked: Asked, after: tuple[date, int] | None, most: int) -> list[OpenClaim]:
    """At most ``most`` claims from behind ``after``, after ``take_open_claims``."""
    if asked.words and (claim := _by_reference(place.unit, asked.words)):
        return open_claims(place.on, only=claim.pk) if after is None else []
    return open_claims(
        place.on,
        bucket=asked.bucket,
        step=asked.step,
        customers=customers_named(asked.words) if asked.words else None,
        after=after,
        most=most,
    )


COLUMNS = (
    "claim", "customer_number", "customer", "kind", "due", "late", "step", "next", "next_day", "block", "limitation",
    "open",
)  # fmt: skip
_AT_ONCE = 5000  # rows of a file that are read at once


@require_safe
@in_unit
def claims_file(request: HttpRequest, place: Place) -> HttpResponse:
    """The open claims as they are filtered, all of them, as CSV for a spreadsheet in the reader's language."""
    language = request.language  # type: ignore[attr-defined]
    asked, terms = _asked(request), terms_of(place.unit, place.on)
    take_open_claims(place.unit, place.on)
    written = io.StringIO()
    lines = csv.writer(written, delimiter=";", lineterminator="\r\n")
    lines.writerow(text(f"desk.claims.file.{name}", language) for name in COLUMNS)
    after: tuple[date, int] | None = None
    while found := _listed(place, asked, after, _AT_ONCE):
        lines.writerows(_cells(one, one.next(terms), language) for one in found)
        after = found[-1].due_date, found[-1].id
    name = f"{text('desk.claims.file', language)}-{place.unit.code}-{place.on.isoformat()}.csv"
    # The mark at the beginning tells a spreadsheet that it is UTF-8.
    return download(written.getvalue().encode("utf-8-sig"), name)


def _cells(one: OpenClaim, following: Next, language: str) -> list[str]:
    """A row of the file: days by ISO 8601, amounts with the language's decimal sign, no text that becomes a formula."""
    amount = format(one.open, ".2f")
    told = (
        one.reference, one.customer_number, one.customer, text(law(one), language), one.due_date.isoformat(),
        str(one.days), text(f"step.{one.step}", language), text(f"next.{following.step}", language),
        following.day.isoformat() if following.day else "", one.block_codes, one.limitation_date.isoformat(),
        amount if language == "en" else amount.replace(".", ","),
    )  # fmt: skip
    return [harmless(cell) for cell in told]


def law(one: OpenClaim) -> str:
    """The key of the text that names the claim's kind of law."""
    return "term.public_law" if one.public_law else "term.commercial"


@require_safe
@in_unit
def claim(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """One claim: its balance, what happened, why, and what comes next."""
    return page(request, place, found_claim(place.unit, reference))


@require_POST
@acts_in_unit
def act(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """POST ``act`` (of ``ACTS``), ``seen`` and what the act needs.

    What was sent on another state of the claim than now does nothing, so an act sent twice is done once. What cannot
    be done as it was told is told back on the page with what was written: 422, or 409 when it does not fit.
    """
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Http404
    try:
        with place.working() as acting:
            told = act_on(acting, found_claim(place.unit, reference), name, request.POST, language)
    except Stale:
        say(request, text("desk.claim.stale", language), "warn")
        return redirect("claim", code=place.unit.code, reference=reference)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return page(request, place, found_claim(place.unit, reference), rejected)
    for one in told:
        say(request, one)
    if name in SENDS:
        send_waiting(request, place.unit, language)
    return redirect("claim", code=place.unit.code, reference=reference)


def page(request: HttpRequest, place: Place, found: Claim, rejected: ToldBack | None = None) -> HttpResponse:
    """The page of ``found``; an act that was ``rejected`` puts back into its fields what was written."""
    language = request.language  # type: ignore[attr-defined]
    story = claim_story(place.unit, found, place.on, language)
    standing = standing_of(place.unit, found, place.on, language)
    forms = _forms(place, story.open > 0, standing) if found.amount > 0 else set()
    if (
        found.amount > 0
        and found.kind == "invoice"
        and place.on > found.due_date
        and place.may("waive_interest")
    ):
        forms.add("waive")
    legal, waits_for_words = forms_of(place, found, story.standing)
    asked = waiting_request(place.unit, found)
    return show(
        request,
        place,
        "desk/claim.html",
        "claims",
        {
            "claim": found,
            "story": story,
            "late": max((place.on - found.due_date).days, 0) if story.open else 0,
            "events": story.happened[::-1],
            "invoice_number": int(found.reference[len(place.unit.code) : -1]) if found.invoice_id else None,
            "why": claim_why(story.decisions, language),
            "standing": standing,
            "waits_for_unit": standing.complaint is not None and "answer" not in forms,
            "codes": codes(language),
            "answers": ANSWERS,
            "grounds": PROPOSABLE,
            "forms": forms | legal,
            "legal": legal,
            "waits_for_words": waits_for_words,
            "clock": clock_of(found, place.on) if story.standing else None,
            "interruptions": INTERRUPTIONS,
            "courts": [(one.key, one.name[language]) for one in courts().by_key.values()],
            "case_number": case_of(place.unit, found),
            "agreement_number": agreement_of(place.unit, found),
            "time_request": asked,
            "rejected": rejected,
            "apart": rejected is not None and rejected.act not in forms | legal,
            "olds": {name: request.POST if rejected and rejected.act == name else {} for name in ACTS},
        },
        status=rejected.status if rejected else 200,
    )


def _forms(place: Place, open: bool, standing: Standing) -> set[str]:
    """The acts that the person may do on a claim that is ``open``, or settled, as it stands."""
    held = standing.blocks and "lift", standing.blocks and "extend", open and "block", open and "complain"
    forms = {one for one in held if one} if place.may("block") else set()
    if standing.complaint and place.may("answer_complaint"):
        forms.add("answer")
    if open and not standing.proposal and place.may("propose_write_off"):
        forms.add("propose")
    return forms


def case_of(unit: Unit, claim: Claim) -> int | None:
    """The number of the newest case that the claim is in, or was."""
    found = CaseClaim.objects.filter(unit=unit, claim=claim).select_related("case").order_by("-pk").first()
    return found.case.number if found else None


def agreement_of(unit: Unit, claim: Claim) -> int | None:
    """The number of the newest agreement on payment time of the claim."""
    found = (
        DeferralClaim.objects.filter(unit=unit, claim=claim)
        .select_related("deferral")
        .order_by("-pk")
        .first()
    )
    return found.deferral.number if found else None


def waiting_request(unit: Unit, claim: Claim) -> int | None:
    """The request for time of the claim's customer that waits for an answer."""
    answered = (Deferral.objects.filter(unit=unit), DeferralRefusal.objects.filter(unit=unit))
    waiting = DeferralRequest.objects.filter(unit=unit, customer=claim.payer_id)
    for some in answered:
        waiting = waiting.exclude(pk__in=some.values_list("request_id", flat=True))
    return waiting.order_by("pk").values_list("pk", flat=True).first()


def found_claim(unit: Unit, reference: str) -> Claim:
    """The claim of ``unit`` with this reference, or 404."""
    found = Claim.objects.filter(unit=unit, reference=reference).first() if len(reference) <= 20 else None
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True)
class _Keyed:
    """A row of the list with the key behind which the next page begins."""

    claim: OpenClaim
    next: Next

    @property
    def law(self) -> str:
        """The key of the text that names the claim's kind of law."""
        return law(self.claim)

    @property
    def key(self) -> str:
        return f"{self.claim.due_date.isoformat()}.{self.claim.id}"


def _after(request: HttpRequest) -> tuple[date, int] | None:
    day, _, written = request.GET.get("after", "").partition(".")
    claim = key_of(written)
    try:
        return (date.fromisoformat(day), claim) if claim else None
    except ValueError:
        return None


def _one_of(asked: str, known: Sequence[str]) -> str | None:
    return asked if asked in known else None


def _by_reference(unit: Unit, words: str) -> Claim | None:
    try:
        return Claim.objects.filter(unit=unit, reference=normal_reference("".join(words.split()))).first()
    except NotAReference:
        return None


def _bars(aged: Sequence[Aged]) -> list[Bar]:
    sums = {
        name: {law: sum((one.open for one in aged if one.bucket == name and one.public_law is law), Decimal(0))
               for law in (True, False)}
        for name, _ in BUCKETS
    }  # fmt: skip
    longest = max((sum(both.values()) for both in sums.values()), default=Decimal(0))
    return [
        Bar(
            bucket=name,
            count=sum(one.count for one in aged if one.bucket == name),
            public=sums[name][True],
            private=sums[name][False],
            public_width=int(sums[name][True] * 100 / longest) if longest else 0,
            private_width=int(sums[name][False] * 100 / longest) if longest else 0,
        )
        for name, _ in BUCKETS
    ]


def _steps(aged: Sequence[Aged]) -> list[tuple[str, int]]:
    counts = [(step, sum(one.count for one in aged if one.step == step)) for step in STEPS]
    return [one for one in counts if one[1]]
