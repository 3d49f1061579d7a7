"""How much of expenditure runs by itself, what stops the rest, and what could be changed (S81)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from reskontra.desk.access import Place, in_unit
from reskontra.desk.frame import show
from reskontra.desk.pictures import HIGH, WIDE, trend
from reskontra.insight.automation import Rates, Reason, automation, mismatches
from reskontra.insight.late import LatePayment, late_payments
from reskontra.insight.spend import candidates, suppliers
from reskontra.insight.told import take_purchases

PERIODS = (3, 12, 24)  # months to look back, the running one included
SHOWN = 20  # suppliers, as many candidates
_MOST = Decimal(80)  # percent: the reasons that are to be put right first make at least so much together


@require_safe
@in_unit
def analysis(request: HttpRequest, place: Place) -> HttpResponse:
    """GET ``months``: 3, 12 or 24. Rates against targets, reasons, suppliers, candidates, late payments."""
    asked = request.GET.get("months", "")
    months = int(asked) if asked in {str(one) for one in PERIODS} else PERIODS[1]
    first, last = first_day(place.on, months), place.on
    take_purchases([place.unit], first, last)
    rates = automation(place.unit, first, last, taken=True)
    reasons = mismatches(place.unit, first, last, taken=True)
    late = late_payments(place.unit, last, since=first)
    return show(
        request,
        place,
        "desk/analysis.html",
        "analysis",
        {
            "first": first,
            "last": last,
            "months": months,
            "periods": PERIODS,
            "rates": rates,
            "trends": _trends(rates),
            "wide": WIDE,
            "high": HIGH,
            "reasons": reasons,
            "vital": vital(reasons),
            "suppliers": suppliers(place.unit, first, last, "by_hand", SHOWN, taken=True),
            "candidates": candidates(place.unit, first, last, SHOWN, taken=True),
            "late": late_by_cause(late),
            "late_interest": sum((one.interest for one in late), Decimal(0)),
        },
    )


def first_day(on: date, months: int) -> date:
    """The first day of the month that begins ``months`` months, the month of ``on`` being the last of them."""
    place = on.year * 12 + on.month - months
    return date(place // 12, place % 12 + 1, 1)


def vital(reasons: Sequence[Reason]) -> tuple[int, Decimal]:
    """The fewest of the most frequent reasons that make 80 percent together, and their share."""
    count = next((place for place, one in enumerate(reasons, 1) if one.cumulative >= _MOST), len(reasons))
    return count, reasons[count - 1].cumulative if reasons else Decimal(0)


def late_by_cause(late: Sequence[LatePayment]) -> list[tuple[str, int, Decimal]]:
    """Each cause with its invoices and the interest that suppliers may ask, the most frequent first."""
    counted = Counter(one.cause for one in late)
    return [
        (cause, count, sum((one.interest for one in late if one.cause == cause), Decimal(0)))
        for cause, count in counted.most_common()
    ]


def _trends(rates: Sequence[Rates]) -> list[tuple[str, Any]]:
    """The two pictures by the ending of their texts; none without invoices."""
    if not rates:
        return []
    automatic, ordered = rates[-1].automation_met, rates[-1].order_met
    return [
        (
            "automatic",
            trend(rates, lambda one: one.automatic, lambda one: one.automation_target, automatic),
        ),
        ("ordered", trend(rates, lambda one: one.ordered, lambda one: one.order_target, ordered)),
    ]
