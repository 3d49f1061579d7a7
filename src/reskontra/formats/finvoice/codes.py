"""Code lists of Finvoice 3.0 that the schema does not hold (Finance Finland, implementation guidelines)."""

from typing import Final

READ_VERSIONS: Final = ("1.2", "1.3", "2.0", "2.01", "3.0")
WRITTEN_VERSION: Final = "3.0"
SPECIFICATION: Final = "EN16931"

CREDIT_NOTE: Final = "INV02"
INTERNAL_INVOICE: Final = "INV04"
SELF_BILLING: Final = "INV07"
# Letters that ask for payment, by their kind: they are told as messages of their own types.
LETTER_TYPES: Final = {"interest_invoice": "INV03", "reminder": "INV08"}

TYPE_CODES: Final = frozenset(
    [f"{prefix}01" for prefix in ("REQ", "QUO", "ORD", "ORC", "DEV", "TES", "PRI", "INF", "DEN", "SDD")]
    + [f"{prefix}0{number}" for prefix in ("INV", "SEI", "REC", "RES") for number in range(1, 10)]
)

# UN/EDIFACT 1001 beside the Finnish code; a reminder and a collection letter have none in EN 16931.
UN_TYPE_CODES: Final = {
    "INV01": "380",
    "INV02": "381",
    "INV03": "380",
    "INV04": "380",
    "INV06": "325",
    "INV07": "389",
    "INV09": "380",
}

# Units as people write them, in small letters, and UN/ECE recommendation 20.
UNITS: Final = {
    **dict.fromkeys(("kpl", "st", "pcs", "pc", "ea", "kappale", "kappaletta", "styck", "stk", "unit"), "C62"),
    **dict.fromkeys(("krt", "kerta", "gång", "ggr", "tapaus", "fall", "suorite", "prestation"), "C62"),
    **dict.fromkeys(("h", "tunti", "tuntia", "timme", "tim", "hour", "hours"), "HUR"),
    **dict.fromkeys(("min", "minuutti", "minut"), "MIN"),
    **dict.fromkeys(("pv", "pvä", "päivä", "vrk", "dag", "dygn", "day", "days"), "DAY"),
    **dict.fromkeys(("vk", "viikko", "vecka", "week"), "WEE"),
    **dict.fromkeys(("kk", "kuukausi", "mån", "månad", "month"), "MON"),
    **dict.fromkeys(("v", "vuosi", "år", "year"), "ANN"),
    "kg": "KGM",
    "g": "GRM",
    **dict.fromkeys(("tn", "ton", "tonni"), "TNE"),
    "km": "KMT",
    "m": "MTR",
    "cm": "CMT",
    "mm": "MMT",
    **dict.fromkeys(("m2", "m²"), "MTK"),
    **dict.fromkeys(("m3", "m³"), "MTQ"),
    "ha": "HAR",
    **dict.fromkeys(("l", "ltr", "litra", "liter"), "LTR"),
    "kwh": "KWH",
    "mwh": "MWH",
    **dict.fromkeys(("sivu", "sivua", "sida", "sidor", "page", "pages"), "ZP"),
    **dict.fromkeys(("hlö", "hklö", "henkilö", "pers", "person"), "IE"),
    **dict.fromkeys(("erä", "parti", "lot"), "LO"),
    **dict.fromkeys(("sarja", "sats", "set"), "SET"),
}
UN_UNITS: Final = frozenset(UNITS.values()) | {"EA", "XPP", "NAR", "PR", "H87", "P1", "E48", "LS"}

# The words before a legal basis among the free texts, by the language of the invoice (OC 3.5-b).
LEGAL_BASIS_WORDS: Final = {
    "sv": "Avgiftsgrund: ",
    "fi": "Maksuperuste: ",
    "en": "Legal basis of the charge: ",
}


def un_unit(unit: str) -> str | None:
    """The UN/ECE recommendation 20 code of a unit as people write it, or ``None`` when there is none."""
    plain = unit.strip().rstrip(".")
    return UNITS.get(plain.lower()) or (plain if plain in UN_UNITS else None)
