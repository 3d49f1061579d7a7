"""Purchases by card and invoices at offices abroad, as they stand when the clock of the demonstration stops.

A card company's statements and invoices come in; some purchases have their receipts and codings, some wait for them,
one card nobody knows, and one invoice charges a fee that no purchase explains. Offices abroad have invoices of most
ways.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reskontra.database.rows import rows
from reskontra.database.session import working_in
from reskontra.demo.diary import moment, session
from reskontra.demo.einvoices import finvoice_file
from reskontra.demo.purchase_weeks import PurchaseWeeks
from reskontra.demo.purchases import billed, party_of
from reskontra.demo.suppliers import OTHER, SERVICES, seller
from reskontra.demo.world import records
from reskontra.documents.card_statement import CardStatement
from reskontra.exchange.inbox import receive
from reskontra.exchange.reading import read_documents
from reskontra.expenditure.cards.actions import attach_receipt, code_purchase, settle_by_travel
from reskontra.expenditure.cards.lists import open_purchases
from reskontra.expenditure.cards.run import CardsRun
from reskontra.expenditure.cards.statements import take_in_card_statement
from reskontra.expenditure.intake.files import take_in_invoices
from reskontra.expenditure.intake.run import inbox_kind
from reskontra.expenditure.offices.actions import Open, approve, draw_up, pay, review, tell_invoice
from reskontra.expenditure.offices.lists import invoices_abroad
from reskontra.formats.cards.reader import HEAD, HEADING
from reskontra.purchases.models import CardPurchase
from reskontra.purchases.parts import Part
from reskontra.registers.models import OfficeAbroad, Supplier, Unit
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import apply

_COMPANY = "100010"
# By agreement: the purchases of a month (digits' first two, days before the end, merchant, euro), and what the company
# charges beside them.
_BOUGHT: dict[str, tuple[Sequence[tuple[str, int, str, str]], str]] = {
    "KORTTI": (
        (("10", 24, "Neste-Marina Savilahti", "84.20"), ("10", 18, "Polttoaineasema Kaarna", "61.75"),
         ("10", 11, "Polttoaineasema Kaarna", "72.40"), ("10", 6, "Autopesu Kuura", "24.90")),
        "15.00",
    ),
    "HANKINTA": (
        (("20", 40, "Rautakauppa Salmi", "118.60"), ("20", 21, "Verkkokirja Lumi", "46.30"),
         ("20", 9, "Kahvila Majakka", "37.50")),
        "0.00",
    ),
    "MATKA": (
        (("30", 38, "Hotelli Revontuli", "189.00"), ("30", 16, "Taksi Harmaja", "34.80"),
         ("30", 5, "Junaliput Itä", "62.00")),
        "0.00",
    ),
    "MUU": ((("99", 12, "Tuntematon kauppa", "19.90"),), "0.00"),
}  # fmt: skip
# Office, supplier, euro, days until it is due, the ways that are open, and how far it has come.
_ABROAD: Sequence[tuple[str, str, str, int, tuple[str, ...], str]] = (
    ("BRU", "Bureau Lumière SA", "412.00", 20, ("einvoice",), "told"),
    ("BRU", "Maison du Papier", "96.40", 12, (), "told"),
    ("TRO", "Nordlys Kraft AS", "254.30", 9, ("memo",), "reviewed"),
    ("TRO", "Havnekontoret", "88.00", 6, ("memo",), "approved"),
    ("TRO", "Fjellvask AS", "61.20", 15, ("mail",), "told"),
    ("TRO", "Isbreen Utleie", "140.00", 4, (), "paid"),
    ("REY", "Hverfi Leigubílar", "47.50", 3, (), "paid"),
    ("VIS", "Gotlands Städ", "132.00", 10, ("memo",), "told"),
)


def play_cards_and_offices(weeks: PurchaseWeeks, on: date) -> dict[str, Any]:
    """Play until ``on``; returns purchases by what the rule says of them and invoices abroad by their step."""
    for unit in weeks.units:
        _statements(weeks, unit, on)
        _work(unit, on)
        with session(unit, on, "PK", 11) as acting:
            apply(CardsRun(), acting, on)
        _abroad(unit, on)
    return _tally(weeks.units, on)


def _statements(weeks: PurchaseWeeks, unit: Unit, on: date) -> None:
    """A statement of each agreement comes in, and the invoice that it names: its purchases row by row, and a fee."""
    with working_in([unit.pk]):
        company = Supplier.objects.get(number=_COMPANY)
    row = next(one for one in records("units") if one["code"] == unit.code)
    for place, (agreement, (bought, fee)) in enumerate(_BOUGHT.items(), start=1):
        number = f"{on.year}{unit.code[2]}{place}07"
        name = f"kortti-{number}.csv"
        data = _statement(
            company.name, number, on, [_bought(unit, on, at, *one) for at, one in enumerate(bought)]
        )
        (weeks.folder / name).write_bytes(data)
        [told] = read_documents(data, name)
        assert isinstance(told, CardStatement)
        with session(unit, on, "PK", 7) as acting:
            take_in_card_statement(acting, receive(acting, data, name, "import"), told, on)
        if agreement != "MUU":
            charged = [("", one.merchant, Decimal(1), one.amount or Decimal(0)) for one in told.purchases]
            charged += [("", "Vuosimaksu", Decimal(1), Decimal(fee))] if Decimal(fee) else []
            bill = billed(
                party_of(row), seller(_COMPANY), number, on, on + timedelta(days=21), charged, Decimal(0)
            )
            data = finvoice_file(
                [replace(bill, accounting=f"TK1{agreement}{unit.code}")], f"kortti-{number}", moment(on, 6)
            )
            name = f"finvoice-kortti-{number}.xml"
            (weeks.folder / name).write_bytes(data)
            with session(unit, on, "PK", 8) as acting:
                take_in_invoices(acting, receive(acting, data, name, inbox_kind("einvoice")), data, on)


def _bought(
    unit: Unit, on: date, place: int, kind: str, before: int, merchant: str, amount: str
) -> dict[str, str]:
    """A row of a statement that ends ``on``, some days before that."""
    second = kind == "10" and place % 3 == 2
    return {
        "card": f"{kind}{unit.code[2]}{2 if second else 1}", "holder": "Auto 1",
        "day": (on - timedelta(days=before)).isoformat(), "merchant": merchant, "country": "FI",
        "amount": amount, "currency": "EUR",
    }  # fmt: skip


def _statement(company: str, number: str, on: date, bought: Sequence[dict[str, str]]) -> bytes:
    """The card company's file, as CSV: its own line and a line for each purchase, under their headings."""
    total = sum((Decimal(one["amount"]) for one in bought), Decimal(0))
    text = io.StringIO(newline="")
    lines = csv.writer(text, delimiter=";", lineterminator="\r\n")
    lines.writerow(HEAD)
    begins = on - timedelta(days=45)
    lines.writerow(["1", f"MK-{number}", company, number, begins, on, "EUR", len(bought), f"{total:.2f}"])
    lines.writerow(HEADING)
    lines.writerows([one.get(column, "") for column in HEADING] for one in bought)
    return text.getvalue().encode()


