"""What stops money before it has left: a plan that is dropped, a file that is not sent, and by whom (EX 9-a)."""

from reskontra.database.refused import ActRefused, refused_as
from reskontra.exchange.outbox import decide_held, happened, only_one_sender, state_of
from reskontra.expenditure.payment.back import PaymentsBackRun
from reskontra.kernel.clauses import clause
from reskontra.purchases.models import PaymentAnswer, PaymentFile, SupplierPayment
from reskontra.registers.models import Person
from reskontra.registers.policy import require
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, RunRefused, apply, lock

NOT_SENT = "NOT_SENT"  # ours, among the codes that banks give
_LONGEST_REASON = 200


@clause("EX 9-a")
def drop_plan(acting: Acting, run: Run) -> Run:
    """Drop a planned payment run, released or not: nothing is paid by it any more.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``RunRefused`` for what is no plan of payments.
    """
    require(acting.person, "run_payment", acting.unit, acting.day)
    lock(acting.unit, "settlement")
    found = Run.objects.get(unit=acting.unit, pk=run.pk)
    if found.name != "payment" or found.state != "planned":
        raise RunRefused("payment.no_plan", run=str(run.pk))
    found.state = "dropped"
    found.save(update_fields=["state"])
    return found


@clause("EX 9-a")
def stop_file(acting: Acting, kept: PaymentFile, reason: str) -> None:
    """Keep a file that has not left from leaving: it is held until two persons decide.

    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` without a reason and for a file that has left,
    or of which nobody knows.
    """
    require(acting.person, "run_payment", acting.unit, acting.day)
    if not reason.strip():
        raise RunRefused("payment.stop_says_why")
    only_one_sender(kept.file)
    if state_of(kept.file) != "built":
        raise RunRefused("payment.file_left_already", file=kept.file.name)
    happened(kept.file, "intent", acting.at)
    happened(kept.file, "held", acting.at, f"{acting.person.username}: {reason.strip()}")


@clause("EX 9-a")
def decide_file(acting: Acting, kept: PaymentFile, second: Person, *, sent: bool, reason: str) -> int:
    """Two persons say of a held file that the bank has it, or that it never left; then its payments are undone.

    What is undone waits for a person, payable by payable, as what a bank rejects. Gives back how many payments were
    undone. Called inside ``working_in``. Raises ``NotAllowed`` for either person; ``NotHeld``; ``RunRefused`` without
    a reason; ``ActRefused`` when both are one.
    """
    for person in (acting.person, second):
        require(person, "decide_held_batch", acting.unit, acting.day)
    if not reason.strip():
        raise RunRefused("payment.stop_says_why")
    lock(acting.unit, "settlement")
    with refused_as(ActRefused):
        decide_held(kept.file, sent, acting.person, second, acting.at)
    if sent:
        return 0
    payments = SupplierPayment.objects.filter(unit=acting.unit, file=kept, undoes__isnull=True)
    undone = SupplierPayment.objects.filter(unit=acting.unit, undoes__in=payments.values("pk"))
    answers = PaymentAnswer.objects.bulk_create(
        (
            PaymentAnswer(
                unit=acting.unit,
                payment=payment,
                day=acting.day,
                state="rejected",
                code=NOT_SENT,
                reason=reason.strip()[:_LONGEST_REASON],
            )
            for payment in payments.exclude(pk__in=undone.values("undoes_id"))
        ),
        batch_size=2000,
    )
    if answers:
        apply(PaymentsBackRun(answers), acting, acting.day)
    return len(answers)
