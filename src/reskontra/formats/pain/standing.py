"""Where each payment of a message stands after the bank's reports about it (EX 9-a).

Banks report in up to three stages: the form of the message, its content, the payments. The reports are taken in the
order in which the bank made them. What is said of a payment itself counts before what is said of its batch, and that
before what is said of the message; a payment that a report does not reach keeps what it had.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from reskontra.documents.findings import Finding
from reskontra.documents.payment_status import (
    BatchStatus,
    PaymentReport,
    SentPayment,
    Standing,
    TransactionStatus,
)
from reskontra.kernel.money import plain

_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_NOTHING: Final = Standing()


def standings(
    message_id: str, sent: Iterable[SentPayment], reports: Sequence[PaymentReport]
) -> dict[str, Standing]:
    """The standing of every payment of the message, by its end-to-end id.

    Reports about other messages are passed over. Reports without a time come first, in the order given.
    """
    payments = tuple(sent)
    found = {payment.end_to_end_id: _NOTHING for payment in payments}
    ours = (report for report in reports if report.original_message_id == message_id)
    for report in sorted(ours, key=lambda one: one.created or _FIRST):
        told = _told(report)
        batches = {batch.payment_information_id: batch for batch in report.batches}
        for payment in payments:
            listed = told.get(payment.end_to_end_id) or told.get((payment.instruction_id,))
            before = found[payment.end_to_end_id]
            batch = batches.get(payment.payment_information_id)
            found[payment.end_to_end_id] = _after(before, report, batch, listed)
    return found


def disagreements(message_id: str, sent: Iterable[SentPayment], report: PaymentReport) -> list[Finding]:
    """What a report says otherwise than the message was: its counts and sums, its payments, their amounts."""
    if report.original_message_id != message_id:
        return [
            Finding("pain_other_message", value=report.original_message_id, detail={"expected": message_id})
        ]
    payments = tuple(sent)
    found = list(_counted(report, payments, "OrgnlGrpInfAndSts"))
    for batch in report.batches:
        own = [one for one in payments if one.payment_information_id == batch.payment_information_id]
        if not own:
            found.append(
                Finding("pain_unknown_payment", value=batch.payment_information_id, where="OrgnlPmtInfId")
            )
            continue
        found.extend(_counted(batch, own, f"OrgnlPmtInfAndSts {batch.payment_information_id}"))
    by_name = {payment.end_to_end_id: payment for payment in payments}
    by_instruction = {payment.instruction_id: payment for payment in payments if payment.instruction_id}
    for one in (one for batch in report.batches for one in batch.transactions):
        payment = by_name.get(one.end_to_end_id or "") or by_instruction.get(one.instruction_id or "")
        name = one.end_to_end_id or one.instruction_id
        if payment is None:
            found.append(Finding("pain_unknown_payment", value=name, where="TxInfAndSts"))
        elif one.amount is not None and one.amount != payment.amount:
            detail = {"expected": plain(payment.amount), "payment": payment.end_to_end_id}
            found.append(
                Finding("pain_amount_differs", value=str(one.amount), where="InstdAmt", detail=detail)
            )
    return found


def _told(report: PaymentReport) -> dict[str | tuple[str], TransactionStatus]:
    """What is said of single payments, by end-to-end id, and by instruction id where that is all there is."""
    told: dict[str | tuple[str], TransactionStatus] = {}
    for one in (one for batch in report.batches for one in batch.transactions):
        if one.end_to_end_id:
            told[one.end_to_end_id] = one
        elif one.instruction_id:
            told[one.instruction_id,] = one
    return told


def _after(
    before: Standing, report: PaymentReport, batch: BatchStatus | None, listed: TransactionStatus | None
) -> Standing:
    if listed is not None and listed.state is not None:
        above = {report.state, batch.state if batch is not None else None}
        if "rejected" in above and listed.state != "rejected":
            # Nobody knows which of the two is so. It is held: work on it again, and it may be paid twice.
            return Standing("pending", listed.status, listed.reasons, report.message_id)
        return Standing(listed.state, listed.status, listed.reasons, report.message_id)
    level = batch if batch is not None and batch.state is not None else report
    if level.state is None or before.state == "rejected":
        return before
    if level.state == "pending" and before.state is not None:
        return before  # a word about the form of the message takes back nothing that was said of its content
    return Standing(level.state, level.status, level.reasons, report.message_id)


def _counted(
    level: PaymentReport | BatchStatus, payments: Sequence[SentPayment], where: str
) -> Iterator[Finding]:
    total = sum((payment.amount for payment in payments), Decimal(0))
    if level.count is not None and level.count != len(payments):
        detail = {"expected": str(len(payments))}
        yield Finding(
            "pain_sent_differs", value=str(level.count), where=f"{where}/OrgnlNbOfTxs", detail=detail
        )
    if level.total is not None and level.total != total:
        detail = {"expected": plain(total)}
        yield Finding(
            "pain_sent_differs", value=str(level.total), where=f"{where}/OrgnlCtrlSum", detail=detail
        )
