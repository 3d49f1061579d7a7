"""Payment time (OC 6.1.1): granted for what, agreed in writing, kept or broken, and what the database refuses."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection

from cast import ALWAYS, CUSTOMERS, HARBOUR, customer, inside, plan_of, run, set_term, unit
from database.test_races import at_once
from income.deferral_tables import Agreements, agree, follow_in_crowd_and_alone, told
from income.limitation_tables import a_case, noon
from income.money import a_payment, claims_issued
from income.tables import read
from reskontra.claims.collection import take_claims_in_hand
from reskontra.claims.models import (
    Block,
    BlockLift,
    Claim,
    ClaimDecision,
    Deferral,
    DeferralClaim,
    DeferralDecision,
    DeferralEnd,
    DeferralRefusal,
    DeferralRequest,
    Instalment,
    Letter,
)
from reskontra.database.rows import rows
from reskontra.documents.letter import letter_from_json
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.deferral.actions import ask_for_time, grant_time, propose, refuse_time, withdraw_time
from reskontra.income.deferral.grant import TimeNotAllowed
from reskontra.income.deferral.lists import agreements, requests_waiting
from reskontra.income.deferral.run import DeferralsRun
from reskontra.kernel.instalments import Instalment as Planned
from reskontra.kernel.terms import MissingTerm
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Responsibility, UnitAccount
from reskontra.registers.policy import NotAllowed
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import RunRefused

pytestmark = pytest.mark.usefixtures("database")

ISSUED, AGREED, FIRST = date(2026, 3, 16), date(2026, 4, 20), date(2026, 5, 15)


def _claims(*told: tuple[str, str, str], day: date = ISSUED) -> dict[str, Claim]:
    return claims_issued(unit(), {name: (who, amount, "public") for name, who, amount in told}, day)


def _nothing_was_written() -> None:
    with inside(unit()):
        for fact in (Deferral, DeferralClaim, Instalment, Block, Letter):
            assert not fact.objects.filter(unit=unit()).exists()
        assert take_numbers(unit(), "deferral", 1) == 1


# Granted, and for what not --------------------------------------------------------------------------------------------


def test_an_agreement_is_one_letter_its_instalments_and_a_block_on_every_claim() -> None:
    """OC 6.1.1-a, OC 6.1.2-a"""
    claims = _claims(("A", "aino", "100.00"), ("B", "aino", "50.00"))
    deferral = agree(unit(), [claims["B"], claims["A"]], AGREED, FIRST, count=4)
    assert (deferral.from_date, deferral.until_date, deferral.ground) == (AGREED, date(2026, 8, 17), "")
    with inside(unit()):
        owed = DeferralClaim.objects.filter(unit=unit(), deferral=deferral)
        assert {(one.claim_id, one.principal) for one in owed} == {
            (claims["A"].pk, Decimal(100)), (claims["B"].pk, Decimal(50)),
        }  # fmt: skip
        plan = Instalment.objects.filter(unit=unit(), deferral=deferral).order_by("position")
        assert [(one.due_date.isoformat(), str(one.amount)) for one in plan] == [
            ("2026-05-15", "37.50"), ("2026-06-15", "37.50"), ("2026-07-15", "37.50"), ("2026-08-17", "37.50"),
        ]  # fmt: skip
        blocks = Block.objects.filter(unit=unit(), run_id=deferral.run_id)
        assert {(one.claim_id, one.code, one.until_date, one.review_date, one.party) for one in blocks} == {
            (claim.pk, "I", None, date(2026, 8, 24), "centre") for claim in claims.values()
        }
        decisions = ClaimDecision.objects.filter(unit=unit(), run_id=deferral.run_id)
        assert {(one.claim_id, one.rule, one.outcome, one.clause, one.amount) for one in decisions} == {
            (claims["A"].pk, "grant", "TIME_GRANTED", "OC 6.1.1-a", Decimal(100)),
            (claims["B"].pk, "grant", "TIME_GRANTED", "OC 6.1.1-a", Decimal(50)),
        }
        assert deferral.letter.kind == "payment_time"
        assert requests_waiting(unit()) == []


def test_during_payment_time_nothing_is_reminded_or_collected() -> None:
    """OC 6.1.1-a, OC 6.1.2-a: by the vocabulary that every room of collection asks."""
    claims = _claims(("A", "aino", "100.00"))
    agree(unit(), [claims["A"]], AGREED, FIRST, count=2)
    for day, stopped in (
        (AGREED - timedelta(days=1), False),
        (AGREED, True),
        (AGREED + timedelta(days=90), True),
    ):
        with inside(unit()):
            take_claims_in_hand(unit(), terms_of(unit(), day))
            [one] = rows(
                "SELECT reminders_stopped, interest_stopped, legal_stopped, deferred_until FROM claims_in_hand"
            )
        assert (one["reminders_stopped"], one["interest_stopped"], one["legal_stopped"]) == (stopped,) * 3
        assert one["deferred_until"] == date(2026, 6, 15)


def _settled(claims: dict[str, Claim]) -> Claim:
    a_payment(unit(), "100.00", day=ISSUED, reference=claims["A"].reference)
    run(AllocationRun(), unit(), ISSUED)
    return claims["A"]


def _in_a_case(claims: dict[str, Claim]) -> Claim:
    a_case(unit(), claims["A"], "enforcement", ("applied", date(2026, 4, 17)))
    return claims["A"]


def _deferred(claims: dict[str, Claim]) -> Claim:
    agree(unit(), [claims["A"]], date(2026, 4, 17), FIRST, count=2)
    return claims["A"]


def _of_another(claims: dict[str, Claim]) -> Claim:
    return claims["C"]


def _of_another_and_settled(claims: dict[str, Claim]) -> Claim:
    a_payment(unit(), "60.00", day=ISSUED, reference=claims["C"].reference)
    run(AllocationRun(), unit(), ISSUED)
    return claims["C"]


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (_of_another, "other_customers_claim"),
        (_of_another_and_settled, "other_customers_claim"),  # precedence
        (_settled, "nothing_open"),
        (_in_a_case, "with_the_authorities"),
        (_deferred, "deferred_already"),
    ],
)
def test_time_is_not_granted_for_every_claim(make: Callable[[dict[str, Claim]], Claim], key: str) -> None:
    """OC 6.1.1-a: and then for none of those asked for."""
    claims = _claims(("A", "aino", "100.00"), ("B", "aino", "50.00"), ("C", "bruk", "60.00"))
    wrong = make(claims)
    before = _counted()
    with inside(unit(), at=noon(AGREED)) as acting:
        request = ask_for_time(acting, customer("aino"), date(2026, 9, 1))
    plan = [Planned(FIRST, Decimal("50.00")), Planned(date(2026, 6, 15), Decimal("100.00"))]
    with (
        pytest.raises(TimeNotAllowed, match=f"deferral.refused_{key}"),
        inside(unit(), at=noon(AGREED)) as acting,
    ):
        grant_time(acting, request, [claims["B"], wrong], plan)
    assert _counted() == before


def _counted() -> list[int]:
    with inside(unit()):
        return [fact.objects.filter(unit=unit()).count() for fact in (Deferral, Block, Letter, Instalment)]


def test_no_time_is_granted_for_a_claim_that_has_expired() -> None:
    """OC 5.1-c, OC 6.1.1-a: the last day on which it may still be agreed, and the day after."""
    claims = _claims(("A", "aino", "100.00"), day=date(2024, 2, 8))
    with pytest.raises(TimeNotAllowed, match="time_barred"):
        agree(unit(), [claims["A"]], date(2030, 1, 2), date(2030, 2, 1), count=2)
    _nothing_was_written()
    assert agree(unit(), [claims["A"]], date(2029, 12, 31), date(2030, 2, 1), count=2).pk


@pytest.mark.parametrize(
    ("until", "ground", "granted"),
    [
        (date(2027, 4, 20), "", True),  # 365 days
        (date(2027, 4, 21), "", False),
        (date(2027, 4, 21), "  ", False),
        (date(2027, 4, 21), "a payment programme of the court", True),
        (date(2031, 4, 21), "a payment programme of the court", True),
    ],
)
def test_more_than_a_year_needs_a_ground(until: date, ground: str, granted: bool) -> None:
    """OC 6.1.1-a: at, over, and far over the bound."""
    claims = _claims(("A", "aino", "100.00"))
    if granted:
        made = agree(unit(), [claims["A"]], AGREED, until, count=1, ground=ground)
        assert (made.until_date, made.ground) == (until, ground)
        return
    with pytest.raises(TimeNotAllowed, match="too_long_without_ground"):
        agree(unit(), [claims["A"]], AGREED, until, count=1, ground=ground)
    _nothing_was_written()


@pytest.mark.parametrize(("days", "granted"), [(89, True), (90, True), (91, False)])
def test_a_unit_may_shorten_the_time(days: int, granted: bool) -> None:
    """OC 6.1.1-a"""
    set_term(unit(), "payment_time_maximum", "90")
    claims = _claims(("A", "aino", "100.00"))
    day, until = date(2026, 4, 15), date(2026, 4, 15) + timedelta(days=days)  # Monday to Wednesday in July
    if granted:
        assert agree(unit(), [claims["A"]], day, until, count=1).until_date == until
    else:
        with pytest.raises(TimeNotAllowed, match="too_long"):
            agree(unit(), [claims["A"]], day, until, count=1)


def test_before_the_terms_are_known_nothing_is_granted() -> None:
    """OC 6.1.1-a: the longest time is known from 2024-01-01; it is never guessed."""
    claims = _claims(("A", "aino", "100.00"))
    with pytest.raises(MissingTerm, match="payment_time_maximum"):
        agree(unit(), [claims["A"]], date(2023, 12, 29), date(2024, 3, 1), count=1)
    assert agree(unit(), [claims["A"]], date(2024, 1, 2), date(2024, 3, 1), count=1).pk


@pytest.mark.parametrize(
    ("plan", "key"),
    [
        ([("2026-05-15", "99.99")], "not_the_open_amount"),
        ([("2026-05-15", "100.01")], "not_the_open_amount"),
        ([], "nothing_to_lay_out"),
        ([("2026-05-15", "100.00"), ("2026-06-15", "0.00")], "instalments_out_of_order"),
        ([("2026-06-15", "50.00"), ("2026-05-15", "50.00")], "instalments_out_of_order"),
        ([("2026-05-15", "50.00"), ("2026-05-15", "50.00")], "instalments_out_of_order"),
        ([("2026-04-20", "100.00")], "instalments_out_of_order"),
        ([("2026-05-14", "100.00")], "not_a_bank_day"),  # Ascension Day
        ([("2026-06-19", "100.00")], "not_a_bank_day"),  # Midsummer Eve
    ],
)
def test_instalments_that_do_not_fit_are_refused(plan: list[tuple[str, str]], key: str) -> None:
    """OC 6.1.1-a"""
    claims = _claims(("A", "aino", "100.00"))
    with pytest.raises(RunRefused, match=f"deferral.{key}"), inside(unit(), at=noon(AGREED)) as acting:  # noqa: PT012
        request = ask_for_time(acting, customer("aino"), date(2026, 9, 1))
        planned = [Planned(date.fromisoformat(day), Decimal(amount)) for day, amount in plan]
        grant_time(acting, request, [claims["A"]], planned)
    _nothing_was_written()


def test_a_proposal_is_of_what_is_open_and_writes_nothing() -> None:
    """OC 6.1.1-a"""
    claims = _claims(("A", "aino", "100.00"), ("B", "aino", "50.00"))
    a_payment(unit(), "30.00", day=ISSUED, reference=claims["A"].reference)
    run(AllocationRun(), unit(), ISSUED)
    with inside(unit(), at=noon(AGREED)) as acting:
        plan = propose(acting, list(claims.values()), FIRST, monthly=Decimal("50.00"))
        assert [str(one.amount) for one in plan] == ["50.00", "50.00", "20.00"]
        with pytest.raises(RunRefused, match="count_or_monthly"):
            propose(acting, list(claims.values()), FIRST)
    _nothing_was_written()


# Asked, refused, answered once ----------------------------------------------------------------------------------------


def test_a_request_is_refused_with_a_reason_and_then_answered() -> None:
    """OC 6.1.1-a"""
    claims = _claims(("A", "aino", "100.00"))
    with inside(unit(), at=noon(AGREED)) as acting:
        request = ask_for_time(acting, customer("aino"), date(2026, 9, 1), "lost my job")
        [waiting] = requests_waiting(unit())
        assert (waiting.number, waiting.customer, waiting.until) == (request.pk, "Koe Aino", date(2026, 9, 1))
        with pytest.raises(RunRefused, match="reason_missing"):
            refuse_time(acting, request, "  ")
        refuse_time(acting, request, "paid late three times")
        assert requests_waiting(unit()) == []
        with pytest.raises(RunRefused, match="request_answered"):
            refuse_time(acting, request, "again")
        plan = propose(acting, [claims["A"]], FIRST, count=1)
        with pytest.raises(RunRefused, match="request_answered"):
            grant_time(acting, request, [claims["A"]], plan)


def test_time_is_asked_for_until_a_day_to_come() -> None:
    with inside(unit(), at=noon(AGREED)) as acting:
        for day in (AGREED, AGREED - timedelta(days=1)):
            with pytest.raises(RunRefused, match="day_is_past"):
                ask_for_time(acting, customer("aino"), day)
        assert ask_for_time(acting, customer("aino"), AGREED + timedelta(days=1)).pk


def test_granting_twice_grants_once() -> None:
    """OC 6.1.1-a: a replayed command is told that the request is answered."""
    claims = _claims(("A", "aino", "100.00"))
    deferral = agree(unit(), [claims["A"]], AGREED, FIRST, count=2)
    with pytest.raises(RunRefused, match="request_answered"), inside(unit(), at=noon(AGREED)) as acting:
        grant_time(acting, deferral.request, [claims["A"]], propose(acting, [claims["A"]], FIRST, count=2))
    with inside(unit()):
        assert Deferral.objects.filter(unit=unit()).count() == 1


def test_two_who_grant_the_same_claim_at_once_grant_it_once() -> None:
    """OC 6.1.1-a: the second waits, and is told."""
    claims = _claims(("A", "aino", "100.00"))
    where = unit()
    answers = at_once(*[lambda: agree(where, [claims["A"]], AGREED, FIRST, count=2)] * 3)
    assert sorted(type(one).__name__ for one in answers) == ["Deferral", "TimeNotAllowed", "TimeNotAllowed"]
    with inside(where):
        assert Deferral.objects.filter(unit=where).count() == 1
        assert Block.objects.filter(unit=where).count() == 1
        assert take_numbers(where, "deferral", 1) == 2


# Who may --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("party", "may"), [(None, {"kirsi", "cecilia"}), ("unit", {"kirsi"}), ("centre", {"cecilia"})]
)
def test_the_responsibility_table_says_who_grants(party: str | None, may: set[str]) -> None:
    """OC 1.2-a, OC 6.1.1-a: the unit, or the centre where it was agreed; everybody may write a request down."""
    if party:
        with inside(unit()):
            Responsibility.objects.create(
                unit=unit(), step="grant_payment_time", party=party, validity=ALWAYS, clause="OC 6.1.1-a"
            )
    claims = _claims(("A", "aino", "100.00"))
    for who in ("kirsi", "cecilia", "maria", "gunnar"):
        with inside(unit(), who, at=noon(AGREED)) as acting:
            if who in {"kirsi", "cecilia"}:
                request = ask_for_time(acting, customer("aino"), date(2026, 9, 1))
            plan = propose(acting, [claims["A"]], FIRST, count=1)
            if who in may:
                deferral_id = grant_time(acting, request, [claims["A"]], plan).facts["deferral"]
                deferral = Deferral.objects.get(unit=unit(), pk=deferral_id)
                assert Block.objects.get(unit=unit(), run_id=deferral.run_id).party == (
                    "centre" if who == "cecilia" else "unit"
                )
                withdraw_time(acting, deferral, "the next one's turn")
                continue
            with pytest.raises(NotAllowed):
                grant_time(acting, request, [claims["A"]], plan)
            with pytest.raises(NotAllowed):
                refuse_time(acting, request, "no")
            if who in {"maria", "gunnar"}:
                with pytest.raises(NotAllowed):
                    ask_for_time(acting, customer("aino"), date(2026, 9, 1))


# The letter -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "language", "words"),
    [
        (
            "aino", "fi",
            ("Sopimus maksuajasta 1", "korkolain (633/1982) 12 §", "3 prosenttiyksiköllä", "7 päivän",
             "kirjallinen sopimus", "laskutetaan erikseen"),
        ),
        (
            "berit", "sv",
            ("Avtal om betalningstid 1", "12 § i räntelagen (633/1982)", "3 procentenheter", "7 dagar",
             "skriftliga avtalet", "faktureras separat"),
        ),
        (
            "berlin", "en",
            ("Agreement on an extension of time 1", "section 12 of the Interest Act (633/1982)",
             "3 percentage points", "7 days", "written agreement", "invoiced apart"),
        ),
    ],
)  # fmt: skip
def test_the_letter_says_what_is_agreed_in_the_customers_language(
    who: str, language: str, words: tuple[str, ...]
) -> None:
    """OC 6.1.1-a: terms, interest and how it is invoiced, and what follows when an instalment is not paid."""
    claims = _claims(("A", who, "100.00"))
    deferral = agree(unit(), [claims["A"]], AGREED, FIRST, count=3)
    with inside(unit()):
        document = letter_from_json(Letter.objects.get(unit=unit(), pk=deferral.letter_id).document)
    said = " ".join((document.subject, *document.paragraphs, *document.notes))
    assert (document.kind, document.language, document.day) == ("payment_time", language, AGREED)
    assert [word for word in words if word not in said] == []
    owed, plan = document.tables
    assert (len(owed.rows), len(plan.rows)) == (1, 3)
    assert [row[2].replace(" ", "") for row in plan.rows] == [claims["A"].reference] * 3
    assert document.slip is not None
    assert (document.slip.reference, document.slip.due_date, document.slip.amount) == (
        claims["A"].reference, FIRST, Decimal("33.33"),
    )  # fmt: skip
    if code := CUSTOMERS[who].get("code"):
        assert code not in str(document.as_json())


def test_each_row_of_the_plan_pays_one_claim_by_its_reference() -> None:
    """OC 4.1-b, OC 6.1.1-a: money that is paid by the letter finds its claims without anybody's help."""
    claims = _claims(("A", "aino", "30.00"))
    claims |= _claims(("B", "aino", "70.00"), day=date(2026, 3, 23))
    deferral = agree(unit(), [claims["B"], claims["A"]], AGREED, FIRST, count=2)
    with inside(unit()):
        document = letter_from_json(Letter.objects.get(unit=unit(), pk=deferral.letter_id).document)
    paid = [
        (row[0], row[2].replace(" ", ""), row[3].split("\N{NO-BREAK SPACE}")[0])
        for row in document.tables[1].rows
    ]
    assert paid == [
        ("1", claims["A"].reference, "30,00"), ("1", claims["B"].reference, "20,00"),
        ("2", claims["B"].reference, "50,00"),
    ]  # fmt: skip
    for place, reference, amount in paid:
        day = FIRST if place == "1" else date(2026, 6, 15)
        a_payment(unit(), amount.replace(",", "."), day=day, reference=reference)
        run(AllocationRun(), unit(), day)
    assert {c.outcome: c.count for c in run(DeferralsRun(), unit(), date(2026, 6, 16)).counts} == {"KEPT": 1}


