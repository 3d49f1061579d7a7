"""Collection agencies: what is handed over with what, and what becomes of what comes back (OC 6.1.4)."""

import json
import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from cast import customer, inside, plan_of, run, set_term
from income.court_tables import Docket, at, decide_in_crowd_and_alone, told
from income.money import balance, open_amount
from reskontra.claims.models import Case, CaseClaim, CaseEvent, Cost, FeeDeducted
from reskontra.exchange import archive
from reskontra.exchange.inbox import receive
from reskontra.exchange.models import OutboxFile
from reskontra.exchange.reading import read_documents
from reskontra.income.agency.reports import AgencyTaken, take_in_agency_report
from reskontra.income.agency.rules import decide_agency
from reskontra.income.agency.run import AgencyRun
from reskontra.kernel.terms import MissingTerm, terms_on
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.ledger.models import Entry, Voucher
from reskontra.registers.policy import NotAllowed
from reskontra.runs.models import Evidence, Run

pytestmark = pytest.mark.usefixtures("database")

ON = date(2026, 6, 15)
IN_USE = f"on {ON}\nterm agency_in_use yes\n"


def _decide(text: str) -> Docket:
    return decide_in_crowd_and_alone(text, AgencyRun, "agency")


def test_commercial_claims_go_to_the_agency_and_what_keeps_the_others() -> None:
    """OC 6.1.4-a: each claim alone and among the others."""
    _decide(f"""{IN_USE}
    claim    ready    bruk   100.00
    reminded ready    2026-04-20 2026-05-11
    expect   ready    HAND_OVER                                       # OC 6.1.4-a
    claim    abroad   berlin 100.00
    reminded abroad   2026-04-20 2026-05-11
    expect   abroad   HAND_OVER                                       # OC 6.1.4-a
    claim    blocked  bruk   100.00
    reminded blocked  2026-04-20 2026-05-11
    block    blocked  A
    expect   blocked  AGENCY_STOPPED_BY_BLOCK                         # OC 6.1.2-a
    claim    refused  bruk   100.00
    reminded refused  2026-04-20 2026-05-11
    complaint refused
    expect   refused  AGENCY_STOPPED_BY_BLOCK                         # OC 6.1.2-a
    claim    later    bruk   100.00
    reminded later    2026-04-20 2026-05-11
    deferred later
    expect   later    AGENCY_PAYMENT_TIME                             # OC 6.1.1-a
    claim    open     bruk   100.00
    reminded open     2026-04-20 2026-05-11
    case     open     agency applied demanded
    expect   open     AGENCY_CASE_OPEN                                # OC 6.1.4-a
    claim    tried    bruk   100.00
    reminded tried    2026-04-20 2026-05-11
    case     tried    agency applied returned
    expect   tried    AGENCY_TRIED                                    # OC 6.1.4-a
    claim    proposed bruk   100.00
    reminded proposed 2026-04-20 2026-05-11
    proposed proposed
    expect   proposed AGENCY_WRITE_OFF_PROPOSED                       # OC 5.1-b
    claim    hidden   skyddbox 100.00
    reminded hidden   2026-04-20 2026-05-11
    expect   hidden   AGENCY_DEBTOR_PROTECTED                         # OC 6.1.4-a
    claim    homeless nowhere 100.00
    reminded homeless 2026-04-20 2026-05-11
    expect   homeless AGENCY_ADDRESS_MISSING                          # OC 6.1.4-a
    """)


@pytest.mark.parametrize(
    ("who", "last", "outcome"),
    [
        ("aino", ON - timedelta(days=15), "HAND_OVER"),  # over
        ("aino", ON - timedelta(days=20), "HAND_OVER"),
        ("bruk", ON - timedelta(days=15), "HAND_OVER"),
    ],
)
def test_both_reminders_have_fallen_due(who: str, last: date, outcome: str) -> None:
    """OC 6.1.4-a"""
    _decide(f"{IN_USE}claim A {who} 100.00\nreminded A 2026-04-20 {last}\nexpect A {outcome}  # OC 6.1.4-a")


