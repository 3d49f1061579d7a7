"""What procurement data services collect: the procurement in the books, and nothing else (EX 2.1-a)."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.database.rows import rows
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit


@dataclass(frozen=True, slots=True)
class Procured:
    """One coding line of one procurement invoice in the books; amounts in euro, ``net`` without VAT.

    A private person stands without name, identity and text: the data goes out to the public.
    """

    invoice: str
    number: str
    voucher: str
    voucher_type: str
    posting_date: date
    issue_date: date | None
    supplier: str
    supplier_id: str
    supplier_name: str
    country: str
    order: str
    contract: str
    account: str
    budget_account: str
    operating_unit: str
    text: str
    net: Decimal
    vat: Decimal

    def as_json(self) -> dict[str, Any]:
        """With stable keys; days ISO 8601, amounts as text with two decimals."""
        told = asdict(self)
        for name in ("posting_date", "issue_date"):
            told[name] = told[name].isoformat() if told[name] else None
        return {**told, "net": format(self.net, ".2f"), "vat": format(self.vat, ".2f")}


@clause("EX 2.1-a", "EX 2.2-a")
def procurement(unit: Unit, first: date, last: date) -> list[Procured]:
    """The procurement of the unit that was posted from ``first`` to ``last``, line by line, by voucher.

    Other expenditure never is in it, whatever its supplier. Called inside ``working_in``.
    """
    return [Procured(**row) for row in rows(_PROCURED, {"unit": unit.pk, "first": first, "last": last})]


_PROCURED = """
SELECT 'PI' || i.id AS invoice, i.number, v.kind || ' ' || v.year || '/' || v.number AS voucher, v.kind AS voucher_type,
  v.posting_date, i.issue_date,
  CASE WHEN private.one THEN '' ELSE s.number END AS supplier,
  CASE WHEN private.one THEN '' ELSE coalesce(nullif(s.business_id, ''), nullif(s.vat_id, ''), s.foreign_id) END
    AS supplier_id,
  CASE WHEN private.one THEN '' ELSE s.name END AS supplier_name, s.country,
  coalesce(o.number, '') AS order, coalesce(c.number, '') AS contract, l.account, l.budget_account, l.operating_unit,
  CASE WHEN private.one THEN '' ELSE l.text END AS text, l.net, l.vat
FROM purchases_payable p
JOIN purchases_purchaseinvoice i ON i.id = p.invoice_id AND i.stream = 'procurement'
JOIN ledger_voucher v ON v.id = p.voucher_id
JOIN registers_supplier s ON s.id = p.supplier_id
CROSS JOIN LATERAL (SELECT s.kind IN ('person', 'foreign_person') AS one) private
LEFT JOIN purchases_match_held m ON m.invoice_id = i.id
LEFT JOIN purchases_purchaseorder o ON o.id = m.order_id
LEFT JOIN purchases_contract c ON c.id = m.contract_id
JOIN LATERAL (SELECT k.id FROM purchases_coding k WHERE k.invoice_id = i.id ORDER BY k.version DESC LIMIT 1) coding
  ON true
JOIN purchases_codingline l ON l.coding_id = coding.id
WHERE p.unit_id = %(unit)s AND v.posting_date BETWEEN %(first)s AND %(last)s
ORDER BY v.kind, v.year, v.number, l.position
"""
