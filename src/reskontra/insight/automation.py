"""How much of expenditure runs by itself, against its targets, and why the rest does not (EX 1-a, 1-c, 3.1-a).

Called inside ``working_in``. A month is the month in which an invoice arrived. What counts as a purchase invoice, and
what as automatic, stands in ``purchases_told.sql`` and in the view of the matches that hold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from reskontra.database.rows import rows
from reskontra.insight.told import take_purchases
from reskontra.kernel.clauses import clause
from reskontra.kernel.money import round_cents
from reskontra.kernel.terms import MissingTerm, terms_on
from reskontra.registers.models import Unit


@dataclass(frozen=True, slots=True)
class Rates:
    """Purchase invoices of one unit and one month (None: all its months), and how many of them ran by themselves.

    ``automatic``: matched by the system to an order or a contract with nobody's help, also when somebody confirmed it.
    ``referenced``: those, and the ones coded by a posting reference. ``ordered``: with the number of a known order.
    Targets are percent, None on a day without any.
    """

    unit: str
    month: date | None
    invoices: int
    automatic: int
    referenced: int
    ordered: int
    automation_target: Decimal | None
    order_target: Decimal | None

    def rate(self, part: int) -> Decimal:
        """``part`` in percent of all invoices, with two decimals."""
        return round_cents(Decimal(part) * 100 / self.invoices)

    @property
    def automatic_rate(self) -> Decimal:
        """The strict rate of automatic invoices in percent."""
        return self.rate(self.automatic)

    @property
    def referenced_rate(self) -> Decimal:
        """The rate with those that a posting reference coded, in percent."""
        return self.rate(self.referenced)

    @property
    def ordered_rate(self) -> Decimal:
        """The rate of invoices with an order number in percent."""
        return self.rate(self.ordered)

    @property
    def automation_met(self) -> bool | None:
        """Whether the target of automatic invoices was reached; None without a target. Not rounded: 69.999 is less."""
        return _met(self.automatic, self.invoices, self.automation_target)

    @property
    def order_met(self) -> bool | None:
        """Whether the target of invoices with an order number was reached; None without a target."""
        return _met(self.ordered, self.invoices, self.order_target)

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra report automation`` and ``report targets`` with ``--json``."""
        return {
            "unit": self.unit,
            "month": self.month.strftime("%Y-%m") if self.month else None,
            "invoices": self.invoices,
            "automatic": self.automatic,
            "automatic_rate": str(self.automatic_rate),
            "automation_target": None if self.automation_target is None else str(self.automation_target),
            "automation_met": self.automation_met,
            "with_posting_reference": self.referenced,
            "with_posting_reference_rate": str(self.referenced_rate),
            "with_order_number": self.ordered,
            "with_order_number_rate": str(self.ordered_rate),
            "order_number_target": None if self.order_target is None else str(self.order_target),
            "order_number_met": self.order_met,
        }


def _met(part: int, whole: int, target: Decimal | None) -> bool | None:
    return None if target is None else Decimal(part) * 100 >= target * whole


_RATES = """
SELECT u.code AS unit, {month} AS month, count(*) AS invoices, count(*) FILTER (WHERE t.automatic) AS automatic,
  count(*) FILTER (WHERE t.automatic OR t.by_reference) AS referenced, count(*) FILTER (WHERE t.ordered) AS ordered
FROM purchases_told t JOIN registers_unit u ON u.id = t.unit_id
GROUP BY 1, 2 ORDER BY 1, 2
"""


@clause("EX 1-a", "EX 1-c")
def automation(unit: Unit, first: date, last: date, *, taken: bool = False) -> list[Rates]:
    """The months from ``first`` to ``last`` (days of arrival) in which purchase invoices came, the oldest first.

    ``taken``, here and in other analyses: ``take_purchases`` was called for the same unit and days in this transaction.
    """
    if not taken:
        take_purchases([unit], first, last)
    return [_rates(row, row["month"]) for row in rows(_RATES.format(month="t.month"))]


