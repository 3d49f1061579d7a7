"""JSON from outside, taken apart with suspicion: digits exact, keys known, nothing twice, nothing too deep."""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from reskontra.formats.workbooks import limits
from reskontra.formats.workbooks.readings import Raw
from reskontra.formats.workbooks.refusals import refuse, shown

_LARGEST_EXPONENT = 30
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")


def looks_like_json(data: bytes) -> bool:
    """Whether the first sign is a brace or a bracket."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def parsed(data: bytes) -> Any:
    """What a JSON file holds, numbers as ``Decimal``. Raises ``Refused``."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse("file_json_not_utf8")
    _check_depth(text)
    try:
        return json.loads(
            text, object_pairs_hook=_once, parse_float=Decimal, parse_int=_whole, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        refuse("file_json_damaged")


def _check_depth(text: str) -> None:
    """Nesting, counted outside texts, before the parser goes down into it."""
    depth = deepest = 0
    for sign in re.finditer(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', text, re.DOTALL):
        if sign[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign[0] in "]}":
            depth -= 1
        if deepest > limits.JSON_DEPTH:
            refuse("file_json_too_deep", limit=limits.JSON_DEPTH)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        refuse("file_json_key_twice", where=next(name for name in names if names.count(name) > 1))
    return found


def _whole(digits: str) -> Decimal:
    return Decimal(digits)


def _no_constant(name: str) -> None:
    refuse("file_json_not_a_number", value=name)


def row_number(given: Any, before: int, where: str) -> int:
    """The row that the sender sees; without one, rows are numbered in order."""
    if given is None:
        return before + 1
    if not isinstance(given, Decimal) or given != given.to_integral_value() or not 0 < given < 10**7:
        refuse("file_json_value", where=f"{where}.row", value=str(given))
    if int(given) <= before:
        refuse("file_rows_out_of_order", where=where, row=int(given))
    return int(given)


def value_of(given: Any, where: str, *, number: bool = False) -> Raw:
    """A text or a number; a number written as text has a point before its decimals, always."""
    if isinstance(given, str):
        return Decimal(given) if number and _PLAIN_NUMBER.fullmatch(given) else given
    if not isinstance(given, Decimal) or abs(given.adjusted()) >= _LARGEST_EXPONENT:
        refuse("file_json_value", where=where, value=type(given).__name__)
    return given


def text_of(given: Any, where: str) -> str | None:
    """A text, or ``None`` for an empty one; anything else raises ``Refused``."""
    if given is not None and not isinstance(given, str):
        refuse("file_json_value", where=where, value=type(given).__name__)
    return given or None


def labels_of(given: Any) -> Mapping[str, str]:
    """The sender's labels by our names, as they may be shown."""
    if given is None:
        return {}
    found = given if isinstance(given, dict) else refuse("file_json_value", where="$.labels")
    return {shown(name) or "": shown(text_of(label, "$.labels")) or name for name, label in found.items()}


def object_of(given: Any, where: str, keys: frozenset[str]) -> Mapping[str, Any]:
    """An object that has no other keys than ``keys``; anything else raises ``Refused``."""
    if not isinstance(given, dict):
        refuse("file_json_value", where=where, value=type(given).__name__)
    for key in given:
        if key not in keys:
            refuse("file_json_key_unknown", where=f"{where}.{key}")
    return given


def list_of(given: Any, where: str) -> Sequence[Any]:
    """A list; anything else raises ``Refused``."""
    if not isinstance(given, list):
        refuse("file_json_value", where=where, value=type(given).__name__)
    return given
