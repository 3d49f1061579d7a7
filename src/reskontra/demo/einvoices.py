"""Suppliers' invoices as files: Finvoice by our own writer, UBL and TEAPPSXML by small ones of the demonstration.

The small writers are doubles of suppliers' programs, not formats that Reskontra sends: they write what the demo's
invoices hold and nothing else.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape

from reskontra.documents.invoice import Invoice, InvoiceLine, Party
from reskontra.formats.finvoice.writer import Message, frame

_OPERATOR, _STATE_OPERATOR = "DEMOOPER", "STATEOPER"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"


def finvoice_file(invoices: Sequence[Invoice], name: str, at: datetime) -> bytes:
    """A batch of Finvoice 3.0 messages, each in its frame."""
    return b"".join(
        frame(
            one,
            Message(
                message_id=f"{name}-{place}",
                timestamp=at,
                sender=one.seller.einvoice_address or one.seller.iban or "",
                sender_operator=_OPERATOR,
                receiver=one.buyer.einvoice_address or "",
                receiver_operator=_STATE_OPERATOR,
            ),
        )
        for place, one in enumerate(invoices, start=1)
    )


# --- UBL ------------------------------------------------------------------------------------------------------


def ubl_file(invoice: Invoice) -> bytes:
    """One invoice as UBL 2.1; invoices only, no credit notes."""
    assert invoice.due_date is not None
    spaces = f'xmlns="{_UBL}Invoice-2" xmlns:cac="{_UBL}CommonAggregateComponents-2"'
    parties = "".join(
        f"<cac:{role}><cac:Party>{_ubl_party(party)}</cac:Party></cac:{role}>"
        for role, party in (
            ("AccountingSupplierParty", invoice.seller),
            ("AccountingCustomerParty", invoice.buyer),
        )
    )
    means = (
        f"<cac:PaymentMeans><cbc:PaymentMeansCode>58</cbc:PaymentMeansCode>{_cbc('PaymentID', invoice.reference)}"
        f"<cac:PayeeFinancialAccount>{_cbc('ID', invoice.seller.iban)}</cac:PayeeFinancialAccount>"
        "</cac:PaymentMeans>"
    )
    parts = "".join(
        f"<cac:TaxSubtotal>{_ubl_euro('TaxableAmount', part.base)}{_ubl_euro('TaxAmount', part.amount)}"
        f"{_ubl_vat('TaxCategory', part.category, part.percent)}</cac:TaxSubtotal>"
        for part in invoice.vat_breakdown
    )
    sums = "".join(
        _ubl_euro(name, amount)
        for name, amount in (
            ("LineExtensionAmount", invoice.net),
            ("TaxExclusiveAmount", invoice.net),
            ("TaxInclusiveAmount", invoice.total),
            ("PayableAmount", invoice.payable),
        )
    )
    order = f"<cac:OrderReference>{_cbc('ID', invoice.order)}</cac:OrderReference>" if invoice.order else ""
    delivered = f"<cac:Delivery>{_cbc('ActualDeliveryDate', invoice.supply_date)}</cac:Delivery>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Invoice {spaces} xmlns:cbc="{_UBL}CommonBasicComponents-2">'
        f"{_cbc('CustomizationID', 'urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0')}"
        f"{_cbc('ProfileID', 'urn:fdc:peppol.eu:2017:poacc:billing:01:1.0')}{_cbc('ID', invoice.number)}"
        f"{_cbc('IssueDate', invoice.issue_date)}{_cbc('DueDate', invoice.due_date)}{_cbc('InvoiceTypeCode', '380')}"
        f"{_cbc('DocumentCurrencyCode', invoice.currency)}{_cbc('AccountingCost', invoice.accounting)}"
        f"{_cbc('BuyerReference', invoice.buyer_reference)}{order}{parties}{delivered}{means}"
        f"<cac:TaxTotal>{_ubl_euro('TaxAmount', invoice.vat)}{parts}</cac:TaxTotal>"
        f"<cac:LegalMonetaryTotal>{sums}</cac:LegalMonetaryTotal>"
        f"{''.join(_ubl_line(line) for line in invoice.lines)}</Invoice>\n"
    ).encode()


def _ubl_party(party: Party) -> str:
    scheme, address = "0216", party.einvoice_address or ""
    return (
        f'<cbc:EndpointID schemeID="{scheme}">{escape(address)}</cbc:EndpointID>'
        f"<cac:PostalAddress>{_cbc('StreetName', party.street)}{_cbc('CityName', party.town)}"
        f"{_cbc('PostalZone', party.postcode)}<cac:Country>{_cbc('IdentificationCode', party.country)}</cac:Country>"
        f"</cac:PostalAddress><cac:PartyTaxScheme>{_cbc('CompanyID', party.vat_id)}<cac:TaxScheme>{_cbc('ID', 'VAT')}"
        f"</cac:TaxScheme></cac:PartyTaxScheme><cac:PartyLegalEntity>{_cbc('RegistrationName', party.name)}"
        f"{_cbc('CompanyID', party.business_id)}</cac:PartyLegalEntity>"
    )


def _ubl_line(line: InvoiceLine) -> str:
    item = f"<cac:SellersItemIdentification>{_cbc('ID', line.item)}</cac:SellersItemIdentification>"
    return (
        f"<cac:InvoiceLine>{_cbc('ID', line.position)}"
        f'<cbc:InvoicedQuantity unitCode="C62">{line.quantity:f}</cbc:InvoicedQuantity>'
        f"{_ubl_euro('LineExtensionAmount', line.net)}<cac:Item>{_cbc('Name', line.name)}{item if line.item else ''}"
        f"{_ubl_vat('ClassifiedTaxCategory', line.vat_category, line.vat_percent)}</cac:Item>"
        f"<cac:Price>{_ubl_euro('PriceAmount', line.unit_price)}</cac:Price></cac:InvoiceLine>"
    )


def _ubl_vat(name: str, category: str | None, percent: Decimal | None) -> str:
    inside = f"{_cbc('ID', category)}{_cbc('Percent', percent)}"
    return f"<cac:{name}>{inside}<cac:TaxScheme>{_cbc('ID', 'VAT')}</cac:TaxScheme></cac:{name}>"


def _cbc(name: str, content: object) -> str:
    return "" if content in (None, "") else f"<cbc:{name}>{escape(str(content))}</cbc:{name}>"


def _ubl_euro(name: str, amount: Decimal | None) -> str:
    return "" if amount is None else f'<cbc:{name} currencyID="EUR">{amount:.2f}</cbc:{name}>'


# --- TEAPPSXML ------------------------------------------------------------------------------------------------


def teapps_file(invoices: Sequence[Invoice], name: str) -> bytes:
    """Invoices as one TEAPPSXML 3.0 file; invoices only, no credit notes."""
    written = "".join(_teapps_invoice(one) for one in invoices)
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<INVOICE_CENTER><CONTENT_FRAME>'
        f"<BLOCK_ID>{escape(name)}</BLOCK_ID><BLOCK_RULES><FORMAT_VERSION>3.0</FORMAT_VERSION></BLOCK_RULES>"
        f"<INVOICES>{written}</INVOICES></CONTENT_FRAME></INVOICE_CENTER>\n"
    ).encode("latin-1")


def _teapps_invoice(one: Invoice) -> str:
    assert one.issue_date is not None
    assert one.due_date is not None
    assert one.supply_date is not None
    order = f"<ORDER_INFORMATION>{_tag('ORDER_NUMBER', one.order)}</ORDER_INFORMATION>" if one.order else ""
    seller, buyer = one.seller, one.buyer
    bank = f"<BANKS>{_tag('IBAN_ACCOUNT_NUMBER', seller.iban)}{_tag('SWIFT_CODE', seller.bic)}</BANKS>"
    paying = f"<DETAILS_OF_PAYMENT>{_tag('FI_PAYMENT_REFERENCE', one.reference)}</DETAILS_OF_PAYMENT>"
    header = (
        f"{_tag('INVOICE_ID', one.number)}<INVOICE_TYPE>00</INVOICE_TYPE>{_teapps_day('INVOICE_DATE', one.issue_date)}"
        f"{_teapps_day('DUE_DATE', one.due_date)}{_teapps_day('DELIVERY_DATE', one.supply_date)}"
        f"<CURRENCY><CODE>EUR</CODE></CURRENCY>{order}{_tag('BUYER_REFERENCE', one.buyer_reference)}"
    )
    vat = "".join(
        f'<VAT_SUMMARY VAT_TYPE="{part.category}">{_tag("RATE", part.percent)}{_teapps_sums("ACCORDING", part.base)}'
        f"{_teapps_sums('VAT_RATE_TOTAL', part.amount, '')}</VAT_SUMMARY>"
        for part in one.vat_breakdown
    )
    summary = (
        f"{_teapps_sums('ROWS_TOTAL', one.net)}"
        f"<INVOICE_TOTAL>{_teapps_amount(one.net, 'EXCLUDED')}{_teapps_amount(one.total, 'INCLUDED')}</INVOICE_TOTAL>"
        f"{_teapps_sums('VAT_TOTAL', one.vat, '')}{vat}"
    )
    return (
        f"<INVOICE><HEADER>{header}</HEADER><PAYEE>{_teapps_party(seller)}{bank}{paying}</PAYEE>"
        f"<RECEIVER>{_teapps_party(buyer)}{_tag('NET_SERVICE_ID', buyer.einvoice_address)}</RECEIVER>"
        f"<ROWS>{''.join(_teapps_row(line) for line in one.lines)}</ROWS><SUMMARY>{summary}</SUMMARY></INVOICE>"
    )


def _teapps_party(party: Party) -> str:
    place = (
        f"{_tag('STREET_ADDRESS1', party.street)}{_tag('POSTAL_CODE', party.postcode)}"
        f"{_tag('POST_OFFICE', party.town)}{_tag('COUNTRY_CODE', party.country)}"
    )
    return (
        f"<CUSTOMER_INFORMATION>{_tag('CUSTOMER_NAME', party.name)}{_tag('ORGANIZATION_NUMBER', party.business_id)}"
        f"{_tag('VAT_NUMBER', party.vat_id)}<ADDRESS>{place}</ADDRESS></CUSTOMER_INFORMATION>"
    )


def _teapps_row(line: InvoiceLine) -> str:
    article = f"{_tag('ARTICLE_ID', line.item)}{_tag('ARTICLE_NAME', line.name)}"
    return (
        f"<ROW>{_tag('ROW_NUMBER', line.position)}<ARTICLE>{article}</ARTICLE>"
        f'<QUANTITY><CHARGED Q_UNIT="kpl">{line.quantity:f}</CHARGED></QUANTITY>'
        f'{_teapps_sums("PRICE_PER_UNIT", line.unit_price)}<VAT VAT_TYPE="{line.vat_category}">'
        f"{_tag('RATE', line.vat_percent)}{_teapps_sums('VAT_AMOUNT', line.vat, '')}</VAT>"
        f"{_teapps_sums('ROW_TOTAL', line.net)}</ROW>"
    )


def _teapps_sums(name: str, amount: Decimal | None, vat: str = "EXCLUDED") -> str:
    return f"<{name}>{_teapps_amount(amount, vat)}</{name}>"


def _teapps_amount(amount: Decimal | None, vat: str) -> str:
    if amount is None:
        return ""
    told = f' VAT="{vat}"' if vat else ""
    return f'<AMOUNT SIGN="{"-" if amount < 0 else "+"}"{told}>{abs(amount):.2f}</AMOUNT>'


def _teapps_day(name: str, day: date) -> str:
    return (
        f"<{name}><DATE><DAY>{day:%d}</DAY><MONTH>{day:%m}</MONTH><CENTURY>{day.year // 100}</CENTURY>"
        f"<DECADE_AND_YEAR>{day:%y}</DECADE_AND_YEAR></DATE></{name}>"
    )


def _tag(name: str, content: object) -> str:
    return "" if content in (None, "") else f"<{name}>{escape(str(content))}</{name}>"
