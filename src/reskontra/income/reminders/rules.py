"""The law of reminders: who is reminded, of what, when (OC 6.1.2), and what a reminder costs (OC 6.1.3)."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms

NOT_YET_DUE = Outcome("NOT_YET_DUE", "LEFT")
EXPIRED_NOT_ASKED = Outcome("EXPIRED_NOT_ASKED", "LEFT")
JUDGED_OR_IN_CASE = Outcome("JUDGED_OR_IN_CASE", "LEFT")
COMPLAINED = Outcome("COMPLAINED", "WAITING")
REMINDERS_BLOCKED = Outcome("REMINDERS_BLOCKED", "WAITING")
CREDIT_PROMISED = Outcome("CREDIT_PROMISED", "WAITING")
CREDIT_WAITS = Outcome("CREDIT_WAITS", "WAITING")
PAYMENT_WAITS = Outcome("PAYMENT_WAITS", "WAITING")
PAYMENT_TIME_RUNS = Outcome("PAYMENT_TIME_RUNS", "WAITING")
WRITE_OFF_AWAITED = Outcome("WRITE_OFF_AWAITED", "WAITING")
REMINDER_LEFT_OUT = Outcome("REMINDER_LEFT_OUT", "WAITING")
JUST_DUE = Outcome("JUST_DUE", "WAITING")
FIRST_RUNNING = Outcome("FIRST_RUNNING", "WAITING")
SECOND_RUNNING = Outcome("SECOND_RUNNING", "WAITING")
REMINDED_TWICE = Outcome("REMINDED_TWICE", "LEFT")
SEND_FIRST_REMINDER = Outcome("SEND_FIRST_REMINDER", "READY")
SEND_SECOND_REMINDER = Outcome("SEND_SECOND_REMINDER", "READY")

NO_COST_STATE_UNIT = Outcome("NO_COST_STATE_UNIT", "LEFT")
NO_COST_NOT_NAMED = Outcome("NO_COST_NOT_NAMED", "LEFT")
NO_COST_SET = Outcome("NO_COST_SET", "LEFT")
NO_COST_INVOICED_LATE = Outcome("NO_COST_INVOICED_LATE", "LEFT")
NO_COST_TOO_EARLY = Outcome("NO_COST_TOO_EARLY", "LEFT")
NO_COST_TOO_SOON_AGAIN = Outcome("NO_COST_TOO_SOON_AGAIN", "LEFT")
NO_COST_ABOVE_TOTAL = Outcome("NO_COST_ABOVE_TOTAL", "LEFT")
COST_CAPPED = Outcome("COST_CAPPED", "READY")
COST = Outcome("COST", "READY")


@clause("OC 6.1.2-a", "OC 6.1.2-b", "OC 6.1.2-c")
def decide_reminders(terms: Terms) -> Decisions:
    """Everybody who is late gets two reminders, a State unit too, unless something speaks for waiting.

    A claim that has expired is no longer asked for (Act 513/1999, section 4). What was paid, credited or promised but
    is not on the books yet is not asked for either: the reminder waits until it is. What a person leaves out of the
    runs of a day waits for the next day: what is to wait longer is blocked (ADR 0034).
    """
    on, wait = f"DATE '{terms.on.isoformat()}'", int(terms.reminder_wait_days)
    return decide(
        (NOT_YET_DUE, f"due_date >= {on}", "OC 6.1.2-c"),
        (EXPIRED_NOT_ASKED, f"limitation_date < {on}", "OC 5.1-c"),
        (JUDGED_OR_IN_CASE, "in_case OR judged_date IS NOT NULL", "OC 6.2-a"),
        (COMPLAINED, "reminders_stopped AND strpos(block_codes, 'C') > 0", "OC 6.1.2-b"),
        (REMINDERS_BLOCKED, "reminders_stopped", "OC 6.1.2-a"),
        (CREDIT_PROMISED, "credit_promised", "OC 6.1.2-b"),
        (CREDIT_WAITS, "credit_waits", "OC 3.2.1-a"),
        (PAYMENT_WAITS, "payment_waits", "OC 4.1-b"),
        (PAYMENT_TIME_RUNS, "deferred_until IS NOT NULL", "OC 6.1.1-a"),
        (WRITE_OFF_AWAITED, "write_off_proposed", "OC 5.1-b"),
        (SECOND_RUNNING, f"reminders >= 2 AND last_reminder_due >= {on}", "OC 6.1.2-c"),
        (REMINDED_TWICE, "reminders >= 2", "OC 6.1.2-c"),
        (
            FIRST_RUNNING,
            f"reminders = 1 AND (last_reminder_due >= {on} OR last_reminder_due + {wait} > {on})",
            "OC 6.1.2-c",
        ),
        (JUST_DUE, f"reminders = 0 AND due_date + {wait} > {on}", "OC 6.1.2-c"),
        (REMINDER_LEFT_OUT, "left_out IS NOT NULL", "OC 6.1.2-a"),
        (SEND_SECOND_REMINDER, "reminders = 1", "OC 6.1.2-c"),
        otherwise=(SEND_FIRST_REMINDER, "OC 6.1.2-c"),
    )


@clause("OC 6.1.3-a", "OC 6.1.3-b")
def decide_costs(terms: Terms) -> Decisions:
    """What a reminder costs, when it is sent today: never why a letter stays at home.

    The invoice must have named the cost. A consumer, and every private person who owes a public body (Act 513/1999,
    section 3), pays none when the invoice left too late or too few days have passed since the due date (section 10 b);
    nobody pays again too soon. The caps of the day bound each cost and the sum of all.
    """
    on = f"DATE '{terms.on.isoformat()}'"
    before, after = int(terms.cost_consumer_days_before_due), int(terms.cost_consumer_days_after_due)
    again = f"CASE WHEN consumer THEN {int(terms.cost_interval_consumer)} ELSE {int(terms.cost_interval_other)} END"
    return decide(
        (NO_COST_STATE_UNIT, "state_unit", "OC 6.1.3-a"),
        (NO_COST_NOT_NAMED, "cost_named IS NULL", "OC 6.1.3-a"),
        (NO_COST_SET, "cost_asked <= 0", "OC 6.1.3-a"),
        (NO_COST_INVOICED_LATE, f"consumer AND due_date - invoice_sent < {before}", "OC 6.1.3-b"),
        (NO_COST_TOO_EARLY, f"consumer AND {on} - due_date < {after}", "OC 6.1.3-b"),
        (NO_COST_TOO_SOON_AGAIN, f"{on} - last_cost_date < {again}", "OC 6.1.3-b"),
        (NO_COST_ABOVE_TOTAL, "cost_within <= 0", "OC 6.1.3-b"),
        (COST_CAPPED, "cost_within < cost_asked", "OC 6.1.3-b"),
        otherwise=(COST, "OC 6.1.3-a"),
    )
