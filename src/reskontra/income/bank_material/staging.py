"""The lines of a file into the database, by one COPY, before anything is decided."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain, islice, repeat

from django.db import connection

from reskontra.database import scripts
from reskontra.documents.statement import Entry
from reskontra.income.bank_material.material import InHand
from reskontra.kernel.references import NotAReference, normal_reference
from reskontra.registers.sorting import sort_key

_REFERENCE_PAYMENTS = "705"  # the Finnish banks' code: money in, and out where a payment is taken back
_COLUMNS = (
    "id, material, position, account_id, purpose, told, booking_date, value_date, amount, currency, transaction_code,"
    " summary, takes_back, reversal, reference, reference_holds, message, counterparty, name_key, counterparty_account,"
    " ultimate_debtor, end_to_end_id, instruction_id, payment_information_id, archive_id, parts"
)


_BLOCK = 2000  # rows handed over at once
_NULL = "\x01"  # stands in no file: neither XML nor a list of printable characters may hold it
_SEPARATORS = 19
_SPECIAL = re.compile(r"[\\\r\n]")
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\r": "\\r", "\n": "\\n"})


def statements(name: str) -> Sequence[str]:
    """The SQL statements of a file of this room."""
    return scripts.statements("reskontra.income.bank_material", name)


def stage(in_hand: Sequence[InHand]) -> None:
    """Put every line of the file into the temporary table ``line_in_hand``. Called inside ``working_in``."""
    with connection.cursor() as cursor:
        for statement in statements("stage.sql"):
            cursor.execute(statement)
        with cursor.copy(f"COPY line_in_hand ({_COLUMNS}) FROM STDIN (NULL '{_NULL}')") as copy:
            rows = _rows(in_hand)
            while block := "".join(islice(rows, _BLOCK)):
                copy.write(block)
        cursor.execute("ANALYZE line_in_hand (id)")


def _rows(in_hand: Sequence[InHand]) -> Iterator[str]:
    """One row a line, as COPY takes it; ``id`` runs through the file."""
    number = 0
    for material in in_hand:
        document, account = material.document, f"{material.account.pk}\t{material.account.purpose}"
        told = chain(
            zip(repeat("booked"), document.entries),
            zip(repeat("pending"), document.pending),
            zip(repeat("foreign"), document.foreign),
            zip(repeat("failed"), document.failed),
        )
        of_list = material.source == "ktl"  # there a place is the line of the file
        for position, (state, entry) in enumerate(told, 1):
            number += 1
            place = entry.position if of_list else position
            yield f"{number}\t{material.place}\t{place}\t{account}\t{state}\t{_line(entry)}\n"


def _line(entry: Entry) -> str:
    incoming = entry.amount > 0 or entry.reversal
    name = (entry.payer if incoming else entry.payee) or entry.payer or entry.payee or ""
    code = entry.transaction_code or entry.record_type or entry.transaction_type or ""
    taken_back = entry.reversal or entry.correction or code == _REFERENCE_PAYMENTS
    fields = (
        _day(entry.booking_date),
        _day(entry.value_date),
        str(entry.amount),
        entry.currency,
        code[:35],
        "t" if entry.summary else "f",
        "t" if taken_back else "f",
        "t" if entry.reversal else "f",
        *(_reference(entry.reference) if entry.reference else ("", "f")),
        (entry.message or "")[:700],
        name[:140],
        _name_key(name) if name else "",
        ((entry.payer_account if incoming else entry.payee_account) or "")[:34],
        (entry.ultimate_debtor or "")[:140],
        (entry.end_to_end_id or "")[:35],
        (entry.instruction_id or "")[:35],
        (entry.payment_information_id or "")[:35],
        (entry.archive_id or "")[:70],
        _parts(entry) if entry.parts else _NULL,
    )
    row = "\t".join(fields)
    if row.count("\t") == _SEPARATORS and not _SPECIAL.search(row):
        return row
    return "\t".join(field.translate(_ESCAPED) for field in fields)


@lru_cache(maxsize=4096)
def _day(day: date | None) -> str:
    return day.isoformat() if day else _NULL


def _reference(written: str) -> tuple[str, str]:
    """The reference and whether its check digits are right. A wrong one loses its spaces and leading zeros, which
    sources write each in their own way."""
    try:
        return normal_reference(written), "t"
    except NotAReference:
        return written.replace(" ", "").lstrip("0").upper()[:35], "f"


@lru_cache(maxsize=65536)
def _name_key(name: str) -> str:
    return sort_key(name)


def _parts(entry: Entry) -> str:
    told = [
        {
            "reference": part.reference or "",
            "amount": format(part.amount, ".2f") if part.amount is not None else None,
        }
        for part in entry.parts
    ]
    return json.dumps(told)