@clause("EX 1-a")
def targets(units: Sequence[Unit], first: date, last: date) -> list[Rates]:
    """Each of ``units`` with purchase invoices from ``first`` to ``last`` against the targets of ``last``, by code."""
    take_purchases(units, first, last)
    return [_rates(row, last) for row in rows(_RATES.format(month="NULL::date"))]


def _rates(row: dict[str, Any], on: date) -> Rates:
    return Rates(
        automation_target=_target("automation_target", on),
        order_target=_target("order_number_target", on),
        **row,
    )


def _target(key: str, on: date) -> Decimal | None:
    try:
        return Decimal(getattr(terms_on(on), key))
    except MissingTerm:
        return None


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason of special handling: invoices, their total in euro, how many are open still.

    ``share`` and ``cumulative`` are percent: of this reason, and of this with all that are more frequent.
    """

    month: date | None
    outcome: str
    clause: str
    invoices: int
    amount: Decimal
    open: int
    share: Decimal
    cumulative: Decimal

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra report mismatches --json``."""
        return {
            "month": self.month.strftime("%Y-%m") if self.month else None,
            "reason": self.outcome,
            "clause": self.clause,
            "invoices": self.invoices,
            "amount": format(self.amount, ".2f"),
            "open": self.open,
            "share": str(self.share),
            "cumulative": str(self.cumulative),
        }


# What was returned to its supplier went wrong like the rest. ``open``: it waits still; what was returned, was matched
# since or has become payable does not.
_REASONS = """
SELECT {month} AS month, reason AS outcome, min(reason_clause) AS clause, count(*) AS invoices,
  sum(reason_amount) AS amount, count(*) FILTER (WHERE payable_id IS NULL AND match_id IS NULL AND NOT returned) AS open
FROM purchases_came WHERE reason IS NOT NULL
GROUP BY 1, 2 ORDER BY 1, 4 DESC, 2
"""


@clause("EX 3.1-a")
def mismatches(unit: Unit, first: date, last: date, *, taken: bool = False) -> list[Reason]:
    """Why invoices that came from ``first`` to ``last`` were not matched, the most frequent reason first."""
    if not taken:
        take_purchases([unit], first, last)
    return list(_pareto(rows(_REASONS.format(month="NULL::date"))))


@clause("EX 3.1-a")
def mismatches_by_month(unit: Unit, first: date, last: date) -> list[Reason]:
    """The same for each month by itself, the oldest month first."""
    take_purchases([unit], first, last)
    found = rows(_REASONS.format(month="month"))
    return [
        one for _, of_month in groupby(found, lambda row: row["month"]) for one in _pareto(list(of_month))
    ]


def _pareto(found: Sequence[dict[str, Any]]) -> Iterator[Reason]:
    whole, so_far = sum(row["invoices"] for row in found), 0
    for row in found:
        so_far += row["invoices"]
        yield Reason(share=_percent(row["invoices"], whole), cumulative=_percent(so_far, whole), **row)


def _percent(part: int, whole: int) -> Decimal:
    return round_cents(Decimal(part) * 100 / whole)


