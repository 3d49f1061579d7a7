"""The cast of expenditure: suppliers, orders, receipts, contracts and invoices, each by a simple function.

Everything but ``supplier`` is called inside ``working_in``. Amounts are euro without VAT, written as text.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from itertools import count
from typing import Any

from cast import AT, DAY, business_id, person
from reskontra.exchange.models import InboxFile
from reskontra.purchases.models import (
    Contract,
    ContractLine,
    ContractRow,
    InvoiceIdentifier,
    InvoiceSupplier,
    PurchaseInvoice,
    PurchaseInvoiceLine,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseVat,
    Receipt,
)
from reskontra.registers.models import Supplier, Unit
from reskontra.runs.models import Run

EXPENSE, SERVICES = "40000000", "43000000"
SUPPLIERS = ("kontor", "flink", "provia", "staten")
VAT = "25.5"
_files = count(1)


def supplier(word: str) -> Supplier:
    """A supplier by its word, made when it is first asked for; ``staten`` is a unit of the State."""
    state = word == "staten"
    found, _ = Supplier.objects.get_or_create(
        number=f"S{SUPPLIERS.index(word) + 1:06d}",
        defaults={
            "kind": "state_unit" if state else "company", "name": f"Prov {word.title()}", "sort_key": word,
            "business_id": business_id(900 + SUPPLIERS.index(word)), "partner_code": "994900" if state else "",
        },
    )  # fmt: skip
    return found


def a_run(where: Unit, name: str, on: date = DAY) -> Run:
    """An applied run for facts to come in by."""
    return Run.objects.create(
        unit=where, name=name, on_date=on, state="applied", person=person("cecilia"), planned_at=AT,
        applied_at=AT,
    )  # fmt: skip


def order(where: Unit, number: str, of: str, currency: str = "EUR", day: date = DAY) -> PurchaseOrder:
    """An order without lines."""
    return PurchaseOrder.objects.create(
        unit=where, run=a_run(where, "purchase_orders"), number=number, supplier=supplier(of),
        ordered_date=day, currency=currency,
    )  # fmt: skip


def order_line(of: PurchaseOrder, position: int, net: str, **told: Any) -> PurchaseOrderLine:
    """A line of one piece; ``told`` sets any column."""
    values = {"text": f"line {position}", "quantity": 1, "price": net, "account": EXPENSE, "vat_percent": VAT}
    return PurchaseOrderLine.objects.create(
        unit_id=of.unit_id, order=of, position=position, net=net, **{**values, **told}
    )


def received(of: PurchaseOrder, position: int, net: str, day: date = DAY, at: Any = AT) -> Receipt:
    """What came of one line, by amount; a negative one corrects."""
    line = PurchaseOrderLine.objects.get(unit_id=of.unit_id, order=of, position=position)
    return Receipt.objects.create(
        unit_id=of.unit_id, line=line, received_date=day, receiver="Kirsi", net=net, person=person("kirsi"),
        given_at=at,
    )  # fmt: skip


def contract(where: Unit, number: str, of: str, plan: str = "budget", **told: Any) -> Contract:
    """A version of a contract's cover sheet, all coded to services unless ``shares`` says otherwise."""
    shares = told.pop("shares", ((SERVICES, "100"),))
    values: dict[str, Any] = {
        "version": 1, "name": f"Contract {number}", "valid_from": date(2026, 1, 1), "plan": plan, "confirm": False,
    }  # fmt: skip
    made = Contract.objects.create(
        unit=where, run=a_run(where, "contracts"), number=number, supplier=supplier(of), **{**values, **told}
    )
    ContractLine.objects.bulk_create(
        ContractLine(unit=where, contract=made, position=place, share=share, account=account)
        for place, (account, share) in enumerate(shares, start=1)
    )
    return made


def schedule_row(
    of: Contract, position: int, day: date, net: str, tolerance: str | None = None
) -> ContractRow:
    """An invoice that a contract expects."""
    return ContractRow.objects.create(
        unit_id=of.unit_id, contract=of, position=position, expected_date=day, net=net, tolerance=tolerance
    )


def vat_of(net: str | Decimal, percent: str = VAT) -> Decimal:
    """VAT on ``net``, to the cent."""
    return (Decimal(net) * Decimal(percent) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def invoice(
    where: Unit, of: str, net: str, *numbers: str, rows: Sequence[dict[str, Any]] = (), **told: Any
) -> PurchaseInvoice:
    """A supplier's invoice as intake stores it. ``numbers`` stand in their right fields; ``of`` may be empty.

    ``vat_percent``, ``wrong_field`` and ``rates`` (percent and base) beside any column of the invoice.
    """
    place = next(_files)
    percent = told.pop("vat_percent", VAT)
    wrong_field = told.pop("wrong_field", False)
    rates = told.pop("rates", ((percent, net),))
    vat = told.pop("vat", None) or sum((vat_of(base, one) for one, base in rates), Decimal(0))
    by = a_run(where, "intake")
    file = InboxFile.objects.create(
        unit=where, digest=sha256(f"file {place}".encode()).hexdigest(), name=f"{place}.xml", kind="finvoice", size=1,
        received_at=AT, person=person("cecilia"),
    )  # fmt: skip
    values: dict[str, Any] = {
        "position": 1, "format": "finvoice", "channel": "einvoice", "received_date": DAY, "stream": "procurement",
        "voucher_type": "XA", "kind": "credit" if Decimal(net) < 0 else "invoice", "number": f"N{place}",
        "number_key": f"N{place}", "issue_date": DAY, "due_date": date(2026, 4, 15), "currency": "EUR",
        "seller_key": of or "nobody", "seller_name": of,
    }  # fmt: skip
    made = PurchaseInvoice.objects.create(
        unit=where, run=by, file=file, net=net, vat=vat, total=Decimal(net) + vat, **{**values, **told}
    )
    PurchaseVat.objects.bulk_create(
        PurchaseVat(
            unit=where, invoice=made, position=at, percent=one, base=base, amount=vat_of(base, one)
        )
        for at, (one, base) in enumerate(rates, start=1)
    )  # fmt: skip
    PurchaseInvoiceLine.objects.bulk_create(
        PurchaseInvoiceLine(unit=where, invoice=made, position=at, **{"vat_percent": percent, **row})
        for at, row in enumerate(rows, start=1)
    )
    for number in numbers:
        identifier(made, number, wrong_field=wrong_field)
    if of:
        InvoiceSupplier.objects.create(unit=where, invoice=made, supplier=supplier(of), run=by, given_at=AT)
    return made


def identifier(of: PurchaseInvoice, number: str, wrong_field: bool = False) -> InvoiceIdentifier:
    """A number that the file had."""
    kind = {"VSK1": "contract", "TK1": "posting"}.get(number[:4], {"TK1": "posting"}.get(number[:3], "order"))
    return InvoiceIdentifier.objects.create(
        unit_id=of.unit_id, invoice=of, run_id=of.run_id, given_at=AT, kind=kind, value=number,
        field="BuyerReference" if wrong_field else "OrderIdentifier", right_field=not wrong_field,
    )  # fmt: skip
