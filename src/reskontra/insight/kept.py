"""What invoices are matched with, as other systems read it: orders, receipts, contracts, coding templates (EX 3).

Newest first, from behind an id; amounts are euro without VAT as text with two decimals. Called inside ``working_in``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.database.rows import rows
from reskontra.registers.models import Unit
from reskontra.registers.tracking import DIMENSIONS

_SUPPLIER = """jsonb_build_object('number', s.number, 'business_id', nullif(s.business_id, ''), 'name', s.name)
  AS supplier"""
_PAIRS = ", ".join(f"'{one}', nullif({{0}}.{one}, '')" for one in ("account", *DIMENSIONS))
_CODED = f"jsonb_strip_nulls(jsonb_build_object({_PAIRS}))"

_ORDERS = f"""
SELECT o.id, o.number, {_SUPPLIER}, o.currency, o.ordered_date AS ordered_on,
  e.day AS closed_on, sums.net, sums.received, sums.invoiced, lines.lines
FROM purchases_purchaseorder o
JOIN registers_supplier s ON s.id = o.supplier_id
LEFT JOIN purchases_purchaseorderend e ON e.order_id = o.id
CROSS JOIN LATERAL (SELECT coalesce(sum(t.net), 0) AS net, coalesce(sum(t.received_net), 0) AS received,
    coalesce(sum(t.invoiced_net), 0) AS invoiced
  FROM purchases_order_line_state t WHERE t.order_id = o.id) sums
CROSS JOIN LATERAL (SELECT coalesce(jsonb_agg(jsonb_build_object('position', l.position, 'item', nullif(l.item, ''),
    'text', l.text, 'quantity', trim_scale(l.quantity)::text, 'unit', nullif(l.measure, ''),
    'unit_price', trim_scale(l.price)::text, 'net', l.net::text, 'vat_percent', trim_scale(l.vat_percent)::text,
    'received_quantity', trim_scale(t.received_quantity)::text, 'received', t.received_net::numeric(15, 2)::text,
    'invoiced', t.invoiced_net::numeric(15, 2)::text, 'coding', {_CODED.format("l")}) ORDER BY l.position), '[]')
    AS lines
  FROM purchases_order_line_now l JOIN purchases_order_line_state t ON t.id = l.id WHERE l.order_id = o.id) lines
"""
_RECEIPTS = """
SELECT o.id, nullif(o.told_as, '') AS number, d.number AS order_number, l.position, o.received_date AS day,
  o.receiver, trim_scale(o.quantity)::text AS quantity, o.net AS amount
FROM purchases_receipt o
JOIN purchases_purchaseorderline l ON l.id = o.line_id
JOIN purchases_purchaseorder d ON d.id = l.order_id
"""
_CONTRACTS = f"""
SELECT o.id, o.number, o.version, o.name, {_SUPPLIER}, o.valid_from,
  least(o.valid_until, e.day) AS valid_until, o.plan AS plan_type, o.currency, o.total_limit AS "limit",
  o.confirm AS confirmation, nullif(w.email, '') AS owner,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('start', p.from_date, 'end', p.until_date,
     'amount', p.net::text) ORDER BY p.position), '[]')
   FROM purchases_contractperiod p WHERE p.contract_id = o.id)
    AS limits,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('day', r.expected_date, 'amount', r.net::text,
     'tolerance', r.tolerance::text) ORDER BY r.position), '[]')
   FROM purchases_contractrow r WHERE r.contract_id = o.id)
    AS schedule,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('percent', trim_scale(c.share)::text, 'coding', {_CODED.format("c")})
     ORDER BY c.position), '[]') FROM purchases_contractline c WHERE c.contract_id = o.id) AS coding_lines
FROM purchases_contract o
JOIN registers_supplier s ON s.id = o.supplier_id
LEFT JOIN registers_person w ON w.id = o.owner_id
LEFT JOIN purchases_contractend e ON e.unit_id = o.unit_id AND e.number = o.number
"""
_TEMPLATES = f"""
SELECT o.id, o.reference, o.name, q.code AS queue, lower(o.validity) AS valid_from,
  upper(o.validity) - 1 AS valid_until,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('percent', trim_scale(l.share)::text, 'coding', {_CODED.format("l")})
     ORDER BY l.position), '[]') FROM registers_codingtemplateline l WHERE l.template_id = o.id) AS coding_lines
FROM registers_codingtemplate o
LEFT JOIN registers_workqueue q ON q.id = o.queue_id
"""


@dataclass(frozen=True)
class Kept:
    """One register: its rows, what one is called by, and which of them count."""

    query: str
    called: str
    counts: str = "true"

    def listed(self, unit: Unit, before: int | None, most: int) -> list[dict[str, Any]]:
        """At most ``most``, the newest first, from behind the id ``before``."""
        return self._found(
            "(%(before)s::bigint IS NULL OR o.id < %(before)s::bigint)", unit, most, before=before
        )

    def named(self, unit: Unit, number: str) -> dict[str, Any] | None:
        """The one that is called ``number``, the newest if there are several; None without any."""
        found = self._found(f"{self.called} = %(number)s", unit, 1, number=number)
        return found[0] if found else None

    def _found(self, where: str, unit: Unit, most: int, **values: Any) -> list[dict[str, Any]]:
        narrow = f"o.unit_id = %(unit)s AND {self.counts} AND {where}"
        query = f"{self.query} WHERE {narrow} ORDER BY o.id DESC LIMIT %(most)s"
        return [_plain(row) for row in rows(query, {"unit": unit.pk, "most": most, **values})]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Amounts as text with two decimals, days as text."""
    return {name: _said(value) for name, value in row.items()}


def _said(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, ".2f")
    return value.isoformat() if isinstance(value, date) else value


_NEWEST_VERSION = (
    "NOT EXISTS (SELECT FROM purchases_contract n WHERE n.unit_id = o.unit_id AND n.number = o.number"
    " AND n.version > o.version)"
)
# By the kind of file that tells them.
KEPT: Mapping[str, Kept] = {
    "purchase_orders": Kept(_ORDERS, "o.number"),
    "receipts": Kept(_RECEIPTS, "o.told_as"),
    "contracts": Kept(_CONTRACTS, "o.number", _NEWEST_VERSION),
    "coding_templates": Kept(_TEMPLATES, "o.reference"),
}
