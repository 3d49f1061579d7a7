"""Forms of expenditure as documents: which form a file is, and its document, also across a process border."""

import re
import typing
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from types import UnionType
from typing import Any

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.payment_request import PaymentRequest
from reskontra.documents.purchase import CodingTemplates, Contracts, PurchaseOrders, Receipts
from reskontra.formats.workbooks.columns import Form
from reskontra.formats.workbooks.entries import Content, Layout, read_entries, under_clause
from reskontra.formats.workbooks.json_values import looks_like_json, parsed
from reskontra.formats.workbooks.payments import PAYMENTS
from reskontra.formats.workbooks.purchases import CONTRACTS, ORDERS, RECEIPTS, TEMPLATES
from reskontra.formats.workbooks.refusals import refuse
from reskontra.formats.workbooks.tables import fitting_form
from reskontra.kernel.money import round_cents

Expenditure = PaymentRequest | PurchaseOrders | Receipts | Contracts | CodingTemplates

_DOCUMENTS: Mapping[str, type[Expenditure]] = {
    "payments": PaymentRequest,
    "purchase_orders": PurchaseOrders,
    "receipts": Receipts,
    "contracts": Contracts,
    "coding_templates": CodingTemplates,
}
LAYOUTS: Mapping[str, Layout] = {
    layout.form: layout for layout in (PAYMENTS, ORDERS, RECEIPTS, CONTRACTS, TEMPLATES)
}
_FORMS: tuple[Form, ...] = ("billing", "customers", *(layout.form for layout in LAYOUTS.values()))
_KIND_SHOWS = re.compile(
    rb'\A\s*\{\s*"kind"\s*:\s*"(?:' + "|".join(one.kind for one in LAYOUTS.values()).encode() + rb')"'
)
# What refuses a file that carries the heading of none of the forms.
NOT_A_FORM = frozenset({"file_heading_not_found", "file_json_kind", "file_unknown"})


def begins_as_expenditure(data: bytes) -> bool:
    """Whether JSON names one of these documents as its first key, as what ``reskontra read`` prints does."""
    return bool(_KIND_SHOWS.match(data.removeprefix(b"\xef\xbb\xbf")[:1000]))


def form_of(data: bytes) -> str:
    """The form of a file: one of ``LAYOUTS``, ``billing`` or ``customers``. Raises ``Refused`` for any other."""
    if looks_like_json(data):
        given = parsed(data)
        kind = given.get("kind") if isinstance(given, dict) else None
        form = next((one.form for one in LAYOUTS.values() if one.kind == kind), None)
        return form or refuse("file_json_kind", where="$.kind", value=str(kind))
    return fitting_form(data, _FORMS) or refuse("file_heading_not_found", within=10)


def read_expenditure(data: bytes, name: str) -> Expenditure:
    """The document of a file whose form is one of expenditure; ``name`` only helps people.

    Raises ``Refused`` when the file as a whole cannot be used; the findings are under the form's clause.
    """
    form = form_of(data)
    if form not in LAYOUTS:
        refuse("file_heading_not_found", within=10)
    content = read_content(form, data)
    return document_of(form, content.head, content.entries)


def read_content(form: str, data: bytes) -> Content:
    """The plain content of a file of ``form``: what a child process sends to its parent."""
    layout = LAYOUTS[form]
    try:
        return read_entries(layout, data)
    except Refused as refused:
        raise Refused(*(under_clause(finding, layout.clause) for finding in refused.findings)) from None


def document_of(form: str, head: Mapping[str, Any], entries: Iterable[Mapping[str, Any]]) -> Expenditure:
    """The document of plain values, which may come from a child gone wrong: ``TypeError`` for wrong kinds."""
    kind = _DOCUMENTS[form]
    given = {**head, LAYOUTS[form].entries: list(entries)}
    built: Expenditure = _built(kind, given)
    return built


def counts_of_expenditure_agree(document: Expenditure) -> list[Finding]:
    """Whether all that was counted and declared agrees; each difference refuses the whole file.

    The gate's rows equal the rows read. Where the sender declares rows, entries or a control sum, they equal
    what was read; the sum is compared only when every amount is known.
    """
    layout = next(one for one in LAYOUTS.values() if one.kind == document.kind)
    entries = len(getattr(document, layout.entries))
    pairs: list[tuple[str, object, object]] = [
        ("counted_rows", document.counted_rows, document.read_rows),
        ("declared_rows", document.declared_rows, document.read_rows),
        ("declared_entries", document.declared_entries, entries),
    ]
    if document.declared_total is not None and document.total is not None:
        pairs.append(("declared_total", round_cents(document.declared_total), round_cents(document.total)))
    return [
        Finding(
            "counts_disagree", clause=layout.clause, where=what, value=str(told),
            detail={"told": str(told), "found": str(found)},
        )
        for what, told, found in pairs
        if told is not None and told != found
    ]  # fmt: skip


def _built(kind: type[Any], given: Mapping[str, Any]) -> Any:
    """A frozen dataclass of plain values, each checked against the type of its field."""
    if not isinstance(given, Mapping):
        raise TypeError(f"{kind.__name__} expected")
    types = _types(kind)
    if unknown := given.keys() - types.keys():
        raise TypeError(f"{kind.__name__} has no {sorted(unknown)[0]}")
    return kind(**{name: _value(types[name], value) for name, value in given.items()})


_KNOWN: dict[type[Any], Mapping[str, Any]] = {}


def _types(kind: type[Any]) -> Mapping[str, Any]:
    """The fields of a document and their types, looked up once."""
    if kind not in _KNOWN:
        hints = typing.get_type_hints(kind)
        _KNOWN[kind] = {field.name: hints[field.name] for field in fields(kind)}
    return _KNOWN[kind]


def _value(expected: Any, value: Any) -> Any:
    options = typing.get_args(expected) if _is_union(expected) else (expected,)
    if value is None and type(None) in options:
        return None
    (wanted,) = [option for option in options if option is not type(None)]
    origin = typing.get_origin(wanted)
    if origin is tuple:
        return tuple(_value(typing.get_args(wanted)[0], one) for one in _list(value))
    if origin is typing.Literal:
        if value not in typing.get_args(wanted):
            raise TypeError("an unknown word")
        return value
    if wanted is Finding:
        return value if isinstance(value, Finding) else Finding(**value)
    if is_dataclass(wanted) and isinstance(wanted, type):
        return _built(wanted, value)
    if wanted is Decimal or wanted is date:
        return _from_text(wanted, value)
    plain = dict if origin is not None else wanted
    if type(value) is not plain:
        raise TypeError(f"expected {plain.__name__}")
    return value


def _is_union(expected: Any) -> bool:
    return typing.get_origin(expected) in (UnionType, typing.Union)


def _list(value: Any) -> Iterable[Any]:
    if not isinstance(value, list | tuple):
        raise TypeError("expected a list")
    return value


def _from_text(wanted: Any, value: Any) -> Any:
    """A day or a number, which a child sends as text."""
    if isinstance(value, str):
        return date.fromisoformat(value) if wanted is date else Decimal(value)
    if type(value) is not wanted:
        raise TypeError(f"expected {wanted.__name__}")
    return value
