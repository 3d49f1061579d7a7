"""The fixed cast of the tests: invented units, people, customers, items and prices, and short builders.

Everything is made directly in the test database. Amounts are euro; personal codes come from the numbers 900 to
999, which no citizen has. Customers and items are called by a word: ``customer("aino")``, ``PERMIT``.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.postgresql.psycopg_any import DateRange

import reskontra
from reskontra.database import connect, server
from reskontra.database.session import working_in
from reskontra.exchange.models import InboxFile
from reskontra.kernel.references import unit_reference
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.keys import key_ring
from reskontra.registers.loading import load
from reskontra.registers.models import (
    Account,
    Customer,
    DimensionValue,
    Item,
    OwnSystem,
    Person,
    PriceListEntry,
    RoleAssignment,
    Unit,
    UnitAccount,
    UnitTerm,
)
from reskontra.registers.sealing import sealed_code
from reskontra.registers.sorting import meaning_key, sort_key
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Result, Room, apply, plan
from reskontra.sales.models import BillingRequest, Order, OrderLine

DAY = date(2026, 3, 16)
AT = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)
ALWAYS = DateRange(date(2010, 1, 1), None)
HARBOUR, FOREST = "4210", "4220"
REVENUE_PUBLIC, REVENUE_COMMERCIAL = "30001000", "30002000"
_SIGNS = "0123456789ABCDEFHJKLMNPRSTUVWXY"

PEOPLE: Mapping[str, Sequence[tuple[str, str | None]]] = {
    "cecilia": [("PK", None)],  # service centre, all units
    "kirsi": [("K", HARBOUR)],  # clerk
    "maria": [("SG", HARBOUR)],  # reviewer
    "gunnar": [("GK", HARBOUR)],  # approver
    "hanna": [("SG", HARBOUR), ("GK", HARBOUR)],  # may do either, never both on one order
    "petra": [("PG", None)],  # service-centre approver
    "olli": [("K", FOREST)],
}


def business_id(digits: int) -> str:
    """A business id with a right check digit from seven digits beginning 99, a range not given out."""
    text = f"99{digits:05d}"
    rest = sum(int(sign) * weight for sign, weight in zip(text, (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return business_id(digits + 50_000) if rest == 1 else f"{text}-{0 if rest == 0 else 11 - rest}"


def personal_code(day: str, individual: int = 900) -> str:
    """A test personal code of somebody born on ``day`` (ddmmyy, 1900s)."""
    return f"{day}-{individual}{_SIGNS[int(f'{day}{individual}') % 31]}"


def ovt(digits: int, suffix: str = "") -> str:
    """An EDI address of ``business_id(digits)``."""
    return f"0037{business_id(digits).replace('-', '')}{suffix}"


def iban(account: str) -> str:
    """A Finnish IBAN with right check digits."""
    return f"FI{98 - int(f'{account}151800') % 97:02d}{account}"


_PAPER = {"street": "Provgatan 1", "postcode": "00999", "town": "Provstad"}
CUSTOMERS: Mapping[str, Mapping[str, Any]] = {
    "aino": {"kind": "person", "name": "Koe Aino", "language": "fi", "code": personal_code("010190"), **_PAPER},
    "berit": {
        "kind": "person", "name": "Prov Berit", "language": "sv", "code": personal_code("020290", 901), **_PAPER,
        "einvoice_address": iban("99000000000018"), "einvoice_operator": "PROVFIHH",
    },
    "bruk": {
        "kind": "company", "name": "Provbruket Ab", "language": "sv", "business_id": business_id(1), **_PAPER,
        "einvoice_address": ovt(1), "einvoice_operator": "PROVOPER",
    },
    "paja": {"kind": "company", "name": "Koepaja Oy", "language": "fi", "business_id": business_id(2), **_PAPER},
    "verket": {
        "kind": "state_unit", "name": "Provverket", "language": "sv", "business_id": business_id(3),
        "partner_code": "994300", "einvoice_address": ovt(3), "einvoice_operator": "PROVOPER", **_PAPER,
    },
    "stum": {
        "kind": "state_unit", "name": "Tysta verket", "language": "sv", "business_id": business_id(4),
        "partner_code": "994400", **_PAPER,
    },
    "svea": {
        "kind": "foreign_company", "name": "Svea Prov AB", "language": "sv", "country": "SE",
        "einvoice_address": "0007:9900000001", "einvoice_operator": "EUPEPPOL", **_PAPER,
    },
    "berlin": {"kind": "foreign_company", "name": "Probe GmbH", "language": "en", "country": "DE", **_PAPER},
    "oslo": {"kind": "foreign_company", "name": "Prøve AS", "language": "en", "country": "NO", **_PAPER},
    "tokyo": {"kind": "foreign_company", "name": "Trial KK", "language": "en", "country": "JP", **_PAPER},
    "sydney": {
        "kind": "foreign_company", "name": "Trial Pty", "language": "en", "country": "AU",
        "einvoice_address": "0151:99000000001", "einvoice_operator": "EUPEPPOL", **_PAPER,
    },
    "skydd": {
        "kind": "person", "name": "Gömd Sanna", "language": "sv", "code": personal_code("030390", 902),
        "protected": True,
    },
    "skyddbox": {
        "kind": "person", "name": "Gömd Bo", "language": "sv", "code": personal_code("040490", 903),
        "protected": True, "safe_address": True, "street": "PB 99", "postcode": "00991", "town": "Provstad",
    },
    "skyddbank": {
        "kind": "person", "name": "Gömd Beata", "language": "fi", "code": personal_code("050590", 904),
        "protected": True, "einvoice_address": iban("99000000000026"), "einvoice_operator": "PROVFIHH",
    },
    "contact": {
        "kind": "person", "name": "Kontakt Kaj", "language": "sv", "code": personal_code("060690", 905),
        "street": "Hamngatan 1", "postcode": "00990", "town": "Provhamn",
    },
    "nowhere": {"kind": "company", "name": "Utan Adress Ab", "language": "sv", "business_id": business_id(5)},
    "museum": {
        "kind": "company", "name": "Museibutiken", "language": "fi", "business_id": business_id(6), "own": True,
        **_PAPER,
    },
}  # fmt: skip

# code: public law, VAT class, legal basis, price
ITEMS: Mapping[str, tuple[bool, str, bool, str | None]] = {
    "PERMIT": (True, "outside_scope", True, "100.00"),
    "INSPECT": (True, "outside_scope", True, "40.00"),
    "BARE": (True, "outside_scope", False, "30.00"),
    "OPINION": (True, "outside_scope", True, None),
    "SAMPLE": (True, "standard", True, "60.00"),
    "COURSE": (False, "standard", True, "50.00"),
    "BOOK": (False, "reduced_1", True, "20.00"),
    "HOURS": (False, "standard", True, None),
    "SEEDS": (False, "exempt", True, "8.00"),
}


def template_with_the_cast(
    postgres: server.Server, template: str, make: Callable[[], object] | None = None
) -> Iterator[str]:
    """A copy of the template with the cast in it, or what ``make`` makes, made once a session, dropped at its end."""
    made = make.__name__ if make else "cast"
    name = f"{template}_{made}_{os.getpid()}"  # no longer than a name may be
    server.drop_database(postgres, name)
    server.create_database(postgres, name, template)
    connect.connect(postgres, name)
    (make or make_the_cast)()
    for alias in ("default", "owner"):
        connections[alias].close()
    yield name
    server.drop_database(postgres, name)


def make_the_cast() -> None:
    """The shared registers, both units, everybody, every customer and item."""
    load(Path(reskontra.__file__).parent / "registers" / "data", key_ring())
    for code in (REVENUE_PUBLIC, REVENUE_COMMERCIAL):
        Account.objects.create(
            code=code, name_sv=code, name_fi=code, name_en=code, kind="income", sourced=False, validity=ALWAYS
        )
    harbour = _unit_row(HARBOUR, "Hamnverket", "Satamavirasto")
    forest = _unit_row(FOREST, "Skogsverket", "Metsävirasto")
    units = {HARBOUR: harbour, FOREST: forest}
    for username, roles in PEOPLE.items():
        one = Person.objects.create(username=username, name=username.title(), password="!", language="sv")
        for role, code in roles:
            RoleAssignment.objects.create(
                person=one, role=role, in_unit=units[code] if code else None, validity=ALWAYS
            )
    for code, (public, vat_class, basis, _) in ITEMS.items():
        add_item(code, public=public, vat_class=vat_class, basis=basis)
    with working_in([harbour.pk]):
        own = OwnSystem.objects.create(unit=harbour, sender="HAMN-SHOP", name="Harbour shop", validity=ALWAYS)
        for place, (word, told) in enumerate(CUSTOMERS.items(), start=1):
            add_customer(word, f"A{place:09d}" if told.get("own") else str(70_000 + place), told, own)
    for one_unit in units.values():
        furnish(one_unit)


def _unit_row(code: str, name_sv: str, name_fi: str) -> Unit:
    return Unit.objects.create(
        code=code, name_sv=name_sv, name_fi=name_fi, name_en=name_sv, business_id=business_id(int(code) % 40_000),
        vat_id="FI" + business_id(int(code) % 40_000).replace("-", ""), edi_code=ovt(int(code) % 40_000),
        partner_code=f"99{int(code) % 10_000:04d}", street="Hamngatan 1", postcode="00990", town="Provhamn",
        email="faktura@prov.example",
    )  # fmt: skip


def new_unit(code: str) -> Unit:
    """One more unit: the harbour's people, and the same price list, bank account and coding as the others."""
    unit = _unit_row(code, f"Verket {code}", f"Virasto {code}")
    furnish(unit)
    for username, roles in PEOPLE.items():
        for role, where in roles:
            if where == HARBOUR:
                RoleAssignment.objects.create(
                    person=person(username), role=role, in_unit=unit, validity=ALWAYS
                )
    return unit


