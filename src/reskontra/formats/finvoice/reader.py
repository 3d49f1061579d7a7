"""Finvoice 3.0, 2.01, 2.0, 1.3 and 1.2 to invoices: lenient about what is missing, strict about values.

Bare or in a frame, one message or many in a file. A missing or empty element gives ``None``; a value that
can be read in two ways gives ``None`` and a finding on the invoice. Element names: Finance Finland,
Finvoice data list; the State's identifiers: OC 3.5.2-a.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Invoice, InvoiceLine, Party, VatBreakdown
from reskontra.formats import xml
from reskontra.formats.finvoice import codes
from reskontra.formats.finvoice.attachments import read_message
from reskontra.formats.finvoice.framing import EBXML, Frame, read_frame
from reskontra.formats.finvoice.splitting import Piece, first_root, pieces
from reskontra.formats.finvoice.values import Group

MOST_BYTES = 200_000_000
_LONGEST_POSITION = 9
_LEGAL_BASIS_WORDS = tuple(codes.LEGAL_BASIS_WORDS.values())
_NO_PART = frozenset({"-", "--"})  # what the writer puts where an address lacks a part that the schema wants


def is_finvoice(data: bytes) -> bool:
    """Whether ``data`` looks like a Finvoice message of any kind, bare or in its frame. Never raises."""
    root = first_root(data) or ""
    name = root.rpartition(":")[2]
    if name == "Envelope":
        return b"<Finvoice" in data or EBXML.encode() in data
    return name.startswith("Finvoice")


def read(data: bytes, name: str = "") -> list[Invoice]:
    """All invoices of one file, in their order, each with the attachments that the file holds for it.

    ``name`` is the file's name and stands in the refusal. Raises ``Refused`` when the file is no
    Finvoice, holds a message of another kind, an unknown version, or XML that may not be parsed.
    """
    if len(data) > MOST_BYTES:
        raise Refused(Finding("xml_too_large", where=name or None, detail={"limit": str(MOST_BYTES)}))
    try:
        return _with_attachments(data)
    except Refused as refused:
        named = (replace(finding, where=finding.where or name or None) for finding in refused.findings)
        raise Refused(*named) from None


def invoice_pieces(data: bytes) -> Iterator[tuple[Piece, Frame]]:
    """The invoice and attachment documents of a file, each with the frame before it.

    Raises ``Refused`` for messages of other kinds and for a frame without a message.
    """
    frame: Frame | None = None
    found = False
    for piece in pieces(data):
        kind = piece.local_name
        if kind == "Envelope":
            if frame is not None:
                raise _without_message(frame)
            frame = read_frame(piece)
            continue
        if piece.root not in ("Finvoice", "FinvoiceAttachments"):
            raise Refused(Finding("finvoice_other_message", value=piece.root))
        yield piece, frame or Frame()
        frame, found = None, True
    if frame is not None:
        raise _without_message(frame)
    if not found:
        raise Refused(Finding("xml_empty"))


def read_piece(piece: Piece, frame: Frame) -> Invoice:
    """One invoice from its document; raises ``Refused``."""
    root = xml.parse(piece.data, assume=piece.assume)
    if root.tag != "Finvoice":
        raise Refused(Finding("finvoice_other_message", value=str(root.tag)))
    version = (root.get("Version") or "").strip()
    if version not in codes.READ_VERSIONS:
        raise Refused(Finding("finvoice_version", value=version))
    findings: list[Finding] = []
    return _invoice(Group(root, "", findings), frame, version, findings)


def _with_attachments(data: bytes) -> list[Invoice]:
    invoices: list[Invoice] = []
    for piece, frame in invoice_pieces(data):
        if piece.root == "Finvoice":
            invoices.append(read_piece(piece, frame))
            continue
        message = read_message(piece)
        # An attachments message follows its invoice, so the newest one with the identifier is meant.
        for at in range(len(invoices) - 1, -1, -1):
            if message.invoice_message_id and invoices[at].message_id == message.invoice_message_id:
                files = invoices[at].attachments + message.attachments
                invoices[at] = replace(invoices[at], attachments=files)
                break
        else:
            raise Refused(Finding("finvoice_attachments_alone", value=message.invoice_message_id or ""))
    return invoices


def _without_message(frame: Frame) -> Refused:
    if frame.content and frame.content != "Finvoice":
        return Refused(Finding("finvoice_other_message", value=frame.content))
    return Refused(Finding("finvoice_frame_alone", value=frame.message_id or ""))


def _invoice(root: Group, frame: Frame, version: str, findings: list[Finding]) -> Invoice:
    """``findings`` fills while the values are read."""
    transmission = root.group("MessageTransmissionDetails")
    message = transmission.group("MessageDetails")
    details = root.group("InvoiceDetails")
    delivery = root.group("DeliveryDetails")
    epi = root.group("EpiDetails")
    payment = epi.group("EpiPaymentInstructionDetails")
    terms = _terms(details)
    fine = terms.group("PaymentOverDueFineDetails")
    rows = [row for row in root.groups("InvoiceRow") if not _is_subtotal(row)]
    type_code = details.text("InvoiceTypeCode")
    currency = _currency(details, payment)
    original_number, original_date = _original(details, rows)
    notes, legal_basis = _free_texts(details)
    return Invoice(
        number=details.text("InvoiceNumber"),
        issue_date=details.day("InvoiceDate"),
        due_date=_due_date(terms, payment, type_code),
        currency=currency,
        seller=_seller(root, transmission.group("MessageSenderDetails"), epi, frame),
        buyer=_buyer(root, transmission.group("MessageReceiverDetails"), details, frame),
        net=details.amount("InvoiceTotalVatExcludedAmount", currency),
        vat=details.amount("InvoiceTotalVatAmount", currency),
        total=details.amount("InvoiceTotalVatIncludedAmount", currency),
        payable=payment.amount("EpiInstructedAmount", currency),
        type_code=type_code,
        type_text=details.text("InvoiceTypeText"),
        internal=type_code == codes.INTERNAL_INVOICE,
        reference=_reference(payment.text("EpiRemittanceInfoIdentifier")),
        agreement=details.text("AgreementIdentifier") or _row_value(rows, "RowAgreementIdentifier"),
        order=details.text("OrderIdentifier") or _row_value(rows, "RowIdentifier"),
        buyer_reference=details.text("BuyerReferenceIdentifier")
        or _row_value(rows, "RowBuyerReferenceIdentifier"),
        accounting=details.text("AccountDimensionText"),
        site=root.text("DeliverySiteCode"),
        original_number=original_number,
        original_date=original_date,
        supply_date=delivery.day("DeliveryDate"),
        period_start=_period(details, delivery, "InvoicingPeriodStartDate", "StartDate"),
        period_end=_period(details, delivery, "InvoicingPeriodEndDate", "EndDate"),
        delivery=_delivery(root),
        lines=tuple([_line(row, number, currency) for number, row in enumerate(rows, start=1)]),
        vat_breakdown=_vat_breakdown(details, currency),
        legal_basis=legal_basis,
        notes=notes,
        payment_terms=terms.joined("PaymentTermsFreeText", " "),
        late_interest_text=fine.joined("PaymentOverDueFineFreeText", " "),
        late_interest_percent=fine.percent("PaymentOverDueFinePercent"),
        specification=message.text("SpecificationIdentifier"),
        barcode=root.text("VirtualBankBarcode"),
        message_id=message.text("MessageIdentifier") or frame.message_id,
        language=(root.text("InvoiceRecipientLanguageCode") or "").lower() or None,
        allowances=details.amount("DiscountsTotalVatExcludedAmount", currency),
        charges=details.amount("ChargesTotalVatExcludedAmount", currency),
        paid=details.amount("InvoicePaidAmount", currency),
        rounding=details.amount("InvoiceTotalRoundoffAmount", currency),
        format=f"finvoice {version}",
        findings=tuple(findings),  # last, behind all that is read
    )


def _is_subtotal(row: Group) -> bool:
    """Rows of subtotals repeat what other rows say; their sums never count (guidelines, section 11)."""
    return row.holds_only("SubInvoiceRow")


def _currency(details: Group, payment: Group) -> str | None:
    for name in ("InvoiceTotalVatIncludedAmount", "InvoiceTotalVatExcludedAmount"):
        if given := details.attribute(name, "AmountCurrencyIdentifier"):
            return given
    return payment.attribute("EpiInstructedAmount", "AmountCurrencyIdentifier")


def _terms(details: Group) -> Group:
    """The terms with a due date where there are several; an invoice in instalments repeats them."""
    terms = details.groups("PaymentTermsDetails")
    dated = [group for group in terms if "InvoiceDueDate" in group]
    return (dated or terms or [details.group("PaymentTermsDetails")])[0]


def _due_date(terms: Group, payment: Group, type_code: str | None) -> date | None:
    if "InvoiceDueDate" in terms:
        return terms.day("InvoiceDueDate")
    # The payment part must hold a date, also where nothing falls due.
    return payment.day("EpiDateOptionDate") if type_code != codes.CREDIT_NOTE else None


def _reference(text: str | None) -> str | None:
    """A national reference without the zeros it may be filled with to 20 digits; others as written."""
    compact = "".join((text or "").split())
    return (compact.lstrip("0") if compact.isdigit() else compact) or None


def _row_value(rows: list[Group], name: str) -> str | None:
    """The one value that all rows agree on which give one, or ``None``."""
    given = {row.text(name) for row in rows} - {None}
    return given.pop() if len(given) == 1 else None


def _original(details: Group, rows: list[Group]) -> tuple[str | None, date | None]:
    """The invoice that this one corrects: from the heading, else the one that the rows agree on."""
    if number := details.text("OriginalInvoiceNumber"):
        return number, details.day("OriginalInvoiceDate")
    references = details.groups("OriginalInvoiceReference")
    if references:
        return references[0].text("InvoiceNumber"), references[0].day("InvoiceDate")
    number = _row_value(rows, "OriginalInvoiceNumber")
    for row in rows if number else ():
        if row.text("OriginalInvoiceNumber") == number:
            return number, row.day("OriginalInvoiceDate")
    return None, None


def _period(details: Group, delivery: Group, name: str, delivery_name: str) -> date | None:
    if name in details:
        return details.day(name)
    return delivery.group("DeliveryPeriodDetails").day(delivery_name)


def _free_texts(details: Group) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Notes, and apart from them the legal basis, known by the words that the writer sets before it."""
    notes: list[str] = []
    legal_basis: list[str] = []
    for text in details.texts("InvoiceFreeText") + details.texts("InvoiceVatFreeText"):
        if text.startswith(_LEGAL_BASIS_WORDS):
            legal_basis.append(text.partition(": ")[2].strip())
        else:
            notes.append(text)
    return tuple(notes), tuple(basis for basis in legal_basis if basis)


