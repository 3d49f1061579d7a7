"""The weeks after the demo day, by the same calls as in the day: the operator answers, money comes in and is allocated.

Every morning the bank's files of the day before come in, credits are set off and payments are allocated. Towards
the end a clerk judges two payments that no rule could place, and the last run takes it from there.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection

from reskontra.claims.models import Claim
from reskontra.database.session import working_in
from reskontra.demo import operator
from reskontra.demo.bank import BankFile, bank_days, bank_files, next_bank_day
from reskontra.demo.credit import play_credit
from reskontra.demo.diary import DAY, Day, moment, person_with
from reskontra.demo.payers import Owed, Payment, payments
from reskontra.demo.tally import faults_told, paid_as, tally
from reskontra.documents.delivery_report import ArchivePackage, DeliveryReport
from reskontra.documents.findings import Refused
from reskontra.documents.statement import BankMaterial
from reskontra.exchange import archive
from reskontra.exchange.attachments import beside
from reskontra.exchange.inbox import Received, receive
from reskontra.exchange.messages import message
from reskontra.exchange.models import OutboxFile
from reskontra.exchange.reading import Document, read_documents
from reskontra.income.allocation.actions import hold, point
from reskontra.income.allocation.candidates import candidates
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.allocation.set_off import SetOffRun
from reskontra.income.bank_material.intake import BankAnswer, take_in_bank_material
from reskontra.income.delivery.archived import PackageTaken, take_in_package
from reskontra.income.delivery.lists import approve_invoice_list, invoice_lists
from reskontra.income.delivery.receipts import ReportTaken, take_in_report
from reskontra.insight.payments import payment_number, rest_of
from reskontra.registers.models import Person, Unit, UnitAccount
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Room, apply

TROUBLED = (
    "3910"  # of whose batch the operator cannot deliver everything, and whose clerk judges two payments
)
MISTAKEN = "3930"  # who takes an invoice back the day after
ARCHIVED = "3920"  # whose documents and images come back to the archive
_RETURNED, _JUDGED = 1, 15  # bank days after the day, from 0
_POINTED, _HELD = "reference_typo", "stranger"
_Answer = BankAnswer | ReportTaken | PackageTaken


def play_weeks(day: Day, language: str) -> None:
    """Play from the batches that ``day`` sent to allocated payments; writes the files under its ``in`` folder."""
    units = list(Unit.objects.filter(code__in={batch["unit"] for batch in day.sent}).order_by("code"))
    days = bank_days(DAY)
    weeks = _Weeks(day.folder / "in", language, units, days)
    answers = [weeks.operator_answers(unit, days[0], _first_batch(unit)) for unit in units]
    mistaken = weeks.of_code[MISTAKEN]
    credit = play_credit(mistaken, weeks.folder, days[0], language)
    answers += [weeks.operator_answers(mistaken, days[1], name) for name in credit["batches"]]
    returned = [weeks.archive_comes_back(unit) for unit in units if unit.code == ARCHIVED]
    paid, files = weeks.bank()
    for morning in sorted({file.arrives for file in files}):
        weeks.morning(morning, [file for file in files if file.arrives == morning])
        if morning == days[_JUDGED]:
            weeks.judge(morning, paid)
    last = next_bank_day(days[-1])
    for unit in units:
        weeks.allocate(unit, last, 15)
    day.money = {
        "from": days[0].isoformat(),
        "to": last.isoformat(),
        "reports": answers,
        "credit": credit,
        "archive": returned,
        "files": weeks.files,
        "acts": weeks.acts,
        "runs": weeks.runs,
        "faults": faults_told(units, paid),
        **tally(units, moment(last, 18)),
    }


class _Weeks:
    """What the weeks need at every step, and what they leave to tell."""

    def __init__(self, folder: Path, language: str, units: Sequence[Unit], days: Sequence[date]) -> None:
        self.folder, self.language, self.units, self.days = folder, language, units, days
        self.of_code = {unit.code: unit for unit in units}
        self.centre = {unit.code: person_with(unit, "PK") for unit in units}
        self.files: list[dict[str, Any]] = []
        self.acts: list[dict[str, Any]] = []
        self.runs: list[dict[str, Any]] = []

    def operator_answers(self, unit: Unit, day: date, batch: str) -> dict[str, Any]:
        """The receipt report on a batch of the unit comes in the morning after it was sent (OC 3.9-d)."""
        at = moment(day, 8)
        with working_in([unit.pk]), connection.cursor() as cursor:
            file = OutboxFile.objects.get(unit=unit, name=batch)
            cursor.execute(_SENT, [unit.code, unit.pk, file.pk])
            sent = [operator.Sent(*row) for row in cursor.fetchall()]
        report = operator.receipt_report(batch, sent, at, all_is_well=unit.code != TROUBLED)
        return self._come_in(unit, "operator", f"receipts-{batch.removesuffix('.xml')}.csv", report, at)

    def archive_comes_back(self, unit: Unit) -> dict[str, Any]:
        """Documents and images come back, and the centre approves the invoice list on its report (OC 3.9-e)."""
        at = moment(self.days[_RETURNED], 9)
        with working_in([unit.pk]):
            batch = OutboxFile.objects.get(unit=unit, channel="finvoice")
        package = operator.archive_package(archive.read(batch.digest))
        name = f"archive-{batch.name.removesuffix('.xml')}.zip"
        told = self._come_in(unit, "operator", name, package, at)
        approver = person_with(unit, "PG")
        with _session(unit, approver):
            [standing] = invoice_lists(unit)
            run = Run.objects.get(unit=unit, pk=standing.run)
            approve_invoice_list(Acting(approver, unit, moment(at.date(), 11)), run, standing.digest)
            [approved] = invoice_lists(unit)
        return {**told, "list": approved.as_json(), "approved": approver.username}

    def bank(self) -> tuple[Mapping[str, Sequence[Payment]], list[BankFile]]:
        """What is paid to each unit, and all files of the bank in the order in which they come in."""
        paid = payments({unit.code: owed(unit) for unit in self.units}, self.days)
        files: list[BankFile] = []
        for unit in self.units:
            with working_in([unit.pk]):
                account = UnitAccount.objects.get(unit=unit, purpose="income")
            files += bank_files(unit.code, account.iban, paid[unit.code], self.days)
        return paid, files

    def morning(self, day: date, files: Sequence[BankFile]) -> None:
        """Take in what the bank sent overnight, then settle what can be settled, unit by unit."""
        for unit in self.units:
            own = [file for file in files if file.unit == unit.code]
            for file in own:
                told = self._come_in(unit, "bank", file.name, file.data, moment(day, 7))
                self.files.append({**told, "fault": file.fault or None})
            if own:
                self.allocate(unit, day, 8)

    def allocate(self, unit: Unit, day: date, hour: int) -> None:
        """Set credits off, then allocate payments (OC 4.1)."""
        clerk = self.centre[unit.code]
        rooms: Sequence[Room] = (SetOffRun(), AllocationRun())
        for minute, room in enumerate(rooms):
            with _session(unit, clerk):
                told = apply(room, Acting(clerk, unit, moment(day, hour, minute)), day).as_json()
            keys = ("run", "name", "unit", "on", "decisions", "controls")
            self.runs.append({key: told[key] for key in keys})

    def judge(self, day: date, paid: Mapping[str, Sequence[Payment]]) -> None:
        """A clerk points one payment by its best candidate and holds another, until somebody has asked (OC 4.1-c)."""
        unit = self.of_code[TROUBLED]
        clerk = person_with(unit, "K")
        acting = Acting(clerk, unit, moment(day, 10))
        unclear = {one.fault: one for one in paid[unit.code] if one.fault}
        with _session(unit, clerk):
            payment = paid_as(unit, unclear[_POINTED])
            best = candidates(unit, payment, rest_of(payment))[0]
            point(
                acting, payment, [(Claim.objects.get(unit=unit, pk=best.claim), None)], "the best candidate"
            )
            told = {"unit": unit.code, "person": clerk.username, "payment": payment_number(payment.pk)}
            why = {"invoice": best.invoice, "reasons": list(best.reasons), "points": best.points}
            self.acts.append({"act": "pointed", **told, **why})
        with _session(unit, clerk):
            payment = paid_as(unit, unclear[_HELD])
            hold(acting, payment, "nobody knows the payer; the bank has been asked")
            told = {"unit": unit.code, "person": clerk.username, "payment": payment_number(payment.pk)}
            self.acts.append({"act": "held", **told})

    def _come_in(self, unit: Unit, folder: str, name: str, data: bytes, at: datetime) -> dict[str, Any]:
        """Write the file where files come in, and take it in as the import command does."""
        path = self.folder / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        clerk = self.centre[unit.code]
        acting = Acting(clerk, unit, at)
        with _session(unit, clerk):
            received = receive(acting, data, name, "import")
        told = {"file": name, "unit": unit.code, "arrived": at.date().isoformat()}
        try:
            documents = read_documents(data, name)
            with _session(unit, clerk):
                answer = _take_in(acting, received, documents, path)
        except Refused as refused:
            reasons = [{**one.as_json(), "message": message(one, self.language)} for one in refused.findings]
            return {**told, "refused": True, "reasons": reasons}
        return {**told, "refused": False, **answer.as_json(self.language)}


def _take_in(acting: Acting, received: Received, documents: Sequence[Document], path: Path) -> _Answer:
    """The document's own way in, as the import command chooses it."""
    material = [document for document in documents if isinstance(document, BankMaterial)]
    match documents[0]:
        case DeliveryReport() as report:
            return take_in_report(acting, received, report, acting.day)
        case ArchivePackage() as package:
            return take_in_package(acting, received, package, beside(path.parent), acting.day)
        case _:
            return take_in_bank_material(acting, received, material, acting.day)


