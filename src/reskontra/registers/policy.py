"""Who may do what in which unit (OC 1.2-a, 3.2.1): roles by date, asked before every act."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Q

from reskontra.kernel.clauses import clause
from reskontra.registers.models import Person, Responsibility, RoleAssignment, Unit

# K clerk, SG reviewer, GK approver, PK service-centre clerk, PG service-centre approver, KA treasury analyst,
# RE auditor, IN integrator, AD administrator.
MAY: Mapping[str, frozenset[str]] = {
    "see": frozenset({"K", "SG", "GK", "PK", "PG", "KA", "RE", "IN", "AD"}),
    "import": frozenset({"K", "PK", "IN"}),
    # What was approved at source comes by the interface or is read in by the centre, never from a clerk's file.
    "import_own_system": frozenset({"PK", "IN"}),
    "run_orders": frozenset({"K", "PK"}),
    "run_invoicing": frozenset({"K", "PK"}),
    "run_delivery": frozenset({"K", "PK"}),
    "run_letters": frozenset({"K", "PK"}),
    "review_order": frozenset({"SG"}),
    "approve_order": frozenset({"GK"}),
    # Whoever judges an order, and whoever brings orders in, may send it back; what is back is the unit's own again.
    "return_order": frozenset({"K", "PK", "SG", "GK"}),
    "withdraw_order": frozenset({"K", "PK", "SG", "GK"}),
    "reopen_order": frozenset({"K", "PK"}),
    # The centre reconciles what banks tell; a material connection may bring it (OC 4.1).
    "take_in_bank_material": frozenset({"PK", "IN"}),
    "run_allocation": frozenset({"K", "PK"}),
    "run_set_off": frozenset({"K", "PK"}),
    # The centre traces what is unclear; the unit answers what the centre cannot trace.
    "point_payment": frozenset({"K", "PK"}),
    "decide_held_batch": frozenset({"PK", "PG"}),
    "send_again": frozenset({"K", "PK"}),
    "change_channel": frozenset({"K", "PK"}),
    # The voucher of an invoice list: one approver in the centre, the unit's own two where it has expenditure (OC 3.9).
    "approve_invoice_list": frozenset({"PG"}),
    "review_invoice_list": frozenset({"SG"}),
    "approve_invoice_list_in_unit": frozenset({"GK"}),
    # Refunds: the centre finds out and prepares, somebody else in the centre approves the run's voucher (OC 3.9, 4.2).
    "run_refunds": frozenset({"PK"}),
    "prepare_refund": frozenset({"K", "PK"}),
    "approve_refunds": frozenset({"PG"}),
    # Collection: the centre runs it, the unit decides what only a creditor can (OC 6.1, 6.2).
    "run_reminders": frozenset({"PK"}),
    "run_interest": frozenset({"PK"}),
    "run_payment_time": frozenset({"PK"}),
    "waive_interest": frozenset({"K", "PK"}),
    "block": frozenset({"K", "PK"}),
    "answer_complaint": frozenset({"K"}),
    "run_deferrals": frozenset({"K", "PK"}),
    # Whoever hears a customer ask writes it down; who may answer is the responsibility table's to say (OC 6.1.1).
    "ask_for_time": frozenset({"K", "PK"}),
    "grant_time": frozenset({"K", "PK"}),
    "run_limitation": frozenset({"K", "PK"}),
    "interrupt_limitation": frozenset({"K", "PK"}),
    "run_agency": frozenset({"PK"}),
    "run_collection": frozenset({"PK"}),
    "run_enforcement": frozenset({"PK"}),
    "run_obstacles": frozenset({"PK"}),
    "run_court": frozenset({"PK"}),
    "handle_case": frozenset({"K", "PK"}),
    "decide_case": frozenset({"K", "GK"}),
    "sign_summons": frozenset({"GK"}),
    # Write-offs: anybody of the unit or the centre proposes, two of the unit decide (OC 5.1-b).
    "propose_write_off": frozenset({"K", "PK"}),
    "review_write_off": frozenset({"SG"}),
    "approve_write_off": frozenset({"GK"}),
    "refuse_write_off": frozenset({"K", "SG", "GK"}),
    "run_write_offs": frozenset({"PK"}),
    "undo_write_off": frozenset({"K", "PK"}),
    "run_valuation": frozenset({"PK"}),
    # Expenditure: the centre takes in, matches and pays; the unit codes, reviews and approves (EX 1.2).
    "run_intake": frozenset({"PK", "IN"}),
    "run_matching": frozenset({"PK"}),
    "keep_orders": frozenset({"K", "PK", "IN"}),
    "keep_templates": frozenset({"K", "PK"}),
    "receive_goods": frozenset({"K", "SG"}),
    # What the ordering system or the unit's own list says was received: the receiver is named on each row.
    "import_receipts": frozenset({"K", "IN"}),
    "accept_match": frozenset({"K", "PK"}),
    "link_row": frozenset({"K", "PK"}),
    "confirm_match": frozenset({"K", "SG"}),
    "route_invoice": frozenset({"K", "PK"}),
    "run_circulation": frozenset({"PK"}),
    # Whoever has an invoice may hand it on to somebody else who can do the same.
    "forward_invoice": frozenset({"K", "SG", "GK", "PK", "PG"}),
    "note_invoice": frozenset({"K", "SG", "GK", "PK", "PG"}),
    "complain_to_supplier": frozenset({"K"}),
    "code_invoice": frozenset({"K", "PK"}),
    "review_expenditure": frozenset({"SG"}),
    "approve_expenditure": frozenset({"GK"}),
    # The centre approves only vouchers without a budget line, and answers alone for substance and figures (EX 1.2).
    "approve_without_budget": frozenset({"PG"}),
    "return_to_supplier": frozenset({"K", "PK"}),
    "set_own_absence": frozenset({"K", "SG", "GK", "PK", "PG"}),
    "set_absence": frozenset({"PK", "AD"}),
    "keep_suppliers": frozenset({"PK"}),
    "approve_supplier_account": frozenset({"PK", "PG"}),
    "keep_payment_bans": frozenset({"PK"}),
    "hold_payment": frozenset({"K", "PK"}),
    "run_payment": frozenset({"PK"}),
    "run_answers": frozenset({"PK", "IN"}),
    "release_payment": frozenset({"PG"}),
    "record_payment_permit": frozenset({"PK"}),
    "run_statement_posting": frozenset({"PK"}),
    "propose_statement_rule": frozenset({"K", "PK"}),
    "approve_statement_rule": frozenset({"PK", "PG"}),
    "post_memo": frozenset({"PK"}),
    # Cards: whoever bought brings the receipt, the unit codes, the travel system's connection tells what it settled.
    "run_cards": frozenset({"K", "PK"}),
    "take_in_card_statement": frozenset({"K", "PK", "IN"}),
    "attach_card_receipt": frozenset({"K", "SG", "GK", "PK"}),
    "code_card_purchase": frozenset({"K", "PK"}),
    "transfer_card_purchases": frozenset({"PK", "IN"}),
    "name_card_invoice": frozenset({"K", "PK"}),
    "explain_card_difference": frozenset({"K", "PK"}),
    # Offices abroad: the unit tells and draws up, the centre draws up what it gets by mail; two of the unit decide.
    "tell_invoice_abroad": frozenset({"K", "PK"}),
    "draw_up_memo_abroad": frozenset({"K", "PK"}),
    "review_memo_abroad": frozenset({"SG"}),
    "approve_memo_abroad": frozenset({"GK"}),
    "pay_abroad": frozenset({"K", "PK"}),
    "keep_original": frozenset({"K", "PK"}),
    "load_registers": frozenset({"PK", "AD"}),
    "set_password": frozenset({"AD"}),
    "seal_journal": frozenset({"PK", "AD"}),
    "keep_api_keys": frozenset({"PK", "AD"}),
}


# Acts that the responsibility table gives either to the unit's own people or to the centre's (OC 1.2-a).
STEPS: Mapping[str, str] = {
    "run_invoicing": "run_invoicing",
    "run_delivery": "send_to_operator",
    "run_letters": "send_to_operator",
    "run_reminders": "send_reminders",
    "grant_time": "grant_payment_time",
    "code_invoice": "code_expenditure",
}
CENTRE = frozenset({"PK", "PG"})


class NotAllowed(Exception):
    """The person has no role that allows the act in the unit on the day, or the step is another party's."""

    def __init__(self, person: Person, act: str, unit: Unit | None) -> None:
        super().__init__(f"{person.username} may not {act} in {unit.code if unit else 'all units'}")
        self.person, self.act, self.unit = person, act, unit


