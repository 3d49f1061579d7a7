"""Orders of an ordinary day, and the ways in which real ones go wrong."""

import random
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from reskontra.demo.newcomers import Newcomer
from reskontra.demo.world import Record, Sold, customers_of, one_customer, price_list, records
from reskontra.kernel.terms import terms_on

Value = str | date | Decimal

_LINES = (1, 2, 3, 4, 5, 6)
_LINE_WEIGHTS = (28, 28, 20, 13, 7, 4)
_QUANTITIES: Mapping[str, tuple[int, int]] = {
    "h": (1, 12), "kpl": (1, 3), "v": (1, 1), "sivu": (6, 60), "vrk": (1, 10), "pv": (1, 3), "hlö": (8, 60),
}  # fmt: skip
_ENOUGH = Decimal(30)  # no order of the day falls below a smallest invoiced amount by chance
_WITH_VAT = Decimal("1.255")
_OLD_ORDERS = 0.02  # delivered last year: older prices and VAT


@dataclass
class Draft:
    """An order as a unit writes it: columns of the form by our names. ``fault`` is what will be found wrong.

    ``corrected`` is the same order as it should have been, where sending it again makes sense.
    """

    key: str
    header: dict[str, Value]
    lines: list[dict[str, Value]]
    fault: str = ""
    corrected: "Draft | None" = None


