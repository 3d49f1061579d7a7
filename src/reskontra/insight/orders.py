"""Orders as people look for them: by what they wait for, by number and customer, and one with all its lines.

Called inside ``working_in``: row-level security sees the unit, and every query names it as well. Lists are read
by key, never by offset: a page costs the same wherever in the list it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from reskontra.database.rows import rows
from reskontra.documents.findings import Finding
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Customer, Unit
from reskontra.registers.sorting import sort_key
from reskontra.sales.models import BillingRow, Order

State = Literal["undecided", "returned", "review", "approval", "ready"]
STATES: tuple[State, ...] = ("undecided", "returned", "review", "approval", "ready")
INVOICED, WITHDRAWN = "invoiced", "withdrawn"
CUSTOMERS_SEARCHED = 200  # a search that fits more customers than this is too wide to be of use

# The state of an order: the newest decision of the orders rule, and the acts on the version that was seen. A
# reviewed order waits for its approval; one that two persons have let through is ready (OC 3.2.1-b).
STATE = """CASE WHEN decided.standing IS NULL THEN 'undecided'
  WHEN decided.standing = 'RETURNED' THEN 'returned'
  WHEN decided.standing = 'READY' OR acts.reviewed AND acts.approved THEN 'ready'
  WHEN acts.reviewed THEN 'approval' ELSE 'review' END"""
DECIDED = """LEFT JOIN LATERAL (
  SELECT d.standing, d.outcome, d.clause, d.amount, d.run_id FROM sales_orderdecision d
  WHERE d.unit_id = o.unit_id AND d.order_id = o.id AND d.rule = 'orders'
  ORDER BY d.run_id DESC LIMIT 1) decided ON true
LEFT JOIN LATERAL (
  SELECT bool_or(a.act = 'review') AS reviewed, bool_or(a.act = 'approve') AS approved,
    min(a.person_id) FILTER (WHERE a.act = 'review') AS reviewer
  FROM sales_orderapproval a
  WHERE a.unit_id = o.unit_id AND a.order_id = o.id AND a.digest = o.digest) acts ON true"""
NEWEST = """NOT EXISTS (SELECT FROM sales_order newer WHERE newer.unit_id = o.unit_id
  AND newer.number = o.number AND newer.version > o.version)"""
NOT_INVOICED = """NOT EXISTS (SELECT FROM sales_invoicedorder done
  WHERE done.unit_id = o.unit_id AND done.number = o.number)"""
NOT_WITHDRAWN = """NOT EXISTS (SELECT FROM sales_orderstop gone
  WHERE gone.unit_id = o.unit_id AND gone.order_id = o.id AND gone.act = 'withdraw')"""

# The same asked of one order after another: for a list that stops at its page, and reads along the numbers.
_NEWEST_OF_NUMBER = """o.version = (SELECT max(newer.version) FROM sales_order newer
  WHERE newer.unit_id = o.unit_id AND newer.number = o.number)"""
_INVOICED = """(SELECT true FROM sales_invoicedorder done
  WHERE done.unit_id = o.unit_id AND done.number = o.number) IS NOT NULL"""
_WITHDRAWN = """(SELECT true FROM sales_orderstop gone
  WHERE gone.unit_id = o.unit_id AND gone.order_id = o.id AND gone.act = 'withdraw') IS NOT NULL"""

# What is open is a small part of all that ever came in: it is found first, as a whole, and then looked at.
OPEN = f"""WITH open_orders AS MATERIALIZED (
  SELECT o.* FROM sales_order o WHERE o.unit_id = %(unit)s
    AND {NEWEST} AND {NOT_INVOICED} AND {NOT_WITHDRAWN})"""

_LIST = f"""
{{before}}
SELECT found.*, c.number AS customer_number, c.name AS customer, intake.planned_at AS since, off.off_list
FROM (
  SELECT o.id, o.unit_id, o.number, o.version, o.credit, o.lines_count, o.customer_id, o.run_id, o.case_reference,
    {{state}} AS state, decided.outcome, decided.amount, acts.reviewer
  FROM {{orders}} o {DECIDED}
  WHERE o.unit_id = %(unit)s AND {{standing}}
    AND (%(customers)s::bigint[] IS NULL OR o.customer_id = ANY (%(customers)s::bigint[]))
    AND (%(number)s::bigint IS NULL OR o.number = %(number)s::bigint)
    AND (%(after)s::bigint IS NULL OR o.number {{past}} %(after)s::bigint)
    AND (%(state)s::text IS NULL OR {{state}} = %(state)s::text)
  ORDER BY o.number {{order}} LIMIT %(most)s
) found
JOIN registers_customer c ON c.id = found.customer_id
LEFT JOIN runs_run intake ON intake.id = found.run_id AND intake.unit_id = found.unit_id
LEFT JOIN LATERAL (
  SELECT sum(round(l.quantity * l.unit_price, 2) - round(l.quantity * p.price, 2)) AS off_list
  FROM sales_orderline l JOIN sales_order o ON o.id = l.order_id AND o.unit_id = l.unit_id
  JOIN registers_item i ON i.code = l.item_code
  JOIN registers_pricelistentry p ON p.unit_id = l.unit_id AND p.item_id = i.id
    AND p.approved_at IS NOT NULL AND p.validity @> o.pricing_date
  WHERE l.unit_id = found.unit_id AND l.order_id = found.id AND l.unit_price <> p.price) off ON true
