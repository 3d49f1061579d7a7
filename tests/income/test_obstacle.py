"""After the obstacle (OC 6.3, 6.4, 6.5): the passive register by cost and days, the end, and the unit abroad."""

from datetime import date
from decimal import Decimal

import pytest

from cast import inside, run
from income.legal_tables import Street, at_noon, decide_in_crowd_and_alone, decisions, told
from income.test_enforcement import NAMES, _batch
from reskontra.claims.models import Block, CaseEvent, FollowUp
from reskontra.income.legal.enforcement_actions import close_abroad, decide_abroad
from reskontra.income.legal.events import case_tasks
from reskontra.income.legal.obstacle import ObstaclesRun, follow_up_date
from reskontra.income.legal.run import CollectionRun
from reskontra.kernel.terms import terms_on
from reskontra.registers.policy import NotAllowed
from reskontra.runs.run import RunRefused

pytestmark = pytest.mark.usefixtures("database")


def test_the_passive_register_is_asked_for_where_the_case_is_worth_its_cost() -> None:
    """OC 6.3-a: 10 euro surcharge and 10 euro beyond it, on what is open of the whole case"""
    decide_in_crowd_and_alone(
        """
    on 2026-06-01
    claim    AT      bruk  20.00
    claim    UNDER   paja  19.99
    claim    OVER    aino  20.01
    claim    BUNDLE1 berit 12.00
    claim    BUNDLE2 berit 12.00
    claim    FOUND   contact 50.00
    claim    ABROAD  svea  50.00
    reminded AT
    reminded UNDER
    reminded OVER
    reminded BUNDLE1
    reminded BUNDLE2
    reminded FOUND
    reminded ABROAD
    enforced AT
    enforced UNDER
    enforced OVER
    enforced BUNDLE1 BUNDLE2
    enforced FOUND
    enforced ABROAD
    obstacle AT      lack_of_means 2026-06-01
    obstacle UNDER   lack_of_means 2026-06-01
    obstacle OVER    lack_of_means_and_not_found 2026-06-01
    obstacle BUNDLE1 lack_of_means 2026-06-01
    obstacle FOUND   obstacle 2026-06-01
    obstacle ABROAD  lack_of_means 2026-06-01
    expect   AT      TO_PASSIVE_REGISTER            # OC 6.3-a
    expect   UNDER   PASSIVE_NOT_WORTH_ITS_COST     # OC 6.3-a
    expect   OVER    TO_PASSIVE_REGISTER            # OC 6.3-a
    expect   BUNDLE1 TO_PASSIVE_REGISTER            # OC 6.3-a
    expect   BUNDLE2 TO_PASSIVE_REGISTER            # OC 6.3-a
    expect   FOUND   CERTIFICATE_ALLOWS_NO_PASSIVE  # OC 6.3-a
    expect   ABROAD  ABROAD_UNIT_DECIDES            # OC 6.5-a
    """,
        ObstaclesRun,
    )


def test_nothing_is_asked_for_while_the_unit_decides_on_a_write_off_of_the_case() -> None:
    """OC 5.1-b: one claim of a case is enough; one that the unit keeps goes on."""
    decide_in_crowd_and_alone(
        """
    on 2026-06-01
    claim    ALONE bruk  50.00
    claim    ONE   berit 50.00
    claim    TWO   berit 50.00
    claim    KEPT  aino  50.00
    reminded ALONE
    reminded ONE
    reminded TWO
    reminded KEPT
    enforced ALONE
    enforced ONE TWO
    enforced KEPT
    obstacle ALONE lack_of_means 2026-06-01
    obstacle ONE   lack_of_means 2026-06-01
    obstacle KEPT  lack_of_means 2026-06-01
    proposed ALONE
    proposed ONE   approved
    proposed KEPT  refused
    expect   ALONE OBSTACLE_WRITE_OFF_PROPOSED  # OC 5.1-b
    expect   ONE   OBSTACLE_WRITE_OFF_PROPOSED  # OC 5.1-b
    expect   TWO   OBSTACLE_WRITE_OFF_PROPOSED  # OC 5.1-b
    expect   KEPT  TO_PASSIVE_REGISTER          # OC 6.3-a
    """,
        ObstaclesRun,
    )


