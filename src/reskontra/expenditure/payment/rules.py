"""The law of payment: which payables are paid on a day, and why the others are not (EX 8, EX 9; ADR 0028)."""

from decimal import Decimal

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import TermNotAllowed, Terms, all_terms

PAYABLE_SETTLED = Outcome("PAYABLE_SETTLED", "LEFT")
PAYABLE_NOT_DUE = Outcome("PAYABLE_NOT_DUE", "LEFT")
PAYMENT_CAME_BACK = Outcome("PAYMENT_CAME_BACK", "REVIEW")
PAYMENT_HELD = Outcome("PAYMENT_HELD", "WAITING")
SUPPLIER_BLOCKED = Outcome("SUPPLIER_BLOCKED", "REVIEW")
NO_APPROVED_ACCOUNT = Outcome("NO_APPROVED_ACCOUNT", "REVIEW")
ACCOUNT_NOT_THAT_OF_THE_INVOICE = Outcome("ACCOUNT_NOT_THAT_OF_THE_INVOICE", "REVIEW")
PAYEE_NO_MATCH = Outcome("PAYEE_NO_MATCH", "REVIEW")
PAYEE_CLOSE_MATCH = Outcome("PAYEE_CLOSE_MATCH", "REVIEW")
PAYEE_NOT_VERIFIED = Outcome("PAYEE_NOT_VERIFIED", "REVIEW")
PAYABLE_CLEAR = Outcome("PAYABLE_CLEAR", "READY")  # nothing stands against it; what it pays is not known yet
PAYMENT_ABOVE_CEILING = Outcome("PAYMENT_ABOVE_CEILING", "REVIEW")
RUN_ABOVE_CEILING = Outcome("RUN_ABOVE_CEILING", "REVIEW")
CREDIT_SET_OFF = Outcome("CREDIT_SET_OFF", "READY")
CREDIT_WITHOUT_INVOICE = Outcome("CREDIT_WITHOUT_INVOICE", "WAITING")
SETTLED_BY_CREDIT = Outcome("SETTLED_BY_CREDIT", "READY")
WITHHELD_WHOLLY = Outcome("WITHHELD_WHOLLY", "READY")
PAID_AND_WITHHELD = Outcome("PAID_AND_WITHHELD", "READY")
PAY = Outcome("PAY", "READY")

# What sends money out of the unit's account: it waits for the release of the run by somebody else.
LEAVING = frozenset(one.name for one in (WITHHELD_WHOLLY, PAID_AND_WITHHELD, PAY))

Row = tuple[Outcome, str, str]


def obstacles(terms: Terms) -> tuple[Row, ...]:
    """What stands against paying a payable at all, in order of precedence.

    A credit is not paid: its due date and its supplier's accounts do not matter. Whether the name of a payee has to
    be verified is the unit's policy. Who approved an account after its bank had answered has seen the answer.
    """
    owed = "amount > 0"
    policy = {key: _policy(terms, key) for key in ("payee_no_match", "payee_close_match", "payee_not_asked")}
    return (
        (PAYABLE_SETTLED, "open = 0", "EX 9-a"),
        (PAYABLE_NOT_DUE, f"{owed} AND payment_date > earliest", "EX 9-a"),
        (PAYMENT_CAME_BACK, "came_back IS NOT NULL", "EX 9-a"),
        (PAYMENT_HELD, "held IS NOT NULL", "EX 9-a"),
        (SUPPLIER_BLOCKED, "supplier_blocked <> ''", "EX 9-c"),
        (NO_APPROVED_ACCOUNT, f"{owed} AND NOT has_account", "EX 9-c"),
        (ACCOUNT_NOT_THAT_OF_THE_INVOICE, f"{owed} AND iban IS NULL", "EX 9-c"),
        (PAYEE_NO_MATCH, f"{owed} AND verification = 'none' AND {policy['payee_no_match']}", "EX 9-c"),
        (
            PAYEE_CLOSE_MATCH,
            f"{owed} AND verification = 'close' AND {policy['payee_close_match']}",
            "EX 9-c",
        ),
        (
            PAYEE_NOT_VERIFIED,
            f"{owed} AND verification IN ('', 'not_possible') AND {policy['payee_not_asked']}",
            "EX 9-c",
        ),
    )


def decide_clear(terms: Terms) -> Decisions:
    """Whether nothing stands against a payable; only such ones are set off, withheld from and paid."""
    return decide(*obstacles(terms), otherwise=(PAYABLE_CLEAR, "EX 9-a"))


@clause("EX 8-a", "EX 9-a", "EX 9-c")
def decide_payment(terms: Terms) -> Decisions:
    """What becomes of each payable: what stands against it, then ceilings, credits, bans and the payment.

    A payment above the ceiling stops everything to its supplier, a run above its ceiling everything.
    """
    one, whole = _euro(terms.payment_ceiling), _euro(terms.payment_run_ceiling)
    moved = "(pays <> 0 OR withheld <> 0 OR set_off <> 0)"
    return decide(
        *obstacles(terms),
        (PAYMENT_ABOVE_CEILING, f"{moved} AND largest_payment > {one}", "EX 9-a"),
        (RUN_ABOVE_CEILING, f"{moved} AND run_total > {whole}", "EX 9-a"),
        (CREDIT_SET_OFF, "amount < 0 AND set_off <> 0", "EX 9-a"),
        (CREDIT_WITHOUT_INVOICE, "amount < 0", "EX 9-a"),
        (SETTLED_BY_CREDIT, "pays = 0 AND withheld = 0", "EX 9-a"),
        (WITHHELD_WHOLLY, "pays = 0", "EX 8-a"),
        (PAID_AND_WITHHELD, "withheld <> 0", "EX 8-a"),
        otherwise=(PAY, "EX 9-a"),
    )


def _policy(terms: Terms, key: str) -> str:
    """The condition under which the answer of the payee's bank stops a payment, as the unit's policy says."""
    told = getattr(terms, key)
    conditions = {"stop": "true", "ask": "NOT seen_by_approver", "pay": "false"}
    if told not in conditions:
        raise TermNotAllowed(all_terms()[key], told, "not_a_value")
    return conditions[told]


def _euro(amount: Decimal) -> str:
    return format(amount, "f")
