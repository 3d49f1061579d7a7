"""What bans on payment withhold from invoices (EX 8-a, ADR 0028)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from reskontra.kernel.clauses import clause
from reskontra.kernel.money import round_cents

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Ban:
    """A ban in force: ``share`` in percent of each gross invoice, at most ``each_invoice`` euro of it.

    ``left`` is what it may still take in euro; None: as much as comes until it ends.
    """

    id: int
    share: Decimal
    each_invoice: Decimal | None = None
    left: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """An invoice that is to be paid: ``gross`` euro, ``left`` of it to pay now.

    ``before`` is what each ban, by its id, has already taken of this invoice.
    """

    id: int
    gross: Decimal
    left: Decimal
    before: Mapping[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Withheld:
    """What one ban takes of one invoice, in euro, more than none."""

    due: int
    ban: int
    amount: Decimal


@clause("EX 8-a")
def withhold(dues: Sequence[Due], bans: Sequence[Ban]) -> list[Withheld]:
    """What ``bans``, the oldest first, take of a supplier's ``dues``, the oldest first.

    Each takes its share of the gross amount, rounded to the cent, less what it took of the invoice before; never more
    than its limit for one invoice, than what it may still take, or than what is left to pay.
    """
    room = {ban.id: ban.left for ban in bans}
    found: list[Withheld] = []
    for due in dues:
        left = due.left
        for ban in bans:
            ordered = round_cents(due.gross * ban.share / 100)
            limits = [ordered if ban.each_invoice is None else min(ordered, ban.each_invoice)]
            limits[0] -= due.before.get(ban.id, _NONE)
            limits.append(left)
            if (still := room[ban.id]) is not None:
                limits.append(still)
            if (amount := min(limits)) <= 0:
                continue
            found.append(Withheld(due.id, ban.id, amount))
            left -= amount
            if still is not None:
                room[ban.id] = still - amount
    return found
