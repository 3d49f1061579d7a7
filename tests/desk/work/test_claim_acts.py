"""S42, S49, S33, S32, S46: what people say of claims and refunds at the desk is done once, by whom it is for."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from cast import ALWAYS, customer, inside, person, set_term
from income.money import a_claim, a_payment
from income.refund_tables import account, an_overpayment
from income.write_off_tables import a_case, a_reminder
from reskontra.claims.models import (
    Block,
    BlockExtension,
    BlockLift,
    Claim,
    Complaint,
    ComplaintAnswer,
    InterestWaiver,
    PayerContact,
    Refund,
    RefundAccount,
    RefundApproval,
    RefundChoice,
    RefundRequest,
    WriteOffApproval,
    WriteOffProposal,
    WriteOffRefusal,
)
from reskontra.income.reminders.actions import block
from reskontra.income.write_off.actions import propose
from reskontra.income.write_off.lists import waiting_proposals
from reskontra.kernel.blocks import block_codes
from reskontra.kernel.days import format_date
from reskontra.kernel.texts import text
from reskontra.registers.models import Person, RoleAssignment
from reskontra.runs.models import Run

AtDesk = Callable[[str], Client]


def today():
    return timezone.localdate()


def speaks(username: str, language: str) -> None:
    Person.objects.filter(pk=person(username).pk).update(language=language)


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def does(client: Client, address: str, act: str, **sent: Any) -> Any:
    """An act as the page sends it, from what stands there now."""
    page = page_of(client, address)
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    return client.post(f"{address}/act", {"act": act, "seen": seen[1] if seen else "", **sent})


def said(client: Client, address: str) -> str:
    return page_of(client, address)


def count(desk, model: Any) -> int:
    with inside(desk.unit):
        return model.objects.filter(unit=desk.unit).count()


@pytest.fixture
def claim(desk) -> Claim:
    """A claim forty days late that was reminded once."""
    made = a_claim(desk.unit, "bruk", "123.45", day=today() - timedelta(days=90))
    a_reminder(desk.unit, made, 1, today() - timedelta(days=30))
    return made


def at(desk, claim: Claim) -> str:
    return desk.path(f"claims/{claim.reference}")


# --- several write-offs at once ---


@pytest.fixture
def several(desk) -> list[WriteOffProposal]:
    """Three small claims and a bankruptcy that the unit's clerk proposed, and a small one that the centre did."""
    made = [
        a_claim(desk.unit, who, amount, day=today() - timedelta(days=90))
        for who, amount in (
            ("bruk", "11.00"),
            ("paja", "12.00"),
            ("aino", "13.00"),
            ("bruk", "500.00"),
            ("paja", "14.00"),
        )
    ]
    grounds = ("small_claim",) * 3 + ("bankruptcy", "small_claim")
    with inside(desk.unit, "kirsi") as acting:
        found = [propose(acting, one, ground, "x") for one, ground in zip(made[:4], grounds[:4], strict=True)]
    with inside(desk.unit, "cecilia") as acting:
        return [*found, propose(acting, made[4], "small_claim", "y")]


def keys(*proposals: WriteOffProposal) -> list[str]:
    return [f"{one.pk}:{one.digest}" for one in proposals]


def standing(desk, whose: str) -> list[int]:
    with inside(desk.unit):
        return [one.proposal for one in waiting_proposals(desk.unit, standing=whose)]