def test_a_unit_may_ask_for_more_and_limited_enforcement_never_leads_to_the_register() -> None:
    """OC 6.3-a"""
    decide_in_crowd_and_alone(
        """
    on 2026-06-01
    term     passive_register_excess 40.00
    term     limited_enforcement_below 30.00
    claim    AT      bruk  50.00
    claim    UNDER   paja  49.99
    claim    LIMITED aino  29.99
    claim    DISPUTE berit 60.00
    reminded AT
    reminded UNDER
    reminded LIMITED
    reminded DISPUTE
    enforced AT
    enforced UNDER
    enforced LIMITED
    enforced DISPUTE
    obstacle AT      lack_of_means 2026-06-01
    obstacle UNDER   lack_of_means 2026-06-01
    obstacle LIMITED lack_of_means 2026-06-01
    obstacle DISPUTE lack_of_means 2026-06-01
    block    DISPUTE C from 2026-06-01
    expect   AT      TO_PASSIVE_REGISTER         # OC 6.3-a
    expect   UNDER   PASSIVE_NOT_WORTH_ITS_COST  # OC 6.3-a
    expect   LIMITED OBSTACLE_AFTER_LIMITED      # OC 6.3-a
    expect   DISPUTE OBSTACLE_IN_DISPUTE         # OC 6.1.2-a
    """,
        ObstaclesRun,
    )


REGISTERED = """
on 2026-06-01
claim    A bruk 100.00
reminded A
enforced A
obstacle A lack_of_means 2026-05-31
"""


def _on(street: Street, day: date) -> Street:
    street.table = type(street.table)(day, street.table.lines)
    return street


def test_registration_lasts_two_years_from_the_certificate_and_then_comes_back() -> None:
    """OC 6.3-a, OC 6.4-a: the last day still in the register, the day after proposed for write-off"""
    street = told(REGISTERED)
    result, _ = street.ran(ObstaclesRun())
    message = _batch(street, result).find("PassiveRegistration", NAMES)
    assert message.findtext("CertificateDay", namespaces=NAMES) == "2026-05-31"
    assert street.blocks("A") == [("D", "TO_PASSIVE_REGISTER")]
    with inside(street.where):
        block = Block.objects.get(unit=street.where, code="D")
        assert (block.from_date, block.until_date) == (date(2026, 6, 1), date(2028, 5, 31))
        assert CaseEvent.objects.get(unit=street.where, kind="passive").detail["until"] == "2028-05-31"
    assert _on(street, date(2028, 5, 31)).decided(ObstaclesRun()) == {"A": ("PASSIVE_RUNS", "OC 6.3-a")}
    assert street.decided(CollectionRun()) == {"A": ("LEGAL_CASE_OPEN", "OC 6.2-a")}
    assert _on(street, date(2028, 6, 1)).decided(ObstaclesRun()) == {"A": ("PASSIVE_ENDED", "OC 6.3-a")}
    assert street.steps("A") == ["applied", "obstacle", "passive", "passive_ended"]
    assert street.blocks("A")[-1] == ("E", "PASSIVE_ENDED")
    assert street.decided(CollectionRun()) == {"A": ("LEGAL_STOPPED_BY_BLOCK", "OC 6.1.2-a")}


def test_a_certificate_from_a_leap_day_ends_on_the_28th_of_february() -> None:
    """OC 6.3-a"""
    street = told(REGISTERED.replace("2026-06-01", "2028-03-01").replace("2026-05-31", "2028-02-29"))
    street.ran(ObstaclesRun())
    with inside(street.where):
        assert Block.objects.get(unit=street.where, code="D").until_date == date(2030, 2, 28)


def test_an_old_certificate_leads_to_no_register() -> None:
    """OC 6.3-a"""
    street = told(REGISTERED)
    _on(street, date(2028, 6, 1))
    assert street.decided(ObstaclesRun()) == {"A": ("PASSIVE_OVER_BEFORE_IT_BEGINS", "OC 6.3-a")}


def test_the_end_of_collection_blocks_and_sets_a_day_to_look_again_once() -> None:
    """OC 6.4-a"""
    street = told(REGISTERED.replace("100.00", "19.99"))
    assert street.decided(CollectionRun()) == {"A": ("LEGAL_OBSTACLE_UNDECIDED", "OC 6.3-a")}
    street.ran(ObstaclesRun())
    with inside(street.where):
        (again,) = FollowUp.objects.filter(unit=street.where)
        block = Block.objects.get(unit=street.where)
    assert (again.due_date, again.note) == (date(2027, 6, 1), "PASSIVE_NOT_WORTH_ITS_COST")
    assert (block.code, block.review_date, block.until_date, block.party) == (
        "E",
        date(2027, 6, 1),
        None,
        "centre",
    )
    assert street.decided(ObstaclesRun()) == {"A": ("OBSTACLE_DECIDED", "OC 6.4-a")}
    assert len(street.blocks("A")) == 1
    assert street.decided(CollectionRun()) == {"A": ("LEGAL_STOPPED_BY_BLOCK", "OC 6.1.2-a")}


