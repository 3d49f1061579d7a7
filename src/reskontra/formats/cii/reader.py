"""Cross Industry Invoice D16B to invoices: lenient about what is missing, strict about values (EX 6-a).

A missing or empty element gives ``None``; a value that can be read in two ways gives ``None`` and a finding on the
invoice. Element names: UN/CEFACT; their business terms: EN 16931 with its binding to CII.
"""

from datetime import date
from decimal import Decimal
from typing import Final

from reskontra.documents.invoice import AllowanceCharge, Attachment, Invoice, InvoiceLine, Party, VatBreakdown
from reskontra.formats.en16931 import reading
from reskontra.formats.en16931.enveloped import Opened, beginning, is_enveloped, opened
from reskontra.formats.en16931.nodes import Document, Node, Tags
from reskontra.kernel.clauses import clause

_STANDARD: Final = "urn:un:unece:uncefact:data:standard:"
NAMESPACE: Final = f"{_STANDARD}CrossIndustryInvoice:100"
INVOICE: Final = f"{{{NAMESPACE}}}CrossIndustryInvoice"
KINDS: Final = frozenset({INVOICE})
FORMAT: Final = "cii d16b"

_FAMILY: Final = "CrossIndustry"  # the invoice of today, and the document that came before it
_TAGS: Final = Tags(
    {
        "rsm": NAMESPACE,
        "ram": f"{_STANDARD}ReusableAggregateBusinessInformationEntity:100",
        "udt": f"{_STANDARD}UnqualifiedDataType:100",
        "qdt": f"{_STANDARD}QualifiedDataType:100",
    }
)
_YES_OR_NO: Final = {"true": True, "1": True, "false": False, "0": False}
_VAT_ID: Final = "VA"
_BUSINESS_ID: Final = "0212"  # the scheme of Finnish business ids among legal registrations
_FILE: Final = "916"  # a supporting document, as against a tender (50) and an invoiced object (130)


def is_cii(data: bytes) -> bool:
    """Whether ``data`` looks like a cross industry document, bare or in an envelope. Never raises."""
    root = beginning(data)
    return root is not None and (root[1].startswith(_FAMILY) or is_enveloped(data, NAMESPACE))


@clause("EX 6-a")
def read(data: bytes, name: str = "") -> list[Invoice]:
    """The one invoice of a file, with the attachments in it.

    ``name`` is the file's name and stands in the refusal. Raises ``Refused`` when the file is another document
    than a Cross Industry Invoice 100, or XML that may not be parsed.
    """
    return [invoice_of(opened(data, KINDS, name))]


def invoice_of(one: Opened) -> Invoice:
    """The invoice in a document."""
    document = Document(_TAGS, one.files)
    root = Node(one.root, document)
    deal = root.node("rsm:SupplyChainTradeTransaction")
    settlement = deal.node("ram:ApplicableHeaderTradeSettlement")
    document.currency = settlement.text("ram:InvoiceCurrencyCode")
    invoice = _invoice(root, deal, settlement, document.currency, one.message_id)
    return reading.finished(invoice, document)


