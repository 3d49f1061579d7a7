"""Taking in a file, from its bytes to the answer: one way for the command, the desk and the interface.

The bytes are kept before anybody reads them, they are read outside any transaction, and what they ask for is stored in
one. A check does all of it and leaves nothing behind.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db import connection

from reskontra.database.session import room_to_work
from reskontra.documents.findings import Finding, Refused
from reskontra.exchange import archive
from reskontra.exchange.attachments import Fetch
from reskontra.exchange.inbox import Received, receive
from reskontra.exchange.models import FileAnswer
from reskontra.exchange.reading import is_invoice_file, read_documents
from reskontra.expenditure.intake.files import check_size, take_in_invoices
from reskontra.expenditure.intake.run import inbox_kind
from reskontra.expenditure.intake.sizes import refuse_too_large
from reskontra.gate.rooms import INVOICES, Contents
from reskontra.gate.taken import RoomAnswer, Taken, refused_for, told_by
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting

# A transaction of the person in the unit, refused without the right to the act that is named.
Opens = Callable[[str], AbstractContextManager[Acting]]


def nothing_beside(name: str) -> bytes | None:
    """No attachment came along."""
    return None


@dataclass(frozen=True)
class Brought:
    """A file as somebody brings it by ``way`` (command, desk or api); ``fetch`` gives what lies beside it by name.

    ``channel`` is how suppliers' invoices came. With ``kind`` a file of any other kind is refused.
    """

    name: str
    data: bytes = field(repr=False)
    way: str
    fetch: Fetch = nothing_beside
    channel: str = "einvoice"
    kind: str = ""

    @cached_property
    def of_invoices(self) -> bool:
        """Whether it looks like suppliers' invoices: their run reads them itself."""
        return is_invoice_file(self.data)

    @property
    def act(self) -> str:
        """What a person must be allowed to leave it in the inbox."""
        return "run_intake" if self.of_invoices else "import"


class _Undone(Exception):
    """Takes back everything that a check did."""

    def __init__(self, taken: Taken) -> None:
        super().__init__()
        self.taken = taken


def take_in(
    opens: Opens,
    brought: Brought,
    on: date,
    language: str,
    also: Callable[[Acting, Taken], None] | None = None,
) -> Taken:
    """Keep the bytes, read them, and store what they ask for; ``also`` is done in the same transaction.

    Raises ``Refused`` for the whole file, which stays in the inbox with the reasons; ``NotAllowed``, and what else the
    file's room raises. The same bytes again change nothing and say so.
    """
    _refuse_other_invoices(brought)
    with opens(brought.act) as acting:
        received = _receive(acting, brought, on)
    try:
        contents = _read(brought)
        with opens(contents.act if contents else brought.act) as acting:
            taken = told_by(
                _store(acting, received, brought, contents, on, language),
                file=received.file.pk,
                digest=received.file.digest,
            )
            _remember(acting, received, brought, taken)
            if also:
                also(acting, taken)
            return taken
    except Refused as refused:
        answer = refused_for(refused.findings, brought.kind, file=received.file.pk)
        with opens(brought.act) as acting:
            _remember(acting, received, brought, answer)
        raise


def check(opens: Opens, brought: Brought, on: date, language: str) -> Taken:
    """What ``take_in`` would answer, by doing all of it and taking it back; raises what it would raise."""
    with opens(brought.act) as acting:
        _refuse_large(acting, brought, on)
    with archive.aside():
        contents = _read(brought)
        try:
            with opens(contents.act if contents else brought.act) as acting:
                received = _receive(acting, brought, on)
                room = _store(acting, received, brought, contents, on, language)
                taken = told_by(room, file=None, digest=received.file.digest)
                _refuse_now()
                raise _Undone(taken)
        except _Undone as undone:
            return undone.taken


def _refuse_now() -> None:
    """What the database refuses at the end of a transaction is refused here."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _refuse_large(acting: Acting, brought: Brought, on: date) -> None:
    """Raise ``Refused`` for a file that is too large for its way, before it is kept or read."""
    if brought.of_invoices:
        check_size(acting, len(brought.data), brought.name, brought.channel, on)
    elif brought.way != "command":
        refuse_too_large(len(brought.data), brought.name, brought.channel, terms_of(acting.unit, on))


def _receive(acting: Acting, brought: Brought, on: date) -> Received:
    _refuse_large(acting, brought, on)
    kind = inbox_kind(brought.channel) if brought.of_invoices else "import"
    return receive(acting, brought.data, brought.name, kind)


def _read(brought: Brought) -> Contents | None:
    """What the file holds; None of invoices, which their run reads. Raises ``Refused``, also for another kind."""
    _refuse_other_invoices(brought)
    if brought.of_invoices:
        return None
    contents = Contents(read_documents(brought.data, brought.name))
    _refuse_other(brought, contents.kind)
    return contents


def _refuse_other_invoices(brought: Brought) -> None:
    """Invoices that were brought as something else are not left where their run would find them."""
    if brought.of_invoices:
        _refuse_other(brought, INVOICES)


def _refuse_other(brought: Brought, kind: str) -> None:
    if brought.kind and kind != brought.kind:
        detail = {"kind": kind, "expected": brought.kind}
        raise Refused(Finding("file_of_another_kind", clause="OC 3.9-a", value=brought.name, detail=detail))


def _store(
    acting: Acting, received: Received, brought: Brought, contents: Contents | None, on: date, language: str
) -> RoomAnswer:
    room_to_work()
    if contents is None:
        return take_in_invoices(acting, received, brought.data, on)
    return contents.take_in(acting, received, brought.fetch, on, language)


def _remember(acting: Acting, received: Received, brought: Brought, taken: Taken) -> None:
    FileAnswer.objects.create(
        unit=acting.unit,
        file=received.file,
        state=taken.state,
        kind=taken.kind,
        way=brought.way,
        read=taken.read,
        accepted=taken.accepted,
        returned=taken.returned,
        duplicates=taken.duplicates,
        answer=taken.as_kept(),
        person=acting.person,
        answered_at=acting.at,
    )
