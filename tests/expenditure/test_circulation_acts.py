"""What people do to an invoice in circulation: each act once, on what stands, and refused by name (EX 1.2, 3, 3.2)."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cast import DAY, inside, person, run, unit
from database.test_races import at_once
from expenditure.circulation_tables import (
    BALANCE,
    BUDGET,
    COST,
    OTHER_BUDGET,
    TRAVEL,
    a_line,
    a_queue,
    a_run,
    a_supplier,
    a_template,
    an_invoice,
    furnish_expenditure,
    newest,
)
from income.money import balance
from reskontra.database.refused import ActRefused
from reskontra.documents.complaint import Charge
from reskontra.documents.findings import Refused
from reskontra.exchange.messages import message
from reskontra.expenditure.circulation.actions import (
    RETURN_REASONS,
    answer,
    approve,
    approve_by_decision,
    assign,
    code,
    complain,
    forward,
    note,
    return_for_work,
    return_to_supplier,
    review,
)
from reskontra.expenditure.circulation.coding import LineDraft, lines_of, propose, split
from reskontra.expenditure.circulation.run import CirculationRun
from reskontra.insight.circulation import list_of
from reskontra.insight.late import late_payments
from reskontra.kernel.texts import text, texts
from reskontra.purchases.models import (
    Coding,
    InvoiceApproval,
    InvoiceNote,
    InvoiceReturn,
    Payable,
    PayableSettlement,
    PurchaseInvoice,
)
from reskontra.registers.models import DimensionValue, Unit
from reskontra.runs.run import RunRefused

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def where(database: object) -> Unit:
    """The harbour with its queues."""
    harbour = unit()
    furnish_expenditure(harbour)
    with inside(harbour):
        a_queue(harbour, "CODERS", "code", "kirsi")
        a_queue(harbour, "REVIEW", "review", "maria", "saga")
        a_queue(harbour, "APPROVE", "approve", "gunnar")
    return harbour


def coded(where: Unit, invoice: PurchaseInvoice, *lines: LineDraft) -> str:
    """The digest of a coding by the centre's clerk."""
    with inside(where) as acting:
        return code(acting, invoice, lines or [a_line(str(invoice.net), str(invoice.vat))]).digest


def reviewed(where: Unit, invoice: PurchaseInvoice) -> str:
    """The digest of a coding that maria found right."""
    digest = coded(where, invoice)
    with inside(where, "maria") as acting:
        review(acting, invoice, digest)
    return digest


def refused(where: Unit, who: str, act: Callable[[Any], Any], days: int = 0) -> str:
    """The name of what refused an act of somebody."""
    from cast import AT

    with (
        pytest.raises((ActRefused, RunRefused)) as problem,
        inside(where, who, AT + timedelta(days=days)) as acting,
    ):
        act(acting)
    name = problem.value.constraint if isinstance(problem.value, ActRefused) else problem.value.key
    assert (f"refused.{name}" if isinstance(problem.value, ActRefused) else name) in texts(), name
    return name


# --- from arrival to payable ----------------------------------------------------------------------------------


def test_an_invoice_goes_round_from_arrival_to_payable(where: Unit) -> None:
    """EX 1.2.1-a"""
    invoice = an_invoice(where, due=DAY + timedelta(days=20))
    seen = []
    run(CirculationRun(), where)
    seen += _lists(where, invoice)
    with inside(where, "kirsi") as acting:
        digest = code(acting, invoice, [a_line()]).digest
    run(CirculationRun(), where)
    seen += _lists(where, invoice)
    with inside(where, "saga") as acting:
        return_for_work(acting, invoice, digest, "it was a journey")
    run(CirculationRun(), where)
    seen += _lists(where, invoice)
    with inside(where, "kirsi") as acting:
        digest = code(acting, invoice, [a_line(account=TRAVEL)]).digest
    with inside(where, "saga") as acting:
        review(acting, invoice, digest)
    run(CirculationRun(), where)
    seen += _lists(where, invoice)
    with inside(where, "gunnar") as acting:
        approve(acting, invoice, digest)
    assert run(CirculationRun(), where).facts["payables"] == 1
    seen += _lists(where, invoice)
    assert seen == [["kirsi"], ["maria", "saga"], ["kirsi"], ["gunnar"], []]
    with inside(where):
        owed = sum(one.amount for one in Payable.objects.filter(unit=where))
        assert balance(where, "payable_procurement") == -owed == Decimal("-125.50")


