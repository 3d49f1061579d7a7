"""Limitation (OC 5.1-c): every edge day, what restarts a period and what does not, refusals of interruptions."""

import re
from datetime import date
from typing import get_args

import pytest
from django.db import IntegrityError

from cast import inside, new_unit, person, plan_of, run, set_term, unit
from income.limitation_tables import Clock, count_in_crowd_and_alone, noon
from income.money import claims_issued
from income.tables import read
from reskontra.claims.models import Claim, ClaimDecision, Interruption
from reskontra.income.limitation.actions import Act, interrupt
from reskontra.income.limitation.rules import STILL_POSSIBLE
from reskontra.income.limitation.run import LimitationRun
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.registers.policy import NotAllowed
from reskontra.runs.run import RunRefused

pytestmark = pytest.mark.usefixtures("database")


def test_a_public_law_claim_lives_to_the_end_of_the_fifth_year_after_it_was_imposed() -> None:
    """OC 5.1-c: the last and the first day of a year are a year apart; nothing that is done moves the date."""
    count_in_crowd_and_alone("""
    on 2030-12-31
    claim    last     aino 100.00 public issued 2025-12-31
    claim    first    bruk 100.00 public issued 2026-01-02
    claim    reminded aino 100.00 public issued 2025-03-10
    claim    paid     paja 100.00 public issued 2025-03-10
    claim    enforced bruk 100.00 public issued 2025-03-10
    reminder reminded 2025-05-05
    payment  paid 40.00 2029-11-11
    case     enforced enforcement applied 2025-08-08
    expect   last     EXPIRES_SOON until 2030-12-31 by public_law can enforce   # OC 5.1-c
    expect   first    LIMITATION_RUNNING until 2031-12-31 by public_law         # OC 5.1-c
    expect   reminded EXPIRES_SOON until 2030-12-31 by public_law can enforce   # OC 5.1-c
    expect   paid     EXPIRES_SOON until 2030-12-31 by public_law can enforce   # OC 5.1-c
    expect   enforced EXPIRES_SOON until 2030-12-31 by public_law can enforce   # OC 5.1-c
    """)


def test_on_the_day_after_a_public_law_claim_has_expired() -> None:
    """OC 5.1-c: what was attached before, or is in a bankrupt's estate, may still be received (706/2007 s 21)."""
    count_in_crowd_and_alone("""
    on 2031-01-01
    claim    last     aino 100.00 public issued 2025-12-31
    claim    enforced bruk 100.00 public issued 2025-03-10
    claim    bankrupt paja 100.00 public issued 2025-03-10
    case     enforced enforcement applied 2025-08-08
    block    bankrupt B
    expect   last     EXPIRED until 2030-12-31 by public_law can write_off   # OC 5.1-c
    expect   enforced EXPIRED until 2030-12-31 by public_law can attached    # OC 5.1-c
    expect   bankrupt EXPIRED until 2030-12-31 by public_law can attached    # OC 5.1-c
    """)


@pytest.mark.parametrize(
    ("on", "outcome", "can"),
    [
        ("2026-09-01", "EXPIRES_SOON", "interrupt"),  # 180 days before
        ("2027-02-28", "EXPIRES_SOON", "interrupt"),
        ("2027-03-01", "EXPIRED", "write_off"),
    ],
)
def test_a_private_law_claim_due_on_a_leap_day_lives_to_the_end_of_february(
    on: str, outcome: str, can: str
) -> None:
    """OC 5.1-c: three years from the due date; the month has no corresponding day, so its last one is it."""
    count_in_crowd_and_alone(f"""
    on {on}
    claim  A bruk 100.00 private issued 2024-02-08
    expect A {outcome} until 2027-02-28 by general can {can}   # OC 5.1-c
    """)


def test_the_day_before_the_warning_nothing_is_said() -> None:
    """OC 5.1-c"""
    count_in_crowd_and_alone("""
    on 2026-08-31
    claim  A bruk 100.00 private issued 2024-02-08
    expect A LIMITATION_RUNNING until 2027-02-28 by general   # OC 5.1-c
    """)


@pytest.mark.parametrize(
    ("on", "outcome"), [("2027-01-28", "LIMITATION_RUNNING"), ("2027-01-29", "EXPIRES_SOON")]
)
def test_a_unit_sets_how_early_it_is_warned(on: str, outcome: str) -> None:
    """OC 5.1-c"""
    count_in_crowd_and_alone(f"""
    on {on}
    term   limitation_warning_days 30
    claim  A bruk 100.00 private issued 2024-02-08
    expect A {outcome} until 2027-02-28 by general   # OC 5.1-c
    """)


