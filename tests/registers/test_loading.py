"""Registers from files: whole or not at all, twice the same, every change kept (X-1, OC 2.1, OC 2.2)."""

import csv
import io
import json
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from reskontra.database.session import working_in
from reskontra.documents.findings import Finding, Refused
from reskontra.kernel.secrets import KeyRing
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.registers.items import similar_items
from reskontra.registers.loading import load
from reskontra.registers.models import Account, Customer, Item, PriceListEntry, Unit, UnitTerm, VatRate

SHIPPED = files("reskontra.registers") / "data"
DEMO = files("reskontra.demo") / "registers"


def _copied(folder: Path, register: str, **changes: str) -> list[dict[str, str]]:
    """The demonstration's file in ``folder``, with ``changes`` in its first row; the rows as written."""
    source = (DEMO / f"{register}.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(source, newline=""), delimiter=";"))
    rows[0] |= changes
    _write(folder, register, rows)
    return rows


def _write(folder: Path, register: str, rows: list[dict[str, str]]) -> None:
    with (folder / f"{register}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def _history(where: str = "true") -> list[tuple[Any, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT table_name, before, after, person_id, reason FROM registers_history"
            f" WHERE {where} ORDER BY id"
        )
        rows = cursor.fetchall()
    return [
        (table, json.loads(before or "null"), json.loads(after), *rest)
        for table, before, after, *rest in rows
    ]


def _refused(folder: Path, ring: KeyRing | None = None) -> list[Finding]:
    with pytest.raises(Refused) as refused:
        load(folder, ring)
    findings = list(refused.value.findings)
    for finding in findings:
        for language in LANGUAGES:
            told = {
                "where": finding.where,
                "row": finding.row,
                "column": finding.column,
                "value": finding.value,
            }
            assert "{" not in text(f"finding.{finding.rule}", language, **told, **finding.detail)
    return findings


def test_the_same_files_again_change_nothing_and_leave_no_history(world: KeyRing) -> None:
    before = len(_history())
    assert set(load(SHIPPED, world).values()) == {0}
    assert set(load(DEMO, world).values()) == {0}
    assert len(_history()) == before


def test_a_changed_row_is_found_by_its_key_and_keeps_its_history(world: KeyRing, folder: Path) -> None:
    _copied(folder, "items", name_en="Permit for building in water")
    assert load(folder, world, person=7) == {"items": 1}
    table, before, after, person, reason = _history("table_name = 'registers_item'")[-1]
    assert (table, person, reason) == ("registers_item", 7, "loaded from items.csv")
    assert before["name_en"] == "Water construction permit"
    assert after["name_en"] == "Permit for building in water"


def test_a_price_is_shortened_before_the_next_one_begins(world: KeyRing, folder: Path) -> None:
    rows = [row for row in _copied(folder, "price_list") if row["item"] == "1005"]
    rows[0]["valid_to"] = "2026-06-30"
    rows.append({**rows[0], "price": "52.00", "valid_from": "2026-07-01", "valid_to": ""})
    rows[1]["approved_at"] = "2026-06-01T09:00:00+03:00"
    _write(folder, "price_list", rows)
    assert load(folder, world) == {"price_list": 2}


def test_what_a_file_leaves_out_stays(world: KeyRing, folder: Path) -> None:
    before = Account.objects.count()
    (folder / "accounts.csv").write_text(
        "code;name_sv;name_fi;name_en;kind;sourced;valid_from;valid_to\n"
        "17000000;Försäljningsfordringar;Myyntisaamiset;Receivables;asset;no;;\n"
    )
    assert load(folder, world) == {"accounts": 1}
    assert Account.objects.count() == before
    assert Account.objects.get(code="17000000").source.startswith("Sample number")


def test_periods_include_their_last_day(world: KeyRing) -> None:
    rates = VatRate.objects.filter(vat_class="reduced_1")
    assert str(rates.get(validity__contains=date(2025, 12, 31)).percent) == "14.00"
    assert str(rates.get(validity__contains=date(2026, 1, 1)).percent) == "13.50"


def test_loading_leaves_the_callers_session_as_it_was(world: KeyRing, folder: Path) -> None:
    _copied(folder, "unit_terms", value="16.00")
    unit = Unit.objects.get(code="3910")
    with working_in([unit.pk], 3, "something else"):
        load(folder, world)
        assert not UnitTerm.objects.exclude(unit=unit).exists()  # what was loaded is another unit's
        assert set(PriceListEntry.objects.values_list("unit_id", flat=True)) == {unit.pk}


BAD_CELLS = [
    # register          column            value                 rule
    ("units", "business_id", "9900002-4", "register_identifier_not_valid"),
    ("units", "edi_code", "003799000025", "register_identifier_not_valid"),
    ("units", "vat_id", "FI99000025", "register_identifier_not_valid"),
    ("unit_accounts", "iban", "FI4399000000000123", "register_identifier_not_valid"),
    ("unit_accounts", "unit", "9999", "register_reference_unknown"),
    ("price_list", "item", "0000", "register_reference_unknown"),
    ("price_list", "approved_by", "nobody", "register_reference_unknown"),
    ("price_list", "price", "1 200,00", "register_not_a_number"),
    ("price_list", "price", "1.123456", "register_not_a_number"),
    ("price_list", "price", "NaN", "register_not_a_number"),
    ("price_list", "valid_to", "2023-12-31", "register_period_backwards"),
    ("price_list", "valid_from", "1.1.2024", "register_not_a_date"),
    ("price_list", "approved_at", "2026-01-01T09:00:00", "register_not_a_time"),
    ("items", "public_law", "kyllä", "register_yes_or_no"),
    ("items", "name_sv", "", "register_value_missing"),
    ("items", "name_sv", "Å" * 81, "register_value_too_long"),
    ("items", "legal_basis_en", "see 010190-900P", "register_code_in_text"),
    ("unit_terms", "key", "no_such_term", "register_term_unknown"),
    ("unit_terms", "value", "fifteen", "register_term_not_allowed"),
    ("customers", "personal_code", "010190-900R", "register_code_not_for_tests"),
    ("customers", "units", "3910 0000", "register_reference_unknown"),
]


def test_a_bad_cell_is_told_with_file_row_column_and_rule(world: KeyRing, tmp_path: Path) -> None:
    before = len(_history())
    for place, (register, column, value, rule) in enumerate(BAD_CELLS):
        folder = tmp_path / str(place)
        folder.mkdir()
        _copied(folder, register, **{column: value})
        (finding,) = _refused(folder, world)
        named = {"key": "value", "valid_to": "valid_from"}.get(column, column)
        assert (finding.where, finding.row, finding.column, finding.rule) == (
            f"{register}.csv",
            2,
            named,
            rule,
        )
        assert finding.clause
        assert "010190" not in str(finding.as_json())
    assert len(_history()) == before


def test_a_citizens_code_never_comes_from_a_readable_file(world: KeyRing, folder: Path) -> None:
    of_nobody_born_yet = "010199A0022"  # a valid code outside the test range, of the year 2099
    _copied(folder, "customers", personal_code=of_nobody_born_yet)
    (finding,) = _refused(folder, world)
    assert (finding.rule, finding.value) == ("register_code_not_for_tests", "****")


def test_codes_are_not_loaded_without_keys(database: object, folder: Path) -> None:
    load(SHIPPED)
    for register in ("people", "units", "own_systems"):
        _copied(folder, register)
    _copied(folder, "customers")
    assert {finding.rule for finding in _refused(folder)} == {"register_key_ring_missing"}
    assert not Unit.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("items.csv", b"code;name_sv\n1;\xe4\n", "register_file_unreadable"),
        ("items.csv", b'code;"name_sv\n', "register_file_unreadable"),
        ("items.csv", b"code;colour\n", "register_column_unknown"),
        ("countries.csv", b"code;code\n", "register_column_twice"),
        ("countries.csv", b"", "register_column_missing"),
        ("countries.csv", b"code;name_sv;name_fi;name_en;europe;eu_from;eu_to\nFI;a\n", "register_row_width"),
        ("customer.csv", b"number\n", "register_file_unknown"),
    ],
)
def test_a_file_that_is_no_register_is_refused(
    database: object, folder: Path, name: str, content: bytes, rule: str
) -> None:
    (folder / name).write_bytes(content)
    assert rule in {finding.rule for finding in _refused(folder)}


