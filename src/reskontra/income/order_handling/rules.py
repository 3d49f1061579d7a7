"""The law of orders: what is ready, what the unit must see first, and what goes back."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.references import CONTRACT_NUMBER, ENDED_CONTRACT_NUMBER
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms

SENT_BACK = Outcome("SENT_BACK", "RETURNED")
CUSTOMER_OF_OWN_SYSTEM = Outcome("CUSTOMER_OF_OWN_SYSTEM", "RETURNED")
ITEM_NOT_ON_PRICE_LIST = Outcome("ITEM_NOT_ON_PRICE_LIST", "RETURNED")
PRICE_MISSING = Outcome("PRICE_MISSING", "RETURNED")
LEGAL_BASIS_MISSING = Outcome("LEGAL_BASIS_MISSING", "RETURNED")
POSTING_UNKNOWN = Outcome("POSTING_UNKNOWN", "RETURNED")
MIXED_LAW = Outcome("MIXED_LAW", "RETURNED")
MIXED_VAT_SCOPE = Outcome("MIXED_VAT_SCOPE", "RETURNED")
CONTRACT_NOT_ENDED = Outcome("CONTRACT_NOT_ENDED", "RETURNED")
DEVIATING_TAX_COUNTRY = Outcome("DEVIATING_TAX_COUNTRY", "RETURNED")
STATE_UNIT_WITHOUT_E_ADDRESS = Outcome("STATE_UNIT_WITHOUT_E_ADDRESS", "RETURNED")
PROTECTED_WITHOUT_SAFE_WAY = Outcome("PROTECTED_WITHOUT_SAFE_WAY", "RETURNED")
RECIPIENT_WITHOUT_ADDRESS = Outcome("RECIPIENT_WITHOUT_ADDRESS", "RETURNED")
ORIGINAL_UNKNOWN = Outcome("ORIGINAL_UNKNOWN", "RETURNED")
ORIGINAL_OF_ANOTHER_PAYER = Outcome("ORIGINAL_OF_ANOTHER_PAYER", "RETURNED")
CREDIT_NOT_NEGATIVE = Outcome("CREDIT_NOT_NEGATIVE", "RETURNED")
CREDIT_EXCEEDS_ORIGINAL = Outcome("CREDIT_EXCEEDS_ORIGINAL", "RETURNED")
NEGATIVE_WITHOUT_CREDIT = Outcome("NEGATIVE_WITHOUT_CREDIT", "RETURNED")
APPROVED = Outcome("APPROVED", "REVIEW")
CREDIT_OF_ANOTHER_ITEM = Outcome("CREDIT_OF_ANOTHER_ITEM", "REVIEW")
CREDIT_NEEDS_REVIEW = Outcome("CREDIT_NEEDS_REVIEW", "REVIEW")
OFF_LIST_PRICE = Outcome("OFF_LIST_PRICE", "REVIEW")
NO_STANDARD_PRICE = Outcome("NO_STANDARD_PRICE", "REVIEW")
READY_FROM_OWN_SYSTEM = Outcome("READY_FROM_OWN_SYSTEM", "READY")
READY = Outcome("READY", "READY")


@clause(
    "OC 1.6-a", "OC 2.1-a", "OC 2.1-b", "OC 2.2-a", "OC 2.2-i", "OC 3.2.1-a", "OC 3.2.1-b", "OC 3.5-a",
    "OC 3.5.3-a", "OC 3.6-a", "OC 3.8-a", "OC 3.9-c", "OC 6.2.7-a",
)  # fmt: skip
def decide_orders(terms: Terms) -> Decisions:
    """An order goes back, waits for the unit's two persons, or is ready to be invoiced.

    It goes back when a person sent it back, and when it cannot become a lawful invoice: an item or price that no
    approved list holds, no legal basis, a posting that is not valid, a State unit without an e-invoice address, a
    protected person without a safe way, a recipient without an address, a credit that does not fit its original: of
    each rate of VAT it takes back no more than was charged and not yet credited. The unit sees it first when a
    public-law item is priced off the list, when there is no standard price, and at every credit; it is told of an
    item that the original does not hold. Orders from a unit's own system were approved there. A commercial price off
    the list needs review where the unit has said so.
    """
    commercial = "off_list_commercial > 0" if terms.review_commercial_off_list == "yes" else "false"
    review = f"credit OR off_list_public > 0 OR no_standard_price > 0 OR {commercial}"
    return decide(
        (SENT_BACK, "sent_back", "OC 3.9-c"),
        (CUSTOMER_OF_OWN_SYSTEM, "customer_of_own_system", "OC 2.2-a"),
        (ITEM_NOT_ON_PRICE_LIST, "unlisted > 0", "OC 2.1-a"),
        (PRICE_MISSING, "unpriced > 0", "OC 2.1-a"),
        (
            LEGAL_BASIS_MISSING,
            "without_basis > 0 AND charge_basis_text = '' AND NOT basis_attached",
            "OC 3.5-a",
        ),
        (POSTING_UNKNOWN, "unknown_posting > 0", "OC 2.1-b"),
        (MIXED_LAW, "public_lines > 0 AND commercial_lines > 0", "OC 6.2.7-a"),
        (MIXED_VAT_SCOPE, "outside_vat > 0 AND within_vat > 0", "OC 1.6-a"),
        (
            CONTRACT_NOT_ENDED,
            f"internal AND case_reference ~ '{CONTRACT_NUMBER}'"
            f" AND case_reference !~ '{ENDED_CONTRACT_NUMBER}'",
            "OC 3.5.3-a",
        ),
        (DEVIATING_TAX_COUNTRY, "tax_country NOT IN ('', 'FI')", "OC 3.5-a"),
        (STATE_UNIT_WITHOUT_E_ADDRESS, "state_unit_without_address", "OC 2.2-i"),
        (PROTECTED_WITHOUT_SAFE_WAY, "protected_without_way", "OC 3.8-a"),
        (RECIPIENT_WITHOUT_ADDRESS, "recipient_without_address", "OC 3.5-a"),
        (NEGATIVE_WITHOUT_CREDIT, "NOT credit AND (below_zero > 0 OR amount < 0)", "OC 3.2.1-a"),
        (ORIGINAL_UNKNOWN, "credit AND original_id IS NULL", "OC 3.5-a"),
        (ORIGINAL_OF_ANOTHER_PAYER, "credit AND original_payer_id <> payer_id", "OC 3.5-a"),
        (CREDIT_NOT_NEGATIVE, "credit AND amount >= 0", "OC 3.2.1-a"),
        (CREDIT_EXCEEDS_ORIGINAL, "credit AND exceeds_original", "OC 3.5-a"),
        (READY_FROM_OWN_SYSTEM, "source = 'own_system'", "OC 3.2.1-a"),
        (APPROVED, f"({review}) AND reviewed AND approved", "OC 3.2.1-b"),
        (CREDIT_OF_ANOTHER_ITEM, "credit AND not_charged_before > 0", "OC 3.2.1-a"),
        (CREDIT_NEEDS_REVIEW, "credit", "OC 3.2.1-a"),
        (OFF_LIST_PRICE, f"off_list_public > 0 OR {commercial}", "OC 3.2.1-a"),
        (NO_STANDARD_PRICE, "no_standard_price > 0", "OC 3.2.1-a"),
        otherwise=(READY, "OC 3.9-a"),
    )
