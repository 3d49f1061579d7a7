"""Purchase orders, contracts and coding templates at the desk: kept, received, corrected, ended; all of it told."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from purchase_desk import PurchaseDesk, a_purchase_desk

from cast import inside
from expenditure.circulation_tables import BUDGET, COST, TRAVEL
from expenditure.purchase_cast import invoice, order, order_line, supplier
from reskontra.desk import paging, purchase_order_pages
from reskontra.insight.contracts import contract_listed
from reskontra.kernel.texts import text
from reskontra.purchases.models import (
    Contract,
    ContractEnd,
    Match,
    MatchEnd,
    Payable,
    PurchaseDecision,
    PurchaseOrder,
    PurchaseOrderEnd,
    Receipt,
)
from reskontra.registers.models import CodingTemplate, CodingTemplateLine

AtDesk = Callable[[str], Client]
ROOM = "purchases/orders"


@pytest.fixture
def bought(database: object) -> PurchaseDesk:
    """A unit with purchase invoices in every state."""
    return a_purchase_desk()


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def sends(client: Client, address: str, to: str, status: int = 302, **sent: Any) -> str:
    """What the page at ``address`` sends ``to``, from what stands there now; gives back what the answer says."""
    found = re.search(r'name="seen" value="([^"]*)"', page(client, address))
    answer = client.post(to, {"seen": found[1] if found else "", **sent})
    assert answer.status_code == status, (sent, answer.content.decode()[-3000:])
    return page(client, answer["Location"]) if status == 302 else str(answer.content.decode())


def said(key: str, **values: object) -> str:
    return escape(text(key, "sv", **values))


def outcome_of(bought: PurchaseDesk, word: str) -> str:
    with inside(bought.unit):
        told = PurchaseDecision.objects.filter(
            unit=bought.unit, invoice=bought.invoices[word], rule="matching"
        ).order_by("-pk")
        return str(told[0].outcome)


def test_an_order_is_received_corrected_changed_and_closed(bought: PurchaseDesk, at_desk: AtDesk) -> None:
    """EX 3-a: no more comes than was ordered; what is told is matched at once; everything is told once."""
    kirsi, cecilia, maria = at_desk("kirsi"), at_desk("cecilia"), at_desk("maria")
    with inside(bought.unit):
        order_line(
            order(bought.unit, "V1-4600", "kontor"), 1, "90.00", quantity=3, price="30.00", text="Lampor"
        )
        bought.invoices["lamps"] = invoice(bought.unit, "kontor", "90.00", "V1-4600")
        one = PurchaseOrder.objects.get(unit=bought.unit, number="V1-4600")
    here = bought.path(f"{ROOM}/{one.pk}")
    act, today = f"{here}/act", timezone.localdate()
    # The register: where each order stands, and its sums.
    listed = {
        kind: set(re.findall(r"V1-\d{4}", page(kirsi, bought.path(f"{ROOM}?show={kind}"))))
        for kind in ("open", "awaiting", "uninvoiced", "differs", "closed")
    }
    assert listed == {
        "open": {"V1-4501", "V1-4502", "V1-4503", "V1-4600"}, "awaiting": {"V1-4502", "V1-4600"},
        "uninvoiced": {"V1-4501"}, "differs": {"V1-4501", "V1-4502", "V1-4503"}, "closed": set(),
    }  # fmt: skip
    assert "2\u00a0090,00\u00a0€" in page(kirsi, bought.path(ROOM)), "1 200 + 500 + 300 + 90 were ordered"
    found = page(kirsi, bought.path(f"{ROOM}?q=flink"))
    assert re.findall(r">(V1-\d+)</a>", found) == ["V1-4503"]
    # Who may not receive is told who may; what cannot be is refused with words, and nothing is written.
    assert said("term.reviewer") in page(cecilia, here)
    assert 'value="receive_all"' not in page(cecilia, here)
    sends(cecilia, here, act, 403, act="receive_all", day=today.isoformat())
    day = {"day": today.isoformat()}
    for wrong, status in (
        ({"act": "receive", "quantity-1": "4"}, 409), ({"act": "receive", "amount-1": "90,01"}, 409),
        ({"act": "receive"}, 422), ({"act": "receive", "quantity-1": "-1"}, 422),
        ({"act": "receive", "amount-1": "0"}, 422), ({"act": "correct", "receipt": "1"}, 422),
        ({"act": "receive", "quantity-1": "1", "amount-1": "30"}, 422),
        ({"act": "receive", "quantity-1": "många"}, 422),
        ({"act": "receive", "quantity-1": "1", "day": ""}, 422),
        ({"act": "receive_all", "day": (today + timedelta(days=1)).isoformat()}, 409),
        ({"act": "end", "reason": " "}, 422), ({"act": "eat"}, 404),
    ):  # fmt: skip
        sends(maria if wrong["act"] != "end" else kirsi, here, act, status, **{**day, **wrong})
    told_back = sends(maria, here, act, 409, **day, act="receive", **{"quantity-1": "4"})
    assert said("matching.more_than_ordered", number="V1-4600/1", left="3", told="4") in told_back
    assert 'value="4"' in told_back
    # A part, then the rest: the second time everything matches by itself, and the page says so.
    sends(maria, here, act, **day, act="receive", **{"quantity-1": "1"})
    assert outcome_of(bought, "lamps") == "NOT_RECEIVED"
    stale = {"act": "receive_all", **day, "seen": "0.0.0.0"}
    assert maria.post(act, stale).status_code == 302
    assert said("desk.buying.stale") in page(maria, here)
    told = sends(maria, here, act, **day, act="receive_all")
    lamps = bought.invoices["lamps"]
    assert (
        said(
            "desk.agreed.matched_anew", id=f"PI{lamps.pk}", number=lamps.number, outcome="Matchad automatiskt"
        )
        in told
    )
    assert f"/purchases/{lamps.pk}" in told
    assert said("desk.buying.nothing_left", number="V1-4600") in page(maria, here)
    with inside(bought.unit):
        worth = list(
            Receipt.objects.filter(unit=bought.unit, line__order=one)
            .order_by("id")
            .values_list("net", flat=True)
        )
        assert worth == [Decimal("30.00"), Decimal("60.00")]
        assert Payable.objects.filter(unit=bought.unit, invoice=lamps).exists()
        second = Receipt.objects.filter(unit=bought.unit, line__order=one).order_by("-id")[0]
    # A correction is told of what is owed already; it takes back no more than its receipt.
    sends(maria, here, act, 409, **day, act="correct", receipt=second.pk, back="2,5")
    told = sends(maria, here, act, **day, act="correct", receipt=second.pk, back="1")
    assert outcome_of(bought, "lamps") == "RECEIPT_GONE_PAYABLE"
    assert said("desk.buying.event.corrected") in told
    # Lines: what came stays the least; a new line takes the next place; left alone nothing changes.
    lines = f"{here}/lines"
    maria_may = maria.get(lines)
    assert maria_may.status_code == 403
    row = {"position": ["1", ""], "text": ["Lampor", "Skärmar"], "quantity": ["3", ""], "measure": ["st", ""],
           "net": ["90,00", "25,00"], "vat_percent": ["25,5", ""], "account": [COST, TRAVEL],
           "budget_account": ["", BUDGET], "project": ["", ""]}  # fmt: skip
    for wrong, key in (
        ({"net": ["90,00", "tio"]}, "desk.coding.no_number"), ({"account": [COST, "99"]}, "desk.grid.not_in_force"),
        ({"text": ["Lampor", ""]}, "desk.grid.missing"), ({"quantity": ["0", ""]}, "desk.grid.asks_for_nothing"),
        ({"quantity": ["1", ""]}, "matching.less_than_came"),
    ):  # fmt: skip
        values = {"row": 2, "value": "tio", "column": "Konto", "number": "V1-4600", "line": "1"}
        values |= {"value": "99"} if key == "desk.grid.not_in_force" else {}
        values |= {"column": "Text"} if key == "desk.grid.missing" else {}
        values |= {"row": 1} if key == "desk.grid.asks_for_nothing" else {}
        answer = sends(kirsi, lines, f"{lines}/act", 422, act="save", **{**row, **wrong})
        assert said(key, **values) in answer, key
        assert "Skärmar" in answer or wrong.get("text")
    more = sends(kirsi, lines, f"{lines}/act", 200, act="rows", **row)
    assert more.count('name="text"') == 7
    changed = sends(kirsi, lines, f"{lines}/act", act="save", **row)
    assert said("desk.buying.order_changed", number="V1-4600", count=2) in changed, (
        "the measure, and a line more"
    )
    assert "Skärmar" in changed
    row["position"][1] = "2"
    row["quantity"][1] = "1"
    again = sends(kirsi, lines, f"{lines}/act", act="save", **row)
    assert said("desk.buying.order_as_before", number="V1-4600") in again
    # Closed: nothing more comes, and nothing is offered.
    closed = sends(kirsi, here, act, **day, act="end", reason="resten kommer inte")
    assert "resten kommer inte" in closed
    assert said("refused.an_order_that_has_ended_receives_nothing") in closed
    assert 'value="receive_all"' not in closed
    assert kirsi.get(lines).status_code == 302
    assert "V1-4600" in page(kirsi, bought.path(f"{ROOM}?show=closed"))
    with inside(bought.unit):
        assert PurchaseOrderEnd.objects.filter(unit=bought.unit, order=one).count() == 1
    for nowhere in (f"{ROOM}/999999999", f"{ROOM}/{2**64}"):
        assert kirsi.get(bought.path(nowhere)).status_code == 404


def test_an_order_by_hand_matches_what_waited_for_it_and_a_correction_ends_a_match(
    bought: PurchaseDesk, at_desk: AtDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EX 3-a: the number that nobody knew is known now; the invoice page accepts no more than was ordered either."""
    kirsi, gunnar = at_desk("kirsi"), at_desk("gunnar")
    new, make = bought.path(f"{ROOM}/new"), bought.path(f"{ROOM}/make")
    assert gunnar.get(new).status_code == 403
    today = timezone.localdate().isoformat()
    firm = supplier("flink")
    waiting = bought.at("unknown")
    sends(kirsi, waiting, f"{waiting}/act", act="number", number="V19999")
    assert outcome_of(bought, "unknown") == "UNKNOWN_NUMBER"
    told = {"act": "save", "number": "v19999", "supplier": firm.name.upper(), "day": today, "text": "Pärmar",
            "quantity": "8", "measure": "st", "net": "80", "vat_percent": "25,5", "account": COST,
            "budget_account": BUDGET}  # fmt: skip
    for wrong, words in (
        ({"supplier": "S999999"}, "desk.act.missing.supplier"), ({"number": ""}, "desk.act.missing.number"),
        ({"text": "", "quantity": "", "measure": "", "net": "", "vat_percent": "", "account": "", "budget_account": ""},
         "desk.coding.no_lines"),
    ):  # fmt: skip
        assert said(words) in sends(kirsi, new, make, 422, **{**told, **wrong}), words
    for number in ("X1", "V1-4501", "V1 4501", "VSK14501"):
        refused = sends(kirsi, new, make, 422, **{**told, "number": number})
        assert said("desk.buying.not_on_invoices", number=number, example="V12026001") in refused
    for name, number in (("quantity", "99999999999"), ("quantity", "0,00001"), ("net", "99999999999,00")):
        refused = sends(kirsi, new, make, 422, **{**told, name: number})
        assert said("desk.grid.too_large", row=1, value=number) in refused
    assert said("desk.coding.no_number", row=1, value="101") in sends(
        kirsi, new, make, 422, **{**told, "vat_percent": "101"}
    )
    assert gunnar.post(make, told).status_code == 403
    made = sends(kirsi, new, make, **told)
    assert said("outcome.NOT_RECEIVED")[1:] in made, "the invoice that named it was looked at again"
    assert outcome_of(bought, "unknown") == "NOT_RECEIVED"
    with inside(bought.unit):
        one = PurchaseOrder.objects.get(unit=bought.unit, number="V19999")
    assert said("refused.purchase_order_numbers_are_unique") in sends(kirsi, new, make, 422, **told)
    assert f"/{ROOM}/{one.pk}" in page(kirsi, waiting), "the invoice leads to its order"
    more = sends(
        kirsi, waiting, f"{waiting}/act", 409, act="receive", line="V19999/1", quantity="9", day=today
    )
    assert said("matching.more_than_ordered", number="V19999/1", left="8", told="9") in more
    # A person accepted another invoice's difference: it is matched, not owed; a corrected receipt ends that.
    sends(kirsi, bought.at("dear"), f"{bought.at('dear')}/act", act="accept", reason="priset steg")
    with inside(bought.unit):
        dear = PurchaseOrder.objects.get(unit=bought.unit, number="V1-4501")
        came = Receipt.objects.get(unit=bought.unit, line__order=dear, line__position=2)
    here = bought.path(f"{ROOM}/{dear.pk}")
    assert bought.at("dear") in page(kirsi, here), "the order leads to its invoice"
    ended = sends(kirsi, here, f"{here}/act", act="correct", receipt=came.pk, back="", day=today)
    with inside(bought.unit):
        assert MatchEnd.objects.filter(unit=bought.unit, match__invoice=bought.invoices["dear"]).exists()
        assert (
            not Match.objects.filter(unit=bought.unit, invoice=bought.invoices["dear"])
            .exclude(pk__in=MatchEnd.objects.filter(unit=bought.unit).values("match_id"))
            .exists()
        )
    assert outcome_of(bought, "dear") == "OVER_TOLERANCE_UP", "decided anew in the same act"
    assert said("desk.buying.event.match_ended") in ended
    monkeypatch.setattr(paging, "ROWS", 2)
    monkeypatch.setattr(purchase_order_pages, "ROWS", 2)
    seen, address = [], bought.path(f"{ROOM}?show=all")
    while address:
        body = page(kirsi, address)
        seen += re.findall(r">(V1[-\d]+)</a>", body)
        following = re.search(r'href="([^"]*)" rel="next"', body)
        address = bought.path(ROOM) + following[1].replace("&amp;", "&") if following else ""
    assert seen == ["V19999", "V1-4503", "V1-4502", "V1-4501"]