ORDER BY found.number {{order}}
"""

# As sales/in_hand.sql prices and posts an open order, but for one order and also after it was invoiced.
_LINES = """
SELECT l.position, l.item_code, coalesce(nullif(l.item_text, ''), {name}, '') AS name, l.line_text AS text,
  l.quantity, coalesce(nullif(l.measure, ''), i.measure, '') AS measure,
  coalesce(l.unit_price, p.price) AS price, p.price AS list_price, p.id IS NOT NULL AS listed,
  round(l.quantity * coalesce(l.unit_price, p.price), 2) AS net,
  CASE WHEN l.unit_price <> p.price
    THEN round(l.quantity * l.unit_price, 2) - round(l.quantity * p.price, 2) END AS off_list,
  v.category AS vat_category, v.percent AS vat_percent, coalesce(nullif(l.account, ''), p.account, '') AS account
FROM sales_orderline l
JOIN sales_order o ON o.id = l.order_id AND o.unit_id = l.unit_id
LEFT JOIN registers_item i ON i.code = l.item_code
LEFT JOIN registers_pricelistentry p ON p.unit_id = l.unit_id AND p.item_id = i.id
  AND p.approved_at IS NOT NULL AND p.validity @> o.pricing_date
LEFT JOIN registers_vatrate v ON v.vat_class = i.vat_class AND v.validity @> o.service_date
WHERE l.unit_id = %(unit)s AND l.order_id = %(order)s ORDER BY l.position
"""

_NAMES = {"sv": "i.name_sv", "fi": "i.name_fi", "en": "i.name_en"}


@dataclass(frozen=True)
class Listed:
    """One order in a list. Amounts in euro without VAT; ``off_list`` is how much it deviates from the list."""

    number: int
    version: int
    state: str
    credit: bool
    lines: int
    customer_number: str
    customer: str
    case_reference: str
    outcome: str | None
    amount: Decimal | None
    off_list: Decimal | None
    since: datetime | None
    reviewer: int | None


@dataclass(frozen=True)
class OrderLine:
    """One line of an order beside the price list of its pricing day; amounts in euro without VAT."""

    position: int
    item: str
    name: str
    text: str
    quantity: Decimal
    measure: str
    price: Decimal | None
    list_price: Decimal | None
    listed: bool
    net: Decimal | None
    off_list: Decimal | None
    vat_category: str | None
    vat_percent: Decimal | None
    account: str

    @property
    def off_percent(self) -> Decimal | None:
        """The deviation in percent of the listed price, None where there is none to compare with."""
        if self.off_list is None or not self.list_price:
            return None
        return (self.price or Decimal(0)) / self.list_price * 100 - 100


@dataclass(frozen=True)
class Event:
    """One thing that happened to an order: when, what (a text key's ending), who, and what was said."""

    at: datetime
    what: str
    who: str
    detail: str = ""
    version: int = 1


def orders_listed(
    unit: Unit,
    state: str,
    after: int | None = None,
    most: int = 50,
    number: int | None = None,
    customers: Sequence[int] | None = None,
) -> list[Listed]:
    """At most ``most`` orders of ``unit`` in ``state``, from behind the number ``after``.

    ``state`` is one of ``STATES`` (oldest first, what waited longest), or ``INVOICED``, ``WITHDRAWN`` or ``all``
    (newest first). ``number`` and ``customers`` (ids) narrow the list.
    """
    working = state in STATES
    of_any = f"CASE WHEN {_INVOICED} THEN '{INVOICED}' WHEN {_WITHDRAWN} THEN '{WITHDRAWN}' ELSE {STATE} END"
    closed = {INVOICED: _INVOICED, WITHDRAWN: _WITHDRAWN}
    standing = f"{_NEWEST_OF_NUMBER} AND {closed[state]}" if state in closed else _NEWEST_OF_NUMBER
    query = _LIST.format(
        before=OPEN if working else "",
        orders="open_orders" if working else "sales_order",
        state=STATE if working else f"'{state}'" if state in closed else of_any,
        standing="true" if working else standing,
        past=">" if working else "<",
        order="ASC" if working else "DESC",
    )
    values = {
        "unit": unit.pk,
        "state": state if working else None,
        "number": number,
        "customers": None if customers is None else list(customers),
        "after": after,
        "most": most,
    }
    return [
        Listed(
            number=row["number"],
            version=row["version"],
            state=row["state"],
            credit=row["credit"],
            lines=row["lines_count"],
            customer_number=row["customer_number"],
            customer=row["customer"],
            case_reference=row["case_reference"],
            outcome=row["outcome"],
            amount=row["amount"],
            off_list=row["off_list"],
            since=row["since"],
            reviewer=row["reviewer"],
        )
        for row in rows(query, values)
    ]


def order_state(unit: Unit, order: Order) -> str:
    """Where the number of ``order`` stands: one of ``STATES``, ``INVOICED`` or ``WITHDRAWN``."""
    [found] = orders_listed(unit, "all", most=1, number=order.number)
    return found.state


def customers_named(words: str) -> list[int]:
    """The ids of the customers whose number is ``words`` or whose name begins so, as the register sorts names."""
    found = Customer.objects.filter(number=words) or Customer.objects.filter(
        sort_key__startswith=sort_key(words)
    )
    return list(found.values_list("pk", flat=True)[:CUSTOMERS_SEARCHED])


@clause("OC 3.2.1-a")
def lines_of(unit: Unit, order: Order, language: str) -> list[OrderLine]:
    """The lines of ``order``, each beside the approved price list of the pricing day; names in ``language``."""
    query = _LINES.format(name=_NAMES.get(language, "i.name_en"))
    return [
        OrderLine(
            position=row["position"],
            item=row["item_code"],
            name=row["name"],
            text=row["text"],
            quantity=row["quantity"],
            measure=row["measure"],
            price=row["price"],
            list_price=row["list_price"],
            listed=row["listed"],
            net=row["net"],
            off_list=row["off_list"],
            vat_category=row["vat_category"],
            vat_percent=row["vat_percent"],
            account=row["account"],
        )
        for row in rows(query, {"unit": unit.pk, "order": order.pk})
    ]


_EVENTS = """
SELECT r.planned_at AS at, 'received' AS what, p.name AS who, coalesce(f.name, '') AS detail, o.version
FROM sales_order o JOIN runs_run r ON r.id = o.run_id AND r.unit_id = o.unit_id
JOIN registers_person p ON p.id = r.person_id
LEFT JOIN sales_billingrequest b ON b.id = o.request_id AND b.unit_id = o.unit_id
LEFT JOIN exchange_inboxfile f ON f.id = b.file_id AND f.unit_id = b.unit_id
WHERE o.unit_id = %(unit)s AND o.number = %(number)s
UNION ALL
SELECT coalesce(r.applied_at, r.planned_at), 'decided', p.name, d.outcome, o.version
FROM sales_order o JOIN sales_orderdecision d ON d.unit_id = o.unit_id AND d.order_id = o.id
JOIN runs_run r ON r.id = d.run_id AND r.unit_id = d.unit_id
JOIN registers_person p ON p.id = r.person_id
WHERE o.unit_id = %(unit)s AND o.number = %(number)s AND (r.state = 'applied' OR d.rule = 'orders')
UNION ALL
SELECT a.given_at, a.act, p.name, a.comment, o.version
FROM sales_order o JOIN sales_orderapproval a ON a.unit_id = o.unit_id AND a.order_id = o.id
JOIN registers_person p ON p.id = a.person_id
WHERE o.unit_id = %(unit)s AND o.number = %(number)s
UNION ALL
SELECT s.stopped_at, s.act, p.name, s.reason, o.version
FROM sales_order o JOIN sales_orderstop s ON s.unit_id = o.unit_id AND s.order_id = o.id
JOIN registers_person p ON p.id = s.person_id
WHERE o.unit_id = %(unit)s AND o.number = %(number)s
ORDER BY 1, 5
"""


def events_of(unit: Unit, order: Order) -> list[Event]:
    """What happened to the number of ``order``, in all its versions, in order of time."""
    return [Event(**row) for row in rows(_EVENTS, {"unit": unit.pk, "number": order.number})]


def told_to_sender(unit: Unit, order: Order) -> list[Finding]:
    """What the sender was told about ``order`` when it came in; nothing for an order that came otherwise."""
    if order.request_id is None:
        return []
    told = BillingRow.objects.filter(unit=unit, request=order.request_id, order=order).order_by("row")
    return [Finding(**found) for row in told for found in row.findings]


def age_in_days(since: datetime, on: date) -> int:
    """Whole days from the day of ``since`` to ``on``."""
    return (on - since.date()).days
