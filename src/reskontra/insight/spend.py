"""What is bought, from whom, how it comes, and what of it could run by itself (EX 1.1-a).

Called inside ``working_in``. Amounts are euro without VAT of purchase invoices by their day of arrival.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.database.rows import rows
from reskontra.database.scripts import statements
from reskontra.insight.told import take_purchases
from reskontra.kernel.clauses import clause
from reskontra.kernel.money import round_cents
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import terms_of

CANDIDATE_E_INVOICE = Outcome("CANDIDATE_E_INVOICE", "REVIEW")
CANDIDATE_CONTRACT = Outcome("CANDIDATE_CONTRACT", "REVIEW")
CANDIDATE_POSTING_REFERENCE = Outcome("CANDIDATE_POSTING_REFERENCE", "REVIEW")
CANDIDATE_ORDER = Outcome("CANDIDATE_ORDER", "REVIEW")
NO_CANDIDATE = Outcome("NO_CANDIDATE", "LEFT")


@dataclass(frozen=True, slots=True)
class Bought:
    """What came from one supplier; ``number`` is empty for a seller that the register does not know.

    ``ordered`` with the number of a known order, ``automatic`` with nobody's help, ``mismatched`` left for special
    handling, ``ordered_by_hand`` both ordered and left for it; ``reason`` is the most frequent one.
    """

    number: str
    name: str
    invoices: int
    net: Decimal
    ordered: int
    automatic: int
    mismatched: int
    ordered_by_hand: int
    reason: str | None
    on_paper: int

    @property
    def ordered_rate(self) -> Decimal:
        """Those with an order number in percent of the supplier's invoices."""
        return round_cents(Decimal(self.ordered) * 100 / self.invoices)

    @property
    def automatic_rate(self) -> Decimal:
        """The automatic ones in percent of the supplier's invoices."""
        return round_cents(Decimal(self.automatic) * 100 / self.invoices)

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra report suppliers --json``."""
        return {
            "supplier": self.number,
            "name": self.name,
            "invoices": self.invoices,
            "net": format(self.net, ".2f"),
            "with_order_number": self.ordered,
            "with_order_number_rate": str(self.ordered_rate),
            "automatic": self.automatic,
            "automatic_rate": str(self.automatic_rate),
            "mismatched": self.mismatched,
            "ordered_by_hand": self.ordered_by_hand,
            "reason": self.reason,
            "on_paper": self.on_paper,
        }


ORDERS_OF_SUPPLIERS = {
    "invoices": "invoices DESC, net DESC",
    "net": "net DESC, invoices DESC",
    "by_hand": "ordered_by_hand DESC, mismatched DESC, invoices DESC",
}
_SUPPLIERS = """
SELECT coalesce(s.number, '') AS number, coalesce(s.name, max(t.seller_name)) AS name, count(*) AS invoices,
  sum(t.net) AS net, count(*) FILTER (WHERE t.ordered) AS ordered, count(*) FILTER (WHERE t.automatic) AS automatic,
  count(t.reason) AS mismatched, count(t.reason) FILTER (WHERE t.ordered) AS ordered_by_hand,
  mode() WITHIN GROUP (ORDER BY t.reason) AS reason, count(*) FILTER (WHERE t.channel = 'digitised') AS on_paper
