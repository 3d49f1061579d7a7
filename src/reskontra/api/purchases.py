"""What suppliers' invoices are matched with, brought and read; and the invoices themselves."""

from dataclasses import asdict
from typing import Any, Literal

from django.http import Http404, HttpResponse
from ninja import Query, Router, Schema

from reskontra.api.calling import Asked, Opened
from reskontra.api.files import CREATED, ONCE, SAME, answered
from reskontra.api.once import named, once
from reskontra.api.paging import behind, page
from reskontra.api.problems import language_of
from reskontra.api.shapes import (
    Checks,
    Contract,
    Contracts,
    FileTold,
    Order,
    Orders,
    PurchaseInvoices,
    Receipt,
    Receipts,
    Template,
    Templates,
)
from reskontra.gate.taking import Brought
from reskontra.insight.kept import KEPT
from reskontra.insight.purchase_lists import Listed, Wanted, purchases_listed
from reskontra.insight.purchases import find_purchase, purchase_number, purchase_story

router = Router(tags=["purchases"])


class Asks(Schema):
    """Which page of a list."""

    limit: int = 50
    cursor: str | None = None


def _kept(kind: str, path: str, one: type[Schema], many: type[Schema]) -> None:
    """The three ways to a register: bring a JSON file of its rows, list it, ask for one."""
    words = kind.replace("_", " ")
    body = {"requestBody": {"required": True, "content": {"application/json": {"schema": {
        "type": "object", "required": ["kind"], "properties": {"kind": {"const": kind}},
        "description": f"The file of {words} as JSON, as reskontra import takes it.",
    }}}}}  # fmt: skip

    def bring(request: Asked, unit: str, asks: Query[Checks]) -> Any:
        brought = Brought(f"{path}.json", request.body, "api", kind=kind)
        return once(lambda: answered(request, named(request, brought.data), brought, asks.check))

    def listed(request: Asked, response: HttpResponse, unit: str, asks: Query[Asks]) -> Any:
        limit = max(1, min(asks.limit, 200))
        with request.auth.working() as acting:
            found = KEPT[kind].listed(acting.unit, behind(asks.cursor), limit + 1)
        return page(request, response, found, limit)

    def named_one(request: Asked, unit: str, number: str) -> Any:
        with request.auth.working() as acting:
            found = KEPT[kind].named(acting.unit, number)
        if found is None:
            raise Http404
        return found

    router.post(
        f"/u/{{unit}}/{path}", response={CREATED: FileTold, SAME: FileTold}, auth=Opened("purchases:write"),
        operation_id=f"bring_{kind}", summary=f"Bring {words}; with check=1 nothing is stored",
        openapi_extra={**ONCE, **body},
    )(bring)  # fmt: skip
    router.get(
        f"/u/{{unit}}/{path}",
        response=many,
        auth=Opened("read"),
        operation_id=f"list_{kind}",
        summary=f"The unit's {words}",
    )(listed)
    router.get(
        f"/u/{{unit}}/{path}/{{number}}", response=one, auth=Opened("read"), operation_id=f"read_{kind}",
        summary=f"One of the {words}",
    )(named_one)  # fmt: skip


_kept("purchase_orders", "purchase-orders", Order, Orders)
_kept("receipts", "receipts", Receipt, Receipts)
_kept("contracts", "contracts", Contract, Contracts)
_kept("coding_templates", "coding-templates", Template, Templates)


class AsksInvoices(Asks):
    """Which page of which stream, in which state."""

    stream: Literal["procurement", "other"] = "procurement"
    state: Literal["waiting", "confirm", "payable", "paid", "returned", "all"] = "all"


@router.get(
    "/u/{unit}/purchase-invoices",
    response=PurchaseInvoices,
    auth=Opened("read"),
    summary="Suppliers' invoices",
)
def invoices(request: Asked, response: HttpResponse, unit: str, asks: Query[AsksInvoices]) -> Any:
    """Of one stream: procurement or other expenditure."""
    limit = max(1, min(asks.limit, 200))
    with request.auth.working() as acting:
        wanted = Wanted(acting.day, 0, asks.stream, asks.state)
        found = purchases_listed(acting.unit, wanted, behind(asks.cursor), limit + 1)
    shown = [{**_invoice(one), "id": one.id} for one in found]
    told = page(request, response, shown, limit)
    return {**told, "items": [_invoice(one) for one in found[:limit]]}


@router.get(
    "/u/{unit}/purchase-invoices/{number}",
    auth=Opened("read"),
    summary="Everything about a supplier's invoice",
)
def invoice(request: Asked, unit: str, number: str) -> dict[str, Any]:
    """By our number (PI17) or by the supplier's."""
    with request.auth.working() as acting:
        if found := find_purchase(acting.unit, number):
            return purchase_story(acting.unit, found, language_of(request))
    raise Http404


def _invoice(one: Listed) -> dict[str, Any]:
    told = {name: value for name, value in asdict(one).items() if name != "waits"}
    return {
        **told,
        "id": purchase_number(one.id),
        "total": None if one.total is None else format(one.total, ".2f"),
    }
