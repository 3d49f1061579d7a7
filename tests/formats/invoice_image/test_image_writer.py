"""The invoice that people see: what it says, in three languages, how it is tagged, and what never stands on it."""

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_cast import (
    ASK_FI,
    ASK_SV,
    BASIS,
    BUYER,
    COST,
    GOLDEN,
    ITEM,
    MESSAGE,
    NOTICE,
    RECTIFY,
    SELLER,
    credit,
    invoice,
    line,
    of_many_rows,
    opened,
    pages,
    places,
    tags,
    words,
)

from reskontra.documents.findings import Refused
from reskontra.documents.invoice import Invoice, Party
from reskontra.exchange.messages import message
from reskontra.formats.finvoice.writer import Message
from reskontra.formats.finvoice.writer import write as write_finvoice
from reskontra.formats.invoice_image.view import view
from reskontra.formats.invoice_image.writer import write
from reskontra.formats.printing.characters import PRINTED, printable
from reskontra.kernel.identifiers import find_personal_codes

CODES = ["010190-900P", "010190Y900P", "311203A901H", "010190–900P"]
LANGUAGES = ["sv", "fi", "en"]
SENT = Message(
    "M1", datetime(2026, 11, 23, 6, 0, tzinfo=UTC), "003790000011", "OKOYFIHH", "003790000038", "X"
)


def finvoice(of: Invoice) -> bytes:
    return write_finvoice(of, SENT)


# --- what it says --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [invoice, credit])
def test_the_page_says_what_the_golden_file_says(kind: Callable[[str], Invoice], language: str) -> None:
    """OC 3.5-a, OC 3.5-b, OC 3.6-d, OC 4.1-a, OC 6.1.3-a"""
    told = "\n".join(
        page.extract_text() for page in opened(write(kind(language), places=places(language))).pages
    )
    assert told.strip() == (GOLDEN / f"{kind.__name__}_{language}.txt").read_text("utf-8").strip()


