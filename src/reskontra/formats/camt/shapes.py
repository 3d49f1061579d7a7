"""Entries that are marked up alike are taken apart alike.

A bank writes a hundred thousand entries with the same few sequences of tags. The first one of a shape is parsed
through ``formats.xml``; its markup, character by character, becomes a pattern with room for plain text between
the tags. What matches the pattern is the same markup around other plain text, so that its values are known
without parsing it again. What does not (other tags, attributes, references such as ``&amp;``, comments, control
characters) is parsed.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from reskontra.formats.camt.nodes import WITH_CURRENCY, Node, node_of

_MOST: Final = 64  # a pattern is costly to make; a file of more shapes is parsed
_LARGEST = 20_000
_MARKUP = re.compile(r"(<[^<>]*>)")
# Neither markup nor what a parser changes (references, carriage returns) or refuses (control characters).
_PLAIN = r"([^<>&\x00-\x08\x0b-\x1f\ufffe\uffff]*)"


@dataclass(slots=True)
class _Plan:
    """What to make of the texts of a pattern: ``leaves`` by name and place, ``amounts`` with their currency too.

    The texts of a node stand together, from ``first`` up to ``last``. Most nodes below an entry (codes, days) are the
    same as in the entry before: they are shared, since nobody changes a node.
    """

    first: int
    last: int = 0
    leaves: list[tuple[str, int]] = field(default_factory=list)
    amounts: list[tuple[str, int, str | None]] = field(default_factory=list)
    below: list[tuple[str, "_Plan"]] = field(default_factory=list)
    texts: tuple[str, ...] | None = None
    node: Node = field(default_factory=dict)

    def filled(self, texts: tuple[str, ...]) -> Node:
        """The node with ``texts``, all those of the pattern, in their places."""
        own = texts[self.first : self.last]
        if own != self.texts:
            node: dict[str, Any] = {}
            for name, place in self.leaves:
                node[name] = texts[place]
            for name, place, currency in self.amounts:
                node[name] = (texts[place], currency)
            for name, plan in self.below:
                node[name] = plan.filled(texts)
            self.texts, self.node = own, node
        return self.node


class Shapes:
    """The shapes of one file's entries, or of the payments in one."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names
        self._known: dict[int, list[tuple[re.Pattern[str], _Plan]]] = {}
        self._learned = 0

    def node(self, written: str) -> Node | None:
        """The node of an element as written, when its shape is known."""
        for pattern, plan in self._known.get(written.count("<"), ()):
            if (found := pattern.fullmatch(written)) is not None:
                return plan.filled(found.groups())
        return None

    def learn(self, written: str, element: etree._Element) -> None:
        """Remembers the shape of ``element``; one that the pattern does not give back just the same is left."""
        if self._learned >= _MOST or len(written) > _LARGEST:
            return
        self._learned += 1
        kept: list[etree._Element] = []
        plan = _plan(element, self._names, kept)
        pattern = None if plan is None else _pattern(written, element, kept)
        if plan is None or pattern is None:
            return
        found = pattern.fullmatch(written)
        if found is not None and plan.filled(found.groups()) == node_of(element, self._names):
            self._known.setdefault(written.count("<"), []).append((pattern, plan))


def _plan(element: etree._Element, names: dict[str, str], kept: list[etree._Element]) -> _Plan | None:
    """How the kept texts of ``element`` become a node; ``None`` where a name is repeated."""
    plan = _Plan(len(kept))
    used: set[str] = set()
    for child in element:
        name = names.get(child.tag)
        if not name:
            continue
        if name in used:
            return None
        used.add(name)
        if len(child):
            below = _plan(child, names, kept)
            if below is None:
                return None
            plan.below.append((name, below))
        elif name in WITH_CURRENCY:
            plan.amounts.append((name, len(kept), child.get("Ccy")))
            kept.append(child)
        else:
            plan.leaves.append((name, len(kept)))
            kept.append(child)
    plan.last = len(kept)
    return plan


def _pattern(written: str, element: etree._Element, kept: list[etree._Element]) -> re.Pattern[str] | None:
    """The markup of ``element`` as written, with room for the texts of its innermost elements."""
    pieces = _MARKUP.split(written)
    inner = {id(leaf) for leaf in kept}
    elements = element.iter()
    made: list[str] = []
    opened: etree._Element | None = None
    for text, tag in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        if opened is not None and tag.startswith("</") and len(opened) == 0:
            made.append(_PLAIN if id(opened) in inner else _PLAIN.replace("(", "(?:", 1))
        else:
            made.append(re.escape(text))
        made.append(re.escape(tag))
        opened = None
        if tag and not tag.startswith("</"):
            opened = next(elements, None)
            if opened is None or (tag.endswith("/>") and id(opened) in inner):
                return None
            if tag.endswith("/>"):
                opened = None
    return re.compile("".join(made))
