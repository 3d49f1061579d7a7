"""The run that takes in files of suppliers' invoices: every invoice is kept and decided, in one transaction."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from reskontra.database.rows import one_row, rows
from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Invoice
from reskontra.exchange import archive
from reskontra.exchange.models import InboxFile
from reskontra.exchange.reading import read_documents
from reskontra.expenditure.intake.rules import RETURNED_FOR, decide_intake
from reskontra.expenditure.intake.sizes import refuse_attachments, refuse_too_large
from reskontra.expenditure.intake.staging import FileInHand, Staged, stage, statements
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Unit
from reskontra.runs.decisions import CHANGED_SINCE_PLAN
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control

RULE = "intake"
_KIND = "purchase_"
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('supplier', decided.supplier_number, 'found_by', decided.found_by,
  'receiving_address', nullif(decided.address, ''), 'stream', decided.stream, 'voucher_type', decided.voucher_type,
  'currency', nullif(decided.currency, 'EUR'), 'duplicate_of', 'PI' || decided.duplicate_of,
  'same_number', 'PI' || decided.same_number, 'findings', nullif(decided.findings, 0),
  'errors', nullif(decided.errors, 0)))"""
# A run counts euro: an invoice in another currency keeps its amount on itself alone.
# Numbered as they stand in the files: what a plan was seen to say is the same when it is applied.
_COLUMNS = f"""decided.n AS id, %(unit)s::bigint AS unit_id, decided.file_id, {_INPUTS} AS inputs,
  CASE WHEN decided.currency = 'EUR' THEN coalesce(decided.total, 0) ELSE 0 END AS amount"""


def inbox_kind(channel: str) -> str:
    """The kind under which a file of invoices lies in the inbox: it tells how the file came."""
    return f"{_KIND}{channel}"


@dataclass(frozen=True)
class Unreadable:
    """A file of the inbox that is refused whole, and why; nothing of it is stored."""

    file: InboxFile
    findings: Sequence[Finding]


@clause("EX 1-b")
def read_invoices(file: InboxFile, data: bytes, terms: Terms) -> FileInHand:
    """The invoices of a file of the inbox; raises ``Refused`` for the whole file."""
    channel = file.kind.removeprefix(_KIND)
    refuse_too_large(len(data), file.name, channel, terms)
    documents = read_documents(data, file.name)
    invoices = [document for document in documents if isinstance(document, Invoice)]
    if len(invoices) != len(documents) or not invoices:
        raise Refused(Finding("purchase_not_invoices", clause="EX 5-a", value=file.name))
    refuse_attachments(invoices, terms)
    return FileInHand(file.pk, file.name, channel, timezone.localdate(file.received_at), invoices)


