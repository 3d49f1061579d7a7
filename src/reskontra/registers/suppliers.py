"""The supplier register's acts: find, add, tell an account, approve it, end it.

The register is state-wide and the service centre keeps it: who acts needs a role in all units. An account is told by
one person and approved by another before money goes there (EX 9-c). Every act runs inside ``working_in``.
"""

import re
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from reskontra.database.refused import ActRefused, refused_as
from reskontra.documents.findings import Finding, Refused
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import (
    NotAnIdentifier,
    find_personal_codes,
    is_business_id,
    is_iban,
    is_vat_id,
    normal_business_id,
    normal_iban,
)
from reskontra.registers.lengths import too_long
from reskontra.registers.models import Person, Supplier, SupplierAccount
from reskontra.registers.policy import require_somewhere
from reskontra.registers.sorting import sort_key

_TECHNICAL_ID: Final = re.compile(r"4(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])[0-9]{2}-0")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_BIC: Final = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_FIRST_NUMBER: Final = 100_001
FOREIGN: Final = frozenset({"foreign_company", "foreign_person"})
KINDS: Final = ("company", "sole_trader", "state_unit", "person", "foreign_company", "foreign_person")
SOURCES: Final = ("invoice", "supplier", "register")
VERIFICATIONS: Final = ("match", "close", "none", "not_possible")
DOUBTS: Final = ("close", "none", "not_possible")  # answers that a person looks at
# Answers that an approval may settle, and the term by which a unit says whether its payments wait for one.
SETTLED_BY_APPROVAL: Final = {"close": "payee_close_match", "not_possible": "payee_not_asked"}


def is_technical_id(text: str) -> bool:
    """Whether ``text`` is the technical business id of a private person: 4, day of birth ddmmyy, -0 (EX 5.1-a)."""
    return _TECHNICAL_ID.fullmatch(text.strip()) is not None


@dataclass(frozen=True, slots=True)
class Found:
    """A supplier and what it was found by: business_id, technical_id, vat_id, account or name."""

    supplier: Supplier
    by: str


@clause("EX 5.1-a")
def find(
    *, business_id: str = "", vat_id: str = "", technical_id: str = "", iban: str = "", name: str = ""
) -> Found | None:
    """The one supplier that these tell, the strongest first; None when none or several answer.

    A business id or a technical id is one supplier. A VAT id, an account that was approved or a name finds somebody
    only where exactly one supplier has it.
    """
    everyone = Supplier.objects.all()
    if is_business_id(business_id) and (
        found := everyone.filter(business_id=normal_business_id(business_id)).first()
    ):
        return Found(found, "business_id")
    technical = technical_id or business_id
    if is_technical_id(technical) and (found := everyone.filter(technical_id=technical.strip()).first()):
        return Found(found, "technical_id")
    compact = "".join(vat_id.split()).upper()
    if compact and (found := _only(everyone.filter(vat_id=compact))):
        return Found(found, "vat_id")
    if is_iban(iban) and (found := _only(everyone.filter(pk__in=_holders(normal_iban(iban))))):
        return Found(found, "account")
    if name.strip() and (found := _only(everyone.filter(sort_key=sort_key(name)))):
        return Found(found, "name")
    return None


def _holders(iban: str) -> "QuerySet[SupplierAccount, int]":
    """The suppliers to whom money may go on this account."""
    approved = SupplierAccount.objects.filter(iban=iban, approved_by__isnull=False, ended_date__isnull=True)
    return approved.values_list("supplier_id", flat=True)


def _only(suppliers: QuerySet[Supplier]) -> Supplier | None:
    found = list(suppliers[:2])
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class SupplierDraft:
    """A supplier about to be added, as told; ``address_lines`` are an address that nobody has told apart."""

    kind: str
    name: str
    language: str = "fi"
    business_id: str = ""
    technical_id: str = ""
    vat_id: str = ""
    foreign_id: str = ""
    partner_code: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = "FI"
    address_lines: str = ""
    email: str = ""
    einvoice_address: str = ""