FROM purchases_told t LEFT JOIN registers_supplier s ON s.id = t.supplier_id
GROUP BY s.id, s.number, s.name, CASE WHEN s.id IS NULL THEN t.seller_key END
ORDER BY {order}, name LIMIT %(most)s
"""


@clause("EX 1.1-a")
def suppliers(
    unit: Unit, first: date, last: date, by: str = "invoices", most: int | None = None, *, taken: bool = False
) -> list[Bought]:
    """The suppliers of ``unit``, the largest first ``by`` one of ``ORDERS_OF_SUPPLIERS``; at most ``most`` of them."""
    if not taken:
        take_purchases([unit], first, last)
    return [Bought(**row) for row in rows(_SUPPLIERS.format(order=ORDERS_OF_SUPPLIERS[by]), {"most": most})]


@dataclass(frozen=True, slots=True)
class Spent:
    """What one month's invoices were coded to one account; ``category`` is the account's first four digits."""

    month: date
    category: str
    account: str
    name_sv: str
    name_fi: str
    name_en: str
    invoices: int
    net: Decimal

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra report spend --json``."""
        return {
            "month": self.month.strftime("%Y-%m"),
            "category": self.category,
            "account": self.account,
            "name": {"sv": self.name_sv, "fi": self.name_fi, "en": self.name_en},
            "invoices": self.invoices,
            "net": format(self.net, ".2f"),
        }


# What is not coded yet stands under an empty account, so that the sum of all rows is what came.
_SPEND = """
SELECT t.month, left(coalesce(l.account, ''), 4) AS category, coalesce(l.account, '') AS account,
  coalesce(a.name_sv, '') AS name_sv, coalesce(a.name_fi, '') AS name_fi, coalesce(a.name_en, '') AS name_en,
  count(DISTINCT t.id) AS invoices, sum(CASE WHEN l.id IS NULL THEN t.net ELSE l.net END) AS net
FROM purchases_told t
LEFT JOIN purchases_codingline l ON l.coding_id = t.coding_id
LEFT JOIN LATERAL (SELECT k.name_sv, k.name_fi, k.name_en FROM registers_account k WHERE k.code = l.account
                   ORDER BY k.id DESC LIMIT 1) a ON true
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 8 DESC, 3
"""


@clause("EX 1.1-a")
def spend(unit: Unit, first: date, last: date) -> list[Spent]:
    """What was bought by month and account, the oldest month and the largest account first; credits lessen it."""
    take_purchases([unit], first, last)
    return [Spent(**row) for row in rows(_SPEND)]


@dataclass(frozen=True, slots=True)
class Returning:
    """A supplier's invoices on one account that come again and again: in how many months, and how alike they are.

    ``usual_net`` is the median; ``spread`` how far the largest is from the smallest, in percent of it. ``handled``: how
    most of them are handled: order, contract, posting or none.
    """

    number: str
    name: str
    account: str
    invoices: int
    months: int
    usual_net: Decimal
    spread: Decimal
    net: Decimal
    handled: str
    newest: int

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra report recurring --json``."""
        return {
            "supplier": self.number,
            "name": self.name,
            "account": self.account,
            "invoices": self.invoices,
            "months": self.months,
            "usual_net": format(self.usual_net, ".2f"),
            "spread": str(self.spread),
            "net": format(self.net, ".2f"),
            "handled": self.handled,
            "newest": self.newest,
        }


_RECURRING = """
SELECT *, coalesce(round(100 * apart / nullif(usual_net, 0), 1), 0) AS spread
FROM (
  SELECT coalesce(s.number, '') AS number, coalesce(s.name, max(t.seller_name)) AS name,
    coalesce(a.account, '') AS account, count(*) AS invoices, count(DISTINCT t.month) AS months,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY t.net) AS usual_net, max(t.net) - min(t.net) AS apart,
    sum(t.net) AS net, max(t.id) AS newest,
    mode() WITHIN GROUP (ORDER BY CASE WHEN t.ordered THEN 'order' WHEN t.contracted THEN 'contract'
      WHEN t.referenced THEN 'posting' ELSE 'none' END) AS handled
  FROM purchases_told t
  LEFT JOIN main_account a ON a.id = t.id
  LEFT JOIN registers_supplier s ON s.id = t.supplier_id
  WHERE t.kind = 'invoice'
  GROUP BY s.id, s.number, s.name, CASE WHEN s.id IS NULL THEN t.seller_key END, coalesce(a.account, '')
  HAVING count(DISTINCT t.month) >= %(months)s) found
