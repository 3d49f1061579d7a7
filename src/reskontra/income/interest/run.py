"""The interest runs: set by set from settled claims to interest invoices with specification, voucher and claim."""

from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.claims.collection import take_standing
from reskontra.claims.interest import take_interest
from reskontra.claims.letters import write_letters
from reskontra.claims.models.interest import NUMBERS_FROM
from reskontra.database.rows import one_row
from reskontra.database.scripts import statements
from reskontra.income.interest.letter import letters_of_new_invoices
from reskontra.income.interest.rules import CHARGEABLE, TOLD, decide_interest, decide_payment_time
from reskontra.kernel.blocks import stopped_by
from reskontra.kernel.days import due_date
from reskontra.kernel.sets import Decisions
from reskontra.kernel.terms import Terms
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.posting import posting_account
from reskontra.runs.decisions import set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control

_ROOM = "reskontra.income.interest"
_KEPT_IN = ("claims_claimdecision", "claim_id")
_TABLES = (
    "interest_claims, interest_scope, interest_subjects, decided, new_interest, new_interest_invoice,"
    " new_interest_charge, numbered_interest"
)
# What a person who asks "why?" wants to see; never a name.
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('accrued', accrued::text, 'until', until_date::text,
  'charged', nullif(charged, 0)::text, 'paid_aside', nullif(aside, 0)::text, 'waived', nullif(waived, 0)::text,
  'customer_total', nullif(customer_total, 0)::text, 'left_out', left_out))"""


class InterestRun:
    """Charge late interest. Given ``claims`` (ids), only those of their customers, whose claims are neighbours."""

    name = "interest"
    lock = "settlement"
    kind = "late"
    event = "late_interest"
    subjects = "subjects.sql"

    def __init__(self, claims: list[int] | None = None) -> None:
        self.claims = claims

    def rule(self, terms: Terms) -> Decisions:
        """The rule that decides the claims."""
        return decide_interest(terms)

    def stopping(self) -> str:
        """The letters of the block codes that stop the charging."""
        return stopped_by("interest")

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every claim in question into ``decided``; the amount is what is charged or credited, in euro."""
        values: dict[str, Any] = {
            "unit": run.unit.pk,
            "on": run.on_date,
            "claims": self.claims,
            "kind": self.kind,
            "stopping": self.stopping(),
            "rule": self.name,
        }
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {_TABLES}")
            for statement in statements(_ROOM, self.subjects):
                cursor.execute(statement, values)
            take_interest(run.unit)
            take_standing(run.unit, run.on_date)
            for statement in statements(_ROOM, "decided.sql"):
                cursor.execute(statement.replace("{chargeable}", CHARGEABLE), values)
            query = self.rule(terms).select("interest_subjects", f"decided.*, {_INPUTS} AS inputs")
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")

    def record(self, run: Run) -> None:
        """Store why interest is charged, credited or left; what has not changed since it was last told only once."""
        with connection.cursor() as cursor:
            cursor.execute(
                _RECORD, {"run": run.pk, "rule": self.name, "told": [outcome.name for outcome in TOLD]}
            )

    def set_aside(self, run: Run) -> None:
        """Leave every claim whose interest, or whose customer's interest in all, is another than was planned."""
        set_aside_changed(run, self.name, *_KEPT_IN)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write interest invoices with charges, lines, vouchers, letters and claims; numbers are taken last."""
        receivable, income = (posting_account(event, run.on_date) for event in ("receivable", self.event))
        values: dict[str, Any] = {
            "unit": run.unit.pk,
            "code": run.unit.code,
            "run": run.pk,
            "on": run.on_date,
            "year": run.on_date.year,
            "kind": self.kind,
            "base": NUMBERS_FROM,
            "receivable": receivable,
            "income": income,
        }
        with connection.cursor() as cursor:
            for statement in statements(_ROOM, "facts.sql"):
                cursor.execute(statement, values)
            (count,) = one_row("SELECT count(*) FROM new_interest_invoice")
            if not count:
                return Applied()
            before = one_row(_BOOKS, values)
            values["due"] = due_date(run.on_date, terms.payment_term_standard)
            values["first_number"] = take_numbers(run.unit, "interest", count)
            values["first_voucher"] = take_numbers(run.unit, "voucher KR", count, run.on_date.year)
            numbers = {"code": run.unit.code, "base": NUMBERS_FROM, "first": values["first_number"]}
            letters = letters_of_new_invoices(run, terms, self.kind, numbers, values["due"])
            values["letters"] = [letter.pk for letter in write_letters(run, letters)]
            for statement in statements(_ROOM, "posting.sql"):
                cursor.execute(statement, values)
        return Applied(_controls(values, count, before), facts={"interest_invoices": count})


class PaymentTimeInterestRun(InterestRun):
    """Charge interest for payment time whose agreement has ended. Given ``claims`` (ids), only these."""

    name = "payment_time"
    kind = "payment_time"
    event = "payment_time_interest"
    subjects = "payment_time.sql"

    def rule(self, terms: Terms) -> Decisions:
        """The rule that decides the claims."""
        return decide_payment_time()

    def stopping(self) -> str:
        """All that stops interest, but the payment plan itself: its interest is what is charged here."""
        return stopped_by("interest").replace("I", "")


# Charges and credits each time; what is left or waits when it became so, or changed.
_RECORD = """
INSERT INTO claims_claimdecision (unit_id, run_id, claim_id, rule, outcome, standing, clause, reasons, inputs, amount)
SELECT d.unit_id, %(run)s, d.id, %(rule)s, d.outcome, d.standing, d.clause, d.reasons, d.inputs, d.amount
FROM decided d
LEFT JOIN (SELECT DISTINCT ON (claim_id) claim_id, outcome, amount, inputs FROM claims_claimdecision
           WHERE rule = %(rule)s AND claim_id IN (SELECT id FROM decided WHERE outcome = ANY (%(told)s))
           ORDER BY claim_id, run_id DESC) before ON before.claim_id = d.id
