"""Files that come in: stored untouched before anybody reads them, once by their bytes."""

from dataclasses import dataclass

from django.utils import timezone

from reskontra.documents.findings import Refused
from reskontra.exchange import archive
from reskontra.exchange.models import InboxFile
from reskontra.formats.cards.reader import must_not_be_kept
from reskontra.runs.run import Acting, lock


@dataclass(frozen=True)
class Received:
    """A file in the inbox, and whether the same bytes had come before."""

    file: InboxFile
    before: bool

    @property
    def first_came(self) -> str:
        """When it first came, for people: day and time of the day in Finland."""
        return came_in(self.file)


def came_in(file: InboxFile) -> str:
    """When ``file`` came in, for people: day and time of the day in Finland, ``2026-03-16 09:05``."""
    return f"{timezone.localtime(file.received_at):%Y-%m-%d %H:%M}"


def receive(acting: Acting, data: bytes, name: str, kind: str) -> Received:
    """Keep ``data`` as it came. The same bytes again give back the file as it first came in.

    Two who bring the same bytes at the same moment wait for each other, until the first transaction ends.
    Raises ``Refused``, before anything is written, for a card statement that holds a whole card number.
    """
    if forbidden := must_not_be_kept(data):
        raise Refused(forbidden)
    stored = archive.store([data])
    lock(acting.unit, "inbox")
    found = InboxFile.objects.filter(unit=acting.unit, digest=stored.digest).first()
    if found:
        return Received(found, before=True)
    file = InboxFile.objects.create(
        unit=acting.unit,
        digest=stored.digest,
        name=name[-200:],
        kind=kind,
        size=stored.size,
        person=acting.person,
        received_at=acting.at,
    )
    return Received(file, before=False)