def test_a_contract_is_told_changed_and_ended(bought: PurchaseDesk, at_desk: AtDesk) -> None:
    """EX 3-d: limits with their use, the plan row by row; a new version matches what waited; ended it is over."""
    kirsi, maria = at_desk("kirsi"), at_desk("maria")
    where, make = bought.path("purchases/contracts"), bought.path("purchases/contracts/make")
    with inside(bought.unit):
        budget = Contract.objects.get(unit=bought.unit, number="VSK1-77")
        plan = Contract.objects.get(unit=bought.unit, number="VSK1-78")
        march = contract_listed(bought.unit, date(2026, 3, 20), "VSK1-77")
        april = contract_listed(bought.unit, date(2026, 4, 1), "VSK1-77")
    assert march is not None
    assert april is not None
    (limit,) = march.limits
    assert (limit.kind, limit.used, limit.left, limit.percent) == ("month", Decimal(100), Decimal(300), 25)
    assert april.limits[0].used == 0, "every month has its own"
    sheet = page(maria, f"{where}/{budget.pk}")
    assert said("desk.contracts.confirm.yes") in sheet
    assert said("desk.contracts.waiting", count=1) in sheet
    assert f"{where}/{budget.pk}" in page(maria, bought.at("confirm")), "the invoice leads to its contract"
    assert 'value="end"' not in sheet
    assert said("term.clerk") in sheet
    schedule = page(kirsi, f"{where}/{plan.pk}")
    assert said("desk.contracts.row_late") in schedule
    assert said("outcome.OVER_TOLERANCE_UP")[1:] in schedule
    assert re.findall(r">(VSK1-\d+)</a>", page(kirsi, f"{where}?q={supplier('provia').number}")) == [
        "VSK1-78",
        "VSK1-77",
    ]
    # A version: what is wrong is told beside everything that was written; the new row is the rent's.
    edit = f"{where}/{plan.pk}/sheet"
    assert maria.get(edit).status_code == 403
    assert 'value="250,00"' in page(kirsi, edit)
    told: dict[str, Any] = {
        "act": "save", "of": plan.pk, "name": "Hyra", "valid_from": "2026-01-01", "valid_until": "", "plan": "schedule",
        "total_limit": "", "period_limit": "", "period": "", "owner": budget.owner_id or "",
        "share": ["60", "40"], "account": [COST, TRAVEL], "budget_account": [BUDGET, BUDGET],
        "row_day": ["2026-03-16", "2026-04-16"], "row_net": ["260,00", "250,00"], "row_tolerance": ["3,00", ""],
    }  # fmt: skip
    with inside(bought.unit, "kirsi") as acting:
        told["owner"] = acting.person.pk
    for wrong, words in (
        ({"share": ["60", "39"]}, said("matching.shares_not_whole", number="VSK1-78")),
        ({"plan": "budget"}, said("matching.schedule_without_rows", number="VSK1-78")),
        ({"plan": ""}, said("desk.act.missing.plan")), ({"name": ""}, said("desk.act.missing.contract_name")),
        ({"owner": "0"}, said("desk.act.missing.person")), ({"total_limit": "1,005"}, said("desk.act.missing.amount")),
        ({"share": ["160", "-60"]}, said("desk.grid.no_share", row=1, value="160")),
        ({"total_limit": "10000000000"}, said("desk.act.missing.amount")),
        ({"total_limit": "0"}, said("refused.a_contract_limit_is_money")),
        ({"period_limit": "10"}, said("refused.a_period_limit_names_its_period")),
        ({"valid_until": "2025-12-31"}, said("refused.a_contract_is_valid_for_some_time")),
        ({"row_day": ["2026-03-16", "snart"]}, said("desk.grid.no_day", row=2, value="snart")),
        ({"row_net": ["260,00", ""]}, said("desk.grid.missing", row=2, column="Utan moms")),
        ({"account": [COST, "x"]}, said("desk.grid.not_in_force", row=2, column="Konto", value="x")),
    ):  # fmt: skip
        answer = sends(kirsi, edit, make, 422, **{**told, **wrong})
        assert words in answer
        assert 'value="3,00"' in answer
    version = sends(kirsi, edit, make, **told)
    assert said("desk.contracts.kept", number="VSK1-78", version=2) in version
    assert outcome_of(bought, "rent") == "AUTO_APPROVED", "262 is within 260 + 3"
    assert said("desk.contracts.row_invoiced") in version
    assert kirsi.post(make, {**told, "seen": f"{plan.pk}"}).status_code == 302
    with inside(bought.unit):
        newest = Contract.objects.filter(unit=bought.unit, number="VSK1-78").order_by("-version")[0]
        assert newest.version == 2, "what was sent on an older version does nothing"
        assert newest.lines.count() == 2
    # A contract by hand, with periods of its own; then its end.
    firm = supplier("flink")
    made = {**told, "of": "", "number": "vsk190", "supplier": firm.number, "plan": "budget", "row_day": "",
            "row_net": "", "row_tolerance": "", "confirm": "yes", "total_limit": "5 000", "period_from": ["2026-01-01"],
            "period_until": ["2030-12-31"], "period_net": ["1000"]}  # fmt: skip
    assert said("desk.buying.not_on_invoices", number="VSK1-77", example="VSK12026001") in sends(
        kirsi, f"{where}/new", make, 422, **{**made, "number": "VSK1-77"}
    )
    kept = sends(kirsi, f"{where}/new", make, **made)
    assert "5\u00a0000,00\u00a0€" in kept
    assert said("desk.contracts.limit.period") in kept
    with inside(bought.unit):
        one = Contract.objects.get(unit=bought.unit, number="VSK190")
    here, today = f"{where}/{one.pk}", timezone.localdate()
    assert maria.post(f"{here}/act", {"act": "end"}).status_code == 403
    for wrong, status in (({"reason": ""}, 422), ({"day": ""}, 422), ({"act": "begin"}, 404)):
        sends(
            kirsi,
            here,
            f"{here}/act",
            status,
            **{"act": "end", "day": today.isoformat(), "reason": "x", **wrong},
        )
    over = sends(
        kirsi,
        here,
        f"{here}/act",
        act="end",
        day=(today + timedelta(days=20)).isoformat(),
        reason="ny leverantör",
    )
    assert "ny leverantör" in over
    assert "VSK190" in page(kirsi, f"{where}?show=ending&days=30")
    assert "VSK190" not in page(kirsi, f"{where}?show=ended")
    assert kirsi.get(f"{here}/sheet").status_code == 302
    assert said("desk.contracts.number_taken", number="VSK190") in sends(
        kirsi, f"{where}/new", make, 422, **made
    )
    with inside(bought.unit):
        assert ContractEnd.objects.filter(unit=bought.unit, number="VSK190").count() == 1


