"""Invoices at offices abroad: the ways in order, memo vouchers by two people, payments from local money (EX 7)."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cast import DAY, inside, unit
from expenditure.circulation_tables import COST, furnish_expenditure
from expenditure.offices_tables import LOCAL, an_invoice, an_office, decide_ways_of
from expenditure.purchase_cast import invoice as purchase_invoice
from expenditure.statement_tables import balances_of
from reskontra.database.refused import ActRefused
from reskontra.expenditure.offices.actions import approve, draw_up, keep_original, pay, review, send_back
from reskontra.expenditure.offices.lists import invoices_abroad
from reskontra.insight.explanations import explain
from reskontra.kernel.purchase_numbers import number_key
from reskontra.purchases.models import OfficeInvoice, OfficeMemo
from reskontra.purchases.parts import Part
from reskontra.registers.models import Unit
from reskontra.registers.policy import NotAllowed
from reskontra.runs.run import RunRefused

Command = Callable[..., tuple[int, Any]]
pytestmark = pytest.mark.usefixtures("database")
WHOLE = [Part(Decimal("80.00"), COST)]


@pytest.fixture
def where() -> Unit:
    """The harbour with accounts and people."""
    harbour = unit()
    furnish_expenditure(harbour)
    return harbour


def drawn_up(where: Unit, invoice: OfficeInvoice, who: str = "kirsi") -> OfficeMemo:
    with inside(where, who) as acting:
        return draw_up(acting, invoice, WHOLE)


def step_of(where: Unit, invoice: OfficeInvoice) -> str:
    with inside(where):
        return str(next(one["step"] for one in invoices_abroad(where, True) if one["invoice"] == invoice.pk))


def test_the_first_way_that_is_open_is_taken() -> None:
    """EX 7-a"""
    decide_ways_of("""
        on 2026-03-16
        office FULL captures local
        office BANK local
        office BARE
        office LENS captures
        invoice A FULL einvoice request memo mail
        invoice B FULL request memo mail
        invoice C BANK request memo mail
        invoice D BANK memo mail
        invoice E BANK mail
        invoice F BANK
        invoice G BARE
        invoice H BARE memo mail
        invoice I BARE request
        invoice J LENS memo
        invoice K BARE einvoice
        expect A ABROAD_EINVOICE also ABROAD_CAPTURE ABROAD_REQUEST ABROAD_MEMO ABROAD_MAIL ABROAD_PAPER  # EX 7-a
        expect B ABROAD_CAPTURE  also ABROAD_REQUEST ABROAD_MEMO ABROAD_MAIL ABROAD_PAPER                 # EX 7-a
        expect C ABROAD_REQUEST  also ABROAD_MEMO ABROAD_MAIL ABROAD_PAPER                                # EX 7-a
        expect D ABROAD_MEMO     also ABROAD_MAIL ABROAD_PAPER                                            # EX 7-a
        expect E ABROAD_MAIL     also ABROAD_PAPER                                                        # EX 7-a
        expect F ABROAD_PAPER                                                                             # EX 7-a
        expect G ABROAD_CARD_OR_CASH                                                                      # EX 7-a
        expect H ABROAD_CARD_OR_CASH                                                                      # EX 7-a
        expect I ABROAD_REQUEST                                                                           # EX 7-a
        expect J ABROAD_CAPTURE                                                                           # EX 7-a
        expect K ABROAD_EINVOICE                                                                          # EX 7-a
    """)


def test_a_memo_voucher_goes_round_before_the_local_account_pays(where: Unit) -> None:
    """EX 7-a"""
    told = an_invoice(an_office(where, "STO"), "memo")
    with inside(where) as acting, pytest.raises(NotAllowed):
        draw_up(acting, told, WHOLE)  # the centre draws up only what came to it by mail
    with inside(where, "kirsi") as acting:
        with pytest.raises(RunRefused, match="nothing_drawn_up"):
            pay(acting, told)
        with pytest.raises(RunRefused, match="not_the_whole"):
            draw_up(acting, told, [Part(Decimal("79.99"), COST)])
    first = drawn_up(where, told)
    with inside(where, "maria") as acting:
        send_back(acting, first, "wrong account")
    assert step_of(where, told) == "draw_up"
    memo = drawn_up(where, told)
    assert (memo.version, step_of(where, told)) == (2, "review")
    with inside(where, "gunnar") as acting, pytest.raises(ActRefused, match="reviewed_before"):
        approve(acting, memo)
    with inside(where, "hanna") as acting:
        review(acting, memo)
        with pytest.raises(ActRefused, match="reviewer_and_approver"):
            approve(acting, memo)
    assert step_of(where, told) == "approve"
    with inside(where, "kirsi") as acting, pytest.raises(ActRefused, match="approved_before"):
        pay(acting, told)
    assert balances_of(where) == {}
    with inside(where, "gunnar") as acting:
        approve(acting, memo)
    with inside(where, "kirsi") as acting:
        done = pay(acting, told)
        assert str(done.facts["voucher"]).startswith("ME 2026-")
        with pytest.raises(ActRefused, match="paid_once"):
            pay(acting, told)
    assert balances_of(where) == {COST: Decimal("80.00"), LOCAL: Decimal("-80.00")}
    assert step_of(where, told) == "original"
    with inside(where, "kirsi") as acting:
        keep_original(acting, told, b"scan")
        with pytest.raises(ActRefused, match="comes_once"):
            keep_original(acting, told, b"another scan")
    assert step_of(where, told) == "done"


def test_the_centre_draws_up_what_comes_by_mail(where: Unit) -> None:
    """EX 7-a"""
    told = an_invoice(an_office(where, "STO"), "mail")
    with inside(where, "kirsi") as acting, pytest.raises(NotAllowed):
        draw_up(acting, told, WHOLE)
    memo = drawn_up(where, told, "cecilia")
    with inside(where, "maria") as acting:
        review(acting, memo)
    with inside(where, "gunnar") as acting:
        approve(acting, memo)
    with inside(where) as acting:
        pay(acting, told)
    assert step_of(where, told) == "done"


def test_paper_is_signed_by_two_and_cash_has_its_receipt(where: Unit) -> None:
    """EX 7-a"""
    paper, cash, card = (
        an_invoice(an_office(where, code, local=code == "STO")) for code in ("STO", "OSL", "CPH")
    )
    with inside(where, "kirsi") as acting:
        for signed in ({}, {"reviewed_by": "A"}, {"reviewed_by": "A", "approved_by": "A"}):
            with pytest.raises(ActRefused, match="two_people_sign"):
                pay(acting, paper, parts=WHOLE, **signed)
        with pytest.raises(RunRefused, match="no_memo_before"):
            draw_up(acting, paper, WHOLE)
        with pytest.raises(ActRefused, match="pays_from_it"):
            pay(acting, paper, parts=WHOLE, means="cash", receipt=b"r", reviewed_by="A", approved_by="B")
        with pytest.raises(ActRefused, match="has_its_receipt"):
            pay(acting, cash, parts=WHOLE, means="cash")
        with pytest.raises(ActRefused, match="pays_from_it"):
            pay(acting, cash, parts=WHOLE)
        with pytest.raises(RunRefused, match="not_the_whole"):
            pay(acting, cash, means="cash", receipt=b"r")
        pay(acting, paper, parts=WHOLE, reviewed_by="A", approved_by="B")
        pay(acting, cash, parts=WHOLE, means="cash", receipt=b"receipt")
        assert pay(acting, card, means="card", receipt=b"receipt").facts == {"voucher": None}
    assert [step_of(where, one) for one in (paper, cash, card)] == ["original", "done", "done"]
    assert balances_of(where) == {
        COST: Decimal("160.00"), LOCAL: Decimal("-80.00"), "19700000": Decimal("-80.00"),
    }  # fmt: skip


def test_an_invoice_abroad_says_why_no_e_invoice_and_is_told_once(where: Unit) -> None:
    """EX 7-a"""
    office = an_office(where, "STO")
    told = an_invoice(office, "request")
    assert step_of(where, told) == "arrive"
    with inside(where, "kirsi") as acting, pytest.raises(RunRefused, match="from_finland"):
        pay(acting, told)
    with inside(where):
        purchase_invoice(
            where, "kontor", "80.00", vat_percent="0", number=told.number, number_key=number_key(told.number)
        )
        assert invoices_abroad(where) == []
        explained = explain(where, f"OA{told.pk}", "sv")
    assert explained["decisions"][0]["outcome"] == "ABROAD_REQUEST"
    assert explained["decisions"][0]["inputs"] == {
        "office": "STO", "supplier": "Elbolaget", "number": told.number, "can_einvoice": False, "captures": False,
        "can_request": True, "local_account": True, "can_memo": False, "can_mail": False, "why": "paper only",
    }  # fmt: skip


def test_an_office_by_commands(where: Unit, command: Command, tmp_path: Path) -> None:
    """EX 7-a"""
    an_office(where, "STO")
    on = ("--unit", "4210", "--on", DAY.isoformat(), "--as")
    told = ("--supplier", "Elbolaget", "--number", "E 77", "--amount", "80,00", "--memo")
    code, answer = command("office", "tell", "STO", *told, *on, "kirsi")
    assert (code, answer["refused"]) == (2, "who_passes_over_the_e_invoice_abroad_says_why")
    code, answer = command("office", "tell", "STO", *told, "--reason", "paper only", *on, "kirsi")
    assert (code, answer["way"]) == (0, "ABROAD_MEMO")
    one = answer["invoice"]
    code, answer = command("office", "tell", "STO", *told, "--reason", "again", *on, "kirsi")
    assert (code, answer["refused"]) == (2, "an_invoice_abroad_is_told_once")
    assert command("office", "draw-up", one, "--account", COST, "--vat", "5.00", *on, "kirsi")[0] == 0
    assert command("office", "review", one, *on, "maria")[0] == 0
    assert command("office", "approve", one, *on, "maria")[1]["refused"] == "not_allowed"
    assert command("office", "approve", one, *on, "gunnar")[0] == 0
    code, shown = command("office", "list", *on, "kirsi", "--lang", "fi", text=True)
    assert (code, "80,00 €" in shown.replace("\u00a0", " "), "maksa" in shown) == (0, True, True)
    assert command("office", "pay", one, *on, "kirsi")[0] == 0
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"scan")
    assert command("office", "original", one, "--file", str(scan), *on, "kirsi")[0] == 0
    assert command("office", "list", *on, "kirsi") == (0, [])
    code, shown = command("explain", one, *on[:4], "--as", "kirsi", "--lang", "sv", text=True)
    assert (code, "memorialverifikat" in shown) == (0, True)
    assert balances_of(where) == {
        COST: Decimal("75.00"), "91100000": Decimal("5.00"), LOCAL: Decimal("-80.00"),
    }  # fmt: skip
