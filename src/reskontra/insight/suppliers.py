"""Suppliers as people look them up: identity, accounts that wait, what a unit has had and owes, and bans (EX 8, 9).

Called inside ``working_in``: the register is everybody's, invoices, payables and bans are the unit's. Euro.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reskontra.database.rows import one_row, rows
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import is_iban, normal_iban
from reskontra.registers.models import Unit
from reskontra.registers.suppliers import SETTLED_BY_APPROVAL
from reskontra.registers.unit_terms import terms_of

KINDS = ("all", "accounts", "bans", "open")
NEW_ACCOUNT = timedelta(
    days=30
)  # so long a new account is shown as one: what is looked at, decided by no rule


@dataclass(frozen=True)
class Listed:
    """A supplier of the register, and what the unit has to do with it.

    ``to_approve`` accounts wait for a second person, ``fresh`` ones were approved lately. ``matched`` are invoices with
    an order or a contract, in whole percent of ``invoices``. ``bans`` are in force; ``ban_left`` is what they may still
    take, None without one or without a limit.
    """

    id: int
    number: str
    name: str
    kind: str
    identity: str
    blocked: str
    accounts: int
    to_approve: int
    fresh: int
    invoices: int
    matched: int
    open: Decimal
    bans: int
    ban_left: Decimal | None
    ban_end: date | None


@dataclass(frozen=True)
class Invoiced:
    """An invoice of the supplier in the unit, with its payable where it has one."""

    id: int
    number: str
    issue_date: date | None
    due_date: date | None
    total: Decimal | None
    payable: int | None
    open: Decimal | None
    matched: bool
    returned: bool


@dataclass(frozen=True)
class Ban:
    """A ban with what it orders, what was taken by it, what it may still take (None: no limit), and its end."""

    id: int
    supplier_id: int
    supplier_number: str
    supplier: str
    protocol: str
    from_date: date
    end_date: date | None
    share: Decimal
    each_invoice: Decimal | None
    amount: Decimal | None
    taken: Decimal
    left: Decimal | None
    payee: str
    iban: str
    reference: str
    person: str

    def in_force(self, on: date) -> bool:
        """Whether something may still be withheld by it on the day ``on``, or will be from a later one."""
        return (self.end_date is None or self.end_date > on) and (self.left is None or self.left > 0)


@clause("EX 8-a", "EX 9-c")
def suppliers_listed(
    unit: Unit, on: date, kind: str = "all", words: str = "", after: int | None = None, most: int = 50
) -> list[Listed]:
    """Suppliers by name: all, with accounts to approve, with a ban in force, or with something open.

    ``words`` look in names, numbers and identifiers, and find who has an account.
    """
    account = normal_iban(words) if is_iban(words) else ""
    values = {
        "unit": unit.pk,
        "on": on,
        "since": on - NEW_ACCOUNT,
        "like": f"%{words}%" if words else "",
        "account": account,
        "after": after,
        "most": most,
        "asks": _asks(unit, on),
    }
    return [
        Listed(**row)
        for row in rows(_LISTED.format(kind=_KIND[kind], some=_SOME[kind], waits=_WAITS), values)
    ]


@clause("EX 9-c")
def accounts_to_approve(unit: Unit, on: date) -> int:
    """How many accounts of suppliers wait for a second person: those that the payee's bank did not deny.

    Where the unit's policy asks, also those that were approved before their bank answered that it is not sure.
    """
    (count,) = one_row(
        f"SELECT count(*) FROM registers_supplieraccount WHERE ended_date IS NULL AND {_WAITS}",
        {"asks": _asks(unit, on)},
    )
    return int(count)


def _asks(unit: Unit, on: date) -> list[str]:
    """The answers of a payee's bank that the unit asks somebody to approve before it pays."""
    terms = terms_of(unit, on)
    return [answer for answer, key in SETTLED_BY_APPROVAL.items() if getattr(terms, key) == "ask"]


