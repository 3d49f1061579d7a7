"""The law of delivery: by which channel an invoice goes, and what the answers to it mean (OC 1.5, 3.6, 3.9)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from reskontra.income.delivery.channels import Channel, Channels, ReachedBy
from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms
from reskontra.sales.skipped import skipped_channels

OfChannel = Callable[[Channel], str]  # a condition or a text about one channel, in SQL

# One outcome a channel; the keys are those of ``channels.toml``.
CONSUMER_E_INVOICE = Outcome("CONSUMER_E_INVOICE", "READY")
MOBILE = Outcome("MOBILE", "READY")
OMAPOSTI = Outcome("OMAPOSTI", "READY")
KIVRA = Outcome("KIVRA", "READY")
SUOMI_FI = Outcome("SUOMI_FI", "READY")
E_INVOICE = Outcome("E_INVOICE", "READY")
BANK_E_INVOICE = Outcome("BANK_E_INVOICE", "READY")
PEPPOL = Outcome("PEPPOL", "READY")
PAPER = Outcome("PAPER", "READY")
CHANNELS = {
    one.name: one
    for one in (
        CONSUMER_E_INVOICE,
        MOBILE,
        OMAPOSTI,
        KIVRA,
        SUOMI_FI,
        E_INVOICE,
        BANK_E_INVOICE,
        PEPPOL,
        PAPER,
    )
}

CHOSEN_CHANNEL_CLOSED = Outcome("CHOSEN_CHANNEL_CLOSED", "LEFT")
SEVERAL_ORDER_NUMBERS = Outcome("SEVERAL_ORDER_NUMBERS", "LEFT")
ATTACHMENTS_NOT_CARRIED = Outcome("ATTACHMENTS_NOT_CARRIED", "LEFT")
STATE_UNIT_ONLY_ELECTRONIC = Outcome("STATE_UNIT_ONLY_ELECTRONIC", "LEFT")
NO_WAY_TO_SEND = Outcome("NO_WAY_TO_SEND", "LEFT")
REFUSED_BY_OWN_CHECKS = Outcome("REFUSED_BY_OWN_CHECKS", "LEFT")  # found when its document is written
REFUSED_BY = "OC 3.4-a"  # the clause of the checks before sending

# Why a channel was passed over, with the clause behind it.
PASSED_OVER = {
    "not_connected": "OC 1.5-d",
    "not_reached": "OC 1.5-c",
    "order_numbers": "OC 3.6-c",
    "agreement": "OC 3.6-b",
    "attachments": "OC 3.6-b",
    "no_message": "OC 3.4-a",
    "consent": "OC 6.1.4",
}


@clause(
    "OC 1.5-c",
    "OC 1.5-d",
    "OC 2.2-i",
    "OC 3.1-a",
    "OC 3.6-a",
    "OC 3.6-b",
    "OC 3.6-c",
    "OC 3.6.1-a",
    "OC 3.8-a",
)
def decide_delivery(channels: Channels) -> Decisions:
    """An invoice goes by the first channel of its recipient's cascade that is connected, reaches and can carry it.

    A channel that a person has chosen (``chosen``) is tried alone. An invoice over several order numbers is no
    e-invoice. What no channel can carry or reach is left, and the unit is told: between State units it never
    falls back on paper.
    """
    rows = [
        (CHANNELS[one.key], f"chosen = '{one.key}' AND {_open(one, channels, chosen=True)}", "OC 3.9-d")
        for one in channels.by_key.values()
    ]
    rows.append((CHOSEN_CHANNEL_CLOSED, "chosen <> ''", "OC 3.9-d"))
    rows += [
        (CHANNELS[one.key], f"recipient = '{recipient}' AND {_open(one, channels)}", one.clause)
        for recipient, cascade in channels.cascades.items()
        for one in cascade
    ]
    reachable = {
        recipient: [reached(one, channels) for one in cascade if one.connected]
        for recipient, cascade in channels.cascades.items()
    }
    somehow = " OR ".join(
        f"(recipient = '{name}' AND ({' OR '.join(ways)}))" for name, ways in reachable.items()
    )
    return decide(
        *rows,
        (
            SEVERAL_ORDER_NUMBERS,
            f"several_order_numbers AND attachment_kinds = '{{}}' AND ({somehow})",
            "OC 3.6-c",
        ),
        (ATTACHMENTS_NOT_CARRIED, f"attachment_kinds <> '{{}}' AND ({somehow})", "OC 3.6-b"),
        (STATE_UNIT_ONLY_ELECTRONIC, "recipient = 'state'", "OC 2.2-i"),
        otherwise=(NO_WAY_TO_SEND, "OC 3.8-a"),
    )


@clause("OC 1.5-c", "OC 3.6-b", "OC 3.6-c")
def passed_over(channels: Channels) -> str:
    """Which channels were tried in vain before the one that was taken, as one SQL text column.

    ``CHANNEL=why`` parted by spaces, in the order of the cascade; the words are those of ``PASSED_OVER``.
    """
    opens, why = partial(_open, channels=channels), partial(_why, channels=channels)
    return f"CASE WHEN chosen <> '' THEN '' ELSE {tried_in_vain(channels, opens, why)} END"


def tried_in_vain(channels: Channels, opens: OfChannel, why: OfChannel) -> str:
    """The channels before the first open one of each recipient's cascade, each with its why, as one SQL text."""
    whens = " ".join(
        f"WHEN '{recipient}' THEN {_chain(cascade, opens, why)}"
        for recipient, cascade in channels.cascades.items()
    )
    return f"rtrim(CASE recipient {whens} ELSE '' END)"


