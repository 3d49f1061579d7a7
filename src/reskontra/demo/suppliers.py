"""Who sells to the demonstration's units, and what: goods and services on order, by contract, by posting reference."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from reskontra.demo.world import Record, records
from reskontra.documents.invoice import Party

MATERIALS, RENTS, SERVICES, OTHER = "40000000", "42000000", "43000000", "45000000"


@dataclass(frozen=True)
class Offer:
    """Something that a supplier sells: its code there, its name, euro a piece without VAT, and where it is posted."""

    item: str
    name: str
    price: Decimal
    account: str


def _offers(account: str, prefix: str, *told: tuple[str, str]) -> tuple[Offer, ...]:
    return tuple(
        Offer(f"{prefix}{place:03d}", name, Decimal(price), account)
        for place, (name, price) in enumerate(told, start=1)
    )


# What is ordered, and from whom, by the supplier's number in the register.
ON_ORDER = {
    "100001": _offers(MATERIALS, "TT", ("Kopiopaperi, laatikko", "31.90"), ("Kansiot, 10 kpl", "24.50"),
                      ("Työtuoli", "289.00"), ("Sähköpöytä", "612.00")),
    "100002": _offers(MATERIALS, "KK", ("Pumppu", "1480.00"), ("Huoltosarja", "196.00"), ("Letku 20 m", "88.40")),
    "100003": _offers(MATERIALS, "SD", ("Bärbar dator", "1190.00"), ("Bildskärm", "318.00"),
                      ("Dockningsstation", "164.00")),
    "100006": _offers(SERVICES, "LK", ("Esite, 500 kpl", "412.00"), ("Kirjekuoret, 1 000 kpl", "148.00")),
    "100009": _offers(MATERIALS, "RO", ("Objektiivi", "2240.00"), ("Suodatin", "176.00"), ("Jalusta", "398.00")),
    "100014": _offers(SERVICES, "NO", ("Översättning, sida", "62.00"), ("Granskning, timme", "58.00")),
    "100015": _offers(SERVICES, "LH", ("Vesinäyte, perusanalyysi", "94.00"), ("Vesinäyte, laaja analyysi", "268.00")),
}  # fmt: skip

# What is bought by contract: supplier, what the invoices say, and euro without VAT of one invoice.
BY_CONTRACT = (
    ("100004", "Siivous", "1240.00", SERVICES),
    ("100003", "Driftsupport", "860.00", SERVICES),
    ("100012", "Planering", "2400.00", SERVICES),
    ("100007", "Transporter", "318.00", SERVICES),
    ("100011", "Matkapalvelut", "540.00", OTHER),
    ("100014", "Översättningar", "410.00", SERVICES),
    ("100009", "Laitevuokra", "695.00", RENTS),
    ("100002", "Huolto", "730.00", SERVICES),
)
# Whose invoices are coded by a posting reference.
BY_REFERENCE = {"100005": "TK1SAHKO", "100010": "TK1KORTTI"}
# Who sends invoices without any number.
WITHOUT_NUMBER = ("100011", "100006", "100001", "100009")
# Who is not in the register yet when the first invoice comes: name, business id, account.
NEWCOMER = ("Kaislarannan Kartat Oy", "9982000-8", "FI5099000088000127", "Kaislatie 3", "48600", "Kotka")


@cache
def supplier(number: str) -> Record:
    """The register's row of a supplier."""
    return next(row for row in records("suppliers") if row["number"] == number)


@cache
def seller(number: str) -> Party:
    """A supplier as it writes itself on its invoices, paid to its newest account in the register."""
    row = supplier(number)
    account = next((one for one in records("supplier_accounts") if one["supplier"] == number), None)
    return Party(
        name=row["name"],
        business_id=row["business_id"] or row["technical_id"] or None,
        vat_id=row["vat_id"] or None,
        street=row["street"] or row["address_lines"].split(",")[0],
        postcode=row["postcode"] or "65100",
        town=row["town"] or "Vasa",
        country=row["country"],
        einvoice_address=row["einvoice_address"] or "0037" + row["business_id"].replace("-", ""),
        iban=account["iban"] if account else None,
        bic=account["bic"] if account else None,
    )
