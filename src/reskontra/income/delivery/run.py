"""The delivery run: every invoice that has not gone out becomes a Finvoice document in one sealed batch."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.db import connection

from reskontra.database.scripts import script, statements
from reskontra.documents.findings import Finding
from reskontra.documents.invoice import Invoice
from reskontra.exchange import archive
from reskontra.exchange.models import OutboxFile
from reskontra.exchange.writing import Message, finvoice_batch
from reskontra.income.delivery.addressing import addressed
from reskontra.income.delivery.channels import channels_on
from reskontra.income.delivery.document import Seller, invoice_document
from reskontra.income.delivery.rules import (
    CHANNELS,
    REFUSED_BY,
    REFUSED_BY_OWN_CHECKS,
    decide_delivery,
    passed_over,
)
from reskontra.income.delivery.sealing import seal
from reskontra.kernel.clauses import known
from reskontra.kernel.references import running_number
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Unit, UnitAccount
from reskontra.runs.decisions import record_decisions
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control

_CHUNK = 2000
# What a person who asks why an invoice stays wants to see: which delivery, the channels tried, what our checks found.
_INPUTS = (
    "jsonb_strip_nulls(jsonb_build_object('attempt', attempt, 'passed_over', nullif(skipped, ''),"
    " 'findings', findings))"
)
_SPOOL = 16 << 20  # attachments of a batch stay in memory up to this many bytes

ROOM = "reskontra.income.delivery"


class MissingBankAccount(LookupError):
    """The unit has no bank account for income on the day: enter one before invoices ask for payment to it."""


def income_account(unit: Unit, day: date) -> UnitAccount:
    """The bank account that the invoices of ``unit`` ask for payment to on ``day``; raises ``MissingBankAccount``."""
    account = UnitAccount.objects.filter(unit=unit, purpose="income", validity__contains=day).first()
    if account is None:
        raise MissingBankAccount(unit.code)
    return account


def decide_invoices(unit: Unit, on: date, invoices: Sequence[int] | None = None) -> None:
    """Decide the channel of every invoice of ``unit`` that is to go out into the temporary table ``decided``.

    ``invoices`` narrows the scope to these ids. Raises ``ChannelsDefect`` on a day without channels.
    """
    channels = channels_on(on)
    values = {"unit": unit.pk, "invoices": None if invoices is None else list(invoices)}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS due_to_go, invoices_in_hand, decided")
        for statement in statements(ROOM, "subjects.sql"):
            cursor.execute(statement, values)
        query = decide_delivery(channels).select(
            "invoices_in_hand", f"decided.*, {passed_over(channels)} AS skipped, NULL::jsonb AS findings"
        )
        cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")
        cursor.execute("ANALYZE decided (id)")


class DeliveryRun:
    """Write and seal the batch of the unit's invoices that are to go out."""

    name = "delivery"
    lock = "delivery"

    def decide(self, run: Run, terms: Terms) -> None:
        """Every waiting invoice gets its channel."""
        decide_invoices(run.unit, run.on_date)

    def record(self, run: Run) -> None:
        """What is left is only known when the documents are written; a plan promises nothing."""

    def set_aside(self, run: Run) -> None:
        """An invoice does not change once it is numbered; a new address since the plan is only better."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write the batch into the archive, and its outbox row and deliveries into the books."""
        batch = _Batch(run, terms, acting)
        with SpooledTemporaryFile(_SPOOL) as attachments:
            stored = archive.store(
                finvoice_batch(batch.messages(), batch.reject, batch.attach(attachments), settings.SCHEMAS)
            )
            _record_left(run, batch)
            if batch.written == 0:
                return Applied(facts={"documents": 0, "rejected": batch.rejected})
            # What an invoice carries along leaves first, so that it is there when the invoice comes.
            sealed = []
            if batch.attached:
                attachments.seek(0)
                kept = archive.store(iter(partial(attachments.read, 1 << 20), b""))
                sealed.append(seal(run, acting, "finvoice-attachments", kept, batch.attached, Decimal(0)))
            file = seal(run, acting, "finvoice", stored, batch.written, batch.amount)
        controls = _deliver(run, file, batch)
        files = [
            {"kind": one.channel, "name": one.name, "digest": one.digest, "size": one.size}
            for one in (*sealed, file)
        ]
        return Applied(controls, files, {"documents": batch.written, "rejected": batch.rejected})


