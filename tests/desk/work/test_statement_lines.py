"""S67: lines that wait, a rule made from one, tried and approved by another, memo vouchers and their correction."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import escape

from cast import DAY, inside
from expenditure.statement_tables import FEES, WAGES, Told, a_rule
from income.tables import read
from reskontra.bank.models import LinePosting
from reskontra.insight.invariants import broken
from reskontra.kernel.texts import text
from reskontra.registers.models import StatementRule

AtDesk = Callable[[str], Client]
NBSP = "\N{NO-BREAK SPACE}"
LINES = """
on 2026-03-16
rule fee 10 who "BANK ABP" 45000000
line fee-1 -12.00 who "Bank Abp"
line wage-1 -1000.00 day 2026-01-15 batch LON0001
line wage-2 -1000.00 day 2026-02-13 batch LON0002
line wage-3 -1000.00 day 2026-03-13 batch LON0003
line once -55.50 who "En gång"
"""


@pytest.fixture(autouse=True)
def the_day_of_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk's clock stands on the day of the newest line: what returns is looked for so many months back."""
    monkeypatch.setattr(settings, "DEMO_DAY", DAY.isoformat(), raising=False)


@pytest.fixture
def told(desk: Any) -> Told:
    """Three wages that no rule knows, one fee that a rule knows, and a line that comes once."""
    return Told(read(LINES), desk.unit).tell()


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def rule_form(told: Told, **other: str) -> dict[str, str]:
    form = {
        "act": "propose", "seen": "", "name": "Löner", "field": "payment_information_id", "pattern": "LON*",
        "account": WAGES, "clause": "EX 10-a", "since": "2026-01-01",
    }  # fmt: skip
    return {**form, **other}


def test_lines_wait_with_what_the_next_run_says_and_recurrent_ones_get_a_rule_proposed(
    desk: Any, told: Told, at_desk: AtDesk
) -> None:
    """EX 10-a"""
    kirsi, address = at_desk("kirsi"), desk.path("purchases/statement")
    body = page(kirsi, address)
    assert len(re.findall(r'href="/u/4210/purchases/statement/\d+">', body)) == 5
    assert escape(text("outcome.NO_RULE", "sv"))[1:] in body
    assert escape(text("outcome.RULE", "sv"))[1:] in body
    assert "statement_posting" not in body
    assert "statement_posting" in page(at_desk("cecilia"), address)
    line = told.lines["wage-3"]
    body = page(kirsi, f"{address}/{line}")
    assert 'value="LON*"' in body
    body = page(kirsi, f"{address}/coverage")
    assert "LON*" in body
    assert f"/purchases/statement/{line}?account=" in body
    assert kirsi.get(f"{address}/999999999").status_code == 404
    assert at_desk("olli").get(address).status_code == 404


def test_a_rule_is_made_from_a_line_tried_approved_by_another_and_ended(
    desk: Any, told: Told, at_desk: AtDesk
) -> None:
    """EX 10-a: a dry run writes nothing; who told a rule does not approve it; the next run posts by it."""
    kirsi, cecilia = at_desk("kirsi"), at_desk("cecilia")
    address = desk.path(f"purchases/statement/{told.lines['wage-1']}")
    tried = kirsi.post(f"{address}/act", rule_form(told, act="try"))
    assert tried.status_code == 200
    body = tried.content.decode()
    assert escape(text("desk.statement.hits", "sv", count="3")) in body
    assert f"3{NBSP}000,00" in body
    with inside(desk.unit):
        assert StatementRule.objects.filter(unit=desk.unit).count() == 1
    for wrong, status in (
        ({"pattern": ""}, 422), ({"field": "colour"}, 422), ({"account": ""}, 422), ({"name": " "}, 422),
        ({"position": "first"}, 422), ({"account": "99999999"}, 409), ({"pattern": "NOTPROVIDED"}, 409),
    ):  # fmt: skip
        answer = kirsi.post(f"{address}/act", rule_form(told, **wrong))
        assert answer.status_code == status, wrong
        assert 'value="Löner"' in answer.content.decode() or "name" in wrong
    assert at_desk("maria").post(f"{address}/act", rule_form(told)).status_code == 403
    made = kirsi.post(f"{address}/act", rule_form(told))
    rule = str(made.headers["Location"])
    assert "/statement/rules/" in rule
    own = page(kirsi, rule)
    assert escape(text("desk.statement.hits", "sv", count="3")) in own
    assert 'value="approve"' not in own
    seen = re.findall(r'name="seen" value="([^"]*)"', page(cecilia, rule))[0]
    assert kirsi.post(f"{rule}/act", {"act": "approve", "seen": seen}).status_code == 403
    assert cecilia.post(f"{rule}/act", {"act": "approve", "seen": "x"}).status_code == 302
    assert escape(text("desk.statement.stale", "sv")) in page(cecilia, rule)
    assert cecilia.post(f"{rule}/act", {"act": "approve", "seen": seen}).status_code == 302
    assert escape(text("desk.statement.rule.standing.in_force", "sv")) in page(cecilia, rule)
    preview = cecilia.post(desk.path("runs/preview"), {"name": "statement_posting", "on": "2026-03-16"})
    plan = page(cecilia, str(preview.headers["Location"]))
    apply = {"seen": re.findall(r'name="seen" value="(\w+)"', plan)[0], "confirmed": "on"}
    assert cecilia.post(f"{preview.headers['Location']}/apply", apply).status_code == 302
    applied = page(cecilia, str(preview.headers["Location"]))
    assert escape(text("desk.control.lines to post = postings", "sv")) in applied
    by_rule = page(kirsi, f"{preview.headers['Location']}/decided/RULE")
    assert len(re.findall(r"/purchases/statement/\d+", by_rule)) == 4
    posted = page(kirsi, desk.path("purchases/statement?show=rule"))
    assert posted.count("Löner") == 3
    assert "En gång" not in posted
    assert "Löner" in page(kirsi, address)
    assert WAGES in page(kirsi, address)
    seen = re.findall(r'name="seen" value="([^"]*)"', page(kirsi, rule))[0]
    assert kirsi.post(f"{rule}/act", {"act": "end", "seen": seen, "last": ""}).status_code == 422
    assert kirsi.post(f"{rule}/act", {"act": "end", "seen": seen, "last": "2025-12-31"}).status_code == 409
    assert kirsi.post(f"{rule}/act", {"act": "end", "seen": seen, "last": "2026-03-31"}).status_code == 302
    with inside(desk.unit):
        assert (
            StatementRule.objects.get(unit=desk.unit, name="Löner").validity.upper.isoformat() == "2026-04-01"
        )
    assert escape(text("desk.statement.rules.in_force", "sv")) in page(
        kirsi, desk.path("purchases/statement/rules")
    )
    assert broken([desk.unit.pk]) == []