def test_a_template_is_kept_by_the_rule_of_files_and_ended(bought: PurchaseDesk, at_desk: AtDesk) -> None:
    """EX 1.2.1-a, EX 3-c: it takes over from its day and the one before ends the day before; ended it codes no more."""
    cecilia, maria = at_desk("cecilia"), at_desk("maria")
    where, make = bought.path("purchases/templates"), bought.path("purchases/templates/make")
    today = timezone.localdate()
    assert maria.get(f"{where}/new").status_code == 403
    told = {"act": "save", "reference": "tk1-700", "name": "Telefoni", "queue": bought.queues["REVIEW"].pk,
            "valid_from": today.isoformat(), "valid_until": "", "share": ["70", "30"], "account": [COST, TRAVEL],
            "budget_account": [BUDGET, BUDGET]}  # fmt: skip
    for wrong, words in (
        ({"reference": ""}, said("desk.act.missing.reference")), ({"name": ""}, said("desk.act.missing.template_name")),
        ({"share": ["70", "31"]}, "101"), ({"share": ["70", ""]}, said("desk.grid.missing", row=2, column="Andel %")),
        ({"account": [COST, "x"]}, said("desk.grid.not_in_force", row=2, column="Konto", value="x")),
        ({"queue": "0"}, said("desk.act.missing.place")), ({"reference": "X1"}, "TK1"),
        ({"valid_until": "2020-01-01"}, "2020-01-01"), ({"valid_from": ""}, said("desk.act.missing.day")),
        ({"queue": "", "share": "", "account": "", "budget_account": ""}, said("desk.purchases.queue")),
    ):  # fmt: skip
        answer = sends(cecilia, f"{where}/new", make, 422, **{**told, **wrong})
        assert words in answer, wrong
    assert maria.post(make, told).status_code == 403
    kept = sends(cecilia, f"{where}/new", make, **told)
    assert "Telefoni" in kept
    assert "70" in kept
    with inside(bought.unit):
        one = CodingTemplate.objects.get(unit=bought.unit, reference="TK1-700")
        assert one.validity.lower == today
        assert CodingTemplateLine.objects.filter(unit=bought.unit, template=one).count() == 2
    here, change = f"{where}/{one.pk}", f"{where}/{one.pk}/change"
    assert f'value="{(today + timedelta(days=1)).isoformat()}"' in page(cecilia, change)
    follows = {**told, "of": one.pk, "name": "Telefoni 2", "valid_from": (today + timedelta(days=5)).isoformat(),
               "share": "100", "account": COST, "budget_account": BUDGET}  # fmt: skip
    overlap = sends(cecilia, change, make, 422, **{**follows, "valid_from": today.isoformat()})
    assert "TK1-700" in overlap
    sends(cecilia, change, make, **follows)
    assert said("desk.templates.reference_taken", reference="TK1-700") in sends(
        cecilia, f"{where}/new", make, 422, **told
    )
    stale = cecilia.post(make, {**follows, "seen": "old"})
    assert stale.status_code == 302
    with inside(bought.unit):
        first, second = CodingTemplate.objects.filter(unit=bought.unit, reference="TK1-700").order_by(
            "validity"
        )
        assert first.validity.upper == second.validity.lower == today + timedelta(days=5)
    assert "TK1-700" in page(cecilia, f"{where}?show=coming")
    assert said("desk.templates.others") in page(cecilia, here)
    for last, status in ((today - timedelta(days=1), 409), (today + timedelta(days=9), 409)):
        sends(cecilia, here, f"{here}/act", status, act="end", day=last.isoformat())
    assert maria.post(f"{here}/act", {"act": "end"}).status_code == 403
    ended = sends(cecilia, here, f"{here}/act", act="end", day=today.isoformat())
    assert (
        said("desk.templates.ended", reference="TK1-700", day=f"{today.day}.{today.month}.{today.year}")
        in ended
    )
    with inside(bought.unit):
        first.refresh_from_db()
        assert first.validity.upper == today + timedelta(days=1)
    assert cecilia.get(f"{where}/999999999").status_code == 404
    assert cecilia.post(f"{here}/act", {"act": "begin"}).status_code == 404
