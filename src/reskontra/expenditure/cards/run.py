"""The run of purchases by card: it reconciles them with invoices, and codes an invoice whose purchases are known."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from reskontra.database.rows import one_row
from reskontra.database.scripts import statements
from reskontra.expenditure.cards.rules import CHARGED, SETTLED, TO_COST, decide_cards
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Unit
from reskontra.registers.posting import posting_account
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control

ROOM = "reskontra.expenditure.cards"
LOCK = "matching"  # it codes invoices, as those who match and circulate them do
RULE = "cards"
KEPT_IN = ("purchases_cardpurchasedecision", "purchase_id")

_INPUTS = """jsonb_strip_nulls(jsonb_build_object('card', digits, 'merchant', merchant, 'card_day', day,
  'card_reference', identifier, 'card_way', way, 'card_statement', statement, 'card_invoice', invoice,
  'invoice_row', invoice_row, 'difference', nullif(rest, 0)::text, 'missing_rows', missing, 'travel_claim', claim))"""
_COLUMNS = f"""decided.id, decided.unit_id, decided.amount, decided.invoice_id, decided.invoice_row, decided.coded_by,
  {_INPUTS} AS inputs"""


def take_cards_in_hand(unit: Unit, terms: Terms, only: Sequence[int] | None = None) -> None:
    """Fill ``cards_in_hand``: purchases with their card, receipt, coding and place on the company's invoice.

    All of the statements that something is open of; given ``only`` (ids), these. Called inside ``working_in``.
    """
    values: dict[str, Any] = {
        "unit": unit.pk,
        "on": terms.on,
        "only": None if only is None else list(only),
        "clearing": posting_account("card_clearing", terms.on),
    }
    with connection.cursor() as cursor:
        for statement in statements(ROOM, "subjects.sql"):
            cursor.execute(statement, values)


@clause("EX 4-a", "EX 4-b")
class CardsRun:
    """Decide and reconcile the unit's purchases by card. Given ``purchases`` (ids), only these."""

    name = "cards"
    lock = LOCK

    def __init__(self, purchases: Sequence[int] | None = None) -> None:
        self.purchases = purchases

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every purchase that is not reconciled into ``decided``."""
        take_cards_in_hand(run.unit, terms, self.purchases)
        query = decide_cards(terms).select("cards_in_hand", _COLUMNS)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS decided, invoices_to_code, card_coding_lines")
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")
            cursor.execute("ANALYZE decided")

    def record(self, run: Run) -> None:
        """Store what was decided of each purchase; what was settled before is only counted."""
        record_decisions(run, RULE, *KEPT_IN, counted_only=(SETTLED,))

    def set_aside(self, run: Run) -> None:
        """Leave every purchase of which something else was planned, such as when its invoice was returned."""
        set_aside_changed(run, RULE, *KEPT_IN)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Tie what is ready to its invoice; code an invoice from its purchases when none of them is open."""
        values: dict[str, Any] = {
            "unit": run.unit.pk,
            "run": run.pk,
            "at": acting.at,
            "charged": [outcome.name for outcome in CHARGED],
            "to_cost": TO_COST.name,
        }
        with connection.cursor() as cursor:
            for statement in statements(ROOM, "facts.sql"):
                cursor.execute(statement, values)
        ready, amount, charges, charged, invoices, codings, asked, coded = one_row(_WRITTEN, values)
        return Applied(
            [
                Control("purchases reconciled = charges", str(ready), str(charges)),
                Control("purchases reconciled = charged", f"{amount:.2f}", f"{charged:.2f}"),
                Control("invoices to code = codings", str(invoices), str(codings)),
                Control("codings = their invoices", f"{asked:.2f}", f"{coded:.2f}"),
            ],
            facts={"charges": charges, "codings": codings},
        )


_WRITTEN = """
SELECT (SELECT count(*) FROM decided WHERE outcome = ANY (%(charged)s)),
  (SELECT coalesce(sum(amount), 0) FROM decided WHERE outcome = ANY (%(charged)s)),
  (SELECT count(*) FROM purchases_cardcharge WHERE run_id = %(run)s),
  (SELECT coalesce(sum(amount), 0) FROM purchases_cardcharge WHERE run_id = %(run)s),
  (SELECT count(*) FROM invoices_to_code),
  (SELECT count(*) FROM purchases_coding WHERE run_id = %(run)s),
  (SELECT coalesce(sum(i.total), 0) FROM invoices_to_code c JOIN purchases_purchaseinvoice i ON i.id = c.invoice_id),
  (SELECT coalesce(sum(l.net + l.vat), 0) FROM purchases_coding c JOIN purchases_codingline l ON l.coding_id = c.id
   WHERE c.run_id = %(run)s)
"""