@pytest.mark.parametrize(
    ("amount", "day"),
    [
        ("1000.00", date(2027, 6, 1)),
        ("1000.01", date(2026, 11, 28)),
        ("999.99", date(2027, 6, 1)),
    ],
)
def test_a_large_claim_is_followed_up_more_often(amount: str, day: date) -> None:
    """OC 6.4-a: at, over and under the size"""
    assert follow_up_date(terms_on(date(2026, 6, 1)), date(2026, 6, 1), Decimal(amount)) == day


ABROAD = """
on 2026-06-01
claim    EU    svea 100.00
claim    FAR   tokyo 100.00 day 2025-12-15  # 60 days outside Europe
reminded EU
reminded FAR
enforced EU
enforced FAR
obstacle EU  lack_of_means 2026-05-31
obstacle FAR lack_of_means 2026-05-31
"""


def test_a_debtor_abroad_is_the_units_to_decide_about_with_the_risk_shown() -> None:
    """OC 6.5-a: Brussels I inside the Union only"""
    street = told(ABROAD)
    street.ran(ObstaclesRun())
    with inside(street.where):
        told_of = {name: decisions(street, name, "obstacle")[-1].inputs for name in ("EU", "FAR")}
        tasks = [(one.kind, one.party, one.clause) for one in case_tasks(street.where, street.table.on)]
    assert (told_of["EU"]["route"], told_of["EU"]["country"]) == ("brussels_i", "SE")
    assert (told_of["FAR"]["route"], told_of["FAR"]["country"]) == ("declared_enforceable_first", "JP")
    assert told_of["EU"]["at_risk"] == ["enforcement", "translation", "local_law"]
    assert tasks == [("decide_abroad", "unit", "OC 6.5-a")] * 2


def test_the_unit_goes_abroad_or_ends_collection() -> None:
    """OC 6.5-a, OC 6.4-a"""
    street = told(ABROAD)
    at = at_noon(street)
    with inside(street.where, "gunnar", at) as acting:
        decide_abroad(acting, street.case("EU"), True, "worth its cost")
        decide_abroad(acting, street.case("FAR"), False, "translation would cost more")
        tasks = case_tasks(street.where, street.table.on)
    assert [(one.kind, one.case) for one in tasks] == [("collect_abroad", street.case("EU").number)]
    assert (street.steps("EU"), street.steps("FAR")) == (
        ["applied", "obstacle", "abroad"],
        ["applied", "obstacle", "closed"],
    )
    with inside(street.where):
        told_of = CaseEvent.objects.filter(unit=street.where, kind__in=["abroad", "closed"]).order_by("kind")
        assert [one.detail["abroad"] for one in told_of] == ["yes", "no"]
    assert (street.blocks("EU"), street.blocks("FAR")) == ([], [("E", "CASE_NOT_ABROAD")])
    assert street.decided(CollectionRun()) == {
        "EU": ("LEGAL_CASE_OPEN", "OC 6.2-a"), "FAR": ("LEGAL_STOPPED_BY_BLOCK", "OC 6.1.2-a"),
    }  # fmt: skip
    with inside(street.where, "gunnar", at) as acting:
        close_abroad(acting, street.case("EU"), "nothing was found there either")
    assert street.blocks("EU") == [("E", "CASE_CLOSED")]


def test_only_the_unit_decides_and_only_of_a_debtor_abroad() -> None:
    """OC 6.5-a"""
    street = told(
        ABROAD
        + "claim HERE bruk 100.00\nreminded HERE\nenforced HERE\nobstacle HERE lack_of_means 2026-05-31"
    )
    at = at_noon(street)
    with pytest.raises(NotAllowed), inside(street.where, "cecilia", at) as acting:
        decide_abroad(acting, street.case("EU"), True, "test")
    with pytest.raises(RunRefused, match=r"case\.not_possible"), inside(street.where, "gunnar", at) as acting:
        decide_abroad(acting, street.case("HERE"), True, "test")
    with inside(street.where, "gunnar", at) as acting:
        decide_abroad(acting, street.case("EU"), True, "test")
    with pytest.raises(RunRefused, match=r"case\.not_possible"), inside(street.where, "gunnar", at) as acting:
        decide_abroad(acting, street.case("EU"), False, "test")


def test_the_run_of_obstacles_does_nothing_twice() -> None:
    """OC 6.3-a"""
    street = told(REGISTERED)
    run(ObstaclesRun(), street.where, street.table.on)
    again = run(ObstaclesRun(), street.where, street.table.on)
    assert (list(again.files), street.steps("A")) == ([], ["applied", "obstacle", "passive"])
    assert street.blocks("A") == [("D", "TO_PASSIVE_REGISTER")]
