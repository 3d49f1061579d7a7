"""S60–S64: purchase invoices at the desk: two streams apart, the difference told, mismatches solved by who may."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from purchase_desk import PurchaseDesk, a_purchase_desk

from cast import inside, person
from reskontra.desk import paging, purchase_pages
from reskontra.desk.number_line import number_line
from reskontra.insight.purchase_difference import difference_of
from reskontra.kernel.texts import text
from reskontra.purchases.models import (
    InvoiceIdentifier,
    InvoiceReturn,
    InvoiceSupplier,
    Match,
    MatchConfirmation,
    MatchEnd,
    Payable,
    PurchaseInvoiceLine,
    Receipt,
    RowLink,
)
from reskontra.registers.models import Person

AtDesk = Callable[[str], Client]


@pytest.fixture
def bought(database: object) -> PurchaseDesk:
    """A unit with purchase invoices in every state."""
    return a_purchase_desk()


def speaks(username: str, language: str) -> None:
    """Their pages are in ``language`` from now on."""
    Person.objects.filter(pk=person(username).pk).update(language=language)


def read(client: Client, address: str) -> str:
    """A page as it is sent."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def does(client: Client, address: str, act: str, **sent: Any) -> Any:
    """An act as the page sends it, from what stands there now."""
    page = read(client, address)
    told = {
        name: found[1] if (found := re.search(f'name="{name}" value="([^"]*)"', page)) else ""
        for name in ("seen", "digest")
    }
    return client.post(f"{address}/act", {"act": act, **told, **sent})


def listed(page: str) -> list[int]:
    """The invoices of a list, by id, in its order."""
    return [int(one) for one in re.findall(r'<th [^>]*><a href="/u/\d+/purchases/(\d+)[^"]*"', page)]


def words_of(bought: PurchaseDesk, page: str) -> list[str]:
    """The same by their words."""
    names = {one.pk: word for word, one in bought.invoices.items()}
    return [names[one] for one in listed(page)]


# --- the difference ---

ORDER = {"order_tolerance_up": "5", "order_tolerance_up_most": "10.00", "order_tolerance_down": "5",
         "order_tolerance_down_most": "50.00"}  # fmt: skip
CONTRACT = {"contract_tolerance_up": "5.00", "contract_tolerance_down": "0.00"}


@pytest.mark.parametrize(("inputs", "terms", "kind", "down", "up", "over", "under"), [
    # Of 1 200 euro the euro decide, of 100 the percentage (EX 3-a).
    ({"net": "1212.40", "received": "1200.00", "ordered": "1200.00"}, ORDER, "order", "50.00", "10.00", "2.40", "0"),
    ({"net": "1210.00", "received": "1200.00"}, ORDER, "order", "50.00", "10.00", "0", "0"),
    ({"net": "105.01", "received": "100.00"},   ORDER, "order", "5.00", "5.00", "0.01", "0"),
    ({"net": "95.00", "received": "100.00"},    ORDER, "order", "5.00", "5.00", "0", "0"),
    ({"net": "94.99", "received": "100.00"},    ORDER, "order", "5.00", "5.00", "0", "0.01"),
    ({"net": "1.00", "received": "0.00"},       ORDER, "order", "0", "0", "1.00", "0"),
    ({"net": "255.00", "row_net": "250.00"},    CONTRACT, "schedule", "0", "5.00", "0", "0"),
    ({"net": "255.00", "row_net": "250.00", "row_tolerance": "2.00"}, CONTRACT, "schedule", "0", "2.00", "3.00", "0"),
    ({"net": "249.99", "row_net": "250.00"},    CONTRACT, "schedule", "0", "5.00", "0", "0.01"),
    ({"net": "300.00", "limit_left": "290.00"}, CONTRACT, "limit", None, "5.00", "5.00", "0"),
    ({"net": "-30.00", "invoiced": "20.00"},    ORDER, "credit", None, "0", "10.00", "0"),
])  # fmt: skip
def test_the_difference_is_told_with_what_the_terms_of_its_day_allow(
    inputs: dict[str, str], terms: dict[str, str], kind: str, down: str | None, up: str, over: str, under: str
) -> None:
    """EX 3-a, EX 3-d"""
    frozen = {key: {"value": value} for key, value in terms.items()}
    found = difference_of({"number": "V1-1", **inputs}, frozen)
    assert found is not None
    assert (found.kind, found.over, found.under) == (kind, Decimal(over), Decimal(under))
    assert (found.down, found.up) == (None if down is None else Decimal(down), Decimal(up))
    line = number_line(found)
    assert 0 <= line.low <= line.middle <= line.high <= 400, "the band is in the picture"
    assert (line.mark > line.high) is (found.over > Decimal("0.20")) or line.high - line.mark in (0, -1)
    assert difference_of(inputs, frozen) is None, "without a number nothing is compared"


# --- the register ---