def test_proposals_of_one_cause_are_decided_together_by_two_persons(
    desk, several: list[WriteOffProposal], at_desk: AtDesk, language: str
) -> None:
    """S49, OC 5.1-b: by cause or by ticks, with one reason; sent twice it is done once."""
    for who in ("maria", "gunnar"):
        speaks(who, language)
    maria, gunnar = at_desk("maria"), at_desk("gunnar")
    address = desk.path("claims/write-offs")
    page = page_of(maria, f"{address}?for=WAITS_FOR_REVIEW&ground=small_claim")
    assert keys(several[3])[0] not in page, "another cause is not in the list"
    digest = re.search(r'name="all" value="(\w+)"', page)
    assert digest
    small = [*several[:3], several[4]]
    form = {
        "act": "review",
        "for": "WAITS_FOR_REVIEW",
        "ground": "small_claim",
        "all": digest[1],
        "reason": "rätt",
    }
    answer = maria.post(f"{address}/decide", form)
    assert answer.status_code == 302
    told = page_of(maria, answer.headers["Location"])
    assert escape(text("desk.write_off.together.review", language, count=4)) in told
    again = maria.post(f"{address}/decide", form)
    assert again.status_code == 409
    assert escape(text("desk.write_off.cause_changed", language)) in again.content.decode()
    assert standing(desk, "WAITS_FOR_APPROVAL") == [one.pk for one in small]
    assert standing(desk, "WAITS_FOR_REVIEW") == [several[3].pk]
    form = {"act": "approve", "for": "WAITS_FOR_APPROVAL", "ground": "", "reason": "små"}
    answer = gunnar.post(f"{address}/decide", {**form, "proposals": keys(*small[:2])})
    assert answer.status_code == 302
    with inside(desk.unit):
        acts = WriteOffApproval.objects.filter(unit=desk.unit, act="approve").order_by("proposal_id")
        assert [(one.proposal_id, one.comment) for one in acts] == [(one.pk, "små") for one in small[:2]]
    stale = gunnar.post(f"{address}/decide", {**form, "proposals": keys(*small[1:])})
    assert stale.status_code == 409
    with inside(desk.unit):
        gone = Claim.objects.get(pk=small[1].claim_id).reference
    page = stale.content.decode()
    assert escape(text("write_off.stale_among", language, references=gone)) in page
    assert 'value="små"' in page
    assert page.count(" checked") == 2, "what still waits stays chosen"
    assert standing(desk, "WAITS_FOR_APPROVAL") == [one.pk for one in small[2:]], "nothing was half saved"


def test_nobody_decides_together_on_what_is_their_own(
    desk, several: list[WriteOffProposal], at_desk: AtDesk
) -> None:
    """OC 5.1-b: four eyes hold for each of many; what may not be done names the claims and does nothing."""
    address = desk.path("claims/write-offs/decide")
    with inside(desk.unit):
        RoleAssignment.objects.create(person=person("kirsi"), role="SG", in_unit=desk.unit, validity=ALWAYS)
    review = {"act": "review", "for": "WAITS_FOR_REVIEW", "reason": "rätt", "proposals": keys(*several)}
    own = at_desk("kirsi").post(address, review)
    assert own.status_code == 409
    with inside(desk.unit):
        named = ", ".join(Claim.objects.get(pk=one.claim_id).reference for one in several[:4])
    assert escape(text("write_off.own_among", "sv", references=named)) in own.content.decode()
    assert count(desk, WriteOffApproval) == 0
    maria = at_desk("maria")
    assert maria.post(address, {**review, "proposals": []}).status_code == 409
    assert maria.post(address, {**review, "reason": " "}).status_code == 409
    assert maria.post(address, {**review, "proposals": ["9999:x", *keys(several[0])]}).status_code == 409
    assert maria.post(address, {**review, "proposals": [f"{several[0].pk}:{'0' * 64}"]}).status_code == 409
    assert maria.post(address, {**review, "act": "approve"}).status_code == 404
    assert at_desk("gunnar").post(address, review).status_code == 403
    assert count(desk, WriteOffApproval) == 0