@pytest.mark.parametrize(
    ("days", "outcome"), [(19, "AGENCY_CONSUMER_WAITS"), (20, "HAND_OVER"), (21, "HAND_OVER")]
)
def test_a_consumer_waits_the_days_of_the_act_or_the_units_own(days: int, outcome: str) -> None:
    """OC 6.1.4-a: under, at and over a unit's own 20 days; anybody else does not wait them."""
    last = ON - timedelta(days=days)
    _decide(f"""{IN_USE}
    term     agency_wait_days_consumer 20
    claim    A aino 100.00
    reminded A 2026-04-20 {last}
    claim    B bruk 100.00
    reminded B 2026-04-20 {last}
    expect   A {outcome}                                              # OC 6.1.4-a
    expect   B HAND_OVER                                              # OC 6.1.4-a
    """)


@pytest.mark.parametrize(
    ("table", "outcome"),
    [
        (f"on {ON}\nclaim A bruk 100.00\nreminded A 2026-04-20 2026-05-11", "AGENCY_NOT_IN_USE"),
        (
            f"{IN_USE}claim A bruk 100.00 public\nreminded A 2026-04-20 2026-05-11",
            "AGENCY_DIRECTLY_ENFORCEABLE",
        ),
        (f"{IN_USE}claim A bruk 100.00\nreminded A 2026-04-20", "AGENCY_NOT_REMINDED"),
        (f"{IN_USE}claim A bruk 100.00\nreminded A 2026-04-20 2026-06-01", "AGENCY_REMINDER_RUNS"),
    ],
)
def test_what_is_so_of_a_whole_unit_is_counted_and_not_stored(table: str, outcome: str) -> None:
    """OC 6.1.4-a"""
    docket = told(table)
    planned = plan_of(AgencyRun(), docket.where, ON)
    assert [(one.outcome, one.count) for one in planned.counts] == [(outcome, 1)]
    assert docket.decided(AgencyRun(), "agency") == {}


def test_every_outcome_has_words() -> None:
    """OC 6.1.4-a"""
    names = [case.outcome.name for case in decide_agency(terms_on(ON)).cases]
    assert len(set(names)) == len(names) == 21
    assert all(text(f"outcome.{name}", language) for name in names for language in LANGUAGES)


# --- the hand-over -----------------------------------------------------------------------------------------------

TABLE = f"""{IN_USE}
claim    A bruk 250.00
claim    B bruk 300.00
claim    C aino  80.00
reminded A 2026-04-20 2026-05-11
reminded B 2026-04-20 2026-05-11
reminded C 2026-04-20 2026-05-11
cost     C reminder 2026-05-11 5.00
"""


def _handed() -> tuple[Docket, dict[str, Case]]:
    docket = told(TABLE)
    run(AgencyRun(), docket.where, ON)
    with inside(docket.where):
        cases = {
            word: Case.objects.get(unit=docket.where, debtor=customer(word)) for word in ("bruk", "aino")
        }
    return docket, cases


def _batch(docket: Docket) -> dict[str, Any]:
    with inside(docket.where):
        file = OutboxFile.objects.get(unit=docket.where, channel="agency")
        told: dict[str, Any] = json.loads(archive.read(file.digest))
        assert (file.documents, format(file.amount, ".2f")) == (told["count"], told["total"])
        return told


