"""Elements of UBL and CII with their values: text, amounts, dates, percentages, quantities.

What cannot be read in one way only becomes ``None`` and a finding, never another value.
"""

import base64
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from lxml import etree

from reskontra.documents.findings import Finding, Severity
from reskontra.formats.en16931.large import Contents, decoded
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.kernel.money import NotAnAmount, parse_amount

Element = etree._Element

# Numbers as XML Schema writes them: the point is the decimal point, there are no groups and no exponents.
_AMOUNT = re.compile(r"[-+]?(?:[0-9]{1,15}(?:\.[0-9]{0,10})?|\.[0-9]{1,10})")
_PERCENT = re.compile(r"[-+]?(?:[0-9]{1,3}(?:\.[0-9]{0,10})?|\.[0-9]{1,10})")
_QUANTITY = re.compile(r"[-+]?(?:[0-9]{1,14}(?:\.[0-9]{0,10})?|\.[0-9]{1,10})")
# A day of XML Schema may name its time zone: the day is the one that is written.
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_COMPACT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_LONGEST_SHOWN = 60
_ZERO: Final = Decimal("0.00")
_NOTHING: Final[dict[str, list[Element]]] = {}


class Tags(dict[str, str]):
    """Names with a prefix, ``cbc:ID``, to names as the parser gives them; each is put together once."""

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        super().__init__()
        self.namespaces = namespaces

    def __missing__(self, name: str) -> str:
        prefix, _, local = name.partition(":")
        self[name] = tag = f"{{{self.namespaces[prefix]}}}{local}"
        return tag


class Document:
    """What the nodes of one document share: its names, its currency, the findings, and files taken out of it."""

    __slots__ = ("currency", "files", "findings", "nothing", "tags")

    def __init__(self, tags: Tags, files: Contents | None = None) -> None:
        self.tags = tags
        self.files = files or {}
        self.currency: str | None = None
        self.findings: list[Finding] = []
        self.nothing = Node(None, self)  # what is missing has no place: nothing is ever found wrong there


