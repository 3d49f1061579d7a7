"""Counts and sums at the end of the weeks, from the facts: what was delivered, paid, allocated, and what is left."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.bank.models import Payment as Paid
from reskontra.claims.models import PaymentDecision
from reskontra.database.session import working_in
from reskontra.demo.payers import Payment
from reskontra.income.delivery.follow_up import follow_up
from reskontra.insight.payments import payment_number, unallocated
from reskontra.registers.models import Unit
from reskontra.sales.models import Invoice


def tally(units: Sequence[Unit], at: datetime) -> dict[str, Any]:
    """Deliveries by state at the moment ``at``; payments by outcome and by what became of their money, euro as text."""
    deliveries: Counter[tuple[str, str]] = Counter()
    left: list[dict[str, Any]] = []
    for unit in units:
        with working_in([unit.pk]):
            invoices = list(Invoice.objects.filter(unit=unit).values_list("pk", flat=True))
            deliveries.update((one.outcome, one.clause) for one in follow_up(unit, at, invoices))
            left += [
                {
                    "payment": one.number,
                    "unit": unit.code,
                    "rest": _money(one.rest),
                    "outcome": one.outcome,
                    "clause": one.clause,
                }
                for one in unallocated(unit)
            ]
    return {
        "deliveries": [
            {"outcome": outcome, "clause": clause, "count": count}
            for (outcome, clause), count in deliveries.most_common()
        ],
        "payments": _rows(units, _BY_OUTCOME, "outcome", "clause"),
        "money": _rows(units, _MONEY, "step"),
        "unallocated": left,
    }


def faults_told(units: Sequence[Unit], paid: Mapping[str, Sequence[Payment]]) -> list[dict[str, Any]]:
    """Every unusual payment: what was unusual, what the rule made of it first, and where it stands."""
    told = []
    for unit in units:
        with working_in([unit.pk]):
            for one in (one for one in paid[unit.code] if one.fault):
                payment = paid_as(unit, one)
                decided = PaymentDecision.objects.filter(unit=unit, payment=payment).order_by("run_id")
                outcomes = list(decided.values_list("outcome", "clause"))
                told.append(
                    {
                        "fault": one.fault,
                        "unit": unit.code,
                        "payment": payment_number(payment.pk),
                        "amount": _money(one.amount),
                        "first": outcomes[0][0],
                        "outcome": outcomes[-1][0],
                        "clause": outcomes[-1][1],
                    }
                )
    return told


def paid_as(unit: Unit, payment: Payment) -> Paid:
    """The stored payment that ``payment`` became. Called inside ``working_in``."""
    found = Paid.objects.filter(unit=unit, booking_date=payment.day, amount=payment.amount)
    return found.get(reference=payment.reference) if payment.by_list else found.get(payer=payment.payer)


def _rows(units: Sequence[Unit], query: str, *names: str) -> list[dict[str, Any]]:
    with working_in([unit.pk for unit in units]), connection.cursor() as cursor:
        cursor.execute(query)
        return [
            {**dict(zip(names, row[:-2], strict=True)), "count": row[-2], "amount": _money(row[-1])}
            for row in cursor.fetchall()
        ]


def _money(amount: Decimal) -> str:
    return format(amount, ".2f")


# What was decided last about each payment.
_BY_OUTCOME = """
SELECT d.outcome, d.clause, count(*), sum(p.amount)
FROM (SELECT DISTINCT ON (payment_id) payment_id, outcome, clause FROM claims_paymentdecision
      ORDER BY payment_id, run_id DESC) d
JOIN bank_payment p ON p.id = d.payment_id
GROUP BY 1, 2 ORDER BY count(*) DESC, 1
"""
# Where the money of all payments is, and what is left of the claims; a payment and its return are both payments.
_MONEY = """
WITH allocated AS (
  SELECT payment_id, sum(amount) AS amount FROM claims_allocation WHERE payment_id IS NOT NULL
  GROUP BY 1 HAVING sum(amount) <> 0),
overpaid AS (
  SELECT payment_id, treatment, sum(amount) AS amount FROM claims_overpayment GROUP BY 1, 2 HAVING sum(amount) <> 0),
rest AS (
  SELECT p.id, p.amount - coalesce(sum(used.amount), 0) AS amount
  FROM bank_payment p
  LEFT JOIN claims_payment_use used ON used.payment_id = p.id
  GROUP BY p.id, p.amount HAVING p.amount <> coalesce(sum(used.amount), 0)),
set_off AS (
  SELECT credit_id, sum(amount) AS amount FROM claims_allocation WHERE credit_id IS NOT NULL
  GROUP BY 1 HAVING sum(amount) <> 0),
waived AS (SELECT claim_id, sum(amount) AS amount FROM claims_writeoff GROUP BY 1 HAVING sum(amount) <> 0),
open AS (
  SELECT c.id, c.amount - coalesce(sum(settled.amount), 0) AS amount
  FROM claims_claim c
  LEFT JOIN claims_claim_settlement settled ON settled.claim_id = c.id
  GROUP BY c.id, c.amount HAVING c.amount <> coalesce(sum(settled.amount), 0))
SELECT step, count, coalesce(amount, 0)
FROM (SELECT 1, 'payments', count(*), sum(amount) FROM bank_payment
      UNION ALL SELECT 2, 'allocated', count(*), sum(amount) FROM allocated
      UNION ALL SELECT 3, 'to_refund', count(*), sum(amount) FROM overpaid WHERE treatment = 'refund'
      UNION ALL SELECT 4, 'to_income', count(*), sum(amount) FROM overpaid WHERE treatment = 'income'
      UNION ALL SELECT 5, 'unallocated', count(*), sum(amount) FROM rest
      UNION ALL SELECT 6, 'set_off', count(*), sum(amount) FROM set_off
      UNION ALL SELECT 7, 'waived', count(*), sum(amount) FROM waived
      UNION ALL SELECT 8, 'open_claims', count(*), sum(amount) FROM open) steps (place, step, count, amount)
ORDER BY place
"""
