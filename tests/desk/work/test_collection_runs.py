"""S24, S41, S44, S48: every run of collection is previewed by reason, applied once, and leads on to its subjects."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from cast import inside, person
from income.money import a_claim
from income.reminder_tables import a_late_claim, statement_until
from income.write_off_tables import a_case, a_reminder
from reskontra.claims.models import Claim, Letter
from reskontra.desk.steps import GROUPS, STEPS
from reskontra.exchange.models import OutboxEvent, OutboxFile
from reskontra.insight.runs import controls_of
from reskontra.kernel.texts import LANGUAGES, text, texts
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Person
from reskontra.runs.models import Run

AtDesk = Callable[[str], Client]
COLLECTION = [step.name for step in GROUPS["collection"] if step.name != "letters"]


def today() -> date:
    return timezone.localdate()


@pytest.fixture
def late(desk) -> dict[str, Claim]:
    """Claims at every station: to be reminded, reminded twice, behind an obstacle, expired, too small."""
    on = today()
    with inside(desk.unit):
        statement_until(desk.unit, on)
        take_numbers(desk.unit, "letter", 1000)  # behind those that the table writes
        made = {
            "fresh": a_late_claim(desk.unit, "aino", "80.00", on - timedelta(days=30)),
            "twice": a_late_claim(desk.unit, "bruk", "90.00", on - timedelta(days=90)),
            "stuck": a_late_claim(desk.unit, "paja", "70.00", on - timedelta(days=200)),
            "old": a_late_claim(desk.unit, "bruk", "60.00", on - timedelta(days=2600)),
            "crumb": a_late_claim(desk.unit, "paja", "3.00", on - timedelta(days=120)),
        }
    for name in ("twice", "stuck", "crumb"):
        a_reminder(desk.unit, made[name], 1, on - timedelta(days=60))
        a_reminder(desk.unit, made[name], 2, on - timedelta(days=30))
    a_case(desk.unit, made["stuck"], "enforcement", "obstacle", on, {"certificate": "lack_of_means"})
    handed_over(desk)
    return made


def handed_over(desk) -> None:
    """The batches of invoices that stand behind the claims have left long ago."""
    with inside(desk.unit):
        for file in OutboxFile.objects.filter(unit=desk.unit):
            for state in ("intent", "sent"):
                OutboxEvent.objects.create(unit=desk.unit, file=file, state=state, happened_at=timezone.now())


def previewed(client: Client, desk, name: str) -> str:
    answer = client.post(desk.path("runs/preview"), {"name": name, "on": today().isoformat()})
    assert answer.status_code == 302
    return answer.headers["Location"]


def applied(client: Client, address: str) -> str:
    """The page after the preview was applied as it was seen."""
    seen = re.search(r'name="seen" value="(\w+)"', client.get(address).content.decode())
    assert seen
    answer = client.post(f"{address}/apply", {"seen": seen[1], "confirmed": "on"})
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(address).content.decode()
    assert 'class="state applied"' in page, re.findall(r'<p class="notice [^<]*', page)
    return page


def listed(client: Client, address: str) -> list[str]:
    return re.findall(r'<a href="/u/\d+/claims/(\d+)"', client.get(address).content.decode())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_runs_stand_in_groups_with_what_each_does(desk, at_desk: AtDesk, language: str) -> None:
    Person.objects.filter(pk=person("cecilia").pk).update(language=language)
    page = at_desk("cecilia").get(desk.path("runs")).content.decode()
    groups = re.findall(r'<h3 id="group-(\w+)"', page)
    assert groups == list(GROUPS)
    assert re.findall(r'name="name" value="(\w+)"', page) == [
        step.name for steps in GROUPS.values() for step in steps
    ]
    for name in STEPS:
        for key in ("desk.run", "desk.run.about", "desk.runs.apply", "desk.runs.apply.about"):
            assert f"{key}.{name}" in texts()
        assert escape(text(f"desk.run.about.{name}", language)) in page
    assert all(f"desk.decided.subject.{step.subject}" in texts() for step in STEPS.values())


def test_every_outcome_of_every_run_has_its_words() -> None:
    missing = [name for step in STEPS.values() for name in step.standings if f"outcome.{name}" not in texts()]
    assert missing == []


@pytest.mark.parametrize("name", COLLECTION)
def test_a_run_is_previewed_applied_and_its_controls_can_be_read(
    desk, late: dict[str, Claim], at_desk: AtDesk, name: str
) -> None:
    client = at_desk("cecilia")
    address = previewed(client, desk, name)
    page = client.get(address).content.decode()
    assert text("desk.runs.is_preview", "en") in page or text("desk.runs.is_preview", "sv") in page
    for outcome in re.findall(rf'href="{address}/decided/(\w+)"', page):
        assert client.get(f"{address}/decided/{outcome}").status_code == 200
    applied(client, address)
    run = int(address.rsplit("/", 1)[1])
    with inside(desk.unit):
        done = Run.objects.get(unit=desk.unit, pk=run)
        controls = [one.control for one in controls_of(done)]
    assert done.state == "applied"
    assert [one for one in controls if f"desk.control.{one}" not in texts()] == []
    page = client.get(address).content.decode()
    for outcome in re.findall(rf'href="{address}/decided/(\w+)"', page):
        assert client.get(f"{address}/decided/{outcome}").status_code == 200


@pytest.mark.parametrize(("name", "outcome", "claims"), [
    ("reminders",   "SEND_FIRST_REMINDER", ["fresh"]),
    ("reminders",   "REMINDED_TWICE",      ["twice", "stuck", "crumb"]),
    ("limitation",  "EXPIRED",             ["old"]),
    ("collection",  "TO_ENFORCEMENT",      ["twice"]),
    ("collection",  "LEGAL_BELOW_FLOOR",   ["crumb"]),
    ("enforcement", "NO_PROVISION",        ["twice"]),
    ("obstacles",   "TO_PASSIVE_REGISTER", ["stuck"]),
    ("write_offs",  "PROPOSE_EXPIRED",     ["old"]),
    ("valuation",   "VALUED_EXPIRED",      ["old"]),
])  # fmt: skip
def test_a_line_leads_to_its_claims_before_and_after(
    desk, late: dict[str, Claim], at_desk: AtDesk, name: str, outcome: str, claims: list[str]
) -> None:
    """S41: included and excluded, each with its reason."""
    client = at_desk("cecilia")
    address = previewed(client, desk, name)
    expected = [late[one].reference for one in claims]
    mine = {one.reference for one in late.values()}
    found = re.findall(rf'href="{address}/decided/(\w+)"', client.get(address).content.decode())
    assert outcome in found
    assert [one for one in listed(client, f"{address}/decided/{outcome}") if one in mine] == expected
    applied(client, address)
    assert [one for one in listed(client, f"{address}/decided/{outcome}") if one in mine] == expected


def test_what_is_only_counted_leads_nowhere_once_it_is_applied(desk, at_desk: AtDesk) -> None:
    a_claim(desk.unit, "aino", "50.00", day=today())
    with inside(desk.unit):
        statement_until(desk.unit, today())
    client = at_desk("cecilia")
    address = previewed(client, desk, "reminders")
    assert f"{address}/decided/NOT_YET_DUE" in client.get(address).content.decode()
    assert f"{address}/decided/NOT_YET_DUE" not in applied(client, address)


def test_letters_leave_with_their_run_and_are_listed_by_channel(desk, at_desk: AtDesk) -> None:
    with inside(desk.unit):
        statement_until(desk.unit, today())
        a_late_claim(desk.unit, "aino", "80.00", today() - timedelta(days=30))
    handed_over(desk)
    client = at_desk("cecilia")
    applied(client, previewed(client, desk, "reminders"))
    address = previewed(client, desk, "letters")
    page = applied(client, address)
    with inside(desk.unit):
        [letter] = Letter.objects.filter(unit=desk.unit)
        done = Run.objects.get(unit=desk.unit, name="letters")
        controls = [one.control for one in controls_of(done)]
    assert controls
    assert [one for one in controls if f"desk.control.{one}" not in texts()] == []
    [outcome] = re.findall(rf'href="{address}/decided/(\w+)"', page)
    told = client.get(f"{address}/decided/{outcome}").content.decode()
    assert f"{desk.unit.code}L{letter.number:08d}" in told
    assert text("letter.kind.reminder", "sv") in told


def test_without_bank_material_no_reminders_are_planned_and_it_is_said_why(desk, at_desk: AtDesk) -> None:
    """OC 6.1.2-c: the gate is told in words, and no plan is left behind."""
    client = at_desk("cecilia")
    answer = client.post(desk.path("runs/preview"), {"name": "reminders", "on": today().isoformat()})
    assert answer.headers["Location"] == desk.path("runs")
    assert "notice warn" in client.get(desk.path("runs")).content.decode()
    with inside(desk.unit):
        assert not Run.objects.filter(unit=desk.unit, name="reminders").exists()


@pytest.mark.parametrize("name", ["reminders", "enforcement", "valuation"])
def test_the_runs_of_the_centre_are_not_the_units(desk, at_desk: AtDesk, name: str) -> None:
    """OC 1.2-a"""
    page = at_desk("kirsi").get(desk.path("runs")).content.decode()
    assert re.search(rf'value="{name}" required disabled', page)
    asked = {"name": name, "on": today().isoformat()}
    assert at_desk("kirsi").post(desk.path("runs/preview"), asked).status_code == 403
