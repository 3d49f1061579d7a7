"""The refund run: from overpayments to refunds with their files, inquiries and income, with one voucher (OC 4.2)."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.claims.collection import take_standing
from reskontra.claims.models import RefundApproval
from reskontra.database.rows import one_row, rows
from reskontra.database.scripts import statements
from reskontra.income.refunds.inquiries import send_inquiries
from reskontra.income.refunds.outgoing import seal_payments
from reskontra.income.refunds.recurring import recurring
from reskontra.income.refunds.rules import LEAVING, SMALL_NOT_ASKED, decide_refunds
from reskontra.kernel.blocks import stopped_by
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import is_iban
from reskontra.kernel.terms import Terms
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Unit
from reskontra.registers.posting import posting_account
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control, RunRefused

_ROOM = "reskontra.income.refunds"
_KEPT_IN = ("claims_overpaymentdecision", "overpayment_id")
_TABLES = (
    "refund_answers, overpayments_left, refunds_back, accounts_told, accounts_of_payers, inquiries, choices,"
    " next_invoices, holding_blocks, overpayments_in_hand, decided, new_refund, new_overpayment"
)
# What a person who asks "why?" wants to see, and what an approver approves: the account that is paid to. Names and
# addresses stand as digests only: a change of them since the plan is seen, they themselves are not.
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('treatment', treatment, 'way', way, 'choice', choice,
  'account', CASE WHEN way = 'account' THEN iban END, 'account_source', account_source,
  'payee_digest', CASE way WHEN 'account' THEN md5(holder) WHEN 'payment_order' THEN payee_digest END,
  'asked', nullif(asked, false), 'answer_by', answer_by, 'order_sent', order_sent, 'times_back', nullif(times_back, 0),
  'next_invoice', next_reference, 'next_open', next_open::text, 'block_codes', nullif(block_codes, '')))"""
_ACCOUNTS = {
    "liability": "overpayment_refund",
    "income": "overpayment_income",
    "transit": "refunds_in_transit",
    "unredeemed": "refund_unredeemed",
    "unallocated": "payments_unallocated",
}


class RefundsRun:
    """Refund what the unit was paid too much. Given ``overpayments`` (ids), only these, decided among the others."""

    name = "refunds"
    lock = "settlement"

    def __init__(self, overpayments: Sequence[int] | None = None) -> None:
        self.overpayments = overpayments

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every overpayment in hand into ``decided``."""
        _take_overpayments_in_hand(run.unit, terms)
        scope = "overpayments_in_hand"
        if self.overpayments is not None:
            ids = ", ".join(str(int(one)) for one in self.overpayments) or "NULL"
            scope = f"(SELECT * FROM overpayments_in_hand WHERE id IN ({ids}))"
        way = (
            "CASE "
            + " ".join(f"WHEN outcome = '{name}' THEN '{way}'" for name, way in LEAVING.items())
            + " END"
        )
        query = decide_refunds(terms).select(scope, "decided.*")
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMP TABLE decided ON COMMIT DROP AS SELECT told.*, {_INPUTS} AS inputs"
                f" FROM (SELECT found.*, {way} AS way FROM ({query}) found) told"
            )

    def record(self, run: Run) -> None:
        """Store why each overpayment is refunded, waits or is income; small ones that nobody asks for are counted."""
        record_decisions(run, self.name, *_KEPT_IN, (SMALL_NOT_ASKED,))

    def set_aside(self, run: Run) -> None:
        """Leave what would now become something else, or go elsewhere, than was planned and approved."""
        set_aside_changed(run, self.name, *_KEPT_IN)

    @clause("OC 4.2-b", "OC 3.9-f")
    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write letters, payment files, refunds, and the vouchers that post them.

        Raises ``RunRefused`` when money would leave and nobody else has approved this very plan.
        """
        (leaving,) = one_row("SELECT count(*) FROM decided WHERE outcome = ANY (%s)", [list(LEAVING)])
        if leaving and not RefundApproval.objects.filter(unit=run.unit, run=run, digest=run.digest).exists():
            raise RunRefused("refunds.not_approved", count=str(leaving))
        inquired = send_inquiries(run, terms)
        accounts = {key: posting_account(event, run.on_date) for key, event in _ACCOUNTS.items()}
        files, vouchers = _write(run, acting, accounts)
        in_files = sum((one.pop("amount") for one in files), Decimal(0))
        (told,) = rows(_TOLD, {**accounts, "unit": run.unit.pk, "run": run.pk, "vouchers": vouchers})
        pairs = (
            ("overpayments decided = refunds, income and credit", told["decided"], told["written"]),
            ("what is owed moved by refunds and credit", told["written"], told["settled"]),
            ("in transit moved by what left and came back", told["left"], told["in_transit"]),
            ("income moved by what nobody can be paid", told["nobodys"], told["income"]),
            ("files hold what left", told["sent"], in_files),
        )
        return Applied(
            [Control(name, _money(expected), _money(actual)) for name, expected, actual in pairs]
            + [Control("letters = inquiries", str(told["to_ask"]), str(inquired))],
            files,
            {"refunds": told["refunds"], "inquiries": inquired, "credited": told["credited"]},
        )


