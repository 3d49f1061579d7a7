"""Letters leave by the channels of invoices, each once, in one sealed batch a format (OC 1.5, 3.4, 3.6, 3.8)."""
# ruff: noqa: E501 - a table: one line for each case

import csv
import hashlib
import io
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from letter_tables import (
    Post,
    a_claim_billed_to,
    a_document,
    a_letter,
    a_run,
    ask_for_account,
    charge_interest,
    give_time,
    remind,
    send_in_crowd_and_alone,
)
from pypdf import PdfReader
from tables import read

from cast import (
    ALWAYS,
    AT,
    CUSTOMERS,
    DAY,
    FOREST,
    HARBOUR,
    customer,
    inside,
    new_unit,
    ovt,
    person,
    plan_of,
    run,
    unit,
)
from income.money import a_payment
from reskontra.claims.letters import letter_number, letter_of, receiver, write_letters
from reskontra.claims.models import Letter, LetterDecision, LetterDelivery
from reskontra.database.rows import rows
from reskontra.documents.billing_request import CustomerUpdate
from reskontra.documents.invoice import Invoice as Document
from reskontra.documents.letter import digest_of, letter_from_json
from reskontra.exchange import archive
from reskontra.exchange.archive import ArchiveBroken
from reskontra.exchange.models import OutboxFile
from reskontra.exchange.outbox import hand_over, state_of, waiting
from reskontra.exchange.writing import finvoice_findings
from reskontra.formats.finvoice import reader
from reskontra.income.delivery import letters as room
from reskontra.income.delivery.channels import ChannelsDefect, channels_on, read_channels
from reskontra.income.delivery.letter_copies import letter_copy
from reskontra.income.delivery.letter_rules import decide_letters, letters_passed_over
from reskontra.income.delivery.letters import LettersRun
from reskontra.income.delivery.rules import PASSED_OVER, told_passed_over
from reskontra.insight.runs import stored
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.kernel.terms import MissingTerm
from reskontra.registers.customers import save_update
from reskontra.registers.keys import key_ring
from reskontra.registers.models import Customer, Responsibility
from reskontra.registers.policy import NotAllowed, require
from reskontra.runs.models import Evidence
from reskontra.runs.run import Result, RunRefused

pytestmark = pytest.mark.usefixtures("database")
SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "standards" / "finvoice" / "xsd"

# --- the rule ------------------------------------------------------------------------------------------------------

