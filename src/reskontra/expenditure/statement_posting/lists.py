"""What people look at: lines that wait, standing rules, and what a rule would have done to the statements so far."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.bank.lines import Sought, find_sought, take_every_line_in_hand
from reskontra.database.rows import rows
from reskontra.database.scripts import statements
from reskontra.expenditure.statement_posting.rules import decide_lines
from reskontra.expenditure.statement_posting.run import ROOM, take_statement_in_hand
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Unit
from reskontra.registers.tracking import Tracking


@dataclass(frozen=True)
class DryRun:
    """What a rule would find: ``new`` lines nobody has posted, the ``same`` ones, and those posted ``otherwise``.

    Counts and euro. ``false`` are the latest of those posted otherwise: each speaks against the rule.
    """

    new: int
    new_amount: Decimal
    same: int
    same_amount: Decimal
    otherwise: int
    otherwise_amount: Decimal
    false: list[dict[str, Any]]

    @property
    def hits(self) -> int:
        """All lines that the rule would find."""
        return self.new + self.same + self.otherwise


@clause("EX 10-a")
def try_rule(
    unit: Unit,
    sought: Sought,
    direction: str,
    coding: Tracking,
    *,
    bank_account: int | None = None,
    since: date = date.min,
    most: int = 20,
) -> DryRun:
    """A rule over the statements since ``since``; nothing is written. Called inside ``working_in``."""
    take_every_line_in_hand(unit)
    find_sought(sought, direction, bank_account)
    (query,) = statements(ROOM, "dry_run.sql")
    found = rows(query, {"unit": unit.pk, "since": since, **asdict(coding)})
    told = {kind: [one for one in found if one["found"] == kind] for kind in ("new", "same", "otherwise")}
    sums = {kind: sum((one["amount"] for one in lines), Decimal(0)) for kind, lines in told.items()}
    return DryRun(
        len(told["new"]), sums["new"], len(told["same"]), sums["same"],
        len(told["otherwise"]), sums["otherwise"], told["otherwise"][:most],
    )  # fmt: skip


@clause("EX 10-a")
def waiting_lines(unit: Unit, terms: Terms, most: int = 1000) -> list[dict[str, Any]]:
    """Lines that no posting has, the oldest first, each with what the next run will say of it.

    Called inside ``working_in``.
    """
    take_statement_in_hand(unit)
    query = decide_lines(terms).select(
        "statement_in_hand",
        "decided.id AS line, booking_date, decided.amount, counterparty, payment_information_id, end_to_end_id,"
        " ultimate_debtor, instruction_id, transaction_code, expected",
    )
    return rows(
        f"SELECT * FROM ({query}) told WHERE outcome <> 'NOT_BOOKED' ORDER BY booking_date, line LIMIT %(most)s",
        {"most": most},
    )


def standing_rules(unit: Unit) -> list[dict[str, Any]]:
    """Every standing rule of the unit with how often it has posted. Called inside ``working_in``."""
    return rows(
        "SELECT r.id AS rule, r.position, r.name, r.field, r.pattern, r.direction, r.account, r.clause,"
        " lower(r.validity) AS first, upper(r.validity) - 1 AS last, told.username AS told_by,"
        " approved.username AS approved_by,"
        " (SELECT count(*) FROM bank_lineposting p WHERE p.rule_id = r.id) AS posted"
        " FROM registers_statementrule r JOIN registers_person told ON told.id = r.told_by_id"
        " LEFT JOIN registers_person approved ON approved.id = r.approved_by_id"
        " WHERE r.unit_id = %s ORDER BY r.position, r.id",
        [unit.pk],
    )
