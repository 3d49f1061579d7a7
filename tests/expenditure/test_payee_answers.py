"""What the payee's bank answers of an account after it was told: kept, seen by a second person, asked for by policy."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from cast import AT, DAY, HARBOUR, iban, inside, person, plan_of, set_term, unit
from expenditure.payment_tables import account, payable, supplier
from reskontra.database.refused import ActRefused
from reskontra.expenditure.payment.run import PaymentRun
from reskontra.insight.suppliers import accounts_to_approve, suppliers_listed
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.purchases.models import PayableDecision
from reskontra.registers.models import SupplierAccount, Unit
from reskontra.registers.policy import NotAllowed
from reskontra.registers.suppliers import (
    AccountNotApprovable,
    approve_account,
    end_account,
    tell_account,
    verify_account,
    waits_for_approval,
)

pytestmark = pytest.mark.usefixtures("database")
Command = Callable[..., tuple[int, Any]]
LATER, LATEST = AT + timedelta(minutes=5), AT + timedelta(minutes=10)


def _answered(
    one: SupplierAccount, answer: str, at: datetime = LATER, who: str = "cecilia", name: str = ""
) -> SupplierAccount:
    with inside(unit()):
        return verify_account(person(who), at, one, answer, name)


def _approved(one: SupplierAccount, at: datetime, who: str = "petra") -> SupplierAccount:
    with inside(unit()):
        return approve_account(person(who), at, one)


def _outcome(where: Unit) -> str:
    planned = plan_of(PaymentRun(), where, DAY).run
    with inside(where):
        (decided,) = PayableDecision.objects.filter(run=planned)
        return decided.outcome


@pytest.mark.parametrize(
    ("policy", "answer", "before", "after", "approved_anew"),
    [
        ({}, "match", "PAY", "PAY", None),
        ({"payee_not_asked": "stop"}, "match", "PAYEE_NOT_VERIFIED", "PAY", None),
        ({"payee_not_asked": "ask"}, "match", "PAYEE_NOT_VERIFIED", "PAY", None),
        ({}, "close", "PAY", "PAYEE_CLOSE_MATCH", "PAY"),
        ({"payee_close_match": "pay"}, "close", "PAY", "PAY", "PAY"),
        ({"payee_close_match": "stop"}, "close", "PAY", "PAYEE_CLOSE_MATCH", "PAYEE_CLOSE_MATCH"),
        ({"payee_not_asked": "ask"}, "not_possible", "PAYEE_NOT_VERIFIED", "PAYEE_NOT_VERIFIED", "PAY"),
        ({"payee_not_asked": "stop"}, "not_possible", "PAYEE_NOT_VERIFIED", "PAYEE_NOT_VERIFIED", "PAYEE_NOT_VERIFIED"),
        ({}, "none", "PAY", "PAYEE_NO_MATCH", None),
        ({"payee_no_match": "pay"}, "none", "PAY", "PAY", None),
    ],
)  # fmt: skip
def test_an_answer_after_the_approval_counts_as_the_units_policy_says(
    policy: dict[str, str], answer: str, before: str, after: str, approved_anew: str | None
) -> None:
    """EX 9-c: a match pays without more; another answer of the same morning waits for somebody who has seen it."""
    where = unit()
    for key, value in policy.items():
        set_term(where, key, value)
    of = supplier("answered")
    one = account(of)
    payable(where, of, "10.00", DAY)
    assert _outcome(where) == before
    answered = _answered(one, answer, name="Leverantör Provfirma")
    assert (answered.verification, answered.verified_name, answered.verified_at) == (
        answer, "Leverantör Provfirma", LATER,
    )  # fmt: skip
    assert _outcome(where) == after
    with inside(where):
        asked = accounts_to_approve(where, DAY)
        waiting = [found.id for found in suppliers_listed(where, DAY, "accounts")]
    assert (asked, waiting) == ((1, [of.pk]) if approved_anew == "PAY" and after != "PAY" else (0, []))
    if approved_anew is None:
        with pytest.raises(AccountNotApprovable) as refused:
            _approved(one, LATEST)
        assert refused.value.reason == ("approved" if answer == "match" else "no_match")
    else:
        assert not waits_for_approval(_approved(one, LATEST))
        assert _outcome(where) == approved_anew
        with inside(where):
            assert accounts_to_approve(where, DAY) == 0


def test_an_answer_is_told_by_the_centre_of_an_account_in_use_and_not_approved_by_who_told_it() -> None:
    """EX 9-c"""
    of = supplier("rights")
    one = account(of)
    with pytest.raises(NotAllowed):
        _answered(one, "match", who="kirsi")
    with pytest.raises(ValueError, match="known"):
        _answered(one, "perhaps")
    with inside(unit()):
        told = tell_account(person("cecilia"), AT, of, iban("99008701000001"), "supplier")
    _answered(told, "close")
    with inside(unit()), pytest.raises(ActRefused) as own:
        approve_account(person("cecilia"), LATEST, told)
    assert own.value.constraint == "who_tells_a_supplier_account_does_not_approve_it"
    assert _approved(told, LATEST).approved_at == LATEST
    SupplierAccount.objects.filter(pk=told.pk).update(told_by=person("petra"), approved_by=person("gunnar"))
    _answered(told, "not_possible", LATEST + timedelta(minutes=1))
    with inside(unit()), pytest.raises(ActRefused) as answers:
        approve_account(person("cecilia"), LATEST + timedelta(minutes=2), told)
    assert answers.value.constraint == "who_tells_the_answer_of_a_payees_bank_does_not_approve_it"
    with inside(unit()):
        end_account(person("cecilia"), DAY, one)
    with pytest.raises(AccountNotApprovable) as ended:
        _answered(one, "match")
    assert ended.value.reason == "ended"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_writes_the_answer_down_and_says_it_in_words(command: Command, language: str) -> None:
    """EX 9-c"""
    unit()
    of = supplier("by command")
    one = account(of)
    acting = ("--unit", HARBOUR, "--on", DAY.isoformat(), "--as", "cecilia", "--lang", language)
    code, told = command("supplier", "verify-account", of.number, *acting, text=True)
    assert code == 2
    code, told = command(
        "supplier",
        "verify-account",
        of.number,
        "--iban",
        one.iban,
        "--verification",
        "close",
        *acting,
        text=True,
    )
    assert code == 0
    assert text("desk.suppliers.verification.close", language) in " ".join(told.split())
    code, answer = command("supplier", "show", of.number, *acting)
    assert [(found["verification"], found["waits"]) for found in answer["accounts"]] == [("close", True)]
