"""The payment run: from payables to payments, their file and its signature, with one voucher (EX 8, EX 9; ADR 0028)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.database.rows import one_row, rows
from reskontra.database.scripts import statements
from reskontra.expenditure.payment.outgoing import seal_payments
from reskontra.expenditure.payment.rules import (
    LEAVING,
    PAYABLE_CLEAR,
    PAYABLE_NOT_DUE,
    PAYABLE_SETTLED,
    decide_clear,
    decide_payment,
)
from reskontra.kernel.bans import withhold
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import bank_days_later
from reskontra.kernel.terms import Terms
from reskontra.ledger.numbers import take_numbers
from reskontra.purchases.models import PaymentRelease
from reskontra.purchases.payables import bans_in_force, dues_of, keep_told, take_payables_in_hand
from reskontra.registers.models import Unit
from reskontra.registers.posting import posting_account
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control, RunRefused

ROOM = "reskontra.expenditure.payment"
KEPT_IN = ("purchases_payabledecision", "payable_id")
TABLES = (
    "payables_clear, set_offs, set_off_of, payables_to_pay, bans_take, payables_told, payables_weighed, decided,"
    " new_payment"
)
# What a person who asks "why?" wants to see, and what is released: to which account, what is set off and withheld.
# Names and addresses stand as digests: a change of them since the plan is seen, they themselves are not.
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('open', open::text, 'due_date', due_date,
  'payment_date', payment_date, 'pays', nullif(pays, 0)::text, 'account', CASE WHEN pays <> 0 THEN iban END,
  'payee', CASE WHEN pays <> 0 THEN payee_digest END, 'reference', CASE WHEN pays <> 0 THEN nullif(reference, '') END,
  'address', CASE WHEN pays <> 0 THEN address END, 'withheld', withheld_parts, 'set_off', set_off_parts,
  'held', held, 'came_back', came_back, 'verification', nullif(verification, ''),
  'blocked', nullif(supplier_blocked, '')))"""
_COLUMNS = f"decided.*, {_INPUTS} AS inputs"
_OF_THEIR_SUPPLIERS = """
SELECT id FROM purchases_payable WHERE unit_id = %(unit)s AND supplier_id IN (
  SELECT supplier_id FROM purchases_payable WHERE unit_id = %(unit)s AND id = ANY (%(payables)s))
"""


