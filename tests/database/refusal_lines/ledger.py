"""What the database refuses of the ledger, by the name of the constraint."""

from database.refusal_lines.line import NOWHERE, Line, line, same

REFUSED: list[Line] = [
    # The ledger
    line("voucher_numbers_are_unique", "ledger_voucher", number=same("number", "ledger_voucher")),
    line("a_voucher_is_dated_in_its_year", "ledger_voucher", posting_date="2025-12-31"),
    line("a_voucher_is_dated_in_its_year", "ledger_voucher", year=2025),
    line("a_closed_period_takes_no_voucher", "ledger_voucher", year=2020, posting_date="2020-01-31"),
    line("a_closed_period_takes_no_voucher", "ledger_voucher", year=2020, posting_date="2020-01-01"),
    line("voucher_balances", "ledger_voucher"),  # without entries
    line("an_entry_is_not_zero", "ledger_entry", amount="0.00"),
    line("an_entry_belongs_to_a_voucher_of_its_unit", "ledger_entry", voucher_id=NOWHERE),
    line("entries_come_with_their_voucher", "ledger_entry"),
    line("a_number_series_belongs_to_a_unit", "ledger_numberseries", unit_id=NOWHERE),
    line("a_series_has_one_counter_a_year", "ledger_numberseries", series=same("series", "ledger_numberseries")),
    line("a_number_series_starts_at_one", "ledger_numberseries", next_number=0),
    line("a_closed_period_belongs_to_a_unit", "ledger_closedperiod", unit_id=NOWHERE),
    line("a_period_is_closed_once", "ledger_closedperiod"),
    line("a_period_is_a_month", "ledger_closedperiod", month="2020-02-02"),
    # Bank material (OC 4.1-b; D17)
    line("an_assertion_is_made_once", "ledger_assertion", told_by=same("told_by", "ledger_assertion")),
]  # fmt: skip
