"""What the database itself refuses in the registers, by the constraint's name."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connections
from django.db.backends.postgresql.psycopg_any import DateRange

from reskontra.database.session import working_in
from reskontra.kernel.secrets import KeyRing
from reskontra.registers.models import (
    Customer,
    CustomerInUnit,
    DimensionValue,
    Item,
    OwnSystem,
    Person,
    PostingAccount,
    PriceListEntry,
    Responsibility,
    RoleAssignment,
    Unit,
    UnitAccount,
    UnitTerm,
    VatRate,
)

ALWAYS = DateRange(date(2024, 1, 1), None)
SEALED, INDEX = b"sealed", b"index of another person"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _unit() -> Unit:
    return Unit.objects.get(code="3910")


def _system() -> OwnSystem:
    return OwnSystem.objects.get()


def _customer(**fields: Any) -> Callable[[], object]:
    given = {"number": "77001", "kind": "company", "name": "X", "sort_key": "x", "business_id": "9990101-9"}
    return lambda: Customer.objects.create(**{**given, **fields})


def _person(**fields: Any) -> Callable[[], object]:
    given = {
        "kind": "person",
        "business_id": "",
        "personal_code_sealed": SEALED,
        "personal_code_index": INDEX,
    }
    return _customer(**{**given, **fields})


def _price(**fields: Any) -> Callable[[], object]:
    item = {
        "unit": _unit,
        "item": lambda: Item.objects.get(code="1005"),
        "account": "30001000",
        "validity": ALWAYS,
    }
    return lambda: PriceListEntry.objects.create(
        **{name: value() if callable(value) else value for name, value in {**item, **fields}.items()}
    )


def _known_code() -> Callable[[], object]:
    return lambda: _person(personal_code_index=Customer.objects.get(number="10001").personal_code_index)()


REFUSALS: list[tuple[str, Callable[[], object]]] = [
    ("a_unit_code_is_two_to_six_digits", lambda: Unit.objects.create(code="39A0", business_id="x")),
    ("a_customer_is_of_a_known_kind", _customer(kind="estate")),
    ("letter_numbers_belong_to_own_systems", _customer(number="M000000009")),
    ("letter_numbers_belong_to_own_systems", lambda: _customer(own_system=_system())()),
    ("letter_numbers_belong_to_own_systems", lambda: _customer(number="m000000009", own_system=_system())()),
    ("a_letter_number_names_its_own_system", _customer(number="M000000009", own_system_id=10**6)),
    ("a_state_unit_has_its_partner_code", _customer(kind="state_unit")),
    ("only_a_state_unit_has_a_partner_code", _customer(partner_code="994010")),
    ("a_person_is_identified", _person(personal_code_sealed=None, personal_code_index=None)),
    (
        "a_person_is_identified",
        _person(kind="sole_trader", personal_code_sealed=None, personal_code_index=None, business_id="9990101-9"),
    ),
    ("a_foreign_person_has_a_code_or_a_birth_date", _customer(kind="foreign_person", business_id="")),
    ("a_business_is_identified", _customer(business_id="")),
    ("a_business_is_identified", _person(kind="sole_trader")),
    ("a_personal_code_is_sealed_and_indexed", _person(personal_code_sealed=None)),
    ("a_protected_person_has_only_a_safe_address", _person(protected=True, street="Hallatie 1")),
    ("a_protected_person_has_only_a_safe_address", _person(protected=True, town="Kuopio")),
    ("a_personal_code_is_one_customer", _known_code()),
    (
        "a_business_id_is_one_customer",
        lambda: _customer(business_id=Customer.objects.get(number="20001").business_id)(),
    ),
    (
        "a_customer_is_extended_once",
        lambda: CustomerInUnit.objects.create(
            unit=_unit(), customer=Customer.objects.get(number="10001"), number="10001"
        ),
    ),
    (
        "letter_numbered_customers_are_not_extended",
        lambda: CustomerInUnit.objects.create(
            unit=_unit(), customer=Customer.objects.get(number="M000000001"), number="M000000001"
        ),
    ),
    ("a_price_is_not_negative", _price(price="-0.01")),
    ("an_approval_has_a_person_and_a_time", _price(price="1", approved_at=NOON)),
    (
        "approved_prices_do_not_overlap",
        _price(price="1", approved_at=NOON, approved_by=lambda: Person.objects.get(username="ritva")),
    ),
    (
        "a_unit_has_one_term_at_a_time",
        lambda: UnitTerm.objects.create(
            unit=Unit.objects.get(code="3930"), key="smallest_invoice_amount", value="1", validity=ALWAYS, source="x"
        ),
    ),
    (
        "a_step_has_one_party_at_a_time",
        lambda: Responsibility.objects.create(
            unit=_unit(), step="run_invoicing", party="unit", validity=ALWAYS, clause="OC 3.9-b"
        ),
    ),
    (
        "a_step_is_done_by_the_unit_or_the_centre",
        lambda: Responsibility.objects.create(
            unit=_unit(), step="new", party="bank", validity=ALWAYS, clause="OC 3.9-b"
        ),
    ),
    (
        "a_vat_class_has_one_rate_a_day",
        lambda: VatRate.objects.create(
            vat_class="standard", category="S", percent="1", validity=ALWAYS, source="x", sourced=False
        ),
    ),
    (
        "an_event_posts_to_one_account_a_day",
        lambda: PostingAccount.objects.create(
            event="receivable", account="17500000", validity=ALWAYS, clause="OC 3.9-a"
        ),
    ),
    (
        "a_role_is_one_of_the_nine",
        lambda: RoleAssignment.objects.create(person=Person.objects.all()[0], role="XX", validity=ALWAYS),
    ),
    (
        "a_bank_account_is_for_income_or_expenditure",
        lambda: UnitAccount.objects.create(
            unit=_unit(), iban="FI2112345600000785", bic="X", purpose="both", account="1", validity=ALWAYS
        ),
    ),
    (
        "a_bank_account_is_named_once",
        lambda: UnitAccount.objects.create(
            unit=_unit(), iban=UnitAccount.objects.filter(unit=_unit())[0].iban, bic="X", purpose="income",
            account="1", validity=ALWAYS,
        ),
    ),
]  # fmt: skip


def test_the_database_refuses_what_breaks_a_register_by_name(world: KeyRing) -> None:
    units = list(Unit.objects.values_list("id", flat=True))
    refused = []
    for name, act in REFUSALS:
        with pytest.raises(IntegrityError) as error, working_in(units, None, "test"):
            act()
        refused.append((name, error.value.__cause__.diag.constraint_name))  # type: ignore[union-attr]
    assert [told for _, told in refused] == [name for name, _ in REFUSALS]


def test_an_unapproved_price_may_stand_beside_the_approved_one(world: KeyRing) -> None:
    with working_in([_unit().pk], None, "test"):
        _price(price="49.00")()


def test_one_person_may_be_consumer_and_trader_and_customer_of_an_own_system(world: KeyRing) -> None:
    index = Customer.objects.get(number="10001").personal_code_index
    with working_in(Unit.objects.values_list("id", flat=True), None, "test"):
        _person(kind="sole_trader", business_id="9990300-6", personal_code_index=index)()
        _person(number="M000000009", own_system=_system(), personal_code_index=index)()


def test_register_rows_change_and_are_never_deleted(world: KeyRing) -> None:
    for model in (Customer, Item, PriceListEntry, DimensionValue, Person):
        with (
            pytest.raises(Exception, match="permission denied"),
            working_in([_unit().pk]),
            connections["default"].cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")


def test_a_unit_sees_and_changes_only_its_own_prices(world: KeyRing) -> None:
    own, other = _unit(), Unit.objects.get(code="3920")
    with working_in([own.pk]):
        assert set(PriceListEntry.objects.values_list("unit_id", flat=True)) == {own.pk}
        assert PriceListEntry.objects.filter(unit=other).update(price=0) == 0
    with pytest.raises(Exception, match="row-level security"), working_in([own.pk]):
        _price(unit=lambda: other)()
