"""The operator's answers and the archive by command: import, worklist, going again, invoice list (OC 3.9-d, 3.9-e)."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from cast import DAY, HARBOUR, an_order, inside, run, unit
from reskontra.demo.pdf import one_line_pdf
from reskontra.documents.invoice import Invoice as Document
from reskontra.exchange.models import OutboxEvent
from reskontra.exchange.reading import read_documents
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.run import OrdersRun

Command = Callable[..., tuple[int, Any]]
IN_HARBOUR = ("--unit", HARBOUR, "--on", DAY.isoformat())
NOW = ("--unit", HARBOUR)
INVOICE = "4210000000001"


@pytest.fixture
def batch(command: Command) -> str:
    """One invoice on paper, sent; the name of its batch."""
    with inside(unit()):
        an_order(unit(), "aino", {"item": "PERMIT"})
    run(OrdersRun(), unit())
    run(InvoicingRun(), unit())
    code, told = command("run", "delivery", *IN_HARBOUR)
    assert (code, told["sent"][0]["state"]) == (0, "sent")
    return str(told["files"][-1]["name"])


def report(folder: Path, batch: str, status: str = "delivered", amount: str = "100.00") -> str:
    """A receipt report of one row in a file."""
    path = folder / f"{status}-{amount}.csv"
    row = f"{batch};{INVOICE};{amount};PAPER;{status};;2026-03-16T10:00:00+02:00"
    path.write_text(f"batch;invoice;amount;channel;status;reason;time\n{row}\ntotal;1;{amount};;;;\n")
    return str(path)


def test_a_report_is_read_validated_and_imported(command: Command, batch: str, tmp_path: Path) -> None:
    """OC 3.9-d: exit 1 when an answer could not be laid to a delivery."""
    file = report(tmp_path, batch)
    code, told = command("read", file)
    assert (code, told["kind"], told["answers"][0]["invoice"]) == (0, "delivery_report", INVOICE)
    assert command("validate", file)[1]["valid"] is True
    code, told = command("import", report(tmp_path, batch, amount="100.01"), *IN_HARBOUR)
    assert (code, told["returned"], told["reasons"][0]["rule"]) == (1, 1, "receipt_amount_wrong")
    code, told = command("import", file, *IN_HARBOUR)
    assert (code, told["taken"], told["batches"][0]["state"]) == (0, 1, "receipted")
    assert (command("import", file, *IN_HARBOUR)[1]["known"], command("outbox", *NOW)[1][0]["state"]) == (
        1,
        "receipted",
    )
    for language in ("sv", "fi", "en"):
        assert command("import", file, *IN_HARBOUR, "--lang", language, text=True)[0] == 0
        assert command("read", file, "--lang", language, text=True)[0] == 0


def test_the_worklist_tells_what_waits_and_a_person_sends_it_again(
    command: Command, batch: str, tmp_path: Path
) -> None:
    """OC 3.9-d: exit 1 while something waits; a right of its own for each act."""
    assert command("deliveries", *NOW) == (0, [])
    command("import", report(tmp_path, batch, "refused"), *IN_HARBOUR)
    code, [found] = command("deliveries", *NOW)
    assert (code, found["invoice"], found["outcome"], found["clause"]) == (
        1, INVOICE, "REFUSED_BY_RECEIVER", "OC 3.9-d",
    )  # fmt: skip
    for language in ("sv", "fi", "en"):
        assert INVOICE in command("deliveries", *NOW, "--lang", language, text=True)[1]
    again = ("deliveries", *NOW, "--again", INVOICE)
    assert command(*again, "--reason", "moved", "--as", "maria")[0] == 3
    assert command(*again)[1]["refused"] == "a_delivery_decision_gives_its_reason"
    code, told = command(*again, "--reason", "moved")
    assert (code, told["attempt"], told["channel"]) == (0, 2, None)
    code, told = command("deliveries", *NOW, "--channel", INVOICE, "KIVRA", "--reason", "asked")
    assert (code, told["refused"]) == (2, "channel_unknown_or_closed")
    assert (
        command("deliveries", *NOW, "--again", "4210000000777", "--reason", "x")[1]["refused"]
        == "nothing_found"
    )
    assert command("deliveries", *NOW) == (0, [])
    code, told = command("run", "delivery", *IN_HARBOUR)
    assert told["documents"] == 1


def test_the_list_of_a_day_to_come_shows_what_will_be_missing(command: Command, batch: str) -> None:
    """OC 3.9-d: nothing has been answered by the end of the next day."""
    with inside(unit()):
        sent_at = OutboxEvent.objects.get(unit=unit(), state="sent").happened_at
    tomorrow = (timezone.localdate(sent_at) + timedelta(days=1)).isoformat()
    code, [found] = command("deliveries", "--unit", HARBOUR, "--on", tomorrow)
    assert (code, found["outcome"], found["batch"]) == (1, "MISSING", batch)


def test_the_archive_comes_back_and_the_list_is_approved(
    command: Command, batch: str, tmp_path: Path
) -> None:
    """OC 3.9-e"""
    document = (tmp_path / "out" / batch).read_bytes()
    [sent] = read_documents(document, "a.xml")
    assert isinstance(sent, Document)
    image = one_line_pdf(f"{INVOICE} {sent.total} {sent.reference}")
    (tmp_path / "a.xml").write_bytes(document)
    (tmp_path / "a.pdf").write_bytes(image)
    rows = [
        f"{INVOICE};{role};{name};{hashlib.sha256(data).hexdigest()}"
        for role, name, data in (("xml", "a.xml", document), ("image", "a.pdf", image))
    ]
    listed = tmp_path / "manifest.csv"
    listed.write_text("\n".join(["invoice;role;file;sha256", *rows, "total;2;;"]))
    assert command("read", str(listed), text=True)[0] == 0
    [standing] = command("deliveries", *NOW, "--lists")[1]
    assert standing["lacking"] == [{"invoice": INVOICE, "lacks": ["xml", "image"], "attachments": []}]
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 half an image")
    assert command("import", str(listed), *IN_HARBOUR)[0] == 1
    assert command("deliveries", *NOW, "--lists", "--lang", "sv", text=True)[1].count("fakturabilden") == 1
    (tmp_path / "a.pdf").write_bytes(image)
    approve = ("deliveries", *NOW, "--approve-list", str(standing["run"]), "--as", "petra")
    assert command(*approve)[1]["refused"] == "an_invoice_list_waits_for_its_archive"
    code, told = command("import", str(listed), *IN_HARBOUR)
    assert (code, told["accepted"], told["known"]) == (0, 1, 1)
    assert command("import", str(listed), *IN_HARBOUR, text=True)[0] == 0
    assert command("deliveries", *NOW, "--lists", "--lang", "fi", text=True)[0] == 0
    assert command(*approve[:-2])[0] == 3
    assert command(*approve)[1]["act"] == "approve"
    assert command(*approve)[1]["refused"] == "an_invoice_list_act_is_given_once"
    assert (
        command("deliveries", *NOW, "--approve-list", "999999", "--as", "petra")[1]["refused"]
        == "nothing_found"
    )


def test_a_day_without_channels_stops_the_delivery_with_words(command: Command) -> None:
    """OC 1.5-d: nothing is sent by a guess."""
    code, told = command("run", "delivery", "--unit", HARBOUR, "--on", "2023-06-01", "--lang", "sv")
    assert (code, told["refused"]) == (2, "channels")
    assert "2023-06-01" in told["message"]
