"""Invoices to Finvoice 3.0: one document, its frame, and the message of its attachments.

The elements follow the order of the 3.0 schema; the State's identifiers stand where OC 3.5.2-a puts them.
Every text goes through ``markup``, so that a document is well-formed whatever its texts hold. Nothing is
shortened here: what does not fit is a finding of ``check(invoice, outgoing=True)``, which comes first.

Decided for credit notes (INV02): all sums are negative, the payment part states the negative amount as the
guidelines do (sections 10.5 and 10.8), and neither a bar code nor a due date asks for a payment.
"""

import base64
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Attachment, Invoice, InvoiceLine, Party, VatBreakdown
from reskontra.formats.finvoice import attachments as attached
from reskontra.formats.finvoice import codes
from reskontra.formats.finvoice.framing import EBXML, SOAP_11
from reskontra.formats.finvoice.latin9 import encodable, encoded, markup
from reskontra.kernel.identifiers import NotAnIdentifier, is_personal_code
from reskontra.kernel.money import plain
from reskontra.kernel.references import NoBarCode, NotAReference, bank_barcode
from reskontra.kernel.texts import text as sentence

_MESSAGE_ID_LENGTH: Final = range(2, 49)
_CREDIT_TRANSFER: Final = "58"
_FREE_TEXT, _SHORT_TEXT = 512, 70
_PRICE_DECIMALS: Final = Decimal("0.00001")
_PERCENT_DECIMALS: Final = Decimal("0.001")
_STREET, _STREETS = 35, 3
_DELIVERY_NAME: Final = 35
_OVT_LENGTH: Final = range(12, 18)
_LONGEST_ENTITY: Final = len("&quot;")

_LINE: Final = "\n"
_DECLARATION: Final = '<?xml version="1.0" encoding="ISO-8859-15"?>\n'
_HEAD: Final = (
    _DECLARATION
    + '<?xml-stylesheet type="text/xsl" href="Finvoice.xsl"?>\n'
    + '<Finvoice xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    + 'xsi:noNamespaceSchemaLocation="Finvoice3.0.xsd" Version="3.0">\n'
)


@dataclass(frozen=True, slots=True)
class Message:
    """What the transmission needs beside the invoice.

    ``message_id`` is unique, 2 to 48 characters; ``timestamp`` is aware and given by the caller. Addresses
    are EDI (OVT) addresses, IBANs or Peppol ids, operators their codes (OC 3.6.1-a). ``channel`` is a hint
    for the State's invoice operator, which steers by it (OC 3.1-a). ``payment_instruction`` is the
    biller's invoicing topic, mandatory in consumer e-invoices; ``cancels`` makes a credit note the
    cancellation of a whole consumer e-invoice (guidelines, section 10.8).
    """

    message_id: str
    timestamp: datetime
    sender: str
    sender_operator: str
    receiver: str
    receiver_operator: str
    channel: str | None = None
    payment_instruction: str | None = None
    cancels: bool = False

    def __post_init__(self) -> None:
        if self.timestamp.tzinfo is None:
            raise ValueError("the timestamp of a message carries its time zone")
        if len(self.message_id) not in _MESSAGE_ID_LENGTH:
            raise ValueError("the identifier of a message has 2 to 48 characters")


def write(invoice: Invoice, message: Message) -> bytes:
    """One Finvoice 3.0 document in ISO-8859-15, with its declaration.

    Raises ``Refused`` when the invoice lacks a number, a date or a total, without which there is none.
    """
    return encoded(_document(invoice, message))


def frame(invoice: Invoice, message: Message) -> bytes:
    """The document in its SOAP 1.1 and ebXML 2.0 frame, followed by the message of its attachments.

    A batch file is the concatenation of such messages. Raises ``Refused`` as ``write`` does.
    """
    framed = encoded(_envelope(message) + _document(invoice, message))
    return framed + write_attachments(invoice, message) if invoice.attachments else framed