def _seller(root: Group, sender: Group, epi: Group, frame: Frame) -> Party:
    party = root.group("SellerPartyDetails")
    contact = root.group("SellerCommunicationDetails")
    iban, bic = _account(root, epi.group("EpiPartyDetails"))
    return _party(
        party,
        "Seller",
        einvoice_address=sender.text("FromIdentifier") or frame.sender,
        einvoice_operator=sender.text("FromIntermediator") or frame.sender_operator,
        contact_name=root.text("SellerContactPersonName"),
        contact_email=contact.text("SellerEmailaddressIdentifier"),
        contact_phone=contact.text("SellerPhoneNumberIdentifier"),
        iban=iban,
        bic=bic,
    )


def _buyer(root: Group, receiver: Group, details: Group, frame: Frame) -> Party:
    party = root.group("BuyerPartyDetails")
    contact = root.group("BuyerCommunicationDetails")
    return _party(
        party,
        "Buyer",
        number=details.text("SellersBuyerIdentifier") or party.text("BuyerCode"),
        einvoice_address=receiver.text("ToIdentifier") or frame.receiver,
        einvoice_operator=receiver.text("ToIntermediator") or frame.receiver_operator,
        contact_name=root.text("BuyerContactPersonName"),
        contact_email=contact.text("BuyerEmailaddressIdentifier"),
        contact_phone=contact.text("BuyerPhoneNumberIdentifier"),
    )


