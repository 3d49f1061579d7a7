"""The day's files: the same every time, readable as they are meant to be, wrong where they are meant to be."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from reskontra.demo.material import Material, write_day
from reskontra.demo.world import price_list, records
from reskontra.documents.billing_request import BillingRequest
from reskontra.documents.findings import Refused
from reskontra.formats.workbooks.billing import counts_agree, read_billing
from reskontra.formats.workbooks.customers import read_customers
from reskontra.kernel.identifiers import find_personal_codes, is_business_id, is_test_personal_code


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Material]:
    return write_day(tmp_path_factory.mktemp("day"))


def _read(material: Material) -> BillingRequest:
    return read_billing(material.path.read_bytes(), material.path.name)


def _billing(day: Sequence[Material]) -> list[Material]:
    return [one for one in day if one.orders]


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_the_day_is_the_same_every_time(day: Sequence[Material], tmp_path: Path) -> None:
    again = write_day(tmp_path / "again")
    assert _digests(tmp_path / "again") == _digests(day[0].path.parent)
    assert [(one.note, one.faults) for one in again] == [(one.note, one.faults) for one in day]


def test_another_day_has_files_of_its_own(tmp_path: Path) -> None:
    written = write_day(tmp_path, date(2026, 3, 17))
    assert all("20260317" in one.path.name for one in written)


def test_the_day_has_some_nine_hundred_orders(day: Sequence[Material]) -> None:
    assert 880 <= sum(one.orders for one in _billing(day)) <= 940
    assert 2200 <= sum(one.lines for one in _billing(day)) <= 2450


def test_every_file_says_what_it_holds(day: Sequence[Material]) -> None:
    for material in _billing(day):
        request = _read(material)
        assert (len(request.orders), len(request.rows)) == (material.orders, material.lines)
        assert counts_agree(request) == []


def test_each_unit_writes_in_its_own_way(day: Sequence[Material]) -> None:
    first = {one.unit: _read(one) for one in reversed(_billing(day)) if one.kind == "billing_request"}
    assert {unit: (one.source, one.language) for unit, one in first.items()} == {
        "3910": ("workbook", "fi"),
        "3920": ("workbook", "sv"),
        "3930": ("csv", "en"),
    }
    assert list(first["3910"].labels) != list(first["3920"].labels)
    (feed,) = [_read(one) for one in day if one.kind == "own_system"]
    assert feed.sender == records("own_systems")[0]["sender"]


def test_what_the_form_finds_wrong_is_what_is_wrong_on_purpose(day: Sequence[Material]) -> None:
    for material in _billing(day):
        request = _read(material)
        of_row = {row.row: row.order for row in request.rows}
        found = {
            (request.orders[of_row[one.row]].key, one.rule)
            for one in request.findings
            if one.severity == "error" and one.row is not None
        }
        meant = {(one.key, one.leads_to) for one in material.faults if one.leads_to.startswith("form_")}
        repeated = {key for key, rule in found if rule == "form_order_key_repeated"}
        assert repeated == {one.key for one in material.faults if one.leads_to == "order_key_twice"}
        assert {one for one in found if one[1] != "form_order_key_repeated"} == meant, material.path.name


def test_every_item_that_is_not_wrong_on_purpose_is_sold_on_its_day(day: Sequence[Material]) -> None:
    for material in _billing(day):
        wrong = {one.key for one in material.faults}
        for order in _read(material).orders:
            assert order.service_date is not None
            sold = {one.code for one in price_list(material.unit, order.service_date)}
            if order.key not in wrong:
                assert {line.item for line in order.lines} <= sold


def test_every_customer_that_is_not_wrong_on_purpose_is_known_or_new(day: Sequence[Material]) -> None:
    known = {row["number"] for row in records("customers")}
    (update,) = [one for one in day if one.kind == "customer_update"]
    new = {
        identity
        for one in read_customers(update.path.read_bytes(), update.path.name).customers
        for identity in (one.personal_code, one.business_id)
        if identity and one.number is None
    }
    named = 0
    for material in _billing(day):
        wrong = {one.key for one in material.faults}
        for order in _read(material).orders:
            if order.key in wrong:
                continue
            if order.customer.number is None:
                assert order.customer.identity in new | {row["personal_code"] for row in records("customers")}
                named += order.customer.identity in new
            else:
                assert order.customer.number in known
    assert named >= 13


def test_all_the_faults_of_an_ordinary_day_are_there(day: Sequence[Material]) -> None:
    assert {fault.leads_to for one in day for fault in one.faults} == {
        "ITEM_NOT_ON_PRICE_LIST", "OFF_LIST_PRICE", "NO_STANDARD_PRICE", "PRICE_MISSING", "LEGAL_BASIS_MISSING",
        "STATE_UNIT_WITHOUT_E_ADDRESS", "ORIGINAL_UNKNOWN", "PROTECTED_WITHOUT_SAFE_WAY", "MIXED_LAW",
        "BELOW_SMALLEST_AMOUNT", "CUSTOMER_OF_OWN_SYSTEM", "form_identity_not_valid", "form_not_a_number",
        "attachment_missing", "order_key_twice", "file_formula_in_cell", "counts_disagree",
        "form_personal_code_not_valid", "customer_protected_with_address", "customer_person_name",
        "customer_care_of_in_name", "customer_state_unit_from_file",
    }  # fmt: skip


def test_an_order_that_is_too_small_is_its_customers_only_one(day: Sequence[Material]) -> None:
    for unit in ("3910", "3920", "3930"):
        small = {
            (material.unit, fault.key)
            for material in _billing(day)
            for fault in material.faults
            if fault.leads_to == "BELOW_SMALLEST_AMOUNT" and material.unit == unit
        }
        orders = [
            (unit, one)
            for material in _billing(day)
            if material.unit == unit
            for one in _read(material).orders
        ]
        of_customer = Counter(one.customer.number for _, one in orders if one.customer.number)
        assert small
        assert all(
            of_customer[one.customer.number or ""] == 1 for unit, one in orders if (unit, one.key) in small
        )


def test_one_file_comes_twice_and_one_comes_corrected(day: Sequence[Material]) -> None:
    first, again, corrected = (one for one in day if one.unit == "3910" and "billing" in one.path.name and (
        one.orders or "again" in one.path.name
    ))  # fmt: skip
    assert again.path.read_bytes() == first.path.read_bytes()
    keys = {order.key for order in _read(first).orders}
    sent_again = _read(corrected)
    assert {order.key for order in sent_again.orders} <= keys
    assert sent_again.findings == ()
    wrong = {one.key for one in first.faults}
    assert {order.key in wrong for order in sent_again.orders} == {True, False}


def test_small_mistakes_refuse_the_whole_file(day: Sequence[Material]) -> None:
    (formula,) = [one for one in day if "formula" in one.path.name]
    (counts,) = [one for one in day if "counts" in one.path.name]
    with pytest.raises(Refused) as refused:
        _read(formula)
    assert [(one.rule,) for one in refused.value.findings] == [(formula.faults[0].leads_to,)]
    assert [one.rule for one in counts_agree(_read(counts))] == [counts.faults[0].leads_to]


def test_attachments_lie_beside_and_are_whole_documents(day: Sequence[Material]) -> None:
    folder = day[0].path.parent
    named = {name for one in _billing(day) for order in _read(one).orders for name in order.attachments}
    beside = {path.name for path in folder.glob("*.pdf")}
    assert named - beside == {"unohtui.pdf"}
    assert beside <= named
    for name in beside:
        data = (folder / name).read_bytes()
        assert data.startswith(b"%PDF-")
        table = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
        assert data[table:].startswith(b"xref")
        for number, place in enumerate(data[table:].splitlines()[3:8], start=1):
            assert data[int(place.split()[0]) :].startswith(b"%d 0 obj" % number)


def test_nothing_in_the_files_is_anybodys(day: Sequence[Material]) -> None:
    codes: list[str] = []
    for material in day:
        if material.kind == "customer_update":
            update = read_customers(material.path.read_bytes(), material.path.name)
            codes += [one.personal_code for one in update.customers if one.personal_code]
            ids = [one.business_id for one in update.customers if one.business_id]
            assert all(is_business_id(one) and one.startswith("99") for one in ids)
        elif material.orders:
            texts = " ".join(text for row in _read(material).rows for text in row.cells.values())
            codes += find_personal_codes(texts)
    assert len(codes) > 20
    assert all(map(is_test_personal_code, codes))
