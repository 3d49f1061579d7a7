"""Where the business terms of EN 16931 stand in Finvoice."""

from typing import Final

_DETAILS = "InvoiceDetails"
_BREAKDOWN = f"{_DETAILS}/VatSpecificationDetails"
_INSTRUCTION = "EpiDetails/EpiPaymentInstructionDetails"
_PARTIES = "EpiDetails/EpiPartyDetails"
_SELLER, _BUYER = "SellerPartyDetails", "BuyerPartyDetails"

PLACES: Final = {
    "BT-1": f"{_DETAILS}/InvoiceNumber",
    "BT-2": f"{_DETAILS}/InvoiceDate",
    "BT-3": f"{_DETAILS}/InvoiceTypeCode",
    "BT-5": f"{_DETAILS}/InvoiceTotalVatIncludedAmount",
    "BT-9": f"{_DETAILS}/PaymentTermsDetails/InvoiceDueDate",
    "BT-24": "MessageTransmissionDetails/MessageDetails/SpecificationIdentifier",
    "BT-25": f"{_DETAILS}/OriginalInvoiceNumber",
    "BT-27": f"{_SELLER}/SellerOrganisationName",
    "BT-30": f"{_SELLER}/SellerPartyIdentifier",
    "BT-31": f"{_SELLER}/SellerOrganisationTaxCode",
    "BT-40": f"{_SELLER}/SellerPostalAddressDetails/CountryCode",
    "BT-44": f"{_BUYER}/BuyerOrganisationName",
    "BT-47": f"{_BUYER}/BuyerPartyIdentifier",
    "BT-48": f"{_BUYER}/BuyerOrganisationTaxCode",
    "BT-49": "MessageTransmissionDetails/MessageReceiverDetails/ToIdentifier",
    "BT-55": f"{_BUYER}/BuyerPostalAddressDetails/CountryCode",
    "BT-72": "DeliveryDetails/DeliveryDate",
    "BT-80": "DeliveryPartyDetails/DeliveryPostalAddressDetails/CountryCode",
    "BT-83": f"{_INSTRUCTION}/EpiRemittanceInfoIdentifier",
    "BT-84": f"{_PARTIES}/EpiBeneficiaryPartyDetails/EpiAccountID",
    "BT-86": f"{_PARTIES}/EpiBfiPartyDetails/EpiBfiIdentifier",
    "BT-106": f"{_DETAILS}/RowsTotalVatExcludedAmount",
    "BT-107": f"{_DETAILS}/DiscountsTotalVatExcludedAmount",
    "BT-108": f"{_DETAILS}/ChargesTotalVatExcludedAmount",
    "BT-109": f"{_DETAILS}/InvoiceTotalVatExcludedAmount",
    "BT-110": f"{_DETAILS}/InvoiceTotalVatAmount",
    "BT-112": f"{_DETAILS}/InvoiceTotalVatIncludedAmount",
    "BT-115": f"{_INSTRUCTION}/EpiInstructedAmount",
    "BT-116": f"{_BREAKDOWN}/VatBaseAmount",
    "BT-117": f"{_BREAKDOWN}/VatRateAmount",
    "BT-118": f"{_BREAKDOWN}/VatCode",
    "BT-119": f"{_BREAKDOWN}/VatRatePercent",
    "BT-120": f"{_BREAKDOWN}/VatFreeText",
    "BT-129": "InvoiceRow/InvoicedQuantity",
    "BT-130": "InvoiceRow/InvoicedQuantity/@QuantityUnitCode",
    "BT-131": "InvoiceRow/RowVatExcludedAmount",
    "BT-146": "InvoiceRow/UnitPriceNetAmount",
    "BT-151": "InvoiceRow/RowVatCode",
    "BT-152": "InvoiceRow/RowVatRatePercent",
    "BT-153": "InvoiceRow/ArticleName",
    "BG-5": f"{_SELLER}/SellerPostalAddressDetails",
    "BG-8": f"{_BUYER}/BuyerPostalAddressDetails",
    "BG-14": f"{_DETAILS}/InvoicingPeriodStartDate",
    "BG-23": _BREAKDOWN,
    "BG-25": "InvoiceRow",
    "BG-26": "InvoiceRow/StartDate",
}
