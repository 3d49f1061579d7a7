"""Letters as facts: a room says what it writes to whom, and the letter gets its number."""

from collections.abc import Sequence
from datetime import date

from reskontra.claims.models import Letter
from reskontra.documents import letter as documents
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Customer, Unit, UnitAccount
from reskontra.runs.models import Run


def write_letters(run: Run, written: Sequence[tuple[int, documents.Letter]]) -> list[Letter]:
    """Keep the letters of ``run``, each with the id of its customer, in order, numbered without a gap.

    Called inside the run's transaction, late in it: the unit's series of letters is held until it ends.
    """
    if not written:
        return []
    first = take_numbers(run.unit, "letter", len(written))
    return Letter.objects.bulk_create(
        (
            Letter(
                unit=run.unit,
                run=run,
                customer_id=customer,
                kind=document.kind,
                number=first + place,
                language=document.language,
                day=document.day,
                document=document.as_json(),
                digest=documents.digest_of(document),
            )
            for place, (customer, document) in enumerate(written)
        ),
        batch_size=2000,
    )


def sender(unit: Unit, language: str) -> documents.Party:
    """The unit as the sender of a letter in ``language``."""
    return documents.Party(
        name=unit.name(language),
        address=_lines(unit.street, f"{unit.postcode} {unit.town}".strip()),
        business_id=unit.business_id,
        email=unit.email,
        phone=unit.phone,
    )


def receiver(customer: Customer) -> documents.Party:
    """The customer as the receiver; a protected person's address is only the safe one that the register holds."""
    return documents.Party(
        name=f"{customer.name} {customer.name2}".strip(),
        address=_lines(customer.street, f"{customer.postcode} {customer.town}".strip()),
        country=customer.country,
        business_id=customer.business_id,
    )


def income_account(unit: Unit, on: date) -> UnitAccount | None:
    """The unit's account for income on ``on``, None where none is known."""
    return UnitAccount.objects.filter(unit=unit, purpose="income", validity__contains=on).first()


def _lines(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)
