"""Payment orders as a list: one line for each payee without an account, in UTF-8, with semicolons."""

import csv
from collections.abc import Iterator
from io import StringIO

from reskontra.documents.payment_order import Payment, PaymentBatch
from reskontra.kernel.formulas import harmless
from reskontra.kernel.money import plain

HEADS = (
    "message", "execution_date", "paying_account", "order", "amount", "currency", "payee", "street", "postcode",
    "town", "country", "text",
)  # fmt: skip


def write(batch: PaymentBatch) -> Iterator[bytes]:
    """The list, piece by piece. Raises ``ValueError`` for an empty batch or an order without an address to reach."""
    if not batch.payments:
        raise ValueError("a batch of payment orders is not empty")
    yield _row(HEADS)
    for payment in batch.payments:
        yield _row(_order(batch, payment))


def _order(batch: PaymentBatch, payment: Payment) -> tuple[str, ...]:
    address = payment.address
    if address is None or not address.town or not payment.payee:
        raise ValueError("a payment order goes to somebody, somewhere")
    texts = (payment.payee, address.street, address.postcode, address.town, address.country, payment.text)
    return (
        batch.message_id, batch.execution_date.isoformat(), batch.payer.iban, payment.end_to_end_id,
        plain(payment.amount), "EUR", *(_said(text) for text in texts),
    )  # fmt: skip


def _said(text: str) -> str:
    """A text on one line, that no spreadsheet reads as a formula."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return harmless(line)


def _row(cells: tuple[str, ...]) -> bytes:
    line = StringIO()
    csv.writer(line, delimiter=";", lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode()