def test_claims_are_kept_together_for_one_reason_and_until_one_day(
    desk, several: list[WriteOffProposal], at_desk: AtDesk
) -> None:
    """S49, OC 6.4-a"""
    client, address = at_desk("kirsi"), desk.path("claims/write-offs/decide")
    form = {
        "act": "refuse",
        "for": "WAITS_FOR_REVIEW",
        "reason": "hör oss för",
        "proposals": keys(*several[1:3]),
    }
    later = (today() + timedelta(days=30)).isoformat()
    assert client.post(address, form).status_code == 422
    assert client.post(address, {**form, "follow_up": today().isoformat()}).status_code == 409
    assert count(desk, WriteOffRefusal) == 0
    for status in (302, 409):
        assert client.post(address, {**form, "follow_up": later}).status_code == status
    with inside(desk.unit):
        kept = WriteOffRefusal.objects.filter(unit=desk.unit).order_by("proposal_id")
        assert [(one.proposal_id, one.reason) for one in kept] == [
            (one.pk, "hör oss för") for one in several[1:3]
        ]


# --- blocks and complaints ---


def test_a_block_is_set_shown_and_lifted_and_the_next_step_is_told(
    desk, claim: Claim, at_desk: AtDesk, language: str
) -> None:
    """OC 6.1.2-a"""
    speaks("kirsi", language)
    client = at_desk("kirsi")
    page = page_of(client, at(desk, claim))
    options = re.search(r'<select id="code".*?</select>', page, re.DOTALL)
    assert options
    assert re.findall(r'<option value="(\w)"', options[0]) == list(block_codes())
    later = (today() + timedelta(days=30)).isoformat()
    does(client, at(desk, claim), "block", code="Z", reason="samtal med kunden", review=later)
    page = page_of(client, at(desk, claim))
    assert block_codes()["Z"].name[language] in page
    assert "samtal med kunden" in page
    assert text("desk.work.reminders", language) in page
    with inside(desk.unit):
        held = Block.objects.get(unit=desk.unit)
    assert (held.party, held.person_id) == ("unit", person("kirsi").pk)
    does(client, at(desk, claim), "lift", block=held.pk, reason="klart")
    page = page_of(client, at(desk, claim))
    assert text("outcome.SEND_SECOND_REMINDER", language) in page, "lifting tells at which step it goes on"
    assert count(desk, BlockLift) == 1


def test_a_block_is_extended_and_its_history_is_kept(
    desk, claim: Claim, at_desk: AtDesk, language: str
) -> None:
    """S42, OC 6.1.2-a: once however often it is sent; what would shorten it is told back."""
    speaks("kirsi", language)
    client, address = at_desk("kirsi"), at(desk, claim)
    soon, later, last = (today() + timedelta(days=days) for days in (10, 40, 60))
    does(client, address, "block", code="Z", reason="samtal", review=soon.isoformat(), until=soon.isoformat())
    with inside(desk.unit):
        held = Block.objects.get(unit=desk.unit)
    form = {"block": held.pk, "review": later.isoformat(), "until": last.isoformat(), "reason": "de talar än"}
    seen = re.search(r'name="seen" value="([^"]*)"', page_of(client, address))[1]
    for _ in range(2):
        client.post(f"{address}/act", {"act": "extend", "seen": seen, **form})
    assert count(desk, BlockExtension) == 1
    page = page_of(client, address)
    days = {"review": day_told(later, language), "day": day_told(last, language)}
    assert text("desk.claim.held.until", language, day=days["day"]) in page
    assert text("desk.claim.extended.until", language, **days) in page
    assert "de talar än" in page
    assert text("story.block_extended", language).capitalize() in page
    shorter = does(client, address, "extend", **{**form, "until": soon.isoformat()})
    assert shorter.status_code == 409
    assert escape(text("refused.an_extension_shortens_no_block", language)) in shorter.content.decode()
    assert does(client, address, "extend", **{**form, "block": "7"}).status_code == 422
    assert does(client, address, "extend", **{**form, "until": "", "reason": " "}).status_code == 422
    assert count(desk, BlockExtension) == 1


def day_told(day: date, language: str) -> str:
    """A day as pages write it, never broken across lines."""
    return format_date(day, language).replace(" ", "\N{NO-BREAK SPACE}")


