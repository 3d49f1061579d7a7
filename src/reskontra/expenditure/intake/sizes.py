"""How large a file of invoices and its attachments may be, by the way that it came (EX 1-b)."""

from collections.abc import Iterable

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Invoice
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms

MEGABYTE = 1_000_000
_BY_HAND = frozenset({"by_hand", "workbook"})


@clause("EX 1-b")
def refuse_too_large(size: int, name: str, channel: str, terms: Terms) -> None:
    """Raise ``Refused`` for a file of ``size`` bytes that is larger than its way of arrival takes."""
    most = terms.purchase_size_by_hand if channel in _BY_HAND else terms.purchase_size_by_interface
    if size > most * MEGABYTE:
        detail = {"limit": str(most), "size": f"{size / MEGABYTE:.1f}"}
        raise Refused(Finding("purchase_too_large", clause="EX 1-b", value=name, detail=detail))


@clause("EX 1-b")
def refuse_attachments(invoices: Iterable[Invoice], terms: Terms) -> None:
    """Raise ``Refused`` when a single attachment is larger than the limit, which holds for each file by itself."""
    most = terms.purchase_attachment_size
    wrong = [
        Finding(
            "purchase_attachment_too_large",
            clause="EX 1-b",
            value=file.name,
            detail={"limit": str(most), "invoice": invoice.number or ""},
        )
        for invoice in invoices
        for file in invoice.attachments
        if file.content is not None and len(file.content) > most * MEGABYTE
    ]
    if wrong:
        raise Refused(*wrong)
