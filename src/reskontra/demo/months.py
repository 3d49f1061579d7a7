"""The months and years after the weeks: what is not paid is carried to its lawful end, by the same calls as people's.

The clock goes on from one working day to the next that matters. On each the bank's statement of the day before comes
in and is allocated; then the runs and the people do what the day asks for, until claims have reached every end.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from reskontra.claims.models import Complaint, Letter, Overpayment, Refund, WriteOffProposal
from reskontra.database.rows import one_row, rows
from reskontra.database.session import working_in
from reskontra.demo.authority import Told, agency_report, enforcement_report
from reskontra.demo.diary import Day, session
from reskontra.demo.ends import ends_of
from reskontra.demo.fates import Fate, fates_of
from reskontra.demo.payers import Payment
from reskontra.demo.rarer_ends import RarerEnds, case_of, strangers
from reskontra.demo.stage import Stage
from reskontra.documents.agency import AgencyReport
from reskontra.documents.enforcement import EnforcementReport
from reskontra.exchange.inbox import receive
from reskontra.exchange.reading import read_documents
from reskontra.income.agency.reports import take_in_agency_report
from reskontra.income.agency.run import AgencyRun
from reskontra.income.deferral.actions import ask_for_time, grant_time
from reskontra.income.deferral.actions import propose as lay_out_time
from reskontra.income.deferral.run import DeferralsRun
from reskontra.income.interest.run import InterestRun, PaymentTimeInterestRun
from reskontra.income.legal.court_acts import (
    Awarded,
    close,
    contest,
    name_agreement,
    name_court,
    record_judgment,
    register,
)
from reskontra.income.legal.court_run import CourtRun
from reskontra.income.legal.enforcement import EnforcementRun
from reskontra.income.legal.enforcement_actions import decide_abroad
from reskontra.income.legal.enforcement_report import take_in_enforcement_report
from reskontra.income.legal.obstacle import ObstaclesRun
from reskontra.income.legal.run import CollectionRun
from reskontra.income.limitation.run import LimitationRun
from reskontra.income.refunds.actions import approve_refunds, ask_refund, hear, tell_account
from reskontra.income.refunds.run import RefundsRun
from reskontra.income.reminders.actions import answer_complaint, block, complain
from reskontra.income.reminders.run import ReminderRun
from reskontra.income.write_off.actions import approve, propose, review
from reskontra.income.write_off.lists import waiting_proposals
from reskontra.income.write_off.run import WriteOffsRun
from reskontra.income.write_off.valuation import ValuationRun
from reskontra.registers.models import Unit
from reskontra.runs.models import Run
from reskontra.runs.run import apply, plan

# The working days that matter, each with what people and machines do on it.
FIRST_REMINDERS = date(2026, 4, 30)
BETWEEN = date(2026, 5, 22)
SECOND_REMINDERS = date(2026, 6, 1)
COLLECTION = date(2026, 7, 1)
UNDER_WAY = date(2026, 8, 3)
JUDGED = date(2026, 9, 1)
OBSTACLES = date(2026, 10, 1)
DECIDED = date(2026, 10, 30)
YEARS_END = date(2026, 12, 31)
PASSIVE_ENDS = date(2028, 10, 2)
PASSIVE_DECIDED = date(2028, 10, 31)
EXPIRED = date(2029, 6, 1)
LAST = date(2029, 6, 29)


def play_months(day: Day, units: Sequence[Unit]) -> None:
    """Play on until claims have reached every end; files are written under the demo's ``in`` folder."""
    months = Months(day.folder / "in", units)
    for on, act in months.calendar():
        months.morning(on)
        act(on)
        months.send(on)
    day.later = {
        "from": FIRST_REMINDERS.isoformat(),
        "to": LAST.isoformat(),
        "runs": months.runs,
        "acts": months.acts,
        "ends": ends_of(units),
    }


