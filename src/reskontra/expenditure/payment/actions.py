"""What only people do in payment: hold, ban, release, permit, and take in what the bank said (EX 8, EX 9)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reskontra.database.refused import ActRefused, refused_as
from reskontra.documents.findings import Finding, Refused
from reskontra.documents.payment_status import SentPayment, Standing
from reskontra.exchange.inbox import receive
from reskontra.exchange.models import InboxFile
from reskontra.exchange.paying import disagreements, payment_report, standings
from reskontra.expenditure.payment.back import PaymentsBackRun
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import NotAnIdentifier, normal_iban
from reskontra.kernel.references import NotAReference, normal_reference
from reskontra.purchases.models import (
    Payable,
    PaymentAnswer,
    PaymentBan,
    PaymentBanEnd,
    PaymentFile,
    PaymentHold,
    PaymentHoldEnd,
    PaymentPermit,
    PaymentRelease,
    SupplierPayment,
)
from reskontra.registers.lengths import too_long
from reskontra.registers.models import Supplier
from reskontra.registers.policy import require
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, RunRefused, apply, lock

ANSWER = "payment_answer"
_LONGEST_REASON, _LONGEST_CODE = 200, 10


@clause("EX 9-a")
def hold(acting: Acting, payable: Payable, reason: str) -> PaymentHold:
    """Keep a payable from being paid, and say why.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``ActRefused`` without a reason.
    """
    require(acting.person, "hold_payment", acting.unit, acting.day)
    with refused_as(ActRefused):
        return PaymentHold.objects.create(
            unit=acting.unit, payable=payable, reason=reason.strip(), person=acting.person, given_at=acting.at
        )


@clause("EX 9-a")
def unhold(acting: Acting, payable: Payable) -> int:
    """End every hold on a payable, also that after a payment that came back; gives back how many there were.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``RunRefused`` where none is in force.
    """
    require(acting.person, "hold_payment", acting.unit, acting.day)
    lock(acting.unit, "settlement")
    ended = PaymentHoldEnd.objects.filter(unit=acting.unit).values("hold_id")
    holds = list(PaymentHold.objects.filter(unit=acting.unit, payable=payable).exclude(pk__in=ended))
    if not holds:
        raise RunRefused("payment.not_held", payable=str(payable.pk))
    for one in holds:
        PaymentHoldEnd.objects.create(unit=acting.unit, hold=one, person=acting.person, given_at=acting.at)
    return len(holds)


@dataclass(frozen=True)
class Order:
    """What the protocol of a ban orders: amounts in euro, ``share`` in percent of each gross invoice."""

    protocol: str
    from_date: date
    payee: str
    iban: str
    reference: str
    amount: Decimal | None = None
    share: Decimal = Decimal(100)
    each_invoice: Decimal | None = None


@clause("EX 8-a")
def ban(acting: Acting, supplier: Supplier, order: Order) -> PaymentBan:
    """Record a ban on paying a supplier as its protocol orders it.

    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` for an account or a reference of the authority
    that is none; ``Refused`` for what is too long; ``ActRefused`` for a protocol that was recorded before or that
    orders nothing.
    """
    require(acting.person, "keep_payment_bans", acting.unit, acting.day)
    lock(acting.unit, "settlement")
    try:
        iban, reference = normal_iban(order.iban), normal_reference(order.reference)
    except NotAnIdentifier:
        raise RunRefused("payment.ban_account_wrong") from None
    except NotAReference:
        raise RunRefused("payment.ban_reference_wrong") from None
    told = {"protocol": order.protocol.strip(), "payee": order.payee.strip(), "reference": reference}
    if wrong := too_long(PaymentBan, told, "EX 8-a"):
        raise Refused(*wrong)
    with refused_as(ActRefused):
        return PaymentBan.objects.create(
            unit=acting.unit,
            supplier=supplier,
            protocol=told["protocol"],
            from_date=order.from_date,
            amount=order.amount,
            share=order.share,
            each_invoice=order.each_invoice,
            payee=told["payee"],
            iban=iban,
            reference=reference,
            person=acting.person,
            given_at=acting.at,
        )


@clause("EX 8-a")
def end_ban(acting: Acting, banned: PaymentBan, day: date) -> PaymentBanEnd:
    """Record that the authority ended a ban: from ``day`` on nothing is withheld.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``ActRefused`` for a ban that ended before.
    """
    require(acting.person, "keep_payment_bans", acting.unit, acting.day)
    lock(acting.unit, "settlement")
    with refused_as(ActRefused):
        return PaymentBanEnd.objects.create(
            unit=acting.unit, ban=banned, day=day, person=acting.person, given_at=acting.at
        )


@clause("EX 9-a")
def release(acting: Acting, run: Run, digest: str, comment: str = "") -> PaymentRelease:
    """Let the money of a planned payment run go, as it was seen, by its ``digest``.

    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` for what is no plan of payments and for another
    digest than the plan's; ``ActRefused`` for who planned it, for who reviewed or approved an invoice in it, and for
    a run that was released before.
    """
    require(acting.person, "release_payment", acting.unit, acting.day)
    lock(acting.unit, "settlement")
    run = Run.objects.get(unit=acting.unit, pk=run.pk)
    if run.name != "payment" or run.state != "planned":
        raise RunRefused("payment.no_plan", run=str(run.pk))
    if run.digest != digest:
        raise RunRefused("payment.another_plan", run=str(run.pk))
    with refused_as(ActRefused):
        return PaymentRelease.objects.create(
            unit=acting.unit,
            run=run,
            digest=digest,
            act="approve",
            person=acting.person,
            given_at=acting.at,
            comment=comment,
        )


@clause("EX 9-a")
def permit(acting: Acting, number: str, from_date: date, until_date: date, reason: str) -> PaymentPermit:
    """Record the Treasury's permit to send payment files by hand, from its first to its last day.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``ActRefused`` for one without number, time or reason.
    """
    require(acting.person, "record_payment_permit", acting.unit, acting.day)
    with refused_as(ActRefused):
        return PaymentPermit.objects.create(
            unit=acting.unit,
            number=number.strip(),
            from_date=from_date,
            until_date=until_date,
            reason=reason.strip(),
            person=acting.person,
            given_at=acting.at,
        )


@dataclass(frozen=True)
class Heard:
    """What a bank's report changed: new answers by state, and what does not meet what was sent."""

    file: InboxFile
    before: bool
    accepted: int = 0
    pending: int = 0
    rejected: int = 0
    findings: tuple[Finding, ...] = ()


