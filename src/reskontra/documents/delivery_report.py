"""What comes back from the operator: an answer for each invoice, and the files it has archived (OC 3.9-d, 3.9-e)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from reskontra.documents import as_json
from reskontra.documents.findings import Finding

Status = Literal["delivered", "refused", "pending"]
Role = Literal["xml", "image", "attachment"]


@dataclass(frozen=True, slots=True)
class DeliveryAnswer:
    """What the operator says of one invoice. ``row`` is the record that the sender sees; amount in euro.

    What could not be read is None, and a finding of the report says so.
    """

    row: int
    batch: str
    invoice: str
    amount: Decimal | None
    channel: str
    status: Status | None
    reason: str
    time: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A receipt report: as many answers as it tells of, and the sum of their amounts in euro."""

    answers: tuple[DeliveryAnswer, ...]
    count: int
    amount: Decimal
    findings: tuple[Finding, ...] = ()
    kind: Literal["delivery_report"] = "delivery_report"

    def as_json(self) -> dict[str, Any]:
        """The report with stable keys; amounts as text with two decimals, times as ISO 8601."""
        return as_json.document(self)


@dataclass(frozen=True, slots=True)
class ReturnedFile:
    """One file that the operator returns for an invoice: its role, name and SHA-256 in hex, as listed."""

    row: int
    invoice: str
    role: Role | None
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class ArchivePackage:
    """A package of archive material. ``contents`` are the bytes by name, where they came along in the package."""

    files: tuple[ReturnedFile, ...]
    contents: Mapping[str, bytes] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    kind: Literal["archive_package"] = "archive_package"

    def as_json(self) -> dict[str, Any]:
        """The package with stable keys; of each file's bytes only the size."""
        return as_json.document(self)
