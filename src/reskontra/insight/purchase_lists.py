"""Purchase invoices as lists: the register of each stream, and the mismatches that somebody is to solve (EX 2, 3).

Called inside ``working_in``. Procurement and other expenditure are never in one list (EX 2.2), except a search's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.database.rows import one_row, rows
from reskontra.insight.circulation import Circulating, with_whom
from reskontra.insight.purchase_difference import Difference, difference_of
from reskontra.insight.purchases import find_purchase
from reskontra.kernel.clauses import clause
from reskontra.kernel.purchase_numbers import number_key
from reskontra.registers.models import Unit

# Where an invoice stands, in the order in which the register offers it.
STATES = ("waiting", "confirm", "payable", "paid", "returned", "all")
DUE = ("overdue", "soon")

_RETURNED = "EXISTS (SELECT FROM purchases_invoicereturn r WHERE r.invoice_id = i.id)"
_OWED = "EXISTS (SELECT FROM purchases_payable p WHERE p.invoice_id = i.id)"
_SETTLED = """EXISTS (SELECT FROM purchases_payable p WHERE p.invoice_id = i.id AND p.amount = (
  SELECT coalesce(sum(t.amount), 0) FROM purchases_payablesettlement t WHERE t.payable_id = p.id))"""
_CONFIRMABLE = """EXISTS (SELECT FROM purchases_match m WHERE m.invoice_id = i.id AND m.waits
  AND NOT EXISTS (SELECT FROM purchases_matchend e WHERE e.match_id = m.id)
  AND NOT EXISTS (SELECT FROM purchases_matchconfirmation c WHERE c.match_id = m.id))"""
_STATE = {
    "returned": _RETURNED,
    "paid": f"NOT {_RETURNED} AND {_SETTLED}",
    "payable": f"NOT {_RETURNED} AND {_OWED} AND NOT {_SETTLED}",
    "confirm": f"NOT {_RETURNED} AND NOT {_OWED} AND {_CONFIRMABLE}",
    "waiting": f"NOT {_RETURNED} AND NOT {_OWED} AND NOT {_CONFIRMABLE}",
    "all": "true",
}
STATE_IN_WORDS = "CASE " + " ".join(f"WHEN {_STATE[one]} THEN '{one}'" for one in STATES[:-1]) + " END"
_DUE = {
    "": "true",
    "overdue": f"i.due_date < %(on)s AND NOT {_RETURNED} AND NOT {_SETTLED}",
    "soon": f"i.due_date BETWEEN %(on)s AND %(on)s::date + %(days)s AND NOT {_RETURNED} AND NOT {_SETTLED}",
}
_NEWEST_SUPPLIER = """LEFT JOIN LATERAL (SELECT f.supplier_id FROM purchases_invoicesupplier f WHERE f.invoice_id = i.id
  ORDER BY f.id DESC LIMIT 1) named ON true
LEFT JOIN registers_supplier s ON s.id = named.supplier_id"""


@dataclass(frozen=True, slots=True)
class Listed:
    """One invoice of the register; ``state`` is one of ``STATES``, ``waits`` with whom it is while it circulates.

    ``total`` is in ``currency``; None where the file does not say.
    """

    id: int
    number: str
    supplier: str
    stream: str
    voucher_type: str
    channel: str
    kind: str
    total: Decimal | None
    currency: str
    received_date: date
    due_date: date | None
    state: str
    waits: Circulating | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the register is asked for; empty means all. ``days``: so many from ``on`` fall due ``soon``."""

    on: date
    days: int
    stream: str = "procurement"
    state: str = "all"
    queue: int | None = None
    due: str = ""
    words: str = ""


@clause("EX 2.1-a", "EX 2.2-a")
def purchases_listed(unit: Unit, wanted: Wanted, before: int | None, most: int) -> list[Listed]:
    """At most ``most`` invoices, the newest first, from behind the invoice ``before``.

    Words are an invoice's number (PI17 or the supplier's) or a part of the supplier's name; they look in both streams.
    """
    narrow = [_STATE[wanted.state], _DUE[wanted.due]]
    values: dict[str, Any] = {
        "unit": unit.pk,
        "on": wanted.on,
        "days": wanted.days,
        "stream": wanted.stream,
        "queue": wanted.queue,
        "before": before,
        "most": most,
    }
    if wanted.words:
        narrow.append(_SEARCHED)
        one = find_purchase(unit, wanted.words)
        values |= {
            "only": one.pk if one else 0,
            "number_key": number_key(wanted.words) or "-",
            "like": f"%{_escaped(wanted.words)}%",
        }
    else:
        narrow.append("i.stream = %(stream)s")
    if wanted.queue is not None:
        narrow.append(_IN_QUEUE)
    found = rows(_LISTED.replace("{narrow}", " AND ".join(f"({one})" for one in narrow)), values)
    waiting = [row["id"] for row in found if row["state"] == "waiting"]
    waits = {one.invoice: one for one in with_whom(unit, wanted.on, waiting)} if waiting else {}
    return [Listed(waits=waits.get(row["id"]), **row) for row in found]


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_SEARCHED = """i.id = %(only)s OR i.number_key = %(number_key)s OR i.seller_name ILIKE %(like)s OR EXISTS (
  SELECT FROM purchases_invoicesupplier f JOIN registers_supplier s ON s.id = f.supplier_id
  WHERE f.invoice_id = i.id AND s.name ILIKE %(like)s)"""
_IN_QUEUE = f"""NOT {_RETURNED} AND NOT {_OWED} AND %(queue)s = (
  SELECT a.queue_id FROM purchases_assignment a WHERE a.invoice_id = i.id ORDER BY a.id DESC LIMIT 1)"""
