"""The purchase side of the demonstration, in figures read from its database: paid, posted, and a last season begun."""

import io
from datetime import date
from decimal import Decimal

import pytest
from rich.console import Console

from reskontra.database.rows import one_row
from reskontra.database.session import working_in
from reskontra.demo.diary import Day
from reskontra.demo.purchase_report import show_purchases
from reskontra.demo.purchase_weeks import BANS, PAYING
from reskontra.demo.purchases import FAULTS
from reskontra.demo.season import waiting_lists
from reskontra.expenditure.matching.replay import replay
from reskontra.insight.automation import automation
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.purchases.matching import Past
from reskontra.registers.models import Unit
from reskontra.registers.posting import posting_account


def _units() -> list[Unit]:
    return list(Unit.objects.filter(code__in=["3910", "3920", "3930"]).order_by("code"))


def test_every_invoice_of_the_weeks_is_paid_or_sent_back(played: Day) -> None:
    ends = {one["end"]: one["count"] for one in played.purchases["ends"]}
    assert not ends.keys() & {"owed", "in_circulation"}
    assert sum(ends.values()) == sum(one["count"] for one in played.purchases["formats"]) > 300
    assert ends["returned_duplicate"] == 3 * FAULTS["DUPLICATE"]
    assert ends["returned_not_ours"] == 3 * FAULTS["SUPPLIER_DIFFERS"]
    assert {one["format"] for one in played.purchases["formats"]} == {"finvoice", "ubl", "teappsxml"}


def test_most_run_by_themselves_and_every_fault_is_a_reason(played: Day) -> None:
    """EX 1-a, EX 3.1-a"""
    told = played.purchases
    assert Decimal(70) <= Decimal(told["automatic"]["rate"]) <= Decimal(85)
    reasons = {one["reason"]: one for one in told["reasons"]}
    assert reasons.keys() >= FAULTS.keys() - {"DUPLICATE", "INVOICE_INCOMPLETE"} | {"SUPPLIER_UNKNOWN"}
    assert reasons["NOT_RECEIVED"]["count"] >= 3 * FAULTS["NOT_RECEIVED"]
    assert {one["open"] for one in reasons.values()} == {0}


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_past_replayed_under_its_own_terms_is_the_past(played: Day, place: int) -> None:
    """EX 1-a, EX 3.1-a: and the numbers in a wrong field turn by just that term."""
    unit, first, last = _units()[place], date(2026, 3, 1), date(2026, 5, 1)
    with working_in([unit.pk]):
        months = automation(unit, first, last)
        told = replay(unit, last, Past(first, last), {"match_wrong_field": "yes"})
    assert told.invoices == sum(one.invoices for one in months)
    assert told.before == sum(one.automatic for one in months)
    assert {one.before for one in told.changed} == {"WRONG_FIELD"}
    # Some have another cause behind it, which the term does not take away.
    turned = sum(one.after == "AUTO_APPROVED" for one in told.changed)
    assert told.after == told.before + turned > told.before


def test_money_went_by_ban_and_by_a_second_try(played: Day) -> None:
    """EX 8-a, EX 9-a"""
    money = {one["way"]: one for one in played.purchases["money"]}
    assert money["came_back"]["count"] == 1
    unit = _units()[0]
    with working_in([unit.pk]):
        (withheld,) = one_row(
            "SELECT sum(amount) FROM purchases_supplierpayment WHERE unit_id = %s AND pays = 'ban'", [unit.pk]
        )
        (substituted,) = one_row(
            "SELECT count(*) FROM purchases_invoiceapproval WHERE unit_id = %s AND instead_of_id IS NOT NULL",
            [unit.pk],
        )
    assert withheld == BANS[0][3]
    assert substituted > 0


@pytest.mark.parametrize("place", [0, 1, 2])
def test_statements_post_themselves_and_the_ledger_is_what_is_open(played: Day, place: int) -> None:
    """EX 10-a"""
    lines = {one["by"]: one["count"] for one in played.purchases["lines"]}
    assert "not_posted" not in lines
    assert lines["payments"] == 3 * len(PAYING)
    unit = _units()[place]
    owed = [posting_account(event, PAYING[0]) for event in ("payable_procurement", "payable_other")]
    with working_in([unit.pk]):
        books, in_transit, open_ = one_row(
            "SELECT coalesce(-sum(amount) FILTER (WHERE account = ANY (%s)), 0),"
            " coalesce(sum(amount) FILTER (WHERE account = %s), 0),"
            " (SELECT sum(open) FROM purchases_payable_open WHERE unit_id = %s)"
            " FROM ledger_entry WHERE unit_id = %s",
            [owed, posting_account("supplier_payments_in_transit", PAYING[0]), unit.pk, unit.pk],
        )
    assert books == open_ > 0
    assert in_transit == 0


def test_every_list_of_the_desk_has_something_when_the_clock_stops(played: Day) -> None:
    waiting = waiting_lists(_units())
    assert sum(lists.pop("cases") for lists in waiting.values()) > 0
    for code, lists in waiting.items():
        assert [name for name, count in lists.items() if not count] == [], code


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_purchase_side_is_told_in_every_language(played: Day, language: str) -> None:
    out = io.StringIO()
    show_purchases(played, Console(file=out, width=140), language)
    told = out.getvalue()
    assert "{" not in told
    assert text("purchase_end.paid_by_itself", language) in told
    assert all(one["command"] in told for one in played.purchases["look_at"])
    assert len(played.purchases["look_at"]) == 6


def test_cards_and_offices_abroad_are_in_the_middle_of_their_work(played: Day) -> None:
    """EX 4-a, EX 7-a: each unit has purchases that wait for different things; each way abroad that is left has one."""
    cards: dict[str, dict[str, int]] = {}
    for one in played.purchases["cards"]:
        cards.setdefault(one["unit"], {})[one["outcome"]] = one["count"]
    assert cards.keys() == {"3910", "3920", "3930"}
    for told in cards.values():
        assert told == {
            "CARD_SETTLED": 1, "CARD_SUM_DIFFERS": 4, "CARD_TRANSFER_AWAITED": 2, "CARD_CODING_AWAITED": 1,
            "CARD_OTHERS_OPEN": 1, "CARD_RECEIPT_AWAITED": 1, "CARD_UNKNOWN": 1,
        }  # fmt: skip
    steps = {(one["unit"], one["step"]): one["count"] for one in played.purchases["offices"]}
    assert {step for _, step in steps} == {"arrive", "draw_up", "approve", "pay", "original", "done"}
    assert sum(steps.values()) == 8
