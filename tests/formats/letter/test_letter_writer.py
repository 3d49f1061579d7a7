"""The letter that people get: what it says, in three languages, how it is tagged, and what never stands on it."""

import hashlib
import io
import re
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from letter_cast import (
    DUE,
    GOLDEN,
    HEADS,
    IBAN,
    LANGUAGES,
    NUMBER,
    RECEIVER,
    SAID,
    SENDER,
    SLIP,
    WRITTEN,
    letter,
)

from formats.invoice_image.image_cast import grey, opened, pages, tags, words
from reskontra.documents.findings import Refused
from reskontra.documents.letter import Letter, Table, digest_of, letter_from_json
from reskontra.exchange.lettering import letter_findings, letter_pages, letter_pdf, letter_pdfs
from reskontra.exchange.messages import message
from reskontra.formats.letter.package import INDEX, Package, index_of, letter_in
from reskontra.formats.letter.view import view
from reskontra.formats.letter.writer import preview, write
from reskontra.kernel.references import bank_barcode, rf_reference

CODES = ["010190-900P", "010190Y900P", "311203A901H", "010190–900P"]

# --- what it says ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_the_golden_file_says(language: str) -> None:
    """OC 3.6-a, OC 4.1-a"""
    told = "\n".join(page.extract_text() for page in opened(write(letter(language), NUMBER)).pages)
    assert told.strip() == (GOLDEN / f"reminder_{language}.txt").read_text("utf-8").strip()


FORMS = {
    "sv": ("1 245,00 €", "16.3.2026", "30.3.2026", "Brevets nummer", "Sida 1 (1)", "Upplysningar"),
    "fi": ("1 245,00 €", "16.3.2026", "30.3.2026", "Kirjeen numero", "Sivu 1 (1)", "Tiedoksi"),
    "en": ("€1,245.00", "16 Mar 2026", "30 Mar 2026", "Letter number", "Page 1 of 1", "Information"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_stands_once_in_its_order_and_in_the_form_of_the_language(language: str) -> None:
    """OC 3.6-a"""
    shown = words(write(letter(language), NUMBER))
    for said in (*FORMS[language], NUMBER, *HEADS[language]):
        assert said in shown, said
    at = [shown.index(said) for said in (*SAID[language], "IBAN")]
    assert at == sorted(at)
    assert all(shown.count(said) == 1 for said in SAID[language])


def test_the_reference_is_asked_for_in_both_national_languages() -> None:
    """OC 4.1-a"""
    for language in LANGUAGES:
        shown = words(write(letter(language), NUMBER))
        assert "viitenumeroa" in shown
        assert "referensnumret" in shown


def test_a_letter_without_a_slip_asks_for_nothing() -> None:
    """OC 3.6-a"""
    pdf = write(letter(slip=None), NUMBER)
    shown = words(pdf)
    for unsaid in ("IBAN", "Att betala 1", "viitenumeroa", "Förfallodag 30"):
        assert unsaid not in shown
    assert not [one for one in tags(pdf) if one["/S"] == "/Figure"]


def test_a_letter_without_notes_or_tables_has_no_empty_headings() -> None:
    bare = letter(tables=(), notes=())
    assert [one["/S"] for one in tags(write(bare, NUMBER))].count("/H2") == 1, "only the payment"
    nothing = letter(tables=(), notes=(), slip=None, paragraphs=("", " "))
    assert [one["/S"] for one in tags(write(nothing, NUMBER))].count("/H2") == 0


def test_a_letter_without_a_subject_is_named_by_its_kind() -> None:
    """ISO 14289-1: no heading is empty."""
    for nothing in ("", " \n", "\x01"):
        one = letter(subject=nothing, tables=(Table(("A",), (("1",),), (), nothing),))
        assert (view(one, NUMBER)["heading"], view(one, NUMBER)["tables"][0]["caption"]) == (
            "betalningspåminnelse",
            "",
        )


def test_the_codes_can_be_read_by_a_bank() -> None:
    """OC 4.1-a: the bar code and the QR code say account, reference, amount and day of the slip."""
    found = {}
    [page] = preview(letter(), NUMBER, ppi=200)
    for code in zxingcpp.read_barcodes(grey(page)):
        found[code.format.name] = code.text
    assert found["Code128"] == bank_barcode(IBAN, SLIP.amount, SLIP.reference, DUE)
    lines = found["QRCode"].splitlines()
    assert (lines[5], lines[6], lines[7], lines[9]) == (
        "Exempelverket", IBAN, "EUR1245.00", rf_reference(SLIP.reference),
    )  # fmt: skip
    assert lines[11] == f"ReqdExctnDt/{DUE.isoformat()}"


def test_a_code_stands_only_where_it_can_be_paid_by() -> None:
    """OC 4.1-a"""
    foreign = view(letter(slip=replace(SLIP, iban="DE02120300000000202051")), NUMBER)["payment"]
    assert (foreign["barcode"], foreign["qr"] is not None) == (None, True)
    wrong = view(letter(slip=replace(SLIP, iban="FI00")), NUMBER)["payment"]
    assert (wrong["barcode"], wrong["qr"]) == (None, None)


def test_the_address_stands_in_the_window_of_the_envelope() -> None:
    """20 to 110 mm from the left and 45 to 75 mm from the top, up to six lines; nothing else stands there."""
    to = replace(RECEIVER, address=("c/o Kontakt Kaj", "Ängsstigen 4", "Hus B", "10600 Ekenäs"), country="SE")
    for sender in (
        SENDER,
        replace(SENDER, name="Riksomfattande tillståndsmyndigheten för vattenvägar och hamnar"),
    ):
        seen: list[tuple[float, float, str]] = []

        def visit(text: str, cm: Any, tm: Any, font: Any, size: Any, seen: list[Any] = seen) -> None:
            x, y = (tm[4] * cm[0] + cm[4]) / 72 * 25.4, 297 - (tm[5] * cm[3] + cm[5]) / 72 * 25.4
            if text.strip():
                seen.append((x, y, text.strip()))

        pdf = write(letter(receiver=to, sender=sender), NUMBER)
        opened(pdf).pages[0].extract_text(visitor_text=visit)
        inside = " ".join(text for x, y, text in seen if 19.9 <= x < 110 and 45 <= y <= 76)
        for said in ("Sampelström Rosa", "c/o Kontakt Kaj", "Hus B", "10600 Ekenäs", "SWEDEN"):
            assert said in inside
        assert "Provgatan" not in inside
        assert SAID["sv"][0] not in inside


# --- long, many, strange -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [0, 1, 25, 150])
def test_every_row_is_printed_once_and_the_head_of_the_table_on_every_page_of_it(rows: int) -> None:
    told = pages(write(letter(rows=rows), NUMBER))
    for place in range(rows):
        assert sum(page.count(f"77000000{place:05d}") for page in told) == 1
    for number, page in enumerate(told, start=1):
        assert f"Sida {number} ({len(told)})" in page
        if number > 1:
            assert "Exempelverket · Betalningspåminnelse" in page
        assert "Belopp" in page or "77000000" not in page
    assert "IBAN" in told[-1]
    assert len(told) > 3 or rows < 150


def test_long_words_and_many_columns_stay_on_the_page() -> None:
    endless = "Vesiliikennelupahallintokehittämissuunnitelma" * 3
    wide = Table(
        tuple(f"Kolumn {n}" for n in range(8)),
        ((endless, *["1 234 567,89"] * 7),),
        tuple(range(1, 8)),
        endless,
    )
    one = letter(
        subject=endless, paragraphs=(endless,), tables=(wide,), receiver=replace(RECEIVER, name=endless)
    )
    page = opened(write(one, NUMBER)).pages[0]
    begins: list[float] = []

    def visit(text: str, cm: Any, tm: Any, font: Any, size: Any) -> None:
        if text.strip():
            begins.append(tm[4] * cm[0] + cm[4])

    page.extract_text(visitor_text=visit)
    assert max(begins) < float(page.mediabox.width) - 17 / 25.4 * 72


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60), st.text(max_size=40), st.text(max_size=40))
def test_any_text_can_be_printed(subject: str, said: str, cell: str) -> None:
    one = letter(
        subject=subject, paragraphs=(said,), tables=(Table((cell, "B"), ((cell, said),), (1,), cell),)
    )
    try:
        pdf = write(one, NUMBER)
    except Refused as refused:
        assert [found.rule for found in refused.findings] == ["image_personal_code"]  # noqa: PT017
    else:
        assert pdf.startswith(b"%PDF-")


