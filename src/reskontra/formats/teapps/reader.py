"""TEAPPSXML 3.0 and 2.7.2 to invoices: lenient about what is missing, strict about values.

Several content frames in a file and several invoices in a frame. A missing or empty element gives ``None``; a value
that can be read in two ways gives ``None`` and a finding on the invoice. Element names and their business terms: the
empty annotated invoice of version 3.0, and its implementation guide.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Attachment, Invoice
from reskontra.formats.teapps import codes, credit, parties, rows, totals
from reskontra.formats.teapps.splitting import LARGE, ROOT, Element, is_teapps, open_file
from reskontra.formats.teapps.values import Group, distinct, only
from reskontra.kernel.references import NotAReference, normal_reference

__all__ = ["is_teapps", "read", "read_invoices"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the frames around an invoice say: version, identifier of the batch, and who sends to whom."""

    version: str
    block: str | None
    sender: str | None
    sender_operator: str | None
    receiver: str | None
    receiver_operator: str | None


def read(data: bytes, name: str = "") -> list[Invoice]:
    """All invoices of one file, in their order.

    ``name`` is the file's name and stands in the refusal. Raises ``Refused`` when the file is no TEAPPSXML, holds
    something else than invoices to be added, an unknown version, no invoice, or XML that may not be parsed.
    """
    try:
        return [invoice for invoice, _ in read_invoices(data)]
    except Refused as refused:
        named = (replace(finding, where=finding.where or name or None) for finding in refused.findings)
        raise Refused(*named) from None


def read_invoices(data: bytes, large: int = LARGE) -> Iterator[tuple[Invoice, str]]:
    """Each invoice with the version of its frame, as ``read``; above ``large`` bytes the file is read in pieces."""
    root, frames = open_file(data, large)
    if root.tag != ROOT:
        raise Refused(Finding("teapps_not_teapps", value=str(root.tag)))
    transport = Group(root, "", []).group("TRANSPORT_FRAME")
    found = 0
    for element, elements in frames:
        envelope, findings = _envelope(Group(element, "CONTENT_FRAME", []), transport)
        in_frame = [_invoice(one, envelope, findings) for one in elements]
        _count(element, in_frame)
        found += len(in_frame)
        for invoice in in_frame:
            yield invoice, envelope.version
    if not found:
        answer = transport.text("REQUEST_MESSAGE")
        rule = "teapps_acknowledgement" if answer else "teapps_no_invoices"
        raise Refused(Finding(rule, value=answer))


def _envelope(frame: Group, transport: Group) -> tuple[Envelope, tuple[Finding, ...]]:
    block = frame.group("BLOCK_RULES")
    findings: tuple[Finding, ...] = ()
    version = (block.text("FORMAT_VERSION") or "").lower().removeprefix("v")
    if not version:
        # A 2.7.2 invoice is one of 3.0 too, so that nothing is lost by taking it for the newest.
        version = codes.READ_VERSIONS[-1]
        where = "CONTENT_FRAME/BLOCK_RULES/FORMAT_VERSION"
        findings = (Finding("teapps_version_missing", "warning", value=version, where=where),)
    if version not in codes.READ_VERSIONS:
        raise Refused(Finding("teapps_version", value=version))
    for name in ("TRANSACTION_TYPE", "BLOCK_ACTION"):
        if (given := block.text(name)) not in (None, codes.ADDITION):
            raise Refused(Finding("teapps_other_content", value=given, where=f"BLOCK_RULES/{name}"))
    receiver = transport.group("CONTENT_RECEIVER")
    envelope = Envelope(
        version=version,
        block=frame.text("BLOCK_ID"),
        sender=frame.text("NET_SERVICE_ID") or transport.text("SENDER"),
        sender_operator=frame.text("INTERMEDIATOR") or transport.text("INTERMEDIATOR"),
        receiver=receiver.text("RECEIVER_REF"),
        receiver_operator=receiver.text("INTERMEDIATOR"),
    )
    return envelope, findings


def _count(frame: Element, invoices: list[Invoice]) -> None:
    """The number of invoices that a batch tells of itself; one that differs means that the batch is not whole."""
    told = Group(frame, "", []).group("BLOCK_SUMMARY").text("COUNT")
    if told and told.isascii() and told.isdigit() and int(told[:18]) != len(invoices):
        raise Refused(Finding("teapps_count", value=told, detail={"found": str(len(invoices))}))


