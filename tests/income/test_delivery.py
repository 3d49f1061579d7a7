"""Invoices leave as Finvoice documents, each by its channel, once, and right in every element (OC 3.1, 3.4 to 3.8)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from tables import Told, deliver_in_crowd_and_alone, read

from cast import (
    AT,
    CUSTOMERS,
    DAY,
    HARBOUR,
    add_price,
    an_order,
    business_id,
    customer,
    inside,
    ovt,
    reference,
    run,
    unit,
)
from reskontra.documents.billing_request import CustomerUpdate
from reskontra.documents.invoice import Invoice as Document
from reskontra.exchange import archive
from reskontra.exchange.models import OutboxFile
from reskontra.exchange.outbox import hand_over, state_of, waiting
from reskontra.exchange.writing import finvoice_findings
from reskontra.formats.finvoice import reader
from reskontra.formats.invoice_image.view import Places, view
from reskontra.income.delivery.follow_up import not_sent, worklist
from reskontra.income.delivery.run import DeliveryRun, MissingBankAccount
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.run import OrdersRun
from reskontra.insight.explanations import explain
from reskontra.insight.invoices import invoices_listed, left_count
from reskontra.insight.runs import stored
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.kernel.terms import MissingTerm
from reskontra.registers.customers import save_update
from reskontra.registers.keys import key_ring
from reskontra.registers.models import Customer, Unit, UnitAccount
from reskontra.runs.models import Evidence
from reskontra.runs.run import Result
from reskontra.sales.models import Invoice, InvoiceDelivery

pytestmark = pytest.mark.usefixtures("database")
SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "standards" / "finvoice" / "xsd"

CHANNELS = """
    on 2026-03-16
    order  A  aino
    line   A  PERMIT 1
    order  B  berit
    line   B  PERMIT 1
    order  C  bruk
    line   C  COURSE 1
    order  D  verket
    line   D  COURSE 1
    order  E  svea
    line   E  COURSE 1
    order  F  berlin
    line   F  COURSE 1
    order  H  skydd  bill-to contact
    line   H  PERMIT 1
    order  I  skyddbox
    line   I  PERMIT 1
    order  J  skyddbank
    line   J  PERMIT 1
    order  K  aino   bill-to bruk
    line   K  PERMIT 1
    expect A  PAPER              # OC 3.1-a: the State's operator prints
    expect B  CONSUMER_E_INVOICE # OC 1.5-c: the net bank comes first
    expect C  E_INVOICE          # OC 3.6-a
    expect D  E_INVOICE          # OC 3.6-a: between units always
    expect E  PEPPOL             # OC 3.6.1-a
    expect F  PAPER              # OC 3.1-a: abroad on paper
    expect H  PAPER              # OC 3.1-a: to the contact person
    expect I  PAPER              # OC 3.1-a: to the safe address
    expect J  CONSUMER_E_INVOICE # OC 1.5-c
    expect K  E_INVOICE          # OC 3.6-a: the recipient decides the channel
    """


def test_every_invoice_goes_by_the_channel_of_its_recipient_in_a_crowd_and_alone() -> None:
    deliver_in_crowd_and_alone(CHANNELS)


# --- one batch, read back ------------------------------------------------------------------------------------------


@dataclass
class Sent:
    """What a delivery run left: its result, the bytes of the batch, and its documents by customer name."""

    result: Result
    data: bytes
    documents: Sequence[Document]

    def to(self, name: str) -> Document:
        """The one document to a customer."""
        [found] = [one for one in self.documents if one.buyer.name == name]
        return found


def deliver(where: Unit | None = None, on: date = DAY) -> Sent:
    """Run the delivery and read the batch back."""
    result = run(DeliveryRun(), where or unit(), on)
    if not result.files:
        return Sent(result, b"", ())
    data = archive.read(str(result.files[-1]["digest"]))
    return Sent(result, data, reader.read(data))


def invoiced(text: str) -> Told:
    """A table of orders, invoiced."""
    told = Told(read(text), unit())
    run(InvoicingRun(), told.where, told.table.on)
    return told


def element(data: bytes, name: str) -> list[str]:
    """The texts of an element, as they stand in the file."""
    return re.findall(rf"<{name}(?: [^>]*)?>([^<]*)</{name}>", data.decode("iso-8859-15"))


def test_the_identifiers_stand_in_their_own_elements() -> None:
    """OC 3.5.1-a, OC 3.5.2-a: external invoicing."""
    invoiced("""
        on 2026-03-16
        order  A  bruk  number PO-77 agreement S-2026-4 accounting TK1001 site KOE-1 case "UMA 4/2026 Anna"
        line   A  COURSE 1
        """)
    sent = deliver()
    [document] = sent.documents
    assert (document.order, document.agreement, document.accounting) == ("PO-77", "S-2026-4", "TK1001")
    assert (document.site, document.buyer_reference) == ("KOE-1", "UMA 4/2026 Anna")
    assert element(sent.data, "OrderIdentifier") == ["PO-77"]
    assert element(sent.data, "AgreementIdentifier") == ["S-2026-4"]
    assert element(sent.data, "AccountDimensionText") == ["TK1001"]
    assert element(sent.data, "DeliverySiteCode") == ["KOE-1"]
    assert element(sent.data, "BuyerReferenceIdentifier") == ["UMA 4/2026 Anna"]


def test_between_units_the_contract_code_and_the_VSK1_number_stand_there() -> None:
    """OC 3.5.2-a, OC 3.5.3-a: internal invoicing; other text may follow the number after a space."""
    invoiced("""
        on 2026-03-16
        order  A  verket  number "V1100200 Anna" agreement HANKE-7 accounting TK1002 case "VSK1004711 Anna Prov"
        line   A  COURSE 1
        """)
    sent = deliver()
    [document] = sent.documents
    assert (document.agreement, document.buyer_reference) == ("HANKE-7", "VSK1004711 Anna Prov")
    assert (document.order, document.accounting) == ("V1100200 Anna", "TK1002")
    with inside(unit()):
        assert Invoice.objects.get(unit=unit()).internal


def test_an_invoice_says_whom_what_why_when_and_how_to_pay() -> None:
    """OC 1.6-a, OC 3.5-a, OC 3.11-a, OC 4.1-a"""
    told = invoiced("""
        on 2026-03-16
        order  A  bruk  served 2026-03-02
        line   A  COURSE 2
        line   A  SEEDS 1
        """)
    sent = deliver()
    [document] = sent.documents
    with inside(told.where):
        stored = Invoice.objects.get(unit=told.where)
        account = UnitAccount.objects.get(unit=told.where, purpose="income")
    assert document.findings == ()
    assert (document.type_code, document.currency, document.specification) == ("INV01", "EUR", "EN16931")
    assert (document.number, document.issue_date, document.due_date) == (
        "4210000000001",
        DAY,
        date(2026, 4, 7),
    )
    assert (document.net, document.vat, document.total, document.payable) == (
        stored.net, stored.vat, stored.total, stored.total,
    )  # fmt: skip
    assert document.supply_date == date(2026, 3, 2)
    assert document.reference == reference(told.where, stored.number)
    assert (document.seller.iban, document.seller.bic) == (account.iban, "PROVFIHH")
    assert (document.seller.name, document.seller.business_id) == ("Hamnverket", told.where.business_id)
    assert (document.seller.vat_id, document.seller.einvoice_address) == (
        told.where.vat_id,
        told.where.edi_code,
    )
    assert (document.buyer.name, document.buyer.business_id) == ("Provbruket Ab", business_id(1))
    assert (document.buyer.street, document.buyer.postcode, document.buyer.town) == (
        "Provgatan 1",
        "00999",
        "Provstad",
    )
    assert document.buyer.number == customer("bruk").number
    rows = [
        (line.item, line.quantity, line.unit_price, line.net, line.vat_category, line.vat_percent)
        for line in document.lines
    ]
    assert rows == [
        ("COURSE", 2, 50, 100, "S", Decimal("25.5")), ("SEEDS", 1, 8, 8, "E", 0),
    ]  # fmt: skip
    assert [(part.category, part.percent, part.base, part.amount) for part in document.vat_breakdown] == [
        ("S", Decimal("25.5"), 100, Decimal("25.50")), ("E", 0, 8, 0),
    ]  # fmt: skip
    assert document.vat_breakdown[1].reason
    assert document.barcode is not None
    assert len(document.barcode) == 54
    assert "21" in (document.payment_terms or "")
    assert document.late_interest_text == "Dröjsmålsränta enligt räntelagen"
    assert document.language == "sv"


def test_what_outside_customers_name_and_long_names_of_places_do_not_stop_an_invoice() -> None:
    """OC 3.5.3-a, OC 3.4-a: a reference of their own that begins as ours do, a place of seventy characters."""
    name = "Utbildningssamkommunens sambruksförråd och mottagning i Norra Provstad"
    assert len(name) == 70
    invoiced("""
        on 2026-03-16
        order  A  bruk  ship-to paja case VSK1-2026/7
        line   A  COURSE 1
        """)
    Customer.objects.filter(pk=customer("paja").pk).update(name=name)
    sent = deliver()
    assert sent.result.facts["rejected"] == []
    [document] = sent.documents
    assert document.delivery is not None
    assert f"{document.delivery.name} {document.delivery.name2}" == name
    assert all(len(one) <= 35 for one in element(sent.data, "DeliveryOrganisationName"))
    assert document.buyer_reference == "VSK1-2026/7"


def test_the_legal_basis_is_the_orders_own_or_that_of_each_item() -> None:
    """OC 3.5-a, OC 3.5-b: a text type of its own, in the customer's language."""
    invoiced("""
        on 2026-03-16
        order  A  aino
        line   A  PERMIT 1
        line   A  INSPECT 1
        line   A  PERMIT 1
        order  B  berit  basis "Lag 1/2020, 3 §"
        line   B  BARE 1
        order  C  bruk   basis "Lag 2/2020"
        line   C  PERMIT 1
        """)
    sent = deliver()
    assert sent.to("Koe Aino").legal_basis == (
        "Avgiftslagen om permit 1/2020 (fi)",
        "Avgiftslagen om inspect 1/2020 (fi)",
    )
    assert sent.to("Prov Berit").legal_basis == ("Lag 1/2020, 3 §",)
    assert sent.to("Provbruket Ab").legal_basis == ("Lag 2/2020",), (
        "a special act is named instead of the item's"
    )


