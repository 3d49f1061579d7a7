"""Files that go out: sealed when built, handed over exactly once, held when in doubt.

A batch is built inside the run's transaction. After commit it is handed to the operator's folder: the intent is
stored, the bytes are linked to their final name, which fails if the name is taken, and the sending is stored. A
crash in between leaves an intent; then the folder is looked at, and what cannot be told from there is held
until a receipt or two persons decide. No machine sends in doubt.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from reskontra.database.session import working_in
from reskontra.exchange import archive
from reskontra.exchange.models import OutboxEvent, OutboxFile
from reskontra.registers.models import Person, Unit

_LONGEST_DETAIL = 200
SCHEDULED = frozenset({"supplier-payments"})  # channels whose batches go by a schedule of their own (EX 9-a)


class SealBroken(Exception):
    """The archived bytes of a batch are not those that were sealed; it is not sent."""


class NotHeld(Exception):
    """Only a batch that is held can be decided by two persons."""


@dataclass(frozen=True)
class Handed:
    """A batch and where it stands after an attempt to send it."""

    file: OutboxFile
    state: str
    path: Path


def operator_folder() -> Path:
    """The folder that the operator fetches from."""
    return Path(settings.OUT)


def state_of(file: OutboxFile) -> str:
    """Where the batch stands: built, or the newest of what happened to it."""
    newest = OutboxEvent.objects.filter(unit_id=file.unit_id, file=file).order_by("-id").first()
    return newest.state if newest else "built"


def waiting(unit: Unit, channel: str = "") -> Iterator[OutboxFile]:
    """The unit's batches that are built or intended but not yet known to be sent.

    Without a ``channel`` those that may go at any time; what goes by a schedule is asked for by its channel.
    """
    for file in OutboxFile.objects.filter(unit=unit).order_by("id"):
        ours = file.channel == channel if channel else file.channel not in SCHEDULED
        if ours and state_of(file) in {"built", "intent"}:
            yield file


def hand_over(file: OutboxFile, at: datetime) -> Handed:
    """Send one batch, once. Each step commits by itself, so this is called outside any transaction.

    Returns the state that the batch reached: ``sent`` or ``held``.
    """
    folder = operator_folder() / file.channel if file.channel != "finvoice" else operator_folder()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / file.name
    with _sending(file):
        with working_in([file.unit_id]):
            before = state_of(file)
            if before == "built":
                happened(file, "intent", at)
        if before not in {"built", "intent"}:
            return Handed(file, before, target)
        state = _link(file, target) if before == "built" else _look(file, target)
        with working_in([file.unit_id]):
            happened(file, state, at)
    return Handed(file, state, target)


@contextmanager
def _sending(file: OutboxFile) -> Iterator[None]:
    """Be the only sender of the batch across transactions.

    An intent that another finds is then one that a sender left behind: with its process its hold is gone too.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('outbox'), %s)", [file.pk % 2**31])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('outbox'), %s)", [file.pk % 2**31])


def decide_held(file: OutboxFile, sent: bool, first: Person, second: Person, at: datetime) -> None:
    """Two persons say what became of a held batch: it was ``sent``, or it was not and may be built again.

    Raises ``NotHeld``, also when two others were heard first. The database refuses one person twice
    (``a_held_batch_is_decided_by_two``).
    """
    only_one_sender(file)
    if state_of(file) != "held":
        raise NotHeld(file.name)
    OutboxEvent.objects.create(
        unit_id=file.unit_id,
        file=file,
        state="sent" if sent else "released",
        happened_at=at,
        person=first,
        second_person=second,
    )


def only_one_sender(file: OutboxFile) -> None:
    """Wait until nobody else moves the batch, and keep it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('outbox'), %s)", [file.pk % 2**31])


def happened(file: OutboxFile, state: str, at: datetime, detail: str = "") -> None:
    """Store that the batch is in ``state`` since ``at``; ``detail`` says by what it is known, as far as it fits."""
    OutboxEvent.objects.create(
        unit_id=file.unit_id, file=file, state=state, happened_at=at, detail=detail[:_LONGEST_DETAIL]
    )


def _link(file: OutboxFile, target: Path) -> str:
    """Give the sealed bytes their final name; a name that is taken is never written over."""
    temporary = target.with_name(f".{file.name}.part")
    digest = hashlib.sha256()
    with archive.path_of(file.digest).open("rb") as source, temporary.open("wb") as copy:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    try:
        if digest.hexdigest() != file.digest:
            raise SealBroken(file.name)
        try:
            os.link(temporary, target)
        except FileExistsError:
            return _look(file, target)
        archive.flush_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return "sent"


def _look(file: OutboxFile, target: Path) -> str:
    """What the operator's folder tells of an earlier attempt: our very bytes are there, or nobody knows."""
    if target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == file.digest:
        return "sent"
    return "held"
