"""The files of an invented bank in the weeks after the demo day, from what the payers paid (OC 4.1-b).

Each unit's income account has a statement a day. It sums up the reference payments, whose details come in a list
of their own (KTL, or camt.054 in an old or a new version), and is emptied every evening to the State's account.
Files come in as they do in practice: some twice, one cut off, one before the one that it follows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from reskontra.demo import ktl
from reskontra.demo.camt import Booked, Detail, Message, written
from reskontra.demo.payers import Payment
from reskontra.kernel.days import bank_day_on_or_after, is_bank_day

WEEKS = timedelta(days=25)
_TRANSFER, _REFERENCES, _OUT, _FEE = "710 PANO", "705 VIITESIIRROT", "720 OTTO", "730 PALVELUMAKSU"
_INCOMING, _SWEEP, _CHARGE = "PMNT/RCDT/ESCT", "CAMT/CAPL/ZABA", "ACMT/MDOP/CHRG"
_FEE_AMOUNT = Decimal("-4.20")
# What is booked after the evening's transfer stays until the next day; on this one, for this unit.
_LATE = ("3930", 12, Decimal("25.00"))
# Unit, fault of a file, and on which bank day (from 0).
FILE_FAULTS: Mapping[tuple[str, int], str] = {
    ("3910", 11): "statement_late",
    ("3920", 12): "cut_off",
    ("3930", 10): "sent_twice",
    ("3930", 13): "told_by_three_sources",
}
_VERSIONS = {"3910": "02", "3920": "08", "3930": "02"}


@dataclass(frozen=True)
class BankFile:
    """A file as it comes: on the morning of ``arrives``, for ``unit``, with what is unusual about it if anything."""

    name: str
    unit: str
    arrives: date
    data: bytes
    fault: str = ""


def bank_days(after: date) -> list[date]:
    """The bank days of the weeks after ``after``, without that day."""
    days = (after + timedelta(days=number) for number in range(1, WEEKS.days + 1))
    return [day for day in days if is_bank_day(day)]


def next_bank_day(day: date) -> date:
    """The bank day that follows ``day``."""
    return bank_day_on_or_after(day + timedelta(days=1))


def bank_files(unit: str, iban: str, payments: Sequence[Payment], days: Sequence[date]) -> list[BankFile]:
    """Every file of the unit's income account ``iban`` over ``days``, in the order in which they come in."""
    bank = Bank(unit, iban, days)
    of_day = {day: [one for one in payments if one.day == day] for day in days}
    files = [file for day in days for file in bank.files(day, of_day[day])]
    return _as_they_come(files)


def _as_they_come(files: Sequence[BankFile]) -> list[BankFile]:
    """By morning, the one that is late after the one that follows it."""
    return sorted(files, key=lambda file: (file.arrives, file.fault == "statement_late"))


