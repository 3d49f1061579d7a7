"""What the analyses of expenditure say of one quarter: rates, reasons, suppliers, spend, candidates, late payments."""

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from cast import AT, DAY, HARBOUR, inside, person, run, unit
from expenditure.matching_tables import Purchases
from expenditure.purchase_cast import EXPENSE, SERVICES, received
from income.tables import read
from reskontra.expenditure.matching.actions import accept, correct_identifier
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.insight.automation import Rates
from reskontra.insight.late import late_payments
from reskontra.kernel.texts import text
from reskontra.purchases.models import Coding, CodingLine, InvoiceReturn, Payable, PurchaseInvoice
from reskontra.registers.models import Unit

pytestmark = pytest.mark.usefixtures("database")
Command = Callable[..., tuple[int, Any]]
LATER = date(2026, 3, 20)
ASKED = ("--unit", HARBOUR, "--on", LATER.isoformat())

# kontor sends with order numbers, and once by mail attachment; provia the same bill each month; staten is always coded
# alike; flink sends this and that.
_QUARTER = """
on 2026-03-16
order   V11 kontor
line    V11 1 100.00
receipt V11 1 100.00
order   V12 kontor
line    V12 1 100.00
order   V13 kontor
line    V13 1 100.00
receipt V13 1 100.00
order   V14 kontor
line    V14 1 100.00
receipt V14 1 100.00
invoice plain    kontor 100.00 V11
invoice missing  kontor 100.00 V12 due_date 2026-03-10
invoice dearer   kontor 120.00 V13
invoice mistaken kontor 100.00 V1999
invoice by_mail  kontor  10.00 channel by_hand received 2026-02-02
invoice january  provia  50.00 received 2026-01-10
invoice february provia  50.00 received 2026-02-10
invoice march    provia  55.00 received 2026-03-10
invoice one      staten  10.00
invoice two      staten  30.00
invoice three    staten  90.00
invoice this     flink   10.00
invoice that     flink  200.00
invoice other    flink   45.00
invoice credited flink  -45.00
invoice reminded flink   45.00 kind reminder
invoice not_ours flink   45.00
"""


def _code(where: Unit, invoice: PurchaseInvoice, account: str) -> None:
    coding = Coding.objects.create(
        unit=where, invoice=invoice, person=person("kirsi"), given_at=AT, version=1, digest=f"{invoice.pk:064d}",
        source="person",
    )  # fmt: skip
    CodingLine.objects.create(
        unit=where, coding=coding, position=1, net=invoice.net, vat=invoice.vat, account=account
    )


@pytest.fixture
def told() -> Purchases:
    """The quarter, matched on one day, put right by people, and matched again."""
    told = Purchases(read(_QUARTER), unit()).tell()
    with inside(told.where):
        for name in ("one", "two", "three"):
            _code(told.where, told.invoices[name], SERVICES)
        for name, account in (("this", SERVICES), ("that", EXPENSE), ("other", SERVICES)):
            _code(told.where, told.invoices[name], account)
        InvoiceReturn.objects.create(
            unit=told.where, invoice=told.invoices["not_ours"], person=person("kirsi"), given_at=AT, day=DAY,
            reason="not_ours", message="no", clause="EX 5-a",
        )  # fmt: skip
    run(MatchingRun(), told.where, DAY)
    with inside(told.where) as acting:
        received(told.orders["V12"], 1, "100.00")
    with inside(told.where, "kirsi") as acting:
        accept(acting, told.invoices["dearer"], "dearer paper")
    with inside(told.where) as acting:
        correct_identifier(acting, told.invoices["mistaken"], "V14")
    run(MatchingRun(), told.where, LATER)
    return told


