"""The hands of circulation: ``run circulation``, ``circulation`` and ``circulate``, from arrival to payable."""

import zipfile
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from cast import DAY, inside, unit
from expenditure.circulation_tables import (
    BUDGET,
    COST,
    TRAVEL,
    a_queue,
    a_supplier,
    an_invoice,
    furnish_expenditure,
)
from reskontra.exchange.models import OutboxFile
from reskontra.exchange.outbox import operator_folder, state_of
from reskontra.purchases.models import InvoiceNote, Payable
from reskontra.registers.models import Supplier, Unit

Command = Callable[..., tuple[int, Any]]
ON = ("--unit", "4210", "--on", DAY.isoformat())


@pytest.fixture
def where(database: object) -> Unit:
    """The harbour with its queues."""
    harbour = unit()
    furnish_expenditure(harbour)
    with inside(harbour):
        a_queue(harbour, "CODERS", "code", "kirsi")
        a_queue(harbour, "REVIEW", "review", "maria")
        a_queue(harbour, "APPROVE", "approve", "gunnar")
    return harbour


def test_an_invoice_goes_round_by_commands(where: Unit, command: Command) -> None:
    """EX 1.2.1-a"""
    one = str(an_invoice(where, due=DAY - timedelta(days=1)).pk)
    code, told = command("run", "circulation", *ON, "--as", "cecilia")
    assert (code, told["decisions"][0]["outcome"]) == (0, "ROUTE_TO_CODING")
    code, told = command("circulation", *ON, "--mine", "--as", "kirsi")
    assert (code, [row["queue"] for row in told]) == (1, ["CODERS"])
    line = f"{COST} 100.00 25.50 25.5 budget_account={BUDGET}"
    code, told = command("circulate", "code", one, *ON, "--as", "kirsi", "--line", line)
    assert (code, told["source"]) == (0, "person")
    assert command("circulate", "return", one, *ON, "--as", "maria", "--comment", "a journey")[0] == 0
    share = f"100 {TRAVEL} budget_account={BUDGET}"
    assert command("circulate", "code", one, *ON, "--as", "kirsi", "--share", share)[0] == 0
    assert command("circulate", "review", one, *ON, "--as", "maria")[0] == 0
    code, told = command("circulate", "approve", one, *ON, "--as", "kirsi")
    assert (code, told["refused"]) == (3, "not_allowed")
    assert command("circulate", "approve", one, *ON, "--as", "gunnar")[0] == 0
    code, told = command("circulate", "approve", one, *ON, "--as", "hanna")
    assert (code, told["refused"]) == (2, "a_coding_is_reviewed_and_approved_once")
    code, told = command("run", "circulation", *ON, "--as", "cecilia")
    assert (code, told["payables"]) == (0, 1)
    with inside(where):
        assert Payable.objects.filter(unit=where, invoice=int(one)).exists()
    assert command("circulation", *ON) == (0, [])


def test_the_other_words(where: Unit, command: Command) -> None:
    """EX 3-b, EX 3-e, EX 3.2-a"""
    invoice = an_invoice(where)
    one = str(invoice.pk)
    assert command("circulate", "assign", one, *ON, "--as", "kirsi", "--step", "code", "--to", "kaj")[0] == 0
    assert command("circulate", "forward", one, *ON, "--as", "kaj", "--to", "kirsi")[0] == 0
    code, told = command("circulate", "note", one, "Came?", *ON, "--as", "kirsi", "--to", "saga")
    answered = command("circulate", "note", one, "Yes", *ON, "--as", "saga", "--answers", str(told["note"]))
    assert answered[0] == 0
    days = ("--from", DAY.isoformat(), "--until", (DAY + timedelta(days=2)).isoformat())
    code, told = command("circulate", "absence", *ON, "--as", "maria", "--substitute", "saga", *days)
    assert (code, told["substitute"]) == (0, "Saga")
    back = ("circulate", "back", str(told["absence"]), *ON, "--as", "maria", "--until", DAY.isoformat())
    assert command(*back)[0] == 0
    code, told = command(
        "circulate", "complain", one, *ON, "--as", "kirsi", "--charge", "12,50 rahti", "--agreed", "V1001",
        "--answer-by", (DAY + timedelta(days=14)).isoformat(),
    )  # fmt: skip
    assert (code, told["language"], told["file"]) == (0, "fi", None), "nowhere to send it: kept only"
    line = f"{COST} 100.00 25.50 25.5 budget_account={BUDGET}"
    command("circulate", "code", one, *ON, "--as", "kirsi", "--line", line)
    approved = command(
        "circulate", "approve", one, *ON, "--as", "gunnar", "--decision", "VN/1/2026", "--item",
        f"{COST} 100.00 {BUDGET}",
    )  # fmt: skip
    assert approved[0] == 0
    other = an_invoice(where)
    code, told = command("circulate", "propose", str(other.pk), *ON, "--as", "kirsi")
    assert (code, [row["source"] for row in told]) == (0, ["earlier"])
    assert (
        command("circulate", "code", str(other.pk), *ON, "--as", "kirsi", "--proposal", "earlier")[1][
            "source"
        ]
        == "earlier"
    )
    sent = (
        "circulate",
        "send-back",
        str(other.pk),
        *ON,
        "--as",
        "kirsi",
        "--reason",
        "not_ours",
        "--message",
        "no",
    )
    assert command(*sent)[0] == 0
    assert command(*sent)[0] == 2
    for word in ("--overdue", "--falling-due", "--late-interest"):
        assert command("circulation", *ON, word)[0] == 0
    assert "125.50" in command("circulation", *ON, text=True)[1]


def test_a_complaint_is_kept_as_a_letter_and_goes_out_once(
    where: Unit, command: Command, tmp_path: Path
) -> None:
    """EX 3-b"""
    supplier = a_supplier("S00077", "sv")
    Supplier.objects.filter(pk=supplier.pk).update(street="Provgatan 7", postcode="00100", town="Helsingfors")
    one, copy = str(an_invoice(where, supplier=supplier).pk), tmp_path / "letter.pdf"
    words = (
        "circulate", "complain", one, *ON, "--as", "kirsi", "--charge", "12,50 frakt", "--charge", "2,50 emballage",
        "--agreed", "V1001", "--answer-by", (DAY + timedelta(days=14)).isoformat(), "--pdf", str(copy),
    )  # fmt: skip
    code, told = command(*words)
    assert (code, copy.read_bytes()[:5]) == (0, b"%PDF-")
    assert told["letter"] == sha256(copy.read_bytes()).hexdigest()
    package = operator_folder() / "letters-print" / told["file"]
    with zipfile.ZipFile(package) as found:
        (name,) = [name for name in found.namelist() if name.endswith(".pdf")]
        assert found.read(name) == copy.read_bytes()
    with inside(where):
        (sealed,) = OutboxFile.objects.filter(unit=where)
        assert state_of(sealed) == "sent"
        assert InvoiceNote.objects.filter(unit=where, invoice=int(one), to_supplier=True).count() == 1
    code, again = command(*words)
    assert (code, again["refused"]) == (2, "circulation.said_already")
    with inside(where):
        assert OutboxFile.objects.filter(unit=where).count() == 1
    code, explained = command("explain", f"PI{one}", *ON)
    assert [(told["outcome"], told["inputs"]["charge"]) for told in explained["decisions"]] == [
        ("CHARGES_COMPLAINED", "15.00")
    ]
