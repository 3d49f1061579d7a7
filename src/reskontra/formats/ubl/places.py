"""Where the business terms of EN 16931 stand in UBL."""

from typing import Final

_SUMS = "cac:LegalMonetaryTotal"
_SELLER = "cac:AccountingSupplierParty/cac:Party"
_BUYER = "cac:AccountingCustomerParty/cac:Party"
_TAX = "cac:TaxTotal"
_PART = f"{_TAX}/cac:TaxSubtotal"
_MEANS = "cac:PaymentMeans"
_LINE = "cac:InvoiceLine"
_COUNTRY = "cac:Country/cbc:IdentificationCode"

PLACES: Final = {
    "BT-1": "cbc:ID",
    "BT-2": "cbc:IssueDate",
    "BT-3": "cbc:InvoiceTypeCode",
    "BT-5": "cbc:DocumentCurrencyCode",
    "BT-9": "cbc:DueDate",
    "BT-24": "cbc:CustomizationID",
    "BT-25": "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID",
    "BT-27": f"{_SELLER}/cac:PartyLegalEntity/cbc:RegistrationName",
    "BT-30": f"{_SELLER}/cac:PartyLegalEntity/cbc:CompanyID",
    "BT-31": f"{_SELLER}/cac:PartyTaxScheme/cbc:CompanyID",
    "BT-40": f"{_SELLER}/cac:PostalAddress/{_COUNTRY}",
    "BT-44": f"{_BUYER}/cac:PartyLegalEntity/cbc:RegistrationName",
    "BT-47": f"{_BUYER}/cac:PartyLegalEntity/cbc:CompanyID",
    "BT-48": f"{_BUYER}/cac:PartyTaxScheme/cbc:CompanyID",
    "BT-49": f"{_BUYER}/cbc:EndpointID",
    "BT-55": f"{_BUYER}/cac:PostalAddress/{_COUNTRY}",
    "BT-72": "cac:Delivery/cbc:ActualDeliveryDate",
    "BT-80": f"cac:Delivery/cac:DeliveryLocation/cac:Address/{_COUNTRY}",
    "BT-83": f"{_MEANS}/cbc:PaymentID",
    "BT-84": f"{_MEANS}/cac:PayeeFinancialAccount/cbc:ID",
    "BT-86": f"{_MEANS}/cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cbc:ID",
    "BT-106": f"{_SUMS}/cbc:LineExtensionAmount",
    "BT-107": f"{_SUMS}/cbc:AllowanceTotalAmount",
    "BT-108": f"{_SUMS}/cbc:ChargeTotalAmount",
    "BT-109": f"{_SUMS}/cbc:TaxExclusiveAmount",
    "BT-110": f"{_TAX}/cbc:TaxAmount",
    "BT-112": f"{_SUMS}/cbc:TaxInclusiveAmount",
    "BT-115": f"{_SUMS}/cbc:PayableAmount",
    "BT-116": f"{_PART}/cbc:TaxableAmount",
    "BT-117": f"{_PART}/cbc:TaxAmount",
    "BT-118": f"{_PART}/cac:TaxCategory/cbc:ID",
    "BT-119": f"{_PART}/cac:TaxCategory/cbc:Percent",
    "BT-120": f"{_PART}/cac:TaxCategory/cbc:TaxExemptionReason",
    "BT-129": f"{_LINE}/cbc:InvoicedQuantity",
    "BT-130": f"{_LINE}/cbc:InvoicedQuantity/@unitCode",
    "BT-131": f"{_LINE}/cbc:LineExtensionAmount",
    "BT-146": f"{_LINE}/cac:Price/cbc:PriceAmount",
    "BT-151": f"{_LINE}/cac:Item/cac:ClassifiedTaxCategory/cbc:ID",
    "BT-152": f"{_LINE}/cac:Item/cac:ClassifiedTaxCategory/cbc:Percent",
    "BT-153": f"{_LINE}/cac:Item/cbc:Name",
    "BG-5": f"{_SELLER}/cac:PostalAddress",
    "BG-8": f"{_BUYER}/cac:PostalAddress",
    "BG-14": "cac:InvoicePeriod",
    "BG-23": _PART,
    "BG-25": _LINE,
    "BG-26": f"{_LINE}/cac:InvoicePeriod",
}

# The credit note has the same groups under names of its own.
CREDIT_NOTE_PLACES: Final = {
    term: place.replace("cac:InvoiceLine", "cac:CreditNoteLine").replace(
        "InvoicedQuantity", "CreditedQuantity"
    )
    for term, place in PLACES.items()
} | {"BT-3": "cbc:CreditNoteTypeCode", "BT-9": f"{_MEANS}/cbc:PaymentDueDate"}
