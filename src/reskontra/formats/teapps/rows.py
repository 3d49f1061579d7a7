"""Rows of an invoice (guide, 4.8): which of them count, and what each says."""

from decimal import Decimal

from reskontra.documents.invoice import InvoiceLine
from reskontra.formats.teapps.values import Group, Sums, distinct

_LONGEST_POSITION = 9
_PRICES = ("PRICE_PER_UNIT_NET", "PRICE_PER_UNIT_WITH_DISCOUNT", "PRICE_PER_UNIT")
_QUANTITIES = ("CHARGED", "DELIVERED", "ORDERED")
_NOTHING = Sums()


def lines(invoice: Group, currency: str | None) -> tuple[InvoiceLine, ...]:
    """The rows in their order, without those that only repeat sums.

    A subtotal is left out. A heading over specified rows and a row of information keep their words and lose their
    amounts: by the guide (4.8.6) only the specified rows make up the invoice.
    """
    rows = invoice.group("ROWS").groups("ROW")
    specified = {row.own("ROW_ID") for row in rows if row.own("ROW_TYPE") == "SPECIFICATION"}
    return tuple(
        _line(row, number, currency, _counts(row, specified))
        for number, row in enumerate(rows, start=1)
        if row.own("ROW_TYPE") != "SUBTOTAL"
    )


def orders(invoice: Group) -> tuple[str, ...]:
    """The numbers of all orders of the buyer that the heading names, or else the rows (BT-13)."""
    header = invoice.group("HEADER")
    named = distinct((*buyers_orders(header), header.text("INVOICE_ORDER_NUMBER")))
    return named or distinct(_order(row) for row in invoice.group("ROWS").groups("ROW"))


def buyers_orders(group: Group, name: str = "ORDER_NUMBER") -> tuple[str, ...]:
    """What the buyer's orders of ``group`` say in the element ``name``; those of the seller are left out."""
    return distinct(
        order.text(name)
        for order in group.groups("ORDER_INFORMATION")
        if order.own("ORDER_TYPE") in ("", "CO")
    )


def _counts(row: Group, specified: set[str]) -> bool:
    kind = row.own("ROW_TYPE")
    return kind != "INFO" and not (kind == "MAIN" and row.own("ROW_ID") in specified)


def _order(row: Group) -> str | None:
    return next(iter(buyers_orders(row)), None) or row.text("ORDER_NUMBER")


def _line(row: Group, number: int, currency: str | None, counts: bool) -> InvoiceLine:
    article = row.group("ARTICLE")
    position = row.text("ROW_NUMBER") or ""
    known = position.isascii() and position.isdigit() and len(position) <= _LONGEST_POSITION
    counts = counts and _in_currency(row, currency)
    total = row.sums("ROW_TOTAL") if counts else _NOTHING
    quantity, unit = _quantity(row) if counts else (None, None)
    vat = _vat(row)
    return InvoiceLine(
        position=int(position) if known else number,
        item=article.text("ARTICLE_ID") or article.text("SUPPLIER_ARTICLE_ID"),
        name=" ".join(distinct((article.text("ARTICLE_NAME"), article.text("ARTICLE_NAME2")))) or None,
        text="\n".join(article.texts("FREE_TEXT") + row.texts("FREE_TEXT")) or None,
        quantity=quantity,
        unit=unit,
        unit_price=_price(row) if counts else None,
        net=total.net,
        vat=vat.amount("VAT_AMOUNT") if counts else None,
        gross=total.gross,
        vat_category=vat.own("VAT_TYPE") or None,
        vat_percent=vat.percent("RATE"),
        accounting=row.group("DEFAULT_ROW_POSTING").text("ACCOUNT_REFERENCE"),
        order=_order(row),
        order_position=next(iter(buyers_orders(row, "ORDER_POSITION")), None),
    )


def _in_currency(row: Group, currency: str | None) -> bool:
    told = row.group("CURRENCY").text("CODE")
    if told and currency and told != currency:
        row.note("teapps_currency_mixed", "CURRENCY/CODE", told, "error", currency=currency)
        return False
    return True


def _vat(row: Group) -> Group:
    taxes = row.groups("VAT")
    if len(taxes) > 1:
        row.note("teapps_row_vat_twice", "VAT", str(len(taxes)), "error")
        return Group(None, f"{row.path}/VAT", [])  # nobody knows which of them is the row's
    return row.group("VAT")


def _quantity(row: Group) -> tuple[Decimal | None, str | None]:
    group = row.group("QUANTITY")
    name = next((one for one in _QUANTITIES if one in group), _QUANTITIES[0])
    unit = group.attribute(name, "Q_UNIT") or group.attribute(name, "Q_UNIT_UNECE_CODE") or row.text("UNIT")
    return group.quantity(name), unit


def _price(row: Group) -> Decimal | None:
    """Euro without VAT for one unit: the price after discounts before the listed one, by the number it is for."""
    told = next((price for name in _PRICES if (price := row.sums(name).net) is not None), None)
    base = row.attribute("PRICE_PER_UNIT", "PR_QTY") or ""
    units = int(base) if base.isascii() and base.isdigit() and len(base) <= _LONGEST_POSITION else 1
    return told if told is None or units in (0, 1) else told / units
