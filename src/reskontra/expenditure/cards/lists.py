"""What people look at: purchases with what each still needs, and what the clearing account is made of."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reskontra.database.rows import one_row, rows
from reskontra.expenditure.cards.rules import decide_cards
from reskontra.expenditure.cards.run import take_cards_in_hand
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Unit
from reskontra.registers.posting import posting_account

_TOLD = (
    "decided.id AS purchase, day, merchant, decided.amount, digits AS card, identifier AS reference,"
    " receipted AS receipt, coding_id IS NOT NULL OR coded_by <> 'purchase' AS coded, invoice,"
    " nullif(rest, 0) AS difference, statement"
)


@dataclass(frozen=True)
class Clearing:
    """The clearing account of cards: ``balance`` in euro, and what explains it.

    ``invoiced``: charged by the company, not yet settled in the travel system. ``transferred``: settled there or told
    as a difference, on no invoice that is owed yet (it takes away). ``unexplained`` is what neither of them tells:
    zero, or somebody looks.
    """

    account: str
    balance: Decimal
    invoiced: Decimal
    transferred: Decimal

    @property
    def unexplained(self) -> Decimal:
        """What of the balance is neither."""
        return self.balance - self.invoiced + self.transferred

    def as_json(self) -> dict[str, str]:
        """Stable keys; amounts as texts."""
        amounts = {
            name: getattr(self, name) for name in ("balance", "invoiced", "transferred", "unexplained")
        }
        return {"account": self.account, **{name: format(value, ".2f") for name, value in amounts.items()}}


@clause("EX 4-a", "EX 4-b")
def open_purchases(
    unit: Unit, terms: Terms, outcome: str | None = None, most: int = 1000
) -> list[dict[str, Any]]:
    """Purchases that are not reconciled, each with what the next run will say of it, the oldest first.

    With ``outcome`` only those: such as ``CARD_RECEIPT_OVERDUE``, whose receipts are to be asked for. Called inside
    ``working_in``.
    """
    take_cards_in_hand(unit, terms)
    query = decide_cards(terms).select(
        "cards_in_hand",
        _TOLD,
    )
    return rows(
        f"SELECT * FROM ({query}) told WHERE outcome <> 'CARD_SETTLED'"
        " AND (%(outcome)s::text IS NULL OR outcome = %(outcome)s) ORDER BY day, purchase LIMIT %(most)s",
        {"outcome": outcome, "most": most},
    )


@clause("EX 4-a", "EX 4-b")
def card_purchase(unit: Unit, terms: Terms, purchase: int) -> dict[str, Any]:
    """One purchase (an id) as ``open_purchases`` tells it, also when it is reconciled, with what codes it.

    ``way``: travel or invoice, None while its card is unknown; ``coded_by``: purchase, template or contract.
    """
    take_cards_in_hand(unit, terms, [purchase])
    query = decide_cards(terms).select(
        "cards_in_hand", f"{_TOLD}, way, coded_by, transferred, claim, invoice_id"
    )
    (told,) = rows(query)
    return told


@clause("EX 4-a")
def card_statements(unit: Unit, terms: Terms) -> list[dict[str, Any]]:
    """The card companies' statements that are not settled, the oldest first, each with its invoice and what differs.

    A statement is settled when its purchases are reconciled and its invoice is nothing but them and what people told
    beside them. ``invoice`` and ``rest`` (euro, the invoice less all that) are None while no invoice is known;
    ``missing`` are rows of the invoice without a purchase: place, text and amount. Called inside ``working_in``.
    """
    open_ids = [one["id"] for one in rows(_NOT_SETTLED, {"unit": unit.pk})]
    take_cards_in_hand(unit, terms, open_ids)
    return rows(_STATEMENTS, {"unit": unit.pk})


@clause("EX 4-a", "EX 4-b")
def clearing(unit: Unit, terms: Terms) -> Clearing:
    """The clearing account on the day of ``terms``, and what explains it. Called inside ``working_in``."""
    account = posting_account("card_clearing", terms.on)
    balance, invoiced, transferred = one_row(_CLEARING, {"unit": unit.pk, "account": account})
    return Clearing(account, balance, invoiced, transferred)


# An invoice that is owed has put its purchases on the account; what the travel system has settled has taken them off.
_CLEARING = """
WITH owed AS (
  SELECT p.invoice_id, sum(e.amount) AS amount
  FROM purchases_payable p JOIN ledger_entry e ON e.voucher_id = p.voucher_id
  WHERE p.unit_id = %(unit)s AND e.account = %(account)s GROUP BY 1),
