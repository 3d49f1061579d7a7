"""Purchase orders as people look them up: what was ordered, what has come, what was invoiced, and what happened (EX 3).

Called inside ``working_in``. Amounts are euro without VAT.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from reskontra.database.rows import rows
from reskontra.insight.purchase_lists import OPEN_MISMATCHES
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit

# What the register of orders can be narrowed to; an order may be of several.
KINDS = ("open", "awaiting", "uninvoiced", "differs", "closed", "all")


@dataclass(frozen=True, slots=True)
class OrderListed:
    """One order with its sums.

    ``awaited`` is still to come; ``uninvoiced`` has come and was not invoiced, ``over`` was invoiced beyond what came,
    line by line. ``mismatches`` are open invoices that name it and match nothing. ``ended`` is the day of its end.
    """

    id: int
    number: str
    supplier_id: int
    supplier: str
    ordered_date: date
    currency: str
    orderer: str
    ended: date | None
    ordered: Decimal
    received: Decimal
    invoiced: Decimal
    awaited: Decimal
    uninvoiced: Decimal
    over: Decimal
    mismatches: int

    @property
    def state(self) -> str:
        """In one word where it is: closed, differs, awaiting, part, uninvoiced or invoiced."""
        if self.ended is not None:
            return "closed"
        if self.mismatches or self.over:
            return "differs"
        if self.awaited and not self.received:
            return "awaiting"
        if self.awaited:
            return "part"
        return "uninvoiced" if self.uninvoiced else "invoiced"


@dataclass(frozen=True, slots=True)
class Sums:
    """How many orders a list has, and their sums in euro without VAT."""

    orders: int
    ordered: Decimal
    received: Decimal
    invoiced: Decimal


# Every line with what came of it and was invoiced, summed in one pass and once: while the tables are fresh and nothing
# is known of their sizes, a plan would sum anew for each order. The names in braces narrow to one order.
_ORDERS = f"""
WITH lines AS MATERIALIZED (
  SELECT id, max(order_id) AS order_id, sum(ordered) AS ordered, sum(received) AS received, sum(invoiced) AS invoiced
  FROM (
    SELECT l.id, l.order_id, l.net AS ordered, 0 AS received, 0 AS invoiced
    FROM purchases_order_line_now l WHERE l.unit_id = %(unit)s {{lines}}
    UNION ALL
    SELECT r.line_id, NULL, 0, r.net, 0 FROM purchases_receipt r WHERE r.unit_id = %(unit)s {{receipts}}
    UNION ALL
    SELECT t.order_line_id, NULL, 0, 0, t.net
    FROM purchases_matchline t JOIN purchases_match_held m ON m.id = t.match_id
    WHERE t.unit_id = %(unit)s AND t.order_line_id IS NOT NULL {{invoiced}}) told
  GROUP BY id),
worth AS MATERIALIZED (
  SELECT order_id, sum(ordered) AS ordered, sum(received) AS received, sum(invoiced) AS invoiced,
    sum(greatest(ordered - received, 0)) AS awaited, sum(greatest(received - invoiced, 0)) AS uninvoiced,
    sum(greatest(invoiced - received, 0)) AS over
  FROM lines GROUP BY 1),
mismatched AS MATERIALIZED (
  SELECT d.inputs ->> 'number' AS number, count(*) AS mismatches {OPEN_MISMATCHES} GROUP BY 1),
told AS MATERIALIZED (
  SELECT o.id, o.number, o.supplier_id, s.name AS supplier, o.ordered_date, o.currency, coalesce(p.name, '') AS orderer,
    e.day AS ended, coalesce(w.ordered, 0) AS ordered, coalesce(w.received, 0) AS received,
    coalesce(w.invoiced, 0) AS invoiced, coalesce(w.awaited, 0) AS awaited, coalesce(w.uninvoiced, 0) AS uninvoiced,
    coalesce(w.over, 0) AS over, coalesce(m.mismatches, 0) AS mismatches
  FROM purchases_purchaseorder o
  JOIN registers_supplier s ON s.id = o.supplier_id
  LEFT JOIN registers_person p ON p.id = o.orderer_id
  LEFT JOIN worth w ON w.order_id = o.id
  LEFT JOIN purchases_purchaseorderend e ON e.order_id = o.id
  LEFT JOIN mismatched m ON m.number = o.number
  WHERE o.unit_id = %(unit)s {{orders}})