def _delivery(root: Group) -> Party | None:
    if "DeliveryPartyDetails" not in root:
        return None
    return _party(root.group("DeliveryPartyDetails"), "Delivery")


def _party(group: Group, role: str, **given: str | None) -> Party:
    names = group.texts(f"{role}OrganisationName")
    address = group.group(f"{role}PostalAddressDetails")
    box = "PostofficeBoxIdentifier" if role == "Delivery" else "PostOfficeBoxIdentifier"
    street = address.joined(f"{role}StreetName", ", ")
    return Party(
        name=_part(names[0]) if names else None,
        # A place of delivery has short elements: a long name goes on in the next ones.
        name2=" ".join(names[1:] if role == "Delivery" else names[1:2]) or None,
        business_id=group.text(f"{role}PartyIdentifier"),
        vat_id=group.text(f"{role}OrganisationTaxCode"),
        street=_part(street) or address.text(f"{role}{box}"),
        postcode=_part(address.text(f"{role}PostCodeIdentifier")),
        town=_part(address.text(f"{role}TownName")),
        country=address.text("CountryCode"),
        **given,
    )


def _part(text: str | None) -> str | None:
    return None if text in _NO_PART else text


def _account(root: Group, parties: Group) -> tuple[str | None, str | None]:
    """IBAN and BIC to pay to: of the payment part, else the first account of the seller with an IBAN."""
    accounts = root.group("SellerInformationDetails").groups("SellerAccountDetails")
    bics = {_iban(account, "SellerAccountID"): account.text("SellerBic") for account in reversed(accounts)}
    iban = _iban(parties.group("EpiBeneficiaryPartyDetails"), "EpiAccountID")
    if iban is not None:
        return iban, parties.group("EpiBfiPartyDetails").text("EpiBfiIdentifier") or bics.get(iban)
    return next(((found, bic) for found, bic in reversed(bics.items()) if found), (None, None))


