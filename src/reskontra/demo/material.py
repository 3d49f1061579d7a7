"""A day's incoming files of the demonstration: the same bytes every time (OC 3.2-a).

Three units send a billing request each, one in Finnish, one in Swedish with its columns in another order, one
as CSV in English; one also sends from its own system. Among some nine hundred orders are the faults of an
ordinary day, so that everything a clerk may meet is there.
"""

import csv
import io
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from reskontra.demo.newcomers import newcomers, other_rows
from reskontra.demo.orders import Draft, Maker, Value
from reskontra.demo.pdf import one_line_pdf
from reskontra.demo.world import records
from reskontra.formats.workbooks.columns import Form, columns

DAY = date(2026, 3, 16)
_SEED = 7
_COLUMNS = [
    "order_start",
    "order_key",
    "order_type",
    "sales_org",
    "channel",
    "division",
    "reference_invoice",
    "customer_no",
    "name",
    "identity",
    "street",
    "postcode",
    "town",
    "bill_to_no",
    "bill_to_name",
    "service_date",
    "case_reference",
    "order_number",
    "agreement",
    "accounting",
    "header_text",
    "charge_basis_text",
    "item",
    "quantity",
    "unit",
    "unit_price",
    "line_text",
    "attachments",
]
# The second unit's form has grown in its own house: lines first, the customer last.
_OTHER_ORDER = [*_COLUMNS[:2], *_COLUMNS[22:27], *_COLUMNS[15:22], *_COLUMNS[2:15], _COLUMNS[27]]
_CUSTOMER_COLUMNS = [
    "number",
    "kind",
    "name",
    "business_id",
    "vat_id",
    "personal_code",
    "birth_date",
    "street",
    "postcode",
    "town",
    "country",
    "einvoice_address",
    "einvoice_operator",
    "protected",
]
_CONTROL = {"fi": "Tarkistus", "sv": "Kontroll", "en": "Control"}
_BATCH = {"fi": "Tilaukset", "sv": "Order", "en": "Orders"}

_FAULTS: Mapping[str, Mapping[str, int]] = {
    "3910": {
        "ITEM_NOT_ON_PRICE_LIST": 2, "OFF_LIST_PRICE": 4, "NO_STANDARD_PRICE": 4, "PRICE_MISSING": 1,
        "LEGAL_BASIS_MISSING": 2, "STATE_UNIT_WITHOUT_E_ADDRESS": 1, "ORIGINAL_UNKNOWN": 3,
        "PROTECTED_WITHOUT_SAFE_WAY": 1, "BELOW_SMALLEST_AMOUNT": 3, "form_identity_not_valid": 2,
        "form_not_a_number": 2, "attachment_missing": 1, "order_key_twice": 1,
    },
    "3920": {
        "ITEM_NOT_ON_PRICE_LIST": 2, "NO_STANDARD_PRICE": 4, "PRICE_MISSING": 1, "ORIGINAL_UNKNOWN": 2,
        "STATE_UNIT_WITHOUT_E_ADDRESS": 1, "BELOW_SMALLEST_AMOUNT": 2, "form_not_a_number": 1,
        "order_key_twice": 1,
    },
    "3930": {
        "ITEM_NOT_ON_PRICE_LIST": 1, "ITEM_NOT_APPROVED": 1, "NO_STANDARD_PRICE": 3, "ORIGINAL_UNKNOWN": 2,
        "PROTECTED_WITHOUT_SAFE_WAY": 1, "MIXED_LAW": 2, "BELOW_SMALLEST_AMOUNT": 3,
        "CUSTOMER_OF_OWN_SYSTEM": 2, "form_identity_not_valid": 1, "form_not_a_number": 1,
    },
    "own_system": {"ITEM_NOT_ON_PRICE_LIST": 1, "ORIGINAL_UNKNOWN": 1},
}  # fmt: skip
_ORDERS: Mapping[str, int] = {"3910": 390, "3920": 240, "3930": 200, "own_system": 70}
# What the form says of an item that is there but not yet approved is what it says of one that is not.
_SAID_OF = {"ITEM_NOT_APPROVED": "ITEM_NOT_ON_PRICE_LIST"}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong on purpose: the order's key (or the customer's name) and what it leads to."""

    key: str
    leads_to: str


@dataclass(frozen=True)
class Material:
    """One file of the day: the unit (by code) that sends it, its kind, and what is to be seen in it.

    Kinds: ``billing_request``, ``customer_update``, ``own_system``. Attachments lie beside their request.
    """

    path: Path
    unit: str
    kind: str
    note: str
    orders: int = 0
    lines: int = 0
    faults: tuple[Fault, ...] = ()


def write_day(folder: Path, on: date = DAY) -> list[Material]:
    """Write the day's files into ``folder`` (made if need be) in the order in which they come in."""
    folder.mkdir(parents=True, exist_ok=True)
    day = _Day(folder, on)
    return [
        *day.customer_update(),
        *day.permit_agency(),
        *day.research_institute(),
        *day.heritage_agency(),
        *day.small_mistakes(),
    ]


