"""Limited applications for a summons: which claims, to which court, with what costs, and what leaves (OC 6.2)."""

import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from lxml import etree

from cast import CUSTOMERS, inside, plan_of, run, set_term
from income.court_tables import Docket, at, decide_in_crowd_and_alone, told
from reskontra.claims.models import Case, CaseClaim, CaseEvent, Cost
from reskontra.exchange import archive
from reskontra.exchange.models import OutboxFile
from reskontra.formats.summons.writer import NAMESPACE
from reskontra.income.legal.court_acts import apply_again, close, name_agreement
from reskontra.income.legal.court_rules import decide_court
from reskontra.income.legal.court_run import CourtRun
from reskontra.kernel.terms import TermNotAllowed, terms_on
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.runs.models import Evidence

pytestmark = pytest.mark.usefixtures("database")

ON = date(2026, 6, 15)
REMINDED = "2026-04-20 2026-05-11"  # the last falls due on 25 May, and bank material is in well before the 15th of June


def _decide(text: str) -> Docket:
    return decide_in_crowd_and_alone(f"on {ON}\n{text}", CourtRun, "court")


def test_what_goes_to_court_and_what_does_not() -> None:
    """OC 6.2.3-a, OC 6.2.5-a: each claim alone and among the others."""
    _decide("""
    lives    paja 33100 Tampere
    lives    berit 35400 Gränsby
    claim    ready    paja   100.00 agreement HM-2026-1
    reminded ready    2026-04-20 2026-05-11
    expect   ready    APPLY_FOR_SUMMONS                               # OC 6.2.3-a
    claim    bare     bruk   100.00
    reminded bare     2026-04-20 2026-05-11
    expect   bare     COURT_AGREEMENT_MISSING                         # OC 6.2.5-a
    claim    border   berit  100.00 order B-7
    reminded border   2026-04-20 2026-05-11
    expect   border   COURT_NOT_KNOWN                                 # OC 6.2.3-a
    claim    homeless nowhere 100.00 order B-8
    reminded homeless 2026-04-20 2026-05-11
    expect   homeless COURT_NOT_KNOWN also COURT_ADDRESS_MISSING      # OC 6.2.3-a
    claim    hidden   skyddbox 100.00 order B-9
    reminded hidden   2026-04-20 2026-05-11
    expect   hidden   COURT_DEBTOR_PROTECTED                          # OC 6.2.3-a
    claim    berlin   berlin 100.00 order B-10
    reminded berlin   2026-04-20 2026-05-11
    expect   berlin   COURT_DEBTOR_ABROAD also COURT_NOT_KNOWN        # OC 6.5-a
    claim    blocked  paja   100.00 order B-11
    reminded blocked  2026-04-20 2026-05-11
    block    blocked  A
    expect   blocked  COURT_STOPPED_BY_BLOCK                          # OC 6.1.2-a
    claim    refused  paja   100.00 order B-12
    reminded refused  2026-04-20 2026-05-11
    complaint refused
    expect   refused  COURT_CONTESTED also COURT_STOPPED_BY_BLOCK     # OC 6.2.6-a
    claim    later    paja   100.00 order B-13
    reminded later    2026-04-20 2026-05-11
    deferred later
    expect   later    COURT_PAYMENT_TIME                              # OC 6.1.1-a
    claim    proposed paja   100.00 order B-14
    reminded proposed 2026-04-20 2026-05-11
    proposed proposed
    expect   proposed COURT_WRITE_OFF_PROPOSED                        # OC 5.1-b
    claim    enforced paja   100.00 order B-15
    reminded enforced 2026-04-20 2026-05-11
    case     enforced agency applied
    expect   enforced COURT_CASE_OPEN                                 # OC 6.2.3-a
    """)