@clause("EX 9-a")
def hear_bank(acting: Acting, data: bytes, name: str) -> Heard:
    """Take in a bank's report (pain.002) about a payment file of the unit; what it rejects is undone.

    The same report again changes nothing, nor does a word about the form of a file after one about its payments. What
    was rejected stays so. Called inside ``working_in``. Raises ``NotAllowed``, ``Refused`` for what is no report, and
    ``RunRefused`` for one about another message.
    """
    require(acting.person, "run_payment", acting.unit, acting.day)
    report = payment_report(data)
    lock(acting.unit, "settlement")
    kept = PaymentFile.objects.filter(unit=acting.unit, message_id=report.original_message_id or "").first()
    if kept is None:
        raise RunRefused("payment.no_such_file", message=report.original_message_id or "–")
    received = receive(acting, data, name, ANSWER)
    if received.before:
        return Heard(received.file, before=True)
    payments = {one.end_to_end_id: one for one in SupplierPayment.objects.filter(unit=acting.unit, file=kept)}
    sent = [
        SentPayment(one.end_to_end_id, one.amount, one.payment_information_id) for one in payments.values()
    ]
    told = standings(kept.message_id, sent, [report])
    known: dict[int, set[str]] = {}
    for payment, state in PaymentAnswer.objects.filter(
        unit=acting.unit, payment__in=payments.values()
    ).values_list("payment_id", "state"):
        known.setdefault(payment, set()).add(state)
    fresh = PaymentAnswer.objects.bulk_create(
        (
            PaymentAnswer(
                unit=acting.unit,
                payment=payments[end_to_end],
                file=received.file,
                day=acting.day,
                state=standing.state,
                code=_code(standing),
                reason=_reason(standing),
            )
            for end_to_end, standing in told.items()
            if standing.state and _is_news(standing.state, known.get(payments[end_to_end].pk, set()))
        ),
        batch_size=2000,
    )
    rejected = [one for one in fresh if one.state == "rejected"]
    _undo(acting, rejected)
    states = [one.state for one in fresh]
    return Heard(
        received.file,
        before=False,
        accepted=states.count("accepted"),
        pending=states.count("pending"),
        rejected=len(rejected),
        findings=(*report.findings, *disagreements(kept.message_id, sent, report)),
    )


@clause("EX 9-a")
def came_back(acting: Acting, payment: SupplierPayment, reason: str) -> PaymentAnswer:
    """Write down that the payee's bank returned a payment that had been carried out: it is undone.

    Called inside ``working_in``. Raises ``NotAllowed``, ``RunRefused`` for a payment that is undone already, and
    ``ActRefused`` for one that was told before.
    """
    require(acting.person, "run_payment", acting.unit, acting.day)
    lock(acting.unit, "settlement")
    with refused_as(ActRefused):
        answer = PaymentAnswer.objects.create(
            unit=acting.unit,
            payment=payment,
            day=acting.day,
            state="returned",
            reason=reason.strip()[:_LONGEST_REASON],
        )
    apply(PaymentsBackRun([answer]), acting, acting.day)
    return answer


def _undo(acting: Acting, rejected: list[PaymentAnswer]) -> None:
    undone = set(
        SupplierPayment.objects.filter(
            unit=acting.unit, undoes__in=[one.payment_id for one in rejected]
        ).values_list("undoes_id", flat=True)
    )
    left = [one for one in rejected if one.payment_id not in undone]
    if left:
        apply(PaymentsBackRun(left), acting, acting.day)


def _is_news(state: str, known: set[str]) -> bool:
    """Whether an answer says more than what is known: a word of waiting takes back nothing."""
    if state in known:
        return False
    return not known if state == "pending" else True


def _code(standing: Standing) -> str:
    codes = [one.code or one.proprietary for one in standing.reasons]
    return next((code for code in codes if code), standing.status or "")[:_LONGEST_CODE]


def _reason(standing: Standing) -> str:
    return "; ".join(str(one) for one in standing.reasons)[:_LONGEST_REASON]
