"""What an order holds more of than we do: it goes back with its row and never stops the file (OC 3.9-c)."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from django.db.models import CharField, Model

from reskontra.documents.billing_request import RequestLine, RequestOrder
from reskontra.documents.findings import Finding
from reskontra.sales.limits import MOST_LINES
from reskontra.sales.models import Order, OrderLine

# Our name of a text in the request, and its name in the facts where that is another.
_OF_ORDER = {
    "key": "key", "reference_invoice": "reference_invoice", "case_reference": "case_reference",
    "order_number": "order_number", "agreement": "agreement", "accounting": "accounting", "site": "site",
    "header_text": "header_text", "charge_basis_text": "charge_basis_text",
}  # fmt: skip
_OF_LINE = {
    "item": "item_code", "unit": "measure", "profit_unit": "operating_unit", "item_text": "item_text",
    "line_text": "line_text", "account": "account", "budget_account": "budget_account", "project": "project",
    "function": "function", "product": "product", "area": "area", "tracking1": "tracking1", "tracking2": "tracking2",
}  # fmt: skip


def _most(model: type[Model], columns: Mapping[str, str]) -> dict[str, int]:
    fields = {name: model._meta.get_field(column) for name, column in columns.items()}
    return {name: field.max_length or 0 for name, field in fields.items() if isinstance(field, CharField)}


_MOST_OF_ORDER, _MOST_OF_LINE = _most(Order, _OF_ORDER), _most(OrderLine, _OF_LINE)
# Columns of the form that have another name than what they fill.
_COLUMN_OF = {"key": "order_key", "project": "project_element"}
_DIGITS_OF_A_LINE = 9  # a thousand million euro on one line is a slip of the hand


def more_than_we_hold(order: RequestOrder, labels: Mapping[str, str]) -> Iterator[Finding]:
    """Texts longer than their place in the facts, more lines than an order has, and amounts that have no place there.

    ``labels`` are the columns of the sender's own file by our names.
    """
    yield from _too_long(order, _MOST_OF_ORDER, labels)
    if len(order.lines) > MOST_LINES:
        yield Finding(
            "order_too_many_lines",
            clause="OC 3.9-c",
            row=order.row,
            value=order.key,
            detail={"most": str(MOST_LINES), "count": str(len(order.lines))},
        )
    for line in order.lines:
        yield from _too_long(line, _MOST_OF_LINE, labels)
        if abs((line.quantity or 0) * (line.unit_price or Decimal(1))) >= Decimal(10) ** _DIGITS_OF_A_LINE:
            yield Finding(
                "form_number_too_large",
                clause="OC 3.9-c",
                row=line.row,
                column=labels.get("quantity", "quantity"),
                value=str(line.quantity),
                detail={"most": str(_DIGITS_OF_A_LINE)},
            )


def _too_long(
    given: RequestOrder | RequestLine, most: Mapping[str, int], labels: Mapping[str, str]
) -> Iterator[Finding]:
    for name, limit in most.items():
        text = getattr(given, name)
        if text and len(text) > limit:
            column = _COLUMN_OF.get(name, name)
            yield Finding(
                "form_text_too_long",
                clause="OC 3.9-c",
                row=given.row,
                column=labels.get(column, column),
                value=text[:limit],
                detail={"most": str(limit), "length": str(len(text))},
            )
