"""What the enforcement authority reports (OC 6.2, 6.3): money with its fee, certificates, and the same file twice."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cast import inside, unit
from income.enforcement_rows import report, row, share, take
from income.legal_tables import Street, at_noon, refused_by, told
from income.money import balance, open_amount
from reskontra.claims.models import Case, CaseClaim, CaseEvent, FeeDeducted
from reskontra.documents.findings import Refused
from reskontra.exchange.inbox import receive
from reskontra.exchange.reading import read_documents
from reskontra.income.legal.enforcement import EnforcementRun
from reskontra.income.legal.enforcement_report import ReportTaken, take_in_enforcement_report
from reskontra.income.legal.run import CollectionRun
from reskontra.registers.policy import NotAllowed

pytestmark = pytest.mark.usefixtures("database")
ENFORCED = "on 2026-06-01\nclaim A bruk 100.00\nreminded A\nenforced A"


def certificate(kind: str) -> str:
    """A certificate of obstacle."""
    return f"<Certificate>{kind}</Certificate>"


def outcomes(taken: ReportTaken) -> list[tuple[str, tuple[str, ...]]]:
    """Each row's outcome and the rules of its findings."""
    return [(outcome, tuple(one.rule for one in findings)) for _, outcome, findings in taken.outcomes]


def _books(street: Street) -> dict[str, Decimal]:
    with inside(street.where):
        return {event: balance(street.where, event) for event in ("receivable", "enforcement_fee")}


def _open(street: Street, name: str) -> Decimal:
    with inside(street.where):
        fees = FeeDeducted.objects.filter(unit=street.where, claim=street.claims[name])
        kept = sum((one.amount for one in fees), Decimal(0))
        return open_amount(street.where, street.claims[name]) - kept


def test_the_fee_that_is_kept_settles_the_claim_and_the_net_comes_by_bank() -> None:
    """OC 6.2-a: 1.45 percent of 100 euro; nobody is dunned for the difference"""
    street = told(ENFORCED)
    before, case = _books(street), street.case("A").number
    kept = row("Collected", case, share(street.claims["A"].reference, "100.00", "1.45", "98.55"))
    assert outcomes(take(street, report(row("Registered", case, "<AuthorityNumber>U 1/26</AuthorityNumber>", id="m0"),
                                        kept))) == [("taken", ()), ("taken", ())]  # fmt: skip
    assert _open(street, "A") == Decimal("98.55")
    after = _books(street)
    assert after["enforcement_fee"] - before["enforcement_fee"] == Decimal("1.45")
    assert after["receivable"] - before["receivable"] == Decimal("-1.45")
    street.pay("A", "98.55")
    assert _open(street, "A") == Decimal(0)
    assert street.steps("A") == ["applied", "registered", "collected"]


def test_the_same_report_twice_changes_nothing() -> None:
    """OC 6.2-a: the same bytes, and the same rows in other bytes"""
    street = told(ENFORCED)
    case = street.case("A").number
    rows = row("Collected", case, share(street.claims["A"].reference, "50.00", "0.72", "49.28"))
    take(street, report(rows))
    books = _books(street)
    assert outcomes(take(street, report(rows))) == [("known", ())]
    assert outcomes(take(street, report(rows, identity="R2"))) == [("known", ())]
    assert (_books(street), street.steps("A")) == (books, ["applied", "collected"])


def test_money_that_enforcement_collected_is_no_change_of_sums() -> None:
    """OC 6.2-a: before and after the net has come; a payment beside it is"""
    street = told(ENFORCED)
    case = street.case("A").number
    take(
        street, report(row("Collected", case, share(street.claims["A"].reference, "40.00", "0.58", "39.42")))
    )
    assert street.decided(EnforcementRun()) == {"A": ("IN_ENFORCEMENT", "OC 6.2-a")}
    street.pay("A", "39.42")
    assert street.decided(EnforcementRun()) == {"A": ("IN_ENFORCEMENT", "OC 6.2-a")}
    street.pay("A", "10.00")
    assert street.decided(EnforcementRun()) == {"A": ("CASE_SUMS_CHANGED", "OC 6.2-a")}
    with inside(street.where):
        changed = CaseEvent.objects.get(unit=street.where, kind="changed")
    assert [one["principal"] for one in changed.detail["claims"]] == ["50.00"]
    assert street.decided(EnforcementRun()) == {"A": ("IN_ENFORCEMENT", "OC 6.2-a")}