def test_a_protected_person_gets_only_the_safe_address_in_the_letter() -> None:
    claims = _claims(("A", "skyddbox", "100.00"))
    deferral = agree(unit(), [claims["A"]], AGREED, FIRST, count=1)
    with inside(unit()):
        document = letter_from_json(Letter.objects.get(unit=unit(), pk=deferral.letter_id).document)
    assert document.receiver.address == ("PB 99", "00991 Provstad")


def test_without_an_account_to_pay_to_nothing_is_agreed() -> None:
    claims = _claims(("A", "aino", "100.00"))
    with inside(unit()):
        account = UnitAccount.objects.get(unit=unit(), purpose="income")
        account.validity = type(ALWAYS)(date(2010, 1, 1), AGREED)
        account.save()
    with pytest.raises(RunRefused, match="no_income_account"):
        agree(unit(), [claims["A"]], AGREED, FIRST, count=1)
    _nothing_was_written()


# Kept or broken -------------------------------------------------------------------------------------------------------

# Three instalments of 100 on 15 May, 15 June and 15 July, and seven days of grace.
PLANS = """
claim A aino  300.00 public issued 2026-03-16
claim B berit 300.00 public issued 2026-03-16
claim C bruk  300.00 public issued 2026-03-16
claim D paja  300.00 public issued 2026-03-16
agree a A on 2026-04-20 first 2026-05-15 count 3
agree b B on 2026-04-20 first 2026-05-15 count 3
agree c C on 2026-04-20 first 2026-05-15 count 3
agree d D on 2026-04-20 first 2026-05-15 count 3
"""


