"""Findings as sentences: what is wrong, where, by which clause, and what to do."""

from reskontra.documents.findings import Finding
from reskontra.kernel.texts import text, texts


def placed(finding: Finding, language: str) -> str:
    """The sentence with its row before it, unless it tells the row itself or the finding has none."""
    sentence = message(finding, language)
    told = texts().get(f"finding.{finding.rule}")
    if finding.row is None or (told is not None and "{row}" in told[language]):
        return sentence
    return text("finding_at_row", language, row=finding.row, sentence=sentence)


def message(finding: Finding, language: str) -> str:
    """The sentence of a finding in ``language``, with its place and its clause."""
    key = f"finding.{finding.rule}"
    values: dict[str, object] = {
        **finding.detail,
        "value": finding.value if finding.value is not None else "",
        "row": finding.row if finding.row is not None else "",
        "column": finding.column or "",
        "where": finding.where or "",
        "clause": finding.clause or "",
    }
    sentence = text(key, language, **values) if key in texts() else finding.rule
    return f"{sentence} ({finding.clause})" if finding.clause and finding.clause not in sentence else sentence