def write_attachments(invoice: Invoice, message: Message) -> bytes:
    """The FinvoiceAttachments 1.0 message of the invoice's attachments, empty when it has none."""
    files = [file for file in invoice.attachments if file.content is not None]
    if not files:
        return b""
    identifier = f"{markup(message.message_id)}{attached.SUFFIX}"
    return encoded(
        _DECLARATION
        + '<FinvoiceAttachments xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        + 'xsi:noNamespaceSchemaLocation="FinvoiceAttachments.xsd" Version="1.0">\n'
        + _transmission(message, attributes=False)
        + f"<MessageDetails>\n<MessageIdentifier>{identifier}</MessageIdentifier>\n"
        + f"<MessageTimeStamp>{_instant(message.timestamp)}</MessageTimeStamp>\n"
        + f"<RefToMessageIdentifier>{markup(message.message_id)}</RefToMessageIdentifier>\n"
        + "</MessageDetails>\n</MessageTransmissionDetails>\n"
        + "".join(_attachment(file, identifier) for file in files)
        + "</FinvoiceAttachments>\n"
    )


def type_text(type_code: str, language: str) -> str:
    """The heading of the invoice in the customer's language, by its Finnish type code."""
    known = type_code if type_code in codes.UN_TYPE_CODES or type_code in ("INV05", "INV08") else "INV01"
    return sentence(f"finvoice.type.{known}", language)


def payment_notes() -> tuple[str, str]:
    """The request to use the reference, in Finnish and in Swedish as OC 4.1-a asks, for the notes."""
    return sentence("finvoice.use_reference", "fi"), sentence("finvoice.use_reference", "sv")


def einvoice_note(language: str) -> str:
    """The information that e-invoices are available (OC 3.6-d), for the notes."""
    return sentence("finvoice.einvoices_available", language)


def _document(invoice: Invoice, message: Message) -> str:
    if invoice.number is None or invoice.issue_date is None or invoice.total is None:
        raise Refused(Finding("finvoice_nothing_to_write", value=invoice.number))
    type_code = invoice.type_code or (codes.CREDIT_NOTE if invoice.total < 0 else "INV01")
    tail = _currency(invoice.currency)
    payable = invoice.total if invoice.payable is None else invoice.payable
    seller, beneficiary = _seller(invoice.seller)
    rows = "".join([_row(line, tail) for line in invoice.lines])
    return (
        f"{_HEAD}{_transmission(message)}{_message_details(invoice, message)}{seller}"
        f"{_language(invoice.language) if invoice.language else ''}"
        f"{_buyer(invoice.buyer)}{_delivery(invoice)}"
        f"{_details(invoice, type_code, tail, message.cancels)}"
        f"{_barcode(invoice, payable, type_code)}{rows}"
        f"{_payment(invoice, message, payable, tail, beneficiary)}"
        f"{_element('InvoiceSegmentIdentifier', message.channel) if message.channel else ''}"
        f"{_attachment_reference(invoice, message) if invoice.attachments else ''}"
        "</Finvoice>\n"
    )


# --- the frame ---------------------------------------------------------------------------------------


def _envelope(message: Message) -> str:
    identifier = markup(message.message_id)
    return (
        f"{_envelope_sender(message.sender, message.sender_operator)}"
        f"<eb:To>\n<eb:PartyId>{markup(message.receiver)}</eb:PartyId>\n"
        "<eb:Role>Receiver</eb:Role>\n</eb:To>\n"
        f"<eb:To>\n<eb:PartyId>{_known(message.receiver_operator)}</eb:PartyId>\n"
        "<eb:Role>Intermediator</eb:Role>\n</eb:To>\n"
        "<eb:CPAId>yoursandmycpa</eb:CPAId>\n"
        f"<eb:ConversationId>{identifier}</eb:ConversationId>\n"
        "<eb:Service>Routing</eb:Service>\n<eb:Action>ProcessInvoice</eb:Action>\n"
        f"<eb:MessageData>\n<eb:MessageId>{identifier}</eb:MessageId>\n"
        f"<eb:Timestamp>{_instant(message.timestamp)}</eb:Timestamp>\n<eb:RefToMessageId/>\n"
        "</eb:MessageData>\n</eb:MessageHeader>\n</SOAP-ENV:Header>\n<SOAP-ENV:Body>\n"
        '<eb:Manifest eb:id="Manifest" eb:version="2.0">\n'
        f'<eb:Reference eb:id="Finvoice" xlink:href="{identifier}">\n'
        '<eb:Schema eb:location="http://www.finvoice.info/finvoice.xsd" eb:version="2.0"/>\n'
        "</eb:Reference>\n</eb:Manifest>\n</SOAP-ENV:Body>\n</SOAP-ENV:Envelope>\n"
    )