def _first_batch(unit: Unit) -> str:
    with working_in([unit.pk]):
        return OutboxFile.objects.get(unit=unit, channel="finvoice").name


def owed(unit: Unit) -> list[Owed]:
    """Every invoice of the day that the unit did not take back, as its payer sees it."""
    with working_in([unit.pk]), connection.cursor() as cursor:
        cursor.execute(_OWED, [unit.code, unit.pk, DAY])
        return [Owed(*row) for row in cursor.fetchall()]


def _session(unit: Unit, person: Person) -> AbstractContextManager[None]:
    return working_in([unit.pk], person.pk, "demo")


_SENT = """
SELECT %s || lpad(i.number::text, 9, '0'), i.total, d.channel
FROM sales_invoicedelivery d JOIN sales_invoice i ON i.id = d.invoice_id AND i.unit_id = d.unit_id
WHERE d.unit_id = %s AND d.file_id = %s ORDER BY i.number
"""
_OWED = """
SELECT %s || lpad(i.number::text, 9, '0'), c.reference, c.amount, c.due_date, payer.name, payer.kind, payer.protected
FROM claims_claim c JOIN sales_invoice i ON i.id = c.invoice_id JOIN registers_customer payer ON payer.id = c.payer_id
WHERE c.unit_id = %s AND c.amount > 0 AND i.issue_date = %s
  AND NOT EXISTS (SELECT FROM sales_invoice credit WHERE credit.unit_id = c.unit_id AND credit.original_id = i.id)
ORDER BY i.number
"""