def test_every_invoice_asks_for_the_reference_in_finnish_and_swedish_and_tells_of_e_invoices() -> None:
    """OC 4.1-a, OC 3.6-d, OC 6.1.3-a: whatever the customer's language."""
    invoiced("""
        on 2026-03-16
        order  A  aino
        line   A  PERMIT 1
        order  B  berit
        line   B  PERMIT 1
        order  C  berlin
        line   C  PERMIT 1
        """)
    sent = deliver()
    words = {"Koe Aino": "verkkolaskuna", "Prov Berit": "nätfaktura", "Probe GmbH": "e-invoices"}
    cost = {"Koe Aino": "5,00 €", "Prov Berit": "5,00 €", "Probe GmbH": "5.00"}
    for name, word in words.items():
        notes = " ".join(sent.to(name).notes)
        assert "Käytä maksaessasi viitenumeroa." in notes
        assert "Ange referensnumret när du betalar." in notes
        assert word in notes
        assert cost[name] in notes.replace("\N{NO-BREAK SPACE}", " ")
    names = {name: (sent.to(name).seller.name, sent.to(name).lines[0].name) for name in words}
    assert names == {
        "Koe Aino": ("Satamavirasto", "Permit (fi)"), "Prov Berit": ("Hamnverket", "Permit (sv)"),
        "Probe GmbH": ("Hamnverket", "Permit (en)"),
    }  # fmt: skip


