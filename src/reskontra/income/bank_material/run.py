"""The run that takes in one file of bank material: every line decided, stored and posted, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.bank.models import Material
from reskontra.exchange.models import InboxFile
from reskontra.income.bank_material.material import InHand
from reskontra.income.bank_material.rules import IS_PAYMENT, decide_lines
from reskontra.income.bank_material.staging import stage, statements
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms
from reskontra.ledger.models import Assertion
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.posting import posting_account
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control

# What a line and a payment may share, the strongest first: the archive id as written, an id that is one with it, and
# where one of them has none, the payer's name (ADR 0017). Mark, condition on the line, condition on the payment.
_MARKS = (
    ("archive_id", "true", "true"),
    ("class", "true", "true"),
    ("name", "l.class = ''", "true"),
    ("name", "true", "p.class = ''"),
)
# The number of the branch and of the transaction: what is left of a Finnish bank's id without its day. What is shorter
# was not cut by a source, and begins or ends ids by chance.
_SHORTEST_CUT = 12


def _same_id(one: str, other: str) -> str:
    """SQL: two archive ids, without spaces and in capitals, are equal, or one is the other cut at an end (ADR 0017)."""
    return (
        f"({one} = {other} OR least(length({one}), length({other})) >= {_SHORTEST_CUT}"
        f" AND (starts_with({one}, {other}) OR starts_with({other}, {one})"
        f" OR right({one}, length({other})) = {other} OR right({other}, length({one})) = {one}))"
    )


_MATCHING = {
    "is_payment": IS_PAYMENT,
    "shortest": _SHORTEST_CUT,
    "first_is_same": _same_id("l.whole_id", "k.first_id"),
    "last_is_same": _same_id("l.whole_id", "k.last_id"),
    "both_are_same": _same_id("k.first_id", "k.last_id"),
}


@clause("OC 4.1-b")
class BankMaterialRun:
    """Take in the documents of one file, which all come from one source."""

    name = "bank"
    lock = "bank"

    def __init__(self, file: InboxFile, in_hand: Sequence[InHand]) -> None:
        self.file, self.in_hand = file, in_hand
        self.source = in_hand[0].source if in_hand else ""

    def decide(self, run: Run, terms: Terms) -> None:
        """Give each line its outcome, and each payment line its payment, known or new."""
        stage(self.in_hand)
        values: dict[str, Any] = {"unit": run.unit.pk, "source": self.source}
        with connection.cursor() as cursor:
            for statement in statements("match.sql"):
                cursor.execute(statement.format(**_MATCHING), values)
            cursor.execute("SELECT EXISTS (SELECT FROM known_payment)")
            if cursor.fetchone()[0]:
                for number, (mark, line, payment) in enumerate(_MARKS, 1):
                    for statement in statements("pair.sql"):
                        cursor.execute(
                            statement.format(**{"pass": number}, mark=mark, line=line, payment=payment)
                        )
                    cursor.execute("ANALYZE paired")
            for statement in statements("settle.sql"):
                cursor.execute(statement)
            subjects = (
                "(SELECT l.*, coalesce(m.known, false) AS known, m.payment_id"
                " FROM line_in_hand l LEFT JOIN matched m ON m.id = l.id)"
            )
            cursor.execute(
                "CREATE TEMP TABLE decided ON COMMIT DROP AS "
                + decide_lines().select(subjects, "id, material, payment_id, amount")
            )
            cursor.execute("ANALYZE decided (id, outcome)")

    def record(self, run: Run) -> None:
        """Nothing more: the stored line is its own decision."""

    def set_aside(self, run: Run) -> None:
        """Nothing: a file is taken in as it is read, without a plan."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write material, payments, lines, vouchers and assertions."""
        stored = self._store_material(run)
        accounts = {
            event: posting_account(f"{prefix}_{event}", run.on_date)
            for prefix, event in (
                ("payments", "in_transit"),
                ("payments", "unallocated"),
                ("statement", "unexplained"),
            )
        }
        values: dict[str, Any] = {
            "unit": run.unit.pk,
            "run": run.pk,
            "source": self.source,
            "on": run.on_date,
            "places": [material.place for material in self.in_hand],
            "materials": [material.pk for material in stored],
            "ledger_accounts": [material.account.account for material in self.in_hand],
            **accounts,
        }
        with connection.cursor() as cursor:
            for statement in statements("facts.sql"):
                cursor.execute(statement, values)
            vouchers = self._post(cursor, run, values)
            self._assert_balances(run)
            controls = [*_lines_stored(cursor, stored), *_payments_and_postings(cursor, values)]
            facts = _told(cursor, vouchers, self.source, run.on_date)
        return Applied(controls, (), facts)

    def _store_material(self, run: Run) -> list[Material]:
        rows = []
        for one in self.in_hand:
            start, end = one.document.period
            rows.append(
                Material(
                    unit=run.unit,
                    run=run,
                    file=self.file,
                    position=one.place,
                    kind=one.document.kind,
                    source=one.source,
                    account=one.account,
                    identity=one.identity,
                    sequence=(one.document.sequence or "")[:35],
                    from_date=start,
                    to_date=end,
                    opening=one.opening,
                    closing=one.closing,
                    lines=one.document.count,
                    total=one.document.total,
                )
            )
        return Material.objects.bulk_create(rows, batch_size=1000)

    def _post(self, cursor: Any, run: Run, values: Mapping[str, Any]) -> int:
        """Vouchers BK, one for each material and booking day; how many."""
        cursor.execute("SELECT year, count(*) FROM new_voucher GROUP BY 1 ORDER BY 1")
        years = cursor.fetchall()
        firsts = [take_numbers(run.unit, "voucher BK", count, year) for year, count in years]
        if years:
            numbered = {**values, "years": [year for year, _ in years], "firsts": firsts}
            for statement in statements("vouchers.sql"):
                cursor.execute(statement, numbered)
        return sum(count for _, count in years)

    def _assert_balances(self, run: Run) -> None:
        """What the bank says stood on the account at the end of a statement, dated, for the books to show."""
        told = []
        for one in self.in_hand:
            _, end = one.document.period
            if one.closing is not None and end is not None:
                told.append(
                    Assertion(
                        unit=run.unit,
                        run=run,
                        account=one.account.account,
                        day=end,
                        amount=one.closing,
                        told_by=f"{one.account.iban} {one.identity}",
                    )
                )
        Assertion.objects.bulk_create(told, batch_size=1000)