def _lists(where: Unit, invoice: PurchaseInvoice) -> list[list[str]]:
    with inside(where):
        people = ("kirsi", "maria", "saga", "gunnar", "gerda", "cecilia")
        return [
            [one for one in people if invoice.pk in {row.invoice for row in list_of(where, person(one), DAY)}]
        ]


# --- coding ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ([a_line()], []),
        ([a_line("99.99")], ["coding_net"]),
        ([a_line("100.01")], ["coding_net"]),
        ([a_line(vat="25.49")], ["coding_vat", "coding_vat_of_rate"]),
        ([a_line("50.00", "12.75"), a_line("50.00", "12.75", OTHER_BUDGET)], []),
        ([a_line("150.00"), a_line("-50.00", "0.00", vat_percent=Decimal("25.50"))], []),
        ([a_line(account="99999999")], ["coding_account"]),
        ([a_line(budget_account="99.99")], ["coding_dimension"]),
        ([a_line(project="P1")], ["coding_dimension"]),
        ([a_line(project="P9")], ["coding_dimension"]),
        (
            [a_line(vat_percent=Decimal("24.00"))],
            ["coding_vat_rate", "coding_vat_of_rate", "coding_vat_of_rate"],
        ),
        ([a_line(vat_percent=None)], ["coding_vat_rate", "coding_vat_of_rate", "coding_vat_of_rate"]),
        ([a_line(), a_line("0.00", "0.00")], ["coding_empty_line"]),
        (
            [a_line("99.995"), a_line("0.005", "0.00", vat_percent=Decimal(0))],
            ["coding_cents", "coding_cents"],
        ),
        ([], ["coding_net", "coding_vat", "coding_vat_of_rate"]),
    ],
)
def test_a_coding_is_the_invoice_to_the_cent_on_accounts_in_force(
    where: Unit, lines: list[LineDraft], wrong: list[str]
) -> None:
    """EX 1.2.1-a"""
    with inside(where):
        DimensionValue.objects.create(  # another unit's project is none of ours
            dimension="project", code="P9", name="Theirs", in_unit=unit("4220"), validity=_days(-400, 400)
        )
    invoice = an_invoice(where)
    if not wrong:
        coded(where, invoice, *lines)
        return
    with pytest.raises(Refused) as problem, inside(where) as acting:
        code(acting, invoice, lines)
    assert [one.rule for one in problem.value.findings] == wrong
    for one in problem.value.findings:
        assert all("{" not in message(one, language) for language in ("sv", "fi", "en"))
    with inside(where):
        assert not Coding.objects.filter(invoice=invoice).exists()


def _days(first: int, last: int) -> Any:
    from django.db.backends.postgresql.psycopg_any import DateRange

    return DateRange(DAY + timedelta(days=first), DAY + timedelta(days=last))


@pytest.mark.parametrize(
    ("first", "last", "may"), [(-5, 0, False), (-5, 1, True), (0, 5, True), (1, 5, False)]
)
def test_a_tracking_object_is_in_force_on_the_day(where: Unit, first: int, last: int, may: bool) -> None:
    """EX 1.2.1-a"""
    with inside(where):
        DimensionValue.objects.create(
            dimension="project", code="P1", name="Pier", in_unit=where, validity=_days(first, last)
        )
    invoice = an_invoice(where)
    if may:
        coded(where, invoice, a_line(project="P1"))
    else:
        with pytest.raises(Refused):
            coded(where, invoice, a_line(project="P1"))