def test_outside_the_scope_of_VAT_no_VAT_number_and_no_rate_is_named() -> None:
    """OC 1.6-a, EN 16931 BR-O-02, BR-O-05: the business ids stay."""
    Customer.objects.filter(pk=customer("bruk").pk).update(vat_id="FI" + business_id(1).replace("-", ""))
    invoiced("""
        on 2026-03-16
        order  A  bruk
        line   A  PERMIT 1
        order  B  bruk
        line   B  SAMPLE 1
        """)
    outside, within = deliver().documents
    assert (outside.seller.vat_id, outside.buyer.vat_id) == (None, None)
    assert outside.seller.business_id
    assert outside.buyer.business_id
    assert [(line.vat_category, line.vat_percent) for line in outside.lines] == [("O", None)]
    assert [(part.category, part.percent, part.amount) for part in outside.vat_breakdown] == [("O", None, 0)]
    assert within.seller.vat_id
    assert within.buyer.vat_id
    assert within.lines[0].vat_percent == Decimal("25.5")


def test_over_several_days_of_supply_the_period_and_each_rows_day_are_told() -> None:
    """OC 1.6-a: VAT stands at two rates, and the reader sees why; one day alone needs neither."""
    told = invoiced("""
        on 2026-03-16
        order  A  bruk  served 2024-08-20
        line   A  COURSE 1
        order  B  bruk  served 2024-09-05
        line   B  COURSE 2
        order  C  paja  served 2026-03-02
        line   C  COURSE 1
        """)
    sent = deliver()
    several = sent.to("Provbruket Ab")
    days = (date(2024, 8, 20), date(2024, 9, 5))
    assert (several.supply_date, several.period_start, several.period_end) == (days[1], *days)
    assert [(line.period_start, line.period_end, line.vat_percent) for line in several.lines] == [
        (days[0], days[0], 24), (days[1], days[1], Decimal("25.5")),
    ]  # fmt: skip
    one = sent.to("Koepaja Oy")
    assert (one.supply_date, one.period_start, one.period_end) == (date(2026, 3, 2), None, None)
    assert one.lines[0].period_start is None
    assert sent.result.facts["rejected"] == []
    if SCHEMAS.is_dir():
        assert finvoice_findings(sent.data, SCHEMAS) == []
    assert element(sent.data, "InvoicingPeriodStartDate") == ["20240820"]
    shown = view(several, Places())
    assert [row["details"] for row in shown["rows"]["lines"]] == [
        ["Leveransdag 20.8.2024"],
        ["Leveransdag 5.9.2024"],
    ]
    assert told.orders


