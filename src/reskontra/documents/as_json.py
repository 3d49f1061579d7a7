"""Documents as JSON for machines: the same rules for every kind."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

# Amounts of money have two decimals; prices, quantities and percentages keep what the file says.
PLAIN_NUMBERS = frozenset({"quantity", "unit_price", "percent", "vat_percent", "late_interest_percent"})


def document(value: Any, leave_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A document as a dictionary: ``kind`` first, nothing empty dropped, bytes replaced by their size."""
    converted = _convert(value, None, leave_out)
    if not isinstance(converted, dict):
        raise TypeError(f"{type(value).__name__} is not a document")
    kind = converted.pop("kind", None)
    return {"kind": kind, **converted} if kind else converted


def _convert(value: Any, name: str | None, leave_out: frozenset[str]) -> Any:
    if hasattr(value, "rule") and hasattr(value, "as_json"):
        return value.as_json()
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _convert(getattr(value, field.name), field.name, leave_out)
            for field in fields(value)
            if field.name not in leave_out
        }
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if name in PLAIN_NUMBERS else format(value, ".2f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return {"bytes": len(value)}
    if isinstance(value, Mapping):
        return {str(key): _convert(item, None, leave_out) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_convert(item, None, leave_out) for item in value]
    return value
