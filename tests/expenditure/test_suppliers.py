"""The register of suppliers: found by identity, added once, accounts told by one and approved by another (EX 5, 9)."""

import threading
from datetime import date
from typing import Any

import pytest
from django.db import connections

from cast import AT, DAY, HARBOUR, business_id, iban, inside, person, unit
from reskontra.database.refused import ActRefused
from reskontra.documents.findings import Refused
from reskontra.kernel.terms import terms_on
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.registers.addresses import is_address_payable
from reskontra.registers.models import Supplier, SupplierAccount
from reskontra.registers.policy import NotAllowed
from reskontra.registers.suppliers import (
    AccountNotApprovable,
    SupplierDraft,
    account_may_be_paid_to,
    approve_account,
    end_account,
    find,
    is_technical_id,
    new_supplier,
    tell_account,
)

pytestmark = pytest.mark.usefixtures("database")
ACCOUNT, OTHER_ACCOUNT = iban("99008001000001"), iban("99008001000002")


def _new(name: str = "Koepaja Oy", **told: Any) -> Supplier:
    values = {"kind": "company", "business_id": business_id(8001)} | told
    with inside(unit()):
        return new_supplier(person("cecilia"), DAY, SupplierDraft(name=name, **values))


def _tell(supplier: Supplier, account: str = ACCOUNT, who: str = "cecilia", **told: Any) -> SupplierAccount:
    with inside(unit()):
        return tell_account(person(who), AT, supplier, account, "supplier", **told)


def _approve(account: SupplierAccount, who: str = "petra") -> SupplierAccount:
    with inside(unit()):
        return approve_account(person(who), AT, account)


def test_a_supplier_is_found_by_the_strongest_of_what_is_known() -> None:
    """EX 5.1-a"""
    firm = _new()
    saara = _new("Koe Saara", kind="person", business_id="", technical_id="4140276-0")
    probe = _new("Probe GmbH", kind="foreign_company", business_id="", vat_id="DE136695976", country="DE")
    told = _tell(firm)
    written = business_id(8001).replace("-", "")
    for known, supplier, by in (
        ({"business_id": business_id(8001), "vat_id": "DE136695976"}, firm, "business_id"),
        ({"business_id": f"{written[:7]}-{written[7]}"}, firm, "business_id"),
        ({"business_id": "4140276-0"}, saara, "technical_id"),
        ({"technical_id": "4140276-0"}, saara, "technical_id"),
        ({"vat_id": "de 136695976"}, probe, "vat_id"),
        ({"name": "KOEPAJA OY"}, firm, "name"),
    ):
        found = find(**known)
        assert found is not None
        assert (found.supplier.pk, found.by) == (supplier.pk, by)
    assert find(iban=ACCOUNT) is None  # told, not approved
    _approve(told)
    found = find(iban=ACCOUNT, name="Probe GmbH")
    assert found is not None
    assert (found.supplier.pk, found.by) == (firm.pk, "account")
    _approve(_tell(probe))
    assert find(iban=ACCOUNT) is None  # two hold it
    assert find(business_id=business_id(8009)) is None
    assert find() is None


def test_two_of_one_name_are_not_guessed_between() -> None:
    """EX 5.1-a"""
    _new("Koepaja Oy")
    _new("Koepaja Oy", business_id=business_id(8002))
    assert find(name="Koepaja Oy") is None


@pytest.mark.parametrize(
    ("written", "holds"),
    [("4140276-0", True), ("4311299-0", True), ("4010100-0", True), ("4000190-0", False), ("4320190-0", False),
     ("4011390-0", False), ("4140276-1", False), ("3140276-0", False), ("140276-0", False)],
)  # fmt: skip
def test_a_technical_id_is_four_the_day_of_birth_and_zero(written: str, holds: bool) -> None:
    """EX 5.1-a"""
    assert is_technical_id(written) is holds


@pytest.mark.parametrize(
    ("draft", "rules"),
    [
        (SupplierDraft("company", "Koe Oy"), ["supplier_not_identified"]),
        (SupplierDraft("company", " ", business_id=business_id(8001)), ["supplier_name_missing"]),
        (SupplierDraft("company", "Koe Oy", business_id="9900001-1"), ["supplier_business_id"]),
        (SupplierDraft("person", "Koe Saara"), ["supplier_not_identified"]),
        (SupplierDraft("person", "Koe Saara", technical_id="4320190-0"), ["supplier_technical_id"]),
        (SupplierDraft("person", "Koe", technical_id="4140276-0", street="010190-900P"), ["supplier_personal_code"]),
        (SupplierDraft("foreign_company", "Probe GmbH", vat_id="DE1"), ["supplier_vat_id"]),
    ],
)  # fmt: skip
def test_a_draft_that_identifies_nobody_is_refused_with_every_reason(
    draft: SupplierDraft, rules: list[str]
) -> None:
    """EX 5.1-a"""
    with inside(unit()), pytest.raises(Refused) as refused:
        new_supplier(person("cecilia"), DAY, draft)
    assert [one.rule for one in refused.value.findings] == rules
    for one in refused.value.findings:
        assert "900P" not in f"{one}"
        for language in LANGUAGES:
            told = text(f"finding.{one.rule}", language, value=one.value, column=one.column)
            assert "{" not in told