def _invoice(element: Element, envelope: Envelope, before: tuple[Finding, ...]) -> Invoice:
    findings = list(before)
    root = Group(element, "", findings)
    header = root.group("HEADER")
    type_code = _type(header)
    credited = type_code in codes.CREDITS
    currency = header.group("CURRENCY").text("CODE")
    lines = rows.lines(root, currency)
    by_rate = totals.breakdown(root, currency)
    sums = totals.totals(root, by_rate, credited)
    if credited:
        sums, lines, by_rate = credit.as_credit(root, sums, lines, by_rate)
    seller, further = parties.seller(root, envelope.sender, envelope.sender_operator)
    due_date, terms = _terms(header)
    buyer_reference, notes = _buyer_reference(header)
    invoice = Invoice(
        number=header.text("INVOICE_ID"),
        issue_date=header.day("INVOICE_DATE"),
        due_date=due_date,
        currency=currency,
        seller=seller,
        buyer=parties.buyer(root, envelope.receiver, envelope.receiver_operator),
        net=sums.net,
        vat=sums.vat,
        total=sums.total,
        payable=sums.payable,
        type_code=type_code,
        type_text=header.text("SUBJECT"),
        reference=_reference(root),
        agreement=_agreement(root),
        order=_order(root),
        buyer_reference=buyer_reference,
        accounting=_accounting(header),
        site=parties.site(root),
        supply_date=header.day("DELIVERY_DATE"),
        period_start=header.day("START_PERIOD"),
        period_end=header.day("END_PERIOD"),
        delivery=parties.delivery(root),
        lines=lines,
        vat_breakdown=by_rate,
        notes=notes + _notes(root),
        payment_terms=terms,
        late_interest_text=" ".join(header.group("PAYMENT_OVERDUE_FINE").texts("FREE_TEXT")) or None,
        late_interest_percent=header.group("PAYMENT_OVERDUE_FINE").percent("INTEREST_RATE"),
        specification=header.text("SPECIFICATION_ID"),
        barcode=_barcode(root),
        message_id=envelope.block,
        language=_language(root),
        attachments=_attachments(root),
        allowances=sums.allowances,
        charges=sums.charges,
        paid=sums.paid,
        rounding=sums.rounding,
        format=f"teappsxml {envelope.version}",
        further_accounts=further,
    )
    number, day = _original(root, credited)
    _parts(root)
    return replace(invoice, original_number=number, original_date=day, findings=tuple(findings))


def _type(header: Group) -> str | None:
    """The common type code. Two codes that do not agree whether it is a credit note are none."""
    given = header.text("INVOICE_TYPE")
    general = codes.UN_TYPES.get(header.attribute("INVOICE_TYPE", "UNTDID_CODE") or "")
    own = codes.TYPES.get(given or "")
    if given and own is None:
        header.note("teapps_type_unknown", "INVOICE_TYPE", given, "error")
        return None
    if own is None or general is None:
        found = own or general
    elif (own in codes.CREDITS) != (general in codes.CREDITS):
        header.note("teapps_type_twice", "INVOICE_TYPE", given or "", "error", general=general)
        return None
    else:
        found = general if own == "INV01" else own
    if found and not found.startswith("INV"):
        header.note("teapps_no_invoice_type", "INVOICE_TYPE", given or "", "error")
    return found


def _terms(header: Group) -> tuple[date | None, str | None]:
    """The due date and the terms of payment; a due date in words belongs to the terms."""
    terms = header.texts("TERMS_OF_PAYMENT")
    for discount in header.groups("CASH_DISCOUNT"):
        terms += discount.texts("FREE_TEXT")
    words = header.group("DUE_DATE").text("VERBOSE_DATE")
    if words:
        header.note("teapps_due_date_in_words", "DUE_DATE/VERBOSE_DATE", words, "warning")
        terms += (words,)
    return header.day("DUE_DATE"), " ".join(terms) or None


def _reference(root: Group) -> str | None:
    """The reference to pay with, national or RF, as one: both forms of the same one are one."""
    details = root.group("PAYEE", "DETAILS_OF_PAYMENT")
    payment = root.group("EpiDetails", "EpiPaymentInstructionDetails")
    told = [
        "".join(text.split()).upper()
        for text in (
            details.text("FI_PAYMENT_REFERENCE"),
            details.text("IPI_REFERENCE"),
            payment.text("EpiRemittanceInfoIdentifier"),
        )
        if text
    ]
    if len({_normal(text) for text in told}) > 1:
        details.note("teapps_reference_twice", "FI_PAYMENT_REFERENCE", ", ".join(told), "error")
        return None
    first = next(iter(told), "")
    return (first.lstrip("0") if first.isdigit() else first) or None


def _normal(text: str) -> str:
    try:
        return normal_reference(text)
    except NotAReference:
        return text.lstrip("0")


def _barcode(root: Group) -> str | None:
    barcode = root.group("PAYEE", "BANK_BARCODE")
    return barcode.text("FI_BANK_BARCODE") or barcode.text("IPI_BANK_BARCODE")


