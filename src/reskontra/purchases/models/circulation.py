"""Circulation: with whom an invoice is, how it is coded, who reviewed and who approved it (EX 1.2, 3.2)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reskontra.database.tables import Fact, Points
from reskontra.purchases.models.invoices import AboutInvoice
from reskontra.registers.models import Tracked, WorkQueue
from reskontra.runs.facts import BY_ONE, NOTHING, ByRunOrPerson
from reskontra.runs.models import Approval


class Assignment(AboutInvoice, ByRunOrPerson):
    """Where an invoice waits: a step, in a queue or with one person; the newest counts."""

    step = models.CharField(max_length=8)
    queue = models.ForeignKey(
        WorkQueue, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    to_person = models.ForeignKey(
        "registers.Person", on_delete=NOTHING, db_index=False, null=True, related_name="+"
    )
    day = models.DateField()
    reason = models.CharField(max_length=200, blank=True)

    references = (
        Points("run", "an_assignment_comes_from_a_run", set_wise=True),
        Points("invoice", "an_assignment_is_of_a_purchase_invoice", set_wise=True),
        Points("queue", "an_assignment_is_to_a_queue_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="an_assignment_is_made_by_a_run_or_a_person", condition=BY_ONE),
            models.CheckConstraint(
                name="an_assignment_is_for_a_known_step",
                condition=Q(step__in=["solve", "code", "review", "approve"]),
            ),
            models.CheckConstraint(
                name="an_assignment_is_to_a_queue_or_to_somebody",
                condition=Q(queue__isnull=False, to_person__isnull=True)
                | Q(queue__isnull=True, to_person__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(name="assignments_of_an_invoice", fields=["invoice", "-id"])]


class Coding(AboutInvoice, ByRunOrPerson):
    """One version of an invoice's coding; the newest counts. ``digest`` is over its lines and the invoice's total.

    ``source``: match, template (a posting reference), earlier (the supplier's last invoice), cards (the purchases that
    a card company's invoice charges), sender (who asked for the payment) or person.
    """

    version = models.SmallIntegerField()
    digest = models.CharField(max_length=64)
    source = models.CharField(max_length=8)

    references = (
        Points("run", "a_coding_comes_from_a_run", set_wise=True),
        Points("invoice", "a_coding_is_of_a_purchase_invoice", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_coding_is_made_by_a_run_or_a_person", condition=BY_ONE),
            models.UniqueConstraint(name="a_coding_has_each_version_once", fields=["invoice", "version"]),
            models.CheckConstraint(
                name="a_coding_comes_from_a_known_source",
                condition=Q(source__in=["match", "template", "earlier", "cards", "sender", "person"]),
            ),
        ]


class CodingLine(Fact, Tracked):
    """One line of a coding: ``net`` in euro without VAT, its VAT in euro, and where both are posted."""

    coding = models.ForeignKey(
        Coding, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="lines"
    )
    position = models.SmallIntegerField()
    net = models.DecimalField(max_digits=15, decimal_places=2)
    vat = models.DecimalField(max_digits=15, decimal_places=2)
    vat_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    text = models.CharField(max_length=120, blank=True)

    references = (Points("coding", "a_coding_line_belongs_to_a_coding", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_coding_line_has_its_place_once", fields=["coding", "position"]),
            models.CheckConstraint(name="a_coding_line_is_money", condition=~Q(net=0) | ~Q(vat=0)),
            models.CheckConstraint(name="a_coding_line_names_an_account", condition=~Q(account="")),
        ]


class InvoiceApproval(AboutInvoice, Approval):
    """A review, an approval, or a return for work, of one coding of one invoice by its digest.

    ``instead_of``: for whom a substitute acted; neither of the two may stand behind the other act. ``decision``:
    the decision that approved the expenditure beforehand, by its reference (EX 3-e).
    """

    instead_of = models.ForeignKey(
        "registers.Person", on_delete=NOTHING, db_index=False, null=True, related_name="+"
    )
    decision = models.CharField(max_length=70, blank=True)

    references = (Points("invoice", "an_invoice_approval_is_of_a_purchase_invoice"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_coding_is_reviewed_and_approved_once",
                fields=["invoice", "digest", "act"],
                condition=Q(act__in=["review", "approve"]),
            ),
            models.UniqueConstraint(
                name="reviewer_and_approver_of_an_invoice_differ",
                fields=["invoice", "digest", "person"],
                condition=Q(act__in=["review", "approve"]),
            ),
            models.CheckConstraint(
                name="an_invoice_is_reviewed_approved_or_returned",
                condition=Q(act__in=["review", "approve", "return"]),
            ),
            models.CheckConstraint(
                name="who_returns_an_invoice_says_why", condition=~Q(act="return") | ~Q(comment="")
            ),
            models.CheckConstraint(
                name="nobody_substitutes_for_themselves",
                condition=Q(instead_of__isnull=True) | ~Q(instead_of=models.F("person")),
            ),
        ]
