"""Order decisions: from a rule and the orders in hand to stored facts."""

from collections.abc import Sequence

from django.db import connection

from reskontra.kernel.sets import Decisions
from reskontra.runs.decisions import record_decisions
from reskontra.runs.models import Run

# What a person who asks "why?" wants to see of the subject; amounts and counts, never a name or an identity.
INPUTS = """jsonb_strip_nulls(jsonb_build_object(
  'net', amount::text, 'lines', lines, 'public_law', public_lines > 0, 'credit', nullif(credit, false),
  'off_list_lines', nullif(off_list_public + off_list_commercial, 0),
  'lines_without_standard_price', nullif(no_standard_price, 0), 'unlisted_lines', nullif(unlisted, 0),
  'lines_without_legal_basis', nullif(without_basis, 0), 'source', source,
  'pricing_date', pricing_date, 'service_date', service_date{more}))"""


def decide_orders_in_hand(
    rule: Decisions, subjects: str = "orders_in_hand", also_told: Sequence[str] = ()
) -> None:
    """Decide all ``subjects`` (orders in hand, perhaps with more columns) by ``rule`` into ``decided``.

    ``also_told`` are columns of the subjects that belong to the inputs a person is shown.
    """
    more = "".join(f", '{column}', {column}::text" for column in also_told)
    query = rule.select(subjects, f"decided.*, {INPUTS.format(more=more)} AS inputs")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS decided")
        cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")


def record_order_decisions(run: Run, rule: str) -> None:
    """Store ``decided`` as the decisions of ``run`` by ``rule``."""
    record_decisions(run, rule, "sales_orderdecision", "order_id")
