"""Forms of expenditure as documents: which form a file is, and its document, also across a process border."""

import re
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from types import UnionType
from typing import Any

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.payment_request import PaymentRequest
from reskontra.documents.purchase import CodingTemplates, Contracts, PurchaseOrders, Receipts
from reskontra.documents.supplier_list import SupplierList
from reskontra.formats.workbooks.columns import Form
from reskontra.formats.workbooks.entries import Content, Layout, read_entries, under_clause
from reskontra.formats.workbooks.json_values import looks_like_json, parsed
from reskontra.formats.workbooks.payments import PAYMENTS
from reskontra.formats.workbooks.purchases import CONTRACTS, ORDERS, RECEIPTS, TEMPLATES
from reskontra.formats.workbooks.refusals import refuse
from reskontra.formats.workbooks.suppliers import SUPPLIERS
from reskontra.formats.workbooks.tables import fitting_form
from reskontra.kernel.money import round_cents

Expenditure = PaymentRequest | PurchaseOrders | Receipts | Contracts | CodingTemplates | SupplierList

_DOCUMENTS: Mapping[str, type[Expenditure]] = {
    "payments": PaymentRequest,
    "purchase_orders": PurchaseOrders,
    "receipts": Receipts,
    "contracts": Contracts,
    "coding_templates": CodingTemplates,
    "suppliers": SupplierList,
}
LAYOUTS: Mapping[str, Layout] = {
    layout.form: layout for layout in (PAYMENTS, ORDERS, RECEIPTS, CONTRACTS, TEMPLATES, SUPPLIERS)
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


def _built(kind: type[Any], given: Any) -> Any:
    """A frozen dataclass of plain values, each checked against the type of its field."""
    if not isinstance(given, Mapping):
        raise TypeError(f"{kind.__name__} expected")
    takers = _TAKERS.get(kind) or _takers(kind)
    if unknown := given.keys() - takers.keys():
        raise TypeError(f"{kind.__name__} has no {sorted(unknown)[0]}")
    return kind(**{name: takers[name](value) for name, value in given.items()})


# How the fields of each document take a plain value, worked out once.
_Taker = Callable[[Any], Any]
_TAKERS: dict[type[Any], Mapping[str, _Taker]] = {}


def _takers(kind: type[Any]) -> Mapping[str, _Taker]:
    hints = typing.get_type_hints(kind)
    _TAKERS[kind] = {field.name: _taker(hints[field.name]) for field in fields(kind)}
    return _TAKERS[kind]


def _taker(expected: Any) -> _Taker:
    if typing.get_origin(expected) in (UnionType, typing.Union):
        (wanted,) = [option for option in typing.get_args(expected) if option is not type(None)]
        return partial(_or_none, _taker(wanted))
    origin = typing.get_origin(expected)
    if origin is tuple:
        return partial(_tuple, _taker(typing.get_args(expected)[0]))
    if origin is typing.Literal:
        return partial(_word, typing.get_args(expected))
    if expected is Finding:
        return _finding
    if is_dataclass(expected) and isinstance(expected, type):
        return partial(_built, expected)
    if expected is Decimal:
        return partial(_from_text, Decimal, Decimal)
    if expected is date:
        return partial(_from_text, date, date.fromisoformat)
    return partial(_exactly, dict if origin is not None else expected)


def _or_none(take: _Taker, value: Any) -> Any:
    return None if value is None else take(value)


def _tuple(take: _Taker, value: Any) -> Any:
    _exactly_one_of((list, tuple), value)
    return tuple(map(take, value))


def _word(words: tuple[Any, ...], value: Any) -> Any:
    if value not in words:
        raise TypeError("an unknown word")
    return value


def _finding(value: Any) -> Finding:
    return value if isinstance(value, Finding) else Finding(**value)


def _exactly(kind: type[Any], value: Any) -> Any:
    _exactly_one_of((kind,), value)
    return value


def _from_text(kind: type[Any], parse: _Taker, value: Any) -> Any:
    """A day or a number, which a child sends as text."""
    return parse(value) if type(value) is str else _exactly(kind, value)


def _exactly_one_of(kinds: tuple[type[Any], ...], value: Any) -> None:
    if type(value) not in kinds:
        raise TypeError(f"expected {kinds[0].__name__}")