_LISTED = f"""
SELECT i.id, i.number, coalesce(s.name, i.seller_name) AS supplier, i.stream, i.voucher_type, i.channel, i.kind,
  i.total, i.currency, i.received_date, i.due_date, {STATE_IN_WORDS} AS state
FROM (SELECT i.* FROM purchases_purchaseinvoice i
      WHERE i.unit_id = %(unit)s AND (%(before)s::bigint IS NULL OR i.id < %(before)s::bigint) AND {{narrow}}
      ORDER BY i.id DESC LIMIT %(most)s) i
{_NEWEST_SUPPLIER}
ORDER BY i.id DESC
"""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An invoice that matching could not get past: its first reason, the others, and the difference, if it is known.

    ``days`` is what is left to the due date, None without one. ``tries``: how often matching has looked at it.
    ``place`` is where it stands in the list, from 1.
    """

    place: int
    invoice: int
    number: str
    supplier: str
    agreed: str
    outcome: str
    clause: str
    also: Sequence[str]
    total: Decimal | None
    currency: str
    due_date: date | None
    days: int | None
    tries: int
    difference: Difference | None
    waits: Circulating | None


@dataclass(frozen=True, slots=True)
class Reason:
    """How many open mismatches have ``outcome`` as their first reason, their total in euro, and the share in percent.

    ``cumulative`` is the share of this reason and all that are more frequent.
    """

    outcome: str
    invoices: int
    amount: Decimal
    cumulative: Decimal


# What has been coded by a person is on its way all the same; what a person matched, too.
OPEN_MISMATCHES = f"""
FROM purchases_purchaseinvoice i
JOIN LATERAL (SELECT d.outcome, d.clause, d.inputs, d.reasons, d.standing, d.run_id
              FROM purchases_purchasedecision d JOIN runs_run u ON u.id = d.run_id AND u.state = 'applied'
              WHERE d.invoice_id = i.id AND d.rule = 'matching' ORDER BY d.run_id DESC LIMIT 1) d
  ON d.standing = 'REVIEW'
WHERE i.unit_id = %(unit)s AND i.stream = 'procurement' AND NOT {_RETURNED} AND NOT {_OWED}
  AND NOT EXISTS (SELECT FROM purchases_match m WHERE m.invoice_id = i.id
                  AND NOT EXISTS (SELECT FROM purchases_matchend e WHERE e.match_id = m.id))
  AND NOT EXISTS (SELECT FROM purchases_coding c WHERE c.invoice_id = i.id)
"""
# An invoice in another currency has no euro to add.
_IN_EURO = "coalesce(sum(i.total) FILTER (WHERE i.currency IN ('', 'EUR')), 0)"
_MISMATCHES = f"""
SELECT %(after)s + row_number() OVER (ORDER BY i.due_date NULLS LAST, i.id) AS place, i.id AS invoice, i.number,
  coalesce(s.name, i.seller_name) AS supplier, coalesce(i.inputs ->> 'number', '') AS agreed, i.outcome, i.clause,
  i.total, i.currency, i.due_date, i.due_date - %(on)s AS days, i.inputs, i.reasons, u.terms,
  (SELECT count(*) FROM purchases_purchasedecision t WHERE t.invoice_id = i.id AND t.rule = 'matching') AS tries
FROM (SELECT i.id, i.number, i.seller_name, i.total, i.currency, i.due_date, d.* {OPEN_MISMATCHES}
        AND (%(reason)s = '' OR d.outcome = %(reason)s)
      ORDER BY i.due_date NULLS LAST, i.id OFFSET %(after)s LIMIT %(most)s) i
JOIN runs_run u ON u.id = i.run_id
{_NEWEST_SUPPLIER}
ORDER BY i.due_date NULLS LAST, i.id
"""


@clause("EX 3-a", "EX 3.1-a")
def mismatches_listed(unit: Unit, on: date, reason: str, after: int, most: int) -> list[Mismatch]:
    """At most ``most`` open mismatches by due date, from behind the first ``after``; of one ``reason``, or of all."""
    found = rows(_MISMATCHES, {"unit": unit.pk, "on": on, "reason": reason, "after": after, "most": most})
    waits = (
        {one.invoice: one for one in with_whom(unit, on, [row["invoice"] for row in found])} if found else {}
    )
    return [
        Mismatch(
            also=[name for name in row.pop("reasons") if name != row["outcome"]],
            difference=difference_of(row.pop("inputs"), row.pop("terms").get("terms", {})),
            waits=waits.get(row["invoice"]),
            **row,
        )
        for row in found
    ]


@clause("EX 3.1-a")
def reasons_open(unit: Unit) -> list[Reason]:
    """Why open invoices are not matched, the most frequent reason first."""
    found = rows(
        f"SELECT d.outcome, count(*) AS invoices, {_IN_EURO} AS amount {OPEN_MISMATCHES} GROUP BY 1 ORDER BY 2 DESC, 1",
        {"unit": unit.pk},
    )
    whole, so_far, told = sum(row["invoices"] for row in found), 0, []
    for row in found:
        so_far += row["invoices"]
        told.append(Reason(cumulative=(Decimal(so_far) * 100 / whole).quantize(Decimal(1)), **row))
    return told


def mismatches_open(unit: Unit) -> tuple[int, Decimal]:
    """How many mismatches are open, and their total in euro."""
    count, amount = one_row(f"SELECT count(*), {_IN_EURO} {OPEN_MISMATCHES}", {"unit": unit.pk})
    return count, amount
