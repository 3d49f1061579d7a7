"""Payments to suppliers as people ask about them: what goes out, what came back, bans, what was paid late (EX 8, 9)."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.database.rows import rows
from reskontra.kernel.days import bank_day_on_or_after
from reskontra.kernel.texts import text, texts
from reskontra.registers.addresses import address_terms, addresses_query
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import terms_of


class Told:
    """What a list tells, for machines."""

    def as_json(self) -> dict[str, Any]:
        """Stable keys; amounts as strings with two decimals, days as ISO dates."""
        return {key: _plain(value) for key, value in asdict(self).items()}  # type: ignore[call-overload]


@dataclass(frozen=True)
class Going(Told):
    """A payment file: when it is carried out, how much, where it stands, and what the bank has said of its payments."""

    file: str
    day: date
    count: int
    amount: Decimal
    state: str
    accepted: int
    pending: int
    rejected: int
    version: str


@dataclass(frozen=True)
class Back(Told):
    """A payment that came back, of ``amount`` euro, with the bank's code and words; ``waits``: a person has to act."""

    payment: int
    end_to_end_id: str
    supplier: str
    amount: Decimal
    day: date
    state: str
    code: str
    reason: str
    payables: list[int]
    waits: bool
    accepted_after: bool

    def said(self, language: str) -> str:
        """The reason in the reader's words where the code is known, otherwise as the bank wrote it."""
        key = f"payment.code.{self.code}"
        words = text(key, language) if key in texts() else ""
        return "; ".join(part for part in (words, self.reason) if part) or self.code


@dataclass(frozen=True)
class Banned(Told):
    """A ban on a supplier: what was taken by it in euro, and what it may still take; None: until it ends."""

    ban: int
    supplier: str
    protocol: str
    from_date: date
    end_date: date | None
    share: Decimal
    each_invoice: Decimal | None
    amount: Decimal | None
    taken: Decimal
    left: Decimal | None


@dataclass(frozen=True)
class Late(Told):
    """An invoice that was paid ``days`` after it fell due, and the euro that were paid so."""

    payable: int
    supplier: str
    invoice: str
    due_date: date
    paid_date: date
    days: int
    amount: Decimal


@dataclass(frozen=True)
class Address(Told):
    """A supplier abroad whose address cannot stand in a payment: it is left out of it (EX 9-b)."""

    supplier: str
    name: str
    country: str
    open: Decimal


def going_out(unit: Unit, since: date) -> list[Going]:
    """The payment files carried out on ``since`` or later, the newest day first. Inside ``working_in``."""
    return [Going(**row) for row in rows(_GOING, {"unit": unit.pk, "since": since})]


def came_back(unit: Unit, since: date) -> list[Back]:
    """What banks rejected or returned on ``since`` or later, the newest first. Inside ``working_in``."""
    return [Back(**row) for row in rows(_BACK, {"unit": unit.pk, "since": since})]


def bans(unit: Unit, on: date) -> list[Banned]:
    """Every ban that is in force on ``on`` or later, the oldest first. Inside ``working_in``."""
    return [Banned(**row) for row in rows(_BANS, {"unit": unit.pk, "on": on})]


def paid_late(unit: Unit, since: date) -> list[Late]:
    """Invoices paid on ``since`` or later, after their due date, the longest delay first. Inside ``working_in``.

    Who pays on the first bank day after a due date that is none has paid in time (Act 622/1947, section 5).
    """
    found = [Late(**row) for row in rows(_LATE, {"unit": unit.pk, "since": since})]
    return [one for one in found if one.paid_date > bank_day_on_or_after(one.due_date)]


def addresses_not_payable(unit: Unit, on: date) -> list[Address]:
    """Suppliers with open payables whose address banks do not take on ``on``, the most open first.

    Inside ``working_in``.
    """
    values = {"unit": unit.pk, **address_terms(terms_of(unit, on))}
    return [Address(**row) for row in rows(_ADDRESSES, values)]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, ".2f")
    return value.isoformat() if isinstance(value, date) else value