def test_an_act_restarts_the_three_years_of_a_private_law_claim() -> None:
    """OC 5.1-c: all are due on 2024-02-29; an act before the due date takes nothing away."""
    count_in_crowd_and_alone("""
    on 2027-02-27
    claim    reminded bruk 100.00 private issued 2024-02-08
    claim    paid     paja 100.00 private issued 2024-02-08
    claim    told     aino 100.00 private issued 2024-02-08
    claim    early    bruk 100.00 private issued 2024-02-08
    claim    year_end paja 100.00 private issued 2024-02-08
    claim    agreed   bruk 100.00 private issued 2024-02-08
    claim    others   paja  77.00 private issued 2024-02-08
    reminder reminded 2024-03-20
    payment  paid 40.00 2024-06-30
    act      told  acknowledgement 2026-05-05
    act      early acknowledgement 2024-02-15
    act      year_end demand 2024-12-31
    time     agreed 2024-04-10
    payment  others 10.00 2025-05-05
    undone   others
    expect   reminded EXPIRES_SOON until 2027-03-20 by interrupted can interrupt      # OC 5.1-c
    expect   paid     EXPIRES_SOON until 2027-06-30 by interrupted can interrupt      # OC 5.1-c
    expect   told     LIMITATION_RUNNING until 2029-05-05 by interrupted              # OC 5.1-c
    expect   early    EXPIRES_SOON until 2027-02-28 by general can interrupt          # OC 5.1-c
    expect   year_end LIMITATION_RUNNING until 2027-12-31 by interrupted              # OC 5.1-c
    expect   agreed   EXPIRES_SOON until 2027-04-10 by interrupted can interrupt      # OC 5.1-c
    expect   others   EXPIRES_SOON until 2027-02-28 by general can interrupt          # OC 5.1-c
    """)


def test_an_act_on_the_last_day_counts_and_the_day_after_revives_nothing() -> None:
    """OC 5.1-c: nor does an act after that, however soon it comes."""
    count_in_crowd_and_alone("""
    on 2028-01-01
    claim    in_time bruk 100.00 private issued 2024-02-08
    claim    late    paja 100.00 private issued 2024-02-08
    claim    twice   bruk 100.00 private issued 2024-02-08
    payment  in_time 40.00 2027-02-28
    payment  late    40.00 2027-03-01
    act      twice acknowledgement 2027-03-01
    act      twice acknowledgement 2027-04-01
    expect   in_time LIMITATION_RUNNING until 2030-02-28 by interrupted   # OC 5.1-c
    expect   late    EXPIRED until 2027-02-28 by general can write_off    # OC 5.1-c
    expect   twice   EXPIRED until 2027-02-28 by general can write_off    # OC 5.1-c
    """)


def test_proceedings_stay_the_clock_and_a_judgment_gives_five_years() -> None:
    """OC 5.1-c: what was withdrawn leaves a year at least (728/2003 ss 11 and 13); a judgment binds even when late."""
    count_in_crowd_and_alone("""
    on 2028-05-05
    claim    judged   bruk 100.00 private issued 2024-02-08
    claim    enforced bruk 100.00 private issued 2024-02-08
    claim    pending  paja 100.00 private issued 2024-02-08
    claim    taken    bruk 100.00 private issued 2024-02-08
    claim    early    paja 100.00 private issued 2024-02-08
    claim    too_late bruk 100.00 private issued 2024-02-08
    claim    bound    paja 100.00 private issued 2024-02-08
    claim    meanwhile bruk 100.00 private issued 2024-02-08
    case     judged   court applied 2025-01-10 judged 2025-06-30
    case     enforced court applied 2025-01-10 judged 2025-06-30
    case     enforced enforcement applied 2025-08-01 obstacle 2026-12-24
    case     pending  court applied 2027-02-28
    case     taken    court applied 2027-02-01 withdrawn 2027-05-10
    case     early    court applied 2024-06-01 withdrawn 2024-08-01
    case     too_late court applied 2027-03-01
    case     bound    court applied 2027-03-01 judged 2027-09-01
    case     meanwhile court applied 2027-02-01 closed 2027-06-06
    act      meanwhile acknowledgement 2027-03-15
    expect   judged   LIMITATION_RUNNING until 2030-06-30 by interrupted    # OC 5.1-c
    expect   enforced LIMITATION_RUNNING until 2031-12-24 by interrupted    # OC 5.1-c
    expect   pending  LIMITATION_RUNNING until 2031-05-05 by interrupted    # OC 5.1-c
    expect   taken    EXPIRES_SOON until 2028-05-10 by interrupted          # OC 5.1-c
    expect   early    EXPIRED until 2027-02-28 by general                   # OC 5.1-c
    expect   too_late EXPIRED until 2027-02-28 by general                   # OC 5.1-c
    expect   bound    LIMITATION_RUNNING until 2032-09-01 by interrupted    # OC 5.1-c
    expect   meanwhile LIMITATION_RUNNING until 2030-06-06 by interrupted   # OC 5.1-c
    """)


