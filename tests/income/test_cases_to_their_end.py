"""Cases that a court, an agency or the authority has: told of at once when they stop, are paid or are taken back."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from cast import customer, inside, run
from income.court_tables import Docket, at
from income.court_tables import told as docket_of
from income.enforcement_rows import report, row, share, take
from income.legal_tables import at_noon
from income.legal_tables import told as street_of
from income.money import a_payment
from reskontra.claims.models import Case, CaseEvent, Cost
from reskontra.exchange import archive, summonses
from reskontra.exchange.inbox import receive
from reskontra.exchange.models import OutboxFile
from reskontra.exchange.reading import read_documents
from reskontra.income.agency import acts as agency_acts
from reskontra.income.agency.reports import take_in_agency_report
from reskontra.income.agency.run import AgencyRun
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.legal import court_acts, enforcement_actions
from reskontra.income.legal.court_run import CourtRun
from reskontra.income.legal.enforcement import EnforcementRun
from reskontra.income.legal.events import case_tasks
from reskontra.income.reminders.actions import complain
from reskontra.registers.policy import NotAllowed
from reskontra.runs.run import RunRefused

pytestmark = pytest.mark.usefixtures("database")

ON = date(2026, 6, 15)
NEXT = ON + timedelta(days=1)
AT_AGENCY = f"""
on {ON}
term     agency_in_use yes
claim    A bruk 250.00
claim    B aino  80.00
reminded A 2026-04-20 2026-05-11
reminded B 2026-04-20 2026-05-11
"""
AT_COURT = f"""
on {ON}
claim    A bruk 250.00 agreement HM-2026-1
claim    B aino  80.00 order B-2
court    aino helsinki
reminded A 2026-04-20 2026-05-11
reminded B 2026-04-20 2026-05-11
"""


def _cases(docket: Docket) -> dict[str, Case]:
    with inside(docket.where):
        return {
            name: Case.objects.get(unit=docket.where, debtor=customer(who))
            for name, who in (("A", "bruk"), ("B", "aino"))
        }


def _pay(docket: Docket, name: str, amount: str) -> None:
    payment = a_payment(docket.where, amount, reference=docket.claims[name].reference)
    run(AllocationRun([payment.pk]), docket.where, ON)


def _complained(docket: Docket, name: str) -> None:
    with inside(docket.where, "cecilia", at(ON)) as acting:
        complain(acting, docket.claims[name], ON, "I never ordered it")


def _waits(docket: Docket, on: date) -> list[tuple[int, str, str]]:
    with inside(docket.where):
        return [(one.case, one.kind, one.clause) for one in case_tasks(docket.where, on)]


def _steps(docket: Docket, case: Case) -> list[str]:
    with inside(docket.where):
        found = CaseEvent.objects.filter(unit=docket.where, case=case).order_by("position")
        return [one.kind for one in found]


def _messages(docket: Docket, digest: str) -> list[dict[str, Any]]:
    with inside(docket.where):
        told: dict[str, Any] = json.loads(archive.read(digest))
    return [{key: one[key] for key in ("case", "message", "claims")} for one in told["messages"]]


# --- the agency ---------------------------------------------------------------------------------------------------


def test_a_complaint_stops_the_agency_and_the_unit_lets_it_go_on() -> None:
    """OC 6.1.2-b, OC 6.2-a: the next run tells the agency; before and after it is the unit's task."""
    docket = docket_of(AT_AGENCY)
    run(AgencyRun(), docket.where, ON)
    case = _cases(docket)["B"]
    assert _waits(docket, NEXT) == []
    _complained(docket, "B")
    assert _waits(docket, NEXT) == [(case.number, "case_blocked", "OC 6.2-a")]
    stopping = run(AgencyRun(), docket.where, NEXT)
    assert {one.outcome for one in stopping.counts} == {"AGENCY_CASE_STOPS", "AGENCY_CASE_OPEN"}
    [file] = stopping.files
    stopped = {"case": case.number, "message": "stopped", "claims": []}
    assert _messages(docket, file["digest"]) == [stopped]
    assert _steps(docket, case) == ["applied", "stopped"]
    assert _waits(docket, NEXT) == [(case.number, "case_is_stopped", "OC 6.2-a")]
    again = run(AgencyRun(), docket.where, NEXT)
    assert not again.files
    assert {one.outcome for one in again.counts} == {"AGENCY_CASE_STOPPED", "AGENCY_CASE_OPEN"}
    with inside(docket.where, "kirsi", at(NEXT)) as acting:
        resumed = agency_acts.act_on(acting, case, "resume", "the complaint was answered")
    assert _messages(docket, resumed.digest) == [{**stopped, "message": "resumed"}]


