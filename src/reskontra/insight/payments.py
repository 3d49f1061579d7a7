"""Payments as people look for them: what is unallocated and why, what one was used for, what was paid of a claim."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Max, Q

from reskontra.bank.models import Line, Payment
from reskontra.claims.models import PaymentPointing
from reskontra.database.rows import one_row, rows
from reskontra.kernel.identifiers import without_personal_codes
from reskontra.kernel.money import NotAnAmount, parse_amount
from reskontra.kernel.references import NotAReference, invoice_number, normal_reference
from reskontra.registers.models import Unit


def payment_number(payment: int) -> str:
    """A payment as people name it: P and its id."""
    return f"P{payment}"


@dataclass(frozen=True)
class Unallocated:
    """A payment, what is left of it, and what the newest decision said of it."""

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

    def age(self, on: date) -> int:
        """Days from the bank's booking to ``on``; none for what is booked later."""
        return max((on - self.booking_date).days, 0)

    def as_json(self, on: date) -> dict[str, Any]:
        """The payment as ``reskontra bank --unallocated --json`` tells it."""
        return {
            "payment": self.number,
            "booking_date": self.booking_date.isoformat(),
            "age": self.age(on),
            "amount": format(self.amount, ".2f"),
            "rest": format(self.rest, ".2f"),
            "reference": self.reference,
            "message": without_personal_codes(self.message),
            "payer": self.payer,
            "outcome": self.outcome,
            "clause": self.clause,
            "run": self.run,
        }


_LISTED = """
SELECT p.id, p.booking_date, p.amount, p.amount - coalesce(owned.amount, 0), p.reference, p.message, p.payer,
  decided.outcome, decided.clause, decided.run_id
FROM bank_payment p
LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM claims_payment_use WHERE {of} GROUP BY 1) owned
  ON owned.payment_id = p.id
LEFT JOIN LATERAL (SELECT d.outcome, d.clause, d.run_id FROM claims_paymentdecision d
                   JOIN runs_run r ON r.id = d.run_id AND r.state = 'applied'
                   WHERE d.payment_id = p.id ORDER BY d.run_id DESC LIMIT 1) decided ON true
WHERE p.unit_id = %(unit)s AND {only}
"""
_OF_UNIT = "unit_id = %(unit)s"
_REST = "p.amount <> coalesce(owned.amount, 0)"
_BEHIND = """(%(after)s::bigint IS NULL OR (p.booking_date, p.id) >
  (SELECT before.booking_date, before.id FROM bank_payment before WHERE before.id = %(after)s::bigint))"""
_LEFT = (
    _LISTED.format(of=_OF_UNIT, only=f"{_REST} AND {_BEHIND}")
    + "ORDER BY p.booking_date, p.id LIMIT %(most)s"
)
_LEFT_COUNT = f"""
SELECT count(*), coalesce(sum(p.amount - coalesce(owned.amount, 0)), 0) FROM bank_payment p
LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM claims_payment_use WHERE {_OF_UNIT} GROUP BY 1) owned
  ON owned.payment_id = p.id
WHERE p.unit_id = %(unit)s AND {_REST}
"""
_FOUND = _LISTED.format(of="payment_id = ANY (%(ids)s)", only="p.id = ANY (%(ids)s)") + "ORDER BY p.id DESC"


def unallocated(unit: Unit, most: int = 1000, after: int | None = None) -> list[Unallocated]:
    """The payments of ``unit`` that something is left of, the oldest first, from behind the payment ``after``.

    Called inside ``working_in``.
    """
    return _listed(_LEFT, unit=unit.pk, most=most, after=after)


def unallocated_count(unit: Unit) -> tuple[int, Decimal]:
    """How many payments of ``unit`` something is left of, and how much in euro. Called inside ``working_in``."""
    count, rest = one_row(_LEFT_COUNT, {"unit": unit.pk})
    return count, rest