def test_the_orders_own_texts_are_carried() -> None:
    """OC 3.5-b: header, item and line texts, apart from the legal basis."""
    with inside(unit()):
        an_order(
            unit(),
            "aino",
            {"item": "PERMIT", "item_text": "Lupa 12/2026", "line_text": "Laituri 4"},
            header_text="Kiitos käynnistä.",
        )
    run(OrdersRun(), unit())
    run(InvoicingRun(), unit())
    [document] = deliver().documents
    assert "Kiitos käynnistä." in document.notes
    assert (document.lines[0].name, document.lines[0].text) == ("Lupa 12/2026", "Laituri 4")


def test_a_credit_note_names_its_original_and_asks_for_nothing() -> None:
    """OC 3.5-a, EN 16931 BT-25"""
    told = invoiced("""
        on 2026-03-16
        invoiced F1 bruk COURSE 2
        order  A  bruk  credits F1
        line   A  COURSE -1
        act    A  review maria
        act    A  approve gunnar
        """)
    sent = deliver()
    [original, credit] = sent.documents
    assert (original.type_code, credit.type_code) == ("INV01", "INV02")
    assert (credit.original_number, credit.original_date) == (original.number, DAY)
    assert (credit.net, credit.vat, credit.total) == (Decimal("-50.00"), Decimal("-12.75"), Decimal("-62.75"))
    assert credit.barcode is None
    assert original.original_number is None
    assert told.invoices["F1"].number == 1