def test_the_agency_is_told_what_was_paid_past_it() -> None:
    """OC 6.2-a: less to collect, told once; then nothing, and the case is taken back."""
    docket = docket_of(AT_AGENCY)
    run(AgencyRun(), docket.where, ON)
    case = _cases(docket)["A"]
    _pay(docket, "A", "100.00")
    [file] = run(AgencyRun(), docket.where, NEXT).files
    left = {"reference": docket.claims["A"].reference, "principal": "150.00"}
    assert _messages(docket, file["digest"]) == [
        {"case": case.number, "message": "changed", "claims": [left]}
    ]
    assert not run(AgencyRun(), docket.where, NEXT).files
    _pay(docket, "A", "150.00")
    assert _waits(docket, NEXT) == [(case.number, "case_paid", "OC 6.2-a")]
    [file] = run(AgencyRun(), docket.where, NEXT).files
    assert _messages(docket, file["digest"]) == [{"case": case.number, "message": "withdrawn", "claims": []}]
    assert _steps(docket, case) == ["applied", "changed", "withdrawn"]
    assert _waits(docket, NEXT) == []


def _reported(docket: Docket, *told: str) -> list[str]:
    amounts = sum((Decimal(one.split(";")[5] or "0") for one in told), Decimal("0.00"))
    heading = "id;case;kind;day;reference;amount;fee;net;reason"
    data = "\n".join([heading, *told, f"total;{len(told)};;;;{amounts:.2f};;;", ""]).encode()
    on = NEXT + timedelta(days=10)
    with inside(docket.where, "cecilia", at(on)) as acting:
        received = receive(acting, data, "report.csv", "import")
        (document,) = read_documents(data, "report.csv")
        taken = take_in_agency_report(acting, received, document, on)  # type: ignore[arg-type]
    return [findings[0].rule if findings else outcome for _, outcome, findings in taken.outcomes]


def test_a_case_that_the_agency_collected_in_full_ends_without_a_message() -> None:
    """OC 6.1.4-a: its own word of the end, coming after, is known; a demand of a stopped case costs nothing."""
    docket = docket_of(AT_AGENCY)
    run(AgencyRun(), docket.where, ON)
    cases, reference = _cases(docket), docket.claims["A"].reference
    with inside(docket.where, "kirsi", at(ON)) as acting:
        agency_acts.act_on(acting, cases["B"], "stop", "the debtor has asked for time")
    number, stopped = cases["A"].number, cases["B"].number
    assert _reported(
        docket,
        f"T1;{number};collected;2026-06-16;{reference};250.00;25.00;225.00;",
        f"T2;{stopped};demanded;2026-06-16;;14.00;;;",
        f"T3;{stopped};demanded;2026-06-15;;14.00;;;",
    ) == ["accepted", "agency_case_stopped", "accepted"]
    _pay(docket, "A", "225.00")
    ended = run(AgencyRun([docket.claims["A"].pk]), docket.where, NEXT)
    assert [one.outcome for one in ended.counts] == ["AGENCY_CASE_COLLECTED"]
    assert not ended.files
    assert _steps(docket, cases["A"]) == ["applied", "collected", "closed"]
    assert _reported(docket, f"T9;{number};closed;2026-06-20;;;;;") == ["known"]


def test_what_a_person_may_do_with_a_case_at_the_agency() -> None:
    """OC 6.2-a: both parties stop, the unit alone takes back; always why, and nothing of 0.00 euro."""
    docket = docket_of(AT_AGENCY)
    run(AgencyRun(), docket.where, ON)
    case = _cases(docket)["A"]

    def act(who: str, name: str, reason: str = "decided") -> CaseEvent:
        with inside(docket.where, who, at(ON)) as acting:
            return agency_acts.act_on(acting, case, name, reason)

    def refused(name: str, reason: str = "decided") -> str:
        with pytest.raises(RunRefused) as refusal:
            act("kirsi", name, reason)
        return refusal.value.key

    with pytest.raises(NotAllowed):
        act("cecilia", "withdraw")
    assert refused("resume") == "case.not_possible"
    assert refused("stop", " ") == "case.no_reason"
    assert refused("finish") == "case.still_open"
    assert agency_acts.possible("applied", paid=False) == ["stop", "withdraw"]
    assert agency_acts.possible("stopped", paid=False) == ["resume", "withdraw"]
    assert agency_acts.possible("demanded", paid=True) == ["finish"]
    assert agency_acts.possible("closed", paid=True) == []
    _pay(docket, "A", "250.00")
    assert (refused("stop"), refused("withdraw")) == ("case.nothing_open", "case.nothing_open")
    assert _messages(docket, act("kirsi", "finish").digest)[0]["message"] == "withdrawn"


def test_what_the_unit_takes_back_from_the_agency_waits_under_a_block() -> None:
    """OC 6.2-a: nobody applies for a summons before a person has said what is to become of it."""
    docket = docket_of(AT_AGENCY)
    run(AgencyRun(), docket.where, ON)
    with inside(docket.where, "kirsi", at(ON)) as acting:
        agency_acts.act_on(acting, _cases(docket)["A"], "withdraw", "wrong debtor")
    assert docket.decided(CourtRun(), "court", NEXT)["A"][0] == "COURT_STOPPED_BY_BLOCK"
    assert docket.decided(AgencyRun(), "agency", NEXT)["A"][0] == "AGENCY_TRIED"


# --- the court ----------------------------------------------------------------------------------------------------


