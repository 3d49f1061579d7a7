"""The story of the months and years: every end that a claim or an overpayment can come to, with books that agree."""

import io
from decimal import Decimal

from rich.console import Console

from reskontra.claims.models import Claim, Letter, Reminder
from reskontra.database.rows import one_row
from reskontra.database.session import working_in
from reskontra.demo.diary import Day
from reskontra.demo.months import LAST
from reskontra.demo.months_report import show_months
from reskontra.demo.season import BEGINS
from reskontra.insight.claims import claim_story
from reskontra.insight.invariants import broken
from reskontra.kernel.texts import LANGUAGES, text, texts
from reskontra.registers.models import Unit

# Every end that has a name, but for what is no end (OC 4.2, 5.1, 6.1 to 6.5).
_NO_END = {"open", "open_in_case"}
ENDS = {key.removeprefix("end.") for key in texts() if key.startswith("end.")} - _NO_END


def _units() -> list[Unit]:
    return list(Unit.objects.filter(code__in=["3910", "3920", "3930"]).order_by("code"))


def test_every_end_is_reached_and_nothing_is_left_open(played: Day) -> None:
    reached = {one["state"] for one in played.later["ends"]}
    assert len(ENDS) > len(_NO_END)
    assert reached == ENDS


def test_the_books_hold_at_the_end_and_only_the_last_season_is_owed(played: Day) -> None:
    units = _units()
    assert broken([unit.pk for unit in units]) == []
    for unit in units:
        with working_in([unit.pk]):
            (receivable,) = one_row(
                "SELECT coalesce(sum(e.amount), 0) FROM ledger_entry e JOIN registers_postingaccount p"
                " ON p.event = 'receivable' AND p.account = e.account WHERE e.unit_id = %s",
                [unit.pk],
            )
            (open_,) = one_row(
                "SELECT sum(c.amount - coalesce((SELECT sum(s.amount) FROM claims_claim_settlement s"
                "  WHERE s.claim_id = c.id), 0))"
                " FROM claims_claim c JOIN sales_invoice i ON i.id = c.invoice_id AND i.issue_date >= %s"
                " WHERE c.unit_id = %s",
                [BEGINS, unit.pk],
            )
        assert receivable == open_ > Decimal(0), unit.code


def test_nobody_was_reminded_more_than_twice_and_every_reminder_is_a_letter(played: Day) -> None:
    """OC 6.1.2-c"""
    units = [unit.pk for unit in _units()]
    with working_in(units):
        (most,) = one_row(
            "SELECT max(n) FROM (SELECT count(*) AS n FROM claims_reminder GROUP BY claim_id) told"
        )
        assert most == 2
        assert Reminder.objects.filter(unit__in=units).count() == (
            Letter.objects.filter(unit__in=units, kind="reminder").count()
        )


def test_a_written_off_claim_tells_its_whole_story(played: Day) -> None:
    """OC 5.1-b"""
    unit = _units()[0]
    with working_in([unit.pk]):
        (claim,) = one_row(
            "SELECT claim_id FROM claims_writeoff WHERE unit_id = %s AND ground = 'obstacle' LIMIT 1",
            [unit.pk],
        )
        story = claim_story(unit, Claim.objects.get(pk=claim), LAST, "en")
    kinds = [one.kind for one in story.happened]
    for kind in (
        "invoiced",
        "reminder_1",
        "reminder_2",
        "case_applied",
        "case_obstacle",
        "case_passive",
        "written_off",
    ):
        assert kind in kinds
    assert story.open == 0


def test_the_report_is_told_in_every_language(played: Day) -> None:
    for language in LANGUAGES:
        out = io.StringIO()
        show_months(played, Console(file=out, width=140), language)
        assert text("end.written_off_expired", language) in out.getvalue()
