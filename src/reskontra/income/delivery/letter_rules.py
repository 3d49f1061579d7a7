"""The law of letters: by which channel one goes. The cascade is that of invoices (OC 1.5, 3.6)."""

from functools import partial

from reskontra.income.delivery.channels import Channel, Channels
from reskontra.income.delivery.rules import (
    CHANNELS,
    NO_WAY_TO_SEND,
    STATE_UNIT_ONLY_ELECTRONIC,
    reached,
    sql_array,
    tried_in_vain,
)
from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, decide

# Act 513/1999 s 5 a: by another permanent medium than paper only with the debtor's consent to that very demand.
_NEEDS_CONSENT = "kind = 'payment_demand' AND recipient = 'person'"


@clause("OC 1.5-c", "OC 1.5-d", "OC 3.1-a", "OC 3.6-a", "OC 3.8-a")
def decide_letters(channels: Channels) -> Decisions:
    """A letter goes by the first channel of its recipient's cascade that is connected, reaches and carries it.

    An e-invoice channel carries only what has a message form and asks for payment. A payment demand to a consumer
    goes on paper: no consent to another medium is known. Between State units a message never falls back on paper;
    a letter that has no message form goes to a State unit as to a company.
    """
    opens = partial(_open, channels=channels)
    return decide(
        *(
            (CHANNELS[one.key], f"recipient = '{recipient}' AND {opens(one)}", one.clause)
            for recipient, cascade in channels.cascades.items()
            for one in cascade
        ),
        (STATE_UNIT_ONLY_ELECTRONIC, "recipient = 'state'", "OC 2.2-i"),
        otherwise=(NO_WAY_TO_SEND, "OC 3.8-a"),
    )


@clause("OC 1.5-c")
def letters_passed_over(channels: Channels) -> str:
    """Which channels were tried in vain before the one that was taken, as ``rules.passed_over`` writes them."""
    return tried_in_vain(channels, partial(_open, channels=channels), partial(_why, channels=channels))


def _open(one: Channel, channels: Channels) -> str:
    if not one.connected:
        return "false"
    conditions = [f"({reached(one, channels)})", _carries(one)]
    if not _on_paper(one):
        conditions.append(f"NOT ({_NEEDS_CONSENT})")
    return " AND ".join(conditions)


def _why(one: Channel, channels: Channels) -> str:
    if not one.connected:
        return "'not_connected'"
    whys = [("not_reached", f"NOT ({reached(one, channels)})"), ("no_message", f"NOT {_carries(one)}")]
    cases = " ".join(f"WHEN {when} THEN '{why}'" for why, when in whys)
    return f"CASE {cases} ELSE 'consent' END"


def _carries(one: Channel) -> str:
    message = " AND as_message" if one.electronic else ""
    return f"(kind = ANY ({sql_array(one.letters)}){message})"


def _on_paper(one: Channel) -> bool:
    return one.reached_by == "postal_address"