WHERE d.outcome = ANY (%(told)s)
  AND (d.standing = 'READY'
    OR (before.outcome, before.amount, before.inputs) IS DISTINCT FROM (d.outcome, d.amount, d.inputs))
ORDER BY d.id
"""
_BOOKS = """
SELECT
  (SELECT coalesce(sum(amount), 0) FROM ledger_balance WHERE unit_id = %(unit)s AND account = %(receivable)s),
  (SELECT coalesce(sum(amount), 0) FROM ledger_balance WHERE unit_id = %(unit)s AND account = %(income)s)
"""
# What was written, read back from the facts.
_WRITTEN = """
WITH invoices AS (
  SELECT n.* FROM claims_interestinvoice n WHERE n.unit_id = %(unit)s AND n.run_id = %(run)s AND n.kind = %(kind)s)
SELECT
  (SELECT coalesce(sum(amount), 0) FROM decided WHERE standing = 'READY'),
  (SELECT coalesce(sum(total), 0) FROM invoices),
  (SELECT coalesce(sum(ch.amount), 0) FROM claims_interestcharge ch JOIN invoices n ON n.id = ch.invoice_id),
  (SELECT coalesce(sum(c.amount), 0) FROM claims_claim c JOIN invoices n ON n.id = c.interest_invoice_id),
  (SELECT min(number) FROM invoices), (SELECT max(number) FROM invoices), (SELECT count(*) FROM invoices)
"""


def _controls(values: dict[str, Any], count: int, before: tuple[Any, ...]) -> list[Control]:
    asked, total, charged, claimed, first, last, invoices = one_row(_WRITTEN, values)
    receivable, income = one_row(_BOOKS, values)
    number = values["first_number"]
    return [
        Control("interest decided = charges", _money(asked), _money(charged)),
        Control("interest invoices = charges", _money(total), _money(charged)),
        Control("interest claims = interest invoices", _money(claimed), _money(total)),
        Control("receivable account moved by the interest", _money(total), _money(receivable - before[0])),
        Control("income account moved by the interest", _money(-total), _money(income - before[1])),
        Control(
            "interest invoices numbered without gap",
            f"{number}-{number + count - 1} {count}",
            f"{first}-{last} {invoices}",
        ),
    ]


def _money(amount: Decimal) -> str:
    return format(amount, ".2f")
