"""Customers that nobody knows yet: the rows of the day's customer update, right and wrong (OC 2.2, 3.2-b)."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from reskontra.demo.world import one_customer
from reskontra.kernel.identifiers import ovt_of, vat_id_of

_CHECK_SIGNS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)
_SURNAMES = ("Hetekorpi", "Kalvasniemi", "Liekolampi", "Soraniitty", "Karvesalmi", "Nurmivaara")
_FIRST_NAMES = ("Aune", "Reijo", "Tuulikki", "Vilho", "Raija", "Matias", "Sylvi", "Eemeli")
_COMPANIES = ("Hetekallion Vesitekniikka Oy", "Soralahden Ruoppaus Oy", "Liekojärven Venekerho ry")
_STREETS = ("Hetepolku", "Kalvaskuja", "Liekotie", "Sorakatu")
_TOWNS = (("70300", "Kuopio"), ("57100", "Savonlinna"), ("78200", "Varkaus"), ("82900", "Ilomantsi"))


@dataclass(frozen=True)
class Newcomer:
    """One row of the customer update, and how the day's request names the same customer."""

    cells: Mapping[str, str | date]
    identity: str = ""
    fault: str = ""

    @property
    def name(self) -> str:
        """The customer's name."""
        return str(self.cells["name"])

    @property
    def address(self) -> dict[str, str | date]:
        """Street, postcode and town as the request gives them beside the name."""
        return {name: self.cells[name] for name in ("street", "postcode", "town") if name in self.cells}


def personal_code(rng: random.Random) -> str:
    """A personal code from the test range 900 to 999, which is nobody's."""
    born = date(1945, 1, 1) + timedelta(days=rng.randint(0, 20000))
    digits = f"{born:%d%m%y}{rng.randint(900, 999)}"
    return f"{digits[:6]}-{digits[6:]}{_CHECK_SIGNS[int(digits) % 31]}"


def business_id(serial: int) -> str:
    """A business id with a right check digit, from the end of the series (decree 288/2001 s 3)."""
    while True:
        digits = f"{9_990_000 + serial:07d}"
        rest = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11
        if rest != 1:
            return f"{digits}-{11 - rest if rest else 0}"
        serial += 1


def _address(rng: random.Random) -> dict[str, str | date]:
    postcode, town = rng.choice(_TOWNS)
    return {"street": f"{rng.choice(_STREETS)} {rng.randint(1, 60)}", "postcode": postcode, "town": town}


def newcomers(rng: random.Random) -> list[Newcomer]:
    """The new customers of the day: those that are right, which the request names as well."""
    names = rng.sample([f"{surname} {first}" for surname in _SURNAMES for first in _FIRST_NAMES], 11)
    found: list[Newcomer] = []
    for name in names[:9]:
        code = personal_code(rng)
        found.append(Newcomer({"kind": "person", "name": name, "personal_code": code, **_address(rng)}, code))
    for serial, name in enumerate(_COMPANIES):
        one = business_id(100 + serial * 17)
        cells = {"kind": "company", "name": name, "business_id": one, **_address(rng)}
        if serial < 2:
            cells |= {
                "vat_id": vat_id_of(one),
                "einvoice_address": ovt_of(one),
                "einvoice_operator": "OKOYFIHH",
            }
        found.append(Newcomer(cells, one))
    code, trade = personal_code(rng), business_id(900)
    found.append(
        Newcomer(
            {"kind": "sole_trader", "name": f"Tmi {names[9]}", "business_id": trade, "personal_code": code}
            | _address(rng),
            trade,
        )
    )
    return found


def other_rows(rng: random.Random) -> list[Newcomer]:
    """The rest of the update: customers from abroad, a protected one, changes, and rows that go back."""
    known = one_customer(kind="person", protected="no", own_system="")
    moved = {"number": known["number"], "name": known["name"], "kind": "person", **_address(rng)}
    abroad = {"street": "Storgatan 5", "postcode": "903 26", "town": "Umeå", "country": "SE"}
    return [
        Newcomer(
            {"kind": "foreign_person", "name": "Dimstedt Vidar", "birth_date": date(1979, 8, 4), **abroad}
        ),
        Newcomer({"kind": "foreign_company", "name": "Rimfors Marin AB", **abroad}),
        Newcomer(
            {"kind": "person", "name": "Usvasuo Marketta", "personal_code": personal_code(rng)}
            | {"street": "PL 915", "postcode": "70201", "town": "Kuopio", "protected": "kyllä"}
        ),
        Newcomer(moved),
        Newcomer(
            {"kind": "person", "name": "Hallasuo Martti", "personal_code": _mistyped(personal_code(rng))}
            | _address(rng),
            fault="form_personal_code_not_valid",
        ),
        Newcomer(
            {"kind": "person", "name": "Routasuo Liisa", "personal_code": personal_code(rng)}
            | {**_address(rng), "protected": "kyllä"},
            fault="customer_protected_with_address",
        ),
        Newcomer(
            {
                "kind": "person",
                "name": "Varpusuo, Esko",
                "personal_code": personal_code(rng),
                **_address(rng),
            },
            fault="customer_person_name",
        ),
        Newcomer(
            {"kind": "company", "name": "Utukosken Mylly Oy c/o Tilitalo", "business_id": business_id(700)}
            | _address(rng),
            fault="customer_care_of_in_name",
        ),
        Newcomer(
            {"kind": "state_unit", "name": "Kaarnan hallintolaitos", "business_id": business_id(800)}
            | {
                **_address(rng),
                "einvoice_address": ovt_of(business_id(800)),
                "einvoice_operator": "FI28768767",
            },
            fault="customer_state_unit_from_file",
        ),
    ]


def _mistyped(code: str) -> str:
    return code[:10] + _CHECK_SIGNS[(_CHECK_SIGNS.index(code[10]) + 1) % 31]