def _invoice(
    root: Node, deal: Node, settlement: Node, currency: str | None, message_id: str | None
) -> Invoice:
    head = root.node("rsm:ExchangedDocument")
    agreement = deal.node("ram:ApplicableHeaderTradeAgreement")
    delivery = deal.node("ram:ApplicableHeaderTradeDelivery")
    sums = settlement.node("ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    original = settlement.node("ram:InvoiceReferencedDocument")
    period = settlement.node("ram:BillingSpecifiedPeriod")
    terms = settlement.nodes("ram:SpecifiedTradePaymentTerms")
    code = head.text("ram:TypeCode")
    notes = [text for note in head.nodes("ram:IncludedNote") for text in note.texts("ram:Content")]
    lines = deal.nodes("ram:IncludedSupplyChainTradeLineItem")
    return Invoice(
        number=head.text("ram:ID"),
        issue_date=_day(head.node("ram:IssueDateTime")),
        due_date=reading.first_day(*(_day(one.node("ram:DueDateDateTime")) for one in terms)),
        currency=currency,
        seller=_seller(agreement, settlement),
        buyer=_party(agreement.node("ram:BuyerTradeParty")),
        net=sums.amount("ram:TaxBasisTotalAmount"),
        vat=_vat_total(sums, currency),
        total=sums.amount("ram:GrandTotalAmount"),
        payable=sums.amount("ram:DuePayableAmount"),
        type_code=reading.type_of(code, head, "ram:TypeCode", is_credit_note=None),
        type_text=reading.type_text(code),
        reference=reading.reference_of(settlement.text("ram:PaymentReference")),
        agreement=agreement.node("ram:ContractReferencedDocument").text("ram:IssuerAssignedID"),
        order=agreement.node("ram:BuyerOrderReferencedDocument").text("ram:IssuerAssignedID"),
        buyer_reference=agreement.text("ram:BuyerReference"),
        accounting=settlement.node("ram:ReceivableSpecifiedTradeAccountingAccount").text("ram:ID"),
        site=_number(delivery.node("ram:ShipToTradeParty")),
        original_number=original.text("ram:IssuerAssignedID"),
        original_date=original.node("ram:FormattedIssueDateTime").compact_day("qdt:DateTimeString"),
        supply_date=_day(delivery.node("ram:ActualDeliverySupplyChainEvent", "ram:OccurrenceDateTime")),
        period_start=_day(period.node("ram:StartDateTime")),
        period_end=_day(period.node("ram:EndDateTime")),
        delivery=_delivery(delivery),
        lines=tuple(_line(line, at) for at, line in enumerate(lines, start=1)),
        vat_breakdown=tuple(map(_vat, settlement.nodes("ram:ApplicableTradeTax"))),
        notes=tuple(notes),
        payment_terms=" ".join(text for one in terms for text in one.texts("ram:Description")) or None,
        specification=root.node(
            "rsm:ExchangedDocumentContext", "ram:GuidelineSpecifiedDocumentContextParameter"
        ).text("ram:ID"),
        message_id=message_id,
        attachments=tuple(_attachments(agreement)),
        allowances=sums.amount("ram:AllowanceTotalAmount"),
        charges=sums.amount("ram:ChargeTotalAmount"),
        paid=sums.amount("ram:TotalPrepaidAmount"),
        rounding=sums.amount("ram:RoundingAmount"),
        line_total=sums.amount("ram:LineTotalAmount"),
        allowances_and_charges=_changes(settlement),
        payee=settlement.node("ram:PayeeTradeParty").text("ram:Name"),
        format=FORMAT,
    )


def _day(node: Node) -> date | None:
    return node.compact_day("udt:DateTimeString")


def _vat_total(sums: Node, currency: str | None) -> Decimal | None:
    """The VAT in the invoice's own currency; it may be repeated in the one that it is accounted in (BT-111)."""
    return sums.amount_in("ram:TaxTotalAmount", currency)


def _seller(agreement: Node, settlement: Node) -> Party:
    iban, bic = _account(settlement)
    return _party(agreement.node("ram:SellerTradeParty"), is_buyer=False, iban=iban, bic=bic)


def _account(settlement: Node) -> tuple[str | None, str | None]:
    """The first account among the ways of payment, and its bank."""
    for means in settlement.nodes("ram:SpecifiedTradeSettlementPaymentMeans"):
        account = means.node("ram:PayeePartyCreditorFinancialAccount")
        number = account.text("ram:IBANID") or account.text("ram:ProprietaryID")
        if number:
            bank = means.node("ram:PayeeSpecifiedCreditorFinancialInstitution")
            return reading.compact(number), reading.compact(bank.text("ram:BICID"))
    return None, None


def _party(party: Node, *, is_buyer: bool = True, **account: str | None) -> Party:
    """A party; the number of a seller (BT-29) is the seller's own and has no place in the document."""
    legal = party.node("ram:SpecifiedLegalOrganization")
    contact = party.node("ram:DefinedTradeContact")
    address = party.node("ram:URIUniversalCommunication")
    trading, name = legal.text("ram:TradingBusinessName"), party.text("ram:Name")
    global_id = party.text("ram:GlobalID")
    business_id = global_id if party.attribute("ram:GlobalID", "schemeID") == _BUSINESS_ID else None
    return _addressed(
        party.node("ram:PostalTradeAddress"),
        name=name or trading,
        name2=trading if name and trading != name else None,
        business_id=legal.text("ram:ID") or business_id,
        vat_id=_vat_id(party),
        number=_number(party) if is_buyer else None,
        einvoice_address=reading.address_of(
            address.attribute("ram:URIID", "schemeID"), address.text("ram:URIID")
        ),
        contact_name=contact.text("ram:PersonName") or contact.text("ram:DepartmentName"),
        contact_email=contact.node("ram:EmailURIUniversalCommunication").text("ram:URIID"),
        contact_phone=contact.node("ram:TelephoneUniversalCommunication").text("ram:CompleteNumber"),
        **account,
    )


def _number(party: Node) -> str | None:
    """The number of a party or place: one between the two (BT-46, BT-71), else one known everywhere."""
    given = party.texts("ram:ID") or party.texts("ram:GlobalID")
    return given[0] if given else None


def _vat_id(party: Node) -> str | None:
    for registration in party.nodes("ram:SpecifiedTaxRegistration"):
        if registration.attribute("ram:ID", "schemeID") in (_VAT_ID, None):
            return reading.compact(registration.text("ram:ID"))
    return None


def _addressed(address: Node, **given: str | None) -> Party:
    lines = (address.text(f"ram:Line{number}") for number in ("One", "Two", "Three"))
    return Party(
        street=", ".join(line for line in lines if line) or None,
        postcode=address.text("ram:PostcodeCode"),
        town=address.text("ram:CityName"),
        country=address.text("ram:CountryID"),
        **given,
    )


def _delivery(delivery: Node) -> Party | None:
    party = delivery.node("ram:ShipToTradeParty")
    if party.element is None:
        return None
    return _addressed(party.node("ram:PostalTradeAddress"), name=party.text("ram:Name"))


def _line(line: Node, number: int) -> InvoiceLine:
    about = line.node("ram:AssociatedDocumentLineDocument")
    product = line.node("ram:SpecifiedTradeProduct")
    agreement = line.node("ram:SpecifiedLineTradeAgreement")
    delivery = line.node("ram:SpecifiedLineTradeDelivery")
    settlement = line.node("ram:SpecifiedLineTradeSettlement")
    tax = settlement.node("ram:ApplicableTradeTax")
    notes = [text for note in about.nodes("ram:IncludedNote") for text in note.texts("ram:Content")]
    price = agreement.node("ram:NetPriceProductTradePrice")
    sums = settlement.node("ram:SpecifiedTradeSettlementLineMonetarySummation")
    return InvoiceLine(
        position=reading.position_of(about.text("ram:LineID"), number),
        item=product.text("ram:SellerAssignedID") or product.text("ram:GlobalID"),
        name=product.text("ram:Name"),
        text="\n".join((*product.texts("ram:Description"), *notes)) or None,
        quantity=delivery.quantity("ram:BilledQuantity"),
        unit=delivery.attribute("ram:BilledQuantity", "unitCode"),
        unit_price=reading.price_of_one(
            price.amount("ram:ChargeAmount"), price.quantity("ram:BasisQuantity")
        ),
        net=sums.amount("ram:LineTotalAmount"),
        vat_category=tax.text("ram:CategoryCode"),
        vat_percent=tax.percent("ram:RateApplicablePercent"),
        accounting=settlement.node("ram:ReceivableSpecifiedTradeAccountingAccount").text("ram:ID"),
        order_line=agreement.node("ram:BuyerOrderReferencedDocument").text("ram:LineID"),
        allowances_and_charges=_changes(settlement),
    )


def _changes(node: Node) -> tuple[AllowanceCharge, ...]:
    if "ram:SpecifiedTradeAllowanceCharge" not in node:
        return ()
    found = (_change(one) for one in node.nodes("ram:SpecifiedTradeAllowanceCharge"))
    return tuple(change for change in found if change is not None)


def _change(change: Node) -> AllowanceCharge | None:
    indicator = change.node("ram:ChargeIndicator").text("udt:Indicator")
    charge = _YES_OR_NO.get(indicator or "")
    if charge is None:
        change.note("invoice_indicator_unclear", "ram:ChargeIndicator", indicator or "", "error")
        return None
    tax = change.node("ram:CategoryTradeTax")
    return AllowanceCharge(
        charge=charge,
        amount=change.amount("ram:ActualAmount"),
        reason=change.text("ram:Reason") or change.text("ram:ReasonCode"),
        vat_category=tax.text("ram:CategoryCode"),
        vat_percent=tax.percent("ram:RateApplicablePercent"),
    )


def _vat(part: Node) -> VatBreakdown:
    return VatBreakdown(
        category=part.text("ram:CategoryCode"),
        percent=part.percent("ram:RateApplicablePercent"),
        base=part.amount("ram:BasisAmount"),
        amount=part.amount("ram:CalculatedAmount"),
        reason=reading.reason_of(part.text("ram:ExemptionReason"), part.text("ram:ExemptionReasonCode")),
    )


def _attachments(agreement: Node) -> list[Attachment]:
    """Files in the document and links to files elsewhere (BG-24); other references have neither."""
    found = []
    for reference in agreement.nodes("ram:AdditionalReferencedDocument"):
        if reference.text("ram:TypeCode") not in (_FILE, None):
            continue
        if "ram:AttachmentBinaryObject" in reference:
            called = reference.text("ram:IssuerAssignedID")
            found.append(
                reading.file_of(reference, "ram:AttachmentBinaryObject", "mimeCode", "filename", called)
            )
        if link := reference.text("ram:URIID"):
            found.append(reading.link_of(link))
    return found
