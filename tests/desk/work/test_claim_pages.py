"""S40, OC 5.1-a: open claims by age and step; one claim with its balance, its history, why, and what comes next."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cast import person, run
from income.money import a_claim, a_payment
from income.write_off_tables import a_reminder
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.write_off.run import WriteOffsRun
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.registers.models import Customer, Person

AtDesk = Callable[[str], Client]


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def listed(page: str) -> list[str]:
    return re.findall(r'<th [^>]*><a href="/u/\d+/claims/(\d+)"', page)


def mine(page: str, claims: list) -> list[str]:
    """Those of our claims that the list shows, in its order; the unit has others."""
    ours = {one.reference for one in claims}
    return [one for one in listed(page) if one in ours]


@pytest.fixture
def claims(desk) -> list:
    """One reminded claim, one that is not, and one that was paid."""
    today = timezone.localdate()
    made = [
        a_claim(desk.unit, who, amount, day=today - timedelta(days=days))
        for who, amount, days in (("bruk", "123.45", 90), ("aino", "50.00", 40), ("paja", "10.00", 60))
    ]
    a_reminder(desk.unit, made[0], 1, today - timedelta(days=20))
    a_payment(desk.unit, "10.00", day=today - timedelta(days=1), reference=made[2].reference)
    run(AllocationRun(), desk.unit, today)
    return made


def test_the_list_shows_ages_and_steps(desk, claims: list, at_desk: AtDesk, language: str) -> None:
    """OC 5.1-a"""
    Person.objects.filter(pk=person("kirsi").pk).update(language=language)
    page = page_of(at_desk("kirsi"), desk.path("claims"))
    assert mine(page, claims) == [claims[0].reference, claims[1].reference]
    assert format_amount(claims[0].amount, language) in page
    assert text("bucket.not_due", language) in page
    assert text("step.reminded", language) in page
    reminded = page_of(at_desk("kirsi"), desk.path("claims?step=reminded"))
    assert listed(reminded) == [claims[0].reference]
    older = page_of(at_desk("kirsi"), desk.path("claims?age=over_year"))
    assert listed(older) == []
    assert text("desk.claims.none.search", language) in older


def test_the_list_tells_kind_and_next_act_and_is_had_as_a_file(
    desk, claims: list, at_desk: AtDesk, language: str
) -> None:
    """S40: the file has every claim of the selection, in the reader's language, and nothing that is a formula."""
    Person.objects.filter(pk=person("kirsi").pk).update(language=language)
    Customer.objects.filter(pk=claims[1].payer_id).update(name="=1+1")
    client = at_desk("kirsi")
    page = page_of(client, desk.path("claims?step=reminded"))
    assert text("next.reminder_2", language) in page
    assert text("term.public_law", language) in page
    assert f'href="{desk.path("claims.csv")}?step=reminded"' in page
    some = file_of(client, desk.path("claims.csv?step=reminded"), language)
    assert [line[0] for line in some] == [claims[0].reference]
    every = {line[0]: line for line in file_of(client, desk.path("claims.csv"), language)}
    reminded, other = every[claims[0].reference], every[claims[1].reference]
    assert reminded[3] == text("term.public_law", language)
    assert reminded[6:8] == [text("step.reminded", language), text("next.reminder_2", language)]
    assert reminded[-1] == str(claims[0].amount).replace(".", "." if language == "en" else ",")
    assert other[2] == "'=1+1"
    assert claims[2].reference not in every, "what is paid is not open"
    assert file_of(client, desk.path(f"claims.csv?q={claims[1].reference}"), language) == [other]


def file_of(client: Client, address: str, language: str) -> list[list[str]]:
    """The lines of a file below its heads."""
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    told = answer.content.decode("utf-8-sig")
    heads, *lines = csv.reader(io.StringIO(told, newline=""), delimiter=";")
    assert heads[0] == text("desk.claims.file.claim", language)
    assert heads[-1] == text("desk.claims.file.open", language)
    return lines


def test_a_claim_is_found_by_customer_and_by_reference(desk, claims: list, at_desk: AtDesk) -> None:
    client = at_desk("kirsi")
    page = client.get(desk.path("claims"), {"q": "Provbruket"}).content.decode()
    assert mine(page, claims) == [claims[0].reference]
    assert listed(client.get(desk.path("claims"), {"q": claims[1].reference}).content.decode()) == [
        claims[1].reference
    ]
    assert listed(client.get(desk.path("claims"), {"q": "nobody at all"}).content.decode()) == []


def test_the_list_goes_on_where_the_page_ends(desk, claims: list, at_desk: AtDesk) -> None:
    first = f"{claims[0].due_date.isoformat()}.{claims[0].pk}"
    behind = page_of(at_desk("kirsi"), desk.path(f"claims?after={first}"))
    assert mine(behind, claims) == [claims[1].reference]
    for nonsense in ("x", "2026-13-01.4", "2026-01-01.x"):
        page = page_of(at_desk("kirsi"), desk.path(f"claims?after={nonsense}"))
        assert mine(page, claims) == [claims[0].reference, claims[1].reference]


def test_a_claim_shows_its_story_and_what_comes_next(
    desk, claims: list, at_desk: AtDesk, language: str
) -> None:
    """OC 6.1.2-c"""
    Person.objects.filter(pk=person("kirsi").pk).update(language=language)
    run(WriteOffsRun(), desk.unit, timezone.localdate())
    page = page_of(at_desk("kirsi"), desk.path(f"claims/{claims[0].reference}"))
    assert text("next.reminder_2", language) in page.lower()
    assert text("story.reminder_1", language) in page.lower()
    paid = page_of(at_desk("kirsi"), desk.path(f"claims/{claims[2].reference}"))
    assert text("desk.claim.settled", language) in paid
    assert text("story.paid", language) in paid.lower()


def test_a_claim_of_nobody_and_of_another_unit_is_not_found(desk, claims: list, at_desk: AtDesk) -> None:
    assert at_desk("kirsi").get(desk.path("claims/12345678901234567890123")).status_code == 404
    assert at_desk("kirsi").get(desk.path("claims/4210000000000")).status_code == 404
    assert at_desk("olli").get(desk.path(f"claims/{claims[0].reference}")).status_code in (403, 404)
