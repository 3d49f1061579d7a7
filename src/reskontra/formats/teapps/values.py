"""Values of TEAPPSXML elements: text, dates in four parts, amounts with their sign and their VAT beside them.

What cannot be read in one way only becomes ``None`` and a finding, never another value.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from lxml import etree

from reskontra.documents.findings import Finding, Severity
from reskontra.kernel.money import NotAnAmount, parse_amount

# At most 15 whole digits and six decimals (guide, 1.5); a few more decimals are no harm.
_AMOUNT: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,10})?|\.[0-9]{1,10}")
_PERCENT: Final = re.compile(r"-?[0-9]{1,4}(?:[.,][0-9]{0,6})?")
_QUANTITY: Final = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,10})?")
_ROUNDING: Final = re.compile(r"([+-]?)([0-9]{0,2}(?:[.,][0-9]{1,2})?)")
_TWO_DIGITS: Final = re.compile(r"[0-9]{1,2}")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_LONGEST_SHOWN = 60

Element = etree._Element


@dataclass(frozen=True, slots=True)
class Sums:
    """One sum told without VAT and with it, either of which a file may leave out."""

    net: Decimal | None = None
    gross: Decimal | None = None


class Group:
    """The children of one element by name, and the findings of the invoice they belong to.

    A missing group is an empty one, so that a reader asks without looking first. What was asked for once is kept:
    many readers ask for the same heading and summary.
    """

    __slots__ = ("_children", "_element", "_findings", "_firsts", "path")

    def __init__(self, element: Element | None, path: str, findings: list[Finding]) -> None:
        self.path = path
        self._element = element
        self._findings = findings
        self._firsts: dict[str, Group] = {}
        self._children: dict[str, list[Element]] = {}
        for child in element if element is not None else ():
            if isinstance(child.tag, str):
                self._children.setdefault(child.tag, []).append(child)

    def __contains__(self, name: str) -> bool:
        return name in self._children

    def group(self, *names: str) -> "Group":
        """The first group at the path ``names`` below this one."""
        found = self
        for name in names:
            known = found._firsts.get(name)
            if known is None:
                elements = found._children.get(name)
                known = Group(elements[0] if elements else None, f"{found.path}/{name}", self._findings)
                found._firsts[name] = known
            found = known
        return found

    def groups(self, name: str) -> "list[Group]":
        """All groups with this name, numbered in their paths from 1 where there are several."""
        elements = self._children.get(name, ())
        path, several = f"{self.path}/{name}", len(elements) > 1
        return [
            Group(element, f"{path}[{number}]" if several else path, self._findings)
            for number, element in enumerate(elements, start=1)
        ]

    def own(self, attribute: str) -> str:
        """An attribute of the group itself, or an empty text."""
        return "" if self._element is None else (self._element.get(attribute) or "").strip()

    def text(self, name: str) -> str | None:
        """The first element's text without blanks at its ends; ``None`` when missing or empty."""
        for element in self._children.get(name, ()):
            return self._content(element, name)
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of all elements with this name that hold one."""
        found = (self._content(element, name) for element in self._children.get(name, ()))
        return tuple(text for text in found if text)

    def attribute(self, name: str, attribute: str) -> str | None:
        """An attribute of the first element with this name."""
        for element in self._children.get(name, ()):
            return (element.get(attribute) or "").strip() or None
        return None

    def sums(self, name: str) -> Sums:
        """The amounts of the element ``name``, parted by what their attribute VAT says.

        An amount that does not say so is one of the two, nobody knows which: a finding.
        """
        told: dict[str, Decimal | None] = {}
        group = self.group(name)
        for element in group._children.get("AMOUNT", ()):
            vat = (element.get("VAT") or "").strip().upper()
            amount = group._amount(element)
            if vat not in ("EXCLUDED", "INCLUDED"):
                if amount:
                    group.note("teapps_vat_attribute", "AMOUNT", element.text or "", "error")
                continue
            if vat in told and told[vat] != amount:
                group.note("teapps_amount_twice", "AMOUNT", element.text or "", "error")
                amount = None
            told[vat] = amount
        return Sums(told.get("EXCLUDED"), told.get("INCLUDED"))

    def amount(self, name: str) -> Decimal | None:
        """The one amount of the element ``name``, whatever its attribute VAT says: tax has none of its own."""
        group = self.group(name)
        told = {
            amount
            for element in group._children.get("AMOUNT", ())
            if (amount := group._amount(element)) is not None
        }
        if len(told) > 1:
            group.note("teapps_amount_twice", "AMOUNT", ", ".join(map(str, sorted(told))), "error")
            return None
        return told.pop() if told else None

    def plain_amount(self, name: str) -> Decimal | None:
        """An amount that stands in the element itself, in the manner of Finvoice: a comma or a point."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return parse_amount(text)
        except NotAnAmount:
            self.note("teapps_amount_unclear", name, text, "error")
            return None

    def rounding(self, name: str) -> Decimal | None:
        """A rounding of less than a hundred, with its sign in the text."""
        text = self.text(name)
        if text is None:
            return None
        found = _ROUNDING.fullmatch(text)
        if found is None or not found[2]:
            self.note("teapps_amount_unclear", name, text, "error")
            return None
        size = Decimal(found[2].replace(",", "."))
        return -size if found[1] == "-" and size else size

    def percent(self, name: str) -> Decimal | None:
        """A percentage; an unclear one gives a finding."""
        text = self.text(name)
        if text is None:
            return None
        if _PERCENT.fullmatch(text):
            return Decimal(text.replace(",", "."))
        self.note("teapps_percent_unclear", name, text, "warning")
        return None

    def quantity(self, name: str) -> Decimal | None:
        """A quantity with its sign; an unclear one gives a finding."""
        for element in self._children.get(name, ()):
            text = self._content(element, name)
            if text is None:
                return None
            size = self._signed(element, name, text, _QUANTITY)
            if size is None:
                self.note("teapps_quantity_unclear", name, text, "warning")
            return size
        return None

    def day(self, name: str) -> date | None:
        """The day in the four parts of the element ``name``; an unclear one gives a finding."""
        group = self.group(name, "DATE")
        parts = [group.text(part) for part in ("CENTURY", "DECADE_AND_YEAR", "MONTH", "DAY")]
        if not any(parts):
            return None
        known = [part for part in parts if part and _TWO_DIGITS.fullmatch(part)]
        try:
            century, year, month, day = (int(part) for part in known)
            read = date(century * 100 + year, month, day)
        except ValueError:
            read = None
        if read is None or not _FIRST_YEAR <= read.year <= _LAST_YEAR:
            self.note("teapps_date_unclear", name, "-".join(part or "" for part in parts), "error")
            return None
        return read

    def note(self, rule: str, name: str, value: str, severity: Severity, **detail: str) -> None:
        """Adds a finding about the element ``name`` of this group."""
        where = f"{self.path}/{name}".strip("/")
        self._findings.append(
            Finding(rule, severity, value=value[:_LONGEST_SHOWN], where=where, detail=detail)
        )

    def _amount(self, element: Element) -> Decimal | None:
        text = self._content(element, "AMOUNT")
        if text is None:
            return None
        amount = self._signed(element, "AMOUNT", text, _AMOUNT)
        if amount is None:
            self.note("teapps_amount_unclear", "AMOUNT", text, "error")
        return amount

    def _signed(self, element: Element, name: str, text: str, form: re.Pattern[str]) -> Decimal | None:
        """The number with the sign of its attribute, or its own; ``None`` where the two do not go together."""
        sign = (element.get("SIGN") or "").strip()
        own = text[0] if text[0] in "+-" else ""
        if sign not in ("", "+", "-") or (own and sign and own != sign):
            return None
        size = text[1:] if own else text
        if form.fullmatch(size):
            read = Decimal(size.replace(",", "."))
        else:
            try:
                read = parse_amount(size)
            except NotAnAmount:
                return None
            if read < 0:
                return None
        return -read if "-" in (own, sign) and read else read

    def _content(self, element: Element, name: str) -> str | None:
        if len(element):
            # A comment inside a value: one program reads it whole, another up to the comment.
            self.note("teapps_value_interrupted", name, (element.text or "").strip(), "error")
            return None
        return (element.text or "").strip() or None


def only(values: Iterable[str | None]) -> str | None:
    """The one value that all who give one agree on, or ``None``."""
    given = {value for value in values if value}
    return given.pop() if len(given) == 1 else None


def distinct(values: Iterable[str | None]) -> tuple[str, ...]:
    """The values that are told, each once, in their order."""
    return tuple(dict.fromkeys(value for value in values if value))
