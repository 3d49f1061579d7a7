"""The agency run: from commercial claims in hand to one case a debtor, in one sealed batch for the agency."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import connection

from reskontra.claims.collection import take_claims_in_hand
from reskontra.claims.interest import take_interest, take_interest_told
from reskontra.claims.letters import income_account
from reskontra.claims.models import Case, CaseClaim, CaseEvent
from reskontra.database.rows import one_row, rows
from reskontra.database.scripts import script, statements
from reskontra.documents.agency import HandOver, HandOverBatch
from reskontra.documents.findings import Finding
from reskontra.exchange import archive
from reskontra.exchange.agencies import hand_over_batch, hand_over_findings
from reskontra.exchange.models import OutboxFile
from reskontra.income.agency.document import Writer
from reskontra.income.agency.rules import COUNTED_ONLY, decide_agency
from reskontra.kernel.terms import Terms
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
  'consumer', nullif(consumer, false)))"""


def decide_claims(unit: Unit, terms: Terms, claims: Sequence[int] | None = None) -> None:
    """Decide the claims of ``unit`` that are past due, or those of ``claims`` (ids), into ``decided``."""
    take_claims_in_hand(unit, terms)
    values: dict[str, Any] = {
        "unit": unit.pk,
        "on": terms.on,
        "claims": None if claims is None else list(claims),
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS agency_subjects, decided")
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
    """Hand claims over to the unit's collection agency. Given ``claims`` (ids), only these are decided."""

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
        """Leave every claim that would now become something else than was planned, or that was not planned."""
        set_aside_changed(run, self.name, *_KEPT_IN)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """One case a debtor with its claims, and the sealed batch that tells the agency of them."""
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS interest_scope")
            cursor.execute(
                "CREATE TEMP TABLE interest_scope ON COMMIT DROP AS"
                " SELECT id AS claim_id, %s::date AS until_date FROM decided WHERE standing = 'READY'",
                [run.on_date],
            )
        take_interest(run.unit)
        take_interest_told(run.unit)
        found = rows(script(_ROOM, "documents.sql"), {"unit": run.unit.pk})
        drawn = list(_drawn(run, terms, found))
        passing = [one for one in drawn if not one.findings]
        rejected = [one.as_json() for one in drawn if one.findings]
        if not passing:
            return Applied(facts={"handed_over": 0, "rejected": rejected})
        first = take_numbers(run.unit, "case", len(passing))
        numbered = [one.numbered(first + place) for place, one in enumerate(passing)]
        file = _seal(run, acting, [one.case for one in numbered])
        _open_cases(run, acting, file, numbered)
        left_out = sum(len(one.claims) for one in drawn if one.findings)
        return Applied(
            _controls(run, numbered, len(found) - left_out),
            [{"kind": file.channel, "name": file.name, "digest": file.digest, "size": file.size}],
            {"handed_over": len(numbered), "rejected": rejected},
        )


def _drawn(run: Run, terms: Terms, found: Sequence[Mapping[str, Any]]) -> Iterator[Drawn]:
    writer = Writer(run.unit, income_account(run.unit, run.on_date), terms)
    customers = Customer.objects.in_bulk({row["payer_id"] for row in found})
    for payer, claims_of in groupby(found, key=lambda row: row["payer_id"]):
        claims = list(claims_of)
        case = writer.case(customers[payer], claims)
        yield Drawn(case, claims, hand_over_findings(case))


def _seal(run: Run, acting: Acting, cases: Sequence[HandOver]) -> OutboxFile:
    name = f"agency-{run.unit.code}-{run.on_date:%Y%m%d}-{run.pk:06d}"
    stored = archive.store([hand_over_batch(HandOverBatch(name, run.on_date, run.unit.code, tuple(cases)))])
    Evidence.objects.create(unit=run.unit, run=run, control="agency batch", document=stored.digest)
    return OutboxFile.objects.create(
        unit=run.unit,
        run=run,
        name=f"{name}.json",
        digest=stored.digest,
        size=stored.size,
        documents=len(cases),
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
        " (SELECT coalesce(sum(e.amount), 0) FROM claims_caseevent e WHERE e.run_id = %(run)s)"
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
