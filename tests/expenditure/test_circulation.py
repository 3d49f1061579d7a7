"""Circulation (EX 1.2, 3.2): where each invoice goes that no rule could finish, and what its waiting means."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cast import DAY, inside, plan_of, run, set_term, unit
from expenditure.circulation_tables import (
    BUDGET,
    COST,
    OTHER_BUDGET,
    TRAVEL,
    Round,
    a_queue,
    a_template,
    an_invoice,
    circulate_in_crowd_and_alone,
    furnish_expenditure,
    newest,
)
from income.tables import read
from reskontra.expenditure.circulation.actions import approve, code, review
from reskontra.expenditure.circulation.coding import lines_of, propose
from reskontra.expenditure.circulation.run import CirculationRun
from reskontra.insight.circulation import falling_due, overdue, with_whom
from reskontra.kernel.texts import text
from reskontra.ledger.models import Entry
from reskontra.purchases.models import Coding, Payable, PurchaseDecision
from reskontra.purchases.sharing import cut

pytestmark = pytest.mark.usefixtures("database")


def test_a_posting_reference_codes_and_routes_by_itself_what_names_no_order() -> None:
    """EX 1.2.1-a, EX 3-a: what failed beside its order goes to whoever can solve that."""
    told = circulate_in_crowd_and_alone(f"""
    on 2026-03-16
    queue    CODERS  code   kirsi
    queue    RENTS   review maria
    queue    ALL     review saga
    queue    ORDER   solve  kaj
    template TK1RENT RENTS 60 {COST} {BUDGET} 40 {TRAVEL} {OTHER_BUDGET}
    template TK1ANY  -     100 {COST} {BUDGET}
    template TK1HALF RENTS 50 {COST} {BUDGET}
    template TK1GONE RENTS 100 49999999 {BUDGET}
    invoice  rent    100.01 25.50 due 2026-04-30 number TK1RENT
    invoice  any     100.00 25.50 due 2026-04-30 number TK1ANY
    invoice  half    100.00 25.50 due 2026-04-30 number TK1HALF
    invoice  gone    100.00 25.50 due 2026-04-30 number TK1GONE
    invoice  unknown 100.00 25.50 due 2026-04-30 number TK1NONE
    invoice  other   100.00 0.00  due 2026-04-30 number TK1RENT stream other
    invoice  riddle  100.00 25.50 due 2026-04-30 number TK1RENT
    invoice  stranger 100.00 25.50 due 2026-04-30 number TK1RENT
    invoice  early   100.00 25.50 due 2026-04-30 number TK1RENT
    found    rent    HAS_POSTING_REFERENCE
    found    any     HAS_POSTING_REFERENCE
    found    half    HAS_POSTING_REFERENCE
    found    gone    HAS_POSTING_REFERENCE
    found    unknown HAS_POSTING_REFERENCE
    found    riddle  NOT_RECEIVED
    found    stranger SUPPLIER_DIFFERS
    expect   rent    ROUTE_BY_REFERENCE RENTS   # EX 1.2.1-a
    expect   any     ROUTE_BY_REFERENCE ALL     # EX 1.2.1-a
    expect   half    ROUTE_TO_CODING CODERS     # EX 1.2.1-a
    expect   gone    ROUTE_TO_CODING CODERS     # EX 1.2.1-a
    expect   unknown ROUTE_TO_CODING CODERS     # EX 1.2.1-a
    expect   other   ROUTE_BY_REFERENCE RENTS   # EX 1.2.1-a
    expect   riddle  ROUTE_TO_SOLVE ORDER       # EX 3-a
    expect   stranger ROUTE_TO_SOLVE ORDER      # EX 3-a
    expect   early   ROUTE_TO_CODING CODERS     # EX 1.2.1-a
    """)
    with inside(told.where):
        lines = lines_of(newest(told.where, told.invoices["rent"]).pk)
        assert [(one.account, one.net, one.vat) for one in lines] == [
            (COST, Decimal("60.01"), Decimal("15.30")),
            (TRAVEL, Decimal("40.00"), Decimal("10.20")),
        ]


def test_a_mismatch_goes_to_whoever_can_solve_its_cause() -> None:
    """EX 3-a"""
    circulate_in_crowd_and_alone("""
    on 2026-03-16
    queue    CODERS   code  kirsi
    queue    ANY      solve kirsi
    queue    ORDER    solve kaj
    queue    SUPPLIER solve cecilia
    order    V1001    saga
    contract VSK1001  maria
    invoice  unmet    100.00 25.50 due 2026-04-30 number V1001
    invoice  unmade   100.00 25.50 due 2026-04-30 number V1999
    invoice  dear     100.00 25.50 due 2026-04-30 number V1001
    invoice  over     100.00 25.50 due 2026-04-30 number VSK1001
    invoice  stranger 100.00 25.50 due 2026-04-30 supplier none
    invoice  twice    100.00 25.50 due 2026-04-30
    invoice  bare     100.00 25.50 due 2026-04-30
    invoice  dollars  100.00 25.50 due 2026-04-30 currency USD
    found    unmet    NOT_RECEIVED
    found    unmade   NOT_RECEIVED
    found    dear     OVER_TOLERANCE_UP
    found    over     LIMIT_EXCEEDED
    found    stranger SUPPLIER_UNKNOWN
    found    twice    DUPLICATE
    found    bare     NO_IDENTIFIER
    expect   unmet    ROUTE_TO_SOLVE saga      # EX 3-a
    expect   unmade   ROUTE_TO_SOLVE ANY       # EX 3-a
    expect   dear     ROUTE_TO_SOLVE ORDER     # EX 3-a
    expect   over     ROUTE_TO_SOLVE maria     # EX 3-a
    expect   stranger ROUTE_TO_SOLVE SUPPLIER  # EX 3-a
    expect   twice    ROUTE_TO_SOLVE ANY       # EX 3-a
    expect   bare     ROUTE_TO_CODING CODERS   # EX 1.2.1-a
    expect   dollars  ROUTE_TO_SOLVE SUPPLIER  # EX 3-a
    """)


def test_what_intake_doubts_is_coded_by_no_rule() -> None:
    """EX 1.2.1-a, EX 3-a: the posting reference of a doubtful invoice does not code it; people look at it."""
    circulate_in_crowd_and_alone(f"""
    on 2026-03-16
    queue    CODERS   code   kirsi
    queue    ANY      solve  kirsi
    queue    SUPPLIER solve  cecilia
    queue    ALL      review saga
    template TK1RENT  ALL 100 {COST} {BUDGET}
    invoice  sums     100.00 25.50 due 2026-04-30 number TK1RENT
    intake   sums     AMOUNTS_CONTRADICT REVIEW
    invoice  wrong    100.00 25.50 due 2026-04-30 number TK1RENT
    fault    wrong    error
    invoice  late     100.00 25.50 due 2026-04-30 number TK1RENT
    intake   late     REMINDER_RECEIVED REVIEW
    invoice  unnamed  100.00 25.50 due 2026-04-30 number TK1RENT supplier none
    intake   unnamed  SUPPLIER_UNKNOWN WAITING
    invoice  named    100.00 25.50 due 2026-04-30 number TK1RENT
    intake   named    SUPPLIER_UNKNOWN WAITING
    invoice  remark   100.00 25.50 due 2026-04-30 number TK1RENT
    intake   remark   TAKEN_IN_WITH_FINDINGS READY
    fault    remark   warning
    found    named    HAS_POSTING_REFERENCE
    found    remark   HAS_POSTING_REFERENCE
    expect   sums     ROUTE_TO_SOLVE ANY         # EX 3-a
    expect   wrong    ROUTE_TO_SOLVE ANY         # EX 3-a
    expect   late     ROUTE_TO_CODING CODERS     # EX 1.2.1-a
    expect   unnamed  ROUTE_TO_SOLVE SUPPLIER    # EX 3-a
    expect   named    ROUTE_BY_REFERENCE ALL     # EX 1.2.1-a
    expect   remark   ROUTE_BY_REFERENCE ALL     # EX 1.2.1-a
    """)


def test_the_responsibility_table_says_who_codes() -> None:
    """EX 1.2.2-a"""
    for party, outcome, queue, clause in (
        ("unit", "ROUTE_TO_CODING", "UNIT", "EX 1.2.1-a"),
        ("centre", "ROUTE_TO_CODING_SERVICE", "CENTRE", "EX 1.2.2-a"),
    ):
        told = Round(
            read(f"""
            on 2026-03-16
            served  {party}
            queue   CENTRE code cecilia
            queue   UNIT   code kirsi
            invoice plain  100.00 25.50 due 2026-04-30
            """),
            unit() if party == "unit" else unit("4220"),
        ).tell()
        assert told.decided() == {"plain": (outcome, clause)}
        assert told.place("plain") == queue


def test_what_is_coded_is_reviewed_what_is_reviewed_is_approved_and_then_owed() -> None:
    """EX 1.2.1-a"""
    circulate_in_crowd_and_alone("""
    on 2026-03-16
    queue    CODERS code    kirsi
    queue    REVIEW review  maria saga
    queue    UNIT   approve gunnar
    queue    CENTRE approve petra
    queue    MEND   solve   kirsi
    invoice  coded    100.00 25.50 due 2026-04-30
    invoice  reviewed 100.00 25.50 due 2026-04-30
    invoice  approved 100.00 25.50 due 2026-04-30
    invoice  back     100.00 25.50 due 2026-04-30
    invoice  again    100.00 25.50 due 2026-04-30
    invoice  balance  100.00 0.00  due 2026-04-30
    invoice  nobodys  100.00 25.50 due 2026-04-30 supplier none
    coded    coded
    coded    reviewed
    reviewed reviewed
    coded    approved
    reviewed approved
    approved approved
    coded    back
    sent-back back
    coded    again
    sent-back again
    coded    again
    coded    balance -
    coded    nobodys
    reviewed nobodys
    approved nobodys
    expect   coded    ROUTE_TO_REVIEW REVIEW    # EX 1.2.1-a
    expect   reviewed ROUTE_TO_APPROVAL UNIT    # EX 1.2.1-a
    expect   approved EXPENDITURE_READY         # EX 1.2.1-a
    expect   back     ROUTE_TO_CODING CODERS    # EX 1.2.1-a
    expect   again    ROUTE_TO_REVIEW REVIEW    # EX 1.2.1-a
    expect   balance  ROUTE_TO_APPROVAL CENTRE  # EX 1.2.1-a
    expect   nobodys  ROUTE_TO_SOLVE MEND       # EX 3-a
    """)


def test_what_waits_is_told_by_its_due_date_at_under_and_over_the_term() -> None:
    """EX 3.2-a"""
    circulate_in_crowd_and_alone("""
    on 2026-03-16
    term     circulation_remind_before_due 3
    queue    CODERS code kirsi
    invoice  late      100.00 25.50 due 2026-03-15
    invoice  today     100.00 25.50 due 2026-03-16
    invoice  within    100.00 25.50 due 2026-03-19
    invoice  beyond    100.00 25.50 due 2026-03-20
    invoice  undated   100.00 25.50 due none
    placed   late    code CODERS
    placed   today   code CODERS
    placed   within  code CODERS
    placed   beyond  code kaj
    placed   undated code CODERS
    expect   late    CIRCULATION_OVERDUE     # EX 3.2-a
    expect   today   CIRCULATION_REMIND_DUE  # EX 3.2-a
    expect   within  CIRCULATION_REMIND_DUE  # EX 3.2-a
    expect   beyond  CIRCULATION_WAIT kaj    # EX 3.2-a
    expect   undated CIRCULATION_WAIT        # EX 3.2-a
    """)


def test_where_no_queue_has_anybody_in_it_that_is_told() -> None:
    """EX 1.2.1-a"""
    circulate_in_crowd_and_alone("""
    on 2026-03-16
    queue    EMPTY code
    invoice  lost  100.00 25.50 due 2026-04-30
    expect   lost  NOBODY_TO_ROUTE_TO   # EX 1.2.1-a
    """)


def test_what_has_its_place_is_left_there_and_a_new_cause_finds_a_new_one() -> None:
    """EX 3-a"""
    told = Round(
        read("""
        on 2026-03-16
        queue   CODERS   code  kirsi
        queue   ORDER    solve kaj
        queue   CONTRACT solve kirsi
        invoice one 100.00 25.50 due 2026-04-30
        found   one OVER_TOLERANCE_UP
        """),
        unit(),
    ).tell()
    assert told.decided()["one"][0] == "ROUTE_TO_SOLVE"
    assert told.place("one") == "ORDER"
    assert told.decided()["one"][0] == "CIRCULATION_WAIT"
    told._found("one", "CONTRACT_EXPIRED")
    assert told.decided()["one"][0] == "ROUTE_TO_SOLVE"
    assert told.place("one") == "CONTRACT"


def test_what_was_returned_circulates_no_more() -> None:
    """EX 3-a"""
    told = Round(
        read("""
        on 2026-03-16
        queue    CODERS code kirsi
        invoice  gone 100.00 25.50 due 2026-04-30
        returned gone
        """),
        unit(),
    ).tell()
    assert told.decided() == {"gone": ("NOT_CIRCULATING", None)}


def test_a_plan_that_has_changed_since_is_set_aside() -> None:
    """EX 1.2.1-a"""
    where = unit()
    furnish_expenditure(where)
    invoice = an_invoice(where)
    with inside(where):
        a_queue(where, "CODERS", "code", "kirsi")
        a_queue(where, "REVIEW", "review", "maria")
    planned = plan_of(CirculationRun(), where).run
    with inside(where, "kirsi") as acting:
        from expenditure.circulation_tables import a_line

        code(acting, invoice, [a_line()])
    result = run(CirculationRun(), where, planned=planned)
    assert [count.outcome for count in result.counts] == ["CHANGED_SINCE_PLAN"]


def test_an_invoice_becomes_a_payable_with_its_voucher_once() -> None:
    """EX 1.2.1-a"""
    where = unit()
    furnish_expenditure(where)
    from expenditure.circulation_tables import a_line

    invoice = an_invoice(where, "100.00", "25.50", due=date(2026, 4, 15))
    with inside(where):
        a_queue(where, "CODERS", "code", "kirsi")
    with inside(where, "kirsi") as acting:
        coding = code(acting, invoice, [a_line("60.00", "15.30"), a_line("40.00", "10.20", OTHER_BUDGET)])
    with inside(where, "maria") as acting:
        review(acting, invoice, coding.digest)
    with inside(where, "gunnar") as acting:
        approve(acting, invoice, coding.digest)
    result = run(CirculationRun([invoice.pk]), where)
    assert result.facts["payables"] == 1
    assert run(CirculationRun(), where).facts["payables"] == 0
    with inside(where):
        payable = Payable.objects.get(unit=where, invoice=invoice)
        assert (payable.amount, payable.due_date, payable.automatic) == (
            Decimal("125.50"),
            date(2026, 4, 15),
            False,
        )
        entries = Entry.objects.filter(voucher_id=payable.voucher_id).order_by("position")
        assert [(one.account, one.amount, one.budget_account) for one in entries] == [
            ("25700100", Decimal("-125.50"), ""),
            (COST, Decimal("60.00"), BUDGET),
            (COST, Decimal("40.00"), OTHER_BUDGET),
            ("91100000", Decimal("25.50"), ""),
        ]


def test_the_run_and_the_desk_part_an_invoice_alike() -> None:
    """EX 1.2.1-a"""
    where = unit()
    furnish_expenditure(where)
    odds = random.Random(7)
    references = []
    with inside(where):
        queue = a_queue(where, "REVIEW", "review", "maria")
        for place in range(8):
            weights = [odds.randint(1, 100_000) for _ in range(odds.randint(1, 6))]
            shares = cut(Decimal(100), [Decimal(one) for one in weights])
            lines = [(str(one), COST, BUDGET) for one in shares if one > 0]
            references.append(f"TK1R{place}")
            a_template(where, references[-1], queue, lines)
    invoices = []
    for _ in range(40):
        net = Decimal(odds.randint(1, 99_999)) / 100 * odds.choice((1, -1))
        vat = (net * Decimal("0.255")).quantize(Decimal("0.01"))
        invoices.append(an_invoice(where, str(net), str(vat), number=odds.choice(references), stream="other"))
    with inside(where) as acting:
        desk = {
            one.pk: next(p.lines for p in propose(acting.unit, one, DAY) if p.source == "template")
            for one in invoices
        }
    run(CirculationRun(), where)
    with inside(where):
        for one in invoices:
            assert lines_of(newest(where, one).pk) == desk[one.pk]


def test_overdue_falling_due_and_with_whom() -> None:
    """EX 3.2-a"""
    told = Round(
        read("""
        on 2026-03-16
        queue   CODERS code kirsi kaj
        away    kaj kirsi 2026-03-16 2026-03-20
        invoice late 100.00 25.50 due 2026-03-13
        invoice soon 200.00 51.00 due 2026-03-21
        invoice far  300.00 76.50 due 2026-03-22
        """),
        unit(),
    ).tell()
    with inside(told.where):
        names = {one.pk: name for name, one in told.invoices.items()}
        assert [names[one.invoice] for one in overdue(told.where, DAY)] == ["late"]
        assert [names[one.invoice] for one in falling_due(told.where, DAY)] == ["soon"]
        waiting = with_whom(told.where, DAY)
        assert [(names[one.invoice], one.days, one.step) for one in waiting] == [
            ("late", -3, "code"),
            ("soon", 5, "code"),
            ("far", 6, "code"),
        ]
        assert {tuple(one.people) for one in waiting} == {("Kirsi",)}
        assert {tuple(one.away) for one in waiting} == {("Kaj",)}
        after = with_whom(told.where, DAY + timedelta(days=5))
        assert {tuple(one.people) for one in after} == {("Kaj", "Kirsi")}


def test_every_outcome_has_its_words_and_every_route_its_decision() -> None:
    """EX 1.2.1-a"""
    from reskontra.expenditure.circulation import rules
    from reskontra.kernel.sets import Outcome

    for outcome in vars(rules).values():
        if isinstance(outcome, Outcome):
            assert all(text(f"outcome.{outcome.name}", one) for one in ("sv", "fi", "en"))
    where = unit()
    set_term(where, "circulation_remind_before_due", "0")
    furnish_expenditure(where)
    an_invoice(where, due=DAY)
    run(CirculationRun(), where)
    with inside(where):
        told = PurchaseDecision.objects.get(unit=where, rule="circulation")
        assert told.reasons == ["NOBODY_TO_ROUTE_TO", "ROUTE_TO_CODING", "CIRCULATION_REMIND_DUE"]
        assert Coding.objects.count() == 0