@clause("EX 5.1-a")
def draft_findings(draft: SupplierDraft) -> list[Finding]:
    """What keeps ``draft`` from being a supplier: its identity by kind, the form and the length of what is told."""
    found = too_long(Supplier, _values(draft), "EX 5.1-a")
    if draft.kind not in KINDS:
        kinds = {"kinds": ", ".join(KINDS)}
        found.append(
            Finding("supplier_kind", clause="EX 5.1-a", column="kind", value=draft.kind[:40], detail=kinds)
        )
    if not _COUNTRY.fullmatch(_values(draft)["country"]):
        found.append(
            Finding("supplier_country", clause="EX 5.1-a", column="country", value=draft.country[:40])
        )
    if not draft.name.strip():
        found.append(Finding("supplier_name_missing", clause="EX 5.1-a", column="name"))
    for field in fields(draft):
        if find_personal_codes(getattr(draft, field.name)):
            # Never repeated: a private person stands in the register under the technical id (OC 2.2-f).
            found.append(Finding("supplier_personal_code", clause="EX 5.1-a", column=field.name))
    if draft.business_id and not is_business_id(draft.business_id):
        found.append(
            Finding(
                "supplier_business_id", clause="EX 5.1-a", column="business_id", value=draft.business_id[:40]
            )
        )
    if draft.technical_id and not is_technical_id(draft.technical_id):
        found.append(
            Finding(
                "supplier_technical_id",
                clause="EX 5.1-a",
                column="technical_id",
                value=draft.technical_id[:40],
            )
        )
    if draft.vat_id and not is_vat_id(draft.vat_id):
        found.append(Finding("supplier_vat_id", clause="EX 5.1-a", column="vat_id", value=draft.vat_id[:40]))
    needed = {"person": draft.technical_id}.get(draft.kind, draft.business_id)
    if not needed and draft.kind in KINDS and draft.kind not in FOREIGN:
        found.append(
            Finding("supplier_not_identified", clause="EX 5.1-a", column="business_id", value=draft.name[:40])
        )
    return [
        Finding(one.rule, one.severity, one.clause, column=one.column)
        if one.value and find_personal_codes(one.value)
        else one
        for one in found
    ]


@clause("EX 5.1-a", "EX 6-a")
def new_supplier(person: Person, on: date, draft: SupplierDraft) -> Supplier:
    """Add a supplier under the next number of the register.

    Called inside ``working_in``. Raises ``NotAllowed``; ``Refused`` with everything that is wrong in the draft;
    ``ActRefused`` when the business id or technical id is somebody's already.
    """
    require_somewhere(person, "keep_suppliers", on)
    if wrong := draft_findings(draft):
        raise Refused(*wrong)
    values = _values(draft)
    with refused_as(ActRefused):
        return Supplier.objects.create(number=_next_number(), sort_key=sort_key(values["name"]), **values)


def _values(draft: SupplierDraft) -> dict[str, str]:
    """The columns of ``draft``, identifiers and country as the register writes them."""
    values = {field.name: getattr(draft, field.name).strip() for field in fields(draft)}
    if is_business_id(values["business_id"]):
        values["business_id"] = normal_business_id(values["business_id"])
    return values | {
        "vat_id": "".join(values["vat_id"].split()).upper(),
        "country": values["country"].upper(),
    }