@lru_cache(maxsize=1024)
def _envelope_sender(address: str, operator: str) -> str:
    """The beginning of the envelope, the same for all messages of a sender."""
    return (
        f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP_11}" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'xmlns:eb="{EBXML}">\n<SOAP-ENV:Header>\n'
        '<eb:MessageHeader SOAP-ENV:mustUnderstand="1" eb:version="2.0">\n'
        f"<eb:From>\n<eb:PartyId>{markup(address)}</eb:PartyId>\n"
        "<eb:Role>Sender</eb:Role>\n</eb:From>\n"
        f"<eb:From>\n<eb:PartyId>{markup(operator)}</eb:PartyId>\n"
        "<eb:Role>Intermediator</eb:Role>\n</eb:From>\n"
    )


def _transmission(message: Message, *, attributes: bool = True) -> str:
    scheme = _scheme(message.receiver) if attributes else ""
    return (
        f"{_transmission_sender(message.sender, message.sender_operator, attributes)}"
        f"<MessageReceiverDetails>\n<ToIdentifier{scheme}>{markup(message.receiver)}</ToIdentifier>\n"
        f"<ToIntermediator>{_known(message.receiver_operator)}</ToIntermediator>\n"
        "</MessageReceiverDetails>\n"
    )


@lru_cache(maxsize=1024)
def _transmission_sender(address: str, operator: str, attributes: bool) -> str:
    scheme = _scheme(address) if attributes else ""
    return (
        "<MessageTransmissionDetails>\n<MessageSenderDetails>\n"
        f"<FromIdentifier{scheme}>{markup(address)}</FromIdentifier>\n"
        f"<FromIntermediator>{markup(operator)}</FromIntermediator>\n</MessageSenderDetails>\n"
    )


def _scheme(address: str) -> str:
    """The scheme of an address: 0216 for an EDI address, the first part of a Peppol id, else none."""
    scheme, colon, _ = address.partition(":")
    if colon and len(scheme) == 4 and scheme.isascii() and scheme.isdigit():
        return f' SchemeID="{scheme}"'
    # The form is enough here; whether the address is right was asked when the customer was registered.
    return ' SchemeID="0216"' if address.startswith("0037") and len(address) in _OVT_LENGTH else ""


def _message_details(invoice: Invoice, message: Message) -> str:
    return (
        f"<MessageDetails>\n<MessageIdentifier>{markup(message.message_id)}</MessageIdentifier>\n"
        f"<MessageTimeStamp>{_instant(message.timestamp)}</MessageTimeStamp>\n"
        f"<SpecificationIdentifier>{_known(invoice.specification or codes.SPECIFICATION)}"
        "</SpecificationIdentifier>\n</MessageDetails>\n</MessageTransmissionDetails>\n"
    )


def _attachment_reference(invoice: Invoice, message: Message) -> str:
    if all(file.content is None for file in invoice.attachments):
        return ""
    return (
        "<AttachmentMessageDetails>\n<AttachmentMessageIdentifier>"
        f"{markup(message.message_id)}{attached.SUFFIX}</AttachmentMessageIdentifier>\n"
        "</AttachmentMessageDetails>\n"
    )


def _attachment(file: Attachment, identifier: str) -> str:
    coded = base64.b64encode(file.content or b"").decode("ascii")
    checksum = attached.checksum(coded)
    return (
        f"<AttachmentDetails>\n<AttachmentIdentifier>{identifier}::{checksum}</AttachmentIdentifier>\n"
        f"<AttachmentContent>{coded}</AttachmentContent>\n"
        f"<AttachmentName>{markup(file.name)}</AttachmentName>\n"
        f"<AttachmentMimeType>{markup(file.mime_type)}</AttachmentMimeType>\n"
        f"<AttachmentSecureHash>{checksum}</AttachmentSecureHash>\n</AttachmentDetails>\n"
    )


