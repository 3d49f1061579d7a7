"""Code lists of EN 16931 (UN/EDIFACT 1001 and 5305) and of the State's invoices, as the rules ask for them."""

from typing import Final

INVOICE: Final = "INV01"
CREDIT_NOTE: Final = "INV02"
PRO_FORMA: Final = "INV06"
SELF_BILLING: Final = "INV07"

# UNCL 1001 by what the document is, in the parts that EN 16931 takes (BR-CL-01).
# fmt: off
CREDIT_CODES: Final = frozenset({
    "81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532",
})
INVOICE_CODES: Final = frozenset({
    "71", "80", "82", "84", "102", "130", "202", "203", "204", "211", "218", "219", "295", "325", "326", "331", "380",
    "382", "383", "384", "385", "386", "387", "388", "389", "390", "393", "394", "395", "456", "457", "471", "472",
    "473", "500", "501", "527", "553", "575", "623", "633", "751", "780", "817", "870", "875", "876", "877", "935",
})
# fmt: on
TYPES_OF_THEIR_OWN: Final = {"325": PRO_FORMA, "389": SELF_BILLING}
ORDINARY_CODES: Final = frozenset({"380", "381"})

# UN/EDIFACT 5305 as EN 16931 takes it, and the three that Finvoice adds for purchases.
VAT_CATEGORIES: Final = frozenset({"S", "Z", "E", "AE", "K", "G", "O", "L", "M", "AB", "ZEG", "ZES"})
WITHOUT_VAT: Final = frozenset({"Z", "E", "AE", "K", "G", "O"})
WITH_REASON: Final = frozenset({"E", "AE", "K", "G", "O"})
WITHOUT_REASON: Final = frozenset({"S", "Z", "L", "M"})
WITH_BUYER_VAT_ID: Final = frozenset({"AE", "K"})

# The prefix of the rules of a category in EN 16931: K is intra-community, L and M the Canaries, Ceuta and Melilla.
RULES: Final = {
    "S": "BR-S",
    "Z": "BR-Z",
    "E": "BR-E",
    "AE": "BR-AE",
    "K": "BR-IC",
    "G": "BR-G",
    "O": "BR-O",
    "L": "BR-AF",
    "M": "BR-AG",
}