def test_the_floor_is_that_of_the_claim_alone() -> None:
    """OC 6.2.1-a: under, at and over; costs do not lift a claim over it, part payments bring it under."""
    _decide("""
    claim    under bruk 19.99 order B-1
    reminded under 2026-04-20 2026-05-11
    cost     under reminder 2026-05-11 5.00
    claim    at    bruk 20.00 order B-2
    reminded at    2026-04-20 2026-05-11
    claim    over  bruk 20.01 order B-3
    reminded over  2026-04-20 2026-05-11
    claim    part  bruk 30.00 order B-4
    reminded part  2026-04-20 2026-05-11
    paid     part  10.01
    expect   under COURT_BELOW_FLOOR                                  # OC 6.2.1-a
    expect   at    APPLY_FOR_SUMMONS                                  # OC 6.2.3-a
    expect   over  APPLY_FOR_SUMMONS                                  # OC 6.2.3-a
    expect   part  COURT_BELOW_FLOOR                                  # OC 6.2.1-a
    """)


def test_a_unit_may_set_a_higher_floor() -> None:
    """OC 6.2.1-a"""
    _decide("""
    term     legal_floor_other 50.00
    claim    under bruk 49.99 order B-1
    reminded under 2026-04-20 2026-05-11
    claim    at    bruk 50.00 order B-2
    reminded at    2026-04-20 2026-05-11
    expect   under COURT_BELOW_FLOOR                                  # OC 6.2.1-a
    expect   at    APPLY_FOR_SUMMONS                                  # OC 6.2.3-a
    """)


@pytest.mark.parametrize(
    ("reminded", "outcome"),
    [
        ("", "COURT_NOT_REMINDED"),
        ("2026-04-20", "COURT_NOT_REMINDED"),
        ("2026-04-20 2026-06-01", "COURT_REMINDER_RUNS"),  # due on the very day
        (REMINDED, "APPLY_FOR_SUMMONS"),
    ],
)
def test_two_reminders_come_first_and_their_time_is_out(reminded: str, outcome: str) -> None:
    """OC 6.2.3-a: what is only counted is not stored claim by claim."""
    docket = told(
        f"on {ON}\nclaim A bruk 100.00 order B-1\n" + (f"reminded A {reminded}" if reminded else "")
    )
    planned = plan_of(CourtRun(), docket.where, ON)
    assert [(one.outcome, one.count) for one in planned.counts] == [(outcome, 1)]
    stored = docket.decided(CourtRun(), "court")
    assert stored == ({} if outcome != "APPLY_FOR_SUMMONS" else {"A": (outcome, (), "OC 6.2.3-a")})


def test_public_law_claims_are_no_matter_of_the_court() -> None:
    """OC 6.2.3-a"""
    docket = told(f"on {ON}\nclaim A bruk 100.00 public\nreminded A {REMINDED}")
    assert plan_of(CourtRun(), docket.where, ON).counts == []


def test_a_person_names_what_the_register_does_not_tell() -> None:
    """OC 6.2.3-a, OC 6.2.5-a: the newest statement holds; a protected debtor's court too."""
    _decide("""
    lives    berit 35400 Gränsby
    claim    border berit    100.00
    reminded border 2026-04-20 2026-05-11
    court    berit  pirkanmaa
    court    berit  pohjanmaa
    relies   border "e-mail of 2 March 2026"
    claim    hidden skyddbox 100.00 order B-9
    reminded hidden 2026-04-20 2026-05-11
    court    skyddbox helsinki
    claim    homeless nowhere 100.00 order B-8
    reminded homeless 2026-04-20 2026-05-11
    court    nowhere helsinki
    expect   border   APPLY_FOR_SUMMONS                               # OC 6.2.3-a
    expect   hidden   APPLY_FOR_SUMMONS                               # OC 6.2.3-a
    expect   homeless COURT_ADDRESS_MISSING                           # OC 6.2.5-a
    """)


def test_an_agency_tries_first_where_the_unit_uses_one() -> None:
    """OC 6.1.4-a: and not for ever: what it gave back goes to court."""
    _decide("""
    term     agency_in_use yes
    claim    first bruk 100.00 order B-1
    reminded first 2026-04-20 2026-05-11
    claim    tried bruk 100.00 order B-2
    reminded tried 2026-04-20 2026-05-11
    case     tried agency applied demanded returned
    expect   first COURT_AGENCY_FIRST                                 # OC 6.1.4-a
    expect   tried APPLY_FOR_SUMMONS                                  # OC 6.2.3-a
    """)


