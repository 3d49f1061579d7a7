"""The enforcement run: applications for claims that are ready, and what the authority must know of those it has."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.claims.interest import grounds_of, take_interest_told
from reskontra.claims.models import Case, CaseClaim
from reskontra.claims.steps import Step, take_steps
from reskontra.database.rows import one_row, rows
from reskontra.database.scripts import statements
from reskontra.documents.enforcement import Creditor, Demand, EnforcementBatch, EnforcementMessage
from reskontra.exchange import archive
from reskontra.exchange.enforcement import enforcement_batch, message_findings
from reskontra.exchange.models import OutboxFile
from reskontra.income.legal.enforcement_document import NO_INTEREST, application, creditor_of, debtor_of
from reskontra.income.legal.rules import (
    APPLY_LIMITED,
    APPLY_NORMAL,
    CASE_COLLECTED,
    CASE_PAID,
    CASE_STOPS_FOR_BLOCK,
    CASE_SUMS_CHANGED,
    IN_ENFORCEMENT,
    decide_enforcement,
)
from reskontra.income.legal.run import KEPT_IN, fork, ids
from reskontra.kernel.caps import cap
from reskontra.kernel.clauses import clause
from reskontra.kernel.courts import courts
from reskontra.kernel.terms import Terms
from reskontra.kernel.texts import text
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Customer
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Acting, Applied, Control

_STATEMENTS = statements("reskontra.income.legal", "enforcement.sql")
_TABLES = "judgments, provisions, enforced, enforcement_subjects, decided"
_APPLIED_FOR = (APPLY_NORMAL.name, APPLY_LIMITED.name)

# What a person who asks "why?" wants to see.
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('open', open::text, 'costs', costs::text, 'provision', provision,
  'application_open', bundle_open::text, 'interest_from', interest_from, 'case', case_number,
  'told', told_principal::text, 'expected', expected::text, 'block_codes', nullif(codes, '')))"""


@clause("OC 6.2.2-a")
def cost_caps(terms: Terms) -> dict[str, Decimal | None]:
    """What of costs may be enforced without a judgment, by class of debtor (Act 513/1999, sections 10 d and 10 j)."""
    nothing = Decimal(0)
    consumer = cap("consumer", "total", terms.on, nothing, enforceable=True)
    other = cap("other", "directly_enforceable_cost_cap_other_total", terms.on, nothing, enforceable=True)
    return {
        "consumer_cap": consumer.value if consumer else None,
        "other_cap": other.value if other else None,
    }


class EnforcementRun:
    """Apply for what the fork sends to enforcement, and tell changes, stops and payments of cases that are there.

    Given ``claims`` (ids), only their applications and cases. ``provision`` is one that a person named for them.
    """

    name = "enforcement"
    lock = "settlement"

    def __init__(self, claims: Sequence[int] | None = None, provision: str | None = None) -> None:
        self.claims, self.provision = claims, provision

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every claim that goes to enforcement, or that is there, into ``decided``."""
        fork(run.unit, terms)
        values = {
            "unit": run.unit.pk,
            "on": run.on_date,
            "given": self.provision,
            "courts": json.dumps({one.key: dict(one.name) for one in courts().by_key.values()}),
            **cost_caps(terms),
            **{
                f"{name}_{language}": terms.text(key, language)
                for name, key in (("default", "default_legal_basis"), ("act", "direct_enforcement_act"))
                for language in ("sv", "fi")
            },
        }
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {_TABLES}")
            take_interest_told(run.unit)
            for statement in _STATEMENTS:
                cursor.execute(statement, values)
            query = decide_enforcement(terms).select(self._scope(), f"decided.*, {_INPUTS} AS inputs")
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")

    def _scope(self) -> str:
        if self.claims is None:
            return "enforcement_subjects"
        named = f"SELECT bundle, case_id FROM enforcement_subjects WHERE id = ANY (ARRAY[{ids(self.claims)}]::bigint[])"
        return (
            "(SELECT s.* FROM enforcement_subjects s WHERE EXISTS"
            f" (SELECT FROM ({named}) n WHERE n.bundle = s.bundle OR n.case_id = s.case_id))"
        )

    def record(self, run: Run) -> None:
        """Store how each claim is applied for, or why not; those that just go on being enforced are counted."""
        record_decisions(run, self.name, *KEPT_IN, (IN_ENFORCEMENT,))

    def set_aside(self, run: Run) -> None:
        """Leave every claim that would now be told otherwise; then its whole application waits."""
        set_aside_changed(run, self.name, *KEPT_IN)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE decided SET outcome = 'CHANGED_SINCE_PLAN', standing = 'LEFT' WHERE standing = 'READY' AND ("
                " bundle IN (SELECT bundle FROM decided WHERE outcome = 'CHANGED_SINCE_PLAN')"
                " OR case_id IN (SELECT case_id FROM decided WHERE outcome = 'CHANGED_SINCE_PLAN'))"
            )

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Open the cases, seal what goes to the authority, and write the steps that this takes."""
        if not one_row("SELECT EXISTS (SELECT FROM decided WHERE standing = 'READY')")[0]:
            return Applied(facts={"applications": 0, "rejected": []})
        told = _Telling(run, terms, creditor_of(run))
        told.apply_for()
        told.follow()
        take_steps(run, acting, told.ends)
        if not told.messages:
            return Applied(
                [
                    Control(
                        "cases of which nothing is open = cases that ended",
                        str(len(told.ends)),
                        str(_ended(run)),
                    )
                ],
                facts={"applications": 0, "rejected": told.rejected},
            )
        file = seal(run, acting, told.creditor, told.messages, told.amount)
        take_steps(run, acting, told.steps, digest=file.digest, file=file)
        asked, claims, steps = one_row(_WRITTEN, {"unit": run.unit.pk, "run": run.pk})
        return Applied(
            [
                Control("capital and costs asked for = cases", f"{told.amount:.2f}", f"{asked:.2f}"),
                Control("demands in the batch = claims in cases", str(told.demands), str(claims)),
                Control("messages in the batch = steps", str(len(told.messages)), str(steps)),
                Control(
                    "cases of which nothing is open = cases that ended", str(len(told.ends)), str(_ended(run))
                ),
            ],
            files=[outbox_entry(file)],
            facts={"applications": told.applications, "rejected": told.rejected},
        )


