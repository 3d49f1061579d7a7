"""Findings of one invoice as they are gathered."""

from reskontra.documents.findings import Finding, Severity


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
        """Adds a finding; ``severity`` overrides what follows from the direction of the invoice."""
        self.found.append(
            Finding(
                rule,
                severity or ("error" if self.outgoing else "warning"),
                clause=clause,
                row=row,
                value=None if value is None else str(value),
                where=where,
                detail={key: str(text) for key, text in detail.items()},
            )
        )