def test_a_row_of_a_table_has_one_cell_for_each_head() -> None:
    with pytest.raises(ValueError, match="one cell for each head"):
        Table(("A", "B"), (("only one",),))


# --- the form: tagged, archived, the same ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_tagged_for_people_who_listen(language: str) -> None:
    """ISO 14289-1: language, title, headings, table heads, and words for the drawings."""
    pdf = write(letter(language), NUMBER)
    root = opened(pdf).trailer["/Root"]
    assert root["/Lang"].split("-")[0] == language
    assert root["/MarkInfo"]["/Marked"] is not None
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    kinds = [one["/S"] for one in tags(pdf)]
    assert (kinds.count("/H1"), kinds.count("/H2"), kinds.count("/Table"), kinds.count("/TH")) == (1, 3, 1, 4)
    figures = [one for one in tags(pdf) if one["/S"] == "/Figure"]
    assert len(figures) == 2
    assert all(one["/Alt"] for one in figures)


def test_it_names_its_standards_and_its_properties() -> None:
    """ISO 19005-3 level A with ISO 14289-1; the dates are the letter's."""
    reader = opened(write(letter(), NUMBER))
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode("utf-8")
    for said in ("<pdfaid:part>3<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"):
        assert said in xmp
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("Betalningspåminnelse", "Exempelverket")
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date() == WRITTEN


