"""The difference as a picture (P12): what an invoice is compared with, what the terms allow around it, where it is."""

from dataclasses import dataclass
from decimal import Decimal

from reskontra.insight.purchase_difference import Difference

WIDTH = 400  # of the drawing, in its own units
_EDGE = 30  # beside the outermost bound, where what is beyond it is drawn
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class NumberLine:
    """Places from the left: ``low`` and ``high`` bound the band, ``middle`` is the basis, ``mark`` the invoice.

    ``low`` is 0 where nothing bounds it downwards. ``beyond``: the mark is farther away than can be drawn.
    """

    difference: Difference
    low: int
    middle: int
    high: int
    mark: int
    beyond: str

    @property
    def band(self) -> int:
        """How wide the band is."""
        return max(self.high - self.low, 2)


def number_line(difference: Difference) -> NumberLine:
    """``difference`` drawn to scale: the band takes the middle, what is far outside it stands at the edge."""
    down = difference.down
    below = down if down is not None else max(-difference.euro, difference.up, Decimal(1))
    span = below + difference.up or Decimal(1)

    def place(euro: Decimal) -> int:
        return _EDGE * 2 + int((euro + below) * (WIDTH - 4 * _EDGE) / span)

    mark = place(difference.euro)
    beyond = "right" if mark > WIDTH - _EDGE // 2 else "left" if mark < _EDGE // 2 else ""
    return NumberLine(
        difference,
        place(-down) if down is not None else 0,
        place(_NOTHING),
        place(difference.up),
        min(max(mark, _EDGE // 2), WIDTH - _EDGE // 2),
        beyond,
    )
