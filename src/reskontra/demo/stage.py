"""What every season of the demonstration plays on: units with their banks, mornings, runs, and people's sessions."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from reskontra.bank.models import Material
from reskontra.database.rows import rows
from reskontra.database.session import working_in
from reskontra.demo.bank import Bank
from reskontra.demo.diary import moment, session
from reskontra.demo.payers import Payment
from reskontra.exchange.inbox import receive
from reskontra.exchange.outbox import hand_over, waiting
from reskontra.exchange.reading import read_documents
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.allocation.set_off import SetOffRun
from reskontra.income.bank_material.intake import take_in_bank_material
from reskontra.income.delivery.letters import LettersRun
from reskontra.kernel.days import is_bank_day
from reskontra.registers.models import Unit, UnitAccount
from reskontra.runs.run import Room, apply


class Stage:
    """The units of a season, and what each of its days begins and ends with."""

    def __init__(self, folder: Path, units: Sequence[Unit]) -> None:
        self.folder, self.units = folder, units
        self.banks = {unit.code: _bank_of(unit) for unit in units}
        self.runs: list[dict[str, Any]] = []

    def morning(self, on: date) -> None:
        """The statement of the bank day before comes in; credits are set off and payments allocated."""
        before = _bank_day_before(on)
        for unit in self.units:
            for file in self.banks[unit.code].files(before, self.paid(unit, on, before)):
                path = self.folder / file.name
                path.write_bytes(file.data)
                with session(unit, on, "PK", 7) as acting:
                    received = receive(acting, file.data, file.name, "import")
                material = read_documents(file.data, file.name)
                with session(unit, on, "PK", 7) as acting:
                    take_in_bank_material(acting, received, material, on)  # type: ignore[arg-type]
            for room in (SetOffRun(), AllocationRun()):
                self.run(unit, room, on, 8)

    def paid(self, unit: Unit, on: date, day: date) -> list[Payment]:
        """What people pay on ``day``, the bank day before ``on``: invoices of interest are paid by who got them."""
        with working_in([unit.pk]):
            asked = rows(_INTEREST_ASKED, {"unit": unit.pk, "day": day})
        return [Payment(day, one["open"], one["payer"], one["reference"], by_list=False) for one in asked]

    def send(self, on: date) -> None:
        """Letters go out, and every batch that waits is handed over."""
        for unit in self.units:
            self.run(unit, LettersRun(), on, 16)
            with working_in([unit.pk]):
                batches = list(waiting(unit))
            for file in batches:
                hand_over(file, moment(on, 17))

    def run(self, unit: Unit, room: Room, on: date, hour: int = 12) -> None:
        """Apply a run of the unit as the centre does it."""
        with session(unit, on, "PK", hour) as acting:
            told = apply(room, acting, on).as_json()
        self.tell(told)

    def tell(self, told: Mapping[str, Any]) -> None:
        """Keep what a run told, when it did anything."""
        if any(one["standing"] == "READY" for one in told["decisions"]):
            keys = ("run", "name", "unit", "on", "decisions", "controls", "files")
            self.runs.append({key: told[key] for key in keys})


def _bank_of(unit: Unit) -> Bank:
    """The unit's income account in the bank's books, as its newest statement leaves it."""
    with working_in([unit.pk]):
        account = UnitAccount.objects.get(unit=unit, purpose="income")
        statements = Material.objects.filter(unit=unit, account=account, kind="statement").order_by(
            "to_date", "id"
        )
        last = statements.last()
        assert last is not None
        assert last.closing is not None
        return Bank(unit.code, account.iban, balance=last.closing, statements=statements.count())


def _bank_day_before(on: date) -> date:
    day = date.fromordinal(on.toordinal() - 1)
    while not is_bank_day(day):
        day = date.fromordinal(day.toordinal() - 1)
    return day


_INTEREST_ASKED = """
SELECT c.reference, payer.name AS payer, c.amount - coalesce(sum(s.amount), 0) AS open
FROM claims_claim c
JOIN claims_interestinvoice n ON n.id = c.interest_invoice_id AND n.issue_date < %(day)s
JOIN registers_customer payer ON payer.id = c.payer_id
LEFT JOIN claims_claim_settlement s ON s.claim_id = c.id
WHERE c.unit_id = %(unit)s AND c.amount > 0
GROUP BY c.id, payer.id HAVING c.amount > coalesce(sum(s.amount), 0)
ORDER BY c.id
"""
