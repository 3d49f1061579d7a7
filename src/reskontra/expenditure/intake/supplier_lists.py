"""Suppliers from files into the state-wide register; their accounts wait for approval (EX 5.1-a, EX 9-c)."""

from collections import Counter
from dataclasses import fields, replace
from datetime import date
from typing import Any, Final

from reskontra.database.refused import ActRefused, refused_as
from reskontra.documents.supplier_list import ListedSupplier, SupplierList
from reskontra.exchange.inbox import Received
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import is_business_id, normal_business_id
from reskontra.purchases.files import CHANGED, KNOWN, NEW, FileTaken, Problems, take_in_whole
from reskontra.registers.models import Supplier, SupplierAccount
from reskontra.registers.policy import require_somewhere
from reskontra.registers.sorting import sort_key
from reskontra.registers.suppliers import SupplierDraft, draft_findings, new_supplier, tell_account
from reskontra.runs.run import Acting

_IDENTITIES: Final = ("business_id", "technical_id")
_COLUMN: Final = {
    "kind": "supplier_kind",
    "number": "supplier_number",
}  # ours in the register -> ours in the form


@clause("EX 5.1-a", "EX 9-c")
def take_in_suppliers(acting: Acting, received: Received, document: SupplierList, on: date) -> FileTaken:
    """Add suppliers, or change what the file says otherwise than the register; what it does not tell stays.

    Called inside ``working_in``. Raises ``NotAllowed``: the register is all units'; ``Refused`` with everything that is
    wrong: then nothing of the file is kept; ``ActRefused`` with the constraint.
    """
    require_somewhere(acting.person, "keep_suppliers", acting.day)
    return take_in_whole(
        acting,
        received,
        document,
        len(document.suppliers),
        on,
        lambda run, tell: _Suppliers(acting, document, tell).keep(),
        "EX 5.1-a",
    )


class _Suppliers:
    def __init__(self, acting: Acting, document: SupplierList, tell: Problems) -> None:
        self.acting, self.document, self.tell = acting, document, tell
        told = document.suppliers
        numbers = {one.number for one in told if one.number}
        self.by_number = {one.number: one for one in Supplier.objects.filter(number__in=numbers)}
        self.by_identity = {
            getattr(one, name): one
            for name in _IDENTITIES
            for one in Supplier.objects.filter(
                **{f"{name}__in": {_identity(row, name) for row in told} - {""}}
            )
        }

    def keep(self) -> Counter[str]:
        """Every row in turn; rows with errors are passed over, for the file is refused then."""
        outcomes: Counter[str] = Counter()
        with refused_as(ActRefused):
            for one in self.document.suppliers:
                outcomes[self._keep(one)] += 1
        return outcomes

    def _keep(self, one: ListedSupplier) -> str:
        before = self._before(one)
        draft = _draft(one, before)
        for finding in draft_findings(draft):
            name = _COLUMN.get(finding.column or "", finding.column or "")
            column = self.document.labels.get(name, name)
            self.tell.found.append(replace(finding, row=one.row, column=column))
        if self.tell.errors:
            return KNOWN  # nothing of the file is kept
        supplier, outcome = self._stored(before, draft)
        if one.iban and self._account(supplier, one):
            return CHANGED if outcome == KNOWN else outcome
        return outcome

    def _before(self, one: ListedSupplier) -> Supplier | None:
        """Who it is in the register already; tells where number and identity are not one supplier's."""
        found = self.by_number.get(one.number or "")
        if one.number and found is None:
            self.tell("purchase_supplier_unknown", one.row, "supplier_number", one.number)
        for name in _IDENTITIES:
            identity = _identity(one, name)
            holder = self.by_identity.get(identity) if identity else None
            if found is None:
                found = holder
            elif identity and (holder is None or holder.pk != found.pk) and getattr(found, name):
                # A supplier does not become another: its accounts and invoices are somebody's.
                self.tell("supplier_identity_differs", one.row, name, identity, number=found.number)
        return found

    def _stored(self, before: Supplier | None, draft: SupplierDraft) -> tuple[Supplier, str]:
        if before is None:
            return new_supplier(self.acting.person, self.acting.day, draft), NEW
        changed = [
            name.name for name in fields(draft) if getattr(before, name.name) != getattr(draft, name.name)
        ]
        if not changed:
            return before, KNOWN
        for name in changed:
            setattr(before, name, getattr(draft, name))
        before.sort_key = sort_key(before.name)
        before.save(update_fields=[*changed, "sort_key"])
        return before, CHANGED

    def _account(self, supplier: Supplier, one: ListedSupplier) -> bool:
        """Tell the account if it is a new one; it waits until somebody else has approved it."""
        known = SupplierAccount.objects.filter(supplier=supplier, iban=one.iban, ended_date__isnull=True)
        if known.exists():
            return False
        tell_account(
            self.acting.person, self.acting.at, supplier, one.iban or "", "register", bic=one.bic or ""
        )
        self.tell(
            "supplier_account_waits", one.row, "iban", one.iban, severity="warning", number=supplier.number
        )
        return True


def _identity(one: ListedSupplier, name: str) -> str:
    told = getattr(one, name) or ""
    return normal_business_id(told) if name == "business_id" and is_business_id(told) else told.strip()


def _draft(one: ListedSupplier, before: Supplier | None) -> SupplierDraft:
    """What the register would hold: what the row tells, and beside it what is there already."""
    values: dict[str, Any] = {}
    for field in fields(SupplierDraft):
        told = getattr(one, field.name, None)
        if told is None:
            if before is not None:
                values[field.name] = getattr(before, field.name)
            continue
        values[field.name] = _identity(one, field.name) if field.name in _IDENTITIES else told.strip()
    values.setdefault("kind", "")
    values.setdefault("name", "")
    values["vat_id"] = "".join(values.get("vat_id", "").split()).upper()
    return SupplierDraft(**values)
