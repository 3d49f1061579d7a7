"""By which channel a letter would go that is not written yet: what a preview tells (OC 3.6-a)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reskontra.database.rows import rows
from reskontra.income.delivery.channels import channels_on
from reskontra.income.delivery.letter_rules import decide_letters
from reskontra.income.delivery.letters import take_letters
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit


@dataclass(frozen=True)
class ToBeWritten:
    """A letter of a kind to a customer (id) about one claim (id), which asks for some euro."""

    claim: int
    customer: int
    kind: str
    asked: Decimal


@clause("OC 3.6-a")
def foreseen_channels(unit: Unit, on: date, letters: Sequence[ToBeWritten]) -> dict[int, str]:
    """The channel of each of ``letters`` by its claim, by the rule that sends them and the registers of now.

    Called inside ``working_in``. Raises ``ChannelsDefect`` on a day without channels.
    """
    if not letters:
        return {}
    take_letters(
        "letters_foreseen.sql",
        {
            "unit": unit.pk,
            "letters": [one.claim for one in letters],
            "customers": [one.customer for one in letters],
            "kinds": [one.kind for one in letters],
            "asked": [one.asked for one in letters],
            "claims": [one.claim for one in letters],
        },
    )
    query = decide_letters(channels_on(on)).select("letters_in_hand", "decided.id")
    return {one["id"]: one["outcome"] for one in rows(query)}
