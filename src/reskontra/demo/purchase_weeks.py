"""The purchase side on the days of the income side: invoices in, matched, solved, approved, paid, posted.

On Tuesdays suppliers' invoices come in and people work; on Thursdays the centre pays what falls due, and the bank
answers. Every act is by the calls that people's commands use.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from reskontra.bank.lines import Sought
from reskontra.bank.models import Line
from reskontra.database.rows import rows
from reskontra.database.session import working_in
from reskontra.demo import bank_out
from reskontra.demo.diary import Day, moment, person_with, session
from reskontra.demo.einvoices import finvoice_file, teapps_file, ubl_file
from reskontra.demo.purchase_desk import PurchaseDesk
from reskontra.demo.purchase_tally import purchase_tally
from reskontra.demo.purchases import Bill, Buying, Season, buying_of, newcomers_bill
from reskontra.demo.world import records
from reskontra.documents.statement import BankMaterial
from reskontra.exchange.inbox import receive
from reskontra.exchange.reading import read_documents
from reskontra.expenditure.circulation.absences import tell_absence
from reskontra.expenditure.circulation.run import CirculationRun
from reskontra.expenditure.intake.files import take_in_invoices
from reskontra.expenditure.intake.run import inbox_kind
from reskontra.expenditure.matching.orders import end_order, keep_contract, keep_orders
from reskontra.expenditure.matching.orders import receive as receive_goods
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.expenditure.payment.actions import Order, ban, end_ban, hear_bank, release, unhold
from reskontra.expenditure.payment.run import PaymentRun
from reskontra.expenditure.payment.sending import send_payments
from reskontra.expenditure.statement_posting.actions import approve as approve_rule
from reskontra.expenditure.statement_posting.actions import post_memo
from reskontra.expenditure.statement_posting.actions import propose as propose_rule
from reskontra.expenditure.statement_posting.coding import Part
from reskontra.expenditure.statement_posting.lists import waiting_lines
from reskontra.expenditure.statement_posting.run import StatementPostingRun
from reskontra.income.bank_material.intake import take_in_bank_material
from reskontra.kernel.days import bank_days_earlier, bank_days_later
from reskontra.kernel.references import national_reference
from reskontra.purchases.models import (
    Payable,
    PaymentBan,
    PaymentFile,
    PaymentHold,
    PurchaseOrder,
    SupplierPayment,
)
from reskontra.registers.models import Person, Supplier, Unit, UnitAccount
from reskontra.registers.tracking import Tracking
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Room, apply, plan

MORNINGS = (date(2026, 3, 17), date(2026, 3, 24), date(2026, 3, 31), date(2026, 4, 7))
WORK = (*MORNINGS, date(2026, 4, 14), date(2026, 4, 21))
PAYING = (date(2026, 4, 9), date(2026, 4, 16), date(2026, 4, 23), date(2026, 4, 30), date(2026, 5, 7))
# Who is away, and who approves instead.
AWAY, SUBSTITUTE, AWAY_FROM, AWAY_TO = "ritva", "tuuli", date(2026, 3, 30), date(2026, 4, 10)
# One payment of the unit's first file is rejected; of another unit's the bank's answer comes late.
REJECTED_IN, ANSWERED_LATE_IN = "3930", "3920"
# Bans: unit, supplier, share of each invoice, sum, from, the day on which the authority ends it.
BANS = (
    ("3910", "100007", Decimal(50), Decimal("600.00"), date(2026, 4, 10), None),
    ("3930", "100014", Decimal(100), None, date(2026, 4, 13), date(2026, 4, 28)),
)
_DIRECT_DEBIT = Decimal("86.40")
_RULE_FROM = date(2026, 4, 30)  # from then on a rule posts the direct debit
_FEE = Decimal("12.60")


def play_purchases(day: Day) -> None:
    """Play from the first invoices to paid payables and posted statements; writes the files under ``in``."""
    codes = [row["code"] for row in records("units")]
    units = list(Unit.objects.filter(code__in=codes).order_by("code"))
    weeks = PurchaseWeeks(day.folder / "in" / "purchases", units, Season(MORNINGS))
    weeks.somebody_new()
    weeks.begin()
    weeks.away()
    for on, act in weeks.calendar():
        for unit in units:
            act(unit, on)
    day.purchases = {
        "from": MORNINGS[0].isoformat(),
        "to": PAYING[-1].isoformat(),
        "files": weeks.files,
        "acts": dict(weeks.acts.most_common()),
        **purchase_tally(units, MORNINGS[0], PAYING[-1]),
    }


class PurchaseWeeks:
    """What the weeks need at every step, and what they leave to tell."""

    def __init__(self, folder: Path, units: Sequence[Unit], season: Season) -> None:
        self.folder, self.units, self.season = folder, units, season
        of_code = {row["code"]: row for row in records("units")}
        self.buying: dict[str, Buying] = {unit.code: buying_of(of_code[unit.code], season) for unit in units}
        self.banks = {unit.code: _bank_of(unit) for unit in units}
        self.acts: Counter[str] = Counter()
        self.files: list[dict[str, Any]] = []
        self.debits: dict[tuple[str, date], list[tuple[str, Decimal]]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def calendar(self) -> list[tuple[date, Callable[[Unit, date], None]]]:
        """The days in order, each with what is done on it in every unit."""
        days: list[tuple[date, int, Callable[[Unit, date], None]]] = []
        days += [(on, 0, self.working_day) for on in WORK]
        days += [(on, 1, self.paying_day) for on in PAYING]
        days += [(bank_days_later(on, 1), 0, self.statement) for on in PAYING]
        return [(on, act) for on, _, act in sorted(days, key=lambda one: one[:2])]

    # --- before the first invoice -----------------------------------------------------------------------------------

    def begin(self) -> None:
        """Orders and contracts are told."""
        on = self.season.mornings[0] - timedelta(days=1)
        for unit in self.units:
            buying = self.buying[unit.code]
            with session(unit, on, "K", 8) as acting:
                keep_orders(acting, buying.orders)
                for contract in buying.contracts:
                    keep_contract(acting, contract)
                for number in buying.closed:
                    order = PurchaseOrder.objects.get(unit=unit, number=number)
                    end_order(acting, order, on, "leverantören levererar inte resten")

    def somebody_new(self) -> None:
        """On the second morning a supplier writes that the register does not know."""
        unit = self.units[0]
        row = next(row for row in records("units") if row["code"] == unit.code)
        self.buying[unit.code].bills.append(newcomers_bill(row, self.season.mornings[1]))

    def away(self) -> None:
        """An approver tells beforehand that she is away, and who approves instead."""
        unit, away = self.units[0], Person.objects.get(username=AWAY)
        with working_in([unit.pk], away.pk, "demo"):
            substitute = Person.objects.get(username=SUBSTITUTE)
            acting = Acting(away, unit, moment(self.season.mornings[0] - timedelta(days=1), 9))
            tell_absence(acting, away, substitute, AWAY_FROM, AWAY_TO, "semester")

    # --- a working day ----------------------------------------------------------------------------------------------

    def working_day(self, unit: Unit, on: date, hurry: bool = True) -> None:
        """Goods and invoices come in, are matched and routed; people do what is theirs; what is ready is owed.

        Without ``hurry`` people only begin: most of it waits.
        """
        buying = self.buying[unit.code]
        self._goods(unit, buying, on)
        self._bans(unit, on)
        self._invoices(unit, [bill for bill in buying.bills if bill.arrives == on], on)
        self._run(unit, MatchingRun(), on, 9)
        self._run(unit, CirculationRun(), on, 9)
        desk = PurchaseDesk(unit, buying, on)
        done = desk.work() if hurry else desk.begin()
        self.acts.update(done)
        if done:
            self._run(unit, MatchingRun(), on, 15)
            self._run(unit, CirculationRun(), on, 15)

    def _goods(self, unit: Unit, buying: Buying, on: date) -> None:
        """What has come until this morning is written down."""
        told = [one for one in buying.receipts if on - timedelta(days=7) < one.received_date <= on]
        if told:
            with session(unit, on, "K", 7) as acting:
                for one in told:
                    receive_goods(acting, one)

    def _invoices(self, unit: Unit, bills: Sequence[Bill], on: date) -> None:
        finvoice = [bill.invoice for bill in bills if bill.format == "finvoice"]
        teapps = [bill.invoice for bill in bills if bill.format == "teapps"]
        name = f"{unit.code}-{on:%Y%m%d}"
        files = [(f"finvoice-{name}.xml", finvoice_file(finvoice, name, moment(on, 6)))] if finvoice else []
        files += [(f"teapps-{name}.xml", teapps_file(teapps, name))] if teapps else []
        files += [
            (f"ubl-{bill.invoice.number}-{on:%m%d}.xml", ubl_file(bill.invoice))
            for bill in bills
            if bill.format == "ubl"
        ]
        for file, data in files:
            (self.folder / file).write_bytes(data)
            with session(unit, on, "PK", 7) as acting:
                received = receive(acting, data, file, inbox_kind("einvoice"))
                taken = take_in_invoices(acting, received, data, on)
            self.files.append(
                {
                    "file": file,
                    "unit": unit.code,
                    "read": len(taken.invoices),
                    "outcomes": dict(taken.outcomes),
                }
            )

    def _bans(self, unit: Unit, on: date) -> None:
        for code, number, share, amount, first, last in BANS:
            if code != unit.code:
                continue
            of = Supplier.objects.get(number=number)
            with session(unit, on, "PK", 10) as acting:
                known = PaymentBan.objects.filter(unit=unit, supplier=of).first()
                if known is None and on >= first:
                    order = Order(
                        protocol=f"U-{number}-26", from_date=first, payee="Ulosottokeskus Karvekorpi",
                        iban="FI4699000077000011", reference=national_reference(f"26{number}"), amount=amount,
                        share=share,
                    )  # fmt: skip
                    ban(acting, of, order)
                    self.acts["ban"] += 1
                elif known is not None and last is not None and on <= last < on + timedelta(days=10):
                    end_ban(acting, known, last)
                    self.acts["end_ban"] += 1

    # --- a day of payment -------------------------------------------------------------------------------------------

    def paying_day(self, unit: Unit, on: date) -> None:
        """The centre plans, somebody else releases, the file goes to the bank, and the bank answers."""
        self._late_answer(unit, on)
        self._try_again(unit, on)
        with session(unit, on, "PK", 9) as acting:
            planned = plan(PaymentRun(), acting, on)
        if not any(count.standing == "READY" for count in planned.counts):
            return
        with session(unit, on, "PG", 10) as acting:
            run = Run.objects.get(unit=unit, pk=planned.run.pk)
            release(acting, run, run.digest)
        with session(unit, on, "PK", 11) as acting:
            apply(PaymentRun(), acting, on, run)
        for handed in send_payments(unit, moment(on, 12)):
            assert handed.state == "sent", handed
        self.acts["released"] += 1
        with working_in([unit.pk]):
            files = list(PaymentFile.objects.filter(unit=unit, run=run))
        for file in files:
            self._answer(unit, file, on)

    def _answer(self, unit: Unit, file: PaymentFile, on: date) -> None:
        """The bank's answer on the day; what it rejects it does not book."""
        with working_in([unit.pk]):
            payments = list(
                SupplierPayment.objects.filter(unit=unit, file=file)
                .order_by("id")
                .values_list("end_to_end_id", "amount")
            )
        rejected = {}
        if (unit.code, on) == (REJECTED_IN, PAYING[0]):
            rejected = {payments[0][0]: ("AC04", "Tili on suljettu")}
        late = (unit.code, on) == (ANSWERED_LATE_IN, PAYING[0])
        at = moment(on, 14)
        self._hear(unit, file, bank_out.answer(file.message_id, at, payments, rejected, pending=late), at)
        booked = sum((amount for name, amount in payments if name not in rejected), Decimal(0))
        self.debits.setdefault((unit.code, on), []).append((file.message_id, booked))

    def _late_answer(self, unit: Unit, on: date) -> None:
        if (unit.code, on) != (ANSWERED_LATE_IN, PAYING[1]):
            return
        with working_in([unit.pk]):
            file = PaymentFile.objects.filter(unit=unit).order_by("id")[0]
            payments = list(
                SupplierPayment.objects.filter(unit=unit, file=file).values_list("end_to_end_id", "amount")
            )
        at = moment(on, 8)
        self._hear(unit, file, bank_out.answer(file.message_id, at, payments), at)

    def _hear(self, unit: Unit, file: PaymentFile, data: bytes, at: datetime) -> None:
        name = f"pain002-{file.message_id}-{at:%m%d%H}.xml"
        (self.folder / name).write_bytes(data)
        centre = person_with(unit, "PK")
        with working_in([unit.pk], centre.pk, "demo"):
            heard = hear_bank(Acting(centre, unit, at), data, name)
        assert not heard.findings, heard.findings
        self.acts["answers"] += 1

    def _try_again(self, unit: Unit, on: date) -> None:
        """What came back is paid again once somebody has asked the supplier."""
        with session(unit, on, "PK", 8) as acting:
            held = PaymentHold.objects.filter(unit=unit).values_list("payable", flat=True).distinct()
            waiting = rows(
                "SELECT DISTINCT h.payable_id FROM purchases_paymenthold h WHERE h.unit_id = %s AND NOT EXISTS"
                " (SELECT FROM purchases_paymentholdend e WHERE e.hold_id = h.id) ORDER BY 1",
                [unit.pk],
            )
            if held:
                for one in waiting:
                    unhold(acting, Payable.objects.get(unit=unit, pk=one["payable_id"]))
                    self.acts["paid_again"] += 1

    # --- the morning after ------------------------------------------------------------------------------------------

    def statement(self, unit: Unit, on: date, payee: str = bank_out.DIRECT_DEBIT) -> None:
        """The statement of the bank day before comes in and posts itself; what no rule knows is posted by hand."""
        before = bank_days_earlier(on, 1)
        bank = self.banks[unit.code]
        fee = _FEE if before in (PAYING[0], PAYING[-1]) else Decimal(0)
        data = bank.statement(before, self.debits.get((unit.code, before), []), fee, _DIRECT_DEBIT, payee)
        name = f"CAMT053_{bank.iban}_{before:%Y%m%d}.xml"
        (self.folder / name).write_bytes(data)
        with session(unit, on, "PK", 7) as acting:
            received = receive(acting, data, name, "import")
            material = [one for one in read_documents(data, name) if isinstance(one, BankMaterial)]
            take_in_bank_material(acting, received, material, on)
        self._run(unit, StatementPostingRun(), on, 8)
        if before < _RULE_FROM:
            self._post_by_hand(unit, on)
        if before == PAYING[2]:
            self._rule_for_the_debit(unit, on)

    def _post_by_hand(self, unit: Unit, on: date) -> None:
        with session(unit, on, "PK", 10) as acting:
            for one in waiting_lines(unit, terms_of(unit, on)):
                line = Line.objects.get(unit=unit, pk=one["line"])
                if line.counterparty != bank_out.DIRECT_DEBIT:
                    continue  # nobody knows yet what it is
                coding = Tracking("43000000", f"29{unit.code}")
                post_memo(acting, line, [Part(line.amount, coding)], "porto för mars och april")
                self.acts["memo"] += 1

    def _rule_for_the_debit(self, unit: Unit, on: date) -> None:
        """The same debit for the third time: one person tells a rule for it, another approves it."""
        with session(unit, on, "PK", 11) as acting:
            line = Line.objects.filter(unit=unit, counterparty=bank_out.DIRECT_DEBIT).order_by("-id").first()
            assert line is not None
            rule = propose_rule(
                acting, line, Tracking("43000000", f"29{unit.code}"), "Porto / postimaksut",
                sought=Sought("counterparty", bank_out.DIRECT_DEBIT.upper()), since=_RULE_FROM,
            )  # fmt: skip
        with session(unit, on, "PG", 12) as acting:
            approve_rule(acting, rule)
        self.acts["rule"] += 1

    # --- the machine ------------------------------------------------------------------------------------------------

    def _run(self, unit: Unit, room: Room, on: date, hour: int) -> None:
        with session(unit, on, "PK", hour) as acting:
            apply(room, acting, on)


def _bank_of(unit: Unit) -> bank_out.PayingBank:
    with working_in([unit.pk]):
        account = UnitAccount.objects.get(unit=unit, purpose="expenditure")
    return bank_out.PayingBank(unit.code, account.iban)
