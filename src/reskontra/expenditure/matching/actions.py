"""What people do about a match: accept a difference, confirm, take back, say the right number, link rows (EX 3)."""

from collections.abc import Mapping

from django.db import connection

from reskontra.database.refused import ActRefused, refused_as
from reskontra.database.rows import one_row, rows
from reskontra.expenditure.matching.rules import ACCEPTABLE
from reskontra.expenditure.matching.run import decide_invoices, write_matches
from reskontra.kernel.clauses import clause
from reskontra.purchases.matching import agreed_number, take_matches
from reskontra.purchases.models import (
    InvoiceIdentifier,
    InvoiceSupplier,
    Match,
    MatchConfirmation,
    MatchEnd,
    PurchaseInvoice,
    PurchaseInvoiceLine,
    PurchaseOrderLine,
    RowLink,
    RowLinkEnd,
)
from reskontra.registers.models import Supplier
from reskontra.registers.policy import require
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting, RunRefused, lock

PREFIXES = (("VSK1", "contract"), ("TK1", "posting"), ("V1", "order"))


@clause("EX 3-b")
def accept(acting: Acting, invoice: PurchaseInvoice, reason: str) -> Match:
    """Match ``invoice`` to its order or contract although its figures differ, and say why.

    Its coding comes from the order or contract; it is not automatic, and becomes payable once it was reviewed and
    approved. Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` when anything but the figures is in
    the way (such as a missing receipt), nothing is, or it is matched already; ``ValueError`` without a reason.
    """
    require(acting.person, "accept_match", acting.unit, acting.day)
    if not reason.strip():
        raise ValueError("who accepts a match says why")
    lock(acting.unit, "matching")
    decide_invoices(acting.unit, terms_of(acting.unit, acting.day), [invoice.pk])
    names = [one.name for one in ACCEPTABLE]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE decided SET outcome = 'ACCEPTED', clause = 'EX 3-b'"
            " WHERE outcome = ANY (%s) AND reasons <@ to_jsonb(%s::text[])",
            [names, names],
        )
        accepted = cursor.rowcount
    if not accepted:
        raise RunRefused("matching.not_acceptable", number=invoice.number)
    take_matches(["ACCEPTED"])
    # It waits for nobody's confirmation: the people who approve it come after.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE match_to_be SET waits = false")
    with refused_as(ActRefused):
        write_matches(acting, reason=reason.strip())
    return Match.objects.filter(unit=acting.unit, invoice=invoice).order_by("-id")[0]


@clause("EX 3-d")
def confirm(acting: Acting, match: Match) -> MatchConfirmation:
    """Confirm a match that waits; the next run makes it payable, and it still counts as automatic.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``ActRefused`` when it does not wait, has ended or was
    confirmed already.
    """
    require(acting.person, "confirm_match", acting.unit, acting.day)
    with refused_as(ActRefused):
        return MatchConfirmation.objects.create(
            unit=acting.unit, match=match, person=acting.person, given_at=acting.at
        )


@clause("EX 3-a")
def end_match(acting: Acting, match: Match, reason: str) -> MatchEnd:
    """Take back a match that is not payable yet; the next run looks at the invoice anew.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``ActRefused`` without a reason, when it has ended, or
    when it is payable.
    """
    require(acting.person, "accept_match", acting.unit, acting.day)
    with refused_as(ActRefused):
        return MatchEnd.objects.create(
            unit=acting.unit,
            match=match,
            day=acting.day,
            reason=reason.strip(),
            person=acting.person,
            given_at=acting.at,
        )


@clause("EX 3-c")
def correct_identifier(acting: Acting, invoice: PurchaseInvoice, number: str) -> InvoiceIdentifier:
    """Say which order, contract or posting reference ``invoice`` belongs to; it takes the place of what the file says.

    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` when the number has none of the known
    beginnings, or the invoice is matched, returned or payable.
    """
    require(acting.person, "route_invoice", acting.unit, acting.day)
    value = number.strip().upper()
    kind = next((kind for prefix, kind in PREFIXES if value.startswith(prefix)), None)
    if kind is None:
        raise RunRefused("matching.not_a_number", number=value)
    lock(acting.unit, "matching")
    _still_open(acting, invoice)
    return InvoiceIdentifier.objects.create(
        unit=acting.unit,
        invoice=invoice,
        person=acting.person,
        given_at=acting.at,
        kind=kind,
        value=value,
        field="person",
        right_field=True,
    )


@clause("EX 3-a")
def name_supplier(acting: Acting, invoice: PurchaseInvoice, supplier: Supplier) -> InvoiceSupplier:
    """Say whose invoice it is. Called inside ``working_in``. Raises as ``correct_identifier``."""
    require(acting.person, "route_invoice", acting.unit, acting.day)
    lock(acting.unit, "matching")
    _still_open(acting, invoice)
    return InvoiceSupplier.objects.create(
        unit=acting.unit, invoice=invoice, supplier=supplier, person=acting.person, given_at=acting.at
    )


@clause("EX 3-a")
def link_rows(acting: Acting, invoice: PurchaseInvoice, links: Mapping[int, int | None]) -> int:
    """Say which line of its order each row of ``invoice`` goes to; gives back how many rows that changed.

    ``links``: the row's place in the invoice -> the line's place in the order, or None for what the row itself names.
    What was said of a row before is taken back; rows that are not in ``links`` stay as they are. The next run compares
    line by line as if the rows had named their lines. Called inside ``working_in``. Raises ``NotAllowed``;
    ``RunRefused`` when the invoice names no order, there is no such row or line, or it is matched, returned or payable.
    """
    require(acting.person, "link_row", acting.unit, acting.day)
    lock(acting.unit, "matching")
    _still_open(acting, invoice)
    number = agreed_number(InvoiceIdentifier.objects.filter(unit=acting.unit, invoice=invoice).order_by("id"))
    lines = {
        one.position: one
        for one in PurchaseOrderLine.objects.filter(unit=acting.unit, order__number=number)
        if number
    }
    if not lines:
        raise RunRefused("matching.no_order_beside", number=invoice.number)
    placed = {
        one.position: one
        for one in PurchaseInvoiceLine.objects.filter(unit=acting.unit, invoice=invoice, position__in=links)
    }
    held = {
        one["row_id"]: one
        for one in rows(
            "SELECT id, row_id, order_line_id FROM purchases_row_link_held WHERE unit_id = %s AND invoice_id = %s",
            [acting.unit.pk, invoice.pk],
        )
    }
    changed = 0
    by = {"unit": acting.unit, "person": acting.person, "given_at": acting.at}
    for place, position in sorted(links.items()):
        if place not in placed:
            raise RunRefused("matching.no_such_row", row=str(place), number=invoice.number)
        if position is not None and position not in lines:
            raise RunRefused("matching.no_such_order_line", line=str(position), order=number)
        row, line = placed[place], None if position is None else lines[position]
        before = held.get(row.pk)
        if (before["order_line_id"] if before else None) == (line.pk if line else None):
            continue
        changed += 1
        if before:
            RowLinkEnd.objects.create(link_id=before["id"], **by)
        if line:
            RowLink.objects.create(row=row, order_line=line, **by)
    return changed


def _still_open(acting: Acting, invoice: PurchaseInvoice) -> None:
    (settled,) = one_row(
        "SELECT count(*) FROM purchases_invoice_state WHERE unit_id = %s AND id = %s"
        " AND (match_id IS NOT NULL OR payable_id IS NOT NULL OR returned IS NOT NULL)",
        [acting.unit.pk, invoice.pk],
    )
    if settled:
        raise RunRefused("matching.settled", number=invoice.number)
