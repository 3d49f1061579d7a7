"""How expenditure invoices find their people: addresses, queues, templates, rights, substitutes (EX 1.2, 3.2)."""

from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q

from reskontra.database.tables import Points, UnitRegister
from reskontra.registers.models.accounts import Tracked
from reskontra.registers.models.people import Person

BIG = models.DO_NOTHING


class ReceivingAddress(UnitRegister):
    """An EDI address that a unit receives invoices at, and the river that it steers them to (EX 2.1-a, 2.2-b).

    ``voucher_type`` is the one that an invoice gets when nothing else decides: XA for procurement, one of XB XE XF
    XG XI XJ XP for other expenditure.
    """

    edi_code = models.CharField(max_length=17)
    stream = models.CharField(max_length=11)
    voucher_type = models.CharField(max_length=2)
    validity = DateRangeField()

    references = (Points("unit", "a_receiving_address_belongs_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_receiving_address_steers_to_a_voucher_type_of_its_stream",
                condition=Q(stream="procurement", voucher_type="XA")
                | Q(stream="other", voucher_type__in=["XB", "XE", "XF", "XG", "XI", "XJ", "XP"]),
            ),
        ]


class WorkQueue(UnitRegister):
    """A queue that expenditure invoices wait in for a task: solving, coding, review or approval (EX 1.2.1-a)."""

    code = models.CharField(max_length=20)
    name_sv = models.CharField(max_length=70)
    name_fi = models.CharField(max_length=70)
    name_en = models.CharField(max_length=70)
    step = models.CharField(max_length=8)
    validity = DateRangeField()

    references = (Points("unit", "a_work_queue_belongs_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_work_queue_is_for_a_known_step",
                condition=Q(step__in=["solve", "code", "review", "approve"]),
            ),
            models.UniqueConstraint(name="a_work_queue_is_named_once", fields=["unit", "code"]),
        ]


class WorkQueueMember(UnitRegister):
    """Somebody who works in a queue."""

    queue = models.ForeignKey(
        WorkQueue, on_delete=BIG, db_constraint=False, db_index=False, related_name="members"
    )
    person = models.ForeignKey(Person, on_delete=BIG, db_index=False, related_name="+")
    validity = DateRangeField()

    references = (
        Points("unit", "a_queue_member_is_in_a_unit"),
        Points("queue", "a_member_works_in_a_queue_of_the_unit"),
    )


class CodingTemplate(UnitRegister):
    """What a posting reference (TK1…) stands for: its coding, and the queue that reviews it (EX 1.2.1-a, 4-a)."""

    reference = models.CharField(max_length=35)
    name = models.CharField(max_length=70)
    queue = models.ForeignKey(
        WorkQueue, on_delete=BIG, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    validity = DateRangeField()

    references = (
        Points("unit", "a_coding_template_belongs_to_a_unit"),
        Points("queue", "a_coding_template_names_a_queue_of_its_unit"),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_posting_reference_begins_with_tk1", condition=Q(reference__startswith="TK1")
            ),
        ]


class CodingTemplateLine(UnitRegister, Tracked):
    """One line of a template: its share of the invoice in percent, and where that is posted."""

    template = models.ForeignKey(
        CodingTemplate, on_delete=BIG, db_constraint=False, db_index=False, related_name="lines"
    )
    position = models.SmallIntegerField()
    share = models.DecimalField(max_digits=7, decimal_places=4)

    references = (
        Points("unit", "a_template_line_is_in_a_unit"),
        Points("template", "a_template_line_belongs_to_a_template_of_its_unit"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_template_line_has_its_place_once", fields=["template", "position"]
            ),
            models.CheckConstraint(
                name="a_template_line_has_a_share", condition=Q(share__gt=0, share__lte=100)
            ),
        ]


class SpendingRight(UnitRegister):
    """Up to how many euro somebody may approve expenditure, and on which budget accounts (EX 1.2.1-a).

    ``budget_account`` is a beginning, such as 29.10; empty for all. No ``amount`` means no limit.
    """

    person = models.ForeignKey(Person, on_delete=BIG, db_index=False, related_name="+")
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    budget_account = models.CharField(max_length=20, blank=True)
    validity = DateRangeField()

    references = (Points("unit", "a_spending_right_is_in_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_spending_right_is_not_negative", condition=Q(amount__isnull=True) | Q(amount__gte=0)
            ),
        ]


class Absence(UnitRegister):
    """Somebody is away, and who works instead: told beforehand, or marked by the centre (EX 3.2-a)."""

    person = models.ForeignKey(Person, on_delete=BIG, db_index=False, related_name="+")
    substitute = models.ForeignKey(Person, on_delete=BIG, db_index=False, related_name="+")
    validity = DateRangeField()
    reason = models.CharField(max_length=200, blank=True)
    told_by = models.ForeignKey(Person, on_delete=BIG, db_index=False, related_name="+")

    references = (Points("unit", "an_absence_is_in_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="nobody_is_their_own_substitute", condition=~Q(person=models.F("substitute"))
            ),
            models.CheckConstraint(
                name="who_marks_somebody_absent_says_why",
                condition=Q(told_by=models.F("person")) | ~Q(reason=""),
            ),
        ]
