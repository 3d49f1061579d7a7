"""Files of suppliers' invoices: whole or not at all, once, by every hand; what is too large or sent in another way."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from pypdf import PdfReader

from cast import AT, DAY, HARBOUR, business_id, iban, inside, ovt, person, run, set_term, unit
from expenditure.intake_tables import a_supplier, an_invoice, take_in
from reskontra.documents.findings import Refused
from reskontra.documents.invoice import Attachment, Invoice
from reskontra.exchange import archive
from reskontra.exchange.inbox import receive
from reskontra.exchange.reading import read_documents
from reskontra.expenditure.intake.contents import contradicts
from reskontra.expenditure.intake.files import check_size, take_in_invoices
from reskontra.expenditure.intake.guidance import REFUSED_KINDS, guidance
from reskontra.expenditure.intake.run import IntakeRun, inbox_kind
from reskontra.expenditure.intake.sizes import refuse_attachments, refuse_too_large
from reskontra.formats.finvoice.writer import Message, frame, write_attachments
from reskontra.kernel.terms import terms_on
from reskontra.kernel.texts import LANGUAGES
from reskontra.purchases.models import PurchaseInvoice, PurchaseInvoiceLine, PurchaseVat
from reskontra.registers.models import Unit
from reskontra.registers.policy import NotAllowed

Command = Callable[..., tuple[int, Any]]
EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "standards" / "finvoice" / "examples"
# Messages about invoicing and a frame around one: no invoices.
_OTHER_MESSAGES = {
    "constructed_receiver_info_add.xml", "constructed_receiver_info_delete.xml",
    "constructed_sender_info_add.xml", "constructed_sender_info_change.xml", "soap_frame_sample.xml",
}  # fmt: skip
IN_HARBOUR = ("--unit", HARBOUR, "--on", DAY.isoformat(), "--as", "cecilia")
pytestmark = pytest.mark.usefixtures("database")


def as_finvoice(*invoices: Invoice) -> bytes:
    """Framed Finvoice messages, one after another."""
    return b"".join(frame(one, _message(one, place)) for place, one in enumerate(invoices, start=1))


def _message(invoice: Invoice, place: int) -> Message:
    return Message(
        f"ID-{place}", AT, "003799000009", "PROVOPER", invoice.buyer.einvoice_address or "", "STATEOPER"
    )


def bring(
    where: Unit, data: bytes, name: str = "invoices.xml", channel: str = "einvoice", who: str = "cecilia"
) -> Any:
    """Receive a file and take it in, as the command does."""
    with inside(where, who) as acting:
        received = receive(acting, data, name, inbox_kind(channel))
    with inside(where, who) as acting:
        return take_in_invoices(acting, received, data, DAY)


@pytest.mark.parametrize(
    ("total", "payable", "paid", "rounding", "wrong"),
    [("100", "100", None, None, False), ("100", "100.01", None, None, True), ("100", "99.99", None, None, True),
     ("100", "0", None, None, True), ("100", None, None, None, False), (None, "100", None, None, False),
     ("100", "60", "40", None, False), ("100", "100", "40", None, True), ("100.02", "100", None, "-0.02", False),
     ("100", "0", "100", None, False), ("-100", "0", None, None, False), ("-100", "-100", None, None, False),
     ("-100", "100", None, None, False), ("-100", "99", None, None, True)],
)  # fmt: skip
def test_the_amount_to_pay_is_what_the_total_leaves(
    total: str | None, payable: str | None, paid: str | None, rounding: str | None, wrong: bool
) -> None:
    """EX 5.1-a"""

    def money(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    built = replace(
        an_invoice(unit()),
        total=money(total),
        payable=money(payable),
        paid=money(paid),
        rounding=money(rounding),
    )
    assert contradicts(built) is wrong


@pytest.mark.parametrize(
    ("channel", "size", "taken"),
    [("by_hand", 100_000_000, True), ("by_hand", 100_000_001, False), ("einvoice", 100_000_001, True),
     ("einvoice", 200_000_000, True), ("einvoice", 200_000_001, False), ("own_system", 200_000_001, False)],
)  # fmt: skip
def test_the_size_of_a_file_is_limited_by_its_way_of_arrival(channel: str, size: int, taken: bool) -> None:
    """EX 1-b"""
    terms = terms_on(DAY, {})
    if taken:
        refuse_too_large(size, "big.xml", channel, terms)
        return
    with pytest.raises(Refused) as refused:
        refuse_too_large(size, "big.xml", channel, terms)
    assert refused.value.findings[0].rule == "purchase_too_large"


def test_a_unit_may_take_less_and_what_is_too_large_is_not_kept() -> None:
    """EX 1-b"""
    where = unit()
    set_term(where, "purchase_size_by_hand", "1")
    with inside(where) as acting:
        check_size(acting, 1_000_000, "small.xml", "by_hand", DAY)
        with pytest.raises(Refused):
            check_size(acting, 1_000_001, "large.xml", "by_hand", DAY)


def test_the_limit_of_attachments_holds_for_each_file() -> None:
    """EX 1-b"""
    terms = terms_on(DAY, {"purchase_attachment_size": "1"})
    whole = Attachment("a.pdf", "application/pdf", b"x" * 1_000_000)
    larger = Attachment("b.pdf", "application/pdf", b"x" * 1_000_001)
    built = an_invoice(unit())
    refuse_attachments([replace(built, attachments=(whole, whole, whole))], terms)
    with pytest.raises(Refused) as refused:
        refuse_attachments([replace(built, attachments=(whole, larger))], terms)
    assert [one.value for one in refused.value.findings] == ["b.pdf"]


def test_attachments_are_archived_with_their_invoice() -> None:
    """EX 5-a"""
    where = unit()
    picture = Attachment("bild.pdf", "application/pdf", b"%PDF-1.4 test")
    built = replace(an_invoice(where, "1"), attachments=(picture,), message_id="ID-1")
    message = _message(built, 1)
    data = frame(replace(built, attachments=()), message) + write_attachments(built, message)
    bring(where, data)
    with inside(where):
        (kept,) = PurchaseInvoice.objects.get(unit=where).attachments
    assert (kept["name"], kept["size"]) == ("bild.pdf", 13)
    assert archive.read(kept["digest"]) == picture.content


def test_the_same_file_again_changes_nothing_and_says_so() -> None:
    """EX 5-a"""
    where = unit()
    data = as_finvoice(an_invoice(where, "1"), an_invoice(where, "2"))
    first, second = bring(where, data), bring(where, data, "again.xml")
    assert (first.count("accepted"), first.before) == (2, "")
    assert (second.count("accepted"), second.count("duplicate"), bool(second.before)) == (0, 2, True)
    assert [one.rule for one in second.known] == ["file_known"]
    with inside(where):
        assert PurchaseInvoice.objects.filter(unit=where).count() == 2


def test_two_who_bring_the_same_file_at_once_take_it_in_once() -> None:
    """EX 5-a"""
    where = unit()
    data = as_finvoice(an_invoice(where, "1"))
    answers: list[Any] = []

    def one() -> None:
        try:
            answers.append(bring(where, data))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(bool(answer.before) for answer in answers) == [False, True]
    with inside(where):
        assert PurchaseInvoice.objects.filter(unit=where).count() == 1


def test_a_file_that_breaks_off_is_taken_in_not_at_all() -> None:
    """EX 5-a"""
    where = unit()
    data = as_finvoice(an_invoice(where, "1"), an_invoice(where, "2"))
    with pytest.raises(Refused):
        bring(where, data[:-40])
    with inside(where):
        assert not PurchaseInvoice.objects.filter(unit=where).exists()


def test_only_the_centre_and_its_interface_take_invoices_in() -> None:
    """EX 5-a"""
    where = unit()
    data = as_finvoice(an_invoice(where))
    with pytest.raises(NotAllowed):
        bring(where, data, who="kirsi")


def test_the_run_takes_what_waits_in_the_inbox_and_leaves_what_it_cannot_read() -> None:
    """EX 5-a"""
    where = unit()
    good, bad = as_finvoice(an_invoice(where, "1")), as_finvoice(an_invoice(where, "2"))[:-40]
    with inside(where) as acting:
        receive(acting, good, "good.xml", inbox_kind("portal"))
        receive(acting, bad, "bad.xml", inbox_kind("einvoice"))
        receive(acting, b"something else", "other.csv", "import")
    result = run(IntakeRun(), where)
    assert result.facts["invoices"] == 1
    assert [one["file"] for one in result.facts["refused_files"]] == ["bad.xml"]
    again = run(IntakeRun(), where)
    assert (again.facts["invoices"], len(again.facts["refused_files"])) == (0, 1)
    with inside(where):
        one = PurchaseInvoice.objects.get(unit=where)
        assert (one.number, one.channel) == ("1", "portal")


def test_an_invoice_of_one_unit_is_not_seen_in_another() -> None:
    """EX 2.1-a"""
    where, other = unit(), unit("4220")
    take_in(where, [an_invoice(where, "1")])
    built = an_invoice(where, "1")
    take_in(other, [replace(built, buyer=replace(built.buyer, einvoice_address=other.edi_code))])
    with inside(other):
        assert PurchaseInvoice.objects.count() == 1


# --- the public examples ---


@pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="the public examples of Finvoice are not beside the project"
)
@pytest.mark.parametrize(
    "name", sorted(one.name for one in EXAMPLES.glob("*.xml")) if EXAMPLES.is_dir() else []
)
def test_every_public_example_goes_in_with_its_totals_or_is_refused_with_a_reason(name: str) -> None:
    """EX 5-a"""
    where = unit()
    data = (EXAMPLES / name).read_bytes()
    if name in _OTHER_MESSAGES:
        with pytest.raises(Refused) as refused:
            bring(where, data, name)
        assert [one.rule for one in refused.value.findings] == ["finvoice_other_message"]
        with inside(where):
            assert not PurchaseInvoice.objects.filter(unit=where).exists()
        return
    documents = read_documents(data, name)
    bring(where, data, name)
    with inside(where):
        stored = list(PurchaseInvoice.objects.filter(unit=where).order_by("position"))
        assert len(stored) == len(documents)
        for one, told in zip(stored, documents, strict=True):
            assert isinstance(told, Invoice)
            assert (one.net, one.vat, one.total, one.payable) == (
                told.net,
                told.vat,
                told.total,
                told.payable,
            )
            assert (one.number, one.currency) == (told.number, told.currency)
            assert PurchaseInvoiceLine.objects.filter(invoice=one).count() == len(told.lines)
            parts = PurchaseVat.objects.filter(invoice=one).order_by("position")
            assert [part.amount for part in parts] == [part.amount for part in told.vat_breakdown]


# --- the hands ---


def test_the_commands_take_a_file_in_and_tell_one_invoice_with_everything_known(
    command: Command, tmp_path: Path
) -> None:
    """EX 3-c, EX 5-a"""
    where = unit()
    a_supplier("Koetoimittaja Oy", business_id=business_id(7001), account=iban("99007001000001"))
    built = an_invoice(where, "A-1", order="V1500", buyer_reference="VSK1000012")
    astray = replace(built, number="A-2", buyer=replace(built.buyer, einvoice_address=ovt(777)))
    file = tmp_path / "invoices.xml"
    file.write_bytes(as_finvoice(built, astray))
    code, told = command("import", str(file), *IN_HARBOUR)
    assert (code, told["kind"], told["read"], told["accepted"], told["returned"]) == (
        1, "purchase_invoices", 2, 1, 1,
    )  # fmt: skip
    assert told["outcomes"]["INVOICE_NOT_OURS"] == 1
    number = told["invoices"][0]["id"]
    for written in (number, "a-1"):
        code, story = command("purchase", written, *IN_HARBOUR[:2], "--as", "cecilia")
        assert (code, story["id"], story["total"], story["stream"]) == (0, number, "125.50", "procurement")
    assert {(one["kind"], one["value"]) for one in story["numbers"]} == {
        ("order", "V1500"), ("contract", "VSK1000012"),
    }  # fmt: skip
    assert story["supplier"].endswith("Koetoimittaja Oy")
    assert story["decisions"][0]["rule"] == "intake"
    code, why = command("explain", number, *IN_HARBOUR[:2], "--as", "cecilia")
    assert (code, why["subject"], why["decisions"][0]["outcome"]) == (
        0, "purchase_invoice", story["decisions"][0]["outcome"],
    )  # fmt: skip
    for language in LANGUAGES:
        for words in (("purchase", number), ("explain", number)):
            code, printed = command(*words, *IN_HARBOUR[:2], "--as", "cecilia", "--lang", language, text=True)
            assert (code, "A-1" in printed) == (0, True)
    code, printed = command("import", str(file), *IN_HARBOUR, text=True)
    assert code == 0
    assert "invoices.xml" in printed


def test_the_run_command_plans_and_applies_what_waits(command: Command) -> None:
    """EX 5-a"""
    where = unit()
    with inside(where) as acting:
        receive(acting, as_finvoice(an_invoice(where)), "one.xml", inbox_kind("einvoice"))
    code, planned = command("run", "intake", *IN_HARBOUR, "--plan")
    assert (code, planned["state"], planned["decisions"][0]["count"]) == (0, "planned", 1)
    code, applied = command("run", "intake", *IN_HARBOUR, "--apply", str(planned["run"]))
    assert (code, applied["state"], applied["digest"]) == (0, "applied", planned["digest"])
    with inside(where):
        assert PurchaseInvoice.objects.filter(unit=where).count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", REFUSED_KINDS)
def test_whoever_sends_in_a_refused_way_is_told_how_to_send(kind: str, language: str) -> None:
    """EX 5-a, EX 6-b"""
    where = unit()
    told = guidance(kind, where, terms_on(DAY, {}), language)
    assert where.edi_code in told
    assert f"0216:{where.edi_code}" in told
    assert "EX 5-a" in told or "5" in told.splitlines()[-1]
    assert "{" not in told


def test_the_guidance_is_printed_by_command(command: Command) -> None:
    """EX 5-a"""
    code, told = command("purchase", "--guidance", "link", *IN_HARBOUR[:2], "--as", "cecilia", "--lang", "sv")
    assert (code, told["kind"]) == (0, "link")
    assert "länk" in told["text"]
    with pytest.raises(ValueError, match="refused"):
        guidance("fax", unit(), terms_on(date(2026, 3, 16), {}), "sv")
    assert person("cecilia")


def test_each_voucher_by_post_has_its_cover_sheet(command: Command, tmp_path: Path) -> None:
    """EX 5.2-a: the unit's own PO box stands on it; several vouchers in an envelope only with a sheet for each."""
    words = ("purchase", "--cover-sheets", str(tmp_path), "--vouchers", "2", *IN_HARBOUR, "--lang", "sv")
    assert command(*words)[0] == 2, "nobody guesses an address"
    assert list(tmp_path.iterdir()) == []
    set_term(unit(), "other_vouchers_box", "PB 71, 00990 Provhamn")
    code, told = command(*words)
    assert (code, told["files"]) == (0, ["4210-20260316-1.pdf", "4210-20260316-2.pdf"])
    for place, name in enumerate(told["files"], start=1):
        said = "".join(page.extract_text() for page in PdfReader(tmp_path / name).pages)
        for wanted in ("PB 71", "00990 Provhamn", f"Verifikat {place} av 2", unit().edi_code, "EX 5.2"):
            assert wanted in said, (name, wanted)
    assert command("purchase", *IN_HARBOUR)[0] == 2
