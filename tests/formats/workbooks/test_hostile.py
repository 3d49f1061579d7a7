"""Harmful files are refused, in bounded memory, and never bring the process down (promises P20, P23; D23)."""

import random
import tracemalloc
from collections.abc import Callable

import pytest
from hostile import CORPUS
from workbook_cast import ROWS, by_hand, csv_file, request, request_file, rows_markup

from reskontra.documents.billing_request import BillingRequest, CustomerUpdates
from reskontra.documents.findings import Refused
from reskontra.formats.workbooks.billing import read_billing
from reskontra.formats.workbooks.customers import read_customers
from reskontra.kernel.texts import text

BOMBS = (
    "five million empty rows",
    "one text used everywhere",
    "200,000 levels",
    "many attributes",
    "a row of 3 MB",
    "100,000 merged cells",
)
MOST_MEMORY = 256 * 1024 * 1024


@pytest.mark.parametrize("name", CORPUS)
def test_a_harmful_file_is_refused_by_the_rule_that_names_it(name: str) -> None:
    rule, made = CORPUS[name]
    data = made()
    with pytest.raises(Refused) as refusal:
        read_billing(data, "file.xlsx")
    assert [finding.rule for finding in refusal.value.findings] == [rule]


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_little_memory(name: str) -> None:
    data = CORPUS[name][1]()
    tracemalloc.start()
    try:
        with pytest.raises(Refused):
            read_billing(data, "file.xlsx")
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()


def test_the_corpus_is_large_enough_and_every_refusal_has_its_sentence() -> None:
    assert len(CORPUS) >= 40
    for rule, _ in CORPUS.values():
        for language in ("sv", "fi", "en"):
            assert "{" not in text(
                f"finding.{rule}", language, value="v", row=1, column="c", where="w", limit=1
            )


@pytest.mark.parametrize("seed", range(4))
def test_changed_bytes_of_a_workbook_give_a_document_or_a_refusal_and_nothing_else(seed: int) -> None:
    dice = random.Random(seed)
    sound = [request_file(request(), {"Antal rader": 3}), by_hand(_markup())]
    read = 0
    for turn in range(60):
        data = bytearray(sound[turn % 2])
        for _ in range(dice.choice((1, 1, 2, 5, 40))):
            at = dice.randrange(len(data))
            change = dice.choice(("flip", "cut", "double", "zero"))
            if change == "flip":
                data[at] ^= 1 << dice.randrange(8)
            elif change == "cut":
                del data[at : at + dice.randrange(1, 30)]
            elif change == "double":
                data[at:at] = data[at : at + dice.randrange(1, 30)]
            else:
                data[at] = 0
        read += _read_or_refused(read_billing, bytes(data))
    assert read < 60


@pytest.mark.parametrize("seed", range(4))
def test_changed_markup_inside_a_sound_zip_gives_a_document_or_a_refusal(seed: int) -> None:
    """Behind the checksums, where changed bytes never come: markup changed before it is packed."""
    dice = random.Random(seed)
    pieces = [
        "<row",
        "</row>",
        "<c ",
        "<v>",
        "</v>",
        "<is>",
        "r='A1'",
        "t='s'",
        "&#0;",
        "&amp;",
        "<f>",
        ">",
        "é",
    ]
    for _ in range(60):
        markup = _markup()
        for _ in range(dice.choice((1, 2, 4))):
            at = dice.randrange(len(markup))
            if dice.random() < 0.5:
                markup = markup[:at] + dice.choice(pieces) + markup[at:]
            else:
                markup = markup[:at] + markup[at + dice.randrange(1, 8) :]
        _read_or_refused(read_billing, by_hand(markup))


@pytest.mark.parametrize("seed", range(3))
def test_changed_bytes_of_a_csv_file_give_a_document_or_a_refusal(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(80):
        data = bytearray(csv_file(request("fi", ROWS * 3)))
        for _ in range(dice.choice((1, 2, 8))):
            data[dice.randrange(len(data))] = dice.choice((*b'";,\r\n\t=', dice.randrange(256)))
        for read in (read_billing, read_customers):
            _read_or_refused(read, bytes(data))


def _markup() -> str:
    return '<dimension ref="A1"/>' + rows_markup(request("en"))


def _read_or_refused(read: Callable[[bytes, str], BillingRequest | CustomerUpdates], data: bytes) -> bool:
    """True for a document whose counts agree, False for a refusal; anything else fails the test."""
    try:
        found = read(data, "file")
    except Refused:
        return False
    held = found.rows if isinstance(found, BillingRequest) else found.customers
    assert found.counted_rows == len(held)
    return True