TABLES = {
    "a reminder and an interest invoice go as invoices do": """
        on 2026-03-16
        letter A aino      reminder         105.00
        letter B berit     reminder         105.00
        letter C bruk      reminder         105.00
        letter D verket    reminder         105.00
        letter E berlin    reminder         105.00
        letter F berit     interest_invoice 12.00
        letter G bruk      interest_invoice 12.00
        letter H verket    interest_invoice 12.00
        letter I paja      interest_invoice 12.00
        expect A PAPER               # OC 3.1-a
        expect B CONSUMER_E_INVOICE  # OC 1.5-c: the net bank comes first
        expect C E_INVOICE           # OC 3.6-a
        expect D E_INVOICE           # OC 3.6-a: between units always
        expect E PAPER               # OC 3.1-a: abroad on paper
        expect F CONSUMER_E_INVOICE  # OC 1.5-c
        expect G E_INVOICE           # OC 3.6-a
        expect H E_INVOICE           # OC 3.6-a
        expect I PAPER               # OC 3.1-a
        """,
    "Peppol knows invoices, not reminders": """
        on 2026-03-16
        letter A svea      reminder         105.00
        letter B svea      interest_invoice 12.00
        expect A PAPER               # OC 3.1-a
        expect B PEPPOL              # OC 3.6.1-a
        """,
    "what has no message form is printed, for a State unit too": """
        on 2026-03-16
        letter A berit     refund_inquiry   -
        letter B bruk      payment_time     -
        letter C verket    refund_inquiry   -
        letter D bruk      payment_demand   230.00
        letter E berit     interest_invoice -
        letter F verket    payment_time     -
        expect A PAPER               # OC 3.1-a
        expect B PAPER               # OC 3.1-a
        expect C PAPER               # OC 3.1-a: no invoice, so not bound to be electronic
        expect D PAPER               # OC 3.1-a
        expect E PAPER               # OC 3.1-a: asks for nothing
        expect F PAPER               # OC 3.1-a
        """,
    "a payment demand to a consumer is on paper": """
        on 2026-03-16
        letter A berit     payment_demand   230.00
        letter B aino      payment_demand   230.00
        expect A PAPER               # OC 3.1-a: whatever its address
        expect B PAPER               # OC 3.1-a
        """,
    "a company without any address is left": """
        on 2026-03-16
        letter A nowhere   reminder         105.00
        letter B nowhere   payment_time     -
        expect A NO_WAY_TO_SEND      # OC 3.8-a
        expect B NO_WAY_TO_SEND      # OC 3.8-a
        """,
    "a State unit without an e-address is left with a reminder": """
        on 2026-03-16
        letter A stum      reminder         105.00
        letter B stum      refund_inquiry   -
        expect A STATE_UNIT_ONLY_ELECTRONIC  # OC 2.2-i
        expect B PAPER               # OC 3.1-a
        """,
    "protected persons": """
        on 2026-03-16
        letter A skyddbox  reminder         105.00
        letter B skyddbank reminder         105.00
        letter C skydd     reminder         105.00  bill-to contact
        letter D skydd     payment_time     -       bill-to contact
        letter E skydd     reminder         105.00
        expect A PAPER               # OC 3.1-a: to the safe address
        expect B CONSUMER_E_INVOICE  # OC 1.5-c
        expect C PAPER               # OC 3.1-a: to the contact person who got the invoice
        expect D PAPER               # OC 3.1-a
        expect E NO_WAY_TO_SEND      # OC 3.8-a: nobody known who may get it
        """,
    "the invoice recipient decides the channel, where all claims have the same": """
        on 2026-03-16
        letter A aino      reminder         105.00  bill-to bruk
        letter B bruk      reminder         105.00  bill-to paja
        letter C bruk      reminder         210.00  bill-to paja and-to payer
        letter D aino      reminder         210.00  bill-to bruk and-to bruk
        expect A E_INVOICE           # OC 3.6-a
        expect B PAPER               # OC 3.1-a
        expect C E_INVOICE           # OC 3.6-a: the customer's own
        expect D E_INVOICE           # OC 3.6-a
        """,
}


@pytest.mark.parametrize("name", TABLES)
def test_every_letter_goes_by_the_channel_of_its_recipient_in_a_crowd_and_alone(name: str) -> None:
    """OC 1.5-c, OC 1.5-d, OC 3.6-a, OC 3.8-a"""
    send_in_crowd_and_alone(TABLES[name])


ABOUT = {
    "a reminder": ("reminder", lambda where, letter, claim, _: remind(where, letter, claim)),
    "an invoice of interest": (
        "interest_invoice",
        lambda where, letter, claim, _: charge_interest(where, letter, claim),
    ),
    "a reminder of an invoice of interest": (
        "reminder",
        lambda where, letter, claim, _: remind(where, letter, charge_interest(where, letter, claim)),
    ),
    "an agreement on payment time": (
        "payment_time",
        lambda where, letter, claim, _: give_time(where, letter, claim),
    ),
    "an inquiry about a refund": ("refund_inquiry", ask_for_account),
}


@pytest.mark.parametrize("what", ABOUT)
def test_the_recipient_is_the_one_of_the_invoices_whatever_the_letter_is_about(what: str) -> None:
    """OC 3.8-a"""
    kind, tell = ABOUT[what]
    where = unit()
    letter = a_letter(where, "aino", kind)
    claim = a_claim_billed_to(where, "aino", "bruk")
    payment = a_payment(where, "500.00")
    with inside(where):
        room.prepare_letters(where)
        assert recipients() == {letter.pk: None}
        tell(where, letter, claim, payment)
        room.prepare_letters(where)
        assert recipients() == {letter.pk: customer("bruk").pk}
        transaction.set_rollback(True)


def recipients() -> dict[int, int | None]:
    """The recipient of each letter in hand; None where it is the customer."""
    return {row["id"]: row["recipient_id"] for row in rows("SELECT id, recipient_id FROM letters_in_hand")}