def test_every_outcome_is_known_in_three_languages_and_has_its_place() -> None:
    """OC 6.2.3-a"""
    rule = decide_court(terms_on(ON))
    names = [case.outcome.name for case in rule.cases]
    assert len(set(names)) == len(names) == 19
    assert all(text(f"outcome.{name}", language) for name in names for language in LANGUAGES)
    assert all(len(name) <= 32 for name in names)


# --- what leaves -------------------------------------------------------------------------------------------------


def _batch(docket: Docket) -> etree._Element:
    with inside(docket.where):
        file = OutboxFile.objects.get(unit=docket.where, channel="court")
        return etree.fromstring(archive.read(file.digest))


def _all(node: etree._Element, path: str) -> list[str]:
    steps = "/".join(f"s:{step}" if not step.startswith("@") else step for step in path.split("/"))
    return [
        str(one) if isinstance(one, str) else one.text
        for one in node.xpath(steps, namespaces={"s": NAMESPACE})
    ]


TWO_DEBTORS = f"""
on {ON}
lives    paja 33100 Tampere
claim    A bruk 250.00 agreement HM-2026-1
claim    B bruk 49.99 order B-2
claim    C paja 1000.01 case DNR-5
reminded A {REMINDED}
reminded B {REMINDED}
reminded C {REMINDED}
cost     B reminder 2026-05-11 5.00
"""


def test_one_application_a_debtor_with_everything_that_it_must_tell() -> None:
    """OC 6.2.5-a: parties, court and its competence, claims with interest, ground and agreement, evidence, costs."""
    docket = told(TWO_DEBTORS)
    result = run(CourtRun(), docket.where, ON)
    assert (result.facts["applications"], result.facts["rejected"]) == (2, [])
    batch = _batch(docket)
    bruk, paja = batch.findall(f"{{{NAMESPACE}}}Application")
    assert (_all(bruk, "Court/Name"), _all(paja, "Court/Name")) == (
        ["Helsingfors tingsrätt"],
        ["Pirkanmaan käräjäoikeus"],
    )
    assert "Provstad" in _all(bruk, "Court/Competence")[0]
    assert _all(bruk, "Plaintiff/Name") == ["Hamnverket"]
    assert _all(bruk, "Defendant/Name") == ["Provbruket Ab"]
    assert _all(bruk, "Demand/Principal") == ["250.00", "49.99"]
    assert _all(bruk, "Demand/CollectionCosts") == ["0.00", "5.00"]
    assert _all(bruk, "Demand/@reference") == [docket.claims[name].reference for name in "AB"]
    assert _all(bruk, "Demand/Interest/@ground") == ["section_4", "section_4"]
    assert _all(bruk, "Demand/Interest/PointsAboveReferenceRate") == ["7.00", "7.00"]
    due = docket.claims["A"].due_date
    assert _all(bruk, "Demand/Interest/From") == [date.fromordinal(due.toordinal() + 1).isoformat()] * 2
    assert _all(bruk, "Demand/ReliesOn") == ["HM-2026-1", "B-2"]
    assert _all(bruk, "Demand/ReliesOn/@kind") == ["agreement", "order"]
    assert _all(paja, "Demand/ReliesOn/@kind") == ["case"]
    assert "20.4.2026, 11.5.2026" in _all(bruk, "Demand/Ground")[0]
    assert len(_all(bruk, "Demand/Evidence")) == 6  # an invoice and two reminders for each
    # 299.99 is at the bound of the lowest maximum; 1000.01 above that of the middle one
    assert (_all(bruk, "Costs/LegalCosts"), _all(paja, "Costs/LegalCosts")) == (["50.00"], ["110.00"])
    assert (_all(bruk, "Costs/CourtFee"), _all(paja, "Costs/CourtFee")) == (["70.00"], ["70.00"])
    assert _all(bruk, "Costs/@channel") == ["direct"]


