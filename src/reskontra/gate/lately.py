"""The files that came in to a unit, and what became of each the last time that somebody brought it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reskontra.exchange.models import FileAnswer, InboxFile
from reskontra.gate.taken import Taken, kept
from reskontra.registers.models import Unit


@dataclass(frozen=True)
class CameIn:
    """A file of the inbox with its newest answer; None for one that was never taken in through the gate."""

    file: InboxFile
    answer: FileAnswer | None

    @property
    def taken(self) -> Taken | None:
        """What became of it."""
        return kept(self.answer) if self.answer else None


def files_listed(unit: Unit, before: int | None, most: int, state: str = "") -> list[CameIn]:
    """At most ``most`` files, the newest first, from behind the id ``before``; of one ``state`` if told.

    Called inside ``working_in``.
    """
    found = InboxFile.objects.filter(unit=unit)
    if before is not None:
        found = found.filter(pk__lt=before)
    if state:
        newest = FileAnswer.objects.filter(unit=unit).order_by("file_id", "-id").distinct("file_id")
        told = FileAnswer.objects.filter(pk__in=newest.values("pk"), state=state)
        found = found.filter(pk__in=told.values("file_id"))
    return _with_answers(unit, found.select_related("person").order_by("-id")[:most])


def file_named(unit: Unit, digest: str) -> CameIn | None:
    """The file with these bytes. Called inside ``working_in``."""
    found = _with_answers(unit, InboxFile.objects.filter(unit=unit, digest=digest).select_related("person"))
    return found[0] if found else None


def files_of(unit: Unit, ids: Sequence[int]) -> list[CameIn]:
    """The files with these ids, in their order. Called inside ``working_in``."""
    return _with_answers(
        unit, InboxFile.objects.filter(unit=unit, pk__in=ids).select_related("person").order_by("id")
    )


def _with_answers(unit: Unit, found: Iterable[InboxFile]) -> list[CameIn]:
    files = list(found)
    answers = FileAnswer.objects.filter(unit=unit, file__in=files).select_related("file", "person")
    newest = {one.file_id: one for one in answers.order_by("file_id", "-id").distinct("file_id")}
    return [CameIn(file, newest.get(file.pk)) for file in files]