# recipient, kind, message form, address, postal address -> outcome, channels passed over
CASES = """
    person   reminder         yes  bank      street   CONSUMER_E_INVOICE
    person   reminder         yes  bank      nowhere  CONSUMER_E_INVOICE
    person   reminder         no   bank      street   PAPER    CONSUMER_E_INVOICE=no_message MOBILE=not_connected OMAPOSTI=not_connected KIVRA=not_connected SUOMI_FI=not_connected
    person   payment_demand   no   none      street   PAPER    CONSUMER_E_INVOICE=not_reached MOBILE=not_connected OMAPOSTI=not_connected KIVRA=not_connected SUOMI_FI=not_connected
    person   payment_demand   no   none      nowhere  NO_WAY_TO_SEND CONSUMER_E_INVOICE=not_reached MOBILE=not_connected OMAPOSTI=not_connected KIVRA=not_connected SUOMI_FI=not_connected PAPER=not_reached
    company  reminder         yes  operator  street   E_INVOICE
    company  reminder         yes  bank      street   BANK_E_INVOICE E_INVOICE=not_reached
    company  reminder         yes  abroad    street   PAPER    E_INVOICE=not_reached BANK_E_INVOICE=not_reached PEPPOL=no_message SUOMI_FI=not_connected
    company  interest_invoice yes  abroad    street   PEPPOL   E_INVOICE=not_reached BANK_E_INVOICE=not_reached
    company  payment_time     no   operator  street   PAPER    E_INVOICE=no_message BANK_E_INVOICE=not_reached PEPPOL=not_reached SUOMI_FI=not_connected
    company  payment_time     no   operator  nowhere  NO_WAY_TO_SEND E_INVOICE=no_message BANK_E_INVOICE=not_reached PEPPOL=not_reached SUOMI_FI=not_connected PAPER=not_reached
    state    reminder         yes  operator  street   E_INVOICE
    state    reminder         yes  none      street   STATE_UNIT_ONLY_ELECTRONIC E_INVOICE=not_reached BANK_E_INVOICE=not_reached
    """
_ADDRESSES: Mapping[str, tuple[str, str, str]] = {
    "none": ("", "", "FI"),
    "bank": ("FI990001", "DABAFIHH", "FI"),
    "operator": ("003799000018", "PROVOPER", "FI"),
    "abroad": ("0007:9900000001", "EUPEPPOL", "SE"),
}


def test_it_is_told_which_channels_were_tried_in_vain_and_why() -> None:
    """OC 1.5-c, OC 1.5-d: each case in a crowd and alone."""
    cases = [line.split() for line in CASES.strip().splitlines()]
    rows = [_subject(place, words[:5]) for place, words in enumerate(cases)]
    expected = {place: (words[5], " ".join(words[6:])) for place, words in enumerate(cases)}
    assert _decided(rows) == expected
    for place, row in enumerate(rows):
        assert _decided([row]) == {place: expected[place]}
    for words in cases:
        assert all(one.clause == PASSED_OVER[one.why] for one in told_passed_over(" ".join(words[6:])))


def test_a_payment_demand_reaches_a_consumers_mailbox_only_with_consent() -> None:
    """OC 1.5-d: were a mailbox connected, a demand would still go on paper, and a reminder would not."""
    shipped = _shipped_channels().replace(
        'key = "SUOMI_FI"\nconnected = false\nreached_by = "asked_at_each_run"',
        'key = "SUOMI_FI"\nconnected = true\nreached_by = "consumer_address"',
    )
    demand = _subject(0, ["person", "payment_demand", "no", "bank", "street"])
    inquiry = _subject(1, ["person", "refund_inquiry", "no", "bank", "street"])
    to_company = _subject(2, ["company", "payment_demand", "no", "bank", "street"])
    decided = _decided([demand, inquiry, to_company], shipped)
    assert (decided[0][0], decided[1][0], decided[2][0]) == ("PAPER", "SUOMI_FI", "SUOMI_FI")
    assert "SUOMI_FI=consent" in decided[0][1]


def test_a_channel_that_carries_unknown_letters_is_a_defect() -> None:
    """OC 1.5-d"""
    wrong = _shipped_channels().replace('letters = ["interest_invoice"]', 'letters = ["postcard"]')
    with pytest.raises(ChannelsDefect, match="PEPPOL carries unknown letters postcard"):
        read_channels(wrong, DAY)


def _shipped_channels() -> str:
    return (files("reskontra.guidelines") / "channels.toml").read_text("utf-8")


