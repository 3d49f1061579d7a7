"""What a written payment demand must tell (Act 513/1999, sections 5 a and 5 b; OC 6.1.4).

The list stands in ``reskontra/guidelines/demands.toml``, with the day from which each item is owed to whom.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from reskontra.kernel.caps import Debtor


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides which items apply: the debtor, the kind of claim, and what the demand already says."""

    debtor: Debtor
    enforceable: bool = False
    public_body: bool = True
    assigned: bool = False
    interest_stated: bool = True


@dataclass(frozen=True, slots=True)
class Content:
    """One item: to whom it applies, and since when it is owed to a consumer and to others."""

    key: str
    applies: str
    consumer: date | None
    other: date | None


def required_contents(of: Circumstances, day: date) -> tuple[str, ...]:
    """The keys of what a demand on ``day`` must tell, in the order of the act."""
    applies = {
        "all": True,
        "not_enforceable": not of.enforceable,
        "enforceable": of.enforceable,
        "public_body": of.public_body,
        "consumer": of.debtor == "consumer",
        "assigned": of.assigned,
        "interest_not_stated": not of.interest_stated,
    }
    found = []
    for content in all_contents():
        since = content.consumer if of.debtor == "consumer" else content.other
        if since is not None and since <= day and applies[content.applies]:
            found.append(content.key)
    return tuple(found)


@cache
def all_contents() -> tuple[Content, ...]:
    """Every item, in the order of the file."""
    rows = tomllib.loads((files("reskontra.guidelines") / "demands.toml").read_text("utf-8"))["content"]
    return tuple(Content(row["key"], row["applies"], row.get("consumer"), row.get("other")) for row in rows)
