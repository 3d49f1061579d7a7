"""The law of refunds: what becomes of money that was too much, from the known account to income (OC 4.2)."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms

OVERPAID_LATER = Outcome("OVERPAID_LATER", "WAITING")
REJECTED_BY_BANK = Outcome("REJECTED_BY_BANK", "READY")
UNREDEEMED_TO_INCOME = Outcome("UNREDEEMED_TO_INCOME", "READY")
ORDER_RUNNING = Outcome("ORDER_RUNNING", "WAITING")
CHOSEN_BANK_RETURN = Outcome("CHOSEN_BANK_RETURN", "READY")
CREDITED_ON_NEXT_INVOICE = Outcome("CREDITED_ON_NEXT_INVOICE", "READY")
CHOSEN_NEXT_INVOICE = Outcome("CHOSEN_NEXT_INVOICE", "WAITING")
SMALL_NOT_ASKED = Outcome("SMALL_NOT_ASKED", "LEFT")
REFUND_HELD_BY_BLOCK = Outcome("REFUND_HELD_BY_BLOCK", "WAITING")
SMALL_ASKED = Outcome("SMALL_ASKED", "READY")
REFUND_TO_ACCOUNT = Outcome("REFUND_TO_ACCOUNT", "READY")
NO_CUSTOMER_TO_ASK = Outcome("NO_CUSTOMER_TO_ASK", "WAITING")
ASK_FOR_ACCOUNT = Outcome("ASK_FOR_ACCOUNT", "READY")
WAITING_FOR_ANSWER = Outcome("WAITING_FOR_ANSWER", "WAITING")
BELOW_ORDER_FLOOR_TO_INCOME = Outcome("BELOW_ORDER_FLOOR_TO_INCOME", "READY")
ADDRESS_NOT_PAYABLE = Outcome("ADDRESS_NOT_PAYABLE", "WAITING")
PAYMENT_ORDER = Outcome("PAYMENT_ORDER", "READY")

# By which way the money leaves; what is not here stays in the books. These wait for the approval of their run.
LEAVING = {
    SMALL_ASKED.name: "account",
    REFUND_TO_ACCOUNT.name: "account",
    PAYMENT_ORDER.name: "payment_order",
    CHOSEN_BANK_RETURN.name: "bank_return",
}


@clause("OC 4.2-a", "OC 4.2-b", "OC 4.2-c", "OC 4.2-d")
def decide_refunds(terms: Terms) -> Decisions:
    """What came back is taken up again; what a person chose goes before the rule; then the ladder of OC 4.2.

    The next invoice is for a customer who is invoiced again and again: for one who no longer is, the ladder holds.
    A small overpayment is refunded only on request. An account that is known is paid to; for one that is not the
    customer is asked, in writing. Who does not answer in time gets a payment order, companies and foreign customers
    from a floor. What nobody can be paid is income in the end. What was too much only after the day of the run waits
    for its day.
    """
    on, floor, days = f"date '{terms.on}'", terms.refund_payment_order_floor, terms.payment_order_days
    return decide(
        (OVERPAID_LATER, "to_come", "OC 4.2-a"),
        (REJECTED_BY_BANK, "rejected", "OC 4.2-b"),
        (UNREDEEMED_TO_INCOME, f"unredeemed OR order_sent + {int(days)} < {on}", "OC 4.2-b"),
        (ORDER_RUNNING, "order_sent IS NOT NULL", "OC 4.2-b"),
        (CHOSEN_BANK_RETURN, "choice = 'bank_return'", "OC 4.2-d"),
        (
            CREDITED_ON_NEXT_INVOICE,
            "choice = 'next_invoice' AND recurs AND next_claim_id IS NOT NULL",
            "OC 4.2-c",
        ),
        (CHOSEN_NEXT_INVOICE, "choice = 'next_invoice' AND recurs", "OC 4.2-c"),
        (SMALL_NOT_ASKED, "treatment = 'income' AND NOT asked", "OC 4.2-a"),
        (REFUND_HELD_BY_BLOCK, "block_codes <> '' AND NOT told_by_person", "OC 6.1.2-a"),
        (SMALL_ASKED, "treatment = 'income' AND iban IS NOT NULL", "OC 4.2-a"),
        (REFUND_TO_ACCOUNT, "iban IS NOT NULL", "OC 4.2-b"),
        (NO_CUSTOMER_TO_ASK, "payer_id IS NULL", "OC 4.2-d"),
        (ASK_FOR_ACCOUNT, "inquiries <= times_back", "OC 4.2-b"),
        (WAITING_FOR_ANSWER, f"answer_by >= {on}", "OC 4.2-b"),
        (BELOW_ORDER_FLOOR_TO_INCOME, f"floor_applies AND amount < {floor}", "OC 4.2-b"),
        (ADDRESS_NOT_PAYABLE, "NOT has_town", "OC 4.2-b"),
        otherwise=(PAYMENT_ORDER, "OC 4.2-b"),
    )