def test_an_invoice_is_split_by_shares_to_the_cent(where: Unit) -> None:
    """EX 1.2.1-a"""
    invoice = an_invoice(where, "100.00", "25.50")
    third = Decimal("33.333")
    with inside(where, "kirsi") as acting:
        parts = [(third, a_line(account=COST)), (third, a_line(account=TRAVEL))]
        lines = split(where, invoice, [*parts, (100 - 2 * third, a_line(budget_account=OTHER_BUDGET))])
        assert [(one.net, one.vat) for one in lines] == [
            (Decimal("33.33"), Decimal("8.50")),
            (Decimal("33.33"), Decimal("8.50")),
            (Decimal("33.34"), Decimal("8.50")),
        ]
        code(acting, invoice, lines)
    one = a_line()
    for shares in ([Decimal(99)], [Decimal(101)], [Decimal(150), Decimal(-50)], []):
        wrong = refused(
            where, "kirsi", lambda who, s=shares: split(where, invoice, [(each, one) for each in s])
        )
        assert wrong == "circulation.shares_are_not_the_whole"


def test_a_coding_is_proposed_with_its_source_told(where: Unit) -> None:
    """EX 1.2.1-a"""
    first = an_invoice(where)
    digest = reviewed(where, first)
    with inside(where, "gunnar") as acting:
        assert propose(where, an_invoice_known(where), DAY) == []
        approve(acting, first, digest)
    with inside(where):
        a_template(where, "TK1FUEL", None, [("75", TRAVEL, BUDGET), ("25", COST, OTHER_BUDGET)])
    second = an_invoice(where, "10.00", "2.55", number="TK1FUEL")
    with inside(where, "kirsi") as acting:
        template, earlier = propose(where, second, DAY)
        assert (template.source, template.origin) == ("template", "TK1FUEL")
        assert [(one.account, one.net) for one in template.lines] == [
            (TRAVEL, Decimal("7.50")),
            (COST, Decimal("2.50")),
        ]
        assert (earlier.source, earlier.origin) == ("earlier", first.number)
        assert code(acting, second, earlier.lines).source == "earlier"
        assert code(acting, second, template.lines).source == "template"
        by_hand = [a_line("10.00", "2.55", OTHER_BUDGET)]
        assert code(acting, second, by_hand).source == "person"
        assert lines_of(newest(where, second).pk) == tuple(by_hand)


def an_invoice_known(where: Unit) -> PurchaseInvoice:
    """An invoice of a supplier of whom nothing was approved."""
    return an_invoice(where, supplier=a_supplier("S00002"))


def test_coding_so_again_is_refused_and_anew_takes_the_review_away(where: Unit) -> None:
    """EX 1.2.1-a"""
    invoice = an_invoice(where)
    digest = reviewed(where, invoice)
    assert (
        refused(where, "kirsi", lambda who: code(who, invoice, [a_line()])) == "circulation.coded_so_already"
    )
    coded(where, invoice, a_line(budget_account=OTHER_BUDGET))
    assert (
        refused(where, "gunnar", lambda who: approve(who, invoice, digest))
        == "an_act_is_on_the_newest_coding"
    )
    with inside(where):
        anew = newest(where, invoice).digest
    assert (
        refused(where, "gunnar", lambda who: approve(who, invoice, anew))
        == "an_approval_comes_after_a_review"
    )


# --- reviews and approvals --------------------------------------------------------------------------------------


def test_each_act_is_done_once_and_in_its_turn(where: Unit) -> None:
    """EX 1.2.1-a"""
    invoice = an_invoice(where)
    digest = coded(where, invoice)
    told = [
        refused(where, "gunnar", lambda who: approve(who, invoice, digest)),
        refused(where, "maria", lambda who: return_for_work(who, invoice, digest, " ")),
    ]
    with inside(where, "maria") as acting:
        review(acting, invoice, digest)
    told += [
        refused(where, "maria", lambda who: review(who, invoice, digest)),
        refused(where, "saga", lambda who: review(who, invoice, digest)),
    ]
    with inside(where, "gunnar") as acting:
        approve(acting, invoice, digest)
    told += [
        refused(where, "gerda", lambda who: approve(who, invoice, digest)),
        refused(where, "maria", lambda who: return_for_work(who, invoice, digest, "too late")),
    ]
    assert told == [
        "an_approval_comes_after_a_review",
        "who_returns_an_invoice_says_why",
        "a_coding_is_reviewed_and_approved_once",
        "a_coding_is_reviewed_and_approved_once",
        "a_coding_is_reviewed_and_approved_once",
        "what_is_approved_is_not_sent_back",
    ]