FORMS = {
    "sv": (
        "Faktura",
        "1\xa0302,46\xa0€",
        "14.12.2026",
        "25,5\xa0%",
        "2,5",
        "96,40",
        "1\xa0000,00",
        "Sida 1 (1)",
        "st",
    ),
    "fi": (
        "Lasku",
        "1\xa0302,46\xa0€",
        "14.12.2026",
        "25,5\xa0%",
        "2,5",
        "96,40",
        "1\xa0000,00",
        "Sivu 1 (1)",
        "kpl",
    ),
    "en": ("Invoice", "€1,302.46", "14 Dec 2026", "25.5%", "2.5", "96.40", "1,000.00", "Page 1 of 1", "pcs"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_amounts_dates_and_measures_have_the_form_of_the_language(language: str) -> None:
    """OC 3.5-a"""
    shown = words(write(invoice(language), places=places(language)))
    for said in (*FORMS[language], ITEM[language], BASIS[language]):
        assert said.replace("\xa0", " ") in shown, said


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_note_stands_once_and_in_its_place(language: str) -> None:
    """OC 3.5-b, OC 3.6-d, OC 4.1-a, OC 6.1.3-a: the order's words first, those on payment beside the account."""
    shown = words(write(invoice(language), places=places(language)))
    order = [MESSAGE, ITEM[language], BASIS[language], RECTIFY[language], NOTICE[language], "IBAN"]
    order += [ASK_FI, ASK_SV, COST[language]]
    at = [shown.index(said) for said in order]
    assert at == sorted(at)
    assert all(
        shown.count(said) == 1 for said in (MESSAGE, RECTIFY[language], NOTICE[language], ASK_FI, ASK_SV)
    )


def test_the_image_says_nothing_that_the_document_does_not() -> None:
    """A place for a note is not the note."""
    shown = words(write(replace(invoice(), notes=()), places=places()))
    assert not [said for said in (ASK_FI, ASK_SV, COST["sv"], RECTIFY["sv"], NOTICE["sv"]) if said in shown]


@pytest.mark.parametrize(
    ("internal", "labels"),
    [
        (
            False,
            ["Avtalsnummer S-1", "Er referens VSK1004711", "Ert ordernummer PO-7", "Konteringsreferens TK1"],
        ),
        (True, ["Avtalskod S-1", "Avtalsnummer (VSK1) VSK1004711", "Ert ordernummer PO-7"]),
    ],
)
def test_the_identifiers_are_named_by_what_they_are(internal: bool, labels: list[str]) -> None:
    """OC 3.5.1-a, OC 3.5.2-a: an outside customer's and those between units."""
    one = invoice(
        agreement="S-1", buyer_reference="VSK1004711", order="PO-7", accounting="TK1", internal=internal
    )
    shown = words(write(one))
    for label in labels:
        assert label in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_credit_invoice_names_its_original_and_has_no_payment_part(language: str) -> None:
    """OC 3.5-a"""
    pdf = write(credit(language), places=places(language))
    shown = words(pdf)
    assert "3010000000018" in shown
    assert "−" in shown
    for unsaid in ("IBAN", "NDEAFIHH", ASK_FI, ASK_SV, COST[language]):
        assert unsaid not in shown
    assert not [one for one in tags(pdf) if one["/S"] == "/Figure"], "neither bar code nor QR code"


def test_an_invoice_over_nothing_says_so_and_asks_for_nothing() -> None:
    nothing = invoice(payable=Decimal(0), paid=Decimal("1302.46"))
    shown = words(write(nothing, places=places()))
    assert "Det finns inget att betala" in shown
    assert "Betalt i förskott −1 302,46 €" in shown
    assert "IBAN" not in shown


@pytest.mark.parametrize(
    ("seller", "barred", "coded"),
    [
        (SELLER, True, True),
        (
            replace(SELLER, iban="DE02120300000000202051"),
            False,
            True,
        ),  # the bar code takes Finnish accounts only
        (replace(SELLER, iban="FI00"), False, False),
    ],
)
def test_a_code_stands_only_where_it_can_be_paid_by(seller: Party, barred: bool, coded: bool) -> None:
    """OC 4.1-a"""
    shown = view(invoice(seller=seller), places())["payment"]
    assert (shown["barcode"] is not None, shown["qr"] is not None) == (barred, coded)


def test_another_currency_is_named_and_has_no_finnish_codes() -> None:
    shown = view(invoice(currency="SEK"), places())
    assert list(shown["summary"][0]) == ["Att betala", "1\xa0302,46\xa0SEK"]
    assert (shown["payment"]["barcode"], shown["payment"]["qr"]) == (None, None)


def test_the_address_stands_in_the_window_of_the_envelope() -> None:
    """20 to 110 mm from the left and 45 to 75 mm from the top, up to six lines; nothing else stands there."""
    long = replace(BUYER, name2="c/o Kontakt Kaj", street="Ängsstigen 4\nHus B", country="SE")
    for seller in (
        SELLER,
        replace(SELLER, name="Riksomfattande tillståndsmyndigheten för vattenvägar", name2="Två"),
    ):
        seen: list[tuple[float, float, str]] = []

        def visit(text: str, cm: Any, tm: Any, font: Any, size: Any, seen: list[Any] = seen) -> None:
            x, y = (tm[4] * cm[0] + cm[4]) / 72 * 25.4, 297 - (tm[5] * cm[3] + cm[5]) / 72 * 25.4
            if text.strip():
                seen.append((x, y, text.strip()))

        opened(write(invoice(buyer=long, seller=seller))).pages[0].extract_text(visitor_text=visit)
        inside = " ".join(text for x, y, text in seen if 19.9 <= x < 110 and 45 <= y <= 76)
        for said in ("Sampelström Rosa", "c/o Kontakt Kaj", "Hus B", "10600 Ekenäs", "SWEDEN"):
            assert said in inside
        assert "Provgatan" not in inside


# --- long, many, strange ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [0, 1, 25, 200])
def test_every_row_is_printed_once_and_the_head_of_the_table_on_every_page_of_it(rows: int) -> None:
    told = pages(write(of_many_rows(rows), places=places()))
    for at in range(1, rows + 1):
        assert sum(page.count(f"Arbete {at:03d}") for page in told) == 1
    for number, page in enumerate(told, start=1):
        assert f"Sida {number} ({len(told)})" in page
        if number > 1:
            assert "Exempelverket · Faktura 3010000000018" in page
        assert ("À-pris" in page) == ("Arbete" in page)
    assert "IBAN" in told[-1]
    assert len(told) > 4 or rows < 200


def test_long_names_and_large_sums_stay_on_the_page() -> None:
    endless = "Vesiliikennelupahallintokehittämissuunnitelma" * 3
    one = invoice(
        agreement="A" * 70,
        buyer=replace(BUYER, name="Långa " * 11, name2="c/o " + "Bokföringsbyrå " * 4),
        lines=(line(name=endless, text=endless, item="B" * 35),),
        total=Decimal("9999999999999.99"),
    )
    page = opened(write(one, places=places())).pages[0]
    begins: list[float] = []

    def visit(text: str, cm: Any, tm: Any, font: Any, size: Any) -> None:
        if text.strip():
            begins.append(tm[4] * cm[0] + cm[4])

    page.extract_text(visitor_text=visit)
    assert max(begins) < float(page.mediabox.width) - 17 / 25.4 * 72
    assert endless in words(write(one)).replace(" ", "")


def test_every_character_that_is_kept_is_in_the_font() -> None:
    """PDF/A takes no missing glyph: each one is printed in every weight."""
    kept = "".join(chr(sign) for sign in range(0x20, 0x2300) if re.match(f"[{PRINTED}]", chr(sign)))
    assert len(kept) > 600
    assert printable(kept) == kept
    one = invoice(seller=replace(SELLER, name=kept), notes=(kept,), lines=(line(name=kept, text=kept),))
    write(one)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60), st.text(max_size=40))