def _lines_stored(cursor: Any, stored: Sequence[Material]) -> list[Control]:
    """For each material: the count and the sum that the file itself states, and those of the lines on disk."""
    cursor.execute(
        "SELECT material_id, count(*), sum(amount) FROM bank_line"
        " WHERE material_id = ANY (%s) AND kind IN ('payment', 'sum', 'other') GROUP BY 1",
        [[material.pk for material in stored]],
    )
    found = {material: (count, total) for material, count, total in cursor.fetchall()}
    return [
        Control(
            f"{material.source} {material.position}: lines of the file = lines stored",
            f"{material.lines} {material.total:.2f}",
            "{} {:.2f}".format(*found.get(material.pk, (0, Decimal(0)))),
        )
        for material in stored
    ]


_CONTROLS = """
WITH mine AS (SELECT unnest(%(materials)s::bigint[]) AS id),
payment_lines AS (
  SELECT count(*) AS count, coalesce(sum(amount), 0) AS amount FROM bank_line
  WHERE material_id IN (SELECT id FROM mine) AND kind = 'payment'),
new_payments AS (
  SELECT count(*) AS count, coalesce(sum(p.amount), 0) AS amount
  FROM bank_payment p JOIN matched m ON m.payment_id = p.id AND NOT m.known
  WHERE p.unit_id = %(unit)s AND p.run_id = %(run)s),
known_payments AS (
  SELECT count(*) AS count, coalesce(sum(p.amount), 0) AS amount
  FROM bank_payment p JOIN matched m ON m.payment_id = p.id AND m.known
  WHERE p.unit_id = %(unit)s AND p.run_id <> %(run)s),
statement_lines AS (
  SELECT coalesce(sum(amount), 0) AS amount FROM bank_line
  WHERE material_id IN (SELECT id FROM mine) AND source = 'camt.053' AND kind IN ('payment', 'sum', 'other')),
posted AS (
  SELECT e.account, e.position, e.amount FROM ledger_entry e
  WHERE e.voucher_id IN (SELECT voucher_id FROM new_voucher))
SELECT payment_lines.count, payment_lines.amount, new_payments.count + known_payments.count,
  new_payments.amount + known_payments.amount, new_payments.amount, statement_lines.amount,
  (SELECT coalesce(sum(amount), 0) FROM posted WHERE account = %(unallocated)s),
  (SELECT coalesce(sum(amount), 0) FROM posted WHERE account IN (%(in_transit)s, %(unallocated)s, %(unexplained)s))
FROM payment_lines, new_payments, known_payments, statement_lines
"""


def _payments_and_postings(cursor: Any, values: Mapping[str, Any]) -> list[Control]:
    cursor.execute(_CONTROLS, values)
    lines, lines_sum, payments, payments_sum, new_sum, statement_sum, unallocated, counter = cursor.fetchone()
    return [
        Control("payment lines = payments new and known", str(lines), str(payments)),
        Control("payment lines = payments new and known, sum", f"{lines_sum:.2f}", f"{payments_sum:.2f}"),
        Control("new payments = posted to be allocated", f"{new_sum:.2f}", f"{-unallocated:.2f}"),
        Control("statement lines = posted to the accounts", f"{statement_sum:.2f}", f"{-counter:.2f}"),
    ]


def _told(cursor: Any, vouchers: int, source: str, on: date) -> dict[str, Any]:
    """What there is to tell besides the outcomes: lines that look like known payments but have another archive id,
    lines that repeat what this source told before, vouchers that came too late for their month, and lines that the bank
    booked after ``on``, the day on which they came in."""
    cursor.execute(
        "SELECT count(*), coalesce(sum(l.amount), 0) FROM matched m JOIN line_in_hand l USING (id)"
        " WHERE m.looks_known AND NOT m.known"
    )
    lookalikes, lookalike_sum = cursor.fetchone()
    cursor.execute(
        "SELECT count(*), coalesce(sum(l.amount), 0) FROM payment_line l JOIN matched m USING (id)"
        " WHERE NOT m.known AND l.archive_id <> '' AND EXISTS (SELECT FROM known_line k WHERE k.grp = l.grp"
        "  AND k.archive_id = l.archive_id AND k.source = %s)",
        [source],
    )
    again, again_sum = cursor.fetchone()
    cursor.execute("SELECT count(*), to_char(min(booking_date), 'YYYY-MM-DD') FROM new_voucher WHERE late")
    late, late_day = cursor.fetchone()
    cursor.execute(
        "SELECT count(*), to_char(max(l.booking_date), 'YYYY-MM-DD') FROM decided d JOIN line_in_hand l USING (id)"
        " WHERE d.outcome <> 'NOT_BOOKED' AND l.booking_date > %s",
        [on],
    )
    early, early_day = cursor.fetchone()
    return {
        "vouchers": vouchers,
        "lookalikes": lookalikes,
        "lookalike_sum": lookalike_sum,
        "again": again,
        "again_sum": again_sum,
        "late": late,
        "late_day": late_day,
        "early": early,
        "early_day": early_day,
    }
