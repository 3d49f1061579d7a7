"""The court run: from private-law claims in hand to one limited application a debtor, in one sealed batch."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any, TypeVar

from django.db import connection

from reskontra.claims.collection import take_claims_in_hand
from reskontra.claims.interest import take_interest_told
from reskontra.claims.letters import income_account
from reskontra.claims.models import Case, CaseClaim, CaseEvent, Cost
from reskontra.database.rows import one_row, rows
from reskontra.database.scripts import script, statements
from reskontra.documents.findings import Finding
from reskontra.documents.summons import Summons, SummonsBatch, Withdrawal
from reskontra.exchange import archive
from reskontra.exchange.models import OutboxFile
from reskontra.exchange.summonses import summons_batch, summons_findings
from reskontra.income.legal.court_document import Court, Writer
from reskontra.income.legal.court_rules import COUNTED_ONLY, decide_court
from reskontra.kernel.clauses import clause, known
from reskontra.kernel.courts import TARIFFS, Fee, LegalCost, MissingCourtData, court_fee, courts, legal_cost
from reskontra.kernel.terms import TermNotAllowed, Terms, all_terms
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Customer, Unit
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Acting, Applied, Control, RunRefused

_ROOM = "reskontra.income.legal"
_KEPT_IN = ("claims_claimdecision", "claim_id")
_BATCH = 2000
_Answer = TypeVar("_Answer")

# What a person who asks "why?" wants to see; never a name.
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('open', open::text, 'due_date', due_date, 'reminders', reminders,
  'last_reminder_due', last_reminder_due, 'blocks', nullif(block_codes, ''), 'deferred_until', deferred_until,
  'court', court, 'court_stated', nullif(stated_court IS NOT NULL, false), 'relies_on', relies_on_kind))"""