# --- addresses (OC 3.1, 3.6.1) and protected persons (OC 3.8) --------------------------------------------


def test_paper_goes_to_the_States_operator_and_Peppol_by_its_own_addresses() -> None:
    """OC 3.1-a, OC 3.6-a, OC 3.6.1-a"""
    Customer.objects.filter(pk=customer("berlin").pk).update(
        einvoice_address=ovt(8), einvoice_operator="EUPEPPOL"
    )
    invoiced("""
        on 2026-03-16
        order  A  aino
        line   A  PERMIT 1
        order  B  berit
        line   B  PERMIT 1
        order  C  bruk
        line   C  COURSE 1
        order  D  svea
        line   D  COURSE 1
        order  E  berlin
        line   E  COURSE 1
        """)
    sent = deliver()
    to = {one.buyer.name: (one.buyer.einvoice_address, one.buyer.einvoice_operator) for one in sent.documents}
    assert to == {
        "Koe Aino": ("FI28768767", "FI28768767"),
        "Prov Berit": (CUSTOMERS["berit"]["einvoice_address"], "PROVFIHH"),
        "Provbruket Ab": (ovt(1), "PROVOPER"),
        "Svea Prov AB": ("0007:9900000001", "EUPEPPOL"),
        "Probe GmbH": (f"0216:{ovt(8)}", "EUPEPPOL"),
    }
    assert element(sent.data, "InvoiceSegmentIdentifier") == [
        "PAPER",
        "CONSUMER_E_INVOICE",
        "E_INVOICE",
        "PEPPOL",
        "PEPPOL",
    ]
    assert set(element(sent.data, "FromIntermediator")) == {"FI28768767"}


def test_a_protected_persons_invoice_goes_care_of_the_contact_person() -> None:
    """OC 3.8-a: the person stays the customer; the address is the contact's, and the unit's where there is none."""
    invoiced("""
        on 2026-03-16
        order  A  skydd  bill-to contact
        line   A  PERMIT 1
        order  B  skyddbank
        line   B  PERMIT 1
        order  C  skyddbox
        line   C  PERMIT 1
        order  D  aino  ship-to skydd
        line   D  PERMIT 1
        """)
    sent = deliver()
    cared = sent.to("Gömd Sanna").buyer
    assert (cared.name2, cared.street, cared.town) == ("c/o Kontakt Kaj", "Hamngatan 1", "Provhamn")
    assert sent.to("Gömd Beata").buyer.street == unit().street
    assert sent.to("Gömd Bo").buyer.street == "PB 99"
    assert sent.to("Koe Aino").delivery is None


def test_an_address_that_was_registered_before_the_protection_never_leaves() -> None:
    """OC 3.8-a: between the invoice run and the delivery the customer was protected."""
    invoiced("""
        on 2026-03-16
        order  A  aino
        line   A  PERMIT 1
        order  B  bruk  ship-to aino
        line   B  COURSE 1
        """)
    with inside(unit()):
        aino = customer("aino")
        saved, _ = save_update(
            CustomerUpdate(row=1, cells={}, number=aino.number, protected=True), unit(), key_ring(), "fi"
        )
        assert saved is not None
    sent = deliver()
    assert [one.buyer.name for one in sent.documents] == ["Provbruket Ab"]
    assert sent.documents[0].delivery is None
    assert {(c.outcome, c.count) for c in sent.result.counts} == {("NO_WAY_TO_SEND", 1), ("E_INVOICE", 1)}


