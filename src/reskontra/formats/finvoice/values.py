"""Values of Finvoice elements: text, amounts, dates, percentages, quantities.

What cannot be read in one way only becomes ``None`` and a finding, never another value.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from lxml import etree

from reskontra.documents.findings import Finding, Severity
from reskontra.kernel.money import NotAnAmount, parse_amount

_DAY = re.compile(r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_LONGEST_SHOWN = 60
# Longer than any number or day: what is cut here is none, and nobody's megabytes are kept to be met again.
_LONGEST_NUMBER = 30

Element = etree._Element
_Read = Callable[[str], Decimal | None]


def _numbers_like(form: str) -> _Read:
    """Reads what is written like ``form``; the same amounts and rates come again and again in a file."""
    written = re.compile(form).fullmatch

    @lru_cache(maxsize=4096)
    def read(text: str) -> Decimal | None:
        return Decimal(text.replace(",", ".")) if written(text) else None

    return read


_amount = _numbers_like(r"-?[0-9]{1,15}(?:,[0-9]{1,10})?")
_percent = _numbers_like(r"-?[0-9]{1,3}(?:[.,][0-9]{1,6})?")
_quantity = _numbers_like(r"-?[0-9]{1,14}(?:[.,][0-9]{1,10})?")


@lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    try:
        read = date(int(found[1]), int(found[3]), int(found[4])) if found else None
    except ValueError:
        return None
    return read if read and _FIRST_YEAR <= read.year <= _LAST_YEAR else None


class Group:
    """The children of one element by name, and the findings of the message they belong to.

    A missing group is an empty one, so that a reader asks without looking first.
    """

    __slots__ = ("_element", "_findings", "_first", "_repeats", "path")

    def __init__(self, element: Element, path: str, findings: list[Finding]) -> None:
        self.path = path
        self._element = element
        self._findings = findings
        # From behind, so that of several children with one name the first one stays.
        self._first = {child.tag: child for child in element.iterchildren(reversed=True)}
        self._repeats = len(self._first) < len(element)

    def __contains__(self, name: str) -> bool:
        return name in self._first

    def holds_only(self, name: str) -> bool:
        """Whether the group has children and all are named ``name``; comments are none."""
        return name in self._first and all(tag == name for tag in self._first if isinstance(tag, str))

    def group(self, name: str) -> "Group":
        """The first group with this name."""
        element = self._first.get(name)
        return _MISSING if element is None else Group(element, f"{self.path}/{name}", self._findings)

    def groups(self, name: str) -> "list[Group]":
        """All groups with this name, numbered in their paths from 1."""
        return [
            Group(element, f"{self.path}/{name}[{number}]", self._findings)
            for number, element in enumerate(self._all(name), start=1)
        ]

    def text(self, name: str) -> str | None:
        """The first element's text without blanks at its ends; ``None`` when missing or empty."""
        element = self._first.get(name)
        return None if element is None else self._content(element, name)

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of all elements with this name that hold one."""
        found = []
        for element in self._all(name):
            if text := self._content(element, name):
                found.append(text)
        return tuple(found)

    def joined(self, name: str, between: str) -> str | None:
        """All texts of one name as one, or ``None``."""
        return between.join(self.texts(name)) or None

    def attribute(self, name: str, attribute: str) -> str | None:
        """An attribute of the first element with this name."""
        element = self._first.get(name)
        return None if element is None else element.get(attribute, "").strip() or None

    def amount(self, name: str, currency: str | None) -> Decimal | None:
        """The amount in ``currency``; another currency or an unclear number gives a finding."""
        text = self.text(name)
        if text is None:
            return None
        given = self.attribute(name, "AmountCurrencyIdentifier")
        if given and currency and given != currency:
            self._note("finvoice_currency_mixed", name, given, "error", currency=currency)
            return None
        if (plain := _amount(text[:_LONGEST_NUMBER])) is not None:
            return plain
        try:
            return parse_amount(text)
        except NotAnAmount:
            self._note("finvoice_amount_unclear", name, text, "error")
            return None

    def percent(self, name: str) -> Decimal | None:
        """A percentage; an unclear one gives a finding."""
        return self._number(name, _percent, "finvoice_percent_unclear")

    def quantity(self, name: str) -> Decimal | None:
        """A quantity; an unclear one gives a finding."""
        return self._number(name, _quantity, "finvoice_quantity_unclear")

    def day(self, name: str) -> date | None:
        """A date written CCYYMMDD, or with hyphens; an unclear one gives a finding."""
        text = self.text(name)
        if text is None:
            return None
        read = _day(text[:_LONGEST_NUMBER])
        if read is None:
            self._note("finvoice_date_unclear", name, text, "error")
        return read

    def _number(self, name: str, read: _Read, rule: str) -> Decimal | None:
        text = self.text(name)
        if text is None:
            return None
        number = read(text[:_LONGEST_NUMBER])
        if number is None:
            self._note(rule, name, text, "warning")
        return number

    def _all(self, name: str) -> Iterable[Element]:
        # Most names are not there or there once: the children are rarely gone through again.
        if name not in self._first:
            return ()
        return self._element.iterchildren(name) if self._repeats else (self._first[name],)

    def _content(self, element: Element, name: str) -> str | None:
        if len(element):
            # A comment inside a value: one program reads it whole, another up to the comment.
            self._note("finvoice_value_interrupted", name, (element.text or "").strip(), "error")
            return None
        return (element.text or "").strip() or None

    def _note(self, rule: str, name: str, value: str, severity: Severity, **detail: str) -> None:
        self._findings.append(
            Finding(
                rule,
                severity,
                value=value[:_LONGEST_SHOWN],
                where=f"{self.path}/{name}".lstrip("/"),
                detail=detail,
            )
        )


_MISSING: Final = Group(etree.Element("missing"), "", [])
