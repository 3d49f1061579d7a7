"""Claims to their end in a real browser: readable for everybody, in three languages, and nothing scrolls sideways."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cast import AT, customer, inside, person, run
from desk.accessible import troubles
from income.money import a_claim, a_payment
from income.refund_tables import an_overpayment
from income.reminder_tables import a_late_claim
from income.write_off_tables import a_case, a_reminder, a_run
from reskontra.bank.models import Material
from reskontra.claims.exclusions import leave_out
from reskontra.claims.models import Claim
from reskontra.exchange.models import InboxFile
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.interest.run import InterestRun
from reskontra.income.refunds.run import RefundsRun
from reskontra.income.reminders.actions import block, complain
from reskontra.income.reminders.run import ReminderRun
from reskontra.income.write_off.actions import propose
from reskontra.kernel.texts import text
from reskontra.registers.models import UnitAccount
from reskontra.runs.run import plan

pytestmark = pytest.mark.browser

SitsDown = Callable[[str], Any]


@pytest.fixture
def late(desk: Any) -> dict[str, Any]:
    """A claim with everything on it, a proposal, a case, an overpayment, and plans that wait."""
    on = timezone.localdate()
    held, judged, given = (
        a_claim(desk.unit, who, amount, day=on - timedelta(days=90))
        for who, amount in (("bruk", "123.45"), ("paja", "90.00"), ("aino", "15.00"))
    )
    a_reminder(desk.unit, held, 1, on - timedelta(days=30))
    case = a_case(desk.unit, judged, "enforcement", "stopped", on, {"certificate": "lack_of_means"})
    owed = an_overpayment(desk.unit, "berit", "60.00", day=on)
    for days in (1, 2, 3, 4, 5):
        a_payment(desk.unit, "10.00", day=on - timedelta(days=days), payer="Glömska Ab")
    with inside(desk.unit) as acting:
        a_statement(desk, on)
        complain(acting, held, acting.day, "Varan kom aldrig fram.")
        block(acting, customer("bruk"), "Z", "samtal med kunden", acting.day)
        proposal = propose(acting, given, "decided", "för liten för att drivas in")
        refunds = plan(RefundsRun(), acting, on).run
        later, apart = (
            a_late_claim(desk.unit, who, "80.00", on - timedelta(days=30)) for who in ("aino", "paja")
        )
        paid = a_late_claim(desk.unit, "bruk", "1000.00", date(2025, 12, 5))
        leave_out(acting, "reminders", [apart], on, "vi talar med kunden i dag")
    assert later
    a_payment(desk.unit, "1000.00", day=date(2026, 3, 2), reference=paid.reference)
    run(AllocationRun(), desk.unit, on)
    with inside(desk.unit) as acting:
        reminders = plan(ReminderRun(), acting, on).run
        interest = plan(InterestRun(), acting, on).run
    return {
        "claim": held, "case": case.number, "owed": owed.pk, "proposal": proposal.pk, "refunds": refunds.pk,
        "reminders": reminders.pk, "interest": interest.pk,
    }  # fmt: skip


def a_statement(desk: Any, day: date) -> None:
    """A statement until ``day``, so that reminders may be planned. Called inside ``working_in``."""
    file = InboxFile.objects.create(
        unit=desk.unit, digest="a" * 64, name="s.xml", kind="statement", size=1, person=person("cecilia"),
        received_at=AT,
    )  # fmt: skip
    Material.objects.create(
        unit=desk.unit, run=a_run(desk.unit, "bank", day), file=file, position=1, kind="statement", source="camt.053",
        account=UnitAccount.objects.get(unit=desk.unit, purpose="income"), identity="statement", from_date=day,
        to_date=day, opening=0, closing=0, lines=0, total=0,
    )  # fmt: skip


def addresses(late: dict[str, Any]) -> dict[str, str]:
    claim: Claim = late["claim"]
    return {
        "start": "", "claims": "claims", "claim": f"claims/{claim.reference}", "blocks": "claims/blocks",
        "cases": "claims/cases", "case": f"claims/cases/{late['case']}", "write-offs": "claims/write-offs",
        "write-off": f"claims/write-offs/{late['proposal']}", "refunds": "payments/refunds",
        "refund": f"payments/refunds/{late['owed']}", "payers": "payments/payers", "runs": "runs",
        "refund-run": f"runs/{late['refunds']}", "reminder-run": f"runs/{late['reminders']}",
        "decided": f"runs/{late['reminders']}/decided/COMPLAINED",
        "to-remind": f"runs/{late['reminders']}/decided/SEND_FIRST_REMINDER",
        "left-out": f"runs/{late['reminders']}/decided/REMINDER_LEFT_OUT",
        "interest": f"runs/{late['interest']}/decided/CHARGE_INTEREST",
        "to-decide": "claims/write-offs?for=WAITS_FOR_REVIEW&ground=decided",
    }  # fmt: skip


def test_every_page_is_readable_for_everybody(desk: Any, late: dict[str, Any], sits_down: SitsDown) -> None:
    people = {"refund-run": "petra", "write-off": "maria", "to-decide": "maria", "runs": "cecilia", "start": "cecilia",
              "to-remind": "cecilia", "left-out": "cecilia", "interest": "cecilia"}  # fmt: skip
    visits = [(people.get(name, "kirsi"), desk.path(one)) for name, one in addresses(late).items()]
    assert troubles(sits_down, visits) == []


def test_a_block_is_set_and_what_was_wrong_is_told_where_it_was_written(
    desk: Any, late: dict[str, Any], sits_down: SitsDown
) -> None:
    page = sits_down("kirsi")
    page.goto(desk.path(f"claims/{late['claim'].reference}"))
    form = page.locator("details.act:has(#code)")
    form.locator("summary").click()
    page.select_option("#code", "A")
    page.fill("#review", timezone.localdate().isoformat())
    page.fill("#reason-block", "   ")
    with page.expect_navigation():
        form.locator("button").click()
    assert text("desk.act.missing.reason", "sv") in page.inner_text("#rejected-block")
    assert page.input_value("#code") == "A"
    page.fill("#reason-block", "låst")
    with page.expect_navigation():
        page.locator("details.act:has(#code) button").click()
    assert "låst" in page.inner_text(".holds")
