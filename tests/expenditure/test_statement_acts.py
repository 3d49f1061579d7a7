"""What people do about statement lines: rules by two, memo vouchers, corrections; what the database refuses."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.backends.postgresql.psycopg_any import DateRange

from cast import ALWAYS, AT, DAY, inside, person, plan_of, run, set_term, unit
from database.test_races import at_once
from expenditure.statement_tables import (
    BANK,
    CARDS,
    FEES,
    REFUNDS,
    UNEXPLAINED,
    WAGES,
    Told,
    a_statement,
    balances_of,
)
from income.bank_tables import ask, take_in
from income.refund_tables import account as refund_account
from income.refund_tables import an_overpayment, applied
from income.tables import read
from reskontra.bank.lines import Sought, proposed_for
from reskontra.bank.models import Line, LinePosting
from reskontra.claims.models import Refund
from reskontra.database.refused import ActRefused, constraint_of
from reskontra.expenditure.statement_posting.actions import approve, correct, end, post_memo, propose
from reskontra.expenditure.statement_posting.coding import Part
from reskontra.expenditure.statement_posting.lists import standing_rules, try_rule, waiting_lines
from reskontra.expenditure.statement_posting.run import StatementPostingRun
from reskontra.insight.coverage import uncovered
from reskontra.ledger.models import ClosedPeriod, Voucher
from reskontra.registers.models import OfficeAbroad, StatementRule
from reskontra.registers.policy import NotAllowed
from reskontra.registers.tracking import Tracking
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import RunRefused, apply

pytestmark = pytest.mark.usefixtures("database")


def told(table: str) -> Told:
    return Told(read(table), unit()).tell()


def line_of(books: Told, name: str) -> Line:
    return Line.objects.get(unit=books.where, pk=books.lines[name])


def whole(books: Told, name: str, code: str) -> list[Part]:
    return [Part(line_of(books, name).amount, Tracking(code))]


THREE_WAGES = """
    on 2026-03-16
    line A -100.00 batch PALKAT-202601 day 2026-01-15
    line B -100.00 batch PALKAT-202602 day 2026-02-15
    line C -100.00 batch PALKAT-202603 day 2026-03-15
    line D -7.00 who "Provkiosken"
