"""Batches to a collection agency: the only door to their layout, and the place of an adapter (OC 6.1.4)."""

from collections.abc import Sequence

from reskontra.documents.agency import HandOver, HandOverBatch
from reskontra.documents.findings import Finding
from reskontra.formats.agency import checks, writer


def hand_over_findings(case: HandOver) -> Sequence[Finding]:
    """What a payment demand for the case could not tell, item by item."""
    return checks.check(case)


def hand_over_batch(batch: HandOverBatch) -> bytes:
    """The bytes of a batch: cases handed over, and messages about earlier ones."""
    return writer.write(batch)
