"""Findings as sentences: what is wrong, where, by which clause, and what to do."""

import re
from datetime import date

from reskontra.documents.findings import Finding
from reskontra.kernel.days import format_date
from reskontra.kernel.texts import text, texts

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def placed(finding: Finding, language: str) -> str:
    """The sentence with its row before it, unless it tells the row itself or the finding has none."""
    sentence = message(finding, language)
    told = texts().get(f"finding.{finding.rule}")
    if finding.row is None or (told is not None and "{row}" in told[language]):
        return sentence
    return text("finding_at_row", language, row=finding.row, sentence=sentence)


def _told(value: str, language: str) -> str:
    """A detail for people: a whole ISO date in the form of the language, anything else as it is."""
    if not _ISO_DAY.fullmatch(value):
        return value
    try:
        return format_date(date.fromisoformat(value), language)
    except ValueError:
        return value


def message(finding: Finding, language: str) -> str:
    """The sentence of a finding in ``language``, with its place and its clause."""
    key = f"finding.{finding.rule}"
    values: dict[str, object] = {
        **{name: _told(value, language) for name, value in finding.detail.items()},
        "value": finding.value if finding.value is not None else "",
        "row": finding.row if finding.row is not None else "",
        "column": finding.column or "",
        "where": finding.where or "",
        "clause": finding.clause or "",
    }
    sentence = text(key, language, **values) if key in texts() else finding.rule
    return f"{sentence} ({finding.clause})" if finding.clause and finding.clause not in sentence else sentence
