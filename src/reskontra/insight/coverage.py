"""Which debits return without a standing rule, with the rule proposed and what it would have found (EX 10-a)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.bank.lines import PROPOSED, Sought, find_rules, find_sought, take_every_line_in_hand
from reskontra.database.rows import one_row, rows
from reskontra.database.scripts import statements
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Unit


@dataclass(frozen=True)
class Recurring:
    """Debits of one account that look alike and that no rule posts; ``amount`` is their sum in euro, positive.

    ``field`` and ``pattern`` are the rule proposed; ``usual_account`` is where people posted most of them by hand.
    ``would_hit`` counts all debits that the rule would have found so far, ``otherwise`` those of them that a rule or
    a payment file has posted: each speaks against it. ``line`` is the newest, to propose the rule from.
    """

    bank_account: int
    iban: str
    field: str
    pattern: str
    times: int
    amount: Decimal
    first_date: date
    last_date: date
    by_hand: int
    line: int
    counterparty: str
    usual_account: str | None
    would_hit: int
    otherwise: int

    def as_json(self) -> dict[str, Any]:
        """Stable keys; amounts as texts."""
        return {
            **self.__dict__,
            "amount": format(self.amount, ".2f"),
            "first_date": self.first_date.isoformat(),
            "last_date": self.last_date.isoformat(),
        }


@clause("EX 10-a")
def uncovered(unit: Unit, terms: Terms, most: int = 50) -> list[Recurring]:
    """Debits that returned at least as often as the terms say, in the months before their day, the most frequent first.

    Called inside ``working_in``. Raises ``MissingTerm``.
    """
    take_every_line_in_hand(unit)
    find_rules(unit)
    (query,) = statements("reskontra.insight", "coverage.sql")
    (since,) = one_row(
        "SELECT (%s::date - make_interval(months => %s))::date", [terms.on, int(terms.recurrent_debit_months)]
    )
    found = rows(
        query.format(proposed=PROPOSED),
        {
            "unit": unit.pk,
            "since": since,
            "until": terms.on,
            "times": int(terms.recurrent_debit_times),
            "most": most,
        },
    )
    told = []
    for one in found:
        find_sought(Sought(one["field"], one["pattern"]), "out", one["bank_account"])
        hits, otherwise = one_row(
            "SELECT count(*), count(*) FILTER (WHERE p.by IN ('rule', 'payments')) FROM rule_hit r"
            " LEFT JOIN bank_lineposting p ON p.line_id = r.line_id AND p.corrects_id IS NULL"
        )
        told.append(Recurring(**one, would_hit=hits, otherwise=otherwise))
    return told
