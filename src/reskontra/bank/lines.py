"""Statement lines in hand, and what standing rules say of them: the vocabulary of statement posting (EX 10-a)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from reskontra.database.rows import rows
from reskontra.database.scripts import statements
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit
from reskontra.registers.tracking import DIMENSIONS

_ROOM = "reskontra.bank"

# What a rule posts a line to. Two rules that say the same do not contradict each other.
CODING = ("account", *DIMENSIONS)

# The identifiers that a rule is proposed by, the most telling first: those that EX 10 names, then who and what.
IDENTIFIERS = (
    "payment_information_id",
    "ultimate_debtor",
    "instruction_id",
    "end_to_end_id",
    "counterparty_account",
    "counterparty",
    "transaction_code",
)
_WITH_A_NUMBER = frozenset({"payment_information_id", "instruction_id", "end_to_end_id"})


@dataclass(frozen=True)
class Sought:
    """What a rule looks for: ``pattern`` in ``field``, equal, or beginning with it when it ends in ``*``."""

    field: str
    pattern: str


def _proposed(field: str) -> str:
    """The pattern that one value proposes: what stands before the number of an id, or the value itself."""
    if field not in _WITH_A_NUMBER:
        return f"nullif({field}, '')"
    return (
        f"CASE WHEN {field} ~ '^[^0-9]{{3,}}[0-9]' THEN regexp_replace({field}, '[0-9].*$', '') || '*'"
        f" WHEN {field} !~ '[0-9]' THEN nullif({field}, '') END"
    )


# SQL over a row of ``lines_in_hand``: field and pattern of the most telling identifier that returns every time.
PROPOSED = (
    "(SELECT field, pattern FROM (VALUES "
    + ", ".join(f"({place}, '{field}', {_proposed(field)})" for place, field in enumerate(IDENTIFIERS))
    + ") told (place, field, pattern) WHERE pattern IS NOT NULL ORDER BY place LIMIT 1)"
)


@clause("EX 10-a")
def take_lines_in_hand(unit: Unit, lines: Sequence[int] | None = None) -> None:
    """Fill the temporary table ``lines_in_hand``: lines that are not posted yet, or just ``lines`` (ids).

    Called inside ``working_in``.
    """
    _run("lines.sql", {"unit": unit.pk, "lines": list(lines) if lines is not None else None})


def take_every_line_in_hand(unit: Unit) -> None:
    """Fill ``lines_in_hand`` with every booked line, posted or not: history to try a rule on. Inside ``working_in``."""
    found = rows(
        "SELECT id FROM bank_line WHERE unit_id = %s AND source = 'camt.053' AND kind = 'other'", [unit.pk]
    )
    take_lines_in_hand(unit, [one["id"] for one in found])


@clause("EX 10-a", "EX 10-b")
def find_rules(unit: Unit) -> None:
    """Fill ``rule_hit``: for each line in hand the first approved rule of the unit that knows it.

    ``sayings`` counts the different codings of the rules of that position. Called after ``take_lines_in_hand``.
    """
    says = " || '|' || ".join(CODING)
    _compare(
        "SELECT id, position, bank_account_id, field, upper(rtrim(pattern, '*')) AS wanted,"
        f" pattern LIKE '%%*' AS beginning, direction, validity, {says} AS says, clause FROM registers_statementrule"
        " WHERE unit_id = %(unit)s AND approved_by_id IS NOT NULL",
        {"unit": unit.pk},
    )


def find_sought(sought: Sought, direction: str, bank_account: int | None) -> None:
    """Fill ``rule_hit`` with the lines in hand that one thing ``sought`` would find, on every day."""
    _compare(
        "SELECT 0::bigint AS id, 0 AS position, %(bank_account)s::bigint AS bank_account_id, %(field)s::text AS field,"
        " upper(rtrim(%(pattern)s, '*')) AS wanted, %(pattern)s LIKE '%%*' AS beginning,"
        " %(direction)s::text AS direction, daterange(NULL, NULL) AS validity, ''::text AS says, ''::text AS clause",
        {
            "bank_account": bank_account,
            "field": sought.field,
            "pattern": sought.pattern,
            "direction": direction,
        },
    )


def proposed_for(unit: Unit, line: int) -> Sought | None:
    """What a rule for a line like this one would look for; None when nothing on it returns. Inside ``working_in``."""
    take_lines_in_hand(unit, [line])
    found = rows(f"SELECT p.field, p.pattern FROM lines_in_hand h CROSS JOIN LATERAL {PROPOSED} p")
    return Sought(**found[0]) if found else None


def _compare(rules: str, values: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS rule_in_hand, rule_hit")
        cursor.execute(f"CREATE TEMP TABLE rule_in_hand ON COMMIT DROP AS {rules}", values)
    _run("rules.sql", {})


def _run(name: str, values: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        for statement in statements(_ROOM, name):
            cursor.execute(statement, values)
