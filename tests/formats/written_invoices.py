"""Invoices to draw, and two small writers of them: what is written must be read back the same.

The writers stand here and not in the program, which only reads UBL and CII. They write what the readers read, in the
order of the schemas, and a credit note's amounts as the syntaxes have them: without their minus.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

from reskontra.documents.invoice import AllowanceCharge, Invoice, InvoiceLine, Party, VatBreakdown

STANDARDS = Path(__file__).resolve().parents[3] / "shared" / "standards"
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CII = "urn:un:unece:uncefact:data:standard:"

# --- invoices ---

letters = st.characters(
    codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"], exclude_characters="#"
)
words = st.lists(st.text(letters, min_size=1, max_size=8), min_size=1, max_size=3).map(" ".join)
cents = st.integers(-(10**12), 10**12).map(lambda whole: Decimal(whole).scaleb(-2))
numbers = st.integers(-(10**9), 10**9).map(lambda whole: Decimal(whole).scaleb(-4))
percents = st.integers(0, 9999).map(lambda whole: Decimal(whole).scaleb(-2))
prices = st.integers(0, 10**9).map(lambda whole: Decimal(whole).scaleb(-5))
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
categories = st.sampled_from(["S", "Z", "E", "AE", "K", "G", "O"])


def maybe(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


def parties(**more: object) -> st.SearchStrategy[Party]:
    return st.builds(
        Party,
        name=words,
        business_id=st.just("9000001-1"),
        vat_id=st.sampled_from([None, "FI90000011", "SE556000000001"]),
        street=maybe(words),
        postcode=maybe(words),
        town=maybe(words),
        country=st.sampled_from([None, "FI", "SE"]),
        einvoice_address=st.sampled_from([None, "003790000011", "0007:5560000000"]),
        contact_name=maybe(words),
        contact_email=maybe(words),
        contact_phone=maybe(words),
        **more,
    )


def changes(*, on_line: bool) -> st.SearchStrategy[tuple[AllowanceCharge, ...]]:
    one = st.builds(
        AllowanceCharge,
        charge=st.booleans(),
        amount=cents,
        reason=maybe(words),
        vat_category=st.none() if on_line else categories,
        vat_percent=st.none() if on_line else percents,
    )
    return st.lists(one, max_size=2).map(tuple)


lines = st.builds(
    InvoiceLine,
    position=st.just(0),
    item=maybe(words),
    name=maybe(words),
    text=maybe(words),
    quantity=maybe(numbers),
    unit=st.just("C62"),
    unit_price=maybe(prices),
    net=maybe(cents),
    vat_category=maybe(categories),
    vat_percent=maybe(percents),
    accounting=maybe(words),
    order_line=maybe(words),
    allowances_and_charges=changes(on_line=True),
)
breakdowns = st.builds(
    VatBreakdown, category=categories, percent=percents, base=cents, amount=cents, reason=maybe(words)
)


def _numbered(invoice: Invoice) -> Invoice:
    """Lines by their place, and a unit only where there is a quantity that it could stand with."""
    placed = (
        replace(line, position=at, unit=None if line.quantity is None else line.unit)
        for at, line in enumerate(invoice.lines, start=1)
    )
    return replace(invoice, lines=tuple(placed))


def invoices() -> st.SearchStrategy[Invoice]:
    drawn = st.builds(
        Invoice,
        number=words,
        issue_date=maybe(days),
        due_date=maybe(days),
        currency=st.sampled_from(["EUR", "SEK"]),
        seller=parties(iban=st.sampled_from([None, "FI1299999900000017"])),
        buyer=parties(number=maybe(words)),
        net=maybe(cents),
        vat=maybe(cents),
        total=maybe(cents),
        payable=maybe(cents),
        type_code=st.sampled_from(["INV01", "INV02"]),
        reference=st.sampled_from([None, "30100000022", "RF9811112", "faktura 7"]),
        agreement=maybe(words),
        order=maybe(words),
        buyer_reference=maybe(words),
        accounting=maybe(words),
        original_number=maybe(words),
        supply_date=maybe(days),
        period_start=maybe(days),
        period_end=maybe(days),
        lines=st.lists(lines, max_size=3).map(tuple),
        vat_breakdown=st.lists(breakdowns, max_size=2).map(tuple),
        notes=st.lists(words, max_size=2).map(tuple),
        payment_terms=maybe(words),
        specification=maybe(words),
        allowances=maybe(cents),
        charges=maybe(cents),
        paid=maybe(cents),
        rounding=maybe(cents),
        line_total=maybe(cents),
        allowances_and_charges=changes(on_line=False),
        payee=maybe(words),
    )
    return drawn.map(_numbered)


# --- writing ---

Write = Callable[..., str]


def tag(name: str, content: object, **attributes: str) -> str:
    """An element, or nothing where there is no content. Text is escaped; what begins with ``<`` is markup."""
    if content is None or content == "":
        return ""
    inner = content if isinstance(content, Markup) else escape(str(content))
    return f"<{name}{''.join(f' {key}={quoteattr(value)}' for key, value in attributes.items())}>{inner}</{name}>"


class Markup(str):
    """Elements that are already written."""


def of(*parts: str) -> Markup:
    return Markup("".join(parts))


def _sign(invoice: Invoice) -> Callable[[Decimal | None], str | None]:
    turned = -1 if invoice.type_code == "INV02" else 1
    return lambda amount: None if amount is None else f"{amount * turned:f}"


def ubl(invoice: Invoice) -> bytes:
    """The invoice as UBL."""
    kind = "CreditNote" if invoice.type_code == "INV02" else "Invoice"
    quantity = "cbc:CreditedQuantity" if kind == "CreditNote" else "cbc:InvoicedQuantity"
    sign, currency = _sign(invoice), invoice.currency or ""

    def amount(name: str, given: Decimal | None) -> str:
        return tag(f"cbc:{name}", sign(given), currencyID=currency)

    def category(name: str, code: str | None, percent: Decimal | None, reason: str | None = None) -> str:
        scheme = tag("cac:TaxScheme", of(tag("cbc:ID", "VAT")))
        parts = (tag("cbc:ID", code), tag("cbc:Percent", percent), tag("cbc:TaxExemptionReason", reason))
        return tag(f"cac:{name}", of(*parts, scheme)) if code or percent is not None else ""

    def changed(given: tuple[AllowanceCharge, ...] | None) -> str:
        return "".join(
            tag(
                "cac:AllowanceCharge",
                of(
                    tag("cbc:ChargeIndicator", "true" if one.charge else "false"),
                    tag("cbc:AllowanceChargeReason", one.reason),
                    amount("Amount", one.amount),
                    category("TaxCategory", one.vat_category, one.vat_percent),
                ),
            )
            for one in given or ()
        )

    def party(given: Party) -> Markup:
        scheme, _, value = (
            ("", "", "") if given.einvoice_address is None else _address(given.einvoice_address)
        )
        scheme_of = of(tag("cbc:ID", "VAT"))
        return of(
            tag("cbc:EndpointID", value, schemeID=scheme),
            tag("cac:PartyIdentification", of(tag("cbc:ID", given.number))) if given.number else "",
            tag(
                "cac:PostalAddress",
                of(
                    tag("cbc:StreetName", given.street),
                    tag("cbc:CityName", given.town),
                    tag("cbc:PostalZone", given.postcode),
                    tag("cac:Country", of(tag("cbc:IdentificationCode", given.country))),
                ),
            ),
            tag("cac:PartyTaxScheme", of(tag("cbc:CompanyID", given.vat_id), tag("cac:TaxScheme", scheme_of)))
            if given.vat_id
            else "",
            tag(
                "cac:PartyLegalEntity",
                of(tag("cbc:RegistrationName", given.name), tag("cbc:CompanyID", given.business_id)),
            ),
            tag(
                "cac:Contact",
                of(
                    tag("cbc:Name", given.contact_name),
                    tag("cbc:Telephone", given.contact_phone),
                    tag("cbc:ElectronicMail", given.contact_email),
                ),
            ),
        )

    rows = "".join(
        tag(
            f"cac:{kind}Line",
            of(
                tag("cbc:ID", line.position),
                tag(quantity, sign(line.quantity), unitCode=line.unit or ""),
                amount("LineExtensionAmount", line.net),
                tag("cbc:AccountingCost", line.accounting),
                tag("cac:OrderLineReference", of(tag("cbc:LineID", line.order_line))),
                changed(line.allowances_and_charges),
                tag(
                    "cac:Item",
                    of(
                        tag("cbc:Description", line.text),
                        tag("cbc:Name", line.name),
                        tag("cac:SellersItemIdentification", of(tag("cbc:ID", line.item))),
                        category("ClassifiedTaxCategory", line.vat_category, line.vat_percent),
                    ),
                ),
                tag("cac:Price", of(tag("cbc:PriceAmount", line.unit_price, currencyID=currency))),
            ),
        )
        for line in invoice.lines
    )
    subtotals = "".join(
        tag(
            "cac:TaxSubtotal",
            of(
                amount("TaxableAmount", part.base),
                amount("TaxAmount", part.amount),
                category("TaxCategory", part.category, part.percent, part.reason),
            ),
        )
        for part in invoice.vat_breakdown
    )
    original = of(tag("cbc:ID", invoice.original_number))
    due = ("", invoice.due_date) if kind == "Invoice" else (invoice.due_date, "")
    body = of(
        tag("cbc:CustomizationID", invoice.specification),
        tag("cbc:ID", invoice.number),
        tag("cbc:IssueDate", invoice.issue_date),
        tag("cbc:DueDate", due[1]),
        tag(f"cbc:{kind}TypeCode", "381" if kind == "CreditNote" else "380"),
        *(tag("cbc:Note", note) for note in invoice.notes),
        tag("cbc:DocumentCurrencyCode", currency),
        tag("cbc:AccountingCost", invoice.accounting),
        tag("cbc:BuyerReference", invoice.buyer_reference),
        tag(
            "cac:InvoicePeriod",
            of(tag("cbc:StartDate", invoice.period_start), tag("cbc:EndDate", invoice.period_end)),
        ),
        tag("cac:OrderReference", of(tag("cbc:ID", invoice.order))),
        tag("cac:BillingReference", of(tag("cac:InvoiceDocumentReference", original))),
        tag("cac:ContractDocumentReference", of(tag("cbc:ID", invoice.agreement))),
        tag("cac:AccountingSupplierParty", of(tag("cac:Party", party(invoice.seller)))),
        tag("cac:AccountingCustomerParty", of(tag("cac:Party", party(invoice.buyer)))),
        tag("cac:PayeeParty", of(tag("cac:PartyName", of(tag("cbc:Name", invoice.payee))))),
        tag("cac:Delivery", of(tag("cbc:ActualDeliveryDate", invoice.supply_date))),
        tag(
            "cac:PaymentMeans",
            of(
                tag("cbc:PaymentDueDate", due[0]),
                tag("cbc:PaymentID", invoice.reference),
                tag("cac:PayeeFinancialAccount", of(tag("cbc:ID", invoice.seller.iban))),
            ),
        ),
        tag("cac:PaymentTerms", of(tag("cbc:Note", invoice.payment_terms))),
        changed(invoice.allowances_and_charges),
        tag("cac:TaxTotal", of(amount("TaxAmount", invoice.vat), subtotals)),
        tag(
            "cac:LegalMonetaryTotal",
            of(
                amount("LineExtensionAmount", invoice.line_total),
                amount("TaxExclusiveAmount", invoice.net),
                amount("TaxInclusiveAmount", invoice.total),
                amount("AllowanceTotalAmount", invoice.allowances),
                amount("ChargeTotalAmount", invoice.charges),
                amount("PrepaidAmount", invoice.paid),
                amount("PayableRoundingAmount", invoice.rounding),
                amount("PayableAmount", invoice.payable),
            ),
        ),
        rows,
    )
    spaces = {"xmlns": f"{UBL}{kind}-2", "xmlns:cbc": f"{UBL}CommonBasicComponents-2"}
    return tag(kind, body, **spaces, **{"xmlns:cac": f"{UBL}CommonAggregateComponents-2"}).encode()


def cii(invoice: Invoice) -> bytes:
    """The invoice as CII."""
    sign = _sign(invoice)

    def amount(name: str, given: Decimal | None) -> str:
        return tag(f"ram:{name}", sign(given))

    def day(name: str, given: date | None) -> str:
        if given is None:
            return ""
        return tag(f"ram:{name}", of(tag("udt:DateTimeString", f"{given:%Y%m%d}", format="102")))

    def tax(name: str, code: str | None, percent: Decimal | None) -> str:
        parts = (tag("ram:CategoryCode", code), tag("ram:RateApplicablePercent", percent))
        return (
            tag(f"ram:{name}", of(tag("ram:TypeCode", "VAT"), *parts)) if code or percent is not None else ""
        )

    def changed(given: tuple[AllowanceCharge, ...] | None) -> str:
        return "".join(
            tag(
                "ram:SpecifiedTradeAllowanceCharge",
                of(
                    tag("ram:ChargeIndicator", of(tag("udt:Indicator", "true" if one.charge else "false"))),
                    amount("ActualAmount", one.amount),
                    tag("ram:Reason", one.reason),
                    tax("CategoryTradeTax", one.vat_category, one.vat_percent),
                ),
            )
            for one in given or ()
        )

    def party(given: Party) -> Markup:
        scheme, _, value = (
            ("", "", "") if given.einvoice_address is None else _address(given.einvoice_address)
        )
        mail = of(tag("ram:URIID", given.contact_email))
        return of(
            tag("ram:ID", given.number),
            tag("ram:Name", given.name),
            tag("ram:SpecifiedLegalOrganization", of(tag("ram:ID", given.business_id))),
            tag(
                "ram:DefinedTradeContact",
                of(
                    tag("ram:PersonName", given.contact_name),
                    tag(
                        "ram:TelephoneUniversalCommunication",
                        of(tag("ram:CompleteNumber", given.contact_phone)),
                    ),
                    tag("ram:EmailURIUniversalCommunication", mail),
                ),
            ),
            tag(
                "ram:PostalTradeAddress",
                of(
                    tag("ram:PostcodeCode", given.postcode),
                    tag("ram:LineOne", given.street),
                    tag("ram:CityName", given.town),
                    tag("ram:CountryID", given.country),
                ),
            ),
            tag("ram:URIUniversalCommunication", of(tag("ram:URIID", value, schemeID=scheme))),
            tag("ram:SpecifiedTaxRegistration", of(tag("ram:ID", given.vat_id, schemeID="VA"))),
        )

    rows = "".join(
        tag(
            "ram:IncludedSupplyChainTradeLineItem",
            of(
                tag("ram:AssociatedDocumentLineDocument", of(tag("ram:LineID", line.position))),
                tag(
                    "ram:SpecifiedTradeProduct",
                    of(
                        tag("ram:SellerAssignedID", line.item),
                        tag("ram:Name", line.name),
                        tag("ram:Description", line.text),
                    ),
                ),
                tag(
                    "ram:SpecifiedLineTradeAgreement",
                    of(
                        tag("ram:BuyerOrderReferencedDocument", of(tag("ram:LineID", line.order_line))),
                        tag("ram:NetPriceProductTradePrice", of(tag("ram:ChargeAmount", line.unit_price))),
                    ),
                ),
                tag(
                    "ram:SpecifiedLineTradeDelivery",
                    of(tag("ram:BilledQuantity", sign(line.quantity), unitCode=line.unit or "")),
                ),
                tag(
                    "ram:SpecifiedLineTradeSettlement",
                    of(
                        tax("ApplicableTradeTax", line.vat_category, line.vat_percent),
                        changed(line.allowances_and_charges),
                        tag(
                            "ram:SpecifiedTradeSettlementLineMonetarySummation",
                            of(amount("LineTotalAmount", line.net)),
                        ),
                        tag(
                            "ram:ReceivableSpecifiedTradeAccountingAccount",
                            of(tag("ram:ID", line.accounting)),
                        ),
                    ),
                ),
            ),
        )
        for line in invoice.lines
    )
    parts = "".join(
        tag(
            "ram:ApplicableTradeTax",
            of(
                amount("CalculatedAmount", part.amount),
                tag("ram:ExemptionReason", part.reason),
                amount("BasisAmount", part.base),
                tag("ram:CategoryCode", part.category),
                tag("ram:RateApplicablePercent", part.percent),
            ),
        )
        for part in invoice.vat_breakdown
    )
    settlement = of(
        tag("ram:PaymentReference", invoice.reference),
        tag("ram:InvoiceCurrencyCode", invoice.currency),
        tag("ram:PayeeTradeParty", of(tag("ram:Name", invoice.payee))),
        tag(
            "ram:SpecifiedTradeSettlementPaymentMeans",
            of(tag("ram:PayeePartyCreditorFinancialAccount", of(tag("ram:IBANID", invoice.seller.iban)))),
        ),
        parts,
        tag(
            "ram:BillingSpecifiedPeriod",
            of(day("StartDateTime", invoice.period_start), day("EndDateTime", invoice.period_end)),
        ),
        changed(invoice.allowances_and_charges),
        tag(
            "ram:SpecifiedTradePaymentTerms",
            of(tag("ram:Description", invoice.payment_terms), day("DueDateDateTime", invoice.due_date)),
        ),
        tag(
            "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
            of(
                amount("LineTotalAmount", invoice.line_total),
                amount("ChargeTotalAmount", invoice.charges),
                amount("AllowanceTotalAmount", invoice.allowances),
                amount("TaxBasisTotalAmount", invoice.net),
                tag("ram:TaxTotalAmount", sign(invoice.vat), currencyID=invoice.currency or ""),
                amount("RoundingAmount", invoice.rounding),
                amount("GrandTotalAmount", invoice.total),
                amount("TotalPrepaidAmount", invoice.paid),
                amount("DuePayableAmount", invoice.payable),
            ),
        ),
        tag("ram:InvoiceReferencedDocument", of(tag("ram:IssuerAssignedID", invoice.original_number))),
        tag("ram:ReceivableSpecifiedTradeAccountingAccount", of(tag("ram:ID", invoice.accounting))),
    )
    guideline = of(tag("ram:ID", invoice.specification))
    order, contract = (
        of(tag("ram:IssuerAssignedID", invoice.order)),
        of(tag("ram:IssuerAssignedID", invoice.agreement)),
    )
    body = of(
        tag(
            "rsm:ExchangedDocumentContext",
            of(tag("ram:GuidelineSpecifiedDocumentContextParameter", guideline)),
        ),
        tag(
            "rsm:ExchangedDocument",
            of(
                tag("ram:ID", invoice.number),
                tag("ram:TypeCode", "381" if invoice.type_code == "INV02" else "380"),
                day("IssueDateTime", invoice.issue_date),
                *(tag("ram:IncludedNote", of(tag("ram:Content", note))) for note in invoice.notes),
            ),
        ),
        tag(
            "rsm:SupplyChainTradeTransaction",
            of(
                rows,
                tag(
                    "ram:ApplicableHeaderTradeAgreement",
                    of(
                        tag("ram:BuyerReference", invoice.buyer_reference),
                        tag("ram:SellerTradeParty", party(invoice.seller)),
                        tag("ram:BuyerTradeParty", party(invoice.buyer)),
                        tag("ram:BuyerOrderReferencedDocument", order),
                        tag("ram:ContractReferencedDocument", contract),
                    ),
                ),
                tag(
                    "ram:ApplicableHeaderTradeDelivery",
                    of(
                        tag(
                            "ram:ActualDeliverySupplyChainEvent",
                            of(day("OccurrenceDateTime", invoice.supply_date)),
                        )
                    ),
                ),
                tag("ram:ApplicableHeaderTradeSettlement", settlement),
            ),
        ),
    )
    spaces = {
        "xmlns:rsm": f"{CII}CrossIndustryInvoice:100",
        "xmlns:ram": f"{CII}ReusableAggregateBusinessInformationEntity:100",
        "xmlns:udt": f"{CII}UnqualifiedDataType:100",
    }
    return tag("rsm:CrossIndustryInvoice", body, **spaces).encode()


def _address(address: str) -> tuple[str, str, str]:
    return address.partition(":") if ":" in address else ("0216", ":", address)
