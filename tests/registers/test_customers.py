"""The customer register's acts in the database: find, look first, save, extend (OC 2.2)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connections

from reskontra.database.session import working_in
from reskontra.documents.billing_request import CustomerUpdate
from reskontra.documents.findings import Finding, Refused
from reskontra.kernel.secrets import KeyRing
from reskontra.registers.customers import candidates, extend, find, save_update
from reskontra.registers.models import Customer, CustomerInUnit, Unit
from reskontra.registers.sealing import personal_code_of

Saved = tuple[Customer | None, list[Finding]]
Save = Callable[..., Saved]

CODE = "010190-900P"
OTHER_CENTURY_SIGN = "010190Y900P"
PERSON: dict[str, Any] = {
    "kind": "person",
    "name": "Hetekorpi Aune",
    "personal_code": CODE,
    "street": "Hetepolku 3",
    "postcode": "70300",
    "town": "Kuopio",
}
COMPANY: dict[str, Any] = {"kind": "company", "name": "Soralahden Ruoppaus Oy", "business_id": "9990101-9"}


@pytest.fixture
def save(world: KeyRing) -> Save:
    """Save an update for unit 3910, inside a session of that unit."""

    def saving(unit: str = "3910", row: int = 2, cells: dict[str, str] | None = None, **fields: Any) -> Saved:
        found = Unit.objects.get(code=unit)
        with working_in([found.pk], None, "test"):
            return save_update(CustomerUpdate(row, cells or {}, **fields), found, world, "fi")

    return saving


def _rules(saved: Saved) -> list[str]:
    return [finding.rule for finding in saved[1]]


def _numbers_changed() -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registers_history WHERE table_name LIKE 'registers_customer%%'")
        return int(cursor.fetchone()[0])


def test_a_new_customer_gets_a_number_of_the_common_series(save: Save, world: KeyRing) -> None:
    customer, findings = save(**PERSON)
    assert customer is not None
    assert findings == []
    assert customer.number == "100001"
    assert personal_code_of(customer, world) == CODE
    assert find(number="100001") == customer
    assert find(personal_code=CODE, ring=world) == customer
    with working_in([Unit.objects.get(code="3910").pk]):
        assert CustomerInUnit.objects.filter(customer=customer).count() == 1


def test_the_same_update_again_changes_nothing(save: Save) -> None:
    first, _ = save(**PERSON)
    before = _numbers_changed()
    second, findings = save(**PERSON)
    assert (second, findings) == (first, [])
    assert _numbers_changed() == before


def test_a_customer_known_by_identity_is_changed_and_not_doubled(save: Save) -> None:
    first, _ = save(**PERSON)
    moved, _ = save(**{**PERSON, "street": "Kalvaskuja 9"})
    assert first is not None
    assert moved == first
    assert moved is not None
    assert moved.street == "Kalvaskuja 9"
    before = Customer.objects.count()
    save(**COMPANY)
    save(**{**COMPANY, "name": "Soralahden Ruoppaus ja Laiturit Oy"})
    assert Customer.objects.count() == before + 1


def test_the_separator_makes_another_person(save: Save) -> None:
    one, _ = save(**PERSON)
    other, _ = save(**{**PERSON, "name": "Kalvasniemi Reijo", "personal_code": OTHER_CENTURY_SIGN})
    assert one != other


def test_what_an_update_leaves_empty_stays(save: Save) -> None:
    first, _ = save(**PERSON)
    assert first is not None
    changed, _ = save(
        number=first.number, einvoice_address="FI2112345600000785", einvoice_operator="NDEAFIHH"
    )
    assert changed is not None
    assert (changed.street, changed.einvoice_operator) == ("Hetepolku 3", "NDEAFIHH")


REFUSED = [
    # clause     rule                              update
    ("OC 2.2-j", "customer_code_wrong", {**PERSON, "personal_code": "010190-900R"}),
    ("OC 2.2-j", "customer_code_wrong", {**PERSON, "personal_code": "310290-900P"}),
    ("OC 2.2-b", "customer_business_id_wrong", {**COMPANY, "business_id": "9990101-5"}),
    ("OC 2.2-b", "customer_vat_id_wrong", {**COMPANY, "vat_id": "FI99901014"}),
    ("OC 2.2-d", "customer_person_without_code", {**PERSON, "personal_code": None}),
    ("OC 2.2-d", "customer_foreign_without_birth_date", {"kind": "foreign_person", "name": "Dimlund Frej"}),
    ("OC 2.2-d", "customer_kind_unclear", {"name": "Hetekorpi Aune"}),
    ("OC 2.2-i", "customer_state_unit_from_file", {**COMPANY, "kind": "state_unit"}),
    ("OC 2.2-i", "customer_state_unit_from_file", {"number": "30001", "town": "Kuopio"}),
    ("OC 2.2-a", "customer_number_unknown", {**PERSON, "number": "77777"}),
    ("OC 2.2-a", "customer_letter_number", {**PERSON, "number": "X000000001"}),
    ("OC 2.2-a", "customer_kind_differs", {"number": "10001", "kind": "company"}),
    ("OC 2.2-d", "customer_identity_differs", {"number": "10001", "personal_code": CODE}),
    ("OC 3.8-a", "customer_protected_with_address", {**PERSON, "protected": True}),
]


def test_a_faulty_update_is_refused_whole(save: Save) -> None:
    before = _numbers_changed()
    for clause, rule, update in REFUSED:
        customer, findings = save(row=9, **update)
        assert customer is None, (clause, rule)
        assert (rule, clause, 9) in [(one.rule, one.clause, one.row) for one in findings]
        assert all(CODE not in str(one.as_json()) for one in findings)
    assert _numbers_changed() == before


def test_a_company_by_a_state_units_id_is_no_new_customer(save: Save) -> None:
    agency = Customer.objects.get(number="30004")
    customer, findings = save(name=agency.name, business_id=agency.business_id)
    assert customer is None
    assert [one.clause for one in findings] == ["OC 2.2-i"]


def test_number_and_identity_of_two_customers_are_told_apart(save: Save) -> None:
    first, _ = save(**PERSON)
    second, _ = save(**{**PERSON, "name": "Kalvasniemi Reijo", "personal_code": OTHER_CENTURY_SIGN})
    assert first is not None
    assert second is not None
    assert "customer_identity_of_another" in _rules(
        save(number=first.number, personal_code=OTHER_CENTURY_SIGN)
    )


KINDS: list[tuple[dict[str, Any], str]] = [
    ({"name": "Hetekorpi Aune", "personal_code": CODE}, "person"),
    ({"name": "Soralahden Ruoppaus Oy", "business_id": "9990101-9"}, "company"),
    ({"name": "Tmi Hetekorpi", "business_id": "9990300-6", "personal_code": CODE}, "sole_trader"),
    ({"name": "Dimlund Siv", "birth_date": date(1980, 1, 2), "country": "SE"}, "foreign_person"),
    ({"name": "Rimfors Marin AB", "country": "SE"}, "foreign_company"),
]


def test_the_identity_says_what_kind_of_customer_it_is(save: Save) -> None:
    for fields, kind in KINDS:
        customer, _ = save(**fields)
        assert customer is not None, kind
        assert customer.kind == kind
        again, _ = save(**fields)
        assert again == customer


def test_a_protected_person_stands_in_a_series_of_their_own(save: Save) -> None:
    address = {"street": "PL 915", "postcode": "70201", "town": "Kuopio"}
    customer, findings = save(**{**PERSON, **address, "protected": True})
    assert customer is not None
    assert findings == []
    assert customer.number == "900009"  # after the eight of the demonstration
    assert (customer.protected, customer.safe_address, customer.street) == (True, True, "PL 915")


def test_a_person_who_becomes_protected_loses_the_address_and_changes_series(
    save: Save, world: KeyRing
) -> None:
    first, _ = save(**PERSON)
    assert first is not None
    customer, findings = save(number=first.number, protected=True)
    assert customer is not None
    assert customer.pk == first.pk
    assert customer.number == "900009"
    assert (customer.street, customer.postcode, customer.town) == ("", "", "")
    assert personal_code_of(customer, world) == CODE
    assert {"customer_number_changed", "customer_protected_without_way"} <= {one.rule for one in findings}


def test_no_update_takes_a_protection_away(save: Save) -> None:
    customer, findings = save(number="900001", street="Hallatie 1", postcode="70200", town="Kuopio")
    assert customer is None
    assert [one.rule for one in findings] == ["customer_protected_with_address"]
    assert Customer.objects.get(number="900001").protected


def test_an_own_system_keeps_up_its_own_customers_only(save: Save) -> None:
    update = {**COMPANY, "number": "M000000007"}
    mine, findings = save(unit="3930", cells={"sender": "SAARISTO-KAUPPA"}, **update)
    assert mine is not None
    assert findings == []
    assert mine.own_system_id is not None
    assert not mine.in_units.exists()
    assert _rules(save(unit="3910", **update)) == ["customer_letter_number"]


def test_letter_numbered_customers_are_not_extended(world: KeyRing) -> None:
    unit = Unit.objects.get(code="3910")
    with working_in([unit.pk]), pytest.raises(Refused) as refused:
        extend(Customer.objects.get(number="M000000001"), unit)
    assert [(one.rule, one.clause) for one in refused.value.findings] == [
        ("customer_not_extended", "OC 2.2-a")
    ]


def test_own_systems_customers_are_not_found_by_identity(world: KeyRing) -> None:
    own = Customer.objects.get(number="M000000005")
    assert find(business_id=own.business_id) is None
    assert find(number="M000000005") == own


def test_similar_customers_are_named_before_a_new_one_is_saved(save: Save) -> None:
    known = Customer.objects.get(number="20001")
    surname_last = " ".join(reversed(known.name.split()))
    assert known in candidates(known.name)
    assert known in candidates(surname_last, known.postcode)
    assert candidates("Ketunpesän Kirjakauppa Oy") == []
    customer, findings = save(kind="company", name=known.name, business_id="9990101-9")
    assert customer is not None
    assert [(one.rule, one.severity, one.clause) for one in findings] == [
        ("customer_like_others", "warning", "OC 2.2-a")
    ]


def test_a_customer_is_found_by_one_thing_at_a_time(world: KeyRing) -> None:
    with pytest.raises(TypeError):
        find(number="10001", business_id="9990101-9")
    with pytest.raises(TypeError):
        find(personal_code=CODE)
    assert find(personal_code="010190-900R", ring=world) is None
    assert find(business_id="9990101-5") is None
