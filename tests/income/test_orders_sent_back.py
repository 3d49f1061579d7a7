"""What goes back to its sender: it is not billed twice, comes again, is taken up again or withdrawn (OC 3.9-c)."""

from collections.abc import Callable
from typing import Any

import pytest
from billing_files import as_json, asked, row, send, statuses, stored, workbook

from cast import DAY, an_order, inside, plan_of, run, unit
from reskontra.database.refused import ActRefused
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.actions import approve, reopen, review, send_back, withdraw
from reskontra.income.order_handling.run import OrdersRun
from reskontra.insight.explanations import explain
from reskontra.insight.orders import events_of, order_state, orders_listed
from reskontra.registers.models import Item
from reskontra.registers.policy import NotAllowed
from reskontra.sales.models import Invoice, Order, OrderStop

pytestmark = pytest.mark.usefixtures("database")


def _newest(number: int = 1) -> Order:
    with inside(unit()):
        found = Order.objects.filter(unit=unit(), number=number).order_by("-version").first()
    assert found is not None
    return found


def _act(act: Callable[..., Any], who: str, order: Order, *words: str, seen: str = "") -> None:
    with inside(unit(), who) as acting:
        act(acting, order, seen or order.digest, *words)


def _refused(act: Callable[..., Any], who: str, order: Order, *words: str, seen: str = "") -> str:
    with pytest.raises(ActRefused) as refused:
        _act(act, who, order, *words, seen=seen)
    return refused.value.constraint


def _state(number: int = 1) -> str:
    order = _newest(number)
    with inside(unit()):
        return order_state(unit(), order)


def _invoiced() -> list[int]:
    """The net sums of the unit's invoices after a run, in whole euro."""
    run(InvoicingRun(), unit())
    with inside(unit()):
        return [int(one.net) for one in Invoice.objects.filter(unit=unit()).order_by("number")]


def _mend_the_register() -> None:
    """The item that named no legal basis names one from now on."""
    Item.objects.filter(code="BARE").update(
        **{f"legal_basis_{language}": "Avgiftslagen 1/2020" for language in ("sv", "fi", "en")}
    )


def _keyless(**more: Any) -> bytes:
    """The State's form: no order keys, each row an order of its own."""
    one = row("", item="BARE", **more)
    del one["order_key"]
    return workbook([one])


def test_a_returned_row_that_comes_corrected_without_a_key_is_billed_once() -> None:
    """OC 3.9-c: the form has no order key, so the correction is an order of its own, and the returned one rests."""
    assert statuses(send(_keyless())) == ["returned"]
    assert statuses(send(_keyless(charge_basis_text="Avgiftslagen 1/2020"))) == ["accepted"]
    _mend_the_register()
    run(OrdersRun(), unit())
    assert _invoiced() == [30]
    assert (_state(1), _state(2)) == ("returned", "invoiced")
    _act(withdraw, "kirsi", _newest(1), "kom rättad som order 2")
    assert _state(1) == "withdrawn"
    with inside(unit()):
        assert [one.number for one in orders_listed(unit(), "withdrawn")] == [1]
        assert not orders_listed(unit(), "returned")
    run(OrdersRun([_newest(1).pk]), unit())
    assert (_invoiced(), _state(1)) == ([30], "withdrawn")


def test_a_returned_order_is_taken_up_again_once_the_register_is_mended() -> None:
    """OC 3.9-c, OC 2.1-b: by name, as it is; a run of all orders leaves it where it is."""
    send(_keyless())
    order = _newest()
    _act(reopen, "kirsi", order)
    assert _state() == "returned", "nothing has changed, so it goes back again"
    _mend_the_register()
    run(OrdersRun(), unit())
    assert _state() == "returned"
    with inside(unit(), "maria") as acting, pytest.raises(NotAllowed):
        reopen(acting, order, order.digest)
    assert _refused(reopen, "kirsi", order, seen="f" * 64) == "an_act_binds_to_the_version_seen"
    _act(reopen, "kirsi", order)
    assert _state() == "ready"
    assert _refused(reopen, "kirsi", order) == "only_what_the_rule_returned_is_taken_up"
    assert _invoiced() == [30]


def test_a_returned_order_sent_again_as_it_was_is_judged_anew() -> None:
    """OC 3.9-c: the register may have been what was wrong; the bytes of the file are others."""
    send(_keyless())
    _mend_the_register()
    again = send(_keyless(tracking1=""))
    assert statuses(again) == ["accepted"]
    assert [one[:2] for one in stored()] == [(1, 1), (1, 2)]
    assert _invoiced() == [30]