class Node:
    """The children of one element by name. A missing node is an empty one, so that a reader asks at once."""

    __slots__ = ("_above", "_children", "_document", "_name", "_number", "element")

    def __init__(
        self,
        element: Element | None,
        document: Document,
        above: "Node | None" = None,
        name: str = "",
        number: int = 0,
    ) -> None:
        self.element = element
        self._document = document
        self._above, self._name, self._number = above, name, number
        if element is None:
            self._children = _NOTHING
            return
        children: dict[str, list[Element]] = {}
        self._children = children
        for child in element:
            tag = child.tag
            if tag in children:
                children[tag].append(child)
            elif isinstance(tag, str):
                children[tag] = [child]

    @property
    def path(self) -> str:
        """Where the node stands below the root, with numbers for what may stand several times."""
        if self._above is None:
            return ""
        name = f"{self._name}[{self._number}]" if self._number else self._name
        return f"{self._above.path}/{name}".lstrip("/")

    def __contains__(self, name: str) -> bool:
        return self._document.tags[name] in self._children

    def node(self, *names: str) -> "Node":
        """The first node at the path ``names`` below this one."""
        found = self
        for name in names:
            elements = found._children.get(self._document.tags[name])
            if elements is None:
                return self._document.nothing
            found = Node(elements[0], self._document, found, name)
        return found

    def nodes(self, name: str) -> "list[Node]":
        """All nodes with this name, numbered from 1."""
        elements = self._children.get(self._document.tags[name])
        if elements is None:
            return []
        return [Node(one, self._document, self, name, at) for at, one in enumerate(elements, start=1)]

    def text(self, name: str) -> str | None:
        """The element's text without blanks at its ends; ``None`` when missing or empty.

        What stands several times and differs is named, and read as ``None``.
        """
        elements = self._children.get(self._document.tags[name])
        if elements is None:
            return None
        if len(elements) == 1 and not len(elements[0]):  # the ordinary case
            written = elements[0].text
            return written.strip() or None if written else None
        found = self._content(elements[0], name)
        if len(elements) > 1:
            for other in elements[1:]:
                given = self._content(other, name)
                if given and given != found:
                    self.note("invoice_value_twice", name, found or "", "error", other=given)
                    return None
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of all elements with this name that hold one."""
        elements = self._children.get(self._document.tags[name], ())
        return tuple(text for one in elements if (text := self._content(one, name)))

    def joined(self, name: str, between: str) -> str | None:
        """All texts of one name as one, or ``None``."""
        return between.join(self.texts(name)) or None

    def file(self, name: str) -> bytes | None:
        """The file in an element, empty where there is none; None where its text is no base64.

        Several elements that differ are named, and read as empty.
        """
        elements = self._children.get(self._document.tags[name], ())
        if not any(one in self._document.files for one in elements):
            found = decoded("".join((self.text(name) or "").split()).encode())
        elif any(len(one) for one in elements):
            self.text(name)  # says what is wrong with it
            return b""
        else:
            found, *others = (self._document.files[one] for one in elements)
            if twice := next((other for other in others if other and other != found), None):
                self.note("invoice_value_twice", name, _coded(found), "error", other=_coded(twice))
                return b""
        return found

    def attribute(self, name: str, attribute: str) -> str | None:
        """An attribute of the first element with this name."""
        for element in self._children.get(self._document.tags[name], ()):
            return (element.get(attribute) or "").strip() or None
        return None

    def amount(self, name: str) -> Decimal | None:
        """The amount in the document's currency; another currency or an unclear number gives a finding."""
        text = self.text(name)
        if text is None:
            return None
        currency = self._document.currency
        given = self.attribute(name, "currencyID")
        if given and currency and given != currency:
            self.note("invoice_currency_mixed", name, given, "error", currency=currency)
            return None
        return self._amount_of(name, text)

    def amount_in(self, name: str, currency: str | None) -> Decimal | None:
        """The amount where the element is repeated in several currencies: the one in ``currency``.

        One alone that names no currency is in the document's own.
        """
        elements = self._children.get(self._document.tags[name], ())
        codes = {(element.get("currencyID") or "").strip() for element in elements}
        if len(codes) < 2 or currency is None:
            return self.amount(name)
        own = [element for element in elements if (element.get("currencyID") or "").strip() == currency]
        texts = {text for one in own if (text := self._content(one, name))}
        if len(texts) > 1:
            first, other, *_ = sorted(texts)
            self.note("invoice_value_twice", name, first, "error", other=other)
        return self._amount_of(name, texts.pop()) if len(texts) == 1 else None

    def _amount_of(self, name: str, text: str) -> Decimal | None:
        if _AMOUNT.fullmatch(text):
            return Decimal(text) + _ZERO if text.startswith("-0") else Decimal(text)
        try:
            return parse_amount(text)
        except NotAnAmount:
            self.note("invoice_amount_unclear", name, text, "error")
            return None

    def percent(self, name: str) -> Decimal | None:
        """A percentage; an unclear one gives a finding."""
        return self._number_of(name, _PERCENT, "invoice_percent_unclear")

    def quantity(self, name: str) -> Decimal | None:
        """A quantity; an unclear one gives a finding."""
        return self._number_of(name, _QUANTITY, "invoice_quantity_unclear")

    def day(self, name: str) -> date | None:
        """A date written CCYY-MM-DD; an unclear one gives a finding."""
        return self._day(name, _DAY)

    def compact_day(self, name: str) -> date | None:
        """A date written CCYYMMDD with the attribute that says so (102); an unclear one gives a finding."""
        if self.attribute(name, "format") not in (None, "102"):
            self.note("invoice_date_unclear", name, self.text(name) or "", "error")
            return None
        return self._day(name, _COMPACT_DAY)

    def note(self, rule: str, name: str, value: str, severity: Severity, **detail: str) -> None:
        """Adds a finding about the element ``name`` below this node. A personal code is not repeated (OC 2.2-f)."""
        where = f"{self.path}/{name}".strip("/")
        shown = {key: _shown(text) for key, text in {"value": value, **detail}.items()}
        self._document.findings.append(
            Finding(rule, severity, value=shown.pop("value"), where=where, detail=shown)
        )

    def _day(self, name: str, form: re.Pattern[str]) -> date | None:
        text = self.text(name)
        if text is None:
            return None
        found = form.fullmatch(text)
        try:
            read = date(int(found[1]), int(found[2]), int(found[3])) if found else None
        except ValueError:
            read = None
        if read is None or not _FIRST_YEAR <= read.year <= _LAST_YEAR:
            self.note("invoice_date_unclear", name, text, "error")
            return None
        return read

    def _number_of(self, name: str, form: re.Pattern[str], rule: str) -> Decimal | None:
        text = self.text(name)
        if text is None:
            return None
        if form.fullmatch(text):
            return Decimal(text)
        self.note(rule, name, text, "warning")
        return None

    def _content(self, element: Element, name: str) -> str | None:
        if len(element):
            # A comment inside a value: one program reads it whole, another up to the comment.
            self.note("invoice_value_interrupted", name, (element.text or "").strip(), "error")
            return None
        text = element.text
        return text.strip() or None if text else None


def _coded(file: bytes | None) -> str:
    return base64.b64encode((file or b"")[:_LONGEST_SHOWN]).decode()


def _shown(value: str) -> str:
    return "****" if find_personal_codes(value) else value[:_LONGEST_SHOWN]
