"""Applications for enforcement (OC 6.2.1, 6.2.2, 6.2.7) and what the authority is told of them: tables and batches."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from cast import customer, inside, personal_code, plan_of, run, unit
from income.legal_tables import Street, at_noon, decide_in_crowd_and_alone, decisions, refused_by, told
from reskontra.claims.models import Case, CaseClaim
from reskontra.exchange import archive
from reskontra.exchange.models import OutboxFile
from reskontra.income.legal.enforcement import EnforcementRun, cost_caps
from reskontra.income.legal.enforcement_actions import apply_with_provision, resume, stop, withdraw
from reskontra.income.legal.events import case_tasks, history
from reskontra.income.legal.run import CollectionRun
from reskontra.kernel.terms import terms_on
from reskontra.registers.models import Customer
from reskontra.registers.policy import NotAllowed
from reskontra.runs.run import Result, RunRefused

pytestmark = pytest.mark.usefixtures("database")
NAMES = {None: "urn:reskontra:enforcement:1"}
ACT_SV = "Lag om verkställighet av skatter och avgifter (706/2007)"
ACT_FI = "Laki verojen ja maksujen täytäntöönpanosta (706/2007)"


def _batch(street: Street, result: Result) -> Any:
    """The root of the one batch that a run sealed."""
    with inside(street.where):
        file = OutboxFile.objects.get(unit=street.where, run=result.run)
        assert [one["digest"] for one in result.files] == [file.digest]
        return etree.fromstring(archive.read(file.digest))


def _enforce(street: Street) -> tuple[Result, Any]:
    result = run(EnforcementRun(), street.where, street.table.on)
    return result, _batch(street, result)


def test_a_claim_is_applied_for_normally_or_limited_by_the_capital_of_its_application() -> None:
    """OC 6.2.1-a: at, under and over the unit's limit, alone and bundled"""
    decide_in_crowd_and_alone(
        """
    on 2026-06-01
    term     limited_enforcement_below 300.00
    claim    AT     bruk  300.00
    claim    UNDER  paja  299.99
    claim    OVER   aino  300.01
    claim    ONE    berit 200.00
    claim    TWO    berit 100.00
    claim    SMALL1 contact 200.00
    claim    SMALL2 contact 99.99
    claim    WON    svea  299.99 item SEEDS
    reminded AT
    reminded UNDER
    reminded OVER
    reminded ONE
    reminded TWO
    reminded SMALL1
    reminded SMALL2
    reminded WON
    cost     UNDER 5.00
    judged   WON 2026-05-04 L1/2026
    expect   AT     APPLY_NORMAL   # OC 6.2.2-a
    expect   UNDER  APPLY_LIMITED  # OC 6.2.1-a
    expect   OVER   APPLY_NORMAL   # OC 6.2.2-a
    expect   ONE    APPLY_NORMAL   # OC 6.2.2-a
    expect   TWO    APPLY_NORMAL   # OC 6.2.2-a
    expect   SMALL1 APPLY_LIMITED  # OC 6.2.1-a
    expect   SMALL2 APPLY_LIMITED  # OC 6.2.1-a
    expect   WON    APPLY_LIMITED  # OC 6.2.1-a
    """,
        EnforcementRun,
    )


def test_without_a_limit_of_the_unit_every_application_is_normal_and_what_is_missing_waits() -> None:
    """OC 6.2.2-a, OC 6.2.7-a"""
    decide_in_crowd_and_alone(
        """
    on 2026-06-01
    claim    LEAST    bruk  10.00
    claim    WON      paja  40.00 item SEEDS
    claim    UNNAMED  svea  40.00 item SEEDS
    claim    ENCLOSED aino  40.00 item BARE enclosed
    claim    GENERAL  berit 40.00 item BARE basis "Lag 1/2026"
    reminded LEAST
    reminded WON
    reminded UNNAMED
    reminded ENCLOSED
    reminded GENERAL
    judged   WON 2026-05-04 L1/2026
    judged   UNNAMED 2026-05-04
    expect   LEAST    APPLY_NORMAL   # OC 6.2.2-a
    expect   WON      APPLY_NORMAL   # OC 6.2.7-a
    expect   UNNAMED  NO_PROVISION   # OC 6.2.2-a
    expect   ENCLOSED NO_PROVISION   # OC 6.2.2-a
    expect   GENERAL  APPLY_NORMAL   # OC 6.2.2-a
    """,
        EnforcementRun,
    )


