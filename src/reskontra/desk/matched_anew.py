"""A changed order, receipt or contract is matched at once (EX 3-a): its invoices, and what became of each."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from reskontra.desk.access import Place
from reskontra.desk.frame import say
from reskontra.desk.why import outcome
from reskontra.expenditure.matching.rules import MATCH_ENDED
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.insight.agreed_invoices import to_match_anew
from reskontra.insight.purchases import purchase_number
from reskontra.kernel.clauses import clause
from reskontra.kernel.texts import text
from reskontra.purchases.models import PurchaseDecision
from reskontra.runs.run import Acting, apply

_TOLD = 4  # so many invoices are told by name; the rest is counted


@clause("EX 3-a")
def match_anew(acting: Acting, number: str, *, corrected: bool = False) -> list[PurchaseDecision]:
    """Match the invoices of order or contract ``number`` anew; gives back what was decided of each, the oldest first.

    A match that ends by a ``corrected`` receipt is followed by a decision of its own. Called inside ``working_in``,
    under the lock of matching. Raises what the run raises: ``MissingTerm``, ``RunRefused``.
    """
    decided = _run(acting, to_match_anew(acting.unit, number, corrected=corrected))
    ended = [one.invoice_id for one in decided if one.outcome == MATCH_ENDED.name]
    again = {one.invoice_id: one for one in _run(acting, ended)}
    return [again.get(one.invoice_id, one) for one in decided]


def _run(acting: Acting, invoices: Sequence[int]) -> list[PurchaseDecision]:
    if not invoices:
        return []
    result = apply(MatchingRun(invoices), acting, acting.day)
    told = PurchaseDecision.objects.filter(unit=acting.unit, run=result.run, rule="matching")
    return list(told.select_related("invoice").order_by("invoice_id"))


def tell_matched(request: HttpRequest, place: Place, decided: Sequence[PurchaseDecision]) -> None:
    """Say on the next page what became of each invoice."""
    language = request.language  # type: ignore[attr-defined]
    for one in decided[:_TOLD]:
        id = purchase_number(one.invoice_id)
        told = text(
            "desk.agreed.matched_anew",
            language,
            id=id,
            number=one.invoice.number,
            outcome=outcome(one.outcome, language),
        )
        say(
            request,
            told,
            "good" if one.standing in ("READY", "WAITING") else "warn",
            reverse("purchase", args=[place.unit.code, one.invoice_id]),
            text("desk.purchase.look_at", language, id=id),
        )
    if len(decided) > _TOLD:
        say(request, text("desk.agreed.matched_more", language, count=len(decided) - _TOLD))
