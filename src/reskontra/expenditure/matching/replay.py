"""What if: past invoices decided by the rule itself under other terms, without storing anything (EX 1-a, 3.1-a)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from reskontra.database.rows import rows
from reskontra.expenditure.matching.rules import AUTO_WAITING_CONFIRMATION, MATCHED
from reskontra.expenditure.matching.run import decide_invoices
from reskontra.kernel.clauses import clause
from reskontra.kernel.money import round_cents
from reskontra.kernel.terms import TermNotAllowed, Terms, UnknownTerm, terms_on
from reskontra.purchases.matching import Past
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import RunRefused

_AUTOMATIC = frozenset(one.name for one in MATCHED)


@dataclass(frozen=True, slots=True)
class Changed:
    """An invoice that would have become something else: its number, seller and total in euro, before and after."""

    invoice: int
    number: str
    seller: str
    amount: Decimal
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Replay:
    """How many of ``invoices`` would match under the terms as they are and under the others, and which change."""

    past: Past
    invoices: int
    before: int
    after: int
    changed: tuple[Changed, ...]

    def rate(self, matched: int) -> Decimal:
        """``matched`` in percent of the invoices, with two decimals; nothing of nothing is nothing."""
        return round_cents(Decimal(matched) * 100 / self.invoices) if self.invoices else Decimal("0.00")

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra replay matching --json``."""
        return {
            "from": self.past.first.isoformat(),
            "until": self.past.last.isoformat(),
            "invoices": self.invoices,
            "matched_before": self.before,
            "matched_after": self.after,
            "rate_before": str(self.rate(self.before)),
            "rate_after": str(self.rate(self.after)),
            "changed": [
                {
                    "invoice": one.invoice,
                    "number": one.number,
                    "seller": one.seller,
                    "amount": format(one.amount, ".2f"),
                    "before": one.before,
                    "after": one.after,
                }
                for one in self.changed
            ],
        }


def other_terms(terms: Terms, changes: Mapping[str, str]) -> Terms:
    """``terms`` with other values, also looser ones than a unit may set: they are only looked at.

    Raises ``RunRefused`` for a term that there is not, and ``TermNotAllowed`` for what is no value of the term.
    """
    for key, value in changes.items():
        try:
            terms_on(terms.on, {key: value})
        except UnknownTerm:
            raise RunRefused("replay.unknown_term", term=key) from None
        except TermNotAllowed as problem:
            if problem.reason in ("not_a_value", "not_one_of"):
                raise
    return Terms(terms.on, {**terms.own, **changes})


@clause("EX 3.1-a")
def replay(unit: Unit, on: date, past: Past, changes: Mapping[str, str]) -> Replay:
    """Decide the invoices that came in ``past`` by both sets of terms, each as it was when matching looked at it.

    What was known then counts: receipts, orders, contracts, and what others had taken of them; what a person said of
    the invoice does not. Beside that an invoice that only the other terms match takes its share before later ones.
    ``on`` is the day of the terms. Called inside ``working_in``; what it computes is undone before it returns.
    """
    terms = terms_of(unit, on)
    before = _decided(unit, terms, past)
    after = _decided(unit, other_terms(terms, changes), past)
    changed = tuple(
        Changed(
            key,
            row["number"],
            row["seller_name"],
            row["amount"],
            row["outcome"],
            after[key]["outcome"],
        )
        for key, row in before.items()
        if row["outcome"] != after[key]["outcome"]
    )
    return Replay(past, len(before), _matched(before), _matched(after), changed)


def _decided(unit: Unit, terms: Terms, past: Past) -> dict[int, dict[str, Any]]:
    with transaction.atomic():
        decide_invoices(unit, terms, None, past)
        found = rows(
            "SELECT d.id, i.number, i.seller_name, d.amount, d.outcome,"
            " coalesce(h.by_run AND NOT h.confirmed, false) AS unconfirmed FROM decided d"
            " JOIN purchases_purchaseinvoice i ON i.id = d.id"
            " LEFT JOIN purchases_match_held h ON h.invoice_id = d.id ORDER BY d.id"
        )
        transaction.set_rollback(True)
    return {row["id"]: row for row in found}


def _matched(decided: Mapping[int, Mapping[str, Any]]) -> int:
    """How many are automatic as the report counts them: a match that nobody has confirmed yet is none."""
    return sum(
        1
        for row in decided.values()
        if row["outcome"] in _AUTOMATIC
        and not (row["unconfirmed"] and row["outcome"] == AUTO_WAITING_CONFIRMATION.name)
    )
