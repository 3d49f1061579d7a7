"""Orders, receipts and contract cover sheets from files: what is wrong with each row, and what the rest changes (EX 3).

A file is taken in whole or not at all. What it says again changes nothing; a changed order and a corrected receipt are
facts of their own, and the next matching run decides by them.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from reskontra.documents import purchase
from reskontra.exchange.inbox import Received
from reskontra.expenditure.matching.orders import (
    ContractTold,
    LineNow,
    OrderLineTold,
    OrderTold,
    ScheduleRowTold,
    change_order,
    keep_contract,
    keep_orders,
    lines_now,
)
from reskontra.kernel.clauses import clause
from reskontra.kernel.money import plain
from reskontra.purchases.files import (
    CHANGED,
    CLOSED,
    KNOWN,
    NEW,
    FileTaken,
    KnownSuppliers,
    Problems,
    take_in_whole,
    tell_codings,
)
from reskontra.purchases.models import (
    Contract,
    ContractEnd,
    ContractLine,
    ContractPeriod,
    ContractRow,
    PurchaseOrder,
    PurchaseOrderEnd,
    Receipt,
)
from reskontra.registers.models import Person, Supplier, Unit
from reskontra.registers.policy import require
from reskontra.registers.tracking import DIMENSIONS
from reskontra.runs.models import Run
from reskontra.runs.run import Acting

_NOTHING: Final = Decimal(0)
_ORDER_PREFIX: Final = "V1"
_LAST_PLACE: Final = 9999
_MOST: Final = Decimal(10) ** 10  # what the columns of orders hold of money, and of a price
_CLOSED_BY_FILE: Final = "closed in the ordering system"


@clause("EX 3-a")
def take_in_orders(
    acting: Acting, received: Received, document: purchase.PurchaseOrders, on: date
) -> FileTaken:
    """Keep, change and close orders as the file says. Called inside ``working_in``.

    Raises ``NotAllowed``; ``Refused`` with everything that is wrong: then nothing of the file is kept.
    """
    require(acting.person, "keep_orders", acting.unit, acting.day)
    return take_in_whole(
        acting, received, document, len(document.orders), on,
        lambda run, tell: _Orders(acting, document, on, run, tell).keep(), "EX 3-a",
    )  # fmt: skip


@clause("EX 3-a")
def take_in_receipts(acting: Acting, received: Received, document: purchase.Receipts, on: date) -> FileTaken:
    """Write down what came, and corrections, as the file says. Called inside ``working_in``; raises as for orders."""
    require(acting.person, "import_receipts", acting.unit, acting.day)
    return take_in_whole(
        acting, received, document, len(document.receipts), on,
        lambda run, tell: _Receipts(acting, document, on, run, tell).keep(), "EX 3-a",
    )  # fmt: skip


@clause("EX 3-d")
def take_in_contracts(
    acting: Acting, received: Received, document: purchase.Contracts, on: date
) -> FileTaken:
    """Keep cover sheets, each a new version where it says something new. Raises as for orders."""
    require(acting.person, "keep_orders", acting.unit, acting.day)
    return take_in_whole(
        acting, received, document, len(document.contracts), on,
        lambda run, tell: _Contracts(acting, document, on, run, tell).keep(), "EX 3-d",
    )  # fmt: skip


class _Orders:
    def __init__(
        self, acting: Acting, document: purchase.PurchaseOrders, on: date, run: Run, tell: Problems
    ) -> None:
        self.acting, self.document, self.run, self.tell = acting, document, run, tell
        unit = acting.unit
        self.suppliers = KnownSuppliers([one.supplier for one in document.orders])
        self.in_force = tell_codings(
            unit, ((line.row, line.coding) for one in document.orders for line in one.lines), on, tell
        )
        found = PurchaseOrder.objects.filter(unit=unit, number__in={one.number for one in document.orders})
        self.before = {one.number: one for one in found}
        self.lines = lines_now(list(self.before.values()))
        self.ended = set(
            PurchaseOrderEnd.objects.filter(unit=unit, order__in=self.lines).values_list(
                "order_id", flat=True
            )
        )

    def keep(self) -> Counter[str]:
        """Write everything; orders with errors are passed over, for the file is refused then."""
        outcomes: Counter[str] = Counter()
        new: list[tuple[purchase.PurchaseOrder, OrderTold]] = []
        for one in self.document.orders:
            errors = len(self.tell.errors)
            told = self._told(one)
            before = self.before.get(one.number or "")
            if told is not None and before is not None:
                self._check_change(one, told, before)
            if told is None or len(self.tell.errors) > errors:
                continue
            if before is None:
                new.append((one, told))
                outcomes[NEW] += 1
            else:
                outcomes[self._change(one, told, before)] += 1
        if new and not self.tell.errors:
            keep_orders(self.acting, [told for _, told in new], self.run)
            self._close_new([one for one, _ in new if one.closed_on])
        return outcomes

    def _told(self, one: purchase.PurchaseOrder) -> OrderTold | None:
        supplier = self.suppliers.find(one.supplier, one.row, self.tell)
        if not (one.number or "").startswith(_ORDER_PREFIX):
            self.tell("purchase_number_prefix", one.row, "order_number", one.number, prefix=_ORDER_PREFIX)
        lines = [self._line(line) for line in one.lines]
        for line, told in zip(one.lines, lines, strict=True):
            if told.position > _LAST_PLACE:
                self.tell("form_number_too_large", line.row, "position", told.position, most="4")
            if told.net >= _MOST or told.as_changed()["price"] >= _MOST:
                self.tell("form_number_too_large", line.row, "net", plain(told.net), most="10")
            if told.quantity <= 0 or told.net < 0:
                self.tell("purchase_line_asks_for_nothing", line.row, "quantity", plain(told.quantity))
        if supplier is None or one.number is None or one.ordered_on is None:
            return None
        return OrderTold(one.number, supplier.number, one.ordered_on, lines, one.currency or "EUR")

    def _line(self, line: purchase.PurchaseOrderLine) -> OrderLineTold:
        return OrderLineTold(
            text=line.text or line.item or "",
            net=line.ordered or _NOTHING,
            quantity=Decimal(1) if line.quantity is None else line.quantity,
            price=line.unit_price,
            item=line.item or "",
            measure=line.unit or "",
            vat_percent=line.vat_percent,
            coding=self.in_force.tracking(line.coding),
            position=line.position or 0,
        )

    def _check_change(self, one: purchase.PurchaseOrder, told: OrderTold, before: PurchaseOrder) -> None:
        supplier = Supplier.objects.get(pk=before.supplier_id)
        if (told.supplier, told.currency) != (supplier.number, before.currency):
            self.tell("purchase_order_taken", one.row, "order_number", told.number,
                      supplier=f"{supplier.number} {supplier.name}", currency=before.currency)  # fmt: skip
        now = {line.position: line for line in self.lines[before.pk]}
        if before.pk in self.ended and self._changes(told, now):
            self.tell("purchase_order_has_ended", one.row, "order_number", told.number)
        wanted = {
            line.position: (line, source.row) for line, source in zip(told.lines, one.lines, strict=True)
        }
        for position, line in now.items():
            asked, row = wanted.get(position, (None, one.row))
            if asked is not None and asked.item not in ("", line.item):
                self.tell("purchase_order_another_item", row, "item", asked.item, item=line.item or "–")
            if asked is not None and asked.as_changed() == line.columns:
                continue  # more may have come of it than was ordered, but that is not this file's doing
            net, quantity = (asked.net, asked.quantity) if asked else (_NOTHING, _NOTHING)
            if line.worth(line.received_quantity, net, quantity) > net or line.received_quantity > quantity:
                self.tell("purchase_order_below_received", row, "net", plain(net), line=str(position),
                          received=plain(line.received), number=told.number)  # fmt: skip

    def _changes(self, told: OrderTold, now: dict[int, LineNow]) -> bool:
        asked = {line.position: line.as_changed() for line in told.lines}
        nothing = [one for place, one in now.items() if place not in asked and one.columns["quantity"]]
        return bool(nothing) or any(
            place not in now or now[place].columns != columns for place, columns in asked.items()
        )

    def _change(self, one: purchase.PurchaseOrder, told: OrderTold, before: PurchaseOrder) -> str:
        now = {line.position: line for line in self.lines[before.pk]}
        changed = self._changes(told, now)
        if self.tell.errors:
            return KNOWN  # nothing of the file is kept
        if changed:
            change_order(self.acting, before, told.lines, self.run)
        if one.closed_on and before.pk not in self.ended:
            self._end(before, one.closed_on)
            return CLOSED
        return CHANGED if changed else KNOWN

    def _close_new(self, closed: Sequence[purchase.PurchaseOrder]) -> None:
        days = {one.number: one.closed_on for one in closed}
        for order in PurchaseOrder.objects.filter(unit=self.acting.unit, number__in=days):
            day = days[order.number]
            assert day is not None
            self._end(order, day)

    def _end(self, order: PurchaseOrder, day: date) -> None:
        PurchaseOrderEnd.objects.create(
            unit=self.acting.unit,
            order=order,
            day=day,
            reason=_CLOSED_BY_FILE,
            run=self.run,
            given_at=self.acting.at,
        )


class _Receipts:
    def __init__(
        self, acting: Acting, document: purchase.Receipts, on: date, run: Run, tell: Problems
    ) -> None:
        self.acting, self.document, self.on, self.run, self.tell = acting, document, on, run, tell
        unit = acting.unit
        numbers = {one.order_number for one in document.receipts}
        self.orders = {one.number: one for one in PurchaseOrder.objects.filter(unit=unit, number__in=numbers)}
        self.lines = lines_now(list(self.orders.values()))
        ends = PurchaseOrderEnd.objects.filter(unit=unit, order__in=self.lines)
        self.ended = dict(ends.values_list("order_id", "day"))
        ids = [line.id for lines in self.lines.values() for line in lines]
        before = Receipt.objects.filter(unit=unit, line__in=ids)
        self.known = {(one.line_id, one.told_as): one for one in before.exclude(told_as="")}
        self.alike = {
            self._key(one.line_id, one.received_date, one.receiver, one.quantity, one.net) for one in before
        }
        # What has come of each line, with what this file adds: quantity, euro without VAT, euro told by amount.
        self.came: dict[int, tuple[Decimal, Decimal, Decimal]] = {
            line.id: (line.received_quantity, line.received, line.by_amount)
            for lines in self.lines.values()
            for line in lines
        }
        self.made: list[Receipt] = []

    @staticmethod
    def _key(
        line: int, day: date, receiver: str, quantity: Decimal | None, net: Decimal
    ) -> tuple[object, ...]:
        return line, day, receiver, net if quantity is None else ("pieces", quantity)

    def keep(self) -> Counter[str]:
        """Every receipt in the order of the file; a correction takes back what stands above it."""
        outcomes: Counter[str] = Counter()
        for one in self.document.receipts:
            order = self.orders.get(one.order_number or "")
            if order is None:
                self.tell("purchase_order_unknown", one.row, "order_number", one.order_number)
                continue
            outcomes[self._receipt(one, order)] += 1
        if not self.tell.errors:
            # One by one would ask the checks of a correction for each; together they are asked once.
            Receipt.objects.bulk_create(self.made)
        return outcomes

    def _receipt(self, one: purchase.Receipt, order: PurchaseOrder) -> str:
        assert one.day is not None
        if one.day > self.on:
            self.tell("purchase_receipt_in_future", one.row, "received_on", one.day.isoformat())
        back = (one.quantity or one.amount or _NOTHING) < 0
        end = self.ended.get(order.pk)
        if end is not None and end <= one.day and not back:
            self.tell("purchase_order_has_ended", one.row, "order_number", order.number)
        lines = self.lines[order.pk]
        if one.position is not None:
            lines = [line for line in lines if line.position == one.position]
            if not lines:
                self.tell(
                    "purchase_order_line_unknown", one.row, "position", one.position, number=order.number
                )
                return KNOWN
        if one.number and any((line.id, one.number) in self.known for line in lines):
            return self._again(one, lines)
        if one.quantity is not None:
            self._by_quantity(one, lines[0], one.quantity)
        elif one.amount is not None:
            self._by_amount(one, lines, one.amount)
        return NEW

    def _again(self, one: purchase.Receipt, lines: Sequence[LineNow]) -> str:
        """A receipt of a number that was told before: the same, or another under its number."""
        before = [found for line in lines if (found := self.known.get((line.id, one.number or "")))]
        told = sum((found.net for found in before), _NOTHING)
        same = (
            told == one.amount
            if one.quantity is None
            else [found.quantity for found in before] == [one.quantity]
        )
        if not same or before[0].received_date != one.day:
            self.tell("purchase_receipt_taken", one.row, "receipt_number", one.number)
        return KNOWN

    def _by_quantity(self, one: purchase.Receipt, line: LineNow, quantity: Decimal) -> None:
        came, net, by_amount = self.came[line.id]
        worth = line.worth(came + quantity) - line.by_amount + by_amount
        self._check(one, line, came + quantity, worth)
        self._make(one, line, quantity, worth - net)
        self.came[line.id] = came + quantity, worth, by_amount

    def _by_amount(self, one: purchase.Receipt, lines: Sequence[LineNow], amount: Decimal) -> None:
        """Of the order as a whole it fills its lines from the first; a correction takes back from the last."""
        left = amount
        for line in lines if amount > 0 else reversed(lines):
            came, net, by_amount = self.came[line.id]
            room = line.columns["net"] - net if amount > 0 else -net
            share = (
                left
                if len(lines) == 1
                else min(left, max(room, _NOTHING))
                if amount > 0
                else max(left, min(room, _NOTHING))
            )
            if not share:
                continue
            self._check(one, line, came, net + share)
            self._make(one, line, None, share)
            self.came[line.id] = came, net + share, by_amount + share
            left -= share
        if left:
            self.tell("purchase_receipt_over_order" if left > 0 else "purchase_receipt_below_nothing",
                      one.row, "received_amount", plain(amount), left=plain(amount - left),
                      number=str(one.order_number))  # fmt: skip

    def _check(self, one: purchase.Receipt, line: LineNow, quantity: Decimal, net: Decimal) -> None:
        by_quantity = one.quantity is not None
        name = "received_quantity" if by_quantity else "received_amount"
        told = one.quantity if by_quantity else one.amount
        assert told is not None
        over = told > 0 and not line.holds(quantity, net)
        below = told < 0 and (net < 0 or quantity < 0)
        if over or below:
            came, worth, _ = self.came[line.id]
            room = line.columns["quantity"] - came if by_quantity else line.columns["net"] - worth
            self.tell("purchase_receipt_over_order" if over else "purchase_receipt_below_nothing",
                      one.row, name, plain(told), number=f"{one.order_number}/{line.position}",
                      left=plain(max(room, _NOTHING) if over else came if by_quantity else worth))  # fmt: skip

    def _make(self, one: purchase.Receipt, line: LineNow, quantity: Decimal | None, net: Decimal) -> None:
        assert one.day is not None
        key = self._key(line.id, one.day, one.receiver or "", quantity, net)
        if not one.number and key in self.alike:
            self.tell("purchase_receipt_alike", one.row, "order_number", one.order_number, severity="warning")
        made = Receipt(
            unit=self.acting.unit,
            line_id=line.id,
            received_date=one.day,
            receiver=one.receiver or "",
            quantity=quantity,
            net=net,
            told_as=one.number or "",
            run=self.run,
            given_at=self.acting.at,
        )
        self.made.append(made)
        if one.number:
            self.known[line.id, one.number] = made


class _Contracts:
    def __init__(
        self, acting: Acting, document: purchase.Contracts, on: date, run: Run, tell: Problems
    ) -> None:
        self.acting, self.document, self.run, self.tell = acting, document, run, tell
        unit, told = acting.unit, document.contracts
        self.suppliers = KnownSuppliers([one.supplier for one in told])
        self.in_force = tell_codings(
            unit, ((line.row, line.coding) for one in told for line in one.coding_lines), on, tell
        )
        mails = {one.owner.casefold() for one in told if one.owner}
        self.owners = {
            one.email.casefold(): one
            for one in Person.objects.filter(is_active=True)
            if one.email.casefold() in mails
        }
        numbers = {one.number for one in told}
        newest = Contract.objects.filter(unit=unit, number__in=numbers).order_by("number", "version")
        self.before = {one.number: one for one in newest.select_related("supplier")}
        self.parts = _parts(unit, [one.pk for one in self.before.values()])
        self.ended = set(
            ContractEnd.objects.filter(unit=unit, number__in=numbers).values_list("number", flat=True)
        )

    def keep(self) -> Counter[str]:
        """Write every cover sheet that says something new."""
        outcomes: Counter[str] = Counter()
        for one in self.document.contracts:
            told = self._told(one)
            before = self.before.get(one.number or "")
            if told is None or self.tell.errors:
                continue
            if before is not None and _same(told, before, self.parts[before.pk]):
                outcomes[KNOWN] += 1
                continue
            keep_contract(self.acting, told, self.run)
            outcomes[NEW if before is None else CHANGED] += 1
        return outcomes

    def _told(self, one: purchase.Contract) -> ContractTold | None:
        supplier = self.suppliers.find(one.supplier, one.row, self.tell)
        owner = self.owners.get((one.owner or "").casefold())
        if owner is None:
            self.tell("purchase_owner_unknown", one.row, "owner", one.owner)
        if not one.coding_lines:
            self.tell("purchase_contract_without_coding", one.row, "percent")
        if one.number in self.ended:
            self.tell("purchase_contract_has_ended", one.row, "contract_number", one.number)
        self._check_limits(one)
        before = self.before.get(one.number or "")
        if supplier is not None and before is not None and before.supplier_id != supplier.pk:
            self.tell("purchase_contract_taken", one.row, "contract_number", one.number,
                      supplier=f"{before.supplier.number} {before.supplier.name}")  # fmt: skip
        if supplier is None or one.number is None or one.valid_from is None or one.plan_type is None:
            return None
        return ContractTold(
            number=one.number,
            supplier=supplier.number,
            name=one.name or f"{supplier.name} {one.number}",
            valid_from=one.valid_from,
            valid_until=one.valid_until,
            plan=one.plan_type,
            lines=[(line.percent or _NOTHING, self.in_force.tracking(line.coding)) for line in one.coding_lines],
            total_limit=one.limit,
            confirm=bool(one.confirmation),
            currency=one.currency or "EUR",
            rows=[
                ScheduleRowTold(row.day, row.amount, row.tolerance)
                for row in one.schedule if row.day and row.amount is not None
            ],
            periods=[
                (part.start, part.end, part.amount)
                for part in one.limits if part.start and part.end and part.amount is not None
            ],
            owner=owner,
        )  # fmt: skip

    def _check_limits(self, one: purchase.Contract) -> None:
        if one.limit is not None and one.limit <= 0:
            self.tell("purchase_limit_is_nothing", one.row, "limit", plain(one.limit))
        parts = sum((part.amount for part in one.limits if part.amount is not None), _NOTHING)
        if one.limit is not None and parts > one.limit:
            self.tell("purchase_periods_over_limit", one.row, "limit", plain(one.limit), severity="warning",
                      periods=plain(parts))  # fmt: skip


_Parts = tuple[list[tuple[object, ...]], list[tuple[object, ...]], list[tuple[object, ...]]]


def _parts(unit: Unit, contracts: Sequence[int]) -> dict[int, _Parts]:
    """Coding lines, schedule and periods of versions of contracts, in their places."""
    found: dict[int, _Parts] = defaultdict(lambda: ([], [], []))
    columns = (
        (ContractLine, ("share", "account", *DIMENSIONS)),
        (ContractRow, ("expected_date", "net", "tolerance")),
        (ContractPeriod, ("from_date", "until_date", "net")),
    )
    for place, (model, names) in enumerate(columns):
        stored = model.objects.filter(unit=unit, contract__in=contracts).order_by("contract", "position")  # type: ignore[attr-defined]
        for contract, *values in stored.values_list("contract_id", *names):
            found[contract][place].append(tuple(values))
    return found


def _same(told: ContractTold, before: Contract, parts: _Parts) -> bool:
    head = (
        "name", "valid_from", "valid_until", "plan", "total_limit", "period_limit", "period", "confirm", "currency",
    )  # fmt: skip
    owner = told.owner.pk if told.owner else before.owner_id
    lines = [
        (share, coding.account, *(getattr(coding, name) for name in DIMENSIONS))
        for share, coding in told.lines
    ]
    rows = [(row.expected_date, row.net, row.tolerance) for row in told.rows]
    return (
        owner == before.owner_id
        and all(getattr(told, name) == getattr(before, name) for name in head)
        and (lines, rows, list(told.periods)) == parts
    )