# --- parties -----------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _seller(seller: Party) -> tuple[str, str]:
    """The seller's part and the payee's part, the same for all invoices of a unit, so built once."""
    account = (
        "<SellerInformationDetails>\n<SellerAccountDetails>\n"
        f'<SellerAccountID IdentificationSchemeName="IBAN">{_compact(seller.iban)}</SellerAccountID>\n'
        f'<SellerBic IdentificationSchemeName="BIC">{_compact(seller.bic)}</SellerBic>\n'
        "</SellerAccountDetails>\n</SellerInformationDetails>\n"
        if seller.iban and seller.bic
        else ""
    )
    return _party(seller, "Seller") + _contact(seller, "Seller") + account, _beneficiary(seller)


def _buyer(buyer: Party) -> str:
    return _party(buyer, "Buyer") + _contact(buyer, "Buyer")


def _delivery(invoice: Invoice) -> str:
    party = invoice.delivery
    # The schema takes a delivery party only with its whole address.
    whole = party is not None and party.name and party.street and party.town and party.postcode
    return (
        (_party(party, "Delivery") if party is not None and whole else "")
        + _element("DeliverySiteCode", invoice.site)
        + (
            f"<DeliveryDetails>\n{_day_element('DeliveryDate', invoice.supply_date)}</DeliveryDetails>\n"
            if invoice.supply_date is not None
            else ""
        )
    )


def _party(party: Party, role: str) -> str:
    business_id = party.business_id
    if business_id and _is_person(business_id):
        business_id = None
    return (
        f"<{role}PartyDetails>\n"
        f"{_element(f'{role}PartyIdentifier', business_id) if business_id else ''}"
        f"{_names(party, role)}"
        f"{_element(f'{role}OrganisationTaxCode', party.vat_id) if party.vat_id else ''}"
        f"{_address(party, role)}</{role}PartyDetails>\n"
    )


def _names(party: Party, role: str) -> str:
    """A delivery party's names are shorter than others' and written in pieces; others' fit as they are."""
    if role == "Delivery" and any(len(name or "") > _DELIVERY_NAME for name in (party.name, party.name2)):
        names = [*_pieces(party.name or "", _DELIVERY_NAME), *_pieces(party.name2 or "", _DELIVERY_NAME)]
        return "".join(_name(name, role) for name in names)
    return _name(party.name, role) + (_name(party.name2, role) if party.name2 else "")


def _name(name: str | None, role: str) -> str:
    return f"<{role}OrganisationName>{_two_signs(name)}</{role}OrganisationName>\n"


def _address(party: Party, role: str) -> str:
    if not (party.street or party.town or party.postcode or party.country):
        return ""
    street = party.street or ""
    streets = (
        f"<{role}StreetName>{_two_signs(street)}</{role}StreetName>\n"
        if len(street) <= _STREET and "\n" not in street
        else "".join(
            f"<{role}StreetName>{_two_signs(part)}</{role}StreetName>\n"
            for part in _pieces(street, _STREET)[:_STREETS]
        )
    )
    return (
        f"<{role}PostalAddressDetails>\n{streets}"
        f"<{role}TownName>{_two_signs(party.town)}</{role}TownName>\n"
        f"<{role}PostCodeIdentifier>{_two_signs(party.postcode)}</{role}PostCodeIdentifier>\n"
        f"{_element('CountryCode', party.country)}"
        f"</{role}PostalAddressDetails>\n"
    )


def _contact(party: Party, role: str) -> str:
    if not (party.contact_name or party.contact_phone or party.contact_email):
        return ""
    details = _element(f"{role}PhoneNumberIdentifier", party.contact_phone) + _element(
        f"{role}EmailaddressIdentifier", party.contact_email
    )
    return _element(f"{role}ContactPersonName", party.contact_name) + (
        f"<{role}CommunicationDetails>\n{details}</{role}CommunicationDetails>\n" if details else ""
    )


