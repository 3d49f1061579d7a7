"""Findings: what is wrong with an input, by rule, place and clause. Errors as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or worth a look, in an input.

    ``rule`` is a stable name; the sentence for people is the text ``finding.<rule>`` in the reader's
    language, filled with ``value``, ``row``, ``column``, ``where`` and everything in ``detail``.
    ``row`` is the number that the sender sees in the file; ``column`` the label in the sender's own
    file; ``where`` a path for documents without rows. ``severity`` error returns the row or refuses
    the file, warning only tells.
    """

    rule: str
    severity: Severity = "error"
    clause: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    where: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The finding with stable keys; absent places are left out."""
        found: dict[str, Any] = {"rule": self.rule, "severity": self.severity}
        for key in ("clause", "row", "column", "value", "where"):
            if (given := getattr(self, key)) is not None:
                found[key] = given
        if self.detail:
            found["detail"] = dict(self.detail)
        return found


class Refused(Exception):
    """The whole file is refused: nothing of it may be used. Carries the findings that say why."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(", ".join(finding.rule for finding in findings))
        self.findings = findings