def test_an_instalment_is_late_from_the_day_after_and_broken_when_the_grace_is_over() -> None:
    """OC 6.1.1-a: nothing is late on the due date; a cent short is short."""
    follow_in_crowd_and_alone(f"""
    on 2026-06-15
    {PLANS}
    payment A 100.00 2026-05-15
    payment B  99.99 2026-05-15
    payment C 300.00 2026-05-29
    expect a AS_AGREED open 200.00   # OC 6.1.1-a
    expect b BROKEN open 200.01      # OC 6.1.1-a
    expect c KEPT open 0.00          # OC 6.1.1-a
    expect d BROKEN open 300.00      # OC 6.1.1-a
    """)


@pytest.mark.parametrize(
    ("on", "outcome"),
    [
        ("2026-05-15", "AS_AGREED"),
        ("2026-05-16", "INSTALMENT_LATE"),
        ("2026-05-22", "INSTALMENT_LATE"),  # the last day of grace
        ("2026-05-23", "BROKEN"),
        ("2026-07-22", "BROKEN"),
        ("2026-07-23", "ENDED_UNPAID"),  # even the grace of the last instalment is over
    ],
)
def test_the_days_of_an_agreement_that_nobody_pays(on: str, outcome: str) -> None:
    """OC 6.1.1-a"""
    follow_in_crowd_and_alone(f"""
    on {on}
    claim A aino 300.00 public issued 2026-03-16
    agree a A on 2026-04-20 first 2026-05-15 count 3
    expect a {outcome} open 300.00   # OC 6.1.1-a
    """)


