"""A file from a unit, from its bytes to the answer that the unit gets back (OC 3.2, 3.9-c).

The bytes are kept before anybody reads them; what cannot be used is refused whole; what can be used is one
transaction. The same bytes again, or the same orders in another file, change nothing and say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from reskontra.documents.billing_request import BillingRequest, CustomerUpdates
from reskontra.documents.findings import Finding, Refused
from reskontra.exchange import archive
from reskontra.exchange.attachments import Fetch
from reskontra.exchange.inbox import Received
from reskontra.exchange.messages import message
from reskontra.exchange.reading import Document, whole_file_findings
from reskontra.exchange.results import result_workbook
from reskontra.income.order_handling.answering import RowOutcome
from reskontra.income.order_handling.intake import take_in
from reskontra.kernel.clauses import clause
from reskontra.registers.customers import save_update
from reskontra.registers.keys import key_ring
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Acting, lock
from reskontra.sales.models import BillingRequest as StoredRequest


@dataclass(frozen=True)
class Answer:
    """What the unit is told of its file; ``rows`` has one outcome for every row that was read."""

    kind: str
    rows: Sequence[RowOutcome]
    orders: int = 0
    amount: Decimal = Decimal(0)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    result: str = ""  # digest of the result workbook in the archive
    before: str = ""  # when the same bytes came in before
    findings: Sequence[Finding] = ()  # of the file as a whole

    def count(self, status: str) -> int:
        """How many rows ended as ``status``."""
        return sum(1 for row in self.rows if row.status == status)

    def as_json(self, language: str) -> dict[str, Any]:
        """The contract of ``reskontra import --json``."""
        told = [
            {**finding.as_json(), "status": row.status, "message": message(finding, language)}
            for row in self.rows
            for finding in row.findings
        ]
        told += [{**finding.as_json(), "message": message(finding, language)} for finding in self.findings]
        return {
            "kind": self.kind,
            "read": len(self.rows),
            "accepted": self.count("accepted"),
            "returned": self.count("returned"),
            "duplicates": self.count("duplicate"),
            "reasons": told,
            "totals": {"orders": self.orders, "net": format(self.amount, ".2f")},
            "outcomes": dict(self.outcomes),
            "before": self.before or None,
            "result": self.result or None,
            "customers": [{"row": row.row, "number": row.customer} for row in self.rows if row.customer],
        }


def take_in_document(
    acting: Acting, received: Received, document: Document, fetch: Fetch, on: date, language: str
) -> Answer:
    """Take in what the file holds. Called inside ``working_in``; raises ``Refused`` for the whole file."""
    if isinstance(document, BillingRequest):
        return _billing_request(acting, received, document, fetch, on, language)
    if isinstance(document, CustomerUpdates):
        return _customer_updates(acting, document, on, language)
    raise Refused(Finding("not_for_import", clause="OC 3.2-a", value=document.kind))


def _billing_request(
    acting: Acting, received: Received, request: BillingRequest, fetch: Fetch, on: date, language: str
) -> Answer:
    lock(acting.unit, "sales")  # two who send the same file at once: the second finds what the first stored
    if StoredRequest.objects.filter(unit=acting.unit, file=received.file).exists():
        known = Finding(
            "file_known",
            "warning",
            "OC 3.9-a",
            value=received.file.name,
            detail={
                "when": received.first_came,
                "who": received.file.person.username,
            },
        )
        rows = [RowOutcome(row.row, "duplicate", ()) for row in request.rows]
        return Answer("billing_request", rows, before=received.file.received_at.isoformat(), findings=[known])
    taken = take_in(acting, request, received.file, fetch, on)
    result = _keep_result(taken.run, request, taken.rows, language)
    whole = [finding for finding in request.findings if finding.row is None]
    return Answer(
        "billing_request",
        taken.rows,
        taken.orders,
        taken.amount,
        taken.outcomes,
        result,
        findings=whole,
    )


def _keep_result(
    run: Run, document: BillingRequest | CustomerUpdates, rows: Sequence[RowOutcome], language: str
) -> str:
    """The answer as a workbook, into the archive and the evidence of ``run``; its digest."""
    told = {
        row.row: (
            row.status,
            " ".join(message(finding, language) for finding in row.findings),
            str(row.order_number or ""),
            row.customer,
        )
        for row in rows
    }
    stored = archive.store([result_workbook(document, told, language)])
    Evidence.objects.create(unit=run.unit, run=run, control="result workbook", document=stored.digest)
    return stored.digest


@clause("OC 3.2-b", "OC 2.1-d", "OC 2.2-a")
def _customer_updates(acting: Acting, updates: CustomerUpdates, on: date, language: str) -> Answer:
    """Each row is one customer: saved, or returned with its reasons; a faulty row does not stop the others."""
    if wrong := whole_file_findings(updates):
        raise Refused(*wrong)
    run = Run.objects.create(
        unit=acting.unit, name="customers", on_date=on, person=acting.person, planned_at=acting.at
    )
    by_row: dict[int, list[Finding]] = {}
    for finding in updates.findings:
        if finding.row is not None:
            by_row.setdefault(finding.row, []).append(finding)
    rows = []
    for update in updates.customers:
        findings = list(by_row.get(update.row, ()))
        number = ""
        if not any(finding.severity == "error" for finding in findings):
            with transaction.atomic():
                customer, told = save_update(update, acting.unit, key_ring(), language)
            findings += [_labelled(finding, updates) for finding in told]
            number = customer.number if customer else ""
        refused = any(finding.severity == "error" for finding in findings)
        rows.append(RowOutcome(update.row, "returned" if refused else "accepted", findings, customer=number))
    accepted = sum(row.status == "accepted" for row in rows)
    run.state, run.applied_at = "applied", acting.at
    run.outcomes = [
        {"outcome": "CUSTOMER_SAVED", "clause": "OC 2.2-a", "count": accepted, "amount": "0.00"},
        {
            "outcome": "CUSTOMER_RETURNED",
            "clause": "OC 2.2-a",
            "count": len(rows) - accepted,
            "amount": "0.00",
        },
    ]
    run.save()
    whole = [finding for finding in updates.findings if finding.row is None]
    result = _keep_result(run, updates, rows, language)
    return Answer("customer_update", rows, result=result, findings=whole)


def _labelled(finding: Finding, updates: CustomerUpdates) -> Finding:
    return replace(finding, column=updates.labels.get(finding.column or "", finding.column))
