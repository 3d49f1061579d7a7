"""S24, S41, S44, S48: every run of collection is previewed by reason, applied once, and leads on to its subjects."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.html import escape

from cast import inside, person, run
from income.money import a_claim, a_payment
from income.reminder_tables import a_late_claim, statement_until
from income.write_off_tables import a_case, a_reminder
from reskontra.claims.models import Claim, InterestCharge, Letter, Reminder
from reskontra.desk.steps import GROUPS, STEPS
from reskontra.desk.templatetags.texts import day, plain
from reskontra.exchange.models import OutboxEvent, OutboxFile
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.reminders.run import ReminderRun
from reskontra.insight.runs import controls_of
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text, texts
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Person
from reskontra.runs.models import Run
from reskontra.runs.run import rehearsed

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
    id = int(address.rsplit("/", 1)[1])
    with inside(desk.unit):
        done = Run.objects.get(unit=desk.unit, pk=id)
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


def does(client: Client, address: str, outcome: str, **sent: object) -> object:
    """An act on the list of one outcome of a plan."""
    return client.post(f"{address}/decided/{outcome}/act", sent)


def test_the_preview_tells_cost_channel_and_language_and_shows_the_very_letter(
    desk, late: dict[str, Claim], at_desk: AtDesk, language: str
) -> None:
    """S41, OC 6.1.2-c, OC 6.1.3-a: and nothing is written by looking at it."""
    Person.objects.filter(pk=person("cecilia").pk).update(language=language)
    client, claim = at_desk("cecilia"), late["fresh"]
    address = previewed(client, desk, "reminders")
    page = client.get(f"{address}/decided/SEND_FIRST_REMINDER").content.decode()
    [line] = [one for one in re.findall(r"<tr role.*?</tr>", page, re.DOTALL) if claim.reference in one]
    told = (
        text("desk.plan.reminder.1", language), text("channel.name.PAPER", language),
        text("desk.plan.language.fi", language), format_amount(Decimal("80.00"), language),
        format_amount(Decimal("5.00"), language),
    )  # fmt: skip
    assert [one for one in told if one not in line] == []
    sample = re.search(rf'href="({address}/samples/{claim.reference}\.pdf)"', line)
    assert sample
    answer = client.get(sample[1])
    assert answer.headers["Content-Disposition"].startswith(
        'inline; filename="' + f"{desk.unit.code}L00000000"
    )
    assert answer.content.startswith(b"%PDF")
    assert client.get(sample[1].replace(claim.reference, late["twice"].reference)).status_code == 404
    with inside(desk.unit) as acting:
        planned = Run.objects.get(unit=desk.unit, pk=int(address.rsplit("/", 1)[1]))
        with rehearsed(ReminderRun([claim.pk]), acting, planned):
            [foreseen] = Letter.objects.filter(unit=desk.unit, run=planned).values_list("document", flat=True)
        assert not Letter.objects.filter(unit=desk.unit, run=planned).exists()
    page = applied(client, address)
    with inside(desk.unit):
        written = Reminder.objects.get(unit=desk.unit, claim=claim).letter
    assert written.document == foreseen
    page = client.get(f"{address}/decided/SEND_FIRST_REMINDER").content.decode()
    assert f'href="{desk.path(f"claims/letters/{written.number}.pdf")}"' in page
    assert text("desk.plan.channel.waits", language) in page
    assert client.get(sample[1]).status_code == 404, "of what has been written there is no sample"


def test_a_claim_is_left_out_of_the_plan_with_its_reason_and_taken_back(
    desk, late: dict[str, Claim], at_desk: AtDesk
) -> None:
    """S41, OC 6.1.2-a: each time the run is planned anew; an act that was sent twice is done once."""
    client, claim = at_desk("cecilia"), late["fresh"]
    first = previewed(client, desk, "reminders")
    form = {"act": "leave_out", "claims": claim.reference, "reason": "vi talar i dag"}
    assert does(client, first, "SEND_FIRST_REMINDER", **{**form, "reason": " "}).status_code == 422
    wrong = does(client, first, "SEND_FIRST_REMINDER", act="leave_out", reason="vi talar i dag")
    assert wrong.status_code == 409
    assert 'value="vi talar i dag"' in wrong.content.decode()
    answer = does(client, first, "SEND_FIRST_REMINDER", **form)
    assert answer.status_code == 302
    assert does(client, first, "SEND_FIRST_REMINDER", **form).status_code == 409
    second = re.match(r".*/runs/\d+", answer.headers["Location"])[0]
    assert second != first
    page = client.get(f"{second}/decided/REMINDER_LEFT_OUT").content.decode()
    assert claim.reference in page
    assert "vi talar i dag" in page
    assert person("cecilia").name in page
    assert claim.reference not in listed(client, f"{second}/decided/SEND_FIRST_REMINDER")
    story = client.get(desk.path(f"claims/{claim.reference}")).content.decode()
    assert text("story.left_out_reminders", "sv").capitalize() in story
    stale = client.post(f"{first}/apply", {"seen": "0" * 64, "confirmed": "on"})
    assert stale.headers["Location"] == first, "the old preview is not what holds now"
    answer = does(client, second, "REMINDER_LEFT_OUT", act="take_back", claims=claim.reference)
    third = re.match(r".*/runs/\d+", answer.headers["Location"])[0]
    assert claim.reference in listed(client, f"{third}/decided/SEND_FIRST_REMINDER")
    answer = does(client, third, "SEND_FIRST_REMINDER", **form)
    last = re.match(r".*/runs/\d+", answer.headers["Location"])[0]
    applied(client, last)
    with inside(desk.unit):
        assert not Reminder.objects.filter(unit=desk.unit, claim=claim).exists()
    told = client.get(f"{last}/decided/REMINDER_LEFT_OUT").content.decode()
    assert "vi talar i dag" in told
    assert "take_back" not in told
    assert does(client, last, "REMINDER_LEFT_OUT", act="take_back", claims=claim.reference).status_code == 404


@pytest.mark.parametrize("name", ["leave_out", "take_back"])
def test_who_may_not_run_the_reminders_leaves_nothing_out(
    desk, late: dict[str, Claim], at_desk: AtDesk, name: str
) -> None:
    """OC 1.2-a"""
    address = previewed(at_desk("cecilia"), desk, "reminders")
    page = at_desk("kirsi").get(f"{address}/decided/SEND_FIRST_REMINDER").content.decode()
    assert "leave_out" not in page
    sent = {"act": name, "claims": late["fresh"].reference, "reason": "x"}
    assert does(at_desk("kirsi"), address, "SEND_FIRST_REMINDER", **sent).status_code == 403
    assert does(at_desk("olli"), address, "SEND_FIRST_REMINDER", **sent).status_code in (403, 404)


def test_the_preview_of_interest_tells_how_it_is_counted(desk, at_desk: AtDesk, language: str) -> None:
    """S44, OC 6.1.5-a, OC 6.1.5-b: principal, days, rates and what the customer owes in all; then what was charged."""
    Person.objects.filter(pk=person("cecilia").pk).update(language=language)
    with inside(desk.unit):
        claim = a_late_claim(desk.unit, "bruk", "1000.00", date(2025, 12, 5))
    a_payment(desk.unit, "1000.00", day=date(2026, 3, 2), reference=claim.reference)
    run(AllocationRun(), desk.unit, today())
    client = at_desk("cecilia")
    address = previewed(client, desk, "interest")
    before = client.get(f"{address}/decided/CHARGE_INTEREST").content.decode()
    sample = client.get(f"{address}/samples/{claim.reference}.pdf")
    assert sample.content.startswith(b"%PDF")
    assert before.count(f"/samples/{claim.reference}.pdf") == 1
    applied(client, address)
    after = client.get(f"{address}/decided/CHARGE_INTEREST").content.decode()
    with inside(desk.unit):
        [charge] = InterestCharge.objects.filter(unit=desk.unit, claim=claim)
        rates = list(charge.lines.order_by("position").values_list("percent", flat=True))
    with translation.override(language):
        told = (
            "87", f"{plain(rates[0])} %", f"{plain(rates[-1])} %", day(date(2025, 12, 6)),
            day(date(2026, 3, 2)), format_amount(charge.amount, language), format_amount(claim.amount, language),
        )  # fmt: skip
    for page in (before, after):
        [line] = [one for one in re.findall(r"<tr role.*?</tr>", page, re.DOTALL) if claim.reference in one]
        assert [one for one in told if one not in line] == []


@pytest.mark.parametrize("name", ["reminders", "enforcement", "valuation"])
def test_the_runs_of_the_centre_are_not_the_units(desk, at_desk: AtDesk, name: str) -> None:
    """OC 1.2-a"""
    page = at_desk("kirsi").get(desk.path("runs")).content.decode()
    assert re.search(rf'value="{name}" required disabled', page)
    asked = {"name": name, "on": today().isoformat()}
    assert at_desk("kirsi").post(desk.path("runs/preview"), asked).status_code == 403
