"""Bytes to documents, whatever the format: the only place that knows which formats there are."""

from codecs import BOM_UTF8
from collections.abc import Sequence

from reskontra.documents.agency import AgencyReport
from reskontra.documents.billing_request import BillingRequest, CustomerUpdates
from reskontra.documents.card_statement import CardStatement
from reskontra.documents.delivery_report import ArchivePackage, DeliveryReport
from reskontra.documents.enforcement import EnforcementReport
from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Invoice
from reskontra.documents.payment_request import PaymentRequest
from reskontra.documents.payment_status import PaymentReport
from reskontra.documents.purchase import CodingTemplates, Contracts, PurchaseOrders, Receipts
from reskontra.documents.statement import PaymentList, Statement
from reskontra.documents.supplier_list import SupplierList
from reskontra.formats.agency import reader as agency
from reskontra.formats.camt import reader as camt
from reskontra.formats.cards import reader as cards
from reskontra.formats.cii import reader as cii
from reskontra.formats.delivery_reports import package as archive_packages
from reskontra.formats.delivery_reports import reader as delivery_reports
from reskontra.formats.en16931.enveloped import beginning
from reskontra.formats.enforcement import reader as enforcement
from reskontra.formats.finvoice import reader as finvoice
from reskontra.formats.ktl import reader as ktl
from reskontra.formats.pain import reader as pain
from reskontra.formats.teapps import reader as teapps
from reskontra.formats.ubl import reader as ubl
from reskontra.formats.workbooks.billing import counts_agree
from reskontra.formats.workbooks.expenditure import (
    NOT_A_FORM,
    begins_as_expenditure,
    counts_of_expenditure_agree,
)
from reskontra.formats.workbooks.isolation import read_in_child

Document = (
    Invoice
    | BillingRequest
    | CustomerUpdates
    | Statement
    | PaymentList
    | DeliveryReport
    | ArchivePackage
    | EnforcementReport
    | AgencyReport
    | PaymentReport
    | PaymentRequest
    | PurchaseOrders
    | Receipts
    | Contracts
    | CodingTemplates
    | CardStatement
    | SupplierList
)

# A file is of the other kind of form when what refuses it is that the form's own heading is not there.
_OTHER_FORM = frozenset({"file_column_missing", "file_heading_not_found", "file_json_kind"})


def read_documents(data: bytes, name: str) -> Sequence[Document]:
    """Every document in a file, told apart by content; ``name`` only helps people.

    Forms from outside are read in a child process where a damaged one can do no harm; messages in XML and
    records of fixed width through gates of their own. Raises ``Refused`` with the reasons when nothing of the
    file may be used.
    """
    if not data.strip():
        raise Refused(Finding("empty_file", clause="OC 3.9-c", value=name))
    if finvoice.is_finvoice(data):
        return finvoice.read(data, name)
    if teapps.is_teapps(data):
        return teapps.read(data, name)
    if ubl.is_ubl(data):
        return ubl.read(data, name)
    if cii.is_cii(data):
        return cii.read(data, name)
    if enforcement.is_enforcement_report(data):
        return enforcement.read(data, name)
    if pain.is_status_report(data):
        return pain.read(data, name)
    if camt.is_camt(data):
        return camt.read(data, name)
    if ktl.is_ktl(data):
        return ktl.read(data, name)
    if delivery_reports.is_delivery_report(data):
        return delivery_reports.read(data, name)
    if agency.is_agency_report(data):
        return agency.read(data, name)
    if cards.is_card_statement(data):
        return cards.read(data, name)
    if archive_packages.is_archive_package(data):
        return archive_packages.read(data, name)
    if root := other_xml(data):
        raise Refused(Finding("file_other_xml", clause="OC 3.9-c", value=name, detail={"root": root[:60]}))
    if begins_as_expenditure(data):
        return [read_in_child("other", data, name)]
    try:
        return [read_in_child("billing", data, name)]
    except Refused as refused:
        if not _OTHER_FORM & {finding.rule for finding in refused.findings}:
            raise
        try:
            return [read_in_child("other", data, name)]
        except Refused as other:
            not_a_form = NOT_A_FORM & {finding.rule for finding in other.findings}
            raise (refused if not_a_form else other) from None


def other_xml(data: bytes) -> str:
    """The name of the root where ``data`` begins like XML; every kind that we read was looked for before."""
    root = beginning(data)
    if root is not None:
        return root[1]
    return "?xml" if data.removeprefix(BOM_UTF8).lstrip().startswith(b"<?xml") else ""


def whole_file_findings(document: Document) -> list[Finding]:
    """What refuses the whole file: it holds nothing, or its own counts do not agree with what was read (OC 3.9-a)."""
    if isinstance(document, BillingRequest):
        return counts_agree(document) or _without_rows(document.rows)
    if isinstance(document, CustomerUpdates):
        return _without_rows(document.customers)
    if isinstance(
        document, PaymentRequest | PurchaseOrders | Receipts | Contracts | CodingTemplates | SupplierList
    ):
        return counts_of_expenditure_agree(document)
    return []


def _without_rows(rows: Sequence[object]) -> list[Finding]:
    return [] if rows else [Finding("file_without_rows", clause="OC 3.9-a")]


def is_invoice_file(data: bytes) -> bool:
    """Whether the bytes look like invoices in a format that we read."""
    return any(looks(data) for looks in (finvoice.is_finvoice, teapps.is_teapps, ubl.is_ubl, cii.is_cii))
