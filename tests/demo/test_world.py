"""The invented world hangs together, and nothing in it is anybody's."""

import csv
from collections import Counter
from datetime import date, timedelta
from importlib.resources import files

import pytest

from reskontra.demo.world import price_list, records
from reskontra.kernel.clauses import known
from reskontra.kernel.identifiers import (
    is_business_id,
    is_iban,
    is_ovt,
    is_test_personal_code,
    is_vat_id,
    ovt_of_peppol_id,
)
from reskontra.registers.customer_rules import Draft, check

UNITS = ("3910", "3920", "3930")


def test_every_personal_code_is_from_the_test_range_and_stands_once() -> None:
    codes = [row["personal_code"] for row in records("customers") if row["personal_code"]]
    assert len(codes) > 240
    assert all(map(is_test_personal_code, codes))
    assert len(set(codes)) == len(codes)
    assert {code[6] for code in codes} >= {"-", "Y", "A", "B"}


def test_every_identifier_has_right_check_digits() -> None:
    customers, units = records("customers"), records("units")
    ids = [row["business_id"] for row in (*customers, *units) if row["business_id"]]
    assert len(ids) > 130
    assert all(is_business_id(one) and one.startswith("99") for one in ids)
    assert all(is_vat_id(row["vat_id"]) for row in (*customers, *units) if row["vat_id"])
    assert all(is_ovt(row["edi_code"]) for row in units)
    assert all(is_iban(row["iban"]) for row in records("unit_accounts"))


def test_every_einvoice_address_is_of_a_form_in_use() -> None:
    for row in records("customers"):
        address, operator = row["einvoice_address"], row["einvoice_operator"]
        assert bool(address) == bool(operator)
        if address.startswith("0216:"):
            assert is_ovt(ovt_of_peppol_id(address))
        elif ":" not in address and address:
            assert is_ovt(address) or is_iban(address)
        assert (":" in address) == (operator == "EUPEPPOL")


def test_all_kinds_of_customers_are_there() -> None:
    customers = records("customers")
    kinds = Counter(row["kind"] for row in customers if not row["own_system"] and row["protected"] == "no")
    assert kinds["person"] == 230
    assert kinds["company"] == 110
    assert kinds["sole_trader"] == 12
    assert kinds["state_unit"] == 10
    assert kinds["foreign_person"] + kinds["foreign_company"] == 20
    protected = [row for row in customers if row["protected"] == "yes"]
    assert len(protected) == 8
    assert {(row["safe_address"], bool(row["einvoice_address"])) for row in protected} == {
        ("yes", False), ("no", True), ("no", False),
    }  # fmt: skip
    assert sum(1 for row in customers if row["own_system"]) == 6
    assert sum(1 for row in customers if row["kind"] == "state_unit" and not row["einvoice_address"]) == 1
    abroad = {row["country"] for row in customers if row["country"] != "FI"}
    assert {_where(code) for code in abroad} == {"in the Union", "in Europe", "elsewhere"}


def _where(code: str) -> str:
    text = (files("reskontra.registers") / "data" / "countries.csv").read_text("utf-8")
    country = next(row for row in csv.DictReader(text.splitlines(), delimiter=";") if row["code"] == code)
    if country["eu_from"] and not country["eu_to"]:
        return "in the Union"
    return "in Europe" if country["europe"] == "yes" else "elsewhere"


def test_every_customer_obeys_the_registers_own_rules() -> None:
    for row in records("customers"):
        if row["kind"] == "state_unit":
            continue
        fields = ("name", "name2", "business_id", "vat_id", "street", "postcode", "town", "country")
        draft = Draft(
            kind=row["kind"],
            **{name: row[name] for name in fields},
            has_code=bool(row["personal_code"]),
            birth_date=date.fromisoformat(row["birth_date"]) if row["birth_date"] else None,
            einvoice_address=row["einvoice_address"],
            einvoice_operator=row["einvoice_operator"],
            protected=row["protected"] == "yes",
            safe_address=row["safe_address"] == "yes",
        )
        assert [found for found in check(draft) if found.severity == "error"] == [], row["number"]


