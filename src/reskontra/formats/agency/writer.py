"""The batch to an agency as JSON in UTF-8: one object, its cases and messages in order, counts and sums at its end."""

import json
from decimal import Decimal

from reskontra.documents.agency import HandOverBatch

VERSION = 1


def write(batch: HandOverBatch) -> bytes:
    """The bytes of the batch."""
    told = {
        "kind": "agency_hand_over_batch",
        "version": VERSION,
        "identity": batch.identity,
        "day": batch.day.isoformat(),
        "unit": batch.unit,
        "cases": [one.as_json() for one in batch.cases],
        "messages": [one.as_json() for one in batch.messages],
        "count": len(batch.cases),
        "total": f"{sum((one.total for one in batch.cases), Decimal(0)):.2f}",
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
