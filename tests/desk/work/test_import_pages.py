"""Files at the desk: checked, taken in, told row by row; by the rights and the refusals that the command has too."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cast import DAY, HARBOUR, customer, inside, personal_code, set_term, unit
from desk.accessible import axe_finds, troubles
from reskontra.exchange.models import FileAnswer, InboxFile
from reskontra.exchange.results import empty_form
from reskontra.kernel.texts import text
from reskontra.sales.models import Order

pytestmark = pytest.mark.usefixtures("database")
Client_of = Callable[[str], Client]


def request(*orders: tuple[str, str], **more: Any) -> bytes:
    """A billing request of one line for each key and item."""
    told = [
        {
            "key": key, "order_type": "Z001", "service_date": DAY.isoformat(), "lines": [{"item": item, "quantity": 1}],
            "customer": {"number": customer("aino").number}, **more,
        }
        for key, item in orders
    ]  # fmt: skip
    return json.dumps({"kind": "billing_request", "orders": told}).encode()


def bring(
    client: Client, act: str, *files: tuple[str, bytes], beside: tuple[tuple[str, bytes], ...] = ()
) -> Any:
    """POST the form; follows to the page that tells."""
    sent = {
        "act": act,
        "file": [SimpleUploadedFile(*one) for one in files],
        "attachment": [SimpleUploadedFile(*one) for one in beside],
    }
    return client.post(reverse("files-bring", args=[HARBOUR]), sent, follow=True)


def said(answer: Any) -> str:
    """The page as one line of text."""
    return " ".join(answer.content.decode().split())


def stored() -> tuple[int, int, int]:
    """Files, answers, orders of the unit."""
    with inside(unit()):
        return InboxFile.objects.count(), FileAnswer.objects.count(), Order.objects.count()


def test_a_file_is_checked_taken_in_told_and_opened_again(at_desk: Client_of) -> None:
    """OC 3.9-a, OC 3.9-c, OC 3.2-d: a check leaves nothing; what came is told with row, value, rule and clause."""
    clerk = at_desk("kirsi")
    before = stored()
    mixed = request(("F-1", "PERMIT"), ("F-2", "LICENCE"))
    page = bring(clerk, "check", ("day.json", mixed))
    assert page.status_code == 200
    assert "order_item_not_on_price_list" in said(page)
    assert "OC 2.1-a" in said(page)
    assert stored() == before
    page = bring(clerk, "take_in", ("day.json", mixed))
    digest = page.redirect_chain[0][0].rpartition("/")[2]
    assert "LICENCE" in said(page)
    assert stored() == (before[0] + 1, before[1] + 1, before[2] + 2)
    with inside(unit()):
        number = Order.objects.latest("id").number
    assert reverse("order", args=[HARBOUR, number]) in said(page)
    again = clerk.get(reverse("file", args=[HARBOUR, digest]))
    assert "order_item_not_on_price_list" in said(again)
    assert clerk.get(reverse("file-result", args=[HARBOUR, digest])).content.startswith(b"PK")
    assert clerk.get(reverse("file-original", args=[HARBOUR, digest])).content == mixed
    assert at_desk("maria").get(reverse("file-original", args=[HARBOUR, digest])).status_code == 403
    assert at_desk("olli").get(reverse("file", args=[HARBOUR, digest])).status_code == 404
    known = bring(clerk, "take_in", ("again.json", mixed))
    assert "Samma fil har kommit in förut" in said(known)
    with_map = request(("F-3", "PERMIT"), attachments=["map.pdf"])
    assert "attachment_missing" in said(bring(clerk, "check", ("map.json", with_map)))
    page = bring(clerk, "take_in", ("map.json", with_map), beside=(("map.pdf", b"%PDF-1.7"),))
    assert "attachment_missing" not in said(page)
    several = bring(
        clerk, "take_in", ("a.json", request(("F-4", "PERMIT"))), ("b.json", request(("F-5", "PERMIT")))
    )
    assert "a.json: 1 lästa, 1 godkända" in said(several)
    assert clerk.get(reverse("files", args=[HARBOUR]) + "?state=taken").content.count(b"data-label") > 20


def test_the_empty_form_is_fetched_in_the_language_of_the_reader(at_desk: Client_of) -> None:
    desk = at_desk("kirsi")
    assert f'href="/u/{HARBOUR}/files/form"' in said(desk.get(f"/u/{HARBOUR}/files"))
    found = desk.get(f"/u/{HARBOUR}/files/form")
    assert found.headers["Content-Disposition"].startswith('attachment; filename="faktureringsbegaran.xlsx"')
    assert found.content == empty_form("sv")


def test_what_is_refused_says_why_and_leaves_nothing(
    at_desk: Client_of, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OC 1.2-a, EX 1-b: too large, hostile, another unit's, another party's to bring; no code is shown."""
    clerk = at_desk("kirsi")
    assert bring(clerk, "take_in").status_code == 422
    before = stored()
    page = bring(clerk, "take_in", ("invoices.xml", b"<Finvoice></Finvoice>"))
    assert page.status_code == 403
    assert "invoices.xml" in said(page)
    set_term(unit(), "purchase_size_by_hand", "1")
    page = bring(clerk, "take_in", ("large.json", b"{" + b" " * 1_000_001))
    assert page.status_code == 422
    assert "högst 1 MB" in said(page)
    assert stored() == before
    page = bring(clerk, "check", ("bomb.xlsx", b"PK\x03\x04nothing"))
    assert page.status_code == 200
    assert "avvisades i sin helhet" in said(page)
    assert stored() == before
    code = personal_code("010190", 907)
    wrong = json.dumps({"kind": "receipts", "receipts": [
        {"order_number": "V19", "position": 1, "day": DAY.isoformat(), "receiver": code,
         "quantity": "1"}]})  # fmt: skip
    page = bring(clerk, "take_in", ("wrong.json", wrong.encode()))
    assert "avvisad" in said(page)
    assert code not in said(page)
    with inside(unit()):
        assert code not in json.dumps(FileAnswer.objects.latest("id").answer)
    page = at_desk("maria").get(reverse("files", args=[HARBOUR]))
    assert b"files/bring" not in page.content
    roles = "handläggare, handläggare vid servicecentret, integrationsansvarig"
    assert text("desk.acts.needs_role", "sv", roles=roles) in said(page)
    assert bring(at_desk("maria"), "take_in", ("x.json", request(("F-9", "PERMIT")))).status_code == 403
    monkeypatch.setattr(settings, "LARGEST_REQUEST", 10)
    page = bring(clerk, "take_in", ("x.json", b"0123456789"))
    assert page.status_code == 413
    assert "För stort" in said(page)


@pytest.mark.browser
def test_the_pages_of_files_are_for_everybody(
    at_desk: Client_of, sits_down: Callable[[str], Any], tmp_path: Path
) -> None:
    """WCAG 2.2 AA in three languages, by keyboard, narrow and wide."""
    bring(at_desk("kirsi"), "take_in", ("day.json", request(("F-1", "PERMIT"), ("F-2", "LICENCE"))))
    bring(at_desk("kirsi"), "take_in", ("bad.json", b"{}"))
    page = sits_down("kirsi")
    file = tmp_path / "new.json"
    file.write_bytes(request(("F-3", "PERMIT"), ("F-4", "NOTHING")))
    files = f"/u/{HARBOUR}/files"
    page.goto(files)
    page.set_input_files("#file", str(file))
    page.focus("button[value=check]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".reasons tbody tr").count() == 1
    assert axe_finds(page) == ""
    told = []
    for name in ("day.json", "bad.json"):
        page.goto(files)
        page.click(f"text={name}")
        told.append(("kirsi", page.url))
    assert troubles(sits_down, [("kirsi", files), *told]) == []
