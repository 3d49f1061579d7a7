# ruff: noqa: E501 - tables of one line for each case
"""Card statements: what adds up is read, what hides a card number is not kept (EX 4-a)."""

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reskontra.documents.card_statement import CardStatement
from reskontra.documents.findings import Refused
from reskontra.exchange.reading import read_documents
from reskontra.formats.cards import reader
from reskontra.formats.cards.numbers import holds_card_number

GOLDEN = Path(__file__).parent / "golden" / "statement.json"
HEAD: Mapping[str, str] = {
    "card_statement": "1", "number": "2026-03-4711", "company": "Kortbolaget", "invoice": "88123", "period_from": "2026-03-01",
    "period_until": "2026-03-31", "currency": "EUR", "purchases": "3", "total": "145.60",
}  # fmt: skip
FUEL: Mapping[str, str] = {
    "card": "1234", "holder": "Mia M", "day": "2026-03-02", "merchant": "Bränsle, Vasa", "country": "FI", "amount": "100.00",
    "currency": "EUR", "original_amount": "", "original_currency": "", "vat_percent": "25.5", "vat": "20.32", "receipt": "R-1",
}  # fmt: skip
HOTEL: Mapping[str, str] = {
    **FUEL, "day": "2026-02-27", "merchant": "Hotell, Uppsala", "country": "SE", "amount": "50.60", "original_amount": "561.00",
    "original_currency": "SEK", "vat_percent": "", "vat": "", "receipt": "R-2",
}  # fmt: skip
REFUND: Mapping[str, str] = {
    **FUEL,
    "card": "5678",
    "holder": "Bilpool",
    "amount": "-5.00",
    "vat_percent": "",
    "vat": "-1.02",
    "receipt": "",
}
ROWS = (FUEL, HOTEL, REFUND)
# A number of the kind that schemes publish for tests: no such card exists.
CARD_NUMBER = "4111111111111111"


def statement(*rows: Mapping[str, str], **head: str) -> bytes:
    """A statement that tells its own count and sum rightly unless ``head`` says otherwise."""
    total = sum(
        (Decimal(row["amount"]) for row in rows if re.fullmatch(r"-?\d+\.\d\d", row["amount"])),
        Decimal("0.00"),
    )
    told = {**HEAD, "purchases": str(len(rows)), "total": f"{total:.2f}", **head}
    lines = [list(reader.HEAD), [told[name] for name in reader.HEAD], list(reader.HEADING)]
    lines += [[row[name] for name in reader.HEADING] for row in rows]
    return "".join(";".join(line) + "\r\n" for line in lines).encode()


def read(*rows: Mapping[str, str], **head: str) -> CardStatement:
    (found,) = reader.read(statement(*rows, **head))
    return found


def test_a_statement_reads_as_the_golden_document() -> None:
    """EX 4-a"""
    found = read(*ROWS)
    assert found.findings == ()
    assert json.loads(GOLDEN.read_text("utf-8")) == found.as_json()
    assert list(read_documents(statement(*ROWS), "x")) == [found]


def test_the_example_of_the_documentation_is_read() -> None:
    """EX 4-a"""
    page = Path(__file__).parents[3] / "docs" / "card-statements.md"
    example = page.read_text("utf-8").split("```\n")[1]
    (found,) = reader.read(example.encode())
    assert (found.findings, found.total, len(found.purchases)) == ((), Decimal("145.60"), 3)


def test_a_statement_without_purchases_is_one() -> None:
    assert (read().purchases, read().total) == ((), Decimal("0.00"))


HIDDEN = {
    "plain": CARD_NUMBER,
    "in fours": "4111 1111 1111 1111",
    "with hyphens": "4111-1111-1111-1111",
    "with dots": "4111.1111.1111.1111",
    "with no-break spaces": "4111\u00a01111\u00a01111\u00a01111",
    "in full width": "\uff14\uff11\uff11\uff11 1111 1111 1111",
    "in a text": f"kort {CARD_NUMBER}, tack",
    "of fifteen digits": "378282246310005",
    "of another scheme": "5555555555554444",
    "of the two series": "2223003122003222",
}