def test_a_fee_is_never_posted_beyond_what_is_open() -> None:
    """OC 6.2-a: interest came along, and the bank was faster than the report"""
    street = told(ENFORCED)
    street.pay("A", "99.50")
    taken = take(street, report(row("Collected", street.case("A").number,
                                    share(street.claims["A"].reference, "105.00", "1.52", "103.48"))))  # fmt: skip
    assert outcomes(taken) == [("taken", ("enforcement_fee_beyond_open",))]
    assert (taken.fees, _open(street, "A")) == (Decimal("0.50"), Decimal(0))


@pytest.mark.parametrize(
    ("gross", "fee", "told_of"),
    [
        ("100.00", "1.45", ()),
        ("100.00", "1.46", ("enforcement_fee_unexpected",)),
        ("10.00", "0.15", ()),  # 0.145 rounds up
        ("10.00", "0.16", ("enforcement_fee_unexpected",)),
    ],
)
def test_a_fee_above_the_decree_is_taken_and_shown(gross: str, fee: str, told_of: tuple[str, ...]) -> None:
    """OC 6.2-a"""
    street = told(ENFORCED)
    net = f"{Decimal(gross) - Decimal(fee):.2f}"
    taken = take(street, report(row("Collected", street.case("A").number,
                                    share(street.claims["A"].reference, gross, fee, net))))  # fmt: skip
    assert outcomes(taken) == [("taken", told_of)]
    assert taken.fees == Decimal(fee)


def test_rows_that_fit_nowhere_are_returned_and_stop_nothing() -> None:
    """OC 6.2-a"""
    street = told(ENFORCED)
    case, reference = street.case("A").number, street.claims["A"].reference
    taken = take(street, report(
        row("Received", 999, id="a"),
        row("Received", case, id="b", day="2026-06-02"),
        row("Received", case, id="c", day="2026-05-30"),
        row("Collected", case, share("12345672", "10.00", "0.10", "9.90"), id="d"),
        row("Collected", case, share(reference, "10.00", "0.10", "9.80"), id="e"),
        row("Received", case, id="f"),
        row("Received", case, id="f"),
        row("Obstacle", case, certificate("lack_of_means"), id="g"),
        row("Registered", case, "<AuthorityNumber>U 1</AuthorityNumber>", id="h"),
    ))  # fmt: skip
    assert outcomes(taken) == [
        ("returned", ("enforcement_case_unknown",)),
        ("returned", ("enforcement_day_not_possible",)),
        ("returned", ("enforcement_day_not_possible",)),
        ("returned", ("enforcement_claim_unknown",)),
        ("returned", ("enforcement_share_does_not_add_up",)),
        ("taken", ()),
        ("returned", ("enforcement_told_twice",)),
        ("taken", ()),
        ("returned", ("enforcement_not_in_state",)),
    ]
    assert street.steps("A") == ["applied", "received", "obstacle"]
    told_in_words = taken.as_json("sv")
    assert (told_in_words["taken"], told_in_words["returned"]) == (2, 7)
    assert "999" in told_in_words["reasons"][0]["message"]


@pytest.mark.parametrize(("kind", "step"), [("Returned", "returned"), ("Finished", "closed")])
def test_a_case_that_came_back_leaves_its_open_claims_with_a_person(kind: str, step: str) -> None:
    """OC 6.2-a"""
    street = told(ENFORCED)
    reason = "<Reason>The debtor is unknown at the address.</Reason>" if kind == "Returned" else ""
    take(street, report(row(kind, street.case("A").number, reason)))
    assert street.steps("A") == ["applied", step]
    assert street.blocks("A") == [("A", f"CASE_{kind.upper()}")]
    assert street.decided(CollectionRun()) == {"A": ("LEGAL_STOPPED_BY_BLOCK", "OC 6.1.2-a")}


def test_money_that_comes_after_the_end_is_still_taken() -> None:
    """OC 6.2-a"""
    street = told(ENFORCED)
    case = street.case("A").number
    late = row("Collected", case, share(street.claims["A"].reference, "20.00", "0.29", "19.71"), id="m2")
    assert outcomes(take(street, report(row("Finished", case), late))) == [("taken", ()), ("taken", ())]
    assert street.steps("A") == ["applied", "closed", "collected"]
    assert street.decided(CollectionRun()) == {"A": ("LEGAL_STOPPED_BY_BLOCK", "OC 6.1.2-a")}