def test_interest_is_waived_once_by_who_may_and_the_claim_tells_it(
    desk, claim: Claim, at_desk: AtDesk, language: str
) -> None:
    """OC 6.1.5-a: with a day and a reason; the history has it, and who may not is not offered it."""
    speaks("kirsi", language)
    client, address = at_desk("kirsi"), at(desk, claim)
    page = page_of(client, address)
    assert text("desk.claim.act.waive", language) in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen
    until = today() - timedelta(days=3)
    form = {"act": "waive", "seen": seen[1], "until": until.isoformat(), "reason": "vårt eget dröjsmål"}
    for _ in range(2):
        client.post(f"{address}/act", form)
    assert count(desk, InterestWaiver) == 1
    with inside(desk.unit):
        made = InterestWaiver.objects.get(unit=desk.unit)
    assert (made.until_date, made.person_id) == (until, person("kirsi").pk)
    page = page_of(client, address)
    assert text("desk.claim.stale", language) in page
    assert text("story.interest_waived", language).capitalize() in page
    assert "vårt eget dröjsmål" in page
    early = does(client, address, "waive", until=claim.due_date.isoformat(), reason="x")
    assert early.status_code == 409
    assert does(client, address, "waive", until="soon", reason="x").status_code == 422
    assert does(client, address, "waive", until=until.isoformat(), reason=" ").status_code == 422
    assert text("desk.claim.act.waive", language) not in page_of(at_desk("maria"), address)
    assert does(at_desk("maria"), address, "waive", until=until.isoformat(), reason="x").status_code in (
        302,
        403,
    )
    assert count(desk, InterestWaiver) == 1


def test_a_block_sent_twice_is_set_once(desk, claim: Claim, at_desk: AtDesk) -> None:
    client = at_desk("kirsi")
    seen = re.search(r'name="seen" value="([^"]*)"', page_of(client, at(desk, claim)))
    assert seen
    form = {"act": "block", "seen": seen[1], "code": "Z", "reason": "skäl", "review": today().isoformat()}
    for _ in range(2):
        client.post(f"{at(desk, claim)}/act", form)
    assert count(desk, Block) == 1
    assert text("desk.claim.stale", "sv") in page_of(client, at(desk, claim))


@pytest.mark.parametrize(("act", "form", "key"), [
    ("block",    {"code": "Z", "review": "2099-01-01"},             "desk.act.missing.reason"),
    ("block",    {"code": "P", "reason": "x", "review": "2099-01-01"}, "desk.act.missing.code"),
    ("block",    {"code": "Z", "reason": "x", "review": "soon"},    "desk.act.missing.day"),
    ("lift",     {"block": "99999", "reason": "x"},                 "desk.act.missing.block"),
    ("lift",     {"block": "x", "reason": "x"},                     "desk.act.missing.block"),
    ("complain", {"received": "2026-01-02"},                        "desk.act.missing.message"),
    ("propose",  {"ground": "small_remainder", "reason": "x"},      "desk.act.missing.ground"),
    ("propose",  {"ground": "decided", "reason": " "},              "desk.act.missing.reason"),
])  # fmt: skip
def test_what_a_form_does_not_say_is_told_back_and_nothing_is_done(
    desk, claim: Claim, at_desk: AtDesk, act: str, form: dict[str, str], key: str, language: str
) -> None:
    speaks("kirsi", language)
    answer = does(at_desk("kirsi"), at(desk, claim), act, **form)
    assert answer.status_code == 422
    assert escape(text(key, language)) in answer.content.decode()
    assert count(desk, Block) == count(desk, Complaint) == count(desk, WriteOffProposal) == 0


def test_a_refusal_by_constraint_is_told_in_words_beside_what_was_written(
    desk, claim: Claim, at_desk: AtDesk
) -> None:
    past = (today() - timedelta(days=1)).isoformat()
    answer = does(at_desk("kirsi"), at(desk, claim), "block", code="Z", reason="mitt skäl", review=past)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert text("refused.a_block_is_reviewed_and_ends_after_it_begins", "sv") in page
    assert 'value="mitt skäl"' in page


