"""Payments of own systems and of the multi-recipient workbook: into the books, approved by two, answered back."""

import json
from decimal import Decimal
from typing import Any

import pytest

from cast import ALWAYS, DAY, inside, person, run, unit
from expenditure.circulation_tables import BALANCE, BUDGET, COST, furnish_expenditure, newest
from expenditure.payment_tables import account, pay, supplier
from reskontra.documents.findings import Refused
from reskontra.exchange import archive
from reskontra.exchange.inbox import receive
from reskontra.exchange.models import OutboxFile
from reskontra.expenditure.answers.run import AnswersRun
from reskontra.expenditure.circulation.actions import approve, review
from reskontra.expenditure.circulation.run import CirculationRun
from reskontra.expenditure.intake.files import PurchasesTaken
from reskontra.expenditure.intake.requests import take_in_requests
from reskontra.formats.workbooks.expenditure import read_expenditure
from reskontra.purchases.models import (
    Assignment,
    Payable,
    PaymentAnswer,
    PurchaseInvoice,
    SenderAnswer,
    SupplierPayment,
)
from reskontra.registers.models import ReceivingAddress, SupplierAccount
from reskontra.registers.policy import NotAllowed

pytestmark = pytest.mark.usefixtures("database")


def asked(reference: str, amount: str, to: SupplierAccount, **told: Any) -> dict[str, Any]:
    """One payment of a message, of one posting; ``told`` changes any field."""
    coding = {"account": told.pop("account", COST), "budget_account": told.pop("budget", BUDGET)}
    payee = {"supplier_number": to.supplier.number, "name": to.supplier.name, "iban": to.iban}
    posting = {"row": 1, "amount": amount, "text": told.pop("text", "Grant"), "coding": coding}
    return {
        "long_reference": reference, "payee": payee, "due_date": DAY.isoformat(), "amount": amount, "currency": "EUR",
        "invoice_date": DAY.isoformat(), "postings": [posting], **told,
    }  # fmt: skip


def bring(*payments: dict[str, Any], who: str = "cecilia", sender: str = "HAMN-SHOP") -> PurchasesTaken:
    """The payments as one message of the harbour's own system."""
    where = unit()
    numbered = [
        {**one, "row": 2 * place, "postings": [{**row, "row": 2 * place + 1} for row in one["postings"]]}
        for place, one in enumerate(payments, start=1)
    ]
    message = {
        "kind": "payment_request",
        "sender_system": sender,
        "receiver": f"{where.edi_code}100",
        "payments": numbered,
    }
    data = json.dumps(message).encode()
    with inside(where, who) as acting:
        received = receive(acting, data, "payments.json", "import")
    with inside(where, who) as acting:
        return take_in_requests(acting, received, read_expenditure(data, "payments.json"), DAY)  # type: ignore[arg-type]


def told_to_the_sender() -> list[tuple[str, int | None, str, str | None, str | None, list[str]]]:
    """What the run of answers puts into its files: reference, instalment, state, day, amount, rules of the reasons."""
    files = run(AnswersRun(), unit()).files
    with inside(unit()):
        stored = [OutboxFile.objects.get(digest=one["digest"]) for one in files]
    answers = [one for file in stored for one in json.loads(archive.read(file.digest))["answers"]]
    return sorted(
        (one["long_reference"], one.get("instalment"), one["state"], one.get("paid_on"), one.get("amount"),
         [reason["rule"] for reason in one.get("reasons", ())])
        for one in answers
    )  # fmt: skip


@pytest.fixture
def payee(database: Any) -> SupplierAccount:
    """Somebody who may be paid, and people who may decide."""
    furnish_expenditure(unit())
    maria = person("maria")
    maria.email = "maria@prov.example"
    maria.save()
    with inside(unit()):
        ReceivingAddress.objects.create(
            unit=unit(), edi_code=f"{unit().edi_code}100", stream="other", voucher_type="XB", validity=ALWAYS
        )
    return account(supplier("grantee"))


