"""Answers to payment messages as JSON: accepted, rejected with reasons, paid with its day (EX 2.2-c)."""

import json
from collections import Counter
from typing import Any

from reskontra.documents.as_json import document
from reskontra.documents.payment_request import PAYMENT_STATES, PaymentAnswer, PaymentAnswers
from reskontra.kernel.identifiers import find_personal_codes


def write(answers: PaymentAnswers) -> bytes:
    """The answers as UTF-8 JSON with an end of line; the same answers give the same bytes.

    Amounts are texts with two decimals, days ISO 8601. Raises ``ValueError`` when an answer says too little
    or too much for its state, one is told twice, or a text holds a personal code.
    """
    counted = Counter((one.long_reference, one.instalment, one.state) for one in answers.answers)
    if counted and max(counted.values()) > 1:
        raise ValueError("the same answer stands twice")
    for one in answers.answers:
        _check(one)
    told = document(answers)
    told["answers"] = [_without_nothing(one) for one in told["answers"]]
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _check(answer: PaymentAnswer) -> None:
    if answer.state not in PAYMENT_STATES:
        raise ValueError("an answer is accepted, rejected or paid")
    if not answer.long_reference:
        raise ValueError("an answer names the sender's long reference")
    if (answer.state == "paid") != (answer.paid_on is not None and answer.amount is not None):
        raise ValueError("a paid answer, and no other, has the day and the amount paid")
    if answer.state != "paid" and (answer.paid_on is not None or answer.amount is not None):
        raise ValueError("only what is paid has a day or an amount")
    if (answer.state == "rejected") != bool(answer.reasons):
        raise ValueError("a rejected answer, and no other, has reasons")
    if any(find_personal_codes(reason.message) for reason in answer.reasons):
        raise ValueError("a reason holds a personal code")


def _without_nothing(value: Any) -> Any:
    """What an answer does not say is left out."""
    if isinstance(value, dict):
        return {key: _without_nothing(one) for key, one in value.items() if one is not None and one != []}
    return [_without_nothing(one) for one in value] if isinstance(value, list) else value
