"""What bans withhold (EX 8-a): bounds that hold whatever is owed and ordered."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reskontra.kernel.bans import Ban, Due, Withheld, withhold
from reskontra.kernel.money import round_cents

_euro = st.integers(1, 100_000).map(lambda cents: Decimal(cents) / 100)
_maybe = st.none() | _euro


@st.composite
def _dues(draw: st.DrawFn) -> list[Due]:
    found = []
    for place in range(draw(st.integers(1, 4))):
        gross = draw(_euro)
        left = min(gross, draw(_euro))
        found.append(Due(place, gross, left, {0: min(gross - left, draw(_euro))}))
    return found


@st.composite
def _bans(draw: st.DrawFn) -> list[Ban]:
    shares = st.integers(1, 100_000).map(lambda part: Decimal(part) / 1000)
    return [Ban(place, draw(shares), draw(_maybe), draw(_maybe)) for place in range(draw(st.integers(1, 3)))]


@given(_dues(), _bans())
def test_no_ban_takes_beyond_its_order_and_no_invoice_gives_beyond_itself(
    dues: list[Due], bans: list[Ban]
) -> None:
    """EX 8-a"""
    taken = withhold(dues, bans)
    assert all(one.amount > 0 for one in taken)
    for due in dues:
        assert sum(one.amount for one in taken if one.due == due.id) <= due.left
    for ban in bans:
        mine = [one for one in taken if one.ban == ban.id]
        assert ban.left is None or sum(one.amount for one in mine) <= ban.left
        for one in mine:
            due = dues[one.due]
            whole = one.amount + due.before.get(ban.id, Decimal(0))
            assert whole <= round_cents(due.gross * ban.share / 100)
            assert ban.each_invoice is None or whole <= ban.each_invoice


@given(_dues())
def test_a_ban_on_everything_leaves_nothing(dues: list[Due]) -> None:
    """EX 8-a"""
    fresh = [Due(due.id, due.gross, due.left) for due in dues]
    assert withhold(fresh, [Ban(1, Decimal(100))]) == [
        Withheld(due.id, 1, due.left) for due in fresh if due.left
    ]


def test_half_a_cent_of_a_share_is_rounded_up() -> None:
    """EX 8-a"""
    assert withhold([Due(1, Decimal("0.01"), Decimal("0.01"))], [Ban(1, Decimal(50))]) == [
        Withheld(1, 1, Decimal("0.01"))
    ]
    assert withhold([Due(1, Decimal("0.01"), Decimal("0.01"))], [Ban(1, Decimal("49.999"))]) == []
