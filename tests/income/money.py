"""Money in, for the tests of what becomes of it: payments as the bank material run stores them, with their voucher."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection

from apart import asked_apart, halves
from cast import AT, DAY, FOREST, an_order, customer, inside, new_unit, person, run, set_term, unit
from income.tables import Line, Table, read
from reskontra.bank.models import Line as BankLine
from reskontra.bank.models import Material, Payment
from reskontra.claims.models import Allocation, Claim, Overpayment, PaymentDecision, PaymentReversal, WriteOff
from reskontra.exchange.models import InboxFile
from reskontra.income.allocation.actions import hold, point
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.run import OrdersRun
from reskontra.income.write_off.actions import approve, propose, review
from reskontra.income.write_off.run import WriteOffsRun
from reskontra.kernel.references import unit_reference
from reskontra.ledger.models import Entry, Voucher
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Unit, UnitAccount
from reskontra.registers.posting import posting_account
from reskontra.registers.sorting import sort_key
from reskontra.runs.models import Run
from reskontra.sales.models import Invoice, InvoicedOrder

_files = count(1)
_ITEMS = {"public": "PERMIT", "private": "SEEDS"}  # both outside VAT


def a_payment(
    where: Unit,
    amount: str,
    *,
    day: date = DAY,
    reference: str = "",
    holds: bool = True,
    payer: str = "",
    message: str = "",
    parts: Sequence[Mapping[str, Any]] | None = None,
    archive_id: str = "",
    end_to_end_id: str = "",
    payer_account: str = "",
) -> Payment:
    """A payment told by a reference list of its own, and its voucher: in transit against unallocated."""
    money = Decimal(amount)
    with inside(where):
        by = Run.objects.create(
            unit=where, name="bank", on_date=day, state="applied", person=person("cecilia"), planned_at=AT,
            applied_at=AT,
        )  # fmt: skip
        number = next(_files)
        file = InboxFile.objects.create(
            unit=where, digest=f"{number:064x}", name=f"{number}.xml", kind="payments", size=1,
            person=person("cecilia"), received_at=AT,
        )  # fmt: skip
        account = UnitAccount.objects.get(unit=where, purpose="income")
        material = Material.objects.create(
            unit=where, run=by, file=file, position=1, kind="payments", source="camt.054", account=account,
            identity=f"test {number}", lines=1, total=money,
        )  # fmt: skip
        payment = Payment.objects.create(
            unit=where, run=by, account=account, booking_date=day, amount=money, reference=reference,
            reference_holds=bool(reference) and holds, message=message, payer=payer, payer_key=sort_key(payer),
            archive_id=archive_id, reversal=money < 0, payer_account=payer_account,
        )  # fmt: skip
        BankLine.objects.create(
            unit=where, material=material, position=1, source="camt.054", kind="payment", payment=payment,
            booking_date=day, amount=money, currency="EUR", reference=reference, message=message,
            counterparty=payer, counterparty_account=payer_account, archive_id=archive_id,
            end_to_end_id=end_to_end_id, reversal=money < 0, name_key=sort_key(payer),
            parts=list(parts) if parts else None,
        )  # fmt: skip
        voucher = Voucher.objects.create(
            unit=where, run=by, kind="BK", year=day.year, number=take_numbers(where, "voucher BK", 1, day.year),
            posting_date=day,
        )  # fmt: skip
        Entry.objects.bulk_create(
            Entry(
                unit=where,
                voucher=voucher,
                position=place,
                account=posting_account(event, day),
                amount=sign * money,
            )
            for place, (event, sign) in enumerate((("payments_in_transit", 1), ("payments_unallocated", -1)))
        )
    return payment


def claims_issued(where: Unit, told: Mapping[str, Sequence[str]], day: date) -> dict[str, Claim]:
    """Claims by name, of (customer, euro, perhaps the kind of law), each by an invoice of its own of ``day``."""
    with inside(where):
        orders = {
            name: an_order(
                where, who, {"item": _ITEMS[law[0] if law else "public"], "quantity": "1", "unit_price": amount},
                service_date=day, source="own_system", case_reference=name,
            )
            for name, (who, amount, *law) in told.items()
        }  # fmt: skip
    run(OrdersRun(), where, day)
    run(InvoicingRun(), where, day)
    with inside(where):
        return {name: claim_of(where, order.number) for name, order in orders.items()}


def a_claim(where: Unit, who: str, amount: str, *, day: date = DAY) -> Claim:
    """A claim of ``amount`` euro on somebody, by an invoice outside VAT."""
    return claims_issued(where, {"": (who, amount)}, day)[""]


def write_off(where: Unit, claim: Claim, day: date) -> WriteOff:
    """What is open of a claim leaves the books: proposed, reviewed, approved and posted."""
    with inside(where) as acting:
        proposal = propose(acting, claim, "decided", "not worth it")
    with inside(where, "hanna") as acting:
        review(acting, proposal, proposal.digest)
    with inside(where, "gunnar") as acting:
        approve(acting, proposal, proposal.digest)
    posted = run(WriteOffsRun([claim.pk]), where, day)
    with inside(where):
        return WriteOff.objects.get(unit=where, run=posted.run)


def claim_of(where: Unit, order: int) -> Claim:
    """The claim of the invoice that bills an order. Called inside ``working_in``."""
    done = InvoicedOrder.objects.get(unit=where, number=order)
    return Claim.objects.get(unit=where, invoice=done.invoice_id)


# --- tables: each payment decided in a crowd, and with nobody but its neighbours ----------------------------------


@dataclass
class Purse:
    """A table told into a unit: its claims and payments by name.

    Words, beside ``on`` and ``term``:

        claim   NAME CUSTOMER AMOUNT
        credit  NAME CLAIM AMOUNT                         a credit invoice for part of a claim
        written CLAIM                                     written off by decision, with all that is open of it
        payment NAME AMOUNT [day D] [of CLAIM | text T | number N | forest N] [from P] [says M] [bank ID] [end ID]
                [part CLAIM AMOUNT ...]
        point   PAYMENT CLAIM [AMOUNT] | PAYMENT person   what a person said
        expect  NAME OUTCOME [CLAIM AMOUNT ...] [refund A] [income A] [waived A]     # clause
        open    CLAIM AMOUNT
    """

    table: Table
    where: Unit
    claims: dict[str, Claim] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)

    def tell(self, only: frozenset[str] | None = None) -> "Purse":
        """Everything in the table; of the payments only those named."""
        for line in self.table.all("term"):
            set_term(self.where, *line.words)
        told = {line.words[0]: line.words[1:3] for line in self.table.all("claim")}
        self.claims |= claims_issued(self.where, told, self.table.on)
        for line in self.table.all("credit"):
            self.claims[line.words[0]] = self._credit(*line.words[1:])
        for line in self.table.all("written"):
            write_off(self.where, self.claims[line.words[0]], self.table.on)
        for line in self.table.all("payment"):
            if only is None or line.words[0] in only:
                self.payments[line.words[0]] = self._payment(line)
        for line in self.table.all("point"):
            if line.words[0] in self.payments:
                self._point(line)
        return self

    def _credit(self, of: str, amount: str) -> Claim:
        with inside(self.where):
            claim = self.claims[of]
            invoice = Invoice.objects.get(unit=self.where, pk=claim.invoice_id)
            order = an_order(
                self.where, invoice_customer(invoice),
                {"item": _ITEMS["public"], "quantity": "-1", "unit_price": amount},
                service_date=self.table.on, credit=True, order_type="Z002", source="own_system",
                reference_invoice=f"{self.where.code}{invoice.number:09d}",
            )  # fmt: skip
        run(OrdersRun(), self.where, self.table.on)
        run(InvoicingRun(), self.where, self.table.on)
        with inside(self.where):
            return claim_of(self.where, order.number)

    def _payment(self, line: Line) -> Payment:
        told: dict[str, Any] = {}
        words = iter(line.words[2:])
        for word in words:
            if word == "of":
                told["reference"] = self.claims[next(words)].reference
            elif word == "text":
                told |= {"reference": next(words), "holds": False}
            elif word == "number":
                told["reference"] = unit_reference(self.where.code, int(next(words)))
            elif word == "forest":
                told["reference"] = unit_reference(FOREST, int(next(words)))
            elif word == "from":
                told["payer"] = next(words)
            elif word == "says":
                told["message"] = self._named(next(words))
            elif word == "bank":
                told["archive_id"] = next(words)
            elif word == "end":
                told["end_to_end_id"] = next(words)
            elif word == "day":
                told["day"] = date.fromisoformat(next(words))
            elif word == "part":
                claim, amount = next(words), next(words)
                shares = told.setdefault("parts", [])
                shares.append({"reference": self._reference(claim), "amount": amount})
            else:
                raise AssertionError(word)
        told.setdefault("day", self.table.on)
        return a_payment(self.where, line.words[1], **told)

    def _reference(self, name: str) -> str:
        return self.claims[name].reference if name in self.claims else name

    def _named(self, message: str) -> str:
        """``{A}`` is the reference of a claim in a message, ``{A#}`` the number of its invoice."""

        def put(found: "re.Match[str]") -> str:
            claim = self.claims[found[1]]
            return claim.reference[:-1] if found[2] else claim.reference

        return re.sub(r"\{(\w+)(#?)\}", put, message)

    def _point(self, line: Line) -> None:
        name, to, *amount = line.words
        with inside(self.where) as acting:
            if to == "person":
                hold(acting, self.payments[name], "test")
            else:
                share = Decimal(amount[0]) if amount else None
                point(acting, self.payments[name], [(self.claims[to], share)], "test")

    def allocated(self) -> dict[str, "Fate"]:
        """What became of every payment in one run."""
        result = run(AllocationRun(), self.where, self.table.on)
        names = {claim.pk: name for name, claim in self.claims.items()}
        with inside(self.where):
            return {
                name: _fate(self.where, payment, result.run, names) for name, payment in self.payments.items()
            }

    def open_of(self, name: str) -> Decimal:
        """What is open of a claim. Called inside ``working_in``."""
        return open_amount(self.where, self.claims[name])


@dataclass(frozen=True)
class Fate:
    """What became of one payment: outcome, clause, and where its money went."""

    outcome: str
    clause: str | None
    money: frozenset[tuple[str, str]]


def invoice_customer(invoice: Invoice) -> str:
    """The word of an invoice's customer in the cast."""
    from cast import CUSTOMERS

    return next(word for word in CUSTOMERS if customer(word).pk == invoice.customer_id)


def open_amount(where: Unit, claim: Claim) -> Decimal:
    """The amount of a claim less all its settlements, added up in Python. Called inside ``working_in``."""
    settled = sum((one.amount for one in Allocation.objects.filter(unit=where, claim=claim)), Decimal(0))
    settled += sum((one.amount for one in WriteOff.objects.filter(unit=where, claim=claim)), Decimal(0))
    used = sum((one.amount for one in Allocation.objects.filter(unit=where, credit=claim)), Decimal(0))
    return claim.amount - settled + used


def rest_of(where: Unit, payment: Payment) -> Decimal:
    """What of a payment nobody owns yet, added up in Python. Called inside ``working_in``."""
    owned = sum((one.amount for one in Allocation.objects.filter(unit=where, payment=payment)), Decimal(0))
    owned += sum((one.amount for one in Overpayment.objects.filter(unit=where, payment=payment)), Decimal(0))
    owned += sum(
        (one.amount for one in PaymentReversal.objects.filter(unit=where, payment=payment)), Decimal(0)
    )
    owned -= sum(
        (one.amount for one in PaymentReversal.objects.filter(unit=where, reversal=payment)), Decimal(0)
    )
    return payment.amount - owned


def _fate(where: Unit, payment: Payment, by: Run, names: Mapping[int, str]) -> Fate:
    decision = PaymentDecision.objects.get(unit=where, run=by, payment=payment)
    facts = {"unit": where, "payment": payment, "run": by}
    money = {(names[one.claim_id], format(one.amount, ".2f")) for one in Allocation.objects.filter(**facts)}
    money |= {(one.treatment, format(one.amount, ".2f")) for one in Overpayment.objects.filter(**facts)}
    if decision.outcome.endswith("REMAINDER_WAIVED"):
        claim = Allocation.objects.get(**facts).claim_id
        waived = WriteOff.objects.get(unit=where, run=by, claim=claim)
        money.add(("waived", format(waived.amount, ".2f")))
    return Fate(decision.outcome, decision.clause, frozenset(money))


def allocate_in_crowd_and_alone(text: str) -> Purse:
    """Every payment becomes what the table expects, among all, asked for apart, and without half of the others."""
    table = read(text)
    purse = Purse(table, unit()).tell()
    expected = {line.words[0]: _expected(line) for line in table.all("expect")}
    assert expected.keys() == purse.payments.keys(), (
        "every payment of a table is expected to become something"
    )
    ids = {name: payment.pk for name, payment in purse.payments.items()}
    alone = asked_apart(AllocationRun, purse.where, table.on, ids)
    assert alone == {name: (fate.outcome, fate.clause) for name, fate in expected.items()}
    assert purse.allocated() == expected
    with inside(purse.where):
        for line in table.all("open"):
            assert (line.words[0], purse.open_of(line.words[0])) == (line.words[0], Decimal(line.words[1]))
    for together in halves(_neighbours(table)):
        apart = Purse(table, new_unit(str(next(_codes)))).tell(together).allocated()
        assert apart == {name: expected[name] for name in together}
    return purse


_codes = count(610_001)


def _expected(line: Line) -> Fate:
    words = line.words[2:]
    return Fate(line.words[1], line.clause, frozenset(zip(words[::2], words[1::2], strict=True)))


def _neighbours(table: Table) -> list[frozenset[str]]:
    """Payments that share a claim, a payer or an id belong together; the rest are alone."""
    groups: list[tuple[set[str], set[str]]] = []
    for line in table.all("payment"):
        links = {
            word for word in line.words[2:] if word in {one.words[0] for one in table.all("claim", "credit")}
        }
        links |= set(re.findall(r"\{(\w+)#?\}", shlex.join(line.words)))
        links |= {one.words[1] for one in table.all("point") if one.words[0] == line.words[0]} - {"person"}
        for word in {"from", "bank", "end"} & set(line.words):
            said = line.words[line.words.index(word) + 1].casefold()
            links.add(
                word + " ".join(sorted(said.split())) if word == "from" else word + said.replace(" ", "")
            )
        names = {line.words[0]}
        for group in [one for one in groups if one[1] & links]:
            groups.remove(group)
            names |= group[0]
            links |= group[1]
        groups.append((names, links))
    return [frozenset(names) for names, _ in groups]


def balance(where: Unit, event: str, day: date = DAY) -> Decimal:
    """The balance of the account of an event. Called inside ``working_in``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(amount), 0) FROM ledger_entry WHERE unit_id = %s AND account = %s",
            [where.pk, posting_account(event, day)],
        )
        row = cursor.fetchone()
    assert row is not None
    return Decimal(row[0])


LATER = DAY + timedelta(days=1)