def payments_found(unit: Unit, words: str, before: int | None = None, most: int = 50) -> list[Unallocated]:
    """The payments that ``words`` name: ``P`` and the id, a reference in any form, or an amount in euro.

    Newest first, from behind the payment ``before``; none for what is nothing of these. Inside ``working_in``.
    """
    named = _named(words)
    if named is None:
        return []
    found = Payment.objects.filter(named, unit=unit)
    if before is not None:
        found = found.filter(pk__lt=before)
    ids = list(found.order_by("-pk").values_list("pk", flat=True)[:most])
    return _listed(_FOUND, unit=unit.pk, ids=ids) if ids else []


def _named(words: str) -> Q | None:
    written = re.sub(r"\s", "", words)
    if number := re.fullmatch(r"[Pp]([0-9]{1,18})", written):
        return Q(pk=int(number[1]))
    named = Q(reference=written) if written else Q()
    with suppress(NotAReference):
        named |= Q(reference=normal_reference(written))
    with suppress(NotAnAmount):
        named |= Q(amount=parse_amount(words))
    return named or None


def _listed(query: str, **values: Any) -> list[Unallocated]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [Unallocated(*row) for row in cursor.fetchall()]


def payment_of(unit: Unit, number: str) -> Payment | None:
    """The payment of ``unit`` with this number, ``P`` and its id; None where there is none. Inside ``working_in``."""
    found = re.fullmatch(r"\s*[Pp]([0-9]{1,18})\s*", number)
    return Payment.objects.filter(unit=unit, pk=int(found[1])).first() if found else None


def lines_of_payment(unit: Unit, payment: int) -> Sequence[Line]:
    """What each source told of a payment, in the order they came in. Called inside ``working_in``."""
    return list(
        Line.objects.filter(unit=unit, payment=payment).select_related("material__file").order_by("id")
    )


def state_of(payment: Payment) -> str:
    """Tells whether a payment is as it was seen: what is left of it, and how often a person said something of it."""
    turns = PaymentPointing.objects.filter(payment=payment).aggregate(Max("turn"))["turn__max"] or 0
    return f"{rest_of(payment):.2f} {turns}"


def rest_of(payment: Payment) -> Decimal:
    """What is left of ``payment`` in euro, negative for money that the bank took back."""
    (owned,) = one_row(
        "SELECT coalesce(sum(amount), 0) FROM claims_payment_use WHERE payment_id = %s", [payment.pk]
    )
    return payment.amount - Decimal(owned)


@dataclass(frozen=True)
class Settled:
    """One settlement, of a payment or of a claim: its kind, euro, clause, claim and invoice, day, run, payment's id.

    ``kind`` is the ending of a text ``settlement.…``; what came from a credit is a ``set_off`` and has no payment.
    ``number`` is the running number of ``invoice``; ``undoes`` says that it takes back another. A claim of interest has
    no invoice of these, so its ``reference`` is shown; money that points to no claim has neither.
    """

    kind: str
    amount: Decimal
    clause: str
    claim: int | None
    reference: str
    invoice: str
    number: int | None
    on: date
    run: int
    undoes: bool
    payment: int | None

    @property
    def of_claim(self) -> bool:
        """Whether it lessens what is open of the claim; what was paid beyond it does not."""
        return not self.kind.startswith(("overpaid_", "side_"))

    def as_json(self) -> dict[str, Any]:
        """The settlement as ``reskontra explain --json`` tells it."""
        return {
            "kind": self.kind,
            "amount": format(self.amount, ".2f"),
            "clause": self.clause,
            "claim": self.claim,
            "reference": self.reference,
            "invoice": self.invoice,
            "on": self.on.isoformat(),
            "run": self.run,
            "undoes": self.undoes,
            "payment": payment_number(self.payment) if self.payment else None,
        }


