"""Payments to bytes for a bank, and the bank's answers from bytes."""

from collections.abc import Iterator, Mapping
from typing import Final

from reskontra.documents.payment_order import PaymentBatch, PaymentStatus, StatusReport
from reskontra.documents.payment_status import PaymentReport, Reason
from reskontra.formats.pain import reader, writer
from reskontra.formats.pain.standing import disagreements, standings
from reskontra.formats.payment_orders import writer as payment_orders

__all__ = [
    "CHANNELS",
    "StatusReport",
    "disagreements",
    "payment_batch",
    "payment_report",
    "standings",
    "status_report",
]

# The channel of a batch, and how its file's name ends.
CHANNELS: Mapping[str, str] = {"pain.001": "xml", "payment-order": "csv"}
_LONGEST_REASON: Final = 200


def payment_batch(channel: str, batch: PaymentBatch, version: str = writer.NEWEST) -> Iterator[bytes]:
    """The file of ``batch`` for ``channel``, piece by piece; raises ``ValueError`` for what no bank could pay.

    ``version`` is the pain.001 that the bank connection takes, one of ``writer.VERSIONS``; other channels have one.
    """
    if channel == "payment-order":
        return payment_orders.write(batch)
    if channel == "pain.001":
        return writer.write(batch, version)
    raise KeyError(channel)


def payment_report(data: bytes) -> PaymentReport:
    """What a bank answers to a message of payments (pain.002), at every level. Raises ``Refused``."""
    [report] = reader.read(data)
    return report


def status_report(data: bytes) -> StatusReport:
    """The short of ``payment_report``: only what is accepted or rejected for good. Raises ``Refused``."""
    report = payment_report(data)
    statuses = (
        PaymentStatus(one.end_to_end_id, one.state == "accepted", _shown(one.reasons))
        for batch in report.batches
        for one in batch.transactions
        if one.end_to_end_id and one.state in ("accepted", "rejected")
    )
    return StatusReport(report.original_message_id or "", _rejected(report), tuple(statuses))


def _rejected(report: PaymentReport) -> bool:
    """Whether the message is rejected as a whole: itself, or every batch of it."""
    return report.state == "rejected" or (
        bool(report.batches) and all(batch.state == "rejected" for batch in report.batches)
    )


def _shown(reasons: tuple[Reason, ...]) -> str:
    return "; ".join(str(reason) for reason in reasons)[:_LONGEST_REASON]