@pytest.mark.parametrize(("days", "outcome"), [("8", "BROKEN"), ("9", "INSTALMENT_LATE"), ("0", "BROKEN")])
def test_a_unit_sets_its_days_of_grace(days: str, outcome: str) -> None:
    """OC 6.1.1-a: nine days after 15 May is 24 May."""
    follow_in_crowd_and_alone(f"""
    on 2026-05-24
    term deferral_grace_days {days}
    claim A aino 300.00 public issued 2026-03-16
    agree a A on 2026-04-20 first 2026-05-15 count 3
    expect a {outcome} open 300.00   # OC 6.1.1-a
    """)


def test_what_counts_as_paid_came_since_the_agreement() -> None:
    """OC 6.1.1-a: by booking date; what is credited lessens the last instalments; what was undone is not paid."""
    follow_in_crowd_and_alone(f"""
    on 2026-06-30
    {PLANS}
    payment A 100.00 2026-04-17 placed 2026-04-21
    credit  B 250.00 2026-05-04
    payment B  50.00 2026-05-15
    payment C 200.00 2026-04-20
    credit  D 100.00 2026-05-04
    payment D 150.00 2026-05-15
    expect a BROKEN open 200.00        # OC 6.1.1-a
    expect b KEPT open 0.00            # OC 6.1.1-a
    expect c AS_AGREED open 100.00     # OC 6.1.1-a
    expect d BROKEN open 50.00         # OC 6.1.1-a
    """)


