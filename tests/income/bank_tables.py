"""Bank material as tables: a file in one line, its entries below it, and the books afterwards.

```
file S camt.053 2026-03-02 opening 50.00
  100.00 R1 id=2603029999A00001 by=Aino
  250.00 sum
  -3.10
```

``R1`` … stand for references with right check digits, ``X1`` for one with a wrong one. Further words of an entry:
``sum``, ``back`` (taken back), ``pending``, ``failed``, ``message=…``. Words of a file: ``opening``, ``number`` (its
sequence), ``to`` (its last day), ``on expenditure``, ``copy``, ``named`` (its id).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import connection

from cast import DAY, iban, inside
from reskontra.documents.statement import Balance, BankMaterial, Entry, PaymentList, Statement
from reskontra.exchange.inbox import receive
from reskontra.income.bank_material.intake import BankAnswer, take_in_bank_material
from reskontra.kernel.references import national_reference
from reskontra.registers.models import Unit

BANK, IN_TRANSIT, UNALLOCATED, UNEXPLAINED = "19500000", "17900000", "26200006", "26200090"
_PURPOSES = {"income": 1, "expenditure": 2}


@dataclass(frozen=True)
class File:
    """A file of the table: its name and the documents in it."""

    name: str
    documents: tuple[BankMaterial, ...]


def account(where: Unit, purpose: str = "income") -> str:
    """The bank account that the cast gives a unit."""
    return iban(f"99{int(where.code):06d}{_PURPOSES[purpose]:06d}")


def files(where: Unit, table: str) -> dict[str, File]:
    """The files of a table by their names."""
    found: dict[str, File] = {}
    heading, rows = "", []
    for line in [*table.splitlines(), "file end"]:
        said = line.split("#")[0].strip()
        if not said:
            continue
        if said.startswith("file"):
            if heading:
                one = _file(where, heading, rows)
                found[one.name] = one
            heading, rows = said, []
        else:
            rows.append(said)
    return found


def take_in(where: Unit, *taken: File, on: date = DAY, data: bytes = b"") -> list[BankAnswer]:
    """Take in the files one after another, each in its own session; the last answer is the last file's."""
    answers = []
    for file in taken:
        with inside(where) as acting:
            kept = receive(acting, data or _bytes(file), f"{file.name}.xml", "import")
        with inside(where) as acting:
            answers.append(take_in_bank_material(acting, kept, file.documents, on))
    return answers


def _bytes(file: File) -> bytes:
    return repr(file).encode()


def balances(where: Unit) -> dict[str, Decimal]:
    """The books by account, without those that are at nothing."""
    return {row[0]: row[1] for row in ask(where, "SELECT account, sum(amount) FROM ledger_entry"
            " WHERE unit_id = %(unit)s GROUP BY 1 HAVING sum(amount) <> 0")}  # fmt: skip


def books(where: Unit) -> Mapping[str, Any]:
    """What must not depend on the order of the files: the books by day, the payments, the statements."""
    return {
        "entries": ask(
            where,
            "SELECT e.account, v.posting_date, sum(e.amount) FROM ledger_entry e"
            " JOIN ledger_voucher v ON v.id = e.voucher_id WHERE e.unit_id = %(unit)s"
            " GROUP BY 1, 2 HAVING sum(e.amount) <> 0 ORDER BY 1, 2",
        ),
        "payments": payments(where),
        "lines": ask(
            where,
            "SELECT source, kind, booking_date, amount, reference, count(*) FROM bank_line"
            " WHERE unit_id = %(unit)s GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
        ),
        "assertions": ask(
            where,
            "SELECT account, day, amount, told_by FROM ledger_assertion WHERE unit_id = %(unit)s ORDER BY 2, 4",
        ),
    }


def payments(where: Unit) -> list[tuple[Any, ...]]:
    """Every payment: day, amount, reference, and how many of them look alike."""
    return ask(
        where,
        "SELECT booking_date, amount, reference, count(*) FROM bank_payment WHERE unit_id = %(unit)s"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    )


def told(where: Unit) -> list[tuple[Any, ...]]:
    """Every payment line: amount, source, its archive id and that of its payment."""
    return ask(
        where,
        "SELECT l.amount, l.source, l.archive_id, p.archive_id FROM bank_line l JOIN bank_payment p"
        " ON p.id = l.payment_id WHERE l.unit_id = %(unit)s ORDER BY 1, 2, 3, 4",
    )


def ask(where: Unit, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """Rows of a query of the unit."""
    with inside(where), connection.cursor() as cursor:
        cursor.execute(query, {"unit": where.pk, **values})
        return list(cursor.fetchall())


# --- from words to documents -----------------------------------------------------------------------------------------


def _file(where: Unit, heading: str, rows: Sequence[str]) -> File:
    _, name, source, day, *words = heading.split()
    said = _pairs(words)
    first = date.fromisoformat(day)
    last = date.fromisoformat(said.get("to", day))
    entries = [_entry(row, first, source, place) for place, row in enumerate(rows, 2)]
    booked = tuple(one for one in entries if one.status == "BOOK")
    common: dict[str, Any] = {
        "account": account(where, said.get("on", "income")), "currency": "EUR", "entries": booked,
        "pending": tuple(one for one in entries if one.status == "PDNG"), "created": f"{day}T20:15:00",
        "copy": "DUPL" if "copy" in words else None,
    }  # fmt: skip
    failed = tuple(one for one in entries if one.status == "FAILED")
    if source == "ktl":
        return File(name, (PaymentList(
            format="ktl", failed=failed, batch=1, batch_date=first, batch_time="0501", bank="99",
            service_id=said.get("named", name), **common,
        ),))  # fmt: skip
    common |= {
        "format": f"{source}.001.02", "message_id": said.get("named", name), "statement_id": said.get("named", name),
        "from_date": first, "to_date": last, "failed": failed,
    }  # fmt: skip
    if source == "camt.054":
        return File(name, (PaymentList(**common),))
    opening = Decimal(said.get("opening", "0.00"))
    total = sum((one.amount for one in booked), Decimal("0.00"))
    stated = (Balance("OPBD", opening, "EUR", first), Balance("CLBD", opening + total, "EUR", last))
    return File(name, (Statement(sequence=said.get("number"), balances=stated, **common),))


def _pairs(words: Iterable[str]) -> dict[str, str]:
    return dict(pairwise(words))


def _entry(row: str, day: date, source: str, place: int) -> Entry:
    amount, *words = row.split()
    said = dict(word.split("=", 1) for word in words if "=" in word)
    reference = next((ref(word) for word in words if word[0] in "RX" and word[1:].isdigit()), None)
    status = "PDNG" if "pending" in words else "FAILED" if "failed" in words else "BOOK"
    return Entry(
        amount=Decimal(amount), booking_date=date.fromisoformat(said["day"]) if "day" in said else day,
        reference=reference, payer=said.get("by"), archive_id=said.get("id"), message=said.get("message"),
        payer_account=said.get("from"), reversal="back" in words, correction="back" in words and source == "ktl",
        direction="debit" if amount.startswith("-") else "credit", summary="sum" in words, status=status,
        transaction_code="705" if "sum" in words else None,
        position=place,
    )  # fmt: skip


def ref(word: str) -> str:
    """``R7`` is a reference with right check digits, ``X7`` the same with a wrong one."""
    right = national_reference(f"{4210}{int(word[1:]):05d}")
    return right if word[0] == "R" else right[:-1] + str((int(right[-1]) + 1) % 10)
