"""Orders, receipts and contracts as they come in, from a file or from the desk: each told once, kept as it was told."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal

from reskontra.database.refused import ActRefused, refused_as
from reskontra.kernel.clauses import clause
from reskontra.kernel.money import round_cents
from reskontra.purchases.models import (
    Contract,
    ContractEnd,
    ContractLine,
    ContractRow,
    PurchaseOrder,
    PurchaseOrderEnd,
    PurchaseOrderLine,
    Receipt,
)
from reskontra.registers.models import Supplier
from reskontra.registers.policy import require
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, RunRefused, lock


@dataclass(frozen=True, slots=True)
class Tracking:
    """The tracking objects of a line: where it is posted."""

    account: str = ""
    budget_account: str = ""
    operating_unit: str = ""
    project: str = ""
    function: str = ""
    product: str = ""
    area: str = ""
    tracking1: str = ""
    tracking2: str = ""

    def columns(self) -> dict[str, str]:
        """As columns of a tracked line."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass(frozen=True, slots=True)
class OrderLineTold:
    """One line of an order; ``net`` is euro without VAT for the whole quantity."""

    text: str
    net: Decimal
    quantity: Decimal = Decimal(1)
    price: Decimal | None = None
    item: str = ""
    measure: str = ""
    vat_percent: Decimal | None = None
    coding: Tracking = Tracking()


@dataclass(frozen=True, slots=True)
class OrderTold:
    """One order to one supplier, by the supplier's number in the register."""

    number: str
    supplier: str
    ordered_date: date
    lines: Sequence[OrderLineTold]
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class ReceiptTold:
    """What came of one order line: a quantity or an amount (euro without VAT); negative corrects.

    ``told_as`` is its name in the system that tells it: told again, it is the same receipt.
    """

    order: str
    line: int
    received_date: date
    receiver: str
    net: Decimal | None = None
    quantity: Decimal | None = None
    told_as: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleRowTold:
    """An invoice that a contract expects; amounts in euro without VAT."""

    expected_date: date
    net: Decimal
    tolerance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ContractTold:
    """A version of a contract's cover sheet; ``lines`` are shares in percent with their coding."""

    number: str
    supplier: str
    name: str
    valid_from: date
    plan: str
    lines: Sequence[tuple[Decimal, Tracking]]
    valid_until: date | None = None
    total_limit: Decimal | None = None
    period_limit: Decimal | None = None
    period: str = ""
    confirm: bool = False
    currency: str = "EUR"
    rows: Sequence[ScheduleRowTold] = field(default=())


@clause("EX 3-a")
def keep_orders(acting: Acting, orders: Sequence[OrderTold]) -> Run:
    """Keep approved orders, all or none; gives back the run that holds them.

    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` for a supplier that the register does not hold,
    and for an order without lines; ``ActRefused`` with the constraint, such as a number that is there already.
    """
    require(acting.person, "keep_orders", acting.unit, acting.day)
    suppliers = _suppliers({one.supplier for one in orders})
    with refused_as(ActRefused):
        run = _run(acting, "purchase_orders")
        for one in orders:
            if not one.lines:
                raise RunRefused("matching.order_without_lines", number=one.number)
            order = PurchaseOrder.objects.create(
                unit=acting.unit,
                run=run,
                number=one.number,
                supplier=suppliers[one.supplier],
                ordered_date=one.ordered_date,
                currency=one.currency,
                orderer=acting.person,
            )
            PurchaseOrderLine.objects.bulk_create(
                PurchaseOrderLine(
                    unit=acting.unit,
                    order=order,
                    position=place,
                    item=line.item,
                    text=line.text,
                    quantity=line.quantity,
                    measure=line.measure,
                    price=line.net / line.quantity if line.price is None else line.price,
                    net=line.net,
                    vat_percent=line.vat_percent,
                    **line.coding.columns(),
                )
                for place, line in enumerate(one.lines, start=1)
            )
    return run


@clause("EX 3-a")
def receive(acting: Acting, told: ReceiptTold) -> Receipt:
    """Write down what came, or correct what was written: a negative receipt takes back at most what had come.

    A quantity without an amount is worth its share of the line, to the cent; the last of the line takes the rest. Told
    again under the same name it is the receipt of before. Called inside ``working_in``. Raises ``NotAllowed``;
    ``RunRefused`` when there is no such line; ``ActRefused`` with the constraint: the order has ended, or more is taken
    back than had come.
    """
    require(acting.person, "receive_goods", acting.unit, acting.day)
    lock(acting.unit, "matching")
    line = PurchaseOrderLine.objects.filter(
        unit=acting.unit, order__number=told.order, position=told.line
    ).first()
    if line is None:
        raise RunRefused("matching.no_such_line", number=f"{told.order}/{told.line}")
    if told.told_as:
        before = Receipt.objects.filter(unit=acting.unit, line=line, told_as=told.told_as).first()
        if before is not None:
            return before
    with refused_as(ActRefused):
        return Receipt.objects.create(
            unit=acting.unit,
            line=line,
            received_date=told.received_date,
            receiver=told.receiver,
            quantity=told.quantity,
            net=_worth(line, told),
            told_as=told.told_as,
            person=acting.person,
            given_at=acting.at,
        )


