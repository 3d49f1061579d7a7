"""Candidates for a payment that no rule could place: open claims that speak for themselves, ranked, with reasons; for
money that the bank took back, the payments that it may take back.

Nothing here decides. The points order the list; a person picks (OC 4.1-c).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

from django.db import connection

from reskontra.bank.models import Payment
from reskontra.claims.models.interest import NUMBERS_FROM
from reskontra.database.rows import one_row, rows
from reskontra.kernel.clauses import clause
from reskontra.kernel.references import invoice_number
from reskontra.registers.models import Unit

# What speaks for a claim, and how much. An identifier that is almost right says more than an amount, an amount more
# than a name; a payer who paid this customer's claims before says more than a name that is alike.
POINTS: Mapping[str, int] = {
    "reference_in_message": 60,
    "reference_almost": 50,
    "amount": 30,
    "paid_before": 25,
    "payer": 25,
    "sum_of_several": 25,
    "payer_almost": 10,
}
_MOST = 9  # one key each
_MOST_OF_A_PAYER = 12
_MOST_TOGETHER = 4
_DIGITS = "0123456789"
_TOKEN = re.compile(r"[0-9](?:[0-9 ]*[0-9])?")


@dataclass(frozen=True)
class Candidate:
    """An open claim that may be meant. ``open`` is euro; ``reasons`` are keys of ``POINTS``, the strongest first.

    ``together`` are the ids of the claims that add up to the payment, when that is a reason.
    """

    claim: int
    invoice: str
    customer: str
    reference: str
    due_date: Any
    open: Decimal
    points: int
    reasons: tuple[str, ...]
    together: tuple[int, ...] = ()


@dataclass
class _Found:
    row: Sequence[Any]
    reasons: set[str] = field(default_factory=set)
    together: tuple[int, ...] = ()


@clause("OC 4.1-c")
def candidates(unit: Unit, payment: Payment, rest: Decimal) -> list[Candidate]:
    """The open claims of ``unit`` that speak for being meant by ``payment``, at most nine, the likeliest first.

    ``rest`` is what is left of the payment in euro. Called inside ``working_in``; reads, writes nothing.
    """
    message, names, accounts = _told_of(payment)
    tokens = {word for text in (message,) for word in _tokens(text)}
    almost = {
        variant for word in {payment.reference, *tokens} if 4 <= len(word) <= 20 for variant in _almost(word)
    }
    found: dict[int, _Found] = {}
    _add(found, "reference_in_message", _claims(unit, "c.reference = ANY (%s)", sorted(tokens)))
    _add(found, "reference_almost", _claims(unit, "c.reference = ANY (%s)", sorted(almost)))
    _add(found, "amount", _claims(unit, "c.amount = %s", rest))
    _add(found, "payer", _claims(unit, _PAYER, names))
    _add(
        found,
        "paid_before",
        _claims(unit, _PAID_BEFORE, accounts, unit.pk),
    )
    for name in names:
        if len(name) >= _SHORTEST_NAME:
            _add(found, "payer_almost", _claims(unit, _PAYER_ALMOST, name + "%", name))
    for one in found.values():
        if one.row[_OPEN] == rest:
            one.reasons.add("amount")
        elif "amount" in one.reasons:
            one.reasons.discard("amount")  # paid in part: what is open of it is another amount
        if "payer" in one.reasons:
            one.reasons.discard("payer_almost")
    _sums(found, rest)
    told = [_told(one) for one in found.values() if one.reasons]
    return sorted(told, key=lambda one: (-one.points, one.due_date, one.claim))[:_MOST]


@dataclass(frozen=True)
class Taken:
    """A payment that may have been taken back. ``left`` is what was not taken back of it yet, euro; ``reasons`` are
    keys of ``POINTS_BACK``, the strongest first."""

    payment: int
    booking_date: date
    amount: Decimal
    left: Decimal
    payer: str
    reference: str
    reasons: tuple[str, ...]

    @property
    def points(self) -> int:
        """What speaks for it, added up."""
        return sum(POINTS_BACK[reason] for reason in self.reasons)


# What speaks for a payment that may have been taken back: an id of its own more than its reference, and so on.
POINTS_BACK: Mapping[str, int] = {"id": 60, "reference": 50, "amount": 30, "payer": 25}


@clause("OC 4.1-b", "OC 4.1-c")
def may_be_taken_back(unit: Unit, reversal: Payment, rest: Decimal) -> list[Taken]:
    """The payments that money which the bank took back may be, at most nine, the likeliest first, then the latest.

    ``rest`` is what is left of ``reversal``, negative euro; nothing is offered for other money. Inside ``working_in``.
    """
    if rest >= 0:
        return []
    values = {"unit": unit.pk, "reversal": reversal.pk, "taken": -rest, "most": _MOST}
    weights = " + ".join(
        f"CASE WHEN s.same_{reason} THEN {points} ELSE 0 END" for reason, points in POINTS_BACK.items()
    )
    return [
        Taken(
            one["id"], one["booking_date"], one["amount"], one["left"], one["payer"], one["reference"],
            tuple(reason for reason in POINTS_BACK if one[f"same_{reason}"]),
        )
        for one in rows(_MAY_BE_TAKEN.format(weights=weights), values)
    ]  # fmt: skip


_MAY_BE_TAKEN = """
WITH back AS (SELECT p.*, l.end_to_end_id, upper(replace(l.archive_id, ' ', '')) AS whole_id,
                registers_name_words(l.name_key) AS words, l.counterparty_account
              FROM bank_payment p JOIN bank_line l ON l.payment_id = p.id WHERE p.id = %(reversal)s),