def _subject(place: int, words: list[str]) -> str:
    recipient, kind, message, address, street = words
    einvoice, operator, country = _ADDRESSES[address]
    home = "Provgatan 1" if street == "street" else ""
    return (
        f"({place}, '{recipient}', '{kind}', {message == 'yes'}, '{country}', '{einvoice}', '{operator}',"
        f" '{home}', '{home}')"
    )


def _decided(rows: list[str], source: str | None = None) -> dict[int, tuple[str, str]]:
    channels = channels_on(DAY) if source is None else read_channels(source, DAY)
    subjects = (
        f"(SELECT * FROM (VALUES {', '.join(rows)}) given (id, recipient, kind, as_message, country,"
        " einvoice_address, einvoice_operator, street, town))"
    )
    query = decide_letters(channels).select(subjects, f"id, {letters_passed_over(channels)} AS skipped")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, outcome, skipped FROM ({query}) told")
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


# --- the batches -----------------------------------------------------------------------------------------------------

MIXED = """
    on 2026-03-16
    letter A aino      reminder         105.00
    letter B berit     reminder         55.50
    letter C bruk      interest_invoice 12.00
    letter D svea      reminder         7.00
    letter E skydd     reminder         105.00 bill-to contact
    letter F verket    reminder         80.00
    letter G berlin    refund_inquiry   -
    letter H nowhere   reminder         40.00
    """


def told(text: str = MIXED) -> Post:
    """A table of letters, written."""
    return Post(read(text), unit()).tell()


def messages(result: Result) -> list[Document]:
    """The messages of the run, read back."""
    [file] = [one for one in result.files if one["kind"] == "finvoice-letters"]
    return list(reader.read(archive.read(str(file["digest"]))))


def package(result: Result) -> zipfile.ZipFile:
    """The package that is to be printed."""
    [file] = [one for one in result.files if one["kind"] == "letters-print"]
    return zipfile.ZipFile(io.BytesIO(archive.read(str(file["digest"]))))


def index(opened: zipfile.ZipFile) -> list[dict[str, str]]:
    """What its index tells."""
    return list(csv.DictReader(io.StringIO(opened.read("index.csv").decode())))


def words_of(pdf: bytes) -> str:
    """What a PDF says, on one line."""
    return " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_each_format_has_one_sealed_batch_and_every_letter_one_delivery() -> None:
    """OC 3.4-a: the index of what is printed names number, file, SHA-256, customer and channel."""
    post = told()
    result = post.sent()
    assert {one["kind"]: one["name"] for one in result.files} == {
        "finvoice-letters": f"finvoice-letters-{HARBOUR}-20260316-{result.run.pk:06d}.xml",
        "letters-print": f"letters-print-{HARBOUR}-20260316-{result.run.pk:06d}.zip",
    }
    assert result.facts == {"documents": 7, "rejected": []}
    numbers = {name: letter_number(post.where, letter.number) for name, letter in post.letters.items()}
    assert [one.number for one in messages(result)] == [numbers[name] for name in "BCF"]
    opened = package(result)
    rows = index(opened)
    assert [(row["number"], row["customer"], row["channel"]) for row in rows] == [
        (numbers["A"], customer("aino").number, "PAPER"),
        (numbers["D"], customer("svea").number, "PAPER"),
        (numbers["E"], customer("skydd").number, "PAPER"),
        (numbers["G"], customer("berlin").number, "PAPER"),
    ]
    assert {row["file"] for row in rows} | {"index.csv"} == set(opened.namelist())
    for row in rows:
        assert hashlib.sha256(opened.read(row["file"])).hexdigest() == row["sha256"]
    with inside(post.where):
        sealed = {one.channel: one for one in OutboxFile.objects.filter(unit=post.where)}
        assert {key: (one.documents, one.amount) for key, one in sealed.items()} == {
            "finvoice-letters": (3, Decimal("147.50")),
            "letters-print": (4, Decimal("217.00")),
        }
        gone = {one.letter_id: one for one in LetterDelivery.objects.filter(unit=post.where)}
        assert set(gone) == {post.letters[name].pk for name in "ABCDEFG"}
        for row in rows:
            letter = letter_of(post.where, row["number"])
            assert letter is not None
            assert gone[letter.pk].digest == row["sha256"]
            assert gone[letter.pk].file == sealed["letters-print"]
        assert gone[post.letters["D"].pk].skipped.endswith("PEPPOL=no_message SUOMI_FI=not_connected")