@pytest.mark.parametrize("column", ["card", "holder", "merchant", "receipt", "amount"])
@pytest.mark.parametrize("case", HIDDEN)
def test_a_whole_card_number_refuses_the_file_and_is_never_repeated(case: str, column: str) -> None:
    """EX 4-a"""
    with pytest.raises(Refused) as refusal:
        reader.read(statement(FUEL, {**HOTEL, column: HIDDEN[case]}))
    (finding,) = refusal.value.findings
    assert (finding.rule, finding.row, finding.value, dict(finding.detail)) == (
        "card_number_in_file",
        5,
        None,
        {},
    )


def test_a_card_number_in_the_head_or_a_heading_refuses_the_file_too() -> None:
    for data in (
        statement(FUEL, number=CARD_NUMBER),
        statement(FUEL).replace(b"holder", CARD_NUMBER.encode()),
    ):
        with pytest.raises(Refused) as refusal:
            reader.read(data)
        assert refusal.value.findings[0].rule == "card_number_in_file"


def test_a_damaged_statement_hides_no_card_number() -> None:
    """EX 4-a"""
    damaged = statement({**FUEL, "holder": f"Å {CARD_NUMBER}"}).decode().encode("latin-1")
    finding = reader.must_not_be_kept(damaged)
    assert finding is not None
    assert (finding.rule, finding.row, finding.value) == ("card_number_in_file", 4, None)
    assert reader.must_not_be_kept(statement(*ROWS)) is None
    assert reader.must_not_be_kept(f"another file;{CARD_NUMBER}".encode()) is None


@pytest.mark.parametrize(
    "text",
    [
        "1234",
        "4111111111111112",
        "2026-03-02",
        "0123456789012",
        "111111111111111111111",
        "1111111111111117",
        "R-4111",
        "41111111111111",
    ],
)
def test_what_is_no_card_number_is_kept(text: str) -> None:
    assert not holds_card_number(text)


@given(st.integers(10**14, 10**15 - 1), st.sampled_from([" ", "-", "", "."]))
def test_of_ten_numbers_of_a_scheme_one_has_the_right_check_digit(body: int, between: str) -> None:
    digits = f"4{body}"[:15]
    numbers = [between.join(f"{digits}{check}") for check in range(10)]
    assert sum(map(holds_card_number, numbers)) == 1