class _Batch:
    """The messages of one batch as they stream by, and what was counted of them."""

    def __init__(self, run: Run, terms: Terms, acting: Acting) -> None:
        self.run, self.terms, self.acting = run, terms, acting
        self.seller = Seller(run.unit, income_account(run.unit, run.on_date), terms)
        self.written, self.amount = 0, Decimal(0)
        self.rejected: list[dict[str, Any]] = []
        self.rejected_numbers: list[int] = []
        self.attached = 0
        self._carrier = terms.invoice_operator_code
        self._sender = run.unit.edi_code

    def messages(self) -> Iterator[tuple[Invoice, Message]]:
        """Every invoice with its message, in the order of the numbers; memory does not grow with the batch."""
        for head, rows in _heads_with_lines(self.run.unit):
            invoice = invoice_document(self.seller, head, rows)
            self.written += 1
            self.amount += invoice.total or 0
            yield invoice, self._message(head)

    def reject(self, invoice: Invoice, findings: list[Finding]) -> None:
        """Leave out what our own checks found wrong; the unit is told which and why."""
        self.written -= 1
        self.amount -= invoice.total or 0
        running = running_number(self.run.unit.code, invoice.number or "")
        assert running is not None  # or the invoice would count as sent
        self.rejected_numbers.append(running)
        self.rejected.append({"invoice": invoice.number, "findings": [found.as_json() for found in findings]})

    def attach(self, file: IO[bytes]) -> Callable[[bytes], None]:
        """Collect the messages of attachments in ``file``."""

        def write(message: bytes) -> None:
            file.write(message)
            self.attached += 1

        return write

    def _message(self, head: Sequence[Any]) -> Message:
        number, channel = head[1], head[21]
        address, operator = addressed(channel, head[24], head[25], self.terms)
        return Message(
            message_id=f"{self.run.pk}-{number}",
            timestamp=self.acting.at,
            sender=self._sender,
            sender_operator=self._carrier,
            receiver=address,
            receiver_operator=operator,
            channel=channel,
        )


def _heads_with_lines(unit: Unit) -> Iterator[tuple[Sequence[Any], list[Sequence[Any]]]]:
    """Two cursors over the same order, merged: each invoice with its lines."""
    driver = connection.connection
    with (
        driver.cursor("delivery_heads", binary=True) as heads,
        driver.cursor("delivery_lines", binary=True) as lines,
    ):
        heads.itersize = lines.itersize = _CHUNK
        heads.execute(script(ROOM, "documents.sql"), {"code": unit.code})
        lines.execute(script(ROOM, "lines.sql"))
        line = next(lines, None)
        for head in heads:
            own = []
            while line is not None and line[0] == head[0]:
                own.append(line)
                line = next(lines, None)
            yield head, own


def _record_left(run: Run, batch: _Batch) -> None:
    """Why each invoice stays: the delivery of one that goes says it itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE decided SET outcome = %s, standing = %s, clause = %s, findings = wrong.findings"
            " FROM unnest(%s::bigint[], %s::jsonb[]) AS wrong (number, findings) WHERE decided.number = wrong.number",
            [
                REFUSED_BY_OWN_CHECKS.name,
                REFUSED_BY_OWN_CHECKS.standing,
                known(REFUSED_BY),
                batch.rejected_numbers,
                [json.dumps(one["findings"], ensure_ascii=False) for one in batch.rejected],
            ],
        )
    record_decisions(
        run, DeliveryRun.name, "sales_invoicedecision", "invoice_id", tuple(CHANNELS.values()), _INPUTS
    )


def _deliver(run: Run, file: OutboxFile, batch: _Batch) -> list[Control]:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sales_invoicedelivery (unit_id, invoice_id, attempt, file_id, channel, clause, skipped)"
            " SELECT unit_id, id, attempt, %s, outcome, clause, skipped FROM decided"
            " WHERE standing = 'READY' ORDER BY id",
            [file.pk],
        )
        cursor.execute(
            "SELECT count(*), sum(i.total) FROM sales_invoicedelivery d JOIN sales_invoice i ON i.id = d.invoice_id"
            " WHERE d.unit_id = %s AND d.file_id = %s",
            [run.unit.pk, file.pk],
        )
        count, amount = cursor.fetchone()
    return [
        Control("documents in the batch = deliveries", str(batch.written), str(count)),
        Control("amount in the batch = deliveries", str(batch.amount), str(amount)),
    ]