def write_csv(path: Path, language: str, drafts: Iterable[Draft]) -> None:
    """Write a billing request as CSV with the labels of ``language``."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_labels("billing", language, _COLUMNS))
    writer.writerows([_plain(cell) for cell in row] for row in _rows(drafts, _COLUMNS))
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


class _Day:
    def __init__(self, folder: Path, on: date) -> None:
        self.folder, self.on = folder, on
        self.rng = random.Random(_SEED)  # noqa: S311 - invented material, the same every time
        self.newcomers = newcomers(self.rng)

    def _path(self, name: str, ending: str) -> Path:
        return self.folder / f"{name}_{self.on:%Y%m%d}{ending}"

    def customer_update(self) -> list[Material]:
        rows = [*self.newcomers, *other_rows(self.rng)]
        path = self._path("customers_3910", ".xlsx")
        head = [columns("customers")[name].label("fi") for name in _CUSTOMER_COLUMNS]
        body = [[row.cells.get(name, "") for name in _CUSTOMER_COLUMNS] for row in rows]
        _write_workbook(path, self.on, "Asiakkaat", [head, *body], {}, "fi")
        note = "New customers, named without number in the request, one change, five rows that go back"
        faults = tuple(Fault(row.name, row.fault) for row in rows if row.fault)
        return [Material(path, "3910", "customer_update", note, lines=len(rows), faults=faults)]

    def permit_agency(self) -> list[Material]:
        attachments = self._attachments()
        maker = Maker("3910", self.rng, self.on, "fi", self.newcomers, attachments)
        drafts = maker.orders(_ORDERS["3910"], _FAULTS["3910"])
        _contact_person(drafts, "3910")
        main = self._workbook("billing_3910", "3910", "fi", drafts, "The day's billing request")
        again = self._path("billing_3910_again", ".xlsx")
        again.write_bytes(main.path.read_bytes())
        same = Material(again, "3910", "billing_request", "The same bytes under another name")
        corrected = [draft.corrected for draft in drafts if draft.corrected is not None]
        untouched = [draft for draft in drafts if not draft.fault][:5]
        note = "What came back, corrected and sent again, with five orders that are known already"
        resent = self._workbook("billing_3910_corrected", "3910", "fi", [*corrected, *untouched], note)
        return [main, same, resent]

    def research_institute(self) -> list[Material]:
        drafts = Maker("3920", self.rng, self.on, "sv").orders(_ORDERS["3920"], _FAULTS["3920"])
        note = "Swedish labels, the columns in another order"
        return [self._workbook("billing_3920", "3920", "sv", drafts, note, _OTHER_ORDER)]

    def heritage_agency(self) -> list[Material]:
        drafts = Maker("3930", self.rng, self.on, "en").orders(_ORDERS["3930"], _FAULTS["3930"])
        path = self._path("billing_3930", ".csv")
        write_csv(path, "en", drafts)
        note = "CSV with English labels; public-law and commercial items in one unit"
        return [_material(path, "3930", "billing_request", note, drafts), self._feed()]

    def _feed(self) -> Material:
        """The own system's orders, approved there (OC 3.2.1-a); half are of its own customers (OC 2.2-a)."""
        system = records("own_systems")[0]
        own = [one["number"] for one in records("customers") if one["own_system"] == system["sender"]]
        drafts = Maker("3930", self.rng, self.on, "sv").orders(_ORDERS["own_system"], _FAULTS["own_system"])
        for place, draft in enumerate(drafts):
            draft.key = f"SK/{self.on:%Y%m%d}/{place + 1:04d}"
            if place % 2:
                draft.header["customer_no"] = self.rng.choice(own)
        path = self._path("own_system_3930", ".json")
        request = {
            "kind": "billing_request",
            "unit": system["unit"],
            "sender": system["sender"],
            "declared_orders": len(drafts),
            "declared_rows": sum(len(draft.lines) for draft in drafts),
            "orders": [_as_json(draft) for draft in drafts],
        }
        path.write_text(json.dumps(request, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return _material(path, "3930", "own_system", f"The feed of {system['name'].lower()}", drafts)

    def small_mistakes(self) -> list[Material]:
        """Two small files that are refused whole: nothing of them is kept (OC 3.9-c)."""
        formula = Maker("3910", self.rng, self.on, "fi").orders(4, {})
        _prefix(formula, "F")
        path = self._path("billing_3910_formula", ".xlsx")
        self._write(path, "3910", "fi", formula, _COLUMNS, formula_in="unit_price")
        counts = Maker("3920", self.rng, self.on, "sv").orders(3, {})
        _prefix(counts, "C")
        short = self._path("billing_3920_counts", ".xlsx")
        self._write(short, "3920", "sv", counts, _OTHER_ORDER, declared_too_many=1)
        return [
            Material(
                path, "3910", "billing_request", "A formula in a cell: the file is refused",
                faults=(Fault("", "file_formula_in_cell"),),
            ),
            Material(
                short, "3920", "billing_request", "The control sheet counts a row that is not there: refused",
                faults=(Fault("", "counts_disagree"),),
            ),
        ]  # fmt: skip

    def _attachments(self) -> list[str]:
        """Decisions that go with invoices, written beside the request; their names."""
        names = [f"paatos_{serial:04d}.pdf" for serial in range(1, 7)]
        for name in names:
            (self.folder / name).write_bytes(
                one_line_pdf(f"{name}, {self.on.isoformat()}: an invented decision")
            )
        return names

    def _workbook(
        self,
        name: str,
        unit: str,
        language: str,
        drafts: Sequence[Draft],
        note: str,
        order: Sequence[str] = _COLUMNS,
    ) -> Material:
        path = self._path(name, ".xlsx")
        self._write(path, unit, language, drafts, order)
        return _material(path, unit, "billing_request", note, drafts)

    def _write(
        self,
        path: Path,
        unit: str,
        language: str,
        drafts: Sequence[Draft],
        order: Sequence[str],
        *,
        formula_in: str = "",
        declared_too_many: int = 0,
    ) -> None:
        body = list(_rows(drafts, order))
        control: dict[str, Value] = {
            "rows": Decimal(len(body) + declared_too_many),
            "orders": Decimal(len(drafts)),
            "unit": unit,
        }
        head = _labels("billing", language, order)
        formula = (2, order.index(formula_in)) if formula_in else None
        _write_workbook(path, self.on, _BATCH[language], [head, *body], control, language, formula)


def _contact_person(drafts: Sequence[Draft], unit: str) -> None:
    """The corrected order of a protected person: the unit's own contact takes the invoice (OC 3.8-a)."""
    own = next(one for one in records("units") if one["code"] == unit)
    number = next(one["number"] for one in records("customers") if one["business_id"] == own["business_id"])
    for draft in drafts:
        if draft.fault == "PROTECTED_WITHOUT_SAFE_WAY" and draft.corrected is not None:
            draft.corrected.header |= {"bill_to_no": number, "bill_to_name": own["name_fi"]}
            draft.corrected.header["customer_no"] = draft.header["customer_no"]


def _prefix(drafts: Iterable[Draft], letter: str) -> None:
    for draft in drafts:
        draft.key = f"{letter}/{draft.key}"


def _material(path: Path, unit: str, kind: str, note: str, drafts: Sequence[Draft]) -> Material:
    faults = tuple(Fault(one.key, _SAID_OF.get(one.fault, one.fault)) for one in drafts if one.fault)
    return Material(path, unit, kind, note, len(drafts), sum(len(one.lines) for one in drafts), faults)


def _labels(form: Form, language: str, names: Iterable[str]) -> list[Value]:
    return [columns(form)[name].label(language) for name in names]


def _rows(drafts: Iterable[Draft], order: Sequence[str]) -> Iterable[list[Value]]:
    """One row a line; the first row of an order carries what concerns the whole order."""
    for draft in drafts:
        for place, line in enumerate(draft.lines):
            start: dict[str, Value] = {"order_start": "0" if place else "1", "order_key": draft.key}
            cells = {**start, **({} if place else draft.header), **line}
            yield [cells.get(name, "") for name in order]


def _plain(value: Value) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def _as_json(draft: Draft) -> dict[str, Any]:
    order: dict[str, Any] = {"key": draft.key}
    for name, value in draft.header.items():
        if name == "customer_no":
            order["customer"] = {"number": value}
        else:
            order[name] = _plain(value)
    order["lines"] = [{name: _plain(value) for name, value in line.items()} for line in draft.lines]
    return order


def _write_workbook(
    path: Path,
    on: date,
    sheet: str,
    rows: Sequence[Sequence[Value]],
    control: Mapping[str, Value],
    language: str,
    formula: tuple[int, int] | None = None,
) -> None:
    """A workbook with typed cells, a control sheet for what is declared, and a ``formula`` in one place."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        # The time of writing would make other bytes each time.
        book.set_properties({"created": datetime(on.year, on.month, on.day), "author": ""})  # noqa: DTZ001
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        if control:
            front = book.add_worksheet(_CONTROL[language])
            for place, (name, value) in enumerate(control.items()):
                front.write_string(place, 0, str(_labels("control", language, [name])[0]))
                _write_cell(front, place, 1, value, day)
        data = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                _write_cell(data, number, place, value, day)
        if formula:
            data.write_formula(*formula, "=40+8", None, 48)


def _write_cell(sheet: Any, row: int, column: int, value: Value, day: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, day)
    elif isinstance(value, Decimal):
        sheet.write_number(row, column, value)
    elif value:
        sheet.write_string(row, column, value)