def test_the_controls_are_evidence() -> None:
    """OC 3.4-a: letters decided are those in the batches, by count and by amount."""
    post = told()
    result = post.sent()
    assert {(one.name, one.expected, one.actual) for one in result.controls} == {
        ("letters decided = in the batches and left out", "7", "7"),
        ("letters delivered = in the batches", "7", "7"),
        ("amount asked for = in the batches", "364.50", "364.50"),
        ("amount decided = asked for", "364.50", "364.50"),
    }
    with inside(post.where):
        kept = set(Evidence.objects.filter(unit=post.where, run=result.run).values_list("control", flat=True))
    assert {"finvoice-letters batch", "letters-print batch", "letters as they were sent"} <= kept
    assert {one.name for one in result.controls} <= kept


def test_a_control_that_does_not_hold_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """OC 3.4-a"""
    post = told()
    honest = room.seal

    def short(
        run: Any, acting: Any, batch: str, stored: Any, documents: int, amount: Any, ending: str
    ) -> Any:
        return honest(run, acting, batch, stored, documents - (batch == "letters-print"), amount, ending)

    monkeypatch.setattr(room, "seal", short)
    with pytest.raises(RunRefused) as refused:
        post.sent()
    assert refused.value.values["name"] == "letters delivered = in the batches"
    with inside(post.where):
        assert not LetterDelivery.objects.filter(unit=post.where).exists()


def test_a_letter_goes_out_once() -> None:
    """OC 3.4-a: a second run has nothing to send; what could not be sent goes when it can."""
    post = told()
    assert post.sent().facts["documents"] == 7
    again = post.sent()
    assert (again.facts["documents"], list(again.files), again.run.state) == (0, [], "applied")
    assert [(one.outcome, one.count) for one in again.counts] == [("NO_WAY_TO_SEND", 1)]
    with inside(post.where):
        kept = LetterDecision.objects.filter(unit=post.where).order_by("run_id")
        assert [(one.outcome, one.standing, one.clause) for one in kept] == [
            ("NO_WAY_TO_SEND", "LEFT", "OC 3.8-a")
        ] * 2
        assert "PAPER=not_reached" in kept[0].inputs["passed_over"]
        copy = letter_copy(post.where, kept[0].letter)
        assert (copy.delivery, copy.left) == (None, kept[1])
    Customer.objects.filter(pk=customer("nowhere").pk).update(
        street="Provgatan 9", postcode="00999", town="Provstad"
    )
    assert post.sent().facts["documents"] == 1


def test_the_run_can_be_narrowed_to_some_letters() -> None:
    """OC 3.4-a"""
    post = told()
    assert post.sent([post.letters["A"].pk, post.letters["B"].pk]).facts["documents"] == 2
    assert post.sent().facts["documents"] == 5


def test_the_database_refuses_a_second_delivery() -> None:
    """a_letter_goes_out_once, whoever writes it."""
    post = told()
    post.sent()
    with inside(post.where):
        again = LetterDelivery.objects.filter(unit=post.where).first()
        assert again is not None
        again.pk = None
    with pytest.raises(IntegrityError, match="a_letter_goes_out_once"), inside(post.where):
        again.save(force_insert=True)


def test_two_runs_at_once_send_every_letter_once() -> None:
    """OC 3.4-a: the second waits for the first and finds nothing."""
    post = told()
    done: list[int] = []

    def send() -> None:
        try:
            done.append(int(post.sent().facts["documents"]))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    assert sorted(done) == [0, 7]


def test_a_plan_writes_nothing_and_is_applied_as_it_was_seen() -> None:
    """OC 3.4-a"""
    post = told()
    planned = plan_of(LettersRun(), post.where)
    with inside(post.where):
        assert not OutboxFile.objects.filter(unit=post.where).exists()
    applied = run(LettersRun(), post.where, DAY, planned.run)
    assert (applied.run.pk, applied.facts["documents"]) == (planned.run.pk, 7)
    with pytest.raises(RunRefused):
        run(LettersRun(), post.where, DAY, applied.run)


