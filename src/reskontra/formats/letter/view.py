"""What stands on a letter, word by word. What the letter says it says itself; here are only the words around it."""

from collections.abc import Iterator
from typing import Final

from reskontra.documents.letter import Letter, Party, Slip, Table
from reskontra.formats.finvoice.writer import payment_notes
from reskontra.formats.printing.characters import printable
from reskontra.formats.printing.countries import country_line
from reskontra.formats.printing.payment import Payable, payment_slip
from reskontra.formats.printing.words import Json, Words, as_printed
from reskontra.kernel.identifiers import is_personal_code
from reskontra.kernel.texts import LANGUAGES

_HOME: Final = "FI"


def view(letter: Letter, number: str) -> Json:
    """Everything that the template prints, as text, in the letter's language.

    ``number`` is the letter's own, as people see it. Raises ``Refused`` when a personal identity code stands in
    any of its texts (OC 2.2-f): it is never printed.
    """
    words = Words(letter.language if letter.language in LANGUAGES else "en")
    sender, slip = letter.sender, letter.slip
    return as_printed(
        {
            "lang": words.language,
            "heading": _heading(letter.subject) or words(f"letter.kind.{letter.kind}"),
            "author": sender.name,
            "date": letter.day.isoformat(),
            "page": words("image.page", page="#", pages="##"),
            "sender": {"name": sender.name, "name2": "", "lines": list(_sender(sender, words))},
            "recipient": list(_receiver(letter.receiver)),
            "summary": _summary(slip, words) if slip else [],
            "facts": list(_facts(letter, number, words)),
            "paragraphs": [one for one in letter.paragraphs if one.strip()],
            "tables": [_table(one) for one in letter.tables],
            "notes": {"title": words("letter.notes"), "texts": list(letter.notes)},
            "payment": _payment(letter, slip, words) if slip else None,
        }
    )


def _heading(text: str) -> str:
    """What is left of a heading on the page: an empty one would be a heading to those who listen."""
    return printable(text).strip()


def _sender(sender: Party, words: Words) -> Iterator[str]:
    """The sender's address and how to reach it, one line each; what is short shares a line."""
    lines = (
        ", ".join(sender.address),
        words("image.business_id", id=sender.business_id) if sender.business_id else "",
        " · ".join(filter(None, (sender.phone, sender.email))),
    )
    return filter(None, lines)


def _receiver(receiver: Party) -> Iterator[str]:
    """The lines in the window; the town abroad with its country in capitals below."""
    yield receiver.name
    yield from receiver.address
    if receiver.address and receiver.country and receiver.country != _HOME:
        yield country_line(receiver.country)


def _summary(slip: Slip, words: Words) -> list[tuple[str, str]]:
    """What the reader looks for first: how much, and by when."""
    return [
        (words("image.payable"), words.amount(slip.amount)),
        (words("image.due_date"), words.day(slip.due_date)),
    ]


def _facts(letter: Letter, number: str, words: Words) -> Iterator[tuple[str, str]]:
    yield words("letter.day"), words.day(letter.day)
    yield words("letter.number"), number
    business_id = letter.receiver.business_id
    if business_id and not is_personal_code(business_id):
        yield words("image.customer_business_id"), business_id


def _table(table: Table) -> Json:
    right = [place in table.right for place in range(len(table.heads))]
    return {
        "caption": _heading(table.caption),
        "heads": list(table.heads),
        "lines": [list(row) for row in table.rows],
        "right": right,
    }


def _payment(letter: Letter, slip: Slip, words: Words) -> Json:
    """The slip, with the request to use the reference in both national languages (OC 4.1-a)."""
    pay = Payable(letter.sender.name, slip.iban, slip.bic or None, slip.reference, slip.due_date, slip.amount)
    return payment_slip(pay, words, payment_notes())
