"""The agency run: one case a debtor from commercial claims in hand, and what the agency must know of those it has."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import connection

from reskontra.claims.collection import take_claims_in_hand
from reskontra.claims.interest import take_interest, take_interest_told
from reskontra.claims.letters import income_account
from reskontra.claims.models import Case, CaseClaim, CaseEvent
from reskontra.claims.steps import Step, take_steps
from reskontra.database.rows import one_row, rows
from reskontra.database.scripts import script, statements
from reskontra.documents.agency import AgencyMessage, AgencyMessageKind, ChangedClaim, HandOver, HandOverBatch
from reskontra.documents.findings import Finding
from reskontra.exchange import archive
from reskontra.exchange.agencies import hand_over_batch, hand_over_findings
from reskontra.exchange.models import OutboxFile
from reskontra.income.agency.document import Writer
from reskontra.income.agency.rules import (
    AGENCY_CASE_COLLECTED,
    AGENCY_CASE_PAID,
    AGENCY_CASE_STOPS,
    AGENCY_SUMS_CHANGED,
    COUNTED_ONLY,
    decide_agency,
)
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms
from reskontra.kernel.texts import text
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Customer, Unit
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Acting, Applied, Control

_ROOM = "reskontra.income.agency"
_KEPT_IN = ("claims_claimdecision", "claim_id")
_BATCH = 2000

# What a person who asks "why?" wants to see; never a name.
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('open', open::text, 'due_date', due_date, 'reminders', reminders,
  'last_reminder_date', last_reminder_date, 'blocks', nullif(block_codes, ''), 'deferred_until', deferred_until,
  'consumer', nullif(consumer, false), 'case', case_number, 'expected', expected::text))"""


