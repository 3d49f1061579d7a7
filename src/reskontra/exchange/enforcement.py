"""Messages to the enforcement authority: the only door to their format, and the place of an adapter (OC 6.2.2)."""

from collections.abc import Sequence

from reskontra.documents.enforcement import EnforcementBatch, EnforcementMessage
from reskontra.documents.findings import Finding
from reskontra.formats.enforcement import batch as batches
from reskontra.formats.enforcement import checks, writer


def message_findings(message: EnforcementMessage) -> Sequence[Finding]:
    """What keeps a message from going out, part by part."""
    return checks.check(message)


def enforcement_batch(batch: EnforcementBatch) -> bytes:
    """The bytes of a batch; raises ``Refused`` where its own schema does not hold."""
    return writer.write(batch)


def told_of_case(data: bytes, case: int) -> Sequence[tuple[str, str]]:
    """What a batch that went out says of ``case``, as names and words; never a personal code."""
    return batches.told_of_case(data, case)
