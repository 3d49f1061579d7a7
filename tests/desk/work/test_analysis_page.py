"""The analyses of expenditure in a real browser: rates, reasons, suppliers, candidates, late payments (EX 1.1-a)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings

from cast import DAY, person, run
from desk.accessible import troubles
from expenditure.matching_tables import Purchases
from income.tables import read
from reskontra.desk.analysis_pages import first_day
from reskontra.desk.pictures import trend
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.insight.automation import Rates
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.registers.models import Person

SitsDown = Callable[[str], Any]
TABLE = """
on 2026-03-16
order   V11 kontor
line    V11 1 100.00
receipt V11 1 100.00
order   V12 kontor
line    V12 1 100.00
invoice plain   kontor 100.00 V11
invoice missing kontor 100.00 V12 due_date 2026-03-10
invoice january provia 50.00 received 2026-01-10
invoice spring  provia 50.00 received 2026-02-10
invoice march   provia 50.00 received 2026-03-10
"""


@pytest.mark.browser
def test_the_analysis_shows_its_pictures_and_what_to_do(
    desk: Any, sits_down: SitsDown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EX 1-a, EX 1.1-a, EX 3.1-a, EX 9-d: one page in three languages, readable for everybody at any width."""
    monkeypatch.setattr(settings, "DEMO_DAY", DAY.isoformat(), raising=False)
    Purchases(read(TABLE), desk.unit).tell()
    run(MatchingRun(), desk.unit, DAY)
    page = sits_down("kirsi")
    for language in LANGUAGES:
        Person.objects.filter(pk=person("kirsi").pk).update(language=language)
        page.goto(desk.path("analysis?months=3"))
        assert page.get_attribute("html", "lang") == language
        shown = page.inner_text("main")
        for key in ("report.mismatches", "report.suppliers", "report.candidates", "report.late-payments"):
            assert text(key, language) in shown
        for outcome in ("NOT_RECEIVED", "CANDIDATE_CONTRACT", "LATE_ON_ARRIVAL"):
            assert text(f"outcome.{outcome}", language) in shown
        assert page.locator("svg.trend").count() == 2
        assert page.locator("svg.trend .dot").count() == 6, "three months in each picture"
        page.locator("details.behind > summary").click()
        assert page.locator("details.behind tbody tr").count() == 3, "and the same in the table"
    assert troubles(sits_down, [("kirsi", desk.path("analysis?months=3"))]) == []
    page.goto(desk.path("analysis?months=nonsense"))
    assert page.locator("nav.tabs [aria-current=page]").get_attribute("href") == "?months=12"
    assert page.troubles == []


def test_a_trend_keeps_its_months_apart_and_its_target_in_steps() -> None:
    """EX 1-a: a month without invoices leaves a gap, and the target moves where it was changed."""

    def month(year: int, of_year: int, automatic: int, target: str | None) -> Rates:
        aim = None if target is None else Decimal(target)
        return Rates("4210", date(year, of_year, 1), 4, automatic, automatic, 0, aim, None)

    months = [month(2019, 11, 0, "25"), month(2019, 12, 4, "25"), month(2020, 3, 2, "50")]
    drawn = trend(
        months, lambda one: one.automatic, lambda one: one.automation_target, months[-1].automation_met
    )
    assert [(dot.x, dot.y) for dot in drawn.dots] == [("30.0", "146.0"), ("95.0", "12.0"), ("290.0", "79.0")]
    assert drawn.target == "M30.0 112.5H95.0V112.5H290.0V79.0H290"
    assert (str(drawn.latest), drawn.met, drawn.gap) == ("50.00", True, None)
    alone = trend(months[:1], lambda one: one.automatic, lambda one: None, None)
    assert (alone.target, alone.gap, len(alone.dots)) == ("", None, 1)
    assert (first_day(date(2026, 3, 16), 3), first_day(date(2026, 3, 16), 12)) == (
        date(2026, 1, 1),
        date(2025, 4, 1),
    )
    assert first_day(date(2026, 12, 1), 12) == date(2026, 1, 1)
