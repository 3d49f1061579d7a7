"""Numbers on suppliers' invoices: by prefix, by field, up to the first space or comma (EX 3-c)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reskontra.kernel.purchase_numbers import number_key, purchase_numbers


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("order", "V1123456", [("order", "V1123456", True)]),
        ("order", "V19000123", [("order", "V19000123", True)]),
        ("order", "v1123 Pirkko", [("order", "V1123", True)]),
        ("order", "V1123,Pirkko", [("order", "V1123", True)]),
        ("order", "Tilaus V1123", [("order", "V1123", True)]),
        ("order", "V1123/2", [("order", "V1123/2", True)]),
        ("order", "V1123, V1124 V1123", [("order", "V1123", True), ("order", "V1124", True)]),
        ("row_order", "V1123", [("order", "V1123", True)]),
        ("buyer_reference", "V1123", [("order", "V1123", False)]),
        ("accounting", "V1123", [("order", "V1123", False)]),
        ("buyer_reference", "VSK1000012 V", [("contract", "VSK1000012", True)]),
        ("order", "VSK1000012", [("contract", "VSK1000012", False)]),
        ("agreement", "VSK1000012", [("contract", "VSK1000012", False)]),
        ("accounting", "TK1SAHKO-2", [("posting", "TK1SAHKO-2", True)]),
        ("row_accounting", "TK1SAHKO", [("posting", "TK1SAHKO", True)]),
        ("buyer_reference", "TK1SAHKO", [("posting", "TK1SAHKO", False)]),
        ("order", "V1", []),
        ("order", "TK1", []),
        ("order", "VSK1", []),
        ("order", "V2123", []),
        ("order", "XV1123", []),
        ("order", "Ville", []),
        ("order", "", []),
        ("order", None, []),
    ],
)
def test_a_number_is_known_by_its_prefix_and_its_field(
    field: str, text: str | None, told: list[tuple[str, str, bool]]
) -> None:
    """EX 3-c"""
    found = [(one.kind, one.value, one.right_field) for one in purchase_numbers([(field, text)])]
    assert found == told


def test_a_number_in_two_fields_is_told_once_from_the_right_one() -> None:
    """EX 3-c"""
    (found,) = purchase_numbers([("buyer_reference", "V1123"), ("order", "V1123"), ("agreement", "V1123")])
    assert (found.field, found.right_field) == ("order", True)


@given(st.text(), st.sampled_from(["order", "buyer_reference", "accounting"]))
def test_whatever_stands_in_a_field_a_number_has_its_prefix_and_no_space(text: str, field: str) -> None:
    """EX 3-c"""
    prefixes = {"order": "V1", "contract": "VSK1", "posting": "TK1"}
    for one in purchase_numbers([(field, text)]):
        assert one.value.startswith(prefixes[one.kind])
        assert not set(one.value) & set(" ,\t\n")
        assert len(one.value) <= 70


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("17", "0017", True), ("A-17", "a-17", True), ("1 7", "17", True), ("170", "17", False), ("A017", "A17", False)],
)  # fmt: skip
def test_numbers_are_the_same_without_spaces_case_and_leading_zeros(one: str, other: str, same: bool) -> None:
    """EX 5-a"""
    assert (number_key(one) == number_key(other)) is same
