"""What a unit orders, agrees and is invoiced for in the demonstration: the same every time, with a month's mismatches.

Most invoices find their order or contract by themselves. Of the others each has one fault, named by the reason that
matching gives it, as far as matching sees it at all.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from reskontra.demo.suppliers import (
    BY_CONTRACT,
    BY_REFERENCE,
    NEWCOMER,
    ON_ORDER,
    WITHOUT_NUMBER,
    Offer,
    seller,
)
from reskontra.demo.world import Record
from reskontra.documents.invoice import Invoice, InvoiceLine, Party, VatBreakdown
from reskontra.expenditure.matching.orders import (
    ContractTold,
    OrderLineTold,
    OrderTold,
    ReceiptTold,
    ScheduleRowTold,
)
from reskontra.kernel.money import round_cents
from reskontra.kernel.references import national_reference
from reskontra.registers.tracking import Tracking

RATE = Decimal("25.5")
_SEED = 29
_DELIVERIES, _DELIVERY_WEIGHTS = (1, 2, 3, 4), (54, 20, 16, 10)
_LINES, _LINE_WEIGHTS = (1, 2, 3), (70, 20, 10)
# How many invoices of a unit have which fault; the first is what matching will say.
FAULTS: Mapping[str, int] = {
    "NOT_RECEIVED": 6,
    "WRONG_FIELD": 5,
    "NO_IDENTIFIER": 4,
    "OVER_TOLERANCE_UP": 3,
    "UNAGREED_CHARGE": 3,
    "UNKNOWN_NUMBER": 2,
    "OVER_TOLERANCE_DOWN": 1,
    "VAT_DIFFERS": 1,
    "DUPLICATE": 1,
    "CODING_MISSING": 1,
    "SEVERAL_NUMBERS": 1,
    "ORDER_CLOSED": 1,
    "CONTRACT_EXPIRED": 1,
    "SUPPLIER_DIFFERS": 1,
    "INVOICE_INCOMPLETE": 1,
}
_CREDITED = 2


@dataclass(frozen=True)
class Bill:
    """An invoice as a supplier sends it: ``arrives`` that morning, in ``format``, with its fault if it has one.

    ``belongs_to`` is the order or contract that it is meant for, whatever it says of it itself.
    """

    arrives: date
    format: str
    invoice: Invoice
    fault: str = ""
    belongs_to: str = ""


@dataclass
class Buying:
    """Everything that a unit orders, agrees, receives and is invoiced for; ``closed`` orders have ended."""

    orders: list[OrderTold] = field(default_factory=list)
    contracts: list[ContractTold] = field(default_factory=list)
    receipts: list[ReceiptTold] = field(default_factory=list)
    late_receipts: dict[str, list[ReceiptTold]] = field(default_factory=dict)  # told once somebody asks
    closed: list[str] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)


@dataclass(frozen=True)
class Season:
    """When and how much is bought: the mornings on which invoices come, and how many days later they fall due."""

    mornings: Sequence[date]
    orders: int = 40
    contracts: int = 7
    posting_references: int = 4  # invoices that are coded by their reference
    faults: Mapping[str, int] = field(default_factory=lambda: FAULTS)
    due_after: Sequence[int] = (23, 23, 30)  # so that they fall due on a day of payment
    faults_last: bool = False  # whether faults come with the last invoices, or any time


def buying_of(unit: Record, season: Season) -> Buying:
    """What ``unit`` (a row of the register) buys in ``season``."""
    return _Buyer(unit, season).everything()


def billed(
    buyer: Party,
    of: Party,
    number: str,
    issued: date,
    due: date,
    rows: Sequence[tuple[str, str, Decimal, Decimal]],
    rate: Decimal = RATE,
) -> Invoice:
    """An invoice of ``rows`` (item, name, pieces, euro a piece without VAT) to ``buyer``."""
    sign = -1 if rows[0][2] < 0 else 1
    lines, net = [], Decimal(0)
    for place, (item, name, pieces, price) in enumerate(rows, start=1):
        amount = round_cents(pieces * price)
        vat = round_cents(amount * rate / 100)
        lines.append(
            InvoiceLine(
                position=place, item=item or None, name=name, quantity=pieces, unit="kpl", unit_price=price,
                net=amount, vat=vat, gross=amount + vat, vat_category="S", vat_percent=rate,
            )
        )  # fmt: skip
        net += amount
    vat = round_cents(net * rate / 100)
    return Invoice(
        number=number, issue_date=issued, due_date=due, currency="EUR", seller=of, buyer=buyer, net=net, vat=vat,
        total=net + vat, payable=net + vat, type_code="INV01" if sign > 0 else "INV02",
        reference=national_reference(number.replace("-", "")), supply_date=issued - timedelta(days=2),
        specification="EN16931", lines=tuple(lines), vat_breakdown=(VatBreakdown("S", rate, net, vat),),
        payment_terms="21 pv", language="fi",
    )  # fmt: skip


class _Buyer:
    def __init__(self, unit: Record, season: Season) -> None:
        self.unit, self.season, self.mornings = unit, season, season.mornings
        self.year = season.mornings[0].year
        self.rng = random.Random(f"{_SEED} {unit['code']} {self.year}")  # noqa: S311 – invented, and the same every time
        self.made = Buying()
        self.numbers = 0
        self.tracked = {"budget_account": f"29{unit['code']}"}
        self.buyer = party_of(unit)

    def everything(self) -> Buying:
        """Orders with their deliveries, contracts with their invoices, and what has no number at all."""
        for place in range(self.season.orders):
            self._order(place)
        for place in range(self.season.contracts):
            self._contract(place)
        self._posting_references()
        self._faults()
        self.made.bills.sort(key=lambda bill: (bill.arrives, bill.invoice.number or ""))
        return self.made

    # --- orders ---------------------------------------------------------------------------------------------------

    def _order(self, place: int) -> None:
        code, rng = self.unit["code"], self.rng
        number = f"V1{code}{self.year % 100}{place + 1:04d}"
        of = rng.choice(sorted(ON_ORDER))
        offers = rng.sample(ON_ORDER[of], min(len(ON_ORDER[of]), rng.choices(_LINES, _LINE_WEIGHTS)[0]))
        mornings = sorted(
            rng.sample(self.mornings, min(len(self.mornings), rng.choices(_DELIVERIES, _DELIVERY_WEIGHTS)[0]))
        )
        pieces = [Decimal(rng.randint(1, 6)) for _ in offers]
        self.made.orders.append(
            OrderTold(
                number, of, mornings[0] - timedelta(days=rng.randint(12, 40)),
                [
                    OrderLineTold(
                        text=one.name, item=one.item, quantity=many * len(mornings), measure="kpl", price=one.price,
                        net=many * len(mornings) * one.price, vat_percent=RATE,
                        coding=Tracking(account=one.account, **self.tracked),
                    )
                    for one, many in zip(offers, pieces, strict=True)
                ],
            )
        )  # fmt: skip
        for morning in mornings:
            self._delivery(number, of, offers, pieces, morning)

    def _delivery(
        self, number: str, of: str, offers: Sequence[Offer], pieces: Sequence[Decimal], morning: date
    ) -> None:
        day = morning - timedelta(days=4)
        for line, (one, many) in enumerate(zip(offers, pieces, strict=True), start=1):
            self.made.receipts.append(
                ReceiptTold(number, line, day, "varasto", net=many * one.price, quantity=many)
            )
        rows = [
            (one.item, one.name, many, self._nearly(one.price))
            for one, many in zip(offers, pieces, strict=True)
        ]
        told = replace(self._bill(of, morning, rows), order=number)
        self._sent(Bill(morning, self._format(), told, belongs_to=number))

    def _nearly(self, price: Decimal) -> Decimal:
        """The price, now and then a little lower than ordered: within what nobody needs to look at."""
        return price if self.rng.random() < 0.8 else round_cents(price * Decimal("0.996"))

    # --- contracts ------------------------------------------------------------------------------------------------

    def _contract(self, place: int) -> None:
        of, name, price, account = BY_CONTRACT[place % len(BY_CONTRACT)]
        number = f"VSK1{self.unit['code']}{self.year % 100}{place + 1:02d}"
        net = Decimal(price) + 15 * place
        first, last = date(self.year, 1, 1), date(self.year, 12, 31)
        schedule = place % 4 == 2
        rows = [ScheduleRowTold(morning - timedelta(days=3), net) for morning in self.mornings]
        self.made.contracts.append(
            ContractTold(
                number, of, f"{name} {self.unit['code']}", first, "schedule" if schedule else "budget",
                [(Decimal(100), Tracking(account=account, **self.tracked))], valid_until=last,
                total_limit=None if schedule else 12 * net, confirm=place % 5 == 1, rows=rows if schedule else (),
            )
        )  # fmt: skip
        for morning in self.mornings:
            told = self._bill(of, morning, [("", f"{name}, {morning:%m/%Y}", Decimal(1), net)])
            self._sent(
                Bill(morning, self._format(), replace(told, buyer_reference=number), belongs_to=number)
            )

    def _posting_references(self) -> None:
        for place in range(self.season.posting_references):
            of = sorted(BY_REFERENCE)[place % 2]
            morning = self.mornings[place % len(self.mornings)]
            price = Decimal(self.rng.randint(9_000, 90_000)) / 100
            told = self._bill(
                of, morning, [("", "Sähkö" if place % 2 == 0 else "Polttoaine", Decimal(1), price)]
            )
            reference = f"{BY_REFERENCE[of]}{self.unit['code']}"
            self._sent(Bill(morning, "finvoice", replace(told, accounting=reference)))

    # --- faults ---------------------------------------------------------------------------------------------------

    def _faults(self) -> None:
        """Spoil as many invoices as asked for, each in one way; what needs an invoice of its own gets one."""
        ordered = [
            place
            for place, bill in enumerate(self.made.bills)
            if bill.invoice.order and bill.format == "finvoice"
        ]
        self.rng.shuffle(ordered)
        if self.season.faults_last:
            ordered.sort(key=lambda place: self.made.bills[place].arrives)
        alone = [place for place in ordered if self._is_alone(self.made.bills[place])]
        others = [place for place in ordered if place not in alone]
        for fault, count in self.season.faults.items():
            for _ in range(count):
                place = (alone if fault in _SPOILS_ITS_ORDER or not others else others).pop()
                getattr(self, f"_{fault.lower()}")(place)
        for place in others[:_CREDITED]:
            self._credit(place)

    def _is_alone(self, bill: Bill) -> bool:
        """Whether no other invoice of its order comes: what is wrong with it touches no other."""
        return sum(one.belongs_to == bill.belongs_to for one in self.made.bills) == 1

    def _spoilt(self, place: int, fault: str, **changed: object) -> None:
        bill = self.made.bills[place]
        told = replace(bill.invoice, **changed)  # type: ignore[arg-type]
        self.made.bills[place] = replace(bill, invoice=told, fault=fault)

    def _not_received(self, place: int) -> None:
        """Nobody wrote down what came, until somebody asks."""
        bill = self.made.bills[place]
        day = bill.arrives - timedelta(days=4)
        missing = [
            one for one in self.made.receipts if one.order == bill.belongs_to and one.received_date == day
        ]
        self.made.receipts = [one for one in self.made.receipts if one not in missing]
        self.made.late_receipts.setdefault(bill.belongs_to, []).extend(missing)
        self._spoilt(place, "NOT_RECEIVED")

    def _wrong_field(self, place: int) -> None:
        number = self.made.bills[place].invoice.order
        self._spoilt(place, "WRONG_FIELD", order=None, buyer_reference=number)

    def _no_identifier(self, place: int) -> None:
        """Something that nobody ordered beforehand, beside the invoices of orders."""
        self._beside(place, "NO_IDENTIFIER", {})

    def _unknown_number(self, place: int) -> None:
        number = self.made.bills[place].invoice.order or ""
        self._spoilt(place, "UNKNOWN_NUMBER", order=f"{number[:-1]}{number[-1]}7")

    def _several_numbers(self, place: int) -> None:
        other = self.made.orders[0].number
        mine = self.made.bills[place].invoice.order
        self._spoilt(place, "SEVERAL_NUMBERS", order=f"{mine} {other}")

    def _over_tolerance_up(self, place: int) -> None:
        self._priced(place, "OVER_TOLERANCE_UP", Decimal("1.12"), Decimal(12))

    def _over_tolerance_down(self, place: int) -> None:
        self._priced(place, "OVER_TOLERANCE_DOWN", Decimal("0.82"), Decimal(0))

    def _priced(self, place: int, fault: str, factor: Decimal, more: Decimal) -> None:
        bill = self.made.bills[place].invoice
        rows = [
            (one.item or "", one.name or "", one.quantity or Decimal(1),
             round_cents((one.unit_price or Decimal(0)) * factor) + more)
            for one in bill.lines
        ]  # fmt: skip
        self._again(place, fault, rows)

    def _unagreed_charge(self, place: int) -> None:
        bill = self.made.bills[place].invoice
        rows = [
            (one.item or "", one.name or "", one.quantity or Decimal(1), one.unit_price or Decimal(0))
            for one in bill.lines
        ]
        self._again(place, "UNAGREED_CHARGE", [*rows, ("", "Rahti", Decimal(1), Decimal("9.50"))])

    def _vat_differs(self, place: int) -> None:
        bill = self.made.bills[place].invoice
        rows = [
            (one.item or "", one.name or "", one.quantity or Decimal(1), one.unit_price or Decimal(0))
            for one in bill.lines
        ]
        self._again(place, "VAT_DIFFERS", rows, Decimal("13.5"))

    def _again(
        self,
        place: int,
        fault: str,
        rows: Sequence[tuple[str, str, Decimal, Decimal]],
        rate: Decimal = RATE,
    ) -> None:
        told = self.made.bills[place].invoice
        assert told.number is not None
        assert told.issue_date is not None
        assert told.due_date is not None
        made = billed(self.buyer, told.seller, told.number, told.issue_date, told.due_date, rows, rate)
        self.made.bills[place] = replace(
            self.made.bills[place], invoice=replace(made, order=told.order), fault=fault
        )

    def _duplicate(self, place: int) -> None:
        """The same invoice again a week later, in a file of another kind."""
        bill = self.made.bills[place]
        later = [morning for morning in self.mornings if morning > bill.arrives]
        self._sent(
            replace(bill, arrives=later[0] if later else bill.arrives, format="ubl", fault="DUPLICATE")
        )

    def _coding_missing(self, place: int) -> None:
        number = self.made.bills[place].belongs_to
        at = next(at for at, one in enumerate(self.made.orders) if one.number == number)
        order = self.made.orders[at]
        bare = [replace(line, coding=Tracking()) for line in order.lines]
        self.made.orders[at] = replace(order, lines=bare)
        self._spoilt(place, "CODING_MISSING")

    def _order_closed(self, place: int) -> None:
        """The order had ended before anything came of it."""
        number = self.made.bills[place].belongs_to
        self.made.closed.append(number)
        self.made.receipts = [one for one in self.made.receipts if one.order != number]
        self._spoilt(place, "ORDER_CLOSED")

    def _supplier_differs(self, place: int) -> None:
        others = [one for one in sorted(ON_ORDER) if seller(one) != self.made.bills[place].invoice.seller]
        self._spoilt(place, "SUPPLIER_DIFFERS", seller=seller(others[0]))

    def _invoice_incomplete(self, place: int) -> None:
        """Without its VAT told by rate: nobody may deduct it."""
        self._spoilt(place, "INVOICE_INCOMPLETE", vat_breakdown=())

    def _contract_expired(self, place: int) -> None:
        at = len(self.made.contracts) - 2
        over = self.made.contracts[at]
        self.made.contracts[at] = replace(over, valid_until=self.mornings[-1] - timedelta(days=9))
        of = next(
            at
            for at, bill in enumerate(self.made.bills)
            if bill.belongs_to == over.number and bill.arrives == self.mornings[-1]
        )
        self._spoilt(of, "CONTRACT_EXPIRED")

    def _beside(self, place: int, fault: str, numbers: Mapping[str, str]) -> None:
        morning = self.made.bills[place].arrives
        of = WITHOUT_NUMBER[place % len(WITHOUT_NUMBER)]
        net = Decimal(self.rng.randint(3_000, 120_000)) / 100
        told = self._bill(of, morning, [("", "Tarvikkeet ja palvelut", Decimal(1), net)])
        self._sent(Bill(morning, "finvoice", replace(told, **numbers), fault))  # type: ignore[arg-type]

    def _credit(self, place: int) -> None:
        """A part of an invoice is taken back two weeks later."""
        told = self.made.bills[place]
        later = [morning for morning in self.mornings if morning > told.arrives]
        if not later or told.invoice.order is None:
            return
        line = told.invoice.lines[0]
        of = self._bill_of(told.invoice.seller, later[-1], [
            (line.item or "", line.name or "", Decimal(-1), line.unit_price or Decimal(0))
        ])  # fmt: skip
        credit = replace(of, order=told.invoice.order, original_number=told.invoice.number)
        self._sent(Bill(later[-1], "finvoice", credit, belongs_to=told.belongs_to))

    # --- writing it -----------------------------------------------------------------------------------------------

    def _bill(self, of: str, morning: date, rows: Sequence[tuple[str, str, Decimal, Decimal]]) -> Invoice:
        return self._bill_of(seller(of), morning, rows)

    def _bill_of(
        self, of: Party, morning: date, rows: Sequence[tuple[str, str, Decimal, Decimal]]
    ) -> Invoice:
        self.numbers += 1
        number = f"{self.unit['code']}{self.year % 100}{self.numbers:04d}"
        due = morning + timedelta(days=self.rng.choice(self.season.due_after))
        return billed(self.buyer, of, number, morning - timedelta(days=self.rng.randint(1, 3)), due, rows)

    def _sent(self, bill: Bill) -> None:
        self.made.bills.append(bill)

    def _format(self) -> str:
        return self.rng.choices(("finvoice", "ubl", "teapps"), (86, 8, 6))[0]


# Faults that would spoil the other invoices of the same order.
_SPOILS_ITS_ORDER = frozenset(
    {
        "CODING_MISSING",
        "ORDER_CLOSED",
        "OVER_TOLERANCE_UP",
        "OVER_TOLERANCE_DOWN",
        "NOT_RECEIVED",
        "VAT_DIFFERS",
    }
)


def party_of(unit: Record) -> Party:
    """A unit as its suppliers write it on their invoices."""
    return Party(
        name=unit["name_fi"], business_id=unit["business_id"], vat_id=unit["vat_id"], street=unit["street"],
        postcode=unit["postcode"], town=unit["town"], country="FI", einvoice_address=unit["edi_code"],
    )  # fmt: skip


def newcomers_bill(unit: Record, morning: date) -> Bill:
    """The first invoice of a supplier that the register does not know yet."""
    name, business_id, iban, street, postcode, town = NEWCOMER
    of = Party(
        name=name, business_id=business_id, vat_id="FI" + business_id.replace("-", ""), street=street,
        postcode=postcode, town=town, country="FI", einvoice_address="0037" + business_id.replace("-", ""), iban=iban,
        bic="DEMOFIHH",
    )  # fmt: skip
    told = _Buyer(unit, Season([morning]))._bill_of(
        of, morning, [("", "Merikartat", Decimal(3), Decimal("148.00"))]
    )
    return Bill(morning, "finvoice", replace(told, number=f"{unit['code']}90001"), "SUPPLIER_UNKNOWN")
