"""Worlds of open claims of any size and age: what the runs of collection and the calculation of interest meet.

The rows are written by a superuser with triggers asleep, as from a restore: they are the world, not what is measured.
The books are left out, because neither collection nor interest reads them.
"""

from datetime import date
from typing import Any

from bench.asleep import an_applied_run, write_asleep
from bench.orders import UNIT, make_registers

# Of a hundred claims: 20 are not due, 10 just due, 7 wait for their first reminder, 3 for their second, 15 were
# reminded once and 40 twice; 2 are years old, 1 is blocked by a complaint, 1 is in enforcement, 1 has payment time.
# Every tenth is paid in part, every fourth is of public law, every second payer is a consumer, every hundredth has
# interest charged on it, and one customer of a thousand is blocked as a whole.
_MIXED = """
CREATE TEMP TABLE mixed ON COMMIT DROP AS
SELECT n, n %% 100 AS place, n / 100 %% 4 = 0 AS public_law, %(day)s::date + CASE
    WHEN n %% 100 < 20 THEN n / 100 %% 21
    WHEN n %% 100 < 30 THEN -1 - n / 100 %% 13
    WHEN n %% 100 < 37 OR n %% 100 IN (97, 99) THEN -15 - n / 100 %% 30
    WHEN n %% 100 < 40 THEN -60
    WHEN n %% 100 < 55 THEN -40
    WHEN n %% 100 < 95 OR n %% 100 = 98 THEN -90 - n / 100 %% 600
    ELSE -1900 END AS due_date
FROM generate_series(1, %(claims)s) n
"""
_REMINDED = """
CREATE TEMP TABLE reminded ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY n, ordinal) AS id, n, ordinal, CASE
    WHEN place < 40 THEN %(day)s::date - 35
    WHEN place < 55 THEN %(day)s::date - 20
    ELSE due_date + 30 * ordinal END AS sent_date
FROM mixed CROSS JOIN generate_series(1, 2) ordinal
WHERE place BETWEEN 37 AND 54 AND ordinal = 1 OR place BETWEEN 55 AND 94 OR place = 98
"""
_INVOICES = """
INSERT INTO sales_invoice (id, unit_id, run_id, number, credit, issue_date, due_date, term_days, term_clause,
  customer_id, payer_id, language, internal, public_law, reference, supply_date, case_reference, order_number,
  agreement, accounting, site, net, vat, total, voucher_id)
SELECT n, %(unit)s, %(run)s, n, false, due_date - 21, due_date, 21, 'OC 3.11-a', c.id, c.id,
  (ARRAY['sv', 'fi', 'en'])[1 + n %% 3], false, public_law, sales_reference(%(code)s, n), due_date - 21, '', '', '', '',
  '', %(amount)s, 0, %(amount)s, n
FROM mixed JOIN registers_customer c ON c.number = (500000 + 1 + mod(n, %(customers)s))::text ORDER BY n
"""
_CLAIMS = """
INSERT INTO claims_claim (id, unit_id, run_id, invoice_id, payer_id, reference, public_law, amount, due_date)
SELECT id, unit_id, run_id, id, payer_id, reference, public_law, total, due_date FROM sales_invoice ORDER BY id
"""
_CONSUMERS = """
UPDATE registers_customer SET kind = 'foreign_person', birth_date = '1980-01-01' WHERE id %% 2 = 0
"""
_PAYMENTS = """
INSERT INTO bank_payment (id, unit_id, run_id, account_id, booking_date, amount, reference, reference_holds, message,
  payer, payer_key, payer_account, archive_id, reversal)
SELECT p.id, %(unit)s, %(run)s, a.id, p.day, p.amount, sales_reference(%(code)s, p.n), true, '', '', '', '', '', false
FROM paid p CROSS JOIN registers_unitaccount a ORDER BY p.id
"""
_ALLOCATIONS = """
INSERT INTO claims_allocation (unit_id, run_id, voucher_id, amount, clause, claim_id, payment_id)
SELECT %(unit)s, %(run)s, id, amount, 'OC 4.1-b', n, id FROM paid ORDER BY id
"""

