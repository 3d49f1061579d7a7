"""What the demonstration's register files say, as far as the day's material is made from it."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

Record = Mapping[str, str]


def records(register: str) -> list[Record]:
    """The rows of one register file of the demonstration, by column."""
    text = (files(__package__) / "registers" / f"{register}.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


@dataclass(frozen=True)
class Sold:
    """An item on a unit's approved price list; ``price`` in euro without VAT, None: no standard price."""

    code: str
    name: str
    measure: str
    public_law: bool
    has_basis: bool
    price: Decimal | None


@cache
def price_list(unit: str, on: date, language: str = "fi") -> tuple[Sold, ...]:
    """What ``unit`` sells on ``on`` by its approved price list, named in ``language``."""
    items = {item["code"]: item for item in records("items")}
    return tuple(
        _sold(items[row["item"]], row["price"], language)
        for row in records("price_list")
        if row["unit"] == unit and row["approved_at"] and row["valid_from"] <= on.isoformat()
        if not row["valid_to"] or on.isoformat() <= row["valid_to"]
    )


def _sold(item: Record, price: str, language: str) -> Sold:
    return Sold(
        code=item["code"],
        name=item[f"name_{language}"],
        measure=item["measure"],
        public_law=item["public_law"] == "yes",
        has_basis=bool(item["legal_basis_sv"]),
        price=Decimal(price) if price else None,
    )


@cache
def customers_of(unit: str) -> tuple[Record, ...]:
    """The customers extended to ``unit`` that can be billed without further ado."""
    return tuple(row for row in records("customers") if unit in row["units"].split() and _plain(row))


def _plain(customer: Record) -> bool:
    sent = customer["einvoice_address"] or customer["safe_address"] == "yes"
    hard = customer["protected"] == "yes" or customer["kind"] == "state_unit"
    return bool(sent) or not hard


@cache
def one_customer(**wanted: str) -> Record:
    """The first customer whose columns are as ``wanted``."""
    return next(
        row for row in records("customers") if all(row[name] == value for name, value in wanted.items())
    )
