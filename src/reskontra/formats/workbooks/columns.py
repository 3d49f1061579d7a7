"""The columns of the forms: names, labels in three languages, and finding them in a file (OC 3.2-a).

Labels are matched without regard to case, spaces and dots; the order of columns is free. Look-alike
letters of other alphabets are not forgiven: such a column is an unknown one, and said to be.
"""

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Literal

from reskontra.documents.findings import Finding, Refused
from reskontra.formats.workbooks.refusals import shown

Form = Literal[
    "billing",
    "customers",
    "control",
    "payments",
    "purchase_orders",
    "receipts",
    "contracts",
    "coding_templates",
    "suppliers",
    "expenditure_control",
]

# A column that we do not know is kept under this mark and its label, for the evidence and the answer.
OTHER = "other:"

_ENOUGH: Mapping[str, int] = {
    "billing": 3,
    "customers": 2,
    "payments": 4,
    "purchase_orders": 4,
    "receipts": 4,
    "contracts": 4,
    "coding_templates": 3,
    "suppliers": 4,
}
# At least one column of each group must be there.
_REQUIRED: Mapping[str, Sequence[tuple[str, ...]]] = {
    "billing": (("item",), ("quantity",), ("order_start", "order_key"), ("customer_no", "name")),
    "customers": (("name", "number"),),
    "payments": (("amount",), ("due_date",), ("payee_name", "supplier_number"), ("posting_amount",)),
    "purchase_orders": (("order_number",), ("position",), ("supplier_number", "business_id")),
    "receipts": (("order_number",), ("received_on",), ("received_quantity", "received_amount")),
    "contracts": (("contract_number",), ("plan_type",), ("valid_from",)),
    "coding_templates": (("posting_reference",), ("queue", "percent")),
    "suppliers": (("name",), ("supplier_kind",)),
}
_INCOME_FORMS = frozenset({"billing", "customers", "control"})
# The forms whose rows carry the dimensions of a posting, and which part of the document they stand in.
_CODED: Mapping[str, str] = {
    "payments": "posting",
    "purchase_orders": "line",
    "contracts": "coding",
    "coding_templates": "coding",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a form. ``labels`` by language, the first of each is the one we write."""

    name: str
    level: str
    kind: str
    most: int | None
    field: str
    labels: Mapping[str, tuple[str, ...]]

    def label(self, language: str) -> str:
        """The label that our forms carry."""
        return self.labels[language][0]


@dataclass(frozen=True, slots=True)
class Heading:
    """Columns found in a heading row: by place in the row, ``None`` where there is no column of ours."""

    names: tuple[str | None, ...]
    answers: frozenset[int]  # places of columns that an earlier answer of ours added
    labels: Mapping[str, str]  # our name -> label in the file, in the file's order
    language: str | None
    findings: tuple[Finding, ...]


@cache
def columns(form: Form) -> Mapping[str, Column]:
    """The columns of ``form`` by our name, in the order in which our forms show them."""
    source = _source("columns.toml" if form in _INCOME_FORMS else "columns_expenditure.toml")
    found = {name: _column(name, given) for name, given in source[form].items()}
    if form in _CODED:
        for name, given in source["coding"].items():
            found[name] = _column(name, {**given, "level": _CODED[form], "field": f"coding.{name}"})
    return found


@cache
def _source(name: str) -> Mapping[str, Mapping[str, Mapping[str, object]]]:
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))


def _column(name: str, given: Mapping[str, object]) -> Column:
    most = given.get("most")
    return Column(
        name=name,
        level=str(given.get("level", "order")),
        kind=str(given.get("kind", "text")),
        most=most if isinstance(most, int) else None,
        field=str(given.get("field", name)),
        labels={language: tuple(given[language]) for language in ("fi", "sv", "en")},  # type: ignore[arg-type]
    )


def plain_label(label: str) -> str:
    """A label as it is compared: no case, no spaces of any kind, no dots."""
    folded = unicodedata.normalize("NFKC", label).casefold()
    return "".join(
        letter for letter in folded if not letter.isspace() and letter not in ".\N{SOFT HYPHEN}\ufeff"
    )


@cache
def known_labels(form: Form) -> Mapping[str, str]:
    """Every label and machine name of ``form``, as compared, to our name."""
    found: dict[str, str] = {}
    for name, column in columns(form).items():
        for label in (name, *(label for labels in column.labels.values() for label in labels)):
            if found.setdefault(plain_label(label), name) != name:
                raise ValueError(f"{form}: {label} means both {found[plain_label(label)]} and {name}")
    return found


def is_heading(form: Form, cells: Iterable[str]) -> bool:
    """Whether a row is the heading row of ``form``: enough of its cells are labels of ours."""
    known = known_labels(form)
    return len({known[plain] for cell in cells if (plain := plain_label(cell)) in known}) >= _ENOUGH[form]


def fit(form: Form, cells: Iterable[str]) -> tuple[bool, int]:
    """How well a row fits as the heading of ``form``: whether all that it needs is there, and labels known."""
    known = known_labels(form)
    names = {known[plain] for cell in cells if (plain := plain_label(cell)) in known}
    if len(names) < _ENOUGH[form]:
        return False, 0
    return all(names & set(group) for group in _REQUIRED[form]), len(names)


def same_columns(form: Form, cells: Iterable[str], others: Iterable[str]) -> bool:
    """Whether two rows name the same columns of ours in the same places."""
    known = known_labels(form)
    first, second = ([known.get(plain_label(cell)) for cell in row] for row in (cells, others))
    return first == second


def read_heading(form: Form, cells: Sequence[str], row: int) -> Heading:
    """The columns of a heading row.

    Unknown labels are warnings. Raises ``Refused`` when a column stands twice, also by two of its labels,
    or when one that is needed is missing.
    """
    known = known_labels(form)
    names: list[str | None] = []
    labels: dict[str, str] = {}
    findings: list[Finding] = []
    twice: list[Finding] = []
    for cell in cells:
        label = cell.strip()
        name = known.get(plain_label(label)) if label else None
        if label and name is None:
            name = f"{OTHER}{label}"
            findings.append(_unknown(form, label, row))
        if name in labels:
            twice.append(Finding("file_column_twice", clause="OC 3.9-c", row=row, column=shown(label)))
        elif name is not None:
            labels[name] = label
        names.append(name)
    if twice:
        raise Refused(*twice)
    language = _language(form, labels)
    _require(form, labels, language or "en", row)
    answers = {name for name, column in columns(form).items() if column.level == "answer"}
    return Heading(
        names=tuple(None if name in answers else name for name in names),
        answers=frozenset(place for place, name in enumerate(names) if name in answers),
        labels={name: label for name, label in labels.items() if name not in answers},
        language=language,
        findings=tuple(findings),
    )


def _unknown(form: Form, label: str, row: int) -> Finding:
    near = get_close_matches(plain_label(label), known_labels(form), n=1, cutoff=0.8)
    detail = {"nearest": known_labels(form)[near[0]]} if near else {}
    return Finding("file_unknown_column", "warning", "OC 3.9-a", row=row, column=shown(label), detail=detail)


def _require(form: Form, labels: Mapping[str, str], language: str, row: int) -> None:
    missing = [
        " / ".join(columns(form)[name].label(language) for name in group)
        for group in _REQUIRED[form]
        if not any(name in labels for name in group)
    ]
    if missing:
        raise Refused(
            *(Finding("file_column_missing", clause="OC 3.9-c", row=row, column=label) for label in missing)
        )


def _language(form: Form, labels: Mapping[str, str]) -> str | None:
    """The language most of the labels are in; ``None`` for machine names alone."""
    votes = dict.fromkeys(("fi", "sv", "en"), 0)
    for name, label in labels.items():
        column = columns(form).get(name)
        if column is None or label == name:
            continue
        for language, given in column.labels.items():
            votes[language] += plain_label(label) in map(plain_label, given)
    best = max(votes, key=lambda language: votes[language])
    return best if votes[best] else None