_COLLECTION = (
    _MIXED,
    _REMINDED,
    _CONSUMERS,
    _INVOICES,
    _CLAIMS,
    "CREATE TEMP TABLE paid ON COMMIT DROP AS SELECT row_number() OVER (ORDER BY n) AS id, n,"
    " greatest(due_date, %(day)s::date - 30) - 3 AS day, 40 AS amount FROM mixed WHERE n %% 10 = 3",
    # The bank has told of the day before: the gate of the reminders is open.
    "INSERT INTO paid SELECT count(*) + 1, 0, %(day)s::date - 1, 1 FROM paid",
    _PAYMENTS,
    "DELETE FROM paid WHERE n = 0",
    _ALLOCATIONS,
    "INSERT INTO runs_run (unit_id, name, on_date, state, person_id, planned_at, applied_at, terms, outcomes, digest)"
    " SELECT %(unit)s, 'delivery', (date_trunc('month', issue_date) + interval '1 month')::date, 'applied', %(person)s,"
    """ now(), now(), '{"terms": {"collection_cost": {"value": "5.00"}}}', '[]', ''"""
    " FROM sales_invoice GROUP BY 3",
    "INSERT INTO exchange_outboxfile (unit_id, run_id, name, digest, size, documents, amount, channel, built_at)"
    " SELECT unit_id, id, 'batch-' || id, '', 1, 1, 1, 'E_INVOICE', now() FROM runs_run WHERE name = 'delivery'",
    "INSERT INTO sales_invoicedelivery (unit_id, invoice_id, attempt, file_id, channel, clause, skipped)"
    " SELECT i.unit_id, i.id, 1, f.id, 'E_INVOICE', 'OC 3.7-a', '' FROM sales_invoice i JOIN runs_run r"
    " ON r.name = 'delivery' AND r.on_date = (date_trunc('month', i.issue_date) + interval '1 month')::date"
    " JOIN exchange_outboxfile f ON f.run_id = r.id ORDER BY i.id",
    "INSERT INTO claims_reminder (id, unit_id, run_id, claim_id, letter_id, ordinal, sent_date, due_date, open, clause)"
    " SELECT id, %(unit)s, %(run)s, n, id, ordinal, sent_date, sent_date + 14, %(amount)s, 'OC 6.1.2-c'"
    " FROM reminded ORDER BY id",
    "INSERT INTO claims_cost (unit_id, run_id, claim_id, kind, day, amount, clause, reminder_id)"
    " SELECT %(unit)s, %(run)s, n, 'reminder', sent_date, 5, 'OC 6.1.3-a', id FROM reminded ORDER BY id",
    "INSERT INTO claims_block (unit_id, person_id, given_at, code, from_date, review_date, reason, party, claim_id)"
    " SELECT %(unit)s, %(person)s, now(), 'C', %(day)s::date - 10, %(day)s::date + 20, 'bench', 'unit', n"
    " FROM mixed WHERE place = 97 ORDER BY n",
    "INSERT INTO claims_block (unit_id, person_id, given_at, code, from_date, review_date, reason, party, customer_id)"
    " SELECT %(unit)s, %(person)s, now(), 'B', %(day)s::date - 10, %(day)s::date + 20, 'bench', 'unit', id"
    " FROM registers_customer WHERE id %% 1000 = 0 ORDER BY id",
    "INSERT INTO claims_case (id, unit_id, run_id, number, kind, debtor_id, public_law, opened_date, procedure, court)"
    " SELECT c.id, c.unit_id, c.run_id, c.id, 'enforcement', c.payer_id, c.public_law, %(day)s::date - 20, 'normal', ''"
    " FROM claims_claim c JOIN mixed ON n = c.id AND place = 98 ORDER BY c.id",
    "INSERT INTO claims_caseclaim (unit_id, case_id, claim_id, principal, costs, interest_from, interest_pauses,"
    " interest_ground, provision)"
    " SELECT %(unit)s, n, n, %(amount)s, 0, due_date + 1, '[]', 'section_4', 'bench'"
    " FROM mixed WHERE place = 98 ORDER BY n",
    "INSERT INTO claims_caseevent (unit_id, run_id, given_at, case_id, position, kind, day, detail, digest)"
    " SELECT unit_id, run_id, now(), id, 1, 'applied', opened_date, '{}', '' FROM claims_case ORDER BY id",
    "INSERT INTO claims_deferral (id, unit_id, run_id, person_id, given_at, number, customer_id, request_id, from_date,"
    " until_date, ground, letter_id)"
    " SELECT c.id, c.unit_id, c.run_id, %(person)s, now(), c.id, c.payer_id, c.id, %(day)s::date - 5,"
    " %(day)s::date + 60, '', c.id FROM claims_claim c JOIN mixed ON n = c.id AND place = 99 ORDER BY c.id",
    "INSERT INTO claims_deferralclaim (unit_id, deferral_id, claim_id, principal)"
    " SELECT unit_id, id, id, %(amount)s FROM claims_deferral ORDER BY id",
    "INSERT INTO claims_interestinvoice (id, unit_id, run_id, number, kind, customer_id, language, issue_date,"
    " due_date, reference, total, voucher_id)"
    " SELECT c.id, c.unit_id, c.run_id, 500000000 + c.id, 'late', c.payer_id, 'sv', %(day)s::date - 10,"
    " %(day)s::date + 11, sales_reference(%(code)s, 500000000 + c.id), 9, c.id"
    " FROM claims_claim c JOIN mixed ON n = c.id AND place = 94 ORDER BY c.id",
    "INSERT INTO claims_interestcharge (unit_id, invoice_id, claim_id, until_date, amount)"
    " SELECT unit_id, id, id, issue_date - 1, total FROM claims_interestinvoice ORDER BY id",
    "INSERT INTO claims_claim (id, unit_id, run_id, kind, interest_invoice_id, payer_id, reference, public_law, amount,"
    " due_date) SELECT %(claims)s + row_number() OVER (ORDER BY n.id), n.unit_id, n.run_id, 'interest', n.id,"
    " n.customer_id, n.reference, c.public_law, n.total, n.due_date"
    " FROM claims_interestinvoice n JOIN claims_claim c ON c.id = n.id ORDER BY n.id",
)  # fmt: skip
# Due in November 2024, paid in part in May and in October 2025; the rate changes on 1 January and 1 July between.
_INTEREST = (
    "CREATE TEMP TABLE mixed ON COMMIT DROP AS SELECT n, false AS public_law, '2024-11-20'::date + n %% 5 AS due_date"
    " FROM generate_series(1, %(claims)s) n",
    _CONSUMERS,
    _INVOICES,
    _CLAIMS,
    "CREATE TEMP TABLE paid ON COMMIT DROP AS SELECT 2 * n - part AS id, n, (ARRAY[20, 30])[1 + part] AS amount,"
    " (ARRAY['2025-10-15', '2025-05-15'])[1 + part]::date + n %% 9 AS day"
    " FROM mixed CROSS JOIN generate_series(0, 1) part",
    _PAYMENTS,
    _ALLOCATIONS,
)  # fmt: skip
_OWN_KEYS = (
    "bank_payment", "claims_case", "claims_claim", "claims_deferral", "claims_interestinvoice", "claims_reminder",
    "sales_invoice",
)  # fmt: skip


def make_collection(admin: Any, claims: int, day: date) -> int:
    """One unit with ``claims`` open claims of 100 euro as they are on ``day``; returns the unit's id."""
    return _make(admin, _COLLECTION, claims, day)


def make_late_claims(admin: Any, claims: int, day: date) -> int:
    """One unit with ``claims`` claims of 100 euro that are late since November 2024, each with two part payments."""
    return _make(admin, _INTEREST, claims, day)


def _make(admin: Any, statements: tuple[str, ...], claims: int, day: date) -> int:
    customers = max(claims // 3, 1)
    unit, person = make_registers(admin, customers)
    run = an_applied_run(admin, unit, person, "invoicing", day)
    values = {"unit": unit, "person": person, "run": run, "claims": claims, "customers": customers, "code": UNIT,
              "day": day, "amount": 100}  # fmt: skip
    write_asleep(admin, statements, values, _OWN_KEYS)
    return unit
