"""S04, S24: preview, apply what was seen, once; what changed in between stops it; the result with its controls."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from cast import DAY, an_order, inside, person
from reskontra.insight.runs import controls_of, files_of
from reskontra.kernel.clauses import cite
from reskontra.kernel.texts import text
from reskontra.registers.models import Person, Responsibility
from reskontra.runs.models import Run
from reskontra.sales.models import Invoice, InvoiceDelivery

AtDesk = Callable[[str], Client]


def previewed(client: Client, desk, name: str) -> str:
    """The address of a new preview."""
    answer = client.post(desk.path("runs/preview"), {"name": name, "on": DAY.isoformat()})
    assert answer.status_code == 302
    return answer.headers["Location"]


def apply_form(client: Client, address: str) -> dict[str, str]:
    """What the confirmation of a preview sends."""
    page = client.get(address).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen, "the preview can be applied"
    return {"seen": seen[1], "confirmed": "on"}


def applied(client: Client, desk, name: str) -> str:
    """A run previewed and applied; the page that follows."""
    address = previewed(client, desk, name)
    client.post(f"{address}/apply", apply_form(client, address))
    return client.get(address).content.decode()


def invoices(desk) -> int:
    with inside(desk.unit):
        return Invoice.objects.filter(unit=desk.unit).count()


def test_a_preview_decides_and_writes_nothing_else(desk, at_desk: AtDesk) -> None:
    client = at_desk("kirsi")
    address = previewed(client, desk, "invoicing")
    page = client.get(address).content.decode()
    assert text("desk.runs.is_preview", "sv") in page
    assert text("outcome.INVOICE", "sv").capitalize() in page
    assert "OC 3.9-a" in page
    assert invoices(desk) == 0
    with inside(desk.unit):
        assert Run.objects.get(unit=desk.unit, name="invoicing").state == "planned"


@pytest.mark.parametrize(("name", "outcome", "words"), [
    ("orders",    "OFF_LIST_PRICE", ["dear", "cheap"]),
    ("orders",    "NO_STANDARD_PRICE", ["opinion"]),
    ("invoicing", "INVOICE", ["ready", "course", "inspect"]),
    ("invoicing", "NOT_READY", ["dear", "cheap", "opinion", "bare"]),
])  # fmt: skip
def test_every_line_of_a_preview_leads_to_its_orders(
    desk, at_desk: AtDesk, name: str, outcome: str, words: list[str]
) -> None:
    client = at_desk("kirsi")
    address = previewed(client, desk, name)
    assert f"{address}/decided/{outcome}" in client.get(address).content.decode()
    page = client.get(f"{address}/decided/{outcome}").content.decode()
    found = re.findall(r'<th [^>]*><a href="/u/\d+/orders/(\d+)"', page)
    assert [int(one) for one in found] == [desk.number(word) for word in words]
    assert client.get(f"{address}/decided/NOTHING_LIKE_IT").status_code == 404


def test_what_was_seen_is_applied_and_the_page_shows_controls_and_files(desk, at_desk: AtDesk) -> None:
    client = at_desk("kirsi")
    page = applied(client, desk, "invoicing")
    with inside(desk.unit):
        run = Run.objects.get(unit=desk.unit, name="invoicing")
        names = [one.control for one in controls_of(run)]
        [report] = files_of(run)
    assert run.state == "applied"
    assert invoices(desk) == 3
    assert len(names) == 7
    for name in names:
        assert text(f"desk.control.{name}", "sv") in page
    kept = client.get(desk.path(f"runs/{run.pk}/files/{report.digest}"))
    assert kept.headers["Content-Disposition"].startswith("attachment;")
    assert kept.content.startswith(b"invoice;reference")
    assert client.get(desk.path(f"runs/{run.pk}/files/{'0' * 64}")).status_code == 404


def test_applied_twice_is_done_once_and_the_second_is_told_so(desk, at_desk: AtDesk) -> None:
    client = at_desk("kirsi")
    address = previewed(client, desk, "invoicing")
    form = apply_form(client, address)
    client.post(f"{address}/apply", form)
    client.get(address)
    again = client.post(f"{address}/apply", form)
    assert again.headers["Location"] == address
    run = address.rsplit("/", 1)[1]
    assert text("run.already_applied", "sv", run=run) in client.get(address).content.decode()
    assert invoices(desk) == 3


@pytest.mark.parametrize("name", ["orders", "invoicing"])
def test_what_changed_since_the_preview_stops_it_and_nothing_is_done(
    desk, at_desk: AtDesk, name: str
) -> None:
    client = at_desk("kirsi")
    address = previewed(client, desk, name)
    form = apply_form(client, address)
    with inside(desk.unit):
        an_order(desk.unit, "aino", {"item": "PERMIT", "quantity": 1})
    client.post(f"{address}/apply", form)
    page = client.get(address).content.decode()
    assert text("desk.refused.stale_plan", "sv") in page
    assert text("desk.runs.preview.again", "sv") in page
    assert invoices(desk) == 0
    with inside(desk.unit):
        assert Run.objects.get(unit=desk.unit, pk=int(address.rsplit("/", 1)[1])).state == "planned"


@pytest.mark.parametrize(("form", "key"), [
    ({"seen": "0" * 64, "confirmed": "on"}, "desk.refused.stale_plan"),
    ({"confirmed": "on"},                   "desk.refused.stale_plan"),
    ({},                                    "desk.runs.not_confirmed"),
])  # fmt: skip
def test_who_has_not_seen_the_preview_applies_nothing(
    desk, at_desk: AtDesk, form: dict[str, str], key: str
) -> None:
    client = at_desk("kirsi")
    address = previewed(client, desk, "invoicing")
    client.post(f"{address}/apply", form)
    assert text(key, "sv") in client.get(address).content.decode()
    assert invoices(desk) == 0


def test_the_delivery_seals_a_batch_and_sends_it_once(desk, at_desk: AtDesk) -> None:
    client = at_desk("kirsi")
    applied(client, desk, "invoicing")
    page = applied(client, desk, "delivery")
    with inside(desk.unit):
        run = Run.objects.get(unit=desk.unit, name="delivery")
        names = [one.name for one in files_of(run)]
        assert InvoiceDelivery.objects.filter(unit=desk.unit).count() == 3
    assert names
    for name in names:
        assert text("desk.runs.batch.sent", "sv", name=name) in page
    assert (
        text("desk.invoices.none.unsent", "sv")
        in client.get(desk.path("invoices?kind=unsent")).content.decode()
    )


@pytest.mark.parametrize("who", ["maria", "gunnar", "petra"])
def test_without_the_role_a_run_is_refused_by_403_with_its_clause(desk, at_desk: AtDesk, who: str) -> None:
    """OC 1.2-a."""
    address = previewed(at_desk("kirsi"), desk, "invoicing")
    form = apply_form(at_desk("kirsi"), address)
    client = at_desk(who)
    answers = [
        client.post(desk.path("runs/preview"), {"name": "invoicing", "on": DAY.isoformat()}),
        client.post(f"{address}/apply", form),
    ]
    for answer in answers:
        assert answer.status_code == 403
        assert cite("OC 1.2-a", "sv") in answer.content.decode()
    assert client.get(address).status_code == 200, "everybody of the unit may look"
    assert 'name="seen"' not in client.get(address).content.decode()
    assert invoices(desk) == 0


def test_a_step_of_the_centre_is_not_the_units(desk, at_desk: AtDesk) -> None:
    """OC 1.2-a: the responsibility table gives the invoicing to the centre."""
    with inside(desk.unit):
        Responsibility.objects.create(
            unit=desk.unit,
            step="run_invoicing",
            party="centre",
            validity=("2020-01-01", None),
            clause="OC 1.2-a",
        )
    page = at_desk("kirsi").get(desk.path("runs")).content.decode()
    assert re.search(r'value="invoicing" required disabled', page)
    asked = {"name": "invoicing", "on": DAY.isoformat()}
    assert at_desk("kirsi").post(desk.path("runs/preview"), asked).status_code == 403
    assert at_desk("cecilia").post(desk.path("runs/preview"), asked).status_code == 302


@pytest.mark.parametrize(("name", "on", "status"), [
    ("nothing", DAY.isoformat(), 404), ("orders", "", 302), ("orders", "16.3.2026", 302),
])  # fmt: skip
def test_a_run_or_a_day_that_is_none_is_not_previewed(
    desk, at_desk: AtDesk, name: str, on: str, status: int
) -> None:
    client = at_desk("kirsi")
    assert client.post(desk.path("runs/preview"), {"name": name, "on": on}).status_code == status
    if status == 302:
        assert text("desk.runs.no_day", "sv") in client.get(desk.path("runs")).content.decode()


def test_a_foreign_run_reads_like_one_that_does_not_exist(desk, at_desk: AtDesk) -> None:
    address = previewed(at_desk("cecilia"), desk, "orders")
    elsewhere = address.replace(desk.unit.code, "4220")
    assert (
        at_desk("olli").get(elsewhere).status_code
        == at_desk("olli").get("/u/4220/runs/99999").status_code
        == 404
    )
    assert at_desk("olli").post(f"{elsewhere}/apply", {"seen": "x", "confirmed": "on"}).status_code == 404


def test_a_missing_term_is_told_in_words(desk, at_desk: AtDesk) -> None:
    """A day for which a term has no value stops the run with what is missing."""
    answer = at_desk("kirsi").post(desk.path("runs/preview"), {"name": "invoicing", "on": "1995-01-02"})
    assert answer.status_code == 409
    assert text("desk.refused.409", "sv") in answer.content.decode()


def test_every_control_of_every_run_can_be_read(desk, at_desk: AtDesk, language: str) -> None:
    Person.objects.filter(pk=person("kirsi").pk).update(language=language)
    client = at_desk("kirsi")
    for name in ("invoicing", "delivery"):
        page = applied(client, desk, name)
        with inside(desk.unit):
            run = Run.objects.get(unit=desk.unit, name=name)
            names = [one.control for one in controls_of(run)]
        assert names
        assert all(text(f"desk.control.{one}", language) in page for one in names)
