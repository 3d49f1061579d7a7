"""Decisions as stored facts: the same for every kind of subject whose decisions are kept one by one."""

from collections.abc import Sequence

from django.db import connection

from reskontra.kernel.sets import Outcome
from reskontra.runs.models import Run

CHANGED_SINCE_PLAN = Outcome("CHANGED_SINCE_PLAN", "LEFT")


def record_decisions(
    run: Run,
    rule: str,
    table: str,
    subject: str,
    counted_only: Sequence[Outcome] = (),
    inputs: str = "inputs",
) -> None:
    """Store the temporary table ``decided`` in ``table`` as what ``run`` decided by ``rule``.

    ``subject`` is the column of ``table`` that names who was decided about. ``counted_only`` are outcomes that nobody
    would question: the run counts them, and they are not stored one by one. ``inputs`` is SQL on the columns of
    ``decided`` that tells what the decision was made of.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table}"
            f" (unit_id, run_id, {subject}, rule, outcome, standing, clause, reasons, inputs, amount)"
            f" SELECT unit_id, %s, id, %s, outcome, standing, clause, reasons, {inputs}, amount"
            " FROM decided WHERE outcome <> ALL (%s) ORDER BY id",
            [run.pk, rule, [outcome.name for outcome in counted_only]],
        )


def set_aside_changed(run: Run, rule: str, table: str, subject: str, inputs: str = "inputs") -> None:
    """Leave, in ``decided``, every subject that ``run`` planned otherwise by ``rule``, or did not plan at all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE decided SET outcome = %s, standing = %s WHERE id IN"
            f" (SELECT d.id FROM (SELECT id, outcome, amount, {inputs} AS inputs FROM decided"
            f"   WHERE standing = 'READY') d LEFT JOIN {table} planned"
            f"  ON planned.{subject} = d.id AND planned.run_id = %s AND planned.rule = %s"
            "  WHERE planned.outcome IS DISTINCT FROM d.outcome"
            "    OR planned.amount <> d.amount OR planned.inputs <> d.inputs)",
            [CHANGED_SINCE_PLAN.name, CHANGED_SINCE_PLAN.standing, run.pk, rule],
        )
