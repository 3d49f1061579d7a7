"""Readings: a claim, an explanation, how much ran by itself."""

from datetime import date
from typing import Any

from django.http import Http404
from ninja import Query, Router, Schema

from reskontra.api.calling import Asked, Opened
from reskontra.api.problems import language_of
from reskontra.insight.automation import automation
from reskontra.insight.claims import claim_story, find_claim
from reskontra.insight.explanations import explain

router = Router(tags=["readings"])


class Days(Schema):
    """From which day of arrival to which; without them the year up to today."""

    first: date | None = None
    last: date | None = None


@router.get(
    "/u/{unit}/claims/{reference}", auth=Opened("read"), summary="A claim: balance, events, what comes next"
)
def claim(request: Asked, unit: str, reference: str) -> dict[str, Any]:
    """By its reference, or by the number of its invoice."""
    with request.auth.working() as acting:
        if found := find_claim(acting.unit, "".join(reference.split())):
            return claim_story(acting.unit, found, acting.day, language_of(request)).as_json()
    raise Http404


@router.get(
    "/u/{unit}/explanations/{subject}", auth=Opened("read"), summary="Every decision about something, and why"
)
def explanation(request: Asked, unit: str, subject: str) -> dict[str, Any]:
    """By the number of an order or invoice, the reference of a claim, P…, SP…, L…, CP…, OA… or PI…."""
    with request.auth.working() as acting:
        return explain(acting.unit, subject, language_of(request))


@router.get(
    "/u/{unit}/metrics/automation",
    auth=Opened("read"),
    summary="How many suppliers' invoices ran by themselves",
)
def rates(request: Asked, unit: str, asks: Query[Days]) -> dict[str, Any]:
    """Month by month, with the targets."""
    with request.auth.working() as acting:
        last = asks.last or acting.day
        first = asks.first or date(last.year, 1, 1)
        months = [one.as_json() for one in automation(acting.unit, first, last)]
    return {"from": first.isoformat(), "until": last.isoformat(), "months": months}
