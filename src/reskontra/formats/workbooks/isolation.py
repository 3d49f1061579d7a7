"""Forms from outside are read in a process of their own (``formats.child``)."""

import gc
import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Literal, overload

from reskontra.documents.billing_request import (
    BillingRequest,
    CustomerUpdate,
    CustomerUpdates,
    RequestOrder,
    RequestRow,
)
from reskontra.documents.findings import Finding, Refused
from reskontra.formats.child import ChildDied, answers, command, limit, say
from reskontra.formats.workbooks.expenditure import LAYOUTS, Expenditure, document_of, form_of, read_content
from reskontra.formats.workbooks.plain import customer_of, finding_of, head_of, order_of, row_of

# ``other`` is any form but the billing request: the child finds out which.
Kind = Literal["billing", "customers", "other"]

_WALL_SECONDS = 120.0
_BATCH = 500


@overload
def read_in_child(kind: Literal["billing"], data: bytes, name: str) -> BillingRequest: ...
@overload
def read_in_child(kind: Literal["customers"], data: bytes, name: str) -> CustomerUpdates: ...
@overload
def read_in_child(kind: Literal["other"], data: bytes, name: str) -> CustomerUpdates | Expenditure: ...
def read_in_child(kind: Kind, data: bytes, name: str) -> BillingRequest | CustomerUpdates | Expenditure:
    """What ``read_billing``, ``read_customers`` or ``read_expenditure`` returns, read by a child process.

    Raises ``Refused`` as they do, and with the rule ``unreadable`` when the child dies, runs out of memory
    (1 GB) or time (60 s of processor, 120 s in all), or answers anything but a document.
    """
    try:
        return _assembled(kind, answers(_command(kind, name), [data], _WALL_SECONDS))
    except ChildDied as died:
        raise _unreadable(str(died)) from died
    except (ValueError, TypeError, KeyError, IndexError, ArithmeticError) as answer_error:
        raise _unreadable("answer") from answer_error


def _command(kind: Kind, name: str) -> list[str]:
    return command("reskontra.formats.workbooks.isolation", kind, name)


def _unreadable(reason: str) -> Refused:
    return Refused(Finding("unreadable", clause="OC 3.9-c", detail={"reason": reason}))


def _assembled(
    kind: Kind, told: Iterator[Mapping[str, Any]]
) -> BillingRequest | CustomerUpdates | Expenditure:
    """The document, built while the child still works."""
    head: Mapping[str, Any] | None = None
    rows: list[RequestRow] = []
    orders: list[RequestOrder] = []
    customers: list[CustomerUpdate] = []
    entries: list[Mapping[str, Any]] = []
    form: str = kind
    ended: Mapping[str, Any] | None = None
    for answer in told:
        if "refused" in answer:
            raise Refused(*map(finding_of, answer["refused"]))
        rows += map(row_of, answer.get("rows", ()))
        orders += map(order_of, answer.get("orders", ()))
        customers += map(customer_of, answer.get("customers", ()))
        entries += answer.get("entries", ())
        form = answer.get("form", form) if kind == "other" else form
        head = answer.get("head", head)
        ended = answer.get("end", ended)
    counted = {"rows": len(rows), "orders": len(orders), "customers": len(customers), "entries": len(entries)}
    if head is None or ended != counted:
        raise _unreadable("answer")
    if form in LAYOUTS:
        return document_of(form, head, entries)
    if form == "customers":
        return CustomerUpdates(customers=tuple(customers), **head_of(head))
    if kind == "other":
        raise _unreadable("answer")
    return BillingRequest(rows=tuple(rows), orders=tuple(orders), **head_of(head))


def _main(kind: str, name: str) -> None:
    """The child: read standard input, answer in lines."""
    limit()
    # The child lives for one file: its garbage is collected when it ends.
    gc.disable()
    data = sys.stdin.buffer.read()
    told = dict.fromkeys(("rows", "orders", "customers", "entries"), 0)
    try:
        for what, batch in _pieces(kind, data):
            if what in told:
                told[what] += len(batch)
            say({what: batch})
    except Refused as refusal:
        say({"refused": [finding.as_json() for finding in refusal.findings]})
        return
    say({"end": told})


def _pieces(kind: str, data: bytes) -> Iterator[tuple[str, Any]]:
    from reskontra.formats.workbooks.billing import open_billing
    from reskontra.formats.workbooks.customers import read_plain_customers

    if kind == "other":
        kind = form_of(data)
        yield "form", kind
    if kind in LAYOUTS:
        content = read_content(kind, data)
        yield from (("entries", batch) for batch in _batched(iter(content.entries)))
        yield "head", _sendable(content.head)
        return
    if kind == "customers":
        plain = read_plain_customers(data)
        yield from (("customers", batch) for batch in _batched(iter(plain.customers)))
        yield "head", _sendable(plain.head)
        return
    reading = open_billing(data)
    yield from (("rows", batch) for batch in reading.rows())
    yield from (("orders", batch) for batch in _batched(reading.orders()))
    yield "head", _sendable(reading.head())


def _batched(things: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(things, _BATCH)):
        yield batch


def _sendable(head: Mapping[str, Any]) -> dict[str, Any]:
    return {**head, "findings": [finding.as_json() for finding in head["findings"]]}


if __name__ == "__main__":
    _main(*sys.argv[1:3])
