"""Files in, files out and what happened to them; the bytes lie in the archive by their SHA-256."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reskontra.database.tables import Fact, Points


class InboxFile(Fact):
    """A file as it came, stored untouched before anybody reads it. The same bytes come in once a unit."""

    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    size = models.BigIntegerField()
    person = models.ForeignKey("registers.Person", on_delete=models.DO_NOTHING, related_name="+")
    received_at = models.DateTimeField()

    references = (Points("unit", "a_file_comes_in_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="the_same_file_comes_in_once", fields=["unit", "digest"]),
        ]


class FileAnswer(Fact):
    """What became of a file when somebody brought it: taken in by its room, or refused whole; the newest counts.

    The counts are of rows, entries or documents, as the room counts them. ``answer`` is all that was told, without the
    sentences: they are said anew in the reader's language.
    """

    file = models.ForeignKey(
        InboxFile, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    state = models.CharField(max_length=7)
    kind = models.CharField(max_length=30, blank=True)
    way = models.CharField(max_length=7)
    read = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    returned = models.IntegerField(default=0)
    duplicates = models.IntegerField(default=0)
    answer = models.JSONField(default=dict)
    person = models.ForeignKey(
        "registers.Person", on_delete=models.DO_NOTHING, db_index=False, related_name="+"
    )
    answered_at = models.DateTimeField()

    references = (Points("file", "an_answer_is_about_a_file"),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_file_is_taken_in_or_refused", condition=Q(state__in=["taken", "refused"])
            ),
            models.CheckConstraint(
                name="a_file_comes_by_a_known_way", condition=Q(way__in=["command", "desk", "api"])
            ),
            models.CheckConstraint(
                name="nothing_is_taken_of_a_refused_file",
                condition=~Q(state="refused") | Q(accepted=0, returned=0, duplicates=0),
            ),
        ]
        indexes: ClassVar = [models.Index(name="answers_about_a_file", fields=["file", "-id"])]


class ApiAnswer(Fact):
    """What a system was answered when something came of its request: asked again by the same name, it hears the same.

    ``name`` is the Idempotency-Key, ``request`` the SHA-256 of what was asked. Written where the effect is written.
    """

    client = models.ForeignKey(
        "registers.Person", on_delete=models.DO_NOTHING, db_index=False, related_name="+"
    )
    name = models.CharField(max_length=200)
    request = models.CharField(max_length=64)
    status = models.SmallIntegerField()
    answer = models.JSONField()
    answered_at = models.DateTimeField()

    references = (Points("unit", "a_request_is_answered_in_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_request_is_answered_once", fields=["unit", "client", "name"]),
            models.CheckConstraint(
                name="only_what_was_done_is_answered_again", condition=Q(status__gte=200, status__lt=300)
            ),
            models.CheckConstraint(
                name="an_answered_request_has_a_digest", condition=Q(request__regex=r"^[0-9a-f]{64}$")
            ),
        ]


class OutboxFile(Fact):
    """A sealed batch on its way out: identity and digest are fixed when it is built."""

    run = models.ForeignKey("runs.Run", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    documents = models.IntegerField()
    amount = models.DecimalField(max_digits=17, decimal_places=2)
    channel = models.CharField(max_length=20)
    built_at = models.DateTimeField()

    references = (Points("run", "a_batch_comes_from_a_run"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_batch_has_its_name_once", fields=["name"]),
            models.CheckConstraint(name="a_batch_is_not_empty", condition=Q(documents__gte=1)),
        ]


class OutboxEvent(Fact):
    """A step of a batch: intent, sent, receipted, held, refused, released. The newest is where it stands."""

    file = models.ForeignKey(
        OutboxFile, on_delete=models.DO_NOTHING, db_constraint=False, related_name="events"
    )
    state = models.CharField(max_length=10)
    happened_at = models.DateTimeField()
    detail = models.CharField(max_length=200, blank=True)
    person = models.ForeignKey(
        "registers.Person", on_delete=models.DO_NOTHING, null=True, db_index=False, related_name="+"
    )
    second_person = models.ForeignKey(
        "registers.Person", on_delete=models.DO_NOTHING, null=True, db_index=False, related_name="+"
    )

    references = (Points("file", "an_outbox_event_belongs_to_a_batch"),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_batch_moves_through_known_states",
                condition=Q(state__in=["intent", "sent", "receipted", "held", "refused", "released"]),
            ),
            models.CheckConstraint(
                name="a_held_batch_is_decided_by_two",
                condition=Q(person__isnull=True, second_person__isnull=True) & ~Q(state="released")
                | Q(person__isnull=False, second_person__isnull=False) & ~Q(person=models.F("second_person")),
            ),
            models.UniqueConstraint(
                name="a_batch_is_sent_once", fields=["unit", "file"], condition=Q(state="sent")
            ),
        ]