_USES = """
SELECT CASE WHEN a.payment_id IS NULL THEN 'set_off' ELSE 'allocation' END AS kind, a.amount, a.clause,
  a.claim_id AS claim, c.reference, i.number, r.on_date AS "on", r.id AS run, a.undoes_id IS NOT NULL AS undoes,
  a.payment_id AS payment
FROM claims_allocation a JOIN claims_claim c ON c.id = a.claim_id LEFT JOIN sales_invoice i ON i.id = c.invoice_id
JOIN runs_run r ON r.id = a.run_id WHERE a.{column} = %(id)s
UNION ALL
SELECT 'overpaid_' || o.treatment, o.amount, o.clause, o.claim_id, c.reference, i.number, r.on_date, r.id,
  o.undoes_id IS NOT NULL, o.payment_id
FROM claims_overpayment o LEFT JOIN claims_claim c ON c.id = o.claim_id
LEFT JOIN sales_invoice i ON i.id = c.invoice_id JOIN runs_run r ON r.id = o.run_id WHERE o.{column} = %(id)s
UNION ALL
SELECT 'side_' || d.kind, d.amount, d.clause, d.claim_id, c.reference, i.number, r.on_date, r.id,
  d.undoes_id IS NOT NULL, d.payment_id
FROM claims_sidepayment d JOIN claims_claim c ON c.id = d.claim_id LEFT JOIN sales_invoice i ON i.id = c.invoice_id
JOIN runs_run r ON r.id = d.run_id WHERE d.{column} = %(id)s
"""
_TAKEN_BACK = """
UNION ALL
SELECT 'taken_back', CASE WHEN v.payment_id = %(id)s THEN v.amount ELSE -v.amount END, 'OC 4.1-b', NULL, NULL, NULL,
  r.on_date, r.id, v.undoes_id IS NOT NULL, CASE WHEN v.payment_id = %(id)s THEN v.reversal_id ELSE v.payment_id END
FROM claims_paymentreversal v JOIN runs_run r ON r.id = v.run_id WHERE %(id)s IN (v.payment_id, v.reversal_id)
"""
_OTHERWISE = """
UNION ALL
SELECT CASE WHEN w.proposal_id IS NULL THEN 'waived' ELSE 'written_off' END, w.amount, w.clause, w.claim_id,
  c.reference, i.number, r.on_date, r.id,
  w.undoes_id IS NOT NULL, NULL
FROM claims_writeoff w JOIN claims_claim c ON c.id = w.claim_id LEFT JOIN sales_invoice i ON i.id = c.invoice_id
JOIN runs_run r ON r.id = w.run_id WHERE w.claim_id = %(id)s
UNION ALL
SELECT 'fee_deducted', f.amount, f.clause, f.claim_id, c.reference, i.number, r.on_date, r.id,
  f.undoes_id IS NOT NULL, NULL
FROM claims_feededucted f JOIN claims_claim c ON c.id = f.claim_id LEFT JOIN sales_invoice i ON i.id = c.invoice_id
JOIN runs_run r ON r.id = f.run_id WHERE f.claim_id = %(id)s
UNION ALL
SELECT 'set_off', -a.amount, a.clause, a.credit_id, c.reference, i.number, r.on_date, r.id,
  a.undoes_id IS NOT NULL, NULL
FROM claims_allocation a JOIN claims_claim c ON c.id = a.claim_id LEFT JOIN sales_invoice i ON i.id = c.invoice_id
JOIN runs_run r ON r.id = a.run_id WHERE a.credit_id = %(id)s
"""


def uses_of_payment(unit: Unit, payment: int) -> list[Settled]:
    """What a payment was used for, in order of time: allocations, overpayments, and what was undone of them.

    What the bank took back of it (or what it takes back, when it is such money) is told with the other payment.
    """
    return _settled(unit, _USES.format(column="payment_id") + _TAKEN_BACK, payment)


def settlements_of_claim(unit: Unit, claim: int) -> list[Settled]:
    """What was paid, credited, waived, written off, deducted and overpaid of a claim, in order of time."""
    return _settled(unit, _USES.format(column="claim_id") + _OTHERWISE, claim)


def open_of(amount: Decimal, settled: Iterable[Settled]) -> Decimal:
    """What is open of a claim of ``amount`` euro after all its settlements."""
    return amount - sum((one.amount for one in settled if one.of_claim), start=Decimal(0))


def _settled(unit: Unit, query: str, subject: int) -> list[Settled]:
    found = rows(f"SELECT * FROM ({query}) uses ORDER BY run, kind, amount DESC", {"id": subject})
    return [
        Settled(
            **{**row, "reference": row["reference"] or ""},
            invoice="" if row["number"] is None else invoice_number(unit.code, row["number"]),
        )
        for row in found
    ]