def test_a_row_that_stands_twice_is_told(world: KeyRing, folder: Path) -> None:
    rows = _copied(folder, "items")
    _write(folder, "items", [*rows[:3], rows[1]])
    (finding,) = _refused(folder, world)
    assert (finding.rule, finding.row, finding.detail) == ("register_row_twice", 5, {"first": "3"})


def test_nothing_is_half_saved(world: KeyRing, folder: Path) -> None:
    _copied(folder, "items", name_en="Changed")
    _copied(folder, "price_list", price="-1.00")
    (finding,) = _refused(folder, world)
    assert (finding.rule, finding.value, finding.row) == (
        "register_row_refused",
        "a_price_is_not_negative",
        2,
    )
    assert not Item.objects.filter(name_en="Changed").exists()


def test_no_personal_code_stands_in_any_table(world: KeyRing) -> None:
    codes = [row["personal_code"] for row in _demo("customers") if row["personal_code"]]
    assert len(codes) > 200
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND table_type = 'BASE TABLE'"
        )
        everything = ""
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            everything += cursor.fetchone()[0]
    assert "Aaltomäki" in everything
    hexed = everything.lower()
    for code in codes:
        assert code not in everything
        assert code.encode().hex() not in hexed


def _demo(register: str) -> list[dict[str, str]]:
    source = (DEMO / f"{register}.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(source, newline=""), delimiter=";"))


def test_customers_sort_by_their_keys_in_the_database(world: KeyRing) -> None:
    from reskontra.registers.sorting import sort_key

    names = [f"{one.name} {one.name2}" for one in Customer.objects.order_by("sort_key")]
    assert names == sorted(names, key=sort_key)


def test_an_item_of_the_same_meaning_is_noticed(world: KeyRing) -> None:
    assert next(item.code for item in similar_items("pieni laitoksen vuosimaksu")) == "1006"
    assert [item.code for item in similar_items("Training days")] == ["9002"]
    assert [item.code for item in similar_items("Kopia av en handling")] == ["9001"]
    assert similar_items("Hevosen kengitys") == []
    assert similar_items(" , ") == []