def invoices_of(unit: Unit, supplier: int, before: int | None = None, most: int = 50) -> list[Invoiced]:
    """The unit's invoices of a supplier, the newest first."""
    values = {"unit": unit.pk, "supplier": supplier, "before": before, "most": most}
    return [Invoiced(**row) for row in rows(_INVOICES, values)]


@clause("EX 8-a")
def bans_of(unit: Unit, supplier: int | None = None) -> list[Ban]:
    """The unit's bans, ended ones too, the newest first; of one supplier where it is named."""
    return [Ban(**row) for row in rows(_BANS, {"unit": unit.pk, "supplier": supplier})]


def mismatches_of(unit: Unit, supplier: int, most: int = 5) -> Sequence[Mapping[str, Any]]:
    """Why the supplier's invoices needed people, by the newest decision of matching: outcome and count, most first."""
    return rows(_MISMATCHES, {"unit": unit.pk, "supplier": supplier, "most": most})


# Of an account that has not ended.
_WAITS = """(approved_by_id IS NULL AND verification <> 'none'
    OR verification = ANY (%(asks)s) AND approved_at < verified_at)"""
_BANNED = """(SELECT b.supplier_id, count(*) AS bans, sum(b.amount - coalesce(t.amount, 0)) AS ban_left,
    bool_or(b.amount IS NULL) AS unlimited, min(e.day) AS ban_end
  FROM purchases_paymentban b
  LEFT JOIN purchases_paymentbanend e ON e.ban_id = b.id AND e.unit_id = b.unit_id
  LEFT JOIN (SELECT ban_id, sum(amount) AS amount FROM purchases_supplierpayment
             WHERE unit_id = %(unit)s AND ban_id IS NOT NULL GROUP BY 1) t ON t.ban_id = b.id
  WHERE b.unit_id = %(unit)s AND (e.day IS NULL OR e.day > %(on)s)
    AND (b.amount IS NULL OR b.amount > coalesce(t.amount, 0))
  GROUP BY 1)"""
