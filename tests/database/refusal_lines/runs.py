"""What the database refuses of runs, by the name of the constraint."""

from database.refusal_lines.line import NOWHERE, Line, line

REFUSED: list[Line] = [
    # Runs
    line("a_run_belongs_to_a_unit", "runs_run", unit_id=NOWHERE),
    line("a_run_is_planned_applied_or_dropped", "runs_run", state="begun"),
    line("an_applied_run_says_when", "runs_run", applied_at=None),
    line("evidence_belongs_to_a_run", "runs_evidence", run_id=NOWHERE),
    line("evidence_agrees", "runs_evidence", actual="2"),
]  # fmt: skip