def test_a_report_on_another_unit_is_refused_whole() -> None:
    """OC 6.2-a"""
    street = told(ENFORCED)
    with pytest.raises(Refused, match="enforcement_other_unit"):
        take(street, report(row("Received", street.case("A").number), code="4220"))


def test_only_who_handles_cases_takes_reports_in() -> None:
    """OC 1.2-a"""
    street = told(ENFORCED)
    with pytest.raises(NotAllowed):
        take(street, report(row("Received", street.case("A").number)), "maria")


# What the database holds ---------------------------------------------------------------------------------------


def _event(street: Street, **changes: Any) -> dict[str, Any]:
    case = street.case("A")
    return {
        "unit": street.where, "case": case, "run_id": case.run_id, "given_at": at_noon(street), "position": 2,
        "kind": "received", "day": date(2026, 6, 1), "detail": {}, **changes,
    }  # fmt: skip


def _refused(street: Street, *events: dict[str, Any]) -> str:
    return refused_by(street, lambda: [CaseEvent.objects.create(**event) for event in events])


@pytest.mark.parametrize("end", ["closed", "withdrawn", "returned"])
def test_a_case_that_is_over_takes_no_more_steps(end: str) -> None:
    """OC 6.2-a"""
    street = told(ENFORCED)
    street.step("A", end, "2026-06-01")
    assert _refused(street, _event(street, position=3)) == "a_case_that_is_over_takes_no_more_steps"


def test_the_database_keeps_the_steps_of_a_case_in_order_and_to_its_kind() -> None:
    """OC 6.2-a, OC 6.3-a"""
    street = told(ENFORCED)
    assert _refused(street, _event(street, position=1)) == "a_case_takes_one_step_at_a_time"
    later = _event(street, position=4)
    assert _refused(street, later, _event(street, position=3)) == "the_steps_of_a_case_follow_each_other"
    assert _refused(street, _event(street, day=date(2026, 5, 30))) == "a_step_is_not_before_its_case"
    assert _refused(street, _event(street, run_id=None)) == "a_step_of_a_case_comes_from_a_run_or_a_person"
    once, again = _event(street, told_as="m1"), _event(street, told_as="m1", position=3)
    assert _refused(street, once, again) == "what_is_told_of_a_case_counts_once"
    registration = "passive_registration_needs_a_certificate_that_allows_it"
    assert _refused(street, _event(street, kind="passive")) == registration
    obstacle = _event(street, kind="obstacle", detail={"certificate": "obstacle"})
    assert _refused(street, obstacle, _event(street, kind="passive", position=3)) == registration


def test_the_database_keeps_cases_to_one_debtor_and_one_kind_of_law() -> None:
    """OC 6.2.7-a"""
    street = told("on 2026-06-01\nclaim A bruk 100.00\nclaim B paja 100.00\nclaim C bruk 100.00 item SEEDS\n"
                  "reminded A\nenforced A")  # fmt: skip
    first = street.case("A")

    def put(name: str) -> None:
        one = CaseClaim.objects.get(unit=street.where, case=first)
        one.pk, one.claim = None, street.claims[name]
        one.save(force_insert=True)

    def end_in_court() -> None:
        court = Case.objects.create(
            unit=street.where, run_id=first.run_id, number=77, kind="court", debtor=first.debtor, public_law=False,
            opened_date=first.opened_date, procedure="limited", court="helsinki",
        )  # fmt: skip
        CaseEvent.objects.create(**_event(street, case=court, position=1, kind="obstacle"))

    assert refused_by(street, lambda: put("B")) == "a_case_is_about_claims_of_its_debtor"
    assert refused_by(street, lambda: put("C")) == "a_case_is_of_one_kind_of_law"
    assert refused_by(street, end_in_court) == "only_enforcement_meets_an_obstacle"


def test_reports_of_other_units_cases_find_nothing() -> None:
    street = told(ENFORCED)
    forest = Street(street.table, unit("4220"))
    case = street.case("A").number
    with inside(forest.where, "olli", at_noon(street)) as acting:
        data = report(row("Received", case), code="4220")
        received = receive(acting, data, "report.xml", "import")
        (document,) = read_documents(data, "report.xml")
        taken = take_in_enforcement_report(acting, received, document, street.table.on)  # type: ignore[arg-type]
    assert outcomes(taken) == [("returned", ("enforcement_case_unknown",))]