matched AS (
  SELECT c.invoice_id, sum(c.amount) AS amount FROM purchases_cardcharge c
  WHERE c.unit_id = %(unit)s AND c.invoice_id IN (SELECT invoice_id FROM owed) GROUP BY 1),
explained AS (
  SELECT d.invoice_id, sum(d.amount) AS amount FROM purchases_carddifference d
  WHERE d.unit_id = %(unit)s AND d.voucher_id IS NOT NULL GROUP BY 1)
SELECT
  (SELECT coalesce(sum(amount), 0) FROM ledger_entry WHERE unit_id = %(unit)s AND account = %(account)s),
  (SELECT coalesce(sum(o.amount - coalesce(m.amount, 0) - coalesce(x.amount, 0)), 0)
   FROM owed o LEFT JOIN matched m USING (invoice_id) LEFT JOIN explained x USING (invoice_id)),
  (SELECT coalesce(sum(t.amount), 0) FROM purchases_cardtransfer t
   LEFT JOIN purchases_cardcharge c ON c.purchase_id = t.purchase_id
   WHERE t.unit_id = %(unit)s AND (c.id IS NULL OR c.invoice_id NOT IN (SELECT invoice_id FROM owed)))
  + (SELECT coalesce(sum(amount), 0) FROM explained WHERE invoice_id NOT IN (SELECT invoice_id FROM owed))
"""
# Purchases of the statements of which one is not reconciled, or whose invoice is not what is known of it.
_NOT_SETTLED = """
WITH charged AS (
  SELECT invoice_id, sum(amount) AS amount FROM purchases_cardcharge WHERE unit_id = %(unit)s GROUP BY 1),
explained AS (
  SELECT invoice_id, sum(amount) AS amount FROM purchases_carddifference WHERE unit_id = %(unit)s GROUP BY 1),
differing AS (
  SELECT c.invoice_id FROM charged c JOIN purchases_purchaseinvoice i ON i.id = c.invoice_id
  LEFT JOIN explained e ON e.invoice_id = c.invoice_id WHERE i.total <> c.amount + coalesce(e.amount, 0))
SELECT p.id FROM purchases_cardpurchase p
WHERE p.unit_id = %(unit)s AND p.statement_id IN (
  SELECT q.statement_id FROM purchases_cardpurchase q LEFT JOIN purchases_cardcharge h ON h.purchase_id = q.id
  WHERE q.unit_id = %(unit)s AND (h.id IS NULL OR h.invoice_id IN (SELECT invoice_id FROM differing)))
"""
_STATEMENTS = """
SELECT s.id AS statement, s.number, c.name AS company, s.from_date, s.to_date, s.purchases, s.total,
  s.invoice AS told_invoice, v.invoice_id, v.number AS invoice, v.total AS invoiced, e.amount AS explained, w.rest,
  alone.rows AS missing, known.charged, known.way
FROM (SELECT statement_id, count(charge_id) AS charged, min(way) AS way FROM cards_scope GROUP BY 1) known
JOIN purchases_cardstatement s ON s.id = known.statement_id
JOIN registers_supplier c ON c.id = s.company_id
LEFT JOIN card_invoices v ON v.statement_id = s.id
LEFT JOIN card_sums w ON w.invoice_id = v.invoice_id
LEFT JOIN (SELECT invoice_id, sum(amount) AS amount FROM purchases_carddifference WHERE unit_id = %(unit)s GROUP BY 1) e
  ON e.invoice_id = v.invoice_id
LEFT JOIN (SELECT r.invoice_id,
             jsonb_agg(jsonb_build_array(r.position, r.text, r.amount::text) ORDER BY r.position) AS rows
           FROM card_rows r WHERE NOT EXISTS (
             SELECT FROM card_pairs p WHERE p.invoice_id = r.invoice_id AND p.position = r.position)
           GROUP BY 1) alone ON alone.invoice_id = v.invoice_id
ORDER BY s.to_date, s.id
"""
