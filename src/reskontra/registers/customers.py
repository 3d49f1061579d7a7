"""The customer register's acts: find, look for the same one first, save, extend (OC 2.2).

Numbers come from two series, one of them for protected persons (OC 2.2-h). Numbers that begin with a letter
belong to units' own systems: kept up by those, never extended (OC 2.2-a). Every act runs inside
``working_in``; the caller's unit is among its units.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from reskontra.documents.billing_request import CustomerUpdate
from reskontra.documents.findings import Finding, Refused
from reskontra.kernel.days import payment_term_days
from reskontra.kernel.identifiers import (
    is_business_id,
    is_personal_code,
    is_vat_id,
    normal_business_id,
    normal_personal_code,
)
from reskontra.kernel.secrets import KeyRing
from reskontra.registers.customer_rules import CONSUMERS, Draft, check, is_post_box
from reskontra.registers.models import Customer, CustomerInUnit, OwnSystem, Unit
from reskontra.registers.sealing import personal_code_of, sealed_code
from reskontra.registers.sorting import sort_key, sorted_words

_LETTER_NUMBER = re.compile(r"[A-Z][0-9]{9}")
_ALIKE = 0.85
_SHORT = 2  # words no longer than this tell nothing: oy, ab, ry
_SAME_POSTCODE = 0.1
_MOST_CANDIDATES = 10
# Fields that an update gives as text; an empty one leaves the register as it is.
_GIVEN = (
    "name", "name2", "language", "country", "email", "einvoice_address", "einvoice_operator", "birth_date",
)  # fmt: skip
_ADDRESS = ("street", "postcode", "town")
# Columns of the interface that the register has no place for: what they say follows here from the kind of customer, the
# addresses, the price list and the law.
_NOT_KEPT = (
    "account_group", "classification", "sort_text", "delivery", "interest_key", "sales_org", "channel", "division",
)  # fmt: skip


def find(
    *,
    number: str | None = None,
    business_id: str | None = None,
    personal_code: str | None = None,
    ring: KeyRing | None = None,
) -> Customer | None:
    """The customer with this number, business id or personal code; None when there is none.

    Exactly one of the three is given, and ``ring`` with a personal code. By identity, customers of units' own
    systems are not found: they are not for direct invoicing (OC 2.2-a). A State unit comes before a company,
    a consumer before the same person's trade.
    """
    if sum(one is not None for one in (number, business_id, personal_code)) != 1:
        raise TypeError("a customer is found by a number, a business id or a personal code")
    if number is not None:
        return Customer.objects.filter(number=number.strip()).first()
    common = Customer.objects.filter(own_system__isnull=True)
    if business_id is not None:
        if not is_business_id(business_id):
            return None
        found = common.filter(business_id=normal_business_id(business_id))
        return _first(found, "state_unit", "company", "sole_trader")
    if ring is None:
        raise TypeError("a personal code is found with the key ring")
    assert personal_code is not None
    if not is_personal_code(personal_code):
        return None
    found = common.filter(personal_code_index=ring.blind_index(personal_code))
    return _first(found, "person", "foreign_person", "sole_trader")


def _first(found: QuerySet[Customer], *kinds: str) -> Customer | None:
    customers = sorted(
        found, key=lambda one: (kinds.index(one.kind) if one.kind in kinds else len(kinds), one.pk)
    )
    return customers[0] if customers else None


def candidates(name: str, postcode: str = "") -> list[Customer]:
    """Customers that may be the one about to be saved, the most alike first; at most ten (OC 2.2-a).

    Compared are the words of the names in any order; the same postcode counts in favour. Customers of units'
    own systems are left out: they cannot be used instead.
    """
    words = [word for word in sorted_words(name) if len(word) > _SHORT]
    if not words:
        return []
    beginnings = Q()
    for word in words:
        for before in ("", "oy0", "ab0"):
            beginnings |= Q(sort_key__startswith=f"{before}{word[:4]}")
    scored = [
        (_alike(words, one, postcode), one)
        for one in Customer.objects.filter(beginnings, own_system__isnull=True).order_by("number")
    ]
    found = sorted((pair for pair in scored if pair[0] >= _ALIKE), key=lambda pair: -pair[0])
    return [one for _, one in found[:_MOST_CANDIDATES]]


def _alike(words: Iterable[str], customer: Customer, postcode: str) -> float:
    theirs = (word for word in sorted_words(customer.name) if len(word) > _SHORT)
    ratio = SequenceMatcher(None, " ".join(words), " ".join(theirs)).ratio()
    return ratio + (_SAME_POSTCODE if postcode and postcode == customer.postcode else 0)


def extend(customer: Customer, unit: Unit) -> CustomerInUnit:
    """Extend a customer to ``unit``; the extension that is there already when it is.

    Raises ``Refused`` for a customer of a unit's own system: those are never extended (OC 2.2-a).
    """
    if customer.own_system_id is not None:
        raise Refused(
            Finding("customer_not_extended", clause="OC 2.2-a", column="number", value=customer.number)
        )
    extension, _ = CustomerInUnit.objects.get_or_create(
        unit=unit, customer=customer, defaults={"number": customer.number}
    )
    return extension


def save_update(
    update: CustomerUpdate, unit: Unit, ring: KeyRing, language: str
) -> tuple[Customer | None, list[Finding]]:
    """Create or change one customer as a unit's update asks; the customer (None: refused), findings.

    Without a number the customer is found by identity, and created when nobody has it: the register gives the
    number. A payment term is kept for the unit; what the register has no place for is told. What the update leaves
    empty stays as it is; the same update again changes nothing. ``language`` is a new customer's when the update names
    none. Errors refuse the update whole, warnings only tell. The ``column`` of a finding is our name of it, for the
    caller to put the sender's label in its place.
    """
    with transaction.atomic():
        saving = _Saving(update, unit, ring, language)
        customer = saving.save()
        return customer, saving.findings


@dataclass(frozen=True, slots=True)
class _Identity:
    """Who the update is about, in normal form."""

    business_id: str = ""
    vat_id: str = ""
    code: str = ""
    index: bytes | None = None


class _Saving:
    """One update on its way into the register."""

    def __init__(self, update: CustomerUpdate, unit: Unit, ring: KeyRing, language: str) -> None:
        self.update, self.unit, self.ring, self.language = update, unit, ring, language
        self.number = (update.number or "").strip().upper()
        self.findings: list[Finding] = []

    def save(self) -> Customer | None:
        identity = self._identity()
        if identity is None:
            return None
        own_system = self._own_system()
        self._of_unit()
        term = self._term(own_system)
        self._lock(identity)
        existing = self._existing(identity, own_system)
        kind = self._kind(identity, existing)
        if kind is None or self._refused():
            return None
        draft = self._draft(kind, identity, existing)
        self.findings += check(draft, self.update.row)
        if self._refused():
            return None
        for name in _NOT_KEPT:
            if value := self.update.cells.get(name):
                self._warn("customer_value_not_kept", "OC 3.2-b", name, value)
        if existing is None:
            saved = self._create(draft, identity, own_system)
        else:
            saved = self._change(existing, draft, identity)
        if term is not None:
            self._agree(saved, term)
        return saved

    def _of_unit(self) -> None:
        """An update is of the unit that brings it (OC 1.2-a)."""
        named = self.update.cells.get("unit")
        if named and named != self.unit.code:
            self._tell("customer_of_another_unit", "OC 1.2-a", "unit", named, unit=self.unit.code)

    def _term(self, own_system: OwnSystem | None) -> int | None:
        """The payment term in days as agreed with the unit (OC 3.11-a); an own system sends terms with its orders."""
        written = self.update.cells.get("payment_term")
        if not written:
            return None
        days = payment_term_days(written)
        if days is None:
            self._tell("customer_payment_term", "OC 3.11-a", "payment_term", written)
        elif own_system is not None:
            self._warn("customer_value_not_kept", "OC 3.2-b", "payment_term", written)
            return None
        return days

    def _agree(self, customer: Customer, term: int) -> None:
        extension = extend(customer, self.unit)
        if extension.payment_term != term:
            extension.payment_term = term
            extension.save(update_fields=["payment_term"])

    def _refused(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)

    def _tell(self, rule: str, clause: str, column: str, value: str | None = None, **detail: str) -> None:
        self.findings.append(
            Finding(rule, clause=clause, row=self.update.row, column=column, value=value, detail=detail)
        )

    def _warn(self, rule: str, clause: str, column: str, value: str, **detail: str) -> None:
        self.findings.append(Finding(rule, "warning", clause, self.update.row, column, value, detail=detail))

    def _identity(self) -> _Identity | None:
        """The identifiers with their check digits checked (OC 2.2-j)."""
        update = self.update
        if update.personal_code and not is_personal_code(update.personal_code):
            self._tell("customer_code_wrong", "OC 2.2-j", "personal_code", "****")
        if update.business_id and not is_business_id(update.business_id):
            self._tell("customer_business_id_wrong", "OC 2.2-b", "business_id")
        if update.vat_id and not is_vat_id(update.vat_id):
            self._tell("customer_vat_id_wrong", "OC 2.2-b", "vat_id")
        if self._refused():
            return None
        code = normal_personal_code(update.personal_code) if update.personal_code else ""
        return _Identity(
            business_id=normal_business_id(update.business_id) if update.business_id else "",
            vat_id="".join((update.vat_id or "").split()).upper(),
            code=code,
            index=self.ring.blind_index(code) if code else None,
        )

    def _own_system(self) -> OwnSystem | None:
        """The unit's own system that a letter number belongs to (OC 2.2-a)."""
        if not self.number or self.number.isdigit():
            return None
        systems = OwnSystem.objects.filter(unit=self.unit)
        if sender := self.update.cells.get("sender"):
            systems = systems.filter(sender=sender)
        found = list(systems[:2])
        if _LETTER_NUMBER.fullmatch(self.number) and len(found) == 1:
            return found[0]
        self._tell("customer_letter_number", "OC 2.2-a", "number", self.number)
        return None

    def _lock(self, identity: _Identity) -> None:
        """Two files that bring the same new customer at once: the second waits and finds the first one's."""
        name = identity.index.hex() if identity.index else identity.business_id or identity.vat_id
        name = name or sort_key(self.update.name or self.number)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"customer {name}"])

    def _existing(self, identity: _Identity, own_system: OwnSystem | None) -> Customer | None:
        if self._refused():
            return None
        if not self.number:
            return self._by_identity(identity)
        existing = find(number=self.number)
        if own_system is not None:
            if existing is not None and existing.own_system_id != own_system.pk:
                self._tell("customer_of_another_system", "OC 2.2-a", "number", self.number)
            return existing
        if existing is None:
            self._tell("customer_number_unknown", "OC 2.2-a", "number", self.number)
            return None
        other = self._by_identity(identity)
        if other is not None and other.pk != existing.pk and other.kind == existing.kind:
            self._tell(
                "customer_identity_of_another", "OC 2.2-a", "number", existing.number, other=other.number
            )
        return existing

    def _by_identity(self, identity: _Identity) -> Customer | None:
        """The customer that the same identity already names: a duplicate becomes a change (OC 2.2-a)."""
        update = self.update
        common = Customer.objects.filter(own_system__isnull=True)
        if identity.business_id:
            same = common.filter(business_id=identity.business_id)
            kinds = ("state_unit", "company", "sole_trader")
            return _first(same, *(reversed(kinds) if identity.index else kinds))
        if identity.index:
            return _first(common.filter(kind__in=CONSUMERS, personal_code_index=identity.index), *CONSUMERS)
        if identity.vat_id:
            return _first(common.filter(vat_id=identity.vat_id, kind="foreign_company"))
        if update.birth_date is not None and update.name:
            born = common.filter(kind="foreign_person", birth_date=update.birth_date)
            born = born.filter(sort_key=_name_key(update), personal_code_index__isnull=True)
            return _first(born)
        if update.kind in (None, "foreign_company") and update.name and update.country not in (None, "FI"):
            same = common.filter(kind="foreign_company", country=update.country)
            return _first(same.filter(sort_key=_name_key(update)))
        return None

    def _kind(self, identity: _Identity, existing: Customer | None) -> str | None:
        """What the customer is: as given, as registered, or as the identity says."""
        given = self.update.kind
        if existing is not None:
            if given and given != existing.kind:
                self._tell("customer_kind_differs", "OC 2.2-a", "kind", given, number=existing.number)
            return existing.kind
        if given:
            return given
        if identity.business_id:
            return "sole_trader" if identity.code else "company"
        if identity.code:
            return "person"
        if self.update.birth_date is not None:
            return "foreign_person"
        if (self.update.country or "FI") != "FI":
            return "foreign_company"
        if not self._refused():
            self._tell("customer_kind_unclear", "OC 2.2-d", "kind")
        return None

    def _draft(self, kind: str, identity: _Identity, existing: Customer | None) -> Draft:
        """The register's row as it would be: what is given over what is there."""
        names = (*_GIVEN, *_ADDRESS, "protected", "safe_address", "business_id", "vat_id")
        before: dict[str, Any] = {} if existing is None else {name: getattr(existing, name) for name in names}
        given = {name: value for name in _GIVEN if (value := getattr(self.update, name))}
        if identity.code:
            given.pop("birth_date", None)  # the code says it, and says more than anybody needs
        if existing is None:
            given.setdefault("language", self.language)
        for name in ("business_id", "vat_id"):
            if value := getattr(identity, name):
                given[name] = value
        self._keep_identity(existing, identity)
        has_code = bool(identity.code) or (existing is not None and existing.personal_code_index is not None)
        values = {"name": "", **before, **given}
        return self._addressed(Draft(kind=kind, has_code=has_code, **values))

    def _keep_identity(self, existing: Customer | None, identity: _Identity) -> None:
        """A customer's identity, once registered, is not exchanged: another identity is another customer."""
        if existing is None:
            return
        index = existing.personal_code_index
        if identity.index and index is not None and bytes(index) != identity.index:
            self._tell(
                "customer_identity_differs", "OC 2.2-d", "personal_code", "****", number=existing.number
            )
        if identity.business_id and existing.business_id not in ("", identity.business_id):
            self._tell(
                "customer_identity_differs",
                "OC 2.2-b",
                "business_id",
                identity.business_id,
                number=existing.number,
            )

    def _addressed(self, draft: Draft) -> Draft:
        """The draft with its address: given whole or not at all; of a protected person a safe one or none."""
        given = {name: getattr(self.update, name) or "" for name in _ADDRESS}
        protected = draft.protected or self.update.protected
        if any(given.values()):
            return replace(
                draft,
                street=given["street"],
                postcode=given["postcode"],
                town=given["town"],
                protected=protected,
                safe_address=protected and self._is_safe(given),
            )
        if protected and not draft.safe_address:
            # An address that was registered before the protection is taken out of the register.
            return replace(draft, street="", postcode="", town="", protected=True)
        return replace(draft, protected=protected)

    def _is_safe(self, address: Mapping[str, str]) -> bool:
        """Own systems and files send only a post box or the unit's own address (OC 3.8-a)."""
        unit = (self.unit.street, self.unit.postcode)
        return is_post_box(address["street"]) or (
            bool(self.unit.street) and (address["street"], address["postcode"]) == unit
        )

    def _create(self, draft: Draft, identity: _Identity, own_system: OwnSystem | None) -> Customer:
        if own_system is None and (alike := candidates(draft.name, draft.postcode)):
            numbers = ", ".join(one.number for one in alike)
            self._warn("customer_like_others", "OC 2.2-a", "name", draft.name, numbers=numbers)
        number = self.number if own_system is not None else None
        customer = Customer(number=number or next_number(protected=draft.protected), own_system=own_system)
        for name, value in _columns(draft).items():
            setattr(customer, name, value)
        self._seal(customer, identity)
        customer.save(force_insert=True)
        if own_system is None:
            extend(customer, self.unit)
        return customer

    def _change(self, customer: Customer, draft: Draft, identity: _Identity) -> Customer:
        columns = _columns(draft)
        changed = [name for name, value in columns.items() if getattr(customer, name) != value]
        for name in changed:
            setattr(customer, name, columns[name])
        if identity.index and customer.personal_code_index is None:
            self._seal(customer, identity)
            changed += ["personal_code_sealed", "personal_code_index"]
        if "protected" in changed and customer.own_system_id is None:
            changed += self._renumber(customer)
        if changed:
            customer.save(update_fields=dict.fromkeys(changed))
        if customer.own_system_id is None:
            extend(customer, self.unit)
        return customer

    def _seal(self, customer: Customer, identity: _Identity) -> None:
        if identity.index is not None:
            customer.personal_code_sealed = sealed_code(self.ring, customer.number, identity.code)
            customer.personal_code_index = identity.index

    def _renumber(self, customer: Customer) -> list[str]:
        """A customer who becomes protected moves to the protected series (OC 2.2-h)."""
        before, code = customer.number, personal_code_of(customer, self.ring)
        customer.number = next_number(protected=True)
        CustomerInUnit.objects.filter(customer=customer).update(number=customer.number)
        self._warn("customer_number_changed", "OC 2.2-h", "number", before, number=customer.number)
        if code is None:
            return ["number"]
        customer.personal_code_sealed = sealed_code(self.ring, customer.number, code)
        return ["number", "personal_code_sealed"]


def _name_key(update: CustomerUpdate) -> str:
    return sort_key(f"{update.name or ''} {update.name2 or ''}")


def _columns(draft: Draft) -> dict[str, Any]:
    """A draft as columns of the register."""
    names = ("kind", *_GIVEN, *_ADDRESS, "business_id", "vat_id", "protected", "safe_address")
    return {
        **{name: getattr(draft, name) for name in names},
        "sort_key": sort_key(f"{draft.name} {draft.name2}"),
    }


def next_number(*, protected: bool = False) -> str:
    """The next free customer number; protected persons stand in a series of their own (OC 2.2-h)."""
    series = "registers_protected_customer_numbers" if protected else "registers_customer_numbers"
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT nextval(%s::regclass)", [series])
            number = str(cursor.fetchone()[0])
            # Numbers that came with a loaded register are passed over.
            if not Customer.objects.filter(number=number).exists():
                return number