@dataclass(frozen=True, slots=True)
class Solved:
    """Special handling that ended: for what reason, how, by whom (empty: by itself), and in how many days.

    ``how``: ``accepted`` with its difference, ``corrected`` number, ``supplier_named``, ``linked`` rows, ``by_itself``
    when the order, its receipt or the contract was put right, ``circulated`` and approved, or ``returned``.
    """

    outcome: str
    how: str
    person: str
    invoices: int
    median_days: int
    longest_days: int

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra report solved --json``."""
        return {
            "reason": self.outcome,
            "how": self.how,
            "person": self.person,
            "invoices": self.invoices,
            "median_days": self.median_days,
            "longest_days": self.longest_days,
        }


# Days from the run that gave the first reason to what ended it. Returned invoices are asked for apart: they are no
# purchase invoices any more.
_SOLVED = """
WITH ended AS (
  SELECT t.reason, t.reason_date,
    CASE WHEN m.id IS NULL THEN 'circulated' WHEN m.person_id IS NOT NULL THEN 'accepted'
      WHEN number.person_id IS NOT NULL THEN 'corrected' WHEN named.person_id IS NOT NULL THEN 'supplier_named'
      WHEN linked.person_id IS NOT NULL THEN 'linked'
      ELSE 'by_itself' END AS how,
    CASE WHEN m.id IS NULL THEN approved.person_id
      ELSE coalesce(m.person_id, number.person_id, named.person_id, linked.person_id) END
      AS person_id,
    CASE WHEN m.id IS NOT NULL THEN coalesce(made.on_date, (m.given_at AT TIME ZONE 'Europe/Helsinki')::date)
      ELSE paid.on_date END AS day
  FROM purchases_told t
  LEFT JOIN purchases_match m ON m.id = t.match_id
  LEFT JOIN runs_run made ON made.id = m.run_id
  LEFT JOIN LATERAL (SELECT n.person_id FROM purchases_invoiceidentifier n
                     WHERE n.invoice_id = t.id AND n.person_id IS NOT NULL ORDER BY n.id DESC LIMIT 1) number ON true
  LEFT JOIN LATERAL (SELECT s.person_id FROM purchases_invoicesupplier s
                     WHERE s.invoice_id = t.id AND s.person_id IS NOT NULL ORDER BY s.id DESC LIMIT 1) named ON true
  LEFT JOIN LATERAL (SELECT k.person_id FROM purchases_row_link_held h JOIN purchases_rowlink k ON k.id = h.id
                     WHERE h.invoice_id = t.id ORDER BY h.id DESC LIMIT 1) linked ON true
  LEFT JOIN LATERAL (SELECT a.person_id FROM purchases_invoiceapproval a
                     WHERE a.invoice_id = t.id AND a.act = 'approve' ORDER BY a.id DESC LIMIT 1) approved ON true
  LEFT JOIN purchases_payable p ON p.id = t.payable_id
  LEFT JOIN runs_run paid ON paid.id = p.run_id
  WHERE t.reason IS NOT NULL AND (t.match_id IS NOT NULL OR t.payable_id IS NOT NULL)
  UNION ALL
  SELECT told.outcome, told.on_date, 'returned', r.person_id, r.day
  FROM purchases_invoicereturn r
  JOIN purchases_purchaseinvoice i ON i.id = r.invoice_id AND i.stream = 'procurement'
  JOIN LATERAL (SELECT d.outcome, d.standing, u.on_date FROM purchases_purchasedecision d
                JOIN runs_run u ON u.id = d.run_id AND u.state = 'applied'
                WHERE d.invoice_id = i.id AND d.rule = 'matching' ORDER BY d.run_id LIMIT 1) told
    ON told.standing = 'REVIEW'
  WHERE r.unit_id = %(unit)s AND i.received_date BETWEEN %(first)s AND %(last)s)
SELECT e.reason AS outcome, e.how, coalesce(p.name, '') AS person, count(*) AS invoices,
  percentile_disc(0.5) WITHIN GROUP (ORDER BY e.day - e.reason_date) AS median_days,
  max(e.day - e.reason_date) AS longest_days
FROM ended e LEFT JOIN registers_person p ON p.id = e.person_id
GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3
"""


@clause("EX 3.1-a")
def solved(unit: Unit, first: date, last: date) -> list[Solved]:
    """How the special handling of what came from ``first`` to ``last`` ended, by whom, and how long it took."""
    take_purchases([unit], first, last)
    return [Solved(**row) for row in rows(_SOLVED, {"unit": unit.pk, "first": first, "last": last})]
