"""Lists that somebody works through: blocks and complaints (S42), payers without a reference (S32)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Stale, ToldBack, told_back, written
from reskontra.desk.frame import say, show
from reskontra.income.refunds.actions import contacted
from reskontra.income.refunds.lists import payers_without_reference
from reskontra.income.reminders.lists import blocks_for_review, open_complaints
from reskontra.kernel.blocks import block_codes
from reskontra.kernel.texts import text
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import lock


@require_safe
@in_unit
def blocks(request: HttpRequest, place: Place) -> HttpResponse:
    """Complaints without an answer, and blocks whose review day has come; the oldest first."""
    language = request.language  # type: ignore[attr-defined]
    due = blocks_for_review(place.unit, place.on)
    return show(
        request,
        place,
        "desk/blocks.html",
        "claims",
        {
            "complaints": open_complaints(place.unit, place.on),
            "blocks": [(one, block_codes()[one.code].name[language]) for one in due],
        },
    )


@require_safe
@in_unit
def payers(request: HttpRequest, place: Place) -> HttpResponse:
    """Payers who leave the reference out again and again, and when each was contacted."""
    return _payers(request, place)


@require_POST
@acts_in_unit
def contact(request: HttpRequest, place: Place) -> HttpResponse:
    """POST ``payer``, ``note`` and ``seen``, the day of the last contact: write down what was said, once a day."""
    language = request.language  # type: ignore[attr-defined]
    try:
        with place.working() as acting:
            lock(place.unit, "settlement")
            found = payers_without_reference(place.unit, terms_of(place.unit, place.on))
            payer = next((one for one in found if one.key == request.POST.get("payer", "")), None)
            if payer is None:
                raise Http404
            if request.POST.get("seen", "") != (
                payer.contacted_date.isoformat() if payer.contacted_date else ""
            ):
                raise Stale
            contacted(acting, payer.key, written(request.POST, "note", missing="message"))
    except Stale:
        say(request, text("desk.payers.stale", language), "warn")
        return redirect("payers", code=place.unit.code)
    except REFUSALS as problem:
        rejected = told_back(problem, "contact", language)
        with place.working():
            return _payers(request, place, rejected)
    say(request, text("payers.contacted", language, payer=payer.name))
    return redirect("payers", code=place.unit.code)


def _payers(request: HttpRequest, place: Place, rejected: ToldBack | None = None) -> HttpResponse:
    terms = terms_of(place.unit, place.on)
    return show(
        request,
        place,
        "desk/payers.html",
        "payments",
        {
            "payers": payers_without_reference(place.unit, terms),
            "times": int(terms.missing_reference_contact_after),
            "may": place.may("prepare_refund"),
            "rejected": rejected,
            "sent": request.POST if rejected else {},
            "tab": "payers",
        },
        status=rejected.status if rejected else 200,
    )
