"""Orders, receipts and contracts as they come in, from a file or from the desk: each told once, kept as it was told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from reskontra.database.refused import ActRefused, refused_as
from reskontra.database.rows import rows
from reskontra.kernel.clauses import clause
from reskontra.kernel.money import round_cents
from reskontra.purchases.models import (
    Contract,
    ContractEnd,
    ContractLine,
    ContractPeriod,
    ContractRow,
    PurchaseOrder,
    PurchaseOrderEnd,
    PurchaseOrderLine,
    PurchaseOrderLineChange,
    Receipt,
)
from reskontra.registers.models import Person, Supplier
from reskontra.registers.policy import require
from reskontra.registers.tracking import UNTRACKED, Tracking
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, RunRefused, lock

_PRICE: Final = Decimal("0.00001")  # what the column of a price holds
_MOST: Final = Decimal(10) ** 10  # what the columns of receipts hold of money and pieces


@dataclass(frozen=True, slots=True)
class OrderLineTold:
    """One line of an order; ``net`` is euro without VAT for the whole quantity. ``position`` 0: as it stands."""

    text: str
    net: Decimal
    quantity: Decimal = Decimal(1)
    price: Decimal | None = None
    item: str = ""
    measure: str = ""
    vat_percent: Decimal | None = None
    coding: Tracking = UNTRACKED
    position: int = 0

    def as_changed(self) -> dict[str, Any]:
        """The columns of the line that may change."""
        price = self.net / self.quantity if self.price is None else self.price
        return {
            "text": self.text,
            "quantity": self.quantity,
            "measure": self.measure,
            "price": price.quantize(_PRICE),
            "net": self.net,
            "vat_percent": None if self.vat_percent is None else round_cents(self.vat_percent),
            **self.coding.columns(),
        }


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
    periods: Sequence[tuple[date, date, Decimal]] = field(default=())  # first and last day, euro without VAT
    owner: Person | None = None  # whoever tells it, where it names nobody


@clause("EX 3-a")
def keep_orders(acting: Acting, orders: Sequence[OrderTold], run: Run | None = None) -> Run:
    """Keep approved orders, all or none; gives back the run that holds them: ``run``, or one of their own.

    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` for a supplier that the register does not hold,
    and for an order without lines; ``ActRefused`` with the constraint, such as a number that is there already.
    """
    require(acting.person, "keep_orders", acting.unit, acting.day)
    suppliers = _suppliers({one.supplier for one in orders})
    with refused_as(ActRefused):
        run = run or _run(acting, "purchase_orders")
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
            _add_lines(
                order, [(line.position or place, line) for place, line in enumerate(one.lines, start=1)]
            )
    return run


def _add_lines(order: PurchaseOrder, lines: Sequence[tuple[int, OrderLineTold]]) -> None:
    PurchaseOrderLine.objects.bulk_create(
        PurchaseOrderLine(
            unit_id=order.unit_id, order=order, position=position, item=line.item, **line.as_changed()
        )
        for position, line in lines
    )


@dataclass(frozen=True, slots=True)
class LineNow:
    """A line of an order as it is now, and what came of it.

    ``received`` is euro without VAT, ``by_amount`` how much of that was told without a quantity.
    """

    id: int
    position: int
    item: str
    columns: Mapping[str, Any]  # those of ``OrderLineTold.as_changed``
    received: Decimal
    received_quantity: Decimal
    by_amount: Decimal

    def holds(self, quantity: Decimal, net: Decimal) -> bool:
        """Whether ``quantity`` and ``net`` (euro without VAT) may have come of it in all: no more than was ordered."""
        return bool(quantity <= self.columns["quantity"] and net <= self.columns["net"])

    def worth(self, came: Decimal, net: Decimal | None = None, quantity: Decimal | None = None) -> Decimal:
        """What came is worth once ``came`` of the line has come, which is ``net`` for ``quantity``, as now if not told.

        By what has come in all, so that parts add up to the line to the cent.
        """
        net = self.columns["net"] if net is None else net
        quantity = self.columns["quantity"] if quantity is None else quantity
        return self.by_amount + (round_cents(net * came / quantity) if quantity else Decimal(0))


def lines_now(orders: Sequence[PurchaseOrder]) -> dict[int, list[LineNow]]:
    """The lines of ``orders`` as they are now, by the order's id and in their places. Called inside ``working_in``."""
    found: dict[int, list[LineNow]] = {order.pk: [] for order in orders}
    for row in rows(_LINES_NOW, [list(found)]):
        named = {
            name: row.pop(name)
            for name in ("id", "order_id", "position", "item", "received", "received_quantity", "by_amount")
        }
        found[named.pop("order_id")].append(LineNow(columns=row, **named))
    return found


_LINES_NOW = """
SELECT l.id, l.order_id, l.position, l.item, l.text, l.quantity, l.measure, l.price, l.net, l.vat_percent, l.account,
  l.budget_account, l.operating_unit, l.project, l.function, l.product, l.area, l.tracking1, l.tracking2,
  l.authorisation, l.reserve1, l.reserve2, l.joint_funding_unit,
  coalesce(r.net, 0) AS received, coalesce(r.quantity, 0) AS received_quantity, coalesce(r.by_amount, 0) AS by_amount
FROM purchases_order_line_now l
LEFT JOIN (SELECT line_id, sum(net) AS net, sum(quantity) AS quantity,
             sum(net) FILTER (WHERE quantity IS NULL) AS by_amount
           FROM purchases_receipt GROUP BY 1) r ON r.line_id = l.id
WHERE l.order_id = ANY (%s) ORDER BY l.order_id, l.position
"""


@clause("EX 3-a")
def change_order(
    acting: Acting, order: PurchaseOrder, lines: Sequence[OrderLineTold], run: Run | None = None
) -> int:
    """The order asks for ``lines`` from now on; gives back how many of its lines that changes.

    A line that is not told any more asks for nothing. What had come by quantity is worth what the line says now. Called
    inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` where less is asked for than has come, where a line has
    another item than before, and for an order that has ended; ``ActRefused`` with the constraint.
    """
    require(acting.person, "keep_orders", acting.unit, acting.day)
    lock(acting.unit, "matching")
    if PurchaseOrderEnd.objects.filter(unit=acting.unit, order=order).exists():
        raise RunRefused("matching.order_has_ended", number=order.number)
    by = {"run": run} if run else {"person": acting.person}
    told = {line.position or place: line for place, line in enumerate(lines, start=1)}
    before = {line.position: line for line in lines_now([order])[order.pk]}
    changed = 0
    with refused_as(ActRefused):
        for position, now in before.items():
            line = told.pop(position, None)
            if line is not None and line.item not in ("", now.item):
                raise RunRefused("matching.another_item", number=order.number, line=str(position))
            columns = {**now.columns, **_NOTHING_MORE} if line is None else line.as_changed()
            if columns == now.columns:
                continue
            worth = now.worth(now.received_quantity, columns["net"], columns["quantity"])
            if worth > columns["net"] or now.received_quantity > columns["quantity"]:
                raise RunRefused("matching.less_than_came", number=order.number, line=str(position))
            changed += 1
            PurchaseOrderLineChange.objects.create(
                unit=acting.unit, line_id=now.id, given_at=acting.at, **by, **columns
            )
            if worth != now.received:
                Receipt.objects.create(
                    unit=acting.unit,
                    line_id=now.id,
                    received_date=acting.day,
                    receiver=acting.person.name[:70],
                    quantity=Decimal(0),
                    net=worth - now.received,
                    given_at=acting.at,
                    **by,
                )
        _add_lines(order, sorted(told.items()))
    return changed + len(told)


_NOTHING_MORE = {"quantity": Decimal(0), "net": Decimal(0)}


@clause("EX 3-a")
def receive(acting: Acting, told: ReceiptTold) -> Receipt:
    """Write down what came, or correct what was written: a negative receipt takes back at most what had come.

    A quantity without an amount is worth its share of the line, to the cent; the last of the line takes the rest. Told
    again under the same name it is the receipt of before. Called inside ``working_in``. Raises ``NotAllowed``;
    ``RunRefused`` when there is no such line, for a day to come, and for more than was ordered, as files are refused;
    ``ActRefused`` with the constraint: the order has ended, or more is taken back than had come.
    """
    require(acting.person, "receive_goods", acting.unit, acting.day)
    lock(acting.unit, "matching")
    order = PurchaseOrder.objects.filter(unit=acting.unit, number=told.order).first()
    lines = lines_now([order])[order.pk] if order else []
    line = next((one for one in lines if one.position == told.line), None)
    if line is None:
        raise RunRefused("matching.no_such_line", number=f"{told.order}/{told.line}")
    if told.told_as:
        before = Receipt.objects.filter(unit=acting.unit, line_id=line.id, told_as=told.told_as).first()
        if before is not None:
            return before
    net = _worth(line, told)
    _refuse_receipt(acting, line, told, net)
    with refused_as(ActRefused):
        return Receipt.objects.create(
            unit=acting.unit,
            line_id=line.id,
            received_date=told.received_date,
            receiver=told.receiver,
            quantity=told.quantity,
            net=net,
            told_as=told.told_as,
            person=acting.person,
            given_at=acting.at,
        )


def _refuse_receipt(acting: Acting, line: LineNow, told: ReceiptTold, net: Decimal) -> None:
    """More than ordered does not come until the order says so (ADR 0035); raises ``RunRefused``."""
    if told.received_date > acting.day:
        raise RunRefused("matching.receipt_in_future", day=told.received_date.isoformat())
    quantity = told.quantity or Decimal(0)
    if net != round_cents(net) or quantity != round(quantity, 4) or max(abs(net), abs(quantity)) >= _MOST:
        raise RunRefused("matching.number_not_kept")
    adds = (quantity or net) > 0
    if adds and not line.holds(line.received_quantity + quantity, line.received + net):
        left = (
            line.columns["net"] - line.received
            if told.quantity is None
            else line.columns["quantity"] - line.received_quantity
        )
        raise RunRefused(
            "matching.more_than_ordered",
            number=f"{told.order}/{line.position}",
            left=f"{max(left, Decimal(0)).normalize():f}",
            told=f"{(net if told.quantity is None else quantity).normalize():f}",
        )


def _worth(line: LineNow, told: ReceiptTold) -> Decimal:
    if told.net is not None:
        return told.net
    if told.quantity is None:
        raise ValueError("a receipt tells a quantity or an amount")
    return line.worth(line.received_quantity + told.quantity) - line.received


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
def keep_contract(acting: Acting, told: ContractTold, run: Run | None = None) -> Contract:
    """Keep a new version of a contract's cover sheet, by ``run`` or one of its own; from now on it counts.

    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` for an unknown supplier, for shares that are not
    100 percent together, for a schedule without rows, and, as files are refused, for a contract that was ended or is
    another supplier's; ``ActRefused`` with the constraint.
    """
    require(acting.person, "keep_orders", acting.unit, acting.day)
    if sum((share for share, _ in told.lines), Decimal(0)) != 100:
        raise RunRefused("matching.shares_not_whole", number=told.number)
    if (told.plan == "schedule") != bool(told.rows):
        raise RunRefused("matching.schedule_without_rows", number=told.number)
    supplier = _suppliers({told.supplier})[told.supplier]
    lock(acting.unit, "matching")
    newest = Contract.objects.filter(unit=acting.unit, number=told.number).order_by("-version").first()
    if newest is not None and newest.supplier_id != supplier.pk:
        raise RunRefused("matching.contract_of_another", number=told.number)
    if ContractEnd.objects.filter(unit=acting.unit, number=told.number).exists():
        raise RunRefused("matching.contract_has_ended", number=told.number)
    with refused_as(ActRefused):
        made = Contract.objects.create(
            unit=acting.unit,
            run=run or _run(acting, "contracts"),
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
            owner=told.owner or acting.person,
        )
        ContractPeriod.objects.bulk_create(
            ContractPeriod(
                unit=acting.unit, contract=made, position=place, from_date=first, until_date=last, net=net
            )
            for place, (first, last, net) in enumerate(told.periods, start=1)
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