class PaymentRun:
    """Pay what falls due of the unit's payables. Given ``payables`` (ids), all of their suppliers, and no others.

    Credits and bans tie a supplier's payables together: which of them pays is decided among all of them.
    """

    name = "payment"
    lock = "settlement"

    def __init__(self, payables: Sequence[int] | None = None) -> None:
        self.payables = payables

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every payable in hand into ``decided``: what stands against it, then what it pays."""
        earliest = execution_day(run.on_date, terms)
        values = {"earliest": earliest, "bundles": terms.payments_bundled == "yes"}
        take_payables_in_hand(run.unit, terms, self._asked(run.unit), carried_out=earliest)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {TABLES}")
            clear = decide_clear(terms).select(
                f"(SELECT *, date '{earliest}' AS earliest FROM payables_in_hand)", "decided.*"
            )
            cursor.execute(
                "CREATE TEMP TABLE payables_clear ON COMMIT DROP AS"
                f" SELECT id, supplier_id, account, due_date, amount, open FROM ({clear}) found WHERE outcome = %s",
                [PAYABLE_CLEAR.name],
            )
            for statement in statements(ROOM, "allot.sql"):
                cursor.execute(statement, values)
        _withhold(run)
        with connection.cursor() as cursor:
            for statement in statements(ROOM, "told.sql"):
                cursor.execute(statement, values)
            query = decide_payment(terms).select("payables_weighed", _COLUMNS)
            cursor.execute(
                "CREATE TEMP TABLE decided ON COMMIT DROP AS"
                f" SELECT id, unit_id, supplier_id, account, due_date, open AS amount, pays, withheld, set_off, iban,"
                " bic, payee, reference, message, invoice_number, address, paid_by, inputs, outcome, standing, clause,"
                f" reasons FROM ({query}) found"
            )

    def _asked(self, unit: Unit) -> list[int] | None:
        if self.payables is None:
            return None
        found = rows(_OF_THEIR_SUPPLIERS, {"unit": unit.pk, "payables": list(self.payables)})
        return [row["id"] for row in found]

    def record(self, run: Run) -> None:
        """Store why each payable is paid or not; settled ones and those that are not due yet are only counted."""
        record_decisions(run, self.name, *KEPT_IN, counted_only=(PAYABLE_SETTLED, PAYABLE_NOT_DUE))

    def set_aside(self, run: Run) -> None:
        """Leave what would now be paid otherwise than was planned and released.

        Credits and bans tie a supplier's payables together: when one of them has changed, all of them wait.
        """
        set_aside_changed(run, self.name, *KEPT_IN)
        with connection.cursor() as cursor:
            cursor.execute(_SET_TIED_ASIDE, [run.pk, self.name])

    @clause("EX 8-a", "EX 9-a")
    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write payments, settlements and their voucher, and seal and sign the file.

        Raises ``RunRefused`` when money would leave and nobody else has released this very plan.
        """
        (leaving,) = one_row("SELECT count(*) FROM decided WHERE outcome = ANY (%s)", [list(LEAVING)])
        if leaving and not PaymentRelease.objects.filter(unit=run.unit, run=run, digest=run.digest).exists():
            raise RunRefused("payment.not_released", count=str(leaving))
        values: dict[str, Any] = {
            "unit": run.unit.pk,
            "code": run.unit.code,
            "run": run.pk,
            "on": run.on_date,
            "year": run.on_date.year,
            "earliest": execution_day(run.on_date, terms),
            "information": payment_information(run),
            "transit": posting_account("supplier_payments_in_transit", run.on_date),
            "withheld": posting_account("withheld_for_enforcement", run.on_date),
            "voucher": None,
            "file": None,
        }
        before = _payables(run)
        files = _write(run, terms, acting, values)
        told = rows(_WRITTEN, {**values, "accounts": payable_accounts(run.on_date)})[0]
        pairs = (
            ("payables decided = payments", told["decided"], told["paid_out"]),
            ("payments = what they settle", told["paid_out"], told["settled"]),
            ("withheld = remitted", told["withheld"], told["remitted"]),
            ("credits set off = invoices set off", Decimal(0), told["set_off"]),
            ("payables in the ledger moved by the payments", told["settled"], _payables(run) - before),
            ("in transit moved by the payments", told["paid_out"], told["in_transit"]),
            ("files hold the payments", told["paid_out"], sum((one["amount"] for one in files), Decimal(0))),
        )
        controls = [Control(name, _money(expected), _money(actual)) for name, expected, actual in pairs]
        counted = sum(one["count"] for one in files)
        controls.append(Control("payments in files", str(told["payments"]), str(counted)))
        shown = [{key: one[key] for key in ("kind", "name", "digest", "size", "signature")} for one in files]
        return Applied(controls, shown, {"payments": told["payments"], "paid": _money(told["paid_out"])})


def execution_day(on: date, terms: Terms) -> date:
    """The bank day on which the file of a run on ``on`` is carried out: so many bank days ahead as the bank asks."""
    return bank_days_later(on, terms.payment_lead_days)


def payment_information(run: Run) -> str:
    """What names the payments of ``run`` on the unit's own statement; also the message id of their file."""
    return f"SP{run.unit.code}-{run.pk}"


def payable_accounts(on: date) -> list[str]:
    """The ledger accounts of payables on ``on``."""
    return [posting_account(event, on) for event in ("payable_procurement", "payable_other")]


