"""Intake of suppliers' invoices (EX 1-b, 2, 3-c, 5, 6): steered, known again, judged, kept as written."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cast import ALWAYS, HARBOUR, business_id, iban, inside, ovt, plan_of, run, unit
from expenditure.intake_tables import (
    DAY,
    a_file,
    a_supplier,
    an_invoice,
    decide_in_crowd_and_alone,
    take_in,
)
from reskontra.documents.invoice import Attachment, InvoiceLine
from reskontra.expenditure.intake.rules import decide_intake
from reskontra.expenditure.intake.run import IntakeRun
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.purchases.models import (
    InvoiceFinding,
    InvoiceIdentifier,
    InvoiceReturn,
    InvoiceSupplier,
    PurchaseDecision,
    PurchaseInvoice,
    PurchaseInvoiceLine,
    PurchaseVat,
)
from reskontra.registers.models import ReceivingAddress, SupplierAccount

pytestmark = pytest.mark.usefixtures("database")


def test_the_receiving_address_says_whose_an_invoice_is() -> None:
    """EX 2.1-a, EX 6-b"""
    decide_in_crowd_and_alone(f"""
    on 2026-03-16
    supplier koe account 99007001000001
    invoice  own     koe 1 100.00
    invoice  suffix  koe 2 100.00 to 0010
    invoice  other   koe 3 100.00 to {ovt(777)}
    invoice  strange koe 4 100.00 to 0088:1234567890128
    expect   own     TAKEN_IN                # EX 5-a
    expect   suffix  TAKEN_IN_WITH_FINDINGS  # EX 5.1-a
    expect   other   INVOICE_NOT_OURS        # EX 2.1-a
    expect   strange INVOICE_NOT_OURS        # EX 2.1-a
    """)


@pytest.mark.parametrize(
    ("suffix", "stream", "voucher_type"),
    [("", "procurement", "XA"), ("100", "other", "XB"), ("AVUST", "other", "XE"), ("00100", "other", "XB"),
     ("1001", "procurement", "XA"), ("10", "procurement", "XA")],
)  # fmt: skip
def test_the_receiving_address_steers_the_stream_and_the_voucher_type(
    suffix: str, stream: str, voucher_type: str
) -> None:
    """EX 2.1-a, EX 2.2-a, EX 2.2-b"""
    where = unit()
    with inside(where):
        ReceivingAddress.objects.create(
            unit=where, edi_code=f"{where.edi_code}AVUST", stream="other", voucher_type="XE", validity=ALWAYS
        )
    built = an_invoice(where)
    buyer = replace(built.buyer, einvoice_address=f"{where.edi_code}{suffix}")
    take_in(where, [replace(built, buyer=buyer)])
    with inside(where):
        stored = PurchaseInvoice.objects.get(unit=where)
        assert (stored.stream, stored.voucher_type) == (stream, voucher_type)


@pytest.mark.parametrize("form", ["0216:{edi}", "0037:{short}", "{spaced}"])
def test_both_peppol_forms_of_an_address_are_the_units_own(form: str) -> None:
    """EX 6-b"""
    where = unit()
    edi = where.edi_code
    written = form.format(edi=edi, short=edi[4:], spaced=f"{edi[:4]} {edi[4:]}")
    built = an_invoice(where)
    take_in(where, [replace(built, buyer=replace(built.buyer, einvoice_address=written))])
    with inside(where):
        stored = PurchaseInvoice.objects.get(unit=where)
        assert stored.receiving_address == written
        assert not InvoiceReturn.objects.filter(unit=where).exists()


def test_an_invoice_that_came_before_is_a_duplicate_by_its_meaning() -> None:
    """EX 5-a"""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    supplier koe account 99007001000001
    supplier paja account 99007001000001
    came     first  koe A-17 100.00 on 2026-03-10
    came     credit koe A-18 100.00 on 2026-03-10
    invoice  same   koe  A-17 100.00 on 2026-03-10
    invoice  zeros  koe  00a-17 100.00 on 2026-03-10
    invoice  dearer koe  A-17 100.01 on 2026-03-10
    invoice  later  koe  A-17 100.00 on 2026-03-11
    invoice  seller paja A-17 100.00 on 2026-03-10
    invoice  back   koe  A-18 -100.00 on 2026-03-10
    expect   same   DUPLICATE               # EX 5-a
    expect   zeros  DUPLICATE               # EX 5-a
    expect   dearer TAKEN_IN_WITH_FINDINGS  # EX 5.1-a
    expect   later  TAKEN_IN_WITH_FINDINGS  # EX 5.1-a
    expect   seller TAKEN_IN                # EX 5-a
    expect   back   TAKEN_IN                # EX 5-a
    """)


