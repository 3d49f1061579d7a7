"""The channels of the day: the cascade of each kind of recipient, and what each channel can carry (OC 1.5, 3.6).

They stand in ``reskontra/guidelines/channels.toml``, dated and with their sources. A channel that is not
connected stays in the cascade, so that it can be said that it was passed over.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from reskontra.claims.models.letters import LETTERS
from reskontra.kernel.clauses import clause, known

Recipient = Literal["person", "company", "state"]
ReachedBy = Literal[
    "consumer_address",
    "operator_address",
    "bank_address",
    "peppol_address",
    "postal_address",
    "asked_at_each_run",
]
Carriage = Literal["shown", "twice", "apart", "by_agreement", "printed", "none"]


class ChannelsDefect(ValueError):
    """The file of channels contradicts itself, or has nothing for the day: the message says what."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to the recipient, as it is on a day.

    ``kinds`` are the kinds of attachments that it carries, ``letters`` the kinds of letters (OC 3.4-a).
    """

    key: str
    connected: bool
    reached_by: ReachedBy
    electronic: bool
    attachments: Carriage
    kinds: tuple[str, ...]
    letters: tuple[str, ...]
    clause: str
    source: str
    sourced: bool


@dataclass(frozen=True, slots=True)
class Channels:
    """All channels of a day, the order of each kind of recipient, and the operators that are banks.

    ``banks`` says of each operator code whether the bank passes attachments on.
    """

    cascades: Mapping[Recipient, Sequence[Channel]]
    by_key: Mapping[str, Channel]
    banks: Mapping[str, bool]


@clause("OC 1.5-c", "OC 1.5-d", "OC 3.6-b")
def channels_on(day: date) -> Channels:
    """The channels of ``day``, the same for every unit; raises ``ChannelsDefect`` when none are in force."""
    return read_channels(_shipped(), day)


@cache
def _shipped() -> str:
    return (files("reskontra.guidelines") / "channels.toml").read_text("utf-8")


@cache
def read_channels(source: str, day: date) -> Channels:
    """The channels of ``day`` from the text of a file (TOML).

    Raises ``ChannelsDefect`` for a value that is none of those allowed, a channel twice on one day, a cascade
    that names an unknown channel or is missing, and a connected channel whose recipients would have to be
    asked first; ``UnknownClause`` for a clause that the register does not hold.
    """
    told = tomllib.loads(source)
    by_key: dict[str, Channel] = {}
    for row in _in_force(told.get("channel", ()), day):
        one = _channel(row)
        _demand(one.key not in by_key, f"{one.key} stands twice on {day}")
        by_key[one.key] = one
    cascades: dict[Recipient, tuple[Channel, ...]] = {}
    for row in _in_force(told.get("cascade", ()), day):
        recipient: Recipient | None = next(
            (one for one in get_args(Recipient) if one == row["recipient"]), None
        )
        _demand(recipient is not None, f"unknown recipient {row['recipient']!r}")
        assert recipient is not None
        _demand(recipient not in cascades, f"the cascade of {recipient} stands twice on {day}")
        known(row["clause"])
        unknown = set(row["channels"]) - by_key.keys() - _of_other_days(told)
        _demand(not unknown, f"the cascade of {recipient} names {', '.join(sorted(unknown))}")
        cascades[recipient] = tuple(by_key[key] for key in row["channels"] if key in by_key)
    missing = [recipient for recipient in get_args(Recipient) if recipient not in cascades]
    _demand(not missing, f"no cascade of {', '.join(missing)} on {day}")
    banks = {
        code: bool(row["attachments"])
        for row in _in_force(told.get("bank", ()), day)
        for code in row["codes"]
    }
    return Channels(cascades, by_key, banks)


def _channel(row: Mapping[str, Any]) -> Channel:
    key = str(row.get("key"))
    _demand(
        row.get("reached_by") in get_args(ReachedBy), f"{key}: unknown way to reach {row.get('reached_by')!r}"
    )
    _demand(
        row.get("attachments") in get_args(Carriage), f"{key}: unknown carriage {row.get('attachments')!r}"
    )
    _demand(bool(row.get("source")), f"{key} has no source")
    _demand(
        not (row["connected"] and row["reached_by"] == "asked_at_each_run"),
        f"{key} is connected, but nobody asks who is reached by it (OC 1.5-e)",
    )
    letters = row.get("letters", ())
    strange = set(letters) - set(LETTERS)
    _demand(not strange, f"{key} carries unknown letters {', '.join(sorted(strange))}")
    return Channel(
        key,
        bool(row["connected"]),
        row["reached_by"],
        bool(row["electronic"]),
        row["attachments"],
        tuple(row["kinds"]),
        tuple(letters),
        known(row["clause"]),
        row["source"],
        bool(row["sourced"]),
    )


def _in_force(rows: Sequence[Mapping[str, Any]], day: date) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["from"] <= day and day <= row.get("to", date.max)]


def _of_other_days(told: Mapping[str, Any]) -> set[str]:
    """A cascade may name a channel before it opens: until then it is not there to be tried."""
    return {str(row.get("key")) for row in told.get("channel", ())}


def _demand(holds: bool, what: str) -> None:
    if not holds:
        raise ChannelsDefect(f"channels.toml: {what}")
