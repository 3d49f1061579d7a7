"""Who pays what, when and how: the payers of the demonstration, with the faults of ordinary weeks (OC 4.1, 4.2).

Most pay by the reference, about the due date. Some do it otherwise, and each of those says which outcome of the
allocation rule it leads to. The same invoices give the same payments every time.
"""

import random
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from reskontra.kernel.references import is_national_reference, national_reference, rf_reference

_SEED = 11
# Of a hundred payers, how many pay on each bank day after the invoicing: most when the first invoices fall due, and
# on some early days nobody.
_WHEN = (0, 2, 0, 2, 0, 4, 0, 6, 0, 6, 6, 7, 14, 29, 13, 7, 4)
_PAYING = {"due": 0.86, "later": 0.4}
_ORDINARY = (Decimal(60), Decimal(3000))  # what a fault is shown on: neither trifles nor the dearest

# Unit, fault, and on which bank day after the invoicing (from 0) it is paid.
FAULTS: Mapping[str, Mapping[str, int]] = {
    "3910": {
        "reference_typo": 9,
        "reference_in_message": 10,
        "part_payment": 12,
        "overpaid_a_lot": 11,
        "paid_twice": 12,
        "stranger": 9,
        "taken_back": 13,
    },
    "3920": {
        "invoice_number_in_message": 9,
        "two_in_parts": 12,
        "two_in_message": 13,
        "another_units_reference": 13,
        "overpaid_a_little": 13,
    },
    "3930": {
        "by_name_and_amount": 10,
        "a_few_cents_short": 13,
        "old_reference": 12,
    },
}


@dataclass(frozen=True)
class Owed:
    """An invoice to be paid: its number, reference, euro amount and due date, and whose it is."""

    invoice: str
    reference: str
    amount: Decimal
    due_date: date
    payer: str
    kind: str = "company"
    protected: bool = False


@dataclass(frozen=True)
class Payment:
    """What one payer paid, as the bank books it; ``amount`` in euro, negative when the bank takes it back.

    ``by_list``: a reference payment, which the account statement only sums up. ``fault`` says what is unusual
    about it, and ``leads_to`` the outcome of the allocation rule.
    """

    day: date
    amount: Decimal
    payer: str
    reference: str = ""
    message: str = ""
    parts: tuple[tuple[str, str, Decimal], ...] = ()  # invoice, reference, share
    by_list: bool = True
    fault: str = ""
    leads_to: str = ""

    @property
    def payer_account(self) -> str:
        """An account of a bank group that does not exist, always the same for one payer."""
        number = f"9990{zlib.crc32(self.payer.encode()):010d}"
        return f"FI{98 - int(number + '151800') % 97:02d}{number}"


def payments(owed: Mapping[str, Sequence[Owed]], days: Sequence[date]) -> dict[str, list[Payment]]:
    """What is paid to each unit, in the order of ``days``; ``owed`` are all its invoices, both by the unit's code."""
    made = {unit: _Payers(unit, invoices, days) for unit, invoices in sorted(owed.items())}
    # A payer who took the reference from another agency's invoice: that one stays open.
    for unit in made.values():
        unit.elsewhere = next((other for other in made.values() if other is not unit), unit)
    found = {unit: payers.faulty() for unit, payers in made.items()}
    return {
        unit: sorted([*found[unit], *payers.ordinary()], key=lambda one: one.day)
        for unit, payers in made.items()
    }


