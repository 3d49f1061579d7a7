"""Forms of payments as the tests write them: rows by our own column names, as workbook, CSV or JSON."""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import xlsxwriter

from reskontra.formats.workbooks.columns import Form, columns

Row = Mapping[str, object]

PAYMENT: Row = {
    "long_reference": "BID-2026-17_1",
    "instalment": 1,
    "payee_name": "Aalto Musik rf",
    "business_id": "0245440-1",
    "iban": "FI2112345600000785",
    "bic": "NDEAFIHH",
    "due_date": date(2026, 9, 15),
    "amount": 1500,
    "currency": "EUR",
    "voucher_type": "XB",
    "posting_amount": 1000,
    "account": "82300000",
    "operating_unit": "1234567890",
    "budget_account": "29.10.30.20",
    "project": "P-7",
    "posting_text": "Verksamhetsbidrag",
    "reviewer_email": "rita@verket.example",
    "approver_email": "arto@verket.example",
}
SECOND_POSTING: Row = {"posting_amount": 500, "account": "82300001", "project": "P-8"}


def payment(**changed: object) -> Row:
    """The ordinary payment with one posting over the whole, and what the test changes; ``None`` empties."""
    return {**PAYMENT, "posting_amount": 1500, **changed}


def table(form: Form, rows: Sequence[Row], language: str = "sv") -> list[list[object]]:
    """Heading and rows under the labels of a language, with the columns that any row uses."""
    names = [name for name in columns(form) if any(name in row for row in rows)]
    heading: list[object] = [columns(form)[name].label(language) for name in names]
    return [heading, *([row.get(name) for name in names] for row in rows)]


def workbook(cells: Sequence[Sequence[object]], control: Row | None = None) -> bytes:
    """The rows as an xlsx workbook, with an optional control sheet."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    day = book.add_format({"num_format": "d.m.yyyy"})
    for name, given in (("Rader", cells), ("Kontroll", [list(pair) for pair in (control or {}).items()])):
        if not given:
            continue
        sheet = book.add_worksheet(name)
        for number, row in enumerate(given):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, datetime(cell.year, cell.month, cell.day), day)
                elif isinstance(cell, int | float):
                    sheet.write_number(number, place, cell)
                elif cell not in (None, ""):
                    sheet.write_string(number, place, str(cell))
    book.close()
    return buffer.getvalue()


def csv_file(cells: Sequence[Sequence[object]]) -> bytes:
    """The rows as CSV with a decimal comma and Finnish dates."""
    return "".join(";".join(map(_csv_cell, row)) + "\r\n" for row in cells).encode()


def _csv_cell(cell: object) -> str:
    if isinstance(cell, date):
        return f"{cell.day}.{cell.month}.{cell.year}"
    text = "" if cell is None else str(cell).replace(".", ",") if isinstance(cell, float) else str(cell)
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ';"\n') else text


MESSAGE: Mapping[str, object] = {
    "kind": "payment_request",
    "sender_system": "BIDRAG-1",
    "receiver": "003702454401100",
    "payments": [
        {
            "long_reference": "BID-2026-17_1",
            "payee": {"name": "Aalto Musik rf", "business_id": "0245440-1", "iban": "FI2112345600000785",
                      "street": "Strandvägen 1", "postcode": "00100", "town": "Helsingfors", "country": "FI"},
            "due_date": "2026-09-15",
            "amount": "1500.00",
            "net": "1500.00",
            "vat": "0.00",
            "currency": "EUR",
            "voucher_type": "XB",
            "reviewer": {"name": "Rita R", "email": "rita@verket.example", "day": "2026-09-01"},
            "approver": {"name": "Arto A", "email": "arto@verket.example", "day": "2026-09-02"},
            "postings": [
                {"amount": "1000.00", "coding": {"account": "82300000", "project": "P-7"}},
                {"amount": "500.00", "coding": {"account": "82300001", "project": "P-8"}},
            ],
        }
    ],
}  # fmt: skip


def message(**changed: object) -> bytes:
    """The ordinary message with the first payment changed; ``None`` takes a value away."""
    payments = MESSAGE["payments"]
    assert isinstance(payments, list)
    return json.dumps({**MESSAGE, "payments": [{**payments[0], **changed}]}).encode()
