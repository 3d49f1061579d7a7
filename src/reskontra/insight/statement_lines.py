"""Statement lines of expenditure as people look at them: how each was posted, by which rule, and the share of rules.

Called inside ``working_in``. Amounts in euro, signed as the bank's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.bank.models import LineDecision
from reskontra.database.rows import one_row, rows
from reskontra.insight.payables import decisions_told
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit

BYS = ("payments", "rule", "memo")


@dataclass(frozen=True)
class Posted:
    """One posted line: what identified it, how it was posted (payments, rule or memo), by which rule, to what."""

    id: int
    booking_date: date
    amount: Decimal
    counterparty: str
    identifier: str
    by: str
    rule: int | None
    rule_name: str
    account: str
    corrected: bool


@dataclass(frozen=True)
class Booking:
    """One posting of a line with its voucher and entries: account, euro and tracking objects of each."""

    id: int
    by: str
    rule: int | None
    rule_name: str
    reason: str
    clause: str
    run: int
    voucher: str
    posting_date: date
    person: str
    entries: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Month:
    """How the lines of one month were posted: by our own payments, by a rule, by hand; and those that wait."""

    first: date
    payments: int
    rule: int
    memo: int
    waiting: int

    @property
    def total(self) -> int:
        """All lines of the month."""
        return self.payments + self.rule + self.memo + self.waiting

    @property
    def by_itself(self) -> int:
        """Those that nobody touched."""
        return self.payments + self.rule

    @property
    def percent(self) -> int:
        """Their share in whole percent, rounded down."""
        return self.by_itself * 100 // self.total if self.total else 0


@clause("EX 10-a")
def posted_lines(unit: Unit, by: str = "", before: int | None = None, most: int = 50) -> list[Posted]:
    """Lines that are posted, the newest first; ``by`` keeps one way of posting."""
    return [
        Posted(**row) for row in rows(_POSTED, {"unit": unit.pk, "by": by, "before": before, "most": most})
    ]


@clause("EX 10-a")
def unposted(unit: Unit) -> tuple[int, Decimal]:
    """How many booked lines nothing has posted, and their euro without signs."""
    return one_row(_UNPOSTED, [unit.pk])


def bookings_of(unit: Unit, line: int) -> list[Booking]:
    """Every posting of one line in order; each later one corrects the one before."""
    return [Booking(**row) for row in rows(_BOOKINGS, {"unit": unit.pk, "line": line})]


@clause("EX 10-a")
def shares_by_month(unit: Unit, on: date, months: int = 12) -> list[Month]:
    """How the lines of the latest ``months`` months up to ``on`` were posted, in order of time."""
    return [Month(**row) for row in rows(_MONTHS, {"unit": unit.pk, "on": on, "months": months})]


def line_decisions(unit: Unit, line: int, language: str) -> list[dict[str, Any]]:
    """What applied runs decided about one line, in order of time; what run after run said is told once."""
    found = LineDecision.objects.filter(unit=unit, line=line, run__state="applied")
    return decisions_told(found.select_related("run").order_by("run_id"), language)


# What identifies a line to people: the first of its identifiers that says something.
_IDENTIFIER = """coalesce(nullif(nullif(upper(l.payment_information_id), 'NOTPROVIDED'), ''),
  nullif(l.ultimate_debtor, ''), nullif(nullif(upper(l.end_to_end_id), 'NOTPROVIDED'), ''),
  nullif(nullif(upper(l.instruction_id), 'NOTPROVIDED'), ''), l.transaction_code)"""
_POSTED = f"""
SELECT l.id, l.booking_date, l.amount, l.counterparty, {_IDENTIFIER} AS identifier, p.by, p.rule_id AS rule,
  coalesce(r.name, '') AS rule_name,
  coalesce((SELECT e.account FROM ledger_entry e WHERE e.voucher_id = p.voucher_id AND e.unit_id = p.unit_id
            AND e.position > 1 ORDER BY abs(e.amount) DESC, e.position LIMIT 1), '') AS account,
  EXISTS (SELECT FROM bank_lineposting c WHERE c.corrects_id = p.id AND c.unit_id = p.unit_id) AS corrected
FROM bank_lineposting p
JOIN bank_line l ON l.id = p.line_id AND l.unit_id = p.unit_id
LEFT JOIN registers_statementrule r ON r.id = p.rule_id AND r.unit_id = p.unit_id
WHERE p.unit_id = %(unit)s AND p.corrects_id IS NULL AND (%(by)s = '' OR p.by = %(by)s)
  AND (%(before)s::bigint IS NULL OR l.id < %(before)s)
ORDER BY l.id DESC LIMIT %(most)s
"""
_BOOKINGS = """
SELECT p.id, p.by, p.rule_id AS rule, coalesce(r.name, '') AS rule_name, p.reason, p.clause, p.run_id AS run,
  v.kind || ' ' || v.year || '/' || v.number AS voucher, v.posting_date, made.name AS person,
  (SELECT jsonb_agg(jsonb_build_object('account', e.account, 'amount', e.amount::text, 'budget_account',
     e.budget_account, 'operating_unit', e.operating_unit, 'project', e.project, 'function', e.function,
     'product', e.product, 'area', e.area, 'tracking1', e.tracking1, 'tracking2', e.tracking2,
     'authorisation', e.authorisation, 'reserve1', e.reserve1, 'reserve2', e.reserve2,
     'joint_funding_unit', e.joint_funding_unit)
     ORDER BY e.position)
   FROM ledger_entry e WHERE e.voucher_id = v.id AND e.unit_id = v.unit_id) AS entries
FROM bank_lineposting p
JOIN ledger_voucher v ON v.id = p.voucher_id AND v.unit_id = p.unit_id
JOIN runs_run run ON run.id = p.run_id AND run.unit_id = p.unit_id
JOIN registers_person made ON made.id = run.person_id
LEFT JOIN registers_statementrule r ON r.id = p.rule_id AND r.unit_id = p.unit_id
WHERE p.unit_id = %(unit)s AND p.line_id = %(line)s ORDER BY p.id
"""
_UNPOSTED = """
SELECT count(*), coalesce(sum(abs(l.amount)), 0) FROM bank_line l
WHERE l.unit_id = %s AND l.source = 'camt.053' AND l.kind = 'other' AND l.amount <> 0
  AND NOT EXISTS (SELECT FROM bank_lineposting p WHERE p.line_id = l.id AND p.unit_id = l.unit_id)
"""
_MONTHS = """
SELECT date_trunc('month', l.booking_date)::date AS first, count(*) FILTER (WHERE p.by = 'payments') AS payments,
  count(*) FILTER (WHERE p.by = 'rule') AS rule, count(*) FILTER (WHERE p.by = 'memo') AS memo,
  count(*) FILTER (WHERE p.by IS NULL) AS waiting
FROM bank_line l
LEFT JOIN bank_lineposting p ON p.line_id = l.id AND p.unit_id = l.unit_id AND p.corrects_id IS NULL
WHERE l.unit_id = %(unit)s AND l.source = 'camt.053' AND l.kind = 'other' AND l.amount <> 0
  AND l.booking_date <= %(on)s
  AND l.booking_date >= date_trunc('month', %(on)s::date) - make_interval(months => %(months)s - 1)
GROUP BY 1 ORDER BY 1
"""
