"""What a statement or a payment list is to us: its source, its days, and what tells it apart from every other."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reskontra.documents.statement import BankMaterial, PaymentList, Statement
from reskontra.registers.models import UnitAccount

_MOST = 160  # beside an account it must go into the assertion that a statement makes


@dataclass(frozen=True)
class InHand:
    """One document of a file that goes in: its place in the file, from 1, and what ``identities`` says of it."""

    place: int
    document: BankMaterial
    identity: str
    account: UnitAccount

    @property
    def source(self) -> str:
        """``camt.053``, ``camt.054`` or ``ktl``, whatever the version."""
        return source_of(self.document)

    @property
    def opening(self) -> Decimal | None:
        """The booked balance before the first line, euro; None where the bank states none."""
        statement = self.document
        return statement.opening.amount if isinstance(statement, Statement) and statement.opening else None

    @property
    def closing(self) -> Decimal | None:
        """The booked balance behind the last line, euro; None where the bank states none."""
        statement = self.document
        return statement.closing.amount if isinstance(statement, Statement) and statement.closing else None


def source_of(document: BankMaterial) -> str:
    """Who tells: the kind of message without its version, or the national list."""
    return document.format[:8]


def identity_of(document: BankMaterial) -> str:
    """What tells the material apart from all other of its account and source, whatever its bytes (D17).

    A statement is named by its id, its sequence, its page and its period: banks begin ids and sequences anew.
    A notification by the ids of the message and of itself. A batch of reference payments by day, time, bank and
    service id, since it has no number. Where a bank gives no id, the moment of making stands in its place. The
    version of the message is no part of it: a statement in two versions is one statement.
    """
    if isinstance(document, Statement):
        named = [document.statement_id, document.sequence, document.page and str(document.page)]
        told = [*named, *_days(document)] if any(named[:2]) else [document.created, *_days(document)]
    elif isinstance(document, PaymentList) and document.batch_date:
        told = [document.batch_date.isoformat(), document.batch_time, document.bank, document.service_id]
    else:
        told = [document.message_id, document.statement_id]
        told = told if any(told) else [document.created, *_days(document)]
    written = " ".join(part or "-" for part in told)
    return written if len(written) <= _MOST else hashlib.sha256(written.encode()).hexdigest()


def identities(documents: Sequence[BankMaterial]) -> list[str]:
    """``identity_of`` for each document of a file. Batches of one minute are numbered, unless one repeats another:
    a list has no number of its own, and its place in a file may change when the bank sends it again."""
    seen: dict[tuple[str, str], list[BankMaterial]] = {}
    found = []
    for document in documents:
        identity = identity_of(document)
        alike = seen.setdefault((document.account, identity), [])
        if source_of(document) == "ktl" and alike and not any(_same_lines(document, one) for one in alike):
            found.append(f"{identity} #{len(alike) + 1}")
        else:
            found.append(identity)
        alike.append(document)
    return found


def _same_lines(first: BankMaterial, second: BankMaterial) -> bool:
    """Whether two lists of one file hold the same payments; only their places in the file differ."""
    if (first.count, first.total) != (second.count, second.total):
        return False
    marks = [
        sorted(
            (
                one.booking_date or date.min,
                one.amount,
                one.reference or "",
                one.archive_id or "",
                one.payer or "",
            )
            for one in document.entries
        )
        for document in (first, second)
    ]
    return marks[0] == marks[1]


def masked(account: str) -> str:
    """An account as it may be shown to somebody who may not know it: its ends only."""
    return f"{account[:4]}…{account[-4:]}" if len(account) > 8 else "…"


def _days(document: BankMaterial) -> Sequence[str | None]:
    return [day.isoformat() if day else None for day in (document.from_date, document.to_date)]
