"""The one way to refuse a whole file."""

from typing import NoReturn

from reskontra.documents.findings import Finding, Refused

# What stands in the file and is shown back is cut to a length a person can read.
_SHOWN = 80


def refuse(
    rule: str,
    *,
    where: str | None = None,
    row: int | None = None,
    column: str | None = None,
    value: str | None = None,
    clause: str | None = "OC 3.9-c",
    **detail: object,
) -> NoReturn:
    """Raise ``Refused`` with one finding; ``where`` is a part or a sheet, ``detail`` fills the sentence."""
    raise Refused(
        Finding(
            rule,
            clause=clause,
            row=row,
            column=column,
            value=shown(value),
            where=shown(where),
            detail={name: shown(str(given)) or "" for name, given in detail.items()},
        )
    )


def shown(text: str | None) -> str | None:
    """``text`` in one printable line of bounded length, or ``None``."""
    if text is None:
        return None
    line = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[: _SHOWN + 1]
    )
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
