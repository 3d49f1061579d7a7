"""Applications to the courts: the only door to their format, and the place of an adapter (OC 6.2.5)."""

from collections.abc import Sequence

from reskontra.documents.findings import Finding
from reskontra.documents.summons import Summons, SummonsBatch
from reskontra.formats.summons import batch as batches
from reskontra.formats.summons import checks, writer


def summons_findings(summons: Summons) -> Sequence[Finding]:
    """What keeps an application from going out, part by part."""
    return checks.check(summons)


def summons_batch(batch: SummonsBatch) -> bytes:
    """The bytes of a batch, withdrawals too; raises ``Refused`` where its own schema does not hold."""
    return writer.write(batch)


def told_of_case(data: bytes, case: int) -> Sequence[tuple[str, str]]:
    """What a batch that went out says in the application ``case``, as names and words; never a personal code."""
    return batches.told_of_case(data, case)