def decide_claims(unit: Unit, terms: Terms, claims: Sequence[int] | None = None) -> None:
    """Decide the claims of ``unit`` that are past due, or those of ``claims`` (ids), into ``decided``."""
    take_claims_in_hand(unit, terms)
    values: dict[str, Any] = {
        "unit": unit.pk,
        "on": terms.on,
        "claims": None if claims is None else list(claims),
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS agency_held, agency_subjects, decided")
        for statement in statements(_ROOM, "subjects.sql"):
            cursor.execute(statement, values)
        query = decide_agency(terms).select("agency_subjects", f"decided.*, {_INPUTS} AS inputs")
        cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")


@dataclass(frozen=True)
class Drawn:
    """A case as it was drawn up, the rows of its claims, and what keeps it from being handed over."""

    case: HandOver
    claims: Sequence[Mapping[str, Any]]
    findings: Sequence[Finding]

    def numbered(self, number: int) -> "Drawn":
        """The same under its case number."""
        return replace(self, case=replace(self.case, number=number))

    def as_json(self) -> dict[str, Any]:
        """What is told of a case that was left out: its invoices, and why."""
        return {
            "invoice": ", ".join(claim.invoice for claim in self.case.claims),
            "findings": [finding.as_json() for finding in self.findings],
        }


class AgencyRun:
    """Hand claims over to the unit's collection agency, and tell it of the cases that it has.

    Given ``claims`` (ids), only these are decided, and the cases that they stand in.
    """

    name = "agency"
    lock = "settlement"

    def __init__(self, claims: Sequence[int] | None = None) -> None:
        self.claims = claims

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every claim that is past due into ``decided``."""
        decide_claims(run.unit, terms, self.claims)

    def record(self, run: Run) -> None:
        """Store why each claim is handed over, waits or is left."""
        record_decisions(run, self.name, *_KEPT_IN, COUNTED_ONLY)

    def set_aside(self, run: Run) -> None:
        """Leave every claim that would now become something else than was planned, or that was not planned.

        A case is told of as a whole, so it waits with the first of its claims.
        """
        set_aside_changed(run, self.name, *_KEPT_IN)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE decided SET outcome = 'CHANGED_SINCE_PLAN', standing = 'LEFT' WHERE standing = 'READY'"
                " AND case_id IN (SELECT case_id FROM decided WHERE outcome = 'CHANGED_SINCE_PLAN')"
            )

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """One case a debtor with its claims, what is told of earlier cases, and the sealed batch of both."""
        told = _told(run)
        take_steps(run, acting, told.ends)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS interest_scope")
            cursor.execute(
                "CREATE TEMP TABLE interest_scope ON COMMIT DROP AS"
                " SELECT id AS claim_id, %s::date AS until_date FROM decided WHERE standing = 'READY' AND NOT live",
                [run.on_date],
            )
        take_interest(run.unit)
        take_interest_told(run.unit)
        found = [
            one
            for one in rows(script(_ROOM, "documents.sql"), {"unit": run.unit.pk})
            if one["id"] not in told.claims
        ]
        drawn = list(_drawn(run, terms, found))
        passing = [one for one in drawn if not one.findings]
        rejected = [one.as_json() for one in drawn if one.findings]
        facts = {"handed_over": len(passing), "told": len(told.messages), "rejected": rejected}
        if not passing and not told.messages:
            return Applied(_steps_control(run, told), facts=facts)
        first = take_numbers(run.unit, "case", len(passing)) if passing else 0
        numbered = [one.numbered(first + place) for place, one in enumerate(passing)]
        file = seal(run, acting, [one.case for one in numbered], told.messages)
        _open_cases(run, acting, file, numbered)
        take_steps(run, acting, told.steps, digest=file.digest, file=file)
        left_out = sum(len(one.claims) for one in drawn if one.findings)
        return Applied(
            [*_controls(run, numbered, len(found) - left_out), *_steps_control(run, told)],
            [{"kind": file.channel, "name": file.name, "digest": file.digest, "size": file.size}],
            facts,
        )


@dataclass
class _Told:
    """What the agency is told of its cases with the steps that this takes, and the cases that end unsaid."""

    claims: set[int] = field(default_factory=set)
    messages: list[AgencyMessage] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    ends: list[Step] = field(default_factory=list)


# What each outcome makes of a case: the message, and why in words.
_MESSAGES: Mapping[str, tuple[AgencyMessageKind, str]] = {
    AGENCY_CASE_PAID.name: ("withdrawn", "paid"),
    AGENCY_CASE_STOPS.name: ("stopped", "block"),
    AGENCY_SUMS_CHANGED.name: ("changed", "sums"),
}


@clause("OC 6.1.2-b", "OC 6.2-a")
def _told(run: Run) -> _Told:
    """The cases whose claims are ready to be told of, as messages and steps; one collected in full ends unsaid."""
    told = _Told()
    found = rows("SELECT * FROM decided WHERE live AND standing = 'READY' ORDER BY case_number, id")
    for (case, number, outcome), group in groupby(
        found, key=lambda row: (row["case_id"], row["case_number"], row["outcome"])
    ):
        claims = list(group)
        told.claims.update(one["id"] for one in claims)
        if outcome == AGENCY_CASE_COLLECTED.name:
            told.ends.append(Step(case, "closed", run.on_date, None, {"reason": "collected"}))
            continue
        kind, reason = _MESSAGES[outcome]
        changed = claims if kind == "changed" else []
        left = {one["id"]: min(one["open"], one["expected"]) for one in changed}
        told.messages.append(
            AgencyMessage(
                case=number,
                message=kind,
                day=run.on_date,
                reason=text(f"agency.reason_{reason}", "fi"),
                claims=tuple(ChangedClaim(one["reference"], left[one["id"]]) for one in changed),
            )
        )
        detail: dict[str, Any] = {"reason": reason}
        if kind == "stopped":
            detail["codes"] = "".join(sorted({code for one in claims for code in one["block_codes"]}))
        if changed:
            detail = {
                "claims": [
                    {"claim": one["id"], "reference": one["reference"], "principal": f"{left[one['id']]:.2f}"}
                    for one in changed
                ]
            }
        amount = sum(left.values(), Decimal(0)) if changed else None
        told.steps.append(Step(case, kind, run.on_date, amount, detail))
    return told


def _steps_control(run: Run, told: _Told) -> list[Control]:
    if not told.claims:
        return []
    (written,) = one_row(
        "SELECT count(*) FROM claims_caseevent WHERE unit_id = %s AND run_id = %s AND kind <> 'applied'",
        [run.unit_id, run.pk],
    )
    expected = len(told.steps) + len(told.ends)
    return [Control("cases told of or ended = their steps", str(expected), str(written))]


def _drawn(run: Run, terms: Terms, found: Sequence[Mapping[str, Any]]) -> Iterator[Drawn]:
    writer = Writer(run.unit, income_account(run.unit, run.on_date), terms)
    customers = Customer.objects.in_bulk({row["payer_id"] for row in found})
    for payer, claims_of in groupby(found, key=lambda row: row["payer_id"]):
        claims = list(claims_of)
        case = writer.case(customers[payer], claims)
        yield Drawn(case, claims, hand_over_findings(case))


def seal(
    run: Run, acting: Acting, cases: Sequence[HandOver], messages: Sequence[AgencyMessage] = ()
) -> OutboxFile:
    """The batch of ``cases`` and ``messages``, written, archived and sealed; it leaves after commit."""
    name = f"agency-{run.unit.code}-{run.on_date:%Y%m%d}-{run.pk:06d}"
    batch = HandOverBatch(name, run.on_date, run.unit.code, tuple(cases), tuple(messages))
    stored = archive.store([hand_over_batch(batch)])
    Evidence.objects.create(unit=run.unit, run=run, control="agency batch", document=stored.digest)
    return OutboxFile.objects.create(
        unit=run.unit,
        run=run,
        name=f"{name}.json",
        digest=stored.digest,
        size=stored.size,
        documents=len(cases) + len(messages),
        amount=sum((one.total for one in cases), Decimal(0)),
        channel="agency",
        built_at=acting.at,
    )


def _open_cases(run: Run, acting: Acting, file: OutboxFile, numbered: Sequence[Drawn]) -> None:
    cases = Case.objects.bulk_create(
        (
            Case(
                unit=run.unit,
                run=run,
                number=one.case.number,
                kind="agency",
                debtor_id=one.claims[0]["payer_id"],
                public_law=False,
                opened_date=run.on_date,
            )
            for one in numbered
        ),
        batch_size=_BATCH,
    )
    together = list(zip(cases, numbered, strict=True))
    CaseClaim.objects.bulk_create(
        (
            CaseClaim(
                unit=run.unit,
                case=case,
                claim_id=claim["id"],
                principal=handed.principal,
                costs=handed.costs,
                interest_from=claim["interest_from"],
                interest_pauses=claim["interest_pauses"],
                interest_ground=handed.interest_ground or "none",
                provision=handed.basis[:350],
            )
            for case, one in together
            for claim, handed in zip(one.claims, one.case.claims, strict=True)
        ),
        batch_size=_BATCH,
    )
    CaseEvent.objects.bulk_create(
        (
            CaseEvent(
                unit=run.unit,
                run=run,
                case=case,
                position=1,
                kind="applied",
                day=run.on_date,
                amount=one.case.total,
                detail={"contents": sorted(key for key, told in one.case.contents.items() if told)},
                given_at=acting.at,
                digest=file.digest,
                file=file,
            )
            for case, one in together
        ),
        batch_size=_BATCH,
    )


def _controls(run: Run, numbered: Sequence[Drawn], decided: int) -> list[Control]:
    """The facts, read back, against what was decided and what the batch says."""
    claims, principal, told = one_row(
        "SELECT count(*), coalesce(sum(cc.principal), 0),"
        " (SELECT coalesce(sum(e.amount), 0) FROM claims_caseevent e"
        "  WHERE e.run_id = %(run)s AND e.kind = 'applied')"
        " FROM claims_caseclaim cc JOIN claims_case k ON k.id = cc.case_id WHERE k.run_id = %(run)s",
        {"run": run.pk},
    )
    capital = sum((one.case.principal for one in numbered), Decimal(0))
    total = sum((one.case.total for one in numbered), Decimal(0))
    return [
        Control("claims decided = claims in the cases", str(decided), str(claims)),
        Control("capital of the batch = that of the cases", f"{capital:.2f}", f"{principal:.2f}"),
        Control("total of the batch = that of the steps", f"{total:.2f}", f"{told:.2f}"),
    ]