def _iban(group: Group, name: str) -> str | None:
    if (group.attribute(name, "IdentificationSchemeName") or "IBAN") != "IBAN":
        return None
    return "".join((group.text(name) or "").split()) or None


def _vat_breakdown(details: Group, currency: str | None) -> tuple[VatBreakdown, ...]:
    return tuple(
        VatBreakdown(
            category=group.text("VatCode"),
            percent=group.percent("VatRatePercent"),
            base=group.amount("VatBaseAmount", currency),
            amount=group.amount("VatRateAmount", currency),
            reason=group.joined("VatFreeText", " ") or group.text("VatExemptionReasonCode"),
        )
        for group in details.groups("VatSpecificationDetails")
        if not _in_other_currency(group, currency)
    )


def _in_other_currency(group: Group, currency: str | None) -> bool:
    """The breakdown may be repeated in another currency (guidelines, section 14); that one is left out."""
    given = [group.attribute(name, "AmountCurrencyIdentifier") for name in ("VatBaseAmount", "VatRateAmount")]
    return bool(currency) and any(given) and currency not in given


def _line(row: Group, number: int, currency: str | None) -> InvoiceLine:
    position = row.text("RowPositionIdentifier") or ""
    known = position.isascii() and position.isdigit() and len(position) <= _LONGEST_POSITION
    quantity_name = _first_in(row, "InvoicedQuantity", "DeliveredQuantity", "OrderedQuantity")
    texts = row.texts("ArticleDescription") + row.texts("RowFreeText")
    return InvoiceLine(
        position=int(position) if known else number,
        item=row.text("ArticleIdentifier"),
        name=row.text("ArticleName"),
        text="\n".join(texts) or None,
        quantity=row.quantity(quantity_name),
        unit=row.attribute(quantity_name, "QuantityUnitCode")
        or row.attribute(quantity_name, "QuantityUnitCodeUN"),
        unit_price=_unit_price(row, currency),
        net=row.amount("RowVatExcludedAmount", currency),
        vat=row.amount("RowVatAmount", currency),
        gross=row.amount("RowAmount", currency),
        vat_category=row.text("RowVatCode"),
        vat_percent=row.percent("RowVatRatePercent"),
        accounting=row.text("RowAccountDimensionText"),
        order=row.text("RowIdentifier"),
        order_line=row.text("RowOrderPositionIdentifier"),
        period_start=row.day("StartDate"),
        period_end=row.day("EndDate"),
    )


def _unit_price(row: Group, currency: str | None) -> Decimal | None:
    """Euro for one unit: the net price before the listed one, divided by the quantity it is for (BT-149)."""
    price = row.amount(_first_in(row, "UnitPriceNetAmount", "UnitPriceAmount"), currency)
    base = row.quantity("UnitPriceBaseQuantity")
    if price is None or base is None or base <= 0 or base == 1:
        return price
    return price / base


def _first_in(row: Group, *names: str) -> str:
    for name in names:
        if name in row:
            return name
    return names[0]
