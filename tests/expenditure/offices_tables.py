"""Offices abroad: their makers, and the table of ways.

office  CODE [captures] [local]
invoice NAME OFFICE [einvoice] [request] [memo] [mail]
expect  NAME WAY [also WAY …]                       # clause
"""

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from cast import ALWAYS, DAY, inside, unit
from expenditure.circulation_tables import furnish_expenditure
from income.tables import read
from reskontra.expenditure.offices.actions import Open, tell_invoice
from reskontra.purchases.models import OfficeDecision, OfficeInvoice
from reskontra.registers.models import OfficeAbroad, Unit

LOCAL = "19910000"
_numbers = count(1)


def an_office(where: Unit, code: str, *, captures: bool = False, local: bool = True) -> OfficeAbroad:
    """An office in Sweden; its local account stands on an account of the books of its own."""
    with inside(where):
        return OfficeAbroad.objects.create(
            unit=where, code=code, name=f"Ambassaden {code}", country="SE", captures=captures, validity=ALWAYS,
            local_account="SE-77" if local else "", account=LOCAL if local else "",
        )  # fmt: skip


def an_invoice(office: OfficeAbroad, *ways: str, amount: str = "80.00", who: str = "kirsi") -> OfficeInvoice:
    """An invoice that the office has told, with the ways that are open to it."""
    where = Unit.objects.get(pk=office.unit_id)
    with inside(where, who) as acting:
        told, _ = tell_invoice(
            acting, office, "Elbolaget", f"E-{next(_numbers)}", date(2026, 3, 2), Decimal(amount),
            Open(**dict.fromkeys(ways, True)), due_date=DAY, reason="" if "einvoice" in ways else "paper only",
        )  # fmt: skip
    return told


def decide_ways_of(text: str) -> None:
    """Every invoice of the table goes the way that it expects; the other ways that were open are its reasons."""
    table, where = read(text), unit()
    furnish_expenditure(where)
    offices: dict[str, OfficeAbroad] = {}
    found: dict[str, tuple[Any, ...]] = {}
    for line in table.lines:
        if line.keyword == "office":
            code, *said = line.words
            offices[code] = an_office(where, code, captures="captures" in said, local="local" in said)
        elif line.keyword == "invoice":
            name, office, *ways = line.words
            told = an_invoice(offices[office], *ways)
            with inside(where):
                one = OfficeDecision.objects.get(unit=where, invoice=told)
                found[name] = (one.outcome, one.clause, tuple(one.reasons[1:]))
    assert found == {
        line.words[0]: (line.words[1], line.clause, tuple(line.words[3:])) for line in table.all("expect")
    }
