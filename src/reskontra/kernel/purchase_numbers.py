"""Numbers on suppliers' invoices that say what an invoice belongs to: order V1, contract VSK1, posting TK1 (EX 3-c)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from reskontra.kernel.clauses import clause

NumberKind = Literal["order", "contract", "posting"]

# The longest prefix first: what begins with VSK1 is no order, though its number may hold V1.
_PREFIXES: Final[tuple[tuple[NumberKind, re.Pattern[str]], ...]] = (
    ("contract", re.compile(r"VSK1[0-9]\S*")),
    ("posting", re.compile(r"TK1\S+")),
    ("order", re.compile(r"V1[0-9]\S*")),
)
_BEGINS: Final = ("V", "T")
_END: Final = re.compile(r"[\s,]+")
_LONGEST: Final = 70
_SPACES: Final = re.compile(r"\s+")

# The fields that are meant for a number, by its kind: those of the heading, and those of the rows.
RIGHT_FIELDS: Final[dict[NumberKind, frozenset[str]]] = {
    "order": frozenset({"order", "row_order"}),
    "contract": frozenset({"buyer_reference"}),
    "posting": frozenset({"accounting", "row_accounting"}),
}


@dataclass(frozen=True, slots=True)
class PurchaseNumber:
    """A number with the field that it stood in; ``right_field``: the field is meant for its kind."""

    kind: NumberKind
    value: str
    field: str
    right_field: bool


@clause("EX 3-c")
def purchase_numbers(fields: Iterable[tuple[str, str | None]]) -> list[PurchaseNumber]:
    """Every number in ``fields``, pairs of a field's name and its text, in their order.

    A number ends at the first space or comma, whatever follows is free text; capitals and small letters are the
    same. Several numbers are all kept. One that stands in two fields is told once, from the right one if it is in
    the right one at all.
    """
    found: dict[tuple[NumberKind, str], PurchaseNumber] = {}
    for field, text in fields:
        for number in _of_field(field, text):
            known = found.get((number.kind, number.value))
            if known is None or (number.right_field and not known.right_field):
                found[number.kind, number.value] = number
    return list(found.values())


def _of_field(field: str, text: str | None) -> Iterator[PurchaseNumber]:
    for word in _END.split(text.upper()) if text else ():
        if not word.startswith(_BEGINS) or len(word) > _LONGEST:
            continue
        for kind, form in _PREFIXES:
            if form.fullmatch(word):
                yield PurchaseNumber(kind, word, field, field in RIGHT_FIELDS[kind])
                break


def number_key(number: str) -> str:
    """What two writings of one invoice number have in common: no spaces, capitals, no leading zeros."""
    return _SPACES.sub("", number).upper().lstrip("0")