def test_a_case_a_debtor_goes_with_its_claims_itemised() -> None:
    """OC 6.1.4-a: capital, interest up to the day and costs of each claim, and the steps in the books."""
    docket, cases = _handed()
    by_number = {one["number"]: one for one in _batch(docket)["cases"]}
    bruk, aino = by_number[cases["bruk"].number], by_number[cases["aino"].number]
    assert [one["principal"] for one in bruk["claims"]] == ["250.00", "300.00"]
    days = (ON - docket.claims["C"].due_date).days
    interest = round(Decimal("80.00") * Decimal("9.5") * days / 36500, 2)  # 2.5 % and 7 points
    (claim,) = aino["claims"]
    assert (claim["interest"], claim["costs"]) == (f"{interest:.2f}", "5.00")
    assert aino["total"] == f"{Decimal('85.00') + interest:.2f}"
    assert "personal" not in json.dumps(by_number)
    with inside(docket.where):
        assert {one.principal for one in CaseClaim.objects.filter(unit=docket.where)} == {80, 250, 300}
        events = CaseEvent.objects.filter(unit=docket.where)
        assert {(one.kind, one.file_id is not None) for one in events} == {("applied", True)}
        assert Evidence.objects.filter(unit=docket.where, control__startswith="total of").exists()


def test_the_demand_can_tell_everything_that_the_act_asks() -> None:
    """OC 6.1.4-a: section 5 a to a consumer, section 5 b to others; each in the debtor's language."""
    docket, cases = _handed()
    contents = {one["number"]: one["contents"] for one in _batch(docket)["cases"]}
    other = {
        "creditor_name_address", "basis", "breakdown", "total", "payee_how_when", "objection_right_deadline",
        "objection_contact", "public_unit_contact",
    }  # fmt: skip
    assert set(contents[cases["bruk"].number]) == other
    assert set(contents[cases["aino"].number]) == {*other, "interruption_right"}
    assert all(told for one in contents.values() for told in one.values())
    assert (
        contents[cases["bruk"].number]["creditor_name_address"] == "Hamnverket, Hamngatan 1, 00990 Provhamn"
    )
    assert contents[cases["aino"].number]["creditor_name_address"].startswith("Satamavirasto")
    assert "14" in contents[cases["aino"].number]["objection_right_deadline"]


def test_the_caps_on_the_demand_are_told_along() -> None:
    """OC 6.1.4-a: a consumer's of up to 100 euro; a business's of above 500 and up to 2 500."""
    docket, cases = _handed()
    limits = {one["number"]: one["limits"] for one in _batch(docket)["cases"]}
    aino, bruk = limits[cases["aino"].number], limits[cases["bruk"].number]
    assert (aino["demand"], aino["repeated"], aino["total"], aino["so_far"]) == (
        "14.00",
        "7.00",
        "60.00",
        "5.00",
    )
    assert (bruk["demand"], bruk["repeated"], bruk["total"], bruk["so_far"]) == (
        "70.00",
        "35.00",
        "470.00",
        "0.00",
    )
    assert (aino["interval"], bruk["interval"], aino["last_cost"]) == (14, 10, "2026-05-11")


def test_a_demand_that_could_not_tell_something_is_not_asked_for() -> None:
    """OC 6.1.4-a: nobody to object to, so nothing is handed over; the items are named."""
    docket = told(TABLE)
    docket.where.email = docket.where.phone = ""
    with inside(docket.where):
        docket.where.save()
    result = run(AgencyRun(), docket.where, ON)
    assert len(result.facts["rejected"]) == 2
    found = {one["where"] for rejected in result.facts["rejected"] for one in rejected["findings"]}
    assert found == {"objection_contact", "public_unit_contact"}
    with inside(docket.where):
        assert not Case.objects.filter(unit=docket.where).exists()


def test_a_day_without_a_reference_rate_stops_the_run() -> None:
    """OC 6.1.4-a: the demand names the interest in euro; it is never guessed."""
    docket = told(TABLE)
    with pytest.raises(MissingTerm):
        run(AgencyRun(), docket.where, date(2026, 7, 15))
    with inside(docket.where):
        assert not Case.objects.filter(unit=docket.where).exists()


