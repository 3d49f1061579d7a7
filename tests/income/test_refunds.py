"""Refunds (OC 4.2): tables by clause, each overpayment in a crowd and with nobody but those of its customer."""

from datetime import date

import pytest

from cast import inside, run, unit
from income.interest_tables import invoiced, paid
from income.money import a_claim
from income.refund_tables import (
    Till,
    account,
    an_overpayment,
    at,
    overpaid,
    planned,
    refunded_in_crowd_and_alone,
    standing,
)
from income.tables import read
from income.write_off_tables import a_case
from reskontra.income.interest.run import InterestRun
from reskontra.income.refunds.actions import choose
from reskontra.runs.run import Result, RunRefused

pytestmark = pytest.mark.usefixtures("database")


def test_the_payers_own_account_is_paid_to_when_it_is_the_customers() -> None:
    """OC 4.2-b: the words of the name are equal, in any order and without the form of a company; one account."""
    refunded_in_crowd_and_alone("""
    on 2026-03-16
    over   same   aino 25.00 from "KOE AINO" one
    over   turned berit 25.00 from "Berit Prov" two
    over   form   bruk 25.00 from "PROVBRUKET" three
    over   other  paja 25.00 from "Somebody Else" four
    over   cut    contact 25.00 from "KONTAKT" five
    over   none   verket 25.00
    run
    expect same   REFUND_TO_ACCOUNT    # OC 4.2-b
    expect turned REFUND_TO_ACCOUNT    # OC 4.2-b
    expect form   REFUND_TO_ACCOUNT    # OC 4.2-b
    expect other  ASK_FOR_ACCOUNT      # OC 4.2-b
    expect cut    ASK_FOR_ACCOUNT      # OC 4.2-b
    expect none   ASK_FOR_ACCOUNT      # OC 4.2-b
    run
    expect same   nothing
    expect turned nothing
    expect form   nothing
    expect other  WAITING_FOR_ANSWER   # OC 4.2-b
    expect cut    WAITING_FOR_ANSWER   # OC 4.2-b
    expect none   WAITING_FOR_ANSWER   # OC 4.2-b
    """)


def test_what_was_overpaid_after_the_day_of_the_run_waits_for_its_day() -> None:
    """OC 4.2-a: on that day nobody had paid too much."""
    where, before, then = unit(), date(2026, 3, 16), date(2026, 3, 17)
    an_overpayment(where, "aino", "25.00", day=then, payer="KOE AINO", payer_account=account("one"))
    for day, outcome, stands in (
        (before, "OVERPAID_LATER", "WAITING"),
        (then, "REFUND_TO_ACCOUNT", "READY"),
    ):
        [told] = planned(where, day).counts
        assert (told.outcome, told.standing, told.count) == (outcome, stands, 1)


def test_what_a_person_told_goes_before_what_the_bank_told() -> None:
    """OC 4.2-b"""
    till = refunded_in_crowd_and_alone("""
    on 2026-03-16
    over    a aino 25.00 from "Koe Aino" old
    account a new "Koe Aino"
    run
    expect  a REFUND_TO_ACCOUNT    # OC 4.2-b
    """)
    with inside(till.where):
        assert standing(till.where, till.overpayments["a"]).iban == account("new")


def test_a_small_overpayment_is_refunded_only_on_request() -> None:
    """OC 4.2-a: at, under and over the limit of ten euro."""
    refunded_in_crowd_and_alone("""
    on 2026-03-16
    over   under aino  9.99 from "Koe Aino" one
    over   limit berit 10.00 from "Prov Berit" two
    over   over  bruk  10.01 from "Provbruket Ab" three
    run
    expect under SMALL_NOT_ASKED     # OC 4.2-a
    expect limit SMALL_NOT_ASKED     # OC 4.2-a
    expect over  REFUND_TO_ACCOUNT   # OC 4.2-b
    ask    limit
    run
    expect under SMALL_NOT_ASKED     # OC 4.2-a
    expect limit SMALL_ASKED         # OC 4.2-a
    expect over  nothing
    run
    expect under SMALL_NOT_ASKED     # OC 4.2-a
    expect limit nothing
    expect over  nothing
    """)


def test_who_asks_for_a_small_one_is_asked_for_the_account_too() -> None:
    """OC 4.2-a, OC 4.2-b"""
    refunded_in_crowd_and_alone("""
    on 2026-03-16
    over   private aino 1.00
    over   company bruk 1.00
    ask    private
    ask    company
    run
    expect private ASK_FOR_ACCOUNT               # OC 4.2-b
    expect company ASK_FOR_ACCOUNT               # OC 4.2-b
    day    2026-04-07
    run
    expect private PAYMENT_ORDER                 # OC 4.2-b
    expect company BELOW_ORDER_FLOOR_TO_INCOME   # OC 4.2-b
    """)


