"""How far an invoice is from what was ordered or agreed, beside what the terms of its day allow (EX 3-a)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reskontra.kernel.clauses import clause
from reskontra.kernel.money import round_cents

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Difference:
    """Euro without VAT. ``kind``: order, schedule (a contract's row), limit (what is left of it) or credit.

    ``basis`` is what the invoice is compared with: of an order what was received and not invoiced yet, of a credit
    what was invoiced. ``down`` and ``up`` are the most that it may differ on the day of the run, both above or at
    zero; None where nothing bounds it. ``ordered`` is what was ordered and not invoiced yet, of an order only.
    """

    kind: str
    number: str
    net: Decimal
    basis: Decimal
    down: Decimal | None
    up: Decimal
    ordered: Decimal | None = None

    @property
    def euro(self) -> Decimal:
        """The invoice less what it is compared with."""
        return self.net - self.basis

    @property
    def percent(self) -> Decimal | None:
        """The same in percent, with one decimal; None without anything to compare with."""
        return (self.euro * 100 / self.basis).quantize(Decimal("0.1")) if self.basis else None

    @property
    def over(self) -> Decimal:
        """So many euro above what is allowed; zero within it."""
        return max(self.euro - self.up, _NOTHING)

    @property
    def under(self) -> Decimal:
        """So many euro below what is allowed; zero within it."""
        return max(-self.euro - self.down, _NOTHING) if self.down is not None else _NOTHING

    @property
    def nothing_received(self) -> bool:
        """The order waits for its receipt: there is nothing yet that the invoice could be compared with."""
        return self.kind == "order" and not self.basis and bool(self.ordered)

    @property
    def within(self) -> bool:
        """Whether the terms allow the difference."""
        return not self.over and not self.under


@clause("EX 3-a", "EX 3-d")
def difference_of(inputs: Mapping[str, Any], terms: Mapping[str, Mapping[str, Any]]) -> Difference | None:
    """The difference as a matching decision saw it, with the terms that its run froze; None where nothing is compared.

    ``terms`` are the run's: each with its ``value`` as written. A match that stands tells no terms of its own.
    """
    number, net = str(inputs.get("number", "")), _euro(inputs, "net")
    if not number or net is None:
        return None
    if net < 0:
        invoiced = _euro(inputs, "invoiced")
        return None if invoiced is None else Difference("credit", number, -net, invoiced, None, _NOTHING)
    if (received := _euro(inputs, "received")) is not None:
        if "order_tolerance_up" not in terms:
            return None
        down, up = (
            min(
                round_cents(max(received, _NOTHING) * _term(terms, f"{key}") / 100),
                _term(terms, f"{key}_most"),
            )
            for key in ("order_tolerance_down", "order_tolerance_up")
        )
        return Difference("order", number, net, received, down, up, _euro(inputs, "ordered"))
    if "contract_tolerance_up" not in terms:
        return None
    up = _term(terms, "contract_tolerance_up")
    if (row := _euro(inputs, "row_net")) is not None:
        own = _euro(inputs, "row_tolerance")
        up = up if own is None else min(own, up)
        return Difference("schedule", number, net, row, _term(terms, "contract_tolerance_down"), up)
    if (left := _euro(inputs, "limit_left")) is not None:
        return Difference("limit", number, net, left, None, up)
    return None


def _euro(inputs: Mapping[str, Any], key: str) -> Decimal | None:
    return Decimal(inputs[key]) if inputs.get(key) is not None else None


def _term(terms: Mapping[str, Mapping[str, Any]], key: str) -> Decimal:
    return Decimal(str(terms[key]["value"]))
