"""Customer updates from workbooks and CSV: bytes to ``CustomerUpdates`` (OC 2.2-a to 2.2-h, 3.2-b).

The layout of the State's own form is not public; the columns are the fields of the customer interface.
"""

import re
from collections.abc import Mapping
from typing import Any

from reskontra.documents.billing_request import CustomerUpdates
from reskontra.documents.findings import Finding, Severity
from reskontra.formats.workbooks.columns import OTHER, columns
from reskontra.formats.workbooks.json_values import looks_like_json
from reskontra.formats.workbooks.plain import PlainCustomers, customers_of
from reskontra.formats.workbooks.readings import EMPTY, Reading, column_readers
from reskontra.formats.workbooks.refusals import refuse, shown
from reskontra.formats.workbooks.tables import read_table

# Columns that are fields of the document; the others are kept as text in ``cells``.
_FIELDS = (
    "number", "kind", "name", "name2", "business_id", "vat_id", "personal_code", "birth_date", "language",
    "street", "postcode", "town", "country", "einvoice_address", "einvoice_operator", "email", "protected",
)  # fmt: skip
_NUMBER = re.compile(r"[0-9]{1,10}|[A-Za-z][0-9]{9}")
# What a new customer of each kind must carry (OC 2.2-b, 2.2-d, 2.2-i); one of each group.
_REQUIRED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "person": (("personal_code",),),
    "sole_trader": (("business_id",), ("personal_code",)),
    "company": (("business_id",),),
    "state_unit": (("business_id",), ("einvoice_address",)),
    "foreign_person": (("personal_code", "birth_date"), ("country",)),
    "foreign_company": (("country",),),
}
_PERSONS = frozenset({"person", "sole_trader", "foreign_person"})
_FINNISH_POSTCODE_DIGITS = 5


def read_customers(data: bytes, name: str) -> CustomerUpdates:
    """The customer update in a workbook or CSV file; ``name`` only helps people.

    Every row that holds something is one customer; what is wrong with it is told with row and column. The
    kind of customer is the one given, or follows from natural person yes or no, country and business id.
    Raises ``Refused`` when the file as a whole cannot be used.
    """
    return customers_of(read_plain_customers(data))


def read_plain_customers(data: bytes) -> PlainCustomers:
    """The same before it becomes a document: what a child process sends to its parent."""
    if looks_like_json(data):
        refuse("file_unknown")
    table = read_table("customers", data)
    readers = column_readers(table.heading.names, columns("customers"))
    register = _Register(table.heading.labels)
    customers = []
    for number, values in table.rows:
        cells = {
            reader.name: reading
            for reader, value in zip(readers, values, strict=False)
            if reader is not None and (reading := reader.read(value)).text
        }
        customers.append(register.take(number, cells))
    head = {
        "labels": dict(table.heading.labels),
        "counted_rows": table.counted_rows,
        "findings": (*table.findings, *register.findings),
    }
    if table.counted_rows != len(customers):
        refuse("counts_disagree", clause="OC 3.9-a", told=table.counted_rows, found=len(customers))
    return PlainCustomers(head, customers)


class _Register:
    """Takes the rows of one file and tells what is wrong with each."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = labels
        self._numbers: dict[str, int] = {}
        self.findings: list[Finding] = []

    def take(self, row: int, cells: Mapping[str, Reading]) -> dict[str, Any]:
        for name, reading in cells.items():
            for problem in reading.problems:
                value = problem.shown or shown(reading.text)
                self._tell(problem.rule, row, name, problem.clause, value, detail=problem.detail)
        customer: dict[str, Any] = {"row": row, "cells": {name: cell.text for name, cell in cells.items()}}
        for name in _FIELDS:
            if (value := cells.get(name, EMPTY).value) is not None:
                customer[name] = value
        if "street2" in cells:
            customer["street"] = " ".join(
                part for name in ("street", "street2") if (part := cells.get(name, EMPTY).text)
            )
        if "kind" not in customer and (kind := _kind_of(cells)):
            customer["kind"] = kind
        self._check(row, customer)
        return customer

    def _check(self, row: int, customer: Mapping[str, Any]) -> None:
        self._check_number(row, customer)
        self._check_kind(row, customer)
        address, operator = "einvoice_address" in customer, "einvoice_operator" in customer
        if address != operator:
            missing = "einvoice_operator" if address else "einvoice_address"
            self._tell("form_einvoice_address_in_two_parts", row, missing, "OC 2.2-c")
        postcode = customer.get("postcode", "")
        finnish = customer.get("country", "FI") == "FI" and postcode.isdigit()
        if finnish and len(postcode) != _FINNISH_POSTCODE_DIGITS:
            self._tell("form_postcode_digits", row, "postcode", "OC 3.9-c", postcode)
        if customer.get("kind") in _PERSONS and "name" in customer and " " not in customer["name"]:
            self._tell("form_person_name_order", row, "name", "OC 2.2-d", severity="warning")

    def _check_number(self, row: int, customer: Mapping[str, Any]) -> None:
        number = customer.get("number")
        if number is None:
            return
        if not _NUMBER.fullmatch(number):
            self._tell("form_customer_number_form", row, "number", "OC 2.2-a", number)
        if number.upper() in self._numbers:
            first = str(self._numbers[number.upper()])
            self._tell("form_customer_twice", row, "number", "OC 2.2-a", number, detail={"first": first})
        self._numbers.setdefault(number.upper(), row)

    def _check_kind(self, row: int, customer: Mapping[str, Any]) -> None:
        if "number" in customer:
            return
        for name in ("name", "kind"):
            if name not in customer:
                self._tell("form_value_missing", row, name, "OC 2.2-b")
        for group in _REQUIRED.get(customer.get("kind", ""), ()):
            if not any(name in customer for name in group):
                self._tell("form_customer_identity_missing", row, group[-1], "OC 2.2-d")

    def _tell(
        self,
        rule: str,
        row: int,
        name: str,
        clause: str,
        value: str | None = None,
        severity: Severity = "error",
        detail: Mapping[str, str] | None = None,
    ) -> None:
        label = self._labels.get(name) or columns("customers")[name].label("en")
        column = shown(label.removeprefix(OTHER))
        finding = Finding(rule, severity, clause, row=row, column=column, value=value, detail=detail or {})
        self.findings.append(finding)


def _kind_of(cells: Mapping[str, Reading]) -> str | None:
    """The kind that natural person yes or no, country and business id say together (OC 2.2-d)."""
    natural = cells.get("natural_person", EMPTY).value
    foreign = cells.get("country", EMPTY).value not in (None, "FI")
    if natural is None:
        return None
    if not natural:
        return "foreign_company" if foreign else "company"
    if cells.get("business_id", EMPTY).value:
        return "sole_trader"
    return "foreign_person" if foreign and not cells.get("personal_code", EMPTY).value else "person"
