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
