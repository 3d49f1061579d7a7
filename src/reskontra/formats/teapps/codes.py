"""Code lists of TEAPPSXML 3.0 (empty invoice description, implementation guide 4.2 and 4.9.5)."""

from typing import Final

READ_VERSIONS: Final = ("2.7.2", "3.0")
ADDITION: Final = "00"  # of BLOCK_RULES/TRANSACTION_TYPE: invoices; of BLOCK_ACTION: an addition

# INVOICE_TYPE to the common type codes. Receipts, orders and tests are told, so that nobody pays them as invoices.
TYPES: Final = {
    "00": "INV01",
    "01": "INV02",
    "02": "INV01",  # several deliveries gathered on one invoice
    "03": "INV01",
    "04": "INV02",
    "05": "INV02",
    "06": "INV03",
    "07": "INV02",
    "09": "INV08",
    "20": "INV01",
    "30": "REC01",
    "31": "REC02",
    "50": "ORD01",
    "51": "ORC01",
    "60": "INV02",
    "91": "INV01",
    "99": "TES01",
}
CREDITS: Final = frozenset({"INV02", "REC02"})

# UN/EDIFACT 1001 as EN 16931 takes it: what an invoice without a type of its own is.
UN_TYPES: Final = {
    "325": "INV06",
    "326": "INV01",
    "380": "INV01",
    "381": "INV02",
    "383": "INV01",
    "384": "INV01",
    "386": "INV01",
    "389": "INV07",
    "393": "INV01",
    "396": "INV02",
    "261": "INV02",
}

# The languages of LANGUAGE_CODE where the code names a country (guide, 1.11).
LANGUAGES: Final = {"SE": "sv", "GB": "en", "US": "en"}

# Costs of the whole invoice that stand beside CHARGES in the summary, most of them older than it.
COSTS: Final = (
    "INSURANCE_TOTAL",
    "SURCHARGE_TOTAL",
    "CARGO",
    "DELIVERY_EXTRA",
    "INTEREST_CHARGE",
    "COLLECTION_SURCHARGE_TOTAL",
    "POSTAGE_COSTS",
    "PROCESSING_COSTS",
    "TOTAL_INFO_COSTS",
)

MIME_TYPES: Final = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "xml": "application/xml",
}
