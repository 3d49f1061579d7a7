"""Pages of a list by key: what a page holds, and where the next one begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest

from reskontra.desk.keys import key_of

ROWS = 50

Row = TypeVar("Row")


@dataclass(frozen=True)
class Rows(Generic[Row]):
    """One page of a list; ``following`` is the address of the next, empty on the last."""

    rows: Sequence[Row]
    following: str
    first: bool


def key(request: HttpRequest, name: str = "after") -> int | None:
    """The key behind which the page begins; None on the first page, and for what is no key."""
    return key_of(request.GET.get(name, "")) or None


def page_of(request: HttpRequest, found: Sequence[Row], by: str, name: str = "after") -> Rows[Row]:
    """The page of ``found``, which was asked for one row more than a page holds; ``by`` names the key."""
    rows = found[:ROWS]
    following = ""
    if len(found) > ROWS:
        kept = {one: value for one, value in request.GET.items() if one != name}
        following = "?" + urlencode({**kept, name: getattr(rows[-1], by)})
    return Rows(rows, following, not request.GET.get(name))
