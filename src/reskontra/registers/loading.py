"""Loading registers from readable files: what is new is added, what differs is changed, nothing is removed.

One folder, one transaction: every file is taken whole or none is. The same files again change nothing and
leave no history (X-1). Rows are found by their natural key, so a file may be edited by hand and loaded again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction

from reskontra.database.refused import constraint_of
from reskontra.database.session import working_in
from reskontra.database.tables import Table
from reskontra.documents.findings import Finding, Refused
from reskontra.kernel.secrets import KeyRing
from reskontra.kernel.terms import TermNotAllowed, UnknownTerm, terms_on
from reskontra.registers.files import (
    Folder,
    Keys,
    Row,
    Wrong,
    columns_of,
    finding_of,
    read_rows,
    read_test_code,
    read_values,
)
from reskontra.registers.models import (
    Account,
    CardAgreement,
    CodingTemplate,
    CodingTemplateLine,
    Country,
    Customer,
    CustomerInUnit,
    DimensionValue,
    Item,
    OfficeAbroad,
    OwnSystem,
    PaymentCard,
    Person,
    PostingAccount,
    PriceListEntry,
    ReceivingAddress,
    Responsibility,
    RoleAssignment,
    SpendingRight,
    StatementRule,
    Supplier,
    SupplierAccount,
    Unit,
    UnitAccount,
    UnitTerm,
    VatRate,
    WorkQueue,
    WorkQueueMember,
)
from reskontra.registers.sealing import sealed_code
from reskontra.registers.sorting import meaning_key, sort_key

_BATCH = 1000
_MOST_FINDINGS = 100
Values = dict[str, Any]
Complete = Callable[[Row, Values, KeyRing | None], None]


@dataclass(frozen=True)
class Register:
    """A file and its register: the natural key of a row, and what is computed rather than written."""

    name: str
    model: type[Table]
    key: tuple[str, ...]
    computed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    complete: Complete | None = None

    @property
    def file(self) -> str:
        """The file's name in its folder."""
        return f"{self.name}.csv"

    def key_of(self, values: Values) -> tuple[Any, ...]:
        """The natural key of a row; of a period only its first day counts."""
        return tuple(_comparable(name, values.get(name)) for name in self.key)


def _comparable(name: str, value: Any) -> Any:
    return value.lower if name == "validity" and value is not None else value


def _complete_customer(row: Row, values: Values, ring: KeyRing | None) -> None:
    values["sort_key"] = sort_key(f"{values['name']} {values.get('name2', '')}")
    if code := row.cells.get("personal_code"):
        normal = read_test_code(code)
        if ring is None:
            raise Wrong("register_key_ring_missing", "OC 2.2-f")
        values["personal_code_index"] = ring.blind_index(normal)
        values["personal_code_sealed"] = sealed_code(ring, values["number"], normal)


def _complete_supplier(row: Row, values: Values, ring: KeyRing | None) -> None:
    values["sort_key"] = sort_key(values["name"])


def _complete_item(row: Row, values: Values, ring: KeyRing | None) -> None:
    values["meaning_key"] = meaning_key(values["name_fi"])


def _complete_term(row: Row, values: Values, ring: KeyRing | None) -> None:
    """A unit may set only what the clause lets it set; judged on the first day it is in force."""
    try:
        terms_on(values["validity"].lower or date.min, {values["key"]: values["value"]})
    except UnknownTerm:
        raise Wrong("register_term_unknown") from None
    except TermNotAllowed as refusal:
        raise Wrong("register_term_not_allowed", reason=refusal.reason, limit=refusal.limit) from None


# In the order in which they name each other.
REGISTERS: Sequence[Register] = (
    Register("people", Person, ("username",), ("password", "last_login")),
    Register("countries", Country, ("code",)),
    Register("accounts", Account, ("code",)),
    Register("posting_accounts", PostingAccount, ("event", "validity")),
    Register("vat_rates", VatRate, ("vat_class", "validity")),
    Register("units", Unit, ("code",)),
    Register("roles", RoleAssignment, ("person_id", "role", "in_unit_id", "validity")),
    Register("unit_accounts", UnitAccount, ("unit_id", "iban")),
    Register("unit_terms", UnitTerm, ("unit_id", "key", "validity"), complete=_complete_term),
    Register("responsibilities", Responsibility, ("unit_id", "step", "validity")),
    Register("own_systems", OwnSystem, ("sender",)),
    Register("dimension_values", DimensionValue, ("dimension", "code", "in_unit_id", "validity")),
    Register("items", Item, ("code",), ("meaning_key",), complete=_complete_item),
    Register("price_list", PriceListEntry, ("unit_id", "item_id", "validity")),
    Register(
        "customers",
        Customer,
        ("number",),
        ("sort_key",),
        ("personal_code", "units"),
        complete=_complete_customer,
    ),
    Register("suppliers", Supplier, ("number",), ("sort_key",), complete=_complete_supplier),
    Register("supplier_accounts", SupplierAccount, ("supplier_id", "iban")),
    Register("receiving_addresses", ReceivingAddress, ("unit_id", "edi_code", "validity")),
    Register("work_queues", WorkQueue, ("unit_id", "code")),
    Register("queue_members", WorkQueueMember, ("unit_id", "queue_id", "person_id", "validity")),
    Register("coding_templates", CodingTemplate, ("unit_id", "reference", "validity")),
    Register("coding_template_lines", CodingTemplateLine, ("unit_id", "template_id", "position")),
    Register("spending_rights", SpendingRight, ("unit_id", "person_id", "budget_account", "validity")),
    Register("statement_rules", StatementRule, ("unit_id", "name")),
    Register("card_agreements", CardAgreement, ("unit_id", "identifier")),
    Register("payment_cards", PaymentCard, ("unit_id", "agreement_id", "digits", "holder")),
    Register("offices_abroad", OfficeAbroad, ("unit_id", "code")),
)


