"""After the obstacle: the passive register or the end of collection, with a day to look again (OC 6.3, 6.4)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.claims.collection import take_claims_in_hand
from reskontra.claims.models import FollowUp
from reskontra.claims.steps import Step, block_claims, take_steps
from reskontra.database.rows import one_row, rows
from reskontra.database.scripts import script
from reskontra.documents.enforcement import EnforcementMessage
from reskontra.exchange.models import OutboxFile
from reskontra.income.legal.enforcement import outbox_entry, seal
from reskontra.income.legal.enforcement_document import creditor_of
from reskontra.income.legal.rules import PASSIVE_ENDED, TO_PASSIVE_REGISTER, TO_WRITE_OFF, decide_obstacle
from reskontra.income.legal.run import KEPT_IN, ids
from reskontra.kernel.blocks import stopped_by
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control

PASSIVE_BLOCK, ENDED_BLOCK = "D", "E"

# What a person who asks "why?" wants to see; of a debtor abroad also what collection there puts at risk (OC 6.5-a).
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('open', open::text, 'case', case_number, 'case_open', case_open::text,
  'certificate', certificate, 'certificate_day', certificate_day, 'passive_until', passive_until,
  'procedure', case_procedure,
  'handling_fee', CASE case_procedure WHEN 'limited' THEN {limited} ELSE {normal} END::text,
  'passive_cost', {passive}::text, 'country', CASE WHEN abroad THEN country END,
  'route', CASE WHEN abroad THEN CASE WHEN brussels THEN 'brussels_i' ELSE 'declared_enforceable_first' END END,
  'at_risk', CASE WHEN abroad THEN '["enforcement", "translation", "local_law"]'::jsonb END))"""


class ObstaclesRun:
    """Decide what follows obstacles of the unit's cases. Given ``claims`` (ids), only the cases of these."""

    name = "obstacles"
    lock = "settlement"

    def __init__(self, claims: Sequence[int] | None = None) -> None:
        self.claims = claims

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every claim behind an obstacle into ``decided``."""
        take_claims_in_hand(run.unit, terms)
        values = {
            "unit": run.unit.pk,
            "on": run.on_date,
            "years": terms.passive_register_years,
            "disputes": "".join(sorted(set(stopped_by("legal")) - {PASSIVE_BLOCK, ENDED_BLOCK})),
        }
        inputs = _INPUTS.format(
            limited=terms.enforcement_handling_fee_limited,
            normal=terms.enforcement_handling_fee_normal,
            passive=terms.passive_register_cost,
        )
        scope = "obstacle_subjects"
        if self.claims is not None:
            named = (
                f"SELECT case_id FROM obstacle_subjects WHERE id = ANY (ARRAY[{ids(self.claims)}]::bigint[])"
            )
            scope = f"(SELECT * FROM obstacle_subjects WHERE case_id IN ({named}))"
        query = decide_obstacle(terms).select(scope, f"decided.*, {inputs} AS inputs")
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS obstacle_subjects, decided")
            cursor.execute(script("reskontra.income.legal", "obstacle.sql"), values)
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")

    def record(self, run: Run) -> None:
        """Store what follows each obstacle, and why."""
        record_decisions(run, "obstacle", *KEPT_IN)

    def set_aside(self, run: Run) -> None:
        """Leave every claim to which something else would happen now than was planned."""
        set_aside_changed(run, "obstacle", *KEPT_IN)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Ask for registration, end what has run out, and block the claims: D while registered, E after the end."""
        to_register, ended = (
            _by_case([TO_PASSIVE_REGISTER.name]),
            _by_case([one.name for one in TO_WRITE_OFF]),
        )
        files = [outbox_entry(_register(run, acting, to_register))] if to_register else []
        for claims in ended.values():
            _end(run, acting, terms, claims)
        decided, blocked = one_row(_WRITTEN, {"unit": run.unit.pk, "run": run.pk})
        return Applied(
            [Control("claims with an end or a registration = blocks", str(decided), str(blocked))],
            files=files,
            facts={"registrations": len(to_register), "ended": len(ended)},
        )


_WRITTEN = """
SELECT (SELECT count(*) FROM decided WHERE standing = 'READY'),
  (SELECT count(*) FROM claims_block WHERE unit_id = %(unit)s AND run_id = %(run)s)
"""


def _by_case(outcomes: Sequence[str]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows(
        "SELECT * FROM decided WHERE outcome = ANY (%s) ORDER BY case_number, id", [list(outcomes)]
    ):
        found.setdefault(row["case_id"], []).append(row)
    return found


@clause("OC 6.3-a")
def _register(run: Run, acting: Acting, cases: Mapping[int, Sequence[Mapping[str, Any]]]) -> OutboxFile:
    """Ask for the registration of ``cases`` in one sealed batch, and stop collection while it runs."""
    messages, steps, amount = [], [], Decimal(0)
    for case, claims in cases.items():
        first = claims[0]
        messages.append(
            EnforcementMessage(
                kind="passive_registration",
                case=first["case_number"],
                day=run.on_date,
                certificate_day=first["certificate_day"],
            )
        )
        detail = {
            "until": first["passive_until"].isoformat(),
            "certificate_day": first["certificate_day"].isoformat(),
        }
        steps.append(Step(case, "passive", run.on_date, first["case_open"], detail))
        amount += first["case_open"]
        block_claims(
            run,
            acting,
            [one["id"] for one in claims],
            PASSIVE_BLOCK,
            TO_PASSIVE_REGISTER.name,
            review=first["passive_until"],
            until=first["passive_until"],
        )
    file = seal(run, acting, creditor_of(run), messages, amount)
    take_steps(run, acting, steps, digest=file.digest, file=file)
    return file


def _end(run: Run, acting: Acting, terms: Terms, claims: Sequence[Mapping[str, Any]]) -> None:
    outcome = claims[0]["outcome"]
    if outcome == PASSIVE_ENDED.name:
        take_steps(run, acting, [Step(claims[0]["case_id"], "passive_ended", run.on_date)])
    end_collection(run, acting, terms, {one["id"]: one["open"] for one in claims}, outcome)


@clause("OC 6.4-a")
def end_collection(
    run: Run, acting: Acting, terms: Terms, claims: Mapping[int, Decimal], reason: str
) -> None:
    """Block ``claims`` (what is open of each, by id) with E, and set the day when the debtor is looked at again."""
    by_day: dict[date, list[int]] = {}
    for claim, open_amount in claims.items():
        by_day.setdefault(follow_up_date(terms, run.on_date, open_amount), []).append(claim)
    for again, some in by_day.items():
        block_claims(run, acting, some, ENDED_BLOCK, reason, review=again)
        FollowUp.objects.bulk_create(
            (
                FollowUp(
                    unit=run.unit,
                    run=run,
                    given_at=acting.at,
                    claim_id=claim,
                    day=run.on_date,
                    due_date=again,
                    note=reason,
                )
                for claim in some
            ),
            batch_size=2000,
        )


def follow_up_date(terms: Terms, on: date, open_amount: Decimal) -> date:
    """When a debtor is looked at again after ``on``, by the size of the claim in euro (OC 6.4-a)."""
    large = open_amount > terms.obstacle_follow_up_above
    days: int = terms.obstacle_follow_up_days_large if large else terms.obstacle_follow_up_days
    return on + timedelta(days=days)