def test_the_answer_is_awaited_until_its_day_and_not_longer() -> None:
    """OC 4.2-b: twenty-one days from 16 March end with 6 April."""
    refunded_in_crowd_and_alone("""
    on 2026-03-16
    over    silent   aino 25.00
    over    answered berit 25.00
    run
    expect  silent   ASK_FOR_ACCOUNT      # OC 4.2-b
    expect  answered ASK_FOR_ACCOUNT      # OC 4.2-b
    day     2026-04-06
    run
    expect  silent   WAITING_FOR_ANSWER   # OC 4.2-b
    expect  answered WAITING_FOR_ANSWER   # OC 4.2-b
    account answered told "Prov Berit"
    day     2026-04-07
    run
    expect  silent   PAYMENT_ORDER        # OC 4.2-b
    expect  answered REFUND_TO_ACCOUNT    # OC 4.2-b
    """)


def test_the_unit_sets_its_own_time_to_answer() -> None:
    """OC 4.2-b"""
    refunded_in_crowd_and_alone("""
    on 2026-03-16
    term   refund_inquiry_days 5
    over   a aino 25.00
    run
    expect a ASK_FOR_ACCOUNT      # OC 4.2-b
    day    2026-03-21
    run
    expect a WAITING_FOR_ANSWER   # OC 4.2-b
    day    2026-03-22
    run
    expect a PAYMENT_ORDER        # OC 4.2-b
    """)


def test_companies_and_foreign_customers_get_a_payment_order_from_the_floor() -> None:
    """OC 4.2-b: at, under and over thirty euro; private persons always."""
    refunded_in_crowd_and_alone("""
    on 2026-03-16
    over   private aino 10.01
    over   under   bruk 29.99
    over   at      paja 30.00
    over   above   verket 30.01
    over   foreign svea 29.99
    over   abroad  tokyo 30.00
    run
    expect private ASK_FOR_ACCOUNT               # OC 4.2-b
    expect under   ASK_FOR_ACCOUNT               # OC 4.2-b
    expect at      ASK_FOR_ACCOUNT               # OC 4.2-b
    expect above   ASK_FOR_ACCOUNT               # OC 4.2-b
    expect foreign ASK_FOR_ACCOUNT               # OC 4.2-b
    expect abroad  ASK_FOR_ACCOUNT               # OC 4.2-b
    day    2026-04-07
    run
    expect private PAYMENT_ORDER                 # OC 4.2-b
    expect under   BELOW_ORDER_FLOOR_TO_INCOME   # OC 4.2-b
    expect at      PAYMENT_ORDER                 # OC 4.2-b
    expect above   PAYMENT_ORDER                 # OC 4.2-b
    expect foreign BELOW_ORDER_FLOOR_TO_INCOME   # OC 4.2-b
    expect abroad  PAYMENT_ORDER                 # OC 4.2-b
    """)


def test_a_unit_without_a_floor_sends_every_order() -> None:
    """OC 4.2-b"""
    refunded_in_crowd_and_alone("""
    on 2026-03-16
    term   refund_payment_order_floor 0.00
    over   a bruk 10.01
    run
    expect a ASK_FOR_ACCOUNT   # OC 4.2-b
    day    2026-04-07
    run
    expect a PAYMENT_ORDER     # OC 4.2-b
    """)


def test_an_order_runs_until_its_day_and_is_then_income() -> None:
    """OC 4.2-b: thirty days from 7 April end with 7 May; what was redeemed is over."""
    refunded_in_crowd_and_alone("""
    on 2026-03-16
    over   silent   aino 25.00
    over   back     berit 25.00
    over   redeemed contact 25.00
    run
    expect silent   ASK_FOR_ACCOUNT        # OC 4.2-b
    expect back     ASK_FOR_ACCOUNT        # OC 4.2-b
    expect redeemed ASK_FOR_ACCOUNT        # OC 4.2-b
    day    2026-04-07
    run
    expect silent   PAYMENT_ORDER          # OC 4.2-b
    expect back     PAYMENT_ORDER          # OC 4.2-b
    expect redeemed PAYMENT_ORDER          # OC 4.2-b
    heard  redeemed redeemed
    heard  back     unredeemed
    day    2026-05-07
    run
    expect silent   ORDER_RUNNING          # OC 4.2-b
    expect back     UNREDEEMED_TO_INCOME   # OC 4.2-b
    expect redeemed nothing
    day    2026-05-08
    run
    expect silent   UNREDEEMED_TO_INCOME   # OC 4.2-b
    expect back     nothing
    expect redeemed nothing
    run
    expect silent   nothing
    expect back     nothing
    expect redeemed nothing
    """)


