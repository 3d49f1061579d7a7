"""Block codes: what each of the sixteen stops (OC 6.1.2-a). They stand in ``reskontra/guidelines/blocks.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

from reskontra.kernel.clauses import known
from reskontra.kernel.texts import LANGUAGES

Work = Literal["reminders", "interest", "agency", "legal", "write_off", "refunds"]
WORK: tuple[Work, ...] = get_args(Work)


class BlocksDefect(ValueError):
    """The file of block codes contradicts itself: the message says what."""


@dataclass(frozen=True, slots=True)
class BlockCode:
    """One code, its name by language, and the kinds of work that it stops."""

    code: str
    name: Mapping[str, str]
    stops: frozenset[Work]
    clause: str
    sourced: bool


@cache
def block_codes() -> Mapping[str, BlockCode]:
    """Every block code by its letter, in the order of the guideline."""
    return read_block_codes((files("reskontra.guidelines") / "blocks.toml").read_text("utf-8"))


def read_block_codes(source: str) -> Mapping[str, BlockCode]:
    """Block codes from the text of a file (TOML).

    Raises ``BlocksDefect`` for a code that stands twice, a name without a language or work that does not exist;
    ``UnknownClause`` for a clause that the register does not hold.
    """
    found: dict[str, BlockCode] = {}
    for row in tomllib.loads(source)["block"]:
        code, name, stops = row["code"], row["name"], frozenset(row["stops"])
        if code in found:
            raise BlocksDefect(f"{code} stands twice")
        if not all(name.get(language) for language in LANGUAGES):
            raise BlocksDefect(f"{code}: the name lacks a language")
        if not stops or stops - set(WORK):
            raise BlocksDefect(f"{code}: stops {sorted(stops)}")
        found[code] = BlockCode(code, MappingProxyType(name), stops, known(row["clause"]), row["sourced"])
    return MappingProxyType(found)


def stopped_by(work: Work) -> str:
    """The letters of all codes that stop ``work``, together: ``ABC…``."""
    return "".join(code.code for code in block_codes().values() if work in code.stops)
