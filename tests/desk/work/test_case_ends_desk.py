"""S42, S45, S46: a case at an agency or a court is stopped, taken back and ended at the desk; reasons are words."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from cast import inside, person, run
from income.money import a_payment, claims_issued
from income.write_off_tables import a_case, a_reminder
from reskontra.claims.models import Block, Case, CaseEvent, Claim
from reskontra.exchange import archive
from reskontra.exchange.models import OutboxFile
from reskontra.income.allocation.run import AllocationRun
from reskontra.kernel.texts import text
from reskontra.registers.models import Person

AtDesk = Callable[[str], Client]


def _ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def _claim(desk: Any, who: str) -> Claim:
    claim = claims_issued(desk.unit, {"": (who, "100.00", "private")}, _ago(140))[""]
    for ordinal, due in ((1, _ago(90)), (2, _ago(50))):
        a_reminder(desk.unit, claim, ordinal, due)
    return claim


def _page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def _does(client: Client, address: str, act: str, reason: str) -> Any:
    seen = re.search(r'name="seen" value="([^"]*)"', _page(client, address))
    return client.post(f"{address}/act", {"act": act, "seen": seen[1] if seen else "", "reason": reason})


def _steps(desk: Any, case: Case) -> list[str]:
    with inside(desk.unit):
        found = CaseEvent.objects.filter(unit=desk.unit, case=case).order_by("position")
        return list(found.values_list("kind", flat=True))


def test_a_case_at_an_agency_is_stopped_and_taken_back_at_the_desk(desk: Any, at_desk: AtDesk) -> None:
    """OC 6.2-a: the agency is told at once; what was taken back tells why in words, not in names for machines."""
    claim = _claim(desk, "berit")
    case = a_case(desk.unit, claim, "agency", "applied", _ago(20), {})
    clerk, at = at_desk("kirsi"), desk.path(f"claims/cases/{case.number}")
    assert 'value="resume"' not in _page(clerk, at)
    _does(clerk, at, "stop", "kunden har klagat")
    assert 'value="stop"' not in _page(clerk, at)
    assert escape(text("case_task.case_is_stopped", "sv")).capitalize() in _page(
        clerk, desk.path("claims/cases")
    )
    _does(clerk, at, "withdraw", "fel gäldenär")
    assert _steps(desk, case)[-2:] == ["stopped", "withdrawn"]
    with inside(desk.unit):
        batches = OutboxFile.objects.filter(unit=desk.unit, channel="agency").order_by("pk")
        told = [json.loads(archive.read(one.digest))["messages"] for one in batches]
        assert Block.objects.get(unit=desk.unit, claim=claim).reason == "CASE_WITHDRAWN"
    assert [(one["case"], one["message"], one["reason"]) for [one] in told] == [
        (case.number, "stopped", "kunden har klagat"),
        (case.number, "withdrawn", "fel gäldenär"),
    ]
    for language in ("sv", "fi"):
        with inside(desk.unit):
            Person.objects.filter(pk=person("kirsi").pk).update(language=language)
        page = _page(clerk, desk.path(f"claims/{claim.reference}"))
        words = text("outcome.CASE_WITHDRAWN", language)
        assert page.count(escape(words[:1].upper() + words[1:])) >= 2, "under the block, and in the history"
        assert "CASE_WITHDRAWN" not in page


def test_a_paid_case_at_court_waits_for_the_unit_and_is_taken_back_at_the_desk(
    desk: Any, at_desk: AtDesk
) -> None:
    """OC 6.2-a: the page says that nothing is open; the court is told, once."""
    claim = _claim(desk, "svea")
    case = a_case(desk.unit, claim, "court", "registered", _ago(20), {})
    payment = a_payment(desk.unit, "100.00", reference=claim.reference)
    run(AllocationRun([payment.pk]), desk.unit, timezone.localdate())
    clerk, centre, at = at_desk("kirsi"), at_desk("cecilia"), desk.path(f"claims/cases/{case.number}")
    page = _page(centre, at)
    assert escape(text("case_task.case_paid", "sv")).capitalize() in page
    assert 'value="withdraw"' not in page
    assert 'value="withdraw"' in _page(clerk, at)
    _does(clerk, at, "withdraw", "betald")
    assert _steps(desk, case)[-1] == "withdrawn"
    with inside(desk.unit):
        assert OutboxFile.objects.filter(unit=desk.unit, channel="court").count() == 1
    steps = len(_steps(desk, case))
    assert "betald" in _page(clerk, f"{at}/told/{steps}")


def test_a_block_has_its_days_and_may_hold_all_that_a_customer_owes(desk: Any, at_desk: AtDesk) -> None:
    """OC 6.1.2-a: from and until which day, and of whom; an end before the beginning is refused in words."""
    claim = _claim(desk, "paja")
    clerk, at = at_desk("kirsi"), desk.path(f"claims/{claim.reference}")

    def blocks(**told: str) -> Any:
        seen = re.search(r'name="seen" value="([^"]*)"', _page(clerk, at))
        days = {"code": "O", "reason": "test", "review": _ago(-30).isoformat(), **told}
        return clerk.post(f"{at}/act", {"act": "block", "seen": seen[1] if seen else "", **days})

    first, until = _ago(-5), _ago(-20)
    blocks(first=first.isoformat(), until=until.isoformat())
    blocks(whole="yes", code="A")
    wrong = blocks(first=until.isoformat(), until=first.isoformat(), code="B")
    assert wrong.status_code in (409, 422)
    with inside(desk.unit):
        made = Block.objects.filter(unit=desk.unit).order_by("pk")
        assert [(one.code, one.claim_id, one.customer_id, one.until_date) for one in made] == [
            ("O", claim.pk, None, until),
            ("A", None, claim.payer_id, None),
        ]
        assert made[0].from_date == first