def test_the_application_stands_in_the_books_as_it_left() -> None:
    """OC 6.2.3-a, OC 6.2.6-a: cases, claims, costs on the oldest claim, and the step with the sealed batch."""
    docket = told(TWO_DEBTORS)
    result = run(CourtRun(), docket.where, ON)
    with inside(docket.where):
        file = OutboxFile.objects.get(unit=docket.where, channel="court")
        assert (file.documents, file.amount, file.digest) == (
            2,
            Decimal("1300.00"),
            result.files[0]["digest"],
        )
        cases = list(Case.objects.filter(unit=docket.where).order_by("number"))
        assert [(one.kind, one.procedure, one.court) for one in cases] == [
            ("court", "limited", "helsinki"),
            ("court", "limited", "pirkanmaa"),
        ]
        claims = CaseClaim.objects.filter(unit=docket.where).order_by("id")
        assert [(one.principal, one.costs, one.provision) for one in claims] == [
            (Decimal("250.00"), 0, "agreement: HM-2026-1"),
            (Decimal("49.99"), 5, "order: B-2"),
            (Decimal("1000.01"), 0, "case: DNR-5"),
        ]
        events = CaseEvent.objects.filter(unit=docket.where)
        assert {(one.kind, one.file_id, one.digest) for one in events} == {("applied", file.pk, file.digest)}
        costs = Cost.objects.filter(unit=docket.where, case__isnull=False).order_by("id")
        assert [(one.claim_id, one.kind, one.amount) for one in costs] == [
            (docket.claims["A"].pk, "legal_cost", 50),
            (docket.claims["A"].pk, "court_fee", 70),
            (docket.claims["C"].pk, "legal_cost", 110),
            (docket.claims["C"].pk, "court_fee", 70),
        ]
        controls = Evidence.objects.filter(unit=docket.where, run=result.run)
        assert {(one.control, one.expected) for one in controls if one.expected} == {
            ("claims decided = claims in the cases", "3"),
            ("capital of applications = that of the cases", "1300.00"),
            ("costs of applications = those of the cases", "300.00"),
        }


def test_what_has_gone_does_not_go_again() -> None:
    """OC 6.2.3-a"""
    docket = told(TWO_DEBTORS)
    run(CourtRun(), docket.where, ON)
    again = run(CourtRun(), docket.where, ON)
    assert {one.outcome for one in again.counts} == {"COURT_CASE_OPEN"}
    with inside(docket.where):
        assert Case.objects.filter(unit=docket.where).count() == 2


def test_a_unit_may_choose_the_higher_tariff() -> None:
    """OC 6.2.6-a"""
    docket = told(TWO_DEBTORS)
    set_term(docket.where, "legal_cost_tariff", "high")
    run(CourtRun(), docket.where, ON)
    assert _all(_batch(docket), "Application/Costs/LegalCosts") == ["80.00", "160.00"]


@pytest.mark.parametrize("key", ["legal_cost_tariff", "agency_in_use"])
def test_a_code_that_there_is_not_stops_the_run(key: str) -> None:
    """OC 6.2.6-a, OC 6.1.4-a: it is never read as the other one."""
    docket = told(f"on {ON}\nclaim A bruk 100.00 order B-1\nreminded A {REMINDED}")
    set_term(docket.where, key, "perhaps")
    with pytest.raises(TermNotAllowed):
        run(CourtRun(), docket.where, ON)


def test_a_personal_code_is_in_the_sealed_batch_and_nowhere_else() -> None:
    """OC 6.2.5-a, OC 2.2-f"""
    docket = told(f"on {ON}\nclaim A aino 100.00 order B-1\nreminded A {REMINDED}")
    result = run(CourtRun(), docket.where, ON)
    code = str(CUSTOMERS["aino"]["code"])
    assert _all(_batch(docket), "Application/Defendant/PersonalCode") == [code]
    with inside(docket.where):
        kept: list[Any] = [one.detail for one in CaseEvent.objects.filter(unit=docket.where)]
        kept += [result.as_json(), docket.decided(CourtRun(), "court")]
    assert code not in repr(kept)