def _work(unit: Unit, on: date) -> None:
    """Receipts of all but the newest, one coding, and what the travel system has settled of the oldest journey."""
    with session(unit, on, "K", 9) as acting:
        found = list(CardPurchase.objects.filter(unit=unit).order_by("day", "id"))
        own = [one for one in found if one.digits.startswith(("10", "20"))]
        for one in own[:-2]:
            attach_receipt(acting, one, ereceipt=f"EK-{one.pk}")
        shop = next(one for one in own if one.digits.startswith("20"))
        code_purchase(acting, shop, [Part(shop.amount, OTHER, f"29{unit.code}")], "small")
    with session(unit, on, "PK", 10) as acting:
        journey = next(one for one in found if one.digits.startswith("30"))
        settle_by_travel(
            acting, f"M2-{unit.code}", [(journey, [Part(journey.amount, OTHER, f"29{unit.code}")])]
        )


def _abroad(unit: Unit, on: date) -> None:
    with working_in([unit.pk]):
        offices = {one.code: one for one in OfficeAbroad.objects.filter(unit=unit)}
    for place, (code, supplier, amount, days, ways, state) in enumerate(_ABROAD, start=1):
        if code not in offices:
            continue
        part = Part(Decimal(amount), SERVICES, f"29{unit.code}")
        with session(unit, on, "K", 9) as acting:
            invoice, _ = tell_invoice(
                acting, offices[code], supplier, f"{place:02}-{on.year}", on - timedelta(days=7), Decimal(amount),
                Open(**dict.fromkeys(ways, True)), due_date=on + timedelta(days=days),
                reason="" if "einvoice" in ways else "laskuttaja toimii vain paperilla",
            )  # fmt: skip
            memo = draw_up(acting, invoice, [part]) if state in ("reviewed", "approved") else None
            if state == "paid" and offices[code].local_account:
                pay(acting, invoice, parts=[part], reviewed_by="Liv Nordhavn", approved_by="Aino Selkä")
            elif state == "paid":
                pay(acting, invoice, means="cash", receipt=f"{supplier} {amount}".encode(), parts=[part])
        if memo is not None:
            with session(unit, on, "SG", 10) as acting:
                review(acting, memo)
        if memo is not None and state == "approved":
            with session(unit, on, "GK", 11) as acting:
                approve(acting, memo)


def _tally(units: Sequence[Unit], on: date) -> dict[str, Any]:
    told: dict[str, Any] = {"cards": [], "offices": []}
    for unit in units:
        with working_in([unit.pk]):
            found = {
                "cards": [
                    (one["outcome"], one["amount"]) for one in open_purchases(unit, terms_of(unit, on))
                ],
                "offices": [(one["step"], one["amount"]) for one in invoices_abroad(unit, done=True)],
            }
            settled = rows(
                "SELECT amount FROM purchases_cardcharge WHERE unit_id = %s ORDER BY id", [unit.pk]
            )
        found["cards"] += [("CARD_SETTLED", one["amount"]) for one in settled]
        for name, key in (("cards", "outcome"), ("offices", "step")):
            for value in sorted({one for one, _ in found[name]}):
                amounts = [amount for one, amount in found[name] if one == value]
                told[name].append(
                    {"unit": unit.code, key: value, "count": len(amounts), "amount": f"{sum(amounts):.2f}"}
                )
    return told
