"""A letter to a customer, as neutral data: what it says, not how it looks or travels."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Party:
    """Who writes or is written to: the name, the lines of the address, and how to reach them."""

    name: str
    address: tuple[str, ...] = ()
    country: str = "FI"
    business_id: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under their heads, as people read them; ``right`` are the columns that hold numbers, from 0."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    caption: str = ""


@dataclass(frozen=True)
class Slip:
    """What is asked to be paid: amount in euro, to which account, with which reference, by when."""

    iban: str
    bic: str
    reference: str
    due_date: date
    amount: Decimal


@dataclass(frozen=True)
class Letter:
    """One letter. ``kind`` is one of ``claims.models.letters.LETTERS``; texts are in ``language`` already."""

    kind: str
    language: str
    day: date
    sender: Party
    receiver: Party
    subject: str
    paragraphs: tuple[str, ...]
    tables: tuple[Table, ...] = ()
    slip: Slip | None = None
    notes: tuple[str, ...] = ()  # what is said below: legal grounds, rights, instructions

    def as_json(self) -> dict[str, Any]:
        """Plain data: days as ISO, amounts with two decimals."""
        told = asdict(self)
        told["day"] = self.day.isoformat()
        if self.slip is not None:
            told["slip"] |= {"due_date": self.slip.due_date.isoformat(), "amount": f"{self.slip.amount:.2f}"}
        return told


def letter_from_json(told: dict[str, Any]) -> Letter:
    """The letter that ``as_json`` told."""
    slip = told["slip"]
    return Letter(
        kind=told["kind"],
        language=told["language"],
        day=date.fromisoformat(told["day"]),
        sender=_party(told["sender"]),
        receiver=_party(told["receiver"]),
        subject=told["subject"],
        paragraphs=tuple(told["paragraphs"]),
        tables=tuple(
            Table(
                tuple(one["heads"]),
                tuple(tuple(row) for row in one["rows"]),
                tuple(one["right"]),
                one["caption"],
            )
            for one in told["tables"]
        ),
        slip=slip
        and Slip(
            slip["iban"],
            slip["bic"],
            slip["reference"],
            date.fromisoformat(slip["due_date"]),
            Decimal(slip["amount"]),
        ),
        notes=tuple(told["notes"]),
    )


def digest_of(letter: Letter) -> str:
    """SHA-256 over everything that the letter says, in one written form."""
    written = json.dumps(letter.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def _party(told: dict[str, Any]) -> Party:
    return Party(**{**told, "address": tuple(told["address"])})