"""
_ALL = _ORDERS.format(lines="", receipts="", invoiced="", orders="")
_OF_ORDER = "IN (SELECT id FROM purchases_purchaseorderline WHERE order_id = %(id)s)"
_ONE = _ORDERS.format(
    lines="AND l.order_id = %(id)s",
    receipts=f"AND r.line_id {_OF_ORDER}",
    invoiced=f"AND t.order_line_id {_OF_ORDER}",
    orders="AND o.id = %(id)s",
)
_KIND = {
    "open": "ended IS NULL",
    "awaiting": "ended IS NULL AND awaited > 0",
    "uninvoiced": "uninvoiced > 0",
    "differs": "mismatches > 0 OR over > 0",
    "closed": "ended IS NOT NULL",
    "all": "true",
}
_WORDS = (
    "(%(like)s = '' OR number ILIKE %(like)s OR supplier ILIKE %(like)s"
    " OR EXISTS (SELECT FROM registers_supplier f WHERE f.id = supplier_id AND f.number ILIKE %(like)s))"
)


@clause("EX 3-a")
def orders_listed(
    unit: Unit, kind: str, words: str, before: int | None, most: int
) -> tuple[list[OrderListed], Sums, dict[str, int]]:
    """At most ``most`` orders of ``kind``, the newest first, behind the order ``before``; words look in all kinds.

    With them the sums of the whole list, and how many orders each kind has.
    """
    values = {"unit": unit.pk, "like": _like(words), "before": before, "most": most}
    narrow = f"({_KIND['all' if words else kind]}) AND {_WORDS}"
    counted = [f"count(*) FILTER (WHERE {how}) {{over}} AS count_{name}" for name, how in _KIND.items()]
    counted.append(f"count(*) FILTER (WHERE {narrow}) {{over}} AS orders")
    counted += [
        f"coalesce(sum({name}) FILTER (WHERE {narrow}) {{over}}, 0) AS sum_{name}"
        for name in ("ordered", "received", "invoiced")
    ]
    found = rows(
        f"{_ALL} SELECT * FROM (SELECT told.*, {', '.join(counted).format(over='OVER ()')} FROM told) counted"
        f" WHERE {narrow} AND (%(before)s::bigint IS NULL OR id < %(before)s::bigint) ORDER BY id DESC LIMIT %(most)s",
        values,
    )
    (told,) = found[:1] or rows(f"{_ALL} SELECT {', '.join(counted).format(over='')} FROM told", values)
    sums = Sums(told["orders"], told["sum_ordered"], told["sum_received"], told["sum_invoiced"])
    return [_listed(row) for row in found], sums, {name: told[f"count_{name}"] for name in KINDS}


def order_listed(unit: Unit, id: int) -> OrderListed | None:
    """The order of ``unit`` with this id as a list would show it; None when there is none."""
    found = rows(f"{_ONE} SELECT * FROM told", {"unit": unit.pk, "id": id})
    return _listed(found[0]) if found else None


def _listed(row: dict[str, Any]) -> OrderListed:
    return OrderListed(**{one.name: row[one.name] for one in fields(OrderListed)})


def _like(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%" if words else ""


# --- one order ---


@dataclass(frozen=True, slots=True)
class LineListed:
    """A line as it is now, and what came of it and was invoiced: euro without VAT, and in its own measure."""

    id: int
    position: int
    item: str
    text: str
    measure: str
    quantity: Decimal
    price: Decimal
    net: Decimal
    vat_percent: Decimal | None
    account: str
    budget_account: str
    operating_unit: str
    project: str
    function: str
    product: str
    area: str
    tracking1: str
    tracking2: str
    authorisation: str
    reserve1: str
    reserve2: str
    joint_funding_unit: str
    received: Decimal
    received_quantity: Decimal
    by_amount: Decimal
    invoiced: Decimal

    @property
    def left(self) -> Decimal:
        """What may still come, in euro without VAT."""
        return max(self.net - self.received, Decimal(0))

    @property
    def left_quantity(self) -> Decimal:
        """What may still come in its measure; nothing where what came was told by amount."""
        return max(self.quantity - self.received_quantity, Decimal(0)) if not self.by_amount else Decimal(0)

    @property
    def over(self) -> bool:
        """More was invoiced than came."""
        return self.invoiced > self.received

    @property
    def bar(self) -> tuple[int, int]:
        """Received and invoiced in whole percent of the longest of the three figures."""
        whole = max(self.net, self.received, self.invoiced)
        if whole <= 0:
            return 0, 0
        return int(max(self.received, Decimal(0)) * 100 / whole), int(
            max(self.invoiced, Decimal(0)) * 100 / whole
        )

    @property
    def dimensions(self) -> list[str]:
        """Its tracking objects, as they stand in the books."""
        told = (self.budget_account, self.operating_unit, self.project, self.function, self.product, self.area,
                self.tracking1, self.tracking2, self.authorisation, self.reserve1, self.reserve2,
                self.joint_funding_unit)  # fmt: skip
        return [one for one in told if one]


_LINES = """
SELECT l.id, l.position, l.item, l.text, l.measure, l.quantity, l.price, l.net, l.vat_percent, l.account,
  l.budget_account, l.operating_unit, l.project, l.function, l.product, l.area, l.tracking1, l.tracking2,
  l.authorisation, l.reserve1, l.reserve2, l.joint_funding_unit,
  coalesce(r.net, 0) AS received, coalesce(r.quantity, 0) AS received_quantity, coalesce(r.by_amount, 0) AS by_amount,
  coalesce(i.net, 0) AS invoiced