def test_what_was_handed_over_is_not_handed_over_again() -> None:
    """OC 6.1.4-a"""
    docket, _ = _handed()
    again = run(AgencyRun(), docket.where, ON)
    assert {one.outcome for one in again.counts} == {"AGENCY_CASE_OPEN"}


# --- the report -----------------------------------------------------------------------------------------------------

HEADING = "id;case;kind;day;reference;amount;fee;net;reason"
REPORTED = ON + timedelta(days=60)


def _report(*rows: str) -> bytes:
    amounts = sum((Decimal(row.split(";")[5] or "0") for row in rows), Decimal("0.00"))
    return "\n".join([HEADING, *rows, f"total;{len(rows)};;;;{amounts:.2f};;;", ""]).encode()


def _take(docket: Docket, data: bytes, on: date = REPORTED, who: str = "cecilia") -> AgencyTaken:
    with inside(docket.where, who, at(on)) as acting:
        received = receive(acting, data, "report.csv", "import")
        (report,) = read_documents(data, "report.csv")
        return take_in_agency_report(acting, received, report, on)  # type: ignore[arg-type]


def _fates(taken: AgencyTaken) -> list[tuple[str, list[str]]]:
    return [(outcome, [finding.rule for finding in findings]) for _, outcome, findings in taken.outcomes]


def test_money_collected_is_told_gross_and_the_fee_is_the_states_expense() -> None:
    """OC 6.1.4-a: the debtor has paid the fee; the net comes by bank, and nobody is dunned for the difference."""
    docket, cases = _handed()
    number, reference = cases["bruk"].number, docket.claims["A"].reference
    with inside(docket.where):
        before = {event: balance(docket.where, event) for event in ("receivable", "legal_cost")}
    taken = _take(docket, _report(
        f"T1;{number};demanded;2026-06-20;;70.00;;;",
        f"T2;{number};collected;2026-07-10;{reference};100.00;12.50;87.50;",
        f"T3;{number};closed;2026-07-20;;;;;",
    ))  # fmt: skip
    assert _fates(taken) == [("accepted", [])] * 3
    assert taken.fees == Decimal("12.50")
    with inside(docket.where):
        fee = FeeDeducted.objects.get(unit=docket.where)
        assert (fee.claim_id, fee.amount, fee.event.kind) == (
            docket.claims["A"].pk,
            Decimal("12.50"),
            "collected",
        )
        assert balance(docket.where, "receivable") - before["receivable"] == Decimal("-12.50")
        assert balance(docket.where, "legal_cost") - before["legal_cost"] == Decimal("12.50")
        voucher = Voucher.objects.get(unit=docket.where, kind="AG")
        assert sum(one.amount for one in Entry.objects.filter(unit=docket.where, voucher=voucher)) == 0
        cost = Cost.objects.get(unit=docket.where, kind="demand")
        assert (cost.amount, cost.case_id) == (70, cases["bruk"].pk)
        steps = CaseEvent.objects.filter(unit=docket.where, case=cases["bruk"]).order_by("position")
        assert [one.kind for one in steps] == ["applied", "demanded", "collected", "closed"]
    assert docket.decided(AgencyRun(), "agency", REPORTED)["A"][0] == "AGENCY_TRIED"


