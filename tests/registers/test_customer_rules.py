"""What the register takes of a customer, clause by clause (OC 2.2)."""

from dataclasses import replace
from datetime import date

import pytest

from reskontra.registers.customer_rules import Draft, check, is_post_box

PERSON = Draft(
    "person", "Usvaranta Aino", has_code=True, street="Hallatie 1", postcode="70200", town="Kuopio"
)
COMPANY = Draft("company", "Utusalmen Saha Oy", business_id="9900010-6")
TRADER = Draft("sole_trader", "Tmi Usvaranta", has_code=True, business_id="9900010-6")
GUEST = Draft("foreign_person", "Nebelhain Jutta", birth_date=date(1968, 3, 14), country="DE")
ABROAD = Draft("foreign_company", "Norrviks Marin AB", country="SE")

FAULTS = [
    # clause     rule                                   draft
    ("OC 2.2-b", "customer_name_missing", replace(COMPANY, name="")),
    ("OC 2.2-d", "customer_name_missing", replace(PERSON, name="")),
    ("OC 2.2-d", "customer_person_name", replace(PERSON, name="Usvaranta, Aino")),
    ("OC 2.2-d", "customer_person_name", replace(PERSON, name="Usvaranta")),
    ("OC 2.2-d", "customer_person_name", replace(GUEST, name="Nebelhain 2")),
    ("OC 2.2-b", "customer_care_of_in_name", replace(COMPANY, name="Utusalmen Saha Oy c/o Tilitalo")),
    ("OC 2.2-b", "customer_contact_in_name", replace(COMPANY, name2="Att. Aino Usvaranta")),
    ("OC 2.2-b", "customer_contact_in_name", replace(COMPANY, name2="yhteyshenkilö Aino")),
    ("OC 2.2-d", "customer_person_without_code", replace(PERSON, has_code=False)),
    ("OC 2.2-d", "customer_person_without_code", replace(TRADER, has_code=False)),
    ("OC 2.2-d", "customer_business_without_id", replace(TRADER, business_id="")),
    ("OC 2.2-b", "customer_business_without_id", replace(COMPANY, business_id="")),
    ("OC 2.2-d", "customer_foreign_without_birth_date", replace(GUEST, birth_date=None)),
    ("OC 2.2-b", "customer_foreign_without_country", replace(ABROAD, country="FI")),
    ("OC 2.2-f", "customer_code_without_person", replace(COMPANY, has_code=True)),
    ("OC 2.2-d", "customer_person_with_business_id", replace(PERSON, business_id="9900010-6")),
    ("OC 2.2-f", "customer_code_in_text", replace(PERSON, street="Hallatie 1 010190-900P")),
    ("OC 2.2-c", "customer_operator_missing", replace(COMPANY, einvoice_address="FI28")),
    ("OC 2.2-c", "customer_einvoice_address_missing", replace(COMPANY, einvoice_operator="OKOYFIHH")),
    (
        "OC 2.2-c",
        "customer_einvoice_address_wrong",
        replace(COMPANY, einvoice_address="003799000102", einvoice_operator="OKOYFIHH"),
    ),
    ("OC 2.2-h", "customer_protected_not_a_person", replace(COMPANY, protected=True, einvoice_address="x")),
    ("OC 3.8-a", "customer_protected_with_address", replace(PERSON, protected=True)),
    ("OC 2.2-i", "customer_state_unit_from_file", replace(COMPANY, kind="state_unit")),
    ("OC 3.9-c", "customer_value_too_long", replace(COMPANY, name="Saha " * 20)),
]


@pytest.mark.parametrize(("clause", "rule", "draft"), FAULTS)
def test_a_faulty_customer_is_refused_with_its_clause(clause: str, rule: str, draft: Draft) -> None:
    found = [finding for finding in check(draft, 7) if finding.rule == rule]
    assert [(one.clause, one.severity, one.row) for one in found] == [(clause, "error", 7)]


@pytest.mark.parametrize("draft", [PERSON, COMPANY, TRADER, GUEST, ABROAD])
def test_a_customer_of_each_kind_is_taken_as_it_should_be(draft: Draft) -> None:
    assert check(draft) == []


@pytest.mark.parametrize(
    "name", ["Usvaranta Aino", "af Dimholm Göran", "O'Halla Venla", "Ek-Vik Åsa Maria", "Halla A."]
)
def test_ordinary_names_of_people_pass(name: str) -> None:
    assert check(replace(PERSON, name=name)) == []


def test_a_department_in_an_official_name_is_only_told() -> None:
    found = check(replace(COMPANY, name="Hallajoen Matkailu, Kuopion osasto ry"))
    assert [(one.rule, one.severity) for one in found] == [("customer_department_in_name", "warning")]


def test_a_protected_person_without_any_way_is_told_and_taken() -> None:
    found = check(replace(PERSON, protected=True, street="", postcode="", town=""))
    assert [(one.rule, one.severity) for one in found] == [("customer_protected_without_way", "warning")]


def test_a_protected_address_is_never_repeated() -> None:
    hidden = replace(PERSON, protected=True)
    assert all(hidden.street not in str(finding.as_json()) for finding in check(hidden))


@pytest.mark.parametrize(
    ("street", "safe"),
    [
        ("PL 12", True), ("PB 12", True), ("P.O. Box 12", True), ("Postilokero 4", True), ("Poste restante", True),
        ("Hallatie 12", False), ("PL 12 Hallatie 3", False), ("Plantvägen 2", False), ("", False),
    ],
)  # fmt: skip
def test_only_a_post_box_alone_is_a_safe_address(street: str, safe: bool) -> None:
    assert is_post_box(street) is safe
