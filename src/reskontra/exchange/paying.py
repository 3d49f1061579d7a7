"""Payments to bytes for a bank, and the bank's answers from bytes."""

from collections.abc import Callable, Iterator, Mapping

from reskontra.documents.payment_order import PaymentBatch
from reskontra.formats.pain import writer as pain
from reskontra.formats.pain.reader import StatusReport, read
from reskontra.formats.payment_orders import writer as payment_orders

__all__ = ["CHANNELS", "StatusReport", "payment_batch", "status_report"]

_WRITERS: Mapping[str, Callable[[PaymentBatch], Iterator[bytes]]] = {
    "pain.001": pain.write,
    "payment-order": payment_orders.write,
}
# The channel of a batch, and how its file's name ends.
CHANNELS: Mapping[str, str] = {"pain.001": "xml", "payment-order": "csv"}


def payment_batch(channel: str, batch: PaymentBatch) -> Iterator[bytes]:
    """The file of ``batch`` for ``channel``, piece by piece; raises ``ValueError`` for what no bank could pay."""
    return _WRITERS[channel](batch)


def status_report(data: bytes) -> StatusReport:
    """What a bank answers to a batch of payments (pain.002). Raises ``Refused``."""
    return read(data)