def test_the_same_report_twice_changes_nothing() -> None:
    """OC 6.1.4-a: nor does another file that tells the same."""
    docket, cases = _handed()
    number, reference = cases["bruk"].number, docket.claims["A"].reference
    row = f"T2;{number};collected;2026-07-10;{reference};100.00;12.50;87.50;"
    assert _fates(_take(docket, _report(row, row))) == [("accepted", []), ("known", [])]
    again = _take(docket, _report(row, row))
    assert ([one for one, _ in _fates(again)], again.fees, bool(again.before)) == (
        ["known", "known"],
        0,
        True,
    )
    more = _take(docket, _report(row, f"T9;{number};closed;2026-07-20;;;;;"))
    assert [one for one, _ in _fates(more)] == ["known", "accepted"]
    with inside(docket.where):
        assert FeeDeducted.objects.filter(unit=docket.where).count() == 1
        assert Run.objects.filter(unit=docket.where, name="agency_report", state="applied").count() == 3


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("T;999;demanded;2026-06-20;;10.00;;;", "agency_case_unknown"),
        ("T;CASE;demanded;2026-06-14;;10.00;;;", "agency_day"),
        ("T;CASE;demanded;2026-08-15;;10.00;;;", "agency_day"),
        ("T;CASE;demanded;2026-06-20;;70.01;;;", "agency_cost_above_cap"),
        ("T;CASE;collected;2026-06-20;1234561;10.00;1.00;9.00;", "agency_claim_unknown"),
        ("T;CASE;collected;2026-06-20;REF;10.00;1.00;8.99;", "agency_sum"),
        ("T;CASE;collected;2026-06-20;REF;900.00;250.01;649.99;", "agency_fee_above_open"),
        ("T;CASE;lost;2026-06-20;;;;;", "agency_value"),
        ("T;CASE;returned;2026-06-20;;;;;", "agency_value"),
        (";CASE;closed;2026-06-20;;;;;", "agency_value"),
        ("T;CASE;closed;2026-02-30;;;;;", "agency_value"),
        ("T;CASE;collected;2026-06-20;;10.00;1.00;9.00;", "agency_value"),
        ("T;CASE;collected;2026-06-20;REF;10.00;;9.00;", "agency_value"),
    ],
)
def test_a_row_that_cannot_be_used_is_returned_and_the_rest_goes_on(row: str, rule: str) -> None:
    """OC 6.1.4-a"""
    docket, cases = _handed()
    told = row.replace("CASE", str(cases["bruk"].number)).replace("REF", docket.claims["A"].reference)
    taken = _take(docket, _report(told, f"T8;{cases['aino'].number};closed;2026-07-20;;;;;"))
    assert [one for one, _ in _fates(taken)] == ["returned", "accepted"]
    assert set(_fates(taken)[0][1]) == {rule}
    assert all(reason["message"] for reason in taken.as_json("fi")["reasons"])
    with inside(docket.where):
        assert not Cost.objects.filter(unit=docket.where, kind="demand").exists()
        assert not FeeDeducted.objects.filter(unit=docket.where).exists()


@pytest.mark.parametrize(
    ("day", "amount", "rule"),
    [
        ("2026-06-20", "14.00", ""),
        ("2026-06-20", "14.01", "agency_cost_above_cap"),
        ("2026-06-20", "0.00", ""),
    ],
)
def test_a_demand_costs_a_consumer_up_to_the_cap(day: str, amount: str, rule: str) -> None:
    """OC 6.1.4-a: at and over; one without a cost is always a step."""
    docket, cases = _handed()
    (fate,) = _fates(_take(docket, _report(f"T1;{cases['aino'].number};demanded;{day};;{amount};;;")))
    assert fate == (("returned", [rule]) if rule else ("accepted", []))


def test_a_second_demand_costs_the_half_after_its_days_and_a_third_nothing() -> None:
    """OC 6.1.4-a: sections 10 a, 10 b and 10 c; the days and the number hold from the first demand on."""
    docket, cases = _handed()
    number = cases["aino"].number
    taken = _take(docket, _report(
        f"T1;{number};demanded;2026-06-20;;14.00;;;",
        f"T2;{number};demanded;2026-07-03;;7.00;;;",  # a day too early
        f"T3;{number};demanded;2026-07-04;;7.01;;;",
        f"T4;{number};demanded;2026-07-04;;7.00;;;",
        f"T5;{number};demanded;2026-07-30;;1.00;;;",
        f"T6;{number};demanded;2026-07-30;;0.00;;;",
    ))  # fmt: skip
    assert [rules for _, rules in _fates(taken)] == [
        [], ["agency_cost_too_early"], ["agency_cost_above_cap"], [], ["agency_demands_too_many"], [],
    ]  # fmt: skip


