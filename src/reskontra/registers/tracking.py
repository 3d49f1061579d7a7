"""Codings that come in files against the registers: which accounts and tracking objects are in force for a unit."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from django.db.models import Q

from reskontra.documents.coding import Coding
from reskontra.registers.models import Account, DimensionValue, Tracked, Unit


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
    authorisation: str = ""
    reserve1: str = ""
    reserve2: str = ""
    joint_funding_unit: str = ""

    def columns(self) -> dict[str, str]:
        """As columns of a tracked line."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def tracking_of(line: Tracked) -> Tracking:
    """The tracking objects of a stored line."""
    return Tracking(**{one.name: getattr(line, one.name) for one in fields(Tracking)})


UNTRACKED = Tracking()
DIMENSIONS = tuple(one.name for one in fields(Tracking) if one.name != "account")
# What a form may tell beside them and no line keeps: VAT and partner come from the invoice and from the supplier.
NOT_KEPT = tuple(one.name for one in fields(Coding) if one.name not in ("account", *DIMENSIONS))


class InForce:
    """The accounts and values that ``codings`` ask for and that are in force in ``unit`` on ``on``."""

    def __init__(self, unit: Unit, codings: Iterable[Coding], on: date) -> None:
        asked = list(codings)
        codes = {one.account for one in asked if one.account}
        self._accounts = set(
            Account.objects.filter(code__in=codes, validity__contains=on).values_list("code", flat=True)
        )
        values = DimensionValue.objects.filter(
            Q(in_unit=unit) | Q(in_unit__isnull=True), dimension__in=DIMENSIONS, validity__contains=on
        )
        self._values = {
            (dimension, _plain(code)): code for dimension, code in values.values_list("dimension", "code")
        }

    def tracking(self, told: Coding) -> Tracking:
        """``told`` as the registers write it; what is not in force stays as it was told."""
        known = {
            name: self._values.get((name, _plain(value)), value)
            for name in DIMENSIONS
            if (value := getattr(told, name))
        }
        return Tracking(account=told.account or "", **known)

    def unknown(self, told: Coding) -> list[tuple[str, str]]:
        """Columns of ``told`` and their values that are not in force."""
        found = [("account", told.account)] if told.account and told.account not in self._accounts else []
        found += [
            (name, value)
            for name in DIMENSIONS
            if (value := getattr(told, name)) and (name, _plain(value)) not in self._values
        ]
        return found


def _plain(code: str) -> str:
    """Budget accounts are written with and without their dots."""
    return code.replace(".", "")
