"""The agency's report, laid to its cases: demands with their cost, money collected, and what it gives back (OC 6.1.4).

Nothing in a report stops the rest of it: a row that cannot be used is returned with its finding. What the agency has
told before, by its own name for it, changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reskontra.claims.models import Case, CaseClaim, CaseEvent, Claim, Cost, FeeDeducted
from reskontra.claims.steps import UNMOVED
from reskontra.database.rows import one_row, rows
from reskontra.documents.agency import AgencyReport, AgencyRow
from reskontra.documents.findings import Finding
from reskontra.exchange.inbox import Received
from reskontra.exchange.messages import message
from reskontra.income.agency.document import limits
from reskontra.kernel.clauses import clause, known
from reskontra.ledger.models import Entry, Voucher
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Customer
from reskontra.registers.policy import require
from reskontra.registers.posting import posting_account
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Acting, RunRefused, lock

_CLAUSE = "OC 6.1.4-a"
_OVER = frozenset({"closed", "withdrawn", "returned"})
# Where we may have ended the case before the agency says that it has. Money may have crossed a withdrawal on its way.
_ENDED_BY_US = frozenset({"closed", "withdrawn"})
_OUTCOMES = ("accepted", "known", "returned")


@dataclass(frozen=True)
class AgencyTaken:
    """What became of each row of a report; ``fees`` is what the agency kept, euro, and was posted."""

    outcomes: Sequence[tuple[int, str, Sequence[Finding]]]
    fees: Decimal
    run: int
    before: str = ""

    kind = "agency_report"

    def count(self, outcome: str) -> int:
        """How many rows ended as ``outcome``."""
        return sum(1 for _, one, _ in self.outcomes if one == outcome)

    def as_json(self, language: str) -> dict[str, Any]:
        """The contract of ``reskontra import --json`` for the file."""
        return {
            "kind": self.kind,
            "read": len(self.outcomes),
            **{outcome: self.count(outcome) for outcome in _OUTCOMES},
            "fees": f"{self.fees:.2f}",
            "reasons": [
                {**finding.as_json(), "outcome": outcome, "message": message(finding, language)}
                for _, outcome, findings in self.outcomes
                for finding in findings
            ],
            "run": self.run,
            "before": self.before or None,
        }


@clause("OC 6.1.4-a")
def take_in_agency_report(acting: Acting, received: Received, report: AgencyReport, on: date) -> AgencyTaken:
    """Lay every row of ``report`` to its case. Called inside ``working_in``; raises ``NotAllowed``.

    The same file again changes nothing: what it tells is known by the agency's own names.
    """
    require(acting.person, "import", acting.unit, acting.day)
    lock(acting.unit, "settlement")
    run = Run.objects.create(
        unit=acting.unit, name="agency_report", on_date=on, person=acting.person, planned_at=acting.at
    )
    laying = _Laying(acting, run, received.file.digest, report, on)
    outcomes = [laying.lay(row) for row in report.rows]
    fees = _post(run, laying.kept)
    _keep_evidence(run, received.file.digest, fees)
    run.state, run.applied_at = "applied", acting.at
    run.outcomes = [
        {"outcome": one, "clause": _CLAUSE, "count": sum(1 for _, found, _ in outcomes if found == one)}
        for one in _OUTCOMES
    ]
    run.save()
    before = received.file.received_at.isoformat() if received.before else ""
    return AgencyTaken(outcomes, fees, run.pk, before)


@dataclass
class _Standing:
    """A case with all that a row is laid beside."""

    case: Case
    consumer: bool
    principal: Decimal
    claims: Mapping[str, Claim]
    told: set[str]
    state: str
    state_day: date
    position: int


@dataclass
class _Laying:
    """The cases of the unit that the report names, as they stand row after row."""

    acting: Acting
    run: Run
    digest: str
    report: AgencyReport
    on: date
    kept: list[tuple[Claim, CaseEvent, Decimal]] = field(default_factory=list)
    _cases: dict[int, _Standing | None] = field(default_factory=dict)

    def lay(self, row: AgencyRow) -> tuple[int, str, Sequence[Finding]]:
        """The outcome of one row, with the findings that return it."""
        wrong = [finding for finding in self.report.findings if finding.row == row.row]
        if wrong:
            return row.row, "returned", wrong
        assert row.case is not None  # or a finding said so
        standing = self._case(row.case)
        if standing is not None and row.id in standing.told:
            return row.row, "known", ()
        if standing is not None and row.kind == "closed" and standing.state in _ENDED_BY_US:
            return row.row, "known", ()
        finding = self._finding(row, standing)
        if finding is not None:
            return row.row, "returned", [finding]
        assert standing is not None
        self._take(row, standing)
        return row.row, "accepted", ()

    def _case(self, number: int) -> _Standing | None:
        if number not in self._cases:
            self._cases[number] = self._standing(number)
        return self._cases[number]

    def _standing(self, number: int) -> _Standing | None:
        unit = self.acting.unit
        case = Case.objects.filter(unit=unit, number=number, kind="agency").first()
        if case is None:
            return None
        events = list(CaseEvent.objects.filter(unit=unit, case=case).order_by("position"))
        moved = [one for one in events if one.kind not in UNMOVED]
        in_case = CaseClaim.objects.filter(unit=unit, case=case).select_related("claim").order_by("id")
        return _Standing(
            case=case,
            consumer=Customer.objects.get(pk=case.debtor_id).kind in ("person", "foreign_person"),
            principal=sum((one.principal for one in in_case), Decimal(0)),
            claims={one.claim.reference: one.claim for one in in_case},
            told={event.told_as for event in events if event.told_as},
            state=moved[-1].kind if moved else "",
            state_day=moved[-1].day if moved else case.opened_date,
            position=events[-1].position if events else 0,
        )

    def _finding(self, row: AgencyRow, standing: _Standing | None) -> Finding | None:
        """What returns a row that can be read, or None."""
        assert row.day is not None
        if standing is None:
            return self._wrong(row, "agency_case_unknown", value=str(row.case))
        if standing.state in _OVER and not (row.kind == "collected" and standing.state == "withdrawn"):
            return self._wrong(row, "agency_case_over", value=str(row.case))
        if not standing.case.opened_date <= row.day <= self.on:
            return self._wrong(row, "agency_day", value=row.day.isoformat())
        if row.kind == "demanded":
            return self._demand_finding(row, standing)
        if row.kind == "collected":
            return self._collection_finding(row, standing)
        return None

    def _demand_finding(self, row: AgencyRow, standing: _Standing) -> Finding | None:
        """A demand that costs keeps to the caps and the times of the act, by the day on which it was sent."""
        assert row.amount is not None
        assert row.day is not None
        if row.amount == 0:
            return None
        if standing.state == "stopped" and row.day > standing.state_day:
            return self._wrong(row, "agency_case_stopped", value=str(row.case))
        claims = [claim.pk for claim in standing.claims.values()]
        so_far, last_cost, demands = one_row(_COSTS, {"claims": claims, "case": standing.case.pk})
        bound = limits(
            terms_of(self.acting.unit, row.day),
            standing.principal,
            consumer=standing.consumer,
            so_far=so_far,
            last_cost=last_cost,
        )
        most = bound.repeated if demands else bound.demand
        if demands >= bound.paid_demands:
            return self._wrong(row, "agency_demands_too_many", limit=str(bound.paid_demands))
        if most is not None and row.amount > most:
            return self._wrong(row, "agency_cost_above_cap", value=f"{row.amount:.2f}", limit=f"{most:.2f}")
        if bound.total is not None and so_far + row.amount > bound.total:
            asked = f"{so_far + row.amount:.2f}"
            return self._wrong(row, "agency_total_above_cap", value=asked, limit=f"{bound.total:.2f}")
        if last_cost is not None and row.day < last_cost + timedelta(days=bound.interval):
            return self._wrong(
                row, "agency_cost_too_early", value=row.day.isoformat(), limit=str(bound.interval)
            )
        return None

    def _collection_finding(self, row: AgencyRow, standing: _Standing) -> Finding | None:
        assert row.amount is not None
        assert row.fee is not None
        assert row.net is not None
        claim = standing.claims.get(row.reference)
        if claim is None:
            return self._wrong(row, "agency_claim_unknown", value=row.reference)
        if row.amount != row.fee + row.net or row.amount == 0:
            return self._wrong(row, "agency_sum", value=f"{row.amount:.2f}")
        kept = sum((fee for one, _, fee in self.kept if one.pk == claim.pk), Decimal(0))
        (still_open,) = one_row(_STILL_OPEN, {"claim": claim.pk})
        if row.fee + kept > still_open:
            return self._wrong(row, "agency_fee_above_open", value=f"{row.fee:.2f}")
        return None

    def _take(self, row: AgencyRow, standing: _Standing) -> None:
        """The row as a step of its case; a demand's cost and a fee kept as facts of their own."""
        assert row.kind is not None  # or a finding said so
        assert row.day is not None
        detail: dict[str, Any] = {"row": row.row}
        detail |= {"reference": row.reference} if row.reference else {}
        detail |= {"reason": row.reason} if row.reason else {}
        if row.kind == "collected":
            detail |= {"fee": f"{row.fee:.2f}", "net": f"{row.net:.2f}"}
        standing.position += 1
        event = CaseEvent.objects.create(
            unit=self.acting.unit,
            run=self.run,
            case=standing.case,
            position=standing.position,
            kind=row.kind,
            day=row.day,
            amount=row.amount,
            detail=detail,
            digest=self.digest,
            told_as=row.id,
            given_at=self.acting.at,
        )
        standing.told.add(row.id)
        if event.kind not in UNMOVED:
            standing.state, standing.state_day = event.kind, event.day
        if row.kind == "demanded" and row.amount:
            Cost.objects.create(
                unit=self.acting.unit,
                run=self.run,
                claim=next(iter(standing.claims.values())),
                case=standing.case,
                kind="demand",
                day=row.day,
                amount=row.amount,
                clause=known(_CLAUSE),
            )
        if row.kind == "collected" and row.fee:
            self.kept.append((standing.claims[row.reference], event, row.fee))

    def _wrong(self, row: AgencyRow, rule: str, value: str | None = None, **detail: str) -> Finding:
        return Finding(rule, clause=_CLAUSE, row=row.row, value=value, detail=detail)


