"""Who may do what in which unit (OC 1.2-a, 3.2.1): roles by date, asked before every act."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Q

from reskontra.kernel.clauses import clause
from reskontra.registers.models import Person, RoleAssignment, Unit

# K clerk, SG reviewer, GK approver, PK service-centre clerk, PG service-centre approver, KA treasury analyst,
# RE auditor, IN integrator, AD administrator.
MAY: Mapping[str, frozenset[str]] = {
    "see": frozenset({"K", "SG", "GK", "PK", "PG", "KA", "RE", "IN", "AD"}),
    "import": frozenset({"K", "PK", "IN"}),
    "run": frozenset({"K", "PK"}),
    "review_order": frozenset({"SG"}),
    "approve_order": frozenset({"GK"}),
    "decide_held_batch": frozenset({"PK", "PG"}),
    "load_registers": frozenset({"PK", "AD"}),
}


class NotAllowed(Exception):
    """The person has no role that allows the act in the unit on the day."""

    def __init__(self, person: Person, act: str, unit: Unit) -> None:
        super().__init__(f"{person.username} may not {act} in {unit.code}")
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


def require(person: Person, act: str, unit: Unit, on: date) -> None:
    """Raise ``NotAllowed`` unless one of the person's roles allows ``act`` in ``unit`` on ``on``."""
    if not MAY[act] & roles_of(person, unit, on):
        raise NotAllowed(person, act, unit)