def test_the_batches_are_handed_over_with_their_very_bytes_and_only_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OC 3.4-a"""
    monkeypatch.setattr(settings, "OUT", tmp_path)
    post = told()
    result = post.sent()
    with inside(post.where):
        batches = list(waiting(post.where))
    assert len(batches) == 2
    for file in batches:
        handed = hand_over(file, AT)
        assert handed.state == "sent"
        assert handed.path == tmp_path / file.channel / file.name
        assert hashlib.sha256(handed.path.read_bytes()).hexdigest() == file.digest
        handed.path.write_bytes(b"fetched")
        assert hand_over(file, AT).path.read_bytes() == b"fetched"
    with inside(post.where):
        assert {state_of(file) for file in batches} == {"sent"}
    assert {one["digest"] for one in result.files} == {file.digest for file in batches}


def test_after_the_operators_contract_the_run_stops() -> None:
    """OC 3.1-a: nobody knows whom a message is to be given to."""
    letter = a_letter(unit(), "bruk", "reminder", "10.00")
    with pytest.raises(MissingTerm):
        run(LettersRun([letter.pk]), unit(), date(2027, 12, 1))


# --- what the messages say ---------------------------------------------------------------------------------------------


def test_a_message_says_what_the_letter_says_and_asks_for_its_sum() -> None:
    """OC 3.4-a, OC 3.6-a, OC 4.1-a"""
    where = unit()
    letter = a_letter(where, "bruk", "reminder", "105.00")
    result = run(LettersRun(), where)
    [sent] = messages(result)
    document = letter_from_json(letter.document)
    slip = document.slip
    assert slip is not None
    assert (sent.type_code, sent.number, sent.issue_date) == ("INV08", f"{HARBOUR}L00000001", DAY)
    assert (sent.due_date, sent.payable, sent.total, sent.vat) == (
        slip.due_date, slip.amount, slip.amount, Decimal("0.00"),
    )  # fmt: skip
    assert (sent.seller.iban, sent.seller.bic, sent.reference) == (slip.iban, slip.bic, slip.reference)
    assert (sent.seller.name, sent.seller.vat_id) == ("Hamnverket", None)
    assert (sent.buyer.name, sent.buyer.street, sent.buyer.town) == (
        "Provbruket Ab",
        "Provgatan 1",
        "Provstad",
    )
    assert (sent.buyer.einvoice_address, sent.buyer.einvoice_operator) == (ovt(1), "PROVOPER")
    assert sent.barcode is not None
    [line] = sent.lines
    assert (line.name, line.text, line.net) == ("Betalningspåminnelse", document.subject, Decimal("105.00"))
    for said in (*document.paragraphs, *document.notes, "Faktura: 4210000000001 · Öppet €: 100,00"):
        assert said in sent.notes
    assert any("viitenumero" in note for note in sent.notes)
    assert any("referensnumret" in note for note in sent.notes)
    assert sent.findings == ()


def test_an_interest_invoice_has_its_own_type_and_a_peppol_address_where_it_goes_by_peppol() -> None:
    """OC 3.6.1-a"""
    where = unit()
    a_letter(where, "svea", "interest_invoice", "12.00")
    [sent] = messages(run(LettersRun(), where))
    assert (sent.type_code, sent.buyer.einvoice_address) == ("INV03", CUSTOMERS["svea"]["einvoice_address"])


def test_the_messages_are_valid_by_our_rules_and_by_the_public_schema(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """OC 1.6-a, OC 3.4-a"""
    if not SCHEMAS.is_dir():
        pytest.skip(
            "the public Finvoice schemas are not beside the project (../shared/standards/finvoice/xsd)"
        )
    monkeypatch.setattr(settings, "SCHEMAS", SCHEMAS)
    result = told().sent()
    assert result.facts["rejected"] == []
    [file] = [one for one in result.files if one["kind"] == "finvoice-letters"]
    assert finvoice_findings(archive.read(str(file["digest"])), SCHEMAS) == []


# --- what never leaves --------------------------------------------------------------------------------------------------


def test_a_letter_with_a_personal_code_is_left_out_and_told_whatever_its_channel() -> None:
    """OC 2.2-f: the others go."""
    where = unit()
    code = str(CUSTOMERS["aino"]["code"])
    for who in ("aino", "bruk"):
        a_letter(where, who, "reminder", "10.00", paragraphs=(f"Gäller {code}",))
        a_letter(where, who, "reminder", "20.00")
    result = run(LettersRun(), where)
    assert result.facts["documents"] == 2
    rejected = {
        one["letter"]: {found["rule"] for found in one["findings"]} for one in result.facts["rejected"]
    }
    assert rejected == {
        f"{HARBOUR}L00000001": {"image_personal_code"},
        f"{HARBOUR}L00000003": {"image_personal_code"},
    }
    assert "amount decided = asked for" not in {one.name for one in result.controls}
    everything = b"".join(archive.read(str(one["digest"])) for one in result.files)
    assert not find_personal_codes(everything.decode("latin-1"), glued=True)
    assert run(LettersRun(), where).facts["documents"] == 0


def test_when_all_are_left_out_there_is_no_batch() -> None:
    """OC 2.2-f"""
    where = unit()
    for who in ("aino", "bruk"):
        a_letter(where, who, "reminder", "10.00", notes=(str(CUSTOMERS["aino"]["code"]),))
    result = run(LettersRun(), where)
    assert (result.facts["documents"], len(result.facts["rejected"]), list(result.files)) == (0, 2, [])


def test_what_our_own_checks_of_a_message_find_wrong_is_left_out_of_both_batches() -> None:
    """OC 3.4-a: the customer's business id is wrong; corrected, the letter goes."""
    where = unit()
    a_letter(where, "bruk", "reminder", "10.00")
    Customer.objects.filter(pk=customer("bruk").pk).update(business_id="9900002-1")
    result = run(LettersRun(), where)
    assert [found["rule"] for found in result.facts["rejected"][0]["findings"]] == ["invoice_business_id"]
    assert list(result.files) == []
    with inside(where):
        [left] = LetterDecision.objects.filter(unit=where)
        assert (left.outcome, left.clause, left.amount) == ("REFUSED_BY_OWN_CHECKS", "OC 3.4-a", 10)
        assert [found["rule"] for found in left.inputs["findings"]] == ["invoice_business_id"]
        assert [one.id for one in stored(result.run, "letter", left.outcome, None)] == [left.letter_id]
    Customer.objects.filter(pk=customer("bruk").pk).update(business_id=CUSTOMERS["bruk"]["business_id"])
    assert run(LettersRun(), where).facts["documents"] == 1