spoken AS (
  SELECT p.id, bool_or(b.end_to_end_id NOT IN ('', 'NOTPROVIDED') AND l.end_to_end_id = b.end_to_end_id
      OR b.whole_id <> '' AND upper(replace(l.archive_id, ' ', '')) = b.whole_id) AS same_id,
    bool_or(b.reference <> '' AND p.reference = b.reference) AS same_reference,
    bool_or(b.words <> '' AND registers_name_words(l.name_key) = b.words
      OR b.counterparty_account <> '' AND l.counterparty_account = b.counterparty_account) AS same_payer,
    bool_or(p.amount = %(taken)s) AS same_amount
  FROM back b
  JOIN bank_payment p ON p.unit_id = %(unit)s AND p.account_id = b.account_id AND p.amount >= %(taken)s
    AND p.booking_date <= b.booking_date
  JOIN bank_line l ON l.payment_id = p.id
  GROUP BY p.id)
SELECT p.id, p.booking_date, p.amount, p.amount - coalesce(done.amount, 0) AS "left", p.payer, p.reference,
  s.same_id, s.same_reference, s.same_payer, s.same_amount
FROM spoken s
JOIN bank_payment p ON p.id = s.id
LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM claims_paymentreversal WHERE payment_id = p.id) done ON true
WHERE (s.same_id OR s.same_reference OR s.same_payer OR s.same_amount)
  AND p.amount - coalesce(done.amount, 0) >= %(taken)s
ORDER BY {weights} DESC, p.booking_date DESC, p.id DESC LIMIT %(most)s
"""
_OPEN, _PAYER_ID = 6, 7
_SHORTEST_NAME = 6
_PAYER = (
    "payer.id IN (SELECT known.id FROM unnest(%s::text[]) AS told (words) JOIN registers_customer known"
    " ON registers_name_words(known.sort_key) = registers_name_words(told.words))"
)
_PAID_BEFORE = (
    "c.payer_id IN (SELECT before.payer_id FROM bank_payment paid"
    " JOIN claims_allocation a ON a.payment_id = paid.id JOIN claims_claim before ON before.id = a.claim_id"
    " WHERE paid.payer_account = ANY (%s) AND paid.unit_id = %s)"
)
# A name that the bank cut short (twelve characters in the national list), or a longer form of one in the register.
_PAYER_ALMOST = (
    "payer.id IN (SELECT id FROM registers_customer WHERE sort_key LIKE %s OR %s LIKE sort_key || '0%%'"
    " AND length(sort_key) >= 6)"
)
_CLAIMS = """
SELECT c.id, c.reference, coalesce(i.number, {interest} + n.number), payer.name, c.due_date, c.amount, o.open,
  c.payer_id
