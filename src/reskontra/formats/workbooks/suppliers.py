"""The form of the supplier register: one row is one supplier, with an account if one is told (EX 5.1-a, EX 9-c)."""

from collections.abc import Sequence

from reskontra.formats.workbooks.entries import Entry, Layout, Tell

_IDENTITIES = ("supplier_number", "business_id", "technical_id")


def _check(entry: Entry, tell: Tell) -> None:
    """What the form requires of one supplier; whether its kind is identified, the register knows."""
    tell.missing(entry, "name", "supplier_kind")
    if "bic" in entry.cells and "iban" not in entry.cells:
        tell("supplier_bic_without_account", entry.row, "bic")


def _check_all(entries: Sequence[Entry], tell: Tell) -> None:
    """The same supplier does not stand twice: nobody could say which of the rows is right."""
    for name in _IDENTITIES:
        first: dict[object, int] = {}
        for entry in entries:
            value = entry.value(name)
            if value is None:
                continue
            if value in first:
                tell("supplier_twice", entry.row, name, str(value), first=str(first[value]))
            first.setdefault(value, entry.row)


SUPPLIERS = Layout(
    form="suppliers",
    kind="supplier_list",
    clause="EX 5.1-a",
    entries="suppliers",
    key=(),
    parts={},
    check=_check,
    check_all=_check_all,
)
