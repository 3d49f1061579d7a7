"""Money that the bank takes back: what finds the payment, in whole and in part, and what people say of it (OC 4.1)."""

from datetime import date
from decimal import Decimal

import pytest

from cast import DAY, inside, run, unit
from income.money import (
    LATER,
    Purse,
    a_payment,
    allocate_in_crowd_and_alone,
    balance,
    open_amount,
    rest_of,
)
from income.refund_tables import account, an_overpayment, applied
from income.tables import read
from reskontra.income.allocation.actions import NotTakenBack, hold, point, take_back, undo
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.allocation.set_off import SetOffRun
from reskontra.insight.invariants import broken
from reskontra.insight.payments import unallocated, uses_of_payment
from reskontra.runs.run import RunRefused

pytestmark = pytest.mark.usefixtures("database")


def _purse(text: str) -> Purse:
    return Purse(read("on 2026-03-16\n" + text), unit()).tell()


def _outcome(purse: Purse, name: str) -> str | None:
    with inside(purse.where):
        return next(
            (one.outcome for one in unallocated(purse.where) if one.payment == purse.payments[name].pk), None
        )


def test_a_reversal_without_a_reference_finds_its_payment_by_payer_and_amount_where_it_is_one() -> None:
    """OC 4.1-b, OC 4.1-c"""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A aino 77.80
    payment came     77.80 day 2026-03-11 from "Koe Aino"
    payment back    -77.80 day 2026-03-12 from "AINO KOE"
    payment first    50.00 day 2026-03-11 from "Prov Berit"
    payment second   50.00 day 2026-03-11 from "Prov Berit"
    payment either  -50.00 day 2026-03-12 from "Prov Berit"
    payment late     60.00 day 2026-03-13 from "Koepaja"
    payment early   -60.00 day 2026-03-12 from "Koepaja"
    payment stranger -77.80 day 2026-03-12 from "Ingen Känd"
    expect  came     TAKEN_BACK          # OC 4.1-b
    expect  back     TAKES_BACK          # OC 4.1-b
    expect  first    NO_REFERENCE        # OC 4.1-c
    expect  second   NO_REFERENCE        # OC 4.1-c
    expect  either   REVERSAL_UNKNOWN    # OC 4.1-c
    expect  late     NO_REFERENCE        # OC 4.1-c
    expect  early    REVERSAL_UNKNOWN    # OC 4.1-c
    expect  stranger REVERSAL_UNKNOWN    # OC 4.1-c
    open    A 77.80
    """)


def test_a_claim_that_was_paid_by_payer_and_amount_is_open_again_when_the_bank_takes_the_money_back() -> None:
    """OC 4.1-b"""
    purse = _purse("""
    claim   A aino 77.80
    payment came 77.80 day 2026-03-11 from "Koe Aino"
    """)
    run(AllocationRun(), purse.where)
    back = Purse(
        read('on 2026-03-17\npayment back -77.80 day 2026-03-17 from "Koe Aino"'), purse.where
    ).tell()
    run(AllocationRun(), purse.where, LATER)
    with inside(purse.where):
        assert open_amount(purse.where, purse.claims["A"]) == Decimal("77.80")
        assert rest_of(purse.where, purse.payments["came"]) == 0
        assert rest_of(purse.where, back.payments["back"]) == 0
        assert balance(purse.where, "payments_unallocated") == 0


def test_a_part_that_is_taken_back_leaves_the_rest_where_it_was() -> None:
    """OC 4.1-b: what was too much goes first, then the claim; a part of a part is taken from what is left."""
    purse = _purse("""
    claim   A bruk 77.80
    claim   B bruk 100.00
    payment came 77.80 day 2026-03-11 of A
    payment over 104.00 day 2026-03-11 of B
    """)
    run(AllocationRun(), purse.where)
    purse = Purse(
        read("on 2026-03-17\npayment part -10.00 of A\npayment more -6.00 of B"), purse.where, purse.claims,
        purse.payments,
    ).tell()  # fmt: skip
    run(AllocationRun(), purse.where, LATER)
    with inside(purse.where):
        told = {name: rest_of(purse.where, one) for name, one in purse.payments.items()}
        assert set(told.values()) == {Decimal(0)}, told
        assert open_amount(purse.where, purse.claims["A"]) == Decimal("10.00")
        assert open_amount(purse.where, purse.claims["B"]) == Decimal("2.00")
        assert balance(purse.where, "overpayment_income") == 0
        assert balance(purse.where, "payments_unallocated") == 0
        kinds = [(use.kind, use.amount) for use in uses_of_payment(purse.where, purse.payments["came"].pk)]
        assert sorted(kinds) == [
            ("allocation", Decimal("-77.80")), ("allocation", Decimal("67.80")), ("allocation", Decimal("77.80")),
            ("taken_back", Decimal("10.00")),
        ]  # fmt: skip


def test_a_person_says_which_payment_was_taken_back() -> None:
    """OC 4.1-b, OC 4.1-c: and what cannot be so is refused with the reason."""
    purse = _purse("""
    claim   A aino 77.80
    payment came 77.80 day 2026-03-11 of A
    payment small 5.00 day 2026-03-11
    payment late 90.00 day 2026-03-16
    payment back -77.80 day 2026-03-12
    """)
    run(AllocationRun(), purse.where)
    assert _outcome(purse, "back") == "REVERSAL_UNKNOWN"
    back = purse.payments["back"]
    for name, rule in (
        ("small", "less_is_left"), ("late", "not_of_this_account"),
        ("back", "takes_nothing_back"),
    ):  # fmt: skip
        with pytest.raises(NotTakenBack) as refused, inside(purse.where) as acting:
            take_back(acting, back, purse.payments[name], "test")
        assert refused.value.rule == rule
    with pytest.raises(ValueError, match="pays no claim"), inside(purse.where) as acting:
        point(acting, back, [(purse.claims["A"], None)], "test")
    with inside(purse.where) as acting:
        hold(acting, back, "the bank is asked")
    run(AllocationRun(), purse.where)
    assert _outcome(purse, "back") == "HELD_FOR_PERSON"
    with inside(purse.where) as acting:
        take_back(acting, back, purse.payments["came"], "told by the bank")
    run(AllocationRun(), purse.where)
    with inside(purse.where) as acting:
        assert open_amount(purse.where, purse.claims["A"]) == Decimal("77.80")
        assert rest_of(purse.where, back) == 0
        assert balance(purse.where, "receivable") == Decimal("77.80")


def test_a_wrong_word_on_which_payment_was_taken_back_is_undone() -> None:
    """OC 4.1-b, OC 4.1-c: the payment is whole again and decided anew; the money that went waits for a person."""
    purse = _purse("""
    term    remainder_waived_up_to 2.00
    claim   A aino 77.80
    claim   B bruk 80.00
    payment wrong 77.80 day 2026-03-11 of A
    payment right 79.00 day 2026-03-11 of B
    payment back -77.80 day 2026-03-12
    """)
    run(AllocationRun(), purse.where)
    wrong, right, back = (purse.payments[name] for name in ("wrong", "right", "back"))

    def told() -> tuple[Decimal, ...]:
        with inside(purse.where):
            assert broken([purse.where.pk]) == []
            claims = [open_amount(purse.where, purse.claims[name]) for name in "AB"]
            return (*claims, *(rest_of(purse.where, one) for one in (wrong, right, back)))

    before = told()
    with inside(purse.where) as acting:
        take_back(acting, back, wrong, "told by the bank")
    run(AllocationRun(), purse.where)
    assert told() == (Decimal("77.80"), 0, 0, 0, 0)
    with inside(purse.where) as acting:
        undo(acting, back, "the bank meant another")
    assert told() == before == (0, 0, 0, 0, Decimal("-77.80"))
    assert _outcome(purse, "back") == "UNDONE"
    run(AllocationRun(), purse.where)
    assert _outcome(purse, "back") == "HELD_FOR_PERSON"
    with inside(purse.where):
        uses = [(use.kind, use.amount, use.undoes) for use in uses_of_payment(purse.where, back.pk)]
        assert uses == [
            ("taken_back", Decimal("-77.80"), False), ("taken_back", Decimal("77.80"), True),
        ]  # fmt: skip
        assert balance(purse.where, "receivable") == 0
    with pytest.raises(RunRefused, match=r"allocation\.nothing_to_undo"), inside(purse.where) as acting:
        undo(acting, back, "once more")
    with inside(purse.where) as acting:
        take_back(acting, back, right, "asked again")
    run(AllocationRun([back.pk]), purse.where)
    assert told() == (0, Decimal("78.80"), 0, 0, 0)
    with inside(purse.where) as acting:
        undo(acting, back, "that was right neither")
    assert told() == before


def test_a_payment_whose_taking_back_was_undone_can_be_found_by_the_rule_again() -> None:
    """OC 4.1-b: by account, reference and amount, as if it had never been taken."""
    purse = _purse("""
    claim   A aino 77.80
    payment came 77.80 day 2026-03-11 of A
    payment back -77.80 day 2026-03-12 of A
    """)
    run(AllocationRun(), purse.where)
    with inside(purse.where) as acting:
        undo(acting, purse.payments["back"], "a fee of the bank's own")
        assert open_amount(purse.where, purse.claims["A"]) == 0
    again = Purse(read("on 2026-03-17\npayment next -77.80 of A"), purse.where, purse.claims).tell()
    run(AllocationRun(), purse.where, LATER)
    with inside(purse.where):
        assert open_amount(purse.where, purse.claims["A"]) == Decimal("77.80")
        assert rest_of(purse.where, again.payments["next"]) == 0
        assert rest_of(purse.where, purse.payments["back"]) == Decimal("-77.80")


def test_what_was_paid_out_already_stays_and_the_claim_is_open_when_a_person_says_so() -> None:
    """OC 4.1-c: a claim of 100 was paid by 125, and 25 refunded; then the bank takes 125 back."""
    where = unit()
    payer_account = account("aino")
    over = an_overpayment(where, "aino", "25.00", day=DAY, payer="Koe Aino", payer_account=payer_account)
    applied(where, DAY)
    with inside(where):
        paid, claim = over.payment, over.claim
        assert claim
    back = a_payment(where, "-125.00", reference=paid.reference, day=LATER)
    purse = Purse(read("on 2026-03-17"), where, {"A": claim}, {"back": back, "came": paid})
    run(AllocationRun(), where, LATER)
    assert _outcome(purse, "back") == "TAKES_BACK_REFUNDED"
    with inside(where) as acting:
        assert open_amount(where, claim) == 0
        take_back(acting, back, paid, "the bank was asked")
    run(AllocationRun(), where, LATER)
    with inside(where):
        assert (open_amount(where, claim), rest_of(where, back), rest_of(where, paid)) == (100, -25, 0)
        assert broken([where.pk]) == []
    run(AllocationRun(), where, LATER)
    assert _outcome(purse, "back") == "TAKES_BACK_REFUNDED"


def test_ids_that_both_carry_find_the_payment_also_for_a_part() -> None:
    """OC 4.1-b: the bank's archive id, an id of the payer's; what several payments carry finds none."""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    payment came    100.00 day 2026-03-11 bank 2603119999A00001
    payment by_bank -30.00 day 2026-03-12 bank "2603119999a 00001"
    payment sent    100.00 day 2026-03-11 end E-1
    payment by_end -100.00 day 2026-03-12 end E-1
    payment one      40.00 day 2026-03-11 end E-2
    payment two      40.00 day 2026-03-11 end E-2
    payment either  -10.00 day 2026-03-12 end E-2
    payment no_id    55.00 day 2026-03-11 end NOTPROVIDED
    payment nothing -55.00 day 2026-03-12 end NOTPROVIDED
    expect  came    TAKEN_BACK          # OC 4.1-b
    expect  by_bank TAKES_BACK          # OC 4.1-b
    expect  sent    TAKEN_BACK          # OC 4.1-b
    expect  by_end  TAKES_BACK          # OC 4.1-b
    expect  one     NO_REFERENCE        # OC 4.1-c
    expect  two     NO_REFERENCE        # OC 4.1-c
    expect  either  REVERSAL_UNKNOWN    # OC 4.1-c
    expect  no_id   NO_REFERENCE        # OC 4.1-c
    expect  nothing REVERSAL_UNKNOWN    # OC 4.1-c
    """)


def test_a_credit_is_not_set_off_on_a_day_before_it_was_issued() -> None:
    """OC 3.2.1-a"""
    purse = _purse("""
    claim   A bruk 100.00
    credit  X A 30.00
    """)
    for day, still_open in ((date(2026, 3, 15), 100), (date(2026, 3, 16), 70)):
        run(SetOffRun(), purse.where, day)
        with inside(purse.where):
            assert open_amount(purse.where, purse.claims["A"]) == still_open


def test_a_payment_that_the_bank_books_later_waits_for_its_day() -> None:
    """OC 4.1-b: at, before and after the day; the voucher is not older than the money."""
    purse = _purse("""
    claim   A bruk 100.00
    claim   B bruk 50.00
    payment today 100.00 day 2026-03-16 of A
    payment tomorrow 50.00 day 2026-03-17 of B
    """)
    run(AllocationRun(), purse.where, date(2026, 3, 16))
    assert (_outcome(purse, "today"), _outcome(purse, "tomorrow")) == (None, "BOOKED_LATER")
    with inside(purse.where):
        assert open_amount(purse.where, purse.claims["B"]) == 50
    run(AllocationRun(), purse.where, date(2026, 3, 17))
    assert _outcome(purse, "tomorrow") is None
