"""What became of a file of the operator, row by row: what a receipt report and an archive package have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from reskontra.documents.findings import Finding
from reskontra.exchange.messages import message


@dataclass(frozen=True)
class Taken:
    """Each row's outcome with its findings; ``before`` says when the same bytes came in before."""

    kind: ClassVar[str]
    counted: ClassVar[Sequence[str]]  # the outcomes that there are

    outcomes: Sequence[tuple[int, str, Sequence[Finding]]]
    before: str = ""

    def count(self, outcome: str) -> int:
        """How many rows ended as ``outcome``."""
        return sum(1 for _, one, _ in self.outcomes if one == outcome)

    def as_json(self, language: str) -> dict[str, Any]:
        """The contract of ``reskontra import --json`` for the file."""
        return {
            "kind": self.kind,
            "read": len(self.outcomes),
            **{outcome: self.count(outcome) for outcome in self.counted},
            "reasons": [
                {**finding.as_json(), "outcome": outcome, "message": message(finding, language)}
                for _, outcome, findings in self.outcomes
                for finding in findings
            ],
            **self._own(),
            "before": self.before or None,
        }

    def _own(self) -> dict[str, Any]:
        """What only one kind of file has to tell."""
        return {}
