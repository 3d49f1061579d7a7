"""Values of Finvoice elements: text, amounts, dates, percentages, quantities.

What cannot be read in one way only becomes ``None`` and a finding, never another value.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from lxml import etree

from reskontra.documents.findings import Finding, Severity
from reskontra.kernel.money import NotAnAmount, parse_amount

_AMOUNT = re.compile(r"-?[0-9]{1,15}(?:,[0-9]{1,10})?")
_PERCENT = re.compile(r"-?[0-9]{1,3}(?:[.,][0-9]{1,6})?")
_QUANTITY = re.compile(r"-?[0-9]{1,14}(?:[.,][0-9]{1,10})?")
_DAY = re.compile(r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_LONGEST_SHOWN = 60

Element = etree._Element


class Group:
    """The children of one element by name, and the findings of the message they belong to.

    A missing group is an empty one, so that a reader asks without looking first.
    """

    __slots__ = ("_children", "_findings", "path")

    def __init__(self, element: Element | None, path: str, findings: list[Finding]) -> None:
        self.path = path
        self._findings = findings
        self._children: dict[str, list[Element]] = {}
        for child in element if element is not None else ():
            if isinstance(child.tag, str):
                self._children.setdefault(child.tag, []).append(child)

    def __contains__(self, name: str) -> bool:
        return name in self._children

    def holds_only(self, name: str) -> bool:
        """Whether the group has children and all are named ``name``."""
        return self._children.keys() == {name}

    def group(self, *names: str) -> "Group":
        """The first group at the path ``names`` below this one."""
        found = self
        for name in names:
            elements = found._children.get(name)
            found = Group(elements[0] if elements else None, f"{found.path}/{name}", self._findings)
        return found

    def groups(self, name: str) -> "list[Group]":
        """All groups with this name, numbered in their paths from 1."""
        return [
            Group(element, f"{self.path}/{name}[{number}]", self._findings)
            for number, element in enumerate(self._children.get(name, ()), start=1)
        ]

    def text(self, name: str) -> str | None:
        """The first element's text without blanks at its ends; ``None`` when missing or empty."""
        for element in self._children.get(name, ()):
            return self._content(element, name)
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of all elements with this name that hold one."""
        found = (self._content(element, name) for element in self._children.get(name, ()))
        return tuple(text for text in found if text)

    def joined(self, name: str, between: str) -> str | None:
        """All texts of one name as one, or ``None``."""
        return between.join(self.texts(name)) or None

    def attribute(self, name: str, attribute: str) -> str | None:
        """An attribute of the first element with this name."""
        for element in self._children.get(name, ()):
            return (element.get(attribute) or "").strip() or None
        return None

    def amount(self, name: str, currency: str | None) -> Decimal | None:
        """The amount in ``currency``; another currency or an unclear number gives a finding."""
        text = self.text(name)
        if text is None:
            return None
        given = self.attribute(name, "AmountCurrencyIdentifier")
        if given and currency and given != currency:
            self._note("finvoice_currency_mixed", name, given, "error", currency=currency)
            return None
        if _AMOUNT.fullmatch(text):
            return Decimal(text.replace(",", "."))
        try:
            return parse_amount(text)
        except NotAnAmount:
            self._note("finvoice_amount_unclear", name, text, "error")
            return None

    def percent(self, name: str) -> Decimal | None:
        """A percentage; an unclear one gives a finding."""
        return self._number(name, _PERCENT, "finvoice_percent_unclear")

    def quantity(self, name: str) -> Decimal | None:
        """A quantity; an unclear one gives a finding."""
        return self._number(name, _QUANTITY, "finvoice_quantity_unclear")

    def day(self, name: str) -> date | None:
        """A date written CCYYMMDD, or with hyphens; an unclear one gives a finding."""
        text = self.text(name)
        if text is None:
            return None
        found = _DAY.fullmatch(text)
        try:
            read = date(int(found[1]), int(found[3]), int(found[4])) if found else None
        except ValueError:
            read = None
        if read is None or not _FIRST_YEAR <= read.year <= _LAST_YEAR:
            self._note("finvoice_date_unclear", name, text, "error")
            return None
        return read

    def _number(self, name: str, form: re.Pattern[str], rule: str) -> Decimal | None:
        text = self.text(name)
        if text is None:
            return None
        if form.fullmatch(text):
            return Decimal(text.replace(",", "."))
        self._note(rule, name, text, "warning")
        return None

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


def only(values: Iterable[str | None]) -> str | None:
    """The one value that all who give one agree on, or ``None``."""
    given = {value for value in values if value}
    return given.pop() if len(given) == 1 else None