def test_a_complaint_blocks_at_once_and_the_unit_answers_it(desk, claim: Claim, at_desk: AtDesk) -> None:
    """OC 6.1.2-b"""
    centre, unit = at_desk("cecilia"), at_desk("kirsi")
    does(centre, at(desk, claim), "complain", received=today().isoformat(), message="tavaran vika")
    page = page_of(unit, at(desk, claim))
    assert "tavaran vika" in page
    assert block_codes()["C"].name["sv"] in page
    answer = does(centre, at(desk, claim), "answer", outcome="rejected", message="nej")
    assert answer.status_code == 403, "the answer is the unit's"
    does(unit, at(desk, claim), "answer", outcome="partly", message="hälften")
    page = page_of(unit, at(desk, claim))
    assert text("reminders.credit_to_be_made", "sv") in page
    assert count(desk, ComplaintAnswer) == count(desk, BlockLift) == 1
    assert does(unit, at(desk, claim), "answer", outcome="partly", message="x").status_code == 422


@pytest.mark.parametrize("who", ["maria", "gunnar", "petra"])
def test_who_may_not_sees_no_forms_and_is_refused(desk, claim: Claim, at_desk: AtDesk, who: str) -> None:
    """OC 1.2-a"""
    page = page_of(at_desk(who), at(desk, claim))
    assert 'name="act"' not in page
    seen = re.search(r'name="seen" value="([^"]*)"', page_of(at_desk("kirsi"), at(desk, claim)))
    assert seen
    form = {"act": "block", "seen": seen[1], "code": "Z", "reason": "x", "review": today().isoformat()}
    assert at_desk(who).post(f"{at(desk, claim)}/act", form).status_code == 403
    assert count(desk, Block) == 0


def test_what_is_not_there_is_not_found(desk, claim: Claim, at_desk: AtDesk) -> None:
    client = at_desk("kirsi")
    assert client.post(f"{at(desk, claim)}/act", {"act": "forgive"}).status_code == 404
    assert client.post(desk.path("claims/4210000/act"), {"act": "block"}).status_code == 404
    for address in ("claims/cases/99", "claims/write-offs/99", "payments/refunds/99"):
        assert client.get(desk.path(address)).status_code == 404
        assert at_desk("olli").get(desk.path(address)).status_code == 404
    assert client.post(desk.path("claims/write-offs/99/act"), {"act": "review"}).status_code == 404
    assert client.post(desk.path("payments/refunds/99/act"), {"act": "ask"}).status_code == 404
    assert client.post(desk.path("runs/99999/approve"), {"seen": "x"}).status_code in (403, 404)


def test_the_list_of_blocks_and_complaints_leads_to_their_claims(
    desk, claim: Claim, at_desk: AtDesk, language: str
) -> None:
    speaks("kirsi", language)
    client = at_desk("kirsi")
    assert escape(text("desk.blocks.none", language)) in page_of(client, desk.path("claims/blocks"))
    does(client, at(desk, claim), "complain", received=today().isoformat(), message="fel pris")
    with inside(desk.unit) as acting:
        block(acting, customer("bruk"), "Z", "allt", acting.day)
    page = page_of(client, desk.path("claims/blocks"))
    assert f'href="{at(desk, claim)}"' in page
    assert "fel pris" in page
    assert escape(text("desk.blocks.all_of_customer", language)) in page


# --- write-offs ---


def proposed(desk, claim: Claim, who: str = "cecilia") -> WriteOffProposal:
    with inside(desk.unit, who) as acting:
        return propose(acting, claim, "decided", "not worth it")