def test_a_case_at_court_that_is_paid_or_complained_of_waits_for_the_unit_and_is_taken_back() -> None:
    """OC 6.2-a: no default judgment on a paid claim; the court is told which application, and why."""
    docket = docket_of(AT_COURT)
    run(CourtRun(), docket.where, ON)
    cases = _cases(docket)
    assert _waits(docket, NEXT) == []
    _pay(docket, "A", "250.00")
    _complained(docket, "B")
    late = ON + timedelta(days=180)
    blocked = (cases["B"].number, "case_blocked", "OC 6.2-a")
    assert set(_waits(docket, late)) == {(cases["A"].number, "case_paid", "OC 6.2-a"), blocked}
    with pytest.raises(NotAllowed), inside(docket.where, "cecilia", at(ON)) as acting:
        court_acts.withdraw(acting, cases["A"], "paid")
    with inside(docket.where, "kirsi", at(ON)) as acting:
        court_acts.register(acting, cases["A"], "L 26/123", ON)
        event = court_acts.withdraw(acting, cases["A"], "paid in full")
        assert OutboxFile.objects.get(unit=docket.where, digest=event.digest).channel == "court"
        data = archive.read(event.digest)
        assert sum(one.amount for one in Cost.objects.filter(unit=docket.where, case=cases["A"])) == 0
    space = {"s": "urn:reskontra:summons:1"}
    root = etree.fromstring(data)
    assert root.xpath("string(//s:Withdrawal/s:Matter)", namespaces=space) == "L 26/123"
    assert root.xpath("count(//s:Application)", namespaces=space) == 0
    told = summonses.told_of_case(data, cases["A"].number)
    assert [name for name, _ in told] == ["court", "reason"]
    assert told[1][1] == "paid in full"
    assert _waits(docket, late) == [blocked]
    with (
        pytest.raises(RunRefused, match=r"court\.case_is_over"),
        inside(docket.where, "kirsi", at(ON)) as acting,
    ):
        court_acts.withdraw(acting, cases["A"], "once more")
    with inside(docket.where, "kirsi", at(ON)) as acting:
        court_acts.contest(acting, cases["B"], ON, "contested there too")
    assert _waits(docket, late) == [(cases["B"].number, "dispute", "OC 6.2.6-a")]


# --- enforcement --------------------------------------------------------------------------------------------------


def test_a_case_that_the_authority_collected_in_full_ends_without_a_message() -> None:
    """OC 6.2-a: no receipt is missed any more, nothing is told of 0.00 euro, its late word of the end is known."""
    street = street_of("on 2026-06-01\nclaim A bruk 100.00\nreminded A\nenforced A")
    case, late = street.case("A"), street.table.on + timedelta(days=100)
    told = share(street.claims["A"].reference, "100.00", "1.45", "98.55")
    take(street, report(row("Collected", case.number, told)))
    with inside(street.where):
        assert case_tasks(street.where, late) == []  # it has collected, so it has the application
    street.pay("A", "98.55")
    with inside(street.where):
        [task] = case_tasks(street.where, late)
    assert (task.kind, task.amount, task.clause) == ("case_paid", 0, "OC 6.2-a")
    for act in (enforcement_actions.stop, enforcement_actions.withdraw):
        with (
            pytest.raises(RunRefused, match=r"case\.nothing_open"),
            inside(street.where, "kirsi", at_noon(street)) as acting,
        ):
            act(acting, case, "decided")
    result = run(EnforcementRun(), street.where, street.table.on)
    assert [(one.outcome, one.clause) for one in result.counts] == [("CASE_COLLECTED", "OC 6.2-a")]
    assert not result.files
    assert street.steps("A") == ["applied", "collected", "closed"]
    with inside(street.where):
        assert case_tasks(street.where, late) == []
    ended = take(street, report(row("Finished", case.number, id="m9"), identity="R9"))
    assert [outcome for _, outcome, _ in ended.outcomes] == ["known"]


def test_a_person_ends_a_case_of_which_nothing_is_open() -> None:
    """OC 6.2-a: in the passive register too, where no run asks any more; who still expects money is told."""
    street = street_of(
        "on 2026-06-01\nclaim A bruk 100.00\nreminded A\nenforced A\nobstacle A lack_of_means 2026-06-01"
    )
    case = street.case("A")
    street.step("A", "passive", "2026-06-01", until="2028-06-01")
    with (
        pytest.raises(RunRefused, match=r"case\.still_open"),
        inside(street.where, "kirsi", at_noon(street)) as acting,
    ):
        enforcement_actions.finish(acting, case, "paid")
    street.pay("A", "100.00")
    assert enforcement_actions.possible("passive", abroad=False, paid=True) == ["finish"]
    with inside(street.where, "kirsi", at_noon(street)) as acting:
        assert [one.kind for one in case_tasks(street.where, street.table.on)] == ["case_paid"]
        ended = enforcement_actions.finish(acting, case, "paid")
    assert (ended.counts[0].outcome, len(ended.files)) == ("CASE_PAID", 1)
    assert street.steps("A")[-1] == "withdrawn"
