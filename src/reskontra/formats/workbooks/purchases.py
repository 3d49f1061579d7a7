"""Registers that invoices are matched with: orders, receipts, contract cover sheets, coding templates (EX 3)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from reskontra.formats.workbooks.entries import Entry, Layout, Part, Tell
from reskontra.kernel.money import round_cents

_WHOLE = Decimal(100)
# What begins a contract's number and a posting reference in the guideline (EX 4).
_CONTRACT_PREFIX = "VSK1"
_REFERENCE_PREFIX = "TK1"


def _check_order(entry: Entry, tell: Tell) -> None:
    tell.missing(entry, "order_number", "currency", "ordered_on")
    _check_supplier(entry, tell)
    if not entry.of("line"):
        tell("purchase_lines_missing", entry.row, "position")
    positions: dict[int, int] = {}
    for line in entry.of("line"):
        tell.missing(line, "position")
        position = line.value("position")
        if position in positions:
            tell(
                "purchase_position_twice", line.row, "position", str(position), first=str(positions[position])
            )
        elif position is not None:
            positions[position] = line.row
        _check_worth(line, tell)


def _check_worth(line: Part, tell: Tell) -> None:
    """A line has a net amount, or a quantity and a price; with all three they agree to the cent."""
    quantity, price, net = (line.value(name) for name in ("quantity", "unit_price", "net"))
    if "net" not in line.cells and not {"quantity", "unit_price"} <= line.cells.keys():
        tell("purchase_line_without_worth", line.row, "net")
    if quantity is None or price is None or net is None:
        return
    counted = round_cents(quantity * price)
    if counted != net:
        tell("purchase_net_differs", line.row, "net", f"{net:.2f}", counted=f"{counted:.2f}")


def _check_supplier(entry: Entry, tell: Tell) -> None:
    if "supplier_number" not in entry.cells and "business_id" not in entry.cells:
        tell("purchase_supplier_missing", entry.row, "supplier_number")


def _check_receipt(entry: Entry, tell: Tell) -> None:
    tell.missing(entry, "order_number", "received_on", "receiver")
    told = [name for name in ("received_quantity", "received_amount") if name in entry.cells]
    if len(told) != 1:
        tell("purchase_receipt_quantity_or_amount", entry.row, "received_quantity")
    if told == ["received_quantity"]:
        tell.missing(entry, "position")


def _check_receipts(entries: Sequence[Entry], tell: Tell) -> None:
    """Two receipts alike may be two deliveries of a day, or one entered twice: shown, not refused."""
    seen: dict[tuple[object, ...], int] = {}
    names = ("order_number", "position", "received_on", "receiver", "received_quantity", "received_amount")
    for entry in entries:
        key = tuple(entry.value(name) for name in names)
        if key in seen:
            tell(
                "purchase_receipt_repeated",
                entry.row,
                "order_number",
                str(key[0]),
                severity="warning",
                first=str(seen[key]),
            )
        seen.setdefault(key, entry.row)


def _check_contract(entry: Entry, tell: Tell) -> None:
    tell.missing(entry, "contract_number", "valid_from", "plan_type", "confirmation", "owner")
    _check_supplier(entry, tell)
    _check_prefix(entry, tell, "contract_number", _CONTRACT_PREFIX)
    _check_validity(entry, tell)
    _check_limits(entry, tell)
    _check_schedule(entry, tell)
    _check_coding(entry, tell)
    plan = entry.value("plan_type")
    if plan == "budget" and "limit" not in entry.cells and not entry.of("limit"):
        tell("purchase_budget_without_limit", entry.row, "limit")
    if plan == "budget" and entry.of("schedule"):
        tell("purchase_budget_with_schedule", entry.of("schedule")[0].row, "schedule_day")
    if plan == "schedule" and not entry.of("schedule"):
        tell("purchase_schedule_missing", entry.row, "schedule_day")


def _check_limits(entry: Entry, tell: Tell) -> None:
    """Limits of periods: each whole, within the contract's validity, and no two over the same day."""
    whole: list[tuple[date, date, Part]] = []
    for part in entry.of("limit"):
        tell.missing(part, "period_from", "period_until", "period_limit")
        start, end = part.value("period_from"), part.value("period_until")
        if start is None or end is None:
            continue
        if end < start:
            tell("purchase_days_reversed", part.row, "period_until", end.isoformat())
            continue
        for name, day in (("period_from", start), ("period_until", end)):
            _check_within(entry, part, tell, name, day)
        whole.append((start, end, part))
    whole.sort(key=lambda one: (one[0], one[1], one[2].row))
    latest: tuple[date, Part] | None = None
    for start, end, part in whole:
        if latest is not None and start <= latest[0]:
            tell(
                "purchase_periods_overlap",
                part.row,
                "period_from",
                start.isoformat(),
                first=str(latest[1].row),
            )
        if latest is None or end > latest[0]:
            latest = end, part