def test_a_payment_that_was_anothers_is_not_paid() -> None:
    """OC 6.1.1-a"""
    follow_in_crowd_and_alone("""
    on 2026-05-23
    claim A aino 300.00 public issued 2026-03-16
    agree a A on 2026-04-20 first 2026-05-15 count 3
    payment A 100.00 2026-05-15
    undone A
    expect a BROKEN open 300.00   # OC 6.1.1-a
    """)


def test_several_claims_are_one_agreement() -> None:
    """OC 6.1.1-a: money to either counts."""
    follow_in_crowd_and_alone("""
    on 2026-06-30
    claim A aino 100.00 public issued 2026-03-16
    claim B aino 200.00 private issued 2026-03-16
    agree a A,B on 2026-04-20 first 2026-05-15 monthly 100.00
    payment B 200.00 2026-05-15
    expect a AS_AGREED open 100.00   # OC 6.1.1-a
    """)


def test_a_broken_agreement_lets_collection_go_on_where_it_stood() -> None:
    """OC 6.1.1-a, OC 6.1.2-a: the block ends on the day, with the next step; a kept one has none."""
    table = told("""
    on 2026-06-30
    claim A aino 100.00 public issued 2026-02-16
    claim B aino 100.00 public issued 2026-02-16
    claim C aino 100.00 public issued 2026-02-16
    claim D bruk 100.00 public issued 2026-02-16
    reminder B 2026-03-25
    reminder C 2026-03-25
    reminder C 2026-04-15
    agree a A,B,C on 2026-05-04 first 2026-06-15 count 3
    agree d D on 2026-05-04 first 2026-06-15 count 1
    payment D 100.00 2026-06-15
    """)
    result = run(DeferralsRun(), table.where, table.table.on)
    assert {c.outcome: c.count for c in result.counts} == {"BROKEN": 1, "KEPT": 1}
    names = {claim.pk: name for name, claim in table.claims.items()}
    with inside(table.where):
        ends = DeferralEnd.objects.filter(unit=table.where)
        assert {(one.deferral_id, one.outcome, one.day) for one in ends} == {
            (table.deferrals["a"].pk, "broken", table.table.on), (table.deferrals["d"].pk, "kept", table.table.on),
        }  # fmt: skip
        lifts = BlockLift.objects.filter(unit=table.where).select_related("block")
        assert {names[one.block.claim_id or 0]: one.next_step for one in lifts} == {
            "A": "SEND_FIRST_REMINDER", "B": "SEND_SECOND_REMINDER", "C": "REMINDED_TWICE", "D": "",
        }  # fmt: skip
        assert all((one.day, one.run_id) == (table.table.on, result.run.pk) and one.reason for one in lifts)
        take_claims_in_hand(table.where, terms_of(table.where, table.table.on))
        found = rows("SELECT DISTINCT block_codes, reminders_stopped, deferred_until FROM claims_in_hand")
    assert found == [{"block_codes": "", "reminders_stopped": False, "deferred_until": None}]
    again = run(DeferralsRun(), table.where, table.table.on)
    assert (list(again.counts), again.facts) == ([], {"ended": 0})
    redone = agree(table.where, [table.claims["A"]], date(2026, 7, 1), date(2026, 8, 3), count=1)
    assert redone.pk != table.deferrals["a"].pk