def test_all_costs_together_stay_under_the_total() -> None:
    """OC 6.1.4-a: 60 euro for a consumer's claim of up to 100."""
    docket = told(TABLE + "cost C payment_time 2026-05-01 41.01")
    run(AgencyRun(), docket.where, ON)
    with inside(docket.where):
        number = Case.objects.get(unit=docket.where, debtor=customer("aino")).number
    rows = [
        f"T{place};{number};demanded;2026-06-20;;{amount};;;"
        for place, amount in enumerate(("14.00", "13.99"))
    ]
    assert _fates(_take(docket, _report(*rows))) == [
        ("returned", ["agency_total_above_cap"]),
        ("accepted", []),
    ]


def test_what_the_agency_gives_back_goes_on_to_court() -> None:
    """OC 6.1.4-a: and it takes no more steps."""
    docket, cases = _handed()
    number = cases["bruk"].number
    taken = _take(docket, _report(
        f"T1;{number};returned;2026-07-01;;;;;not found",
        f"T2;{number};demanded;2026-07-02;;10.00;;;",
    ))  # fmt: skip
    assert _fates(taken) == [("accepted", []), ("returned", ["agency_case_over"])]
    with inside(docket.where):
        step = CaseEvent.objects.get(unit=docket.where, kind="returned")
        assert step.detail == {"row": 2, "reason": "not found"}
        assert open_amount(docket.where, docket.claims["A"]) == 250


def test_only_who_may_import_takes_a_report_in() -> None:
    """OC 1.2-a"""
    docket, cases = _handed()
    with pytest.raises(NotAllowed):
        _take(docket, _report(f"T1;{cases['bruk'].number};closed;2026-07-01;;;;;"), who="gunnar")


def test_a_unit_without_an_agency_keeps_its_cases_when_it_stops_using_one() -> None:
    """OC 6.1.4-a: nothing new is handed over; what is there can still be told of."""
    docket, cases = _handed()
    set_term(docket.where, "agency_objection_days", "21")
    taken = _take(docket, _report(f"T1;{cases['bruk'].number};closed;2026-07-01;;;;;"))
    assert _fates(taken) == [("accepted", [])]


def test_one_report_brought_by_two_at_once_counts_once() -> None:
    """OC 6.1.4-a"""
    docket, cases = _handed()
    data = _report(
        f"T1;{cases['bruk'].number};collected;2026-07-10;{docket.claims['A'].reference};100.00;12.50;87.50;"
    )
    fates: list[str] = []

    def bring() -> None:
        try:
            fates.extend(outcome for outcome, _ in _fates(_take(docket, data)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=bring) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(fates) == ["accepted", "known"]
    with inside(docket.where):
        assert FeeDeducted.objects.filter(unit=docket.where).count() == 1
        assert Voucher.objects.filter(unit=docket.where, kind="AG").count() == 1


def test_invoiced_interest_is_not_asked_for_twice() -> None:
    """OC 6.1.4-a: what an interest invoice asks for is a claim of its own and leaves the other one's interest."""
    docket = told(f"""{IN_USE}
    claim    A bruk 1000.00
    charged  I A 6.00 2026-05-01
    reminded A 2026-04-20 2026-05-11
    reminded I 2026-04-20 2026-05-11
    """)
    run(AgencyRun(), docket.where, ON)
    (case,) = _batch(docket)["cases"]
    days = (ON - docket.claims["A"].due_date).days
    accrued = round(Decimal(1000) * Decimal("9.5") * days / 36500, 2)
    assert [(one["principal"], one["interest"]) for one in case["claims"]] == [
        ("1000.00", f"{accrued - 6:.2f}"),
        ("6.00", "0.00"),
    ]