def _check_schedule(entry: Entry, tell: Tell) -> None:
    for part in entry.of("schedule"):
        tell.missing(part, "schedule_day", "schedule_amount")
        day = part.value("schedule_day")
        if day is not None:
            _check_within(entry, part, tell, "schedule_day", day)


def _check_within(entry: Entry, part: Part, tell: Tell, name: str, day: date) -> None:
    first, last = entry.value("valid_from"), entry.value("valid_until")
    if (first is not None and day < first) or (last is not None and day > last):
        tell("purchase_day_outside_validity", part.row, name, day.isoformat())


def _check_validity(entry: Entry, tell: Tell) -> None:
    first, last = entry.value("valid_from"), entry.value("valid_until")
    if first is not None and last is not None and last < first:
        tell("purchase_days_reversed", entry.row, "valid_until", last.isoformat())


def _check_prefix(entry: Entry, tell: Tell, name: str, prefix: str) -> None:
    value = entry.value(name)
    if value is not None and not value.startswith(prefix):
        tell("purchase_number_prefix", entry.row, name, value, clause="EX 3-c", prefix=prefix)


def _check_coding(entry: Entry, tell: Tell) -> None:
    """Coding lines name an account each, and their shares are the whole."""
    lines = entry.of("coding")
    for line in lines:
        tell.missing(line, "percent", "account")
    shares = [share for line in lines if (share := line.value("percent")) is not None]
    if lines and len(shares) == len(lines) and sum(shares) != _WHOLE:
        tell(
            "purchase_shares_not_whole",
            entry.row,
            "percent",
            format(sum(shares, Decimal(0)).normalize(), "f"),
        )


def _check_template(entry: Entry, tell: Tell) -> None:
    tell.missing(entry, "posting_reference")
    _check_prefix(entry, tell, "posting_reference", _REFERENCE_PREFIX)
    _check_validity(entry, tell)
    _check_coding(entry, tell)
    if "queue" not in entry.cells and not entry.of("coding"):
        tell("purchase_template_says_nothing", entry.row, "queue")


def _nothing_more(entries: Sequence[Entry], tell: Tell) -> None:
    """Forms whose entries say nothing of each other beyond their keys."""


ORDERS = Layout(
    form="purchase_orders",
    kind="purchase_orders",
    clause="EX 3-a",
    entries="orders",
    key=("order_number",),
    parts={"line": "lines"},
    check=_check_order,
    check_all=_nothing_more,
)
RECEIPTS = Layout(
    form="receipts",
    kind="receipts",
    clause="EX 3-a",
    entries="receipts",
    key=(),
    parts={},
    check=_check_receipt,
    check_all=_check_receipts,
)
CONTRACTS = Layout(
    form="contracts",
    kind="contracts",
    clause="EX 3-d",
    entries="contracts",
    key=("contract_number",),
    parts={"limit": "limits", "schedule": "schedule", "coding": "coding_lines"},
    check=_check_contract,
    check_all=_nothing_more,
)
TEMPLATES = Layout(
    form="coding_templates",
    kind="coding_templates",
    clause="EX 3-c",
    entries="templates",
    key=("posting_reference",),
    parts={"coding": "coding_lines"},
    check=_check_template,
    check_all=_nothing_more,
)