def _agreement(root: Group) -> str | None:
    """The contract (BT-12): of the heading, else the one that the rows agree on."""
    if number := root.group("HEADER", "CONTRACT_INFORMATION").text("CONTRACT_NUMBER"):
        return number
    return only(
        row.group("CONTRACT_INFORMATION").text("CONTRACT_NUMBER") or row.text("CONTRACT_REFERENCE")
        for row in root.group("ROWS").groups("ROW")
    )


def _order(root: Group) -> str | None:
    """The buyer's order (BT-13); several are told by the rows, and by a finding."""
    orders = rows.orders(root)
    if len(orders) > 1:
        root.note("teapps_several_orders", "HEADER/ORDER_INFORMATION", ", ".join(orders), "warning")
        return None
    return next(iter(orders), None)


def _buyer_reference(header: Group) -> tuple[str | None, tuple[str, ...]]:
    """The buyer's reference (BT-10): of the buyer's order, then its own elements. Others are kept as notes."""
    told = distinct(
        (
            *rows.buyers_orders(header, "ORDER_REFERENCE"),
            header.text("BUYER_REFERENCE"),
            header.text("ORDER_REFERENCE"),
        )
    )
    if len(told) > 1:
        header.note("teapps_buyer_reference_twice", "BUYER_REFERENCE", ", ".join(told), "warning")
    return next(iter(told), None), told[1:]


def _accounting(header: Group) -> str | None:
    """The posting reference (BT-19) that all default postings of the invoice agree on."""
    postings = header.group("PAYER_POSTING_GROUP_DEFAULTS").groups("POSTING_DEFAULT")
    told = distinct(posting.text("ACCOUNT_REFERENCE") for posting in postings)
    if len(told) > 1:
        header.note("teapps_several_postings", "PAYER_POSTING_GROUP_DEFAULTS", ", ".join(told), "warning")
        return None
    return next(iter(told), None)


def _original(root: Group, credited: bool) -> tuple[str | None, date | None]:
    """The invoice that a credit note corrects: of the heading, the summary, or the one that the rows agree on.

    On other invoices the summary names advance payments and not what is corrected.
    """
    header = root.group("HEADER")
    if number := header.text("CREDIT_INVOICE_NUMBER"):
        return number, header.day("CREDIT_INVOICE_DATE")
    earlier = root.group("SUMMARY").groups("PRECEDING_INVOICE_INFORMATION") if credited else []
    if len(earlier) == 1:
        return earlier[0].text("PRECEDING_INVOICE_ID"), earlier[0].day("PRECEDING_INVOICE_DATE")
    named = root.group("ROWS").groups("ROW")
    number = only(row.text("CREDIT_INVOICE_NUMBER") for row in named)
    for row in named if number else ():
        if row.text("CREDIT_INVOICE_NUMBER") == number:
            return number, row.day("CREDIT_INVOICE_DATE")
    return None, None


def _notes(root: Group) -> tuple[str, ...]:
    """Free texts in their order: of the heading, its titled ones, VAT, the payment and the summary."""
    header = root.group("HEADER")
    titled = (
        ": ".join(filter(None, (info.text("TITLE"), info.text("CONTENT"))))
        for info in header.groups("HEADER_INFO")
    )
    return distinct(
        (
            *header.texts("FREE_TEXT"),
            *titled,
            header.text("VAT_TEXT"),
            header.group("START_PERIOD").text("PERIOD_TEXT"),
            root.group("PAYEE", "DETAILS_OF_PAYMENT").text("FREE_TEXT"),
            *root.group("SUMMARY").texts("FREE_TEXT"),
        )
    )


def _language(root: Group) -> str | None:
    code = root.group("RECEIVER", "CUSTOMER_INFORMATION").text("LANGUAGE_CODE")
    return codes.LANGUAGES.get(code.upper(), code.lower()) if code else None


def _attachments(root: Group) -> tuple[Attachment, ...]:
    """The files that come beside the message, by name: of each only the last part of its path (guide, 3)."""
    found = []
    for control in root.group("CONTROL").groups("IMAGE_CONTROL"):
        told = control.text("IMAGE_FILE")
        if not told:
            continue
        name = PurePosixPath(told.replace("\\", "/")).name or told
        ending = control.attribute("IMAGE_FILE", "IMAGE_TYPE") or PurePosixPath(name).suffix.lstrip(".")
        found.append(Attachment(name, codes.MIME_TYPES.get(ending.lower(), "application/octet-stream")))
    return tuple(found)


def _parts(root: Group) -> None:
    """Instalments are no part of the document: that an invoice has them is told, and its whole sum stands."""
    payments = root.group("PART_PAYMENTS").groups("PAYMENT")
    if len(payments) > 1:
        root.note("teapps_instalments", "PART_PAYMENTS", str(len(payments)), "warning")