def test_numbers_say_which_series_a_customer_stands_in() -> None:
    for row in records("customers"):
        if row["own_system"]:
            assert row["number"][0] == "M"
            assert not row["units"]
        else:
            assert (row["number"] >= "900001" and len(row["number"]) == 6) == (row["protected"] == "yes")


def test_every_item_is_on_a_price_list_and_every_price_is_of_an_item() -> None:
    items = {row["code"]: row for row in records("items")}
    listed = {row["item"] for row in records("price_list")}
    assert len(items) == 60
    assert listed == set(items)
    assert {row["vat_class"] for row in items.values()} == {
        "standard", "reduced_1", "reduced_2", "zero", "exempt", "outside_scope",
    }  # fmt: skip
    assert all(
        (row["public_law"] == "yes") == (row["vat_class"] == "outside_scope") for row in items.values()
    )
    assert [row["code"] for row in items.values() if not row["legal_basis_sv"]] == ["1019"]
    assert sum(1 for row in records("price_list") if not row["approved_by"]) == 3
    assert sum(1 for row in records("price_list") if not row["price"]) == 5


@pytest.mark.parametrize("unit", UNITS)
def test_prices_changed_with_the_year(unit: str) -> None:
    before = {one.code: one.price for one in price_list(unit, date(2025, 12, 31))}
    after = {one.code: one.price for one in price_list(unit, date(2026, 1, 1))}
    assert before.keys() == after.keys()
    assert sum(1 for code in after if before[code] != after[code]) >= 4


def test_every_price_posts_to_known_accounts_and_objects() -> None:
    objects = {(row["dimension"], row["code"], row["in_unit"]) for row in records("dimension_values")}
    accounts = {row["code"] for row in records("accounts")}
    for row in records("price_list"):
        assert row["account"] in accounts
        for dimension in ("budget_account", "operating_unit", "function", "product"):
            assert (dimension, row[dimension], row["unit"]) in objects, (row["item"], dimension)


def test_every_step_has_one_party_a_day_and_a_known_clause() -> None:
    rows = records("responsibilities")
    assert all(known(row["clause"]) for row in rows)
    steps = {row["step"] for row in rows}
    for unit in UNITS:
        assert {row["step"] for row in rows if row["unit"] == unit} == steps
    assert len(steps) == 53
    ends = {(row["unit"], row["step"]): row["valid_to"] for row in rows if row["valid_to"]}
    for (unit, step), last in ends.items():
        begins = (date.fromisoformat(last) + timedelta(days=1)).isoformat()
        assert (unit, step, begins) in {(row["unit"], row["step"], row["valid_from"]) for row in rows}


def test_every_unit_has_a_clerk_a_reviewer_and_another_person_as_approver() -> None:
    roles = [row for row in records("roles") if not row["valid_to"]]
    for unit in UNITS:
        of = {
            role: {row["person"] for row in roles if (row["role"], row["in_unit"]) == (role, unit)}
            for role in ("K", "SG", "GK")
        }
        assert all(of.values())
        assert not of["SG"] & of["GK"]
    assert {row["role"] for row in roles if not row["in_unit"]} == {"PK", "PG", "RE", "KA", "IN", "AD"}
    assert {row["person"] for row in roles} <= {row["username"] for row in records("people")}


def test_units_have_terms_of_their_own() -> None:
    told = {(one["unit"], one["key"], one["value"]) for one in records("unit_terms")}
    assert {one for one in told if one[1] != "reference_rate"} == {
        ("3920", "limited_enforcement_below", "300.00"),
        ("3920", "small_claim_up_to", "15.00"),
        ("3930", "agency_in_use", "yes"),
        ("3930", "smallest_invoice_amount", "15.00"),
        ("3930", "remainder_waived_up_to", "1.00"),
    }


def test_the_rates_that_nobody_has_announced_are_said_to_be_samples() -> None:
    """OC 6.1.5-b"""
    rates = [one for one in records("unit_terms") if one["key"] == "reference_rate"]
    assert {one["unit"] for one in rates} == {"3910", "3920", "3930"}
    assert all(one["source"].startswith("Sample") for one in rates)
    assert min(one["valid_from"] for one in rates) == "2026-07-01"
