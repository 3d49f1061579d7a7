"""S26, OC 4.1-c: what is unallocated and why; a person points, shares, keeps and undoes; two more runs."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cast import DAY, inside, person, run
from income.money import Purse, open_amount, rest_of
from income.tables import read
from reskontra.bank.models import Material
from reskontra.claims.models import Allocation, PaymentPointing
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.kernel.clauses import cite
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.registers.models import Person, UnitAccount
from reskontra.runs.models import Evidence, Run

AtDesk = Callable[[str], Client]
TABLE = """
on 2026-03-16
claim   A bruk 100.00
claim   B bruk 60.00
claim   C bruk 70.00
payment p 55.00 from "Någon Okänd"
payment q 130.00 from "Provbruket Ab"
payment r 12.00 text 123456
payment s 70.00 of C
"""


def told_in(desk, table: str) -> Purse:
    """A table told into the unit, whose ready orders are invoiced before."""
    run(InvoicingRun(), desk.unit, DAY)
    return Purse(read(table), desk.unit).tell()


@pytest.fixture
def purse(desk) -> Purse:
    """Three claims; one payment allocated by its reference, three that no rule could place."""
    told = told_in(desk, TABLE)
    run(AllocationRun(), desk.unit, DAY)
    return told


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def seen_on(client: Client, address: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page_of(client, address))
    assert found, "the payment can be acted on"
    return found[1]


def does(client: Client, desk, purse: Purse, name: str, act: str, **sent: Any) -> Any:
    """An act as the page sends it, from the payment as it stands."""
    address = desk.path(f"payments/{purse.payments[name].pk}")
    form = {"act": act, "seen": seen_on(client, address), "reason": "brev från betalaren", **sent}
    return client.post(f"{address}/act", form)


def open_of(purse: Purse, name: str) -> Decimal:
    with inside(purse.where):
        return open_amount(purse.where, purse.claims[name])


def left_of(purse: Purse, name: str) -> Decimal:
    with inside(purse.where):
        return rest_of(purse.where, purse.payments[name])


def pointings(purse: Purse) -> int:
    with inside(purse.where):
        return PaymentPointing.objects.filter(unit=purse.where).count()


def listed(page: str) -> list[int]:
    return [int(one) for one in re.findall(r'<th [^>]*><a href="/u/\d+/payments/(\d+)"', page)]


def ids(purse: Purse, *names: str) -> list[int]:
    return [purse.payments[name].pk for name in names]


def test_the_list_tells_why_each_payment_waits(desk, purse: Purse, at_desk: AtDesk, language: str) -> None:
    Person.objects.filter(pk=person("kirsi").pk).update(language=language)
    page = page_of(at_desk("kirsi"), desk.path("payments"))
    assert set(listed(page)) <= set(ids(purse, "p", "q", "r"))
    assert {*ids(purse, "q", "r")} <= set(listed(page))
    assert purse.payments["s"].pk not in listed(page)
    assert text("outcome.WRONG_CHECK_DIGIT", language).lower() in page.lower()
    assert "OC 4.1-c" in page
    assert format_amount(Decimal("130.00"), language) in page


@pytest.mark.parametrize(("words", "names"), [
    ("P{q}", ["q"]), ("p{s}", ["s"]), ("130,00", ["q"]), ("130", ["q"]), ("123456", ["r"]), ("{C}", ["s"]),
    ("1 {C}", []), ("P999999999", []), ("Provbruket", []), ("P", []), ("P99999999999999999999999", []),
])  # fmt: skip
def test_a_payment_is_found_by_number_reference_or_amount(
    desk, purse: Purse, at_desk: AtDesk, words: str, names: list[str]
) -> None:
    told = {name: str(one.pk) for name, one in purse.payments.items()}
    told |= {name: claim.reference for name, claim in purse.claims.items()}
    page = at_desk("kirsi").get(desk.path("payments"), {"q": words.format(**told)}).content.decode()
    assert listed(page) == ids(purse, *names)
    assert (text("desk.payments.none.search", "sv") in page) is (not names)


def test_the_list_goes_on_where_the_page_ends(desk, purse: Purse, at_desk: AtDesk) -> None:
    every = listed(page_of(at_desk("kirsi"), desk.path("payments")))
    for at, one in enumerate(every):
        assert listed(page_of(at_desk("kirsi"), desk.path(f"payments?after={one}"))) == every[at + 1 :]


def test_the_page_shows_what_the_bank_told_and_candidates_with_reasons(
    desk, purse: Purse, at_desk: AtDesk
) -> None:
    page = page_of(at_desk("kirsi"), desk.path(f"payments/{purse.payments['q'].pk}"))
    assert "Provbruket Ab" in page
    assert text("desk.bank.source.camt.054", "sv") in page
    chosen = re.findall(r'name="claim" value="(\d+)"', page)
    assert {int(one) for one in chosen} >= {purse.claims["B"].pk}
    assert text("candidate.payer", "sv").lower() in page.lower()
    assert page.count('name="reference"') >= 3, "rows to share by are there without script"


def test_a_candidate_is_chosen_and_the_payment_allocated_at_once(desk, purse: Purse, at_desk: AtDesk) -> None:
    """OC 4.1-c"""
    client = at_desk("kirsi")
    answer = does(client, desk, purse, "q", "point", claim=purse.claims["A"].pk)
    assert answer.status_code == 302
    assert left_of(purse, "q") == 0
    assert open_of(purse, "A") == 0
    page = page_of(client, answer.headers["Location"])
    assert text("outcome.OVERPAID_REFUND", "sv").lower() in page.lower(), "what became of it"
    page = page_of(client, desk.path(f"payments/{purse.payments['q'].pk}"))
    assert text("desk.payments.all_used", "sv") in page
    assert "OC 4.2-a" in page
    assert text("found_by.person", "sv") in page, "the panel says why"


def test_after_an_act_the_next_unallocated_payment_is_open(desk, purse: Purse, at_desk: AtDesk) -> None:
    client = at_desk("kirsi")
    before = listed(page_of(client, desk.path("payments")))
    first = next(name for name, one in purse.payments.items() if one.pk == before[0])
    answer = does(client, desk, purse, first, "hold")
    assert answer.headers["Location"] == desk.path(f"payments/{before[1]}")


def test_a_payment_is_shared_by_references_and_amounts(desk, purse: Purse, at_desk: AtDesk) -> None:
    """OC 4.1-c"""
    shares = {
        "reference": [purse.claims["A"].reference, f"0{purse.claims['B'].reference}", ""],
        "amount": ["100,00", "30", ""],
    }
    assert does(at_desk("kirsi"), desk, purse, "q", "share", **shares).status_code == 302
    assert (open_of(purse, "A"), open_of(purse, "B"), left_of(purse, "q")) == (0, 30, 0)


@pytest.mark.parametrize(("rows", "key", "status"), [
    ([],                                           "no_share",          422),
    ([("12345", "10")],                            "unknown_reference", 422),
    ([("{A}", "")],                                "no_amount",         422),
    ([("{A}", "-5")],                              "no_amount",         422),
    ([("{A}", "10,001")],                          "no_amount",         422),
    ([("", "10")],                                 "unknown_reference", 422),
    ([("{A}", "100"), ("{B}", "30,01")],           "waits",             409),
])  # fmt: skip
def test_shares_that_do_not_fit_do_nothing_and_stand_on_the_page_again(
    desk, purse: Purse, at_desk: AtDesk, rows: list[tuple[str, str]], key: str, status: int
) -> None:
    told = {name: claim.reference for name, claim in purse.claims.items()}
    references = [reference.format(**told) for reference, _ in rows]
    answer = does(
        at_desk("kirsi"), desk, purse, "q", "share", reference=references, amount=[row[1] for row in rows]
    )
    page = answer.content.decode()
    assert answer.status_code == status
    about = text(f"desk.payments.rejected.{key}", "sv", value="¤", outcome="¤")
    assert all(part in page for part in about.split("¤"))
    assert all(f'value="{one}"' in page for one in references if one)
    assert 'value="brev från betalaren"' in page
    assert (left_of(purse, "q"), pointings(purse)) == (130, 0)


def test_a_payment_is_kept_for_a_person(desk, purse: Purse, at_desk: AtDesk) -> None:
    """OC 4.1-c"""
    client = at_desk("kirsi")
    does(client, desk, purse, "q", "hold")
    assert left_of(purse, "q") == 130
    assert text("outcome.HELD_FOR_PERSON", "sv").lower() in page_of(client, desk.path("payments")).lower()


def test_what_a_payment_was_used_for_is_undone(desk, purse: Purse, at_desk: AtDesk) -> None:
    """OC 4.1-c"""
    client = at_desk("kirsi")
    answer = does(client, desk, purse, "s", "undo")
    assert answer.headers["Location"] == desk.path(f"payments/{purse.payments['s'].pk}")
    assert (open_of(purse, "C"), left_of(purse, "s")) == (70, 70)
    page = page_of(client, answer.headers["Location"])
    assert text("desk.settled.undoes", "sv") in page
    assert 'value="undo"' not in page, "there is nothing left to undo"


@pytest.mark.parametrize(("name", "act", "more"), [
    ("q", "point", {"claim": "A"}), ("q", "hold", {}), ("s", "undo", {}),
    ("q", "share", {"reference": ["A", "B"], "amount": ["100", "30"]}),
])  # fmt: skip
def test_an_act_sent_twice_is_done_once(
    desk, purse: Purse, at_desk: AtDesk, name: str, act: str, more: dict[str, Any]
) -> None:
    client = at_desk("kirsi")
    address = desk.path(f"payments/{purse.payments[name].pk}")
    if "claim" in more:
        more = {"claim": purse.claims["A"].pk}
    if "reference" in more:
        more = {**more, "reference": [purse.claims[one].reference for one in more["reference"]]}
    form = {"act": act, "seen": seen_on(client, address), "reason": "två gånger", **more}
    client.post(f"{address}/act", form)
    once = (left_of(purse, name), open_of(purse, "A"), pointings(purse))
    with inside(purse.where):
        facts = Allocation.objects.filter(unit=purse.where).count()
    again = client.post(f"{address}/act", form)
    assert again.headers["Location"] == address
    assert text("desk.payments.stale", "sv") in page_of(client, address)
    assert (left_of(purse, name), open_of(purse, "A"), pointings(purse)) == once
    with inside(purse.where):
        assert Allocation.objects.filter(unit=purse.where).count() == facts


@pytest.mark.parametrize(("act", "sent", "key"), [
    ("point", {"reason": "  "}, "no_reason"), ("hold", {"reason": ""}, "no_reason"),
    ("point", {}, "no_claim"), ("point", {"claim": "999999"}, "no_claim"), ("point", {"claim": "x"}, "no_claim"),
    ("point", {"claim": "9" * 19}, "no_claim"),
])  # fmt: skip
def test_an_act_without_a_reason_or_a_claim_is_told_back(
    desk, purse: Purse, at_desk: AtDesk, act: str, sent: dict[str, str], key: str
) -> None:
    answer = does(at_desk("kirsi"), desk, purse, "q", act, **sent)
    assert answer.status_code == 422
    assert text(f"desk.payments.rejected.{key}", "sv") in answer.content.decode()
    assert pointings(purse) == 0


@pytest.mark.parametrize("who", ["maria", "gunnar"])
@pytest.mark.parametrize("act", ["point", "share", "hold", "undo"])
def test_who_may_not_is_refused_by_403_with_its_clause_and_sees_no_form(
    desk, purse: Purse, at_desk: AtDesk, who: str, act: str
) -> None:
    """OC 1.2-a"""
    address = desk.path(f"payments/{purse.payments['q'].pk}")
    seen = seen_on(at_desk("kirsi"), address)
    client = at_desk(who)
    answer = client.post(
        f"{address}/act", {"act": act, "seen": seen, "reason": "x", "claim": purse.claims["A"].pk}
    )
    assert answer.status_code == 403
    assert cite("OC 1.2-a", "sv") in answer.content.decode()
    assert text("act.point_payment", "sv") in answer.content.decode()
    page = page_of(client, address)
    assert 'name="seen"' not in page
    assert text("term.clerk", "sv") in page, "the page says who does it"
    assert pointings(purse) == 0


def test_a_foreign_payment_reads_like_one_that_does_not_exist(desk, purse: Purse, at_desk: AtDesk) -> None:
    id = purse.payments["q"].pk
    for who, address in (
        ("olli", f"/u/4220/payments/{id}"), ("olli", desk.path(f"payments/{id}")),
        ("cecilia", f"/u/4220/payments/{id}"), ("kirsi", desk.path("payments/999999")),
        ("kirsi", desk.path(f"payments/{10**30}")), ("olli", desk.path("payments")),
        ("olli", desk.path("payments/bank")),
    ):  # fmt: skip
        assert at_desk(who).get(address).status_code == 404
    answer = at_desk("olli").post(f"/u/4220/payments/{id}/act", {"act": "hold", "seen": "x", "reason": "x"})
    assert answer.status_code == 404
    assert at_desk("kirsi").post(desk.path(f"payments/{id}/act"), {"act": "burn"}).status_code == 404


def previewed(client: Client, desk, name: str) -> tuple[str, dict[str, str]]:
    """A new preview and what its confirmation sends."""
    address = client.post(desk.path("runs/preview"), {"name": name, "on": DAY.isoformat()}).headers[
        "Location"
    ]
    seen = re.search(r'name="seen" value="(\w+)"', page_of(client, address))
    assert seen
    return address, {"seen": seen[1], "confirmed": "on"}


def test_an_allocation_is_previewed_and_applied_and_its_controls_can_be_read(
    desk, at_desk: AtDesk, language: str
) -> None:
    """OC 4.1-b"""
    Person.objects.filter(pk=person("kirsi").pk).update(language=language)
    purse = told_in(desk, TABLE)
    client = at_desk("kirsi")
    address, form = previewed(client, desk, "allocation")
    page = page_of(client, f"{address}/decided/PAID")
    assert listed(page) == ids(purse, "s")
    assert left_of(purse, "s") == 70
    client.post(f"{address}/apply", form)
    assert (left_of(purse, "s"), open_of(purse, "C")) == (0, 0)
    page = page_of(client, address)
    with inside(desk.unit):
        found = Run.objects.get(unit=desk.unit, name="allocation")
        names = list(Evidence.objects.filter(unit=desk.unit, run=found).values_list("control", flat=True))
    assert (found.state, len(names)) == ("applied", 3)
    assert all(text(f"desk.control.{one}", language) in page for one in names)
    assert listed(page_of(client, f"{address}/decided/PAID")) == ids(purse, "s"), "as it was kept"


def test_an_allocation_that_would_become_another_one_is_not_applied(desk, at_desk: AtDesk) -> None:
    purse = told_in(desk, TABLE)
    client = at_desk("kirsi")
    address, form = previewed(client, desk, "allocation")
    does(client, desk, purse, "s", "hold")
    client.post(f"{address}/apply", form)
    assert text("desk.refused.stale_plan", "sv") in page_of(client, address)
    assert left_of(purse, "s") == 70


def test_a_set_off_is_previewed_and_applied_and_leads_to_its_credit(desk, at_desk: AtDesk) -> None:
    """OC 3.2.1-a"""
    purse = told_in(desk, "on 2026-03-16\nclaim A bruk 100.00\ncredit K A 40.00")
    client = at_desk("kirsi")
    address, form = previewed(client, desk, "set_off")
    with inside(desk.unit):
        credit = purse.claims["K"].invoice.number
    link = f'<a href="{desk.path(f"invoices/{credit}")}">'
    assert link in page_of(client, f"{address}/decided/SET_OFF")
    assert open_of(purse, "A") == 100
    client.post(f"{address}/apply", form)
    assert (open_of(purse, "A"), open_of(purse, "K")) == (60, 0)
    assert link in page_of(client, f"{address}/decided/SET_OFF")
    page = page_of(client, address)
    assert text("desk.control.credits = what they were set off by", "sv") in page
    with inside(desk.unit):
        number = purse.claims["A"].invoice.number
    for one, left in ((number, "60.00"), (credit, "0.00")):
        settled = page_of(client, desk.path(f"invoices/{one}")).split('id="settled"')[1]
        assert text("settlement.set_off", "sv").capitalize() in settled
        assert text("desk.settled.open", "sv", amount=format_amount(Decimal(left), "sv")) in settled


def test_the_invoice_shows_its_payments_and_what_is_open(desk, purse: Purse, at_desk: AtDesk) -> None:
    client = at_desk("kirsi")
    shares = {
        "reference": [purse.claims["A"].reference, purse.claims["B"].reference],
        "amount": ["100", "30"],
    }
    does(client, desk, purse, "q", "share", **shares)
    with inside(desk.unit):
        number = purse.claims["B"].invoice.number
    page = page_of(client, desk.path(f"invoices/{number}"))
    settled = page[page.index('id="settled"') :]
    assert text("desk.settled.open", "sv", amount=format_amount(Decimal(30), "sv")) in settled
    assert f">P{purse.payments['q'].pk}</a>" in settled


def test_the_start_page_counts_what_waits_for_those_who_may(desk, purse: Purse, at_desk: AtDesk) -> None:
    link = f'href="{desk.path("payments")}"><span class="what">'
    page = page_of(at_desk("kirsi"), desk.path())
    assert link in page
    waiting = listed(page_of(at_desk("kirsi"), desk.path("payments")))
    assert re.search(rf"{re.escape(link)}.*?<b>{len(waiting)}</b>", page, re.DOTALL)
    assert link not in page_of(at_desk("maria"), desk.path())


def test_bank_material_is_told_by_account_with_the_gaps_in_its_chain(
    desk, purse: Purse, at_desk: AtDesk
) -> None:
    """OC 4.1-b"""
    with inside(desk.unit):
        told = Material.objects.filter(unit=desk.unit).order_by("id").first()
        assert told is not None
        account = UnitAccount.objects.get(unit=desk.unit, pk=told.account_id)
        for number, opening in (("1", "0.00"), ("3", "50.00")):
            Material.objects.create(
                unit=desk.unit, run=told.run, file=told.file, position=10 + int(number), kind="statement",
                source="camt.053", account=account, identity=f"statement {number}", sequence=number,
                from_date=DAY + timedelta(days=int(number)), to_date=DAY + timedelta(days=int(number)),
                opening=Decimal(opening), closing=Decimal(opening), lines=0, total=Decimal(0),
            )  # fmt: skip
    page = page_of(at_desk("kirsi"), desk.path("payments/bank"))
    assert account.iban in page
    assert page.count(text("desk.bank.source.camt.054", "sv")) == len(purse.payments)
    assert text("desk.bank.gaps", "sv") in page
    assert re.search(r"<li>[^<]*börjar med 50.00", page)


def test_the_pages_of_payments_ask_a_bounded_number_of_queries(desk, purse: Purse, at_desk: AtDesk) -> None:
    client = at_desk("kirsi")
    pages = (("payments", 14), ("payments/bank", 20), (f"payments/{purse.payments['q'].pk}", 34))
    for address, most in pages:
        client.get(desk.path(address))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(desk.path(address)).status_code == 200
        assert len(asked) <= most, "\n".join(query["sql"][:110] for query in asked)


def test_the_desk_acts_on_the_day_it_is(desk, purse: Purse, at_desk: AtDesk) -> None:
    does(at_desk("kirsi"), desk, purse, "q", "point", claim=purse.claims["A"].pk)
    with inside(desk.unit):
        newest = Run.objects.filter(unit=desk.unit, name="allocation").latest("id")
    assert (newest.on_date, newest.person_id) == (timezone.localdate(), person("kirsi").pk)


def test_what_shares_leave_over_is_an_overpayment_by_the_units_terms(
    desk, purse: Purse, at_desk: AtDesk
) -> None:
    """OC 4.1-c, OC 4.2-a: 130 euro for a claim of 100."""
    share = {"reference": [purse.claims["A"].reference], "amount": ["100"]}
    client = at_desk("kirsi")
    assert does(client, desk, purse, "q", "share", **share).status_code == 302
    assert (open_of(purse, "A"), left_of(purse, "q")) == (0, 0)
    page = page_of(client, desk.path(f"payments/{purse.payments['q'].pk}"))
    assert text("outcome.SHARED_OVERPAID_REFUND", "sv").lower() in page.lower()
    assert text("settlement.overpaid_refund", "sv").lower() in page.lower()


def test_money_that_the_bank_took_back_is_worked_on_like_other_money(desk, at_desk: AtDesk) -> None:
    """OC 4.1-b, OC 4.1-c: candidates with reasons; kept, told wrongly, told back, and taken back in part."""
    purse = told_in(desk, TABLE + "\npayment back -20.00 day 2026-03-16")
    run(AllocationRun(), desk.unit, DAY)
    client, address = at_desk("kirsi"), desk.path(f"payments/{purse.payments['back'].pk}")
    taken = f"P{purse.payments['s'].pk}"
    page = page_of(client, address)
    assert text("desk.payments.taken", "sv") in page
    does(client, desk, purse, "back", "hold")
    assert text("outcome.HELD_FOR_PERSON", "sv").lower() in page_of(client, address).lower()
    for number, status, key in (
        ("P999999", 422, "desk.payments.rejected.no_payment"),
        (f"P{purse.payments['r'].pk}", 409, "finding.less_is_left"),
        (f"P{purse.payments['back'].pk}", 409, "finding.takes_nothing_back"),
    ):
        answer = does(client, desk, purse, "back", "take_back", number=number)
        assert answer.status_code == status
        assert text(key, "sv", value=number) in answer.content.decode()
        assert f'value="{number}"' in answer.content.decode(), "what was written stands there again"
    assert does(client, desk, purse, "back", "take_back", number=taken).status_code == 302
    assert (left_of(purse, "back"), left_of(purse, "s"), open_of(purse, "C")) == (0, 0, 20)
    page = page_of(client, address)
    assert taken in page
    assert 'value="take_back"' not in page, "nothing of it is left"


def test_a_wrong_word_on_which_payment_was_taken_back_is_undone_at_the_desk(desk, at_desk: AtDesk) -> None:
    """OC 4.1-b, OC 4.1-c: the page of the money that the bank took offers it, the payment's own does not."""
    purse = told_in(desk, TABLE + "\npayment back -20.00 day 2026-03-16")
    run(AllocationRun(), desk.unit, DAY)
    client, address = at_desk("kirsi"), desk.path(f"payments/{purse.payments['back'].pk}")
    about = text("desk.payments.undo.about_taken", "sv")
    assert about not in page_of(client, address), "nothing to undo yet"
    does(client, desk, purse, "back", "take_back", number=f"P{purse.payments['s'].pk}")
    assert open_of(purse, "C") == 20
    assert about in page_of(client, address)
    does(client, desk, purse, "back", "undo")
    assert (left_of(purse, "back"), left_of(purse, "s"), open_of(purse, "C")) == (-20, 0, 0)
    page = page_of(client, address)
    assert text("desk.settled.undoes", "sv") in page
    assert 'value="take_back"' in page
    assert 'value="undo"' not in page


def test_the_list_has_the_age_of_what_waits(desk, purse: Purse, at_desk: AtDesk) -> None:
    """S31"""
    age = (timezone.localdate() - purse.payments["q"].booking_date).days
    page = page_of(at_desk("kirsi"), desk.path("payments"))
    assert f'data-label="{text("desk.payments.age", "sv")}">{age}</td>' in page
