"""The invariants of the books hold after a day's work, and each of them sees the fault that it is there for."""
# ruff: noqa: E501 - a table: one line for each fault

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from database import working_day as day
from database.later_months import bring_later_months
from reskontra.claims.models import Claim
from reskontra.database import connect, server
from reskontra.database.session import working_in
from reskontra.documents.statement import Balance, BankMaterial, Entry, PaymentList, Statement
from reskontra.exchange.inbox import receive
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.bank_material.intake import take_in_bank_material
from reskontra.insight.invariants import INVARIANTS, broken
from reskontra.ledger.seals import seal
from reskontra.registers.models import Unit, UnitAccount
from reskontra.runs.run import apply

UNITS = ("3920", "3930")


@pytest.fixture(scope="module")
def worked(
    postgres: server.Server, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[server.Server]:
    """Two units after a whole day: taken in, decided, reviewed, invoiced and sent; two orders still wait in each.

    And what the next months bring to them.
    """
    name = f"reskontra_worked_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    folder = tmp_path_factory.mktemp("worked")
    server.drop_database(postgres, name)
    server.create_database(postgres, name, template)
    connect.connect(postgres, name)
    before, settings.OUT = settings.OUT, folder / "out"
    day.load_registers()
    files = day.write(folder / "in")
    for code in UNITS:
        day.take_in(code, files[code].path)
        day.run(code, "orders")
        assert day.act_on_orders(code) > 0
        day.run(code, "invoicing")
        assert [handed.state for handed in day.deliver(code)] == ["sent"]
        bring_bank_material(code)
        pay_two_claims(code)
        bring_later_months(code)
        unit = Unit.objects.get(code=code)
        with working_in([unit.pk]):
            assert seal(unit)
    yield postgres
    settings.OUT = before
    for alias in ("default", "owner"):
        connections[alias].close()
    server.drop_database(postgres, name)


def bring_bank_material(code: str) -> None:
    """A statement with a sum and the list behind it, which is a few euro short of the sum."""
    unit = Unit.objects.get(code=code)
    with working_in([unit.pk]):
        account = UnitAccount.objects.get(unit=unit, purpose="income").iban

    def entry(amount: str, **more: Any) -> Entry:
        return Entry(Decimal(amount), day.DAY, **more)

    balances = (
        Balance("OPBD", Decimal("0.00"), "EUR", day.DAY),
        Balance("CLBD", Decimal("345.15"), "EUR", day.DAY),
    )
    listed = (entry("150.00", reference="1009", position=2), entry("100.00", payer="Koe Aino", position=3))
    booked = (entry("253.25", summary=True), entry("95.00", reference="1012"), entry("-3.10"))
    documents: list[BankMaterial] = [
        PaymentList("ktl", account, "EUR", listed, batch_date=day.DAY, batch_time="0501", bank="99"),
        Statement("camt.053.001.08", account, "EUR", booked, statement_id="S1", sequence="1", from_date=day.DAY,
                  to_date=day.DAY, balances=balances),
    ]  # fmt: skip
    who = day.acting(unit)
    for document in documents:
        with working_in([unit.pk], who.person.pk):
            received = receive(who, f"{code} {document.format}".encode(), "bank.xml", "import")
            take_in_bank_material(who, received, [document], day.DAY)


def pay_two_claims(code: str) -> None:
    """One claim is paid 25 euro too much, another in part."""
    unit = Unit.objects.get(code=code)
    who = day.acting(unit)
    with working_in([unit.pk], who.person.pk):
        account = UnitAccount.objects.get(unit=unit, purpose="income").iban
        over, part = Claim.objects.filter(unit=unit, amount__gt=20).order_by("id")[:2]
        entries = (
            Entry(over.amount + 25, day.DAY, reference=over.reference, archive_id="A1", position=1),
            Entry(part.amount - 5, day.DAY, reference=part.reference, archive_id="A2", position=2),
        )
        paid = PaymentList("camt.054.001.08", account, "EUR", entries, message_id="M1", statement_id="N1")
        received = receive(who, f"{code} paid".encode(), "paid.xml", "import")
        take_in_bank_material(who, received, [paid], day.DAY)
    with working_in([unit.pk], who.person.pk):
        apply(AllocationRun(), who, day.DAY)


@pytest.fixture
def as_superuser(worked: server.Server) -> Iterator[None]:
    """Django works as superuser with all triggers and keys asleep, as in a restore that went wrong; taken back."""
    default = connections["default"]
    before = dict(default.settings_dict)
    default.close()
    address = worked.admin_address(before["NAME"])
    default.settings_dict.update(
        USER=address["user"], PASSWORD=address.get("password", ""), HOST=address.get("host", "")
    )
    with transaction.atomic():
        connection.cursor().execute("SET LOCAL session_replication_role = replica")
        yield
        transaction.set_rollback(True)
    default.close()
    default.settings_dict.update(before)


def units() -> list[int]:
    return list(Unit.objects.values_list("pk", flat=True))


def test_all_is_well_after_a_days_work(worked: server.Server) -> None:
    """Nothing is broken, for the people who see only their units."""
    assert broken(units()) == []


def test_the_day_gave_the_invariants_something_to_look_at(worked: server.Server, as_superuser: None) -> None:
    counts = {}
    with connection.cursor() as cursor:
        for table in (
            "sales_billingrow",
            "sales_orderapproval",
            "sales_invoice",
            "ledger_entry",
            "sales_invoicedelivery",
            "claims_reminder",
            "claims_sidepayment",
            "claims_writeoffapproval",
        ):
            cursor.execute(f"SELECT count(*), count(DISTINCT unit_id) FROM {table}")
            counts[table] = cursor.fetchone()
        for table in ("claims_cost", "claims_interestcharge", "claims_refund", "claims_feededucted"):
            cursor.execute(f"SELECT 2 * count(*), count(DISTINCT unit_id) FROM {table}")
            counts[table] = cursor.fetchone()
    assert all(count >= 4 and seen == 2 for count, seen in counts.values()), counts


A_VOUCHER = "(SELECT min(id) FROM ledger_voucher)"
AN_INVOICE = "(SELECT min(id) FROM sales_invoice)"
LAST_INVOICE = "(SELECT max(id) FROM sales_invoice WHERE unit_id = (SELECT min(unit_id) FROM sales_invoice))"
AN_APPROVAL = "(SELECT min(id) FROM sales_orderapproval WHERE act = 'approve')"
ITS_ORDER = f"(SELECT order_id FROM sales_orderapproval WHERE id = {AN_APPROVAL})"
A_REFUND = "(SELECT min(id) FROM claims_refund)"
A_PAID_COST = "(SELECT min(id) FROM claims_sidepayment WHERE kind = 'cost')"
A_CHARGE = "(SELECT min(id) FROM claims_interestcharge)"
CHARGED_INVOICE = f"(SELECT invoice_id FROM claims_claim WHERE id = (SELECT claim_id FROM claims_interestcharge WHERE id = {A_CHARGE}))"
CHARGED_PAYER = f"(SELECT payer_id FROM claims_claim WHERE id = (SELECT claim_id FROM claims_interestcharge WHERE id = {A_CHARGE}))"
A_WRITE_OFF_ACT = "(SELECT min(id) FROM claims_writeoffapproval)"
A_SECOND_REMINDER = "(SELECT min(id) FROM claims_reminder WHERE ordinal = 2)"
BLOCKED_FROM = "UPDATE claims_block SET (from_date, review_date) = (SELECT {0}, {0} FROM claims_reminder)"
A_LIFT = "(SELECT min(id) FROM claims_blocklift)"

A_PAYABLE = "INSERT INTO purchases_payable (id, unit_id, run_id, invoice_id, voucher_id, supplier_id, account, amount, due_date, automatic) SELECT 1, min(id), 1, 1, 1, 1, '25700100', 10, '2026-03-16', true FROM registers_unit"
BEYOND_IT = "INSERT INTO purchases_payablesettlement (unit_id, run_id, payable_id, kind, amount) SELECT min(id), 1, 1, 'credit', 11 FROM registers_unit"
A_REMITTANCE = "INSERT INTO purchases_supplierpayment (id, unit_id, run_id, voucher_id, file_id, pays, supplier_id, ban_id, amount, payment_date, payee, iban, bic, reference, message, payment_information_id, end_to_end_id) SELECT 1, min(id), (SELECT min(id) FROM runs_run), 1, 1, 'ban', 1, 1, 10, '2026-03-16', 'x', 'x', '', '', '', '', 'x' FROM registers_unit"
A_BAN = "INSERT INTO purchases_paymentban (id, unit_id, supplier_id, protocol, from_date, amount, share, payee, iban, reference, person_id, given_at) SELECT 1, min(id), 1, 'x', '2026-01-01', 9, 100, 'x', 'x', 'x', 1, now() FROM registers_unit"
AN_EMPTY_FILE = "INSERT INTO purchases_paymentfile (id, unit_id, run_id, file_id, account_id, message_id, version, count, total, signature) SELECT 1, min(id), 1, 1, 1, 'x', 'x', 1, 10, '' FROM registers_unit"

FAULTS = [
    ("I14 open payables are", f"UPDATE ledger_entry SET account = '25700100' WHERE voucher_id = {A_VOUCHER} AND position = 0"),
    ("I14 open payables are", A_PAYABLE),
    ("I14 no payable is paid beyond", f"{A_PAYABLE}; {BEYOND_IT}"),
    ("I14 every payment is what it settles", A_REMITTANCE),
    ("I14 no ban takes more", f"{A_REMITTANCE}; {A_BAN}"),
    ("I14 payments in transit", A_REMITTANCE),
    ("I6 every payment file", AN_EMPTY_FILE),
    ("I12 a payment run is released", A_REMITTANCE),
    ("I1 every voucher balances", f"UPDATE ledger_entry SET amount = amount + 0.01 WHERE voucher_id = {A_VOUCHER} AND position = 0"),
    ("I1 every voucher balances", f"DELETE FROM ledger_entry WHERE voucher_id = {A_VOUCHER}"),
    ("I1 every entry has a voucher", f"UPDATE ledger_entry SET unit_id = unit_id + 1 WHERE voucher_id = {A_VOUCHER}"),
    ("I1 every entry has a voucher", f"DELETE FROM ledger_voucher WHERE id = {A_VOUCHER}"),
    ("I2 every unit", f"UPDATE ledger_entry SET amount = amount - 1 WHERE voucher_id = {A_VOUCHER} AND position = 1"),
    ("I3 every balance", "UPDATE ledger_balance SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM ledger_balance)"),
    ("I3 every balance", "DELETE FROM ledger_balance WHERE id = (SELECT min(id) FROM ledger_balance)"),
    ("I3 every balance", "INSERT INTO ledger_balance (unit_id, account, year, amount) SELECT min(unit_id), '99999999', 2026, 1 FROM ledger_balance"),
    ("I4 open items", "UPDATE claims_claim SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM claims_claim)"),
    ("I4 open items", "UPDATE ledger_entry SET account = '17009999' WHERE position = 0"),
    ("I4 every invoice is claimed", f"DELETE FROM claims_claim WHERE invoice_id = {AN_INVOICE}"),
    ("I4 every invoice is claimed", f"UPDATE sales_invoice SET voucher_id = voucher_id + 1 WHERE id = {AN_INVOICE}"),
    ("I4 every invoice is the sum", f"DELETE FROM sales_invoiceline WHERE invoice_id = {AN_INVOICE} AND position = 1"),
    ("I4 every invoice is the sum", f"UPDATE sales_invoice SET vat = vat + 0.01, total = total + 0.01 WHERE id = {AN_INVOICE}"),
    ("I5 what is left", "UPDATE bank_payment SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM bank_payment)"),
    ("I5 what is left", "UPDATE ledger_entry SET account = '26200007' WHERE account = '26200006'"),
    ("I5 what is in transit", "UPDATE bank_line SET kind = 'other' WHERE kind = 'sum'"),
    ("I5 what is in transit", "UPDATE ledger_entry SET account = '17900001' WHERE account = '17900000'"),
    ("I5 every payment", "DELETE FROM bank_line WHERE payment_id = (SELECT min(id) FROM bank_payment)"),
    ("I5 every payment", "UPDATE bank_line SET amount = amount + 1 WHERE id = (SELECT min(id) FROM bank_line WHERE kind = 'payment')"),
    ("I5 every payment", "UPDATE bank_payment SET account_id = account_id + 1 WHERE id = (SELECT min(id) FROM bank_payment)"),
    ("I6 every invoice in a batch", "DELETE FROM sales_invoicedelivery WHERE invoice_id = (SELECT min(invoice_id) FROM sales_invoicedelivery)"),
    ("I6 every invoice in a batch", "UPDATE exchange_outboxfile SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM exchange_outboxfile)"),
    ("I6 no batch was sent", "DROP INDEX a_batch_is_sent_once; INSERT INTO exchange_outboxevent (unit_id, file_id, state, happened_at, detail) SELECT unit_id, file_id, 'sent', now(), '' FROM exchange_outboxevent WHERE state = 'sent'"),
    ("I7 every row of a billing request", "DELETE FROM sales_billingrow WHERE (request_id, row) = (SELECT request_id, row FROM sales_billingrow LIMIT 1)"),
    ("I7 every row of a billing request", "UPDATE sales_billingrequest SET rows = rows + 1 WHERE id = (SELECT min(id) FROM sales_billingrequest)"),
    ("I7 every accepted row", "UPDATE sales_billingrow SET order_id = NULL WHERE (request_id, row) = (SELECT request_id, row FROM sales_billingrow WHERE status = 'accepted' LIMIT 1)"),
    ("I7 every order of a request", "UPDATE sales_billingrow SET order_id = order_id + 1 WHERE order_id = (SELECT min(order_id) FROM sales_billingrow)"),
    ("I7 every invoice bills orders", f"DELETE FROM sales_invoicedorder WHERE invoice_id = {AN_INVOICE}"),
    ("I7 every invoice bills orders", f"UPDATE sales_invoiceline SET order_id = order_id + 1 WHERE invoice_id = {AN_INVOICE} AND position = 1"),
    ("I7 every line of an invoiced order", f"DELETE FROM sales_invoiceline WHERE invoice_id = {AN_INVOICE} AND position = 1"),
    ("I7 every line of an invoiced order", "INSERT INTO sales_invoiceline SELECT (jsonb_populate_record(l, jsonb_build_object('position', 30000))).* FROM sales_invoiceline l LIMIT 1"),
    ("I8 invoice numbers", f"DELETE FROM sales_invoice WHERE id = {AN_INVOICE} + 1"),
    ("I8 invoice numbers", f"DELETE FROM sales_invoice WHERE id = {LAST_INVOICE}"),
    ("I8 invoice numbers", "ALTER TABLE sales_invoice DROP CONSTRAINT invoice_numbers_are_unique; UPDATE sales_invoice SET number = number - 1 WHERE number = 5"),
    ("I8 invoice numbers", "UPDATE ledger_numberseries SET next_number = next_number + 1 WHERE series = 'invoice'"),
    ("I8 invoice numbers", "DELETE FROM ledger_numberseries WHERE series = 'invoice'"),
    ("I8 voucher numbers", "ALTER TABLE ledger_voucher DROP CONSTRAINT voucher_numbers_are_unique; UPDATE ledger_voucher SET number = number - 1 WHERE number = 5"),
    ("I8 voucher numbers", f"DELETE FROM ledger_voucher WHERE id = {A_VOUCHER} + 1"),
    ("I8 voucher numbers", "UPDATE ledger_numberseries SET next_number = next_number - 1 WHERE series = 'voucher SI'"),
    ("I4 open items", "DELETE FROM claims_allocation WHERE id = (SELECT min(id) FROM claims_allocation)"),
    ("I10 no claim", "UPDATE claims_allocation SET amount = amount + 1000000 WHERE id = (SELECT min(id) FROM claims_allocation)"),
    ("I10 no payment", "UPDATE claims_overpayment SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM claims_overpayment)"),
    ("I10 what is still to be refunded", "UPDATE claims_overpayment SET treatment = 'income' WHERE treatment = 'refund'"),
    ("I10 what is still to be refunded", f"DELETE FROM claims_refund WHERE id = {A_REFUND}"),
    ("I10 what is still to be refunded", f"UPDATE ledger_voucher SET kind = 'XX' WHERE id = (SELECT voucher_id FROM claims_refund WHERE id = {A_REFUND})"),
    ("I10 no overpayment is refunded", f"UPDATE claims_refund SET amount = amount + 5.01 WHERE id = {A_REFUND}"),
    ("I10 no overpayment is refunded", f"ALTER TABLE claims_refund DROP CONSTRAINT a_refund_is_money_and_its_undoing_takes_it_back; UPDATE claims_refund SET amount = -amount WHERE id = {A_REFUND}"),
    ("I10 no overpayment is refunded", f"UPDATE claims_refund SET overpayment_id = overpayment_id + 1000000 WHERE id = {A_REFUND}"),
    ("I10 no overpayment is refunded", "INSERT INTO claims_overpayment SELECT (jsonb_populate_record(o, jsonb_build_object('id', 10000000, 'undoes_id', o.id, 'amount', -o.amount))).* FROM claims_overpayment o WHERE treatment = 'refund' LIMIT 1"),
    ("I10 no payment", "UPDATE claims_sidepayment SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM claims_sidepayment)"),
    ("I10 no claim", "UPDATE claims_feededucted SET amount = amount + 3.01 WHERE id = (SELECT min(id) FROM claims_feededucted)"),
    ("I10 no costs", f"UPDATE claims_sidepayment SET amount = amount + 0.01 WHERE id = {A_PAID_COST}"),
    ("I10 no costs", "DELETE FROM claims_cost"),
    ("I10 no costs", "INSERT INTO claims_cost SELECT (jsonb_populate_record(c, jsonb_build_object('id', 10000000, 'undoes_id', c.id, 'reminder_id', NULL, 'amount', -c.amount))).* FROM claims_cost c LIMIT 1"),
    ("I4 open items", "DELETE FROM claims_feededucted WHERE id = (SELECT min(id) FROM claims_feededucted)"),
    ("I4 open items", "DELETE FROM claims_claim WHERE kind = 'interest' AND id = (SELECT min(id) FROM claims_claim WHERE kind = 'interest')"),
    ("I4 open items", "DELETE FROM claims_writeoff WHERE id = (SELECT max(id) FROM claims_writeoff)"),
    ("I4 every interest invoice is the sum", f"UPDATE claims_interestcharge SET amount = amount + 0.01 WHERE id = {A_CHARGE}"),
    ("I4 every interest invoice is the sum", f"DELETE FROM claims_interestcharge WHERE id = {A_CHARGE}"),
    ("I4 every interest invoice is the sum", "UPDATE claims_claim SET amount = amount + 0.01 WHERE kind = 'interest'"),
    ("I4 every interest invoice is the sum", "DELETE FROM claims_claim WHERE kind = 'interest'"),
    ("I4 every interest invoice is posted", "UPDATE claims_interestinvoice SET total = total + 0.01"),
    ("I4 every interest invoice is posted", "UPDATE claims_interestinvoice SET voucher_id = voucher_id + 1000000"),
    ("I5 what is left", "DELETE FROM claims_sidepayment WHERE id = (SELECT max(id) FROM claims_sidepayment)"),
    ("I9 every statement", "ALTER TABLE bank_material DROP CONSTRAINT a_statement_adds_up; UPDATE bank_material SET closing = closing + 0.01 WHERE kind = 'statement'"),
    ("I9 every statement", "DELETE FROM bank_line WHERE id = (SELECT max(id) FROM bank_line)"),
    ("I9 every statement", "UPDATE bank_material SET lines = lines + 1 WHERE kind = 'payments'"),
    ("I9 no two statements", "INSERT INTO bank_material SELECT (jsonb_populate_record(m, jsonb_build_object('id', 10000000, 'identity', 'again'))).* FROM bank_material m WHERE kind = 'statement' LIMIT 1"),
    ("I9 no two statements", "INSERT INTO bank_material SELECT (jsonb_populate_record(m, jsonb_build_object('id', 10000000, 'identity', 'month', 'from_date', '2026-03-01', 'to_date', '2026-03-31'))).* FROM bank_material m WHERE kind = 'statement' LIMIT 1"),
    ("I11 no voucher was posted", "INSERT INTO ledger_closedperiod (unit_id, month, closed_by_id, closed_at) SELECT min(unit_id), '2026-03-01', min(person_id), '2026-03-01' FROM runs_run"),
    ("I11 every voucher is dated", f"ALTER TABLE ledger_voucher DROP CONSTRAINT a_voucher_is_dated_in_its_year; UPDATE ledger_voucher SET year = 2025 WHERE id = {A_VOUCHER}"),
    ("I12 nobody reviewed and approved", f"ALTER TABLE sales_orderapproval DROP CONSTRAINT reviewer_is_not_approver; UPDATE sales_orderapproval SET person_id = (SELECT min(person_id) FROM sales_orderapproval WHERE order_id = {ITS_ORDER}) WHERE order_id = {ITS_ORDER}"),
    ("I12 every act is on the version", f"UPDATE sales_orderapproval SET digest = repeat('0', 64) WHERE id = {AN_APPROVAL}"),
    ("I12 every approval follows", f"DELETE FROM sales_orderapproval WHERE order_id = {ITS_ORDER} AND act = 'review'"),
    ("I12 every approval follows", f"UPDATE sales_orderapproval SET id = id + 1000000 WHERE order_id = {ITS_ORDER} AND act = 'review'"),
    ("I12 who reviewed or approved", "DELETE FROM registers_roleassignment WHERE role = 'GK'"),
    ("I12 who reviewed or approved", "UPDATE registers_roleassignment SET validity = '[2020-01-01,2026-03-16)' WHERE role = 'SG'"),
    ("I12 who reviewed or approved", "UPDATE registers_roleassignment SET in_unit_id = (SELECT id FROM registers_unit WHERE code = '3910') WHERE role IN ('SG', 'GK')"),
    ("I12 what is invoiced", "UPDATE sales_orderdecision SET standing = 'RETURNED' WHERE rule = 'orders' AND order_id = (SELECT min(order_id) FROM sales_invoicedorder)"),
    ("I12 what is invoiced", f"DELETE FROM sales_orderapproval WHERE id = {AN_APPROVAL}"),
    ("I12 what is invoiced", "INSERT INTO sales_order SELECT (jsonb_populate_record(o, jsonb_build_object('id', 10000000, 'version', 2))).* FROM sales_order o WHERE id = (SELECT min(order_id) FROM sales_invoicedorder)"),
    ("I12 who reviewed or approved", "DELETE FROM registers_roleassignment WHERE role = 'PG'"),
    ("I12 who reviewed or approved", f"UPDATE claims_writeoffapproval SET person_id = (SELECT person_id FROM registers_roleassignment WHERE role = 'RE') WHERE id = {A_WRITE_OFF_ACT}"),
    ("I12 a refund run", "DELETE FROM claims_refundapproval"),
    ("I12 a refund run", "UPDATE claims_refundapproval SET person_id = (SELECT person_id FROM runs_run r WHERE r.id = run_id)"),
    ("I12 a refund run", "UPDATE claims_refundapproval SET run_id = run_id + 1000000; UPDATE claims_refund SET way = 'payment_order'"),
    ("I12 what is written off", f"DELETE FROM claims_writeoffapproval WHERE id = {A_WRITE_OFF_ACT}"),
    ("I12 what is written off", f"UPDATE claims_writeoffapproval SET digest = repeat('0', 64) WHERE id = {A_WRITE_OFF_ACT}"),
    ("I12 what is written off", "ALTER TABLE claims_writeoffapproval DROP CONSTRAINT a_write_off_is_not_reviewed_and_approved_by_one; UPDATE claims_writeoffapproval SET person_id = (SELECT min(person_id) FROM claims_writeoffapproval)"),
    ("I12 what is written off", "UPDATE claims_writeoffproposal SET amount = amount - 0.01"),
    ("I12 what is written off", "UPDATE claims_writeoffproposal SET claim_id = claim_id + 1000000"),
    ("I12 what is written off", "UPDATE claims_writeoff SET proposal_id = proposal_id + 1000000 WHERE proposal_id IS NOT NULL"),
    ("I13 no claim is reminded more than twice", "ALTER TABLE claims_reminder DROP CONSTRAINT two_reminders_at_most; INSERT INTO claims_reminder SELECT (jsonb_populate_record(r, jsonb_build_object('id', 10000000, 'ordinal', 3, 'sent_date', r.due_date + 1, 'due_date', r.due_date + 15))).* FROM claims_reminder r WHERE id = (SELECT max(id) FROM claims_reminder)"),
    ("I13 no claim is reminded more than twice", "DELETE FROM claims_reminder WHERE id = (SELECT min(id) FROM claims_reminder WHERE ordinal = 1)"),
    ("I13 no claim is reminded more than twice", f"UPDATE claims_reminder SET due_date = (SELECT sent_date FROM claims_reminder WHERE id = {A_SECOND_REMINDER}) WHERE ordinal = 1"),
    ("I13 no claim is reminded before", "UPDATE claims_claim SET due_date = (SELECT min(sent_date) FROM claims_reminder) WHERE id IN (SELECT claim_id FROM claims_reminder)"),
    ("I13 no claim is reminded while", f"DELETE FROM claims_blocklift WHERE id = {A_LIFT}"),
    ("I13 no claim is reminded while", f"UPDATE claims_blocklift SET day = day + 3 WHERE id = {A_LIFT}"),
    ("I13 no claim is reminded while", f"UPDATE claims_blocklift SET given_at = given_at + interval '30 days' WHERE id = {A_LIFT}"),
    ("I13 no claim is reminded while", f"DELETE FROM claims_blocklift WHERE id = {A_LIFT}; UPDATE claims_block SET until_date = (SELECT min(sent_date) FROM claims_reminder)"),
    ("I13 no claim is reminded while", "DELETE FROM claims_blocklift; UPDATE claims_block b SET customer_id = (SELECT payer_id FROM claims_claim c WHERE c.id = b.claim_id), claim_id = NULL"),
    ("I13 no claim is reminded while", f"DELETE FROM claims_blocklift; {BLOCKED_FROM.format('max(sent_date)')}"),
    ("I13 no interest is charged", f"UPDATE sales_invoice SET internal = true WHERE id = {CHARGED_INVOICE}; UPDATE registers_customer SET kind = 'state_unit', business_id = '9900018-9', partner_code = 'X' WHERE id = {CHARGED_PAYER}"),
    ("I15 every sealed block", f"UPDATE ledger_voucher SET posting_date = posting_date + 1 WHERE id = {A_VOUCHER}"),
    ("I15 every sealed block", "UPDATE ledger_seal SET root = repeat('0', 64)"),
    ("I12 what is invoiced", "UPDATE sales_invoicedorder SET digest = repeat('0', 64) WHERE order_id = (SELECT min(order_id) FROM sales_invoicedorder)"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fault"), FAULTS, ids=[f"{name}: {fault[:60]}" for name, fault in FAULTS])
def test_a_planted_fault_is_seen(as_superuser: None, name: str, fault: str) -> None:
    """P40: the fault is planted past every constraint; the invariant that it breaks says so."""
    with connection.cursor() as cursor:
        cursor.execute(fault)
    found = broken(units())
    assert [problem.name for problem in found if problem.name.startswith(name)] != []
    assert all(problem.rows for problem in found)


WELL = [
    ("a block that was set later, for days before", "DELETE FROM claims_blocklift; UPDATE claims_block SET given_at = given_at + interval '90 days'"),
    ("a block of the same day and hour", "DELETE FROM claims_blocklift; UPDATE claims_block b SET from_date = r.sent_date, review_date = r.sent_date, given_at = s.applied_at FROM claims_reminder r JOIN runs_run s ON s.id = r.run_id WHERE r.claim_id = b.claim_id AND r.ordinal = 2"),
    ("a block that had ended the day before", "DELETE FROM claims_blocklift; UPDATE claims_block SET until_date = (SELECT min(sent_date) - 1 FROM claims_reminder)"),
    ("a block that begins the day after", f"DELETE FROM claims_blocklift; {BLOCKED_FROM.format('max(sent_date) + 1')}"),
    ("a lift on the day of the reminder", "UPDATE claims_blocklift l SET day = (SELECT min(sent_date) FROM claims_reminder)"),
    ("a State unit that was none when it was invoiced", f"UPDATE registers_customer SET kind = 'state_unit', business_id = '9900018-9', partner_code = 'X' WHERE id = {CHARGED_PAYER}"),
]  # fmt: skip


@pytest.mark.parametrize("change", [change for _, change in WELL], ids=[name for name, _ in WELL])
def test_what_is_as_it_should_be_is_no_fault(as_superuser: None, change: str) -> None:
    """P40: the other side of the bounds above."""
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert broken(units()) == []


def test_every_invariant_has_a_fault_that_it_was_shown_to_see() -> None:
    unseen = [name for name in INVARIANTS if not any(name.startswith(shown) for shown, _ in FAULTS)]
    assert unseen == []


def test_a_fault_of_another_unit_is_not_told(as_superuser: None) -> None:
    """P34: who asks sees the faults of own units only; the login is bound like everybody."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT unit_id FROM ledger_voucher WHERE id = {A_VOUCHER}")
        faulty = cursor.fetchone()[0]
        cursor.execute(f"DELETE FROM ledger_entry WHERE voucher_id = {A_VOUCHER}")
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute(f"SET LOCAL ROLE {server.APP}")
    others = [unit for unit in units() if unit != faulty]
    assert broken(others) == []
    assert broken([faulty]) != []
    assert broken([]) == []


def test_the_first_rows_of_a_fault_are_shown_and_not_all(as_superuser: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_entry")
    found = {problem.name: problem for problem in broken(units())}
    assert len(found["I1 every voucher balances and has two entries"].rows) == 20


def test_the_files_sent_are_the_files_sealed(worked: server.Server) -> None:
    """I6: what lies in the operator's folder is, byte for byte, what the outbox sealed."""
    out = Path(settings.OUT)
    assert sorted(path.name.split("-")[1] for path in out.iterdir()) == list(UNITS)
