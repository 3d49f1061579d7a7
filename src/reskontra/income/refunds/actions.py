"""What only people can say of refunds: a request, an account, a choice, what was heard, and that a run may pay."""

from datetime import date

from reskontra.bank.models import Payment
from reskontra.claims.models import (
    Overpayment,
    OverpaymentDecision,
    PayerContact,
    Refund,
    RefundAccount,
    RefundAnswer,
    RefundApproval,
    RefundChoice,
    RefundRequest,
)
from reskontra.database.rows import one_row
from reskontra.documents.payment_order import PaymentStatus
from reskontra.exchange.paying import StatusReport
from reskontra.income.refunds.not_ours import NotOursRun
from reskontra.income.refunds.outgoing import ids_of_batch
from reskontra.income.refunds.recurring import recurring
from reskontra.income.refunds.rules import LEAVING
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import NotAnIdentifier, normal_iban
from reskontra.registers.models import Customer
from reskontra.registers.policy import require
from reskontra.registers.sorting import sort_key
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Result, RunRefused, apply, lock


@clause("OC 4.2-a")
def ask_refund(acting: Acting, overpayment: Overpayment, message: str = "") -> RefundRequest:
    """Write down that the customer asks for a small overpayment back; the refund rule takes it from there.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``RunRefused`` for what is refunded without a request or
    is nobody's any more; the database refuses a second request (``a_refund_is_asked_once``).
    """
    _prepare(acting, overpayment)
    if overpayment.treatment != "income":
        raise RunRefused("refunds.needs_no_request")
    return RefundRequest.objects.create(
        unit=acting.unit,
        overpayment=overpayment,
        requested_date=acting.day,
        message=message,
        person=acting.person,
        given_at=acting.at,
    )


@clause("OC 4.2-b")
def tell_account(
    acting: Acting, overpayment: Overpayment, iban: str, holder: str, source: str, comment: str = ""
) -> RefundAccount:
    """Write down the account that an overpayment is to go to, as the customer answered or the unit knows.

    A holder whose name has other words than the customer's needs a ``comment``. A plan that was approved with another
    account is not applied to it: what has changed since is set aside. Called inside ``working_in``; raises
    ``NotAllowed``, and ``RunRefused`` for what is no IBAN, for a holder without a comment, and when nothing is left.
    """
    _prepare(acting, overpayment)
    try:
        account = normal_iban(iban)
    except NotAnIdentifier:
        raise RunRefused("refunds.not_an_iban") from None
    same = _is_customer(overpayment, holder)
    if not same and not comment.strip():
        raise RunRefused("refunds.holder_is_somebody_else")
    return RefundAccount.objects.create(
        unit=acting.unit,
        overpayment=overpayment,
        iban=account,
        holder=holder.strip(),
        holder_is_customer=same,
        comment=comment.strip(),
        source=source,
        told_date=acting.day,
        person=acting.person,
        given_at=acting.at,
    )


@clause("OC 4.2-c", "OC 4.2-d")
def choose(acting: Acting, overpayment: Overpayment, way: str, reason: str) -> RefundChoice:
    """Choose ``next_invoice``, ``bank_return``, or ``rule``: as the rule says. The newest choice holds.

    Called inside ``working_in``; raises ``NotAllowed``, and ``RunRefused`` for what is gone and for the next invoice of
    a customer who is not invoiced again and again.
    """
    _prepare(acting, overpayment)
    if way == "next_invoice":
        payer = overpayment.claim.payer_id if overpayment.claim else None
        terms = terms_of(acting.unit, acting.day)
        if payer is None or payer not in recurring(acting.unit, terms, [payer]):
            raise RunRefused(
                "refunds.not_recurring",
                least=str(terms.recurring_invoicing_least),
                days=str(terms.recurring_invoicing_days),
            )
    return _choose(acting, overpayment, way, reason)


@clause("OC 4.2-d")
def not_ours(acting: Acting, payment: Payment, reason: str) -> Result:
    """Say that a payment belongs to somebody else: what is left of it is owed back and returned by the bank.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``RunRefused`` when nothing is left of the payment.
    """
    require(acting.person, "prepare_refund", acting.unit, acting.day)
    result = apply(NotOursRun(payment), acting, acting.day)
    _choose(acting, Overpayment.objects.get(unit=acting.unit, run=result.run), "bank_return", reason)
    return result


@clause("OC 4.2-b")
def hear(
    acting: Acting, refund: Refund, outcome: str, reason: str = "", day: date | None = None
) -> RefundAnswer:
    """Write down what became of a refund: ``accepted``, ``rejected``, ``redeemed`` or ``unredeemed``.

    The next run takes up what was rejected or not redeemed. Called inside ``working_in``; raises ``NotAllowed``.
    """
    require(acting.person, "prepare_refund", acting.unit, acting.day)
    lock(acting.unit, "settlement")
    return RefundAnswer.objects.create(
        unit=acting.unit,
        refund=refund,
        day=day or acting.day,
        outcome=outcome,
        reason=reason,
        person=acting.person,
    )