def test_any_text_can_be_printed(name: str, note: str) -> None:
    try:
        pdf = write(
            invoice(buyer=replace(BUYER, name=name), notes=(note,), lines=(line(name=name, text=note),))
        )
    except Refused as refused:
        assert [one.rule for one in refused.findings] == ["image_personal_code"]  # noqa: PT017
    else:
        assert pdf.startswith(b"%PDF-")


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_what_is_printed_is_in_the_font_and_stays_the_same_when_printed_again(text: str) -> None:
    assert re.fullmatch(f"[{PRINTED}]*", printable(text))
    assert printable(printable(text)) == printable(text)


@settings(max_examples=100, deadline=None)
@given(st.decimals("0.01", "99999999999.99", places=2), st.sampled_from(LANGUAGES))
def test_what_is_asked_for_is_the_sum_everywhere_on_the_page(amount: Decimal, language: str) -> None:
    """The head, the sums and the payment say one amount, in cents."""
    shown = view(invoice(language, total=amount), places(language))
    said = {shown["summary"][0][1], shown["sums"][-1][1], shown["payment"]["facts"][-1][1]}
    assert len(said) == 1
    digits = "".join(sign for sign in said.pop() if sign.isdigit())
    assert int(digits) == int(amount * 100)
    code = shown["payment"]["barcode"]["digits"][17:25]
    assert int(code) == (int(amount * 100) if amount <= Decimal("999999.99") else 0)


# --- the form: tagged, archived, the XML inside ------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_tagged_for_people_who_listen(language: str) -> None:
    """ISO 14289-1: language, title, headings, table heads, and words for the drawings."""
    pdf = write(invoice(language), finvoice(invoice(language)), places=places(language))
    root = opened(pdf).trailer["/Root"]
    assert root["/Lang"].split("-")[0] == language
    assert root["/MarkInfo"]["/Marked"] is not None
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    kinds = [one["/S"] for one in tags(pdf)]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == 4
    assert kinds.count("/Table") == 2
    assert kinds.count("/TH") == 6 + 3
    figures = [one for one in tags(pdf) if one["/S"] == "/Figure"]
    assert len(figures) == 2
    assert all(one["/Alt"] for one in figures)


def test_it_names_its_standards_and_its_properties() -> None:
    """ISO 19005-3 level A with ISO 14289-1; the dates are the invoice's."""
    reader = opened(write(invoice(), finvoice(invoice()), places=places()))
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode("utf-8")
    for said in ("<pdfaid:part>3<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"):
        assert said in xmp
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("Faktura 3010000000018", "Exempelverket")
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date() == invoice().issue_date
    assert all("/FontFile3" in font["/FontDescriptor"] for font in _fonts(reader)), "every font is embedded"


