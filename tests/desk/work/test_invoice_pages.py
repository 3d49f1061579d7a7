"""S25: the list of invoices, and everything about one of them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cast import DAY, customer, inside, invoice_number, person, reference, run
from reskontra.exchange.excerpts import finvoice_of
from reskontra.income.delivery.run import DeliveryRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.kernel.texts import text
from reskontra.registers.models import Person
from reskontra.sales.models import Invoice, InvoicedOrder

AtDesk = Callable[[str], Client]


@pytest.fixture
def invoiced(desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The desk with its ready orders invoiced, and sealed in a batch."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    run(InvoicingRun(), desk.unit, DAY)
    run(DeliveryRun(), desk.unit, DAY)
    return desk


def invoice_of(desk, word: str) -> Invoice:
    with inside(desk.unit):
        done = InvoicedOrder.objects.get(unit=desk.unit, number=desk.number(word))
        return Invoice.objects.select_related("voucher").get(unit=desk.unit, pk=done.invoice_id)


def numbers_on(page: bytes) -> list[int]:
    return [int(found) for found in re.findall(r'<th [^>]*><a href="/u/\d+/invoices/(\d+)"', page.decode())]


def test_the_list_shows_the_newest_first(invoiced, at_desk: AtDesk) -> None:
    assert numbers_on(at_desk("kirsi").get(invoiced.path("invoices")).content) == [3, 2, 1]


@pytest.mark.parametrize(
    "by", ["number", "bare number", "reference", "grouped reference", "customer", "name"]
)
def test_a_search_finds_an_invoice_by_whatever_stands_on_it(invoiced, at_desk: AtDesk, by: str) -> None:
    found = invoice_of(invoiced, "ready")
    asked = {
        "number": invoice_number(invoiced.unit, found.number),
        "bare number": str(found.number),
        "reference": reference(invoiced.unit, found.number),
        "grouped reference": " ".join(re.findall(".{1,5}", reference(invoiced.unit, found.number)[::-1]))[
            ::-1
        ],
        "customer": customer("aino").number,
        "name": customer("aino").name,
    }[by]
    assert numbers_on(at_desk("kirsi").get(invoiced.path("invoices"), {"q": asked}).content) == [found.number]


def test_a_search_that_finds_nothing_says_where_it_looked(invoiced, at_desk: AtDesk) -> None:
    page = at_desk("kirsi").get(invoiced.path("invoices"), {"q": "99999"}).content.decode()
    assert text("desk.invoices.none.search", "sv") in page


def test_the_page_holds_lines_vat_reference_voucher_way_out_and_reasons(
    invoiced, at_desk: AtDesk, language: str
) -> None:
    Person.objects.filter(pk=person("kirsi").pk).update(language=language)
    found = invoice_of(invoiced, "course")
    page = at_desk("kirsi").get(invoiced.path(f"invoices/{found.number}")).content.decode()
    bare = page.replace("\N{NO-BREAK SPACE}", " ")
    assert ("€150.00" if language == "en" else "150,00 €") in bare
    assert ("€188.25" if language == "en" else "188,25 €") in bare
    assert ("25.5 %" if language == "en" else "25,5 %") in bare
    assert str(found.voucher) in page
    assert "17000000" in page
    assert text("desk.outbox.state.built", language) in page
    assert text("outcome.PAYMENT_TERM", language).capitalize() in page
    assert f'href="/u/{invoiced.unit.code}/orders/{invoiced.number("course")}"' in page


def test_the_debits_and_credits_on_the_page_are_equal(invoiced, at_desk: AtDesk) -> None:
    found = invoice_of(invoiced, "course")
    page = at_desk("kirsi").get(invoiced.path(f"invoices/{found.number}")).content.decode()
    voucher = page[page.index('id="voucher"') :]

    def cents(side: str) -> int:
        label = text(f"desk.entry.{side}", "sv")
        told = re.findall(rf'data-label="{label}">([\d,\s\N{{NO-BREAK SPACE}}]+)', voucher)
        return sum(int(re.sub(r"\D", "", one)) for one in told if re.sub(r"\D", "", one))

    assert cents("debit") == cents("credit") == 18825


def test_the_finvoice_is_the_one_that_was_sent(invoiced, at_desk: AtDesk) -> None:
    found = invoice_of(invoiced, "ready")
    answer = at_desk("kirsi").get(invoiced.path(f"invoices/{found.number}/finvoice.xml"))
    written = invoice_number(invoiced.unit, found.number)
    assert answer.headers["Content-Type"] == "application/xml"
    assert f'filename="{written}.xml"' in answer.headers["Content-Disposition"]
    assert answer.content.startswith(b"<?xml ")
    assert answer.content.endswith(b"</Finvoice>\n")
    assert answer.content.count(b"<Finvoice ") == 1
    assert f"<InvoiceNumber>{written}</InvoiceNumber>".encode() in answer.content


def test_an_excerpt_that_the_batch_does_not_hold_is_none(invoiced) -> None:
    with inside(invoiced.unit):
        from reskontra.exchange.models import OutboxFile

        batch = OutboxFile.objects.filter(unit=invoiced.unit, channel="finvoice").get()
    assert finvoice_of(batch.digest, "1-nothing") is None


def test_before_it_is_sent_there_is_an_image_of_what_will_be_and_no_finvoice(desk, at_desk: AtDesk) -> None:
    run(InvoicingRun(), desk.unit, DAY)
    client = at_desk("kirsi")
    assert client.get(desk.path("invoices/1/finvoice.xml")).status_code == 404
    assert text("desk.invoice.image.will_be", "sv") in client.get(desk.path("invoices/1")).content.decode()
    assert client.get(desk.path("invoices/1/invoice.pdf")).content.startswith(b"%PDF-")
    assert numbers_on(client.get(desk.path("invoices?kind=unsent")).content) == [3, 2, 1]


def test_the_image_is_a_pdf_and_its_first_page_a_picture(invoiced, at_desk: AtDesk) -> None:
    """OC 3.6-a: people see the invoice as the customer does."""
    client = at_desk("kirsi")
    pdf, png = (client.get(invoiced.path(f"invoices/1/{name}")) for name in ("invoice.pdf", "page.png"))
    assert (pdf.headers["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert (png.headers["Content-Type"], png.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert pdf.headers["Content-Disposition"].startswith("inline;")
    assert client.get(invoiced.path("invoices/99/invoice.pdf")).status_code == 404


def test_a_foreign_invoice_reads_like_one_that_does_not_exist(invoiced, at_desk: AtDesk) -> None:
    for address in ("/u/4220/invoices/1", "/u/4220/invoices/1/finvoice.xml", f"/u/4220/invoices/{10**30}"):
        assert at_desk("olli").get(address).status_code == 404
        assert at_desk("cecilia").get(address).status_code == 404
    assert at_desk("olli").get(invoiced.path("invoices/1")).status_code == 404


def test_the_pages_ask_a_fixed_number_of_queries(invoiced, at_desk: AtDesk) -> None:
    """However many rows: the lists take what they take for one."""
    client = at_desk("kirsi")
    for address, most in (("invoices", 14), ("orders?state=all", 14), ("", 55)):
        client.get(invoiced.path(address))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(invoiced.path(address)).status_code == 200
        assert len(asked) <= most, "\n".join(query["sql"][:110] for query in asked)