def test_a_business_id_is_one_supplier_and_numbers_run() -> None:
    """EX 5.1-a"""
    first = _new()
    second = _new("Koepaja Kaksi Oy", business_id=business_id(8002))
    assert int(second.number) == int(first.number) + 1
    with pytest.raises(ActRefused) as refused:
        _new("Koepaja Oy")
    assert refused.value.constraint == "a_business_id_is_one_supplier"


def test_two_who_add_at_once_get_two_numbers() -> None:
    """EX 5.1-a"""
    numbers: list[str] = []

    def one(place: int) -> None:
        try:
            numbers.append(_new(f"Koe {place} Oy", business_id=business_id(8010 + place)).number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(place,)) for place in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(set(numbers)) == 2


def test_money_goes_to_an_account_once_a_second_person_has_approved_it() -> None:
    """EX 9-c"""
    supplier = _new()
    account = _tell(supplier, verification="match")
    assert not account_may_be_paid_to(supplier, ACCOUNT, DAY)
    with pytest.raises(ActRefused) as refused:
        _approve(account, "cecilia")
    assert refused.value.constraint == "who_tells_a_supplier_account_does_not_approve_it"
    _approve(account)
    assert account_may_be_paid_to(supplier, ACCOUNT, DAY)
    assert not account_may_be_paid_to(supplier, OTHER_ACCOUNT, DAY)
    with inside(unit()):
        end_account(person("cecilia"), DAY, account)
    assert not account_may_be_paid_to(supplier, ACCOUNT, DAY)
    assert account_may_be_paid_to(supplier, ACCOUNT, date(2026, 3, 15))
    again = _approve(_tell(supplier))
    assert again.pk != account.pk
    Supplier.objects.filter(pk=supplier.pk).update(blocked="bankrupt")
    assert not account_may_be_paid_to(Supplier.objects.get(pk=supplier.pk), ACCOUNT, DAY)


def test_an_account_is_approved_once_and_never_against_the_payees_bank() -> None:
    """EX 9-c"""
    supplier = _new()
    account = _approve(_tell(supplier))
    with pytest.raises(AccountNotApprovable) as refused:
        _approve(account, "petra")
    assert refused.value.reason == "approved"
    unknown = _tell(supplier, OTHER_ACCOUNT, verification="none")
    with pytest.raises(AccountNotApprovable) as refused:
        _approve(unknown)
    assert refused.value.reason == "no_match"
    with inside(unit()):
        ended = end_account(person("cecilia"), DAY, unknown)
    with pytest.raises(AccountNotApprovable) as refused:
        _approve(ended)
    assert refused.value.reason == "ended"


def test_an_account_is_an_iban_from_a_known_source_told_once_by_the_centre() -> None:
    """EX 9-c"""
    supplier = _new()
    account = _tell(
        supplier, f"{ACCOUNT[:4]} {ACCOUNT[4:]}", verification="close", verified_name="Koepaja Ltd"
    )
    assert (account.iban, account.verified_name, account.verified_at) == (ACCOUNT, "Koepaja Ltd", AT)
    with pytest.raises(ActRefused) as twice:
        _tell(supplier)
    assert twice.value.constraint == "a_supplier_has_an_account_once"
    with pytest.raises(Refused):
        _tell(supplier, "FI0000000000000000")
    with pytest.raises(NotAllowed):
        _tell(supplier, OTHER_ACCOUNT, who="kirsi")
    with pytest.raises(NotAllowed):
        _approve(account, "gunnar")
    with pytest.raises(ValueError, match="known"):
        _tell(supplier, OTHER_ACCOUNT, verification="perhaps")


@pytest.mark.parametrize(
    ("on", "address", "form", "rules"),
    [
        ("2026-11-15", {"street": "Koetie 1", "postcode": "00999", "town": "Koela"}, "structured", []),
        ("2026-11-15", {"street": "Koetie 1", "postcode": "00999"}, "structured", ["supplier_town_missing"]),
        ("2026-11-15", {}, "none", []),
        ("2026-11-14", {"address_lines": "Koetie 1, 00999 Koela"}, "unstructured", []),
        ("2026-11-15", {"address_lines": "Koetie 1, 00999 Koela"}, "unstructured", ["supplier_address_unsorted"]),
        ("2026-11-15", {"address_lines": "c/o Koe\nKoetie 1", "town": "Koela"}, "hybrid", []),
        ("2026-11-15", {"address_lines": "a\nb\nc", "town": "Koela"}, "hybrid", ["supplier_address_lines"]),
        ("2026-11-15", {"address_lines": "a\r\n \n\nb\n", "town": "Koela"}, "hybrid", []),
        ("2026-11-15", {"address_lines": "a" * 70, "town": "Koela"}, "hybrid", []),
        ("2026-11-15", {"address_lines": "a" * 71, "town": "Koela"}, "hybrid", ["supplier_address_line_long"]),
        ("2026-11-14", {"address_lines": "a\nb", "street": "K 1"}, "unstructured", ["supplier_address_lines"]),
        ("2026-11-15", {"address_lines": " \n"}, "none", []),
        ("2026-11-15", {"street": "K 1", "town": "Koela", "country": "fi"}, "structured", ["supplier_country_wrong"]),
    ],
)  # fmt: skip
def test_an_address_is_payable_by_its_form_and_the_day(
    on: str, address: dict[str, str], form: str, rules: list[str]
) -> None:
    """EX 9-b"""
    told = is_address_payable(Supplier(number="1", **address), terms_on(date.fromisoformat(on), {}))
    assert (told.form, [one.rule for one in told.findings], told.payable) == (form, rules, not rules)
    assert unit(HARBOUR)