def _fonts(reader: Any) -> list[Any]:
    found = []
    for font in reader.pages[0]["/Resources"]["/Font"].values():
        one = font.get_object()
        found.append(one["/DescendantFonts"][0].get_object() if "/DescendantFonts" in one else one)
    assert found
    return found


def test_the_finvoice_document_lies_inside_byte_for_byte() -> None:
    """OC 3.6-a: the same invoice for machines, euro sign and all."""
    xml = finvoice(invoice(notes=("Pris 850 € åt Škodův ústav",)))
    assert b"\xa4" in xml
    reader = opened(write(invoice(), xml))
    assert {name: list(data) for name, data in reader.attachments.items()} == {
        "finvoice-3010000000018.xml": [xml]
    }
    [told] = reader.trailer["/Root"]["/AF"]
    assert (told.get_object()["/AFRelationship"], told.get_object()["/UF"]) == (
        "/Alternative",
        "finvoice-3010000000018.xml",
    )
    assert list(opened(write(invoice())).attachments) == []


def test_the_same_invoice_gives_the_same_bytes_also_in_another_process() -> None:
    """OC 3.6-a: an image is proven by its digest."""
    first = write(invoice(), finvoice(invoice()), places=places())
    assert write(invoice(), finvoice(invoice()), places=places()) == first
    program = (
        "import hashlib, sys; sys.path.insert(0, sys.argv[1]); from test_image_writer import *;"
        "print(hashlib.sha256(write(invoice(), finvoice(invoice()), places=places())).hexdigest())"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == hashlib.sha256(first).hexdigest()


def test_two_can_print_at_once() -> None:
    """The desk serves several people: each thread has its compiler."""
    alone = [write(invoice(language)) for language in LANGUAGES]
    with ThreadPoolExecutor(3) as threads:
        together = list(threads.map(lambda language: write(invoice(language)), LANGUAGES * 3))
    assert together == alone * 3


# --- what never stands on it -----------------------------------------------------------------------------------


def _hidden(code: str) -> dict[str, Invoice]:
    said = f"Gäller {code}, se bilagan"
    return {
        "notes": invoice(notes=(said,)),
        "legal basis": invoice(legal_basis=(said,)),
        "row": invoice(lines=(line(name=said),)),
        "row text": invoice(lines=(line(text=f"Rad ett\n{said}"),)),
        "name": invoice(buyer=replace(BUYER, name2=code)),
        "reference": invoice(buyer_reference=code),
        "order": invoice(order=code),
        "delivery": invoice(delivery=Party(name=code)),
        "seller": invoice(seller=replace(SELLER, contact_name=said)),
        "terms": invoice(payment_terms=said),
    }


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("where", _hidden(""))
def test_a_personal_code_in_any_text_is_refused_and_told_without_repeating_it(where: str, code: str) -> None:
    """OC 2.2-f"""
    with pytest.raises(Refused) as refused:
        write(_hidden(code)[where], places=places())
    [found] = refused.value.findings
    assert (found.rule, found.clause) == ("image_personal_code", "OC 2.2-f")
    for language in LANGUAGES:
        assert code not in message(found, language)


def test_a_personal_code_in_the_attachment_is_refused() -> None:
    """OC 2.2-f"""
    with pytest.raises(Refused):
        write(invoice(), f"<Finvoice><Text>{CODES[0]}</Text></Finvoice>".encode("iso-8859-15"))


def test_a_personal_code_as_the_customers_number_is_left_out() -> None:
    """OC 2.2-f: as the Finvoice writer leaves it out."""
    one = invoice(buyer=replace(BUYER, number=CODES[0], business_id=CODES[1]))
    reader = opened(write(one, finvoice(one)))
    [[xml]] = reader.attachments.values()
    searched = "".join(page.extract_text() for page in reader.pages) + str(reader.metadata)
    assert not find_personal_codes(searched + xml.decode("iso-8859-15"), glued=True)


@pytest.mark.parametrize(
    ("field", "said"), [("number", "fakturanummer"), ("total", "summa"), ("issue_date", "fakturadatum")]
)
def test_what_is_no_invoice_is_refused(field: str, said: str) -> None:
    """OC 3.5-a"""
    with pytest.raises(Refused) as refused:
        write(replace(invoice(), **{field: None}))
    [found] = refused.value.findings
    assert said in message(found, "sv")
