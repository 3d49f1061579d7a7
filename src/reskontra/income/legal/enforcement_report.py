"""What the enforcement authority reports, laid to the cases: receipts, money with its fee, certificates (OC 6.2, 6.3).

A row ends taken, known or returned with its finding; nothing in a report stops the rest of it. The fee that the
authority keeps has been paid by the debtor: it settles the claim, and nobody duns him for it. The net comes by bank.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

from django.db import connection

from reskontra.claims.models import Case, CaseEvent, FeeDeducted
from reskontra.claims.steps import Step, block_claims, take_steps
from reskontra.database.rows import one_row, rows
from reskontra.documents.enforcement import EnforcementReport, ReportRow
from reskontra.documents.findings import Finding, Refused
from reskontra.exchange.inbox import Received
from reskontra.exchange.messages import message
from reskontra.kernel.clauses import clause
from reskontra.kernel.money import round_cents
from reskontra.kernel.sets import Outcome
from reskontra.kernel.terms import Terms
from reskontra.ledger.models import Entry, Voucher
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.policy import require
from reskontra.registers.posting import posting_account
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control, Result, apply

TAKEN = Outcome("REPORT_TAKEN", "READY")
KNOWN = Outcome("REPORT_KNOWN", "LEFT")
RETURNED = Outcome("REPORT_RETURNED", "RETURNED")
RowOutcome = Literal["taken", "known", "returned"]

_CLAUSE = "OC 6.2-a"
_LIVE = frozenset({"applied", "received", "registered", "stopped", "resumed"})
# In which state of a case each kind of row makes sense. Money may come late: after the obstacle, and when a debtor in
# the passive register has got something.
_FITS: Mapping[str, frozenset[str]] = {
    "received": _LIVE,
    "registered": _LIVE,
    "collected": _LIVE | {"obstacle", "passive", "withdrawn", "closed"},
    "obstacle": _LIVE,
    "returned": _LIVE,
    "finished": _LIVE | {"passive"},
}
_STEPS = {"finished": "closed"}


@dataclass(frozen=True)
class ReportTaken:
    """What became of a report: each row's outcome with its findings; fees posted, in euro."""

    outcomes: Sequence[tuple[int, RowOutcome, Sequence[Finding]]]
    fees: Decimal
    result: Result

    def count(self, outcome: str) -> int:
        """How many rows ended as ``outcome``."""
        return sum(1 for _, one, _ in self.outcomes if one == outcome)

    def as_json(self, language: str) -> dict[str, Any]:
        """The contract of ``reskontra import --json`` for a report of enforcement."""
        return {
            "kind": "enforcement_report",
            "run": self.result.run.pk,
            "read": len(self.outcomes),
            **{outcome: self.count(outcome) for outcome in ("taken", "known", "returned")},
            "fees": format(self.fees, ".2f"),
            "reasons": [
                {**finding.as_json(), "outcome": outcome, "message": message(finding, language)}
                for _, outcome, findings in self.outcomes
                for finding in findings
            ],
        }


@clause("OC 6.2-a", "OC 6.3-a")
def take_in_enforcement_report(
    acting: Acting, received: Received, report: EnforcementReport, on: Any
) -> ReportTaken:
    """Lay every row of ``report`` to its case. Called inside ``working_in``; the same report twice changes nothing.

    Raises ``NotAllowed``, and ``Refused`` for a report on another unit's cases.
    """
    require(acting.person, "handle_case", acting.unit, acting.day)
    if report.unit != acting.unit.code:
        raise Refused(Finding("enforcement_other_unit", clause=_CLAUSE, value=report.unit))
    room = ReportRun(report, received.file.digest)
    result = apply(room, acting, on)
    told = [(row.row, room.outcomes[row.row], room.findings.get(row.row, ())) for row in report.rows]
    return ReportTaken(told, room.fees, result)


@dataclass
class _Standing:
    """A case as the rows find it: where it stands, what has been told of it, and what is open of its claims."""

    case: Case
    state: str
    told: set[str]
    claims: dict[str, int] = field(default_factory=dict)


