"""The law of delivery: every invoice goes to the State's operator, who carries it to the channel (OC 3.1)."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide

STATE_UNIT_ONLY_ELECTRONIC = Outcome("STATE_UNIT_ONLY_ELECTRONIC", "LEFT")
NO_WAY_TO_SEND = Outcome("NO_WAY_TO_SEND", "LEFT")
PEPPOL = Outcome("PEPPOL", "READY")
E_INVOICE = Outcome("E_INVOICE", "READY")
PAPER = Outcome("PAPER", "READY")


@clause("OC 3.1-a", "OC 3.4-a", "OC 3.6-a", "OC 3.6.1-a", "OC 2.2-i", "OC 3.8-a")
def decide_delivery() -> Decisions:
    """An invoice goes out as an e-invoice where the recipient has an address, else on paper by the operator.

    Between units only as an e-invoice. Foreign customers are reached through Peppol. What has neither an
    e-address nor a postal address is left, and the unit is told.
    """
    return decide(
        (STATE_UNIT_ONLY_ELECTRONIC, "internal AND einvoice_address = ''", "OC 2.2-i"),
        (PEPPOL, "einvoice_address <> '' AND country NOT IN ('FI', 'AX')", "OC 3.6.1-a"),
        (E_INVOICE, "einvoice_address <> ''", "OC 3.6-a"),
        (NO_WAY_TO_SEND, "street = '' OR town = ''", "OC 3.8-a"),
        otherwise=(PAPER, "OC 3.1-a"),
    )
