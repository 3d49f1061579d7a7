"""S60, S63: the coding grid, review and approval by two people, what is handed on, asked and complained of."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from purchase_desk import PurchaseDesk, a_purchase_desk
from test_purchases import does, read, speaks, words_of

from cast import inside, person
from expenditure.circulation_tables import BUDGET, COST, TRAVEL
from reskontra.kernel.texts import text
from reskontra.purchases.models import Assignment, Coding, CodingLine, InvoiceApproval, InvoiceNote
from reskontra.registers.models import Absence

AtDesk = Callable[[str], Client]
ROW = ("account", "net", "vat_percent", "vat", "budget_account", "text", "share")


@pytest.fixture
def bought(database: object) -> PurchaseDesk:
    """A unit with purchase invoices in every state."""
    return a_purchase_desk()


def codes(client: Client, address: str, *rows: dict[str, str], act: str = "code") -> Any:
    """The grid as the page sends it, with these rows."""
    seen = re.search(r'name="seen" value="([^"]*)"', read(client, address))
    assert seen
    cells = {name: [row.get(name, "") for row in rows] for name in ROW}
    return client.post(f"{address}/act", {"act": act, "seen": seen[1], **cells})


def lines(bought: PurchaseDesk, word: str) -> list[tuple[str, Decimal, Decimal]]:
    """The newest coding: account, net and VAT of each line."""
    with inside(bought.unit):
        newest = Coding.objects.filter(invoice=bought.invoices[word]).order_by("-version").first()
        told = CodingLine.objects.filter(unit=bought.unit, coding=newest).order_by("position")
        return [(one.account, one.net, one.vat) for one in told]


def count(bought: PurchaseDesk, model: Any, word: str) -> int:
    """How many facts of a kind there are about an invoice."""
    with inside(bought.unit):
        return model.objects.filter(unit=bought.unit, invoice=bought.invoices[word]).count()


def cells_of(page: str, name: str) -> list[str]:
    """What stands in a column of the grid; spare rows are left out."""
    return [one for one in re.findall(rf'name="{name}" value="([^"]*)"', page) if one]


def test_the_grid_codes_by_amounts_by_balance_and_by_shares_and_tells_all_that_is_wrong(
    bought: PurchaseDesk, at_desk: AtDesk
) -> None:
    """EX 1.2.1-a"""
    client, grid = at_desk("kirsi"), bought.at("plain", "/coding")
    page = read(client, grid)
    assert (cells_of(page, "net"), cells_of(page, "vat")) == (["100,00"], ["25,50"]), (
        "a row for each VAT rate"
    )
    first = {"account": COST, "net": "60", "vat_percent": "25,5", "budget_account": BUDGET}
    wrong = codes(client, grid, first, {**first, "account": "99", "net": "1O"})
    assert wrong.status_code == 422
    assert escape(text("desk.coding.no_number", "sv", row=2, value="1O")) in wrong.content.decode()
    wrong = codes(client, grid, first, {**first, "account": "99", "net": "30"})
    page = wrong.content.decode()
    for told in ("coding_account", "coding_net", "coding_vat"):
        start = text(f"finding.{told}", "sv", row=2, value="|", asked="|", column="", where="").split("|")[0]
        assert escape(start) in page, told
    assert 'href="#account-2"' in page
    assert cells_of(page, "account") == [COST, "99"], "what was written stands there still"
    assert codes(client, grid).status_code == 422
    assert count(bought, Coding, "plain") == 0

    page = codes(client, grid, first, act="rows").content.decode()
    assert page.count('name="net"') == 6
    parts = ({"account": COST, "share": "70"}, {"account": TRAVEL, "share": "30"})
    assert codes(client, grid, *parts[:1], act="split").status_code == 422, "shares are 100 together"
    page = codes(client, grid, *parts, act="split").content.decode()
    assert (cells_of(page, "net"), cells_of(page, "vat")) == (["70,00", "30,00"], ["17,85", "7,65"])
    assert count(bought, Coding, "plain") == 0, "to split only fills the grid"

    rest = {"account": TRAVEL, "net": "=", "vat_percent": "25,5", "vat": "=", "budget_account": BUDGET}
    answer = codes(client, grid, first, rest)
    assert answer.status_code == 302
    assert answer.headers["Location"] != bought.at("plain"), "the next one to be coded opens"
    coded = [(COST, Decimal("60.00"), Decimal("15.30")), (TRAVEL, Decimal("40.00"), Decimal("10.20"))]
    assert lines(bought, "plain") == coded
    assert codes(client, grid, first, rest).status_code == 422, "the same once more is told"
    stale = client.post(f"{grid}/act", {"act": "code", "seen": "1.2.3", "account": COST, "net": "100"})
    assert stale.status_code == 302
    assert text("desk.purchase.stale", "sv") in read(client, bought.at("plain"))
    assert lines(bought, "plain") == coded
    assert at_desk("maria").get(grid).status_code == 403
    assert at_desk("maria").post(f"{grid}/act", {"act": "code"}).status_code == 403
    assert client.get(bought.at("back", "/coding")).headers["Location"] == bought.at("back")


def test_two_people_review_and_approve_and_the_next_invoice_opens(
    bought: PurchaseDesk, at_desk: AtDesk
) -> None:
    """EX 1.2.1-a"""
    maria, hanna, gunnar = at_desk("maria"), at_desk("hanna"), at_desk("gunnar")
    mine = bought.path("purchases/mine")
    assert words_of(bought, read(maria, mine)) == ["coded"]
    assert words_of(bought, read(gunnar, mine)) == ["reviewed"]
    assert words_of(bought, read(hanna, f"{mine}?step=approve")) == ["reviewed"]
    page = read(hanna, bought.at("reviewed"))
    offer = re.search(r'value="approve" disabled.*?id="no-approve">(.*?)</p>', page, re.DOTALL)
    assert offer, "who reviewed finds the approval disabled"
    assert text("refused.reviewer_and_approver_of_an_invoice_differ", "sv") in offer[1]
    assert "EX 1.2.1-a" in offer[1]
    assert does(hanna, bought.at("reviewed"), "approve").status_code == 409
    page = read(gunnar, bought.at("coded"))
    assert escape(text("refused.an_approval_comes_after_a_review", "sv")) in page
    assert does(gunnar, bought.at("coded"), "review").status_code == 403
    assert count(bought, InvoiceApproval, "reviewed") == 1

    assert does(maria, bought.at("coded"), "send_back", reason="").status_code == 422
    does(maria, bought.at("coded"), "review", comment="stämmer")
    answer = does(gunnar, bought.at("reviewed"), "approve")
    assert answer.headers["Location"] == bought.at("coded"), "the next one to approve opens"
    page = read(gunnar, bought.at("coded"))
    assert text("desk.purchase.act.approve.done", "sv", invoice=bought.invoices["reviewed"].number) in page
    does(gunnar, bought.at("coded"), "send_back", reason="fel konto")
    assert words_of(bought, read(at_desk("kirsi"), mine)).count("coded") == 1, "it is to be coded anew"
    with inside(bought.unit):
        acts = InvoiceApproval.objects.filter(unit=bought.unit).order_by("id").values_list("act", flat=True)
        assert list(acts) == ["review", "review", "approve", "return"]


def test_an_invoice_is_approved_by_a_decision_that_says_the_same(
    bought: PurchaseDesk, at_desk: AtDesk
) -> None:
    """EX 3-e"""
    client, today = at_desk("gunnar"), timezone.localdate().isoformat()
    told = {"decision": "HAMN/12/2026", "day": today, "account": COST, "budget_account": BUDGET}
    assert does(client, bought.at("coded"), "decision", **told, amount="99,99").status_code == 409
    assert (
        does(client, bought.at("coded"), "decision", **{**told, "day": ""}, amount="100").status_code == 422
    )
    does(client, bought.at("coded"), "decision", **told, amount="100,00")
    with inside(bought.unit):
        [act] = InvoiceApproval.objects.filter(unit=bought.unit, invoice=bought.invoices["coded"])
    assert (act.act, act.decision) == ("approve", f"HAMN/12/2026 {today}")


def test_an_invoice_is_handed_on_asked_about_and_complained_of(
    bought: PurchaseDesk, at_desk: AtDesk, language: str
) -> None:
    """EX 3.2-a, EX 3-b"""
    for one in ("kirsi", "maria", "saga"):
        speaks(one, language)
    kirsi, maria, saga = at_desk("kirsi"), at_desk("maria"), at_desk("saga")
    assert does(maria, bought.at("coded"), "forward", person="x").status_code == 422
    assert does(maria, bought.at("coded"), "forward", person=person("gunnar").pk).status_code == 409, (
        "no reviewer"
    )
    does(maria, bought.at("coded"), "forward", person=person("saga").pk, reason="semester")
    assert words_of(bought, read(saga, bought.path("purchases/mine"))) == ["coded"]
    assert words_of(bought, read(maria, bought.path("purchases/mine"))) == []
    assert does(maria, bought.at("coded"), "forward", person=person("hanna").pk).status_code == 409, (
        "not hers"
    )
    assert does(kirsi, bought.at("coded"), "move", to="q0").status_code == 422
    does(kirsi, bought.at("coded"), "move", to=f"q{bought.queues['REVIEW'].pk}")
    assert words_of(bought, read(maria, bought.path("purchases/mine"))) == ["coded"]
    does(kirsi, bought.at("plain"), "move", to=f"p{person('kaj').pk}")
    assert count(bought, Assignment, "plain") == 2

    assert does(kirsi, bought.at("plain"), "note", text="").status_code == 422
    does(kirsi, bought.at("plain"), "note", text="Kom det?", person=person("maria").pk)
    does(kirsi, bought.at("plain"), "note", text="Kom det?", person=person("maria").pk)
    assert count(bought, InvoiceNote, "plain") == 1, "said twice it is said once"
    assert text("desk.task.questions", language) in read(maria, bought.path())
    assert escape(text("desk.purchase.asks_you", language, name=person("kirsi").name)) in read(
        maria, bought.at("plain")
    )
    with inside(bought.unit):
        question = InvoiceNote.objects.get(unit=bought.unit)
    assert does(saga, bought.at("plain"), "answer", question=question.pk, text="ja").status_code == 409
    assert does(maria, bought.at("late"), "answer", question=question.pk, text="ja").status_code == 422
    does(maria, bought.at("plain"), "answer", question=question.pk, text="Ja, i går.")
    assert text("desk.task.questions", language) not in read(maria, bought.path())
    assert "Ja, i går." in read(kirsi, bought.at("plain"))

    letter = {"agreed": "V1-4501", "what": "Frakt", "day": "2099-01-02"}
    assert does(kirsi, bought.at("dear"), "complain", **letter, amount="").status_code == 422
    assert does(kirsi, bought.at("dear"), "complain", **letter, amount="tolv").status_code == 422
    assert does(maria, bought.at("dear"), "complain", **letter, amount="12,40").status_code == 403
    does(kirsi, bought.at("dear"), "complain", **letter, amount="12,40")
    assert does(kirsi, bought.at("dear"), "complain", **letter, amount="12,40").status_code == 409
    with inside(bought.unit):
        sent = InvoiceNote.objects.get(unit=bought.unit, to_supplier=True)
    assert "Frakt" in sent.text
    assert escape("Frakt") in read(kirsi, bought.at("dear"))


def test_the_circulation_is_grouped_by_due_day_and_whoever_is_away_is_marked(
    bought: PurchaseDesk, at_desk: AtDesk
) -> None:
    """EX 3.2-a"""
    client, place = at_desk("cecilia"), bought.path("purchases/circulation")
    page = read(client, place)
    groups = re.findall(r'class="group (\w+)"', page)
    assert (groups[:2], groups[-1]) == (["late", "today"], "undated")
    assert words_of(bought, page)[-1] == "grant"
    assert words_of(bought, read(client, f"{place}?step=approve")) == ["reviewed"]
    assert words_of(bought, read(client, f"{place}?queue=UNIT")) == ["late", "plain", "grant"]

    absences, today = bought.path("purchases/absences"), timezone.localdate()
    week = (today + timedelta(days=7)).isoformat()
    told = {"substitute": person("kaj").pk, "first": today.isoformat(), "last": week}
    seen = re.search(r'name="seen" value="([^"]*)"', read(at_desk("kirsi"), absences))
    assert seen

    def tells(who: str, **sent: Any) -> int:
        return (
            at_desk(who).post(f"{absences}/act", {"act": "tell", "seen": seen[1], **told, **sent}).status_code
        )

    assert tells("kirsi", substitute="") == 422
    assert tells("kirsi", substitute=person("maria").pk) == 409, "a reviewer does not code"
    assert tells("kirsi", first="2026-01-01") == 409
    assert tells("maria", person=person("kirsi").pk) == 403, "only the centre marks somebody else"
    assert tells("kirsi") == 302
    assert tells("kirsi") == 302
    with inside(bought.unit):
        away = Absence.objects.get(unit=bought.unit)
    assert (away.person, away.substitute) == (person("kirsi"), person("kaj")), "told twice it is told once"
    marked = text("desk.circulation.instead_of", "sv", names=person("kirsi").name)
    assert marked in read(client, place)
    assert "plain" in words_of(bought, read(at_desk("kaj"), bought.path("purchases/mine")))
    assert "plain" not in words_of(bought, read(at_desk("kirsi"), bought.path("purchases/mine")))
    now = re.search(r'name="seen" value="([^"]*)"', read(at_desk("kirsi"), absences))
    assert now
    ended = {
        "act": "end",
        "seen": now[1],
        "absence": away.pk,
        "last": (today - timedelta(days=1)).isoformat(),
    }
    assert at_desk("maria").post(f"{absences}/act", ended).status_code == 403
    assert at_desk("kirsi").post(f"{absences}/act", ended).status_code == 302
    assert marked not in read(client, place)


def test_the_runs_of_expenditure_are_previewed_and_applied(bought: PurchaseDesk, at_desk: AtDesk) -> None:
    """EX 1.2.1-a, EX 3-a"""
    client = at_desk("cecilia")
    for name, outcome in (("matching", "OVER_TOLERANCE_UP"), ("circulation", "CIRCULATION_OVERDUE")):
        answer = client.post(
            bought.path("runs/preview"), {"name": name, "on": timezone.localdate().isoformat()}
        )
        address = answer.headers["Location"]
        page = read(client, address)
        assert text(f"desk.run.{name}", "sv") in page
        assert words_of(bought, read(client, f"{address}/decided/{outcome}"))[0] == "dear"
        seen = re.search(r'name="seen" value="(\w+)"', page)
        assert seen
        client.post(f"{address}/apply", {"seen": seen[1], "confirmed": "on"})
        page = read(client, address)
        assert text("desk.run.state.applied", "sv") in page
        assert "= " not in "".join(
            re.findall(r'<th role="rowheader" scope="row">([^<]*)</th>', page)
        ).replace(" = ", "")
        assert words_of(bought, read(client, f"{address}/decided/{outcome}"))[0] == "dear"
    answer = client.post(bought.path("runs/preview"), {"name": "purchase_intake", "on": "2026-03-16"})
    assert text("desk.run.purchase_intake", "sv") in read(client, answer.headers["Location"])
    assert (
        at_desk("kirsi")
        .post(bought.path("runs/preview"), {"name": "matching", "on": "2026-03-16"})
        .status_code
        == 403
    )