def test_no_personal_code_is_in_any_byte_of_the_batch() -> None:
    """OC 2.2-f"""
    people = [word for word, told in CUSTOMERS.items() if told["kind"] == "person" and word != "skydd"]
    for word in people:
        with inside(unit()):
            an_order(unit(), word, {"item": "PERMIT"})
    run(OrdersRun(), unit())
    run(InvoicingRun(), unit())
    sent = deliver()
    assert len(sent.documents) == len(people)
    text = sent.data.decode("iso-8859-15")
    assert not find_personal_codes(text, glued=True)
    assert not [word for word in people if str(CUSTOMERS[word]["code"]) in text]


# --- the batch: sealed, valid, once ----------------------------------------------------------------------

_ALL_KINDS = """
    on 2026-03-16
    invoiced F1 bruk COURSE 2
    order  A  aino
    line   A  PERMIT 1
    order  B  berit
    line   B  INSPECT 1.5
    order  C  verket  number V1100200 agreement HANKE-7 accounting TK1 site KOE case VSK1001
    line   C  COURSE 1
    line   C  BOOK 2
    order  D  svea
    line   D  SEEDS 2
    order  E  skydd  bill-to contact
    line   E  PERMIT 1
    order  F  skyddbank
    line   F  PERMIT 1
    order  G  bruk  credits F1
    line   G  COURSE -1
    act    G  review maria
    act    G  approve gunnar
    order  H  paja  ship-to bruk basis "Lag 1/2020 & förordning <2>"
    line   H  BARE 1
    """


def test_the_batch_is_valid_by_our_rules_and_by_the_public_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """OC 1.6-a, OC 3.4-a: checked before it leaves, against the schema too where its folder is known."""
    if not SCHEMAS.is_dir():
        pytest.skip(
            "the public Finvoice schemas are not beside the project (../shared/standards/finvoice/xsd)"
        )
    invoiced(_ALL_KINDS)
    monkeypatch.setattr(settings, "SCHEMAS", SCHEMAS)
    sent = deliver()
    assert sent.result.facts["rejected"] == []
    assert len(sent.documents) == 9
    assert finvoice_findings(sent.data, SCHEMAS) == []


def test_the_batch_is_sealed_and_its_totals_are_evidence() -> None:
    """OC 3.4-a, OC 3.9-a: identity and digest are fixed when it is built; deliveries and documents agree."""
    told = invoiced(_ALL_KINDS)
    sent = deliver()
    [file] = sent.result.files
    with inside(told.where):
        sealed = OutboxFile.objects.get(unit=told.where)
        assert (sealed.digest, sealed.documents, sealed.name) == (file["digest"], 9, file["name"])
        assert sealed.name == f"finvoice-{HARBOUR}-20260316-{sent.result.run.pk:06d}.xml"
        assert sealed.amount == sum(Invoice.objects.filter(unit=told.where).values_list("total", flat=True))
        assert InvoiceDelivery.objects.filter(unit=told.where, file=sealed).count() == 9
        controls = dict(
            Evidence.objects.filter(unit=told.where, run=sent.result.run).values_list("control", "actual")
        )
    assert controls["documents in the batch = deliveries"] == "9"
    assert {control.name for control in sent.result.controls} <= set(controls)


def test_an_invoice_goes_out_once() -> None:
    """OC 3.4-a: a second run has nothing to send, and new invoices go alone."""
    invoiced(_ALL_KINDS)
    first, second = deliver(), deliver()
    assert (len(first.documents), second.documents, second.result.facts["documents"]) == (9, (), 0)
    with inside(unit()):
        an_order(unit(), "aino", {"item": "INSPECT"})
    run(OrdersRun(), unit())
    run(InvoicingRun(), unit())
    assert [one.number for one in deliver().documents] == ["4210000000010"]


def test_with_nothing_to_deliver_the_run_is_done_and_leaves_no_file() -> None:
    """OC 3.4-a"""
    sent = deliver()
    assert (sent.result.run.state, sent.result.facts, list(sent.result.files)) == (
        "applied",
        {"documents": 0, "rejected": []},
        [],
    )
    with inside(unit()):
        assert not OutboxFile.objects.filter(unit=unit()).exists()