class _Payers:
    """The payers of one unit; an invoice that a fault is shown on is paid in no other way."""

    def __init__(self, unit: str, owed: Sequence[Owed], days: Sequence[date]) -> None:
        self.unit, self.days = unit, days
        self.elsewhere = self
        self.rng = random.Random(f"{_SEED} {unit}")  # noqa: S311 - invented material, the same every time
        self.owed = sorted(owed, key=lambda one: one.invoice)
        self.first_due = min((one.due_date for one in owed), default=date.max)
        names = Counter(one.payer for one in self.owed)
        self.of_payer = names
        self.plain = [one for one in self.owed if names[one.payer] == 1 and self._plain(one)]
        self.rng.shuffle(self.plain)
        self.taken: set[str] = set()

    def _plain(self, one: Owed) -> bool:
        low, high = _ORDINARY
        return one.due_date == self.first_due and not one.protected and low <= one.amount <= high

    def faulty(self) -> list[Payment]:
        """The unusual payments of the unit."""
        found: list[Payment] = []
        for fault, place in FAULTS.get(self.unit, {}).items():
            made, leads_to = _MAKE[fault](self, self.days[place])
            # What is told last is what the name of the fault means: the second payment, or the one taken back.
            found += [*made[:-1], replace(made[-1], fault=fault, leads_to=leads_to)]
        return found

    def ordinary(self) -> list[Payment]:
        """Everybody else who pays: the whole invoice, by its reference."""
        return [self._pay(one, self._day()) for one in self.owed if self._pays(one)]

    def _pays(self, one: Owed) -> bool:
        share = _PAYING["due" if one.due_date == self.first_due else "later"]
        return self.rng.random() < share and one.invoice not in self.taken

    def _day(self) -> date:
        return self.rng.choices(self.days, _WHEN[: len(self.days)])[0]

    def _next(self, day: date) -> date:
        return self.days[self.days.index(day) + 1]

    def _pay(self, one: Owed, day: date, more: str = "0") -> Payment:
        # One unit's payers use the international form of the reference: the same number behind RF and two digits.
        international = self.unit == "3920" and self.rng.random() < 0.2
        reference = rf_reference(one.reference) if international else one.reference
        return Payment(day, one.amount + Decimal(more), one.payer, reference)

    def take(self, kind: str = "") -> Owed:
        """The next invoice of a payer who has only this one, to show a fault on."""
        one = next(
            one for one in self.plain if one.invoice not in self.taken and (not kind or one.kind == kind)
        )
        self.taken.add(one.invoice)
        return one

    def take_two(self) -> tuple[Owed, Owed]:
        """Two invoices of one payer."""
        for payer, count in self.of_payer.items():
            found = [one for one in self.owed if one.payer == payer and one.invoice not in self.taken]
            if count > 1 and len(found) > 1 and all(self._plain(one) for one in found[:2]):
                self.taken |= {one.invoice for one in found[:2]}
                return found[0], found[1]
        raise LookupError("no payer has two invoices to pay together")

    # Each fault is a list of payments, the unusual one last, and the outcome that it leads to.

    def reference_typo(self, day: date) -> "_Made":
        """Two figures of the reference changed places, and somebody else pays: the name does not help either."""
        one = self.take()
        typo = _two_changed(one.reference)
        return [Payment(day, one.amount, "Vilukorpi Vieno", typo, by_list=False)], "WRONG_CHECK_DIGIT"

    def reference_in_message(self, day: date) -> "_Made":
        one = self.take()
        message = f"viite {one.reference} kiitos"
        return [Payment(day, one.amount, one.payer, message=message, by_list=False)], "PAID_WITHOUT_REFERENCE"

    def invoice_number_in_message(self, day: date) -> "_Made":
        one = self.take()
        message = f"Faktura {one.invoice}"
        return [Payment(day, one.amount, one.payer, message=message, by_list=False)], "PAID_WITHOUT_REFERENCE"

    def by_name_and_amount(self, day: date) -> "_Made":
        """Nothing but the payer's name, the first name first, and an amount that one invoice has."""
        one = self.take("person")
        name = " ".join(reversed(one.payer.split()))
        return [Payment(day, one.amount, name, by_list=False)], "PAID_WITHOUT_REFERENCE"

    def two_in_parts(self, day: date) -> "_Made":
        """One sum for two invoices, the shares told apart in the payment (the Finnish AOS2)."""
        first, second = self.take_two()
        parts = tuple((one.invoice, one.reference, one.amount) for one in (first, second))
        total = first.amount + second.amount
        return [Payment(day, total, first.payer, parts=parts, by_list=False)], "SHARED"

    def two_in_message(self, day: date) -> "_Made":
        first, second = self.take_two()
        message = f"Fakturor {first.invoice} {second.invoice}"
        total = first.amount + second.amount
        return [Payment(day, total, first.payer, message=message, by_list=False)], "SHARED"

    def part_payment(self, day: date) -> "_Made":
        one = self.take()
        half = (one.amount / 2).quantize(Decimal("1.00"))
        return [Payment(day, half, one.payer, one.reference)], "PART_PAID"

    def a_few_cents_short(self, day: date) -> "_Made":
        """Rounded down by the payer; the unit does not ask for so little (OC 4.3)."""
        one = self.take()
        return [Payment(day, one.amount - Decimal("0.85"), one.payer, one.reference)], "REMAINDER_WAIVED"

    def overpaid_a_little(self, day: date) -> "_Made":
        one = self.take()
        return [Payment(day, one.amount + Decimal("4.50"), one.payer, one.reference)], "OVERPAID_INCOME"

    def overpaid_a_lot(self, day: date) -> "_Made":
        one = self.take()
        return [Payment(day, one.amount + Decimal("90.00"), one.payer, one.reference)], "OVERPAID_REFUND"

    def paid_twice(self, day: date) -> "_Made":
        one = self.take()
        first = Payment(day, one.amount, one.payer, one.reference)
        return [first, replace(first, day=self._next(day))], "OVERPAID_REFUND"

    def taken_back(self, day: date) -> "_Made":
        one = self.take()
        first = Payment(day, one.amount, one.payer, one.reference)
        return [first, replace(first, day=self._next(day), amount=-one.amount)], "TAKES_BACK"

    def stranger(self, day: date) -> "_Made":
        """Money from somebody who is no customer, with nothing to go by."""
        name, message = "Kulkuri Kauko", "Kiitos viimeisestä"
        return [Payment(day, Decimal("75.00"), name, message=message, by_list=False)], "NO_REFERENCE"

    def another_units_reference(self, day: date) -> "_Made":
        """The right reference on the wrong agency's account."""
        one = self.elsewhere.take()
        return [Payment(day, one.amount, one.payer, one.reference)], "OTHER_UNITS_REFERENCE"

    def old_reference(self, day: date) -> "_Made":
        """A reference of the system before this one; nobody here knows the claim."""
        reference = national_reference("7700123")
        return [Payment(day, Decimal("48.00"), "Havgren Hilma", reference)], "UNKNOWN_REFERENCE"


_Made = tuple[list[Payment], str]
_MAKE: Mapping[str, Callable[[_Payers, date], _Made]] = {
    fault: getattr(_Payers, fault) for faults in FAULTS.values() for fault in faults
}


def _two_changed(reference: str) -> str:
    """The reference with two neighbours in each other's places; of those changes one that the check digit reveals."""
    changed = (
        reference[:at] + reference[at + 1] + reference[at] + reference[at + 2 :]
        for at in reversed(range(4, len(reference) - 2))
    )
    return next(typo for typo in changed if not is_national_reference(typo))
