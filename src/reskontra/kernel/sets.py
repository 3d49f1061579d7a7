"""Rules over sets: a table of outcomes in order of precedence becomes one SQL ``CASE``.

A rule decides every subject it is given, also the ones that are left alone, and says by which clause. It runs
inside PostgreSQL, so the same rule serves one order and a million.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from reskontra.kernel.clauses import known

Standing = Literal["READY", "REVIEW", "RETURNED", "WAITING", "LEFT"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What can become of a subject. ``standing`` is what follows: go on, be reviewed, go back, wait, be left."""

    name: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Case:
    """One row of a rule: the outcome, the condition on the subject's columns (SQL), and the clause."""

    outcome: Outcome
    when: str
    clause: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """A rule ready to decide. The first case that holds decides; all that hold are the reasons."""

    cases: Sequence[Case]

    def select(self, subjects: str, columns: str = "*") -> str:
        """SQL that gives every row of ``subjects`` its ``outcome``, ``standing``, ``clause`` and ``reasons``.

        ``subjects`` is a table name or a bracketed query; parameters of the conditions stay as they are
        written. ``reasons`` is a JSON array of the outcomes of all cases that hold, in order of precedence.
        """
        ranks = " ".join(f"WHEN {case.when} THEN {rank}" for rank, case in enumerate(self.cases, 1))
        also = ", ".join(f"CASE WHEN {case.when} THEN '{case.outcome.name}' END" for case in self.cases[:-1])
        return (
            f"SELECT {columns}, {_pick(case.outcome.name for case in self.cases)} AS outcome,"
            f" {_pick(case.outcome.standing for case in self.cases)} AS standing,"
            f" {_pick(case.clause for case in self.cases)} AS clause,"
            f" CASE WHEN decided.rank = {len(self.cases)} THEN '[]'::jsonb"
            f" ELSE to_jsonb(array_remove(ARRAY[{also}]::text[], NULL)) END AS reasons"
            f" FROM (SELECT subject.*, CASE {ranks} END AS rank FROM {subjects} subject OFFSET 0) decided"
        )


def _pick(values: Iterable[str]) -> str:
    return "(ARRAY[" + ", ".join(f"'{value}'" for value in values) + "])[decided.rank]"


def decide(*rows: tuple[Outcome, str, str], otherwise: tuple[Outcome, str]) -> Decisions:
    """A rule from its rows ``(outcome, condition, clause)`` in order of precedence.

    Raises ``UnknownClause`` for a clause that the register does not hold.
    """
    cases = [Case(outcome, f"({when})", known(clause)) for outcome, when, clause in rows]
    return Decisions((*cases, Case(otherwise[0], "true", known(otherwise[1]))))