def test_a_block_that_a_person_lifted_before_stays_as_it_was_lifted() -> None:
    """OC 6.1.2-a"""
    table = told("""
    on 2026-06-30
    claim A aino 100.00 public issued 2026-02-16
    agree a A on 2026-05-04 first 2026-06-15 count 1
    """)
    with inside(table.where) as acting:
        BlockLift.objects.create(
            unit=table.where, block=Block.objects.get(unit=table.where), day=date(2026, 6, 1), reason="by hand",
            person=acting.person, given_at=acting.at,
        )  # fmt: skip
    run(DeferralsRun(), table.where, table.table.on)
    with inside(table.where):
        assert BlockLift.objects.get(unit=table.where).reason == "by hand"
        assert DeferralEnd.objects.get(unit=table.where).outcome == "broken"


def test_what_was_paid_since_the_plan_is_set_aside() -> None:
    """OC 6.1.1-a: an agreement is not ended on what was true yesterday."""
    table = told(f"on 2026-06-01\n{PLANS}")
    planned = plan_of(DeferralsRun(), table.where, table.table.on)
    a_payment(table.where, "100.00", day=date(2026, 6, 1), reference=table.claims["A"].reference)
    run(AllocationRun(), table.where, table.table.on)
    applied = run(DeferralsRun(), table.where, table.table.on, planned.run)
    assert {c.outcome: c.count for c in applied.counts} == {"BROKEN": 3, "AS_AGREED": 1}
    with inside(table.where):
        assert DeferralEnd.objects.filter(unit=table.where).count() == 3
        kept = DeferralDecision.objects.get(unit=table.where, run=planned.run, deferral=table.deferrals["a"])
        assert (kept.outcome, kept.inputs["overdue"]) == ("BROKEN", "100.00")