# What was written, read back from the facts.
_WRITTEN = """
SELECT (SELECT coalesce(sum(cc.principal + cc.costs), 0) FROM claims_caseclaim cc
        JOIN claims_case k ON k.id = cc.case_id WHERE k.unit_id = %(unit)s AND k.run_id = %(run)s),
  (SELECT count(*) FROM claims_caseclaim cc JOIN claims_case k ON k.id = cc.case_id
   WHERE k.unit_id = %(unit)s AND k.run_id = %(run)s),
  (SELECT count(*) FROM claims_caseevent WHERE unit_id = %(unit)s AND run_id = %(run)s AND file_id IS NOT NULL)
"""


def _ended(run: Run) -> int:
    """How many cases the run closed without a message, read back from the facts."""
    (count,) = one_row(
        "SELECT count(*) FROM claims_caseevent WHERE unit_id = %s AND run_id = %s AND kind = 'closed'",
        [run.unit_id, run.pk],
    )
    return int(count)


class _Telling:
    """What goes out in one batch, and what it makes of cases and steps."""

    def __init__(self, run: Run, terms: Terms, creditor: Creditor) -> None:
        self.run, self.terms, self.creditor = run, terms, creditor
        self.grounds = grounds_of(run.unit)
        self.messages: list[EnforcementMessage] = []
        self.steps: list[Step] = []
        self.ends: list[Step] = []
        self.rejected: list[dict[str, Any]] = []
        self.amount, self.demands, self.applications = Decimal(0), 0, 0

    def apply_for(self) -> None:
        """An application for each bundle that our own checks let through; numbers are taken last."""
        bundles = _bundles()
        debtors = Customer.objects.in_bulk({claims[0]["payer_id"] for claims in bundles})
        known = {number: debtor_of(customer) for number, customer in debtors.items()}
        passing = []
        for claims in bundles:
            debtor = known[claims[0]["payer_id"]]
            draft = application(self.run, self.terms, self.grounds, debtor, claims, 0)
            if found := message_findings(draft):
                references = [one["reference"] for one in claims]
                self._reject(references, [one.as_json() for one in found])
            else:
                passing.append((claims, debtor))
        if not passing:
            return
        first = take_numbers(self.run.unit, "case", len(passing))
        cases = Case.objects.bulk_create(
            (self._case(claims, first + place) for place, (claims, _) in enumerate(passing)), batch_size=2000
        )
        CaseClaim.objects.bulk_create(
            (
                self._case_claim(case, one)
                for case, (claims, _) in zip(cases, passing, strict=True)
                for one in claims
            ),
            batch_size=2000,
        )
        for case, (claims, debtor) in zip(cases, passing, strict=True):
            message = application(self.run, self.terms, self.grounds, debtor, claims, case.number)
            self._tell_application(case, message)

    def _reject(self, references: Sequence[str], findings: Sequence[Mapping[str, Any]]) -> None:
        self.rejected.append({"invoice": ", ".join(references), "findings": list(findings)})

    def _case(self, claims: Sequence[Mapping[str, Any]], number: int) -> Case:
        first = claims[0]
        return Case(
            unit=self.run.unit,
            run=self.run,
            number=number,
            kind="enforcement",
            debtor_id=first["payer_id"],
            public_law=first["public_law"],
            opened_date=self.run.on_date,
            procedure="limited" if first["outcome"] == APPLY_LIMITED.name else "normal",
            follows_id=first["follows"],
        )

    def _case_claim(self, case: Case, one: Mapping[str, Any]) -> CaseClaim:
        interest = one["claim_kind"] == "interest"
        return CaseClaim(
            unit=self.run.unit,
            case=case,
            claim_id=one["id"],
            principal=one["open"],
            costs=one["costs"],
            interest_from=one["interest_from"],
            interest_pauses=one["interest_pauses"],
            interest_ground=NO_INTEREST
            if interest
            else self.grounds.late(one["due_date"], consumer=one["consumer"]),
            provision=one["provision"],
        )

    def _tell_application(self, case: Case, message: EnforcementMessage) -> None:
        asked = sum((one.principal + one.costs for one in message.demands), Decimal(0))
        self.messages.append(message)
        self.steps.append(Step(case.pk, "applied", self.run.on_date, asked, {"procedure": case.procedure}))
        self.amount += asked
        self.demands += len(message.demands)
        self.applications += 1

    def follow(self) -> None:
        """What the authority is told of the cases that it has: paid, stopped for a block, or of other sums.

        A case that it has collected in full ends here, and it is told nothing: there is nothing to tell of 0.00 euro.
        """
        for (case, number, outcome, codes), claims in _cases().items():
            if outcome == CASE_COLLECTED.name:
                self.ends.append(Step(case, "closed", self.run.on_date, None, {"reason": "collected"}))
            elif outcome == CASE_PAID.name:
                self._announce(
                    case, number, "withdrawal", "withdrawn", "enforcement.reason_paid", {"reason": "paid"}
                )
            elif outcome == CASE_STOPS_FOR_BLOCK.name:
                detail = {"reason": "block", "codes": codes}
                self._announce(case, number, "interruption", "stopped", "enforcement.reason_block", detail)
            elif outcome == CASE_SUMS_CHANGED.name:
                self._change(case, number, claims)

    def _announce(
        self, case: int, number: int, kind: Any, step: str, reason: str, detail: dict[str, Any]
    ) -> None:
        self.messages.append(
            EnforcementMessage(kind=kind, case=number, day=self.run.on_date, reason=text(reason, "fi"))
        )
        self.steps.append(Step(case, step, self.run.on_date, None, detail))

    def _change(self, case: int, number: int, claims: Sequence[Mapping[str, Any]]) -> None:
        demands = tuple(Demand(one["reference"], _left(one), one["costs"]) for one in claims)
        self.messages.append(
            EnforcementMessage(
                kind="change",
                case=number,
                day=self.run.on_date,
                demands=demands,
                reason=text("enforcement.reason_sums", "fi"),
            )
        )
        told = [
            {
                "claim": one["id"],
                "reference": one["reference"],
                "principal": f"{_left(one):.2f}",
                "costs": f"{one['costs']:.2f}",
            }
            for one in claims
        ]
        total = sum((_left(one) for one in claims), Decimal(0))
        self.steps.append(Step(case, "changed", self.run.on_date, total, {"claims": told}))