class ReportRun:
    """One report of the authority."""

    name = "enforcement_report"
    lock = "settlement"

    def __init__(self, report: EnforcementReport, digest: str) -> None:
        self.report, self.digest = report, digest
        self.outcomes: dict[int, RowOutcome] = {}
        self.findings: dict[int, list[Finding]] = {}
        self.fees = Decimal(0)
        self._cases: dict[int, _Standing] = {}
        self._open: dict[int, Decimal] = {}

    def decide(self, run: Run, terms: Terms) -> None:
        """Lay each row to its case, in order: what one row says is so for the next."""
        self._cases, self._open = _standing(run, {row.case for row in self.report.rows})
        for finding in self.report.findings:
            self.findings.setdefault(finding.row or 0, []).append(finding)
        for row in self.report.rows:
            self.outcomes[row.row] = self._outcome(run, row)
        named = {"taken": TAKEN, "known": KNOWN, "returned": RETURNED}
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS decided")
            cursor.execute(
                "CREATE TEMP TABLE decided (id bigint, unit_id bigint, amount numeric, outcome text, standing text,"
                " clause text) ON COMMIT DROP"
            )
            cursor.executemany(
                "INSERT INTO decided VALUES (%s, %s, %s, %s, %s, %s)",
                [
                    (row.row, run.unit.pk, _gross(row), outcome.name, outcome.standing, _CLAUSE)
                    for row in self.report.rows
                    for outcome in (named[self.outcomes[row.row]],)
                ],
            )

    def _outcome(self, run: Run, row: ReportRow) -> RowOutcome:
        if self.findings.get(row.row):
            return "returned"
        standing = self._cases.get(row.case)
        if standing is None:
            return self._return(row, "enforcement_case_unknown", case=str(row.case))
        if row.id in standing.told:
            return "known"
        if row.kind == "finished" and standing.state in ("closed", "withdrawn"):
            return "known"  # we closed it ourselves once nothing was open
        if row.day > run.on_date or row.day < standing.case.opened_date:
            return self._return(row, "enforcement_day_not_possible", day=row.day.isoformat())
        if standing.state not in _FITS[row.kind]:
            return self._return(row, "enforcement_not_in_state", case=str(row.case), state=standing.state)
        for share in row.shares:
            if share.reference not in standing.claims:
                return self._return(row, "enforcement_claim_unknown", reference=share.reference)
        standing.told.add(row.id)
        if row.kind != "collected":
            standing.state = _STEPS.get(row.kind, row.kind)
        return "taken"

    def _return(self, row: ReportRow, rule: str, **detail: str) -> RowOutcome:
        self._tell(row, rule, "error", **detail)
        return "returned"

    def _tell(self, row: ReportRow, rule: str, severity: Any, **detail: str) -> None:
        finding = Finding(rule, severity, _CLAUSE, row=row.row, value=row.id, detail=detail)
        self.findings.setdefault(row.row, []).append(finding)

    def record(self, run: Run) -> None:
        """The steps of the cases are the facts; what was returned is told to whoever brought the report."""

    def set_aside(self, run: Run) -> None:
        """A report is never planned."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write the steps, settle what the authority kept, and let claims wait whose case is over."""
        taken = [row for row in self.report.rows if self.outcomes[row.row] == "taken"]
        if not taken:
            return Applied(facts={"taken": 0})
        account = posting_account("receivable", run.on_date)
        before = _balance(run, account)
        events = take_steps(run, acting, [self._step(row) for row in taken], digest=self.digest)
        self._settle(run, terms, list(zip(taken, events, strict=True)))
        self._hold(run, terms, acting, taken)
        written, fees = one_row(_WRITTEN, {"unit": run.unit.pk, "run": run.pk})
        return Applied(
            [
                Control("rows taken = steps", str(len(taken)), str(written)),
                Control(
                    "receivable account moved by the fees",
                    f"{-fees:.2f}",
                    f"{_balance(run, account) - before:.2f}",
                ),
            ],
            facts={"taken": len(taken), "fees": f"{fees:.2f}"},
        )

    def _step(self, row: ReportRow) -> Step:
        standing = self._cases[row.case]
        detail: dict[str, Any] = {}
        if row.authority_number:
            detail["authority_number"] = row.authority_number
        if row.certificate:
            detail["certificate"] = row.certificate
        if row.reason:
            detail["reason"] = row.reason
        if row.shares:
            detail["claims"] = [
                {
                    "claim": standing.claims[share.reference],
                    "reference": share.reference,
                    "gross": f"{share.gross:.2f}",
                    "fee": f"{share.fee:.2f}",
                    "net": f"{share.net:.2f}",
                }
                for share in row.shares
            ]
        amount = _gross(row) if row.shares else None
        return Step(standing.case.pk, _STEPS.get(row.kind, row.kind), row.day, amount, detail, row.id)

    def _settle(self, run: Run, terms: Terms, taken: Sequence[tuple[ReportRow, CaseEvent]]) -> None:
        """What the authority kept settles the claims, by one voucher; never more than is open of a claim."""
        deducted: list[tuple[CaseEvent, int, Decimal]] = []
        for row, event in taken:
            self._look_at_fees(row, terms)
            standing = self._cases[row.case]
            for share in row.shares:
                claim = standing.claims[share.reference]
                fee = min(share.fee, self._open.get(claim, Decimal(0)))
                if fee < share.fee:
                    self._tell(
                        row, "enforcement_fee_beyond_open", "warning",
                        reference=share.reference, fee=f"{share.fee:.2f}", posted=f"{fee:.2f}",
                    )  # fmt: skip
                if fee > 0:
                    self._open[claim] -= fee
                    deducted.append((event, claim, fee))
        if deducted:
            self.fees = sum((fee for _, _, fee in deducted), Decimal(0))
            _post(run, deducted)

    def _look_at_fees(self, row: ReportRow, terms: Terms) -> None:
        """The fee of a remittance follows the decree; another one is shown to a person and taken as it was kept."""
        kept = sum((share.fee for share in row.shares), Decimal(0))
        share_of = round_cents(_gross(row) * terms.enforcement_remittance_percent / 100)
        expected = min(share_of, terms.enforcement_remittance_most)
        if row.shares and kept > expected:
            self._tell(
                row, "enforcement_fee_unexpected", "warning", fee=f"{kept:.2f}", expected=f"{expected:.2f}"
            )

    def _hold(self, run: Run, terms: Terms, acting: Acting, taken: Sequence[ReportRow]) -> None:
        """Claims whose case came back or ended without all their money wait for a person, under block A."""
        review = run.on_date + timedelta(days=terms.case_review_days)
        for row in taken:
            if row.kind in ("returned", "finished"):
                claims = [claim for claim in self._cases[row.case].claims.values() if self._open[claim] > 0]
                block_claims(run, acting, claims, "A", f"CASE_{row.kind.upper()}", review=review)


