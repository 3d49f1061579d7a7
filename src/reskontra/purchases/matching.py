"""The vocabulary of matching: invoices in hand with their order or contract, turn by turn, and what a match takes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from reskontra.database.rows import one_row
from reskontra.database.scripts import statements
from reskontra.kernel.terms import Terms
from reskontra.purchases.models import InvoiceIdentifier
from reskontra.registers.models import Unit

_PACKAGE = "reskontra.purchases"
_TABLES = (
    "moments, scope_of_matching, numbers_told, doubts, newest_contracts, invoices_to_match, lines_met, rows_to_match,"
    " lines_in_hand, charges_in_hand, contract_use, schedule_in_hand, turns, invoices_in_turn, matches_in_hand, shares,"
    " matched_in_turn, taken, match_to_be, matched_then, taken_then, lines_then"
)
_NO_MOMENTS = ("CREATE TEMP TABLE moments (invoice_id bigint, run_id bigint, at timestamptz) ON COMMIT DROP",)
_TAKEN = (
    "CREATE TEMP TABLE taken (invoice_id bigint, position int, order_line_id bigint, contract_line_id bigint,"
    " invoice_row int, quantity numeric, vat_percent numeric, net numeric, vat numeric, charge boolean, text text)"
    " ON COMMIT DROP",
    "CREATE TEMP TABLE match_to_be (invoice_id bigint, order_id bigint, contract_id bigint, row_id bigint,"
    " net numeric, difference numeric, level text, waits boolean, clause text) ON COMMIT DROP",
)


@dataclass(frozen=True, slots=True)
class Past:
    """Days of arrival, both included: what came then is decided anew, each as it was when matching looked at it."""

    first: date
    last: date


def take_invoices_in_hand(
    unit: Unit, terms: Terms, only: Sequence[int] | None = None, past: Past | None = None
) -> int:
    """Fill the temporary tables of ``matching.sql`` for the day of ``terms``; gives back how many turns there are.

    ``only`` narrows to these invoices (ids). Invoices that may want the same receipt, schedule row or limit have
    turns one after the other; ``invoices_in_turn`` are the subjects of one turn, ``matches_in_hand`` of none.
    """
    values: dict[str, Any] = {
        "unit": unit.pk,
        "on": terms.on,
        "only": None if only is None else [int(one) for one in only],
        "first": past.first if past else None,
        "last": past.last if past else None,
        "charges": "|".join(re.escape(word) for word in terms.match_charge_words),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_TABLES}")
        for statement in statements(_PACKAGE, "matching_past.sql") if past else _NO_MOMENTS:
            cursor.execute(statement, values)
        for statement in statements(_PACKAGE, "matching.sql"):
            cursor.execute(statement, values)
        for statement in statements(_PACKAGE, "matching_past_taken.sql") if past else ():
            cursor.execute(statement, values)
        for statement in _TAKEN:
            cursor.execute(statement)
        for statement in statements(_PACKAGE, "matching_held.sql"):
            cursor.execute(statement)
    (turns,) = one_row("SELECT coalesce(max(turn), 0) FROM turns")
    return int(turns)


def take_turn(turn: int, on: date, past: Past | None = None) -> None:
    """Fill ``invoices_in_turn`` with the subjects of ``turn``, as their orders and contracts stand now.

    In a replay of ``past`` they stand as they did when matching looked at each invoice.
    """
    with connection.cursor() as cursor:
        for statement in statements(_PACKAGE, "matching_past_turn.sql") if past else ():
            cursor.execute(statement, {"turn": turn, "on": on})
        cursor.execute("DROP TABLE IF EXISTS invoices_in_turn")
        for statement in statements(_PACKAGE, "matching_turn.sql"):
            cursor.execute(statement, {"turn": turn, "on": on})


def take_matches(matched: Sequence[str]) -> None:
    """Share out every invoice of the turn that ``decided`` gives one of the outcomes ``matched``.

    ``match_to_be`` has the matches, ``taken`` their shares (euro); the next turn finds what is left.
    """
    with connection.cursor() as cursor:
        for statement in statements(_PACKAGE, "matching_take.sql"):
            cursor.execute(statement, {"matched": list(matched)})


def agreed_number(numbers: Iterable[InvoiceIdentifier]) -> str:
    """The order or contract that an invoice names: what a person said last, else the one number of its file.

    ``numbers`` are the invoice's, the oldest first. Empty when it names none or several; a person may have said a
    posting reference instead.
    """
    told = list(numbers)
    corrected = [one.value for one in told if one.person_id]
    if corrected:
        return corrected[-1]
    named = {one.value for one in told if one.kind != "posting"}
    return named.pop() if len(named) == 1 else ""
