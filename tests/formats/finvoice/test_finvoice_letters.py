"""Reminders and interest invoices as Finvoice messages: of their own types, with everything that the letter says."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reskontra.documents.invoice import Party as InvoiceParty
from reskontra.documents.letter import Letter, Party, Slip, Table
from reskontra.formats.finvoice import checks, reader
from reskontra.formats.finvoice.latin9 import encodable
from reskontra.formats.finvoice.letters import NoMessage, has_message, message_of
from reskontra.formats.finvoice.writer import Message, frame
from reskontra.kernel.references import national_reference

SHARED = Path(__file__).resolve().parents[4] / "shared"
SENT = Message(
    "77-4210L1", datetime(2026, 3, 16, 6, 0, tzinfo=UTC), "003799000189", "FI28768767", "FI9900", "DABAFIHH"
)
SELLER = InvoiceParty(
    name="Exempelverket", business_id="9900018-1", vat_id="FI99000181", street="Provgatan 1", postcode="00100",
    town="Helsingfors", country="FI",
)  # fmt: skip
BUYER = InvoiceParty(
    name="Sampelström Rosa",
    number="70002",
    street="Ängsstigen 4",
    postcode="10600",
    town="Ekenäs",
    country="FI",
)
SLIP = Slip(
    "FI1299999900000017", "NDEAFIHH", national_reference("421000000001"), date(2026, 3, 30), Decimal("105.00")
)
HEADS = ("Faktura", "", "Öppet €")
REMINDER = Letter(
    kind="reminder",
    language="sv",
    day=date(2026, 3, 16),
    sender=Party("Exempelverket"),
    receiver=Party("Sampelström Rosa"),
    subject="Påminnelse 1",
    paragraphs=("Vi har inte fått din betalning.", "Betala senast på förfallodagen."),
    tables=(
        Table(
            ("Faktura", "", "Öppet €"),
            (("4210000000001", "sen", "100,00"), ("Kostnad", "", "5,00")),
            (2,),
            "Fordringar",
        ),
    ),
    slip=SLIP,
    notes=("Lag 513/1999 10 §.",),
)
TYPES = {
    ("reminder", "sv"): ("INV08", "Betalningspåminnelse"),
    ("reminder", "fi"): ("INV08", "Maksumuistutus"),
    ("reminder", "en"): ("INV08", "Reminder"),
    ("interest_invoice", "sv"): ("INV03", "Räntefaktura"),
    ("interest_invoice", "fi"): ("INV03", "Korkolasku"),
    ("interest_invoice", "en"): ("INV03", "Interest invoice"),
}


@pytest.mark.parametrize(("kind", "language"), TYPES)
def test_the_message_passes_our_checks_and_says_the_same_when_read_back(kind: str, language: str) -> None:
    """OC 3.4-a, OC 4.1-a"""
    told = message_of(replace(REMINDER, kind=kind, language=language), "4210L00000001", SELLER, BUYER)
    assert checks.check(told, outgoing=True) == []
    [back] = reader.read(frame(told, SENT))
    assert (back.type_code, back.type_text) == TYPES[kind, language]
    assert back.findings == ()
    assert (back.number, back.language, back.issue_date, back.due_date) == (
        "4210L00000001", language, date(2026, 3, 16), date(2026, 3, 30),
    )  # fmt: skip
    assert (back.net, back.vat, back.total, back.payable) == (
        SLIP.amount,
        Decimal("0.00"),
        SLIP.amount,
        SLIP.amount,
    )
    assert (back.seller.iban, back.seller.bic, back.reference) == (SLIP.iban, SLIP.bic, SLIP.reference)
    assert (back.seller.vat_id, back.seller.business_id, back.buyer.number) == (None, "9900018-1", "70002")
    assert back.barcode is not None
    assert back.barcode[17:25] == "00010500"
    [line] = back.lines
    assert (line.name, line.text, line.net, line.vat_category) == (
        TYPES[kind, language][1], "Påminnelse 1", SLIP.amount, "O",
    )  # fmt: skip
    [part] = back.vat_breakdown
    assert (part.category, part.base, bool(part.reason)) == ("O", SLIP.amount, True)


def test_everything_that_the_letter_says_stands_in_the_message_in_its_order() -> None:
    """OC 3.4-a: nobody who gets it electronically is told less."""
    [back] = reader.read(frame(message_of(REMINDER, "1", SELLER, BUYER), SENT))
    assert back.notes == (
        "Vi har inte fått din betalning.",
        "Betala senast på förfallodagen.",
        "Fordringar",
        "Faktura: 4210000000001 · sen · Öppet €: 100,00",
        "Faktura: Kostnad · Öppet €: 5,00",
        "Lag 513/1999 10 §.",
        "Käytä viitenumeroa, kun maksat laskun.",
        "Använd referensnumret när du betalar fakturan.",
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=1200), max_size=4))
def test_no_word_of_a_paragraph_is_lost_however_long_it_is(paragraphs: list[str]) -> None:
    """Texts are cut between words where an element ends."""
    told = message_of(
        replace(REMINDER, paragraphs=tuple(paragraphs), tables=(), notes=()), "1", SELLER, BUYER
    )
    [back] = reader.read(frame(told, SENT))
    said = "".join("".join(back.notes[:-2]).split())
    lines = [line for one in paragraphs for line in one.splitlines()]
    assert said == "".join("".join(encodable(line) for line in lines).split())


def test_a_reminder_needs_no_legal_basis_of_its_own_but_everything_else_of_an_invoice() -> None:
    """OC 3.5-a: it rests on the invoice that it reminds of; an ordinary invoice still states its basis."""
    told = message_of(REMINDER, "1", SELLER, BUYER)
    rules = {found.rule for found in checks.check(replace(told, type_code="INV01"), outgoing=True)}
    assert rules == {"finvoice_legal_basis_missing"}
    for changed, rule in (
        (replace(told, reference=None), "finvoice_reference_missing"),
        (replace(told, notes=()), "finvoice_reference_request_missing"),
        (replace(told, buyer=replace(BUYER, town=None)), "invoice_buyer_address_missing"),
        (replace(told, notes=(*told.notes, "Gäller 010190-900P")), "finvoice_personal_code"),
    ):
        assert rule in {found.rule for found in checks.check(changed, outgoing=True)}


@pytest.mark.parametrize(
    "letter",
    [
        replace(REMINDER, slip=None),
        replace(REMINDER, kind="refund_inquiry"),
        replace(REMINDER, kind="payment_time"),
        replace(REMINDER, kind="payment_demand"),
    ],
)
def test_other_letters_have_no_message(letter: Letter) -> None:
    """OC 3.4-a"""
    assert not has_message(letter)
    with pytest.raises(NoMessage):
        message_of(letter, "1", SELLER, BUYER)
    assert has_message(REMINDER)


@pytest.mark.parametrize(("kind", "language"), TYPES)
def test_the_public_validator_finds_nothing(kind: str, language: str, tmp_path: Path) -> None:
    """OC 1.6-a: schema and frame of Finvoice 3.0."""
    validator = SHARED / "tools" / "validate.py"
    if not validator.is_file():
        pytest.skip("the public validator is not beside the project (../shared/tools/validate.py)")
    file = tmp_path / "letter.xml"
    file.write_bytes(
        frame(message_of(replace(REMINDER, kind=kind, language=language), "1", SELLER, BUYER), SENT)
    )
    told = subprocess.run(
        [sys.executable, str(validator), "finvoice", str(file), "--strict"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout
