"""What a customer must be to stand in the register: one draft, every rule of OC 2.2, everything found wrong.

No database here: a draft is the register's row as it would be after the change.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from reskontra.documents.findings import Finding, Severity
from reskontra.kernel.identifiers import find_personal_codes, is_ovt

PEOPLE = frozenset({"person", "sole_trader", "foreign_person"})
CONSUMERS = frozenset({"person", "foreign_person"})

# How many characters the register holds.
_MOST: Mapping[str, int] = {
    "name": 70, "name2": 70, "street": 70, "postcode": 10, "town": 35, "country": 2, "language": 2,
    "einvoice_address": 50, "einvoice_operator": 35, "email": 254, "vat_id": 14,
}  # fmt: skip
_TEXTS = ("name", "name2", "street", "postcode", "town", "email", "einvoice_address", "einvoice_operator")

_PERSON_NAME = re.compile(r"[^\W\d_][^\W\d_'’.\-]*(?:[ '’.\-]+[^\W\d_]+\.?)+")
_CARE_OF = re.compile(r"(?<!\w)c/o(?!\w)", re.IGNORECASE)
_CONTACT = re.compile(
    r"(?<!\w)(?:att|attn|yhteyshenkilö|yht\.?\s?hlö|kontaktperson|contact person)\b", re.IGNORECASE
)
_DEPARTMENT = re.compile(r"(?<!\w)(?:osasto|avdelning(?:en)?|avd|department|dept)\b", re.IGNORECASE)
_POST_BOX = re.compile(
    r"(?:PL|PB|P\.?O\.?\s?Box|Postilokero|Postbox|Poste restante)\b[\s0-9]*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A customer as it would stand in the register; identifiers are in their normal form."""

    kind: str
    name: str
    name2: str = ""
    language: str = "fi"
    business_id: str = ""
    vat_id: str = ""
    has_code: bool = False
    birth_date: date | None = None
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = "FI"
    email: str = ""
    einvoice_address: str = ""
    einvoice_operator: str = ""
    protected: bool = False
    safe_address: bool = False


def check(draft: Draft, row: int | None = None) -> list[Finding]:
    """Everything in ``draft`` that the register does not take (errors) or that is worth a look (warnings)."""
    rules = (_of_kind, _of_names, _of_identity, _of_einvoice, _of_protection, _of_texts)
    return [
        Finding(found.rule, found.severity, found.clause, row, found.column, found.value, detail=found.detail)
        for rule in rules
        for found in rule(draft)
    ]


def _found(
    rule: str, clause: str, column: str, value: str | None = None, severity: Severity = "error", **detail: str
) -> Finding:
    return Finding(rule, severity, clause, column=column, value=value, detail=detail)


def _of_kind(draft: Draft) -> Iterator[Finding]:
    if draft.kind == "state_unit":
        yield _found("customer_state_unit_from_file", "OC 2.2-i", "kind")
    if draft.kind == "foreign_company" and draft.country == "FI":
        yield _found("customer_foreign_without_country", "OC 2.2-b", "country")


def _of_names(draft: Draft) -> Iterator[Finding]:
    """A company's official name; a person's surname and first name (OC 2.2-b, OC 2.2-d)."""
    if not draft.name:
        yield _found("customer_name_missing", "OC 2.2-d" if draft.kind in PEOPLE else "OC 2.2-b", "name")
    elif draft.kind in CONSUMERS and not _PERSON_NAME.fullmatch(draft.name):
        yield _found("customer_person_name", "OC 2.2-d", "name", draft.name)
    if _CARE_OF.search(draft.name):
        yield _found("customer_care_of_in_name", "OC 2.2-b", "name", draft.name)
    if draft.kind in CONSUMERS:
        return
    for column, text in (("name", draft.name), ("name2", draft.name2)):
        if _CONTACT.search(text):
            yield _found("customer_contact_in_name", "OC 2.2-b", column, text)
        elif _DEPARTMENT.search(text):
            # Some official names hold the word, such as an association's local branch.
            yield _found("customer_department_in_name", "OC 2.2-b", column, text, "warning")


def _of_identity(draft: Draft) -> Iterator[Finding]:
    """Who it is: a checked code, a business id, both, or a day of birth (OC 2.2-d)."""
    if draft.kind in ("person", "sole_trader") and not draft.has_code:
        yield _found("customer_person_without_code", "OC 2.2-d", "personal_code")
    if draft.kind == "foreign_person" and not draft.has_code and draft.birth_date is None:
        yield _found("customer_foreign_without_birth_date", "OC 2.2-d", "birth_date")
    if draft.kind in ("company", "sole_trader") and not draft.business_id:
        clause = "OC 2.2-d" if draft.kind == "sole_trader" else "OC 2.2-b"
        yield _found("customer_business_without_id", clause, "business_id")
    if draft.kind not in PEOPLE and draft.has_code:
        yield _found("customer_code_without_person", "OC 2.2-f", "personal_code", "****")
    if draft.kind in CONSUMERS and draft.business_id:
        yield _found("customer_person_with_business_id", "OC 2.2-d", "business_id", draft.business_id)


def _of_einvoice(draft: Draft) -> Iterator[Finding]:
    """An e-invoice goes by address and operator; one without the other is a dead end (OC 2.2-c)."""
    address, operator = draft.einvoice_address, draft.einvoice_operator
    if address and not operator:
        yield _found("customer_operator_missing", "OC 2.2-c", "einvoice_operator", address)
    if operator and not address:
        yield _found("customer_einvoice_address_missing", "OC 2.2-c", "einvoice_address", operator)
    if address.startswith("0037") and address.isalnum() and not is_ovt(address):
        yield _found("customer_einvoice_address_wrong", "OC 2.2-c", "einvoice_address", address)


def _of_protection(draft: Draft) -> Iterator[Finding]:
    """A protected person's real address is in no register of ours (OC 2.2-h, OC 3.8-a)."""
    if not draft.protected:
        return
    if draft.kind not in PEOPLE:
        yield _found("customer_protected_not_a_person", "OC 2.2-h", "protected")
    if (draft.street or draft.postcode or draft.town) and not draft.safe_address:
        # Without the value: it may be the very address that must stay unknown.
        yield _found("customer_protected_with_address", "OC 3.8-a", "street")
    elif not draft.safe_address and not draft.einvoice_address:
        yield _found("customer_protected_without_way", "OC 3.8-a", "street", severity="warning")


def _of_texts(draft: Draft) -> Iterator[Finding]:
    for column, most in _MOST.items():
        if len(text := str(getattr(draft, column))) > most:
            yield _found("customer_value_too_long", "OC 3.9-c", column, most=str(most), length=str(len(text)))
    for column in _TEXTS:
        if find_personal_codes(str(getattr(draft, column))):
            yield _found("customer_code_in_text", "OC 2.2-f", column, "****")


def is_post_box(street: str) -> bool:
    """Whether an address line names a post box or poste restante and nothing else (OC 3.8-a)."""
    return bool(_POST_BOX.fullmatch(street.strip()))