FROM claims_claim c
LEFT JOIN sales_invoice i ON i.id = c.invoice_id
LEFT JOIN claims_interestinvoice n ON n.id = c.interest_invoice_id
JOIN registers_customer payer ON payer.id = c.payer_id
CROSS JOIN LATERAL (SELECT c.amount - coalesce(sum(amount), 0) + coalesce((
                      SELECT sum(amount) FROM claims_credit_waiting WHERE unit_id = c.unit_id AND claim_id = c.id), 0)
                      AS open
                    FROM claims_claim_settlement WHERE claim_id = c.id) o
WHERE c.unit_id = %s AND c.amount > 0 AND o.open > 0 AND {condition}
ORDER BY c.due_date, c.id LIMIT 50
"""


def _claims(unit: Unit, condition: str, *values: Any) -> list[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS.format(condition=f"({condition})", interest=NUMBERS_FROM), [unit.pk, *values])
        return [(*row, unit.code) for row in cursor.fetchall()]


def _told_of(payment: Payment) -> tuple[str, list[str], list[str]]:
    """What all sources tell with the payment: their messages, and the payer's names (as keys) and accounts."""
    messages, names, accounts = one_row(
        "SELECT coalesce(string_agg(DISTINCT message, ' '), ''),"
        " coalesce(array_agg(DISTINCT name_key) FILTER (WHERE registers_name_words(name_key) <> ''), '{}'),"
        " coalesce(array_agg(DISTINCT counterparty_account) FILTER (WHERE counterparty_account <> ''), '{}')"
        " FROM bank_line WHERE payment_id = %s",
        [payment.pk],
    )
    return str(messages), list(names), list(accounts)


def _add(found: dict[int, _Found], reason: str, rows: Iterable[Sequence[Any]]) -> None:
    for row in rows:
        found.setdefault(row[0], _Found(row)).reasons.add(reason)


def _tokens(text: str) -> Iterable[str]:
    for run in _TOKEN.findall(text):
        yield run.replace(" ", "").lstrip("0")
        yield from (word.lstrip("0") for word in run.split(" "))


def _almost(reference: str) -> set[str]:
    """What a slip of one key makes of a reference: a digit changed, left out, added, or two that changed places."""
    cuts = [(reference[:at], reference[at:]) for at in range(len(reference) + 1)]
    made = {head + tail[1:] for head, tail in cuts if tail}
    made |= {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    made |= {head + digit + tail[1:] for head, tail in cuts if tail for digit in _DIGITS}
    made |= {head + digit + tail for head, tail in cuts for digit in _DIGITS}
    return made - {reference}


def _sums(found: dict[int, _Found], rest: Decimal) -> None:
    """Several claims of one payer that add up to the payment, the fewest that do."""
    by_payer: dict[int, list[_Found]] = {}
    for one in found.values():
        if one.reasons & {"payer", "paid_before", "payer_almost"}:
            by_payer.setdefault(one.row[_PAYER_ID], []).append(one)
    for claims in by_payer.values():
        for many in range(2, _MOST_TOGETHER + 1):
            sums = combinations(claims[:_MOST_OF_A_PAYER], many)
            if fit := next((some for some in sums if sum(one.row[_OPEN] for one in some) == rest), None):
                for one in fit:
                    one.reasons.add("sum_of_several")
                    one.together = tuple(other.row[0] for other in fit)
                break


def _told(one: _Found) -> Candidate:
    claim, reference, number, name, due_date, _, still_open, _, code = one.row
    reasons = tuple(reason for reason in POINTS if reason in one.reasons)
    return Candidate(
        claim, invoice_number(code, number), name, reference, due_date, still_open,
        sum(POINTS[reason] for reason in reasons), reasons, one.together,
    )  # fmt: skip