def furnish(unit: Unit) -> None:
    """A bank account, a budget account, and an approved price for every item of the cast."""
    with working_in([unit.pk]):
        for place, purpose in enumerate(("income", "expenditure"), start=1):
            UnitAccount.objects.create(
                unit=unit, iban=iban(f"99{int(unit.code):06d}{place:06d}"), bic="PROVFIHH", purpose=purpose,
                account="19500000", validity=ALWAYS,
            )  # fmt: skip
        DimensionValue.objects.create(
            dimension="budget_account", code=f"12{unit.code}", name="Income", in_unit=unit, validity=ALWAYS
        )
        for code, (public, _, _, price) in ITEMS.items():
            add_price(unit, code, price, account=REVENUE_PUBLIC if public else REVENUE_COMMERCIAL)


def add_item(code: str, *, public: bool, vat_class: str, basis: bool, name: str = "") -> Item:
    """An item with its names; ``basis``: the item itself names the legal basis of its charge."""
    languages = ("sv", "fi", "en")
    names = {f"name_{one}": name or f"{code.title()} ({one})" for one in languages}
    legal = {f"legal_basis_{one}": f"Avgiftslagen om {code.lower()} 1/2020 ({one})" for one in languages}
    return Item.objects.create(
        code=code, measure="kpl", public_law=public, vat_class=vat_class, meaning_key=meaning_key(code), **names,
        **(legal if basis else {}),
    )  # fmt: skip


