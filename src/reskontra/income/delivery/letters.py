"""The letters run: every letter that has not gone out leaves by its channel, in one sealed batch a format.

What has a message form and an open e-invoice channel goes as Finvoice; everything else as a PDF in a zip, to be
printed. The PDF of a message is kept too: each letter can be shown as it was sent.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.db import connection

from reskontra.claims.letters import letter_number
from reskontra.database.scripts import script, statements
from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Invoice, Party
from reskontra.documents.letter import Letter, letter_from_json
from reskontra.documents.letter import Party as Addressee
from reskontra.exchange import archive
from reskontra.exchange.lettering import (
    MESSAGE_KINDS,
    Package,
    letter_findings,
    letter_message,
    letter_pdfs,
)
from reskontra.exchange.models import OutboxFile
from reskontra.exchange.writing import Message, finvoice_batch
from reskontra.income.delivery.addressing import addressed
from reskontra.income.delivery.channels import channels_on
from reskontra.income.delivery.document import buyer_party, seller_party
from reskontra.income.delivery.letter_rules import decide_letters, letters_passed_over
from reskontra.income.delivery.rules import CHANNELS, REFUSED_BY, REFUSED_BY_OWN_CHECKS
from reskontra.income.delivery.sealing import seal
from reskontra.kernel.clauses import clause, known
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Unit
from reskontra.runs.decisions import record_decisions
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Acting, Applied, Control

MESSAGES = "finvoice-letters"
PRINTS = "letters-print"
COPIES = "letters as they were sent"  # evidence: the PDFs of what went as messages

# What a person who asks why a letter stays wants to see: the channels tried, what our checks found.
_INPUTS = "jsonb_strip_nulls(jsonb_build_object('passed_over', nullif(skipped, ''), 'findings', findings))"
_CHUNK = 500
_SPOOL = 16 << 20  # PDFs stay in memory up to this many bytes
_ROOM = "reskontra.income.delivery"


def prepare_letters(unit: Unit, letters: Sequence[int] | None = None, *, everything: bool = False) -> None:
    """Letters with what a rule may ask of them, into the temporary table ``letters_in_hand``.

    ``letters`` narrows the scope to these ids; ``everything`` takes those that have gone out too.
    """
    values = {
        "unit": unit.pk,
        "letters": None if letters is None else list(letters),
        "all": everything,
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS decided")
    take_letters("letters_due.sql", values)


def take_letters(told: str, values: Mapping[str, Any]) -> None:
    """Fill ``letters_in_hand`` with the letters that the script ``told`` tells of, given its ``values``."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS letters_due, letters_about, letters_in_hand")
        for name in (told, "letters.sql"):
            for statement in statements(_ROOM, name):
                cursor.execute(statement, {**values, "messages": list(MESSAGE_KINDS)})


