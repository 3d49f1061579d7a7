"""S22: what needs a person, why, and the two acts of two persons (OC 3.2.1-b)."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client

from cast import DAY, HARBOUR, an_order, customer, inside, new_unit, person, run
from reskontra.income.order_handling.run import OrdersRun
from reskontra.insight.orders import INVOICED, STATES, WITHDRAWN, lines_of, order_state, orders_listed
from reskontra.kernel.clauses import cite
from reskontra.kernel.texts import text
from reskontra.registers.models import Item, Person
from reskontra.sales.models import Order, OrderApproval, OrderStop

AtDesk = Callable[[str], Client]


def numbers_on(page: bytes) -> list[int]:
    """The orders that a list links to, in its order."""
    return [int(found) for found in re.findall(r'<th [^>]*><a href="/u/\d+/orders/(\d+)"', page.decode())]


def said(client: Client, address: str) -> str:
    """What the page says was just done, and its own text."""
    return client.get(address).content.decode()


@pytest.mark.parametrize(("state", "words"), [
    ("review",    ["dear", "cheap", "opinion"]),
    ("approval",  []),
    ("returned",  ["bare"]),
    ("undecided", []),
    ("ready",     ["ready", "course", "inspect"]),
    ("invoiced",  []),
    ("withdrawn", []),
])  # fmt: skip
def test_a_list_holds_the_orders_in_its_state_oldest_first(
    desk, at_desk: AtDesk, state: str, words: list[str]
) -> None:
    answer = at_desk("maria").get(desk.path(f"orders?state={state}"))
    assert numbers_on(answer.content) == [desk.number(word) for word in words]
    if not words:
        assert text(f"desk.orders.none.{state}", "sv") in answer.content.decode()


def test_every_order_is_in_one_state(desk) -> None:
    with inside(desk.unit):
        listed = [
            one.number for state in (*STATES, INVOICED, WITHDRAWN) for one in orders_listed(desk.unit, state)
        ]
        everything = [one.number for one in orders_listed(desk.unit, "all")]
    assert sorted(listed) == sorted(everything) == sorted(one.number for one in desk.orders.values())
    assert everything == sorted(everything, reverse=True), "all orders stand newest first"


def test_the_list_opens_with_what_the_role_works_with(desk, at_desk: AtDesk) -> None:
    for who, state in (("maria", "review"), ("gunnar", "approval"), ("kirsi", "all")):
        page = at_desk(who).get(desk.path("orders")).content.decode()
        assert f'<a href="?state={state}" aria-current="page">' in page


def test_the_deviation_from_the_price_list_stands_in_the_list_and_beside_the_line(
    desk, at_desk: AtDesk
) -> None:
    """OC 3.2.1-a: 120.00 for what is listed at 100.00, and 2 at 80.00."""
    client = at_desk("maria")
    listed = client.get(desk.path("orders?state=review")).content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "+20,00 €" in listed
    assert "−40,00 €" in listed
    page = (
        client.get(desk.path(f"orders/{desk.number('dear')}"))
        .content.decode()
        .replace("\N{NO-BREAK SPACE}", " ")
    )
    assert "+20,00 €" in page
    assert "+20 %" in page
    with inside(desk.unit):
        [line] = lines_of(desk.unit, desk.orders["opinion"], "sv")
    assert line.list_price is None
    assert line.off_list is None, "without a standard price there is nothing to deviate from"


@pytest.mark.parametrize(("words", "found"), [
    ("aino",      ["bare", "ready", "opinion", "dear"]),
    ("number",    ["dear"]),
    ("customer",  ["inspect", "course", "cheap"]),
    ("Ingen Alls", []),
])  # fmt: skip
def test_a_search_finds_by_order_number_customer_number_and_name(
    desk, at_desk: AtDesk, words: str, found: list[str]
) -> None:
    asked = {
        "aino": customer("aino").name,
        "number": str(desk.number("dear")),
        "customer": customer("bruk").number,
    }
    answer = at_desk("maria").get(desk.path("orders"), {"q": asked.get(words, words)})
    assert numbers_on(answer.content) == [desk.number(word) for word in found]
    if not found:
        assert text("desk.orders.none.search", "sv") in answer.content.decode()


def test_a_list_goes_on_by_key_and_misses_nobody(
    desk, at_desk: AtDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reskontra.desk.order_pages.ROWS", 2)
    monkeypatch.setattr("reskontra.desk.paging.ROWS", 2)
    client, address, seen = at_desk("maria"), desk.path("orders?state=all"), []
    while address:
        page = client.get(address).content
        seen += numbers_on(page)
        further = re.search(r'href="(\?[^"]+)" rel="next"', page.decode())
        address = desk.path("orders") + further[1].replace("&amp;", "&") if further else ""
    assert seen == sorted((one.number for one in desk.orders.values()), reverse=True)


@pytest.mark.parametrize("after", ["x", "-1", "99999999999999999999", "9223372036854775808", ""])
def test_a_key_that_is_none_begins_at_the_beginning(desk, at_desk: AtDesk, after: str) -> None:
    answer = at_desk("maria").get(desk.path("orders"), {"state": "review", "after": after})
    assert len(numbers_on(answer.content)) == 3


def test_the_page_says_why_with_the_clause_in_words(desk, at_desk: AtDesk, language: str) -> None:
    """OC 3.2.1-a, and what the rule looked at."""
    Person.objects.filter(pk=person("maria").pk).update(language=language)
    page = said(at_desk("maria"), desk.path(f"orders/{desk.number('dear')}"))
    assert text("outcome.OFF_LIST_PRICE", language).capitalize()[:20] in page
    assert cite("OC 3.2.1-a", language) in page
    assert text("input.off_list_lines", language).capitalize() in page


def test_two_persons_let_an_order_through_and_each_is_led_to_the_next(desk, at_desk: AtDesk) -> None:
    """OC 3.2.1-b."""
    order = desk.orders["dear"]
    maria, gunnar = at_desk("maria"), at_desk("gunnar")
    done = maria.post(
        desk.path(f"orders/{order.number}/act"), {"act": "review", "seen": order.digest, "comment": "Rätt"}
    )
    assert done.headers["Location"] == desk.path(f"orders/{desk.number('cheap')}"), "the next one to review"
    assert text("desk.acts.review.done", "sv", order=order.number) in said(maria, done.headers["Location"])
    assert text("desk.acts.review.done", "sv", order=order.number) not in said(
        maria, done.headers["Location"]
    )
    done = gunnar.post(desk.path(f"orders/{order.number}/act"), {"act": "approve", "seen": order.digest})
    assert done.headers["Location"] == desk.path("orders?state=approval"), "nothing else to approve"
    with inside(desk.unit):
        assert order_state(desk.unit, order) == "ready"
        acts = OrderApproval.objects.filter(unit=desk.unit, order=order).order_by("id")
        assert [(one.act, one.person.username, one.comment) for one in acts] == [
            ("review", "maria", "Rätt"),
            ("approve", "gunnar", ""),
        ]
    page = said(maria, desk.path(f"orders/{order.number}"))
    assert text("desk.event.approve", "sv") in page
    assert "Rätt" in page


def test_who_reviewed_may_not_approve_and_is_told_by_which_clause(desk, at_desk: AtDesk) -> None:
    """OC 3.2.1-b: Hanna holds both roles, never on one order. The button and the database say the same."""
    order, hanna = desk.orders["dear"], at_desk("hanna")
    address = desk.path(f"orders/{order.number}/act")
    hanna.post(address, {"act": "review", "seen": order.digest})
    page = said(hanna, desk.path(f"orders/{order.number}"))
    assert re.search(r'<button [^>]*value="approve" disabled', page)
    assert text("refused.reviewer_is_not_approver", "sv") in page
    refused = hanna.post(address, {"act": "approve", "seen": order.digest})
    assert refused.headers["Location"] == desk.path(f"orders/{order.number}")
    assert text("refused.reviewer_is_not_approver", "sv") in said(hanna, refused.headers["Location"])
    with inside(desk.unit):
        assert order_state(desk.unit, order) == "approval"


@pytest.mark.parametrize(("who", "act"), [
    ("kirsi", "review"), ("kirsi", "approve"), ("cecilia", "review"), ("gunnar", "review"), ("maria", "approve"),
])  # fmt: skip
def test_without_the_role_an_act_is_refused_by_403_with_its_clause(
    desk, at_desk: AtDesk, who: str, act: str
) -> None:
    order = desk.orders["dear"]
    answer = at_desk(who).post(desk.path(f"orders/{order.number}/act"), {"act": act, "seen": order.digest})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert cite("OC 3.2.1-b", "sv") in page
    assert text("desk.refused.403", "sv") in page
    with inside(desk.unit):
        assert not OrderApproval.objects.filter(unit=desk.unit).exists()


def test_nothing_is_approved_before_it_is_reviewed(desk, at_desk: AtDesk) -> None:
    order, gunnar = desk.orders["dear"], at_desk("gunnar")
    page = said(gunnar, desk.path(f"orders/{order.number}"))
    assert re.search(r'value="approve" disabled', page)
    assert text("refused.an_approval_follows_a_review", "sv") in page
    gunnar.post(desk.path(f"orders/{order.number}/act"), {"act": "approve", "seen": order.digest})
    assert text("refused.an_approval_follows_a_review", "sv") in said(
        gunnar, desk.path(f"orders/{order.number}")
    )


def test_an_act_holds_for_the_version_that_was_seen(desk, at_desk: AtDesk) -> None:
    """A new version came in between: the act is refused, and the page shows the new one."""
    order, maria = desk.orders["dear"], at_desk("maria")
    with inside(desk.unit):
        newer = an_order(
            desk.unit, "aino", {"item": "PERMIT", "quantity": 1, "unit_price": "150.00"},
            number=order.number, version=2, digest="f" * 64,
        )  # fmt: skip
    maria.post(desk.path(f"orders/{order.number}/act"), {"act": "review", "seen": order.digest})
    page = said(maria, desk.path(f"orders/{order.number}"))
    assert text("refused.an_act_binds_to_the_version_seen", "sv") in page
    assert text("desk.version_no", "sv", version=2) in page
    with inside(desk.unit):
        assert not OrderApproval.objects.filter(unit=desk.unit, order__in=[order, newer]).exists()


def test_the_same_act_sent_twice_is_done_once(desk, at_desk: AtDesk) -> None:
    order, maria = desk.orders["dear"], at_desk("maria")
    for _ in range(2):
        maria.post(desk.path(f"orders/{order.number}/act"), {"act": "review", "seen": order.digest})
    assert text("refused.an_act_is_given_once", "sv") in said(maria, desk.path(f"orders/{order.number}"))
    with inside(desk.unit):
        assert OrderApproval.objects.filter(unit=desk.unit, order=order).count() == 1


def test_a_foreign_order_reads_like_one_that_does_not_exist(desk, at_desk: AtDesk) -> None:
    """Also where the person may see both units, an address names one unit and shows nothing of another."""
    other = new_unit("4230")
    with inside(other):
        theirs: Order = an_order(other, "aino", {"item": "PERMIT", "quantity": 1}, number=777)
    run(OrdersRun(), other, DAY)
    pages = [
        at_desk(who).get(address)
        for who, address in (
            ("cecilia", desk.path(f"orders/{theirs.number}")),
            ("cecilia", desk.path("orders/778")),
            ("cecilia", desk.path(f"orders/{10**30}")),
            ("olli", desk.path(f"orders/{desk.number('dear')}")),
            ("olli", desk.path("orders")),
        )
    ]
    bare = {re.sub(r'value="[^"]*"', "", page.content.decode()) for page in pages}
    assert [page.status_code for page in pages] == [404] * 5
    assert len(bare) == 1, "the same page for all of them"
    assert at_desk("cecilia").get(f"/u/4230/orders/{theirs.number}").status_code == 200
    refused = at_desk("olli").post(desk.path(f"orders/{desk.number('dear')}/act"), {"act": "review"})
    assert refused.status_code == 404
    assert desk.unit.code == HARBOUR


# --- what goes back (OC 3.9-c) -------------------------------------------------------------------------------------


def _do(client: Client, desk, order: Order, act: str, **more: str) -> HttpResponse:
    return client.post(desk.path(f"orders/{order.number}/act"), {"act": act, "seen": order.digest, **more})  # type: ignore[return-value]


def test_an_order_is_sent_back_with_a_reason_and_then_withdrawn(desk, at_desk: AtDesk) -> None:
    """OC 3.9-c: from the list to review to the returned ones, and out of them."""
    order, maria, kirsi = desk.orders["dear"], at_desk("maria"), at_desk("kirsi")
    page = said(maria, desk.path(f"orders/{order.number}"))
    assert text("desk.acts.about.return", "sv") in page
    assert text("desk.acts.about.withdraw", "sv") not in page, "only what is back is withdrawn"
    done = _do(maria, desk, order, "return", reason="Fel pris")
    assert done.headers["Location"] == desk.path(f"orders/{desk.number('cheap')}"), "the next one to review"
    assert text("desk.acts.return.done", "sv", order=order.number) in said(maria, done.headers["Location"])
    page = said(kirsi, desk.path(f"orders/{order.number}"))
    assert text("desk.event.return", "sv") in page
    assert "Fel pris" in page
    assert text("outcome.SENT_BACK", "sv").capitalize()[:20] in page
    assert text("desk.acts.about.reopen", "sv") not in page, "what a person sent back comes again"
    assert numbers_on(kirsi.get(desk.path("orders?state=returned")).content) == [
        desk.number("dear"), desk.number("bare"),
    ]  # fmt: skip
    done = _do(kirsi, desk, order, "withdraw", reason="Faktureras inte")
    assert done.headers["Location"] == desk.path(f"orders/{desk.number('bare')}"), "the next one that is back"
    assert numbers_on(kirsi.get(desk.path("orders?state=withdrawn")).content) == [desk.number("dear")]
    assert numbers_on(kirsi.get(desk.path("orders?state=returned")).content) == [desk.number("bare")]
    page = said(kirsi, desk.path(f"orders/{order.number}"))
    assert text("desk.orders.state.withdrawn", "sv") in page
    assert 'action="/u/' not in page.split("<main")[1], "nothing is left to do"


def test_an_order_that_the_rule_returned_is_taken_up_again(desk, at_desk: AtDesk) -> None:
    """OC 3.9-c, OC 2.1-b"""
    bare, kirsi = desk.orders["bare"], at_desk("kirsi")
    Item.objects.filter(code="BARE").update(
        legal_basis_sv="Lagen 1/2020", legal_basis_fi="Laki 1/2020", legal_basis_en="Act 1/2020"
    )
    assert text("desk.acts.about.reopen", "sv") in said(kirsi, desk.path(f"orders/{bare.number}"))
    _do(kirsi, desk, bare, "reopen")
    with inside(desk.unit):
        assert order_state(desk.unit, bare) == "ready"


def test_what_stands_in_the_way_of_sending_back_is_told_beside_what_was_written(
    desk, at_desk: AtDesk, language: str
) -> None:
    """OC 3.9-c: no reason, another version than the one seen, and an order that went back already."""
    Person.objects.filter(pk=person("maria").pk).update(language=language)
    order, maria = desk.orders["ready"], at_desk("maria")
    answer = _do(maria, desk, order, "return", reason=" ")
    assert (answer.status_code, text("desk.act.missing.reason", language)) == (422, _alert(answer))
    answer = _do(maria, desk, order, "return", reason="Fel kund", seen="f" * 64)
    told = text("refused.a_stop_binds_to_the_version_seen", language)
    assert (answer.status_code, told) == (409, _alert(answer))
    assert "Fel kund" in answer.content.decode()
    answer = _do(maria, desk, desk.orders["bare"], "return", reason="Fel kund")
    assert _alert(answer) == text("refused.what_went_back_is_not_sent_back_again", language)
    with inside(desk.unit):
        assert not OrderStop.objects.filter(unit=desk.unit).exists()


def _alert(answer: HttpResponse) -> str:
    [found] = re.findall(r'role="alert">([^<]+)<', answer.content.decode())
    return unescape(found)


@pytest.mark.parametrize(("who", "word", "act"), [
    ("petra", "dear", "return"), ("petra", "bare", "withdraw"), ("maria", "bare", "reopen"),
])  # fmt: skip
def test_without_the_role_nothing_is_sent_back_withdrawn_or_taken_up(
    desk, at_desk: AtDesk, who: str, word: str, act: str
) -> None:
    """OC 1.2-a: the page says who does it, and the act is refused."""
    order, client = desk.orders[word], at_desk(who)
    page = said(client, desk.path(f"orders/{order.number}"))
    assert f'value="{act}"' not in page
    assert f"<b>{text(f'desk.acts.{act}', 'sv')}.</b>" in page
    assert _do(client, desk, order, act, reason="Fel").status_code == 403
    with inside(desk.unit):
        assert not OrderStop.objects.filter(unit=desk.unit).exists()
