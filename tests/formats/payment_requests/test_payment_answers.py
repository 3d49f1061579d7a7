"""What is answered to the systems that send payments (EX 2.2-c)."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reskontra.documents.payment_request import PaymentAnswer, PaymentAnswers, Reason
from reskontra.exchange.answering import payment_answers_file

ACCEPTED = PaymentAnswer("BID-2026-17_1", "accepted")
PAID = PaymentAnswer("BID-2026-17_1", "paid", 1, Decimal("1500"), date(2026, 9, 15))
REJECTED = PaymentAnswer(
    "BID-2026-18",
    "rejected",
    reasons=(Reason("value_iban_not_valid", "Kontonumret är fel.", 3, "Bankkonto"),),
)
ANSWERS = PaymentAnswers("A-1", date(2026, 9, 15), "9010", "BIDRAG-1", (ACCEPTED, PAID, REJECTED))


def test_accepted_rejected_with_reasons_and_paid_with_its_day_go_back_by_the_senders_reference() -> None:
    """EX 2.2-c"""
    assert json.loads(payment_answers_file(ANSWERS)) == {
        "kind": "payment_answers",
        "identity": "A-1",
        "day": "2026-09-15",
        "unit": "9010",
        "sender_system": "BIDRAG-1",
        "answers": [
            {"long_reference": "BID-2026-17_1", "state": "accepted"},
            {"long_reference": "BID-2026-17_1", "state": "paid", "instalment": 1,
             "amount": "1500.00", "paid_on": "2026-09-15"},
            {"long_reference": "BID-2026-18", "state": "rejected", "reasons": [
                {"rule": "value_iban_not_valid", "message": "Kontonumret är fel.", "row": 3, "column": "Bankkonto"}]},
        ],
    }  # fmt: skip


def test_the_same_answers_give_the_same_bytes_and_none_is_an_empty_list() -> None:
    assert payment_answers_file(ANSWERS) == payment_answers_file(ANSWERS)
    assert json.loads(payment_answers_file(replace(ANSWERS, answers=())))["answers"] == []


WRONG = {
    "paid without a day": (replace(PAID, paid_on=None), "day and the amount"),
    "paid without an amount": (replace(PAID, amount=None), "day and the amount"),
    "accepted with a day": (replace(ACCEPTED, paid_on=date(2026, 9, 15)), "only what is paid"),
    "accepted with an amount": (replace(ACCEPTED, amount=Decimal(1)), "only what is paid"),
    "accepted with a reason": (replace(ACCEPTED, reasons=REJECTED.reasons), "has reasons"),
    "rejected without a reason": (replace(REJECTED, reasons=()), "has reasons"),
    "no reference": (replace(ACCEPTED, long_reference=""), "long reference"),
    "an unknown state": (replace(ACCEPTED, state="lost"), "accepted, rejected or paid"),  # type: ignore[arg-type]
    "a personal code": (replace(REJECTED, reasons=(Reason("x", "Gäller 010190-900P."),)), "personal code"),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_answer_that_contradicts_itself_is_not_sent(case: str) -> None:
    """EX 2.2-c"""
    answer, why = WRONG[case]
    with pytest.raises(ValueError, match=why):
        payment_answers_file(replace(ANSWERS, answers=(answer,)))


def test_the_same_answer_is_not_told_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        payment_answers_file(replace(ANSWERS, answers=(ACCEPTED, ACCEPTED)))