def test_the_same_letter_gives_the_same_bytes_also_in_another_process_and_at_once() -> None:
    """OC 3.6-a: a letter is proven by its digest."""
    first = write(letter(), NUMBER)
    program = (
        "import hashlib, sys; sys.path[:0] = sys.argv[1:]; from letter_cast import *;"
        "from reskontra.formats.letter.writer import write;"
        "print(hashlib.sha256(write(letter(), NUMBER)).hexdigest())"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == hashlib.sha256(first).hexdigest()
    with ThreadPoolExecutor(3) as threads:
        assert set(threads.map(lambda _: write(letter(), NUMBER), range(6))) == {first}
    assert write(letter(), "4210L00000018") != first


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_is_data_first_and_comes_back_from_it(language: str) -> None:
    """OC 3.6-a: as JSON and back; every word of it counts for its digest."""
    for one in (letter(language), letter(language, slip=None, tables=(), notes=())):
        assert letter_from_json(one.as_json()) == one
        assert digest_of(letter_from_json(one.as_json())) == digest_of(one)
    one = letter(language)
    changed = [
        replace(one, subject="x"), replace(one, notes=("x",)), replace(one, receiver=replace(RECEIVER, name="x")),
        replace(one, slip=replace(SLIP, amount=Decimal("1245.01"))), replace(one, slip=None), replace(one, day=DUE),
    ]  # fmt: skip
    assert len({digest_of(one), *map(digest_of, changed)}) == 7


# --- what never stands on it ----------------------------------------------------------------------------------------


def _hidden(code: str) -> dict[str, Letter]:
    said = f"Gäller {code}, se bilagan"
    return {
        "subject": letter(subject=said),
        "paragraph": letter(paragraphs=("Hej", said)),
        "note": letter(notes=(said,)),
        "cell": letter(tables=(Table(("A",), ((said,),)),)),
        "head": letter(tables=(Table((said,), ()),)),
        "caption": letter(tables=(Table(("A",), (), (), said),)),
        "receiver": letter(receiver=replace(RECEIVER, name=said)),
        "address": letter(receiver=replace(RECEIVER, address=(said,))),
        "sender": letter(sender=replace(SENDER, phone=said)),
    }


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("where", _hidden(""))
def test_a_personal_code_in_any_text_is_refused_and_told_without_repeating_it(where: str, code: str) -> None:
    """OC 2.2-f"""
    hidden = _hidden(code)[where]
    with pytest.raises(Refused) as refused:
        letter_pdf(hidden, NUMBER)
    [found] = refused.value.findings
    assert (found.rule, found.clause) == ("image_personal_code", "OC 2.2-f")
    assert letter_findings(hidden, NUMBER) == [found]
    for language in LANGUAGES:
        assert code not in message(found, language)


def test_a_personal_code_as_the_receivers_business_id_is_left_out() -> None:
    """OC 2.2-f"""
    assert CODES[0] not in words(write(letter(receiver=replace(RECEIVER, business_id=CODES[0])), NUMBER))
    assert "9900018-1" in words(write(letter(receiver=replace(RECEIVER, business_id="9900018-1")), NUMBER))


# --- many at once ---------------------------------------------------------------------------------------------------


def test_many_are_made_at_once_and_come_in_order_with_those_that_are_refused() -> None:
    """OC 2.2-f"""
    many = [letter(paragraphs=(f"Brev {place}",)) for place in range(70)]
    many[3] = letter(paragraphs=(CODES[0],))
    made = list(letter_pdfs((place, one, NUMBER) for place, one in enumerate(many)))
    assert [place for place, _ in made] == list(range(70))
    assert [place for place, one in made if isinstance(one, Refused)] == [3]
    assert made[69][1] == write(many[69], NUMBER)
    assert letter_findings(many[0], NUMBER) == []
    assert letter_pages(many[0], NUMBER)[0].startswith(b"\x89PNG")


def _packed(day: date = WRITTEN) -> bytes:
    file = io.BytesIO()
    with Package(file, day) as package:
        for number in ("4210L00000001", "4210L00000002"):
            package.add(number, b"%PDF-" + number.encode(), "70001", "PAPER")
        assert len(package) == 2
    return file.getvalue()


def test_a_package_tells_what_is_in_it_and_is_the_same_each_time() -> None:
    """OC 3.4-a"""
    data = _packed()
    assert _packed() == data
    assert _packed(DUE) != data
    rows = index_of(io.BytesIO(data))
    assert [(row["number"], row["file"], row["customer"], row["channel"]) for row in rows] == [
        ("4210L00000001", "4210L00000001.pdf", "70001", "PAPER"),
        ("4210L00000002", "4210L00000002.pdf", "70001", "PAPER"),
    ]
    for row in rows:
        found = letter_in(io.BytesIO(data), row["number"])
        assert found is not None
        assert hashlib.sha256(found).hexdigest() == row["sha256"]
    assert letter_in(io.BytesIO(data), "4210L00000003") is None
    with zipfile.ZipFile(io.BytesIO(data)) as opened_package:
        assert opened_package.namelist()[-1] == INDEX
        assert opened_package.testzip() is None
        assert re.match(rb"number,file,sha256,customer,channel\r\n", opened_package.read(INDEX))
