"""Mismatches (S61): why invoices were not matched, the most frequent reason first, and those of each reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from reskontra.desk.access import Place, in_unit
from reskontra.desk.frame import show
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.why import outcome
from reskontra.expenditure.matching.rules import REASONS
from reskontra.insight.automation import Rates, automation
from reskontra.insight.purchase_lists import Reason, mismatches_listed, reasons_open
from reskontra.kernel.texts import text
from reskontra.purchases.circulation import OWNERS

DRAWN = 10
_VITAL = 80  # percent: what stands above the line


@dataclass(frozen=True)
class Bar:
    """One reason as a bar: its share of the most frequent one (percent), and whether the line of 80 % is below it."""

    reason: Reason
    width: int
    line_below: bool


@require_safe
@in_unit
def mismatches(request: HttpRequest, place: Place) -> HttpResponse:
    """The open mismatches by due date, of one reason or all; above them the reasons as a Pareto."""
    language = request.language  # type: ignore[attr-defined]
    asked = request.GET.get("reason", "")
    reason = asked if asked in {one.name for one in REASONS} else ""
    found = mismatches_listed(place.unit, place.on, reason, key(request) or 0, ROWS + 1)
    reasons = reasons_open(place.unit)
    count = sum(one.invoices for one in reasons)
    month = next(iter(automation(place.unit, place.on.replace(day=1), place.on)), None)
    return show(
        request,
        place,
        "desk/mismatches.html",
        "purchases",
        {
            "page": page_of(request, found, "place"),
            "reason": reason,
            "bars": bars(reasons),
            "headline": headline(reasons, language),
            "count": count,
            "amount": sum((one.amount for one in reasons), Decimal(0)),
            "owners": OWNERS,
            "month": _rate(month),
            "tab": "mismatches",
        },
    )


def bars(reasons: Sequence[Reason]) -> list[Bar]:
    """The most frequent reasons as bars."""
    most = max((one.invoices for one in reasons), default=1)
    told, before = [], Decimal(0)
    for one in reasons[:DRAWN]:
        told.append(Bar(one, one.invoices * 100 // most, before < _VITAL <= one.cumulative < 100))
        before = one.cumulative
    return told


def headline(reasons: Sequence[Reason], language: str) -> str:
    """The message of the picture: how few reasons stand for most mismatches."""
    if not reasons:
        return ""
    vital = next((at for at, one in enumerate(reasons, start=1) if one.cumulative >= _VITAL), len(reasons))
    share = str(reasons[vital - 1].cumulative)
    if vital == 1:
        return text(
            "desk.mismatches.one", language, reason=outcome(reasons[0].outcome, language), share=share
        )
    return text("desk.mismatches.few", language, count=vital, share=share)


def _rate(month: Rates | None) -> dict[str, Decimal | None] | None:
    """The share of the month's invoices that ran by themselves, and the target, in percent."""
    if month is None or not month.invoices:
        return None
    return {"rate": month.rate(month.automatic), "target": month.automation_target}