@dataclass
class Bank:
    """One account in the bank's books: what stands on it, and the numbers that the bank gives.

    ``days`` are those on which something unusual may happen; on all others the bank does what it ought to.
    """

    unit: str
    iban: str
    days: Sequence[date] = ()
    balance: Decimal = Decimal("0.00")
    statements: int = 0
    lists: int = 0
    serial: int = 0

    def files(self, day: date, payments: Sequence[Payment]) -> Iterator[BankFile]:
        """The files of one booking day; a day on which nothing moved has none."""
        place = self._place(day)
        fault = FILE_FAULTS.get((self.unit, place), "")
        listed = [self._detail(one, day) for one in payments if one.by_list]
        others = [self._detail(one, day) for one in payments if not one.by_list]
        if listed:
            yield from self._list_files(day, listed, fault)
        entries = [*self._sums(day, listed, fault), *(_transfer(one) for one in others)]
        entries += self._own_entries(day, entries)
        if entries:
            yield self._statement(day, entries, fault)

    def _list_files(self, day: date, listed: Sequence[Detail], fault: str) -> Iterator[BankFile]:
        morning = next_bank_day(day)
        if self.unit == "3910":
            yield self._ktl(day, listed, fault="")
            return
        name, data = f"CAMT054_{self.iban}_{day:%Y%m%d}", self._notification(day, listed)
        if fault == "cut_off":
            yield BankFile(f"{name}.xml", self.unit, morning, data[: len(data) * 3 // 5], fault)
            yield BankFile(f"{name}_2.xml", self.unit, morning, data)
            return
        yield BankFile(f"{name}.xml", self.unit, morning, data)
        if fault == "sent_twice":
            yield BankFile(f"{name}_2.xml", self.unit, next_bank_day(morning), data, fault)
        if fault == "told_by_three_sources":
            yield self._ktl(day, listed, fault)

    def _ktl(self, day: date, listed: Sequence[Detail], fault: str) -> BankFile:
        made = next_bank_day(day)
        data = ktl.written(self.iban, day, made, listed)
        return BankFile(f"KTL_{self.iban}_{made:%Y%m%d}.txt", self.unit, made, data, fault)

    def _notification(self, day: date, listed: Sequence[Detail]) -> bytes:
        self.lists += 1
        entries = [
            Booked(one.amount, one.archive_id, _REFERENCES, _INCOMING, (one,), one.amount < 0)
            for one in listed
        ]
        return written(Message("camt.054", _VERSIONS[self.unit], self.iban, self.lists, day, entries))

    def _statement(self, day: date, entries: Sequence[Booked], fault: str) -> BankFile:
        self.statements += 1
        version = _VERSIONS[self.unit]
        message = Message("camt.053", version, self.iban, self.statements, day, entries, self.balance)
        self.balance = message.closing
        late = fault == "statement_late"
        arrives = next_bank_day(next_bank_day(day)) if late else next_bank_day(day)
        name = f"CAMT053_{self.iban}_{day:%Y%m%d}.xml"
        return BankFile(name, self.unit, arrives, written(message), fault if late else "")

    def _sums(self, day: date, listed: Sequence[Detail], fault: str) -> Iterator[Booked]:
        """The reference payments of the day as one entry, and what was taken back as another."""
        for back in (False, True):
            some = tuple(one for one in listed if (one.amount < 0) == back)
            if some:
                total = sum((one.amount for one in some), Decimal(0))
                details = some if fault == "told_by_three_sources" else ()
                yield Booked(total, self._archive_id(day), _REFERENCES, _INCOMING, details, back)

    def _own_entries(self, day: date, entries: Sequence[Booked]) -> list[Booked]:
        """The bank's fee at the end of a month, and the evening's transfer to the State's account."""
        own = []
        if next_bank_day(day).month != day.month:
            own.append(Booked(_FEE_AMOUNT, self._archive_id(day), _FEE, _CHARGE, information="Palvelumaksu"))
        unit, place, late = _LATE
        left = late if (self.unit, self._place(day)) == (unit, place) else Decimal(0)
        moved = self.balance + sum((one.amount for one in (*entries, *own)), Decimal(0)) - left
        if moved > 0:
            words = "Katteensiirto valtion yhdystilille"
            own.append(Booked(-moved, self._archive_id(day), _OUT, _SWEEP, information=words))
        return own

    def _place(self, day: date) -> int:
        return self.days.index(day) if day in self.days else -1

    def _archive_id(self, day: date) -> str:
        self.serial += 1
        return f"{day:%y%m%d}99{self.unit[-2:]}{self.serial:06d}"

    def _detail(self, one: Payment, day: date) -> Detail:
        return Detail(
            one.amount,
            self._archive_id(day),
            one.payer,
            one.payer_account,
            one.reference,
            one.message,
            one.parts,
        )


def _transfer(one: Detail) -> Booked:
    return Booked(one.amount, one.archive_id, _TRANSFER, _INCOMING, (one,))