def _left(one: Mapping[str, Any]) -> Decimal:
    """What is still to be collected of a claim: less than the authority expects, never more."""
    left: Decimal = min(one["open"], one["expected"])
    return left


def _bundles() -> list[list[dict[str, Any]]]:
    """The claims that are applied for, one list an application, in order."""
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows(
        "SELECT * FROM decided WHERE outcome = ANY (%s) ORDER BY bundle, id", [list(_APPLIED_FOR)]
    ):
        found.setdefault(row["bundle"], []).append(row)
    return list(found.values())


def _cases() -> dict[tuple[int, int, str, str], list[dict[str, Any]]]:
    """The claims of each case that the authority is told of."""
    found: dict[tuple[int, int, str, str], list[dict[str, Any]]] = {}
    for row in rows("SELECT * FROM decided WHERE live AND standing = 'READY' ORDER BY case_number, id"):
        key = (row["case_id"], row["case_number"], row["outcome"], row["codes"])
        found.setdefault(key, []).append(row)
    return found


def seal(
    run: Run, acting: Acting, creditor: Creditor, messages: Sequence[EnforcementMessage], amount: Decimal
) -> OutboxFile:
    """The batch of ``messages``, written, archived and sealed; it leaves after commit. ``amount`` in euro."""
    name = f"enforcement-{run.unit.code}-{run.on_date:%Y%m%d}-{run.pk:06d}"
    batch = EnforcementBatch(name, run.on_date, creditor, tuple(messages))
    stored = archive.store([enforcement_batch(batch)])
    Evidence.objects.create(unit=run.unit, run=run, control="enforcement batch", document=stored.digest)
    return OutboxFile.objects.create(
        unit=run.unit,
        run=run,
        name=f"{name}.xml",
        digest=stored.digest,
        size=stored.size,
        documents=len(messages),
        amount=amount,
        channel="enforcement",
        built_at=acting.at,
    )


def outbox_entry(file: OutboxFile) -> dict[str, Any]:
    """A sealed batch as a run tells of it."""
    return {"kind": file.channel, "name": file.name, "digest": file.digest, "size": file.size}