def test_an_application_holds_everything_that_is_asked_of_it() -> None:
    """OC 6.2.2-a, OC 6.2.2-b: capital, interest and its first day, consequences, provision, procedure; no agent"""
    street = told("""
    on 2026-06-01
    claim    A aino 100.00
    reminded A
    cost     A 5.00
    pay      A 40.00 day 2026-05-04
    """)
    result, batch = _enforce(street)
    (application,) = batch.findall("Application", NAMES)
    values = {one.tag.rpartition("}")[2]: (one.text or "").strip() for one in application.iter()}
    assert values["Procedure"] == "normal"
    assert (values["Principal"], values["Costs"], values["Total"]) == ("60.00", "5.00", "65.00")
    assert values["Provision"] == f"Avgiftslagen om permit 1/2020 (fi); {ACT_FI}"
    assert "5,00" in values["Consequences"]
    (interest,) = application.iterfind(".//Interest", NAMES)
    due = street.claims["A"].due_date
    assert dict(interest.attrib) == {
        "ground": "section_4", "percentAboveReferenceRate": "7.0", "from": (due + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    assert application.find("DirectlyEnforceable", NAMES) is not None
    assert {one.tag.rpartition("}")[2] for one in batch} == {"Creditor", "Application"}
    assert batch.find("Creditor", NAMES).get("unit") == street.where.code
    first = result.controls[0]
    assert (first.name, first.expected) == (
        "capital and costs asked for = cases",
        "65.00",
    )
    with inside(street.where):
        case = Case.objects.get(unit=street.where)
        one = CaseClaim.objects.get(unit=street.where, case=case)
        assert (case.procedure, case.public_law, str(case.number)) == (
            "normal",
            True,
            application.get("case"),
        )
        assert (one.principal, one.costs, one.interest_ground) == (
            Decimal("60.00"),
            Decimal("5.00"),
            "section_4",
        )
        shown = history(street.where, case).as_json()
    assert [step["kind"] for step in shown["steps"]] == ["applied"]
    assert shown["steps"][0]["digest"] == result.files[0]["digest"]


def test_the_personal_code_stands_in_the_sealed_batch_and_nowhere_else() -> None:
    """OC 6.2.2-a, OC 2.2-f"""
    street = told("on 2026-06-01\nclaim A aino 100.00\nreminded A")
    result, batch = _enforce(street)
    code = batch.findtext(".//PersonalCode", namespaces=NAMES)
    assert code == "010190-900" + code[-1]
    text = batch.findtext(".//Text", namespaces=NAMES)
    assert code not in text
    assert customer("aino").number in text
    with inside(street.where):
        case = Case.objects.select_related("debtor").get(unit=street.where)
        (decision,) = decisions(street, "A", "enforcement")
        kept = f"{history(street.where, case).as_json()} {decision.inputs} {result.as_json()}"
    assert code not in kept


def test_a_code_that_cannot_be_opened_keeps_the_application_back_and_says_so() -> None:
    """OC 6.2.2-a: the check names what is missing; no case is opened, no number taken"""
    street = told("on 2026-06-01\nclaim A aino 100.00\nclaim B bruk 100.00\nreminded A\nreminded B")
    with inside(street.where):
        one = Customer.objects.get(pk=street.claims["A"].payer_id)
        one.personal_code_sealed = bytes([*bytes(one.personal_code_sealed or b"")[:-1], 0])
        one.save()
    result, batch = _enforce(street)
    assert [one.get("case") for one in batch.findall("Application", NAMES)] == ["1"]
    (rejected,) = result.facts["rejected"]
    assert rejected["invoice"] == street.claims["A"].reference
    assert [one["rule"] for one in rejected["findings"]] == ["enforcement_debtor_unknown"]


def test_public_law_claims_of_the_same_kind_and_due_date_share_an_application() -> None:
    """OC 6.2.7-a"""
    street = told("""
    on 2026-06-01
    claim    A bruk 100.00
    claim    B bruk 50.00
    claim    KIND bruk 40.00 item INSPECT
    claim    DAY bruk 60.00 day 2026-01-13
    claim    OTHER paja 70.00
    reminded A
    reminded B
    reminded KIND
    reminded DAY
    reminded OTHER
    """)
    _enforce(street)
    cases = {name: street.case(name).number for name in street.claims}
    assert cases["A"] == cases["B"]
    assert len(set(cases.values())) == 4


def test_claims_of_one_judgment_share_an_application_and_two_judgments_do_not() -> None:
    """OC 6.2.7-a"""
    street = told("""
    on 2026-06-01
    claim    A paja 100.00 item SEEDS
    claim    B paja 50.00 item SEEDS day 2026-01-13
    reminded A
    reminded B
    judged   A 2026-05-04 L1/2026
    judged   B 2026-05-05 L2/2026
    """)
    _, batch = _enforce(street)
    judgments = sorted(
        one.findtext("Judgment", namespaces=NAMES) for one in batch.findall("Application", NAMES)
    )
    assert judgments == ["Helsingin käräjäoikeus L1/2026", "Helsingin käräjäoikeus L2/2026"], (
        "the court is named"
    )
    with inside(street.where):
        follows = Case.objects.filter(unit=street.where, kind="enforcement").values_list(
            "follows__kind", flat=True
        )
        assert list(follows) == ["court", "court"]


def test_interest_rests_on_what_it_is_interest_of_and_is_not_asked_for_twice() -> None:
    """OC 6.2.2-a: the claim of interest has the provision of its principal and no interest of its own"""
    street = told("""
    on 2026-06-01
    claim    A bruk 1000.00
    interest I A 30.00 2026-03-31
    reminded A
    reminded I
    """)
    _, batch = _enforce(street)
    (application,) = batch.findall("Application", NAMES)
    demands = {one.get("kind"): one for one in application.findall("Demand", NAMES)}
    provisions = {one.findtext("Provision", namespaces=NAMES) for one in demands.values()}
    assert provisions == {f"Avgiftslagen om permit 1/2020 (sv); {ACT_SV}"}
    assert demands["interest"].find("Interest", NAMES) is None
    assert demands["invoice"].find("Interest", NAMES).get("from") == "2026-04-01"
    assert application.findtext("Total", namespaces=NAMES) == "1030.00"


@pytest.mark.parametrize(
    ("who", "costs", "asked"),
    [
        ("aino", "51.00", "51.00"),
        ("aino", "51.01", "51.00"),
        ("bruk", "65.00", "65.00"),
        ("bruk", "65.01", "65.00"),
        ("aino", "50.99", "50.99"),
    ],
)
def test_costs_go_to_enforcement_without_a_judgment_up_to_their_cap(who: str, costs: str, asked: str) -> None:
    """OC 6.2.2-a: Act 513/1999, sections 10 d and 10 j"""
    street = told(f"on 2026-06-01\nclaim A {who} 100.00\nreminded A\ncost A {costs}")
    _, batch = _enforce(street)
    assert batch.findtext(".//Costs", namespaces=NAMES) == asked


@pytest.mark.parametrize(
    ("day", "consumer", "other"),
    [
        (date(2022, 4, 30), Decimal(51), Decimal(51)),
        (date(2022, 5, 1), Decimal(51), Decimal(65)),
        (date(2013, 3, 15), Decimal(59), None),
        (date(2013, 3, 16), Decimal(51), Decimal(51)),
    ],
)
def test_the_caps_change_on_their_day(day: date, consumer: Decimal, other: Decimal | None) -> None:
    """OC 6.2.2-a"""
    assert cost_caps(terms_on(day)) == {"consumer_cap": consumer, "other_cap": other}


def test_a_person_names_the_provision_that_stood_in_an_enclosed_decision() -> None:
    """OC 6.2.2-a"""
    street = told("on 2026-06-01\nclaim A bruk 100.00 item BARE enclosed\nreminded A")
    assert street.decided(EnforcementRun())["A"][0] == "NO_PROVISION"
    with inside(street.where, "kirsi", at_noon(street)) as acting:
        apply_with_provision(acting, [street.claims["A"]], "Lag om farleder 1/2020, 9 §")
    with inside(street.where):
        assert CaseClaim.objects.get(unit=street.where).provision == "Lag om farleder 1/2020, 9 §"


# What the authority is told later -----------------------------------------------------------------------------


def test_what_changes_of_an_applied_claim_is_told_once() -> None:
    """OC 6.2-a: a payment beside enforcement, a claim paid in full, a block, and what stays as it is"""
    street = told("""
    on 2026-06-01
    claim    PART    bruk 100.00
    claim    PAID    paja 100.00
    claim    BLOCKED aino 100.00
    claim    SAME    berit 100.00
    reminded PART
    reminded PAID
    reminded BLOCKED
    reminded SAME
    enforced PART PAID BLOCKED SAME
    """)
    street.pay("PART", "30.00")
    street.pay("PAID", "100.00")
    street.block("BLOCKED", "C", **{"from": "2026-06-01"})
    ran, found = street.ran(EnforcementRun())
    names = {claim.pk: name for name, claim in street.claims.items()}
    assert {names[one]: outcome for one, (outcome, _) in found.items()} == {
        "PART": "CASE_SUMS_CHANGED", "PAID": "CASE_PAID", "BLOCKED": "CASE_STOPS_FOR_BLOCK", "SAME": "IN_ENFORCEMENT",
    }  # fmt: skip
    batch = _batch(street, ran)
    assert sorted(one.tag.rpartition("}")[2] for one in batch[1:]) == ["Change", "Interruption", "Withdrawal"]
    assert batch.findtext(".//Change/Demand/Principal", namespaces=NAMES) == "70.00"
    assert {name: street.steps(name) for name in street.claims} == {
        "PART": ["applied", "changed"], "PAID": ["applied", "withdrawn"], "BLOCKED": ["applied", "stopped"],
        "SAME": ["applied"],
    }  # fmt: skip
    again, found = street.ran(EnforcementRun())
    assert not again.files
    assert {names[one]: outcome for one, (outcome, _) in found.items()} == {
        "PART": "IN_ENFORCEMENT", "BLOCKED": "CASE_STOPPED_BY_UNIT", "SAME": "IN_ENFORCEMENT",
    }  # fmt: skip


def test_a_claim_that_is_enforced_stays_out_of_the_fork() -> None:
    """OC 6.2-a"""
    street = told("on 2026-06-01\nclaim A bruk 100.00\nreminded A\nenforced A")
    assert street.decided(CollectionRun()) == {"A": ("LEGAL_CASE_OPEN", "OC 6.2-a")}


def test_a_plan_that_has_aged_sets_the_whole_application_aside() -> None:
    """OC 6.2.2-a: one claim of a bundle is paid in part between plan and apply"""
    street = told("on 2026-06-01\nclaim A bruk 100.00\nclaim B bruk 50.00\nclaim C paja 50.00\n"
                  "reminded A\nreminded B\nreminded C")  # fmt: skip
    planned = plan_of(EnforcementRun(), street.where, street.table.on)
    street.pay("A", "30.00")
    result = run(EnforcementRun(), street.where, street.table.on, planned.run)
    assert {one.outcome: one.count for one in result.counts} == {"APPLY_NORMAL": 1, "CHANGED_SINCE_PLAN": 2}
    assert result.facts["applications"] == 1


# The unit's acts ----------------------------------------------------------------------------------------------


def test_stop_and_resumption_are_told_at_once_and_are_somebodys_task() -> None:
    """OC 6.2-a"""
    street = told("on 2026-06-01\nclaim A bruk 100.00\nreminded A\nenforced A")
    case, at = street.case("A"), at_noon(street)
    with inside(street.where, "kirsi", at) as acting:
        stopped = stop(acting, case, "the debtor has asked for a decision")
        tasks = case_tasks(street.where, street.table.on)
    assert [(one.case, one.kind, one.party, one.amount) for one in tasks] == [
        (case.number, "case_is_stopped", "unit", Decimal("100.00"))
    ]
    assert _batch(street, stopped).find("Interruption", NAMES).get("case") == str(case.number)
    with inside(street.where, "gunnar", at) as acting:
        resumed = resume(acting, case, "decided")
        assert case_tasks(street.where, street.table.on) == []
    assert _batch(street, resumed).find("Resumption", NAMES) is not None
    assert street.steps("A") == ["applied", "stopped", "resumed"]
    assert street.decided(EnforcementRun()) == {"A": ("IN_ENFORCEMENT", "OC 6.2-a")}


def test_a_withdrawn_claim_waits_for_a_person_under_a_block() -> None:
    """OC 6.2-a"""
    street = told("on 2026-06-01\nclaim A bruk 100.00\nreminded A\nenforced A")
    with inside(street.where, "kirsi", at_noon(street)) as acting:
        withdraw(acting, street.case("A"), "wrong debtor")
    assert street.blocks("A") == [("A", "CASE_WITHDRAWN")]
    assert street.decided(CollectionRun()) == {"A": ("LEGAL_STOPPED_BY_BLOCK", "OC 6.1.2-a")}
    with (
        pytest.raises(RunRefused, match=r"case\.not_possible"),
        inside(street.where, "kirsi", at_noon(street)) as acting,
    ):
        withdraw(acting, street.case("A"), "once more")


def test_who_may_stop_resume_and_withdraw() -> None:
    """OC 6.2-a: both parties stop, only the unit lets go on or takes back"""
    street = told("on 2026-06-01\nclaim A bruk 100.00\nreminded A\nenforced A")
    case, at = street.case("A"), at_noon(street)
    for who, act in (("maria", stop), ("cecilia", resume), ("cecilia", withdraw), ("olli", stop)):
        with pytest.raises(NotAllowed), inside(street.where, who, at) as acting:
            act(acting, case, "test")
    with inside(street.where, "cecilia", at) as acting:
        stop(acting, case, "a complaint came in")


@pytest.mark.parametrize(
    ("reason", "key"), [(" ", r"case\.no_reason"), ("Koe 010190-900P", r"case\.code_in_reason")]
)
def test_an_act_says_why_and_names_no_personal_code(reason: str, key: str) -> None:
    """OC 6.2-a"""
    street = told("on 2026-06-01\nclaim A bruk 100.00\nreminded A\nenforced A")
    told_reason = reason if not reason.strip() else f"Koe {personal_code('010190')}"
    with pytest.raises(RunRefused, match=key), inside(street.where, "kirsi", at_noon(street)) as acting:
        stop(acting, street.case("A"), told_reason)


def test_an_application_nobody_acknowledges_becomes_the_centres_task() -> None:
    """OC 6.2-a: applied on the 31st of May, seven days"""
    street = told("on 2026-06-01\nclaim A bruk 100.00\nreminded A\nenforced A")
    with inside(street.where):
        assert case_tasks(street.where, date(2026, 6, 7)) == []
        (task,) = case_tasks(street.where, date(2026, 6, 8))
    assert (task.kind, task.party, task.since) == ("receipt_missing", "centre", date(2026, 5, 31))


def test_the_same_claims_are_not_applied_for_twice() -> None:
    """OC 6.2.2-a: the run again, and the database by its own"""
    street = told("on 2026-06-01\nclaim A bruk 100.00\nreminded A\nenforced A")
    assert run(EnforcementRun(), street.where, street.table.on).files == ()
    first = street.case("A")

    def open_another() -> None:
        again = Case.objects.create(
            unit=street.where, run_id=first.run_id, number=99, kind="enforcement", debtor=first.debtor, public_law=True,
            opened_date=street.table.on, procedure="normal",
        )  # fmt: skip
        one = CaseClaim.objects.get(unit=street.where, case=first)
        one.pk, one.case = None, again
        one.save(force_insert=True)

    assert refused_by(street, open_another) == "a_claim_is_in_one_case_at_a_time"


def test_another_units_cases_are_not_there() -> None:
    street = told("on 2026-06-01\nclaim A bruk 100.00\nreminded A\nenforced A")
    with inside(unit("4220")):
        assert case_tasks(unit("4220"), date(2026, 7, 1)) == []
    with inside(street.where):
        assert len(case_tasks(street.where, date(2026, 7, 1))) == 1
