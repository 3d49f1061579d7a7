"""UBL 2.1 to invoices: lenient about what is missing, strict about values (EX 6-a).

A missing or empty element gives ``None``; a value that can be read in two ways gives ``None`` and a finding on the
invoice. Element names: OASIS UBL 2.1; their business terms: EN 16931 with its binding to UBL.
"""

from decimal import Decimal
from typing import Final

from reskontra.documents.invoice import AllowanceCharge, Attachment, Invoice, InvoiceLine, Party, VatBreakdown
from reskontra.formats.en16931 import reading
from reskontra.formats.en16931.enveloped import Opened, beginning, is_enveloped, opened
from reskontra.formats.en16931.nodes import Document, Node, Tags
from reskontra.kernel.clauses import clause

FAMILY: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
INVOICE: Final = f"{{{FAMILY}Invoice-2}}Invoice"
CREDIT_NOTE: Final = f"{{{FAMILY}CreditNote-2}}CreditNote"
KINDS: Final = frozenset({INVOICE, CREDIT_NOTE})
FORMATS: Final = {True: "ubl 2.1 credit note", False: "ubl 2.1 invoice"}  # by whether it is a credit note

_NAMES: Final = frozenset({"Invoice", "CreditNote"})
_TAGS: Final = Tags(
    {"cbc": f"{FAMILY}CommonBasicComponents-2", "cac": f"{FAMILY}CommonAggregateComponents-2"}
)
_YES_OR_NO: Final = {"true": True, "1": True, "false": False, "0": False}
_BUSINESS_ID: Final = "0212"  # the scheme of Finnish business ids among legal registrations
_SEPA_DEBIT: Final = "SEPA"  # a creditor's id among the seller's identifiers, no number of its own


def is_ubl(data: bytes) -> bool:
    """Whether ``data`` looks like UBL of any kind, bare or in its business envelope. Never raises."""
    root = beginning(data)
    if root is None:
        return False
    return root[0].startswith(FAMILY) or root[1] in _NAMES or is_enveloped(data, FAMILY)


@clause("EX 6-a")
def read(data: bytes, name: str = "") -> list[Invoice]:
    """The one invoice of a file, with the attachments in it.

    ``name`` is the file's name and stands in the refusal. Raises ``Refused`` when the file is another document
    than an invoice or a credit note of UBL 2, or XML that may not be parsed.
    """
    return [invoice_of(opened(data, KINDS, name))]


def invoice_of(one: Opened) -> Invoice:
    """The invoice in a document."""
    document = Document(_TAGS, one.files)
    root = Node(one.root, document)
    document.currency = root.text("cbc:DocumentCurrencyCode")
    invoice = _invoice(root, document, one.root.tag == CREDIT_NOTE, one.message_id)
    return reading.finished(invoice, document)


def _invoice(root: Node, document: Document, credit: bool, message_id: str | None) -> Invoice:
    kind = "CreditNote" if credit else "Invoice"
    code = root.text(f"cbc:{kind}TypeCode")
    sums = root.node("cac:LegalMonetaryTotal")
    tax, vat = _tax(root, document.currency)
    original = root.node("cac:BillingReference", "cac:InvoiceDocumentReference")
    period = root.node("cac:InvoicePeriod")
    delivery = root.node("cac:Delivery")
    means = _means(root)
    terms = root.nodes("cac:PaymentTerms")
    return Invoice(
        number=root.text("cbc:ID"),
        issue_date=root.day("cbc:IssueDate"),
        due_date=root.day("cbc:DueDate") or means.day("cbc:PaymentDueDate"),
        currency=document.currency,
        seller=_seller(root, means),
        buyer=_party(root.node("cac:AccountingCustomerParty", "cac:Party")),
        net=sums.amount("cbc:TaxExclusiveAmount"),
        vat=vat,
        total=sums.amount("cbc:TaxInclusiveAmount"),
        payable=sums.amount("cbc:PayableAmount"),
        type_code=_type(code, root, kind, credit),
        type_text=reading.type_text(code),
        reference=_reference(root, means),
        agreement=root.node("cac:ContractDocumentReference").text("cbc:ID"),
        order=root.node("cac:OrderReference").text("cbc:ID"),
        buyer_reference=root.text("cbc:BuyerReference"),
        accounting=root.text("cbc:AccountingCost"),
        site=delivery.node("cac:DeliveryLocation").text("cbc:ID"),
        original_number=original.text("cbc:ID"),
        original_date=original.day("cbc:IssueDate"),
        supply_date=delivery.day("cbc:ActualDeliveryDate"),
        period_start=period.day("cbc:StartDate"),
        period_end=period.day("cbc:EndDate"),
        delivery=_delivery(delivery),
        lines=tuple(_line(line, at, kind) for at, line in enumerate(root.nodes(f"cac:{kind}Line"), start=1)),
        vat_breakdown=tuple(map(_vat, tax.nodes("cac:TaxSubtotal"))),
        notes=tuple(filter(None, map(reading.note_of, root.texts("cbc:Note")))),
        payment_terms=" ".join(text for one in terms for text in one.texts("cbc:Note")) or None,
        specification=root.text("cbc:CustomizationID"),
        message_id=root.text("cbc:UUID") or message_id,
        attachments=tuple(_attachments(root)),
        allowances=sums.amount("cbc:AllowanceTotalAmount"),
        charges=sums.amount("cbc:ChargeTotalAmount"),
        paid=sums.amount("cbc:PrepaidAmount"),
        rounding=sums.amount("cbc:PayableRoundingAmount"),
        line_total=sums.amount("cbc:LineExtensionAmount"),
        allowances_and_charges=_changes(root),
        payee=_payee(root),
        format=FORMATS[credit],
    )