def test_what_the_bank_rejected_goes_back_to_the_ladder() -> None:
    """OC 4.2-b: the account that did not take it is not tried again; the customer is asked, once for each rejection."""
    refunded_in_crowd_and_alone("""
    on 2026-03-16
    over    bank  aino 25.00 from "Koe Aino" closed
    over    asked berit 25.00
    run
    expect  bank  REFUND_TO_ACCOUNT    # OC 4.2-b
    expect  asked ASK_FOR_ACCOUNT      # OC 4.2-b
    heard   bank  rejected
    account asked typo "Prov Berit"
    day     2026-03-17
    run
    expect  bank  REJECTED_BY_BANK     # OC 4.2-b
    expect  asked REFUND_TO_ACCOUNT    # OC 4.2-b
    heard   asked accepted
    heard   asked rejected
    run
    expect  bank  ASK_FOR_ACCOUNT      # OC 4.2-b
    expect  asked REJECTED_BY_BANK     # OC 4.2-b
    run
    expect  bank  WAITING_FOR_ANSWER   # OC 4.2-b
    expect  asked ASK_FOR_ACCOUNT      # OC 4.2-b
    day     2026-03-18
    account bank  closed "Koe Aino"
    account asked right "Prov Berit"
    run
    expect  bank  REFUND_TO_ACCOUNT    # OC 4.2-b
    expect  asked REFUND_TO_ACCOUNT    # OC 4.2-b
    """)


def test_the_next_invoice_is_waited_for_and_then_paid() -> None:
    """OC 4.2-c"""
    refunded_in_crowd_and_alone("""
    on 2026-03-16
    claim  march aino 40.00
    claim  april berit 40.00
    over   a aino 25.00 from "Koe Aino" one
    over   small berit 5.00
    choose a next_invoice
    choose small next_invoice
    run
    expect a     CHOSEN_NEXT_INVOICE        # OC 4.2-c
    expect small CHOSEN_NEXT_INVOICE        # OC 4.2-c
    claim  next aino 40.00
    run
    expect a     CREDITED_ON_NEXT_INVOICE   # OC 4.2-c
    expect small CHOSEN_NEXT_INVOICE        # OC 4.2-c
    choose small rule
    run
    expect a     nothing
    expect small SMALL_NOT_ASKED            # OC 4.2-a
    """)


def test_two_overpayments_never_promise_the_same_invoice() -> None:
    """OC 4.2-c: one after another; an invoice that a payment is pointed at is promised."""
    refunded_in_crowd_and_alone("""
    on 2026-03-16
    over   a aino 25.00
    over   b aino 25.00
    choose a next_invoice
    choose b next_invoice
    claim  next aino 40.00
    run
    expect a CREDITED_ON_NEXT_INVOICE   # OC 4.2-c
    expect b CHOSEN_NEXT_INVOICE        # OC 4.2-c
    run
    expect a nothing
    expect b CHOSEN_NEXT_INVOICE        # OC 4.2-c
    claim  after aino 40.00
    run
    expect a nothing
    expect b CREDITED_ON_NEXT_INVOICE   # OC 4.2-c
    """)


def test_the_next_invoice_is_for_a_customer_who_is_invoiced_again_and_again() -> None:
    """OC 4.2-c: two invoices in 400 days, the day itself and the 400th before it; for who no longer is, the ladder."""
    where = unit()
    for who, day in (("aino", date(2026, 3, 1)), ("bruk", date(2025, 2, 9)), ("paja", date(2025, 2, 10))):
        a_claim(where, who, "40.00", day=day)
    on = date(2026, 3, 16)
    owed = overpaid(
        where,
        {
            "aino": ("aino", "25.00"),
            "bruk": ("bruk", "25.00", "PROVBRUKET", account("one")),
            "paja": ("paja", "25.00"),
            "berit": ("berit", "25.00", "Berit Prov", account("two")),
        },
        on,
    )
    for name, recurs in (("aino", True), ("bruk", False), ("paja", True), ("berit", False)):
        with inside(where, at=at(on)) as acting:
            if recurs:
                choose(acting, owed[name], "next_invoice", "test")
            else:
                with pytest.raises(RunRefused) as refused:
                    choose(acting, owed[name], "next_invoice", "test")
                assert refused.value.key == "refunds.not_recurring"
    assert _outcomes(planned(where, on)) == {"CHOSEN_NEXT_INVOICE": 2, "REFUND_TO_ACCOUNT": 2}
    assert _outcomes(planned(where, date(2026, 3, 18))) == {
        "CHOSEN_NEXT_INVOICE": 1, "REFUND_TO_ACCOUNT": 2, "ASK_FOR_ACCOUNT": 1,
    }  # fmt: skip


