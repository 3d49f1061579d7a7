"""Letters as facts: a room says what it writes to whom, and the letter gets its number."""

import hashlib
from collections.abc import Sequence
from datetime import date

from django.db import connection

from reskontra.claims.models import Letter
from reskontra.documents import letter as documents
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Customer, Unit, UnitAccount
from reskontra.runs.models import Run

_STAGE = """
DROP TABLE IF EXISTS letters_written;
CREATE TEMP TABLE letters_written
  (place int, customer_id bigint, kind text, language text, day date, document jsonb, digest text) ON COMMIT DROP
"""
_TOLD = ("id", "unit_id", "run_id", "customer_id", "kind", "number", "language", "day", "digest")
_INSERT = f"""
INSERT INTO claims_letter (unit_id, run_id, customer_id, kind, number, language, day, document, digest)
SELECT %(unit)s, %(run)s, customer_id, kind, %(first)s + place, language, day, document, digest
FROM letters_written ORDER BY place RETURNING {", ".join(_TOLD)}
"""
_PEOPLE = ("person", "foreign_person")


def write_letters(run: Run, written: Sequence[tuple[int, documents.Letter]]) -> list[Letter]:
    """Keep the letters of ``run``, each with the id of its customer, in order, numbered without a gap.

    Called inside the run's transaction, late in it: the unit's series of letters is held until it ends. What the
    letters that come back say is read from the database when it is asked for, so inside the same session.
    """
    if not written:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy("COPY letters_written FROM STDIN") as copy:
            for place, (customer, document) in enumerate(written):
                told = document.written()
                digest = hashlib.sha256(told.encode()).hexdigest()
                copy.write_row(
                    (place, customer, document.kind, document.language, document.day, told, digest)
                )
        first = take_numbers(run.unit, "letter", len(written))
        cursor.execute(_INSERT, {"unit": run.unit.pk, "run": run.pk, "first": first})
        kept = (Letter.from_db(connection.alias, _TOLD, row) for row in cursor.fetchall())
        return sorted(kept, key=lambda one: one.number)


def letter_number(unit: Unit, number: int) -> str:
    """The number of a letter as people see it: the unit's code, L, and eight digits. No invoice has such a number."""
    return f"{unit.code}L{number:08d}"


def letter_of(unit: Unit, number: str) -> Letter | None:
    """The unit's letter with this number as people write it, spaces and case aside; None where there is none."""
    compact = "".join(number.split()).upper()
    running = compact.removeprefix(f"{unit.code}L")
    if len(running) != 8 or len(compact) == len(running) or not (running.isascii() and running.isdigit()):
        return None
    return Letter.objects.filter(unit=unit, number=int(running)).first()


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
        business_id="" if customer.kind in _PEOPLE else customer.business_id,
    )


def income_account(unit: Unit, on: date) -> UnitAccount | None:
    """The unit's account for income on ``on``, None where none is known."""
    return UnitAccount.objects.filter(unit=unit, purpose="income", validity__contains=on).first()


def _lines(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)