def load(folder: Folder, ring: KeyRing | None = None, person: int | None = None) -> dict[str, int]:
    """Load every register file in ``folder``; returns how many rows were added or changed, by register.

    Beside the fields ``customers.csv`` has ``personal_code`` (test numbers only, sealed with ``ring``) and
    ``units``, the codes of the units that the customer is extended to (counted as ``customers_in_units``).
    ``person`` (an id) stands in the history of what changes. A file that is not there is passed over. Raises
    ``Refused`` with file, row, column and rule of what is wrong; then nothing at all has changed.
    """
    _refuse_unknown_files(folder)
    changed: dict[str, int] = {}
    with transaction.atomic(), _session_restored():
        for register in REGISTERS:
            if (folder / register.file).is_file():
                units = list(Unit.objects.values_list("id", flat=True))
                with working_in(units, person, f"loaded from {register.file}"):
                    changed |= _load(folder, register, ring)
    return changed


def _refuse_unknown_files(folder: Folder) -> None:
    """A file that nobody reads would be taken for loaded."""
    known = {register.file for register in REGISTERS}
    names = sorted(file.name for file in folder.iterdir())
    if unknown := [name for name in names if name.endswith(".csv") and name not in known]:
        raise Refused(*(Finding("register_file_unknown", clause="X-1", where=name) for name in unknown))


@contextmanager
def _session_restored() -> Iterator[None]:
    """What the caller's transaction may see, and why, is as it was when the loading is done."""
    names = ("reskontra.units", "reskontra.person", "reskontra.reason")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(name, true) FROM unnest(%s::text[]) name", [list(names)])
        before = [value or "" for (value,) in cursor.fetchall()]
        yield
        for name, value in zip(names, before, strict=True):
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def _load(folder: Folder, register: Register, ring: KeyRing | None) -> dict[str, int]:
    columns = columns_of(register.model, _keys(register.model), register.computed)
    rows = read_rows(folder, register.file, columns, register.extra)
    values = read_values(register.file, rows, columns)
    _complete(register, rows, values, ring)
    _refuse_rows_twice(register, rows, values)
    pending = _pending(register, rows, values)
    _store(register.file, pending)
    changed = {register.name: len(pending)}
    if register.model is Customer:
        changed["customers_in_units"] = _extend(register, rows)
    return changed


# What a row of another register is named by in a file; what belongs to a unit by the unit's code before it.
_NAMES: Mapping[type[Table], tuple[str, ...]] = {
    Unit: ("code",),
    Person: ("username",),
    Item: ("code",),
    OwnSystem: ("sender",),
    Supplier: ("number",),
    UnitAccount: ("iban",),
    WorkQueue: ("unit__code", "code"),
    CodingTemplate: ("unit__code", "reference"),
    CardAgreement: ("unit__code", "identifier"),
}


def _keys(model: type[Table]) -> Keys:
    """The rows of those registers that ``model`` points at, by what they are named by: ``3910/solve`` is a queue."""
    pointed_at = {field.related_model for field in model._meta.concrete_fields if field.is_relation}
    return {
        other: {
            "/".join(name): key
            for key, *name in other._default_manager.order_by("id").values_list("id", *names)
        }
        for other, names in _NAMES.items()
        if other in pointed_at
    }


def _complete(
    register: Register, rows: Sequence[Row], values: Sequence[Values], ring: KeyRing | None
) -> None:
    if register.complete is None:
        return
    column = "personal_code" if register.model is Customer else "value"
    findings: list[Finding] = []
    for row, given in zip(rows, values, strict=True):
        try:
            register.complete(row, given, ring)
        except Wrong as wrong:
            findings.append(finding_of(wrong, register.file, row.number, column, row.cells[column]))
    _refuse(findings)