def _take_overpayments_in_hand(unit: Unit, terms: Terms) -> None:
    """Fill the temporary table ``overpayments_in_hand`` for the day of ``terms``, until the transaction ends."""
    take_standing(unit, terms.on)
    chosen = {one["payer_id"] for one in rows(_FOR_NEXT_INVOICE, {"unit": unit.pk})}
    values: dict[str, Any] = {
        "unit": unit.pk,
        "code": unit.code,
        "on": terms.on,
        "blocks": stopped_by("refunds"),
        "recurring": sorted(recurring(unit, terms, chosen)),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_TABLES}")
        for statement in statements(_ROOM, "accounts.sql"):
            cursor.execute(statement, values)
        cursor.execute("SELECT DISTINCT iban FROM accounts_of_payers")
        wrong = [iban for (iban,) in cursor.fetchall() if not is_iban(iban)]
        cursor.execute("DELETE FROM accounts_of_payers WHERE iban = ANY (%s)", [wrong])
        for statement in statements(_ROOM, "subjects.sql"):
            cursor.execute(statement, values)


# The customers whose overpayments somebody has ever meant for their next invoice.
_FOR_NEXT_INVOICE = """
SELECT DISTINCT c.payer_id
FROM claims_refundchoice k
JOIN claims_overpayment o ON o.id = k.overpayment_id JOIN claims_claim c ON c.id = o.claim_id
WHERE k.unit_id = %(unit)s AND k.way = 'next_invoice'
"""


def _write(run: Run, acting: Acting, accounts: Mapping[str, str]) -> tuple[list[dict[str, Any]], list[int]]:
    """The facts of what was decided: files with their ``amount`` in euro, and the ids of the vouchers."""
    values: dict[str, Any] = {
        **accounts, "unit": run.unit.pk, "code": run.unit.code, "run": run.pk, "on": run.on_date,
        "year": run.on_date.year, "person": acting.person.pk, "at": acting.at, "ways": json.dumps(LEAVING),
        "file": None, "orders": None, "voucher": None, "number": None, "given_back": None, "given_back_number": None,
    }  # fmt: skip
    prepare, facts = _STATEMENTS[:2], _STATEMENTS[2:]
    with connection.cursor() as cursor:
        for statement in prepare:
            cursor.execute(statement, values)
        files = seal_payments(run, acting)
        values |= {one.pop("key"): one.pop("id") for one in files}
        refunds, credited = one_row(
            "SELECT (SELECT count(*) FROM new_refund), (SELECT count(*) FROM new_overpayment)"
        )
        vouchers = []
        for many, voucher, number, kind in (
            (refunds, "voucher", "number", "RF"),
            (credited, "given_back", "given_back_number", "AL"),
        ):
            if many:
                (values[voucher],) = one_row("SELECT nextval('ledger_voucher_id_seq')")
                values[number] = take_numbers(run.unit, f"voucher {kind}", 1, run.on_date.year)
                vouchers.append(values[voucher])
        for statement in facts if vouchers else ():
            cursor.execute(statement, values)
    return files, vouchers


_STATEMENTS = statements(_ROOM, "facts.sql")

# What was decided, what was written, and what the vouchers of the run say of it.
_TOLD = """
WITH refund AS (SELECT * FROM claims_refund WHERE unit_id = %(unit)s AND run_id = %(run)s),
credit AS (SELECT * FROM claims_overpayment WHERE unit_id = %(unit)s AND run_id = %(run)s),
booked AS (SELECT account, sum(amount) AS amount FROM ledger_entry WHERE voucher_id = ANY (%(vouchers)s) GROUP BY 1)
SELECT
  (SELECT coalesce(sum(CASE outcome WHEN 'REJECTED_BY_BANK' THEN -amount WHEN 'UNREDEEMED_TO_INCOME' THEN 0
                       WHEN 'CREDITED_ON_NEXT_INVOICE' THEN least(amount, next_open) ELSE amount END), 0)
   FROM decided WHERE standing = 'READY' AND outcome <> 'ASK_FOR_ACCOUNT') AS decided,
  (SELECT coalesce(sum(amount), 0) FROM refund) - (SELECT coalesce(sum(amount), 0) FROM credit) AS written,
  (SELECT coalesce(sum(amount), 0) FROM booked WHERE account IN (%(liability)s, %(income)s)) AS settled,
  (SELECT coalesce(sum(amount) FILTER (WHERE way <> 'income'), 0) FROM refund) AS left,
  (SELECT coalesce(-sum(amount), 0) FROM booked WHERE account = %(transit)s) AS in_transit,
  (SELECT coalesce(sum(amount), 0) FROM decided
   WHERE outcome IN ('UNREDEEMED_TO_INCOME', 'BELOW_ORDER_FLOOR_TO_INCOME')) AS nobodys,
  (SELECT coalesce(-sum(amount), 0) FROM booked WHERE account = %(unredeemed)s) AS income,
  (SELECT coalesce(sum(amount) FILTER (WHERE file_id IS NOT NULL), 0) FROM refund) AS sent,
  (SELECT count(*) FROM decided WHERE outcome = 'ASK_FOR_ACCOUNT') AS to_ask,
  (SELECT count(*) FROM refund WHERE undoes_id IS NULL) AS refunds,
  (SELECT count(*) FROM credit WHERE undoes_id IS NOT NULL) AS credited
"""


def _money(amount: Decimal) -> str:
    return format(amount, ".2f")