@pytest.mark.parametrize("who", ["kirsi", "cecilia", "maria", "gunnar"])
def test_a_ready_order_is_sent_back_and_comes_corrected_under_its_key(who: str) -> None:
    """OC 3.9-c: a hundred instead of ten; corrected and saved again it is the next version of the same order."""
    send(as_json(asked("A-1", "aino", {"item": "PERMIT", "quantity": 100})))
    ready = _newest()
    assert _state() == "ready"
    _act(send_back, who, ready, "antalet är fel")
    assert _state() == "returned"
    run(OrdersRun(), unit())
    assert (_invoiced(), _state()) == ([], "returned")
    assert _refused(reopen, "kirsi", ready) == "only_what_the_rule_returned_is_taken_up"
    assert statuses(send(as_json(asked("A-1", "aino", {"item": "PERMIT", "quantity": 10})))) == ["accepted"]
    assert stored() == [(1, 1, "A-1"), (1, 2, "A-1")]
    assert _invoiced() == [1000]


def test_what_was_approved_and_sent_back_begins_its_review_anew_even_unchanged() -> None:
    """OC 3.2.1-b, OC 3.9-c: an approval is of the version that was seen."""
    wrong = asked("A-1", "aino", {"item": "PERMIT", "quantity": 1, "unit_price": 90})
    send(as_json(wrong))
    order = _newest()
    _act(review, "maria", order)
    _act(approve, "gunnar", order)
    _act(send_back, "gunnar", order, "priset är inte avtalat")
    assert _invoiced() == []
    send(as_json(wrong, asked("A-2")))
    assert (_state(1), _invoiced()) == ("review", [100])


def test_a_plan_made_before_an_order_was_sent_back_does_not_bill_it() -> None:
    """OC 3.9-c: what changed since the plan is set aside."""
    send(as_json(asked("A-1"), asked("A-2", "bruk", {"item": "PERMIT", "quantity": 2})))
    planned = plan_of(InvoicingRun(), unit()).run
    _act(send_back, "maria", _newest(1), "fel kund")
    run(InvoicingRun(), unit(), planned=planned)
    with inside(unit()):
        assert [int(one.net) for one in Invoice.objects.filter(unit=unit())] == [200]


def test_a_stop_is_told_wherever_the_order_is_explained() -> None:
    """OC 3.9-c"""
    send(as_json(asked("A-1")))
    order = _newest()
    _act(send_back, "maria", order, "fel kund")
    _act(withdraw, "kirsi", order, "faktureras inte")
    with inside(unit()):
        told = explain(unit(), "1", "sv")
        happened = [(one.what, one.who, one.detail) for one in events_of(unit(), order)]
    assert [(one["act"], one["person"], one["reason"]) for one in told["acts"]] == [
        ("return", "maria", "fel kund"), ("withdraw", "kirsi", "faktureras inte"),
    ]  # fmt: skip
    assert [(one["outcome"], one["clause"]) for one in told["decisions"]][-1] == ("SENT_BACK", "OC 3.9-c")
    assert {("return", "Maria", "fel kund"), ("withdraw", "Kirsi", "faktureras inte")} <= set(happened)


def test_the_key_of_a_withdrawn_order_is_free() -> None:
    """OC 3.9-c: what comes under it is the next version of the number."""
    send(as_json(asked("A-1")))
    order = _newest()
    _act(send_back, "maria", order, "fel kund")
    _act(withdraw, "kirsi", order, "faktureras inte")
    assert statuses(send(as_json(asked("A-1", "bruk")))) == ["accepted"]
    assert (stored(), _state()) == ([(1, 1, "A-1"), (1, 2, "A-1")], "ready")


def test_what_may_not_be_stopped_is_refused_by_name() -> None:
    """OC 3.9-c"""
    send(as_json(asked("A-1"), asked("A-2", "bruk", {"item": "LICENCE", "quantity": 1})))
    ready, returned = _newest(1), _newest(2)
    assert _refused(send_back, "maria", ready, "") == "an_order_is_stopped_for_a_reason"
    assert _refused(send_back, "maria", ready, "fel", seen="f" * 64) == "a_stop_binds_to_the_version_seen"
    assert _refused(send_back, "maria", returned, "fel") == "what_went_back_is_not_sent_back_again"
    assert _refused(withdraw, "maria", ready, "fel") == "only_what_went_back_is_withdrawn"
    for who, act in (("olli", send_back), ("olli", withdraw), ("petra", send_back)):
        with inside(unit(), who) as acting, pytest.raises(NotAllowed):
            act(acting, ready, ready.digest, "fel")
    _act(withdraw, "maria", returned, "faktureras inte")
    assert _refused(withdraw, "maria", returned, "fel") == "an_order_is_stopped_once_in_a_way"
    assert _invoiced() == [100]
    assert _refused(send_back, "maria", ready, "fel") == "what_is_invoiced_is_not_stopped"
    with inside(unit()):
        assert OrderStop.objects.filter(unit=unit()).count() == 1


def test_an_older_version_is_not_stopped() -> None:
    """OC 3.9-c"""
    with inside(unit()):
        first = an_order(unit(), "aino", {"item": "PERMIT"}, service_date=DAY)
        an_order(
            unit(), "aino", {"item": "PERMIT"}, number=first.number, key=first.key, version=2, digest="a" * 64
        )
    assert _refused(send_back, "maria", first, "fel") == "only_the_newest_version_is_stopped"
