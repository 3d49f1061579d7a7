"""Workbooks of billing requests: the empty form, and the answer with what became of each row (OC 3.9-c)."""

from collections.abc import Mapping

from reskontra.documents.billing_request import BillingRequest, Status
from reskontra.formats.workbooks.results import RowOutcome, template, write_results


def empty_form(language: str) -> bytes:
    """A billing request to be filled in: a workbook with columns and their choices, a control and a help sheet."""
    return template(language)


def result_workbook(
    request: BillingRequest, outcomes: Mapping[int, tuple[Status, str, str]], language: str
) -> bytes:
    """The file's rows with status, error and order number; ``outcomes`` by row: (status, message, order)."""
    return write_results(
        request,
        {row: RowOutcome(status, told, order or None) for row, (status, told, order) in outcomes.items()},
        language,
    )
