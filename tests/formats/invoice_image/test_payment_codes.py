"""The bank bar code and the QR code, read back by an independent reader."""

import re
from datetime import date
from decimal import Decimal

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from image_cast import IBAN, grey, invoice, places, words

from reskontra.formats.invoice_image.writer import preview, write
from reskontra.formats.printing import barcode, qr
from reskontra.kernel.references import (
    NoBarCode,
    bank_barcode,
    is_national_reference,
    national_reference,
    normal_reference,
    rf_reference,
)

# Published examples: account, amount, reference, due date, the 54 digits (formats of Finance Finland).
PUBLISHED = [
    (
        "FI3715903000000776", "12.25", "11112", date(2016, 12, 21),
        "437159030000007760000122500000000000000000011112161221",
    ),
    (
        "FI3715903000000776", "1.10", "RF9811112", date(2017, 1, 1),
        "537159030000007760000011098000000000000000011112170101",
    ),
]  # fmt: skip


def picture(widths: tuple[int, ...], module: int = 2, height: int = 40) -> memoryview:
    """Bars and spaces as pixels, with a quiet zone of ten modules on either side."""
    quiet = b"\xff" * (10 * module)
    row = quiet + b"".join(
        (b"\x00" if at % 2 == 0 else b"\xff") * (width * module) for at, width in enumerate(widths)
    )
    row += quiet
    return memoryview(row * height).cast("B", (height, len(row)))


def read_codes(pixels: memoryview) -> dict[str, str]:
    """What a reader of the kinds that stand on an invoice finds, by kind: among so many squares others see bars too."""
    kinds = (zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128)
    return {str(one.format): one.text for one in zxingcpp.read_barcodes(pixels, formats=kinds)}


def modules(svg: str) -> memoryview:
    """The drawing of a QR code as pixels, four to a module: its path says where the dark runs begin."""
    found = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    assert found
    size, x, y = int(found[1]), 0, 0.0
    rows = [bytearray(b"\xff" * size) for _ in range(size)]
    path = re.search(r' d="([^"]+)"', svg)
    assert path
    for kind, first, second in re.findall(r"([Mmh])(-?[\d.]+) ?(-?[\d.]+)?", path[1]):
        if kind == "M":
            x, y = int(first), float(second)
        elif kind == "m":
            x, y = x + int(first), y + float(second)
        else:
            rows[int(y)][x : x + int(first)] = b"\x00" * int(first)
            x += int(first)
    wide = b"".join(bytes(pixel for pixel in row for _ in range(4)) * 4 for row in rows)
    return memoryview(wide).cast("B", (size * 4, size * 4))


@pytest.mark.parametrize(("iban", "amount", "reference", "due", "digits"), PUBLISHED)
def test_the_published_examples_have_their_digits_and_can_be_read(
    iban: str, amount: str, reference: str, due: date, digits: str
) -> None:
    assert bank_barcode(iban, Decimal(amount), reference, due) == digits
    assert read_codes(picture(barcode.widths(digits))) == {"Code 128": digits}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from("45"), st.text("0123456789", min_size=53, max_size=53))
def test_every_bar_code_reads_back_as_its_digits(version: str, rest: str) -> None:
    digits = version + rest
    bars = barcode.widths(digits)
    assert sum(bars) == barcode.MODULES
    assert all(1 <= width <= 4 for width in bars)
    assert [one.text for one in zxingcpp.read_barcodes(picture(bars))] == [digits]


@pytest.mark.parametrize(
    "digits", ["", "4" * 53, "4" * 55, "3" + "0" * 53, "4" + "0" * 52 + "x", "4" + "²" * 53]
)
def test_what_is_no_bank_bar_code_is_refused(digits: str) -> None:
    assert not barcode.is_bank_barcode(digits)
    with pytest.raises(NoBarCode):
        barcode.svg(digits)


def test_the_drawing_holds_the_bars_in_their_places() -> None:
    digits = PUBLISHED[0][4]
    drawn = [(int(x), int(w)) for x, w in re.findall(r"M(\d+) 0h(\d+)v", barcode.svg(digits))]
    at, expected = 0, []
    for place, width in enumerate(barcode.widths(digits)):
        expected += [(at, width)] if place % 2 == 0 else []
        at += width
    assert drawn == expected


def test_a_credit_transfer_has_its_lines_in_order() -> None:
    """EPC069-12: a national reference goes in its RF form, the due date as the wished day."""
    told = qr.transfer("Exempelverket", IBAN, "NDEAFIHH", Decimal("62.75"), "11112", date(2026, 12, 14))
    assert told.split("\n") == [
        "BCD", "002", "1", "SCT", "NDEAFIHH", "Exempelverket", IBAN, "EUR62.75", "", "RF9811112", "",
        "ReqdExctnDt/2026-12-14",
    ]  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(
    st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=90).filter(str.strip),
    st.decimals("0.01", "999999999.99", places=2),
    st.from_regex(r"[1-9][0-9]{2,18}", fullmatch=True),
    st.none() | st.dates(date(2020, 1, 1), date(2099, 12, 31)),
)
def test_every_transfer_reads_back_within_the_limits_of_its_standard(
    name: str, amount: Decimal, base: str, due: date | None
) -> None:
    reference = national_reference(base)
    told = qr.transfer(name, IBAN, None, amount, reference, due)
    lines = told.split("\n")
    assert len(told.encode()) <= 331
    assert len(lines[5]) <= 70
    assert lines[7] == f"EUR{amount:.2f}"
    assert normal_reference(lines[9]) == reference
    assert read_codes(modules(qr.svg(told))) == {"QR Code": told}


@pytest.mark.parametrize(
    ("iban", "amount", "reference"),
    [
        ("FI00", "1", "11112"), (IBAN, "0", "11112"), (IBAN, "-1", "11112"), (IBAN, "1000000000", "11112"),
        (IBAN, "1", "11113"), (IBAN, "1", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_transferred_has_no_qr_code(iban: str, amount: str, reference: str) -> None:
    with pytest.raises(qr.NoTransfer):
        qr.transfer("Exempelverket", iban, None, Decimal(amount), reference, None)


def test_both_codes_can_be_read_from_the_page_and_say_what_the_text_says() -> None:
    """OC 4.1-a: one account, one reference, one amount, however it is paid."""
    one = invoice()
    assert one.reference is not None
    [page] = preview(one, places=places(), ppi=190)
    found = read_codes(grey(page))
    digits = bank_barcode(IBAN, Decimal("1302.46"), one.reference, one.due_date)
    assert found["Code 128"] == digits
    lines = found["QR Code"].split("\n")
    assert (lines[5], lines[6], lines[7], lines[9]) == (
        "Exempelverket", IBAN, "EUR1302.46", rf_reference(one.reference),
    )  # fmt: skip
    shown = words(write(one, places=places()))
    assert digits in shown
    assert is_national_reference(shown.partition("Referensnummer ")[2].partition(" Förfallodag")[0])