def _withhold(run: Run) -> None:
    """Fill ``bans_take``: what each ban in force takes of each invoice that would be paid now."""
    bans = bans_in_force(run.unit, run.on_date)
    dues = dues_of("payables_to_pay", list(bans)) if bans else {}
    taken = [
        (one.due, one.ban, one.amount)
        for supplier in dues
        for one in withhold(dues[supplier], bans[supplier])
    ]
    keep_told("bans_take", "payable_id bigint, ban_id bigint, amount numeric", taken)


def _write(run: Run, terms: Terms, acting: Acting, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The facts of what was decided; the files that hold it. Nothing where nothing is paid or set off."""
    files: list[dict[str, Any]] = []
    with connection.cursor() as cursor:
        for statement in statements(ROOM, "payments.sql"):
            cursor.execute(statement, values)
        ready, payments = one_row(
            "SELECT (SELECT count(*) FROM decided WHERE standing = 'READY'), (SELECT count(*) FROM new_payment)"
        )
        if not ready:
            return files
        if payments:
            files = seal_payments(run, terms, acting, values["earliest"], values["information"])
            values["file"] = files[0]["id"]
        (values["voucher"],) = one_row("SELECT nextval('ledger_voucher_id_seq')")
        values["number"] = take_numbers(run.unit, "voucher SP", 1, run.on_date.year)
        for statement in statements(ROOM, "facts.sql"):
            cursor.execute(statement, values)
    return files


# Everything of a supplier in one account of payables where a set-off or a ban ties them and one is not as planned.
_SET_TIED_ASIDE = """
UPDATE decided d SET outcome = 'CHANGED_SINCE_PLAN', standing = 'LEFT'
WHERE d.standing = 'READY' AND (d.set_off <> 0 OR d.withheld <> 0) AND d.supplier_id IN (
  SELECT p.supplier_id
  FROM purchases_payabledecision planned
  JOIN purchases_payable p ON p.id = planned.payable_id
  LEFT JOIN decided now ON now.id = planned.payable_id
  WHERE planned.run_id = %s AND planned.rule = %s AND planned.standing = 'READY'
    AND now.standing IS DISTINCT FROM 'READY'
  UNION
  SELECT supplier_id FROM decided WHERE outcome = 'CHANGED_SINCE_PLAN')
"""
_WRITTEN = """
WITH made AS (SELECT * FROM purchases_supplierpayment WHERE unit_id = %(unit)s AND run_id = %(run)s),
settled AS (SELECT * FROM purchases_payablesettlement WHERE unit_id = %(unit)s AND run_id = %(run)s),
booked AS (SELECT account, sum(amount) AS amount FROM ledger_entry WHERE voucher_id = %(voucher)s GROUP BY 1)
SELECT
  (SELECT coalesce(sum(pays + withheld), 0) FROM decided WHERE standing = 'READY') AS decided,
  (SELECT coalesce(sum(amount), 0) FROM made) AS paid_out,
  (SELECT count(*) FROM made) AS payments,
  (SELECT coalesce(sum(amount), 0) FROM settled WHERE kind <> 'credit') AS settled,
  (SELECT coalesce(sum(amount), 0) FROM settled WHERE kind = 'withheld') AS withheld,
  (SELECT coalesce(sum(amount), 0) FROM made WHERE pays = 'ban') AS remitted,
  (SELECT coalesce(sum(amount), 0) FROM settled WHERE kind = 'credit') AS set_off,
  (SELECT coalesce(-sum(amount), 0) FROM booked WHERE account = %(transit)s) AS in_transit
"""


def _payables(run: Run) -> Decimal:
    """The balance of the accounts of payables."""
    (balance,) = one_row(
        "SELECT coalesce(sum(amount), 0) FROM ledger_balance WHERE unit_id = %s AND account = ANY (%s)",
        [run.unit.pk, payable_accounts(run.on_date)],
    )
    return Decimal(balance)


def _money(amount: Decimal) -> str:
    return format(amount, ".2f")