def test_what_was_sent_back_takes_a_new_coding_also_when_it_was_right(where: Unit) -> None:
    """EX 1.2.1-a"""
    invoice = an_invoice(where)
    digest = coded(where, invoice)
    with inside(where, "maria") as acting:
        return_for_work(acting, invoice, digest, "which pier?")
    assert (
        refused(where, "saga", lambda who: review(who, invoice, digest)) == "what_was_sent_back_is_coded_anew"
    )
    anew = coded(where, invoice)
    assert anew != digest
    with inside(where, "maria") as acting:
        review(acting, invoice, anew)


def test_a_decision_approves_what_it_itemises_instead_of_a_round(where: Unit) -> None:
    """EX 3-e"""
    invoice = an_invoice(where)
    digest = coded(where, invoice, a_line("60.00", "15.30"), a_line("40.00", "10.20", OTHER_BUDGET))
    right = [(COST, BUDGET, Decimal(60)), (COST, OTHER_BUDGET, Decimal(40))]

    def by(itemised: Any, on: date = DAY, decision: str = "VN/1/2026") -> Callable[[Any], Any]:
        return lambda who: approve_by_decision(who, invoice, digest, decision, on, itemised)

    assert [
        refused(where, "gunnar", by([(COST, BUDGET, Decimal(100))])),
        refused(where, "gunnar", by([(COST, BUDGET, Decimal("59.99")), *right[1:]])),
        refused(where, "gunnar", by([])),
        refused(where, "gunnar", by(right, DAY + timedelta(days=1))),
        refused(where, "gunnar", by(right, decision=" ")),
    ] == [
        "circulation.decision_says_otherwise",
        "circulation.decision_says_otherwise",
        "circulation.decision_says_otherwise",
        "circulation.decision_is_named_and_made",
        "circulation.decision_is_named_and_made",
    ]
    with inside(where, "gunnar") as acting:
        assert (
            approve_by_decision(acting, invoice, digest, "VN/1/2026", DAY, right).decision
            == "VN/1/2026 2026-03-16"
        )
    assert run(CirculationRun(), where).facts["payables"] == 1


def test_who_codes_by_a_decision_does_not_approve_by_it(where: Unit) -> None:
    """EX 3-e"""
    from cast import ALWAYS
    from reskontra.registers.models import RoleAssignment

    RoleAssignment.objects.create(person=person("gunnar"), role="K", in_unit=where, validity=ALWAYS)
    invoice = an_invoice(where)
    with inside(where, "gunnar") as acting:
        digest = code(acting, invoice, [a_line()]).digest
    itemised = [(COST, BUDGET, Decimal(100))]
    assert (
        refused(where, "gunnar", lambda who: approve_by_decision(who, invoice, digest, "VN/1", DAY, itemised))
        == "who_codes_by_a_decision_does_not_approve_by_it"
    )
    with inside(where, "gerda") as acting:
        approve_by_decision(acting, invoice, digest, "VN/1", DAY, itemised)


# --- places -----------------------------------------------------------------------------------------------------