@clause("OC 4.2-b")
def hear_bank(acting: Acting, report: StatusReport) -> int:
    """Keep a bank's answers to payments by their end-to-end ids; gives back how many were new.

    A batch that was rejected as a whole is an answer to each of its payments. What is not a refund of the unit is
    passed over, and so is an answer that was heard before. Called inside ``working_in``; raises ``NotAllowed``.
    """
    require(acting.person, "prepare_refund", acting.unit, acting.day)
    lock(acting.unit, "settlement")
    statuses = {one.end_to_end_id: one for one in report.statuses}
    refunds = Refund.objects.filter(unit=acting.unit, end_to_end_id__in=statuses)
    if report.group_rejected and not statuses:
        refunds = Refund.objects.filter(
            unit=acting.unit,
            end_to_end_id__startswith=ids_of_batch(report.original_message_id),
            way="account",
        )
    answers = {}
    for refund in refunds:
        status = statuses.get(refund.end_to_end_id) or PaymentStatus(refund.end_to_end_id, accepted=False)
        answers[refund.pk, "accepted" if status.accepted else "rejected"] = status.reason
    heard = set(
        RefundAnswer.objects.filter(unit=acting.unit, refund__in=refunds).values_list("refund_id", "outcome")
    )
    fresh = [
        RefundAnswer(unit=acting.unit, refund_id=refund, day=acting.day, outcome=outcome, reason=reason)
        for (refund, outcome), reason in answers.items()
        if (refund, outcome) not in heard
    ]
    return len(RefundAnswer.objects.bulk_create(fresh))


@clause("OC 4.2-b", "OC 3.9-f")
def approve_refunds(acting: Acting, run: Run, digest: str, comment: str = "") -> RefundApproval:
    """Approve the planned refund run that was seen, by its ``digest``: its voucher, and the money that leaves.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``RunRefused`` for what is no plan of refunds, for another
    digest than the plan's, and for the person who planned it or told an account that it would pay to.
    """
    require(acting.person, "approve_refunds", acting.unit, acting.day)
    lock(acting.unit, "settlement")
    run = Run.objects.get(unit=acting.unit, pk=run.pk)
    if run.name != "refunds" or run.state != "planned":
        raise RunRefused("refunds.no_plan", run=str(run.pk))
    if run.digest != digest:
        raise RunRefused("refunds.another_plan", run=str(run.pk))
    paid_to = OverpaymentDecision.objects.filter(unit=acting.unit, run=run, outcome__in=LEAVING)
    told = RefundAccount.objects.filter(
        unit=acting.unit, person=acting.person, overpayment__in=paid_to.values("overpayment")
    )
    if run.person_id == acting.person.pk or told.exists():
        raise RunRefused("refunds.somebody_else_approves")
    return RefundApproval.objects.create(
        unit=acting.unit,
        run=run,
        digest=digest,
        act="approve",
        person=acting.person,
        given_at=acting.at,
        comment=comment,
    )


@clause("OC 4.1-d")
def contacted(acting: Acting, payer_key: str, note: str) -> PayerContact:
    """Write down that a payer who leaves the reference out was contacted, and what was said.

    ``payer_key`` is that of the list. Called inside ``working_in``; raises ``NotAllowed``.
    """
    require(acting.person, "prepare_refund", acting.unit, acting.day)
    return PayerContact.objects.create(
        unit=acting.unit,
        payer_key=payer_key,
        contacted_date=acting.day,
        note=note,
        person=acting.person,
        given_at=acting.at,
    )


def _prepare(acting: Acting, overpayment: Overpayment) -> None:
    """The right, the lock, and that there is still something to refund."""
    require(acting.person, "prepare_refund", acting.unit, acting.day)
    lock(acting.unit, "settlement")
    (left,) = one_row(_SOMETHING_LEFT, [acting.unit.pk, overpayment.pk])
    if not left:
        raise RunRefused("refunds.nothing_left")


# Neither taken back nor refunded; a refund that the bank rejected does not count, whether it is undone yet or not.
_SOMETHING_LEFT = """
SELECT EXISTS (
  SELECT FROM claims_overpayment o
  WHERE o.unit_id = %s AND o.id = %s AND o.undoes_id IS NULL
    AND NOT EXISTS (SELECT FROM claims_overpayment undone WHERE undone.undoes_id = o.id)
    AND NOT EXISTS (
      SELECT FROM claims_refund r
      WHERE r.overpayment_id = o.id AND r.undoes_id IS NULL
        AND NOT EXISTS (SELECT FROM claims_refundanswer a WHERE a.refund_id = r.id AND a.outcome = 'rejected')))
"""


def _choose(acting: Acting, overpayment: Overpayment, way: str, reason: str) -> RefundChoice:
    return RefundChoice.objects.create(
        unit=acting.unit,
        overpayment=overpayment,
        way=way,
        reason=reason,
        person=acting.person,
        given_at=acting.at,
    )


def _is_customer(overpayment: Overpayment, holder: str) -> bool:
    """Whether the holder's name has the words of the customer's; nobody is the customer of what is not ours."""
    customer = Customer.objects.filter(pk=overpayment.claim.payer_id).first() if overpayment.claim else None
    if customer is None:
        return False
    (same,) = one_row(
        "SELECT registers_name_words(%s) = registers_name_words(%s) AND registers_name_words(%s) <> ''",
        [sort_key(holder), customer.sort_key, customer.sort_key],
    )
    return bool(same)
