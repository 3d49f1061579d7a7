"""What the database refuses of bank material, by the name of the constraint."""
# ruff: noqa: E501 - a table: one line for each constraint

from typing import Any

from database.house import House, another
from database.refusal_lines.line import NOWHERE, Line, line, one_more, same

BY_HAND = {"by": "memo", "rule_id": None, "reason": "a fee"}


def corrected(h: House) -> Any:
    """A posting of a line that somebody has corrected already."""
    first = h.row("bank_lineposting")
    wrong = another(h, "bank_lineposting", **first)
    another(h, "bank_lineposting", line_id=first["line_id"], corrects_id=wrong, **BY_HAND)
    return wrong


REFUSED: list[Line] = [
    # Bank material (OC 4.1-b; D17)
    line("bank_material_comes_from_a_run", "bank_material", run_id=NOWHERE),
    line("bank_material_came_in_a_file", "bank_material", file_id=NOWHERE),
    line("bank_material_is_about_an_account_of_the_unit", "bank_material", account_id=NOWHERE),
    line("the_same_bank_material_comes_once", "bank_material", identity=same("identity", "bank_material")),
    line("bank_material_is_a_statement_or_a_list", "bank_material", kind="payments"),
    line("bank_material_is_a_statement_or_a_list", "bank_material", source="ktl"),
    line("bank_material_is_a_statement_or_a_list", "bank_material", source="camt.052", kind="payments"),
    line("a_statement_adds_up", "bank_material", closing="100.01"),
    line("a_statement_adds_up", "bank_material", total="99.99"),
    line("a_payment_is_not_zero", "bank_payment", amount="0.00"),
    line("a_bank_line_has_its_place_once", "bank_line", position=same("position", "bank_line"), payment_id=lambda h: h.add("bank_payment")["id"]),
    line("a_source_tells_of_a_payment_once", "bank_line"),
    line("a_payment_line_names_its_payment_and_no_other_does", "bank_line", payment_id=None),
    line("a_payment_line_names_its_payment_and_no_other_does", "bank_line", booking_date=None),
    line("a_payment_line_names_its_payment_and_no_other_does", "bank_line", kind="sum"),
    line("a_payment_line_names_its_payment_and_no_other_does", "bank_line", kind="pending"),
    line("a_payment_line_names_its_payment_and_no_other_does", "bank_line", kind="gift", payment_id=None),
    line("a_payment_line_names_its_payment_and_no_other_does", "bank_line", kind="other", payment_id=None, booking_date=None),
    # Lines that no room of income posts (EX 10)
    line("a_line_posting_names_a_rule_of_its_unit", "bank_lineposting", rule_id=NOWHERE),
    line("a_bank_line_is_posted_once", "bank_lineposting", line_id=same("line_id", "bank_lineposting")),
    line("a_bank_line_is_posted_by_a_rule_by_payments_or_by_hand", "bank_lineposting", rule_id=None),
    line("a_bank_line_is_posted_by_a_rule_by_payments_or_by_hand", "bank_lineposting", by="payments"),
    line("a_bank_line_is_posted_by_a_rule_by_payments_or_by_hand", "bank_lineposting", by="memo", reason="a fee"),
    line("a_bank_line_is_posted_by_a_rule_by_payments_or_by_hand", "bank_lineposting", by="memo", rule_id=None),
    line("a_bank_line_is_posted_by_a_rule_by_payments_or_by_hand", "bank_lineposting", by="guess", rule_id=None),
    line("a_line_posting_is_corrected_once", "bank_lineposting", corrects_id=corrected, **BY_HAND),
    line("a_line_posting_is_corrected_by_hand", "bank_lineposting", corrects_id=one_more("bank_lineposting")),
    line("a_line_posting_is_corrected_by_hand", "bank_lineposting", corrects_id=one_more("bank_lineposting"), by="payments", rule_id=None),
]  # fmt: skip
