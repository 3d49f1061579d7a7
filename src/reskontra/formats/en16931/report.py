"""Findings of one invoice as they are gathered, and where they stand in its format."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reskontra.documents.findings import Finding, Severity
from reskontra.kernel.identifiers import find_personal_codes

_HIDDEN = "****"


class Report:
    """Collects findings; an outgoing invoice's are errors, an incoming one's warnings unless said."""

    __slots__ = ("found", "outgoing")

    def __init__(self, outgoing: bool) -> None:
        self.outgoing = outgoing
        self.found: list[Finding] = []

    def note(
        self,
        rule: str,
        clause: str,
        where: str,
        value: object = None,
        *,
        severity: Severity | None = None,
        row: int | None = None,
        **detail: object,
    ) -> None:
        """Adds a finding; ``severity`` overrides what follows from the direction of the invoice.

        ``where`` is a business term such as BT-112, which ``placed`` turns into the format's own place. A personal
        code in the wrong field is not repeated (OC 2.2-f).
        """
        self.found.append(
            Finding(
                rule,
                severity or ("error" if self.outgoing else "warning"),
                clause=clause,
                row=row,
                value=None if value is None else _shown(value),
                where=where,
                detail={key: _shown(text) for key, text in detail.items()},
            )
        )


def _shown(value: object) -> str:
    return _HIDDEN if find_personal_codes(text := str(value)) else text


def placed(findings: Iterable[Finding], places: Mapping[str, str]) -> list[Finding]:
    """The findings with business terms replaced by where these stand in a format; others as they are."""
    return [replace(finding, where=places.get(finding.where or "", finding.where)) for finding in findings]
