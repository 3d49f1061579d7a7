"""Hands on purchases by card: statements, receipts, codings, the travel system, differences, commands (EX 4)."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from cast import DAY, inside, run, unit
from expenditure.cards_tables import (
    CLEARING,
    COMPANY,
    Cards,
    a_purchase,
    a_statement,
    take_in,
    tell,
    the_company,
)
from expenditure.circulation_tables import a_queue
from expenditure.statement_tables import balances_of
from reskontra.database.refused import ActRefused
from reskontra.documents.findings import Finding, Refused
from reskontra.expenditure.cards.actions import (
    attach_receipt,
    code_purchase,
    explain_difference,
    settle_by_travel,
)
from reskontra.expenditure.cards.lists import clearing, open_purchases
from reskontra.expenditure.cards.run import CardsRun
from reskontra.expenditure.circulation.run import CirculationRun
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.purchases.models import (
    CardCharge,
    CardCoding,
    CardDifference,
    CardPurchase,
    CardStatement,
    CardTransfer,
    Coding,
    InvoiceApproval,
    Payable,
)
from reskontra.purchases.parts import Part
from reskontra.registers.loading import load
from reskontra.registers.models import OfficeAbroad, PaymentCard
from reskontra.registers.policy import NotAllowed
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import RunRefused

Command = Callable[..., tuple[int, Any]]
pytestmark = pytest.mark.usefixtures("database")

FLEET = """
    on 2026-03-16
    agreement TK1FLEET 3 organisation invoice
    card 1111 TK1FLEET
"""
TRAVEL = """
    on 2026-03-16
    agreement TK1TRAVEL international person travel
    template TK1TRAVEL 17500000
    card 2222 TK1TRAVEL
