"""All shared rules at once: an invoice is judged the same whatever it came in."""

from collections.abc import Mapping
from types import MappingProxyType

from reskontra.documents.findings import Finding
from reskontra.documents.invoice import Invoice
from reskontra.formats.en16931.contents import check_contents
from reskontra.formats.en16931.parties import check_parties
from reskontra.formats.en16931.payment import check_payment
from reskontra.formats.en16931.report import Report, placed
from reskontra.formats.en16931.sums import check_sums
from reskontra.formats.en16931.vat import check_vat

_BY_TERM: Mapping[str, str] = MappingProxyType({})


def check_invoice(invoice: Invoice, report: Report) -> None:
    """Adds what breaks the rules that hold for every format; places are business terms."""
    check_contents(invoice, report)
    check_parties(invoice, report)
    check_sums(invoice, report)
    check_vat(invoice, report)
    check_payment(invoice, report)


def findings(invoice: Invoice, places: Mapping[str, str] = _BY_TERM) -> list[Finding]:
    """All that is wrong with a supplier's invoice, the reader's own findings first.

    An error leaves open who is to be paid, what, or when it was charged; a warning only tells. ``places`` says
    where business terms stand in the format that the invoice came in; without it the terms themselves are named.
    """
    report = Report(outgoing=False)
    check_invoice(invoice, report)
    return [*invoice.findings, *placed(report.found, places)]