def test_the_next_invoice_is_an_invoice_that_no_case_is_about() -> None:
    """OC 4.2-c: neither a claim of interest nor one that is with the enforcement authority is waited for."""
    where, on = unit(), date(2026, 3, 16)
    a_claim(where, "aino", "40.00", day=on)
    owed = an_overpayment(where, "aino", "25.00", day=on)
    with inside(where, at=at(on)) as acting:
        choose(acting, owed, "next_invoice", "test")
    enforced = a_claim(where, "aino", "40.00", day=on)
    a_case(where, enforced, "enforcement", "applied", on, {})
    late = invoiced(where, "aino", "1000.00", date(2025, 12, 1))
    paid(where, late, "1000.00", date(2026, 3, 2))
    run(InterestRun([late.pk]), where, on)
    assert _outcomes(planned(where, on)) == {"CHOSEN_NEXT_INVOICE": 1}
    a_claim(where, "aino", "40.00", day=on)
    assert _outcomes(planned(where, on)) == {"CREDITED_ON_NEXT_INVOICE": 1}


def _outcomes(result: Result) -> dict[str, int]:
    return {one.outcome: one.count for one in result.counts}


def test_the_banks_return_is_chosen_and_what_it_refuses_goes_by_the_rule() -> None:
    """OC 4.2-d"""
    refunded_in_crowd_and_alone("""
    on 2026-03-16
    over   a aino 25.00 from "Koe Aino" one
    choose a bank_return
    run
    expect a CHOSEN_BANK_RETURN   # OC 4.2-d
    heard  a rejected
    run
    expect a REJECTED_BY_BANK     # OC 4.2-b
    run
    expect a REFUND_TO_ACCOUNT    # OC 4.2-b
    """)


def test_bankruptcy_and_exceptions_wait_for_a_person_to_say_where() -> None:
    """OC 6.1.2-a, OC 4.2-b: the account that was paid from is not the estate's."""
    refunded_in_crowd_and_alone("""
    on 2026-03-16
    over    known   bruk 25.00 from "Provbruket Ab" one
    over    unknown paja 25.00
    over    small   berit 5.00
    block   known   B
    block   unknown O
    block   small   B
    run
    expect  known   REFUND_HELD_BY_BLOCK   # OC 6.1.2-a
    expect  unknown REFUND_HELD_BY_BLOCK   # OC 6.1.2-a
    expect  small   SMALL_NOT_ASKED        # OC 4.2-a
    account known   estate "The estate"
    run
    expect  known   REFUND_TO_ACCOUNT      # OC 4.2-b
    expect  unknown REFUND_HELD_BY_BLOCK   # OC 6.1.2-a
    expect  small   SMALL_NOT_ASKED        # OC 4.2-a
    """)


def test_the_other_codes_do_not_keep_what_is_the_customers() -> None:
    """OC 6.1.2-a, OC 4.2-a: not even N, which says that it is to be refunded."""
    codes = "ACDEFGHIJKLMNZ"
    lines = (
        "on 2026-03-16",
        *(f'over {code} bruk 25.00 from "Provbruket Ab" one' for code in codes),
        *(f"block {code} {code}" for code in codes),
        "run",
        *(f"expect {code} REFUND_TO_ACCOUNT # OC 4.2-b" for code in codes),
    )
    Till(read("\n".join(lines)), unit()).tell()


def test_what_came_back_goes_before_every_choice_and_a_choice_before_the_rule() -> None:
    """OC 4.2-b, OC 4.2-c, OC 4.2-d: precedence."""
    refunded_in_crowd_and_alone("""
    on 2026-03-16
    claim   early aino 40.00
    over    a aino 25.00 from "Koe Aino" one
    over    b berit 5.00
    over    c bruk 25.00 from "Provbruket Ab" two
    run
    expect  a REFUND_TO_ACCOUNT     # OC 4.2-b
    expect  b SMALL_NOT_ASKED       # OC 4.2-a
    expect  c REFUND_TO_ACCOUNT     # OC 4.2-b
    heard   a rejected
    heard   c rejected
    choose  a next_invoice
    choose  b bank_return
    block   c B
    choose  c bank_return
    run
    expect  a REJECTED_BY_BANK      # OC 4.2-b
    expect  b CHOSEN_BANK_RETURN    # OC 4.2-d
    expect  c REJECTED_BY_BANK      # OC 4.2-b
    run
    expect  a CHOSEN_NEXT_INVOICE   # OC 4.2-c
    expect  b nothing
    expect  c CHOSEN_BANK_RETURN    # OC 4.2-d
    """)