def test_each_payment_is_kept_with_its_outcome_and_goes_to_those_who_decide(payee: SupplierAccount) -> None:
    """EX 2.2-a, EX 2.2-b, EX 2.2-c, EX 2.2-d"""
    stranger = {"name": "Tuntematon Oy", "business_id": "0245440-1", "iban": payee.iban}
    payments = (
        asked("C-1_1", "100.00", payee, voucher_type="XP", reviewer={"email": "Maria@prov.example"}),
        asked("C-1_2", "50.00", payee, account=BALANCE, budget=None),
        asked("C-2", "20.00", payee, voucher_type="XA"),
        asked("C-3", "30.00", payee, text="by order V11"),
        asked("C-4", "40.00", payee, net="32.00"),
        asked("C-5", "60.00", payee, account="49999999"),
        asked("C-1_1", "101.00", payee),
        asked("C-6", "70.00", payee, payee=stranger),
        asked("C-7", "80.00", payee, voucher_type="ZZ"),
        asked("C-8", "90.00", payee, payee={**stranger, "supplier_number": "NOBODY"}),
    )
    taken = bring(*payments)
    assert [one.outcome for one in taken.invoices] == [
        "TAKEN_IN", "TAKEN_IN", "LOOKS_LIKE_PROCUREMENT", "LOOKS_LIKE_PROCUREMENT", "LOOKS_LIKE_PROCUREMENT",
        "REQUEST_REFUSED", "REQUEST_REFUSED", "SUPPLIER_UNKNOWN", "REQUEST_REFUSED", "REQUEST_REFUSED",
    ]  # fmt: skip
    assert (taken.kind, taken.count("returned"), taken.count("accepted")) == ("payment_request", 4, 6)
    assert bring(*payments).count("duplicate") == 10
    with inside(unit()):
        found = PurchaseInvoice.objects.order_by("position")
        assert {(one.stream, one.channel, one.sender_system) for one in found} == {
            ("other", "own_system", "HAMN-SHOP")
        }
        assert [one.voucher_type for one in found[:3]] == ["XP", "XB", "XB"]
        [place] = Assignment.objects.all()
        assert (place.invoice, place.step, place.to_person) == (found[0], "review", person("maria"))
    with pytest.raises(NotAllowed):
        bring(payments[0], who="kirsi")
    with pytest.raises(Refused, match="request_sender_unknown"):
        bring(payments[0], sender="OTHER")


def test_the_sender_is_told_once_of_every_change_until_the_payment_is_paid(payee: SupplierAccount) -> None:
    """EX 2.2-a, EX 2.2-c"""
    first = asked("C-1", "100.00", payee, voucher_type="XP", instalment=1)
    bring(first, asked("C-1", "50.00", payee, instalment=2), asked("C-2", "60.00", payee, account="49999999"))
    other = {**first, "amount": "99.00", "postings": [{**first["postings"][0], "amount": "99.00"}]}
    again = [one.outcome for sent in (first, other) for one in bring(sent).invoices]
    assert again == ["DUPLICATE", "DUPLICATE"]
    assert told_to_the_sender() == [
        ("C-1", 1, "rejected", None, None, ["duplicate"]),  # the one of 99.00
        ("C-2", None, "rejected", None, None, ["purchase_account_unknown"]),
    ]
    assert told_to_the_sender() == []
    run(CirculationRun(), unit())
    with inside(unit()):
        asked_for = list(PurchaseInvoice.objects.order_by("id")[:2])
    for who, act in (("maria", review), ("gunnar", approve)):
        for one in asked_for:
            with inside(unit(), who) as acting:
                act(acting, one, newest(unit(), one).digest)
    assert run(CirculationRun(), unit()).facts["payables"] == 2
    with inside(unit()):
        assert [one.account for one in Payable.objects.order_by("id")] == ["25700100", "26270100"]
    assert told_to_the_sender() == [
        ("C-1", 1, "accepted", None, None, []), ("C-1", 2, "accepted", None, None, []),
    ]  # fmt: skip
    pay(unit())
    assert told_to_the_sender() == []  # sent, but the bank has not said yet that it pays
    with inside(unit()):
        for payment in SupplierPayment.objects.all():
            PaymentAnswer.objects.create(unit=unit(), payment=payment, day=DAY, state="accepted")
    assert told_to_the_sender() == [
        ("C-1", 1, "paid", DAY.isoformat(), "100.00", []), ("C-1", 2, "paid", DAY.isoformat(), "50.00", []),
    ]  # fmt: skip
    assert told_to_the_sender() == []
    with inside(unit()):
        assert sorted(SenderAnswer.objects.values_list("state", "amount")) == [
            ("accepted", None), ("accepted", None), ("paid", Decimal(50)), ("paid", Decimal(100)),
            ("rejected", None), ("rejected", None),
        ]  # fmt: skip


def test_the_multi_recipient_workbook_comes_without_a_sender(payee: SupplierAccount) -> None:
    """EX 2.2-b, EX 2.2-d"""
    heading = "long_reference;supplier_number;payee_name;due_date;amount;currency;posting_amount;account;budget_account"
    data = (
        f"{heading}\nM-1;{payee.supplier.number};X;16.3.2026;75;EUR;50;{COST};{BUDGET}\n"
        f"M-1;;;;;;25;{COST};{BUDGET}\nM-2;{payee.supplier.number};X;16.3.2026;75;EUR;74;{COST};{BUDGET}\n"
    ).encode()
    with inside(unit()) as acting:
        received = receive(acting, data, "many.csv", "import")
    with inside(unit()) as acting:
        taken = take_in_requests(acting, received, read_expenditure(data, "many.csv"), DAY)  # type: ignore[arg-type]
    assert [one.outcome for one in taken.invoices] == ["TAKEN_IN", "REQUEST_REFUSED"]
    with inside(unit()):
        one = PurchaseInvoice.objects.get(number="M-1")
        assert (one.channel, one.sender_system, newest(unit(), one).lines.count()) == ("workbook", "", 2)
    assert told_to_the_sender() == []
