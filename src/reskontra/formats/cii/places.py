"""Where the business terms of EN 16931 stand in a Cross Industry Invoice."""

from typing import Final

_HEAD = "rsm:ExchangedDocument"
_DEAL = "rsm:SupplyChainTradeTransaction"
_AGREEMENT = f"{_DEAL}/ram:ApplicableHeaderTradeAgreement"
_DELIVERY = f"{_DEAL}/ram:ApplicableHeaderTradeDelivery"
_SETTLEMENT = f"{_DEAL}/ram:ApplicableHeaderTradeSettlement"
_SELLER = f"{_AGREEMENT}/ram:SellerTradeParty"
_BUYER = f"{_AGREEMENT}/ram:BuyerTradeParty"
_MEANS = f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans"
_SUMS = f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
_PART = f"{_SETTLEMENT}/ram:ApplicableTradeTax"
_LINE = f"{_DEAL}/ram:IncludedSupplyChainTradeLineItem"
_LINE_SETTLEMENT = f"{_LINE}/ram:SpecifiedLineTradeSettlement"
_QUANTITY = f"{_LINE}/ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"
_PRICE = f"{_LINE}/ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount"

PLACES: Final = {
    "BT-1": f"{_HEAD}/ram:ID",
    "BT-2": f"{_HEAD}/ram:IssueDateTime",
    "BT-3": f"{_HEAD}/ram:TypeCode",
    "BT-5": f"{_SETTLEMENT}/ram:InvoiceCurrencyCode",
    "BT-9": f"{_SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime",
    "BT-24": "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID",
    "BT-25": f"{_SETTLEMENT}/ram:InvoiceReferencedDocument/ram:IssuerAssignedID",
    "BT-27": f"{_SELLER}/ram:Name",
    "BT-30": f"{_SELLER}/ram:SpecifiedLegalOrganization/ram:ID",
    "BT-31": f"{_SELLER}/ram:SpecifiedTaxRegistration/ram:ID",
    "BT-40": f"{_SELLER}/ram:PostalTradeAddress/ram:CountryID",
    "BT-44": f"{_BUYER}/ram:Name",
    "BT-47": f"{_BUYER}/ram:SpecifiedLegalOrganization/ram:ID",
    "BT-48": f"{_BUYER}/ram:SpecifiedTaxRegistration/ram:ID",
    "BT-49": f"{_BUYER}/ram:URIUniversalCommunication/ram:URIID",
    "BT-55": f"{_BUYER}/ram:PostalTradeAddress/ram:CountryID",
    "BT-72": f"{_DELIVERY}/ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime",
    "BT-80": f"{_DELIVERY}/ram:ShipToTradeParty/ram:PostalTradeAddress/ram:CountryID",
    "BT-83": f"{_SETTLEMENT}/ram:PaymentReference",
    "BT-84": f"{_MEANS}/ram:PayeePartyCreditorFinancialAccount/ram:IBANID",
    "BT-86": f"{_MEANS}/ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID",
    "BT-106": f"{_SUMS}/ram:LineTotalAmount",
    "BT-107": f"{_SUMS}/ram:AllowanceTotalAmount",
    "BT-108": f"{_SUMS}/ram:ChargeTotalAmount",
    "BT-109": f"{_SUMS}/ram:TaxBasisTotalAmount",
    "BT-110": f"{_SUMS}/ram:TaxTotalAmount",
    "BT-112": f"{_SUMS}/ram:GrandTotalAmount",
    "BT-115": f"{_SUMS}/ram:DuePayableAmount",
    "BT-116": f"{_PART}/ram:BasisAmount",
    "BT-117": f"{_PART}/ram:CalculatedAmount",
    "BT-118": f"{_PART}/ram:CategoryCode",
    "BT-119": f"{_PART}/ram:RateApplicablePercent",
    "BT-120": f"{_PART}/ram:ExemptionReason",
    "BT-129": _QUANTITY,
    "BT-130": f"{_QUANTITY}/@unitCode",
    "BT-131": f"{_LINE_SETTLEMENT}/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount",
    "BT-146": _PRICE,
    "BT-151": f"{_LINE_SETTLEMENT}/ram:ApplicableTradeTax/ram:CategoryCode",
    "BT-152": f"{_LINE_SETTLEMENT}/ram:ApplicableTradeTax/ram:RateApplicablePercent",
    "BT-153": f"{_LINE}/ram:SpecifiedTradeProduct/ram:Name",
    "BG-5": f"{_SELLER}/ram:PostalTradeAddress",
    "BG-8": f"{_BUYER}/ram:PostalTradeAddress",
    "BG-14": f"{_SETTLEMENT}/ram:BillingSpecifiedPeriod",
    "BG-23": _PART,
    "BG-25": _LINE,
    "BG-26": f"{_LINE_SETTLEMENT}/ram:BillingSpecifiedPeriod",
}