@clause("OC 1.2-a")
def roles_of(person: Person, unit: Unit, on: date) -> frozenset[str]:
    """The roles that ``person`` holds in ``unit`` on ``on``; those in all units count in each."""
    if not person.is_active:
        return frozenset()
    held = RoleAssignment.objects.filter(
        Q(in_unit=unit) | Q(in_unit__isnull=True), person=person, validity__contains=on
    )
    return frozenset(held.values_list("role", flat=True))


def units_of(person: Person, on: date) -> list[Unit]:
    """The units that ``person`` may see on ``on``, by code."""
    if not person.is_active:
        return []
    held = RoleAssignment.objects.filter(person=person, validity__contains=on)
    if held.filter(in_unit__isnull=True).exists():
        return list(Unit.objects.order_by("code"))
    return list(Unit.objects.filter(pk__in=held.values("in_unit")).order_by("code"))


@clause("OC 1.2-a")
def require(person: Person, act: str, unit: Unit, on: date) -> None:
    """Raise ``NotAllowed`` unless one of the person's roles allows ``act`` in ``unit`` on ``on``.

    Where the unit's responsibility table says who does the step, only that party's roles count. Called inside
    ``working_in``, since the table belongs to the unit.
    """
    if not allows(roles_of(person, unit, on), act, unit, on):
        raise NotAllowed(person, act, unit)


def allows(roles: Iterable[str], act: str, unit: Unit, on: date) -> bool:
    """Whether one of ``roles``, held in ``unit`` on ``on``, allows ``act``; by the responsibility table where it tells.

    Called inside ``working_in``, since the table belongs to the unit.
    """
    allowed = MAY[act] & frozenset(roles)
    if allowed and act in STEPS:
        row = Responsibility.objects.filter(unit=unit, step=STEPS[act], validity__contains=on).first()
        if row:
            allowed = allowed & CENTRE if row.party == "centre" else allowed - CENTRE
    return bool(allowed)


def may_somewhere(person: Person, act: str, on: date) -> bool:
    """Whether the person holds a role in all units that allows ``act``: what a state-wide register asks for."""
    held = RoleAssignment.objects.filter(
        person=person, in_unit__isnull=True, role__in=MAY[act], validity__contains=on
    )
    return person.is_active and held.exists()


def require_somewhere(person: Person, act: str, on: date) -> None:
    """Raise ``NotAllowed`` unless the person holds a role in all units that allows ``act``: state-wide registers."""
    if not may_somewhere(person, act, on):
        raise NotAllowed(person, act, None)
