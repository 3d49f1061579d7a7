"""S43, S45–S48: cases, the dossier, payment time and limitation at the desk: who may what, once, and why not."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from cast import CUSTOMERS, inside, person, run
from income.interest_tables import History
from income.limitation_tables import an_interest_claim
from income.money import a_claim, a_payment, claims_issued
from income.tables import read
from income.write_off_tables import a_case, a_reminder
from reskontra.claims.models import (
    Block,
    Case,
    CaseEvent,
    CaseSignature,
    Claim,
    Deferral,
    DeferralRefusal,
    DeferralRequest,
    Interruption,
)
from reskontra.exchange.models import OutboxFile
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.deferral.lists import instalments_of
from reskontra.income.deferral.run import DeferralsRun
from reskontra.income.legal.court_dossier import CONTENTS
from reskontra.income.legal.court_run import CourtRun
from reskontra.income.legal.enforcement import EnforcementRun
from reskontra.insight.cases import interest_of_case
from reskontra.kernel.days import bank_day_on_or_after, format_date
from reskontra.kernel.interest import accrued, common_curve, stretches
from reskontra.kernel.money import format_amount
from reskontra.kernel.terms import MissingTerm
from reskontra.kernel.texts import text
from reskontra.registers.models import Person

AtDesk = Callable[[str], Client]


def today() -> date:
    return timezone.localdate()


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def seen_on(client: Client, address: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page_of(client, address))
    return found[1] if found else ""


def does(client: Client, address: str, act: str, seen: str | None = None, **sent: Any) -> Any:
    """An act as the page sends it, from what stands there now unless ``seen`` says otherwise."""
    now = seen_on(client, address) if seen is None else seen
    return client.post(f"{address}/act", {"act": act, "seen": now, **sent})


def told(answer: Any, status: int, key: str, **values: Any) -> None:
    """The act was refused with ``status`` and these words; nothing else is said of it."""
    assert answer.status_code == status
    assert escape(text(key, "sv", **values)) in answer.content.decode()


def reminded(desk: Any, claim: Claim) -> Claim:
    """Two reminders, the last one overdue by more than any wait."""
    for ordinal, due in ((1, ago(90)), (2, ago(50))):
        a_reminder(desk.unit, claim, ordinal, due)
    return claim


def case_of(desk: Any, **wanted: Any) -> Case:
    with inside(desk.unit):
        return Case.objects.filter(unit=desk.unit, **wanted).order_by("-pk")[0]


def steps(desk: Any, case: Case) -> list[str]:
    with inside(desk.unit):
        found = CaseEvent.objects.filter(unit=desk.unit, case=case).order_by("position")
        return list(found.values_list("kind", flat=True))


def count(desk: Any, model: Any) -> int:
    with inside(desk.unit):
        return model.objects.filter(unit=desk.unit).count()


def interest_on(claim: Claim, until: date) -> Decimal:
    """Interest on all of a claim up to and with a day, by the plain calculator."""
    curves = (common_curve("reference_rate"), common_curve("late_interest_surcharge"))
    return accrued(stretches(claim.amount, claim.due_date, until, late=curves))


def interest_told(claim: Claim) -> str:
    """Interest until today as the page tells it; what is said where the rate of the day is not known yet."""
    try:
        return format_amount(interest_on(claim, today()), "sv")
    except MissingTerm:
        return text("desk.case.interest.unknown", "sv")


def test_the_interest_of_a_case_is_what_nobody_has_invoiced(desk: Any) -> None:
    """OC 6.1.5-b"""
    claims = [a_claim(desk.unit, who, "100.00", day=date(2026, 1, 12)) for who in ("berit", "paja")]
    on = date(2026, 6, 1)
    cases = [a_case(desk.unit, one, "enforcement", "applied", date(2026, 5, 4), {}) for one in claims]
    charged = invoiced_interest(desk, claims[1])
    with inside(desk.unit):
        told = [interest_of_case(desk.unit, one, on) for one in cases]
    assert told == [interest_on(claims[0], on), interest_on(claims[1], on) - charged]
    assert told[0] is not None
    assert told[0] > charged > 0


def test_the_interest_of_a_case_is_less_what_was_paid_of_it_aside(desk: Any) -> None:
    """OC 6.1.5-b, OC 6.1.3-b: what a debtor paid of interest with a reminder is not owed again."""
    claim = a_claim(desk.unit, "berit", "100.00", day=date(2026, 1, 12))
    on = date(2026, 6, 1)
    case = a_case(desk.unit, claim, "enforcement", "applied", date(2026, 5, 4), {})
    told = read("on 2026-03-16\naside A 0.40 2026-04-10")
    History(told, desk.unit, claims={"A": claim}).tell()
    with inside(desk.unit):
        assert interest_of_case(desk.unit, case, on) == interest_on(claim, on) - Decimal("0.40")


def test_a_case_tells_on_which_days_no_late_interest_runs(desk: Any, at_desk: AtDesk, language: str) -> None:
    """S46, OC 6.1.1-a: payment time is a pause of the interest that a case asks for."""
    Person.objects.filter(username="kirsi").update(language=language)
    claim = a_claim(desk.unit, "berit", "100.00", day=date(2026, 1, 12))
    pauses = [{"first": "2026-03-01", "last": "2026-04-30"}]
    case = a_case(desk.unit, claim, "enforcement", "applied", date(2026, 5, 4), {}, pauses=pauses)
    page = page_of(at_desk("kirsi"), desk.path(f"claims/cases/{case.number}")).replace(
        "\N{NO-BREAK SPACE}", " "
    )
    days = {
        "first": format_date(date(2026, 3, 1), language),
        "last": format_date(date(2026, 4, 30), language),
    }
    assert text("desk.case.pause", language, **days) in page


def invoiced_interest(desk: Any, claim: Claim) -> Decimal:
    """One euro of late interest on the claim is invoiced."""
    an_interest_claim(desk.unit, "paja", "1.00", date(2026, 5, 4), [claim])
    return Decimal("1.00")


# --- enforcement ---


def test_a_case_of_enforcement_from_its_application_to_its_withdrawal(desk: Any, at_desk: AtDesk) -> None:
    """OC 6.2-a: whoever learns stops, the unit decides; the authority is told at once, and once."""
    claim = reminded(desk, a_claim(desk.unit, "aino", "123.45", day=ago(140)))
    run(EnforcementRun([claim.pk]), desk.unit, today())
    case = case_of(desk)
    clerk, centre, reviewer = at_desk("kirsi"), at_desk("cecilia"), at_desk("maria")
    at = desk.path(f"claims/cases/{case.number}")

    page = page_of(centre, at)
    assert 'value="stop"' in page
    assert 'value="withdraw"' not in page, "the centre does not withdraw"
    assert escape(text("desk.case.act.withdraw", "sv")) in page, "but it is told who does"
    assert 'name="act"' not in page_of(reviewer, at)
    assert does(reviewer, at, "stop", seen_on(clerk, at), reason="x").status_code == 403
    assert does(centre, at, "withdraw", seen_on(clerk, at), reason="x").status_code == 403

    assert interest_told(claim) in page, "late-payment interest until today, as the calculator has it"

    sent = page_of(clerk, f"{at}/told/1")
    assert claim.reference[-5:] in sent
    assert CUSTOMERS["aino"]["code"] not in sent, "no personal code is shown"
    assert clerk.get(f"{at}/told/9").status_code == 404
    assert clerk.get(f"{at}/told/99999").status_code == 404

    told(does(clerk, at, "stop", reason=" "), 422, "desk.act.missing.reason")
    told(does(clerk, at, "stop", reason=f"om {CUSTOMERS['aino']['code']}"), 409, "case.code_in_reason")
    told(does(clerk, at, "resume", reason="x"), 409, "case.not_possible", case=case.number, state="applied")
    assert clerk.post(f"{at}/act", {"act": "burn"}).status_code == 404
    assert steps(desk, case) == ["applied"]

    before = count(desk, OutboxFile)
    seen = seen_on(clerk, at)
    for _ in range(2):
        does(clerk, at, "stop", seen, reason="kunden har klagat")
    assert steps(desk, case) == ["applied", "stopped"]
    assert count(desk, OutboxFile) == before + 1
    page = page_of(clerk, at)
    assert escape(text("desk.case.stale", "sv")) in page
    assert escape(text("case_task.case_is_stopped", "sv")).capitalize() in page
    assert "kunden har klagat" in page_of(clerk, f"{at}/told/2")
    assert re.search(r'<li class="task case_decide">', page_of(clerk, desk.path())), (
        "a task of the start page"
    )

    does(clerk, at, "resume", reason="utrett")
    does(at_desk("gunnar"), at, "withdraw", reason="betalas på annat sätt")
    assert steps(desk, case) == ["applied", "stopped", "resumed", "withdrawn"]
    with inside(desk.unit):
        assert list(Block.objects.filter(claim=claim).values_list("code", flat=True)) == ["A"]
    assert escape(text("desk.case.over", "sv")) in page_of(clerk, at)
    listed = page_of(clerk, desk.path("claims/cases?kind=enforcement&state=over"))
    assert f'href="{at}"' in listed
    for other in ("kind=court&state=all", "kind=enforcement&state=open"):
        assert f'href="{at}"' not in page_of(clerk, desk.path(f"claims/cases?{other}"))
    assert at_desk("olli").get(at).status_code == 404


def test_after_an_obstacle_the_rule_or_the_unit_says_what_follows(desk: Any, at_desk: AtDesk) -> None:
    """OC 6.3-a, OC 6.4-a, OC 6.5-a: at home the passive register or the end; abroad the unit decides on the risk."""
    home, far, near = (a_claim(desk.unit, who, "90.00", day=ago(300)) for who in ("paja", "tokyo", "svea"))
    cases = [a_case(desk.unit, one, "enforcement", "obstacle", ago(10), {}) for one in (home, far, near)]
    domestic, remote, neighbour = (desk.path(f"claims/cases/{one.number}") for one in cases)
    centre, clerk = at_desk("cecilia"), at_desk("kirsi")
    listed = page_of(centre, desk.path("claims/cases"))
    assert waits(listed, "obstacle_waits")
    groups = [listed.index(escape(text(f"case_task.{name}", "sv").capitalize())) for name in
              ("obstacle_waits", "decide_abroad")]  # fmt: skip
    assert groups == sorted(groups), "what the person may do stands first"

    page = page_of(centre, domestic)
    assert text("outcome.TO_PASSIVE_REGISTER", "sv").lower() in page.lower()
    assert does(clerk, domestic, "carry_out", seen_on(centre, domestic)).status_code == 403
    seen = seen_on(centre, domestic)
    for _ in range(2):
        does(centre, domestic, "carry_out", seen)
    assert steps(desk, cases[0]) == ["applied", "obstacle", "passive"]
    assert escape(text("desk.case.passive", "sv")) in page_of(centre, domestic)
    old = a_claim(desk.unit, "bruk", "90.00", day=ago(850))
    registered = a_case(desk.unit, old, "enforcement", "passive", ago(740), {"until": ago(9).isoformat()})
    at = desk.path(f"claims/cases/{registered.number}")
    assert waits(page_of(centre, at), "passive_is_over")
    does(centre, at, "carry_out")
    assert steps(desk, registered)[-1] == "passive_ended"

    page = page_of(clerk, remote)
    assert escape(text("input.route.declared_enforceable_first", "sv")) in page
    assert escape(text("input.at_risk.translation", "sv")) in page
    assert escape(text("desk.case.about.abroad", "sv")) in page
    does(clerk, remote, "not_abroad", reason="översättningen kostar mer")
    assert steps(desk, cases[1])[-1] == "closed"
    assert escape(text("input.route.brussels_i", "sv")) in page_of(clerk, neighbour)
    does(clerk, neighbour, "abroad", reason="värt risken")
    does(clerk, neighbour, "close_abroad", reason="inget fanns")
    assert steps(desk, cases[2]) == ["applied", "obstacle", "abroad", "closed"]


# --- court ---

STATED: dict[str, Any] = {
    "demand": "Svaranden ska betala 250,00 €.", "legal_grounds": "Avtalet.", "facts": ["Beställt.", "Levererat.", ""],
    "evidence_document": ["Följesedel", ""], "evidence_proves": ["leveransen", ""],
    "agreement_document": ["Ramavtal 7"], "agreement_proves": ["priset"],
    "heard_name": ["Vera Vittne"], "heard_contact": ["vera@prov.example"], "heard_proves": ["leveransen"],
    "representative_name": "Olof Ombud", "representative_address": "Hamngatan 1", "representative_phone": "029",
    "defendant_contact": "info@prov.example",
    "signer_person": ["gunnar", "hanna"], "signer_profession": ["direktör", "jurist"],
    "signer_domicile": ["Provhamn", "Provstad"],
}  # fmt: skip


def at_court(desk: Any, at_desk: AtDesk) -> Case:
    """A private-law claim whose agreement a person names at the desk, and that the next run applies for."""
    claim = reminded(desk, claims_issued(desk.unit, {"": ("bruk", "250.00", "private")}, ago(140))[""])
    clerk, at = at_desk("kirsi"), desk.path(f"claims/{claim.reference}")
    run(CourtRun([claim.pk]), desk.unit, today())
    assert f'href="{at}#acts"' in page_of(clerk, desk.path("claims/cases"))
    assert re.search(r'<li class="task case_words">', page_of(clerk, desk.path()))
    told(does(clerk, at, "agreement", agreement=" "), 422, "desk.act.missing.agreement")
    told(does(clerk, at, "court", court="stockholm", reason="x"), 422, "desk.act.missing.court")
    assert does(at_desk("maria"), at, "agreement", seen_on(clerk, at), agreement="x").status_code == 403
    does(clerk, at, "court", court="helsinki", reason="befolkningsregistret")
    does(clerk, at, "agreement", agreement="Ramavtal 7")
    assert f'href="{at}#acts"' not in page_of(clerk, desk.path("claims/cases")), "somebody has spoken"
    run(CourtRun([claim.pk]), desk.unit, today())
    return case_of(desk)


def waits(page: str, task: str) -> bool:
    """Whether a case tells that it waits for this."""
    words = text(f"case_task.{task}", "sv")
    return escape(words[0].upper() + words[1:]) in page


def test_a_contested_claim_goes_by_a_dossier_of_two_signers_to_its_judgment(
    desk: Any, at_desk: AtDesk
) -> None:
    """OC 6.2.3-a, OC 6.2.4-a, OC 6.2-b, OC 6.2.5-a, OC 6.2.6-a"""
    case = at_court(desk, at_desk)
    clerk, centre, gunnar, hanna = map(at_desk, ("kirsi", "cecilia", "gunnar", "hanna"))
    at = desk.path(f"claims/cases/{case.number}")
    assert "Ramavtal 7" in page_of(clerk, f"{at}/told/1")
    first, last = format_date(case.opened_date, "sv"), format_date(today(), "sv")
    last_day = today().isoformat()
    tomorrow = (today() + timedelta(days=1)).isoformat()
    for act, sent, status, key in (
        ("register", {"number": " ", "day": today().isoformat()}, 422, "desk.act.missing.court_number"),
        ("register", {"number": "L 1", "day": tomorrow}, 409, "desk.case.day_not_possible"),
        ("judge", {"number": "L 1", "day": last_day, "legal_cost": "x"}, 422, "desk.act.missing.number_form"),
        ("judge", {"number": "L 1", "day": today().isoformat()}, 422, "desk.act.missing.judged_claims"),
        ("extensive", {}, 409, "court.not_contested"),
    ):  # fmt: skip
        values = {"case": case.number, "first": first, "last": last}
        told(does(clerk, at, act, **sent), status, key, **values)
    does(centre, at, "register", number="L 26/1", day=today().isoformat())
    does(centre, at, "contest", reason="varan kom aldrig", day=today().isoformat())
    assert does(centre, at, "extensive").status_code == 403, "the unit decides"
    assert waits(page_of(clerk, at), "dispute")
    does(clerk, at, "extensive")
    assert steps(desk, case) == ["applied", "registered", "contested", "closed"]
    extensive = case_of(desk)
    assert extensive.follows_id == case.pk
    dossier = desk.path(f"claims/cases/{extensive.number}/dossier")
    assert f'href="{dossier}"' in page_of(clerk, desk.path(f"claims/cases/{extensive.number}"))
    assert clerk.get(f"{at}/dossier").status_code == 404, "only an extensive application has one"

    new = desk.path(f"claims/cases/{extensive.number}")
    assert waits(page_of(clerk, new), "dossier_missing")

    def acts(client: Client, act: str, **sent: Any) -> Any:
        return does(client, dossier, act, seen_on(clerk, dossier), **sent)

    page = acts(clerk, "check", **STATED).content.decode()
    assert page.count(text("desk.dossier.missing", "sv")) == 1, "the legal costs alone"
    assert page.count(text("desk.dossier.there", "sv")) == len(CONTENTS) - 1
    assert "Vera Vittne" in page, "what was written stands there still"
    told(
        acts(clerk, "complete", **STATED), 409, "court.dossier_incomplete",
        missing=text("dossier.legal_costs", "sv"),
    )  # fmt: skip
    told(acts(clerk, "complete", **STATED, legal_costs="många"), 422, "desk.act.missing.number_form")
    assert acts(centre, "complete", **STATED, legal_costs="800").status_code == 403
    assert steps(desk, extensive) == []
    acts(clerk, "complete", **STATED, legal_costs="800,00")
    assert steps(desk, extensive) == ["dossier"]
    assert format_amount(Decimal(800), "sv") in page_of(gunnar, dossier)

    found = re.search(r'name="digest" value="(\w{64})"', page_of(gunnar, dossier))
    assert found
    digest = found[1]
    told(acts(gunnar, "sign", digest="0" * 64), 409, "court.dossier_has_changed", case=extensive.number)
    assert acts(clerk, "sign", digest=digest).status_code == 403
    for _ in range(2):
        acts(gunnar, "sign", digest=digest)
    assert count(desk, CaseSignature) == 1
    assert escape(text("desk.dossier.signed_by_you", "sv")) in page_of(gunnar, dossier), (
        "told why with its clause"
    )
    told(acts(clerk, "file"), 409, "court.not_signed_by_two", case=extensive.number)
    assert waits(page_of(clerk, new), "sign_dossier")
    acts(hanna, "sign", digest=digest)
    assert waits(page_of(clerk, new), "file_dossier")
    assert re.search(r'<li class="task case_decide">', page_of(clerk, desk.path()))
    acts(clerk, "file")
    assert steps(desk, extensive) == ["dossier", "applied"]
    assert b"Ramavtal 7" in clerk.get(f"{dossier}/file").content

    at = desk.path(f"claims/cases/{extensive.number}")
    reference = re.search(r'name="claims" value="(\d+)"', page_of(clerk, at))
    assert reference
    judged = {"number": "L 26/9", "day": today().isoformat(), "claims": reference[1], "court_fee": "0"}
    told(does(clerk, at, "judge", **judged, legal_cost="800,01"), 409, "court.more_than_was_claimed",
         awarded="800.01", claimed="800.00")  # fmt: skip
    does(clerk, at, "judge", **judged, legal_cost="500,00")
    assert steps(desk, extensive) == ["dossier", "applied", "judged"]
    page = page_of(clerk, at)
    assert format_amount(Decimal(500), "sv") in page
    assert 'name="act"' not in page, "a case that is judged takes no more steps"


def test_a_provision_that_only_a_person_can_name_and_a_claim_that_is_let_again(
    desk: Any, at_desk: AtDesk
) -> None:
    """OC 6.2.2-a, OC 6.2.4-a"""
    claim = reminded(desk, a_claim(desk.unit, "bruk", "70.00", day=ago(140)))
    early = a_claim(desk.unit, "paja", "71.00", day=ago(140))
    clerk = at_desk("kirsi")
    at = desk.path(f"claims/{claim.reference}")
    with inside(desk.unit):
        before = Case.objects.filter(unit=desk.unit).count()
    told(does(clerk, at, "provision", provision=" "), 422, "desk.act.missing.provision")
    answer = does(clerk, desk.path(f"claims/{early.reference}"), "provision", provision="Lag 1/2020")
    assert answer.status_code == 409, "it was never reminded: nothing is applied for"
    assert count(desk, Case) == before
    does(clerk, at, "provision", provision="Lagen om hamnavgifter 1/2020, 7 §")
    case = case_of(desk, kind="enforcement")
    assert "Lagen om hamnavgifter" in page_of(clerk, desk.path(f"claims/cases/{case.number}"))

    private = reminded(desk, claims_issued(desk.unit, {"S": ("bruk", "250.00", "private")}, ago(140))["S"])
    run(CourtRun([private.pk]), desk.unit, today())
    does(clerk, desk.path(f"claims/cases/{case_of(desk, kind='court').number}"), "close", reason="förlikning")
    run(CourtRun([private.pk]), desk.unit, today())
    at = desk.path(f"claims/{private.reference}")
    assert 'value="again"' in page_of(clerk, at)
    assert does(at_desk("cecilia"), at, "again", seen_on(clerk, at), reason="x").status_code == 403
    does(clerk, at, "again", reason="förlikningen höll inte")
    run(CourtRun([private.pk]), desk.unit, today())
    assert steps(desk, case_of(desk, kind="court")) == ["applied"]


# --- payment time and limitation ---


def test_time_is_asked_looked_at_granted_followed_and_withdrawn(desk: Any, at_desk: AtDesk) -> None:
    """OC 6.1.1-a, OC 6.1.1-b"""
    one = a_claim(desk.unit, "paja", "100.00", day=ago(60))
    two = a_claim(desk.unit, "paja", "50.00", day=ago(60))
    clerk, reviewer = at_desk("kirsi"), at_desk("maria")
    at, listed = desk.path(f"claims/{one.reference}"), desk.path("claims/payment-time")
    number = one.payer.number
    later = (today() + timedelta(days=200)).isoformat()
    told(clerk.post(f"{listed}/ask", {"customer": "0", "until": later}), 422, "desk.act.missing.customer")
    told(clerk.post(f"{listed}/ask", {"customer": number, "until": ""}), 422, "desk.act.missing.day")
    past = ago(1)
    told(clerk.post(f"{listed}/ask", {"customer": number, "until": past.isoformat()}), 409, "deferral.day_is_past",
         day=past.isoformat())  # fmt: skip
    assert reviewer.post(f"{listed}/ask", {"customer": number, "until": later}).status_code == 403
    does(clerk, at, "ask_time", until=later, message="lönen kommer sent")
    told(clerk.post(f"{listed}/ask", {"customer": number, "until": later}), 409, "desk.time.asked_already",
         customer="Koepaja Oy")  # fmt: skip
    assert count(desk, DeferralRequest) == 1
    with inside(desk.unit):
        asked = DeferralRequest.objects.get(unit=desk.unit)
    page = f"{listed}/requests/{asked.pk}"
    assert f'href="{page}"' in page_of(clerk, at), "the claim leads to the request"
    assert re.search(r'<li class="task time_requests">', page_of(clerk, desk.path()))
    assert 'name="act"' not in page_of(reviewer, page)

    first = bank_day_on_or_after(today() + timedelta(days=20)).isoformat()
    both = {"claims": [one.reference, two.reference], "first": first}
    for sent, status, key in (
        ({"first": first, "count": "3"}, 422, "desk.act.missing.time_claims"),
        ({**both, "count": "0"}, 422, "desk.act.missing.count"),
        ({**both}, 409, "deferral.count_or_monthly"),
        ({**both, "first": past.isoformat(), "count": "3"}, 409, "deferral.instalments_out_of_order"),
    ):
        told(does(clerk, page, "propose", **sent), status, key)
    preview = does(clerk, page, "propose", **both, count="3").content.decode()
    assert preview.count(format_amount(Decimal(50), "sv")) >= 3
    assert escape(text("desk.time.preview", "sv")) in preview
    assert count(desk, Deferral) == 0, "a preview writes nothing"
    seen = re.search(r'name="seen" value="(\w{64})"', preview)
    assert seen
    assert does(reviewer, page, "grant", seen[1], **both, count="3").status_code == 403
    does(clerk, page, "grant", seen[1], **both, count="2")
    assert escape(text("desk.time.stale_plan", "sv")) in page_of(clerk, page)
    long = does(clerk, page, "propose", **both, count="20").content.decode()
    assert escape(text("desk.time.too_long", "sv", days=365)) in long
    digest = re.search(r'name="seen" value="(\w{64})"', long)
    assert digest
    assert does(clerk, page, "grant", digest[1], **both, count="20").status_code == 409
    assert count(desk, Deferral) == 0
    answer = does(clerk, page, "grant", seen[1], **both, count="3")
    with inside(desk.unit):
        deferral = Deferral.objects.select_related("letter").get(unit=desk.unit)
    agreement = f"{listed}/{deferral.number}"
    assert answer.url == agreement
    told(does(clerk, page, "refuse", reason="x"), 409, "deferral.request_answered", request=asked.pk)

    a_payment(desk.unit, "60.00", day=today(), reference=one.reference)
    run(AllocationRun(), desk.unit, today())
    run(DeferralsRun(), desk.unit, today())
    shown = page_of(clerk, agreement)
    for state in ("paid", "partly", "coming"):
        assert text(f"desk.time.instalment.{state}", "sv") in shown
    pdf = clerk.get(desk.path(f"claims/letters/{deferral.letter.number}.pdf"))
    assert pdf.content[:5] == b"%PDF-"
    assert clerk.get(desk.path("claims/letters/9999.pdf")).status_code == 404
    told(does(clerk, agreement, "withdraw", reason=" "), 422, "desk.act.missing.reason")
    for _ in range(2):
        does(clerk, agreement, "withdraw", "running", reason="ny plan behövs")
    assert escape(text("desk.time.stale", "sv")) in page_of(clerk, agreement)
    assert text("desk.time.instalment.unpaid", "sv") in page_of(clerk, agreement)
    with inside(desk.unit):
        after = deferral.until_date + timedelta(days=1)
        lines = instalments_of(deferral, after, Decimal("60.00"), over=False)
    assert [(one.state, one.paid) for one in lines] == [("paid", 50), ("late", 10), ("late", 0)]
    assert f'href="{agreement}"' in page_of(clerk, f"{listed}?state=withdrawn")
    assert f'href="{agreement}"' not in page_of(clerk, f"{listed}?state=running")

    clerk.post(f"{listed}/ask", {"customer": number, "until": later, "message": ""})
    with inside(desk.unit):
        again = DeferralRequest.objects.filter(unit=desk.unit).order_by("-pk")[0]
    does(clerk, f"{listed}/requests/{again.pk}", "refuse", reason="har redan fått tid")
    assert count(desk, DeferralRefusal) == 1
    assert clerk.get(f"{listed}/999").status_code == clerk.get(f"{listed}/requests/0").status_code == 404
    for wrong in (page, agreement):
        assert clerk.post(f"{wrong}/act", {"act": "burn"}).status_code == 404


def test_the_clock_of_a_claim_is_shown_and_what_restarts_it_is_written_down(
    desk: Any, at_desk: AtDesk
) -> None:
    """OC 5.1-c"""
    public = a_claim(desk.unit, "bruk", "80.00", day=ago(60))
    private = claims_issued(desk.unit, {"": ("paja", "80.00", "private")}, ago(60))[""]
    clerk = at_desk("kirsi")
    page = page_of(clerk, desk.path(f"claims/{public.reference}"))
    assert escape(text("limitation.possible.enforce", "sv")) in page
    assert 'value="interrupt"' not in page, "nothing interrupts a public-law claim"
    at = desk.path(f"claims/{private.reference}")
    three_years = format_date(private.due_date.replace(year=private.due_date.year + 3), "sv")
    assert three_years in page_of(clerk, at).replace("\N{NO-BREAK SPACE}", " ")
    sent = {"interruption": "acknowledgement", "day": ago(5).isoformat(), "note": "e-post från kunden"}
    for wrong, status, key in (
        ({"interruption": "nonsense"}, 422, "desk.act.missing.interruption"),
        ({"note": " "}, 422, "desk.act.missing.note"),
        ({"day": ""}, 422, "desk.act.missing.day"),
    ):
        told(does(clerk, at, "interrupt", **{**sent, **wrong}), status, key)
    future = (today() + timedelta(days=1)).isoformat()
    told(does(clerk, at, "interrupt", **{**sent, "day": future}), 409, "limitation.day_to_come", day=future)
    seen = seen_on(clerk, at)
    for _ in range(2):
        does(clerk, at, "interrupt", seen, **sent)
    assert count(desk, Interruption) == 1
    shown = page_of(clerk, at).replace("\N{NO-BREAK SPACE}", " ")
    assert escape(text("input.period.interrupted", "sv")).capitalize() in shown
    assert format_date(ago(5), "sv") in shown
    assert does(at_desk("maria"), at, "interrupt", seen_on(clerk, at), **sent).status_code == 403
    assert person("kirsi").language == "sv"


def test_the_report_of_an_agency_carries_its_case_on(desk: Any, at_desk: AtDesk) -> None:
    """OC 6.1.4-a, OC 6.2-a: by hand it is stopped or taken back, and nothing else."""
    claim = claims_issued(desk.unit, {"": ("paja", "80.00", "private")}, ago(60))[""]
    case = a_case(desk.unit, claim, "agency", "demanded", ago(10), {})
    page = page_of(at_desk("kirsi"), desk.path(f"claims/cases/{case.number}"))
    assert escape(text("desk.case.agency", "sv")) in page
    assert re.findall(r'name="act" value="([a-z_]+)"', page) == ["stop", "withdraw"]


@pytest.mark.parametrize("address", ["claims/cases/0", "claims/cases/99999999999999999999/dossier"])
def test_a_case_that_there_is_not_is_not_found(desk: Any, at_desk: AtDesk, address: str) -> None:
    assert at_desk("kirsi").get(desk.path(address)).status_code == 404
