"""A small world for the desk: two units, a handful of people, and facts in every state that a page shows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

from django.contrib.auth.hashers import make_password
from django.db.backends.postgresql.psycopg_any import DateRange

from reskontra.database.session import working_in
from reskontra.exchange.models import InboxFile, OutboxEvent, OutboxFile
from reskontra.ledger.models import Entry, Voucher
from reskontra.registers.models import Customer, Person, RoleAssignment, Unit
from reskontra.runs.models import Run
from reskontra.sales.models import Invoice, InvoicedOrder, Order, OrderApproval, OrderDecision

PASSWORD = "en lång väg till havet"
AT = datetime(2026, 3, 2, 6, 10, tzinfo=UTC)


@dataclass
class World:
    """Who and what the tests speak of."""

    harbour: Unit
    forest: Unit
    maria: Person  # reviewer in the harbour unit
    olli: Person  # clerk in the forest unit
    centre: Person  # service-centre clerk in all units
    former: Person  # clerk in the harbour unit until last year
    customer: Customer


def a_world() -> World:
    """Units, people and a customer; no facts yet."""
    harbour = a_unit("123", "Hamnverket", "Satamavirasto", "Harbour Agency")
    forest = a_unit("456", "Skogsverket", "Metsävirasto", "Forest Agency")
    maria = a_person("maria", "Maria Hav", "sv")
    olli = a_person("olli", "Olli Metsä", "fi")
    centre = a_person("centre", "Cecilia Center", "en")
    former = a_person("former", "Frida Förr", "sv")
    always = DateRange(date(2020, 1, 1), None)
    a_role(maria, "SG", harbour, always)
    a_role(olli, "K", forest, always)
    a_role(centre, "PK", None, always)
    a_role(former, "K", harbour, DateRange(date(2020, 1, 1), date(2026, 1, 1)))
    customer = Customer.objects.create(
        number="100001", kind="company", name="Ab Kaj", sort_key="kaj", business_id="2222222-9"
    )
    return World(harbour, forest, maria, olli, centre, former, customer)


def a_unit(code: str, sv: str, fi: str, en: str) -> Unit:
    """A unit with invented identifiers."""
    return Unit.objects.create(
        code=code,
        name_sv=sv,
        name_fi=fi,
        name_en=en,
        business_id="0000000-0",
        edi_code="0037" + code,
        partner_code=code,
    )


def a_person(username: str, name: str, language: str) -> Person:
    """Somebody who may sign in with ``PASSWORD``."""
    return Person.objects.create(username=username, name=name, password=_hashed(), language=language)


@cache
def _hashed() -> str:
    """Once for all tests: hashing is slow by intention."""
    return make_password(PASSWORD)


def a_role(person: Person, role: str, unit: Unit | None, validity: DateRange) -> RoleAssignment:
    """A role in a unit, or in all of them."""
    return RoleAssignment.objects.create(person=person, role=role, in_unit=unit, validity=validity)


class Facts:
    """Writes facts of one unit; each call commits."""

    def __init__(self, world: World, unit: Unit, person: Person) -> None:
        self.world, self.unit, self.person = world, unit, person
        self.number = 0

    def run(self, name: str = "orders", outcomes: list[dict[str, object]] | None = None) -> Run:
        """An applied run of 2 March 2026."""
        with working_in([self.unit.pk], self.person.pk):
            return Run.objects.create(
                unit=self.unit,
                name=name,
                on_date=date(2026, 3, 2),
                state="applied",
                person=self.person,
                planned_at=AT,
                applied_at=AT,
                outcomes=outcomes or [],
            )

    def file(self, name: str) -> InboxFile:
        """A file that came in."""
        with working_in([self.unit.pk], self.person.pk):
            return InboxFile.objects.create(
                unit=self.unit,
                digest=f"{name:0>64}",
                name=name,
                kind="billing",
                size=1,
                person=self.person,
                received_at=AT,
            )

    def order(self, run: Run, *, version: int = 1, number: int | None = None) -> Order:
        """One version of an order."""
        if number is None:
            self.number += 1
            number = self.number
        with working_in([self.unit.pk], self.person.pk):
            return Order.objects.create(
                unit=self.unit,
                run=run,
                number=number,
                version=version,
                key=f"order {number}",
                digest=f"{number}-{version}",
                source="workbook",
                order_type="normal",
                credit=False,
                customer=self.world.customer,
                payer=self.world.customer,
                language="sv",
                service_date=date(2026, 3, 1),
                pricing_date=date(2026, 3, 1),
                lines_count=1,
            )

    def decided(self, order: Order, run: Run, outcome: str, standing: str, amount: str) -> None:
        """What the orders rule said of it."""
        with working_in([self.unit.pk], self.person.pk):
            OrderDecision.objects.create(
                unit=self.unit,
                order=order,
                run=run,
                rule="orders",
                outcome=outcome,
                standing=standing,
                clause="OC 3.9-a",
                amount=Decimal(amount),
            )

    def act(self, order: Order, act: str, person: Person) -> None:
        """A review or an approval of the version."""
        with working_in([self.unit.pk], person.pk):
            OrderApproval.objects.create(
                unit=self.unit, order=order, digest=order.digest, act=act, person=person, given_at=AT
            )

    def invoice(self, run: Run, issued: date, net: str, vat: str, order: Order | None = None) -> Invoice:
        """A numbered invoice with its voucher; it bills ``order``, if given."""
        self.number += 1
        total = Decimal(net) + Decimal(vat)
        with working_in([self.unit.pk], self.person.pk):
            voucher = Voucher.objects.create(
                unit=self.unit, run=run, kind="SI", year=issued.year, number=self.number, posting_date=issued
            )
            Entry.objects.bulk_create(
                [
                    Entry(unit=self.unit, voucher=voucher, position=1, account="1700", amount=total),
                    Entry(unit=self.unit, voucher=voucher, position=2, account="3000", amount=-total),
                ]
            )
            invoice = Invoice.objects.create(
                unit=self.unit,
                run=run,
                number=self.number,
                credit=False,
                issue_date=issued,
                due_date=issued,
                term_days=21,
                term_clause="OC 3.11-a",
                customer=self.world.customer,
                payer=self.world.customer,
                language="sv",
                internal=False,
                public_law=True,
                reference=str(self.number),
                supply_date=issued,
                net=Decimal(net),
                vat=Decimal(vat),
                total=total,
                voucher=voucher,
            )
            if order:
                InvoicedOrder.objects.create(
                    unit=self.unit, number=order.number, order=order, digest=order.digest, invoice=invoice
                )
        return invoice

    def batch(self, run: Run, name: str, documents: int, amount: str, *states: str) -> OutboxFile:
        """A sealed batch and what happened to it, in order."""
        with working_in([self.unit.pk], self.person.pk):
            file = OutboxFile.objects.create(
                unit=self.unit,
                run=run,
                name=name,
                digest="0" * 64,
                size=1,
                documents=documents,
                amount=Decimal(amount),
                channel="einvoice",
                built_at=AT,
            )
            for state in states:
                OutboxEvent.objects.create(unit=self.unit, file=file, state=state, happened_at=AT)
        return file


def a_busy_unit(world: World, issued: date) -> Facts:
    """The harbour unit with orders in every state, invoices, batches and runs."""
    facts = Facts(world, world.harbour, world.centre)
    facts.file("fakturering_20260302.xlsx")
    run = facts.run(
        "orders",
        [
            {"outcome": "READY", "clause": "OC 3.9-a", "count": 1204, "amount": "123456.70"},
            {"outcome": "OFF_LIST_PRICE", "clause": "OC 3.2.1-a", "count": 14, "amount": "2310.00"},
            {"outcome": "LEGAL_BASIS_MISSING", "clause": "OC 3.5-a", "count": 3, "amount": "95.50"},
        ],
    )
    facts.order(run)  # not decided
    returned = facts.order(run)
    facts.decided(returned, run, "LEGAL_BASIS_MISSING", "RETURNED", "95.50")
    for amount in ("100.00", "210.00"):
        facts.decided(facts.order(run), run, "OFF_LIST_PRICE", "REVIEW", amount)
    reviewed = facts.order(run)
    facts.decided(reviewed, run, "CREDIT_NEEDS_REVIEW", "REVIEW", "-40.00")
    facts.act(reviewed, "review", world.maria)
    approved = facts.order(run)
    facts.decided(approved, run, "OFF_LIST_PRICE", "REVIEW", "500.00")
    facts.act(approved, "review", world.maria)
    facts.act(approved, "approve", world.centre)
    facts.decided(facts.order(run), run, "READY", "READY", "1000.00")
    corrected = facts.order(run)
    facts.decided(corrected, run, "PRICE_MISSING", "RETURNED", "1.00")
    facts.decided(facts.order(run, version=2, number=corrected.number), run, "READY", "READY", "2000.00")
    invoiced = facts.order(run)
    facts.decided(invoiced, run, "READY", "READY", "80.00")
    invoicing = facts.run(
        "invoicing", [{"outcome": "INVOICE", "clause": "OC 3.9-a", "count": 1, "amount": "80.00"}]
    )
    facts.invoice(invoicing, issued, "80.00", "20.40", invoiced)
    facts.invoice(invoicing, issued, "1000.00", "0.00")
    facts.invoice(invoicing, date(2019, 3, 1), "7.00", "0.00")  # another month
    delivery = facts.run("delivery")
    facts.batch(delivery, "a", 250, "25000.00", "intent", "sent", "receipted")
    facts.batch(delivery, "b", 240, "24000.00", "intent", "sent")
    facts.batch(delivery, "c", 2, "1100.40", "intent", "held")
    facts.batch(delivery, "d", 1, "10.00")
    return facts