def test_a_duplicate_is_returned_with_its_reason_and_names_the_first() -> None:
    """EX 5-a"""
    where = unit()
    a_supplier("Koetoimittaja Oy", business_id=business_id(7001), account=iban("99007001000001"))
    take_in(where, [an_invoice(where, "7"), an_invoice(where, "7"), an_invoice(where, "7", "99.00")])
    with inside(where):
        first, second, third = PurchaseInvoice.objects.filter(unit=where).order_by("position")
        returned = InvoiceReturn.objects.get(unit=where)
        assert (returned.invoice_id, returned.reason, returned.clause) == (second.pk, "duplicate", "EX 5-a")
        said = {one.invoice_id: one for one in PurchaseDecision.objects.filter(unit=where)}
        assert said[second.pk].inputs["duplicate_of"] == f"PI{first.pk}"
        assert said[third.pk].inputs["same_number"] == f"PI{first.pk}"
        told = InvoiceFinding.objects.get(unit=where, rule="purchase_number_used_before")
        assert (told.invoice_id, told.severity) == (third.pk, "warning")


def test_what_was_returned_before_does_not_keep_the_right_one_out() -> None:
    """EX 5-a"""
    where = unit()
    built = an_invoice(where, "8")
    astray = replace(built, buyer=replace(built.buyer, einvoice_address=ovt(777)))
    take_in(where, [astray])
    take_in(where, [built])
    take_in(where, [built])
    with inside(where):
        said = [
            one.outcome
            for one in PurchaseDecision.objects.filter(unit=where).order_by("run_id", "invoice_id")
        ]
    assert said == ["INVOICE_NOT_OURS", "SUPPLIER_UNKNOWN", "DUPLICATE"]