@lru_cache(maxsize=16)
def _language(language: str) -> str:
    return f"<InvoiceRecipientLanguageCode>{markup(language.upper())}</InvoiceRecipientLanguageCode>\n"


# --- the invoice -------------------------------------------------------------------------------------


def _details(invoice: Invoice, type_code: str, tail: str, cancels: bool) -> str:
    buyer_number = invoice.buyer.number
    if buyer_number and _is_person(buyer_number):
        buyer_number = None  # a personal code is never printed (OC 2.2-f)
    language, reference = invoice.language or "fi", invoice.buyer_reference
    original = (
        _element("OriginalInvoiceNumber", invoice.original_number)
        + _day_element("OriginalInvoiceDate", invoice.original_date)
        if invoice.original_number
        else ""
    )
    period = (
        _day_element("InvoicingPeriodStartDate", invoice.period_start)
        + _day_element("InvoicingPeriodEndDate", invoice.period_end)
        if invoice.period_start is not None or invoice.period_end is not None
        else ""
    )
    vat = "".join([_vat(part, tail) for part in invoice.vat_breakdown])
    return (
        f"<InvoiceDetails>\n{_type(type_code, invoice.type_text, language, cancels)}"
        f"<InvoiceNumber>{markup(invoice.number or '')}</InvoiceNumber>\n"
        f"{_day_element('InvoiceDate', invoice.issue_date)}{original}{period}"
        f"{_element('SellersBuyerIdentifier', buyer_number) if buyer_number else ''}"
        f"{_element('OrderIdentifier', invoice.order) if invoice.order else ''}"
        f"{_element('AgreementIdentifier', invoice.agreement) if invoice.agreement else ''}"
        f"{_element('BuyerReferenceIdentifier', reference) if reference else ''}"
        f"{_sums(invoice, tail)}"
        f"{_element('AccountDimensionText', invoice.accounting) if invoice.accounting else ''}"
        f"{vat}{_free_texts(invoice.notes, invoice.legal_basis, language)}"
        f"{_terms(invoice)}</InvoiceDetails>\n"
    )


@lru_cache(maxsize=256)
def _type(type_code: str, given: str | None, language: str, cancels: bool) -> str:
    un_code = codes.UN_TYPE_CODES.get(type_code)
    origin = "Cancel" if cancels and type_code == codes.CREDIT_NOTE else "Original"
    shown = encodable(given or "") or type_text(type_code, language)
    return (
        f"<InvoiceTypeCode>{markup(type_code)}</InvoiceTypeCode>\n"
        + (f"<InvoiceTypeCodeUN>{un_code}</InvoiceTypeCodeUN>\n" if un_code else "")
        + f"<InvoiceTypeText>{markup(shown)}</InvoiceTypeText>\n<OriginCode>{origin}</OriginCode>\n"
    )


def _sums(invoice: Invoice, tail: str) -> str:
    rows = _ZERO
    for line in invoice.lines:
        if line.net is not None:
            rows += line.net
    changed = (
        _amount("DiscountsTotalVatExcludedAmount", invoice.allowances, tail)
        + _amount("ChargesTotalVatExcludedAmount", invoice.charges, tail)
        if invoice.allowances is not None or invoice.charges is not None
        else ""
    )
    settled = (
        _amount("InvoiceTotalRoundoffAmount", invoice.rounding, tail)
        + _amount("InvoicePaidAmount", invoice.paid, tail)
        if invoice.rounding is not None or invoice.paid is not None
        else ""
    )
    return (
        f"<RowsTotalVatExcludedAmount{tail}{_euro(rows)}</RowsTotalVatExcludedAmount>\n{changed}"
        f"{_amount('InvoiceTotalVatExcludedAmount', invoice.net, tail)}"
        f"{_amount('InvoiceTotalVatAmount', invoice.vat, tail)}"
        f"{_amount('InvoiceTotalVatIncludedAmount', invoice.total, tail)}{settled}"
    )