def test_a_proposal_is_made_reviewed_and_approved_by_three_persons(
    desk, claim: Claim, at_desk: AtDesk, language: str
) -> None:
    """OC 5.1-b"""
    for who in ("kirsi", "maria", "gunnar"):
        speaks(who, language)
    does(at_desk("kirsi"), at(desk, claim), "propose", ground="decided", reason="för liten")
    with inside(desk.unit):
        proposal = WriteOffProposal.objects.get(unit=desk.unit)
    address = desk.path(f"claims/write-offs/{proposal.pk}")
    page = page_of(at_desk("maria"), desk.path("claims/write-offs"))
    assert f'href="{address}"' in page
    assert "för liten" in page_of(at_desk("maria"), address)
    assert text("desk.write_off.act.review", language) in page_of(at_desk("maria"), address)
    does(at_desk("maria"), address, "review", comment="stämmer")
    assert "stämmer" in page_of(at_desk("gunnar"), address)
    does(at_desk("gunnar"), address, "approve")
    page = page_of(at_desk("gunnar"), address)
    assert text("desk.write_off.next_run", language) in page
    assert count(desk, WriteOffApproval) == 2
    for state in ("WAITS_FOR_REVIEW", "WRITE_OFF", "nonsense"):
        listed = page_of(at_desk("kirsi"), desk.path(f"claims/write-offs?for={state}"))
        assert (f'href="{address}"' in listed) is (state != "WAITS_FOR_REVIEW")


def test_who_reviewed_does_not_approve_and_is_told_so_in_words(desk, claim: Claim, at_desk: AtDesk) -> None:
    proposal = proposed(desk, claim)
    address = desk.path(f"claims/write-offs/{proposal.pk}")
    does(at_desk("hanna"), address, "review")
    answer = does(at_desk("hanna"), address, "approve")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert text("refused.a_write_off_is_not_reviewed_and_approved_by_one", "sv") in page
    assert count(desk, WriteOffApproval) == 1


def test_an_act_binds_to_the_proposal_that_was_seen(desk, claim: Claim, at_desk: AtDesk) -> None:
    proposal = proposed(desk, claim)
    address = desk.path(f"claims/write-offs/{proposal.pk}")
    answer = at_desk("maria").post(f"{address}/act", {"act": "review", "seen": "0" * 64})
    assert answer.status_code == 409
    assert text("refused.an_act_is_on_the_proposal_as_it_stands", "sv") in answer.content.decode()
    assert (
        at_desk("kirsi").post(f"{address}/act", {"act": "review", "seen": proposal.digest}).status_code == 403
    )
    assert at_desk("maria").post(f"{address}/act", {"act": "burn"}).status_code == 404
    assert count(desk, WriteOffApproval) == 0


def test_an_approval_before_the_review_is_told_at_the_head_of_the_page(
    desk, claim: Claim, at_desk: AtDesk
) -> None:
    proposal = proposed(desk, claim)
    answer = does(at_desk("gunnar"), desk.path(f"claims/write-offs/{proposal.pk}"), "approve")
    assert answer.status_code == 409
    assert text("refused.a_proposal_is_approved_after_its_review", "sv") in answer.content.decode()


def test_a_claim_is_kept_with_a_reason_and_a_day(desk, claim: Claim, at_desk: AtDesk) -> None:
    """OC 6.4-a"""
    proposal = proposed(desk, claim)
    address = desk.path(f"claims/write-offs/{proposal.pk}")
    client = at_desk("kirsi")
    assert does(client, address, "refuse", reason="x", follow_up="").status_code == 422
    assert does(client, address, "refuse", reason="x", follow_up=today().isoformat()).status_code == 409
    later = (today() + timedelta(days=90)).isoformat()
    form = {"act": "refuse", "seen": proposal.digest, "reason": "han betalar", "follow_up": later}
    for _ in range(2):
        client.post(f"{address}/act", form)
    assert count(desk, WriteOffRefusal) == 1
    page = page_of(client, address)
    assert "han betalar" in page
    assert text("desk.write_off.stale", "sv") in page


# --- refunds ---


