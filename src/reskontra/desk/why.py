"""Why: the decisions about an order or an invoice, as the panel beside it shows them (design 9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reskontra.insight.explanations import explain
from reskontra.insight.words import told_inputs, told_term
from reskontra.kernel.texts import text, texts
from reskontra.registers.models import Unit


@dataclass(frozen=True)
class Because:
    """One decision in words: what was decided, what else spoke for it, what it looked at, by which clause."""

    outcome: str
    standing: str
    also: Sequence[str]
    inputs: Sequence[tuple[str, str]]
    citation: str
    order: str
    passed_over: Sequence[tuple[str, str]]
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
                **dict(zip(("label", "value"), told_term(key, str(term["value"]), language), strict=True)),
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
        inputs=rested_on(one["inputs"], language),
        citation=one["citation"],
        order=str(one.get("order", "")),
        passed_over=[
            (text(f"channel.name.{passed['channel']}", language), text(f"channel.{passed['why']}", language))
            for passed in one.get("passed_over", ())
        ],
        run=one["run"],
    )


def outcome(name: str, language: str) -> str:
    """The outcome in words, beginning with a capital; its bare name where a later version left a new one."""
    words = text(f"outcome.{name}", language) if f"outcome.{name}" in texts() else name
    return words[:1].upper() + words[1:]


def rested_on(inputs: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """What a decision looked at, as label (beginning with a capital) and value in words."""
    return [(label[:1].upper() + label[1:], value) for label, value in told_inputs(inputs, language)]
