"""The law of invoices at offices abroad: the first way that is open, in the order of the guideline (EX 7)."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms

EINVOICE = Outcome("ABROAD_EINVOICE", "READY")
CAPTURE = Outcome("ABROAD_CAPTURE", "READY")
REQUEST = Outcome("ABROAD_REQUEST", "READY")
MEMO = Outcome("ABROAD_MEMO", "READY")
MAIL = Outcome("ABROAD_MAIL", "READY")
PAPER = Outcome("ABROAD_PAPER", "READY")
CARD_OR_CASH = Outcome("ABROAD_CARD_OR_CASH", "READY")

# Paid in Finland from the unit's expenditure account, as any other invoice.
FROM_FINLAND = (EINVOICE, CAPTURE, REQUEST)
# A memo voucher circulates before the payment: drawn up by the unit, or by the centre from what came by mail.
CIRCULATING = {MEMO: "unit", MAIL: "centre"}
# The original goes to Finland, is scanned there and put with the memo voucher.
WITH_ORIGINAL = (MEMO, PAPER)


@clause("EX 7-a")
def decide_ways(terms: Terms) -> Decisions:
    """The way of each invoice. The guideline says six ways and lists seven: the seventh is what is left to an office
    without a local account, and the ways that need one are not open to it."""
    return decide(
        (EINVOICE, "can_einvoice", "EX 7-a"),
        (CAPTURE, "captures", "EX 7-a"),
        (REQUEST, "can_request", "EX 7-a"),
        (MEMO, "local AND can_memo", "EX 7-a"),
        (MAIL, "local AND can_mail", "EX 7-a"),
        (PAPER, "local", "EX 7-a"),
        otherwise=(CARD_OR_CASH, "EX 7-a"),
    )
