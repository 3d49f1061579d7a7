"""What is always true of the books: queries that return no row when all is well.

They are asked after a run, each night, and after a restore. What a constraint already refuses is asked again
here, from the rows themselves: a constraint may have been missing on the day, or a backup may have lost half.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from reskontra.database.session import working_in
from reskontra.kernel.blocks import stopped_by
from reskontra.registers.policy import MAY


@dataclass(frozen=True)
class Broken:
    """An invariant that does not hold, and the first rows that break it."""

    name: str
    rows: tuple[tuple[Any, ...], ...]


_MOST_SHOWN = 20


_ACTS = (
    "review_order",
    "approve_order",
    "return_order",
    "withdraw_order",
    "approve_refunds",
    "review_write_off",
    "approve_write_off",
    "release_payment",
)


def _rights(*acts: str) -> str:
    """Pairs of an act and a role that allows it."""
    return ", ".join(f"('{act}', '{role}')" for act in acts for role in sorted(MAY[act]))


INVARIANTS: Mapping[str, str] = {
    "I1 every voucher balances and has two entries": """
        SELECT v.unit_id, v.id, coalesce(sum(e.amount), 0), count(e.voucher_id)
        FROM ledger_voucher v LEFT JOIN ledger_entry e ON e.voucher_id = v.id
        GROUP BY 1, 2 HAVING coalesce(sum(e.amount), 0) <> 0 OR count(e.voucher_id) < 2
    """,
    "I1 every entry has a voucher of its unit": """
        SELECT e.unit_id, e.voucher_id, e.position
        FROM ledger_entry e LEFT JOIN ledger_voucher v ON v.id = e.voucher_id AND v.unit_id = e.unit_id
        WHERE v.id IS NULL
    """,
    "I2 every unit and all units together sum to zero": """
        SELECT unit_id, sum(amount) FROM ledger_entry GROUP BY GROUPING SETS ((unit_id), ())
        HAVING sum(amount) <> 0
    """,
    "I3 every balance is the sum of its entries": """
        SELECT unit_id, account, year, kept.amount, posted.amount
        FROM ledger_balance kept
        FULL JOIN (SELECT e.unit_id, e.account, v.year, sum(e.amount) AS amount
                   FROM ledger_entry e JOIN ledger_voucher v ON v.id = e.voucher_id GROUP BY 1, 2, 3) posted
          USING (unit_id, account, year)
        WHERE coalesce(kept.amount, 0) <> coalesce(posted.amount, 0)
    """,
    "I15 every sealed block of the journal is what was sealed": """
        SELECT unit_id, block FROM ledger_sealed_block WHERE NOT holds
    """,
    "I4 open items are the balance of the receivable accounts": """
        SELECT unit_id, open.amount, books.amount
        FROM (SELECT unit_id, sum(amount) AS amount
              FROM (SELECT unit_id, amount FROM claims_claim
                    UNION ALL SELECT unit_id, -amount FROM claims_claim_settlement) facts
              GROUP BY 1) open
        FULL JOIN (SELECT e.unit_id, sum(e.amount) AS amount
                   FROM ledger_entry e
                   WHERE e.account IN (SELECT account FROM registers_postingaccount WHERE event = 'receivable')
                   GROUP BY 1) books
          USING (unit_id)
        WHERE coalesce(open.amount, 0) <> coalesce(books.amount, 0)
    """,
    "I4 every invoice is claimed by its total and posted by its voucher": """
        SELECT i.unit_id, i.id, i.total, c.amount, e.amount
        FROM sales_invoice i
        LEFT JOIN claims_claim c ON c.invoice_id = i.id AND c.unit_id = i.unit_id
        LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM ledger_entry e
                           WHERE e.voucher_id = i.voucher_id AND e.unit_id = i.unit_id AND e.position = 0) e ON true
        WHERE c.amount IS DISTINCT FROM i.total OR coalesce(e.amount, 0) <> i.total
    """,
    "I4 every interest invoice is the sum of its charges and claimed by it": """
        SELECT n.unit_id, n.id, n.total, charged.amount, c.amount
        FROM claims_interestinvoice n
        LEFT JOIN (SELECT unit_id, invoice_id, sum(amount) AS amount FROM claims_interestcharge GROUP BY 1, 2) charged
          ON charged.invoice_id = n.id AND charged.unit_id = n.unit_id
        LEFT JOIN claims_claim c ON c.interest_invoice_id = n.id AND c.unit_id = n.unit_id
        WHERE charged.amount IS DISTINCT FROM n.total OR c.amount IS DISTINCT FROM n.total
    """,
    "I4 every interest invoice is posted by its voucher": """
        SELECT n.unit_id, n.voucher_id, n.total, e.amount
        FROM (SELECT unit_id, voucher_id, sum(total) AS total FROM claims_interestinvoice GROUP BY 1, 2) n
        LEFT JOIN (SELECT unit_id, voucher_id, sum(amount) AS amount FROM ledger_entry
                   WHERE account IN (SELECT account FROM registers_postingaccount WHERE event = 'receivable')
                     AND voucher_id IN (SELECT voucher_id FROM claims_interestinvoice)
                   GROUP BY 1, 2) e
          ON e.voucher_id = n.voucher_id AND e.unit_id = n.unit_id
        WHERE coalesce(e.amount, 0) <> n.total
    """,
    "I4 every invoice is the sum of its lines and its VAT": """
        SELECT i.unit_id, i.id, i.net, i.vat, l.net, l.vat
        FROM sales_invoice i
        LEFT JOIN (SELECT invoice_id, sum(net) AS net, sum(vat) AS vat
                   FROM (SELECT invoice_id, sum(net) AS net, round(sum(net) * vat_percent / 100, 2) AS vat
                         FROM sales_invoiceline GROUP BY invoice_id, vat_category, vat_percent) rates
                   GROUP BY 1) l ON l.invoice_id = i.id
        WHERE i.net IS DISTINCT FROM l.net OR i.vat IS DISTINCT FROM l.vat
    """,
    "I5 what is left of the payments is the balance of the account for them": """
        SELECT unit_id, rest.amount, books.amount
        FROM (SELECT unit_id, sum(amount) AS amount
              FROM (SELECT unit_id, amount FROM bank_payment
                    UNION ALL SELECT unit_id, -amount FROM claims_payment_use) facts
              GROUP BY 1) rest
        FULL JOIN (SELECT unit_id, -sum(amount) AS amount FROM ledger_entry
                   WHERE account IN (SELECT account FROM registers_postingaccount WHERE event = 'payments_unallocated')
                   GROUP BY 1) books USING (unit_id)
        WHERE coalesce(rest.amount, 0) <> coalesce(books.amount, 0)
    """,
    "I5 what is in transit is told by a list and no statement, or the other way round": """
        SELECT unit_id, told.amount, books.amount
        FROM (SELECT unit_id, sum(amount) AS amount
              FROM (SELECT unit_id, amount FROM bank_payment
                    UNION ALL SELECT unit_id, -amount FROM bank_line
                    WHERE source = 'camt.053' AND kind IN ('payment', 'sum')) facts
              GROUP BY 1) told
        FULL JOIN (SELECT unit_id, sum(amount) AS amount FROM ledger_entry
                   WHERE account IN (SELECT account FROM registers_postingaccount WHERE event = 'payments_in_transit')
                   GROUP BY 1) books USING (unit_id)
        WHERE coalesce(told.amount, 0) <> coalesce(books.amount, 0)
    """,
    "I5 every payment is what the bank's lines tell of it": """
        SELECT p.unit_id, p.id, p.amount, p.booking_date
        FROM bank_payment p
        LEFT JOIN bank_line l ON l.payment_id = p.id AND l.unit_id = p.unit_id AND l.amount = p.amount
          AND l.booking_date = p.booking_date
        LEFT JOIN bank_material m ON m.id = l.material_id AND m.unit_id = p.unit_id AND m.account_id = p.account_id
        GROUP BY p.unit_id, p.id, p.amount, p.booking_date
        HAVING count(m.id) = 0 OR count(m.id) <> (
          SELECT count(*) FROM bank_line every WHERE every.payment_id = p.id)
    """,
    "I9 every statement and list adds up and is stored whole": """
        SELECT m.unit_id, m.id, m.lines, m.total, l.lines, l.total
        FROM bank_material m
        LEFT JOIN (SELECT material_id, count(*) AS lines, sum(amount) AS total FROM bank_line
                   WHERE kind IN ('payment', 'sum', 'other') GROUP BY 1) l ON l.material_id = m.id
        WHERE m.opening + m.total <> m.closing OR m.lines <> coalesce(l.lines, 0) OR m.total <> coalesce(l.total, 0)
    """,
    "I9 no two statements of an account tell of the same days": """
        SELECT a.unit_id, a.id, b.id, b.from_date, b.to_date
        FROM bank_material a
        JOIN bank_material b ON b.unit_id = a.unit_id AND b.account_id = a.account_id AND b.kind = a.kind
          AND b.id > a.id AND b.from_date <= a.to_date AND b.to_date >= a.from_date
        WHERE a.kind = 'statement'
          AND CASE
            WHEN (a.from_date, a.to_date, a.sequence) = (b.from_date, b.to_date, b.sequence)
              AND (a.opening IS NULL OR a.closing IS NULL) AND (b.opening IS NULL OR b.closing IS NULL)
              AND a.sequence <> ''
            THEN false  -- pages of one statement
            ELSE greatest(a.from_date, b.from_date) < least(a.to_date, b.to_date)
              OR a.from_date = a.to_date AND b.from_date < a.from_date AND a.from_date < b.to_date
              OR b.from_date = b.to_date AND a.from_date < b.from_date AND b.from_date < a.to_date
              OR (a.from_date, a.to_date, a.sequence, a.opening, a.closing)
                = (b.from_date, b.to_date, b.sequence, b.opening, b.closing)
          END
    """,
    "I10 no claim is settled beyond its amount": """
        SELECT c.unit_id, c.id, c.amount, settled.amount
        FROM (SELECT unit_id, claim_id, sum(amount) AS amount FROM claims_claim_settlement GROUP BY 1, 2) settled
        JOIN claims_claim c ON c.id = settled.claim_id AND c.unit_id = settled.unit_id
        WHERE NOT settled.amount BETWEEN least(c.amount, 0) AND greatest(c.amount, 0)
    """,
    "I10 no payment is spent beyond its amount": """
        SELECT p.unit_id, p.id, p.amount, owned.amount
        FROM (SELECT unit_id, payment_id, sum(amount) AS amount FROM claims_payment_use GROUP BY 1, 2) owned
        JOIN bank_payment p ON p.id = owned.payment_id AND p.unit_id = owned.unit_id
        WHERE NOT owned.amount BETWEEN least(p.amount, 0) AND greatest(p.amount, 0)
    """,
    "I10 no costs of a claim are paid beyond what was charged": """
        SELECT unit_id, claim_id, charged.amount, paid.amount
        FROM (SELECT unit_id, claim_id, sum(amount) AS amount FROM claims_sidepayment
              WHERE kind = 'cost' GROUP BY 1, 2) paid
        LEFT JOIN (SELECT unit_id, claim_id, sum(amount) AS amount FROM claims_cost GROUP BY 1, 2) charged
          USING (unit_id, claim_id)
        WHERE NOT paid.amount BETWEEN 0 AND coalesce(charged.amount, 0)
    """,
    "I10 no overpayment is refunded beyond its amount": """
        SELECT refunded.unit_id, refunded.overpayment_id, over.amount, refunded.amount
        FROM (SELECT unit_id, overpayment_id, sum(amount) AS amount FROM claims_refund GROUP BY 1, 2) refunded
        LEFT JOIN (SELECT unit_id, coalesce(undoes_id, id) AS id, sum(amount) AS amount
                   FROM claims_overpayment GROUP BY 1, 2) over
          ON over.id = refunded.overpayment_id AND over.unit_id = refunded.unit_id
        WHERE over.id IS NULL OR NOT refunded.amount BETWEEN 0 AND over.amount
    """,
    "I10 what is still to be refunded is what the books say": """
        SELECT unit_id, facts.amount, books.amount
        FROM (SELECT unit_id, sum(amount) AS amount
              FROM (SELECT unit_id, amount FROM claims_overpayment WHERE treatment = 'refund'
                    UNION ALL
                    SELECT r.unit_id, -r.amount FROM claims_refund r
                    JOIN claims_overpayment o ON o.id = r.overpayment_id AND o.unit_id = r.unit_id
                    WHERE o.treatment = 'refund') moved
              GROUP BY 1) facts
        FULL JOIN (SELECT e.unit_id, -sum(e.amount) AS amount
                   FROM ledger_entry e JOIN ledger_voucher v ON v.id = e.voucher_id
                   WHERE v.kind IN ('AL', 'RF') AND e.account IN (SELECT account FROM registers_postingaccount
                                                                  WHERE event = 'overpayment_refund')
                   GROUP BY 1) books USING (unit_id)
        WHERE coalesce(facts.amount, 0) <> coalesce(books.amount, 0)
    """,
    "I14 open payables are the balance of the accounts of payables": """
        SELECT unit_id, account, open.amount, books.amount
        FROM (SELECT unit_id, account, sum(amount) AS amount
              FROM (SELECT unit_id, account, amount FROM purchases_payable
                    UNION ALL
                    SELECT s.unit_id, p.account, -s.amount
                    FROM purchases_payablesettlement s
                    JOIN purchases_payable p ON p.id = s.payable_id AND p.unit_id = s.unit_id) facts
              GROUP BY 1, 2) open
        FULL JOIN (SELECT e.unit_id, e.account, -sum(e.amount) AS amount
                   FROM ledger_entry e
                   WHERE e.account IN (SELECT account FROM registers_postingaccount
                                       WHERE event IN ('payable_procurement', 'payable_other'))
                   GROUP BY 1, 2) books USING (unit_id, account)
        WHERE coalesce(open.amount, 0) <> coalesce(books.amount, 0)
    """,
    "I14 no payable is paid beyond its amount": """
        SELECT p.unit_id, p.id, p.amount, settled.amount
        FROM (SELECT unit_id, payable_id, sum(amount) AS amount FROM purchases_payablesettlement GROUP BY 1, 2) settled
        JOIN purchases_payable p ON p.id = settled.payable_id AND p.unit_id = settled.unit_id
        WHERE NOT settled.amount BETWEEN least(p.amount, 0) AND greatest(p.amount, 0)
    """,
    "I14 every payment is what it settles": """
        SELECT p.unit_id, p.id, p.amount, settled.amount
        FROM purchases_supplierpayment p
        LEFT JOIN (SELECT unit_id, payment_id, sum(amount) AS amount FROM purchases_payablesettlement
                   GROUP BY 1, 2) settled
          ON settled.payment_id = p.id AND settled.unit_id = p.unit_id
        WHERE settled.amount IS DISTINCT FROM p.amount
    """,
    "I14 no ban takes more than it orders": """
        SELECT b.unit_id, b.id, b.amount, taken.amount
        FROM purchases_paymentban b
        JOIN (SELECT unit_id, ban_id, sum(amount) AS amount FROM purchases_supplierpayment
              WHERE ban_id IS NOT NULL GROUP BY 1, 2) taken ON taken.ban_id = b.id AND taken.unit_id = b.unit_id
        WHERE taken.amount > b.amount OR taken.amount < 0
    """,
    "I14 payments in transit are what left and has not come back": """
        SELECT unit_id, paid.amount, books.amount
        FROM (SELECT unit_id, sum(amount) AS amount FROM purchases_supplierpayment GROUP BY 1) paid
        FULL JOIN (SELECT e.unit_id, -sum(e.amount) AS amount
                   FROM ledger_entry e JOIN ledger_voucher v ON v.id = e.voucher_id
                   WHERE v.kind = 'SP' AND e.account IN (SELECT account FROM registers_postingaccount
                                                         WHERE event = 'supplier_payments_in_transit')
                   GROUP BY 1) books USING (unit_id)
        WHERE coalesce(paid.amount, 0) <> coalesce(books.amount, 0)
    """,
    "I6 every payment file holds its payments": """
        SELECT k.unit_id, k.id, k.count, count(p.id), k.total, coalesce(sum(p.amount), 0), f.amount
        FROM purchases_paymentfile k
        LEFT JOIN purchases_supplierpayment p ON p.file_id = k.id AND p.unit_id = k.unit_id
        LEFT JOIN exchange_outboxfile f ON f.id = k.file_id AND f.unit_id = k.unit_id
        GROUP BY 1, 2, 3, 5, 7
        HAVING k.count <> count(p.id) OR k.total <> coalesce(sum(p.amount), 0) OR f.amount IS DISTINCT FROM k.total
    """,
    "I12 a payment run is released by somebody else than who planned it": """
        SELECT r.unit_id, r.id, r.person_id
        FROM runs_run r
        WHERE r.id IN (SELECT run_id FROM purchases_supplierpayment WHERE undoes_id IS NULL)
          AND NOT EXISTS (SELECT FROM purchases_paymentrelease a
                          WHERE a.unit_id = r.unit_id AND a.run_id = r.id AND a.person_id <> r.person_id)
    """,
    "I6 every invoice in a batch goes out once, and every batch holds what it says": """
        SELECT f.unit_id, f.id, f.documents, count(d.invoice_id), f.amount, coalesce(sum(i.total), 0)
        FROM exchange_outboxfile f
        LEFT JOIN sales_invoicedelivery d ON d.file_id = f.id AND d.unit_id = f.unit_id
        LEFT JOIN sales_invoice i ON i.id = d.invoice_id AND i.unit_id = d.unit_id
        WHERE f.channel = 'finvoice'
        GROUP BY 1, 2, 3, 5 HAVING f.documents <> count(d.invoice_id) OR f.amount <> coalesce(sum(i.total), 0)
    """,
    "I6 no batch was sent more than once": """
        SELECT unit_id, file_id FROM exchange_outboxevent WHERE state = 'sent' GROUP BY 1, 2 HAVING count(*) > 1
    """,
    "I7 every row of a billing request has one outcome": """
        SELECT r.unit_id, r.id, r.rows, count(b.row)
        FROM sales_billingrequest r LEFT JOIN sales_billingrow b ON b.request_id = r.id
        GROUP BY 1, 2, 3 HAVING r.rows <> count(b.row)
    """,
    "I7 every accepted row became an order of its request": """
        SELECT b.unit_id, b.request_id, b.row
        FROM sales_billingrow b
        LEFT JOIN sales_order o ON o.id = b.order_id AND o.unit_id = b.unit_id AND o.request_id = b.request_id
        WHERE b.status = 'accepted' AND o.id IS NULL
    """,
    "I7 every order of a request stands on one of its rows": """
        SELECT o.unit_id, o.request_id, o.id
        FROM sales_order o
        WHERE o.request_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM sales_billingrow b WHERE b.request_id = o.request_id AND b.order_id = o.id)
    """,
    "I7 every invoice bills orders, and lines only of those": """
        SELECT i.unit_id, i.id, l.order_id
        FROM sales_invoice i
        LEFT JOIN sales_invoiceline l ON l.invoice_id = i.id
        LEFT JOIN sales_invoicedorder d ON d.invoice_id = i.id AND d.order_id = l.order_id
        WHERE d.order_id IS NULL
    """,
    "I7 every line of an invoiced order is billed once": """
        SELECT d.unit_id, d.order_id, l.position, count(b.position)
        FROM sales_invoicedorder d
        JOIN sales_orderline l ON l.order_id = d.order_id
        LEFT JOIN sales_invoiceline b ON b.order_id = l.order_id AND b.order_position = l.position
        GROUP BY 1, 2, 3 HAVING count(b.position) <> 1
    """,
    "I8 invoice numbers have no gap, no double and end at their counter": """
        SELECT unit_id, numbers.count, numbers.lowest, numbers.highest, kept.next_number
        FROM (SELECT unit_id, count(*), count(DISTINCT number) AS different, min(number) AS lowest,
                max(number) AS highest
              FROM sales_invoice GROUP BY 1) numbers
        FULL JOIN (SELECT unit_id, next_number FROM ledger_numberseries WHERE series = 'invoice') kept USING (unit_id)
        WHERE coalesce(numbers.count <> different OR different <> highest - lowest + 1
          OR next_number <> highest + 1, true)
    """,
    "I8 voucher numbers have no gap, no double and end at their counter": """
        SELECT unit_id, series, year, numbers.count, numbers.lowest, numbers.highest, kept.next_number
        FROM (SELECT unit_id, 'voucher ' || kind AS series, year, count(*), count(DISTINCT number) AS different,
                min(number) AS lowest, max(number) AS highest
              FROM ledger_voucher GROUP BY unit_id, kind, year) numbers
        FULL JOIN (SELECT unit_id, series, year, next_number FROM ledger_numberseries
                   WHERE series LIKE 'voucher %') kept
          USING (unit_id, series, year)
        WHERE coalesce(numbers.count <> different OR different <> highest - lowest + 1
          OR next_number <> highest + 1, true)
    """,
    "I11 no voucher was posted into a month that was closed": """
        SELECT v.unit_id, v.id, v.posting_date, r.applied_at, c.closed_at
        FROM ledger_voucher v
        JOIN ledger_closedperiod c ON c.unit_id = v.unit_id AND c.month = date_trunc('month', v.posting_date)::date
        JOIN runs_run r ON r.id = v.run_id
        WHERE r.applied_at IS NULL OR r.applied_at > c.closed_at
    """,
    "I11 every voucher is dated in its year": """
        SELECT unit_id, id, posting_date, year FROM ledger_voucher WHERE extract(year FROM posting_date) <> year
    """,
    "I12 nobody reviewed and approved the same order": """
        SELECT unit_id, order_id, person_id FROM sales_orderapproval
        GROUP BY 1, 2, 3 HAVING count(*) > 1
    """,
    "I12 every act is on the version that it names": """
        SELECT a.unit_id, a.id, a.order_id
        FROM sales_orderapproval a
        LEFT JOIN sales_order o ON o.id = a.order_id AND o.unit_id = a.unit_id AND o.digest = a.digest
        WHERE o.id IS NULL
    """,
    "I12 every approval follows a review of the same version": """
        SELECT a.unit_id, a.id, a.order_id
        FROM sales_orderapproval a
        WHERE a.act = 'approve' AND NOT EXISTS (
          SELECT FROM sales_orderapproval r WHERE r.unit_id = a.unit_id AND r.order_id = a.order_id
            AND r.digest = a.digest AND r.act = 'review' AND r.person_id <> a.person_id AND r.id < a.id)
    """,
    "I12 who reviewed or approved had the right to on the day": f"""
        SELECT a.unit_id, a.id, a.act, a.person_id
        FROM (SELECT unit_id, id, person_id, given_at, act || '_order' AS act FROM sales_orderapproval
              UNION ALL SELECT unit_id, id, person_id, stopped_at, act || '_order' FROM sales_orderstop
              UNION ALL SELECT unit_id, id, person_id, given_at, 'approve_refunds' FROM claims_refundapproval
              UNION ALL SELECT unit_id, id, person_id, given_at, act || '_write_off' FROM claims_writeoffapproval
              UNION ALL SELECT unit_id, id, person_id, given_at, 'release_payment' FROM purchases_paymentrelease) a
        WHERE NOT EXISTS (
          SELECT FROM registers_roleassignment held
          WHERE held.person_id = a.person_id AND (held.in_unit_id IS NULL OR held.in_unit_id = a.unit_id)
            AND held.validity @> (a.given_at AT TIME ZONE 'Europe/Helsinki')::date
            AND (a.act, held.role) IN ({_rights(*_ACTS)}))
    """,
    "I12 a refund run is approved by somebody else than who planned it": """
        SELECT r.unit_id, r.id, r.person_id
        FROM runs_run r
        WHERE r.id IN (SELECT run_id FROM claims_refund WHERE undoes_id IS NULL AND way IN ('account', 'payment_order'))
          AND NOT EXISTS (SELECT FROM claims_refundapproval a
                          WHERE a.unit_id = r.unit_id AND a.run_id = r.id AND a.person_id <> r.person_id)
    """,
    "I12 what is written off was proposed, reviewed and approved by two": """
        SELECT w.unit_id, w.id, w.claim_id, w.amount, p.amount
        FROM claims_writeoff w
        LEFT JOIN claims_writeoffproposal p
          ON p.id = w.proposal_id AND p.unit_id = w.unit_id AND p.claim_id = w.claim_id
        WHERE w.ground <> 'small_remainder' AND w.undoes_id IS NULL
          AND (p.id IS NULL OR w.amount > p.amount OR NOT EXISTS (
            SELECT FROM claims_writeoffapproval review
            JOIN claims_writeoffapproval approval ON approval.unit_id = review.unit_id
              AND approval.proposal_id = review.proposal_id AND approval.digest = review.digest
              AND approval.act = 'approve' AND approval.person_id <> review.person_id
            WHERE review.unit_id = w.unit_id AND review.proposal_id = p.id AND review.digest = p.digest
              AND review.act = 'review'))
    """,
    "I12 what is invoiced is the newest version, and ready or approved by two": """
        SELECT d.unit_id, d.order_id, d.invoice_id
        FROM sales_invoicedorder d
        LEFT JOIN sales_order o ON o.id = d.order_id AND o.unit_id = d.unit_id AND o.number = d.number
          AND o.digest = d.digest
        LEFT JOIN sales_invoice i ON i.id = d.invoice_id AND i.unit_id = d.unit_id
        LEFT JOIN LATERAL (SELECT standing FROM sales_orderdecision latest
                           WHERE latest.order_id = d.order_id AND latest.rule = 'orders'
                           ORDER BY latest.run_id DESC LIMIT 1) decided ON true
        WHERE o.id IS NULL OR i.id IS NULL
          OR EXISTS (SELECT FROM sales_order newer
                     WHERE newer.unit_id = d.unit_id AND newer.number = d.number AND newer.version > o.version)
          OR EXISTS (SELECT FROM sales_orderstop stop WHERE stop.unit_id = d.unit_id AND stop.order_id = d.order_id)
          OR decided.standing IS DISTINCT FROM 'READY'
             AND (decided.standing IS DISTINCT FROM 'REVIEW'
                  OR 2 <> (SELECT count(DISTINCT a.person_id) FROM sales_orderapproval a
                           WHERE a.unit_id = d.unit_id AND a.order_id = d.order_id AND a.digest = d.digest))
    """,
    "I13 no claim is reminded more than twice, nor again before the first reminder fell due": """
        SELECT unit_id, claim_id, count(*), max(ordinal)
        FROM claims_reminder GROUP BY 1, 2
        HAVING array_agg(ordinal::int ORDER BY sent_date, ordinal) NOT IN (ARRAY[1], ARRAY[1, 2])
          OR max(sent_date) FILTER (WHERE ordinal = 2) <= min(due_date) FILTER (WHERE ordinal = 1)
    """,
    "I13 no claim is reminded before it has fallen due": """
        SELECT r.unit_id, r.id, r.claim_id, r.sent_date, c.due_date
        FROM claims_reminder r JOIN claims_claim c ON c.id = r.claim_id AND c.unit_id = r.unit_id
        WHERE r.sent_date <= c.due_date
    """,
    # What was known when the reminder went out: a block that somebody sets later for earlier days, or on the same day
    # at the same time, does not make a reminder wrong.
    "I13 no claim is reminded while a block that stops reminders is in force": f"""
        SELECT r.unit_id, r.id, r.claim_id, r.sent_date, b.code
        FROM claims_reminder r
        JOIN runs_run sent ON sent.id = r.run_id AND sent.unit_id = r.unit_id
        JOIN (SELECT id, unit_id, code, from_date, until_date, given_at, claim_id
              FROM claims_block_now WHERE claim_id IS NOT NULL
              UNION ALL
              SELECT on_all.id, on_all.unit_id, code, from_date, until_date, given_at, c.id
              FROM claims_block_now on_all
              JOIN claims_claim c ON c.payer_id = on_all.customer_id AND c.unit_id = on_all.unit_id) b
          ON b.claim_id = r.claim_id AND b.unit_id = r.unit_id
        WHERE b.code ~ '[{stopped_by("reminders")}]' AND b.from_date <= r.sent_date
          AND (b.until_date IS NULL OR b.until_date >= r.sent_date)
          AND (b.given_at < sent.applied_at OR b.given_at = sent.applied_at AND b.from_date < r.sent_date)
          AND NOT EXISTS (SELECT FROM claims_blocklift l
                          WHERE l.block_id = b.id AND l.day <= r.sent_date AND l.given_at <= sent.applied_at)
    """,
    "I13 no interest is charged between State units": """
        SELECT g.unit_id, c.id, c.payer_id, sum(g.amount)
        FROM claims_interestcharge g
        JOIN claims_claim c ON c.id = g.claim_id AND c.unit_id = g.unit_id
        JOIN sales_invoice i ON i.id = c.invoice_id AND i.unit_id = g.unit_id AND i.internal
        JOIN registers_customer payer ON payer.id = c.payer_id AND payer.kind = 'state_unit'
        GROUP BY 1, 2, 3 HAVING sum(g.amount) > 0
    """,
}


def broken(units: Iterable[int]) -> list[Broken]:
    """What does not hold in ``units`` (their ids); empty when the books are in order.

    Each invariant that is broken comes with its first rows, the unit's id first. Called by somebody who may see
    these units; it opens its own session.
    """
    found = []
    with working_in(units), connection.cursor() as cursor:
        for name, query in INVARIANTS.items():
            cursor.execute(query)
            if rows := cursor.fetchmany(_MOST_SHOWN):
                found.append(Broken(name, tuple(rows)))
    return found
