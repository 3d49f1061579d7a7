"""Workbooks of billing requests and customer updates: the empty form, and the answers with what became of each row."""

from collections.abc import Mapping

from reskontra.documents.billing_request import BillingRequest, CustomerUpdates, Status
from reskontra.formats.workbooks.results import RowOutcome, template, write_customer_results, write_results


def empty_form(language: str) -> bytes:
    """A billing request to be filled in: a workbook with columns and their choices, a control and a help sheet."""
    return template(language)


def result_workbook(
    document: BillingRequest | CustomerUpdates,
    outcomes: Mapping[int, tuple[Status, str, str, str]],
    language: str,
) -> bytes:
    """The file's rows with what became of each (OC 3.9-c), and the customers' numbers filled in (OC 3.2-b).

    ``outcomes`` by row: (status, message, number of the order, number of the customer).
    """
    told = {
        row: RowOutcome(status, message, order or None, customer)
        for row, (status, message, order, customer) in outcomes.items()
    }
    if isinstance(document, CustomerUpdates):
        return write_customer_results(document, told, language)
    return write_results(document, told, language)