def test_a_refund_goes_from_the_account_to_the_approved_run(desk, at_desk: AtDesk, language: str) -> None:
    """OC 4.2-b, OC 3.9-f"""
    for who in ("cecilia", "petra"):
        speaks(who, language)
    owed = an_overpayment(desk.unit, "berit", "60.00", day=today())
    address = desk.path(f"payments/refunds/{owed.pk}")
    client = at_desk("cecilia")
    assert f'href="{address}"' in page_of(client, desk.path("payments/refunds"))
    assert escape(text("desk.refunds.account.unknown", language)) in page_of(client, address)
    wrong = does(client, address, "account", iban="FI00 1234", holder="Prov Berit", source="answer")
    assert (wrong.status_code, text("refunds.not_an_iban", language) in wrong.content.decode()) == (409, True)
    assert 'value="FI00 1234"' in wrong.content.decode()
    other = does(client, address, "account", iban=account("a"), holder="Någon", source="answer")
    assert text("refunds.holder_is_somebody_else", language) in other.content.decode()
    does(client, address, "account", iban=account("a"), holder="Prov Berit", source="answer")
    assert account("a") in page_of(client, address)
    assert count(desk, RefundAccount) == 1

    run = client.post(desk.path("runs/preview"), {"name": "refunds", "on": today().isoformat()}).headers[
        "Location"
    ]
    line = page_of(client, f"{run}/decided/REFUND_TO_ACCOUNT")
    assert f'href="{address}"' in line
    seen = re.search(r'name="seen" value="(\w+)"', page_of(client, run))
    assert seen
    apply = {"seen": seen[1], "confirmed": "on"}
    client.post(f"{run}/apply", apply)
    assert escape(text("refunds.not_approved", language, count="1")) in page_of(client, run)
    assert client.post(f"{run}/approve", {"seen": seen[1]}).status_code == 403, (
        "who prepares does not approve"
    )
    petra = at_desk("petra")
    assert text("desk.refunds.approve", language) in page_of(petra, run)
    petra.post(f"{run}/approve", {"seen": "0" * 64})
    assert escape(text("refunds.another_plan", language, run=run.rsplit("/", 1)[1])) in page_of(petra, run)
    for _ in range(2):
        petra.post(f"{run}/approve", {"seen": seen[1]})
    assert count(desk, RefundApproval) == 1
    assert person("petra").name in page_of(client, run)
    for _ in range(2):
        client.post(f"{run}/apply", apply)
    assert count(desk, Refund) == 1
    page = page_of(client, address)
    assert text("desk.refunds.way.account", language) in page
    assert 'name="act"' not in page
    assert f'href="{address}"' not in page_of(client, desk.path("payments/refunds"))
    assert f'href="{address}"' in page_of(client, f"{run}/decided/REFUND_TO_ACCOUNT")


def test_what_is_refunded_without_a_request_is_not_asked_for(desk, at_desk: AtDesk) -> None:
    """OC 4.2-a"""
    owed = an_overpayment(desk.unit, "berit", "60.00", day=today())
    answer = does(at_desk("kirsi"), desk.path(f"payments/refunds/{owed.pk}"), "ask")
    assert answer.status_code == 409
    assert text("refunds.needs_no_request", "sv") in answer.content.decode()


def test_a_small_overpayment_is_asked_for_and_a_way_is_chosen(desk, at_desk: AtDesk) -> None:
    """OC 4.2-a, OC 4.2-c: the next invoice only for who is invoiced again and again."""
    owed = an_overpayment(desk.unit, "berit", "2.00", day=today())
    address = desk.path(f"payments/refunds/{owed.pk}")
    client = at_desk("kirsi")
    assert f'href="{address}"' not in page_of(client, desk.path("payments/refunds")), "income, not owed"
    seen = re.search(r'name="seen" value="([^"]*)"', page_of(client, address))
    assert seen
    for _ in range(2):
        client.post(f"{address}/act", {"act": "ask", "seen": seen[1], "message": "ringde"})
    assert count(desk, RefundRequest) == 1
    assert text("desk.refunds.stale", "sv") in page_of(client, address)
    assert f'href="{address}"' in page_of(client, desk.path("payments/refunds"))
    assert does(client, address, "choose", way="burn", reason="x").status_code == 422
    refused = does(client, address, "choose", way="next_invoice", reason="återkommande kund")
    told = text("refunds.not_recurring", "sv", least="2", days="400")
    assert (refused.status_code, told in refused.content.decode()) == (409, True)
    set_term(desk.unit, "recurring_invoicing_least", "1")
    does(client, address, "choose", way="next_invoice", reason="återkommande kund")
    assert count(desk, RefundChoice) == 1
    assert text("desk.refunds.choice.next_invoice", "sv") in page_of(client, address)
    assert 'name="act"' not in page_of(at_desk("maria"), address)
    assert does(at_desk("maria"), address, "choose", way="rule", reason="x").status_code in (302, 403)
    assert count(desk, RefundChoice) == 1


