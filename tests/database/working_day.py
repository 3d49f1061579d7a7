"""A working day of demonstration units, step by step through the calls that people's commands make."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import reskontra.demo
import reskontra.registers
from reskontra.database.session import working_in
from reskontra.demo.material import DAY, Material, write_day
from reskontra.exchange.attachments import Fetch
from reskontra.exchange.inbox import receive
from reskontra.exchange.outbox import Handed, hand_over, waiting
from reskontra.exchange.reading import read_documents
from reskontra.income.delivery.run import DeliveryRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.actions import approve, review
from reskontra.income.order_handling.files import Answer, take_in_document
from reskontra.income.order_handling.run import OrdersRun
from reskontra.registers.keys import key_ring
from reskontra.registers.loading import load
from reskontra.registers.models import Person, RoleAssignment, Unit
from reskontra.runs.run import Acting, Result, apply
from reskontra.sales.models import Order, OrderDecision

__all__ = [
    "DAY",
    "act_on_orders",
    "acting",
    "at",
    "deliver",
    "load_registers",
    "run",
    "send",
    "take_in",
    "write",
]

ROOMS = {"orders": OrdersRun, "invoicing": InvoicingRun, "delivery": DeliveryRun}


def at(hour: int, minute: int = 0) -> datetime:
    """A time of the demonstration day, in Finland."""
    return datetime(DAY.year, DAY.month, DAY.day, hour, minute, tzinfo=ZoneInfo("Europe/Helsinki"))


def load_registers() -> None:
    """The registers of everybody, and those of the demonstration."""
    load(Path(reskontra.registers.__file__).parent / "data", key_ring())
    load(Path(reskontra.demo.__file__).parent / "registers", key_ring())


def write(folder: Path) -> dict[str, Material]:
    """The day's billing requests by the unit that sends them."""
    return {
        material.unit: material
        for material in write_day(folder, DAY)
        if material.kind == "billing_request" and material.path.name == _first(material)
    }


def _first(material: Material) -> str:
    return f"billing_{material.unit}_{DAY:%Y%m%d}{material.path.suffix}"


def holder(unit: Unit, role: str) -> Person:
    """Somebody who has the role in the unit, or in all units."""
    held = RoleAssignment.objects.filter(role=role, validity__contains=DAY).order_by("person_id")
    found = held.filter(in_unit=unit).first() or held.filter(in_unit__isnull=True).first()
    assert found is not None
    return found.person


def acting(unit: Unit, role: str = "PK", hour: int = 9) -> Acting:
    """Somebody with the role, at work."""
    return Acting(holder(unit, role), unit, at(hour))


def take_in(code: str, path: Path) -> Answer:
    """Receive, read and take in a file, as the import command does."""
    unit = Unit.objects.get(code=code)
    who, data = acting(unit, "K", 8), path.read_bytes()
    with working_in([unit.pk], who.person.pk):
        received = receive(who, data, path.name, "import")
    document = read_documents(data, path.name)[0]
    with working_in([unit.pk], who.person.pk):
        return take_in_document(who, received, document, _beside(path.parent), DAY, "sv")


def _beside(folder: Path) -> Fetch:
    def fetch(name: str) -> bytes | None:
        path = folder / Path(name).name
        return path.read_bytes() if path.is_file() else None

    return fetch


def run(code: str, name: str) -> Result:
    """One run of a room."""
    unit = Unit.objects.get(code=code)
    who = acting(unit)
    with working_in([unit.pk], who.person.pk):
        return apply(ROOMS[name](), who, DAY)


def act_on_orders(code: str, leave: int = 2) -> int:
    """Reviewer and approver act on what waits, but for the last few orders; how many were approved."""
    unit = Unit.objects.get(code=code)
    reviewer, approver = acting(unit, "SG", 10), acting(unit, "GK", 11)
    with working_in([unit.pk]):
        latest = (
            OrderDecision.objects.filter(unit=unit, rule="orders")
            .order_by("order_id", "-run_id")
            .distinct("order_id")
        )
        ids = [decision.order_id for decision in latest if decision.standing == "REVIEW"]
        orders = list(Order.objects.filter(unit=unit, pk__in=ids).order_by("number"))
    for order in orders[:-leave]:
        with working_in([unit.pk], reviewer.person.pk):
            review(reviewer, order, order.digest)
        with working_in([unit.pk], approver.person.pk):
            approve(approver, order, order.digest)
    return len(orders[:-leave])


def deliver(code: str) -> list[Handed]:
    """Build the batch and hand it over."""
    run(code, "delivery")
    return send(code)


def send(code: str) -> list[Handed]:
    """Hand over what waits."""
    unit = Unit.objects.get(code=code)
    with working_in([unit.pk]):
        batches = list(waiting(unit))
    return [hand_over(file, at(14)) for file in batches]