def _vat(part: VatBreakdown, tail: str) -> str:
    base, amount = part.base, part.amount
    return (
        "<VatSpecificationDetails>\n"
        f"{'' if base is None else f'<VatBaseAmount{tail}{_euro(base)}</VatBaseAmount>{_LINE}'}"
        f"{_vat_class('', part.percent, part.category)}"
        f"{'' if amount is None else f'<VatRateAmount{tail}{_euro(amount)}</VatRateAmount>{_LINE}'}"
        f"{_short_texts('VatFreeText', part.reason, 3) if part.reason else ''}"
        "</VatSpecificationDetails>\n"
    )


@lru_cache(maxsize=256)
def _vat_class(prefix: str, percent: Decimal | None, category: str | None) -> str:
    return (
        f"<{prefix}VatRatePercent>{_percent(percent)}</{prefix}VatRatePercent>\n"
        if percent is not None
        else ""
    ) + _element(f"{prefix}VatCode", category)


@lru_cache(maxsize=4096)
def _free_texts(notes: tuple[str, ...], legal_basis: tuple[str, ...], language: str) -> str:
    """The notes and behind them the legal basis, each with the words that tell it from a note."""
    words = codes.LEGAL_BASIS_WORDS.get(language, codes.LEGAL_BASIS_WORDS["en"])
    pieces = [piece for note in notes for piece in _pieces(note, _FREE_TEXT)]
    for basis in legal_basis:
        pieces += [words + piece for piece in _pieces(basis, _FREE_TEXT - len(words))]
    return "".join(f"<InvoiceFreeText>{markup(piece)}</InvoiceFreeText>\n" for piece in pieces)


def _terms(invoice: Invoice) -> str:
    terms = (
        f"{_term(invoice.payment_terms) if invoice.payment_terms else ''}"
        f"{_day_element('InvoiceDueDate', invoice.due_date)}"
        f"{_fine(invoice.late_interest_text, invoice.late_interest_percent)}"
    )
    return f"<PaymentTermsDetails>\n{terms}</PaymentTermsDetails>\n" if terms else ""


@lru_cache(maxsize=256)
def _term(terms: str) -> str:
    return _short_texts("PaymentTermsFreeText", terms, 2)


@lru_cache(maxsize=256)
def _fine(note: str | None, percent: Decimal | None) -> str:
    if not note and percent is None:
        return ""
    rate = (
        f"<PaymentOverDueFinePercent>{_percent(percent)}</PaymentOverDueFinePercent>\n"
        if percent is not None
        else ""
    )
    shown = _short_texts("PaymentOverDueFineFreeText", note, 3) if note else ""
    return f"<PaymentOverDueFineDetails>\n{shown}{rate}</PaymentOverDueFineDetails>\n"


def _row(line: InvoiceLine, tail: str) -> str:
    days = (line.period_start, line.period_end)
    return (
        f"{_row_head(line.item, line.name, line.quantity, line.unit, line.unit_price, tail, days)}"
        f"<RowPositionIdentifier>{line.position}</RowPositionIdentifier>\n"
        f"{_element('RowAccountDimensionText', line.accounting) if line.accounting else ''}"
        f"{_row_texts(line.text) if line.text else ''}"
        f"{_vat_class('Row', line.vat_percent, line.vat_category)}"
        f"{_row_amounts(line, tail)}</InvoiceRow>\n"
    )


@lru_cache(maxsize=16_384)
def _row_head(
    item: str | None,
    name: str | None,
    quantity: Decimal | None,
    unit: str | None,
    price: Decimal | None,
    tail: str,
    days: tuple[date | None, date | None],
) -> str:
    """Item, quantity and price: of a price list's items the same row is sold over and over."""
    invoiced = (
        f"<InvoicedQuantity{_unit(unit)}>{_quantity(quantity)}</InvoicedQuantity>\n"
        if quantity is not None
        else ""
    )
    shown = "" if price is None else _price(price)
    prices = (
        f"<UnitPriceAmount{tail}{shown}</UnitPriceAmount>\n"
        f"<UnitPriceNetAmount{tail}{shown}</UnitPriceNetAmount>\n"
        if shown
        else ""
    )
    article = _element("ArticleIdentifier", item) + _element("ArticleName", name)
    supplied = _day_element("StartDate", days[0]) + _day_element("EndDate", days[1])
    return f"<InvoiceRow>\n{article}{invoiced}{supplied}{prices}"