def test_what_our_own_checks_find_wrong_is_left_out_and_told() -> None:
    """OC 3.4-a: the others go; the one that is corrected goes next time."""
    invoiced("""
        on 2026-03-16
        order  A  bruk
        line   A  COURSE 1
        order  B  paja
        line   B  COURSE 1
        """)
    Customer.objects.filter(pk=customer("paja").pk).update(business_id="9900002-1")
    sent = deliver()
    assert [one.buyer.name for one in sent.documents] == ["Provbruket Ab"]
    told = {
        one["invoice"]: [found["rule"] for found in one["findings"]] for one in sent.result.facts["rejected"]
    }
    assert told == {
        "4210000000002": ["invoice_business_id"],
    }
    assert sent.result.facts["documents"] == 1
    with inside(unit()):
        assert InvoiceDelivery.objects.filter(unit=unit()).count() == 1
        assert OutboxFile.objects.get(unit=unit()).amount == Decimal("62.75")
    Customer.objects.filter(pk=customer("paja").pk).update(business_id=business_id(2))
    assert [one.buyer.name for one in deliver().documents] == ["Koepaja Oy"]


def test_what_is_left_is_kept_shown_and_told_until_it_goes() -> None:
    """OC 3.4-a, OC 3.9-d: no way to send, or refused by our own checks: a decision, the worklist and the story tell."""
    told = invoiced("""
        on 2026-03-16
        order  A  bruk
        line   A  COURSE 1
        order  B  paja
        line   B  COURSE 2
        order  C  aino
        line   C  PERMIT 1
        """)
    Customer.objects.filter(pk=customer("paja").pk).update(business_id="9900002-1")
    Customer.objects.filter(pk=customer("aino").pk).update(street="", postcode="", town="")
    assert _worklist() == [("4210000000003", "NO_WAY_TO_SEND")], "our own checks come with the run"
    for on in (DAY, date(2026, 3, 17)):
        sent = deliver(on=on)
    counts = {(c.outcome, c.standing, c.clause, c.count, c.amount) for c in sent.result.counts}
    assert counts == {
        ("REFUSED_BY_OWN_CHECKS", "LEFT", "OC 3.4-a", 1, Decimal("125.50")),
        ("NO_WAY_TO_SEND", "LEFT", "OC 3.8-a", 1, Decimal("100.00")),
    }, "nothing is counted as sent that was not"
    assert _worklist() == [("4210000000002", "REFUSED_BY_OWN_CHECKS"), ("4210000000003", "NO_WAY_TO_SEND")]
    with inside(unit()) as acting:
        [refused, nowhere] = not_sent(acting)
        assert [one.rule for one in refused.findings] == ["invoice_business_id"]
        assert nowhere.passed_over[0].channel == "CONSUMER_E_INVOICE"
        story = [
            [one for one in explain(told.where, number, "sv")["decisions"] if one.get("rule") == "delivery"]
            for number in ("4210000000002", "4210000000003")
        ]
        assert [(one["outcome"], one["times"], one["run"]["on"]) for [one] in story] == [
            ("REFUSED_BY_OWN_CHECKS", 2, "2026-03-17"), ("NO_WAY_TO_SEND", 2, "2026-03-17"),
        ]  # fmt: skip
        assert "9900002-1" in story[0][0]["inputs"]["found_wrong"][0]
        listed = stored(sent.result.run, "invoice", "REFUSED_BY_OWN_CHECKS", None)
        assert [one.number for one in listed] == [2]
        stuck = invoices_listed(told.where, "left")
        assert ([one.number for one in stuck], left_count(told.where)) == ([3, 2], 2)
    Customer.objects.filter(pk=customer("paja").pk).update(business_id=business_id(2))
    Customer.objects.filter(pk=customer("aino").pk).update(street="Prov", postcode="00999", town="Provstad")
    assert len(deliver(on=date(2026, 3, 18)).documents) == 2
    with inside(unit()) as acting:
        assert (not_sent(acting), invoices_listed(told.where, "left"), left_count(told.where)) == ([], [], 0)