def test_places_are_given_and_handed_on_to_those_who_may(where: Unit) -> None:
    """EX 3.2-a"""
    invoice = an_invoice(where)
    digest = coded(where, invoice)
    with inside(where, "kirsi") as acting:
        assign(acting, invoice, "review", person=person("maria"))
        wrong = a_queue(where, "OTHER", "code", "kirsi")
    assert [
        refused(where, "kirsi", lambda who: assign(who, invoice, "review", person=person("maria"))),
        refused(where, "kirsi", lambda who: assign(who, invoice, "review", person=person("gunnar"))),
        refused(where, "kirsi", lambda who: assign(who, invoice, "review", queue=wrong)),
        refused(where, "saga", lambda who: forward(who, invoice, person("saga"))),
        refused(where, "maria", lambda who: forward(who, invoice, person("kirsi"))),
    ] == [
        "circulation.is_there_already",
        "circulation.may_not_take_it",
        "an_assignment_is_to_a_queue_of_its_step",
        "circulation.is_with_somebody_else",
        "circulation.may_not_take_it",
    ]
    with inside(where, "maria") as acting:
        forward(acting, invoice, person("saga"), "hers")
    assert _lists(where, invoice) == [["saga"]]
    with inside(where, "saga") as acting:
        review(acting, invoice, digest)


# --- letters and notes --------------------------------------------------------------------------------------------


def test_a_question_is_answered_by_who_was_asked(where: Unit) -> None:
    """EX 3.2-a"""
    invoice = an_invoice(where)
    with inside(where, "saga") as acting:
        question = note(acting, invoice, "Did it come?", to_person=person("kirsi"))
    assert [
        refused(where, "saga", lambda who: note(who, invoice, "Did it come?", to_person=person("kirsi"))),
        refused(where, "saga", lambda who: note(who, invoice, "  ")),
        refused(where, "saga", lambda who: note(who, invoice, "x" * 1001)),
        refused(where, "saga", lambda who: note(who, invoice, "you?", to_person=person("olli"))),
        refused(where, "maria", lambda who: answer(who, question, "It did")),
    ] == [
        "circulation.said_already",
        "circulation.note_has_its_length",
        "circulation.note_has_its_length",
        "circulation.may_not_take_it",
        "circulation.somebody_else_was_asked",
    ]
    with inside(where, "kirsi") as acting:
        assert answer(acting, question, "It did").answers == question


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", ["Reklamaatio", "joista ei ole sovittu (V1001)", "12,50 €", "viimeistään 30.3.2026"]),
        ("sv", ["Reklamation", "som inte har avtalats i V1001", "12,50 €", "senast den 30.3.2026"]),
        ("en", ["Complaint", "not agreed in V1001", "12.50", "by 30 Mar 2026"]),
    ],
)
def test_unagreed_charges_are_complained_of_in_the_suppliers_language(
    where: Unit, language: str, words: list[str]
) -> None:
    """EX 3-b"""
    invoice = an_invoice(
        where, supplier=a_supplier({"fi": "S00003", "sv": "S00004", "en": "S00005"}[language], language)
    )
    charges = [Charge("freight", Decimal("10.00")), Charge("packing", Decimal("2.50"))]

    def act(who: Any) -> Any:
        return complain(who, invoice, charges, "V1001", DAY + timedelta(days=14))

    with inside(where, "kirsi") as acting:
        letter = act(acting)
    for one in words:
        assert one in letter.as_text().replace("\u00a0", " "), letter.as_text()
    with inside(where):
        assert InvoiceNote.objects.get(invoice=invoice, to_supplier=True).text == letter.as_text()
    assert refused(where, "kirsi", act) == "circulation.said_already"
    charges.clear()
    assert refused(where, "kirsi", act) == "circulation.complaint_names_its_charges"


def test_an_invoice_goes_back_to_its_supplier_once_and_says_why(where: Unit) -> None:
    """EX 3-b"""
    for reason, clause in RETURN_REASONS.items():
        invoice = an_invoice(where)
        with inside(where, "kirsi") as acting:
            made = return_to_supplier(acting, invoice, reason, "please look")
            assert made.clause == clause

    def again(who: Any) -> Any:
        return return_to_supplier(who, invoice, "not_ours", "twice")

    assert [
        refused(where, "kirsi", again),
        refused(where, "kirsi", lambda who: return_to_supplier(who, invoice, "whim", "no")),
        refused(where, "kirsi", lambda who: return_to_supplier(who, invoice, "not_ours", " ")),
        refused(where, "kirsi", lambda who: code(who, invoice, [a_line()])),
        refused(where, "kirsi", lambda who: assign(who, invoice, "review", person=person("saga"))),
    ] == [
        "a_purchase_invoice_is_returned_once",
        "circulation.return_says_why",
        "circulation.return_says_why",
        "what_is_returned_circulates_no_more",
        "what_is_returned_circulates_no_more",
    ]