def test_whose_invoice_it_is_stands_in_the_register() -> None:
    """EX 5.1-a, EX 6-a"""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    supplier koe account 99007001000001
    supplier saara account 99007001000005
    supplier berlin account 99007001000006
    supplier nobody account 99007001000007
    invoice  business koe    1 100.00
    invoice  technic  saara  2 100.00 iban 99007001000005
    invoice  foreign  berlin 3 100.00 iban 99007001000006
    invoice  account  nobody 4 100.00 iban 99007001000007
    invoice  name     nobody 5 100.00 iban 99007001000009
    invoice  unknown  paja   6 100.00
    invoice  money    koe    7 100.00 iban 99007001000009
    expect   business TAKEN_IN                # EX 5-a
    expect   technic  TAKEN_IN_WITH_FINDINGS  # EX 5.1-a
    expect   foreign  TAKEN_IN_WITH_FINDINGS  # EX 5.1-a
    expect   account  TAKEN_IN_WITH_FINDINGS  # EX 5.1-a
    expect   name     SUPPLIER_UNKNOWN        # EX 5.1-a
    expect   unknown  SUPPLIER_UNKNOWN        # EX 5.1-a
    expect   money    TAKEN_IN_WITH_FINDINGS  # EX 5.1-a
    """)


def test_what_would_be_paid_wrongly_comes_before_what_a_person_completes() -> None:
    """EX 5.1-a, EX 6-a"""
    decide_in_crowd_and_alone(f"""
    on 2026-03-16
    supplier koe account 99007001000001
    supplier sahko blocked yes
    came     first   koe 1 100.00
    invoice  astray  koe 1 100.00 pays 90.00 in SEK to {ovt(777)}
    invoice  again   koe 1 100.00 pays 90.00 type INV08
    invoice  dearer  koe 2 100.00 pays 100.01 in SEK no day
    invoice  less    koe 3 100.00 pays 99.99
    invoice  advance koe 4 100.00 pays 60.00 paid 40.00
    invoice  unpaid  koe 5 100.00 pays 100.00 paid 40.00
    invoice  nameless koe 6 100.00 no name in SEK
    invoice  dayless koe 7 100.00 no day type INV08
    invoice  numberless koe none 100.00 no number
    invoice  blocked sahko 8 100.00
    invoice  dunning koe 9 100.00 type INV08 in SEK
    invoice  demand  koe 10 100.00 type INV03
    invoice  kronor  paja 11 100.00 in SEK
    expect   astray  INVOICE_NOT_OURS        # EX 2.1-a
    expect   again   AMOUNTS_CONTRADICT      # EX 5.1-a
    expect   dearer  AMOUNTS_CONTRADICT also CONTENT_MISSING  # EX 5.1-a
    expect   less    AMOUNTS_CONTRADICT      # EX 5.1-a
    expect   advance TAKEN_IN                # EX 5-a
    expect   unpaid  AMOUNTS_CONTRADICT      # EX 5.1-a
    expect   nameless CONTENT_MISSING also OTHER_CURRENCY # EX 5.1-a
    expect   dayless CONTENT_MISSING also REMINDER_RECEIVED # EX 5.1-a
    expect   numberless CONTENT_MISSING      # EX 5.1-a
    expect   blocked CONTENT_MISSING         # EX 5.1-a
    expect   dunning REMINDER_RECEIVED also OTHER_CURRENCY # EX 5.1-a
    expect   demand  REMINDER_RECEIVED       # EX 5.1-a
    expect   kronor  OTHER_CURRENCY          # EX 6-a
    """)


def test_a_reminder_is_no_duplicate_of_its_invoice_and_a_second_reminder_is_one_of_the_first() -> None:
    """EX 5-a"""
    where = unit()
    a_supplier("Koetoimittaja Oy", business_id=business_id(7001), account=iban("99007001000001"))
    reminder = an_invoice(where, "1", type_code="INV08")
    take_in(where, [an_invoice(where, "1"), reminder, reminder])
    with inside(where):
        said = [one.outcome for one in PurchaseDecision.objects.filter(unit=where).order_by("invoice_id")]
    assert said == ["TAKEN_IN", "REMINDER_RECEIVED", "DUPLICATE"]


def test_an_invoice_is_kept_as_its_file_says_it() -> None:
    """EX 5-a"""
    where = unit()
    supplier = a_supplier("Koetoimittaja Oy", business_id=business_id(7001), account=iban("99007001000001"))
    lines = (
        InvoiceLine(
            position=10, item="A\t1", name="Rad\\ett", text="två\nrader", quantity=Decimal("2.5"), unit="h",
            unit_price=Decimal("40.00"), net=Decimal("100.00"), vat=Decimal("25.50"), vat_category="S",
            vat_percent=Decimal("25.5"), order="V1123", order_line="3", accounting="TK1SAHKO",
        ),
        InvoiceLine(position=20, name="Bara text"),
    )  # fmt: skip
    built = an_invoice(
        where, "00 4-x", net=Decimal("100.00"), vat=Decimal("25.50"), lines=lines, order="V1123"
    )
    result = take_in(where, [built])
    with inside(where):
        one = PurchaseInvoice.objects.get(unit=where)
        assert (one.number, one.number_key) == ("00 4-x", "4-X")
        assert (one.net, one.vat, one.total, one.payable) == tuple(
            Decimal(amount) for amount in ("100.00", "25.50", "125.50", "125.50")
        )
        assert (one.issue_date, one.due_date, one.supply_date) == (DAY, date(2026, 4, 15), DAY)
        assert (one.seller_key, one.channel, one.kind) == (business_id(7001), "einvoice", "invoice")
        first, second = PurchaseInvoiceLine.objects.filter(invoice=one).order_by("position")
        assert (first.position, first.item, first.text) == (10, "A\t1", "Rad\\ett\ntvå\nrader")
        assert (first.quantity, first.price, first.order_line) == (Decimal("2.5"), Decimal(40), "3")
        assert (second.position, second.net) == (20, None)
        part = PurchaseVat.objects.get(invoice=one)
        assert (part.category, part.percent) == ("S", Decimal("25.5"))
        assert InvoiceSupplier.objects.get(invoice=one).supplier_id == supplier.pk
    assert all(control.expected == control.actual for control in result.controls)
    assert {control.name: control.actual for control in result.controls}["rows as read = rows stored"] == "2"


def test_numbers_are_kept_with_the_field_that_they_stood_in() -> None:
    """EX 3-c"""
    where = unit()
    built = an_invoice(
        where, order="v1123, kevät", buyer_reference="VSK1000012 Kalle V1124", agreement="VSK1000013",
        accounting="TK1SAHKO",
    )  # fmt: skip
    take_in(where, [built])
    with inside(where):
        found = {
            (one.kind, one.value, one.field, one.right_field)
            for one in InvoiceIdentifier.objects.filter(unit=where)
        }
    assert found == {
        ("order", "V1123", "order", True),
        ("order", "V1124", "buyer_reference", False),
        ("contract", "VSK1000012", "buyer_reference", True),
        ("contract", "VSK1000013", "agreement", False),
        ("posting", "TK1SAHKO", "accounting", True),
    }


def test_an_account_that_nobody_approved_is_told_of() -> None:
    """EX 9-c"""
    where = unit()
    supplier = a_supplier("Koetoimittaja Oy", business_id=business_id(7001), account=iban("99007001000001"))
    SupplierAccount.objects.filter(supplier=supplier).update(ended_date=DAY)
    take_in(where, [an_invoice(where)])
    with inside(where):
        told = InvoiceFinding.objects.get(unit=where)
        assert (told.rule, told.value, told.detail) == (
            "purchase_account_not_approved", iban("99007001000001"), {"supplier": supplier.number},
        )  # fmt: skip


def test_a_personal_code_for_a_business_id_is_neither_kept_nor_repeated() -> None:
    """EX 5.1-a"""
    where = unit()
    built = an_invoice(where)
    seller = replace(built.seller, business_id="010190-900P", vat_id=None)
    take_in(where, [replace(built, seller=seller)])
    with inside(where):
        one = PurchaseInvoice.objects.get(unit=where)
        assert "900P" not in f"{one.seller_key}{one.seller_business_id}{one.seller_vat_id}"
        findings = list(InvoiceFinding.objects.filter(unit=where))
        assert "purchase_personal_code" in {found.rule for found in findings}
        assert not [found for found in findings if "900P" in f"{found.value}{found.detail}"]


@pytest.mark.parametrize(
    ("changes", "name"),
    [({"vat_breakdown": ()}, "vat_breakdown"), ({"due_date": None, "payment_terms": "30 pv"}, "due_date"),
     ({"total": None}, "total")],
)  # fmt: skip
def test_a_digitised_invoice_shows_what_the_guideline_asks_for(changes: dict[str, object], name: str) -> None:
    """EX 5.1-a"""
    where = unit()
    built = replace(an_invoice(where), **changes)  # type: ignore[arg-type]
    take_in(where, [built], channel="digitised")
    with inside(where):
        told = InvoiceFinding.objects.filter(unit=where, rule="purchase_required_missing")
        assert [one.detail["name"] for one in told] == [name]
        assert PurchaseDecision.objects.get(unit=where).outcome == "CONTENT_MISSING"


def test_a_digitised_envelope_holds_one_invoice() -> None:
    """EX 5.1-a"""
    where = unit()
    take_in(where, [an_invoice(where, "1"), an_invoice(where, "2")], channel="digitised")
    take_in(where, [an_invoice(where, "3")], channel="digitised")
    with inside(where):
        told = InvoiceFinding.objects.filter(unit=where, rule="purchase_several_in_envelope")
        assert [one.invoice.number for one in told.order_by("id")] == ["1", "2"]


def test_a_digitised_invoice_brings_its_picture() -> None:
    """EX 5.1-a"""
    where = unit()
    picture, other = (Attachment(name, "application/pdf", content) for name, content in
                      (("page.pdf", b"%PDF-1.7 a page"), ("page.exe", b"MZ no picture")))  # fmt: skip
    for number, attachments in (("1", ()), ("2", (picture,)), ("3", (picture, other))):
        take_in(where, [replace(an_invoice(where, number), attachments=attachments)], channel="digitised")
    take_in(where, [an_invoice(where, "4")])
    with inside(where):
        told = InvoiceFinding.objects.filter(unit=where, rule__startswith="purchase_picture").order_by("id")
        assert [(one.invoice.number, one.rule, one.value) for one in told] == [
            ("1", "purchase_picture_missing", ""), ("3", "purchase_picture_unreadable", "page.exe"),
        ]  # fmt: skip
        kept = PurchaseInvoice.objects.get(unit=where, number="2").attachments
        assert (kept[0]["name"], kept[0]["size"]) == ("page.pdf", 15)


def test_amounts_that_have_no_place_are_told_and_left_empty() -> None:
    """EX 5.1-a"""
    where = unit()
    huge = Decimal(10) ** 14
    built = an_invoice(where, "1", net=huge, total=huge, payable=huge)
    take_in(where, [built, an_invoice(where, "2", payable=Decimal("125.504"), rounding=Decimal("0.004"))])
    with inside(where):
        first, second = PurchaseInvoice.objects.filter(unit=where).order_by("position")
        assert (first.net, first.total, second.payable) == (None, None, Decimal("125.50"))
        rules = {(one.invoice_id, one.rule) for one in InvoiceFinding.objects.filter(unit=where)}
        assert (first.pk, "purchase_amount_too_large") in rules
        assert (second.pk, "purchase_decimals") in rules


def test_a_plan_writes_nothing_and_leaves_what_came_after_it() -> None:
    """EX 5-a"""
    where = unit()
    with inside(where):
        file = a_file(where, [an_invoice(where)])
    planned = plan_of(IntakeRun([file]), where)
    with inside(where):
        assert not PurchaseInvoice.objects.filter(unit=where).exists()
    applied = run(IntakeRun([file]), where, planned=planned.run)
    assert applied.run.digest == planned.run.digest
    with inside(where):
        assert PurchaseInvoice.objects.filter(unit=where).count() == 1


def test_every_outcome_and_finding_is_told_in_three_languages() -> None:
    """EX 5-a"""
    for case in decide_intake().cases:
        assert all(text(f"outcome.{case.outcome.name}", language) for language in LANGUAGES)
    assert unit(HARBOUR)