def _next_number() -> str:
    """One above the highest number of digits; two who add at once wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('reskontra.suppliers'))")
        cursor.execute(
            "SELECT coalesce(max(number::bigint) + 1, %s) FROM registers_supplier WHERE number ~ '^[0-9]{1,9}$'",
            [_FIRST_NUMBER],
        )
        row = cursor.fetchone()
    assert row is not None
    return str(max(int(row[0]), _FIRST_NUMBER))


@clause("EX 9-c")
def tell_account(
    person: Person,
    at: datetime,
    supplier: Supplier,
    iban: str,
    source: str,
    *,
    bic: str = "",
    verification: str = "",
    verified_name: str = "",
) -> SupplierAccount:
    """Write down an account that somebody says is the supplier's. Money goes there once another has approved it.

    ``source`` is invoice, supplier or register. ``verification`` is the answer of the payee's bank where it was
    asked: match, close (``verified_name`` is then the name that the bank knows), none or not_possible. Called inside
    ``working_in``. Raises ``NotAllowed``; ``Refused`` for no IBAN or BIC; ``ValueError`` for an unknown source or
    answer; ``ActRefused`` when the supplier has the account already.
    """
    on = timezone.localdate(at)
    require_somewhere(person, "keep_suppliers", on)
    if source not in SOURCES or (verification and verification not in VERIFICATIONS):
        raise ValueError("an account comes from a known source, and its verification is a known answer")
    try:
        normal = normal_iban(iban)
    except NotAnIdentifier:
        raise Refused(
            Finding("supplier_account_wrong", clause="EX 9-c", column="iban", value=iban[:40])
        ) from None
    bic, verified_name = bic.strip().upper(), verified_name.strip()
    wrong = too_long(SupplierAccount, {"verified_name": verified_name}, "EX 9-c")
    if bic and not _BIC.fullmatch(bic):
        wrong.append(Finding("supplier_bic", clause="EX 9-c", column="bic", value=bic[:40]))
    if wrong:
        raise Refused(*wrong)
    with refused_as(ActRefused):
        return SupplierAccount.objects.create(
            supplier=supplier,
            iban=normal,
            bic=bic,
            source=source,
            verification=verification,
            verified_name=verified_name,
            verified_by=person if verification else None,
            verified_at=at if verification else None,
            told_by=person,
            told_at=at,
        )


def waits_for_approval(account: SupplierAccount) -> bool:
    """Whether a second person may look at ``account``: nobody has approved it, or not what the payee's bank said since.

    An answer that the name matches needs no new approval. Whether payments wait for one is the unit's policy.
    """
    if account.ended_date is not None:
        return False
    if account.approved_at is None:
        return True
    told = account.verified_at
    return account.verification in DOUBTS and told is not None and told > account.approved_at


@clause("EX 9-c")
def verify_account(
    person: Person, at: datetime, account: SupplierAccount, verification: str, verified_name: str = ""
) -> SupplierAccount:
    """Write down what the payee's bank answered of ``account``, told before or approved already.

    ``verification`` and ``verified_name`` are as in ``tell_account``. An approval that came before another answer than
    a match has not seen it: where the unit's policy asks, somebody else approves anew before money goes there. Called
    inside ``working_in``. Raises ``NotAllowed``; ``AccountNotApprovable`` for an account that has ended;
    ``Refused`` for a name that is too long; ``ValueError`` for an unknown answer.
    """
    require_somewhere(person, "keep_suppliers", timezone.localdate(at))
    if verification not in VERIFICATIONS:
        raise ValueError("a verification is a known answer")
    found = SupplierAccount.objects.select_for_update().get(pk=account.pk)
    if found.ended_date is not None:
        raise AccountNotApprovable("ended")
    found.verification, found.verified_name = verification, verified_name.strip()
    if wrong := too_long(SupplierAccount, {"verified_name": found.verified_name}, "EX 9-c"):
        raise Refused(*wrong)
    found.verified_by, found.verified_at = person, at
    found.save(update_fields=["verification", "verified_name", "verified_by", "verified_at"])
    return found


class AccountNotApprovable(Exception):
    """The account cannot be approved: it is approved already, has ended, or the payee's bank did not know the name.

    ``reason`` is approved, ended or no_match.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@clause("EX 9-c")
def approve_account(person: Person, at: datetime, account: SupplierAccount) -> SupplierAccount:
    """Approve that money may go to ``account``; by somebody else than who told it and who told its bank's answer.

    An account that was approved before its bank answered may be approved anew, by somebody who sees the answer. Called
    inside ``working_in``. Raises ``NotAllowed``; ``AccountNotApprovable``, also where the payee's bank said that the
    name is not the holder's; ``ActRefused`` for a person who told one of them.
    """
    require_somewhere(person, "approve_supplier_account", timezone.localdate(at))
    found = SupplierAccount.objects.select_for_update().get(pk=account.pk)
    if found.ended_date is not None:
        raise AccountNotApprovable("ended")
    if not waits_for_approval(found):
        raise AccountNotApprovable("approved")
    if found.verification == "none":
        raise AccountNotApprovable("no_match")
    found.approved_by, found.approved_at = person, at
    with refused_as(ActRefused):
        found.save(update_fields=["approved_by", "approved_at"])
    return found


@clause("EX 9-c")
def end_account(person: Person, on: date, account: SupplierAccount) -> SupplierAccount:
    """From ``on`` no money goes to ``account``. Raises ``NotAllowed``; an account that has ended stays as it is."""
    require_somewhere(person, "keep_suppliers", on)
    found = SupplierAccount.objects.select_for_update().get(pk=account.pk)
    if found.ended_date is None:
        found.ended_date = on
        found.save(update_fields=["ended_date"])
    return found


def account_may_be_paid_to(supplier: Supplier, iban: str, on: date) -> bool:
    """Whether ``iban`` is an account of ``supplier`` that a second person has approved and that has not ended."""
    approved = SupplierAccount.objects.filter(supplier=supplier, iban=iban, approved_by__isnull=False)
    return not supplier.blocked and any(
        one.ended_date is None or one.ended_date > on for one in approved.only("ended_date")
    )
