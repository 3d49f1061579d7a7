"""The operator's receipt report, laid to the deliveries: by count, number and amount (OC 3.9-d).

Nothing in a report stops the rest of it: what cannot be laid to a delivery is returned with its finding. An
answer that says nothing new changes nothing; one that contradicts an earlier answer is kept and shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.database.rows import one_row
from reskontra.documents.delivery_report import DeliveryAnswer, DeliveryReport
from reskontra.documents.findings import Finding
from reskontra.exchange.inbox import Received
from reskontra.exchange.models import OutboxFile
from reskontra.exchange.outbox import happened, only_one_sender, state_of
from reskontra.income.delivery.channels import channels_on
from reskontra.income.delivery.taken import Taken
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, lock
from reskontra.sales.models import DeliveryReceipt
from reskontra.sales.models import DeliveryReport as StoredReport

_FINAL = frozenset({"delivered", "refused"})
_REACHED_OPERATOR = frozenset({"intent", "held", "sent", "receipted"})
_BATCH = 5000


@dataclass(frozen=True)
class Reconciled:
    """A batch beside what the operator has answered for it, this report and those before; amounts in euro."""

    batch: str
    documents: int
    answered: int
    amount: Decimal
    amount_answered: Decimal
    state: str

    @property
    def missing(self) -> int:
        """How many invoices of the batch nobody has answered for."""
        return self.documents - self.answered


@dataclass(frozen=True)
class ReportTaken(Taken):
    """What became of a report: of each answer, and of the batches that it is about."""

    kind = "delivery_report"
    counted = ("taken", "known", "contradicts", "returned")

    batches: Sequence[Reconciled] = ()

    def _own(self) -> dict[str, Any]:
        return {
            "batches": [
                {
                    "batch": one.batch,
                    "documents": one.documents,
                    "answered": one.answered,
                    "missing": one.missing,
                    "amount": format(one.amount, ".2f"),
                    "amount_answered": format(one.amount_answered, ".2f"),
                    "state": one.state,
                }
                for one in self.batches
            ]
        }


@clause("OC 3.4-a", "OC 3.9-d")
def take_in_report(acting: Acting, received: Received, report: DeliveryReport, on: date) -> ReportTaken:
    """Keep every answer of ``report`` and tell each batch's standing. Called inside ``working_in``.

    The same bytes again change nothing: every answer is then known. Where some could not be laid to a delivery the
    first time, they are tried again.
    """
    lock(acting.unit, "delivery")  # a delivery run must not send again what this report says has arrived
    before = StoredReport.objects.filter(unit=acting.unit, file=received.file).order_by("-id").first()
    if before and not before.receipts.filter(outcome="returned").exists():
        outcomes = [(answer.row, "known", ()) for answer in report.answers]
        return ReportTaken(outcomes, received.file.received_at.isoformat())
    run = Run.objects.create(
        unit=acting.unit, name="receipts", on_date=on, person=acting.person, planned_at=acting.at
    )
    stored = StoredReport.objects.create(
        unit=acting.unit, run=run, file=received.file, rows=len(report.answers)
    )
    laid = _Laying(acting.unit, report, on)
    receipts = [laid.lay(stored, answer) for answer in report.answers]
    DeliveryReceipt.objects.bulk_create(receipts, batch_size=_BATCH)
    batches = [_reconcile(file, acting, received.file.name) for file in laid.about]
    run.state, run.applied_at = "applied", acting.at
    run.save()
    told = [(one.row, one.outcome, laid.findings.get(one.row, ())) for one in receipts]
    return ReportTaken(told, batches=batches)


class _Laying:
    """The deliveries of the batches that a report names, and what has been answered for them so far."""

    def __init__(self, unit: Unit, report: DeliveryReport, on: date) -> None:
        self.unit = unit
        self.channels = channels_on(on).by_key
        names = {answer.batch for answer in report.answers}
        self.files = {
            file.name: file
            for file in OutboxFile.objects.filter(unit=unit, channel="finvoice", name__in=names)
        }
        self.states = {name: state_of(file) for name, file in self.files.items()}
        self.deliveries = _deliveries(unit, [file.pk for file in self.files.values()])
        self.answered = _answered(unit, [file.pk for file in self.files.values()])
        self.rows: dict[tuple[int, int], int] = {}
        self.findings: dict[int, list[Finding]] = {}
        for finding in report.findings:
            self.findings.setdefault(finding.row or 0, []).append(finding)
        self.about: list[OutboxFile] = []

    def lay(self, stored: StoredReport, answer: DeliveryAnswer) -> DeliveryReceipt:
        """The answer as a fact, with its outcome."""
        found = self._delivery(answer)
        outcome = self._outcome(answer, found) if found else "returned"
        return DeliveryReceipt(
            unit=self.unit,
            report=stored,
            row=answer.row,
            invoice_id=found[0] if found else None,
            attempt=found[1] if found else None,
            status=answer.status or "",
            channel=answer.channel[:20],
            reason=answer.reason,
            happened_at=answer.time,
            outcome=outcome,
            findings=[finding.as_json() for finding in self.findings.get(answer.row, ())],
        )

    def _delivery(self, answer: DeliveryAnswer) -> tuple[int, int, bool] | None:
        """The delivery that the answer is about, and whether the invoice has gone again since; None is told why."""
        if self.findings.get(answer.row):
            return None
        file = self.files.get(answer.batch)
        found = self.deliveries.get((file.pk, answer.invoice)) if file else None
        if file is None:
            self._tell(answer, "receipt_batch_unknown", answer.batch)
        elif self.states[answer.batch] not in _REACHED_OPERATOR:
            self._tell(answer, "receipt_batch_not_sent", answer.batch)
        elif found is None:
            self._tell(answer, "receipt_invoice_unknown", answer.invoice, batch=answer.batch)
        elif answer.amount != found[2]:
            self._tell(answer, "receipt_amount_wrong", str(answer.amount), expected=str(found[2]))
        else:
            if file not in self.about:
                self.about.append(file)
            invoice, attempt, _, newer = found
            return invoice, attempt, newer
        return None

    def _outcome(self, answer: DeliveryAnswer, found: tuple[int, int, bool]) -> str:
        invoice, attempt, newer = found
        assert answer.status is not None
        if answer.channel and answer.channel not in self.channels:
            self._tell(answer, "receipt_channel_unknown", answer.channel, severity="warning")
        before = self.answered.setdefault((invoice, attempt), set())
        first = self.rows.setdefault((invoice, attempt), answer.row)
        if answer.status in before or (answer.status == "pending" and before & _FINAL):
            if first != answer.row:
                self._tell(answer, "receipt_twice", answer.invoice, severity="warning", first=str(first))
            return "known"
        against = before & _FINAL if answer.status in _FINAL else set()
        before.add(answer.status)
        if against:
            earlier = ", ".join(sorted(against))
            self._tell(answer, "receipt_contradicts", answer.invoice, status=answer.status, earlier=earlier)
            return "contradicts"
        if newer and answer.status == "delivered":
            self._tell(answer, "receipt_after_going_again", answer.invoice, severity="warning")
        return "taken"

    def _tell(
        self, answer: DeliveryAnswer, rule: str, value: str, severity: Any = "error", **detail: str
    ) -> None:
        finding = Finding(rule, severity, "OC 3.9-d", row=answer.row, value=value, detail=detail)
        self.findings.setdefault(answer.row, []).append(finding)


def _deliveries(unit: Unit, files: Sequence[int]) -> Mapping[tuple[int, str], tuple[int, int, Decimal, bool]]:
    """The deliveries of the batches, by batch and invoice number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.file_id, %s || lpad(i.number::text, 9, '0'), i.id, d.attempt, i.total,"
            " EXISTS (SELECT FROM sales_invoicedelivery later WHERE later.unit_id = d.unit_id"
            "   AND later.invoice_id = d.invoice_id AND later.attempt > d.attempt)"
            " FROM sales_invoicedelivery d JOIN sales_invoice i ON i.id = d.invoice_id AND i.unit_id = d.unit_id"
            " WHERE d.unit_id = %s AND d.file_id = ANY (%s)",
            [unit.code, unit.pk, list(files)],
        )
        return {(row[0], row[1]): (row[2], row[3], row[4], row[5]) for row in cursor.fetchall()}


