"""The answer to a billing request as a workbook: the sender's own rows with what became of each (OC 3.9-c)."""

from collections.abc import Mapping

from reskontra.documents.billing_request import BillingRequest, Status
from reskontra.formats.workbooks.results import RowOutcome, write_results


def result_workbook(
    request: BillingRequest, outcomes: Mapping[int, tuple[Status, str, str]], language: str
) -> bytes:
    """The file's rows with status, error and order number; ``outcomes`` by row: (status, message, order)."""
    return write_results(
        request,
        {row: RowOutcome(status, told, order or None) for row, (status, told, order) in outcomes.items()},
        language,
    )