def test_what_is_payable_is_neither_coded_nor_approved_nor_returned(where: Unit) -> None:
    """EX 1.2.1-a"""
    invoice = an_invoice(where)
    digest = reviewed(where, invoice)
    with inside(where, "gunnar") as acting:
        approve(acting, invoice, digest)
    run(CirculationRun(), where)
    other = [a_line(account=TRAVEL)]
    assert {
        refused(where, "kirsi", lambda who: code(who, invoice, other)),
        refused(where, "kirsi", lambda who: return_to_supplier(who, invoice, "not_ours", "no")),
        refused(where, "kirsi", lambda who: assign(who, invoice, "review", person=person("saga"))),
        refused(where, "saga", lambda who: return_for_work(who, invoice, digest, "no")),
    } == {"what_is_payable_circulates_no_more"}


def test_a_balance_line_needs_no_budget(where: Unit) -> None:
    """EX 1.2.1-a"""
    invoice = an_invoice(where, "100.00", "0.00")
    digest = coded(where, invoice, a_line("100.00", "0.00", ""))
    with inside(where):
        assert lines_of(newest(where, invoice).pk)[0].account == BALANCE
    with inside(where, "petra") as acting:
        approve(acting, invoice, digest)
    assert run(CirculationRun(), where).facts["payables"] == 1


# --- at the same moment ---------------------------------------------------------------------------------------------


def _in_thread(where: Unit, who: str, act: Callable[..., Any], *told: Any) -> Callable[[], Any]:
    def work() -> Any:
        with inside(where, who) as acting:
            return act(acting, *told)

    return work


def _post(where: Unit, invoice: PurchaseInvoice) -> Callable[[], Any]:
    return lambda: run(CirculationRun([invoice.pk]), where)


def test_two_who_approve_at_once_approve_once(where: Unit) -> None:
    """EX 1.2.1-a"""
    for _ in range(10):
        invoice = an_invoice(where)
        digest = reviewed(where, invoice)
        told = at_once(*(_in_thread(where, who, approve, invoice, digest) for who in ("gunnar", "gerda")))
        kinds = sorted(type(one).__name__ for one in told)
        assert kinds == ["ActRefused", "InvoiceApproval"]
        with inside(where):
            assert InvoiceApproval.objects.filter(invoice=invoice, act="approve").count() == 1


def test_one_who_reviews_and_approves_at_once_does_one(where: Unit) -> None:
    """EX 1.2.1-a"""
    for _ in range(10):
        invoice = an_invoice(where)
        digest = coded(where, invoice)
        at_once(
            _in_thread(where, "hanna", review, invoice, digest),
            _in_thread(where, "hanna", approve, invoice, digest),
        )
        with inside(where):
            assert InvoiceApproval.objects.filter(invoice=invoice).count() == 1


def test_what_is_coded_anew_while_it_is_approved_is_not_paid_as_it_was(where: Unit) -> None:
    """EX 1.2.1-a"""
    for _ in range(10):
        invoice = an_invoice(where)
        digest = reviewed(where, invoice)
        at_once(
            _in_thread(where, "gunnar", approve, invoice, digest),
            _in_thread(where, "kirsi", code, invoice, [a_line(account=TRAVEL)]),
        )
        with inside(where):
            assert newest(where, invoice).version == 2
        assert run(CirculationRun([invoice.pk]), where).facts["payables"] == 0


def test_what_is_returned_while_it_is_posted_is_one_of_the_two(where: Unit) -> None:
    """EX 1.2.1-a"""
    for _ in range(10):
        invoice = an_invoice(where)
        digest = reviewed(where, invoice)
        with inside(where, "gunnar") as acting:
            approve(acting, invoice, digest)
        at_once(
            _post(where, invoice),
            _in_thread(where, "kirsi", return_to_supplier, invoice, "not_ours", "not ours"),
        )
        with inside(where):
            payables = Payable.objects.filter(invoice=invoice).count()
            returns = InvoiceReturn.objects.filter(invoice=invoice).count()
            assert payables + returns == 1