def _answered(unit: Unit, files: Sequence[int]) -> dict[tuple[int, int], set[str]]:
    """What counts of earlier answers, by delivery."""
    found: dict[tuple[int, int], set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT a.invoice_id, a.attempt, a.status FROM sales_deliveryreceipt a"
            " JOIN sales_invoicedelivery d ON d.unit_id = a.unit_id AND d.invoice_id = a.invoice_id"
            "   AND d.attempt = a.attempt AND d.file_id = ANY (%s)"
            " WHERE a.unit_id = %s AND a.outcome IN ('taken', 'contradicts')",
            [list(files), unit.pk],
        )
        for invoice, attempt, status in cursor.fetchall():
            found.setdefault((invoice, attempt), set()).add(status)
    return found


def _reconcile(file: OutboxFile, acting: Acting, report: str) -> Reconciled:
    """Compare a batch with all its answers; a batch that is answered for in full is receipted, once.

    An answer proves that a batch in doubt arrived: a held one leaves that state by it (D19).
    """
    only_one_sender(file)
    answered, amount = one_row(
        "SELECT count(*), coalesce(sum(i.total), 0) FROM sales_invoicedelivery d"
        " JOIN sales_invoice i ON i.id = d.invoice_id"
        " WHERE d.unit_id = %s AND d.file_id = %s AND EXISTS (SELECT FROM sales_deliveryreceipt a"
        "   WHERE a.unit_id = d.unit_id AND a.invoice_id = d.invoice_id AND a.attempt = d.attempt"
        "     AND a.outcome IN ('taken', 'contradicts'))",
        [file.unit_id, file.pk],
    )
    state = state_of(file)
    told_by = f"receipt report {report}"
    if state in {"intent", "held"}:
        state = "sent"
        happened(file, state, acting.at, told_by)
    if state == "sent" and (answered, amount) == (file.documents, file.amount):
        state = "receipted"
        happened(file, state, acting.at, told_by)
    return Reconciled(file.name, file.documents, answered, file.amount, amount, state)
