"""The day after the demo day: a unit takes an invoice back, two persons agree, and a credit goes out (OC 3.2.1)."""

from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from reskontra.database.session import working_in
from reskontra.demo.diary import moment, person_with
from reskontra.demo.material import write_csv
from reskontra.demo.orders import Draft
from reskontra.exchange.attachments import beside
from reskontra.exchange.inbox import receive
from reskontra.exchange.outbox import hand_over, waiting
from reskontra.exchange.reading import read_documents
from reskontra.income.delivery.run import DeliveryRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.actions import approve, review
from reskontra.income.order_handling.files import take_in_document
from reskontra.income.order_handling.run import OrdersRun
from reskontra.registers.models import Unit
from reskontra.runs.run import Acting, Room, apply
from reskontra.sales.models import Order

# The first invoice of one order with one line that the unit billed by a file of its own.
_CHOSEN = """
SELECT %(code)s || lpad(i.number::text, 9, '0'), payer.number, o.service_date, l.item_code, l.quantity,
  billed.unit_price
FROM sales_invoice i
JOIN sales_invoicedorder d ON d.invoice_id = i.id
JOIN sales_order o ON o.id = d.order_id
JOIN sales_orderline l ON l.order_id = o.id
JOIN sales_invoiceline billed ON billed.invoice_id = i.id
JOIN registers_customer payer ON payer.id = i.payer_id
WHERE i.unit_id = %(unit)s AND payer.own_system_id IS NULL AND NOT payer.protected
  AND 1 = (SELECT count(*) FROM sales_invoiceline one WHERE one.invoice_id = i.id)
ORDER BY i.number LIMIT 1
"""


def play_credit(unit: Unit, folder: Path, on: date, language: str) -> dict[str, Any]:
    """Credit the whole of one invoice on the day ``on``, by a request written into ``folder``; who did what."""
    original, path = _request(unit, folder, on)
    clerk, centre = person_with(unit, "K"), person_with(unit, "PK")
    reviewer, approver = person_with(unit, "SG"), person_with(unit, "GK")
    data = path.read_bytes()
    with working_in([unit.pk], clerk.pk, "demo"):
        received = receive(Acting(clerk, unit, moment(on, 8, 30)), data, path.name, "import")
    [document] = read_documents(data, path.name)
    with working_in([unit.pk], clerk.pk, "demo"):
        acting = Acting(clerk, unit, moment(on, 8, 30))
        take_in_document(acting, received, document, beside(path.parent), on, language)
    _run(unit, OrdersRun(), Acting(centre, unit, moment(on, 9)))
    with working_in([unit.pk], reviewer.pk, "demo"):
        order = Order.objects.get(unit=unit, credit=True, reference_invoice=original)
        review(Acting(reviewer, unit, moment(on, 10)), order, order.digest)
    with working_in([unit.pk], approver.pk, "demo"):
        approve(Acting(approver, unit, moment(on, 11)), order, order.digest)
    _run(unit, InvoicingRun(), Acting(centre, unit, moment(on, 13)))
    _run(unit, DeliveryRun(), Acting(centre, unit, moment(on, 14)))
    with working_in([unit.pk]):
        batches = list(waiting(unit))
    for batch in batches:
        hand_over(batch, moment(on, 14, 5))
    return {
        "unit": unit.code,
        "file": path.name,
        "original": original,
        "order": order.number,
        "reviewed": reviewer.username,
        "approved": approver.username,
        "batches": [batch.name for batch in batches],
    }


def _request(unit: Unit, folder: Path, on: date) -> tuple[str, Path]:
    with working_in([unit.pk]), connection.cursor() as cursor:
        cursor.execute(_CHOSEN, {"unit": unit.pk, "code": unit.code})
        original, customer, served, item, quantity, price = cursor.fetchone()
    header = {
        "order_type": "Z002",
        "sales_org": unit.code,
        "channel": "10",
        "division": "00",
        "reference_invoice": original,
        "customer_no": customer,
        "service_date": served,
    }
    # As people write figures: three decimals behind a point could as well be thousands.
    line = {"item": item, "quantity": -quantity.normalize(), "unit_price": price.normalize()}
    path = folder / f"billing_{unit.code}_credit_{on:%Y%m%d}.csv"
    write_csv(path, "en", [Draft(f"{unit.code}/{on:%Y%m%d}/0001", header, [line])])
    return original, path


def _run(unit: Unit, room: Room, acting: Acting) -> None:
    with working_in([unit.pk], acting.person.pk, "demo"):
        apply(room, acting, acting.day)
