"""Refunds as tables: overpayments, what people say of them, and what each run makes of them, in the order of the lines.

Words, beside ``on`` (the first day) and ``term``:

    over    NAME CUSTOMER AMOUNT [from PAYER ACCOUNT]     a claim of 100 euro paid by AMOUNT too much, and allocated
    claim   NAME CUSTOMER AMOUNT                          a later claim of the same customer
    day     2026-04-07                                    what follows happens on this day
    ask     NAME                                          the customer asks for it
    account NAME ACCOUNT HOLDER                           somebody tells an account
    choose  NAME next_invoice|bank_return|rule
    block   NAME CODE                                     on the claim that was overpaid
    heard   NAME accepted|rejected|redeemed|unredeemed    of the refund that stands
    run                                                   planned, approved by somebody else, applied
    expect  NAME OUTCOME|nothing                          # clause        of the run before it, for every overpayment

An account is a word: the same word is the same IBAN.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import count

from django.db import connection

from apart import asked_apart, halves
from cast import CUSTOMERS, customer, iban, inside, new_unit, person, run, set_term, unit
from income.money import a_claim, a_payment, claims_issued
from income.tables import Line, Table, read
from reskontra.claims.models import Block, Claim, Overpayment, Refund
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.refunds.actions import approve_refunds, ask_refund, choose, hear, tell_account
from reskontra.income.refunds.run import RefundsRun
from reskontra.registers.models import Unit
from reskontra.runs.models import Run
from reskontra.runs.run import Result, apply, plan

_codes = count(620_001)
_CLAIM = "100.00"


def at(day: date) -> datetime:
    """Nine in the morning of a day, in Finland or close to it."""
    return datetime.combine(day, time(7), UTC)


def account(word: str) -> str:
    """The IBAN that a word stands for."""
    return iban(f"{99_000_000_000_000 + zlib.crc32(word.encode()) % 10**9:014d}")


def overpaid(where: Unit, told: Mapping[str, Sequence[str]], day: date) -> dict[str, Overpayment]:
    """Claims of 100 euro paid by so much too much, by name, of (customer, euro, payer, the payer's account)."""
    claims = claims_issued(where, {name: (one[0], _CLAIM) for name, one in told.items()}, day)
    payments = {}
    for name, (_, amount, *payer) in told.items():
        paid = str(Decimal(_CLAIM) + Decimal(amount))
        known = {"payer": payer[0], "payer_account": payer[1]} if payer else {}
        payments[name] = a_payment(where, paid, day=day, reference=claims[name].reference, **known)
    run(AllocationRun([payment.pk for payment in payments.values()]), where, day)
    with inside(where):
        return {
            name: Overpayment.objects.get(unit=where, payment=payment, undoes=None)
            for name, payment in payments.items()
        }


def an_overpayment(
    where: Unit, who: str, amount: str, *, day: date, payer: str = "", payer_account: str = ""
) -> Overpayment:
    """A claim of 100 euro on somebody that was paid by ``amount`` too much, and allocated."""
    return overpaid(where, {"": (who, amount, payer, payer_account)}, day)[""]


def planned(
    where: Unit, day: date, overpayments: Sequence[int] | None = None, who: str = "cecilia"
) -> Result:
    """A refund run, planned."""
    with inside(where, who, at(day)) as acting:
        return plan(RefundsRun(overpayments), acting, day)


def approved(where: Unit, day: date, who: str = "petra", overpayments: Sequence[int] | None = None) -> Run:
    """A refund run, planned by the clerk of the centre and approved by ``who``."""
    result = planned(where, day, overpayments)
    with inside(where, who, at(day)) as acting:
        approve_refunds(acting, result.run, result.run.digest)
    return result.run


def applied(
    where: Unit, day: date, by: Run | None = None, overpayments: Sequence[int] | None = None
) -> Result:
    """A refund run, applied; with what was planned unless ``by`` is a plan, then that."""
    by = by or approved(where, day, overpayments=overpayments)
    with inside(where, "cecilia", at(day)) as acting:
        return apply(RefundsRun(overpayments), acting, day, by)


def standing(where: Unit, overpayment: Overpayment) -> Refund:
    """The refund of an overpayment that is not undone. Called inside ``working_in``."""
    found = Refund.objects.filter(unit=where, overpayment=overpayment, undoes=None)
    return found.exclude(pk__in=Refund.objects.filter(unit=where).exclude(undoes=None).values("undoes")).get()


@dataclass
class Till:
    """A table told into a unit, as far as it concerns ``only`` some customers."""

    table: Table
    where: Unit
    only: frozenset[str] | None = None
    overpayments: dict[str, Overpayment] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    day: date = date.min
    ran: dict[str, tuple[str, str]] | None = None
    _coming: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def tell(self) -> "Till":
        """Every line in its order; an ``expect`` is compared with the run before it."""
        self.day = self.table.on
        for line in self.table.all("term"):
            set_term(self.where, *line.words)
        expected: dict[str, tuple[str, str | None]] = {}
        for line in self.table.lines:
            if line.keyword in ("on", "term") or not self._concerns(line):
                continue
            if line.keyword != "expect" and expected:
                self._compare(expected)
                expected = {}
            if line.keyword == "over":
                self._coming[line.words[0]] = self._overpaid(*line.words[1:])
                continue
            if self._coming:  # all that a day brings comes at once
                self.overpayments |= overpaid(self.where, self._coming, self.day)
                self._coming = {}
            if line.keyword == "expect":
                expected[line.words[0]] = (line.words[1], line.clause)
            else:
                getattr(self, f"_{line.keyword}")(*line.words)
        self._compare(expected)
        return self

    def _concerns(self, line: Line) -> bool:
        if self.only is None or line.keyword in ("day", "run"):
            return True
        if line.keyword in ("over", "claim"):
            return line.words[1] in self.only
        return line.words[0] in self.overpayments or line.words[0] in self._coming

    def _compare(self, expected: dict[str, tuple[str, str | None]]) -> None:
        assert self.ran is not None
        told = {name: self.ran.get(name, ("nothing", None)) for name in self.overpayments}
        assert (self.day, told) == (self.day, expected)

    def _overpaid(self, who: str, amount: str, *words: str) -> tuple[str, ...]:
        if not words:
            return who, amount
        assert words[0] == "from"
        return who, amount, words[1], account(words[2])

    def _claim(self, name: str, who: str, amount: str) -> None:
        self.claims[name] = a_claim(self.where, who, amount, day=self.day)

    def _day(self, day: str) -> None:
        self.day = date.fromisoformat(day)

    def _ask(self, name: str) -> None:
        with inside(self.where, at=at(self.day)) as acting:
            ask_refund(acting, self.overpayments[name])

    def _account(self, name: str, word: str, holder: str) -> None:
        with inside(self.where, at=at(self.day)) as acting:
            tell_account(acting, self.overpayments[name], account(word), holder, "answer", "said so")

    def _choose(self, name: str, way: str) -> None:
        with inside(self.where, at=at(self.day)) as acting:
            choose(acting, self.overpayments[name], way, "test")

    def _block(self, name: str, code: str) -> None:
        with inside(self.where, at=at(self.day)) as acting:
            Block.objects.create(
                unit=self.where, claim=self.overpayments[name].claim, code=code, from_date=self.day,
                review_date=self.day, reason="test", party="unit", person=acting.person, given_at=acting.at,
            )  # fmt: skip

    def _heard(self, name: str, outcome: str) -> None:
        with inside(self.where, at=at(self.day)) as acting:
            hear(acting, standing(self.where, self.overpayments[name]), outcome)

    def _run(self) -> None:
        ids = {name: one.pk for name, one in self.overpayments.items()}
        alone = asked_apart(RefundsRun, self.where, self.day, ids) if self.only is None else {}
        by = approved(self.where, self.day)
        names = {one.pk: name for name, one in self.overpayments.items()}
        with inside(self.where, "cecilia", at(self.day)) as acting:
            apply(RefundsRun(), acting, self.day, by)
            with connection.cursor() as cursor:
                cursor.execute("SELECT id, outcome, clause FROM decided")
                self.ran = {names[row[0]]: (row[1], row[2]) for row in cursor.fetchall() if row[0] in names}
        assert all(alone.get(name, told) == told for name, told in self.ran.items())


def refunded_in_crowd_and_alone(text: str) -> Till:
    """Every overpayment becomes what the table expects, among all, alone, and without half of the customers."""
    table = read(text)
    till = Till(table, unit()).tell()
    for together in halves({who} for who in sorted({line.words[1] for line in table.all("over")})):
        Till(table, new_unit(str(next(_codes))), together).tell()
    return till


def name_of(word: str) -> str:
    """The name of a customer of the cast."""
    return str(CUSTOMERS[word]["name"])


__all__ = [
    "Till", "account", "an_overpayment", "applied", "approved", "at", "customer", "name_of", "person", "planned",
    "refunded_in_crowd_and_alone", "standing",
]  # fmt: skip