ORDER BY months DESC, invoices DESC, net DESC
"""


@clause("EX 1.1-a")
def recurring(unit: Unit, first: date, last: date) -> list[Returning]:
    """Invoices that came in at least as many months as the unit's term says, the most faithful first."""
    _take_candidates(unit, first, last)
    months = int(terms_of(unit, last).candidate_months)
    return [
        Returning(**{key: value for key, value in row.items() if key != "apart"})
        for row in rows(_RECURRING, {"months": months})
    ]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A supplier whose invoices could come or run otherwise, with the reason first and what else speaks for a change.

    ``bare`` invoices came without any number, in ``months`` months, together ``net``; ``spread`` and ``same_account``
    are percent. ``newest`` are the ids of the last three.
    """

    outcome: str
    clause: str
    reasons: Sequence[str]
    number: str
    name: str
    invoices: int
    bare: int
    months: int
    net: Decimal
    usual_net: Decimal | None
    spread: Decimal
    account: str | None
    same_account: Decimal
    refused_way: int
    newest: Sequence[int]

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra report candidates --json``."""
        return {
            "candidate": self.outcome,
            "clause": self.clause,
            "also": list(self.reasons[1:]),
            "supplier": self.number,
            "name": self.name,
            "invoices": self.invoices,
            "without_number": self.bare,
            "months": self.months,
            "net": format(self.net, ".2f"),
            "usual_net": None if self.usual_net is None else format(self.usual_net, ".2f"),
            "spread": str(self.spread),
            "account": self.account,
            "same_account": str(self.same_account),
            "refused_way": self.refused_way,
            "newest": list(self.newest),
        }


@clause("EX 1.1-a", "EX 5-a")
def decide_candidates(terms: Terms) -> Decisions:
    """What to propose to a supplier, the change that spares most work first; all that hold are told.

    A way of sending that is not taken is put right first. Equal invoices month after month run under a contract, those
    that are always coded alike by a posting reference; what comes often and unlike is ordered beforehand.
    """
    often = f"bare >= {terms.candidate_invoices}"
    return decide(
        (CANDIDATE_E_INVOICE, "refused_way > 0", "EX 5-a"),
        (
            CANDIDATE_CONTRACT,
            f"months >= {terms.candidate_months} AND usual_net > 0 AND spread <= {terms.candidate_spread}",
            "EX 1.1-a",
        ),
        (
            CANDIDATE_POSTING_REFERENCE,
            f"coded >= {terms.candidate_invoices} AND same_account >= {terms.candidate_same_account}",
            "EX 1.1-a",
        ),
        (CANDIDATE_ORDER, often, "EX 1.1-a"),
        otherwise=(NO_CANDIDATE, "EX 1.1-a"),
    )


@clause("EX 1.1-a")
def candidates(
    unit: Unit, first: date, last: date, most: int | None = None, *, taken: bool = False
) -> list[Candidate]:
    """The suppliers with whom something could be changed, those with the most invoices without a number first."""
    _take_candidates(unit, first, last, taken=taken)
    told = (
        "number, name, invoices, bare, months, net, usual_net, spread, account, same_account, refused_way,"
        " coalesce(newest, '{}') AS newest"
    )
    rule = decide_candidates(terms_of(unit, last)).select("candidates_in_hand", told)
    query = (
        f"SELECT found.* FROM ({rule}) found WHERE outcome <> %(left)s"
        " ORDER BY bare DESC, refused_way DESC, name LIMIT %(most)s"
    )
    return [
        Candidate(**{key: value for key, value in row.items() if key != "standing"})
        for row in rows(query, {"left": NO_CANDIDATE.name, "most": most})
    ]


def _take_candidates(unit: Unit, first: date, last: date, *, taken: bool = False) -> None:
    if not taken:
        take_purchases([unit], first, last)
    values: dict[str, Any] = {"units": [unit.pk], "first": first, "last": last}
    with connection.cursor() as cursor:
        for statement in statements("reskontra.insight", "candidates.sql"):
            cursor.execute(statement, values)