def _chain(cascade: Sequence[Channel], opens: OfChannel, why: OfChannel) -> str:
    chain = "''"
    for one in reversed(cascade):
        passed = f"'{one.key}=' || {why(one)} || ' '"
        chain = f"CASE WHEN {opens(one)} THEN '' ELSE {passed} || {chain} END"
    return chain


def _why(one: Channel, channels: Channels) -> str:
    if not one.connected:
        return "'not_connected'"
    whys = [("not_reached", f"NOT ({reached(one, channels)})")]
    if one.electronic:
        whys.append(("order_numbers", "several_order_numbers"))
    if one.attachments == "by_agreement":
        whys.append(("agreement", f"attachment_kinds <@ {sql_array(one.kinds)}"))
    cases = " ".join(f"WHEN {when} THEN '{why}'" for why, when in whys)
    return f"CASE {cases} ELSE 'attachments' END"


def _open(one: Channel, channels: Channels, *, chosen: bool = False) -> str:
    """Connected, able to reach the recipient and to carry everything, as a condition on the subject's columns."""
    if not one.connected:
        return "false"
    numbers = " AND NOT several_order_numbers" if one.electronic else ""
    return f"({reached(one, channels)}){numbers} AND {_carries(one, channels, chosen=chosen)}"


def reached(one: Channel, channels: Channels) -> str:
    """Whether what is known of the recipient is enough for the channel, as a condition on the subject's columns."""
    abroad = "country NOT IN ('FI', 'AX')"
    bank = f"einvoice_operator = ANY ({sql_array(channels.banks)})"
    ways: dict[ReachedBy, str] = {
        "consumer_address": "einvoice_address <> ''",
        "operator_address": f"einvoice_address <> '' AND NOT {abroad} AND NOT {bank}",
        "bank_address": f"einvoice_address <> '' AND NOT {abroad} AND {bank}",
        "peppol_address": f"einvoice_address <> '' AND {abroad}",
        "postal_address": "street <> '' AND town <> ''",
        "asked_at_each_run": "false",
    }
    postal = " AND recipient <> 'state'" if one.reached_by == "postal_address" else ""
    return f"{ways[one.reached_by]}{postal}"


def _carries(one: Channel, channels: Channels, *, chosen: bool) -> str:
    """Whether the channel carries what the invoice has with it.

    That a recipient has agreed with its bank is known to a person only: who chooses the channel has made sure.
    """
    if one.attachments != "by_agreement":
        return f"attachment_kinds <@ {sql_array(one.kinds)}"
    if not chosen:
        return "attachment_kinds = '{}'"
    passing = sql_array(code for code, passes in channels.banks.items() if passes)
    return (
        f"(attachment_kinds = '{{}}' OR attachment_kinds <@ {sql_array(one.kinds)}"
        f" AND einvoice_operator = ANY ({passing}))"
    )


def sql_array(words: Iterable[str]) -> str:
    """``words`` as an array in SQL; they come from our own files."""
    return "ARRAY[" + ", ".join(f"'{word}'" for word in words) + "]::text[]"


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A channel that was tried before the one taken, and why it was not taken."""

    channel: str
    why: str
    clause: str


def told_passed_over(written: str) -> list[PassedOver]:
    """The column that ``passed_over`` writes, read back."""
    return [PassedOver(channel, why, PASSED_OVER[why]) for channel, why in skipped_channels(written)]


# --- what the answers mean (OC 3.9-d) ---

NOT_YET_SENT = Outcome("NOT_YET_SENT", "WAITING")
ANSWER_AWAITED = Outcome("ANSWER_AWAITED", "WAITING")
PENDING = Outcome("PENDING", "WAITING")
GOES_AGAIN = Outcome("GOES_AGAIN", "WAITING")
ARRIVED = Outcome("ARRIVED", "LEFT")
CONTRADICTED = Outcome("CONTRADICTED", "REVIEW")
REFUSED_BY_RECEIVER = Outcome("REFUSED_BY_RECEIVER", "REVIEW")
LATE = Outcome("LATE", "REVIEW")
MISSING = Outcome("MISSING", "REVIEW")
BATCH_NOT_RECEIVED = Outcome("BATCH_NOT_RECEIVED", "REVIEW")


@clause("OC 3.9-d")
def decide_follow_up(terms: Terms) -> Decisions:
    """What has become of a delivery, from its answers and the minutes since it was sent.

    Nothing heard within the first term is missing; an answer that stays pending past the second is late. What
    the operator has called both delivered and refused is for a person to settle.
    """
    return decide(
        (GOES_AGAIN, "decided_again", "OC 3.9-d"),
        (CONTRADICTED, "delivered AND refused", "OC 3.9-d"),
        (ARRIVED, "delivered", "OC 3.9-d"),
        (REFUSED_BY_RECEIVER, "refused", "OC 3.9-d"),
        (LATE, f"pending AND waited > {terms.delivery_answer_hours * 60}", "OC 3.9-d"),
        (PENDING, "pending", "OC 3.9-d"),
        (BATCH_NOT_RECEIVED, "batch_state IN ('released', 'refused')", "OC 3.9-d"),
        (NOT_YET_SENT, "waited IS NULL", "OC 3.9-d"),
        (MISSING, f"waited > {terms.receipt_report_minutes}", "OC 3.9-d"),
        otherwise=(ANSWER_AWAITED, "OC 3.9-d"),
    )