FROM purchases_order_line_now l
LEFT JOIN LATERAL (SELECT sum(net) AS net, sum(quantity) AS quantity,
                     sum(net) FILTER (WHERE quantity IS NULL) AS by_amount
                   FROM purchases_receipt WHERE line_id = l.id) r ON true
LEFT JOIN LATERAL (SELECT sum(t.net) AS net FROM purchases_matchline t JOIN purchases_match_held m ON m.id = t.match_id
                   WHERE t.order_line_id = l.id) i ON true
WHERE l.unit_id = %(unit)s AND l.order_id = %(order)s ORDER BY l.position
"""


def lines_listed(unit: Unit, order: int) -> list[LineListed]:
    """The lines of an order (its id), in their places."""
    return [LineListed(**row) for row in rows(_LINES, {"unit": unit.pk, "order": order})]


@dataclass(frozen=True, slots=True)
class Happened:
    """One row of an order's history: ``what`` names it; ``net`` is euro without VAT, ``quantity`` where it was told."""

    what: str
    at: datetime
    day: date | None
    who: str
    run: int | None
    receipt: int | None
    line: int | None
    text: str
    quantity: Decimal | None
    measure: str
    net: Decimal | None
    invoice: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """What happened at one time by one hand, line by line."""

    what: str
    at: datetime
    day: date | None
    who: str
    run: int | None
    rows: Sequence[Happened]


_HAPPENED = """
SELECT * FROM (
SELECT 'ordered' AS what, u.applied_at AS at, o.ordered_date AS day, coalesce(p.name, '') AS who, o.run_id AS run,
  NULL::bigint AS receipt, NULL::int AS line, '' AS text, NULL::numeric AS quantity, '' AS measure,
  NULL::numeric AS net, NULL::bigint AS invoice, 0::bigint AS place
FROM purchases_purchaseorder o JOIN runs_run u ON u.id = o.run_id LEFT JOIN registers_person p ON p.id = o.orderer_id
WHERE o.id = %(order)s
UNION ALL
SELECT 'changed', c.given_at, NULL, coalesce(p.name, ''), c.run_id, NULL, l.position, c.text, c.quantity, c.measure,
  c.net, NULL, c.id
FROM purchases_purchaseorderlinechange c JOIN purchases_purchaseorderline l ON l.id = c.line_id
LEFT JOIN registers_person p ON p.id = c.person_id WHERE l.order_id = %(order)s
UNION ALL
SELECT CASE WHEN r.quantity = 0 THEN 'revalued' WHEN r.net < 0 OR r.quantity < 0 THEN 'corrected' ELSE 'received' END,
  r.given_at, r.received_date, r.receiver, r.run_id, r.id, l.position, l.text, r.quantity, l.measure, r.net, NULL, r.id
FROM purchases_receipt r JOIN purchases_order_line_now l ON l.id = r.line_id
WHERE l.order_id = %(order)s
UNION ALL
SELECT CASE WHEN m.run_id IS NULL THEN 'accepted' ELSE 'matched' END, m.given_at, NULL, coalesce(p.name, ''), m.run_id,
  NULL, NULL, i.number, NULL, '', m.net, i.id, m.id
FROM purchases_match m JOIN purchases_purchaseinvoice i ON i.id = m.invoice_id
LEFT JOIN registers_person p ON p.id = m.person_id WHERE m.order_id = %(order)s
UNION ALL
SELECT 'match_ended', e.given_at, NULL, coalesce(p.name, ''), e.run_id, NULL, NULL, i.number, NULL, '',
  m.net, i.id, e.id
FROM purchases_matchend e JOIN purchases_match m ON m.id = e.match_id
JOIN purchases_purchaseinvoice i ON i.id = m.invoice_id
LEFT JOIN registers_person p ON p.id = e.person_id WHERE m.order_id = %(order)s
UNION ALL
SELECT 'ended', e.given_at, e.day, coalesce(p.name, ''), e.run_id, NULL, NULL, e.reason, NULL, '', NULL, NULL, e.id
FROM purchases_purchaseorderend e LEFT JOIN registers_person p ON p.id = e.person_id WHERE e.order_id = %(order)s
) happened ORDER BY at DESC, what = 'ordered', what, place
"""


@clause("EX 3-a")
def order_events(order: int) -> list[Event]:
    """Everything that happened to an order (its id), the newest first; what was told together stands together."""
    found = [
        Happened(**{name: value for name, value in row.items() if name != "place"})
        for row in rows(_HAPPENED, {"order": order})
    ]
    return [
        Event(what, at, day, who, run, list(those))
        for (what, at, day, who, run), those in groupby(
            found, key=lambda one: (one.what, one.at, one.day, one.who, one.run)
        )
    ]