class Months(Stage):
    """What people and machines do on the days of the months, and what they leave to tell."""

    def __init__(self, folder: Path, units: Sequence[Unit]) -> None:
        super().__init__(folder, units)
        self.fates = {unit.code: fates_of(unit) for unit in units}
        self.acts: list[dict[str, Any]] = []
        self.rarer = RarerEnds(self.of)

    def calendar(self) -> list[tuple[date, Callable[[date], None]]]:
        """The days in order, each with what is done on it once the morning's money is allocated."""
        return [
            (FIRST_REMINDERS, self._first_reminders),
            (BETWEEN, self._between),
            (SECOND_REMINDERS, self._second_reminders),
            (COLLECTION, self._collection),
            (UNDER_WAY, self._under_way),
            (JUDGED, self._judged),
            (OBSTACLES, self._obstacles),
            (DECIDED, self._decided),
            (YEARS_END, self._years_end),
            (PASSIVE_ENDS, self._passive_ends),
            (PASSIVE_DECIDED, self._decided),
            (EXPIRED, self._expired),
            (LAST, self._decided),
        ]

    # --- the days -----------------------------------------------------------------------------------------------

    def _first_reminders(self, on: date) -> None:
        for unit in self.units:
            self.rarer.money_of_others(unit, on)
            self.rarer.insolvency_begins(unit, on, OBSTACLES)
            self._ask_back_what_was_small(unit, on)
            self._complaints(unit, on)
            for fate in self.of(unit, "forgotten"):
                with session(unit, on, "K") as acting:
                    block(acting, fate.claim(unit), "O", "väntar på ett rättsfall", date(2029, 1, 8))
            self.run(unit, ReminderRun(), on)
            self._refunds(unit, on)
            self.run(unit, InterestRun(), on)

    def _between(self, on: date) -> None:
        for unit in self.units:
            for name in ("time_kept", "time_broken", "time_withdrawn"):
                for fate in self.of(unit, name):
                    self._payment_time(unit, fate, on)
            self._complaints_answered(unit, on)
            self._account_answered(unit, on)
            self._refunds(unit, on)

    def _second_reminders(self, on: date) -> None:
        for unit in self.units:
            self.rarer.time_taken_back(unit, on)
            self.run(unit, ReminderRun(), on)
            self._refunds(unit, on)

    def _collection(self, on: date) -> None:
        for unit in self.units:
            self.run(unit, DeferralsRun(), on)
            self.run(unit, InterestRun(), on)
            for fate in (
                *self.of(unit, "judged"),
                *self.of(unit, "judged_poor"),
                *self.of(unit, "contested"),
                *self.of(unit, "paid_at_court"),
            ):
                self._say_for_the_court(unit, fate, on)
            for room in (CollectionRun(), EnforcementRun(), AgencyRun(), CourtRun()):
                self.run(unit, room, on)
            self._refunds(unit, on)

    def _under_way(self, on: date) -> None:
        for unit in self.units:
            self.run(unit, DeferralsRun(), on)
            self.run(unit, ReminderRun(), on)
            for fate in (*self.of(unit, "judged"), *self.of(unit, "judged_poor")):
                with session(unit, on, "PK") as acting:
                    case = case_of(unit, fate)
                    register(acting, case, f"L {case.number}/26", on)
            for fate in self.of(unit, "contested"):
                with session(unit, on, "K") as acting:
                    contest(acting, case_of(unit, fate), on, "gäldenären bestrider leveransen")
            self.rarer.paid_at_court(unit, on)
            self._authority(unit, on, "Registered", "enforced", "passive", "poor", "abroad")
            self._agency(unit, on, "demanded", "agency")
            self._refunds(unit, on)

    def _judged(self, on: date) -> None:
        for unit in self.units:
            for fate in (*self.of(unit, "judged"), *self.of(unit, "judged_poor")):
                self._judgment(unit, fate, on)
            self._authority(unit, on, "Collected", "enforced")
            self._authority(unit, on, "Obstacle", "passive", "poor", "abroad")
            self._agency(unit, on, "collected", "agency")
            for room in (DeferralsRun(), CollectionRun(), EnforcementRun()):
                self.run(unit, room, on)

    def _obstacles(self, on: date) -> None:
        for unit in self.units:
            self._authority(unit, on, "Collected", "judged")
            self._authority(unit, on, "Obstacle", "judged_poor")
            self.run(unit, ObstaclesRun(), on)
            for fate in self.of(unit, "abroad"):
                with session(unit, on, "GK") as acting:
                    decide_abroad(acting, case_of(unit, fate), False, "kostnaderna överstiger fordran")
            for fate in self.of(unit, "contested"):
                with session(unit, on, "K") as acting:
                    close(acting, case_of(unit, fate), "bevisningen räcker inte", on)
                    propose(
                        acting,
                        fate.claim(unit),
                        "decided",
                        "enheten driver inte den bestridda fordran vidare",
                    )
            self.rarer.insolvent(unit, on)
            self.run(unit, WriteOffsRun(), on)
            self._decide_write_offs(unit, on)

    def _decided(self, on: date) -> None:
        for unit in self.units:
            for room in (EnforcementRun(), AgencyRun(), WriteOffsRun()):
                self.run(unit, room, on)
            self.run(unit, InterestRun(), on)
            self.run(unit, PaymentTimeInterestRun(), on)
            self._refunds(unit, on)

    def _years_end(self, on: date) -> None:
        for unit in self.units:
            self.run(unit, LimitationRun(), on)
            self.run(unit, ValuationRun(), on)

    def _passive_ends(self, on: date) -> None:
        for unit in self.units:
            self.run(unit, ObstaclesRun(), on)
            self.run(unit, WriteOffsRun(), on)
            self._decide_write_offs(unit, on)

    def _expired(self, on: date) -> None:
        for unit in self.units:
            self.run(unit, LimitationRun(), on)
            self.run(unit, WriteOffsRun(), on)
            self._decide_write_offs(unit, on)

    # --- money --------------------------------------------------------------------------------------------------

    def of(self, unit: Unit, name: str) -> list[Fate]:
        """The unit's claims whose fate has this name."""
        return [fate for fate in self.fates[unit.code] if fate.name == name]

    def paid(self, unit: Unit, on: date, day: date) -> list[Payment]:
        """What those pay whose fate it is to pay until ``on``, and the net of what others collected for us."""
        made = []
        with working_in([unit.pk]):
            for fate in self.fates[unit.code]:
                for amount in fate.pays(unit, on):
                    by_list = fate.name == "too_much"  # a list tells no account that it could be paid back to
                    made.append(Payment(day, amount, fate.payer, fate.reference, by_list=by_list))
        if on == FIRST_REMINDERS and unit == self.units[0]:
            made.append(strangers(day))
        return made + super().paid(unit, on, day)

    def _ask_back_what_was_small(self, unit: Unit, on: date) -> None:
        """Who has paid a little too much in the weeks asks for it; who does so later never does, and it is income."""
        with session(unit, on, "PK") as acting:
            small = Overpayment.objects.filter(unit=unit, treatment="income", undoes__isnull=True).order_by(
                "id"
            )
            for one in small[:1]:
                ask_refund(acting, one, "kunden ringde")

    def _account_answered(self, unit: Unit, on: date) -> None:
        """One of those who were asked for their account answers; who does not gets a payment order."""
        with session(unit, on, "PK") as acting:
            asked = Letter.objects.filter(unit=unit, kind="refund_inquiry").order_by("id").first()
            if asked is None:
                return
            overpayment = Overpayment.objects.get(
                unit=unit,
                pk=one_row(
                    "SELECT overpayment_id FROM claims_refundinquiry WHERE letter_id = %s", [asked.pk]
                )[0],
            )
            name = asked.customer.name
            tell_account(acting, overpayment, _account_of(name), name, "answer")

    def _refunds(self, unit: Unit, on: date) -> None:
        """The centre plans, somebody else in the centre approves, and the plan is applied (OC 3.9, 4.2)."""
        with session(unit, on, "PK", 13) as acting:
            planned = plan(RefundsRun(), acting, on)
        if not any(count.standing == "READY" for count in planned.counts):
            return
        with session(unit, on, "PG", 14) as acting:
            run = Run.objects.get(unit=unit, pk=planned.run.pk)
            approve_refunds(acting, run, run.digest)
        with session(unit, on, "PK", 15) as acting:
            told = apply(RefundsRun(), acting, on, run).as_json()
        self.tell(told)
        with session(unit, on, "PK", 16) as acting:
            for refund in Refund.objects.filter(unit=unit, run=run, way="account", undoes__isnull=True):
                hear(acting, refund, "accepted")
        self.rarer.order_redeemed(unit, run, on)

    # --- what people do -----------------------------------------------------------------------------------------

    def _complaints(self, unit: Unit, on: date) -> None:
        for fate in self.of(unit, "complains"):
            with session(unit, on, "PK", 9) as acting:
                complain(acting, fate.claim(unit), on, "kunden säger att tjänsten inte har utförts")

    def _complaints_answered(self, unit: Unit, on: date) -> None:
        with session(unit, on, "K", 9) as acting:
            for one in Complaint.objects.filter(unit=unit).order_by("id"):
                answer_complaint(acting, one, "rejected", "tjänsten utfördes den dag som fakturan nämner")

    def _payment_time(self, unit: Unit, fate: Fate, on: date) -> None:
        with session(unit, on, "K", 10) as acting:
            claim = fate.claim(unit)
            request = ask_for_time(acting, claim.payer, date(2026, 10, 1), "arbetslös till hösten")
            instalments = lay_out_time(acting, [claim], date(2026, 6, 30), count=3)
            grant_time(acting, request, [claim], instalments)
        fate.instalments = tuple((one.due_date, one.amount) for one in instalments)

    def _say_for_the_court(self, unit: Unit, fate: Fate, on: date) -> None:
        with session(unit, on, "K", 9) as acting:
            claim = fate.claim(unit)
            name_court(acting, claim.payer, "helsinki", "hemort enligt befolkningsdatasystemet", on)
            name_agreement(acting, claim, f"beställningen bakom fakturan {fate.invoice}", on)

    def _judgment(self, unit: Unit, fate: Fate, on: date) -> None:
        with session(unit, on, "PK", 9) as acting:
            case = case_of(unit, fate)
            costs = {
                row["kind"]: row["amount"]
                for row in rows(
                    "SELECT kind, sum(amount) AS amount FROM claims_cost WHERE case_id = %s GROUP BY 1",
                    [case.pk],
                )
            }
            awarded = Awarded(costs.get("legal_cost", Decimal(0)), costs.get("court_fee", Decimal(0)))
            record_judgment(acting, case, on, f"26/{case.number}", awarded)

    def _decide_write_offs(self, unit: Unit, on: date) -> None:
        for role, act in (("SG", review), ("GK", approve)):
            with session(unit, on, role, 11 if role == "SG" else 12) as acting:
                for one in waiting_proposals(unit):
                    proposal = WriteOffProposal.objects.get(unit=unit, pk=one.proposal)
                    act(acting, proposal, one.digest)
                    self.acts.append(
                        {"unit": unit.code, "act": role, "claim": one.reference, "ground": one.ground}
                    )

    # --- what others report -------------------------------------------------------------------------------------

    def _authority(self, unit: Unit, on: date, kind: str, *fates: str) -> None:
        told = []
        with working_in([unit.pk]):
            for fate in (one for name in fates for one in self.of(unit, name)):
                case = case_of(unit, fate)
                gross = fate.open(unit) if kind == "Collected" else Decimal(0)
                certificate = "obstacle" if case.procedure == "limited" else "lack_of_means"
                more = {"Registered": f"U {case.number}/26", "Obstacle": certificate}.get(kind, "")
                told.append(Told(case.number, kind, fate.reference, gross, more))
                fate.collected = told[-1].net if gross else fate.collected
        if told:
            self._report(
                unit,
                on,
                f"enforcement-{unit.code}-{on:%Y%m%d}-{kind.lower()}.xml",
                enforcement_report(unit.code, on, told),
            )

    def _agency(self, unit: Unit, on: date, kind: str, *fates: str) -> None:
        told = []
        with working_in([unit.pk]):
            for fate in (one for name in fates for one in self.of(unit, name)):
                case = case_of(unit, fate)
                gross = fate.open(unit) if kind == "collected" else Decimal(0)
                told.append(Told(case.number, kind, fate.reference if gross else "", gross))
                fate.collected = told[-1].net if gross else fate.collected
        if told:
            self._report(unit, on, f"agency-{unit.code}-{on:%Y%m%d}.csv", agency_report(unit.code, on, told))

    def _report(self, unit: Unit, on: date, name: str, data: bytes) -> None:
        (self.folder / name).write_bytes(data)
        with session(unit, on, "PK", 9) as acting:
            received = receive(acting, data, name, "import")
        [document] = read_documents(data, name)
        with session(unit, on, "PK", 9) as acting:
            match document:
                case EnforcementReport():
                    answer: Any = take_in_enforcement_report(acting, received, document, on)
                case AgencyReport():
                    answer = take_in_agency_report(acting, received, document, on)
        returned = answer.count("returned")
        assert not returned, f"{name}: {answer.outcomes}"


def _account_of(name: str) -> str:
    return Payment(FIRST_REMINDERS, Decimal(1), name).payer_account