def test_an_own_rule_is_not_approved_even_by_who_may_approve(desk: Any, told: Told, at_desk: AtDesk) -> None:
    """EX 10-a: the service centre's clerk may do both, but not on one rule."""
    cecilia = at_desk("cecilia")
    address = desk.path(f"purchases/statement/{told.lines['wage-1']}")
    rule = str(cecilia.post(f"{address}/act", rule_form(told)).headers["Location"])
    body = page(cecilia, rule)
    assert escape(text("desk.statement.approve.not_own", "sv")) in body
    seen = re.findall(r'name="seen" value="([^"]*)"', body)[0]
    answer = cecilia.post(f"{rule}/act", {"act": "approve", "seen": seen})
    assert answer.status_code == 409
    refused = text("refused.who_tells_a_statement_rule_does_not_approve_it", "sv")
    assert escape(refused) in answer.content.decode()


def test_a_line_is_posted_by_hand_in_parts_and_put_right(desk: Any, told: Told, at_desk: AtDesk) -> None:
    """EX 7-a, EX 10-a: the parts are the line; an office abroad says where; twice is once; a correction takes back."""
    cecilia, line = at_desk("cecilia"), told.lines["once"]
    address = desk.path(f"purchases/statement/{line}")
    memo: dict[str, Any] = {
        "act": "memo", "seen": "", "reason": "en avgift", "kind": "other", "amount": ["-50,00", "-5,50"],
        "account": [FEES, WAGES],
    }  # fmt: skip
    for wrong, status in (
        ({"amount": ["-50,00", "-5,00"]}, 409), ({"amount": ["mycket"]}, 422), ({"reason": ""}, 422),
        ({"kind": "office_abroad"}, 409), ({"kind": "moon"}, 422), ({"amount": [""], "account": [""]}, 422),
    ):  # fmt: skip
        answer = cecilia.post(f"{address}/act", {**memo, **wrong})
        assert answer.status_code == status, wrong
    assert at_desk("kirsi").post(f"{address}/act", memo).status_code == 403
    assert cecilia.post(f"{address}/act", memo).status_code == 302
    body = page(cecilia, address)
    assert "en avgift" in body
    assert FEES in body
    assert WAGES in body
    assert cecilia.post(f"{address}/act", memo).status_code == 302
    assert escape(text("desk.statement.stale", "sv")) in page(cecilia, address)
    with inside(desk.unit):
        posting = LinePosting.objects.get(unit=desk.unit, line=line)
    put_right = {
        "act": "correct", "seen": str(posting.pk), "reason": "fel konto", "amount": ["-55,50"], "account": [WAGES],
    }  # fmt: skip
    assert cecilia.post(f"{address}/act", {**put_right, "reason": " "}).status_code == 422
    assert cecilia.post(f"{address}/act", put_right).status_code == 302
    assert "fel konto" in page(cecilia, address)
    assert escape(text("desk.statement.corrected", "sv")) in page(
        cecilia, desk.path("purchases/statement?show=memo")
    )
    assert broken([desk.unit.pk]) == []


def test_the_start_page_counts_lines_and_rules_for_who_may_do_something(
    desk: Any, told: Told, at_desk: AtDesk
) -> None:
    a_rule(desk.unit, "counterparty", "NÅGON", FEES, position=90, name="told", approved=False)
    mine = page(at_desk("kirsi"), desk.path()).split('id="others"')[0]
    assert re.search(r'class="task statement_lines".*?<b>5</b>', mine, re.DOTALL)
    assert 'class="task statement_rules' not in mine
    assert re.search(
        r'class="task statement_rules".*?<b>1</b>', page(at_desk("petra"), desk.path()), re.DOTALL
    )
