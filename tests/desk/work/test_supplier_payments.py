"""S66: payables by due date, a proposal released by somebody else, files to their statement, and what came back."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape

from cast import DAY, inside, person, set_term
from expenditure.payment_tables import a_ban, account, open_of, payable, payments_of, supplier
from reskontra.desk.supplier_payment_pages import nearness
from reskontra.exchange.models import OutboxEvent
from reskontra.insight.invariants import broken
from reskontra.kernel.texts import text
from reskontra.purchases.models import Payable, PaymentFile, PaymentRelease
from reskontra.registers.models import Person, SupplierAccount
from reskontra.runs.models import Run

AtDesk = Callable[[str], Client]
PASSWORD = "en båt vid bryggan"
_ANSWER = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>1</MsgId>
<CreDtTm>2026-03-16T12:00:00+02:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{}</OrgnlMsgId>
<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{}</OrgnlPmtInfId>
<TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>
</TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"""


@pytest.fixture(autouse=True)
def a_bank_day(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The desk's clock stands on a bank day: a file goes on no other, and to a folder of this test."""
    monkeypatch.setattr(settings, "OUT", tmp_path / "out")
    monkeypatch.setattr(settings, "DEMO_DAY", DAY.isoformat(), raising=False)


def today() -> date:
    return DAY


@cache
def hashed() -> str:
    """Once for all tests: hashing is slow by intention."""
    return make_password(PASSWORD)


@pytest.fixture
def owing(desk: Any) -> dict[str, Payable]:
    """Two payables that are due, one of them under a ban of a quarter, one that is not due, one without an account."""
    Person.objects.filter(username__in=("petra", "cecilia")).update(password=hashed())
    firm, banned, bare = supplier("one"), supplier("banned"), supplier("bare")
    account(firm, verification="match")
    account(banned)
    a_ban(desk.unit, banned, share=Decimal(25))
    return {
        "due": payable(desk.unit, firm, "100.00", today(), number="L-100"),
        "banned": payable(desk.unit, banned, "200.00", today() - timedelta(days=3), number="L-200"),
        "later": payable(desk.unit, firm, "7.00", today() + timedelta(days=90), number="L-7"),
        "bare": payable(desk.unit, bare, "50.00", today(), number="L-50"),
    }


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def seen_in(body: str, act: str = "") -> str:
    """What the form for ``act`` was sent on."""
    for form in re.findall(r"<form.*?</form>", body, re.DOTALL):
        if f'"{act}"' in form:
            return str(re.findall(r'name="seen" value="([^"]*)"', form)[0])
    raise AssertionError(act)


def planned(desk: Any, at_desk: AtDesk) -> str:
    """The proposal of today, as the clerk has it made: the address of its page."""
    answer = at_desk("cecilia").post(
        desk.path("runs/preview"), {"name": "payment", "on": today().isoformat()}
    )
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def released(desk: Any, at_desk: AtDesk) -> str:
    """The same, released by the centre's approver."""
    address, petra = planned(desk, at_desk), at_desk("petra")
    sent = {"act": "release", "seen": seen_in(page(petra, address), "release"), "password": PASSWORD}
    assert petra.post(f"{address}/act", sent).status_code == 302
    return address


def paid(desk: Any, at_desk: AtDesk, cecilia: Client, hours: bool = True) -> PaymentFile:
    """The same, applied; outside the sending hours unless ``hours``."""
    if hours:
        set_term(desk.unit, "payment_sending_from", "0")
        set_term(desk.unit, "payment_cut_off", "24")
    else:
        set_term(desk.unit, "payment_sending_from", "24")
        set_term(desk.unit, "payment_cut_off", "24")
    address = released(desk, at_desk)
    number = address.rsplit("/", 1)[1]
    with inside(desk.unit):
        digest = Run.objects.get(unit=desk.unit, pk=number).digest
    sent = {"seen": digest, "confirmed": "on"}
    assert cecilia.post(desk.path(f"runs/{number}/apply"), sent).status_code == 302
    with inside(desk.unit):
        return PaymentFile.objects.get(unit=desk.unit, run=number)


def test_days_are_near_by_their_week() -> None:
    wednesday = date(2026, 3, 18)
    days = {
        wednesday + timedelta(days=n): nearness(wednesday + timedelta(days=n), wednesday)
        for n in range(-1, 6)
    }
    assert list(days.values()) == ["late", "today", "tomorrow", "week", "week", "week", "later"]


def test_payables_are_listed_by_when_they_fall_due_and_narrowed(
    desk: Any, owing: dict[str, Payable], at_desk: AtDesk
) -> None:
    """EX 9-a"""
    client, address = at_desk("kirsi"), desk.path("purchases/payments")
    assert address in page(client, desk.path("purchases"))
    body = page(client, address)
    groups = re.findall(r'<h2 id="group-(\w+)">', body)
    assert groups == ["late", "today", "later"]
    assert body.index("L-200") < body.index("L-100") < body.index("L-7")
    assert "L-7<" not in page(client, f"{address}?show=due")
    assert "L-50" in page(client, f"{address}?q=L-50")
    assert "L-100" not in page(client, f"{address}?q=L-50")
    assert escape(text("desk.money_out.none.held", "sv")) in page(client, f"{address}?show=held")
    assert 'value="payment"' not in body  # who may not run payments makes no proposal
    assert 'value="payment"' in page(at_desk("cecilia"), address)


def test_a_payable_is_held_and_let_go_once_on_what_was_seen(
    desk: Any, owing: dict[str, Payable], at_desk: AtDesk
) -> None:
    """EX 9-a"""
    one = owing["due"]
    address = desk.path(f"purchases/payments/{one.pk}")
    kirsi = at_desk("kirsi")
    first = {"act": "hold", "seen": seen_in(page(kirsi, address), "hold"), "reason": "frågan är öppen"}
    told = kirsi.post(f"{address}/act", {**first, "reason": "  "})
    assert told.status_code == 422
    assert escape(text("desk.act.missing.reason", "sv")) in told.content.decode()
    assert kirsi.post(f"{address}/act", first).status_code == 302
    body = page(kirsi, address)
    assert "frågan är öppen" in body
    assert escape(text("desk.money_out.hold_done", "sv")) in body
    assert kirsi.post(f"{address}/act", {**first, "act": "unhold"}).status_code == 302
    body = page(kirsi, address)
    assert escape(text("desk.money_out.stale", "sv")) in body
    assert "frågan är öppen" in body
    assert kirsi.post(f"{address}/act", {"act": "unhold", "seen": seen_in(body, "unhold")}).status_code == 302
    assert escape(text("desk.money_out.act.hold", "sv")) in page(kirsi, address)
    body = page(at_desk("maria"), address)
    assert 'name="act"' not in body
    answer = at_desk("maria").post(f"{address}/act", {**first, "seen": seen_in(page(kirsi, address), "hold")})
    assert answer.status_code == 403
    assert kirsi.post(f"{address}/act", {"act": "pay"}).status_code == 404
    assert at_desk("olli").get(address).status_code == 404
    assert kirsi.get(desk.path("purchases/payments/999999999")).status_code == 404


def test_a_proposal_is_released_by_another_who_says_who_they_are_and_is_then_paid(
    desk: Any, owing: dict[str, Payable], at_desk: AtDesk
) -> None:
    """EX 8-a, EX 9-a: what leaves, what is withheld and to where is seen; four eyes and the password; once."""
    address, petra, cecilia = planned(desk, at_desk), at_desk("petra"), at_desk("cecilia")
    assert "/purchases/payments/plans/" in address
    body = page(petra, address)
    for told in ("L-100", "L-200", "50,00 €", "150,00 €", "300,00 €"):
        assert told.replace(" ", "\N{NO-BREAK SPACE}") in body, told
    assert "L-7<" not in body
    iban = SupplierAccount.objects.get(supplier=owing["due"].supplier).iban
    assert "\N{NO-BREAK SPACE}".join(iban[at : at + 4] for at in range(0, len(iban), 4)) in body
    left = page(petra, f"{address}?show=left")
    assert "L-50" in left
    assert escape(text("outcome.NO_APPROVED_ACCOUNT", "sv"))[1:] in left
    own = page(cecilia, address)
    assert escape(text("desk.money_out.release.not_own", "sv")) in own
    assert 'value="release"' not in own
    assert 'name="confirmed"' not in own  # nothing is paid before it is released
    sent = {"act": "release", "seen": seen_in(body, "release"), "password": "fel"}
    told = petra.post(f"{address}/act", sent)
    assert told.status_code == 422
    assert escape(text("desk.act.missing.password", "sv")) in told.content.decode()
    sent["password"] = PASSWORD
    other = petra.post(f"{address}/act", {**sent, "seen": "0" * 64})
    assert other.status_code == 409
    with inside(desk.unit):
        assert not PaymentRelease.objects.exists()
    answer = cecilia.post(f"{address}/act", sent)
    assert answer.status_code == 403
    assert petra.post(f"{address}/act", sent).status_code == 302
    assert petra.post(f"{address}/act", sent).status_code == 409
    assert escape(text("desk.money_out.released_by", "sv", name="Petra")) in page(cecilia, address)
    number = address.rsplit("/", 1)[1]
    applied = cecilia.post(
        desk.path(f"runs/{number}/apply"),
        {"seen": seen_in(page(cecilia, address), "confirmed"), "confirmed": "on"},
    )
    assert applied.status_code == 302
    result = page(cecilia, desk.path(f"runs/{number}"))
    assert 'class="state applied"' in result
    assert ".sig" in result
    with inside(desk.unit):
        assert sorted(one.amount for one in payments_of(desk.unit)) == [50, 100, 150]
        assert open_of(desk.unit, owing["due"]) == 0
    body = page(cecilia, desk.path(f"purchases/payments/{owing['banned'].pk}"))
    assert escape(text("outcome.PAID_AND_WITHHELD", "sv"))[1:] in body
    assert broken([desk.unit.pk]) == []


def test_a_proposal_that_is_dropped_is_never_paid(
    desk: Any, owing: dict[str, Payable], at_desk: AtDesk
) -> None:
    """EX 9-a: dropping binds to what was seen; what is dropped can be neither released nor applied."""
    address, cecilia, petra = planned(desk, at_desk), at_desk("cecilia"), at_desk("petra")
    before = seen_in(page(cecilia, address), "drop")
    release = {"act": "release", "seen": before, "password": PASSWORD}
    assert petra.post(f"{address}/act", release).status_code == 302
    assert petra.post(f"{address}/act", {"act": "drop", "seen": f"{before}.released"}).status_code == 403
    cecilia.post(f"{address}/act", {"act": "drop", "seen": before})
    assert escape(text("desk.money_out.stale", "sv")) in page(cecilia, address)
    cecilia.post(f"{address}/act", {"act": "drop", "seen": seen_in(page(cecilia, address), "drop")})
    assert escape(text("desk.run.state.dropped", "sv")) in page(cecilia, address)
    number = address.rsplit("/", 1)[1]
    cecilia.post(desk.path(f"runs/{number}/apply"), {"seen": before, "confirmed": "on"})
    assert cecilia.post(f"{address}/act", {"act": "drop", "seen": f"{before}.released"}).status_code == 409
    with inside(desk.unit):
        assert payments_of(desk.unit) == []


def test_a_file_goes_to_the_bank_and_what_the_bank_rejects_comes_back_to_work(
    desk: Any, owing: dict[str, Payable], at_desk: AtDesk
) -> None:
    """EX 9-a: sent once, answered, one payment rejected with its reason in words, and one returned later."""
    cecilia = at_desk("cecilia")
    kept = paid(desk, at_desk, cecilia)
    address = desk.path(f"purchases/payments/files/{kept.pk}")
    body = page(cecilia, address)
    assert re.findall(r'<li class="(\w+)( ahead)?">', body) == [
        ("planned", ""), ("approved", ""), ("built", ""), ("intent", ""), ("sent", ""), ("answered", " ahead"),
        ("stated", " ahead"),
    ]  # fmt: skip
    assert escape(text("desk.money_out.signed", "sv")) in body
    with inside(desk.unit):
        mine = next(one for one in payments_of(desk.unit) if one.amount == 100)
        others = [one for one in payments_of(desk.unit) if one.amount != 100]
    report = SimpleUploadedFile(
        "svar.xml", _ANSWER.format(kept.message_id, kept.message_id, mine.end_to_end_id).encode()
    )
    files = desk.path("purchases/payments/files/act")
    assert at_desk("kirsi").post(files, {"act": "answers", "report": report}).status_code == 403
    report.seek(0)
    assert cecilia.post(files, {"act": "answers"}).status_code == 422
    assert cecilia.post(files, {"act": "answers", "report": report}).status_code == 302
    listed = page(cecilia, desk.path("purchases/payments/files"))
    assert escape(text("desk.money_out.answered.rejected", "sv", count=1)) in listed
    assert text("payment.code.AC04", "sv") in page(cecilia, f"{address}?answer=rejected")
    back = page(cecilia, desk.path("purchases/payments?show=back"))
    assert "L-100" in back
    assert "L-200" not in back
    assert mine.end_to_end_id in back
    sent = {
        "act": "came_back",
        "seen": "sent",
        "payment": others[0].end_to_end_id,
        "reason": "kontot finns inte",
    }
    assert cecilia.post(f"{address}/act", {**sent, "payment": "SP-0"}).status_code == 422
    assert cecilia.post(f"{address}/act", sent).status_code == 302
    assert cecilia.post(f"{address}/act", sent).status_code == 409
    with inside(desk.unit):
        assert open_of(desk.unit, owing["due"]) == 100
    assert cecilia.get(f"{address}/file").status_code == 200
    assert cecilia.get(f"{address}/signature").headers["Content-Disposition"].count(".sig")
    assert broken([desk.unit.pk]) == []


def test_a_file_is_stopped_before_it_leaves_and_two_decide_that_it_never_left(
    desk: Any, owing: dict[str, Payable], at_desk: AtDesk
) -> None:
    """EX 9-a: outside the hours it waits, by permit a person may send it; stopped it is two persons' to decide."""
    cecilia = at_desk("cecilia")
    kept = paid(desk, at_desk, cecilia, hours=False)
    address, files = desk.path(f"purchases/payments/files/{kept.pk}"), desk.path("purchases/payments/files")
    name = kept_name(desk, kept)
    assert escape(text("desk.runs.batch.scheduled", "sv", name=name)) in page(cecilia, files)
    assert cecilia.post(f"{files}/act", {"act": "by_hand"}).status_code == 409  # no permit
    permit = {"act": "permit", "number": "VK/1/2026", "from": today(), "until": today(), "reason": "avbrott"}
    assert at_desk("petra").post(f"{files}/act", permit).status_code == 403
    assert cecilia.post(f"{files}/act", permit).status_code == 302
    assert 'value="by_hand"' in page(cecilia, files)
    stop = {"act": "stop", "seen": "built", "reason": "fel dag"}
    assert cecilia.post(f"{address}/act", {**stop, "reason": ""}).status_code == 422
    assert at_desk("kirsi").post(f"{address}/act", stop).status_code == 403
    assert cecilia.post(f"{address}/act", stop).status_code == 302
    cecilia.post(f"{address}/act", stop)
    assert escape(text("desk.money_out.stale", "sv")) in page(cecilia, address)
    decide = {"act": "decide", "seen": "held", "outcome": "not_sent", "reason": "banken saknar den"}
    for wrong, status in (
        ({"second": "nobody", "second_password": PASSWORD}, 422),
        ({"second": "petra", "second_password": "fel"}, 422),
        ({"second": "cecilia", "second_password": PASSWORD}, 409),
        ({"second": "petra", "second_password": PASSWORD, "outcome": ""}, 422),
    ):
        assert cecilia.post(f"{address}/act", {**decide, **wrong}).status_code == status, wrong
    done = {**decide, "second": "petra", "second_password": PASSWORD}
    assert cecilia.post(f"{address}/act", done).status_code == 302
    with inside(desk.unit):
        assert open_of(desk.unit, owing["due"]) == 100
        states = OutboxEvent.objects.filter(unit=desk.unit, file=kept.file_id).order_by("id")
        assert list(states.values_list("state", flat=True)) == ["intent", "held", "released"]
    body = page(cecilia, address)
    assert escape(text("desk.money_out.file.over.released", "sv")) in body
    assert "L-100" in page(cecilia, desk.path("purchases/payments?show=back"))
    assert not (settings.OUT / "supplier-payments" / name).exists()
    assert broken([desk.unit.pk]) == []


def kept_name(desk: Any, kept: PaymentFile) -> str:
    with inside(desk.unit):
        return PaymentFile.objects.select_related("file").get(unit=desk.unit, pk=kept.pk).file.name


def test_the_start_page_says_what_waits_and_for_whom(
    desk: Any, owing: dict[str, Payable], at_desk: AtDesk
) -> None:
    address, told = planned(desk, at_desk), page(at_desk("petra"), desk.path())
    mine = told.split('id="others"')[0]
    assert escape(text("desk.task.payment_plans", "sv")) in mine
    assert 'class="task payables_due"' not in mine
    told = page(at_desk("cecilia"), desk.path()).split('id="others"')[0]
    assert re.search(r'class="task payables_due".*?<b>3</b>', told, re.DOTALL)
    assert 'class="task payment_plans' not in told.replace("payment_plans_released", "")
    assert at_desk("olli").get(address).status_code == 404
    assert person("petra").name in page(at_desk("petra"), desk.path())
