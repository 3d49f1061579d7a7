"""Something that waits, as the start page shows it."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Task:
    """Something that waits: how much of it, in euro where that is known, where to do it, and whether it is mine."""

    name: str
    count: int
    amount: Decimal | None
    address: str
    mine: bool
