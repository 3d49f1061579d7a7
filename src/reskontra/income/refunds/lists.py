"""What people look at: how far each refund has come (OC 4.2), and payers who leave the reference out (OC 4.1-d)."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.database.rows import rows
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Unit


@dataclass(frozen=True)
class Decided:
    """The newest decision about an overpayment, of ``amount`` euro; ``refund`` is the one that stands, if any does.

    ``account`` is the one that it pays to, empty by every other way; ``comment`` says why its holder is somebody else.
    """

    overpayment: int
    amount: Decimal
    outcome: str
    standing: str
    clause: str
    run: int
    refund: int | None
    account: str
    comment: str

    def as_json(self) -> dict[str, Any]:
        """Plain data, the amount with two decimals."""
        return {**asdict(self), "amount": format(self.amount, ".2f")}


@clause("OC 4.2-b")
def decided_refunds(unit: Unit) -> list[Decided]:
    """Every overpayment of ``unit`` that a refund run has decided one by one. Called inside ``working_in``."""
    return [Decided(**one) for one in rows(_DECIDED, {"unit": unit.pk})]


_DECIDED = """
SELECT DISTINCT ON (d.overpayment_id) d.overpayment_id AS overpayment, d.amount, d.outcome, d.standing, d.clause,
  d.run_id AS run, r.id AS refund, coalesce(d.inputs ->> 'account', '') AS account,
  coalesce(told.comment, '') AS comment
FROM claims_overpaymentdecision d
LEFT JOIN LATERAL (
  SELECT a.comment FROM claims_refundaccount a
  WHERE a.overpayment_id = d.overpayment_id AND a.iban = d.inputs ->> 'account' ORDER BY a.id DESC LIMIT 1) told ON true
LEFT JOIN claims_refund r ON r.overpayment_id = d.overpayment_id AND r.undoes_id IS NULL
  AND NOT EXISTS (SELECT FROM claims_refund undone WHERE undone.undoes_id = r.id)
WHERE d.unit_id = %(unit)s
ORDER BY d.overpayment_id, d.run_id DESC
"""


@dataclass(frozen=True)
class Payer:
    """A payer without references: ``key`` names it in a contact, ``payments`` are those of the last twelve months.

    ``since`` of them came after the last contact. ``customer`` is the number of the one customer whose claims the
    payments went to, empty when they went to none or to several.
    """

    key: str
    name: str
    payments: int
    last_date: date
    customer: str
    contacted_date: date | None
    since: int


@clause("OC 4.1-d")
def payers_without_reference(unit: Unit, terms: Terms) -> list[Payer]:
    """Who paid at least ``missing_reference_contact_after`` times in a year without a valid reference.

    A payment that the bank took back, or that belongs to somebody else, counts for nothing. Those with the most
    payments since they were contacted come first. Called inside ``working_in``; reads, writes nothing.
    """
    found = rows(
        _PAYERS,
        {"unit": unit.pk, "on": terms.on, "times": int(terms.missing_reference_contact_after)},
    )
    return [Payer(**one) for one in found]


# Names are compared as sets of words, as everywhere; the newest spelling is the one that is shown.
_PAYERS = """
WITH paid AS (
  SELECT p.id, registers_name_words(p.payer_key) AS key, p.payer, p.booking_date
  FROM bank_payment p
  WHERE p.unit_id = %(unit)s AND p.amount > 0 AND NOT p.reversal AND (p.reference = '' OR NOT p.reference_holds)
    AND p.booking_date > (%(on)s::date - interval '1 year')::date AND p.booking_date <= %(on)s
    AND registers_name_words(p.payer_key) <> ''
    AND coalesce((SELECT sum(r.amount) FROM claims_paymentreversal r WHERE r.payment_id = p.id), 0) = 0
    AND NOT EXISTS (SELECT FROM claims_overpayment o WHERE o.payment_id = p.id AND o.claim_id IS NULL)),
known AS (
  SELECT paid.key, min(payer.number) AS number
  FROM paid JOIN claims_allocation a ON a.payment_id = paid.id JOIN claims_claim c ON c.id = a.claim_id
    JOIN registers_customer payer ON payer.id = c.payer_id
  GROUP BY 1 HAVING count(DISTINCT c.payer_id) = 1),
contacts AS (
  SELECT payer_key, max(contacted_date) AS day FROM claims_payercontact
  WHERE unit_id = %(unit)s AND contacted_date <= %(on)s GROUP BY 1)
SELECT paid.key, (array_agg(paid.payer ORDER BY paid.booking_date DESC, paid.id DESC))[1] AS name,
  count(*) AS payments, max(paid.booking_date) AS last_date, coalesce(min(known.number), '') AS customer,
  contacts.day AS contacted_date,
  count(*) FILTER (WHERE contacts.day IS NULL OR paid.booking_date > contacts.day) AS since
FROM paid
LEFT JOIN contacts ON contacts.payer_key = paid.key
LEFT JOIN known ON known.key = paid.key
GROUP BY paid.key, contacts.day HAVING count(*) >= %(times)s
ORDER BY since DESC, payments DESC, paid.key
"""
