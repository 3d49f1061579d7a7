"""Why: the decisions about an order or an invoice, as the panel beside it shows them (design 9)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.insight.explanations import explain
from reskontra.insight.payments import payment_number
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text, texts
from reskontra.registers.models import Unit

_AMOUNTS = frozenset(
    {"net", "invoice_total", "rest", "open_before", "open", "case_open", "accrued", "charged"}
)
_PAYMENTS = frozenset({"takes_back", "taken_back_by"})


@dataclass(frozen=True)
class Because:
    """One decision in words: what was decided, what else spoke for it, what it looked at, by which clause."""

    outcome: str
    standing: str
    also: Sequence[str]
    inputs: Sequence[tuple[str, str]]
    citation: str
    order: str
    run: Mapping[str, Any] | None


@dataclass(frozen=True)
class Why:
    """Everything decided about one subject, the newest first, and the dated terms that were used."""

    decisions: Sequence[Because]
    terms: Sequence[Mapping[str, str]]

    @property
    def latest(self) -> Because | None:
        """What holds now."""
        return self.decisions[0] if self.decisions else None


def why(unit: Unit, number: str, language: str) -> Why:
    """Why the order, invoice or payment ``number`` is where it is; raises ``NothingFound``. Inside ``working_in``."""
    return claim_why(explain(unit, number, language)["decisions"], language)


def claim_why(found: Sequence[Mapping[str, Any]], language: str) -> Why:
    """The decisions ``found``, told in order of time, as the panel shows them."""
    decisions = [_because(one, language) for one in found]
    terms = {key: term for one in found for key, term in one["terms"].items()}
    return Why(
        decisions[::-1],
        [
            {
                "key": key,
                "value": str(term["value"]),
                "clause": str(term["clause"]),
                "since": str(term["valid_from"] or text("explain.own_term", language)),
            }
            for key, term in sorted(terms.items())
        ],
    )


def _because(one: Mapping[str, Any], language: str) -> Because:
    return Because(
        outcome=outcome(one["outcome"], language),
        standing=str(one.get("standing", "READY")),
        also=[outcome(name, language) for name in one.get("reasons", ())[1:]],
        inputs=told_inputs(one["inputs"], language),
        citation=one["citation"],
        order=str(one.get("order", "")),
        run=one["run"],
    )


def outcome(name: str, language: str) -> str:
    """The outcome in words, beginning with a capital; its bare name where a later version left a new one."""
    words = text(f"outcome.{name}", language) if f"outcome.{name}" in texts() else name
    return words[:1].upper() + words[1:]


def told_inputs(inputs: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """What a decision looked at, as label and value in words."""
    return list(_inputs(inputs, language))


def _inputs(inputs: Mapping[str, Any], language: str) -> Iterator[tuple[str, str]]:
    for key, value in inputs.items():
        known = next((one for one in (f"input.{key}", f"desk.input.{key}") if one in texts()), None)
        label = text(known, language) if known else key
        yield label[:1].upper() + label[1:], _value(key, value, language)


def _value(key: str, value: Any, language: str) -> str:
    if key in _AMOUNTS:
        return format_amount(Decimal(value), language)
    if key.endswith("_date"):
        return format_date(date.fromisoformat(value), language)
    if isinstance(value, bool):
        return text("term.yes" if value else "term.no", language)
    if key in _PAYMENTS:
        return payment_number(int(value))
    word = {"source": f"desk.source.{value}", "found_by": f"found_by.{value}"}.get(key, "")
    return text(word, language) if word in texts() else str(value)