_KIND: Mapping[str, str] = {
    "all": "true",
    "accounts": "a.to_approve > 0",
    "bans": "b.bans > 0",
    "open": "o.open <> 0",
}
# What narrows the register before anything is counted.
_SOME: Mapping[str, str] = {
    "all": "true",
    "accounts": f"s.id IN (SELECT supplier_id FROM registers_supplieraccount WHERE ended_date IS NULL AND {_WAITS})",
    "bans": "s.id IN (SELECT supplier_id FROM purchases_paymentban WHERE unit_id = %(unit)s)",
    "open": "s.id IN (SELECT supplier_id FROM purchases_payable_open WHERE unit_id = %(unit)s AND open <> 0)",
}
_LISTED = (
    """
WITH asked AS (
  SELECT s.* FROM registers_supplier s
  WHERE {some} AND (%(like)s = '' OR s.name ILIKE %(like)s OR s.number ILIKE %(like)s OR s.business_id ILIKE %(like)s
      OR s.technical_id ILIKE %(like)s OR s.vat_id ILIKE %(like)s
      OR s.id IN (SELECT supplier_id FROM registers_supplieraccount WHERE iban = %(account)s))
    AND (%(after)s::bigint IS NULL OR (s.sort_key, s.id) >
         (SELECT sort_key, id FROM registers_supplier WHERE id = %(after)s)))
SELECT s.id, s.number, s.name, s.kind, s.blocked,
  coalesce(nullif(s.business_id, ''), nullif(s.technical_id, ''), nullif(s.vat_id, ''), s.foreign_id) AS identity,
  a.accounts, a.to_approve, a.fresh, i.invoices,
  CASE WHEN i.invoices = 0 THEN 0 ELSE i.matched * 100 / i.invoices END AS matched, o.open,
  coalesce(b.bans, 0) AS bans, CASE WHEN NOT b.unlimited THEN b.ban_left END AS ban_left, b.ban_end
FROM asked s
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE approved_by_id IS NOT NULL) AS accounts,
    count(*) FILTER (WHERE {waits}) AS to_approve,
    count(*) FILTER (WHERE approved_at::date > %(since)s) AS fresh
  FROM registers_supplieraccount WHERE supplier_id = s.id AND ended_date IS NULL) a
CROSS JOIN LATERAL (
  SELECT count(*) AS invoices, count(m.id) AS matched
  FROM purchases_invoicesupplier x
  LEFT JOIN purchases_match_held m ON m.invoice_id = x.invoice_id AND m.unit_id = x.unit_id
  WHERE x.supplier_id = s.id AND x.unit_id = %(unit)s
    AND x.id = (SELECT max(y.id) FROM purchases_invoicesupplier y
                WHERE y.invoice_id = x.invoice_id AND y.unit_id = x.unit_id)) i
CROSS JOIN LATERAL (
  SELECT coalesce(sum(open), 0) AS open FROM purchases_payable_open
  WHERE unit_id = %(unit)s AND supplier_id = s.id) o
LEFT JOIN """
    + _BANNED
    + """ b ON b.supplier_id = s.id
WHERE {kind} ORDER BY s.sort_key, s.id LIMIT %(most)s
"""
)
_INVOICES = """
SELECT i.id, i.number, i.issue_date, i.due_date, i.total, o.id AS payable, o.open, m.id IS NOT NULL AS matched,
  EXISTS (SELECT FROM purchases_invoicereturn r WHERE r.invoice_id = i.id AND r.unit_id = i.unit_id) AS returned
FROM purchases_purchaseinvoice i
JOIN LATERAL (SELECT x.supplier_id FROM purchases_invoicesupplier x
              WHERE x.invoice_id = i.id AND x.unit_id = i.unit_id ORDER BY x.id DESC LIMIT 1) x ON true
LEFT JOIN purchases_payable_open o ON o.invoice_id = i.id AND o.unit_id = i.unit_id
LEFT JOIN purchases_match_held m ON m.invoice_id = i.id AND m.unit_id = i.unit_id
WHERE i.unit_id = %(unit)s AND x.supplier_id = %(supplier)s AND (%(before)s::bigint IS NULL OR i.id < %(before)s)
ORDER BY i.id DESC LIMIT %(most)s
"""
_BANS = """
SELECT b.id, b.supplier_id, s.number AS supplier_number, s.name AS supplier, b.protocol, b.from_date,
  e.day AS end_date, b.share, b.each_invoice, b.amount, coalesce(t.amount, 0) AS taken,
  b.amount - coalesce(t.amount, 0) AS left, b.payee, b.iban, b.reference, p.name AS person
FROM purchases_paymentban b
JOIN registers_supplier s ON s.id = b.supplier_id
JOIN registers_person p ON p.id = b.person_id
LEFT JOIN purchases_paymentbanend e ON e.ban_id = b.id AND e.unit_id = b.unit_id
LEFT JOIN (SELECT ban_id, sum(amount) AS amount FROM purchases_supplierpayment
           WHERE unit_id = %(unit)s AND ban_id IS NOT NULL GROUP BY 1) t ON t.ban_id = b.id
WHERE b.unit_id = %(unit)s AND (%(supplier)s::bigint IS NULL OR b.supplier_id = %(supplier)s)
ORDER BY b.id DESC
"""
_MISMATCHES = """
SELECT newest.outcome, count(*) AS count
FROM purchases_invoicesupplier x
JOIN LATERAL (
  SELECT d.outcome, d.standing FROM purchases_purchasedecision d
  JOIN runs_run r ON r.id = d.run_id AND r.unit_id = d.unit_id AND r.state = 'applied'
  WHERE d.invoice_id = x.invoice_id AND d.unit_id = x.unit_id AND d.rule = 'matching'
  ORDER BY d.run_id DESC LIMIT 1) newest ON newest.standing <> 'READY'
WHERE x.unit_id = %(unit)s AND x.supplier_id = %(supplier)s
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(most)s
"""
