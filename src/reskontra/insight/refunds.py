"""Overpayments that are not settled yet: what was decided of each, what is known of it, and what is waited for."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reskontra.claims.models import RefundApproval
from reskontra.database.rows import rows
from reskontra.registers.models import Unit
from reskontra.runs.models import Run


@dataclass(frozen=True)
class Owed:
    """One overpayment, of ``amount`` euro: the newest decision, the account told for it, and the answer's last day.

    ``refund`` is the one that stands, by ``way``; one by payment order stays open until it is redeemed. ``seen``
    names everything that was said of it. An overpayment that belongs to nobody's claim has no reference.
    """

    id: int
    payment: int
    booking_date: date
    amount: Decimal
    treatment: str
    customer: str
    customer_number: str
    reference: str
    outcome: str | None
    standing: str | None
    clause: str | None
    run: int | None
    account: str | None
    holder: str | None
    requested_date: date | None
    choice: str | None
    answer_by: date | None
    refund: int | None
    way: str | None
    seen: str


def overpayments_open(unit: Unit, after: int | None = None, most: int = 50) -> list[Owed]:
    """What ``unit`` owes back or may be asked for, the oldest first, from behind ``after``. Inside ``working_in``.

    A small overpayment that nobody asked for is income, and is not owed.
    """
    return _owed(unit, _OPEN, after, None, most)


def overpayment(unit: Unit, id: int) -> Owed | None:
    """One overpayment, whatever became of it; None where there is none."""
    return next(iter(_owed(unit, "true", None, id, 1)), None)


def plans_to_approve(unit: Unit) -> list[Run]:
    """The newest refund run of ``unit`` while it is a plan that nobody has approved; a later run takes its place."""
    approved = RefundApproval.objects.filter(unit=unit).values("run_id")
    newest = Run.objects.filter(unit=unit, name="refunds").order_by("-id").defer("terms").first()
    if newest is None or newest.state != "planned" or approved.filter(run=newest).exists():
        return []
    return [newest]


def _owed(unit: Unit, only: str, after: int | None, id: int | None, most: int) -> list[Owed]:
    values = {"unit": unit.pk, "after": after, "id": id, "most": most}
    return [Owed(**row) for row in rows(_OWED.replace("{only}", only), values)]


_OPEN = """(refund.id IS NULL OR refund.way = 'payment_order' AND NOT EXISTS (
    SELECT FROM claims_refundanswer heard WHERE heard.refund_id = refund.id
      AND heard.outcome IN ('redeemed', 'unredeemed')))
  AND (o.treatment <> 'income' OR asked.id IS NOT NULL)"""
_OWED = """
SELECT o.id, o.payment_id AS payment, p.booking_date, o.amount, o.treatment, coalesce(c.name, p.payer) AS customer,
  coalesce(c.number, '') AS customer_number, coalesce(k.reference, '') AS reference,
  d.outcome, d.standing, d.clause, d.run_id AS run, told.iban AS account, told.holder, asked.requested_date,
  chosen.way AS choice, inquiry.answer_by, refund.id AS refund, refund.way,
  concat_ws('.', coalesce(told.id, 0), coalesce(asked.id, 0), coalesce(chosen.id, 0), coalesce(refund.id, 0)) AS seen
FROM claims_overpayment o
JOIN bank_payment p ON p.id = o.payment_id AND p.unit_id = o.unit_id
LEFT JOIN claims_claim k ON k.id = o.claim_id AND k.unit_id = o.unit_id
LEFT JOIN registers_customer c ON c.id = k.payer_id
LEFT JOIN claims_refundrequest asked ON asked.overpayment_id = o.id AND asked.unit_id = o.unit_id
LEFT JOIN LATERAL (SELECT outcome, standing, clause, run_id FROM claims_overpaymentdecision
  WHERE unit_id = o.unit_id AND overpayment_id = o.id ORDER BY run_id DESC LIMIT 1) d ON true
LEFT JOIN LATERAL (SELECT id, iban, holder FROM claims_refundaccount
  WHERE unit_id = o.unit_id AND overpayment_id = o.id ORDER BY id DESC LIMIT 1) told ON true
LEFT JOIN LATERAL (SELECT id, way FROM claims_refundchoice
  WHERE unit_id = o.unit_id AND overpayment_id = o.id ORDER BY id DESC LIMIT 1) chosen ON true
LEFT JOIN LATERAL (SELECT answer_by FROM claims_refundinquiry
  WHERE unit_id = o.unit_id AND overpayment_id = o.id ORDER BY id DESC LIMIT 1) inquiry ON true
LEFT JOIN LATERAL (SELECT r.id, r.way FROM claims_refund r
  WHERE r.unit_id = o.unit_id AND r.overpayment_id = o.id AND r.undoes_id IS NULL
    AND NOT EXISTS (SELECT FROM claims_refund undone WHERE undone.undoes_id = r.id)
  ORDER BY r.id DESC LIMIT 1) refund ON true
WHERE o.unit_id = %(unit)s AND o.undoes_id IS NULL
  AND NOT EXISTS (SELECT FROM claims_overpayment undone WHERE undone.undoes_id = o.id)
  AND (%(id)s::bigint IS NULL OR o.id = %(id)s::bigint) AND (%(after)s::bigint IS NULL OR o.id > %(after)s::bigint)
  AND ({only})
ORDER BY o.id LIMIT %(most)s
"""