def test_a_natural_persons_debt_ends_finally() -> None:
    """OC 5.1-c: 20 years from the due date, 15 from a title; neither for a company; acts move neither."""
    acts = "\n".join(
        f"act {name} acknowledgement {year}-02-28"
        for name in ("person", "company")
        for year in range(2026, 2045, 2)
    )
    titled = "\n".join(
        f"act {name} acknowledgement {year}-02-28"
        for name in ("titled", "firm")
        for year in range(2028, 2041, 4)
    )
    count_in_crowd_and_alone(f"""
    on 2040-03-01
    claim    person  aino 100.00 private issued 2024-02-08
    claim    company bruk 100.00 private issued 2024-02-08
    claim    titled  aino 100.00 private issued 2024-02-08
    claim    firm    bruk 100.00 private issued 2024-02-08
    {acts}
    {titled}
    case     titled  court applied 2025-01-10 judged 2025-06-30
    case     firm    court applied 2025-01-10 judged 2025-06-30
    expect   person  LIMITATION_RUNNING until 2043-02-28 by interrupted   # OC 5.1-c
    expect   company LIMITATION_RUNNING until 2043-02-28 by interrupted   # OC 5.1-c
    expect   titled  EXPIRES_SOON until 2040-06-30 by title can collect   # OC 5.1-c
    expect   firm    LIMITATION_RUNNING until 2045-02-28 by interrupted   # OC 5.1-c
    """)
    table = f"""
    claim    person  aino 100.00 private issued 2024-02-08
    claim    company bruk 100.00 private issued 2024-02-08
    {acts}
    """
    for code, on, outcome in (
        ("640001", "2044-02-29", "EXPIRES_SOON"),
        ("640002", "2044-03-01", "EXPIRED"),
    ):
        told = Clock(read(f"on {on}\n{table}"), new_unit(code)).tell().decided()
        assert (told["person"].outcome, told["person"].until, told["person"].by) == (
            outcome, date(2044, 2, 29), "final",
        )  # fmt: skip
        assert (told["company"].outcome, told["company"].until) == ("LIMITATION_RUNNING", date(2047, 2, 28))


def test_interest_shares_the_fate_of_its_principal() -> None:
    """OC 5.1-c: it lapses with a public-law principal, also a paid one, and with a private-law one that is unpaid.

    An act about the principal is one about its interest; of several principals the first decides.
    """
    count_in_crowd_and_alone("""
    on 2027-12-15
    claim    charge  aino 100.00 public  issued 2025-12-15
    claim    open    bruk 100.00 private issued 2024-02-08
    claim    paid    paja 100.00 private issued 2024-02-08
    claim    old     aino 100.00 public  issued 2024-12-16
    claim    new     aino 100.00 public  issued 2025-01-15
    claim    alive   bruk 100.00 private issued 2024-02-08
    interest on_charge aino 6.00 issued 2026-03-02 on charge
    interest on_open   bruk 6.00 issued 2026-03-02 on open
    interest on_paid   paja 6.00 issued 2026-03-02 on paid
    interest on_both   aino 6.00 issued 2026-03-02 on old new
    interest on_alive  bruk 6.00 issued 2026-03-02 on alive
    payment  paid 100.00 2024-06-30
    payment  charge 100.00 2026-02-02
    act      alive acknowledgement 2026-12-01
    act      alive acknowledgement 2027-11-01
    expect   on_charge LIMITATION_RUNNING until 2030-12-31 by principal    # OC 5.1-c
    expect   open      EXPIRED until 2027-02-28 by general                 # OC 5.1-c
    expect   on_open   EXPIRED until 2027-02-28 by principal               # OC 5.1-c
    expect   on_paid   LIMITATION_RUNNING until 2029-03-23 by general      # OC 5.1-c
    expect   old       LIMITATION_RUNNING until 2029-12-31 by public_law   # OC 5.1-c
    expect   new       LIMITATION_RUNNING until 2030-12-31 by public_law   # OC 5.1-c
    expect   on_both   LIMITATION_RUNNING until 2029-12-31 by principal    # OC 5.1-c
    expect   alive     LIMITATION_RUNNING until 2030-11-01 by interrupted  # OC 5.1-c
    expect   on_alive  LIMITATION_RUNNING until 2030-11-01 by principal    # OC 5.1-c
    """)


# The run -------------------------------------------------------------------------------------------------------------