def test_two_runs_at_once_end_an_agreement_once() -> None:
    """OC 6.1.1-a"""
    table = told("""
    on 2026-06-30
    claim A aino 100.00 public issued 2026-02-16
    agree a A on 2026-05-04 first 2026-06-15 count 1
    """)
    answers = at_once(*[lambda: run(DeferralsRun(), table.where, table.table.on).facts["ended"]] * 2)
    assert sorted(answers) == [0, 1]


# Withdrawn ------------------------------------------------------------------------------------------------------------


def test_an_agreement_is_withdrawn_for_a_reason_and_only_once() -> None:
    """OC 6.1.1-a"""
    claims = _claims(("A", "aino", "100.00"))
    deferral = agree(unit(), [claims["A"]], AGREED, FIRST, count=2)
    with inside(unit(), "kirsi", at=noon(date(2026, 4, 27))) as acting:
        with pytest.raises(RunRefused, match="reason_missing"):
            withdraw_time(acting, deferral, " ")
        withdraw_time(acting, deferral, "agreed on something else")
        end = DeferralEnd.objects.get(unit=unit())
        assert (end.outcome, end.reason, end.day) == (
            "withdrawn",
            "agreed on something else",
            date(2026, 4, 27),
        )
        assert BlockLift.objects.get(unit=unit()).next_step == "SEND_FIRST_REMINDER"
        [decision] = DeferralDecision.objects.filter(unit=unit())
        assert (decision.rule, decision.outcome, decision.clause) == ("withdraw", "WITHDRAWN", "OC 6.1.1-a")
        with pytest.raises(RunRefused, match="ended_already"):
            withdraw_time(acting, deferral, "once more")
        [told] = agreements(unit(), acting.day)
        assert (told.state, told.next_due, told.principal, told.claims) == (
            "withdrawn", None, Decimal(100), (claims["A"].reference,),
        )  # fmt: skip


@pytest.mark.parametrize("who", ["maria", "gunnar", "petra", "olli"])
def test_only_who_grants_withdraws(who: str) -> None:
    """OC 1.2-a"""
    claims = _claims(("A", "aino", "100.00"))
    deferral = agree(unit(), [claims["A"]], AGREED, FIRST, count=2)
    with pytest.raises(NotAllowed), inside(unit(), who, at=noon(AGREED)) as acting:
        withdraw_time(acting, deferral, "no right to")


# What the database refuses, by name, whoever writes -------------------------------------------------------------------


@pytest.fixture
def written() -> tuple[dict[str, Claim], Deferral]:
    """Two customers' claims, one of them under an agreement."""
    claims = _claims(("A", "aino", "100.00"), ("B", "aino", "50.00"), ("C", "bruk", "60.00"))
    return claims, agree(unit(), [claims["A"]], AGREED, FIRST, count=2)


def _written_by_hand(
    deferral: Deferral, claims: list[Claim], plan: list[tuple[str, str]], **changes: Any
) -> Deferral:
    """An agreement as no room writes it. Called inside ``working_in``."""
    request = DeferralRequest.objects.create(
        unit=unit(), customer=customer("aino"), requested_date=AGREED, wished_until=date(2026, 9, 1),
        person=deferral.person, given_at=deferral.given_at,
    )  # fmt: skip
    values = {
        "request": request, "number": deferral.number + 1, "customer": customer("aino"), "from_date": AGREED,
        "until_date": date(2026, 6, 15), "letter_id": deferral.letter_id, "run_id": deferral.run_id,
        "person": deferral.person, "given_at": deferral.given_at, **changes,
    }  # fmt: skip
    made = Deferral.objects.create(unit=unit(), **values)
    DeferralClaim.objects.bulk_create(
        DeferralClaim(unit=unit(), deferral=made, claim=one, principal=one.amount) for one in claims
    )
    Instalment.objects.bulk_create(
        Instalment(unit=unit(), deferral=made, position=place, due_date=day, amount=Decimal(amount))
        for place, (day, amount) in enumerate(plan, start=1)
    )
    return made


HONEST = [("2026-05-15", "25.00"), ("2026-06-15", "25.00")]