def _row_amounts(line: InvoiceLine, tail: str) -> str:
    net, vat, gross = line.net, line.vat, line.gross
    if net is None or vat is None or gross is None:
        return (
            _amount("RowVatAmount", vat, tail)
            + _amount("RowVatExcludedAmount", net, tail)
            + _amount("RowAmount", gross, tail)
        )
    return (
        f"<RowVatAmount{tail}{_euro(vat)}</RowVatAmount>\n"
        f"<RowVatExcludedAmount{tail}{_euro(net)}</RowVatExcludedAmount>\n"
        f"<RowAmount{tail}{_euro(gross)}</RowAmount>\n"
    )


def _row_texts(note: str) -> str:
    return "".join(f"<RowFreeText>{markup(piece)}</RowFreeText>\n" for piece in _pieces(note, _FREE_TEXT))


def _unit(unit: str | None) -> str:
    if not unit:
        return ""
    code = codes.un_unit(unit)
    return f' QuantityUnitCode="{markup(unit)}"' + (f' QuantityUnitCodeUN="{code}"' if code else "")


# --- payment -----------------------------------------------------------------------------------------


def _barcode(invoice: Invoice, payable: Decimal, type_code: str) -> str:
    if invoice.barcode:
        return f"<VirtualBankBarcode>{markup(invoice.barcode)}</VirtualBankBarcode>\n"
    code = None if type_code == codes.CREDIT_NOTE else barcode_of(invoice, payable)
    return f"<VirtualBankBarcode>{code}</VirtualBankBarcode>\n" if code else ""


def barcode_of(invoice: Invoice, payable: Decimal) -> str | None:
    """The bank bar code for ``payable`` euro, or ``None`` where the payment cannot be shown as one."""
    if not invoice.seller.iban or not invoice.reference or payable <= 0:
        return None
    try:
        return bank_barcode(invoice.seller.iban, payable, invoice.reference, invoice.due_date)
    except (NoBarCode, NotAReference, NotAnIdentifier):
        return None


def _payment(invoice: Invoice, message: Message, payable: Decimal, tail: str, beneficiary: str) -> str:
    topic = message.payment_instruction
    return (
        f"<EpiDetails>\n<EpiIdentificationDetails>\n{_day_element('EpiDate', invoice.issue_date)}"
        f"<EpiReference/>\n</EpiIdentificationDetails>\n{beneficiary}<EpiPaymentInstructionDetails>\n"
        f"{_element('EpiPaymentInstructionId', topic) if topic else ''}"
        f"{_remittance(invoice.reference) if invoice.reference else ''}"
        f"<EpiInstructedAmount{tail}{_euro(payable)}</EpiInstructedAmount>\n"
        '<EpiCharge ChargeOption="SLEV">SLEV</EpiCharge>\n'
        f"{_day_element('EpiDateOptionDate', invoice.due_date or invoice.issue_date)}"
        f"<EpiPaymentMeansCode>{_CREDIT_TRANSFER}</EpiPaymentMeansCode>\n"
        "</EpiPaymentInstructionDetails>\n</EpiDetails>\n"
    )


def _beneficiary(seller: Party) -> str:
    bic = (
        f'<EpiBfiIdentifier IdentificationSchemeName="BIC">{_compact(seller.bic)}</EpiBfiIdentifier>\n'
        if seller.bic
        else ""
    )
    name = encodable(seller.name or "")[:35]
    return (
        f"<EpiPartyDetails>\n<EpiBfiPartyDetails>\n{bic}</EpiBfiPartyDetails>\n"
        f"<EpiBeneficiaryPartyDetails>\n<EpiNameAddressDetails>{_two_signs(name)}</EpiNameAddressDetails>\n"
        f'<EpiAccountID IdentificationSchemeName="IBAN">{_compact(seller.iban)}</EpiAccountID>\n'
        "</EpiBeneficiaryPartyDetails>\n</EpiPartyDetails>\n"
    )