def test_an_address_that_was_written_before_the_protection_never_leaves() -> None:
    """OC 3.8-a: between the reminder run and the letters run the customer was protected."""
    where = unit()
    letter = a_letter(where, "aino", "reminder", "10.00")
    assert "Provgatan 1" in letter.document["receiver"]["address"]
    with inside(where):
        saved, _ = save_update(
            CustomerUpdate(row=1, cells={}, number=customer("aino").number, protected=True),
            where,
            key_ring(),
            "fi",
        )
        assert saved is not None
        shown = words_of(letter_copy(where, letter).pdf())
    assert "Provgatan 1" not in shown
    result = run(LettersRun(), where)
    assert [(one.outcome, one.count) for one in result.counts] == [("NO_WAY_TO_SEND", 1)]


def test_a_protected_persons_letter_goes_care_of_the_contact_person() -> None:
    """OC 3.8-a: as the invoice did."""
    where = unit()
    letter = a_letter(where, "skydd", "reminder", "105.00")
    remind(where, letter, a_claim_billed_to(where, "skydd", "contact"))
    opened = package(run(LettersRun(), where))
    [row] = index(opened)
    shown = words_of(opened.read(row["file"]))
    for said in ("Gömd Sanna", "c/o Kontakt Kaj", "Hamngatan 1", "00990 Provhamn"):
        assert said in shown


def test_a_protected_person_with_e_invoices_shows_the_units_own_address() -> None:
    """OC 3.8-a"""
    where = unit()
    a_letter(where, "skyddbank", "reminder", "105.00")
    [sent] = messages(run(LettersRun(), where))
    assert (sent.buyer.name, sent.buyer.street) == ("Gömd Beata", where.street)