def _refused(story: Callable[[], object]) -> str:
    with pytest.raises(IntegrityError) as told, inside(unit()):
        story()
    return str(told.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


def test_an_honest_agreement_by_hand_is_not_refused(written: tuple[dict[str, Claim], Deferral]) -> None:
    claims, deferral = written
    with inside(unit()):
        _written_by_hand(deferral, [claims["B"]], HONEST)


@pytest.mark.parametrize(
    ("names", "plan", "changes", "rule"),
    [
        ("A", [("2026-05-15", "50.00"), ("2026-06-15", "50.00")], {}, "a_claim_is_deferred_once_at_a_time"),
        ("C", [("2026-05-15", "30.00"), ("2026-06-15", "30.00")], {}, "a_deferral_is_of_its_customers_claims"),
        ("B", [("2026-05-15", "25.00"), ("2026-06-15", "24.99")], {}, "instalments_add_up_to_the_claims"),
        ("B", [], {}, "instalments_add_up_to_the_claims"),
        ("", HONEST, {}, "instalments_add_up_to_the_claims"),
        ("B", HONEST, {"until_date": date(2026, 7, 15)}, "a_deferral_lasts_until_its_last_instalment"),
        ("B", HONEST, {"from_date": date(2026, 5, 15)}, "a_deferral_lasts_until_its_last_instalment"),
        ("B", HONEST[::-1], {}, "a_deferral_lasts_until_its_last_instalment"),
        (
            "B", [("2027-04-22", "50.00")], {"until_date": date(2027, 4, 22)},
            "more_than_a_year_needs_a_ground",
        ),
    ],
)  # fmt: skip
def test_the_database_refuses_what_is_no_agreement(
    written: tuple[dict[str, Claim], Deferral],
    names: str,
    plan: list[tuple[str, str]],
    changes: dict[str, Any],
    rule: str,
) -> None:
    """OC 6.1.1-a: at the statement, or at the end of the transaction."""
    claims, deferral = written
    assert (
        _refused(lambda: _written_by_hand(deferral, [claims[one] for one in names], plan, **changes)) == rule
    )


def test_a_year_and_its_leap_day_need_no_ground_in_the_database(
    written: tuple[dict[str, Claim], Deferral],
) -> None:
    """OC 6.1.1-a: how long a year is on a day the rule knows; the database holds the outermost bound."""
    claims, deferral = written
    last = AGREED + timedelta(days=366)
    with inside(unit()):
        _written_by_hand(deferral, [claims["B"]], [(last.isoformat(), "50.00")], until_date=last)


def test_nothing_is_added_to_an_agreement_afterwards(written: tuple[dict[str, Claim], Deferral]) -> None:
    """OC 6.1.1-a: neither a claim nor an instalment, nor in one transaction after the check was called early."""
    claims, deferral = written

    def one_more_instalment(of: Deferral) -> None:
        Instalment.objects.create(unit=unit(), deferral=of, position=9, due_date=date(2026, 9, 1), amount=1)

    def one_more_claim() -> None:
        DeferralClaim.objects.create(unit=unit(), deferral=deferral, claim=claims["B"], principal=50)

    def after_an_early_check() -> None:
        made = _written_by_hand(deferral, [claims["B"]], HONEST)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        one_more_instalment(made)

    for story in (lambda: one_more_instalment(deferral), one_more_claim, after_an_early_check):
        assert _refused(story) == "a_deferral_is_written_at_once"


def test_a_request_is_granted_or_refused(written: tuple[dict[str, Claim], Deferral]) -> None:
    """OC 6.1.1-a"""
    claims, deferral = written
    told = {
        "unit": unit(),
        "day": AGREED,
        "reason": "no",
        "person": deferral.person,
        "given_at": deferral.given_at,
    }

    def refused_after_it_was_granted() -> None:
        DeferralRefusal.objects.create(request=deferral.request, **told)

    def granted_after_it_was_refused() -> None:
        made = DeferralRequest.objects.create(
            unit=unit(), customer=customer("aino"), requested_date=AGREED, wished_until=date(2026, 9, 1),
            person=deferral.person, given_at=deferral.given_at,
        )  # fmt: skip
        DeferralRefusal.objects.create(request=made, **told)
        _written_by_hand(deferral, [claims["B"]], HONEST, request=made)

    for story in (refused_after_it_was_granted, granted_after_it_was_refused):
        assert _refused(story) == "a_request_for_time_is_granted_or_refused"


def test_an_agreement_is_not_withdrawn_without_a_reason(written: tuple[dict[str, Claim], Deferral]) -> None:
    _, deferral = written
    assert (
        _refused(
            lambda: DeferralEnd.objects.create(
                unit=unit(), run_id=deferral.run_id, deferral=deferral, day=AGREED, outcome="withdrawn"
            )
        )
        == "a_deferral_is_withdrawn_for_a_reason"
    )


def test_another_units_agreements_are_not_there() -> None:
    claims = _claims(("A", "aino", "100.00"))
    agree(unit(), [claims["A"]], AGREED, FIRST, count=2)
    forest = unit("4220")
    with inside(forest):
        assert agreements(forest, AGREED) == []
        assert requests_waiting(forest) == []
    assert run(DeferralsRun(), forest, date(2026, 9, 1)).counts == []
    with inside(unit(HARBOUR)):
        assert len(agreements(unit(HARBOUR), AGREED)) == 1


def test_a_table_may_be_told_again() -> None:
    """The words of the tables stand for facts: what they tell is there."""
    table = Agreements(read(f"on 2026-05-04\n{PLANS}"), unit()).tell()
    assert len(table.deferrals) == len({one.number for one in table.deferrals.values()}) == 4