"""


def test_a_statement_comes_in_whole_once_or_not_at_all() -> None:
    """EX 4-a"""
    told = tell(FLEET)
    rows = [a_purchase(4, "1111", "10.00", DAY), a_purchase(5, "1111", "-2.50", DAY)]
    honest = a_statement("2026-03", DAY, rows, "88123")
    wrong = Finding("card_value", clause="EX 4-a", row=5, column="day")
    for document, rule in (
        (replace(honest, findings=(wrong,)), "card_value"),
        (replace(honest, currency="SEK"), "card_statement_not_in_euro"),
        (replace(honest, company="Okända kortet"), "card_company_unknown"),
    ):
        with pytest.raises(Refused) as refused:
            take_in(told.where, document)
        assert [one.rule for one in refused.value.findings] == [rule]
    with inside(told.where):
        assert not CardStatement.objects.filter(unit=told.where).exists()
    first = take_in(told.where, honest, "kirsi")
    assert (first.count("accepted"), first.total, first.known) == (2, Decimal("7.50"), False)
    again = take_in(told.where, honest)
    assert (again.count("duplicate"), again.run, again.known) == (2, first.run, True)
    with pytest.raises(Refused) as refused:
        take_in(told.where, replace(honest, purchases=tuple(rows[:1]), total=Decimal("10.00")))
    assert [one.rule for one in refused.value.findings] == ["card_statement_differs"]
    with inside(told.where):
        assert CardPurchase.objects.filter(unit=told.where).count() == 2
    with pytest.raises(NotAllowed):
        take_in(told.where, honest, "maria")


def test_receipts_and_codings_of_people() -> None:
    """EX 4-a"""
    told = tell(FLEET + "buy A 1111 10.00\nbuy B 1111 20.00")
    parts = [Part(Decimal("10.00"), "40000000")]
    with inside(told.where, "maria") as acting:
        one, other = told.purchase("A"), told.purchase("B")
        attach_receipt(acting, one, ereceipt="E-1")
        with pytest.raises(RunRefused, match="has_this_receipt"):
            attach_receipt(acting, one, ereceipt="E-1")
        with pytest.raises(ActRefused, match="of_one_card_purchase"):
            attach_receipt(acting, other, ereceipt="E-1")
        with pytest.raises(ActRefused, match="document_or_an_ereceipt"):
            attach_receipt(acting, other)
        with pytest.raises(NotAllowed):
            code_purchase(acting, one, parts, "fuel")
    with inside(told.where, "kirsi") as acting:
        for wrong, match in (
            ([Part(Decimal("9.99"), "40000000")], "not_the_whole"),
            ([Part(Decimal("10.00"), "49999999")], "unknown_account"),
            ([Part(Decimal("10.00"), "40000000", budget_account="99")], "unknown_dimension"),
        ):
            with pytest.raises(RunRefused, match=match):
                code_purchase(acting, one, wrong, "fuel")
        with pytest.raises(ActRefused, match="outside_the_groups"):
            code_purchase(acting, one, parts, "other", "  ")
        code_purchase(acting, one, parts, "other", "an urgent repair")
        newest = code_purchase(acting, one, parts, "fuel")
        assert (newest.version, CardCoding.objects.filter(purchase=one).count()) == (2, 2)
        terms = terms_of(told.where, DAY)
        assert [row["outcome"] for row in open_purchases(told.where, terms)] == [
            "CARD_INVOICE_AWAITED", "CARD_RECEIPT_AWAITED",
        ]  # fmt: skip
        assert open_purchases(told.where, terms, "CARD_RECEIPT_OVERDUE") == []
    told._invoice(("I", "88123", "10.00", "TK1FLEET"))
    told._difference(("I", "-20.00"))
    told._receipt(("B",))
    told._code(("B", "40000000"))
    assert {one[0] for one in told.decided().values()} == {"CARD_TO_COST"}
    with inside(told.where, "kirsi") as acting, pytest.raises(ActRefused, match="coded_no_more"):
        code_purchase(acting, one, parts, "fuel")


def approved(told: Cards, name: str) -> None:
    """The invoice is known by its posting reference, its coding goes round, and it is owed."""
    run(MatchingRun(), told.where, DAY)
    run(CirculationRun(), told.where, DAY)
    with inside(told.where):
        coding = Coding.objects.get(unit=told.where, invoice=told.invoices[name])
    with inside(told.where, "petra") as acting:
        InvoiceApproval.objects.create(
            unit=told.where, invoice=told.invoices[name], digest=coding.digest, act="approve", person=acting.person,
            given_at=acting.at,
        )  # fmt: skip
    run(CirculationRun(), told.where, DAY)
    with inside(told.where):
        assert Payable.objects.filter(unit=told.where, invoice=told.invoices[name]).exists()


def cleared(told: Cards) -> dict[str, str]:
    with inside(told.where):
        return clearing(told.where, terms_of(told.where, DAY)).as_json()


def test_the_clearing_account_is_explained_at_every_step_and_even_at_the_end() -> None:
    """EX 4-a, EX 4-b"""
    told = tell(
        TRAVEL
        + """
        buy A 2222 100.00
        buy B 2222 50.00
        buy C 2222 -10.00
        invoice I 88123 143.50 TK1TRAVEL rows 100.00,50.00,-10.00,3.50
        transfer A M2-1 43000000
    """
    )
    with inside(told.where):
        a_queue(told.where, "REVIEW", "review", "maria")
        a_queue(told.where, "APPROVE", "approve", "petra")
    assert balances_of(told.where) == {"43000000": Decimal("100.00"), CLEARING: Decimal("-100.00")}
    assert cleared(told) == {
        "account": CLEARING, "balance": "-100.00", "invoiced": "0.00", "transferred": "100.00", "unexplained": "0.00",
    }  # fmt: skip
    told._difference(("I", "1.00"))  # before the invoice is owed
    assert (cleared(told)["balance"], cleared(told)["transferred"], cleared(told)["unexplained"]) == (
        "-101.00", "101.00", "0.00",
    )  # fmt: skip
    approved(told, "I")
    assert told.decided() == {
        "A": ("CARD_CLEARED", "EX 4-b", ()),
        "B": ("CARD_TRANSFER_AWAITED", "EX 4-b", ()),
        "C": ("CARD_TRANSFER_AWAITED", "EX 4-b", ()),
    }
    assert (cleared(told)["balance"], cleared(told)["invoiced"], cleared(told)["unexplained"]) == (
        "42.50", "42.50", "0.00",
    )  # fmt: skip
    with inside(told.where) as acting:
        both = [(told.purchase(name), [Part(Decimal(told_as), "43000000")]) for name, told_as in
                (("B", "50.00"), ("C", "-10.00"))]  # fmt: skip
        for claim, settled, match in (
            ("", both, "names_its_claim"),
            ("M2-2", [(told.purchase("A"), [Part(Decimal("100.00"), "43000000")])], "transferred_once"),
        ):
            with pytest.raises(ActRefused, match=match):
                settle_by_travel(acting, claim, settled)
        settle_by_travel(acting, "M2-2", both)
    told._ran(())
    assert (cleared(told)["balance"], cleared(told)["invoiced"]) == ("2.50", "2.50")
    with inside(told.where, "kirsi") as acting:
        for amount, reason, refusal, match in (
            ("2.51", "fee", RunRefused, "nothing_differs_so"),
            ("-2.50", "fee", RunRefused, "nothing_differs_so"),
            ("2.50", " ", ActRefused, "money_with_a_reason"),
            ("0.00", "fee", ActRefused, "money_with_a_reason"),
        ):
            part = Part(Decimal(amount), "45000000")
            with pytest.raises(refusal, match=match):
                explain_difference(acting, told.invoices["I"], part, reason)
    told._difference(("I", "2.50"))
    assert cleared(told) == {
        "account": CLEARING, "balance": "0.00", "invoiced": "0.00", "transferred": "0.00", "unexplained": "0.00",
    }  # fmt: skip
    with inside(told.where):
        assert CardTransfer.objects.filter(unit=told.where).values("voucher").distinct().count() == 2
        assert CardDifference.objects.filter(unit=told.where, voucher__isnull=False).count() == 2
        assert CardCharge.objects.filter(unit=told.where).count() == 3


def test_an_organisations_card_is_never_settled_by_the_travel_system_and_nobody_of_the_unit_says_so() -> None:
    """EX 4-b"""
    told = tell(FLEET + "buy A 1111 10.00")
    settled = [(CardPurchase(pk=told.purchases["A"]), [Part(Decimal("10.00"), "43000000")])]
    with inside(told.where) as acting:
        settled = [(told.purchase("A"), settled[0][1])]
        with pytest.raises(ActRefused, match="only_a_card_of_the_travel_system"):
            settle_by_travel(acting, "M2-1", settled)
    assert balances_of(told.where) == {}
    with inside(told.where, "kirsi") as acting, pytest.raises(NotAllowed):
        settle_by_travel(acting, "M2-1", settled)


def test_two_who_explain_the_same_difference_at_once_explain_it_once() -> None:
    """EX 4-a"""
    told = tell(FLEET + "buy A 1111 10.00\ninvoice I 88123 15.00 TK1FLEET")
    barrier = threading.Barrier(2)

    def work(username: str) -> str:
        barrier.wait()
        try:
            with inside(told.where, username) as acting:
                explain_difference(acting, told.invoices["I"], Part(Decimal("5.00"), "45000000"), "fee")
                return "told"
        except RunRefused as refused:
            return refused.key
        finally:
            for alias in ("default", "owner"):
                connections[alias].close()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(work, ("kirsi", "cecilia"))) == ["cards.nothing_differs_so", "told"]


def test_cards_by_commands(command: Command, tmp_path: Path) -> None:
    """EX 4-a, EX 4-b"""
    told = tell(FLEET + "agreement TK1TRAVEL international person travel\ntemplate TK1TRAVEL 17500000\n"
                "card 2222 TK1TRAVEL")  # fmt: skip
    on = ("--unit", "4210", "--on", DAY.isoformat(), "--as")
    file = tmp_path / "cards.csv"
    file.write_text(
        "card_statement;number;company;invoice;period_from;period_until;currency;purchases;total\n"
        f"1;2026-03;{COMPANY};88123;2026-03-01;2026-03-16;EUR;2;110.00\n"
        "card;holder;day;merchant;country;amount;currency;original_amount;original_currency;vat_percent;vat;receipt\n"
        "1111;Bil 1;2026-03-16;Provmacken;FI;100.00;EUR;;;25.5;20.32;R-1\n"
        "2222;Mia M;2026-03-16;Provhotellet;SE;10.00;EUR;;;;;\n",
        encoding="utf-8",
    )
    code, answer = command("import", str(file), *on, "kirsi")
    assert (code, answer["kind"], answer["accepted"], answer["totals"]) == (
        0, "card_statement", 2, {"total": "110.00"},
    )  # fmt: skip
    code, shown = command("import", str(file), *on, "kirsi", "--lang", "sv", text=True)
    assert (code, "Ingenting ändrades" in shown) == (0, True)
    code, answer = command("run", "cards", *on, "kirsi", "--plan")
    assert {one["outcome"] for one in answer["decisions"]} == {
        "CARD_RECEIPT_AWAITED",
        "CARD_TRANSFER_AWAITED",
    }
    code, listed = command("card", "list", *on, "kirsi")
    fleet, travel = (one["purchase"] for one in listed)
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"receipt")
    assert command("card", "receipt", fleet, "--file", str(receipt), *on, "kirsi")[0] == 0
    coding = ("--account", "40000000", "--vat", "20,32", "--group", "fuel")
    assert command("card", "code", fleet, *coding, *on, "kirsi")[0] == 0
    code, answer = command(
        "card", "transfer", fleet, "--claim", "M2", "--account", "40000000", *on, "cecilia"
    )
    assert (code, answer["refused"]) == (2, "only_a_card_of_the_travel_system_is_settled_there")
    code, answer = command(
        "card", "transfer", travel, "--claim", "M2", "--account", "43000000", *on, "cecilia"
    )
    assert (code, answer["count"]) == (0, 1)
    several = ("--claim", "M3", "--account", "43000000", "--vat", "1,00")
    code, answer = command("card", "transfer", travel, travel, *several, *on, "cecilia")
    assert (code, answer["refused"]) == (2, "cards.vat_is_of_one_purchase")
    told._invoice(("I", "77", "102.00", "TK1FLEET"))
    with inside(told.where):
        number = f"PI{told.invoices['I'].pk}"
    assert command("card", "invoice", "2026-03", "--invoice", number, *on, "kirsi")[0] == 0
    code, answer = command("card", "difference", number, "--amount", "-8.00", "--reason", "x", *on, "kirsi")
    assert (code, answer["invoice"]) == (0, number)
    code, answer = command("run", "cards", *on, "kirsi")
    assert {one["outcome"]: one["count"] for one in answer["decisions"]} == {
        "CARD_OTHERS_OPEN": 1, "CARD_OTHER_REFERENCE": 1,
    }  # fmt: skip
    code, shown = command("card", "list", *on, "kirsi", "--lang", "fi", text=True)
    assert (code, "100,00 €" in shown.replace("\u00a0", " "), "Provhotellet" in shown) == (0, True, True)
    code, shown = command("card", "clearing", *on, "kirsi", "--lang", "sv", text=True)
    assert "10,00 €" in shown.replace("\u00a0", " ")
    code, shown = command("explain", fleet, "--unit", "4210", "--as", "kirsi", "--lang", "sv", text=True)
    assert (code, "kortköp" in shown, "Provmacken" in shown) == (0, True, True), shown
    code, answer = command("explain", travel, "--unit", "4210", "--as", "kirsi")
    assert [one["outcome"] for one in answer["decisions"]] == ["CARD_TRANSFERRED", "CARD_OTHER_REFERENCE"]
    assert run(CardsRun(), unit(), DAY).facts == {"charges": 0, "codings": 0}


def test_registers_of_cards_and_offices_are_loaded_from_files(tmp_path: Path) -> None:
    """EX 4-b, EX 7-a"""
    where, company = unit(), the_company()
    for name, text in {
        "card_agreements": "unit;identifier;name;company;kind;profile;issued_to;way;valid_from;valid_to\n"
        f"4210;TK1FUEL;Fuel;{company.number};procurement;5;organisation;invoice;2024-01-01;\n",
        "payment_cards": "unit;agreement;digits;holder;person;valid_from;valid_to\n"
        "4210;4210/TK1FUEL;0042;Bil 1;;2024-01-01;2026-12-31\n",
        "offices_abroad": "unit;code;name;country;captures;local_account;account;valid_from;valid_to\n"
        "4210;STO;Ambassaden;SE;yes;;;2024-01-01;\n",
    }.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    assert load(tmp_path) == {"card_agreements": 1, "payment_cards": 1, "offices_abroad": 1}
    assert load(tmp_path) == {"card_agreements": 0, "payment_cards": 0, "offices_abroad": 0}
    with inside(where):
        card = PaymentCard.objects.select_related("agreement").get(unit=where)
        assert (card.digits, card.agreement.profile, card.agreement.company) == ("0042", "5", company)
        assert OfficeAbroad.objects.get(unit=where, code="STO").captures
