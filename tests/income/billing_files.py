"""Billing requests as people and systems send them, as JSON and as workbooks, and sending them as the command does."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from cast import DAY, HARBOUR, customer, inside, unit
from reskontra.database.safety import our_models
from reskontra.database.session import working_in
from reskontra.exchange.inbox import receive
from reskontra.exchange.reading import read_documents
from reskontra.formats.workbooks.columns import columns
from reskontra.income.order_handling.answering import RowOutcome
from reskontra.income.order_handling.files import Answer, take_in_document
from reskontra.registers.models import History, Unit
from reskontra.sales.models import Order

Fetch = Callable[[str], bytes | None]


def asked(key: str, who: str = "aino", *lines: Mapping[str, Any], **header: Any) -> dict[str, Any]:
    """An order as JSON; without lines one permit."""
    number = {"customer": {"number": customer(who).number}} if who else {}
    return {
        "key": key, "order_type": "Z001", "service_date": DAY.isoformat(), **number,
        "lines": [dict(line) for line in lines] or [{"item": "PERMIT", "quantity": 1}], **header,
    }  # fmt: skip


def as_json(*orders: Mapping[str, Any], **head: Any) -> bytes:
    """A request as the interface of an own system sends it."""
    return json.dumps({"kind": "billing_request", **head, "orders": orders}).encode()


def workbook(
    rows: Sequence[Mapping[str, Any]],
    language: str = "fi",
    form: str = "billing",
    control: Mapping[str, Any] | None = None,
) -> bytes:
    """A workbook of our form; its columns stand in the order in which the rows name them."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet, day = book.add_worksheet("Rows"), book.add_format({"num_format": "d.m.yyyy"})
        for place, name in enumerate(names):
            sheet.write_string(0, place, columns(form)[name].label(language))  # type: ignore[index]
            for number, row in enumerate(rows, start=1):
                value = row.get(name, "")
                if isinstance(value, date):
                    sheet.write_datetime(number, place, value, day)
                elif isinstance(value, str):
                    sheet.write_string(number, place, value)
                else:
                    sheet.write_number(number, place, value)
        if control:
            declared = book.add_worksheet("Control")
            for number, (name, value) in enumerate(control.items()):
                declared.write(number, 0, columns("control")[name].label("en"))
                declared.write(number, 1, value)
    return buffer.getvalue()


def row(key: str, item: str = "PERMIT", quantity: Any = 1, **more: Any) -> dict[str, Any]:
    """A row of the form that begins an order."""
    return {
        "order_start": "1", "order_key": key, "order_type": "Z001", "customer_no": customer("aino").number,
        "service_date": DAY, "item": item, "quantity": quantity, **more,
    }  # fmt: skip


def further(key: str, item: str = "INSPECT", quantity: Any = 1, **more: Any) -> dict[str, Any]:
    """A row of the form that adds a line to an order."""
    return {"order_start": "0", "order_key": key, "item": item, "quantity": quantity, **more}


def send(
    data: bytes,
    where: str = HARBOUR,
    fetch: Fetch = lambda name: None,
    language: str = "en",
    name: str = "day",
) -> Answer:
    """Receive, read and take in, as the command does: each in its own session."""
    one = unit(where)
    with inside(one) as acting:
        received = receive(acting, data, name, "import")
    [document] = read_documents(data, name)
    with inside(one) as acting:
        return take_in_document(acting, received, document, fetch, DAY, language)


def rules(outcome: RowOutcome) -> list[str]:
    return [finding.rule for finding in outcome.findings]


def statuses(answer: Answer) -> list[str]:
    return [outcome.status for outcome in answer.rows]


def stored(where: str = HARBOUR) -> list[tuple[int, int, str]]:
    """Number, version and key of every order in a unit."""
    with inside(unit(where)):
        return list(
            Order.objects.filter(unit=unit(where)).order_by("id").values_list("number", "version", "key")
        )


def everything() -> dict[str, int]:
    """How many rows every table of ours holds, over all units."""
    with working_in(Unit.objects.values_list("pk", flat=True)):
        return {model.__name__: model.objects.count() for model in our_models() if model is not History}