WRONG: dict[str, tuple[Mapping[str, str], str, str]] = {
    "three digits": ({"card": "234"}, "card_last_four_digits", "card"),
    "a card behind stars": ({"card": "****1234"}, "card_last_four_digits", "card"),
    "no holder": ({"holder": ""}, "card_value", "holder"),
    "no merchant": ({"merchant": " "}, "card_value", "merchant"),
    "a merchant of 141 characters": ({"merchant": "x" * 141}, "card_value", "merchant"),
    "no day": ({"day": ""}, "card_value", "day"),
    "a day that is none": ({"day": "2026-02-30"}, "card_value", "day"),
    "the day after the period": ({"day": "2026-04-01"}, "card_day_after_period", "day"),
    "no country": ({"country": "XX"}, "card_value", "country"),
    "an amount with a comma": ({"amount": "100,00"}, "card_value", "amount"),
    "an amount of zero": ({"amount": "0.00", "vat": ""}, "card_value", "amount"),
    "another currency": ({"currency": "SEK"}, "card_currency_differs", "currency"),
    "an original amount without a currency": ({"original_amount": "5.00"}, "card_original_in_two_parts", "original_currency"),
    "a currency without an amount": ({"original_currency": "SEK"}, "card_original_in_two_parts", "original_currency"),
    "an original amount of the other sign": ({"original_amount": "-561.00", "original_currency": "SEK"}, "card_sign_differs", "original_amount"),
    "VAT of the whole amount": ({"vat": "100.00"}, "card_vat_not_within_amount", "vat"),
    "VAT of the other sign": ({"vat": "-20.32"}, "card_vat_not_within_amount", "vat"),
    "a rate of three digits": ({"vat_percent": "100"}, "card_value", "vat_percent"),
    "a personal code": ({"holder": "010190-900P"}, "form_personal_code_in_text", "holder"),
    "a receipt again": ({"receipt": "R-2"}, "card_receipt_twice", "receipt"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_each_finding_names_its_row_and_its_column(case: str) -> None:
    """EX 4-a"""
    changed, rule, column = WRONG[case]
    found = read(HOTEL, {**FUEL, **changed})
    assert [(finding.rule, finding.row, finding.column) for finding in found.findings] == [(rule, 5, column)]
    assert "900P" not in json.dumps(found.as_json())


def test_what_stands_on_the_bounds_is_right() -> None:
    edge = {**FUEL, "day": "2026-03-31", "vat": "99.99", "merchant": "x" * 140}
    before = {**FUEL, "day": "2026-02-01", "vat": "0.00", "receipt": "R-9"}
    found = read(edge, before)
    assert found.findings == ()
    assert [one.day for one in found.purchases] == [date(2026, 3, 31), date(2026, 2, 1)]


REFUSED: dict[str, tuple[str, bytes]] = {
    "a count too high": ("card_counts_disagree", statement(*ROWS, purchases="4")),
    "a count too low": ("card_counts_disagree", statement(*ROWS, purchases="2")),
    "a cent more": ("card_counts_disagree", statement(*ROWS, total="145.61")),
    "a cent less": ("card_counts_disagree", statement(*ROWS, total="145.59")),
    "another version": ("card_head_value", statement(*ROWS, card_statement="2")),
    "no number": ("card_head_value", statement(*ROWS, number="")),
    "no company": ("card_head_value", statement(*ROWS, company="")),
    "a period that ends before it begins": ("card_head_value", statement(*ROWS, period_until="2026-02-28")),
    "an unknown currency": ("card_head_value", statement(*ROWS, currency="EUX")),
    "a personal code for a company": ("card_head_value", statement(*ROWS, company="010190-900P")),
    "cut off": ("card_statement_not_read", statement(*ROWS)[:-40]),
    "a row taken away": ("card_counts_disagree", b"".join(statement(*ROWS).splitlines(keepends=True)[:-1])),
    "Latin-1": ("card_statement_not_read", statement(*ROWS).decode().encode("latin-1")),
    "a NUL": ("card_statement_not_read", statement({**FUEL, "holder": "M\x00"})),
    "a line break in a field": ("card_statement_not_read", statement({**FUEL, "holder": '"a\nb"'})),
    "an open quote": ("card_statement_not_read", statement({**FUEL, "holder": '"a'})),
    "a column more": ("card_statement_not_read", statement({**FUEL, "holder": "a;b"})),
    "another heading": ("card_statement_not_read", statement(FUEL).replace(b"merchant", b"shop")),
    "only its head": ("card_statement_not_read", statement().split(b"card;")[0]),
    "an empty line": ("card_statement_not_read", statement(*ROWS).replace(b"\r\n5678", b"\r\n\r\n5678")),
    "an empty line before all": ("card_statement_not_read", b"\n" + statement(*ROWS)),
    "one line": ("card_statement_not_read", b"card_statement;number"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_trusted_is_refused_as_a_whole(case: str) -> None:
    """EX 4-a"""
    rule, data = REFUSED[case]
    with pytest.raises(Refused) as refusal:
        reader.read(data)
    assert [finding.rule for finding in refusal.value.findings] == [rule]


def test_a_file_that_is_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_BYTES", 100)
    with pytest.raises(Refused) as refusal:
        reader.read(statement(*ROWS))
    assert refusal.value.findings[0].detail == {"reason": "size"}


@given(st.binary(max_size=300))
def test_any_bytes_are_a_statement_or_refused(tail: bytes) -> None:
    try:
        found = reader.read(statement(*ROWS) + tail)
    except Refused:
        return
    assert found[0].total == Decimal("145.60")


@given(st.lists(st.decimals(min_value=-10_000, max_value=10_000, places=2).filter(bool), max_size=10))
def test_a_statement_holds_every_purchase_to_the_cent(amounts: list[Decimal]) -> None:
    found = read(*[{**FUEL, "amount": f"{amount:.2f}", "vat": "", "receipt": ""} for amount in amounts])
    assert [one.amount for one in found.purchases] == amounts
    assert found.total == sum(amounts, Decimal(0))


def test_rules_and_sentences_are_the_same() -> None:
    texts = tomllib.loads(files("reskontra.texts").joinpath("cards.toml").read_text("utf-8"))
    source = Path(reader.__file__).read_text("utf-8")
    named = set(re.findall(r'"(card_[a-z_]+)"', source)) - {"card_statement"}
    assert named == {key.removeprefix("finding.") for key in texts}
    for sentences in texts.values():
        assert set(sentences) == {"sv", "fi", "en"}
        assert len({frozenset(re.findall(r"\{(\w+)\}", sentence)) for sentence in sentences.values()}) == 1