def add_price(
    unit: Unit,
    item_code: str,
    price: str | None,
    *,
    account: str = REVENUE_COMMERCIAL,
    since: date | None = None,
    approved: bool = True,
) -> None:
    """A price list row; with ``since`` the row before it ends on the day before. Called inside ``working_in``."""
    one = Item.objects.get(code=item_code)
    if since and approved:
        before = PriceListEntry.objects.get(unit=unit, item=one, validity__contains=since)
        account, before.validity = before.account, DateRange(before.validity.lower, since)
        before.save()
    PriceListEntry.objects.create(
        unit=unit, item=one, price=None if price is None else Decimal(price), account=account,
        budget_account=f"12{unit.code}", validity=DateRange(since or ALWAYS.lower, None),
        announced_by=person("kirsi"), approved_by=person("cecilia") if approved else None,
        approved_at=AT if approved else None,
    )  # fmt: skip


def add_customer(word: str, number: str, told: Mapping[str, Any], own: OwnSystem | None = None) -> Customer:
    """A customer of the register; ``code`` is sealed, ``own`` makes it the unit's own system's."""
    values = {key: value for key, value in told.items() if key not in ("code", "own")}
    one = Customer(
        number=number, sort_key=sort_key(told["name"]), own_system=own if told.get("own") else None, **values
    )
    if code := told.get("code"):
        one.personal_code_index = key_ring().blind_index(code)
        one.personal_code_sealed = sealed_code(key_ring(), number, code)
    one.save()
    return one