def _worth(line: PurchaseOrderLine, told: ReceiptTold) -> Decimal:
    if told.net is not None:
        return told.net
    if told.quantity is None:
        raise ValueError("a receipt tells a quantity or an amount")
    came = list(Receipt.objects.filter(line=line, unit_id=line.unit_id).values_list("quantity", "net"))
    so_far = sum((quantity or Decimal(0) for quantity, _ in came), Decimal(0)) + told.quantity
    # By what has come in all, so that parts add up to the line to the cent.
    return round_cents(line.net * so_far / line.quantity) - sum((net for _, net in came), Decimal(0))


@clause("EX 3-a")
def end_order(acting: Acting, order: PurchaseOrder, day: date, reason: str) -> PurchaseOrderEnd:
    """From ``day`` on the order takes no more receipts or invoices. Raises ``NotAllowed``, ``ActRefused``."""
    require(acting.person, "keep_orders", acting.unit, acting.day)
    lock(acting.unit, "matching")
    with refused_as(ActRefused):
        return PurchaseOrderEnd.objects.create(
            unit=acting.unit, order=order, day=day, reason=reason, person=acting.person, given_at=acting.at
        )


@clause("EX 3-d")
def keep_contract(acting: Acting, told: ContractTold) -> Contract:
    """Keep a new version of a contract's cover sheet; from now on it is the one that counts.

    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` for an unknown supplier, for shares that are not
    100 percent together, and for a schedule without rows; ``ActRefused`` with the constraint.
    """
    require(acting.person, "keep_orders", acting.unit, acting.day)
    if sum((share for share, _ in told.lines), Decimal(0)) != 100:
        raise RunRefused("matching.shares_not_whole", number=told.number)
    if (told.plan == "schedule") != bool(told.rows):
        raise RunRefused("matching.schedule_without_rows", number=told.number)
    supplier = _suppliers({told.supplier})[told.supplier]
    lock(acting.unit, "matching")
    with refused_as(ActRefused):
        newest = Contract.objects.filter(unit=acting.unit, number=told.number).order_by("-version").first()
        made = Contract.objects.create(
            unit=acting.unit,
            run=_run(acting, "contracts"),
            number=told.number,
            version=newest.version + 1 if newest else 1,
            supplier=supplier,
            name=told.name,
            valid_from=told.valid_from,
            valid_until=told.valid_until,
            plan=told.plan,
            total_limit=told.total_limit,
            period_limit=told.period_limit,
            period=told.period,
            confirm=told.confirm,
            currency=told.currency,
            owner=acting.person,
        )
        ContractLine.objects.bulk_create(
            ContractLine(unit=acting.unit, contract=made, position=place, share=share, **coding.columns())
            for place, (share, coding) in enumerate(told.lines, start=1)
        )
        ContractRow.objects.bulk_create(
            ContractRow(
                unit=acting.unit,
                contract=made,
                position=place,
                expected_date=row.expected_date,
                net=row.net,
                tolerance=row.tolerance,
            )
            for place, row in enumerate(told.rows, start=1)
        )
    return made


@clause("EX 3-d")
def end_contract(acting: Acting, number: str, day: date, reason: str) -> ContractEnd:
    """The contract is over from ``day`` on. Raises ``NotAllowed``, ``RunRefused``, ``ActRefused``."""
    require(acting.person, "keep_orders", acting.unit, acting.day)
    if not Contract.objects.filter(unit=acting.unit, number=number).exists():
        raise RunRefused("matching.no_such_contract", number=number)
    lock(acting.unit, "matching")
    with refused_as(ActRefused):
        return ContractEnd.objects.create(
            unit=acting.unit, number=number, day=day, reason=reason, person=acting.person, given_at=acting.at
        )


def _run(acting: Acting, name: str) -> Run:
    return Run.objects.create(
        unit=acting.unit,
        name=name,
        on_date=acting.day,
        state="applied",
        person=acting.person,
        planned_at=acting.at,
        applied_at=acting.at,
    )


def _suppliers(numbers: set[str]) -> dict[str, Supplier]:
    found = {one.number: one for one in Supplier.objects.filter(number__in=numbers)}
    for number in sorted(numbers - found.keys()):
        raise RunRefused("matching.unknown_supplier", number=number)
    return found
