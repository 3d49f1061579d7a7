"""The reminder run: set by set from claims in hand to letters, reminders and costs. Nothing is posted."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.claims.collection import take_claims_in_hand
from reskontra.claims.interest import take_interest_told
from reskontra.claims.letters import write_letters
from reskontra.database.rows import one_row, rows
from reskontra.database.scripts import script, statements
from reskontra.income.reminders.gate import require_bank_material
from reskontra.income.reminders.letter import Writer
from reskontra.income.reminders.rules import NOT_YET_DUE, decide_costs, decide_reminders
from reskontra.kernel.caps import all_caps
from reskontra.kernel.days import due_date
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Customer, Unit
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control

_ROOM = "reskontra.income.reminders"
_TABLES = (
    "payments_waiting, claims_credited, claims_promised, claims_to_remind, invoices_sent, cost_subjects,"
    " costs_decided, decided"
)
_KEPT_IN = ("claims_claimdecision", "claim_id")

# What a person who asks "why?" wants to see; never a name.
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('open', open::text, 'due_date', due_date,
  'reminders', reminders, 'last_reminder_due', last_reminder_due, 'blocks', nullif(block_codes, ''),
  'deferred_until', deferred_until, 'cost', cost::text, 'cost_why', cost_outcome, 'left_out', left_out))"""
# Only claims that are reminded have a cost, and costs that are told of.
_DECIDED = """decided.*, NULL::numeric AS costs_open, NULL::numeric AS cost, NULL::text AS cost_outcome,
  NULL::text AS cost_clause"""
_WITH_COSTS = """
UPDATE decided SET costs_open = k.costs_open, cost = k.cost, cost_outcome = k.outcome, cost_clause = k.clause
FROM costs_decided k WHERE k.id = decided.id
"""


def decide_claims(unit: Unit, terms: Terms, claims: Sequence[int] | None = None) -> None:
    """Decide every claim in hand of ``unit``, or those of ``claims`` (ids), into the temporary table ``decided``.

    ``cost`` is what the reminder of a claim that is READY costs in euro, ``cost_outcome`` and ``cost_clause`` say why.
    """
    take_claims_in_hand(unit, terms)
    values: dict[str, Any] = {
        "unit": unit.pk,
        "on": terms.on,
        "claims": None if claims is None else list(claims),
        "collection_cost": terms.collection_cost,
        "caps": _caps_on(terms.on),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_TABLES}")
        for statement in statements(_ROOM, "waiting.sql"):
            cursor.execute(statement, values)
        query = decide_reminders(terms).select(f"({script(_ROOM, 'subjects.sql')})", _DECIDED)
        cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}", values)
        # A plan is compared with it: of unknown size, it would be met row by row.
        cursor.execute("ANALYZE decided (id, standing)")
        for statement in statements(_ROOM, "costs.sql"):
            cursor.execute(statement, values)
        costs = decide_costs(terms).select("cost_subjects", "decided.*")
        within = "CASE WHEN standing = 'READY' THEN cost_within ELSE 0 END"
        cursor.execute(
            "CREATE TEMP TABLE costs_decided ON COMMIT DROP AS"
            f" SELECT id, costs_open, outcome, clause, {within} AS cost FROM ({costs}) told"
        )
        cursor.execute(_WITH_COSTS)


