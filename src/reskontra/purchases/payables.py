"""The vocabulary of payables: what is open of each, when it is paid, to which account, and what holds it (EX 8, 9)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import connection

from reskontra.database.rows import rows
from reskontra.database.scripts import statements
from reskontra.kernel.bans import Ban, Due
from reskontra.kernel.days import bank_day_on_or_after, bank_day_on_or_before
from reskontra.kernel.identifiers import is_iban
from reskontra.kernel.references import is_national_reference, is_rf_reference
from reskontra.kernel.terms import TermNotAllowed, Terms, all_terms
from reskontra.registers.addresses import address_terms, addresses_query
from reskontra.registers.models import Unit

_TABLES = (
    "payables_open, accounts_approved, payment_days, references_held, payee_addresses, accounts_ranked,"
    " payables_held, payables_in_hand"
)
_MOVES: dict[str, Callable[[date], date]] = {
    "before": bank_day_on_or_before,
    "after": bank_day_on_or_after,
}


def take_payables_in_hand(
    unit: Unit, terms: Terms, asked: Sequence[int] | None = None, carried_out: date | None = None
) -> None:
    """Fill the temporary table ``payables_in_hand`` for the day of ``terms``, until the transaction ends.

    All that something is open of; given ``asked`` (ids), only these, settled ones too. Addresses are judged as of the
    day on which a payment would be ``carried_out``, that of ``terms`` if it is not told. Raises ``TermNotAllowed`` for
    a way to move a due date that does not exist.
    """
    values: dict[str, Any] = {
        "unit": unit.pk,
        "on": terms.on,
        "asked": None if asked is None else list(asked),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_TABLES}")
        for statement in statements("reskontra.purchases", "open.sql"):
            cursor.execute(statement, values)
    _drop_wrong_accounts()
    keep_told("payment_days", "due_date date, payment_date date", _payment_days(terms))
    keep_told("references_held", "written text, reference text", _references(unit))
    _keep_addresses(terms if carried_out is None else replace(terms, on=carried_out))
    with connection.cursor() as cursor:
        for statement in statements("reskontra.purchases", "payables.sql"):
            cursor.execute(statement, values)


def payment_day(due_date: date, terms: Terms) -> date:
    """The bank day on which a payable is paid; a due date that is none moves as the unit's term says."""
    moved = terms.payment_day_on_holiday
    if moved not in _MOVES:
        raise TermNotAllowed(all_terms()["payment_day_on_holiday"], moved, "not_a_value")
    return _MOVES[moved](due_date)


def bans_in_force(unit: Unit, on: date) -> dict[int, list[Ban]]:
    """The bans of ``unit`` on ``on`` by supplier (id), the oldest first, with what each may still take."""
    found: dict[int, list[Ban]] = {}
    for row in rows(_BANS, {"unit": unit.pk, "on": on}):
        ban = Ban(row["id"], row["share"], row["each_invoice"], row["left"])
        found.setdefault(row["supplier_id"], []).append(ban)
    return found


def dues_of(table: str, suppliers: Sequence[int]) -> dict[int, list[Due]]:
    """The rows of the temporary ``table`` (id, supplier_id, due_date, amount, to_pay) by supplier, the oldest first."""
    found: dict[int, list[Due]] = {}
    for row in rows(_DUES.format(table=table), {"suppliers": list(suppliers)}):
        before = {ban: amount for ban, amount in zip(row["bans"], row["taken"], strict=True) if ban}
        found.setdefault(row["supplier_id"], []).append(Due(row["id"], row["amount"], row["to_pay"], before))
    return found


# A ban ends on a day from which nothing is withheld any more. What came back is given back to it.
_BANS = """
SELECT b.id, b.supplier_id, b.share, b.each_invoice, b.amount - coalesce(taken.amount, 0) AS left
FROM purchases_paymentban b
LEFT JOIN purchases_paymentbanend e ON e.ban_id = b.id
LEFT JOIN (SELECT ban_id, sum(amount) AS amount FROM purchases_supplierpayment
           WHERE unit_id = %(unit)s AND ban_id IS NOT NULL GROUP BY 1) taken ON taken.ban_id = b.id
WHERE b.unit_id = %(unit)s AND b.from_date <= %(on)s AND (e.day IS NULL OR e.day > %(on)s)
ORDER BY b.from_date, b.id
"""
_DUES = """
SELECT d.id, d.supplier_id, d.amount, d.to_pay, array_agg(before.ban_id) AS bans, array_agg(before.amount) AS taken
FROM {table} d
LEFT JOIN LATERAL (
  SELECT p.ban_id, sum(s.amount) AS amount
  FROM purchases_payablesettlement s JOIN purchases_supplierpayment p ON p.id = s.payment_id
  WHERE s.payable_id = d.id AND s.kind = 'withheld' GROUP BY 1) before ON true
WHERE d.supplier_id = ANY (%(suppliers)s)
GROUP BY d.id, d.supplier_id, d.amount, d.to_pay, d.due_date ORDER BY d.due_date, d.id
"""


def _drop_wrong_accounts() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT iban FROM accounts_approved")
        wrong = [iban for (iban,) in cursor.fetchall() if not is_iban(iban)]
        if wrong:
            cursor.execute("DELETE FROM accounts_approved WHERE iban = ANY (%s)", [wrong])


def _payment_days(terms: Terms) -> list[tuple[date, date]]:
    days = [row["due_date"] for row in rows("SELECT DISTINCT due_date FROM payables_open")]
    return [(day, payment_day(day, terms)) for day in days]


def _keep_addresses(terms: Terms) -> None:
    """Fill ``payee_addresses`` with what becomes of the address of each supplier in hand, on the day of ``terms``."""
    in_hand = "(SELECT * FROM registers_supplier WHERE id IN (SELECT supplier_id FROM payables_open))"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE payee_addresses ON COMMIT DROP AS {addresses_query(in_hand)}",
            address_terms(terms),
        )
        cursor.execute("ANALYZE payee_addresses")


def _references(unit: Unit) -> list[tuple[str, str]]:
    """The written references that are one, in the form in which a payment carries them."""
    written = rows(
        "SELECT DISTINCT i.reference FROM payables_open p"
        " JOIN purchases_purchaseinvoice i ON i.id = p.invoice_id AND i.unit_id = %s WHERE i.reference <> ''",
        [unit.pk],
    )
    compact = [(row["reference"], "".join(row["reference"].split()).upper()) for row in written]
    return [
        (told, one.lstrip("0")) for told, one in compact if is_national_reference(one) or is_rf_reference(one)
    ]


def keep_told(table: str, columns: str, told: Sequence[tuple[Any, ...]]) -> None:
    """A temporary table with ``columns`` and what is told."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")
        if told:
            names = [one.split()[0] for one in columns.split(", ")]
            kinds = [one.split()[1] for one in columns.split(", ")]
            lists = ", ".join(f"%s::{kind}[]" for kind in kinds)
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT * FROM unnest({lists})",
                [list(column) for column in zip(*told, strict=True)],
            )
        cursor.execute(f"ANALYZE {table}")
