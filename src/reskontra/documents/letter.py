"""A letter to a customer, as neutral data: what it says, not how it looks or travels."""

import hashlib
import json
from dataclasses import dataclass
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
    """Rows under their heads, as people read them; ``right`` are the columns that hold numbers, from 0.

    Raises ``ValueError`` for a row that has not one cell for each head.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    caption: str = ""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.heads) for row in self.rows):
            raise ValueError("every row of a table has one cell for each head")


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
        slip = self.slip
        return {
            "kind": self.kind,
            "language": self.language,
            "day": self.day.isoformat(),
            "sender": vars(self.sender) | {"address": list(self.sender.address)},
            "receiver": vars(self.receiver) | {"address": list(self.receiver.address)},
            "subject": self.subject,
            "paragraphs": list(self.paragraphs),
            "tables": [
                {
                    "heads": list(one.heads),
                    "rows": [list(row) for row in one.rows],
                    "right": list(one.right),
                    "caption": one.caption,
                }
                for one in self.tables
            ],
            "slip": slip
            and vars(slip) | {"due_date": slip.due_date.isoformat(), "amount": f"{slip.amount:.2f}"},
            "notes": list(self.notes),
        }

    def written(self) -> str:
        """Everything that the letter says as JSON, in one written form."""
        return json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


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
    """SHA-256 over the written form of the letter."""
    return hashlib.sha256(letter.written().encode()).hexdigest()


def _party(told: dict[str, Any]) -> Party:
    return Party(**{**told, "address": tuple(told["address"])})
