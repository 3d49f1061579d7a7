"""The law of matching: which invoice is matched without anybody's help, and why another is not (EX 3)."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms

RECEIPT_GONE_PAYABLE = Outcome("RECEIPT_GONE_PAYABLE", "LEFT")
MATCH_ENDED = Outcome("MATCH_ENDED", "READY")
MATCH_CONFIRMED = Outcome("MATCH_CONFIRMED", "READY")
MATCH_UNCONFIRMED = Outcome("MATCH_UNCONFIRMED", "WAITING")
MATCH_HOLDS = Outcome("MATCH_HOLDS", "LEFT")

NOT_MATCHED_BY_KIND = Outcome("NOT_MATCHED_BY_KIND", "LEFT")
DUPLICATE = Outcome("DUPLICATE", "REVIEW")
SUPPLIER_UNKNOWN = Outcome("SUPPLIER_UNKNOWN", "REVIEW")
INVOICE_INCOMPLETE = Outcome("INVOICE_INCOMPLETE", "REVIEW")
HAS_POSTING_REFERENCE = Outcome("HAS_POSTING_REFERENCE", "LEFT")
NO_IDENTIFIER = Outcome("NO_IDENTIFIER", "REVIEW")
UNKNOWN_NUMBER = Outcome("UNKNOWN_NUMBER", "REVIEW")
SEVERAL_NUMBERS = Outcome("SEVERAL_NUMBERS", "REVIEW")
WRONG_FIELD = Outcome("WRONG_FIELD", "REVIEW")
ORDER_CLOSED = Outcome("ORDER_CLOSED", "REVIEW")
CONTRACT_EXPIRED = Outcome("CONTRACT_EXPIRED", "REVIEW")
CURRENCY_DIFFERS = Outcome("CURRENCY_DIFFERS", "REVIEW")
SUPPLIER_DIFFERS = Outcome("SUPPLIER_DIFFERS", "REVIEW")
NOT_RECEIVED = Outcome("NOT_RECEIVED", "REVIEW")
OVER_TOLERANCE_UP = Outcome("OVER_TOLERANCE_UP", "REVIEW")
OVER_TOLERANCE_DOWN = Outcome("OVER_TOLERANCE_DOWN", "REVIEW")
LIMIT_EXCEEDED = Outcome("LIMIT_EXCEEDED", "REVIEW")
SCHEDULE_ROW_MISSING = Outcome("SCHEDULE_ROW_MISSING", "REVIEW")
VAT_DIFFERS = Outcome("VAT_DIFFERS", "REVIEW")
UNAGREED_CHARGE = Outcome("UNAGREED_CHARGE", "REVIEW")
CODING_MISSING = Outcome("CODING_MISSING", "REVIEW")
AUTO_WAITING_CONFIRMATION = Outcome("AUTO_WAITING_CONFIRMATION", "WAITING")
AUTO_APPROVED = Outcome("AUTO_APPROVED", "READY")

MATCHED = (AUTO_APPROVED, AUTO_WAITING_CONFIRMATION)
# What a person may accept with a reason: the order or contract is certain, only the figures differ (EX 3-b). A missing
# receipt is not accepted but written.
ACCEPTABLE = (
    OVER_TOLERANCE_UP,
    OVER_TOLERANCE_DOWN,
    LIMIT_EXCEEDED,
    SCHEDULE_ROW_MISSING,
    VAT_DIFFERS,
    UNAGREED_CHARGE,
)
# Reasons of special handling, in the order in which they are looked at.
REASONS = (
    DUPLICATE,
    SUPPLIER_UNKNOWN,
    INVOICE_INCOMPLETE,
    NO_IDENTIFIER,
    UNKNOWN_NUMBER,
    SEVERAL_NUMBERS,
    WRONG_FIELD,
    ORDER_CLOSED,
    CONTRACT_EXPIRED,
    CURRENCY_DIFFERS,
    SUPPLIER_DIFFERS,
    NOT_RECEIVED,
    OVER_TOLERANCE_UP,
    OVER_TOLERANCE_DOWN,
    LIMIT_EXCEEDED,
    SCHEDULE_ROW_MISSING,
    VAT_DIFFERS,
    UNAGREED_CHARGE,
    CODING_MISSING,
)


def within(percent: object, most: object, of: str) -> str:
    """SQL: ``percent`` of the amount ``of`` in euro, to the cent half up, ``most`` euro at most; nothing below zero."""
    return f"least(round(greatest({of}, 0) * {percent} / 100, 2), {most})"


@clause("EX 3-a", "EX 3-d")
def decide_held() -> Decisions:
    """A match that stands: it ends when what it was matched to was not received after all, unless it is payable."""
    uncovered = "matched_order_id IS NOT NULL AND least(on_lines, net - difference) > covered AND net > 0"
    return decide(
        (RECEIPT_GONE_PAYABLE, f"payable_id IS NOT NULL AND {uncovered}", "EX 3-a"),
        (MATCH_ENDED, f"payable_id IS NULL AND {uncovered}", "EX 3-a"),
        (MATCH_CONFIRMED, "payable_id IS NULL AND by_run AND waits AND confirmed", "EX 3-d"),
        (MATCH_UNCONFIRMED, "payable_id IS NULL AND waits AND NOT confirmed", "EX 3-d"),
        otherwise=(MATCH_HOLDS, "EX 3-a"),
    )


@clause("EX 3-a", "EX 3-b", "EX 3-c", "EX 3-d")
def decide_matching(terms: Terms) -> Decisions:
    """The first cause that holds is the reason of special handling; without any the invoice is matched.

    Order: the invoice is compared with what was received and not invoiced yet; the percentage is of that, net, and the
    smaller of percentage and euro decides (ADR 0027). Contract: with the schedule's row, or with what is left of its
    limits. A credit may take back what was invoiced, and no more.
    """
    up = within(terms.order_tolerance_up, terms.order_tolerance_up_most, "basis")
    down = within(terms.order_tolerance_down, terms.order_tolerance_down_most, "basis")
    up_of_ordered = within(terms.order_tolerance_up, terms.order_tolerance_up_most, "ordered")
    row_up = f"least(row_tolerance, {terms.contract_tolerance_up})"
    over = f"order_id IS NOT NULL AND net > 0 AND net > basis + {up}"
    # One line differs by no more than the whole invoice may: too little on another makes its excess no smaller.
    line_over = f"line_over > greatest({up}, {up_of_ordered})"
    line_ahead = f"line_ahead > {up} AND NOT {line_over}"
    line_under = f"net > 0 AND line_under > {down}"
    near = f"row_id IS NOT NULL AND row_away <= {terms.contract_schedule_days}"
    return decide(
        (NOT_MATCHED_BY_KIND, "kind IN ('reminder', 'interest')", "EX 3-a"),
        (DUPLICATE, "duplicate", "EX 3-a"),
        (SUPPLIER_UNKNOWN, "supplier_id IS NULL", "EX 3-a"),
        (INVOICE_INCOMPLETE, "incomplete", "EX 3-a"),
        (HAS_POSTING_REFERENCE, "numbers = 0 AND posting", "EX 1.2.1-a"),
        (NO_IDENTIFIER, "numbers = 0 AND NOT posting", "EX 3-a"),
        (UNKNOWN_NUMBER, "numbers > 0 AND known = 0", "EX 3-a"),
        (SEVERAL_NUMBERS, "numbers > 1", "EX 3-a"),
        (WRONG_FIELD, f"wrong_field AND {_sql(terms.match_wrong_field != 'yes')}", "EX 3-c"),
        (ORDER_CLOSED, "closed", "EX 3-a"),
        (CONTRACT_EXPIRED, "expired", "EX 3-d"),
        (
            CURRENCY_DIFFERS,
            "agreed_currency IS NOT NULL AND (currency <> agreed_currency OR currency <> 'EUR')",
            "EX 3-a",
        ),
        (SUPPLIER_DIFFERS, "supplier_id <> agreed_supplier_id", "EX 3-a"),
        (
            NOT_RECEIVED,
            f"line_not_received OR {line_ahead} OR {over}"
            f" AND (basis <= 0 AND ordered > 0 OR net <= ordered + {up_of_ordered})",
            "EX 3-a",
        ),
        (
            OVER_TOLERANCE_UP,
            f"{over} OR {line_over} OR net < 0 AND number IS NOT NULL AND -net > invoiced"
            " OR order_id IS NOT NULL AND line_over_invoiced"
            f" OR net > 0 AND {near} AND net > row_net + {row_up}",
            "EX 3-a",
        ),
        (
            OVER_TOLERANCE_DOWN,
            f"order_id IS NOT NULL AND net > 0 AND net < basis - {down} OR {line_under}"
            f" OR net > 0 AND {near} AND net < row_net - {terms.contract_tolerance_down}",
            "EX 3-a",
        ),
        (LIMIT_EXCEEDED, f"net > 0 AND net > limit_left + {terms.contract_tolerance_up}", "EX 3-d"),
        (SCHEDULE_ROW_MISSING, f"plan = 'schedule' AND net > 0 AND NOT ({near})", "EX 3-d"),
        (VAT_DIFFERS, "(order_id IS NOT NULL OR contract_id IS NOT NULL) AND vat_differs", "EX 3-a"),
        (
            UNAGREED_CHARGE,
            f"charge > 0 AND {_sql(terms.match_unagreed_charge != 'yes')}",
            "EX 3-b",
        ),
        (CODING_MISSING, "(order_id IS NOT NULL OR contract_id IS NOT NULL) AND NOT coded", "EX 3-a"),
        (AUTO_WAITING_CONFIRMATION, "confirm", "EX 3-d"),
        otherwise=(AUTO_APPROVED, "EX 3-a"),
    )


def _sql(holds: bool) -> str:
    return "true" if holds else "false"