def _remittance(reference: str) -> str:
    compact = markup("".join(reference.split()).upper())
    # The data list wants a national reference in its full twenty digits.
    scheme, shown = ("ISO", compact) if compact.startswith("RF") else ("SPY", compact.zfill(20))
    return (
        f'<EpiRemittanceInfoIdentifier IdentificationSchemeName="{scheme}">{shown}'
        "</EpiRemittanceInfoIdentifier>\n"
    )


# --- elements and values -----------------------------------------------------------------------------

_ZERO: Final = Decimal("0.00")
_CENT: Final = Decimal("0.01")


def _element(name: str, value: str | None) -> str:
    if not value:
        return ""
    shown = markup(value)
    return f"<{name}>{shown}</{name}>\n" if shown else ""


def _amount(name: str, amount: Decimal | None, tail: str) -> str:
    return "" if amount is None else f"<{name}{tail}{_euro(amount)}</{name}>\n"


@lru_cache(maxsize=4096)
def _day_element(name: str, day: date | None) -> str:
    if day is None:
        return ""
    return f'<{name} Format="CCYYMMDD">{day.year:04d}{day.month:02d}{day.day:02d}</{name}>\n'


@lru_cache(maxsize=16)
def _currency(currency: str | None) -> str:
    return f' AmountCurrencyIdentifier="{markup(currency or "EUR")}">'


@lru_cache(maxsize=256)
def _instant(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")


def _euro(amount: Decimal) -> str:
    """Two decimals with a comma. Almost every amount has them already; a zero loses its sign."""
    if amount and amount.same_quantum(_CENT):
        return str(amount).replace(".", ",")
    return plain(amount).replace(".", ",")


def _price(price: Decimal) -> str:
    """Two to five decimals with a comma."""
    text = str(price)
    if text[-3:-2] == ".":
        return f"{text[:-3]},{text[-2:]}"
    whole, _, decimals = format(price, "f").partition(".")
    if len(decimals) > 5:
        whole, _, decimals = format(price.quantize(_PRICE_DECIMALS), "f").partition(".")
    return f"{whole},{decimals.ljust(2, '0')}"


def _quantity(quantity: Decimal) -> str:
    text = str(quantity)
    if text.isdigit():
        return text
    text = format(quantity, "f")
    return text.rstrip("0").rstrip(".").replace(".", ",") if "." in text else text


def _percent(percent: Decimal | None) -> str:
    """One to three decimals with a comma."""
    whole, _, decimals = format((percent or _ZERO).quantize(_PERCENT_DECIMALS), "f").partition(".")
    return f"{whole},{decimals.rstrip('0') or '0'}"


def _short_texts(name: str, note: str, most: int) -> str:
    return "".join(f"<{name}>{markup(piece)}</{name}>\n" for piece in _pieces(note, _SHORT_TEXT)[:most])


def _pieces(note: str, length: int) -> list[str]:
    """``note`` in pieces of at most ``length`` characters, cut at line breaks and between words."""
    shown = [encodable(line) for line in note.splitlines()]
    return [piece for line in shown for piece in _cut(line, length)]


def _cut(line: str, length: int) -> list[str]:
    found: list[str] = []
    while len(line) > length:
        at = line.rfind(" ", 1, length + 1)
        at = at if at > 0 else length
        found.append(line[:at].rstrip())
        line = line[at:].lstrip()
    return [*found, line] if line else found


def _two_signs(value: str | None) -> str:
    """A text for an element that must hold two characters at least."""
    shown = markup(value) if value else ""
    if len(shown) > _LONGEST_ENTITY:
        return shown
    signs = len(encodable(value or ""))
    return shown if signs >= 2 else f"{shown}." if signs else "--"


@lru_cache(maxsize=4096)
def _known(value: str | None) -> str:
    return markup(value or "")


@lru_cache(maxsize=4096)
def _compact(value: str | None) -> str:
    return markup("".join((value or "").split()).upper())


def _is_person(identifier: str) -> bool:
    # Only what is as long as a personal code is looked at closely.
    return len(identifier) == 11 and is_personal_code(identifier)