def _refuse(findings: Iterable[Finding]) -> None:
    if found := list(findings)[:_MOST_FINDINGS]:
        raise Refused(*found)


def _refuse_rows_twice(register: Register, rows: Sequence[Row], values: Sequence[Values]) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    _refuse(
        Finding(
            "register_row_twice",
            clause="X-1",
            where=register.file,
            row=row.number,
            detail={"first": str(first)},
        )
        for row, given in zip(rows, values, strict=True)
        if (first := seen.setdefault(register.key_of(given), row.number)) != row.number
    )


@dataclass(frozen=True)
class Pending:
    """A row to be stored; ``fields`` are those that change, none of them for a new row."""

    row: Row
    entry: Table
    fields: tuple[str, ...] = ()

    def save(self) -> None:
        """Store this one row."""
        if self.fields:
            self.entry.save(update_fields=self.fields)
        else:
            self.entry.save(force_insert=True)


def _pending(register: Register, rows: Sequence[Row], values: Sequence[Values]) -> list[Pending]:
    """What is new and what differs. Changes come first: a period is shortened before the next one begins."""
    existing = _existing(register, values)
    changes: list[Pending] = []
    additions: list[Pending] = []
    for row, given in zip(rows, values, strict=True):
        entry = existing.get(register.key_of(given))
        if entry is None:
            additions.append(Pending(row, _new(register, given)))
        elif fields := _differing(entry, given):
            for name in fields:
                setattr(entry, name, given[name])
            changes.append(Pending(row, entry, fields))
    return changes + additions


def _existing(register: Register, values: Sequence[Values]) -> dict[tuple[Any, ...], Table]:
    found = register.model._default_manager.all()
    if len(register.key) == 1:
        name = register.key[0]
        found = found.filter(**{f"{name}__in": [given[name] for given in values]})
    return {register.key_of({name: getattr(entry, name) for name in register.key}): entry for entry in found}


def _new(register: Register, values: Values) -> Table:
    entry = register.model(**values)
    if isinstance(entry, Person):
        entry.set_unusable_password()
    return entry


def _differing(entry: Table, values: Values) -> tuple[str, ...]:
    # The same personal code sealed anew is other bytes and no change: the index says whether it is the same.
    differing = [name for name, value in values.items() if _plain(getattr(entry, name)) != value]
    if "personal_code_index" not in differing:
        differing = [name for name in differing if name != "personal_code_sealed"]
    return tuple(differing)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _store(file: str, pending: Sequence[Pending]) -> None:
    """Store everything, or say which row the database refuses and by which of its rules."""
    try:
        with transaction.atomic():
            for one in pending:
                if one.fields:
                    one.save()
            fresh = [one.entry for one in pending if not one.fields]
            if fresh:
                type(fresh[0])._default_manager.bulk_create(fresh, batch_size=_BATCH)
    except IntegrityError as refusal:
        raise Refused(_refused_row(file, pending) or _constraint_finding(file, None, refusal)) from None


def _refused_row(file: str, pending: Sequence[Pending]) -> Finding | None:
    """The first row that the database refuses, found by storing one by one; the caller rolls back."""
    for one in pending:
        try:
            with transaction.atomic():
                one.save()
        except IntegrityError as refusal:
            return _constraint_finding(file, one.row.number, refusal)
    return None


def _constraint_finding(file: str, row: int | None, refusal: IntegrityError) -> Finding:
    constraint = constraint_of(refusal) or "a rule without a name"
    detail = {"constraint": constraint.replace("_", " ")}
    return Finding("register_row_refused", clause="X-1", where=file, row=row, value=constraint, detail=detail)


def _extend(register: Register, rows: Sequence[Row]) -> int:
    """Extend customers to the units that the file names; what the file leaves out stays (OC 2.2-a)."""
    named = [(row, code) for row in rows for code in row.cells.get("units", "").split()]
    units = dict(Unit.objects.values_list("code", "id"))
    _refuse(
        finding_of(Wrong("register_reference_unknown"), register.file, row.number, "units", code)
        for row, code in named
        if code not in units
    )
    numbers = {row.cells["number"] for row, _ in named}
    customers = dict(Customer.objects.filter(number__in=numbers).values_list("number", "id"))
    there = set(CustomerInUnit.objects.values_list("unit_id", "customer_id"))
    pending = [
        Pending(row, CustomerInUnit(unit_id=unit, customer_id=customer, number=row.cells["number"]))
        for row, code in named
        for unit, customer in [(units[code], customers[row.cells["number"]])]
        if (unit, customer) not in there
    ]
    _store(register.file, pending)
    return len(pending)