def _type(code: str | None, root: Node, kind: str, credit: bool) -> str | None:
    name = f"cbc:{kind}TypeCode"
    if credit:
        return reading.type_of(code, root, name, is_credit_note=True)
    # Some senders write credit notes as invoices with a credit note's code; without any code it is not known.
    return None if code is None else reading.type_of(code, root, name, is_credit_note=False)


def _tax(root: Node, currency: str | None) -> tuple[Node, Decimal | None]:
    """The tax in the invoice's own currency, and its sum.

    It may be repeated in the currency that it is accounted in (BT-111). Two sums in one currency leave it open.
    """
    totals = root.nodes("cac:TaxTotal")
    own = [one for one in totals if currency is None or _currency_of(one) in (None, currency)] or totals
    if not own:
        return root.node("cac:TaxTotal"), None
    amount = own[0].amount("cbc:TaxAmount")
    for other in own[1:]:
        if (given := other.amount("cbc:TaxAmount")) != amount:
            other.note("invoice_value_twice", "cbc:TaxAmount", f"{amount}", "error", other=f"{given}")
            amount = None
            break
    return own[0], amount


def _currency_of(total: Node) -> str | None:
    return total.attribute("cbc:TaxAmount", "currencyID")


def _means(root: Node) -> Node:
    """The way of payment that names an account, before those that do not."""
    means = root.nodes("cac:PaymentMeans")
    for one in means:
        if one.node("cac:PayeeFinancialAccount").text("cbc:ID"):
            return one
    return means[0] if means else root.node("cac:PaymentMeans")


def _reference(root: Node, means: Node) -> str | None:
    """The reference beside the account that is paid to, else the one that another way of payment names."""
    if "cbc:PaymentID" in means:
        return reading.reference_of(means.text("cbc:PaymentID"))
    given = {text for one in root.nodes("cac:PaymentMeans") for text in one.texts("cbc:PaymentID")}
    return reading.reference_of(given.pop()) if len(given) == 1 else None


def _seller(root: Node, means: Node) -> Party:
    account = means.node("cac:PayeeFinancialAccount")
    return _party(
        root.node("cac:AccountingSupplierParty", "cac:Party"),
        is_buyer=False,
        iban=reading.compact(account.text("cbc:ID")),
        bic=reading.compact(account.node("cac:FinancialInstitutionBranch").text("cbc:ID")),
    )


def _payee(root: Node) -> str | None:
    return root.node("cac:PayeeParty", "cac:PartyName").text("cbc:Name")


def _party(party: Node, *, is_buyer: bool = True, **account: str | None) -> Party:
    """A party; the number of a seller (BT-29) is the seller's own and has no place in the document."""
    entity = party.node("cac:PartyLegalEntity")
    contact = party.node("cac:Contact")
    trading = party.node("cac:PartyName").text("cbc:Name")
    legal = entity.text("cbc:RegistrationName")
    number, business_id = _identifications(party)
    return _addressed(
        party.node("cac:PostalAddress"),
        name=legal or trading,
        name2=trading if legal and trading != legal else None,
        business_id=entity.text("cbc:CompanyID") or business_id,
        vat_id=_vat_id(party),
        number=number if is_buyer else None,
        einvoice_address=reading.address_of(
            party.attribute("cbc:EndpointID", "schemeID"), party.text("cbc:EndpointID")
        ),
        contact_name=contact.text("cbc:Name"),
        contact_email=contact.text("cbc:ElectronicMail"),
        contact_phone=contact.text("cbc:Telephone"),
        **account,
    )


def _identifications(party: Node) -> tuple[str | None, str | None]:
    """The first number of a party (BT-29, BT-46), and its business id where that is among them."""
    number = business_id = None
    for one in party.nodes("cac:PartyIdentification"):
        scheme, value = one.attribute("cbc:ID", "schemeID"), one.text("cbc:ID")
        if scheme == _BUSINESS_ID:
            business_id = business_id or value
        elif scheme != _SEPA_DEBIT:
            number = number or value
    return number, business_id