def test_a_payer_without_references_is_contacted_once(desk, at_desk: AtDesk, language: str) -> None:
    """OC 4.1-d"""
    speaks("kirsi", language)
    client = at_desk("kirsi")
    address = desk.path("payments/payers")
    assert text("desk.payers.none", language) in page_of(client, address)
    for days in (1, 2, 3, 4, 5):
        a_payment(desk.unit, "10.00", day=today() - timedelta(days=days), payer="Glömska Ab")
    page = page_of(client, address)
    assert "Glömska Ab" in page
    key = re.search(r'name="payer" value="([^"]*)"', page)
    assert key
    assert client.post(f"{address}/contact", {"payer": key[1], "seen": "", "note": " "}).status_code == 422
    for _ in range(2):
        client.post(f"{address}/contact", {"payer": key[1], "seen": "", "note": "ringde upp"})
    assert count(desk, PayerContact) == 1
    assert client.post(f"{address}/contact", {"payer": "nobody", "seen": "", "note": "x"}).status_code == 404


# --- cases and the start page ---


def test_cases_are_listed_with_what_waits_and_each_tells_its_steps(
    desk, claim: Claim, at_desk: AtDesk, language: str
) -> None:
    """OC 6.2-a"""
    speaks("kirsi", language)
    client = at_desk("kirsi")
    assert escape(text("desk.cases.none", language)) in page_of(client, desk.path("claims/cases"))
    case = a_case(desk.unit, claim, "enforcement", "stopped", today(), {})
    page = page_of(client, desk.path("claims/cases"))
    assert page.count(desk.path(f"claims/cases/{case.number}")) == 2, "as a task and in the list"
    page = page_of(client, desk.path(f"claims/cases/{case.number}"))
    assert f'href="{at(desk, claim)}"' in page
    assert text("case_step.stopped", language).lower() in page.lower()


@pytest.mark.parametrize(("who", "task"), [
    ("kirsi",   "complaints"),
    ("kirsi",   "blocks"),
    ("maria",   "write_off_review"),
    ("gunnar",  "write_off_approval"),
    ("cecilia", "refunds"),
    ("petra",   "refund_plans"),
    ("cecilia", "reminders"),
])  # fmt: skip
def test_the_start_page_counts_what_waits_for_each(
    desk, claim: Claim, at_desk: AtDesk, who: str, task: str
) -> None:
    other = a_claim(desk.unit, "paja", "40.00", day=today() - timedelta(days=60))
    reviewed = a_claim(desk.unit, "paja", "41.00", day=today() - timedelta(days=60))
    proposed(desk, other)
    proposal = proposed(desk, reviewed)
    does(at_desk("hanna"), desk.path(f"claims/write-offs/{proposal.pk}"), "review")
    an_overpayment(desk.unit, "berit", "60.00", day=today())
    with inside(desk.unit) as acting:
        Run.objects.create(
            unit=desk.unit, name="refunds", on_date=today(), state="planned", person=acting.person,
            planned_at=acting.at,
        )  # fmt: skip
    late = a_claim(desk.unit, "aino", "30.00", day=today() - timedelta(days=60))
    does(at_desk("cecilia"), at(desk, late), "complain", received=today().isoformat(), message="fel")
    with inside(desk.unit) as acting:
        block(acting, late, "Z", "se över", acting.day)
    page = page_of(at_desk(who), desk.path())
    assert re.search(rf'<li class="task {task}">', page), re.findall(r'<li class="task [^"]*"', page)