# What the debtor was asked for so far beside the claims of a case, when last, and how many demands of the case cost.
_COSTS = """
SELECT coalesce(sum(amount), 0), max(day) FILTER (WHERE undoes_id IS NULL AND kind IN ('reminder', 'demand')),
  count(*) FILTER (WHERE kind = 'demand' AND case_id = %(case)s AND undoes_id IS NULL)
FROM claims_cost WHERE claim_id = ANY (%(claims)s) AND kind IN ('reminder', 'demand', 'payment_time')
"""
_STILL_OPEN = """
SELECT c.amount - coalesce((SELECT sum(amount) FROM claims_claim_settlement s WHERE s.claim_id = c.id), 0)
FROM claims_claim c WHERE c.id = %(claim)s
"""


def _post(run: Run, kept: Sequence[tuple[Claim, CaseEvent, Decimal]]) -> Decimal:
    """What the agency kept is the State's expense; the debtor has paid it (OC 6.1.4). One voucher a report."""
    total = sum((fee for _, _, fee in kept), Decimal("0.00"))
    if not kept:
        return total
    day = run.on_date
    voucher = Voucher.objects.create(
        unit=run.unit,
        run=run,
        kind="AG",
        year=day.year,
        number=take_numbers(run.unit, "voucher AG", 1, day.year),
        posting_date=day,
    )
    Entry.objects.bulk_create(
        Entry(
            unit=run.unit,
            voucher=voucher,
            position=position,
            account=posting_account(event, day),
            amount=amount,
        )
        for position, (event, amount) in enumerate((("legal_cost", total), ("receivable", -total)), start=1)
    )
    FeeDeducted.objects.bulk_create(
        FeeDeducted(
            unit=run.unit,
            run=run,
            voucher=voucher,
            claim=claim,
            event=event,
            amount=fee,
            clause=known(_CLAUSE),
        )
        for claim, event, fee in kept
    )
    return total


def _keep_evidence(run: Run, digest: str, posted: Decimal) -> None:
    """The fees that the report tells, read back from the settlements, and the report itself."""
    found = rows(
        "SELECT coalesce(sum(amount), 0) AS fees FROM claims_feededucted WHERE run_id = %s", [run.pk]
    )
    expected, actual = f"{posted:.2f}", f"{found[0]['fees']:.2f}"
    if expected != actual:
        raise RunRefused("run.control_failed", name="fees kept", expected=expected, actual=actual)
    Evidence.objects.create(
        unit=run.unit, run=run, control="fees kept = fees posted", expected=expected, actual=actual
    )
    Evidence.objects.create(unit=run.unit, run=run, control="agency report", document=digest)
