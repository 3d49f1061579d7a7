"""What keeps a case from being handed over: each item that a payment demand must tell (Act 513/1999, section 5 a)."""

from collections.abc import Sequence

from reskontra.documents.agency import HandOver
from reskontra.documents.findings import Finding
from reskontra.kernel.demands import Circumstances, required_contents


def check(case: HandOver) -> Sequence[Finding]:
    """A finding ``agency_content_missing`` for each item that the demand of the case could not tell."""
    circumstances = Circumstances("consumer" if case.consumer else "other")
    return [
        Finding("agency_content_missing", clause="OC 6.1.4-a", where=key)
        for key in required_contents(circumstances, case.day)
        if not case.contents.get(key)
    ]