def _worklist() -> list[tuple[str, str]]:
    """The number and outcome of what waits for a person."""
    with inside(unit()) as acting:
        return [(one.number, one.outcome) for one in worklist(acting, acting.at)]


def test_when_all_are_left_out_there_is_no_batch() -> None:
    """OC 3.4-a"""
    invoiced("""
        on 2026-03-16
        order  A  paja
        line   A  COURSE 1
        """)
    Customer.objects.filter(pk=customer("paja").pk).update(business_id="9900002-1")
    sent = deliver()
    assert (sent.result.facts["documents"], len(sent.result.facts["rejected"]), sent.documents) == (0, 1, ())
    with inside(unit()):
        assert not OutboxFile.objects.filter(unit=unit()).exists()


def test_a_State_unit_that_lost_its_address_is_left_and_told() -> None:
    """OC 2.2-i, OC 3.6-a: between units never on paper."""
    invoiced("""
        on 2026-03-16
        order  A  verket
        line   A  COURSE 1
        """)
    Customer.objects.filter(pk=customer("verket").pk).update(einvoice_address="", einvoice_operator="")
    sent = deliver()
    assert [(c.outcome, c.clause) for c in sent.result.counts] == [("STATE_UNIT_ONLY_ELECTRONIC", "OC 2.2-i")]
    assert sent.documents == ()


def test_a_missing_bank_account_stops_the_run() -> None:
    """OC 4.1-a: nobody is asked to pay to nowhere."""
    invoiced("""
        on 2026-03-16
        order  A  aino
        line   A  PERMIT 1
        """)
    with inside(unit()):
        UnitAccount.objects.filter(unit=unit(), purpose="income").update(purpose="expenditure")
    with pytest.raises(MissingBankAccount):
        deliver()
    with inside(unit()):
        assert not InvoiceDelivery.objects.filter(unit=unit()).exists()


def test_after_the_operators_contract_the_run_stops_until_the_next_is_known() -> None:
    """OC 3.1-a: the contract ends on 30 November 2027."""
    told = invoiced("""
        on 2027-11-30
        order  A  aino
        line   A  PERMIT 1
        order  B  berit
        line   B  PERMIT 1
        """)
    with pytest.raises(MissingTerm):
        deliver(on=date(2027, 12, 1))
    assert len(deliver(told.where, date(2027, 11, 30)).documents) == 2


def test_a_batch_is_handed_over_with_its_very_bytes_and_only_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OC 3.4-a: the operator's folder holds what was sealed; a second attempt writes nothing."""
    monkeypatch.setattr(settings, "OUT", tmp_path)
    invoiced(_ALL_KINDS)
    sent = deliver()
    with inside(unit()):
        [file] = waiting(unit())
    handed = hand_over(file, AT)
    assert (handed.state, handed.path.read_bytes()) == ("sent", sent.data)
    handed.path.write_bytes(b"fetched and emptied by the operator")
    assert hand_over(file, AT).state == "sent"
    assert handed.path.read_bytes() == b"fetched and emptied by the operator"
    with inside(unit()):
        assert state_of(file) == "sent"
        assert list(waiting(unit())) == []


def test_prices_of_a_past_year_stand_on_the_invoice_as_they_were() -> None:
    """OC 2.1-a: an invoice does not follow the price list once it is made."""
    told = invoiced("""
        on 2026-03-16
        order  A  aino
        line   A  PERMIT 1
        """)
    with inside(told.where):
        add_price(told.where, "PERMIT", "500.00", since=DAY)
    [document] = deliver().documents
    assert (document.lines[0].unit_price, document.total) == (100, 100)