def decide_claims(unit: Unit, terms: Terms, claims: Sequence[int] | None = None) -> None:
    """Decide the private-law claims of ``unit`` that are past due, or those of ``claims`` (ids), into ``decided``."""
    take_claims_in_hand(unit, terms)
    take_interest_told(unit, claims)
    values: dict[str, Any] = {
        "unit": unit.pk,
        "on": terms.on,
        "claims": None if claims is None else list(claims),
        "areas": json.dumps([asdict(area) for area in courts().areas]),
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS court_subjects, decided")
        for statement in statements(_ROOM, "court_subjects.sql"):
            cursor.execute(statement, values)
        query = decide_court(terms).select("court_subjects", f"decided.*, {_INPUTS} AS inputs")
        cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")


@dataclass(frozen=True)
class Asked:
    """What is asked of the other party at court, euro: legal costs with their maximum, and the court fee."""

    legal_cost: Decimal
    court_fee: Decimal
    maximum: LegalCost


@clause("OC 6.2.6-a")
def costs_at_court(principal: Decimal, terms: Terms) -> Asked:
    """Legal costs and court fee of a limited application for ``principal`` euro that becomes pending on the terms' day.

    Where the maximum already holds the court fee, it is not asked for on top (before 2011). Raises ``RunRefused``
    when nothing is known for the day, ``TermNotAllowed`` for a tariff that there is not.
    """
    tariff = next((one for one in TARIFFS if one == terms.legal_cost_tariff), None)
    if tariff is None:
        raise TermNotAllowed(all_terms()["legal_cost_tariff"], terms.legal_cost_tariff, "not_a_value")
    maximum = _known(lambda: legal_cost(principal, terms.on, tariff))
    fee = fee_at_court("direct" if terms.summons_channel == "direct" else "other_channel", terms)
    if maximum.fee_included:
        return Asked(max(maximum.amount - fee, Decimal(0)), fee, maximum)
    return Asked(maximum.amount, fee, maximum)


def fee_at_court(item: Fee, terms: Terms) -> Decimal:
    """The court fee of a matter that becomes pending on the terms' day; raises ``RunRefused`` when it is not known."""
    return _known(lambda: court_fee(item, terms.on))


def _known(ask: Callable[[], _Answer]) -> _Answer:
    try:
        return ask()
    except MissingCourtData as missing:
        raise RunRefused("court.data_missing", what=str(missing)) from missing


@dataclass(frozen=True)
class Drawn:
    """An application as it was drawn up, the rows of its claims, and what keeps it from going out."""

    summons: Summons
    claims: Sequence[Mapping[str, Any]]
    findings: Sequence[Finding]

    def numbered(self, number: int) -> "Drawn":
        """The same under its case number."""
        return replace(self, summons=replace(self.summons, number=number))

    def as_json(self) -> dict[str, Any]:
        """What is told of an application that was left out: its invoices, and why."""
        return {
            "invoice": ", ".join(demand.invoice for demand in self.summons.demands),
            "findings": [finding.as_json() for finding in self.findings],
        }


class CourtRun:
    """Apply for a summons. Given ``claims`` (ids), only these are decided."""

    name = "court"
    lock = "settlement"

    def __init__(self, claims: Sequence[int] | None = None) -> None:
        self.claims = claims

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every private-law claim that is past due into ``decided``."""
        decide_claims(run.unit, terms, self.claims)

    def record(self, run: Run) -> None:
        """Store why each claim goes to court, waits or is left."""
        record_decisions(run, self.name, *_KEPT_IN, COUNTED_ONLY)

    def set_aside(self, run: Run) -> None:
        """Leave every claim that would now become something else than was planned, or that was not planned."""
        set_aside_changed(run, self.name, *_KEPT_IN)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """One application a debtor: the cases with their claims and costs, and the sealed batch."""
        found = rows(script(_ROOM, "court_documents.sql"), {"unit": run.unit.pk})
        if not found:
            return Applied()
        drawn = list(self._drawn(run, terms, found))
        passing = [one for one in drawn if not one.findings]
        rejected = [one.as_json() for one in drawn if one.findings]
        if not passing:
            return Applied(facts={"applications": 0, "rejected": rejected})
        first = take_numbers(run.unit, "case", len(passing))
        numbered = [one.numbered(first + place) for place, one in enumerate(passing)]
        file = seal(run, acting, [one.summons for one in numbered])
        _open_cases(run, acting, file, numbered)
        left_out = sum(len(one.claims) for one in drawn if one.findings)
        return Applied(
            _controls(run, numbered, len(found) - left_out),
            [{"kind": file.channel, "name": file.name, "digest": file.digest, "size": file.size}],
            {"applications": len(numbered), "rejected": rejected},
        )

    def _drawn(self, run: Run, terms: Terms, found: Sequence[Mapping[str, Any]]) -> "Iterator[Drawn]":
        account = income_account(run.unit, run.on_date)
        writer = Writer(run.unit, account, terms)
        customers = Customer.objects.in_bulk({row["payer_id"] for row in found})
        for payer, claims_of in groupby(found, key=lambda row: row["payer_id"]):
            claims = list(claims_of)
            asked = costs_at_court(sum((row["open"] for row in claims), Decimal(0)), terms)
            court = Court(claims[0]["court"], asked.legal_cost, asked.maximum.amount, asked.court_fee)
            summons = writer.summons(customers[payer], claims, court)
            yield Drawn(summons, claims, summons_findings(summons))


def seal(
    run: Run, acting: Acting, applications: Sequence[Summons], withdrawals: Sequence[Withdrawal] = ()
) -> OutboxFile:
    """The batch of ``applications`` and ``withdrawals``, written, archived and sealed; it leaves after commit."""
    name = f"summons-{run.unit.code}-{run.on_date:%Y%m%d}-{run.pk:06d}"
    batch = SummonsBatch(name, run.on_date, run.unit.code, tuple(applications), tuple(withdrawals))
    stored = archive.store([summons_batch(batch)])
    Evidence.objects.create(unit=run.unit, run=run, control="summons batch", document=stored.digest)
    return OutboxFile.objects.create(
        unit=run.unit,
        run=run,
        name=f"{name}.xml",
        digest=stored.digest,
        size=stored.size,
        documents=len(applications) + len(withdrawals),
        amount=sum((one.principal for one in applications), Decimal(0)),
        channel="court",
        built_at=acting.at,
    )


def _open_cases(run: Run, acting: Acting, file: OutboxFile, numbered: Sequence[Drawn]) -> None:
    cases = Case.objects.bulk_create(
        (
            Case(
                unit=run.unit,
                run=run,
                number=one.summons.number,
                kind="court",
                debtor_id=one.claims[0]["payer_id"],
                public_law=False,
                opened_date=run.on_date,
                procedure="limited",
                court=one.summons.court,
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
                principal=demand.principal,
                costs=demand.costs,
                interest_from=claim["interest_from"],
                interest_pauses=claim["interest_pauses"],
                interest_ground=demand.interest_ground or "none",
                provision=f"{demand.relies_on_kind}: {demand.relies_on}",
            )
            for case, one in together
            for claim, demand in zip(one.claims, one.summons.demands, strict=True)
        ),
        batch_size=_BATCH,
    )
    # The costs of a case stand on its oldest claim: they are one sum for the whole application.
    Cost.objects.bulk_create(
        (
            Cost(
                unit=run.unit,
                run=run,
                claim_id=one.claims[0]["id"],
                case=case,
                kind=kind,
                day=run.on_date,
                amount=amount,
                clause=known("OC 6.2.6-a"),
            )
            for case, one in together
            for kind, amount in (("legal_cost", one.summons.legal_cost), ("court_fee", one.summons.court_fee))
            if amount > 0
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
                amount=one.summons.principal,
                detail={
                    "court": one.summons.court,
                    "channel": one.summons.channel,
                    "legal_cost": f"{one.summons.legal_cost:.2f}",
                    "court_fee": f"{one.summons.court_fee:.2f}",
                },
                given_at=acting.at,
                digest=file.digest,
                file=file,
            )
            for case, one in together
        ),
        batch_size=_BATCH,
    )


def _controls(run: Run, numbered: Sequence[Drawn], decided: int) -> list[Control]:
    """The facts, read back, against what the applications say and against what was decided."""
    claims, principal, costs = one_row(
        "SELECT count(*), coalesce(sum(cc.principal), 0),"
        " (SELECT coalesce(sum(amount), 0) FROM claims_cost WHERE run_id = %(run)s)"
        " FROM claims_caseclaim cc JOIN claims_case k ON k.id = cc.case_id WHERE k.run_id = %(run)s",
        {"run": run.pk},
    )
    applications = [one.summons for one in numbered]
    capital = sum((one.principal for one in applications), Decimal(0))
    asked = sum((one.legal_cost + one.court_fee for one in applications), Decimal(0))
    return [
        Control("claims decided = claims in the cases", str(decided), str(claims)),
        Control("capital of applications = that of the cases", f"{capital:.2f}", f"{principal:.2f}"),
        Control("costs of applications = those of the cases", f"{asked:.2f}", f"{costs:.2f}"),
    ]
