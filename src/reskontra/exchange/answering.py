"""Answers to the systems that send payments: documents to bytes (EX 2.2-c)."""

from reskontra.documents.payment_request import PaymentAnswers
from reskontra.formats.payment_messages import writer


def payment_answers_file(answers: PaymentAnswers) -> bytes:
    """The file of one sender's answers. Raises ``ValueError`` for an answer that contradicts its state."""
    return writer.write(answers)