"""


# --- rules by two people ---


def test_a_rule_is_proposed_from_a_line_tried_and_approved_by_another_person() -> None:
    """EX 10-a"""
    books = told(THREE_WAGES)
    with inside(books.where, "kirsi") as acting:
        rule = propose(acting, line_of(books, "A"), Tracking(WAGES), "Wages")
        assert (rule.field, rule.pattern, rule.direction) == ("payment_information_id", "PALKAT-*", "out")
        tried = try_rule(books.where, Sought(rule.field, rule.pattern), "out", Tracking(WAGES))
        assert (tried.hits, tried.new, tried.new_amount) == (3, 3, Decimal("-300.00"))
    assert {what[0] for what in books.decided().values()} == {"NO_RULE"}
    with inside(books.where, "petra") as acting:
        approve(acting, rule)
    books.rules["wages"] = rule
    assert books.decided()["A"] == ("RULE", "EX 10-a", ("wages",))
    with inside(books.where):
        assert standing_rules(books.where)[0]["posted"] == 3
        left = waiting_lines(books.where, terms_of(books.where, DAY))
    assert [(one["line"], one["outcome"]) for one in left] == [(books.lines["D"], "NO_RULE")]


@pytest.mark.parametrize(
    ("words", "field", "pattern"),
    [
        ("batch PALKAT-202603 who X", "payment_information_id", "PALKAT-*"),
        ("batch 202603 debtor Provskolan", "ultimate_debtor", "PROVSKOLAN"),
        ("instruction KIRJE-77", "instruction_id", "KIRJE-*"),
        ("id NOTPROVIDED iban FI2112345600000785 who X", "counterparty_account", "FI2112345600000785"),
        ("id 9834454645554699 who Provkiosken", "counterparty", "PROVKIOSKEN"),
        ("code 730", "transaction_code", "730"),
    ],
)
def test_a_line_proposes_what_returns_on_it(words: str, field: str, pattern: str) -> None:
    """EX 10-a"""
    books = told(f"on 2026-03-16\nline A -1.00 {words}")
    with inside(books.where):
        assert proposed_for(books.where, books.lines["A"]) == Sought(field, pattern)


def test_a_line_without_anything_that_returns_proposes_nothing() -> None:
    """EX 10-a"""
    books = told("on 2026-03-16\nline A -1.00 id 123456789")
    with inside(books.where, "kirsi") as acting, pytest.raises(RunRefused, match="nothing_returns"):
        propose(acting, line_of(books, "A"), Tracking(WAGES), "x")


def test_who_told_a_rule_does_not_approve_it_and_nobody_approves_it_twice() -> None:
    """EX 10-a"""
    books = told(THREE_WAGES)
    with inside(books.where, "cecilia") as acting:
        rule = propose(acting, line_of(books, "A"), Tracking(WAGES), "Wages")
    with (
        inside(books.where, "cecilia") as acting,
        pytest.raises(ActRefused, match="who_tells_a_statement_rule"),
    ):
        approve(acting, rule)
    with inside(books.where, "kirsi") as acting, pytest.raises(NotAllowed):
        approve(acting, rule)
    with inside(books.where, "petra") as acting:
        approve(acting, rule)
    with inside(books.where, "petra") as acting, pytest.raises(RunRefused, match="approved_already"):
        approve(acting, rule)


def test_two_people_who_approve_at_once_approve_once() -> None:
    """EX 10-a"""
    books = told(THREE_WAGES)
    with inside(books.where, "kirsi") as acting:
        rule = propose(acting, line_of(books, "A"), Tracking(WAGES), "Wages")

    def approving(who: str) -> Callable[[], Any]:
        def work() -> str:
            with inside(books.where, who) as acting:
                approver = approve(acting, StatementRule.objects.get(pk=rule.pk)).approved_by
                assert approver
                return approver.username

        return work

    done = at_once(approving("petra"), approving("cecilia"))
    assert sorted(type(one).__name__ for one in done) == ["RunRefused", "str"]


def test_a_rule_names_an_account_and_objects_in_force_and_something_to_look_for() -> None:
    """EX 10-a"""
    books = told(THREE_WAGES)
    for coding, why in (
        (Tracking("49999999"), "unknown_account"),
        (Tracking(WAGES, budget_account="999999"), "unknown_dimension"),
    ):
        with inside(books.where, "kirsi") as acting, pytest.raises(RunRefused, match=why):
            propose(acting, line_of(books, "A"), coding, "x")
    for pattern in ("NOTPROVIDED", "*", ""):
        with (
            inside(books.where, "kirsi") as acting,
            pytest.raises(ActRefused, match="an_id_that_was_not_given"),
        ):
            propose(
                acting, line_of(books, "A"), Tracking(WAGES), "x", sought=Sought("end_to_end_id", pattern)
            )


def test_a_dry_run_tells_what_was_posted_otherwise() -> None:
    """EX 10-a"""
    books = told("""
        on 2026-03-16
        rule wages 10 batch PALKAT-* 41000000
        rule fee   20 code 730       45000000
        line A -100.00 batch PALKAT-1 who "Provbanken"
        line B -5.00 code 730 who "Provbanken"
        posted
        line C -6.00 who "Provbanken"
        line D 6.00  who "Provbanken"
    """)
    with inside(books.where):
        tried = try_rule(books.where, Sought("counterparty", "PROVB*"), "out", Tracking(FEES))
    assert (tried.new, tried.same, tried.otherwise) == (1, 1, 1)
    assert [(one["line"], one["posted_to"]) for one in tried.false] == [(books.lines["A"], WAGES)]


def test_a_rule_that_ends_leaves_what_it_posted_and_knows_no_later_line() -> None:
    """EX 10-a"""
    books = told("""
        on 2026-03-16
        rule wages 10 batch PALKAT-* 41000000
        line A -100.00 batch PALKAT-1
        posted
    """)
    with inside(books.where, "kirsi") as acting:
        end(acting, books.rules["wages"], date(2026, 3, 16))
        with pytest.raises(RunRefused, match="ends_before"):
            end(acting, books.rules["wages"], date(2001, 1, 1))
    more = read("on 2026-03-17\nline B -100.00 batch PALKAT-2")
    take_in(books.where, a_statement(books.where, "expenditure", more.all("line"), more.on))
    run(StatementPostingRun(), books.where, more.on)
    assert balances_of(books.where) == {
        BANK: Decimal("-200.00"), WAGES: Decimal("100.00"), UNEXPLAINED: Decimal("100.00"),
    }  # fmt: skip


# --- by hand ---


def test_a_memo_voucher_posts_a_line_in_parts_with_its_reason() -> None:
    """EX 10-a"""
    books = told(THREE_WAGES)
    parts = [Part(Decimal("-60.00"), Tracking(WAGES)), Part(Decimal("-40.00"), Tracking(FEES))]
    with inside(books.where) as acting:
        post_memo(acting, line_of(books, "A"), parts, "once only")
        kept = LinePosting.objects.get(unit=books.where, line_id=books.lines["A"])
        assert (kept.by, kept.reason, kept.clause, kept.voucher.kind) == (
            "memo",
            "once only",
            "EX 10-a",
            "ME",
        )
    found = balances_of(books.where)
    assert (found[WAGES], found[FEES], found[UNEXPLAINED]) == (
        Decimal("60.00"),
        Decimal("40.00"),
        Decimal("207.00"),
    )


def test_an_office_abroad_is_posted_by_memo_voucher_with_its_place() -> None:
    """EX 7-a"""
    books = told(THREE_WAGES)
    with inside(books.where) as acting:
        with pytest.raises(RunRefused, match="says_where"):
            post_memo(acting, line_of(books, "D"), whole(books, "D", FEES), "rent", "office_abroad")
        for code, name, validity in (
            ("BRY", "Bryssel", ALWAYS),
            ("ROM", "Rom", DateRange(date(2030, 1, 1), None)),
        ):
            OfficeAbroad.objects.create(
                unit=books.where, code=code, name=name, country="BE", captures=False, validity=validity
            )
        for place in ("Rom", "Brysel", "an inn"):
            with pytest.raises(RunRefused, match="office_unknown") as refused:
                post_memo(
                    acting, line_of(books, "D"), whole(books, "D", FEES), "rent", "office_abroad", place
                )
            assert refused.value.values == {"place": place, "known": "Bryssel (BRY)"}
        post_memo(
            acting,
            line_of(books, "D"),
            whole(books, "D", FEES),
            "rent paid locally",
            "office_abroad",
            "bry",
        )
        kept = LinePosting.objects.get(unit=books.where, line_id=books.lines["D"])
    assert (kept.clause, kept.reason) == ("EX 7-a", "Bryssel: rent paid locally")


def test_a_memo_voucher_is_the_line_to_the_cent_says_why_and_is_of_the_centre() -> None:
    """EX 10-a"""
    books = told(THREE_WAGES)
    with inside(books.where) as acting:
        line = line_of(books, "A")
        with pytest.raises(RunRefused, match="parts_are_not_the_line"):
            post_memo(acting, line, [Part(Decimal("-99.99"), Tracking(WAGES))], "why")
        with pytest.raises(RunRefused, match="says_why"):
            post_memo(acting, line, whole(books, "A", WAGES), " ")
        with pytest.raises(RunRefused, match="not_posted"):
            correct(acting, line, whole(books, "A", WAGES), "why")
    with inside(books.where, "kirsi") as acting, pytest.raises(NotAllowed):
        post_memo(acting, line_of(books, "A"), whole(books, "A", WAGES), "why")


def test_two_memo_vouchers_at_once_post_the_line_once() -> None:
    """EX 10-a"""
    books = told(THREE_WAGES)

    def posting() -> str:
        with inside(books.where) as acting:
            post_memo(acting, line_of(books, "A"), whole(books, "A", WAGES), "why")
        return "posted"

    done = at_once(posting, posting)
    assert sorted(type(one).__name__ for one in done) == ["RunRefused", "str"]
    assert balances_of(books.where)[WAGES] == Decimal("100.00")


def test_a_correction_takes_the_posting_back_and_posts_anew_as_often_as_it_must() -> None:
    """EX 10-a"""
    books = told("""
        on 2026-03-16
        rule wages 10 batch PALKAT-* 41000000 budget 124210
        line A -100.00 batch PALKAT-1
        line B -11.00  batch PALKAT-2
        posted
    """)
    for code in (FEES, CARDS, FEES):
        with inside(books.where) as acting:
            correct(acting, line_of(books, "A"), whole(books, "A", code), "it was a card")
        assert balances_of(books.where) == {
            BANK: Decimal("-111.00"), WAGES: Decimal("11.00"), code: Decimal("100.00"),
        }  # fmt: skip
    with inside(books.where):
        assert LinePosting.objects.filter(unit=books.where, line_id=books.lines["A"]).count() == 4
        # A dry run looks at what holds now.
        tried = try_rule(books.where, Sought("payment_information_id", "PALKAT-*"), "out", Tracking(FEES))
    assert (tried.same, tried.otherwise) == (1, 1)


# --- runs: once, together, planned; closed months; the chain ---


def test_two_runs_at_once_post_every_line_once_and_a_third_changes_nothing() -> None:
    """EX 10-a"""
    books = told("""
        on 2026-03-16
        rule wages 10 batch PALKAT-* 41000000
        sent PAY E1 50.00
        line A -100.00 batch PALKAT-1
        line B -100.00 batch PALKAT-2
        line C -50.00  batch PAY
    """)

    def posting() -> int:
        with inside(books.where) as acting:
            return int(apply(StatementPostingRun(), acting, DAY).facts["vouchers"])

    assert sorted(at_once(posting, posting)) == [0, 3]
    before = balances_of(books.where)
    assert run(StatementPostingRun(), books.where).facts["vouchers"] == 0
    assert balances_of(books.where) == before


def test_what_changed_since_the_plan_is_set_aside() -> None:
    """EX 10-a"""
    books = told("""
        on 2026-03-16
        rule wages 10 batch PALKAT-* 41000000
        rule fee   20 code 730       45000000
        line A -100.00 batch PALKAT-1
        line B -1.00 code 730
    """)
    planned = plan_of(StatementPostingRun(), books.where)
    assert balances_of(books.where) == {BANK: Decimal("-101.00"), UNEXPLAINED: Decimal("101.00")}
    with inside(books.where, "kirsi") as acting:
        end(acting, books.rules["fee"], date(2026, 3, 1))
    done = run(StatementPostingRun(), books.where, planned=planned.run)
    assert balances_of(books.where) == {
        BANK: Decimal("-101.00"), WAGES: Decimal("100.00"), UNEXPLAINED: Decimal("1.00"),
    }  # fmt: skip
    assert done.facts["vouchers"] == 1


def test_a_closed_month_takes_no_voucher() -> None:
    """EX 10-a"""
    books = told(THREE_WAGES.replace("line A", "rule wages 10 batch PALKAT-* 41000000\n    line A"))
    with inside(books.where):
        ClosedPeriod.objects.create(
            unit=books.where, month=date(2026, 1, 1), closed_by=person("cecilia"), closed_at=AT
        )
    run(StatementPostingRun(), books.where)
    with inside(books.where):
        days = Voucher.objects.filter(unit=books.where, kind="ST").order_by("posting_date")
        assert list(days.values_list("posting_date", flat=True)) == [
            date(2026, 2, 15), date(2026, 3, 15), date(2026, 3, 16),
        ]  # fmt: skip


def test_a_gap_between_statements_is_told_in_plan_and_run_and_stops_nothing() -> None:
    """EX 10-a"""
    books = told("""
        on 2026-03-16
        rule fee 20 code 730 45000000
        line A -1.00 code 730 day 2026-03-13
    """)
    assert plan_of(StatementPostingRun(), books.where).facts["findings"] == []
    more = read("on 2026-03-16\nline B -2.00 code 730")
    take_in(books.where, a_statement(books.where, "expenditure", more.all("line"), more.on, opening="500.00"))
    planned = plan_of(StatementPostingRun(), books.where)
    (gap,) = planned.facts["findings"]
    assert (gap["rule"], gap["detail"]["difference"]) == ("statement_chain_broken", "501.00")
    done = run(StatementPostingRun(), books.where, planned=planned.run)
    assert (done.facts["vouchers"], done.facts["findings"]) == (2, [gap])


def test_the_bank_account_is_the_closing_balance_and_nothing_is_unexplained_when_all_is_posted() -> None:
    """EX 10-a"""
    books = told("""
        on 2026-03-16
        rule cover 10 code 902 20830 in by 10-b
        rule fee   20 code 730 45000000 by 10-b
        sent PAY E1 300.00
        line A 1000.00 code 902 day 2026-03-13
        line B -2.50   code 730 day 2026-03-13
        posted
        line C -300.00 batch PAY
        line D -7.00   who "Provkiosken"
        line E -1.50   code 730 on income
        posted
    """)
    with inside(books.where) as acting:
        post_memo(acting, line_of(books, "D"), whole(books, "D", FEES), "once")
    ((closing,),) = ask(
        books.where,
        "SELECT sum(closing) FROM (SELECT DISTINCT ON (account_id) closing FROM bank_material"
        " WHERE unit_id = %(unit)s ORDER BY account_id, id DESC) latest",
    )
    found = balances_of(books.where)
    assert found[BANK] == closing == Decimal("689.00")
    assert UNEXPLAINED not in found


@pytest.mark.parametrize("together", [False, True])
def test_refunds_on_their_way_are_cleared_by_their_own_id_or_by_their_batch(together: bool) -> None:
    """OC 4.2-b"""
    where = unit()
    for who, name, amount in (("aino", "Koe Aino", "25.00"), ("berit", "Prov Berit", "35.00")):
        an_overpayment(where, who, amount, day=DAY, payer=name, payer_account=refund_account(who))
    applied(where, DAY)
    with inside(where):
        sent = list(Refund.objects.filter(unit=where).exclude(end_to_end_id="").order_by("id"))
    assert len(sent) == 2
    batch = sent[0].end_to_end_id.rpartition("-")[0] + "-file"
    rows = [f"line L{place} -{one.amount} id {one.end_to_end_id}" for place, one in enumerate(sent)]
    if together:
        rows = [f"line L -{sum(one.amount for one in sent)} batch {batch}"]
    table = read("\n".join(["on 2026-03-16", *rows]))
    assert balances_of(where)[REFUNDS] == -sum(one.amount for one in sent)
    take_in(where, a_statement(where, "expenditure", table.all("line"), table.on))
    run(StatementPostingRun(), where)
    assert REFUNDS not in balances_of(where)


# --- coverage ---


def test_debits_that_return_without_a_rule_are_told_with_the_rule_proposed() -> None:
    """EX 10-a"""
    books = told("""
        on 2026-03-16
        rule fee 20 code 730 45000000
        line A -1.00 code 730 day 2026-01-05
        line B -1.00 code 730 day 2026-02-05
        line C -1.00 code 730 day 2026-03-05
        posted
        line D -100.00 batch PALKAT-1 day 2026-03-06
        line E -110.00 batch PALKAT-2 day 2026-03-07
        line F -120.00 batch PALKAT-3 day 2026-03-08
        line G -5.00 who Provkiosken day 2026-03-09
        line H -5.00 who Provkiosken day 2026-03-10
        line I 9.00 who Provgivaren day 2026-03-11
        line J 9.00 who Provgivaren day 2026-03-12
        line K 9.00 who Provgivaren day 2026-03-13
    """)
    with inside(books.where) as acting:
        post_memo(acting, line_of(books, "D"), whole(books, "D", WAGES), "no rule yet")
        (found,) = uncovered(books.where, terms_of(books.where, DAY))
    assert (found.field, found.pattern, found.times, found.amount) == (
        "payment_information_id", "PALKAT-*", 3, Decimal("330.00"),
    )  # fmt: skip
    assert (found.by_hand, found.usual_account, found.would_hit, found.otherwise) == (1, WAGES, 3, 0)
    assert found.line == books.lines["F"]


@pytest.mark.parametrize(
    ("times", "months", "told_of"), [("3", "6", 1), ("4", "6", 0), ("3", "1", 0), ("2", "2", 1)]
)
def test_how_often_and_how_far_back_are_terms(times: str, months: str, told_of: int) -> None:
    """EX 10-a"""
    books = told(THREE_WAGES)
    set_term(books.where, "recurrent_debit_times", times)
    set_term(books.where, "recurrent_debit_months", months)
    with inside(books.where):
        assert len(uncovered(books.where, terms_of(books.where, DAY))) == told_of


# --- what the database refuses ---


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("an_approved_statement_rule_only_ends", {"account": FEES}),
        ("an_approved_statement_rule_only_ends", {"pattern": "X*"}),
        ("an_approved_statement_rule_only_ends", {"approved_by": None, "approved_at": None}),
    ],
)
def test_an_approved_rule_only_ends(constraint: str, change: dict[str, Any]) -> None:
    """EX 10-a"""
    books = told("on 2026-03-16\nrule wages 10 batch PALKAT-* 41000000")
    with pytest.raises(IntegrityError) as refused, inside(books.where):
        StatementRule.objects.filter(pk=books.rules["wages"].pk).update(**change)
    assert constraint_of(refused.value) == constraint


def test_a_rule_is_approved_as_it_was_told() -> None:
    """EX 10-a"""
    books = told("on 2026-03-16\nrule wages 10 batch PALKAT-* 41000000 unapproved")
    with pytest.raises(IntegrityError) as refused, inside(books.where):
        StatementRule.objects.filter(pk=books.rules["wages"].pk).update(
            account=FEES, approved_by=person("petra"), approved_at=AT
        )
    assert constraint_of(refused.value) == "a_statement_rule_is_approved_as_it_was_told"


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("a_bank_line_is_posted_once", {}),
        ("a_line_posting_is_corrected_once", {"corrects": "A", "twice": True}),
        ("a_line_posting_is_corrected_by_hand", {"corrects": "A", "by": "payments"}),
        ("a_correction_is_of_the_posting_of_its_line", {"corrects": "A", "line": "B"}),
        ("a_line_posting_is_of_what_no_room_of_income_posts", {"line": "P"}),
        ("a_line_is_posted_by_an_approved_rule", {"line": "B", "by": "rule", "rule": "later"}),
    ],
)
def test_what_a_line_posting_may_not_be(constraint: str, change: dict[str, Any]) -> None:
    """EX 10-a"""
    books = told("""
        on 2026-03-16
        rule wages 10 batch PALKAT-* 41000000
        rule later 20 code 730 45000000 unapproved
        line A -100.00 batch PALKAT-1
        posted
        line B -1.00 code 730
        line P -1.00 code 730 pending
    """)
    with inside(books.where):
        first = LinePosting.objects.get(unit=books.where, line_id=books.lines["A"])
    row = {
        "unit": books.where, "run_id": first.run_id, "voucher_id": first.voucher_id, "reason": "why",
        "line_id": books.lines[change.get("line", "A")], "by": change.get("by", "memo"), "clause": "EX 10-a",
        "rule": books.rules[change["rule"]] if "rule" in change else None,
        "corrects": first if "corrects" in change else None,
    }  # fmt: skip
    if change.get("twice"):
        with inside(books.where):
            LinePosting.objects.create(**row)
    with pytest.raises(IntegrityError) as refused, inside(books.where):
        LinePosting.objects.create(**row)
    assert constraint_of(refused.value) == constraint