def test_two_runs_at_once_post_an_invoice_once(where: Unit) -> None:
    """EX 1.2.1-a"""
    invoices = [an_invoice(where) for _ in range(5)]
    for invoice in invoices:
        digest = reviewed(where, invoice)
        with inside(where, "gunnar") as acting:
            approve(acting, invoice, digest)
    told = at_once(*(lambda: run(CirculationRun(), where) for _ in range(2)))
    assert sorted(one.facts["payables"] for one in told) == [0, 5]
    with inside(where):
        assert balance(where, "payable_procurement") == Decimal("-627.50")


# --- late payment -----------------------------------------------------------------------------------------------------


def _payable(where: Unit, net: str, due: date, **more: Any) -> PurchaseInvoice:
    invoice = an_invoice(where, net, "0.00", due=due, **more)
    digest = coded(where, invoice, a_line(net, "0.00"))
    with inside(where, "maria") as acting:
        review(acting, invoice, digest)
    with inside(where, "gunnar") as acting:
        approve(acting, invoice, digest)
    run(CirculationRun([invoice.pk]), where)
    return invoice


def _settled(where: Unit, invoice: PurchaseInvoice, amount: str, on: date, **more: Any) -> None:
    """A credit of the same supplier settles that much of the invoice on the day."""
    credit = _payable(where, f"-{amount}", on, **more)
    with inside(where):
        by, money = a_run(where, "payment", on), Decimal(amount)
        PayableSettlement.objects.bulk_create(
            PayableSettlement(
                unit=where, run=by, payable=Payable.objects.get(invoice=one), kind="credit", amount=sum_of_it
            )
            for one, sum_of_it in ((invoice, money), (credit, -money))
        )


def test_interest_by_section_4_a_runs_from_the_day_after_the_due_date_to_the_day_of_payment(
    where: Unit,
) -> None:
    """EX 9-d"""
    due = date(2026, 2, 16)
    in_time = _payable(where, "3650.00", due)
    late = _payable(where, "3650.00", due)
    parted = _payable(where, "3650.00", due)
    still = _payable(where, "3650.00", due)
    private = _payable(where, "3650.00", due, supplier=a_supplier("S00009", kind="person"))
    _settled(where, in_time, "3650.00", due)
    _settled(where, late, "3650.00", due + timedelta(days=10))
    _settled(where, parted, "1650.00", due + timedelta(days=10))
    _settled(where, parted, "2000.00", due + timedelta(days=20))
    _settled(
        where, private, "3650.00", due + timedelta(days=10), supplier=a_supplier("S00009", kind="person")
    )
    on = due + timedelta(days=30)
    with inside(where):
        from reskontra.registers.unit_terms import terms_of

        terms = terms_of(where, on)
        rate = Decimal(terms.reference_rate) + Decimal(terms.late_interest_surcharge_4a)
        lower = Decimal(terms.reference_rate) + Decimal(terms.late_interest_surcharge)
        told = {one.invoice: (one.interest, one.paid_date) for one in late_payments(where, on)}
    # 3650.00 at one percent a year of 365 days costs ten cents a day.
    day = Decimal("0.10")
    assert told == {
        late.pk: (rate * 10 * day, due + timedelta(days=10)),
        parted.pk: (
            (rate * 10 * day + rate * 10 * day * 2000 / 3650).quantize(Decimal("0.01")),
            due + timedelta(days=20),
        ),
        still.pk: (rate * 30 * day, None),
        private.pk: (lower * 10 * day, due + timedelta(days=10)),
    }


def test_every_sentence_of_circulation_has_its_three_languages() -> None:
    """EX 3.2-a"""
    for key in texts():
        if key.startswith("circulation."):
            assert all(text(key, language) for language in ("sv", "fi", "en"))
