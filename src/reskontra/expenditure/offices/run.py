"""Runs of invoices at offices abroad: one decides the way, one posts a payment."""

from decimal import Decimal

from django.db import connection

from reskontra.database.rows import one_row
from reskontra.expenditure.offices.rules import decide_ways
from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Outcome
from reskontra.kernel.terms import Terms
from reskontra.purchases.models import OfficeInvoice, OfficePayment
from reskontra.purchases.parts import Part, post_parts, posted_control
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied

LOCK = "offices"
RULE = "offices"
KEPT_IN = ("purchases_officedecision", "invoice_id")
VOUCHER = "ME"
PAID = Outcome("ABROAD_PAID", "READY")

_SUBJECTS = """(SELECT i.id, i.unit_id, i.amount, i.supplier, i.number, i.reason, i.can_einvoice, i.can_request,
  i.can_memo, i.can_mail, o.code AS office, o.captures, o.account <> '' AS local
FROM purchases_officeinvoice i JOIN registers_officeabroad o ON o.id = i.office_id WHERE i.id = %(invoice)s)"""
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('office', office, 'supplier', supplier, 'number', number,
  'can_einvoice', can_einvoice, 'captures', captures, 'can_request', can_request, 'local_account', local,
  'can_memo', can_memo, 'can_mail', can_mail, 'why', nullif(reason, '')))"""


@clause("EX 7-a")
class WayRun:
    """Decide by which way one invoice of an office goes; the inputs tell which ways were not open."""

    name = "office_way"
    lock = LOCK

    def __init__(self, invoice: OfficeInvoice) -> None:
        self.invoice = invoice

    def decide(self, run: Run, terms: Terms) -> None:
        """The one invoice, into ``decided``."""
        query = decide_ways(terms).select(
            _SUBJECTS, f"decided.id, decided.unit_id, decided.amount, {_INPUTS} AS inputs"
        )
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS decided")
            cursor.execute(
                f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}", {"invoice": self.invoice.pk}
            )

    def record(self, run: Run) -> None:
        """Store the way, with every later one that was open too as a reason."""
        record_decisions(run, RULE, *KEPT_IN)

    def set_aside(self, run: Run) -> None:
        """Leave it when another way was planned."""
        set_aside_changed(run, RULE, *KEPT_IN)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """A way writes nothing but its decision."""
        (way,) = one_row("SELECT outcome FROM decided")
        return Applied(facts={"way": way})


class PaidRun:
    """One invoice that an office has paid, posted from its account or its cash; a card is posted by its company."""

    name = "office_payment"
    lock = LOCK

    def __init__(
        self, invoice: OfficeInvoice, parts: list[Part], paid: OfficePayment, against: str | None
    ) -> None:
        self.invoice, self.parts, self.paid, self.against = invoice, parts, paid, against

    def decide(self, run: Run, terms: Terms) -> None:
        """That it is paid, by which means."""
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS decided")
            cursor.execute(
                "CREATE TEMP TABLE decided ON COMMIT DROP AS SELECT i.id, i.unit_id, i.amount, %s::text AS outcome,"
                " %s::text AS standing, 'EX 7-a' AS clause, '[]'::jsonb AS reasons,"
                " jsonb_build_object('means', %s::text) AS inputs FROM purchases_officeinvoice i WHERE i.id = %s",
                [PAID.name, PAID.standing, self.paid.means, self.invoice.pk],
            )

    def record(self, run: Run) -> None:
        """Store that it is paid."""
        record_decisions(run, RULE, *KEPT_IN)

    def set_aside(self, run: Run) -> None:
        """A payment that was made is never planned."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Its memo voucher, unless a card paid, and the payment."""
        paid = self.paid
        if self.against is None:
            paid.run = run
            paid.save(force_insert=True)
            return Applied(facts={"voucher": None})
        paid.run, paid.voucher = run, post_parts(run, VOUCHER, self.parts, self.against)
        paid.save(force_insert=True)
        total: Decimal = paid.amount
        return Applied([posted_control(run, self.against, total)], facts={"voucher": str(paid.voucher)})
