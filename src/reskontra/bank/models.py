"""What banks told: each statement or payment list, its lines, and the payments behind them.

One payment may be told of by several sources: a notification (camt.054), the national reference list (KTL) and
the account statement (camt.053). It is one payment, and each source tells of it once.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reskontra.database.tables import Fact, Points
from reskontra.registers.models import StatementRule
from reskontra.runs.facts import NOTHING, FromRun
from reskontra.runs.models import Decision

SOURCES = ("camt.053", "camt.054", "ktl")


class Material(Fact):
    """One statement or payment list of one account, as it stood in a file."""

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    file = models.ForeignKey("exchange.InboxFile", on_delete=NOTHING, db_constraint=False, related_name="+")
    position = models.SmallIntegerField()  # in its file
    kind = models.CharField(max_length=10)
    source = models.CharField(max_length=8)
    account = models.ForeignKey(
        "registers.UnitAccount", on_delete=NOTHING, db_constraint=False, related_name="+"
    )
    identity = models.CharField(max_length=200)  # what tells it apart from every other, whatever its bytes
    sequence = models.CharField(max_length=35, blank=True)
    from_date = models.DateField(null=True)
    to_date = models.DateField(null=True)
    opening = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    closing = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    lines = models.IntegerField()  # booked ones, as the control below counts them
    total = models.DecimalField(max_digits=17, decimal_places=2)

    references = (
        Points("run", "bank_material_comes_from_a_run"),
        Points("file", "bank_material_came_in_a_file"),
        Points("account", "bank_material_is_about_an_account_of_the_unit"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="the_same_bank_material_comes_once", fields=["unit", "account", "source", "identity"]
            ),
            models.CheckConstraint(
                name="bank_material_is_a_statement_or_a_list",
                condition=Q(kind="statement", source="camt.053")
                | Q(kind="payments", source__in=["camt.054", "ktl"]),
            ),
            models.CheckConstraint(
                name="a_statement_adds_up",
                condition=Q(opening__isnull=True)
                | Q(closing__isnull=True)
                | Q(closing=models.F("opening") + models.F("total")),
            ),
        ]


class Payment(Fact):
    """Money that came to an account, or was taken back from it (negative, euro), whatever files told of it."""

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    account = models.ForeignKey(
        "registers.UnitAccount", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    booking_date = models.DateField()
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    reference = models.CharField(max_length=35, blank=True)  # in normal form, or as written when it is none
    reference_holds = models.BooleanField()  # its check digits are right
    message = models.CharField(max_length=700, blank=True)
    payer = models.CharField(max_length=140, blank=True)
    payer_key = models.CharField(max_length=300, blank=True)  # as customers' sort keys; its first source's
    payer_account = models.CharField(max_length=34, blank=True)
    archive_id = models.CharField(max_length=70, blank=True)
    reversal = models.BooleanField()

    references = (
        Points("run", "a_payment_comes_from_a_run", set_wise=True),
        Points("account", "a_payment_is_on_an_account_of_the_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_payment_is_not_zero", condition=~Q(amount=0)),
        ]
        indexes: ClassVar = [
            models.Index(name="payments_of_a_day", fields=["unit", "account", "booking_date", "amount"]),
            models.Index(name="payments_by_reference", fields=["unit", "reference"]),
        ]


class Line(Fact):
    """One entry of bank material, with everything that the bank said of it, and what it is to us.

    ``payment``: money of which ``payment_id`` tells; ``sum``: payments that are detailed elsewhere; ``other``:
    fees, sweeps and what else moves an account; ``pending``, ``foreign`` and ``failed``: told, not booked here.
    """

    material = models.ForeignKey(Material, on_delete=NOTHING, db_constraint=False, related_name="+")
    position = models.IntegerField()
    source = models.CharField(max_length=8)
    kind = models.CharField(max_length=8)
    payment = models.ForeignKey(
        Payment, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="lines"
    )
    booking_date = models.DateField(null=True)
    value_date = models.DateField(null=True)
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    currency = models.CharField(max_length=3)
    transaction_code = models.CharField(max_length=35, blank=True)
    reference = models.CharField(max_length=35, blank=True)
    message = models.CharField(max_length=700, blank=True)
    counterparty = models.CharField(max_length=140, blank=True)
    counterparty_account = models.CharField(max_length=34, blank=True)
    ultimate_debtor = models.CharField(max_length=140, blank=True)
    end_to_end_id = models.CharField(max_length=35, blank=True)
    instruction_id = models.CharField(max_length=35, blank=True)
    payment_information_id = models.CharField(max_length=35, blank=True)
    archive_id = models.CharField(max_length=70, blank=True)
    reversal = models.BooleanField()
    # What allocation reads of every source, whichever told first: the counterparty's name as a sort key, and the
    # shares where the payer tells them, [{"reference", "amount"}].
    name_key = models.CharField(max_length=300, blank=True)
    parts = models.JSONField(null=True)

    references = (
        Points("material", "a_bank_line_belongs_to_its_material", set_wise=True),
        Points("payment", "a_bank_line_tells_of_a_payment_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_bank_line_has_its_place_once", fields=["material", "position"]),
            models.UniqueConstraint(name="a_source_tells_of_a_payment_once", fields=["payment", "source"]),
            models.CheckConstraint(
                name="a_payment_line_names_its_payment_and_no_other_does",
                condition=Q(kind="payment", payment__isnull=False, booking_date__isnull=False)
                | Q(kind__in=["sum", "other"], payment__isnull=True, booking_date__isnull=False)
                | Q(kind__in=["pending", "foreign", "failed"], payment__isnull=True),
            ),
        ]


class LineDecision(Decision):
    """What the statement rules said of one line in one run; ``amount`` is the line's, in euro."""

    pk = models.CompositePrimaryKey("line_id", "run_id", "rule")
    line = models.ForeignKey(Line, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+")

    references = (
        Points("run", "a_line_decision_belongs_to_a_run", set_wise=True),
        Points("line", "a_line_decision_is_about_a_bank_line", set_wise=True),
    )

    class Meta:
        indexes: ClassVar = [models.Index(name="line_decisions_of_a_run", fields=["run", "outcome"])]


class LinePosting(FromRun):
    """The voucher of one statement line that no room of income posts: by a standing rule, by the payment files that
    the line tells of, or by hand in a memo voucher (EX 10-a).

    A posting that was wrong is corrected by one more, whose voucher takes the first one back and posts the line anew.
    """

    line = models.ForeignKey(Line, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+")
    voucher = models.ForeignKey(
        "ledger.Voucher", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    by = models.CharField(max_length=8)
    rule = models.ForeignKey(
        StatementRule, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    reason = models.CharField(max_length=350, blank=True)
    clause = models.CharField(max_length=20)
    corrects = models.ForeignKey(
        "self", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    references = (
        Points("run", "a_line_posting_comes_from_a_run", set_wise=True),
        Points("line", "a_line_posting_is_of_a_bank_line", set_wise=True),
        Points("voucher", "a_line_posting_has_its_voucher", set_wise=True),
        Points("rule", "a_line_posting_names_a_rule_of_its_unit"),
        Points("corrects", "a_line_posting_corrects_one_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_bank_line_is_posted_once", fields=["line"], condition=Q(corrects__isnull=True)
            ),
            models.UniqueConstraint(
                name="a_line_posting_is_corrected_once",
                fields=["corrects"],
                condition=Q(corrects__isnull=False),
            ),
            models.CheckConstraint(
                name="a_line_posting_is_corrected_by_hand",
                condition=Q(corrects__isnull=True) | Q(by="memo"),
            ),
            models.CheckConstraint(
                name="a_bank_line_is_posted_by_a_rule_by_payments_or_by_hand",
                condition=Q(by="rule", rule__isnull=False)
                | Q(by="payments", rule__isnull=True)
                | Q(by="memo", rule__isnull=True) & ~Q(reason=""),
            ),
        ]
        indexes: ClassVar = [models.Index(name="postings_by_a_rule", fields=["rule"])]