# --- copies -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["aino", "berit"])
def test_a_copy_is_the_very_letter_that_was_sent_whatever_has_changed_since(who: str) -> None:
    """OC 3.6-a: printed or sent as a message, its PDF is kept."""
    where = unit()
    letter = a_letter(where, who, "reminder", "105.00")
    with inside(where):
        before = letter_copy(where, letter)
        assert before.delivery is None
        expected = before.pdf()
        assert before.pages()[0].startswith(b"\x89PNG")
    run(LettersRun(), where)
    Customer.objects.filter(pk=customer(who).pk).update(street="Nya gatan 7")
    with inside(where):
        copy = letter_copy(where, letter)
        assert copy.delivery is not None
        assert copy.pdf() == expected
        assert hashlib.sha256(expected).hexdigest() == copy.delivery.digest
        package_of = OutboxFile.objects.get(pk=copy.delivery.file_id)
    if package_of.channel == "letters-print":
        archive.path_of(package_of.digest).unlink()
        with inside(where), pytest.raises(ArchiveBroken):
            letter_copy(where, letter).pdf()


# --- letters as facts -----------------------------------------------------------------------------------------------------


def test_letters_are_numbered_without_a_gap_and_keep_what_they_say() -> None:
    """OC 3.4-a: the digest is of everything that the letter says."""
    where = unit()
    with inside(where):
        documents = [a_document(where, who, "reminder", "10.00") for who in ("aino", "bruk", "berlin")]
        written = write_letters(
            a_run(where),
            list(zip((customer(w).pk for w in ("aino", "bruk", "berlin")), documents, strict=True)),
        )
        assert [one.number for one in written] == [1, 2, 3]
        assert all(one.pk for one in written)
        for document in documents:
            stored = Letter.objects.get(unit=where, digest=digest_of(document))
            assert letter_from_json(stored.document) == document
            assert (stored.language, stored.kind, stored.day) == (document.language, "reminder", DAY)
        assert write_letters(a_run(where), []) == []
    assert len({digest_of(one) for one in (*documents, replace(documents[0], subject="Annat"))}) == 4
    assert a_letter(where, "aino").number == 4
    assert a_letter(new_unit("620900"), "aino").number == 1


def test_a_run_that_fails_leaves_no_gap_in_the_numbers() -> None:
    """OC 3.4-a"""
    where = unit()
    with pytest.raises(IntegrityError):
        a_letter(where, "aino", "postcard")
    assert a_letter(where, "aino").number == 1


def test_a_letter_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(IntegrityError, match="a_letter_is_of_a_known_kind"):
        a_letter(unit(), "aino", "postcard")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (f"{HARBOUR}L00000001", True),
        (f" {HARBOUR} l 0000 0001 ", True),
        (f"{HARBOUR}L00000002", False),
        (f"{FOREST}L00000001", False),
        (f"{HARBOUR}00000001", False),
        ("00000001", False),
        (f"{HARBOUR}L0000000x", False),
        (f"{HARBOUR}L٠٠٠٠٠٠٠١", False),
        ("", False),
    ],
)
def test_a_letter_is_found_by_its_number_as_people_write_it(written: str, found: bool) -> None:
    letter = a_letter(unit(), "aino")
    with inside(unit()):
        assert letter_of(unit(), written) == (letter if found else None)


def test_the_receiver_of_a_letter_has_only_what_may_be_shown() -> None:
    """OC 2.2-f, OC 3.8-a: no identifier of a person, no address of one who is protected without a safe one."""
    assert receiver(customer("aino")).business_id == ""
    assert receiver(customer("bruk")).business_id == CUSTOMERS["bruk"]["business_id"]
    assert receiver(customer("skydd")).address == ()
    assert receiver(customer("skyddbox")).address == ("PB 99", "00991 Provstad")


@pytest.mark.parametrize(
    ("who", "may"), [("kirsi", True), ("cecilia", True), ("maria", False), ("gunnar", False), ("olli", False)]
)
def test_letters_are_sent_by_clerks(who: str, may: bool) -> None:
    """OC 1.2-a"""
    with inside(unit(), who) as acting:
        if may:
            require(acting.person, "run_letters", unit(), DAY)
        else:
            with pytest.raises(NotAllowed):
                require(acting.person, "run_letters", unit(), DAY)


def test_where_the_centre_sends_to_the_operator_it_sends_letters_too() -> None:
    """OC 1.2-a, OC 3.4-a: the responsibility table."""
    where = unit()
    with inside(where):
        Responsibility.objects.create(
            unit=where, step="send_to_operator", party="centre", validity=ALWAYS, clause="OC 1.2-a"
        )
        require(person("cecilia"), "run_letters", where, DAY)
        with pytest.raises(NotAllowed):
            require(person("kirsi"), "run_letters", where, DAY)
