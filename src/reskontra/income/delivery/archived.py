"""Archive material that comes back: documents, images and attachments against the invoicing report (OC 3.9-e)."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from django.db import connection

from reskontra.documents.delivery_report import ArchivePackage, ReturnedFile
from reskontra.documents.findings import Finding
from reskontra.exchange import archive
from reskontra.exchange.attachments import Fetch
from reskontra.exchange.comparing import read_pdfs
from reskontra.exchange.excerpts import finvoices_of
from reskontra.exchange.inbox import Received
from reskontra.income.delivery.lists import Lacking, lacking_of
from reskontra.income.delivery.returned import (
    Sent,
    Wrong,
    attachment_differs,
    document_differs,
    image_differs,
)
from reskontra.income.delivery.taken import Taken
from reskontra.kernel.clauses import clause
from reskontra.kernel.references import running_number
from reskontra.registers.models import Unit
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Acting, lock
from reskontra.sales.models import ArchivedFile, ArchiveReturn, InvoiceDelivery

REPORT = "invoicing report"
_IMAGES_AT_ONCE = 100


@dataclass(frozen=True)
class PackageTaken(Taken):
    """What became of each file of a package, and what the archive still lacks of the invoices that it is about."""

    kind = "archive_package"
    counted = ("accepted", "known", "returned")

    lacking: Sequence[Lacking] = ()

    def _own(self) -> dict[str, Any]:
        return {"lacking": [one.as_json() for one in self.lacking]}


@clause("OC 3.4-a", "OC 3.9-e")
def take_in_package(
    acting: Acting, received: Received, package: ArchivePackage, fetch: Fetch, on: date
) -> PackageTaken:
    """Archive every file of ``package`` that is what it should be. Called inside ``working_in``.

    ``fetch`` gives the bytes of a file that lies beside the list, None when it is not there. A file is taken
    when its bytes have the SHA-256 of the list and it is, of an invoice that stands in an invoicing report, the
    document that was sent, a PDF of it, or an attachment that went along; otherwise it is returned with its
    findings. The same bytes again change nothing, but what was returned before is looked at again: a missing file
    may lie beside the list now.
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
    check.images()
    kept = [check.file(stored, file) for file in package.files]
    ArchivedFile.objects.bulk_create(kept, batch_size=5000)
    run.state, run.applied_at = "applied", acting.at
    run.save()
    return PackageTaken(
        [(one.row, one.outcome, check.findings.get(one.row, ())) for one in kept],
        lacking=lacking_of(acting.unit, [one.id for one in check.listed.values()]),
    )


class _Check:
    """What each file is compared with."""

    def __init__(self, unit: Unit, package: ArchivePackage, fetch: Fetch) -> None:
        self.unit, self.package, self.fetch = unit, package, fetch
        self.listed = _listed(unit, {file.invoice for file in package.files if file.invoice})
        ids = [one.id for one in self.listed.values()]
        accepted = ArchivedFile.objects.filter(unit=unit, outcome="accepted", invoice__in=ids)
        self.accepted = set(accepted.values_list("invoice_id", "role", "digest"))
        self.findings: dict[int, list[Finding]] = {}
        for finding in package.findings:
            self.findings.setdefault(finding.row or 0, []).append(finding)
        self.seen: dict[str, Sequence[Wrong]] = {}  # what is wrong with each image, by its name

    def images(self) -> None:
        """Look at the images that are not in the archive yet, many at once: each is read apart from us."""
        wanted = (
            (file, invoice, data)
            for file in self.package.files
            if file.role == "image"
            and (invoice := self.listed.get(file.invoice)) is not None
            and (invoice.id, "image", file.digest) not in self.accepted
            and (data := self._data(file.name)) is not None
            and hashlib.sha256(data).hexdigest() == file.digest
        )
        while several := list(islice(wanted, _IMAGES_AT_ONCE)):
            told = read_pdfs([data for _, _, data in several])
            for (file, invoice, _), one in zip(several, told, strict=True):
                self.seen[file.name] = image_differs(one, invoice)

    def _data(self, name: str) -> bytes | None:
        contents = self.package.contents
        return contents[name] if name in contents else self.fetch(name)

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

    def _outcome(self, file: ReturnedFile, invoice: Sent | None) -> str:
        if self.findings.get(file.row):
            return "returned"
        if invoice is None:
            return self._returned(file, "archive_invoice_unknown", file.invoice)
        data = self._data(file.name)
        if data is None:
            return self._returned(file, "archive_file_missing", file.name)
        if hashlib.sha256(data).hexdigest() != file.digest:
            return self._returned(file, "archive_file_differs", file.name)
        if (invoice.id, file.role, file.digest) in self.accepted:
            return "known"
        for rule, detail in self._wrong(file, data, invoice):
            self._returned(file, rule, file.name, invoice=file.invoice, **detail)
        if self.findings.get(file.row):
            return "returned"
        archive.store([data])
        return "accepted"

    def _wrong(self, file: ReturnedFile, data: bytes, invoice: Sent) -> Sequence[Wrong]:
        if file.role == "xml":
            return document_differs(data, invoice)
        if file.role == "image":
            return self.seen[file.name]
        return attachment_differs(file.name, file.digest, invoice)

    def _returned(self, file: ReturnedFile, rule: str, value: str, **detail: str) -> str:
        finding = Finding(rule, clause="OC 3.9-e", row=file.row, value=value, detail=detail)
        self.findings.setdefault(file.row, []).append(finding)
        return "returned"


def _listed(unit: Unit, numbers: Iterable[str]) -> Mapping[str, Sent]:
    """The invoices by number, with the sum of their run's invoicing report, read back from the archive."""
    own = [running for number in numbers if (running := running_number(unit.code, number)) is not None]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s || lpad(i.number::text, 9, '0'), i.id, i.run_id, i.reference,"
            " coalesce((SELECT jsonb_object_agg(sent ->> 'digest', sent ->> 'name') FROM sales_invoiceline l"
            "   JOIN sales_order o ON o.id = l.order_id CROSS JOIN jsonb_array_elements(o.attachments) sent"
            "   WHERE l.invoice_id = i.id AND l.order_position = 1), '{}')"
            " FROM sales_invoice i WHERE i.unit_id = %s AND i.number = ANY (%s) ORDER BY i.number",
            [unit.code, unit.pk, own],
        )
        rows = cursor.fetchall()
    totals = _totals(unit, {row[2] for row in rows})
    documents = _documents(unit, {row[1]: row[0] for row in rows})
    return {
        number: Sent(id, number, totals[number], reference, documents.get(id, ()), json.loads(attachments))
        for number, id, _, reference, attachments in rows
        if number in totals
    }


def _documents(unit: Unit, numbers: Mapping[int, str]) -> dict[int, list[bytes]]:
    """The documents that went out of each invoice, the newest first, out of their sealed batches."""
    deliveries = (
        InvoiceDelivery.objects.filter(unit=unit, invoice__in=list(numbers))
        .order_by("-file_id", "invoice__number")
        .values_list("file__digest", "file__run_id", "invoice_id")
    )
    found: dict[int, list[bytes]] = {}
    for digest, several in groupby(deliveries, itemgetter(0)):
        ids = {f"{run}-{numbers[invoice]}": invoice for _, run, invoice in several}
        for message, document in finvoices_of(digest, ids).items():
            found.setdefault(ids[message], []).append(document)
    return found


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