@dataclass
class Maker:
    """Makes a unit's orders of the day from its price list and its customers."""

    unit: str
    rng: random.Random
    on: date
    language: str = "fi"
    newcomers: list[Newcomer] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    _made: int = 0
    _kept_apart: list[str] = field(default_factory=list)

    def orders(self, count: int, faults: Mapping[str, int]) -> list[Draft]:
        """``count`` orders, among them as many of each fault as asked for, in an order of their own."""
        spoilt = [name for name, times in faults.items() for _ in range(times)]
        people = [one["number"] for one in customers_of(self.unit) if one["kind"] == "person"]
        self._kept_apart = people[-8:]  # the same for every file of the unit
        made = [self._good() for _ in range(count - len(spoilt))]
        for place, newcomer in enumerate(self.newcomers):
            self._name_newcomer(made[place * 7 + 3], newcomer)
        for place, name in enumerate(self.attachments):
            made[place * 11 + 5].header["attachments"] = name
        for name in spoilt:
            made.insert(self.rng.randrange(len(made)), self._spoilt(name))
        return made

    def _good(self) -> Draft:
        customer = self.rng.choice(
            [one for one in customers_of(self.unit) if one["number"] not in self._kept_apart]
        )
        last_year = self.rng.random() < _OLD_ORDERS
        day = (
            date(self.on.year - 1, 12, 18) if last_year else self.on - timedelta(days=self.rng.randint(0, 20))
        )
        draft = Draft(self._key(), self._header(customer, day), [])
        sold = self._list(day)
        public = self.rng.choice([one.public_law for one in sold])
        sold = [one for one in sold if one.public_law == public]
        for one in self.rng.sample(sold, min(len(sold), self.rng.choices(_LINES, _LINE_WEIGHTS)[0])):
            draft.lines.append(self._line(one))
        while (total := self._total(draft, day)) < _ENOUGH:
            line = draft.lines[0]
            assert isinstance(line["quantity"], Decimal)
            line["quantity"] *= (_ENOUGH / total).to_integral_value() + 1
        return draft

    def _key(self) -> str:
        self._made += 1
        return f"{self.unit}/{self.on:%Y%m%d}/{self._made:04d}"

    def _list(self, day: date) -> list[Sold]:
        """What can be billed without the unit's looking at it first."""
        sold = price_list(self.unit, day, self.language)
        return [one for one in sold if one.price is not None and one.has_basis]

    def _total(self, draft: Draft, day: date) -> Decimal:
        prices = {one.code: one.price or Decimal(0) for one in price_list(self.unit, day, self.language)}
        products = [Decimal(str(line["quantity"])) * prices[str(line["item"])] for line in draft.lines]
        return sum(products, Decimal(0))

    def _header(self, customer: Record, day: date) -> dict[str, Value]:
        header: dict[str, Value] = {
            "order_type": "Z001",
            "sales_org": self.unit,
            "channel": "10",
            "division": "00",
            "customer_no": customer["number"],
            "service_date": day,
        }
        case = f"{self.unit}/{self.rng.randint(100, 2400)}/{self.on.year}"
        if self.rng.random() < 0.6:
            header["case_reference"] = case
        if customer["kind"] == "company" and self.rng.random() < 0.4:
            header["order_number"] = f"PO-{self.rng.randint(10000, 99999)}"
        if customer["kind"] == "company" and self.rng.random() < 0.1:
            header["agreement"] = f"S-{self.on.year - 1}-{self.rng.randint(10, 99)}"
        if customer["kind"] == "state_unit":
            header["order_number"] = f"V1{self.rng.randint(100000, 999999)}"
            header["accounting"] = f"TK1{self.rng.randint(1000, 9999)}"
        if self.rng.random() < 0.1:
            header["header_text"] = {
                "fi": "Kiitos asioinnista.", "sv": "Tack för ert ärende.", "en": "Thank you."
            }[self.language]  # fmt: skip
        return header

    def _line(self, sold: Sold) -> dict[str, Value]:
        low, high = _QUANTITIES[sold.measure]
        line: dict[str, Value] = {"item": sold.code, "quantity": Decimal(self.rng.randint(low, high))}
        if sold.measure == "h" and self.rng.random() < 0.3:
            line["quantity"] = Decimal(self.rng.randint(low, high)) + Decimal("0.5")
        if self.rng.random() < 0.5:
            line["unit"] = sold.measure
        if sold.price is not None and self.rng.random() < 0.15:
            line["unit_price"] = sold.price
        if self.rng.random() < 0.1:
            line["line_text"] = f"{sold.name}, {self.on.year}"
        return line

    def _name_newcomer(self, draft: Draft, newcomer: Newcomer) -> None:
        """A customer that comes with the day's customer update: no number yet (OC 3.2-b)."""
        del draft.header["customer_no"]
        draft.header |= {"name": newcomer.name, "identity": newcomer.identity, **newcomer.address}

    def _spoilt(self, fault: str) -> Draft:
        good = self._good()
        draft = deepcopy(good)
        _FAULTS[fault](self, draft)
        draft.fault = fault
        if fault in _WORTH_SENDING_AGAIN:
            draft.corrected = good
        return draft

    # Each fault changes one thing in a good order; its name is the outcome or the finding that it leads to.

    def _item_unknown(self, draft: Draft) -> None:
        draft.lines[0]["item"] = f"{draft.lines[0]['item']}9"

    def _item_not_approved(self, draft: Draft) -> None:
        proposed = next(
            row for row in records("price_list") if row["unit"] == self.unit and not row["approved_at"]
        )
        draft.lines = [{"item": proposed["item"], "quantity": Decimal(3)}]

    def _price_off_list(self, draft: Draft) -> None:
        """A public-law item dearer than its price list says: the unit must see it first (OC 3.2.1-a)."""
        draft.header["service_date"] = self.on
        sold = next(one for one in self._list(self.on) if one.public_law and (one.price or 0) > 40)
        assert sold.price is not None
        draft.lines = [{"item": sold.code, "quantity": Decimal(1), "unit_price": sold.price + 15}]

    def _unpriced(self) -> Sold:
        return next(one for one in price_list(self.unit, self.on, self.language) if one.price is None)

    def _no_standard_price(self, draft: Draft) -> None:
        price = Decimal(self.rng.randint(180, 2600))
        draft.header["service_date"] = self.on
        draft.lines = [{"item": self._unpriced().code, "quantity": Decimal(1), "unit_price": price}]

    def _price_missing(self, draft: Draft) -> None:
        draft.header["service_date"] = self.on
        draft.lines = [{"item": self._unpriced().code, "quantity": Decimal(1)}]

    def _without_basis(self, draft: Draft) -> None:
        sold = next(one for one in price_list(self.unit, self.on, self.language) if not one.has_basis)
        draft.lines = [{"item": sold.code, "quantity": Decimal(4)}]

    def _state_without_address(self, draft: Draft) -> None:
        number = one_customer(kind="state_unit", einvoice_address="")["number"]
        draft.header |= {"customer_no": number, "order_number": "V1100200"}

    def _credit(self, draft: Draft) -> None:
        """A credit of an invoice that was never sent from here."""
        draft.header |= {
            "order_type": "Z002",
            "reference_invoice": f"{self.unit}{self.rng.randint(1, 900):09d}",
        }
        for line in draft.lines:
            line["quantity"] = -Decimal(str(line["quantity"]))

    def _protected(self, draft: Draft) -> None:
        number = one_customer(protected="yes", safe_address="no", einvoice_address="")["number"]
        draft.header["customer_no"] = number

    def _mixed_law(self, draft: Draft) -> None:
        sold = self._list(self.on)
        draft.header["service_date"] = self.on
        draft.lines = [
            self._line(next(one for one in sold if one.public_law == law)) for law in (True, False)
        ]

    def _below_smallest(self, draft: Draft) -> None:
        """Its customer has no other order: alone it is too small to be invoiced (OC 3.10-a)."""
        sold = [one for one in self._list(self.on) if one.price and one.price * _WITH_VAT < self._smallest()]
        draft.header |= {"customer_no": self._kept_apart.pop(), "service_date": self.on}
        draft.header.pop("case_reference", None)
        dearest = max(sold, key=lambda one: one.price or Decimal(0))
        draft.lines = [{"item": dearest.code, "quantity": Decimal(1)}]

    def _smallest(self) -> Decimal:
        """The smallest amount that the unit invoices: its own term, else the common ten euro."""
        key = "smallest_invoice_amount"
        own = [row["value"] for row in records("unit_terms") if (row["unit"], row["key"]) == (self.unit, key)]
        return Decimal(own[0]) if own else Decimal(terms_on(self.on).smallest_invoice_amount)

    def _own_system_customer(self, draft: Draft) -> None:
        draft.header["customer_no"] = one_customer(own_system="SAARISTO-KAUPPA")["number"]

    def _wrong_code(self, draft: Draft) -> None:
        person = one_customer(kind="person", protected="no", own_system="")
        del draft.header["customer_no"]
        draft.header |= {"name": person["name"], "identity": with_wrong_check(person["personal_code"])}
        draft.header |= {name: person[name] for name in ("street", "postcode", "town")}

    def _text_in_amount(self, draft: Draft) -> None:
        draft.lines[-1]["quantity"] = {"fi": "kaksi", "sv": "två", "en": "two"}[self.language]

    def _attachment_missing(self, draft: Draft) -> None:
        draft.header["attachments"] = "unohtui.pdf"

    def _key_repeated(self, draft: Draft) -> None:
        """Another order under the key of the day's first."""
        draft.key = f"{self.unit}/{self.on:%Y%m%d}/0001"