def test_an_application_without_something_is_left_out_and_told() -> None:
    """OC 6.2.5-a: nobody to reach at the unit; nothing is applied for, nothing is claimed."""
    docket = told(f"on {ON}\nclaim A bruk 100.00 order B-1\nreminded A {REMINDED}")
    docket.where.email = docket.where.phone = ""
    with inside(docket.where):
        docket.where.save()
    result = run(CourtRun(), docket.where, ON)
    (rejected,) = result.facts["rejected"]
    assert [(one["rule"], one["where"]) for one in rejected["findings"]] == [
        ("summons_missing", "plaintiff.contact")
    ]
    with inside(docket.where):
        assert not Case.objects.filter(unit=docket.where).exists()
        assert not Cost.objects.filter(unit=docket.where).exists()


def test_a_claim_that_changed_since_the_plan_is_set_aside() -> None:
    """OC 6.2.3-a"""
    docket = told(f"on {ON}\nclaim A bruk 100.00 order B-1\nreminded A {REMINDED}")
    planned = plan_of(CourtRun(), docket.where, ON).run
    with inside(docket.where) as acting:
        name_agreement(acting, docket.claims["A"], "contract 7")
    result = run(CourtRun(), docket.where, ON, planned)
    assert [(one.outcome, one.count) for one in result.counts] == [("CHANGED_SINCE_PLAN", 1)]


def test_a_case_that_ended_without_a_judgment_waits_for_the_unit_and_may_go_again() -> None:
    """OC 6.2.4-a"""
    docket = told(f"on {ON}\nclaim A bruk 100.00 order B-1\nreminded A {REMINDED}")
    run(CourtRun(), docket.where, ON)
    with inside(docket.where, "kirsi", at(ON)) as acting:
        close(acting, Case.objects.get(unit=docket.where), "wrong debtor, corrected")
    assert docket.decided(CourtRun(), "court")["A"][0] == "COURT_CASE_ENDED"
    with inside(docket.where, "kirsi", at(ON)) as acting:
        apply_again(acting, docket.claims["A"], "the register was corrected")
    assert docket.decided(CourtRun(), "court")["A"][0] == "APPLY_FOR_SUMMONS"
    run(CourtRun(), docket.where, ON)
    with inside(docket.where):
        assert Case.objects.filter(unit=docket.where).count() == 2


def test_invoiced_interest_goes_along_and_is_not_asked_for_twice() -> None:
    """OC 6.2.5-a: a claim of interest relies on the act, no interest runs on it; the other's begins where it ended."""
    docket = _decide(f"""
    claim    A bruk 250.00 agreement HM-2026-1
    charged  I A 21.50 2026-05-31
    reminded A {REMINDED}
    reminded I {REMINDED}
    expect   A APPLY_FOR_SUMMONS                                      # OC 6.2.3-a
    expect   I APPLY_FOR_SUMMONS                                      # OC 6.2.3-a
    """)
    run(CourtRun(), docket.where, ON)
    batch = _batch(docket)
    assert _all(batch, "Application/Demand/Principal") == ["250.00", "21.50"]
    assert _all(batch, "Application/Demand/Interest/From") == ["2026-06-01"]
    assert _all(batch, "Application/Demand/ReliesOn/@kind") == ["agreement", "interest"]
    assert "633/1982" in _all(batch, "Application/Demand/Ground")[1]


def test_two_runs_at_once_apply_once() -> None:
    """OC 6.2.3-a"""
    docket = told(f"on {ON}\nclaim A bruk 100.00 order B-1\nreminded A {REMINDED}")
    applied: list[int] = []

    def apply_for() -> None:
        try:
            applied.append(run(CourtRun(), docket.where, ON).facts.get("applications", 0))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=apply_for) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(applied) == [0, 1]
    with inside(docket.where):
        assert Case.objects.filter(unit=docket.where).count() == 1
        assert OutboxFile.objects.filter(unit=docket.where, channel="court").count() == 1