def test_the_register_keeps_the_streams_apart_and_is_narrowed_by_what_is_asked(
    bought: PurchaseDesk, at_desk: AtDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EX 2.1-a, EX 2.2-a"""
    client, queues = at_desk("cecilia"), bought.queues
    procured = [word for word in bought.invoices if word != "grant"]
    wanted = {
        "": procured[::-1],
        "stream=other": ["grant"],
        "state=returned": ["back"],
        "state=confirm": ["confirm"],
        "state=payable": ["exact"],
        "state=paid": [],
        "state=waiting&due=soon": ["reviewed", "plain"],
        f"queue={queues['UNIT'].pk}": ["late", "plain"],
        f"queue={queues['UNIT'].pk}&due=overdue": ["late"],
        "q=flink": ["grant", "unknown", "exact"],
        f"q=PI{bought.invoices['grant'].pk}": ["grant"],
        f"q={bought.invoices['late'].number}": ["late"],
        "q=100%25": [],
        "stream=all&state=nothing&due=never&queue=x&after=x": procured[::-1],
    }
    found = {asked: words_of(bought, read(client, bought.path(f"purchases?{asked}"))) for asked in wanted}
    assert found == wanted
    monkeypatch.setattr(paging, "ROWS", 5)
    monkeypatch.setattr(purchase_pages, "ROWS", 5)
    seen, address = [], bought.path("purchases?stream=procurement")
    while address:
        page = read(client, address)
        seen += words_of(bought, page)
        onward = re.search(r'href="(\?[^"]*)" rel="next"', page)
        address = bought.path("purchases") + onward[1].replace("&amp;", "&") if onward else ""
    assert seen == procured[::-1]


def test_an_invoice_tells_its_difference_its_lines_and_why(
    bought: PurchaseDesk, at_desk: AtDesk, language: str
) -> None:
    """EX 3-a"""
    speaks("cecilia", language)
    page = read(at_desk("cecilia"), bought.at("dear"))
    for told in (
        "V1-4501", "Kontorsstolar", "Prov Kontor",
        text("desk.difference.over", language, euro="2,40 €" if language != "en" else "€2.40").replace(" €", "\xa0€"),
        escape(text("outcome.OVER_TOLERANCE_UP", language)[1:]), "EX 3-a",
        getattr(bought.queues["ORDER"], f"name_{language}"),
    ):  # fmt: skip
        assert told in page, told
    assert re.search(r">\s*input\.|desk\.[a-z]+\.", page) is None, "every word has its text"
    client = at_desk("cecilia")
    assert client.get(bought.path("purchases/99999999999999999999")).status_code == 404
    assert client.get(bought.at("dear", f"/files/{'0' * 64}")).status_code == 404
    assert at_desk("olli").get(bought.at("dear")).status_code == 404, "another unit's person"


# --- mismatches ---


def test_mismatches_are_listed_by_reason_and_solved_one_by_one(bought: PurchaseDesk, at_desk: AtDesk) -> None:
    """EX 3-a, EX 3-b, EX 3-c, EX 3.1-a"""
    client, place = at_desk("kirsi"), bought.path("purchases/mismatches")
    page = read(client, place)
    assert words_of(bought, page) == ["dear", "awaited", "rent", "unknown", "nobody"]
    reasons = re.findall(r"\?reason=([A-Z_]+)", page)
    assert reasons == ["OVER_TOLERANCE_UP", "NOT_RECEIVED", "SUPPLIER_UNKNOWN", "UNKNOWN_NUMBER"]
    assert text("desk.mismatches.few", "sv", count=3, share=80) in page
    assert words_of(bought, read(client, f"{place}?reason=OVER_TOLERANCE_UP")) == ["dear", "rent"]
    assert words_of(bought, read(client, f"{place}?reason=DUPLICATE")) == []

    assert does(client, bought.at("dear"), "accept", reason=" ").status_code == 422
    does(client, bought.at("dear"), "accept", reason="frakten ingick")
    day = timezone.localdate().isoformat()
    assert does(client, bought.at("awaited"), "receive", line="V1-4502/1", day=day).status_code == 422
    does(client, bought.at("awaited"), "receive", line="V1-4502/1", quantity="1", day=day)
    assert does(client, bought.at("unknown"), "number", number="ABC").status_code == 409
    does(client, bought.at("unknown"), "number", number="v1-4503")
    assert does(client, bought.at("nobody"), "supplier", supplier="S999999").status_code == 422
    does(client, bought.at("nobody"), "supplier", supplier="S000002")
    with inside(bought.unit):
        matched = {one.invoice_id: one for one in Match.objects.filter(unit=bought.unit)}
        assert matched[bought.invoices["dear"].pk].reason == "frakten ingick"
        assert matched[bought.invoices["dear"].pk].person == person("kirsi")
        assert matched[bought.invoices["awaited"].pk].run_id, "a receipt is matched at once, by the run"
        assert Payable.objects.filter(unit=bought.unit, invoice=bought.invoices["awaited"]).exists()
        assert Receipt.objects.filter(unit=bought.unit, line__order__number="V1-4502").count() == 1
        told = InvoiceIdentifier.objects.get(unit=bought.unit, person=person("kirsi"))
        assert (told.invoice_id, told.value) == (bought.invoices["unknown"].pk, "V1-4503")
    assert words_of(bought, read(client, place)) == ["rent", "unknown", "nobody"], (
        "the order has nothing left for them"
    )
    does(client, bought.at("dear"), "end", reason="det var fel order")
    with inside(bought.unit):
        assert MatchEnd.objects.get(unit=bought.unit).reason == "det var fel order"


ACTS = [
    # who may not do it, which invoice, act and what it needs; and who may
    ("maria",   "dear",    "accept",   {"reason": "x"},                         "cecilia"),
    ("cecilia", "confirm", "confirm",  {},                                      "maria"),
    ("maria",   "unknown", "number",   {"number": "V1-4501"},                   "cecilia"),
    ("gunnar",  "nobody",  "supplier", {"supplier": "S000001"},                 "cecilia"),
    ("cecilia", "awaited", "receive",  {"line": "V1-4502/1", "amount": "500", "day": "2026-03-16"}, "maria"),
    ("maria",   "late",    "return",   {"why": "not_ours", "message": "Inte vår."}, "cecilia"),
]  # fmt: skip


def test_who_may_not_is_refused_and_who_may_does_it_once(bought: PurchaseDesk, at_desk: AtDesk) -> None:
    """EX 1.2.1-a, EX 3-d"""
    models = (Match, MatchConfirmation, InvoiceIdentifier, InvoiceSupplier, Receipt, InvoiceReturn)

    def counts() -> list[int]:
        with inside(bought.unit):
            return [model.objects.filter(unit=bought.unit).count() for model in models]  # type: ignore[attr-defined]

    for other, word, act, sent, who in ACTS:
        before, stranger, client = counts(), at_desk(other), at_desk(who)
        assert f'value="{act}"' not in read(stranger, bought.at(word)), (other, act)
        page = read(client, bought.at(word))
        assert f'value="{act}"' in page, (who, act)
        seen = re.search(r'name="seen" value="([^"]*)"', page)
        assert seen
        answer = stranger.post(f"{bought.at(word)}/act", {"act": act, "seen": seen[1], **sent})
        assert answer.status_code == 403, (other, act)
        assert counts() == before
        for _ in range(2):
            answer = client.post(f"{bought.at(word)}/act", {"act": act, "seen": seen[1], **sent})
            assert answer.status_code == 302, (act, answer.content.decode()[-3000:])
        page = read(client, bought.at(word))
        assert text("desk.purchase.stale", "sv") in page, "sent twice it is done once"
        assert sum(counts()) > sum(before)
    assert at_desk("kirsi").post(f"{bought.at('late')}/act", {"act": "pay"}).status_code == 404


def test_rows_are_linked_by_who_may_and_as_they_were_seen(bought: PurchaseDesk, at_desk: AtDesk) -> None:
    """S62, EX 3-a: without JavaScript too; twice is once; nothing that no row or line is."""
    page, act = bought.at("dear", "/rows"), bought.at("dear", "/rows/act")
    kirsi = at_desk("kirsi")
    assert kirsi.get(bought.at("unknown", "/rows")).status_code == 302, "no order stands beside it"
    assert kirsi.get(bought.at("exact", "/rows")).status_code == 302, "it is matched"
    assert at_desk("maria").get(page).status_code == 403
    with inside(bought.unit):
        rows = [PurchaseInvoiceLine(position=1, text="Stolar", net="1012.40"),
                PurchaseInvoiceLine(position=2, text="Montering", net="200.00")]  # fmt: skip
        for one in rows:
            one.unit, one.invoice = bought.unit, bought.invoices["dear"]
            one.save()
    body = kirsi.get(page).content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', body)
    assert seen is not None
    sent = {"seen": seen[1], "row-1": "1", "row-2": "2"}
    assert at_desk("maria").post(act, sent).status_code == 403
    for wrong, status in (({"row-1": "x"}, 422), ({"row-1": "9"}, 409), ({"row-7": "1"}, 409)):
        answer = kirsi.post(act, {**sent, **wrong})
        assert answer.status_code == status, wrong
        assert 'role="alert"' in answer.content.decode()
    assert kirsi.post(act, sent).status_code == 302
    assert kirsi.post(act, sent).status_code == 302, "sent twice"
    with inside(bought.unit):
        links = RowLink.objects.filter(unit=bought.unit).order_by("id")
        assert [(one.row.position, one.order_line.position) for one in links] == [(1, 1), (2, 2)]
    assert escape(text("outcome.OVER_TOLERANCE_UP", "sv")) in kirsi.get(bought.at("dear")).content.decode()
    assert kirsi.post(bought.at("plain", "/rows/act"), {"seen": "", "row-1": "1"}).status_code == 302