def _gross(row: ReportRow) -> Decimal:
    return sum((share.gross for share in row.shares), Decimal(0))


def _standing(run: Run, numbers: set[int]) -> tuple[dict[int, _Standing], dict[int, Decimal]]:
    """The unit's cases of enforcement with these numbers, as they stand, and what is open of their claims."""
    found: dict[int, _Standing] = {}
    left: dict[int, Decimal] = {}
    cases = Case.objects.filter(unit=run.unit, kind="enforcement", number__in=numbers).in_bulk()
    values = {"unit": run.unit.pk, "cases": list(cases)}
    for one in rows(_CASES, values):
        case = cases[one["case_id"]]
        found[case.number] = _Standing(case, one["state"] or "", set(one["told"]))
    for one in rows(_CLAIMS, values):
        found[cases[one["case_id"]].number].claims[one["reference"]] = one["id"]
        left[one["id"]] = one["open"]
    return found, left


_CASES = """
SELECT k.id AS case_id,
  (SELECT e.kind FROM claims_caseevent e WHERE e.case_id = k.id AND e.kind NOT IN ('collected', 'changed')
   ORDER BY e.position DESC LIMIT 1) AS state,
  ARRAY(SELECT e.told_as FROM claims_caseevent e WHERE e.case_id = k.id AND e.told_as <> '') AS told
FROM claims_case k WHERE k.unit_id = %(unit)s AND k.id = ANY (%(cases)s)
"""
_CLAIMS = """
SELECT cc.case_id, c.id, c.reference, c.amount - coalesce(s.amount, 0) AS open
FROM claims_caseclaim cc JOIN claims_claim c ON c.id = cc.claim_id
LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM claims_claim_settlement WHERE claim_id = c.id) s ON true
WHERE cc.unit_id = %(unit)s AND cc.case_id = ANY (%(cases)s)
"""
_WRITTEN = """
SELECT (SELECT count(*) FROM claims_caseevent WHERE unit_id = %(unit)s AND run_id = %(run)s),
  (SELECT coalesce(sum(amount), 0) FROM claims_feededucted WHERE unit_id = %(unit)s AND run_id = %(run)s)
"""


def _balance(run: Run, account: str) -> Decimal:
    (amount,) = one_row(
        "SELECT coalesce(sum(amount), 0) FROM ledger_balance WHERE unit_id = %s AND account = %s",
        [run.unit_id, account],
    )
    return Decimal(amount)


def _post(run: Run, deducted: Sequence[tuple[CaseEvent, int, Decimal]]) -> None:
    """One voucher: the fees are an expense of the unit, the receivables of the debtors are less by them."""
    voucher = Voucher.objects.create(
        unit=run.unit,
        run=run,
        kind="EF",
        year=run.on_date.year,
        number=take_numbers(run.unit, "voucher EF", 1, run.on_date.year),
        posting_date=run.on_date,
    )
    FeeDeducted.objects.bulk_create(
        FeeDeducted(
            unit=run.unit, run=run, voucher=voucher, amount=fee, clause=_CLAUSE, claim_id=claim, event=event
        )
        for event, claim, fee in deducted
    )
    owed: dict[str, Decimal] = {}
    partners = dict(_partners([claim for _, claim, _ in deducted]))
    for _, claim, fee in deducted:
        owed[partners[claim]] = owed.get(partners[claim], Decimal(0)) + fee
    lines = [(posting_account("enforcement_fee", run.on_date), "", sum(owed.values(), Decimal(0)))]
    receivable = posting_account("receivable", run.on_date)
    lines += [(receivable, partner, -amount) for partner, amount in sorted(owed.items())]
    Entry.objects.bulk_create(
        Entry(unit=run.unit, voucher=voucher, position=place, account=account, amount=amount, partner=partner)
        for place, (account, partner, amount) in enumerate(lines, start=1)
    )


def _partners(claims: Sequence[int]) -> list[tuple[int, str]]:
    found = rows(
        "SELECT c.id, payer.partner_code FROM claims_claim c JOIN registers_customer payer ON payer.id = c.payer_id"
        " WHERE c.id = ANY (%s)",
        [list(claims)],
    )
    return [(one["id"], one["partner_code"]) for one in found]
