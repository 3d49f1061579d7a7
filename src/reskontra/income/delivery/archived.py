"""Archive material that comes back: documents, images and attachments against the invoicing report (OC 3.9-e)."""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from reskontra.documents.delivery_report import ArchivePackage, ReturnedFile
from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Invoice as Document
from reskontra.exchange import archive
from reskontra.exchange.attachments import Fetch
from reskontra.exchange.inbox import Received
from reskontra.exchange.reading import read_documents
from reskontra.income.delivery.taken import Taken
from reskontra.kernel.clauses import clause
from reskontra.kernel.references import running_number
from reskontra.registers.models import Unit
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Acting, lock
from reskontra.sales.models import ArchivedFile, ArchiveReturn

REPORT = "invoicing report"
_PDF = b"%PDF-"


@dataclass(frozen=True)
class PackageTaken(Taken):
    """What became of each file of a package."""

    kind = "archive_package"
    counted = ("accepted", "known", "returned")


@clause("OC 3.4-a", "OC 3.9-e")
def take_in_package(
    acting: Acting, received: Received, package: ArchivePackage, fetch: Fetch, on: date
) -> PackageTaken:
    """Archive every file of ``package`` that is what it should be. Called inside ``working_in``.

    ``fetch`` gives the bytes of a file that lies beside the list, None when it is not there. A file is taken
    when its bytes have the SHA-256 of the list and it is the document, the image or a sent attachment of an
    invoice that stands in an invoicing report; otherwise it is returned with its finding. The same bytes again
    change nothing, but what was returned before is looked at again: a missing file may lie beside the list now.
    """
    lock(acting.unit, "delivery")
    before = ArchiveReturn.objects.filter(unit=acting.unit, file=received.file).order_by("-id").first()
    if before and not before.archived.filter(outcome="returned").exists():
        known = [(file.row, "known", ()) for file in package.files]
        return PackageTaken(known, received.file.received_at.isoformat())
    run = Run.objects.create(
        unit=acting.unit, name="archive", on_date=on, person=acting.person, planned_at=acting.at
    )
    stored = ArchiveReturn.objects.create(
        unit=acting.unit, run=run, file=received.file, rows=len(package.files)
    )
    check = _Check(acting.unit, package, fetch)
    kept = [check.file(stored, file) for file in package.files]
    ArchivedFile.objects.bulk_create(kept, batch_size=5000)
    run.state, run.applied_at = "applied", acting.at
    run.save()
    return PackageTaken([(one.row, one.outcome, check.findings.get(one.row, ())) for one in kept])


@dataclass(frozen=True)
class _Listed:
    """An invoice as its run's invoicing report has it, and the attachments that went along, by SHA-256."""

    id: int
    total: Decimal
    attachments: frozenset[str]


class _Check:
    """What each file is compared with."""

    def __init__(self, unit: Unit, package: ArchivePackage, fetch: Fetch) -> None:
        self.unit, self.contents, self.fetch = unit, package.contents, fetch
        self.listed = _listed(unit, {file.invoice for file in package.files if file.invoice})
        ids = [one.id for one in self.listed.values()]
        accepted = ArchivedFile.objects.filter(unit=unit, outcome="accepted", invoice__in=ids)
        self.accepted = set(accepted.values_list("invoice_id", "role", "digest"))
        self.findings: dict[int, list[Finding]] = {}
        for finding in package.findings:
            self.findings.setdefault(finding.row or 0, []).append(finding)

    def file(self, stored: ArchiveReturn, file: ReturnedFile) -> ArchivedFile:
        """The file as a fact, with its outcome."""
        invoice = self.listed.get(file.invoice)
        outcome = self._outcome(file, invoice)
        if outcome == "accepted" and invoice and file.role:
            self.accepted.add((invoice.id, file.role, file.digest))
        return ArchivedFile(
            unit=self.unit,
            archive_return=stored,
            row=file.row,
            invoice_id=invoice.id if invoice else None,
            role=file.role or "",
            digest=file.digest,
            outcome=outcome,
            findings=[finding.as_json() for finding in self.findings.get(file.row, ())],
        )

    def _outcome(self, file: ReturnedFile, invoice: _Listed | None) -> str:
        if self.findings.get(file.row):
            return "returned"
        if invoice is None:
            return self._returned(file, "archive_invoice_unknown", file.invoice)
        data = self.contents[file.name] if file.name in self.contents else self.fetch(file.name)
        if data is None:
            return self._returned(file, "archive_file_missing", file.name)
        if hashlib.sha256(data).hexdigest() != file.digest:
            return self._returned(file, "archive_file_differs", file.name)
        if (invoice.id, file.role, file.digest) in self.accepted:
            return "known"
        if file.role == "xml" and not _is_document_of(data, file, invoice.total):
            return self._returned(
                file, "archive_xml_differs", file.invoice, expected=format(invoice.total, ".2f")
            )
        if file.role == "image" and not data.startswith(_PDF):
            return self._returned(file, "archive_image_kind", file.name)
        if file.role == "attachment" and file.digest not in invoice.attachments:
            return self._returned(file, "archive_attachment_unknown", file.name)
        archive.store([data])
        return "accepted"

    def _returned(self, file: ReturnedFile, rule: str, value: str, **detail: str) -> str:
        finding = Finding(rule, clause="OC 3.9-e", row=file.row, value=value, detail=detail)
        self.findings.setdefault(file.row, []).append(finding)
        return "returned"


def _is_document_of(data: bytes, file: ReturnedFile, total: Decimal) -> bool:
    """Whether the bytes are one invoice document with the number and the sum of the report."""
    try:
        documents = read_documents(data, file.name)
    except Refused:
        return False
    if len(documents) != 1 or not isinstance(documents[0], Document):
        return False
    return (documents[0].number, documents[0].total) == (file.invoice, total)


def _listed(unit: Unit, numbers: Iterable[str]) -> Mapping[str, _Listed]:
    """The invoices by number, with the sum of their run's invoicing report, read back from the archive."""
    own = [running for number in numbers if (running := running_number(unit.code, number)) is not None]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s || lpad(i.number::text, 9, '0'), i.id, i.run_id,"
            " coalesce((SELECT array_agg(DISTINCT sent ->> 'digest') FROM sales_invoiceline l"
            "   JOIN sales_order o ON o.id = l.order_id CROSS JOIN jsonb_array_elements(o.attachments) sent"
            "   WHERE l.invoice_id = i.id AND l.order_position = 1), '{}')"
            " FROM sales_invoice i WHERE i.unit_id = %s AND i.number = ANY (%s)",
            [unit.code, unit.pk, own],
        )
        rows = cursor.fetchall()
    totals = _totals(unit, {run for _, _, run, _ in rows})
    return {
        number: _Listed(id, totals[number], frozenset(attachments))
        for number, id, _, attachments in rows
        if number in totals
    }


def _totals(unit: Unit, runs: Iterable[int]) -> dict[str, Decimal]:
    """What the archived invoicing reports of the runs say of each invoice."""
    found: dict[str, Decimal] = {}
    for digest in Evidence.objects.filter(unit=unit, run__in=runs, control=REPORT).values_list(
        "document", flat=True
    ):
        report = io.StringIO(archive.read(digest).decode("utf-8"), newline="")
        for row in csv.DictReader(report, delimiter=";"):
            found[row["invoice"]] = Decimal(row["total"])
    return found