def test_the_quarter_in_figures(told: Purchases, command: Command) -> None:
    """EX 1-a, EX 1-c, EX 1.1-a, EX 3.1-a, EX 9-d"""

    def report(name: str, *more: str) -> list[dict[str, Any]]:
        code, answer = command("report", name, *ASKED, *more)
        assert code == 0
        return list(answer[name])

    # What somebody corrected was matched by the run, and is not automatic; a reminder and a return are no invoices.
    months = {one["month"]: one for one in report("automation")}
    assert {month: (one["invoices"], one["automatic"], one["with_order_number"]) for month, one in months.items()} == {
        "2026-01": (1, 0, 0), "2026-02": (2, 0, 0), "2026-03": (12, 2, 3),
    }  # fmt: skip
    assert (months["2026-03"]["automatic_rate"], months["2026-03"]["automation_met"]) == ("16.67", False)
    with inside(told.where):
        automatic = dict(Payable.objects.values_list("invoice_id", "automatic"))
    assert automatic == {
        told.invoices["plain"].pk: True, told.invoices["missing"].pk: True, told.invoices["mistaken"].pk: False,
    }  # fmt: skip
    (whole,) = report("targets")
    assert (whole["unit"], whole["month"], whole["invoices"], whole["automatic"]) == (HARBOUR, None, 15, 2)
    others = [one["unit"] for one in report("targets", "--all-units")]
    assert others == [HARBOUR], "a unit without invoices has no rate"

    reasons = [
        (one["reason"], one["invoices"], one["open"], one["share"], one["cumulative"])
        for one in report("mismatches")
    ]
    assert reasons == [
        ("NO_IDENTIFIER", 11, 11, "78.57", "78.57"),
        ("NOT_RECEIVED", 1, 0, "7.14", "85.71"),
        ("OVER_TOLERANCE_UP", 1, 0, "7.14", "92.86"),
        ("UNKNOWN_NUMBER", 1, 0, "7.14", "100.00"),
    ]
    by_month = report("mismatches", "--by", "month")
    assert [(one["month"], one["reason"], one["cumulative"]) for one in by_month][:3] == [
        ("2026-01", "NO_IDENTIFIER", "100.00"),
        ("2026-02", "NO_IDENTIFIER", "100.00"),
        ("2026-03", "NO_IDENTIFIER", "72.73"),
    ]
    solved = {(one["reason"], one["how"], one["person"], one["median_days"]) for one in report("solved")}
    assert solved == {
        ("NOT_RECEIVED", "by_itself", "", 4),
        ("OVER_TOLERANCE_UP", "accepted", "Kirsi", 0),
        ("UNKNOWN_NUMBER", "corrected", "Cecilia", 4),
    }

    suppliers = report("suppliers", "--by", "by_hand")
    assert [(one["name"], one["invoices"], one["net"], one["ordered_by_hand"]) for one in suppliers] == [
        ("Prov Kontor", 5, "430.00", 2),
        ("Prov Flink", 4, "210.00", 0),
        ("Prov Provia", 3, "155.00", 0),
        ("Prov Staten", 3, "130.00", 0),
    ]
    assert (suppliers[0]["with_order_number_rate"], suppliers[0]["automatic_rate"]) == ("60.00", "40.00")
    assert [one["name"] for one in report("suppliers", "--by", "net", "--most", "1")] == ["Prov Kontor"]
    spend = report("spend")
    assert sum(Decimal(one["net"]) for one in spend) == Decimal("925.00"), "as much as the suppliers together"
    assert {(one["account"], one["net"]) for one in spend if one["month"] == "2026-03"} == {
        (EXPENSE, "620.00"), (SERVICES, "185.00"), ("", "10.00"),
    }  # fmt: skip
    (monthly,) = report("recurring")
    assert (monthly["name"], monthly["months"], monthly["usual_net"], monthly["spread"], monthly["handled"]) == (
        "Prov Provia", 3, "50.00", "10.0", "none",
    )  # fmt: skip
    candidates = {one["name"]: one for one in report("candidates")}
    assert {name: (one["candidate"], one["also"]) for name, one in candidates.items()} == {
        "Prov Kontor": ("CANDIDATE_E_INVOICE", []),
        "Prov Provia": ("CANDIDATE_CONTRACT", ["CANDIDATE_ORDER"]),
        "Prov Staten": ("CANDIDATE_POSTING_REFERENCE", ["CANDIDATE_ORDER"]),
        "Prov Flink": ("CANDIDATE_ORDER", []),
    }
    assert candidates["Prov Provia"]["newest"][0] == told.invoices["march"].pk
    late = report("late-payments")
    assert [(one["invoice"], one["cause"], one["days"]) for one in late] == [
        (told.invoices["missing"].pk, "LATE_ON_ARRIVAL", 10)
    ]

    names = (
        "automation",
        "targets",
        "mismatches",
        "solved",
        "suppliers",
        "spend",
        "recurring",
        "late-payments",
    )
    for language in ("sv", "fi", "en"):
        code, shown = command("report", "candidates", *ASKED, "--lang", language, text=True)
        assert (code, text("report.candidates", language) in shown, "Provia" in shown) == (0, True, True)
        for name in names:
            code, exported = command("report", name, *ASKED, "--lang", language, "--csv", text=True)
            assert (code, exported[:1]) == (0, "\ufeff"), "a spreadsheet takes it for what it is"
            told_rows = list(csv.reader(StringIO(exported[1:]), delimiter="," if language == "en" else ";"))
            assert len(told_rows) > 1
            assert {len(row) for row in told_rows} == {len(told_rows[0])}


@pytest.mark.parametrize(
    ("part", "whole", "target", "met"),
    [
        (7, 10, "70", True),
        (69, 100, "70", False),
        (69999, 100000, "70", False),
        (71, 100, "70", True),
        (1, 1, None, None),
    ],
)
def test_a_target_is_met_at_it_and_not_just_below(
    part: int, whole: int, target: str | None, met: bool | None
) -> None:
    """EX 1-a"""
    aim = None if target is None else Decimal(target)
    assert Rates(HARBOUR, None, whole, part, part, part, aim, aim).automation_met is met


def test_why_an_invoice_is_late(told: Purchases) -> None:
    """EX 9-d: where it was when its due date passed; interest also for what circulates still."""
    due = date(2026, 4, 15)  # of everything else in the table
    with inside(told.where):
        found = {one.invoice: one for one in late_payments(told.where, date(2026, 5, 15), since=due)}
    named = {name: found[one.pk] for name, one in told.invoices.items() if one.pk in found}
    assert {name: one.cause for name, one in named.items() if name in ("plain", "dearer", "this", "credited")} == {
        "plain": "LATE_IN_PAYMENT", "dearer": "LATE_IN_MATCHING", "this": "LATE_IN_CIRCULATION",
    }  # fmt: skip
    assert {one.days for one in named.values()} == {30}
    assert "not_ours" not in named
