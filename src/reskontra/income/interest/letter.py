"""The letter of an interest invoice: what is charged for which invoice, stretch by stretch."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from reskontra.claims.interest import grounds_of, is_consumer
from reskontra.claims.letters import income_account, receiver, sender
from reskontra.claims.models.interest import shown_number
from reskontra.database.rows import rows
from reskontra.documents.letter import Letter, Party, Slip, Table
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.terms import Terms
from reskontra.kernel.texts import text
from reskontra.registers.models import Customer, UnitAccount
from reskontra.runs.models import Run
from reskontra.runs.run import RunRefused

Row = Mapping[str, Any]
_HEADS = ("from", "to", "days", "principal", "rate", "amount")
_NUMBERS = (2, 3, 4, 5)

_INVOICES = """
SELECT i.id, i.customer_id, i.language, i.total, %(first)s + i.place AS number, original.number AS original,
  sales_reference(%(code)s, %(base)s + %(first)s + i.place) AS reference
FROM new_interest_invoice i LEFT JOIN claims_interestinvoice original ON original.id = i.original_id
ORDER BY i.place
"""
_CHARGES = """
SELECT ch.id, ch.invoice_id, ch.amount, s.number, c.due_date, d.accrued - d.waived AS asked,
  d.charged, d.aside
FROM new_interest_charge ch
JOIN decided d ON d.id = ch.claim_id
JOIN claims_claim c ON c.id = ch.claim_id
JOIN sales_invoice s ON s.id = c.invoice_id
ORDER BY ch.id
"""
_LINES = """
SELECT ch.id AS charge_id, l.from_date, l.to_date, l.days, l.principal, l.percent, l.amount
FROM new_interest_charge ch
JOIN interest_lines l ON l.claim_id = ch.claim_id AND l.kind = %s AND NOT l.waived
ORDER BY ch.id, l.position
"""


def letters_of_new_invoices(
    run: Run, terms: Terms, kind: str, numbers: Mapping[str, Any], due: date
) -> list[tuple[int, Letter]]:
    """A letter for every row of ``new_interest_invoice``, in its order, each with the id of its customer.

    ``kind`` is ``late`` or ``payment_time``; ``numbers`` has code, base and first, as references are made of them.
    Raises ``RunRefused`` when the unit has no account to be paid to.
    """
    account = income_account(run.unit, run.on_date)
    if account is None:
        raise RunRefused("command.missing_bank_account", unit=run.unit.code)
    invoices = rows(_INVOICES, numbers)
    charges = _grouped(rows(_CHARGES), "invoice_id")
    lines = _grouped(rows(_LINES, [kind]), "charge_id")
    customers = Customer.objects.in_bulk({one["customer_id"] for one in invoices})
    senders = {one["language"]: sender(run.unit, one["language"]) for one in invoices}
    letters = _Letters(run, terms, kind, account, due)
    return [
        (
            one["customer_id"],
            letters.of(
                one,
                senders[one["language"]],
                customers[one["customer_id"]],
                [(charge, lines.get(charge["id"], [])) for charge in charges[one["id"]]],
            ),
        )
        for one in invoices
    ]


def _grouped(found: Sequence[Row], key: str) -> dict[Any, list[Row]]:
    return {value: list(some) for value, some in groupby(found, key=lambda one: one[key])}


class _Letters:
    """What all letters of one run have in common."""

    def __init__(self, run: Run, terms: Terms, kind: str, account: UnitAccount, due: date) -> None:
        self.run, self.terms, self.kind, self.account, self.due = run, terms, kind, account, due
        self.grounds = grounds_of(run.unit)

    def of(
        self, invoice: Row, writer: Party, customer: Customer, charges: Sequence[tuple[Row, Sequence[Row]]]
    ) -> Letter:
        """One letter; ``charges`` with the lines behind each."""
        language, credit = invoice["language"], invoice["original"] is not None
        code = self.run.unit.code
        told = {
            "number": shown_number(code, invoice["number"]),
            "original": shown_number(code, invoice["original"]) if credit else "",
            "total": format_amount(abs(invoice["total"]), language),
            "due": format_date(self.due, language),
        }
        what = f"interest.{self.kind}.{'credit' if credit else 'invoice'}"
        return Letter(
            kind="interest_invoice",
            language=language,
            day=self.run.on_date,
            sender=writer,
            receiver=receiver(customer),
            subject=text(f"{what}.subject", language, **told),
            paragraphs=(
                text(f"{what}.opening", language, **told),
                text(f"{what}.closing", language, **told),
            ),
            tables=tuple(self._table(charge, lines, language) for charge, lines in charges),
            slip=None
            if credit
            else Slip(
                self.account.iban, self.account.bic, invoice["reference"], self.due, Decimal(invoice["total"])
            ),
            notes=self._notes(customer, {charge["due_date"] for charge, _ in charges}, language),
        )

    def _table(self, charge: Row, lines: Sequence[Row], language: str) -> Table:
        """The stretches of one claim, their sum, what was charged or paid before, and what remains."""
        code = self.run.unit.code
        told = [
            (
                format_date(line["from_date"], language),
                format_date(line["to_date"], language),
                str(line["days"]),
                format_amount(line["principal"], language),
                written_percent(line["percent"], language),
                unrounded(line["amount"], language),
            )
            for line in lines
        ]
        sums = [("sum", charge["asked"])]
        sums += [("charged", -charge["charged"])] if charge["charged"] else []
        sums += [("paid", -charge["aside"])] if charge["aside"] else []
        sums += [("remaining", charge["amount"])] if len(sums) > 1 else []
        told += [
            (text(f"interest.table.{key}", language), "", "", "", "", format_amount(amount, language))
            for key, amount in sums
        ]
        return Table(
            heads=tuple(text(f"interest.table.{head}", language) for head in _HEADS),
            rows=tuple(told),
            right=_NUMBERS,
            caption=text(
                "interest.table.caption",
                language,
                invoice=f"{code}{charge['number']:09d}",
                due=format_date(charge["due_date"], language),
            ),
        )

    def _notes(self, customer: Customer, due_dates: Collection[date], language: str) -> tuple[str, ...]:
        """The grounds and day counts of all claims of the letter, each told once, in the order of due dates."""
        due = sorted(due_dates)
        if self.kind == "late":
            consumer = is_consumer(customer)
            told = [
                text(f"interest.ground.{self.grounds.late(day, consumer=consumer)}", language) for day in due
            ]
        else:
            points = written_percent(self.terms.payment_time_surcharge, language)
            told = [text("interest.ground.payment_time", language, points=points)]
        told += [text(f"interest.day_count.{self.grounds.on(day).day_count}", language) for day in due]
        return (*dict.fromkeys(told), text("interest.rounding", language))


def written_percent(percent: Decimal, language: str) -> str:
    """``percent`` a year without idle zeros, as people read it."""
    written = f"{percent.normalize():f}"
    return written if language == "en" else written.replace(".", ",")


def unrounded(amount: Decimal, language: str) -> str:
    """``amount`` in euro with four decimals: rounding comes once, in the sum."""
    written = f"{amount:.4f}"
    return written if language == "en" else written.replace(".", ",")
