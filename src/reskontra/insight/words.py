"""What decisions rested on, in words: one way of telling it for the desk, the command line and the API."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.insight.payments import payment_number
from reskontra.kernel.courts import courts
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.terms import all_terms
from reskontra.kernel.texts import text, texts

_EURO = re.compile(r"-?[0-9]+\.[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PAYMENTS = frozenset({"takes_back", "taken_back_by"})
_DIGEST = "_digest"  # the end of a key whose value tells two plans apart, and people nothing
FOR_MACHINES = frozenset({"coding", "match", "payee"})  # digests and ids under other names


def told_inputs(inputs: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """What a decision looked at, as label and value in ``language``; what only tells plans apart is left out."""
    return list(_told(inputs, language))


def reason_told(written: str, language: str) -> str:
    """Why something was done, in words: a reason that a run left by the name of its outcome, else as it was written."""
    if f"outcome.{written}" not in texts():
        return written
    words = text(f"outcome.{written}", language)
    return words[:1].upper() + words[1:]


def told_term(key: str, value: str, language: str) -> tuple[str, str]:
    """A dated term as label and value in ``language``: euro and per cent as they are written, a code by its words.

    ``key`` is the term's, for a text with its language behind it; one of another version is told as it stands.
    """
    term = all_terms().get(key.partition(".")[0])
    if term is None:
        return key, value
    label = term.about[language]
    if term.unit == "code":
        for known in (f"term_value.{term.key}.{value}", f"term.{value}"):
            if known in texts():
                return label, text(known, language)
    elif term.unit not in ("text", "codes") and _NUMBER.fullmatch(value):
        if term.unit == "euro":
            return label, format_amount(Decimal(value), language)
        written = value if language == "en" else value.replace(".", ",")
        return (
            label,
            f"{written} %"
            if term.unit == "percent"
            else f"{written} {text(f'terms.unit_{term.unit}', language)}",
        )
    return label, value


def _told(inputs: Mapping[str, Any], language: str) -> Iterator[tuple[str, str]]:
    for key, value in inputs.items():
        if not key.endswith(_DIGEST) and key not in FOR_MACHINES:
            label = text(f"input.{key}", language) if f"input.{key}" in texts() else key
            yield label, _value(key, value, language)


def _value(key: str, value: Any, language: str) -> str:
    """Yes or no, euro and days as they are written in ``language``; a code by its words, else as it stands."""
    if isinstance(value, bool):
        return text("term.yes" if value else "term.no", language)
    if isinstance(value, Mapping):  # amounts by what takes them
        return format_amount(sum((Decimal(part) for part in value.values()), Decimal(0)), language)
    if isinstance(value, list):
        return ", ".join(_value(key, one, language) for one in value)
    written = str(value)
    if key in _PAYMENTS:
        return payment_number(int(value))
    if key == "court" and written in courts().by_key:
        return courts().by_key[written].name[language]
    if _EURO.fullmatch(written):
        return format_amount(Decimal(written), language)
    if _DAY.fullmatch(written):
        return format_date(date.fromisoformat(written), language)
    for known in (f"input.{key}.{written}", f"{key}.{written}", f"outcome.{written}"):
        if known in texts():
            return text(known, language)
    return written
