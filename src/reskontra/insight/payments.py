"""Payments as people look for them: what is unallocated and why, what one was used for, what was paid of a claim."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.bank.models import Payment
from reskontra.registers.models import Unit


def payment_number(payment: int) -> str:
    """A payment as people name it: P and its id."""
    return f"P{payment}"


@dataclass(frozen=True)
class Unallocated:
    """A payment that something is left of, and what the newest decision said of it."""

    payment: int
    booking_date: date
    amount: Decimal
    rest: Decimal
    reference: str
    message: str
    payer: str
    outcome: str | None
    clause: str | None
    run: int | None

    @property
    def number(self) -> str:
        """As people name it."""
        return payment_number(self.payment)


_OWNED = """
SELECT payment_id, amount FROM claims_allocation WHERE {of_allocation}
UNION ALL SELECT payment_id, amount FROM claims_overpayment WHERE {of_payment}
UNION ALL SELECT payment_id, amount FROM claims_paymentreversal WHERE {of_payment}
UNION ALL SELECT reversal_id, -amount FROM claims_paymentreversal WHERE {of_reversal}
"""
_LEFT = (
    """
SELECT p.id, p.booking_date, p.amount, p.amount - coalesce(owned.amount, 0), p.reference, p.message, p.payer,
  decided.outcome, decided.clause, decided.run_id
FROM bank_payment p
LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM ("""
    + _OWNED.format(
        of_allocation="unit_id = %(unit)s AND payment_id IS NOT NULL",
        of_payment="unit_id = %(unit)s",
        of_reversal="unit_id = %(unit)s",
    )
    + """) facts GROUP BY 1) owned ON owned.payment_id = p.id
LEFT JOIN LATERAL (SELECT outcome, clause, run_id FROM claims_paymentdecision d
                   WHERE d.payment_id = p.id ORDER BY d.run_id DESC LIMIT 1) decided ON true
WHERE p.unit_id = %(unit)s AND p.amount <> coalesce(owned.amount, 0)
ORDER BY p.booking_date, p.id LIMIT %(most)s
"""
)


def unallocated(unit: Unit, most: int = 1000) -> list[Unallocated]:
    """The payments of ``unit`` that something is left of, the oldest first. Called inside ``working_in``."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, {"unit": unit.pk, "most": most})
        return [Unallocated(*row) for row in cursor.fetchall()]


def rest_of(payment: Payment) -> Decimal:
    """What is left of ``payment`` in euro, negative for money that the bank took back."""
    query = _OWNED.format(
        of_allocation="payment_id = %(id)s",
        of_payment="payment_id = %(id)s",
        of_reversal="reversal_id = %(id)s",
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(sum(amount), 0) FROM ({query}) facts",
            {"id": payment.pk},
        )
        row = cursor.fetchone()
    assert row is not None
    return payment.amount - Decimal(row[0])


_USES = """
SELECT 'allocation' AS kind, a.amount, a.clause, a.claim_id, c.reference, i.number, r.on_date, r.id,
  a.undoes_id IS NOT NULL, a.payment_id
FROM claims_allocation a JOIN claims_claim c ON c.id = a.claim_id JOIN sales_invoice i ON i.id = c.invoice_id
JOIN runs_run r ON r.id = a.run_id WHERE a.{column} = %(id)s
UNION ALL
SELECT 'overpaid_' || o.treatment, o.amount, o.clause, o.claim_id, c.reference, i.number, r.on_date, r.id,
  o.undoes_id IS NOT NULL, o.payment_id
FROM claims_overpayment o JOIN claims_claim c ON c.id = o.claim_id JOIN sales_invoice i ON i.id = c.invoice_id
JOIN runs_run r ON r.id = o.run_id WHERE o.{column} = %(id)s
"""
_WAIVED = """
UNION ALL
SELECT 'waived', w.amount, w.clause, w.claim_id, c.reference, i.number, r.on_date, r.id,
  w.undoes_id IS NOT NULL, NULL
FROM claims_writeoff w JOIN claims_claim c ON c.id = w.claim_id JOIN sales_invoice i ON i.id = c.invoice_id
JOIN runs_run r ON r.id = w.run_id WHERE w.claim_id = %(id)s
UNION ALL
SELECT 'set_off', -a.amount, a.clause, a.credit_id, c.reference, i.number, r.on_date, r.id,
  a.undoes_id IS NOT NULL, NULL
FROM claims_allocation a JOIN claims_claim c ON c.id = a.claim_id JOIN sales_invoice i ON i.id = c.invoice_id
JOIN runs_run r ON r.id = a.run_id WHERE a.credit_id = %(id)s
"""


def uses_of_payment(unit: Unit, payment: int) -> list[dict[str, Any]]:
    """What a payment was used for, in order of time: allocations, overpayments, and what was undone of them."""
    return list(_uses(unit, _USES.format(column="payment_id"), payment))


def settlements_of_claim(unit: Unit, claim: int) -> list[dict[str, Any]]:
    """What was paid, credited, waived and overpaid of a claim, in order of time."""
    return list(_uses(unit, _USES.format(column="claim_id") + _WAIVED, claim))


def _uses(unit: Unit, query: str, subject: int) -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({query}) uses ORDER BY 8, 1, 2 DESC", {"id": subject})
        for kind, amount, clause, claim, reference, number, on, run, undone, payment in cursor.fetchall():
            yield {
                "kind": kind,
                "amount": format(amount, ".2f"),
                "clause": clause,
                "claim": claim,
                "reference": reference,
                "invoice": f"{unit.code}{number:09d}",
                "on": on.isoformat(),
                "run": run,
                "undoes": undone,
                "payment": payment_number(payment) if payment else None,
            }