_GOING = """
SELECT f.name AS file, min(p.payment_date) AS day, k.count, k.total AS amount,
  coalesce((SELECT e.state FROM exchange_outboxevent e WHERE e.file_id = f.id ORDER BY e.id DESC LIMIT 1), 'built')
    AS state,
  count(*) FILTER (WHERE a.accepted AND NOT a.rejected) AS accepted,
  count(*) FILTER (WHERE a.pending AND NOT a.accepted AND NOT a.rejected) AS pending,
  count(*) FILTER (WHERE a.rejected) AS rejected, k.version
FROM purchases_paymentfile k
JOIN exchange_outboxfile f ON f.id = k.file_id AND f.unit_id = k.unit_id
JOIN purchases_supplierpayment p ON p.file_id = k.id AND p.unit_id = k.unit_id
LEFT JOIN (SELECT payment_id, bool_or(state = 'accepted') AS accepted, bool_or(state = 'pending') AS pending,
             bool_or(state IN ('rejected', 'returned')) AS rejected
           FROM purchases_paymentanswer WHERE unit_id = %(unit)s GROUP BY 1) a ON a.payment_id = p.id
WHERE k.unit_id = %(unit)s AND p.payment_date >= %(since)s
GROUP BY f.id, f.name, k.count, k.total, k.version ORDER BY day DESC, f.name
"""
_BACK = """
SELECT p.id AS payment, p.end_to_end_id, s.name AS supplier, p.amount, a.day, a.state, a.code, a.reason,
  ARRAY(SELECT t.payable_id FROM purchases_payablesettlement t WHERE t.payment_id = p.id ORDER BY 1) AS payables,
  EXISTS (SELECT FROM purchases_paymenthold h WHERE h.answer_id = a.id
          AND NOT EXISTS (SELECT FROM purchases_paymentholdend e WHERE e.hold_id = h.id)) AS waits,
  EXISTS (SELECT FROM purchases_paymentanswer later WHERE later.payment_id = p.id AND later.state = 'accepted'
          AND later.id > a.id) AS accepted_after
FROM purchases_paymentanswer a
JOIN purchases_supplierpayment p ON p.id = a.payment_id
JOIN registers_supplier s ON s.id = p.supplier_id
WHERE a.unit_id = %(unit)s AND a.state IN ('rejected', 'returned') AND a.day >= %(since)s
ORDER BY a.id DESC
"""
_BANS = """
SELECT b.id AS ban, s.name AS supplier, b.protocol, b.from_date, e.day AS end_date, b.share, b.each_invoice, b.amount,
  coalesce(t.amount, 0) AS taken, b.amount - coalesce(t.amount, 0) AS left
FROM purchases_paymentban b
JOIN registers_supplier s ON s.id = b.supplier_id
LEFT JOIN purchases_paymentbanend e ON e.ban_id = b.id
LEFT JOIN (SELECT ban_id, sum(amount) AS amount FROM purchases_supplierpayment
           WHERE unit_id = %(unit)s AND ban_id IS NOT NULL GROUP BY 1) t ON t.ban_id = b.id
WHERE b.unit_id = %(unit)s AND (e.day IS NULL OR e.day > %(on)s)
ORDER BY b.from_date, b.id
"""
_LATE = """
SELECT l.id AS payable, s.name AS supplier, i.number AS invoice, l.due_date, p.payment_date AS paid_date,
  p.payment_date - l.due_date AS days, sum(t.amount) AS amount
FROM purchases_payablesettlement t
JOIN purchases_supplierpayment p ON p.id = t.payment_id AND p.undoes_id IS NULL
JOIN purchases_payable l ON l.id = t.payable_id
JOIN purchases_purchaseinvoice i ON i.id = l.invoice_id
JOIN registers_supplier s ON s.id = l.supplier_id
WHERE t.unit_id = %(unit)s AND p.payment_date >= %(since)s AND p.payment_date > l.due_date
  AND NOT EXISTS (SELECT FROM purchases_supplierpayment undone WHERE undone.undoes_id = p.id)
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY days DESC, l.id
"""
_ADDRESSES = (
    """
WITH owed AS (SELECT supplier_id, sum(open) AS open FROM purchases_payable_open
              WHERE unit_id = %(unit)s AND open > 0 GROUP BY 1)
SELECT s.number AS supplier, s.name, s.country, o.open
FROM owed o
JOIN registers_supplier s ON s.id = o.supplier_id
JOIN ("""
    + addresses_query("(SELECT * FROM registers_supplier WHERE id IN (SELECT supplier_id FROM owed))")
    + """) a
  ON a.supplier_id = s.id AND a.address = 'not_payable'
ORDER BY o.open DESC, supplier
"""
)
