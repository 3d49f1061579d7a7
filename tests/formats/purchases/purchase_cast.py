"""Registers of purchases as the tests write them: rows by our own column names, as CSV or JSON."""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import xlsxwriter

from reskontra.formats.workbooks.columns import Form, columns

Row = Mapping[str, object]

ORDERS: Sequence[Row] = (
    {"order_number": "V1-4711", "supplier_number": "500123", "business_id": "0245440-1", "supplier_name": "Kontor Ab",
     "currency": "EUR", "ordered_on": date(2026, 3, 2), "position": 10, "item": "K-1", "text": "Skrivbord",
     "quantity": 3, "unit": "st", "unit_price": 199.9, "net": 599.7, "vat_percent": 25.5, "account": "40000000",
     "project": "P-1"},
    {"order_number": "V1-4711", "position": 20, "text": "Frakt", "net": 40, "vat_percent": 25.5, "account": "43000000"},
    {"order_number": "V1-4712", "business_id": "1010547-1", "currency": "SEK", "ordered_on": date(2026, 3, 3),
     "position": 1, "quantity": 2.5, "unit_price": 10, "account": "40000000"},
)  # fmt: skip
RECEIPTS: Sequence[Row] = (
    {"order_number": "V1-4711", "position": 10, "received_on": date(2026, 3, 9), "receiver": "mia@verket.example",
     "received_quantity": 2},
    {"order_number": "V1-4711", "position": 10, "received_on": date(2026, 3, 10), "receiver": "mia@verket.example",
     "received_quantity": -1},
    {"order_number": "V1-4711", "position": 20, "received_on": date(2026, 3, 9), "receiver": "mia@verket.example",
     "received_amount": 40},
    {"order_number": "V1-4712", "received_on": date(2026, 3, 11), "receiver": "olle@verket.example",
     "received_amount": 12.5},
)  # fmt: skip
CONTRACTS: Sequence[Row] = (
    {"contract_number": "VSK1-88", "supplier_number": "500123", "valid_from": date(2026, 1, 1),
     "valid_until": date(2026, 12, 31), "plan_type": "budget", "currency": "EUR", "limit": 12000, "confirmation": "ja",
     "owner": "olle@verket.example", "period_from": date(2026, 1, 1), "period_until": date(2026, 6, 30),
     "period_limit": 7000, "percent": 60, "account": "40000000", "project": "P-1"},
    {"contract_number": "VSK1-88", "period_from": date(2026, 7, 1), "period_until": date(2026, 12, 31),
     "period_limit": 5000, "percent": 40, "account": "40000000", "project": "P-2"},
    {"contract_number": "VSK1-89", "business_id": "0245440-1", "valid_from": date(2026, 1, 1),
     "plan_type": "tidtabell", "confirmation": "nej", "owner": "olle@verket.example",
     "schedule_day": date(2026, 1, 31), "schedule_amount": 850, "schedule_tolerance": 5},
    {"contract_number": "VSK1-89", "schedule_day": date(2026, 2, 28), "schedule_amount": 850},
)  # fmt: skip
TEMPLATES: Sequence[Row] = (
    {"posting_reference": "TK1-55", "name": "Drivmedel", "queue": "Fordon", "valid_from": date(2026, 1, 1),
     "percent": 33.3333, "account": "40100000", "operating_unit": "1234567890"},
    {"posting_reference": "TK1-55", "percent": 66.6667, "account": "40100000", "operating_unit": "1234567891"},
    {"posting_reference": "TK1-56", "queue": "Resor"},
)  # fmt: skip
SUPPLIERS: Sequence[Row] = (
    {"supplier_number": "500123", "supplier_kind": "företag", "name": "Kontor Ab", "language": "sv",
     "business_id": "0245440-1", "street": "Provgatan 1", "postcode": "00990", "town": "Provstad", "country": "FI",
     "iban": "FI2112345600000785", "bic": "NDEAFIHH"},
    {"supplier_kind": "person", "name": "Koe Saara", "technical_id": "4140276-0", "country": "FI"},
    {"supplier_kind": "foreign_company", "name": "Probe GmbH", "foreign_id": "HRB 99001", "country": "DE"},
)  # fmt: skip
FILES: Mapping[Form, Sequence[Row]] = {
    "purchase_orders": ORDERS,
    "receipts": RECEIPTS,
    "contracts": CONTRACTS,
    "coding_templates": TEMPLATES,
    "suppliers": SUPPLIERS,
}


def changed(rows: Sequence[Row], place: int, values: Row) -> list[Row]:
    """The rows with one of them changed; ``None`` empties a cell."""
    return [{**row, **values} if index == place else row for index, row in enumerate(rows)]


def table(form: Form, rows: Sequence[Row], language: str = "sv") -> list[list[object]]:
    """Heading and rows under the labels of a language, with the columns that any row uses."""
    names = [name for name in columns(form) if any(name in row for row in rows)]
    return [
        [columns(form)[name].label(language) for name in names],
        *([row.get(name) for name in names] for row in rows),
    ]


def csv_file(cells: Sequence[Sequence[object]]) -> bytes:
    """The rows as CSV with a decimal comma and Finnish dates."""
    return "".join(";".join(map(_cell, row)) + "\r\n" for row in cells).encode()


def _cell(cell: object) -> str:
    if isinstance(cell, date):
        return f"{cell.day}.{cell.month}.{cell.year}"
    text = "" if cell is None else str(cell).replace(".", ",") if isinstance(cell, float) else str(cell)
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ';"\n') else text


def workbook(cells: Sequence[Sequence[object]]) -> bytes:
    """The rows as an xlsx workbook."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    day = book.add_format({"num_format": "d.m.yyyy"})
    sheet = book.add_worksheet("Rader")
    for number, row in enumerate(cells):
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, place, datetime(cell.year, cell.month, cell.day), day)
            elif isinstance(cell, int | float):
                sheet.write_number(number, place, cell)
            elif cell not in (None, ""):
                sheet.write_string(number, place, str(cell))
    book.close()
    return buffer.getvalue()
