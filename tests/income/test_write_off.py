"""Write-off and valuation (OC 5.1, 6.4): what is proposed, who decides, what is posted, what a claim is worth."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cast import ALWAYS, AT, inside, person, plan_of, run, set_term, unit
from income.money import a_claim, a_payment, balance, open_amount
from income.tables import read
from income.write_off_tables import Books, decide_in_crowd_and_alone
from reskontra.claims.models import Block, BlockLift, Claim, Cost, Valuation, WriteOff, WriteOffProposal
from reskontra.database.refused import ActRefused, refused_as
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.write_off.actions import approve, propose, refuse, review, undo
from reskontra.income.write_off.lists import waiting_proposals
from reskontra.income.write_off.run import WriteOffsRun
from reskontra.income.write_off.valuation import ValuationRun
from reskontra.ledger.models import Entry
from reskontra.registers.models import RoleAssignment
from reskontra.registers.policy import NotAllowed
from reskontra.runs.run import RunRefused

pytestmark = pytest.mark.usefixtures("database")


def test_a_claim_that_has_expired_is_proposed_whatever_else_holds() -> None:
    """OC 5.1-c"""
    decide_in_crowd_and_alone("""
    on 2030-01-01
    claim  last    bruk 100.00 issued 2024-03-11     # imposed 2024: lives to the end of 2029
    claim  lives   bruk 100.00 issued 2025-03-10     # imposed 2025: lives to the end of 2030
    claim  blocked bruk 100.00 issued 2024-03-11
    claim  case    bruk 100.00 issued 2024-03-11
    block  blocked J
    case   case    enforcement applied
    expect last    PROPOSE_EXPIRED    # OC 5.1-c
    expect lives   CLAIM_LIVING       # OC 5.1-b
    expect blocked PROPOSE_EXPIRED    # OC 5.1-c
    expect case    PROPOSE_EXPIRED    # OC 5.1-c
    """)


def test_the_last_day_of_the_fifth_year_is_still_in_time() -> None:
    """OC 5.1-c"""
    decide_in_crowd_and_alone("""
    on 2029-12-31
    claim  last bruk 100.00 issued 2024-03-11
    expect last CLAIM_LIVING   # OC 5.1-b
    """)


def test_what_is_small_is_proposed_once_both_reminders_have_fallen_due() -> None:
    """OC 5.1-b"""
    decide_in_crowd_and_alone("""
    on 2026-05-04
    term   small_claim_up_to 15.00
    claim  at       bruk 15.00 issued 2026-01-15
    claim  over     bruk 15.01 issued 2026-01-15
    claim  running  bruk 15.00 issued 2026-01-15
    claim  unasked  bruk 15.00 issued 2026-01-15
    claim  stopped  bruk 15.00 issued 2026-01-15
    reminded at      2026-05-03
    reminded over    2026-05-03
    reminded running 2026-05-04
    reminded stopped 2026-05-03
    block  stopped C
    expect at      PROPOSE_SMALL      # OC 5.1-b
    expect over    CLAIM_LIVING       # OC 5.1-b
    expect running CLAIM_LIVING       # OC 5.1-b
    expect unasked CLAIM_LIVING       # OC 5.1-b
    expect stopped WRITE_OFF_STOPPED  # OC 6.1.2-a
    """)


def test_what_other_rooms_found_is_gathered() -> None:
    """OC 6.2.1-a, OC 6.4-a, OC 6.5-a"""
    decide_in_crowd_and_alone("""
    on 2026-05-04
    claim  floor     bruk  19.00 issued 2026-01-15
    claim  worth     bruk 100.00 issued 2026-01-15
    claim  no_means  bruk 100.00 issued 2026-01-15
    claim  undecided bruk 100.00 issued 2026-01-15
    claim  passive   bruk 100.00 issued 2026-01-15
    claim  over_time bruk 100.00 issued 2026-01-15
    claim  pending   bruk 100.00 issued 2026-01-15
    claim  abroad  berlin 100.00 issued 2026-01-15
    found  floor LEGAL_BELOW_FLOOR
    found  worth TO_ENFORCEMENT
    case   no_means  enforcement obstacle
    block  no_means  E
    case   undecided enforcement obstacle
    case   passive   enforcement passive
    block  passive   D
    case   over_time enforcement passive_ended
    block  over_time E
    case   pending   enforcement applied
    case   abroad    enforcement closed no
    expect floor     PROPOSE_BELOW_FLOOR   # OC 6.2.1-a
    expect worth     CLAIM_LIVING          # OC 5.1-b
    expect no_means  PROPOSE_NO_MEANS      # OC 6.4-a
    expect undecided CLAIM_LIVING          # OC 5.1-b
    expect passive   WRITE_OFF_STOPPED     # OC 6.1.2-a
    expect over_time PROPOSE_NO_MEANS      # OC 6.4-a
    expect pending   CLAIM_IN_CASE         # OC 6.2-a
    expect abroad    PROPOSE_ABROAD        # OC 6.5-a
    """)


def test_what_the_unit_decided_goes_before_what_the_rule_would_propose() -> None:
    """OC 5.1-b"""
    decide_in_crowd_and_alone("""
    on 2030-05-04
    claim  fresh    bruk 100.00 issued 2029-01-15
    claim  reviewed bruk 100.00 issued 2029-01-15
    claim  approved bruk 100.00 issued 2029-01-15
    claim  in_case  bruk 100.00 issued 2029-01-15
    claim  expired  bruk 100.00 issued 2024-01-15
    claim  kept     bruk 100.00 issued 2024-01-15
    claim  again    bruk 100.00 issued 2024-01-15
    case   in_case  enforcement applied
    case   expired  enforcement applied
    proposed fresh
    proposed reviewed
    reviewed reviewed
    proposed approved
    reviewed approved
    approved approved
    proposed in_case
    reviewed in_case
    approved in_case
    proposed expired
    reviewed expired
    approved expired
    proposed kept
    kept     kept 2030-05-05
    proposed again
    kept     again 2030-05-04 on 2030-04-04
    expect fresh    WAITS_FOR_REVIEW     # OC 5.1-b
    expect reviewed WAITS_FOR_APPROVAL   # OC 5.1-b
    expect approved WRITE_OFF            # OC 5.1-b
    expect in_case  WRITE_OFF_IN_CASE    # OC 5.1-b
    expect expired  WRITE_OFF            # OC 5.1-b
    expect kept     CLAIM_KEPT           # OC 5.1-b
    expect again    PROPOSE_EXPIRED      # OC 5.1-c
    """)


DAY = date(2026, 5, 4)


def _approved(amount: str = "100.00") -> Claim:
    claim = a_claim(unit(), "bruk", amount, day=date(2026, 1, 15))
    with inside(unit()) as acting:
        proposal = propose(acting, claim, "decided", "not worth it")
    with inside(unit(), "hanna") as acting:
        review(acting, proposal, proposal.digest)
    with inside(unit(), "gunnar") as acting:
        approve(acting, proposal, proposal.digest)
    return claim


def test_a_write_off_corrects_the_revenue_of_the_original_posting() -> None:
    """OC 5.1-d"""
    claim = _approved()
    with inside(unit()):
        before = balance(unit(), "receivable")
    result = run(WriteOffsRun(), unit(), DAY)
    with inside(unit()):
        written = WriteOff.objects.get(unit=unit(), run=result.run)
        assert open_amount(unit(), claim) == 0
        assert balance(unit(), "receivable") - before == Decimal("-100.00")
        lost = Entry.objects.get(unit=unit(), voucher=written.voucher_id, amount__gt=0)
        sold = Entry.objects.get(unit=unit(), voucher__run=claim.run_id, amount__lt=0, voucher__kind="SI")
    assert written.ground == "decided"
    assert (lost.amount, lost.account) == (Decimal("100.00"), sold.account)
    assert lost.budget_account == sold.budget_account
    assert result.run.on_date == DAY


def test_a_unit_with_an_item_for_write_offs_posts_there() -> None:
    """OC 5.1-d"""
    set_term(unit(), "write_off_account", "45000000")
    _approved()
    result = run(WriteOffsRun(), unit(), DAY)
    with inside(unit()):
        written = WriteOff.objects.get(unit=unit(), run=result.run)
        lost = Entry.objects.get(unit=unit(), voucher=written.voucher_id, amount__gt=0)
    assert (lost.account, lost.amount) == ("45000000", Decimal("100.00"))


def test_what_was_paid_meanwhile_is_not_written_off() -> None:
    """OC 5.1-b"""
    claim = _approved()
    a_payment(unit(), "30.00", day=DAY, reference=claim.reference)
    run(AllocationRun(), unit(), DAY)
    result = run(WriteOffsRun(), unit(), DAY)
    with inside(unit()):
        assert WriteOff.objects.get(unit=unit(), run=result.run).amount == Decimal("70.00")
        assert open_amount(unit(), claim) == 0


def test_a_write_off_is_taken_back_by_a_counter_fact_and_its_voucher() -> None:
    """OC 6.4-a"""
    claim = _approved()
    first = run(WriteOffsRun(), unit(), DAY)
    with inside(unit()) as acting:
        written = WriteOff.objects.get(unit=unit(), run=first.run)
        undo(acting, written, "the debtor has got means")
        assert open_amount(unit(), claim) == Decimal("100.00")
        assert balance(unit(), "receivable") == Decimal("100.00")
    with inside(unit()) as acting, pytest.raises(RunRefused, match="nothing_to_undo"):
        undo(acting, written, "again")


def test_a_claim_that_is_asked_for_again_is_no_longer_stopped_by_its_end() -> None:
    """OC 6.4-a"""
    claim = _approved()
    with inside(unit()):
        made = {"unit": unit(), "claim": claim, "from_date": DAY, "review_date": DAY, "given_at": AT}
        ended = Block.objects.create(**made, code="E", reason="END", party="centre", run_id=claim.run_id)
        by_hand = Block.objects.create(**made, code="E", reason="asked", party="unit", person=person("kirsi"))
    first = run(WriteOffsRun(), unit(), DAY)
    with inside(unit()) as acting:
        undo(acting, WriteOff.objects.get(unit=unit(), run=first.run), "the debtor has got means")
        lifted = set(BlockLift.objects.filter(unit=unit()).values_list("block_id", flat=True))
    assert ended.pk in lifted
    assert by_hand.pk not in lifted


def test_costs_that_nobody_paid_are_no_longer_asked_for() -> None:
    """OC 5.1-b"""
    claim = _approved()
    with inside(unit()):
        Cost.objects.create(
            unit=unit(),
            run_id=claim.run_id,
            claim=claim,
            kind="reminder",
            day=DAY,
            amount=5,
            clause="OC 6.1.3-a",
        )
    run(WriteOffsRun(), unit(), DAY)
    with inside(unit()):
        costs = Cost.objects.filter(unit=unit(), claim=claim)
        assert sum(one.amount for one in costs) == 0
        assert costs.count() == 2


def test_the_same_run_twice_writes_nothing_twice() -> None:
    """OC 5.1-b"""
    _approved()
    run(WriteOffsRun(), unit(), DAY)
    again = run(WriteOffsRun(), unit(), DAY)
    assert (again.facts["written_off"], again.facts["proposals"]) == ("0.00", 0)


def test_a_claim_that_was_kept_is_proposed_once_it_has_expired() -> None:
    """OC 5.1-c: kept before its end, on its last day and on the day after; only who keeps an expired claim keeps it.

    The newest refusal holds. A public-law claim of 2024 lives to the end of 2029.
    """
    decide_in_crowd_and_alone("""
    on 2030-05-04
    claim  before bruk 100.00 issued 2024-01-15
    claim  last   bruk 100.00 issued 2024-01-15
    claim  after  bruk 100.00 issued 2024-01-15
    claim  newest bruk 100.00 issued 2024-01-15
    claim  living bruk 100.00 issued 2029-01-15
    proposed before
    kept     before 2040-01-01 on 2026-03-16
    proposed last
    kept     last   2040-01-01 on 2029-12-31
    proposed after
    kept     after  2040-01-01 on 2030-01-01
    proposed newest
    kept     newest 2040-01-01 on 2030-01-01
    proposed newest
    kept     newest 2030-05-04 on 2030-02-01
    proposed living
    kept     living 2040-01-01 on 2029-12-31
    expect before PROPOSE_EXPIRED   # OC 5.1-c
    expect last   PROPOSE_EXPIRED   # OC 5.1-c
    expect after  CLAIM_KEPT        # OC 5.1-b
    expect newest PROPOSE_EXPIRED   # OC 5.1-c
    expect living CLAIM_KEPT        # OC 5.1-b
    """)


def test_what_was_kept_since_the_plan_is_not_written_off() -> None:
    """OC 5.1-b"""
    claim = a_claim(unit(), "bruk", "100.00", day=date(2024, 1, 15))
    late = date(2030, 5, 4)
    planned = plan_of(WriteOffsRun(), unit(), late).run
    with inside(unit()) as acting:
        proposal = propose(acting, claim, "expired", "by hand")
    with inside(unit(), "maria", datetime(2030, 5, 4, 9, tzinfo=UTC)) as acting:
        refuse(acting, proposal, "he pays", date(2030, 12, 1))
    result = run(WriteOffsRun(), unit(), late, planned)
    assert [count.outcome for count in result.counts] == ["CLAIM_KEPT"]
    assert result.facts["proposals"] == 0


@pytest.mark.parametrize(
    ("constraint", "story"),
    [
        ("a_claim_has_one_proposal_at_a_time", "propose propose"),
        ("a_proposal_is_approved_after_its_review", "propose approve"),
        ("a_write_off_is_not_reviewed_and_approved_by_one", "propose review_as_gunnar approve"),
        ("a_proposal_is_not_approved_by_who_made_it", "propose_as_gunnar review approve"),
        ("a_proposal_is_acted_on_once", "propose review approve approve"),
        ("an_act_is_on_the_proposal_as_it_stands", "propose keep review"),
        ("an_act_is_on_the_proposal_as_it_stands", "propose review_another"),
        ("a_proposal_is_refused_once", "propose keep keep"),
        ("a_claim_that_is_kept_is_followed_up", "propose keep_silently"),
        ("what_is_written_off_is_not_refused", "propose review approve post keep"),
    ],
)
def test_an_act_is_refused_by_name(constraint: str, story: str) -> None:
    """OC 5.1-b"""
    claim = a_claim(unit(), "bruk", "100.00", day=date(2026, 1, 15))
    *before, last = story.split()
    for step in before:
        _step(step, claim)
    with pytest.raises(ActRefused) as refused:
        _step(last, claim)
    assert refused.value.constraint == constraint


_WHO = {"propose": "kirsi", "review": "maria", "approve": "gunnar", "keep": "kirsi"}


def _step(step: str, claim: Claim) -> None:
    told, _, who = step.partition("_as_")
    act, _, how = told.partition("_")
    if who:  # one person with every right of the unit: only the database is left to refuse
        for role in ("K", "SG"):
            RoleAssignment.objects.create(person=person(who), role=role, in_unit=unit(), validity=ALWAYS)
    if act == "post":
        run(WriteOffsRun(), unit(), DAY)
        return
    with inside(unit(), who or _WHO[act]) as acting:
        proposal = WriteOffProposal.objects.filter(unit=unit()).order_by("-id").first()
        if act == "propose":
            propose(acting, claim, "decided", "not worth it")
        elif act == "keep":
            refuse(acting, proposal, "" if how else "he pays", date(2027, 1, 1))
        else:
            {"review": review, "approve": approve}[act](
                acting, proposal, "0" * 64 if how else proposal.digest
            )


def test_the_database_refuses_a_write_off_that_nobody_decided() -> None:
    """OC 5.1-b"""
    claim = a_claim(unit(), "bruk", "100.00", day=date(2026, 1, 15))
    with inside(unit()) as acting:
        proposal = propose(acting, claim, "decided", "not worth it")
    with inside(unit()), pytest.raises(ActRefused) as refused, refused_as(ActRefused):
        WriteOff.objects.create(
            unit=unit(), run_id=claim.run_id, voucher_id=Entry.objects.filter(unit=unit())[0].voucher_id,
            claim=claim, amount=Decimal(100), ground="decided", proposal=proposal, clause="OC 5.1-b",
        )  # fmt: skip
    assert refused.value.constraint == "a_write_off_is_reviewed_and_approved"


def test_only_the_unit_decides() -> None:
    """OC 5.1-b"""
    claim = a_claim(unit(), "bruk", "100.00", day=date(2026, 1, 15))
    with inside(unit()) as acting:
        proposal = propose(acting, claim, "decided", "not worth it")
    with inside(unit()) as acting:  # a clerk of the centre
        for act in (review, approve):
            with pytest.raises(NotAllowed):
                act(acting, proposal, proposal.digest)
        with pytest.raises(ValueError, match="known grounds"):
            propose(acting, claim, "small_remainder", "why")


def test_the_list_tells_for_whom_a_proposal_waits() -> None:
    """OC 5.1-b"""
    _approved("40.00")
    claim = a_claim(unit(), "paja", "60.00", day=date(2026, 1, 15))
    with inside(unit()) as acting:
        propose(acting, claim, "bankruptcy", "the estate has nothing")
        found = waiting_proposals(unit())
    assert [(one.customer, one.ground, one.standing) for one in found] == [
        ("Provbruket Ab", "decided", "WRITE_OFF"),
        ("Koepaja Oy", "bankruptcy", "WAITS_FOR_REVIEW"),
    ]


def test_a_claim_is_worth_its_probable_value_at_most() -> None:
    """OC 5.1-a"""
    table = read("""
    on 2030-06-28
    claim expired  bruk 100.00 issued 2024-01-15
    claim passive  bruk 100.00 issued 2030-01-15
    claim bankrupt bruk  99.99 issued 2030-01-15
    claim disputed bruk 100.00 issued 2030-01-15
    claim legal    bruk 100.00 issued 2030-01-15
    claim old      bruk 100.00 issued 2029-05-02
    claim older    bruk 100.00 issued 2029-11-30
    claim fresh    bruk 100.00 issued 2030-06-14
    case  passive enforcement passive
    block bankrupt B
    block disputed C
    case  legal enforcement applied
    """)
    books = Books(table, unit()).tell()
    result = run(ValuationRun(), unit(), table.on)
    with inside(unit()):
        worth = {one.claim_id: (one.ground, one.probable) for one in Valuation.objects.filter(unit=unit())}
    assert {name: worth[claim.pk] for name, claim in books.claims.items()} == {
        "expired": ("VALUED_EXPIRED", Decimal(0)),
        "passive": ("VALUED_LEGAL", Decimal("50.00")),
        "bankrupt": ("VALUED_INSOLVENT", Decimal("9.99")),
        "disputed": ("VALUED_DISPUTED", Decimal("50.00")),
        "legal": ("VALUED_LEGAL", Decimal("50.00")),
        "old": ("VALUED_OVER_YEAR", Decimal("50.00")),
        "older": ("VALUED_OVER_HALF_YEAR", Decimal("75.00")),
        "fresh": ("VALUED_OTHER", Decimal("100.00")),
    }
    assert result.facts["nominal"] == "799.99"
    assert sum(one["count"] for one in result.facts["ageing"]) == 8