class IntakeRun:
    """Take in the files of the inbox that hold invoices and were not taken in. Given ``files``, only these."""

    name = "purchase_intake"
    lock = "purchases"

    def __init__(self, files: Sequence[FileInHand] | None = None) -> None:
        self.files = files
        self.unreadable: list[Unreadable] = []
        self.staged = Staged()

    def decide(self, run: Run, terms: Terms) -> None:
        """Read and decide every invoice into ``decided``; a file that cannot be used is left where it lies."""
        files = self.files if self.files is not None else self._waiting(run.unit, terms)
        self.staged = stage(files)
        values = {
            "unit": run.unit.pk,
            "edi_code": run.unit.edi_code,
            "other_suffix": terms.other_expenditure_suffix,
            "other_type": terms.other_expenditure_voucher_type,
        }
        with connection.cursor() as cursor:
            for statement in statements("subjects.sql"):
                cursor.execute(statement, values)
            query = decide_intake().select("subject_in_hand", _COLUMNS)
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}", values)
            cursor.execute("ANALYZE decided (id)")

    def _waiting(self, unit: Unit, terms: Terms) -> Iterator[FileInHand]:
        """The files that were received and not taken in, as they came: one at a time is in memory, and read to its end
        before any of it is handed over.
        """
        found = InboxFile.objects.filter(unit=unit, kind__startswith=_KIND).extra(
            where=[
                "NOT EXISTS (SELECT FROM purchases_purchaseinvoice p"
                " WHERE p.unit_id = exchange_inboxfile.unit_id AND p.file_id = exchange_inboxfile.id)"
            ]
        )
        for one in found.order_by("id"):
            try:
                file = read_invoices(one, archive.read(one.digest), terms)
            except Refused as refused:
                self.unreadable.append(Unreadable(one, refused.findings))
                continue
            yield file
            del file

    def record(self, run: Run) -> None:
        """Nothing yet: a decision is about an invoice, which is stored when the run is applied."""

    def set_aside(self, run: Run) -> None:
        """Leave every file that came after the plan was made."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE decided SET outcome = %s, standing = %s WHERE file_id IN"
                " (SELECT id FROM exchange_inboxfile WHERE unit_id = %s AND received_at > %s)",
                [CHANGED_SINCE_PLAN.name, CHANGED_SINCE_PLAN.standing, run.unit.pk, run.planned_at],
            )

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write invoices, their rows, VAT, numbers, findings, suppliers, returns and decisions."""
        values: dict[str, Any] = {
            "unit": run.unit.pk,
            "run": run.pk,
            "rule": RULE,
            "at": acting.at,
            "on": run.on_date,
            "reasons": json.dumps({outcome.name: reason for outcome, reason in RETURNED_FOR.items()}),
        }
        with connection.cursor() as cursor:
            for statement in statements("facts.sql"):
                cursor.execute(statement, values)
        return Applied(self._controls(run), (), self._facts())

    def _controls(self, run: Run) -> list[Control]:
        """What the files hold against what is on disk; of a plan only those files that it knew."""
        invoices, read_rows_, total = one_row(
            "SELECT count(*), (SELECT count(*) FROM row_in_hand JOIN taken USING (n)),"
            " coalesce(sum(h.total), 0) FROM invoice_in_hand h JOIN taken USING (n)"
        )
        stored, stored_rows, stored_total = one_row(
            "SELECT count(*), (SELECT count(*) FROM purchases_purchaseinvoiceline l"
            "  JOIN purchases_purchaseinvoice o ON o.id = l.invoice_id"
            "  WHERE o.unit_id = %(unit)s AND o.run_id = %(run)s),"
            " coalesce(sum(i.total), 0)"
            " FROM purchases_purchaseinvoice i WHERE i.unit_id = %(unit)s AND i.run_id = %(run)s",
            {"unit": run.unit.pk, "run": run.pk},
        )
        found = [
            Control("invoices of the files = invoices stored", str(invoices), str(stored)),
            Control("rows of the files = rows stored", str(read_rows_), str(stored_rows)),
            Control("totals of the files = totals stored", f"{total:.2f}", f"{stored_total:.2f}"),
        ]
        if invoices == self.staged.invoices:
            found.append(
                Control("totals as read = totals stored", f"{self.staged.total:.2f}", f"{stored_total:.2f}")
            )
            found.append(Control("rows as read = rows stored", str(self.staged.rows), str(stored_rows)))
        return found

    def _facts(self) -> dict[str, Any]:
        return {
            "invoices": self.staged.invoices,
            "refused_files": [
                {"file": one.file.name, "findings": [finding.as_json() for finding in one.findings]}
                for one in self.unreadable
            ],
        }


@dataclass(frozen=True)
class Stored:
    """One invoice of a file as it was decided, for the answer."""

    invoice: int
    position: int
    number: str
    seller: str
    total: Decimal | None
    currency: str
    outcome: str
    standing: str


def stored_of(unit: Unit, file: int) -> list[Stored]:
    """What became of each invoice of a file, in its order."""
    found = rows(
        "SELECT i.id AS invoice, i.position, i.number, i.seller_name AS seller, i.total, i.currency,"
        " d.outcome, d.standing"
        " FROM purchases_purchaseinvoice i"
        " JOIN purchases_purchasedecision d ON d.invoice_id = i.id AND d.run_id = i.run_id AND d.rule = %s"
        " WHERE i.unit_id = %s AND i.file_id = %s ORDER BY i.position",
        [RULE, unit.pk, file],
    )
    return [Stored(**one) for one in found]
