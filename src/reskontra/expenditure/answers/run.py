"""The run that answers own systems: one file for each sender of whose payments something has changed."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from django.db import connection

from reskontra.database.rows import rows
from reskontra.database.scripts import statements
from reskontra.documents.findings import Finding
from reskontra.documents.payment_request import PaymentAnswer, PaymentAnswers, Reason
from reskontra.exchange import archive
from reskontra.exchange.answering import payment_answers_file
from reskontra.exchange.messages import message
from reskontra.exchange.models import OutboxFile
from reskontra.expenditure.answers.rules import (
    ANSWER_GIVEN,
    ANSWER_REPEATED,
    ANSWER_WAITS,
    STATES,
    decide_answers,
)
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.kernel.terms import Terms
from reskontra.kernel.texts import text
from reskontra.purchases.models import InvoiceFinding, PurchaseInvoice, SenderAnswer
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Acting, Applied, Control

CHANNEL: Final = "payment-answers"
_KEPT_IN: Final = ("purchases_purchasedecision", "invoice_id")
_INPUTS: Final = """jsonb_strip_nulls(jsonb_build_object('returned', returned, 'paid_on', paid_on,
  'sender', sender_system, 'reference', sender_reference, 'instalment', sender_instalment))"""
_ANSWERED: Final = """
SELECT a.*, d.outcome FROM decided d JOIN asked_for a USING (id) WHERE d.standing = 'READY'
ORDER BY a.sender_system, a.id
"""


class AnswersRun:
    """Tell every own system of the unit what became of its payments. Given ``invoices`` (ids), only of these."""

    name = "answers"
    lock = "matching"

    def __init__(self, invoices: Sequence[int] | None = None) -> None:
        self.invoices = invoices

    def decide(self, run: Run, terms: Terms) -> None:
        """What each sender is told, into ``decided``."""
        values: dict[str, Any] = {"unit": run.unit.pk}
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS asked_for, decided")
            for statement in statements("reskontra.expenditure.answers", "subjects.sql"):
                cursor.execute(statement, values)
            if self.invoices is not None:
                cursor.execute("DELETE FROM asked_for WHERE id <> ALL (%s)", [list(self.invoices)])
            query = decide_answers().select("asked_for", f"id, unit_id, amount, {_INPUTS} AS inputs")
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")

    def record(self, run: Run) -> None:
        """Store what is told; that nothing is new is only counted."""
        record_decisions(
            run, self.name, *_KEPT_IN, counted_only=(ANSWER_GIVEN, ANSWER_REPEATED, ANSWER_WAITS)
        )

    def set_aside(self, run: Run) -> None:
        """Leave every answer that was planned otherwise."""
        set_aside_changed(run, self.name, *_KEPT_IN)

    @clause("EX 2.2-c")
    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write one file for each sender, and what it was told."""
        answered = rows(_ANSWERED)
        files = [
            self._file(run, acting, sender, list(told))
            for sender, told in groupby(answered, key=lambda row: str(row["sender_system"]))
        ]
        stored = SenderAnswer.objects.filter(unit=run.unit, run=run).count()
        return Applied([Control("answers decided = answers given", str(len(answered)), str(stored))], files)

    def _file(self, run: Run, acting: Acting, sender: str, told: Sequence[dict[str, Any]]) -> dict[str, Any]:
        reasons = _reasons(run, acting, [row for row in told if row["returned"]])
        states = {outcome.name: state for outcome, state in STATES.items()}
        answers = tuple(_answer(row, states[row["outcome"]], reasons) for row in told)
        identity = f"{run.unit.code}-{run.pk:06d}-{told[0]['id']}"
        data = payment_answers_file(PaymentAnswers(identity, run.on_date, run.unit.code, sender, answers))
        stored = archive.store([data])
        Evidence.objects.create(unit=run.unit, run=run, control="payment answers", document=stored.digest)
        file = OutboxFile.objects.create(
            unit=run.unit,
            run=run,
            name=f"answers-{identity}.json",
            digest=stored.digest,
            size=stored.size,
            documents=len(answers),
            amount=sum((row["amount"] for row in told), start=0),
            channel=CHANNEL,
            built_at=acting.at,
        )
        SenderAnswer.objects.bulk_create(
            SenderAnswer(
                unit=run.unit, run=run, invoice_id=row["id"], file=file, state=one.state, day=one.paid_on,
                amount=one.amount,
            )
            for row, one in zip(told, answers, strict=True)
        )  # fmt: skip
        return {
            "kind": CHANNEL,
            "name": file.name,
            "digest": file.digest,
            "size": file.size,
            "count": len(answers),
        }


def _answer(row: dict[str, Any], state: str, reasons: dict[int, list[Reason]]) -> PaymentAnswer:
    paid = state == "paid"
    return PaymentAnswer(
        long_reference=row["sender_reference"],
        state=state,  # type: ignore[arg-type]  # one of STATES
        instalment=row["sender_instalment"],
        amount=row["amount"] if paid else None,
        paid_on=row["paid_on"] if paid else None,
        reasons=tuple(reasons[row["id"]]) if state == "rejected" else (),
    )


def _reasons(run: Run, acting: Acting, returned: Sequence[dict[str, Any]]) -> dict[int, list[Reason]]:
    """Why each payment was returned: its errors, else what the person said who returned it, else the reason's name."""
    language = acting.person.language
    ids = [row["id"] for row in returned]
    found: dict[int, list[Reason]] = {one: [] for one in ids}
    errors = InvoiceFinding.objects.filter(unit=run.unit, invoice__in=ids, severity="error")
    for one in errors.order_by("invoice", "position"):
        detail = {key: str(value) for key, value in one.detail.items()}
        finding = Finding(one.rule, "error", one.clause, one.row, one.place or None, one.value, detail=detail)
        found[one.invoice_id].append(Reason(one.rule, message(finding, language), one.row, one.place or None))
    numbers = dict(PurchaseInvoice.objects.filter(unit=run.unit, pk__in=ids).values_list("pk", "number"))
    for row in returned:
        said = row["message"]
        if row["returned"] != "content" or not found[row["id"]]:
            words = said if said and not find_personal_codes(said) else ""
            own = text(f"answers.{row['returned']}", language, number=numbers[row["id"]])
            found[row["id"]].insert(0, Reason(row["returned"], words or own))
    return found