def with_wrong_check(code: str) -> str:
    """A personal code with another check character: valid in form, nobody's (OC 2.2-j)."""
    signs = "0123456789ABCDEFHJKLMNPRSTUVWXY"
    return code[:10] + signs[(signs.index(code[10]) + 1) % len(signs)]


_FAULTS: Mapping[str, Callable[[Maker, Draft], None]] = {
    "ITEM_NOT_ON_PRICE_LIST": Maker._item_unknown,
    "ITEM_NOT_APPROVED": Maker._item_not_approved,
    "OFF_LIST_PRICE": Maker._price_off_list,
    "NO_STANDARD_PRICE": Maker._no_standard_price,
    "PRICE_MISSING": Maker._price_missing,
    "LEGAL_BASIS_MISSING": Maker._without_basis,
    "STATE_UNIT_WITHOUT_E_ADDRESS": Maker._state_without_address,
    "ORIGINAL_UNKNOWN": Maker._credit,
    "PROTECTED_WITHOUT_SAFE_WAY": Maker._protected,
    "MIXED_LAW": Maker._mixed_law,
    "BELOW_SMALLEST_AMOUNT": Maker._below_smallest,
    "CUSTOMER_OF_OWN_SYSTEM": Maker._own_system_customer,
    "form_identity_not_valid": Maker._wrong_code,
    "form_not_a_number": Maker._text_in_amount,
    "attachment_missing": Maker._attachment_missing,
    "order_key_twice": Maker._key_repeated,
}
# Faults of the file that the sender corrects by sending the order once more.
_WORTH_SENDING_AGAIN = frozenset(
    {
        "ITEM_NOT_ON_PRICE_LIST",
        "PRICE_MISSING",
        "LEGAL_BASIS_MISSING",
        "form_identity_not_valid",
        "form_not_a_number",
    }
    | {"attachment_missing", "PROTECTED_WITHOUT_SAFE_WAY"}
)