def _vat_id(party: Node) -> str | None:
    """The VAT id (BT-31, BT-48), told from other tax registrations (BT-32) by its scheme."""
    for scheme in party.nodes("cac:PartyTaxScheme"):
        if scheme.node("cac:TaxScheme").text("cbc:ID") in (reading.VAT, None):
            return reading.compact(scheme.text("cbc:CompanyID"))
    return None


def _addressed(address: Node, **given: str | None) -> Party:
    streets = (address.text("cbc:StreetName"), address.text("cbc:AdditionalStreetName"))
    lines = (line.text("cbc:Line") for line in address.nodes("cac:AddressLine"))
    return Party(
        street=", ".join(text for text in (*streets, *lines) if text) or None,
        postcode=address.text("cbc:PostalZone"),
        town=address.text("cbc:CityName"),
        country=address.node("cac:Country").text("cbc:IdentificationCode"),
        **given,
    )


def _delivery(delivery: Node) -> Party | None:
    name = delivery.node("cac:DeliveryParty", "cac:PartyName").text("cbc:Name")
    address = delivery.node("cac:DeliveryLocation", "cac:Address")
    return _addressed(address, name=name) if name or address.element is not None else None


def _line(line: Node, number: int, kind: str) -> InvoiceLine:
    item, price = line.node("cac:Item"), line.node("cac:Price")
    tax = item.node("cac:ClassifiedTaxCategory")
    quantity = "cbc:CreditedQuantity" if kind == "CreditNote" else "cbc:InvoicedQuantity"
    texts = (*item.texts("cbc:Description"), *line.texts("cbc:Note"))
    return InvoiceLine(
        position=reading.position_of(line.text("cbc:ID"), number),
        item=_item(item),
        name=item.text("cbc:Name"),
        text="\n".join(texts) or None,
        quantity=line.quantity(quantity),
        unit=line.attribute(quantity, "unitCode"),
        unit_price=_price(price),
        net=line.amount("cbc:LineExtensionAmount"),
        vat_category=tax.text("cbc:ID"),
        vat_percent=tax.percent("cbc:Percent"),
        accounting=line.text("cbc:AccountingCost"),
        order_line=line.node("cac:OrderLineReference").text("cbc:LineID"),
        allowances_and_charges=_changes(line),
    )


def _item(item: Node) -> str | None:
    """The seller's number of the item (BT-155), else the standard one (BT-157)."""
    return item.node("cac:SellersItemIdentification").text("cbc:ID") or item.node(
        "cac:StandardItemIdentification"
    ).text("cbc:ID")


def _price(price: Node) -> Decimal | None:
    return reading.price_of_one(price.amount("cbc:PriceAmount"), price.quantity("cbc:BaseQuantity"))


def _changes(node: Node) -> tuple[AllowanceCharge, ...]:
    if "cac:AllowanceCharge" not in node:
        return ()
    found = (_change(one) for one in node.nodes("cac:AllowanceCharge"))
    return tuple(change for change in found if change is not None)


def _change(change: Node) -> AllowanceCharge | None:
    indicator = change.text("cbc:ChargeIndicator")
    charge = _YES_OR_NO.get(indicator or "")
    if charge is None:
        change.note("invoice_indicator_unclear", "cbc:ChargeIndicator", indicator or "", "error")
        return None
    tax = change.node("cac:TaxCategory")
    return AllowanceCharge(
        charge=charge,
        amount=change.amount("cbc:Amount"),
        reason=change.joined("cbc:AllowanceChargeReason", " ")
        or change.text("cbc:AllowanceChargeReasonCode"),
        vat_category=tax.text("cbc:ID"),
        vat_percent=tax.percent("cbc:Percent"),
    )


def _vat(part: Node) -> VatBreakdown:
    category = part.node("cac:TaxCategory")
    reason = category.joined("cbc:TaxExemptionReason", " ")
    return VatBreakdown(
        category=category.text("cbc:ID"),
        percent=category.percent("cbc:Percent"),
        base=part.amount("cbc:TaxableAmount"),
        amount=part.amount("cbc:TaxAmount"),
        reason=reading.reason_of(reason, category.text("cbc:TaxExemptionReasonCode")),
    )


def _attachments(root: Node) -> list[Attachment]:
    """Files in the document and links to files elsewhere (BG-24); other references have neither."""
    found = []
    for reference in root.nodes("cac:AdditionalDocumentReference"):
        attachment = reference.node("cac:Attachment")
        if "cbc:EmbeddedDocumentBinaryObject" in attachment:
            called = reference.text("cbc:ID")
            found.append(
                reading.file_of(
                    attachment, "cbc:EmbeddedDocumentBinaryObject", "mimeCode", "filename", called
                )
            )
        if link := attachment.node("cac:ExternalReference").text("cbc:URI"):
            found.append(reading.link_of(link))
    return found
