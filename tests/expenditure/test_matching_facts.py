"""What matching leaves: matches, codings to the cent, payables with vouchers; what people do; what is refused."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connections

from cast import AT, DAY, inside, person, plan_of, run, unit
from expenditure.matching_tables import Purchases, match_together
from expenditure.purchase_cast import (
    EXPENSE,
    SERVICES,
    a_run,
    contract,
    invoice,
    order,
    order_line,
    received,
    supplier,
)
from income.tables import read
from reskontra.database.refused import ActRefused, constraint_of
from reskontra.expenditure.matching.actions import (
    accept,
    confirm,
    correct_identifier,
    end_match,
    name_supplier,
)
from reskontra.expenditure.matching.orders import (
    ContractTold,
    OrderLineTold,
    OrderTold,
    ReceiptTold,
    ScheduleRowTold,
    Tracking,
    end_contract,
    end_order,
    keep_contract,
    keep_orders,
    receive,
)
from reskontra.expenditure.matching.replay import replay
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.insight.automation import automation, mismatches
from reskontra.ledger.models import Entry, Voucher
from reskontra.purchases.matching import Past
from reskontra.purchases.models import (
    Coding,
    CodingLine,
    Match,
    MatchLine,
    Payable,
    PurchaseDecision,
    PurchaseInvoice,
    PurchaseOrder,
    Receipt,
)
from reskontra.registers.policy import NotAllowed
from reskontra.runs.run import RunRefused

pytestmark = pytest.mark.usefixtures("database")


def _told(text: str) -> Purchases:
    return Purchases(read(text), unit()).tell()


def _outcomes(told: Purchases, on: date = DAY) -> dict[str, str]:
    return {
        name: outcome for name, (outcome, *_) in told.told_by(run(MatchingRun(), told.where, on).run).items()
    }


_PLAIN = """
on 2026-03-16
order   V11 staten
line    V11 1 60.00 account 40000000
line    V11 2 40.00 account 43000000
receipt V11 1 60.00
receipt V11 2 40.00
"""


# --- coding and posting --------------------------------------------------------------------------------------


def test_a_matched_invoice_is_coded_and_posted_to_the_cent() -> None:
    """EX 2.1-a, EX 3-a"""
    told = match_together(_PLAIN + "invoice A staten 100.01 V11\nexpect A AUTO_APPROVED    # EX 3-a")
    with inside(told.where):
        payable = Payable.objects.get(unit=told.where)
        voucher = Voucher.objects.get(unit=told.where, pk=payable.voucher_id)
        entries = {
            (one.account, one.vat_percent, one.amount, one.partner)
            for one in Entry.objects.filter(unit=told.where, voucher=voucher)
        }
        taken = sorted(MatchLine.objects.filter(unit=told.where).values_list("net", flat=True))
    assert (voucher.kind, voucher.number, voucher.posting_date) == ("XK", 1, DAY)
    assert (payable.automatic, payable.due_date, payable.amount, payable.account) == (
        True, date(2026, 4, 15), Decimal("125.51"), "25700100",
    )  # fmt: skip
    vat = Decimal("25.50")
    # 60.006 and 40.004: the cent that is left over goes to the larger fraction.
    assert entries == {
        ("25700100", None, Decimal("-125.51"), "994900"),
        (EXPENSE, vat, Decimal("60.01"), "994900"),
        (SERVICES, vat, Decimal("40.00"), "994900"),
        ("91100000", vat, Decimal("25.50"), "994900"),
    }
    assert taken == [Decimal("40.00"), Decimal("60.01")]


def test_a_contract_shares_the_invoice_by_its_lines() -> None:
    """EX 3-d"""
    where = unit()
    with inside(where):
        thirds = ((EXPENSE, "33.333"), (SERVICES, "33.333"), ("42000000", "33.334"))
        contract(where, "VSK11", "kontor", shares=thirds)
        invoice(where, "kontor", "100.00", "VSK11")
    run(MatchingRun(), where)
    with inside(where):
        lines = CodingLine.objects.filter(unit=where).order_by("position")
        assert [(one.account, one.net, one.vat) for one in lines] == [
            (EXPENSE, Decimal("33.33"), Decimal("8.50")),
            (SERVICES, Decimal("33.33"), Decimal("8.50")),
            ("42000000", Decimal("33.34"), Decimal("8.50")),
        ]
        assert Voucher.objects.get(unit=where).kind == "XL"


def test_vat_of_several_rates_goes_to_the_lines_of_each_rate() -> None:
    """EX 3-a"""
    where = unit()
    with inside(where):
        made = order(where, "V11", "kontor")
        order_line(made, 1, "60.00", vat_percent="25.5")
        order_line(made, 2, "40.00", vat_percent="13.5", account=SERVICES)
        received(made, 1, "60.00")
        received(made, 2, "40.00")
        invoice(where, "kontor", "100.00", "V11", rates=(("25.5", "61.00"), ("13.5", "39.00")))
    run(MatchingRun(), where)
    with inside(where):
        lines = CodingLine.objects.filter(unit=where).order_by("position")
        assert [(one.net, one.vat, one.vat_percent) for one in lines] == [
            (Decimal("61.00"), Decimal("15.56"), Decimal("25.50")),
            (Decimal("39.00"), Decimal("5.27"), Decimal("13.50")),
        ]


def test_an_invoice_without_a_due_date_is_due_thirty_days_after_it_came() -> None:
    """EX 9-d"""
    where = unit()
    with inside(where):
        contract(where, "VSK11", "kontor")
        invoice(where, "kontor", "100.00", "VSK11", due_date=None)
    run(MatchingRun(), where)
    with inside(where):
        assert Payable.objects.get(unit=where).due_date == DAY + timedelta(days=30)


def test_a_plan_is_applied_and_what_changed_since_is_left() -> None:
    """EX 3-a"""
    told = _told(_PLAIN + "invoice A staten 100.00 V11")
    planned = plan_of(MatchingRun(), told.where)
    with inside(told.where):
        assert not Match.objects.filter(unit=told.where).exists()
        received(told.orders["V11"], 1, "-1.00")
    result = run(MatchingRun(), told.where, planned=planned.run)
    assert [count.outcome for count in result.counts] == ["CHANGED_SINCE_PLAN"]
    with inside(told.where):
        assert not Payable.objects.filter(unit=told.where).exists()
    assert _outcomes(told) == {"A": "AUTO_APPROVED"}
    assert _outcomes(told) == {}, "what is payable is not decided again"


# --- what changes afterwards ---------------------------------------------------------------------------------


def test_a_receipt_that_comes_later_matches_in_the_next_run() -> None:
    """EX 3-a"""
    told = _told("on 2026-03-16\norder V11 kontor\nline V11 1 100.00\ninvoice A kontor 100.00 V11")
    assert _outcomes(told) == {"A": "NOT_RECEIVED"}
    with inside(told.where):
        received(told.orders["V11"], 1, "100.00")
    assert _outcomes(told) == {"A": "AUTO_APPROVED"}


def test_the_right_number_and_the_right_supplier_match_in_the_next_run() -> None:
    """EX 3-c"""
    told = _told(_PLAIN + "invoice A staten 100.00 V1999\ninvoice B nobody 5.00 V1998")
    assert _outcomes(told) == {"A": "UNKNOWN_NUMBER", "B": "SUPPLIER_UNKNOWN"}
    with inside(told.where, "kirsi") as acting:
        correct_identifier(acting, told.invoices["A"], " v11 ")
        name_supplier(acting, told.invoices["B"], supplier("flink"))
        with pytest.raises(RunRefused, match=r"matching\.not_a_number"):
            correct_identifier(acting, told.invoices["A"], "4711")
    assert _outcomes(told) == {"A": "AUTO_APPROVED", "B": "UNKNOWN_NUMBER"}
    with inside(told.where, "kirsi") as acting, pytest.raises(RunRefused, match=r"matching\.settled"):
        correct_identifier(acting, told.invoices["A"], "V11")


def test_a_corrected_receipt_ends_what_is_not_payable_and_is_told_of_what_is() -> None:
    """EX 3-a"""
    told = _told(
        _PLAIN + "order V12 kontor\nline V12 1 100.00\nreceipt V12 1 100.00\n"
        "invoice A staten 100.00 V11\ninvoice B kontor 120.00 V12"
    )
    assert _outcomes(told) == {"A": "AUTO_APPROVED", "B": "OVER_TOLERANCE_UP"}
    with inside(told.where, "kirsi") as acting:
        accept(acting, told.invoices["B"], "delivered more")
    assert _outcomes(told) == {}, "a match that stands is only counted"
    later = AT + timedelta(minutes=1)
    with inside(told.where):
        received(told.orders["V11"], 1, "-10.00", at=later)
        received(told.orders["V12"], 1, "-10.00", at=later)
    assert _outcomes(told) == {"A": "RECEIPT_GONE_PAYABLE", "B": "MATCH_ENDED"}
    assert _outcomes(told) == {"A": "RECEIPT_GONE_PAYABLE", "B": "OVER_TOLERANCE_UP"}


def test_a_contract_may_ask_for_a_confirmation() -> None:
    """EX 3-d"""
    told = _told("on 2026-03-16\ncontract VSK11 kontor budget confirm\ninvoice A kontor 10.00 VSK11")
    assert _outcomes(told) == {"A": "AUTO_WAITING_CONFIRMATION"}
    assert _outcomes(told) == {"A": "MATCH_UNCONFIRMED"}
    with inside(told.where):
        match = Match.objects.get(unit=told.where)
        assert not Payable.objects.filter(unit=told.where).exists()
    with inside(told.where, "maria") as acting:
        confirm(acting, match)
        with pytest.raises(ActRefused, match="a_match_is_confirmed_once"):
            confirm(acting, match)
    assert _outcomes(told) == {"A": "MATCH_CONFIRMED"}
    with inside(told.where):
        assert Payable.objects.get(unit=told.where).automatic, (
            "who only confirms takes nothing from automation"
        )


# --- acts ----------------------------------------------------------------------------------------------------


def test_a_difference_is_accepted_with_a_reason_and_waits_for_approval() -> None:
    """EX 3-b"""
    told = _told(_PLAIN + "invoice A staten 130.00 V11\ninvoice B staten 100.00 V1999")
    with inside(told.where, "kirsi") as acting:
        with pytest.raises(ValueError, match="says why"):
            accept(acting, told.invoices["A"], "  ")
        with pytest.raises(RunRefused, match=r"matching\.not_acceptable"):
            accept(acting, told.invoices["B"], "fine")
        match = accept(acting, told.invoices["A"], "dearer paper")
        with pytest.raises(RunRefused, match=r"matching\.not_acceptable"):
            accept(acting, told.invoices["A"], "again")
    with inside(told.where):
        assert (match.person, match.difference, match.reason) == (
            person("kirsi"), Decimal("30.00"), "dearer paper",
        )  # fmt: skip
        assert Coding.objects.get(unit=told.where).source == "match"
    assert _outcomes(told) == {"B": "UNKNOWN_NUMBER"}
    with inside(told.where):
        assert not Payable.objects.filter(unit=told.where).exists()
    with inside(told.where, "kirsi") as acting:
        end_match(acting, match, "it was wrong")
        with pytest.raises(ActRefused, match="a_match_ends_once"):
            end_match(acting, match, "again")
    assert _outcomes(told)["A"] == "OVER_TOLERANCE_UP"


def test_a_missing_receipt_is_not_accepted_but_written() -> None:
    """EX 3-a"""
    told = _told("on 2026-03-16\norder V11 kontor\nline V11 1 100.00\ninvoice A kontor 100.00 V11")
    with inside(told.where, "kirsi") as acting, pytest.raises(RunRefused, match=r"matching\.not_acceptable"):
        accept(acting, told.invoices["A"], "it came, I think")


@pytest.mark.parametrize(
    ("act", "allowed"),
    [
        ("accept", {"kirsi", "cecilia"}),
        ("confirm", {"kirsi", "maria", "hanna"}),
        ("correct", {"kirsi", "cecilia"}),
        ("receive", {"kirsi", "maria", "hanna"}),
        ("order", {"kirsi", "cecilia"}),
    ],
)
def test_every_act_has_its_people(act: str, allowed: set[str]) -> None:
    """EX 3-a, EX 3-b"""
    told = _told(
        _PLAIN
        + "invoice A staten 130.00 V11\ncontract VSK11 kontor budget confirm\ninvoice B kontor 1.00 VSK11"
    )
    run(MatchingRun(), told.where)
    with inside(told.where):
        waiting = Match.objects.get(unit=told.where)
    works: dict[str, Any] = {
        "accept": lambda acting: accept(acting, told.invoices["A"], "so be it"),
        "confirm": lambda acting: confirm(acting, waiting),
        "correct": lambda acting: correct_identifier(acting, told.invoices["A"], "V12"),
        "receive": lambda acting: receive(acting, ReceiptTold("V11", 1, DAY, "me", Decimal("-1.00"))),
        "order": lambda acting: keep_orders(acting, []),
    }
    for who in ("kirsi", "maria", "gunnar", "hanna", "cecilia", "petra", "olli"):
        try:
            with inside(told.where, who) as acting:
                works[act](acting)
                raise InterruptedError
        except NotAllowed:
            assert who not in allowed
        except InterruptedError:
            assert who in allowed


# --- orders, receipts, contracts -------------------------------------------------------------------------------


def test_orders_and_receipts_are_kept_as_they_are_told_once() -> None:
    """EX 3-a"""
    where = unit()
    with inside(where, "kirsi") as acting:
        coding = Tracking(account=EXPENSE, project="P1")
        lines = [OrderLineTold("pens", Decimal("100.00"), Decimal(3), coding=coding)]
        told = OrderTold("V11", supplier("kontor").number, DAY, lines)
        keep_orders(acting, [told])
        with pytest.raises(ActRefused, match="purchase_order_numbers_are_unique"):
            keep_orders(acting, [replace(told, number="V12"), told])
        assert list(PurchaseOrder.objects.filter(unit=where).values_list("number", flat=True)) == ["V11"]
        with pytest.raises(RunRefused, match=r"matching\.unknown_supplier"):
            keep_orders(acting, [replace(told, number="V13", supplier="S999999")])
        with pytest.raises(RunRefused, match=r"matching\.order_without_lines"):
            keep_orders(acting, [replace(told, number="V13", lines=[])])
        one = ReceiptTold("V11", 1, DAY, "Kirsi", quantity=Decimal(1), told_as="R1")
        first = receive(acting, one)
        assert receive(acting, one) == first, "told again it is the same"
        receive(acting, replace(one, told_as="R2"))
        receive(acting, replace(one, told_as="R3"))
        worth = list(Receipt.objects.filter(unit=where).order_by("id").values_list("net", flat=True))
        assert worth == [Decimal("33.33"), Decimal("33.34"), Decimal("33.33")]
        for more in ({"quantity": Decimal("0.0001")}, {"quantity": None, "net": Decimal("0.01")}):
            with pytest.raises(RunRefused, match=r"matching\.more_than_ordered"):
                receive(acting, replace(one, told_as="R4", **more))
        for odd in ({"quantity": Decimal("0.00001")}, {"quantity": None, "net": Decimal("-1.001")},
                    {"quantity": None, "net": Decimal(-(10**14))}):  # fmt: skip
            with pytest.raises(RunRefused, match=r"matching\.number_not_kept"):
                receive(acting, replace(one, told_as="R4", **odd))
        with pytest.raises(RunRefused, match=r"matching\.receipt_in_future"):
            receive(acting, replace(one, told_as="R4", received_date=DAY + timedelta(days=1)))
        with pytest.raises(ActRefused, match="a_receipt_correction_takes_back_no_more_than_came"):
            receive(acting, ReceiptTold("V11", 1, DAY, "Kirsi", net=Decimal("-100.01")))
        receive(acting, ReceiptTold("V11", 1, DAY, "Kirsi", quantity=Decimal(-3)))
        with pytest.raises(RunRefused, match=r"matching\.no_such_line"):
            receive(acting, replace(one, line=2))
        made = PurchaseOrder.objects.get(unit=where)
        end_order(acting, made, DAY, "all came")
        with pytest.raises(ActRefused, match="an_order_that_has_ended_receives_nothing"):
            receive(acting, ReceiptTold("V11", 1, DAY, "Kirsi", net=Decimal("1.00")))
        with pytest.raises(ActRefused, match="a_purchase_order_ends_once"):
            end_order(acting, made, DAY, "again")


def test_a_contract_has_versions_and_an_end() -> None:
    """EX 3-d"""
    where = unit()
    with inside(where, "kirsi") as acting:
        whole = [(Decimal(100), Tracking(account=SERVICES))]
        rows = [ScheduleRowTold(DAY, Decimal("10.00"))]
        told = ContractTold(
            "VSK11", supplier("kontor").number, "Cleaning", DAY, "schedule", whole, rows=rows, confirm=True
        )
        assert keep_contract(acting, told).version == 1
        assert keep_contract(acting, replace(told, confirm=False)).version == 2
        with pytest.raises(RunRefused, match=r"matching\.shares_not_whole"):
            keep_contract(acting, replace(told, lines=[(Decimal(99), Tracking(account=SERVICES))]))
        with pytest.raises(RunRefused, match=r"matching\.contract_of_another"):
            keep_contract(acting, replace(told, supplier=supplier("flink").number))
        for wrong in (replace(told, rows=()), replace(told, plan="budget")):
            with pytest.raises(RunRefused, match=r"matching\.schedule_without_rows"):
                keep_contract(acting, wrong)
        invoice(where, "kontor", "10.00", "VSK11")
    run(MatchingRun(), where)
    with inside(where, "kirsi") as acting:
        assert Payable.objects.filter(unit=where).count() == 1, "the newest version counts: nobody confirms"
        keep_contract(acting, told)
        again = invoice(where, "kontor", "10.00", "VSK11")
    run(MatchingRun(), where)
    with inside(where, "kirsi") as acting:
        newest = PurchaseDecision.objects.filter(unit=where, invoice=again).order_by("-run_id")[0]
        assert newest.outcome == "SCHEDULE_ROW_MISSING", "a row that was taken is taken in every version"
        end_contract(acting, "VSK11", DAY, "over")
        with pytest.raises(ActRefused, match="a_contract_ends_once"):
            end_contract(acting, "VSK11", DAY, "over")
        with pytest.raises(RunRefused, match=r"matching\.no_such_contract"):
            end_contract(acting, "VSK19", DAY, "over")
        with pytest.raises(RunRefused, match=r"matching\.contract_has_ended"):
            keep_contract(acting, told)


# --- refusals and races ----------------------------------------------------------------------------------------


def _refused(where: Any, make: Any) -> str:
    with pytest.raises(IntegrityError) as caught, inside(where):
        make()
    return constraint_of(caught.value)


def test_what_somebody_helped_is_matched_by_the_run_and_is_not_automatic() -> None:
    """EX 1-a: a corrected number is help, a confirmation is none; the database holds it too."""
    told = _told(
        _PLAIN + "contract VSK11 kontor budget confirm\ninvoice own staten 100.00 V11\n"
        "invoice named kontor 100.00 VSK11\ninvoice helped kontor 100.00 V1999"
    )
    run(MatchingRun(), told.where, DAY)
    with inside(told.where, "kirsi") as acting:
        correct_identifier(acting, told.invoices["helped"], "VSK11")
    run(MatchingRun(), told.where, DAY)
    with inside(told.where, "kirsi") as acting:
        for match in Match.objects.filter(unit=told.where, waits=True):
            confirm(acting, match)
    helped = told.invoices["helped"]
    with inside(told.where):
        borrowed = Payable.objects.get(unit=told.where, invoice=told.invoices["own"])
        values = {
            "unit": told.where, "run": a_run(told.where, "test"), "invoice": helped, "voucher_id": borrowed.voucher_id,
            "account": "25700100", "supplier": supplier("kontor"), "amount": helped.total, "due_date": DAY,
        }  # fmt: skip
    refused = _refused(told.where, lambda: Payable.objects.create(**values, automatic=True))
    assert refused == "an_automatic_payable_was_matched_by_a_run"
    run(MatchingRun(), told.where, DAY)
    with inside(told.where):
        automatic = dict(Payable.objects.filter(unit=told.where).values_list("invoice_id", "automatic"))
    assert automatic == {
        told.invoices["own"].pk: True, told.invoices["named"].pk: True, helped.pk: False,
    }  # fmt: skip


def test_the_database_refuses_what_must_not_be() -> None:
    """EX 2.1-a, EX 3-a"""
    told = match_together(
        _PLAIN + "invoice A staten 100.00 V11\ninvoice B kontor 10.00 V1999\n"
        "expect A AUTO_APPROVED    # EX 3-a\nexpect B UNKNOWN_NUMBER    # EX 3-a"
    )
    where, a, b = told.where, told.invoices["A"], told.invoices["B"]
    with inside(where):
        match = Match.objects.get(unit=where)
        payable = Payable.objects.get(unit=where)
        coding = Coding.objects.get(unit=where)
        by = a_run(where, "test")
    again = {
        field.attname: getattr(match, field.attname)
        for field in Match._meta.concrete_fields
        if field.name != "id"
    }
    assert _refused(where, lambda: Match.objects.create(**again)) == "an_invoice_has_one_match_that_holds"
    with inside(where, "kirsi") as acting:
        with pytest.raises(ActRefused, match="the_match_of_a_payable_does_not_end"):
            end_match(acting, match, "no")
        with pytest.raises(ActRefused, match="only_a_match_that_waits_is_confirmed"):
            confirm(acting, match)

    def pay(**changed: Any) -> Any:
        values = {
            "unit": where, "run": by, "invoice": b, "voucher_id": payable.voucher_id, "account": "25700100",
            "supplier": supplier("kontor"), "amount": b.total, "due_date": DAY, "automatic": False, **changed,
        }  # fmt: skip
        return lambda: Payable.objects.create(**values)

    assert _refused(where, pay()) == "a_payable_is_approved_or_matched"
    assert _refused(where, pay(automatic=True)) == "an_automatic_payable_was_matched_by_a_run"
    assert _refused(where, pay(amount=1)) == "a_payable_is_its_invoices_total"

    def code(net: str, invoice_of: PurchaseInvoice = b) -> Any:
        def make() -> None:
            new = Coding.objects.create(
                unit=where, invoice=invoice_of, version=7, digest="0" * 64, source="person", given_at=AT,
                person=person("kirsi"),
            )  # fmt: skip
            CodingLine.objects.create(unit=where, coding=new, position=1, net=net, vat=b.vat, account=EXPENSE)

        return make

    assert _refused(where, code("9.99")) == "a_coding_adds_up_to_its_invoice"
    with inside(where):
        code("10.00")()
    late = {"unit": where, "coding": coding, "position": 9, "net": 1, "vat": 0, "account": EXPENSE}
    assert _refused(where, lambda: CodingLine.objects.create(**late)) == "coding_lines_come_with_their_coding"
    assert a.pk != b.pk


def test_two_who_accept_at_once_leave_one_match() -> None:
    """EX 3-b"""
    told = _told(_PLAIN + "invoice A staten 130.00 V11")
    barrier = Barrier(2)

    def work(who: str) -> str:
        barrier.wait(30)
        try:
            with inside(told.where, who) as acting:
                accept(acting, told.invoices["A"], f"{who} says so")
        except RunRefused as refused:
            return refused.key
        finally:
            connections["default"].close()
        return ""

    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(work, ("kirsi", "cecilia")))
    assert answers == ["", "matching.not_acceptable"]
    with inside(told.where):
        assert Match.objects.filter(unit=told.where).count() == 1


# --- what if, and what people follow ---------------------------------------------------------------------------


def test_a_replay_tells_what_other_terms_would_change_and_stores_nothing() -> None:
    """EX 3.1-a"""
    told = match_together(
        _PLAIN
        + """
    order   V12 kontor
    line    V12 1 100.00
    receipt V12 1 100.00
    invoice A staten 104.00 V11
    invoice B kontor 107.00 V12
    expect  A AUTO_APPROVED        # EX 3-a
    expect  B OVER_TOLERANCE_UP    # EX 3-a
    """
    )
    with inside(told.where):
        before = PurchaseDecision.objects.count()
        same = replay(told.where, DAY, Past(DAY, DAY), {})
        tight = replay(told.where, DAY, Past(DAY, DAY), {"order_tolerance_up": "3"})
        loose = replay(told.where, DAY, Past(DAY, DAY), {"order_tolerance_up": "8"})
        nothing = replay(told.where, DAY, Past(date(2025, 1, 1), date(2025, 1, 2)), {})
        assert PurchaseDecision.objects.count() == before
    assert (same.before, same.after, same.changed) == (1, 1, ())
    assert (tight.before, tight.after) == (1, 0)
    assert [(one.number, one.before, one.after) for one in tight.changed] == [
        (told.invoices["A"].number, "AUTO_APPROVED", "OVER_TOLERANCE_UP")
    ]
    assert (str(loose.rate(loose.before)), str(loose.rate(loose.after))) == ("50.00", "100.00")
    assert (nothing.invoices, nothing.rate(0)) == (0, Decimal("0.00"))


def test_automation_is_told_by_month_against_its_targets() -> None:
    """EX 1-a, EX 1-c, EX 3.1-a"""
    told = match_together(
        _PLAIN
        + """
    contract VSK11 kontor budget
    invoice A staten 100.00 V11
    invoice B kontor 10.00 VSK11
    invoice C kontor 10.00
    invoice D kontor 10.00
    invoice E kontor 10.00 V1999
    invoice F kontor 10.00 received 2021-05-01
    expect  A AUTO_APPROVED     # EX 3-a
    expect  B AUTO_APPROVED     # EX 3-a
    expect  C NO_IDENTIFIER     # EX 3-a
    expect  D NO_IDENTIFIER     # EX 3-a
    expect  E UNKNOWN_NUMBER    # EX 3-a
    expect  F NO_IDENTIFIER     # EX 3-a
    """
    )
    with inside(told.where):
        code = Coding.objects.create(
            unit=told.where, invoice=told.invoices["C"], version=1, digest="0" * 64, source="template", given_at=AT,
            person=person("kirsi"),
        )  # fmt: skip
        CodingLine.objects.create(
            unit=told.where, coding=code, position=1, net="10.00", vat="2.55", account=EXPENSE
        )
    with inside(told.where):
        months = [one.as_json() for one in automation(told.where, date(2021, 1, 1), DAY)]
        reasons = [
            (one.outcome, one.invoices, str(one.cumulative)) for one in mismatches(told.where, DAY, DAY)
        ]
    assert months[0]["month"] == "2021-05"
    assert (months[0]["automation_target"], months[0]["order_number_target"]) == ("60", "45")
    assert months[1] == {
        "unit": "4210",
        "month": "2026-03",
        "invoices": 5,
        "automatic": 2,
        "automatic_rate": "40.00",
        "automation_target": "70",
        "automation_met": False,
        "with_posting_reference": 3,
        "with_posting_reference_rate": "60.00",
        "with_order_number": 1,
        "with_order_number_rate": "20.00",
        "order_number_target": "40",
        "order_number_met": False,
    }
    assert reasons == [("NO_IDENTIFIER", 2, "66.67"), ("UNKNOWN_NUMBER", 1, "100.00")]
