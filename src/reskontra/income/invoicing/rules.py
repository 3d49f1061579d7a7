"""The law of invoicing: which orders go on an invoice, together with which, and when it falls due."""

from reskontra.kernel.clauses import clause, known
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms

NOT_READY = Outcome("NOT_READY", "LEFT")
DECIDE_AGAIN = Outcome("DECIDE_AGAIN", "LEFT")
UNIT_WITHOUT_VAT_NUMBER = Outcome("UNIT_WITHOUT_VAT_NUMBER", "WAITING")
CREDIT_NOT_NEGATIVE = Outcome("CREDIT_NOT_NEGATIVE", "LEFT")
BELOW_SMALLEST_AMOUNT = Outcome("BELOW_SMALLEST_AMOUNT", "WAITING")
INVOICE = Outcome("INVOICE", "READY")


@clause("OC 3.2-d", "OC 3.5.3-b", "OC 3.6-c", "OC 6.2.7-a")
def collected_by(terms: Terms) -> str:
    """What keeps orders apart: the columns (SQL) by which they are collected on one invoice.

    Orders of one customer are collected unless the first characters of the case reference differ. What an
    invoice can hold only once keeps them apart too: payer, recipient, order number, agreement, posting reference,
    site, payment term, language, the original of a credit, the kind of law that the claim will follow, and VAT
    within or outside its scope (EN 16931 BR-O-11). What would have more lines than ``MOST_LINES``, or more or larger
    attachments than one invoice may carry, is parted.
    """
    return (
        f"customer_id, payer_id, bill_to_id, ship_to_id, left(case_reference, {terms.case_reference_characters}),"
        " order_number, agreement, accounting, site, payment_term, language, credit, original_id,"
        " public_lines > 0, outside_vat > 0"
    )


# What was decided holds: the registers still list and price every line, and ask for no review that was not given.
DECISION_HOLDS = (
    "decided_amount = amount AND unlisted = 0 AND unpriced = 0 AND NOT"
    " (decided_standing = 'READY' AND source <> 'own_system' AND off_list_public + no_standard_price > 0)"
)


@clause("OC 3.9-a", "OC 3.10-a", "OC 3.2.1-a", "OC 3.5-a")
def decide_invoicing(terms: Terms) -> Decisions:
    """An order is invoiced when it is ready or approved and its invoice reaches the smallest amount.

    What the registers price differently than when it was decided must be decided again before it is invoiced;
    so must a credit that exceeds its original once the credits before it are through.

    A group below the smallest amount waits for more orders of the same customer; credits never wait. What sums to
    nothing claims nothing, and waits whatever the smallest amount. While the unit has no VAT number in the register,
    what is within the scope of VAT waits: its invoice could not leave (EN 16931 BR-S-02).
    """
    return decide(
        (
            NOT_READY,
            "decided_standing IS DISTINCT FROM 'READY'"
            " AND NOT (decided_standing = 'REVIEW' AND reviewed AND approved)",
            "OC 3.2.1-a",
        ),
        (DECIDE_AGAIN, f"NOT ({DECISION_HOLDS})", "OC 2.1-b"),
        (DECIDE_AGAIN, "exceeds_with_others", "OC 3.5-a"),
        (UNIT_WITHOUT_VAT_NUMBER, "within_vat > 0 AND no_vat_number", "OC 3.5-a"),
        # Its VAT may outweigh what it takes back, where rates are mixed.
        (CREDIT_NOT_NEGATIVE, "credit AND invoice_total > 0", "OC 3.2.1-a"),
        (
            BELOW_SMALLEST_AMOUNT,
            f"NOT credit AND (invoice_total < {terms.smallest_invoice_amount} OR invoice_total = 0)",
            "OC 3.10-a",
        ),
        otherwise=(INVOICE, "OC 3.9-a"),
    )


@clause("OC 3.11-a")
def payment_terms(terms: Terms) -> str:
    """The payment term in days and its ground, as SQL columns ``term_days`` and ``term_clause``.

    A term given with the order, else one agreed with the payer (contract, special act), overrides. Between units 21
    days; 30 to another EU country; 60 on paper outside Europe; otherwise 21 days.
    """
    cases = (
        ("payment_term IS NOT NULL", "payment_term"),
        ("internal", str(terms.payment_term_between_units)),
        ("country NOT IN ('FI', 'AX') AND in_eu", str(terms.payment_term_other_eu)),
        ("NOT in_europe AND NOT has_einvoice", str(terms.payment_term_paper_outside_europe)),
    )
    whens = " ".join(f"WHEN {condition} THEN {days}" for condition, days in cases)
    return (
        f"CASE {whens} ELSE {terms.payment_term_standard} END AS term_days,"
        f" '{known('OC 3.11-a')}' AS term_clause"
    )