def person(username: str) -> Person:
    """Somebody of the cast."""
    return Person.objects.get(username=username)


def unit(code: str = HARBOUR) -> Unit:
    """A unit of the cast, the harbour's when nothing else is said."""
    return Unit.objects.get(code=code)


def customer(word: str) -> Customer:
    """A customer of the cast by its word."""
    return Customer.objects.get(name=CUSTOMERS[word]["name"])


@contextmanager
def before_they_moved() -> Iterator[None]:
    """What is invoiced meanwhile goes to who has no address today, and had one then."""
    gone = Customer.objects.filter(name=CUSTOMERS["nowhere"]["name"])
    gone.update(**_PAPER)
    yield
    gone.update(**dict.fromkeys(_PAPER, ""))


@contextmanager
def inside(where: Unit, who: str = "cecilia", at: datetime = AT) -> Iterator[Acting]:
    """A session of somebody in a unit; what is done is committed at its end."""
    one = person(who)
    with working_in([where.pk], one.pk, "test"):
        yield Acting(one, where, at)


def run(room: Room, where: Unit, on: date = DAY, planned: Run | None = None) -> Result:
    """Apply a run in a session of its own."""
    with inside(where) as acting:
        return apply(room, acting, on, planned)


def plan_of(room: Room, where: Unit, on: date = DAY) -> Result:
    """Plan a run in a session of its own."""
    with inside(where) as acting:
        return plan(room, acting, on)


def set_term(where: Unit, key: str, value: str) -> None:
    """A term of the unit's own."""
    with inside(where):
        UnitTerm.objects.create(unit=where, key=key, value=value, validity=ALWAYS, source="test")


def intake_run(where: Unit) -> Run:
    """A run for orders to come in by. Called inside ``working_in``."""
    return Run.objects.create(
        unit=where,
        name="intake",
        on_date=DAY,
        state="applied",
        person=person("cecilia"),
        planned_at=AT,
        applied_at=AT,
    )


def a_request(where: Unit, sender: str) -> BillingRequest:
    """What an own system sent, with no row of its own. Called inside ``working_in``."""
    by = intake_run(where)
    file = InboxFile.objects.create(
        unit=where,
        digest=f"{by.pk:064d}",
        name="feed",
        kind="import",
        size=1,
        person=by.person,
        received_at=AT,
    )
    return BillingRequest.objects.create(
        unit=where, run=by, file=file, source="json", sender=sender, rows=0, orders=0
    )


def an_order(where: Unit, who: str, *lines: Mapping[str, Any], **header: Any) -> Order:
    """An order as intake stores it, without a decision yet. Lines: ``item``, ``quantity``, perhaps more.

    Called inside ``working_in``; ``header`` sets any column, customers by their words. ``sent_by`` is an own system.
    """
    if sender := header.pop("sent_by", ""):
        header |= {"source": "own_system", "request": a_request(where, sender)}
    number = header.pop("number", None) or take_numbers(where, "order", 1)
    named = {role: customer(header.pop(role)) for role in ("payer", "bill_to", "ship_to") if role in header}
    one = customer(who)
    values: dict[str, Any] = {
        "key": f"order {number}", "digest": f"{number:064d}", "source": "workbook", "order_type": "Z001",
        "credit": False, "language": one.language, "service_date": DAY, "version": 1,
    }  # fmt: skip
    values |= {"customer": one, "payer": one, **named, **header}
    values.setdefault("pricing_date", values["service_date"])
    order = Order.objects.create(
        unit=where, run=intake_run(where), number=number, lines_count=len(lines), **values
    )
    OrderLine.objects.bulk_create(
        OrderLine(unit=where, order=order, position=place, item_code=line["item"], **_line(line))
        for place, line in enumerate(lines, start=1)
    )
    return order


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {key: value for key, value in line.items() if key != "item"}
    told["quantity"] = Decimal(str(line.get("quantity", 1)))
    if "unit_price" in line:
        told["unit_price"] = Decimal(str(line["unit_price"]))
    return told


def invoice_number(where: Unit, number: int) -> str:
    """An invoice number as people see it."""
    return f"{where.code}{number:09d}"


def reference(where: Unit, number: int) -> str:
    """The reference that an invoice must have, computed by the kernel."""
    return unit_reference(where.code, number)