def decide_letters_on(unit: Unit, on: date, letters: Sequence[int] | None = None) -> None:
    """Decide the channel of every letter of ``unit`` that is to go out into the temporary table ``decided``.

    ``letters`` narrows the scope to these ids. Raises ``ChannelsDefect`` on a day without channels.
    """
    channels = channels_on(on)
    prepare_letters(unit, letters)
    query = decide_letters(channels).select(
        "letters_in_hand", f"decided.*, {letters_passed_over(channels)} AS skipped, NULL::jsonb AS findings"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")
        cursor.execute("ANALYZE decided (id)")


class LettersRun:
    """Write and seal the batches of the unit's letters that are to go out."""

    name = "letters"
    lock = "delivery"

    def __init__(self, letters: Sequence[int] | None = None) -> None:
        self._letters = letters

    def decide(self, run: Run, terms: Terms) -> None:
        """Every waiting letter gets its channel."""
        decide_letters_on(run.unit, run.on_date, self._letters)

    def record(self, run: Run) -> None:
        """What is left is only known when the letters are written; a plan promises nothing."""

    def set_aside(self, run: Run) -> None:
        """A letter does not change once it is written; a new address since the plan is only better."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write both batches into the archive, and their outbox rows and the deliveries into the books."""
        batches = _Batches(run, terms, acting)
        files = batches.sealed()
        controls = batches.deliver(files)
        told = [
            {"kind": one.channel, "name": one.name, "digest": one.digest, "size": one.size}
            for one in files.values()
        ]
        return Applied(controls, told, {"documents": len(batches.out), "rejected": batches.rejected})


@dataclass(frozen=True)
class Leaving:
    """A letter on its way: what it says under today's address, who gets it, and by which channel."""

    id: int
    number: str
    document: Letter
    channel: str
    amount: Decimal
    buyer: Party
    address: str
    operator: str


@clause("OC 2.2-f", "OC 3.8-a")
def leaving(unit: Unit, standings: Sequence[str]) -> Iterator[Leaving]:
    """The letters of ``decided`` with these standings, in the order of their numbers; memory does not grow.

    The address is the register's of this moment, by the rule of invoices: an address that was written before
    somebody was protected never leaves.
    """
    with connection.connection.cursor("letters_leaving", binary=True) as rows:
        rows.itersize = _CHUNK
        rows.execute(script(_ROOM, "letter_documents.sql"), {"standings": list(standings)})
        for pk, number, told, channel, amount, customer, recipient, address, operator in rows:
            buyer = buyer_party(unit, customer, recipient)
            document = replace(letter_from_json(json.loads(told)), receiver=_receiver(buyer))
            yield Leaving(
                pk, letter_number(unit, number), document, channel, amount, buyer, address, operator
            )


def _receiver(buyer: Party) -> Addressee:
    town = " ".join(filter(None, (buyer.postcode, buyer.town)))
    lines = (buyer.name2, *(buyer.street or "").splitlines(), town)
    return Addressee(
        name=buyer.name or "",
        address=tuple(line for line in lines if line),
        country=buyer.country or "FI",
        business_id=buyer.business_id or "",
    )


class _Batches:
    """The letters of one run as they stream by: into which file each went, and what was left out."""

    def __init__(self, run: Run, terms: Terms, acting: Acting) -> None:
        self.run, self.terms, self.acting = run, terms, acting
        self.rejected: list[dict[str, Any]] = []
        self.out: dict[int, _Out] = {}
        self._left: set[str] = set()  # numbers of the letters that our own checks found wrong
        channels = channels_on(run.on_date).by_key
        self._electronic = frozenset(key for key, one in channels.items() if one.electronic)

    def sealed(self) -> dict[str, OutboxFile]:
        """Write and seal the batches; a format without letters has none."""
        stored = archive.store(
            finvoice_batch(self._messages(), self._reject_message, _nothing_attached, settings.SCHEMAS)
        )
        with SpooledTemporaryFile(_SPOOL) as printed, SpooledTemporaryFile(_SPOOL) as kept:
            with Package(printed, self.run.on_date) as prints, Package(kept, self.run.on_date) as copies:
                self._make_pdfs(prints, copies)
            files = {}
            if len(copies):
                Evidence.objects.create(
                    unit=self.run.unit, run=self.run, control=COPIES, document=_archived(kept).digest
                )
                files[MESSAGES] = self._seal(MESSAGES, stored, "xml")
            if len(prints):
                files[PRINTS] = self._seal(PRINTS, _archived(printed), "zip")
        return files

    def deliver(self, files: Mapping[str, OutboxFile]) -> list[Control]:
        """The deliveries as facts, beside what was decided and what the batches hold."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO claims_letterdelivery"
                " (unit_id, run_id, letter_id, file_id, channel, clause, skipped, digest)"
                " SELECT d.unit_id, %s, d.id, sent.file, d.outcome, d.clause, d.skipped, sent.digest"
                " FROM decided d"
                " JOIN unnest(%s::bigint[], %s::bigint[], %s::text[]) sent (id, file, digest) ON sent.id = d.id"
                " WHERE d.standing = 'READY' ORDER BY d.id",
                [
                    self.run.pk,
                    list(self.out),
                    [files[one.batch].pk for one in self.out.values()],
                    [one.digest for one in self.out.values()],
                ],
            )
            cursor.execute(_CONTROLS, {"unit": self.run.unit.pk, "run": self.run.pk})
            decided, amount_decided, delivered, amount, batched, amount_batched = cursor.fetchone()
            # What our own checks refused is not counted as sent.
            cursor.execute(
                "UPDATE decided SET outcome = %s, standing = %s, clause = %s, findings = wrong.findings"
                " FROM unnest(%s::bigint[], %s::jsonb[]) AS wrong (number, findings)"
                " WHERE decided.number = wrong.number",
                [
                    REFUSED_BY_OWN_CHECKS.name,
                    REFUSED_BY_OWN_CHECKS.standing,
                    known(REFUSED_BY),
                    [int(one["letter"].removeprefix(f"{self.run.unit.code}L")) for one in self.rejected],
                    [json.dumps(one["findings"], ensure_ascii=False) for one in self.rejected],
                ],
            )
        # Why each letter stays: the delivery of one that goes says it itself.
        record_decisions(
            self.run, LettersRun.name, "claims_letterdecision", "letter_id", tuple(CHANNELS.values()), _INPUTS
        )
        left = len(self.rejected)
        return [
            Control("letters decided = in the batches and left out", str(decided), str(delivered + left)),
            Control("letters delivered = in the batches", str(delivered), str(batched)),
            Control("amount asked for = in the batches", str(amount), str(amount_batched)),
            *([] if left else [Control("amount decided = asked for", str(amount_decided), str(amount))]),
        ]

    def _messages(self) -> Iterator[tuple[Invoice, Message]]:
        """Every letter that goes as a message, with its frame."""
        for one in leaving(self.run.unit, ["READY"]):
            if one.channel not in self._electronic:
                continue
            if found := letter_findings(one.document, one.number):
                self._reject(one.number, found)
                continue
            seller = seller_party(self.run.unit, one.document.language)
            yield letter_message(one.document, one.number, seller, one.buyer), self._frame(one)

    def _frame(self, one: Leaving) -> Message:
        receiver, operator = addressed(one.channel, one.address, one.operator, self.terms)
        return Message(
            message_id=f"{self.run.pk}-{one.number}",
            timestamp=self.acting.at,
            sender=self.run.unit.edi_code,
            sender_operator=self.terms.invoice_operator_code,
            receiver=receiver,
            receiver_operator=operator,
            channel=one.channel,
        )

    def _make_pdfs(self, prints: Package, copies: Package) -> None:
        """Every letter that was not left out as a PDF: to be printed, or kept beside its message."""
        for one, made in letter_pdfs(self._to_make()):
            if isinstance(made, Refused):
                self._reject(one.number, list(made.findings))
                continue
            batch, package = (MESSAGES, copies) if one.channel in self._electronic else (PRINTS, prints)
            digest = package.add(one.number, made, one.buyer.number or "", one.channel)
            self.out[one.id] = _Out(batch, digest, one.amount)

    def _to_make(self) -> Iterator[tuple[Leaving, Letter, str]]:
        for one in leaving(self.run.unit, ["READY"]):
            if one.number not in self._left:
                yield one, one.document, one.number

    def _reject_message(self, message: Invoice, findings: list[Finding]) -> None:
        self._reject(message.number or "", findings)

    def _reject(self, number: str, findings: list[Finding]) -> None:
        """Leave out what our own checks found wrong; the unit is told which and why."""
        self._left.add(number)
        self.rejected.append({"letter": number, "findings": [found.as_json() for found in findings]})

    def _seal(self, batch: str, stored: archive.Stored, ending: str) -> OutboxFile:
        amounts = [one.amount for one in self.out.values() if one.batch == batch]
        total = sum(amounts, Decimal(0))
        return seal(self.run, self.acting, batch, stored, len(amounts), total, ending)


@dataclass(frozen=True, slots=True)
class _Out:
    """A letter in a batch: which one, its PDF by SHA-256, and what it asks for in euro."""

    batch: str
    digest: str
    amount: Decimal


# What was decided to go, what was delivered, and what the batches say that they hold: count and euro of each.
_CONTROLS = """
SELECT decided.count, decided.amount, delivered.count, delivered.amount, batches.count, batches.amount
FROM (SELECT count(*), coalesce(sum(amount), 0) AS amount FROM decided WHERE standing = 'READY') decided
CROSS JOIN (SELECT count(*), coalesce(sum(d.amount), 0) AS amount
            FROM claims_letterdelivery l JOIN decided d ON d.id = l.letter_id
            WHERE l.unit_id = %(unit)s AND l.run_id = %(run)s) delivered
CROSS JOIN (SELECT coalesce(sum(documents), 0) AS count, coalesce(sum(amount), 0) AS amount
            FROM exchange_outboxfile WHERE unit_id = %(unit)s AND run_id = %(run)s) batches
"""


def _archived(file: SpooledTemporaryFile[bytes]) -> archive.Stored:
    file.seek(0)
    return archive.store(iter(partial(file.read, 1 << 20), b""))


def _nothing_attached(message: bytes) -> None:
    """Letters carry no files along."""
    raise AssertionError("a letter has no attachments")
