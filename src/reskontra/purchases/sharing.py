"""An invoice parted by shares: every part gets its net and its VAT at each rate to the cent (EX 1.2.1-a)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class RatePart:
    """What of an invoice is at one VAT rate: ``net`` and ``vat`` in euro, ``percent`` of VAT, None without a rate."""

    net: Decimal
    vat: Decimal
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Share:
    """One line of the result: which share it is of (its place, from 0), and its part of one rate."""

    of: int
    net: Decimal
    vat: Decimal
    percent: Decimal | None


def cut(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """``amount`` euro by ``weights``, to the cent: the cents that are over go to the largest fractions, first to first.

    Raises ``ValueError`` for weights that are not above zero together.
    """
    whole = sum(weights, Decimal(0))
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("shares are parts of a whole")
    exact = [amount * weight / whole for weight in weights]
    parts = [one.quantize(_CENT, ROUND_DOWN) for one in exact]
    over = int((amount - sum(parts, Decimal(0))) / _CENT)
    largest = sorted(range(len(parts)), key=lambda place: (-abs(exact[place] - parts[place]), place))
    for place in largest[: abs(over)]:
        parts[place] += _CENT if over > 0 else -_CENT
    return parts


def shared(parts: Sequence[RatePart], weights: Sequence[Decimal]) -> list[Share]:
    """Every rate's part cut by ``weights``, rate by rate; a share of nothing is left out."""
    found: list[Share] = []
    for part in parts:
        nets, vats = cut(part.net, weights), cut(part.vat, weights)
        found += [
            Share(place, net, vat, part.percent)
            for place, (net, vat) in enumerate(zip(nets, vats, strict=True))
            if net or vat
        ]
    return found
