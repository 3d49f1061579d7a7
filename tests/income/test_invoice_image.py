"""The invoice that people see, from the database: a copy of what was or will be sent (OC 3.5, 3.6-a, 3.8)."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from tables import Told, read

from cast import CUSTOMERS, DAY, an_order, customer, inside, run, set_term, unit
from reskontra.documents.findings import Refused
from reskontra.exchange import archive
from reskontra.exchange.excerpts import finvoice_of
from reskontra.exchange.imaging import read_finvoice
from reskontra.income.delivery.image import invoice_copies, invoice_copy, invoice_image
from reskontra.income.delivery.run import DeliveryRun, MissingBankAccount
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.run import OrdersRun
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.registers.models import Customer, UnitAccount
from reskontra.sales.models import Invoice, InvoiceDelivery

pytestmark = pytest.mark.usefixtures("database")


def invoiced(text: str) -> Told:
    """A table of orders, invoiced."""
    told = Told(read(text), unit())
    run(InvoicingRun(), told.where, told.table.on)
    return told


def the_invoice(name: str) -> int:
    """The id of the only invoice that a customer of the cast pays."""
    return Invoice.objects.get(unit=unit(), payer__name=CUSTOMERS[name]["name"]).pk


def image_of(name: str) -> PdfReader:
    with inside(unit()):
        return PdfReader(io.BytesIO(invoice_image(unit(), the_invoice(name))))


def words_of(reader: PdfReader) -> str:
    """The text of all pages, its line breaks, no-break and zero-width spaces evened out."""
    text = " ".join(page.extract_text() for page in reader.pages).replace("\u200b", "")
    return " ".join(text.split())


def xml_in(reader: PdfReader) -> bytes:
    [[data]] = reader.attachments.values()
    return data


ONE_OF_EACH = """
    on 2026-03-16
    order  A  aino
    line   A  PERMIT 1
    order  B  bruk  number PO-77 agreement S-2026-4 accounting TK1001 site KOE-1 case "UMA 4/2026"
    line   B  COURSE 2
    line   B  SEEDS 1
    order  C  berlin
    line   C  COURSE 1
    order  D  verket  number "V1100200 Anna" agreement HANKE-7 accounting TK1002 case "VSK1004711 Anna Prov"
    line   D  BOOK 3
    """


def test_before_it_is_sent_the_image_says_what_the_delivery_run_will_say() -> None:
    """OC 3.5-a, OC 4.1-a: the same document; after the delivery the very bytes of the batch lie inside."""
    invoiced(ONE_OF_EACH)
    with inside(unit()):
        ids = list(Invoice.objects.filter(unit=unit()).order_by("number").values_list("pk", flat=True))
        before = dict(invoice_copies(unit(), ids))
    run(DeliveryRun(), unit())
    with inside(unit()):
        after = dict(invoice_copies(unit(), ids))
        deliveries = {one.invoice_id: one for one in InvoiceDelivery.objects.select_related("file__run")}
    assert list(before) == ids == list(after)
    for pk in ids:
        assert (before[pk].sent, after[pk].sent) == (False, True)
        early, late = read_finvoice(before[pk].xml), after[pk].document
        for part in (
            "number",
            "lines",
            "vat_breakdown",
            "notes",
            "legal_basis",
            "total",
            "reference",
            "barcode",
        ):
            assert getattr(early, part) == getattr(late, part), part
        file = deliveries[pk].file
        assert after[pk].xml == finvoice_of(file.digest, f"{file.run_id}-{late.number}")
        assert after[pk].xml.rstrip() in archive.path_of(file.digest).read_bytes()
        shown_early, shown_late = (PdfReader(io.BytesIO(one.pdf())) for one in (before[pk], after[pk]))
        assert words_of(shown_early) == words_of(shown_late)
        assert (xml_in(shown_early), xml_in(shown_late)) == (before[pk].xml, after[pk].xml)
        assert len(after[pk].pages()) == len(shown_late.pages)


@pytest.mark.parametrize("sent", [False, True])
def test_the_image_says_whom_what_why_when_and_how_to_pay(sent: bool) -> None:
    """OC 3.5-a, OC 3.5.1-a, OC 3.5-b, OC 3.6-d, OC 4.1-a, OC 6.1.3-a: for an outside company, in its language."""
    invoiced(ONE_OF_EACH)
    if sent:
        run(DeliveryRun(), unit())
    shown = words_of(image_of("bruk"))
    for said in (
        "Faktura", "Hamnverket", "Provbruket Ab", "00999 Provstad", "PO-77", "S-2026-4", "TK1001", "KOE-1",
        "UMA 4/2026", "Course (sv)", "Seeds (sv)", "Avgiftslagen om course 1/2020 (sv)", "25,5 %", "133,50 €",
        "7.4.2026", "21 dagar netto", "Dröjsmålsränta enligt räntelagen", "nätfaktura", "4210 00000 00023",
    ):  # fmt: skip
        assert said in shown, said
    paying = shown[shown.index("Betalning Mottagare") :]
    for said in (
        "Käytä maksaessasi viitenumeroa.",
        "Ange referensnumret när du betalar.",
        "5,00 €",
        "PROVFIHH",
    ):
        assert said in paying, said
    assert "omprövning" not in shown, "a commercial charge has no instruction on rectification"


@pytest.mark.parametrize("sent", [False, True])
def test_a_public_law_charge_tells_how_to_have_it_set_right(sent: bool) -> None:
    """OC 3.5-a, Act 150/1992 sections 11 a and 11 b: under its own heading, with the authority and its address."""
    invoiced(ONE_OF_EACH)
    if sent:
        run(DeliveryRun(), unit())
    shown = words_of(image_of("aino"))
    told = shown[shown.index("Jos haluat vaatia oikaisua") :]
    for said in ("Satamavirasto", "kuusi kuukautta", "Hamngatan 1, 00990 Provhamn", "150/1992, 11 b §"):
        assert said in told, said


def test_the_units_own_words_take_the_place_of_the_common_ones() -> None:
    """OC 3.5-a: rectification under a special act is told as the unit has entered it."""
    set_term(
        unit(), "rectification_instruction.fi", "Oikaisua haetaan erityislain 9 §:n mukaan: {authority}."
    )
    invoiced(ONE_OF_EACH)
    assert "erityislain 9 §:n mukaan: Satamavirasto." in words_of(image_of("aino"))


def test_the_order_s_own_texts_stand_before_the_rows() -> None:
    """OC 3.5-b"""
    with inside(unit()):
        an_order(
            unit(), "aino", {"item": "PERMIT", "line_text": "Laituri 4"}, header_text="Kiitos käynnistä."
        )
    run(OrdersRun(), unit())
    run(InvoicingRun(), unit())
    shown = words_of(image_of("aino"))
    assert shown.index("Kiitos käynnistä.") < shown.index("Suorite") < shown.index("Laituri 4")


def test_a_credit_invoice_names_its_original_and_asks_for_nothing() -> None:
    """OC 3.5-a: no account, no bar code, no instruction to pay."""
    told = invoiced("""
        on 2026-03-16
        invoiced F1 bruk COURSE 2
        order  A  bruk  credits F1
        line   A  COURSE -1
        act    A  review maria
        act    A  approve gunnar
        """)
    with inside(told.where):
        credit = Invoice.objects.get(unit=told.where, credit=True)
        copy = invoice_copy(told.where, credit.pk)
    shown = words_of(PdfReader(io.BytesIO(copy.pdf())))
    assert "Kreditfaktura" in shown
    assert "4210000000001 (16.3.2026)" in shown
    assert "−62,75 €" in shown
    for unsaid in (
        "IBAN",
        "Referensnummer",
        "Förfallodag",
        "indrivningskostnad",
        "referensnumret",
        "omprövning",
    ):
        assert unsaid not in shown, unsaid


def test_the_image_does_not_follow_an_address_that_changed_after_the_delivery() -> None:
    """OC 3.6-a: a copy of what was sent; one that has not been sent follows the register."""
    invoiced(ONE_OF_EACH)
    run(DeliveryRun(), unit())
    before = image_of("aino")
    Customer.objects.filter(pk=customer("aino").pk).update(street="Nya gatan 9")
    assert words_of(image_of("aino")) == words_of(before)
    assert "Nya gatan" not in words_of(before)


def test_the_protected_person_s_image_goes_to_the_contact_person() -> None:
    """OC 3.8-a"""
    invoiced("""
        on 2026-03-16
        order  A  skydd  bill-to contact
        line   A  PERMIT 1
        order  B  skyddbank
        line   B  PERMIT 1
        """)
    shown = words_of(image_of("skydd"))
    assert "Gömd Sanna c/o Kontakt Kaj Hamngatan 1 00990 Provhamn" in shown
    assert f"Gömd Beata {unit().street}" in words_of(image_of("skyddbank"))


def test_no_personal_code_is_in_any_image() -> None:
    """OC 2.2-f: everybody of the cast who has one is invoiced; text, properties and attachment are searched."""
    people = [word for word, told in CUSTOMERS.items() if told["kind"] == "person" and word != "skydd"]
    with inside(unit()):
        for word in people:
            an_order(unit(), word, {"item": "PERMIT"})
    run(OrdersRun(), unit())
    run(InvoicingRun(), unit())
    for word in people:
        reader = image_of(word)
        searched = words_of(reader) + str(reader.metadata) + xml_in(reader).decode("iso-8859-15")
        assert not find_personal_codes(searched, glued=True)
        assert str(CUSTOMERS[word]["code"]) not in searched


def test_a_personal_code_that_came_into_a_text_is_refused_and_not_printed() -> None:
    """OC 2.2-f: whatever let it in, the image is the last door."""
    code = str(CUSTOMERS["aino"]["code"])
    with inside(unit()):
        an_order(unit(), "bruk", {"item": "COURSE"}, header_text=f"Gäller {code}.")
    run(OrdersRun(), unit())
    run(InvoicingRun(), unit())
    with inside(unit()), pytest.raises(Refused) as refused:
        invoice_image(unit(), the_invoice("bruk"))
    assert [(one.rule, one.clause) for one in refused.value.findings] == [("image_personal_code", "OC 2.2-f")]
    assert code not in str(refused.value.findings)


def test_the_same_invoice_gives_the_same_bytes() -> None:
    """OC 3.6-a: what is shown again is what was shown."""
    invoiced(ONE_OF_EACH)
    with inside(unit()):
        first = invoice_image(unit(), the_invoice("bruk"))
    with inside(unit()):
        assert invoice_image(unit(), the_invoice("bruk")) == first


def test_another_unit_s_invoice_is_not_there() -> None:
    """OC 1.2-a"""
    invoiced(ONE_OF_EACH)
    with inside(unit()):
        pk = the_invoice("aino")
    with inside(unit("4220"), "olli"), pytest.raises(Invoice.DoesNotExist):
        invoice_image(unit("4220"), pk)


def test_without_a_bank_account_there_is_no_image_that_asks_for_payment() -> None:
    """OC 4.1-a"""
    invoiced(ONE_OF_EACH)
    with inside(unit()):
        UnitAccount.objects.filter(unit=unit(), purpose="income").update(purpose="expenditure")
    with inside(unit()), pytest.raises(MissingBankAccount):
        invoice_image(unit(), the_invoice("aino"))


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def command(command: Any) -> Any:
    """``command(NUMBER, …)``: the exit code and the text of the invoice command in the unit."""
    return lambda *words: command(
        "invoice", *words, "--unit", unit().code, "--on", DAY.isoformat(), text=True
    )


def test_the_command_tells_the_invoice_and_writes_its_files(command: Any, tmp_path: Path) -> None:
    """OC 3.6-a: a PDF copy may be given."""
    invoiced(ONE_OF_EACH)
    pdf, xml = tmp_path / "invoice.pdf", tmp_path / "invoice.xml"
    code, told = command("4210000000002", "--pdf", str(pdf), "--xml", str(xml), "--json")
    answer = json.loads(told)
    assert code == 0
    assert {key: answer[key] for key in ("number", "customer", "total", "due_date", "reference", "sent", "lines")} == {
        "number": "4210000000002", "customer": "Provbruket Ab", "total": "133.50", "due_date": "2026-04-07",
        "reference": "42100000000023", "sent": False, "lines": 2,
    }  # fmt: skip
    assert xml_in(PdfReader(pdf)) == xml.read_bytes()
    assert [(one["path"], one["size"]) for one in answer["files"]] == [
        (str(xml), xml.stat().st_size), (str(pdf), pdf.stat().st_size),
    ]  # fmt: skip
    code, told = command("4210000000002", "--lang", "sv")
    assert code == 0
    assert "133,50" in told
    assert "Inte skickad ännu" in told


@pytest.mark.parametrize("number", ["4210000000099", "4220000000002", "2", "abc", "421000000000²"])
def test_the_command_finds_no_invoice_by_another_number(command: Any, number: str) -> None:
    code, told = command(number, "--json")
    assert (code, json.loads(told)["refused"]) == (2, "nothing_found")