def test_only_what_has_expired_or_soon_will_is_kept_and_a_plan_is_applied_as_it_was_seen() -> None:
    """OC 5.1-c"""
    clock = Clock(read("""
    on 2027-03-01
    claim gone    bruk 100.00 private issued 2024-02-08
    claim soon    bruk 100.00 private issued 2024-03-08
    claim running bruk 100.00 private issued 2026-03-09
    """), unit()).tell()  # fmt: skip
    planned = plan_of(LimitationRun(), clock.where, clock.table.on)
    with inside(clock.where):
        kept = ClaimDecision.objects.filter(unit=clock.where, run=planned.run, rule="limitation")
        assert {(one.claim_id, one.outcome) for one in kept} == {
            (clock.claims["gone"].pk, "EXPIRED"), (clock.claims["soon"].pk, "EXPIRES_SOON"),
        }  # fmt: skip
    applied = run(LimitationRun(), clock.where, clock.table.on, planned.run)
    assert (applied.run.digest, applied.run.state) == (planned.run.digest, "applied")
    assert {one.outcome: one.count for one in applied.counts} == {
        "EXPIRED": 1, "EXPIRES_SOON": 1, "LIMITATION_RUNNING": 1,
    }  # fmt: skip


def test_the_terms_of_an_applied_run_are_kept() -> None:
    """OC 5.1-c"""
    set_term(unit(), "limitation_warning_days", "30")
    told = run(LimitationRun(), unit(), date(2027, 3, 1)).run.terms["terms"]
    assert told["limitation_warning_days"]["value"] == "30"
    assert told["limitation_public_law"]["value"] == "5"


def test_what_can_still_be_done_is_told_in_words() -> None:
    """OC 5.1-c: every word that the rule may answer, and every act that may be written down, has its sentence."""
    possible = re.findall(r"(?:THEN|ELSE) '(\w+)'", STILL_POSSIBLE)
    assert len(possible) == 6
    for key in [f"limitation.possible.{one}" for one in possible] + [
        f"limitation.act.{one}" for one in get_args(Act)
    ]:
        assert len({text(key, language) for language in LANGUAGES}) == 3


# What people write down ----------------------------------------------------------------------------------------------


def _claim(law: str) -> Claim:
    return claims_issued(unit(), {"A": ("bruk", "100.00", law)}, date(2024, 2, 8))["A"]


@pytest.mark.parametrize("day", [date(2024, 3, 1), date(2027, 2, 28)])
def test_an_act_is_written_down_up_to_the_last_day(day: date) -> None:
    """OC 5.1-c"""
    claim = _claim("private")
    with inside(unit(), "kirsi", at=noon(date(2027, 3, 1))) as acting:
        made = interrupt(acting, claim, day, "acknowledgement", "e-mail of the debtor")
        assert (made.person.username, made.day, made.act) == ("kirsi", day, "acknowledgement")


@pytest.mark.parametrize(
    ("law", "day", "key"),
    [
        ("public", date(2024, 3, 1), "limitation.public_law"),
        ("private", date(2027, 3, 1), "limitation.expired_before"),
        ("private", date(2027, 3, 6), "limitation.day_to_come"),
    ],
)
def test_an_act_that_interrupts_nothing_is_refused(law: str, day: date, key: str) -> None:
    """OC 5.1-c"""
    claim = _claim(law)
    with (
        pytest.raises(RunRefused, match=key.replace(".", r"\.")),
        inside(unit(), "kirsi", at=noon(date(2027, 3, 5))) as acting,
    ):
        interrupt(acting, claim, day, "demand", "letter")
    with inside(unit()):
        assert not Interruption.objects.filter(unit=unit()).exists()


def test_a_settled_claim_has_no_limitation_to_interrupt() -> None:
    clock = Clock(read("""
    on 2024-05-02
    claim   A bruk 100.00 private issued 2024-02-08
    payment A 100.00 2024-04-04
    """), unit()).tell()  # fmt: skip
    with (
        pytest.raises(RunRefused, match=r"limitation\.settled"),
        inside(unit(), at=noon(clock.table.on)) as acting,
    ):
        interrupt(acting, clock.claims["A"], date(2024, 5, 1), "demand", "letter")


@pytest.mark.parametrize("who", ["maria", "gunnar", "petra", "olli"])
def test_only_clerks_of_the_unit_and_the_centre_write_it_down(who: str) -> None:
    """OC 1.2-a"""
    claim = _claim("private")
    with pytest.raises(NotAllowed), inside(unit(), who, at=noon(date(2024, 3, 5))) as acting:
        interrupt(acting, claim, date(2024, 3, 5), "demand", "letter")


def test_the_database_knows_that_a_public_law_claim_is_not_interrupted() -> None:
    """OC 5.1-c: by name, whoever writes."""
    claim = _claim("public")
    with pytest.raises(IntegrityError) as told, inside(unit()):
        Interruption.objects.create(
            unit=unit(), claim=claim, day=date(2024, 3, 5), act="demand", note="letter", person=person("cecilia"),
            given_at=noon(date(2024, 3, 5)),
        )  # fmt: skip
    assert told.value.__cause__.diag.constraint_name == "a_public_law_claim_is_not_interrupted"  # type: ignore[union-attr]