class ReminderRun:
    """Remind the unit's debtors. Given ``claims`` (ids), only these."""

    name = "reminders"
    lock = "settlement"

    def __init__(self, claims: Sequence[int] | None = None) -> None:
        self.claims = claims

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every claim in hand into ``decided``; raises ``RunRefused`` while bank material is not in to date."""
        require_bank_material(run.unit, run.on_date, terms.bank_material_lag_days)
        decide_claims(run.unit, terms, self.claims)

    def record(self, run: Run) -> None:
        """Store why each claim that is due is reminded, waits or is left; those not due are only counted."""
        record_decisions(run, self.name, *_KEPT_IN, counted_only=(NOT_YET_DUE,), inputs=_INPUTS)

    def set_aside(self, run: Run) -> None:
        """Leave every claim that would now be reminded otherwise than was planned."""
        set_aside_changed(run, self.name, *_KEPT_IN, inputs=_INPUTS)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write letters, reminders and costs; letters get their numbers last."""
        waiting = {"payments_waiting": one_row("SELECT count(*) FROM payments_waiting")[0]}
        take_interest_told(run.unit)
        told = rows(script(_ROOM, "letters.sql"))
        if not told:
            return Applied(facts={"reminders": 0, **waiting})
        due = due_date(run.on_date, terms.reminder_term_days)
        receivers = Customer.objects.in_bulk({row["receiver_id"] for row in told} | _of_others(told))
        writer = Writer(run.unit, terms, due)
        letters = write_letters(run, [(row["receiver_id"], writer.letter(row, receivers)) for row in told])
        self._write(run, due, [row["id"] for row in told], [letter.pk for letter in letters])
        controls = _controls(run)
        reminders, costs = controls[0].actual, controls[2].actual
        return Applied(controls, facts={"reminders": int(reminders), "costs": costs, **waiting})

    def _write(self, run: Run, due: date, claims: list[int], letters: list[int]) -> None:
        values: dict[str, Any] = {
            "unit": run.unit.pk, "run": run.pk, "on": run.on_date, "due": due, "claims": claims, "letters": letters,
        }  # fmt: skip
        with connection.cursor() as cursor:
            for statement in statements(_ROOM, "facts.sql"):
                cursor.execute(statement, values)


def _of_others(told: Sequence[dict[str, Any]]) -> set[int]:
    """The payers whose letter goes to somebody else, and must name them."""
    return {row["payer_id"] for row in told if row["payer_id"] != row["receiver_id"]}


def _caps_on(day: date) -> str:
    """The caps on a reminder and on all costs together that are in force on ``day``, as JSON; amounts as text."""
    return json.dumps(
        [
            {
                "item": cap.item,
                "consumer": cap.debtor == "consumer",
                "enforceable": enforceable,
                "over": cap.over and str(cap.over),
                "up_to": cap.up_to and str(cap.up_to),
                "value": str(cap.value),
            }
            for cap in all_caps()
            if cap.item in ("reminder", "total")
            and cap.valid_from <= day
            and (cap.valid_to is None or day <= cap.valid_to)
            for enforceable in (True, False)
            if cap.enforceable in ("any", "yes" if enforceable else "no")
        ]
    )


# What was decided, and what was written, read back from the facts.
_WRITTEN = """
SELECT d.count, d.open, d.cost, r.count, r.open, k.amount, l.count
FROM (SELECT count(*) AS count, coalesce(sum(open), 0) AS open, coalesce(sum(cost), 0) AS cost
      FROM decided WHERE standing = 'READY') d,
  (SELECT count(*) AS count, coalesce(sum(open), 0) AS open FROM claims_reminder
   WHERE unit_id = %(unit)s AND run_id = %(run)s) r,
  (SELECT coalesce(sum(amount), 0) AS amount FROM claims_cost WHERE unit_id = %(unit)s AND run_id = %(run)s) k,
  (SELECT count(*) AS count FROM claims_letter WHERE unit_id = %(unit)s AND run_id = %(run)s) l
"""


def _controls(run: Run) -> list[Control]:
    count, still_open, cost, reminders, reminded, costs, letters = one_row(
        _WRITTEN, {"unit": run.unit.pk, "run": run.pk}
    )
    return [
        Control("claims to remind = reminders", str(count), str(reminders)),
        Control("open of these claims = of the reminders", _money(still_open), _money(reminded)),
        Control("costs decided = costs of the reminders", _money(cost), _money(costs)),
        Control("letters = reminders", str(letters), str(reminders)),
    ]


def _money(amount: Decimal) -> str:
    return format(amount, ".2f")
