"""S62, EX 3-a: rows of an invoice linked to lines of its order by a person, and what matching makes of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from cast import AT, DAY, inside, run, unit
from expenditure.matching_tables import Purchases, match_in_crowd_and_alone
from income.tables import read
from reskontra.database.refused import constraint_of
from reskontra.expenditure.matching.actions import correct_identifier, link_rows
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.insight.automation import automation, solved
from reskontra.insight.purchase_events import order_beside, purchase_events
from reskontra.purchases.models import (
    MatchLine,
    Payable,
    PurchaseDecision,
    PurchaseInvoice,
    PurchaseInvoiceLine,
    RowLink,
    RowLinkEnd,
)
from reskontra.registers.policy import NotAllowed
from reskontra.runs.run import RunRefused

pytestmark = pytest.mark.usefixtures("database")

# Chairs and assembly, of which only the chairs have come: a bill of the chairs alone is too little for the whole order.
_ORDER = """
on 2026-03-16
order   V11 kontor
line    V11 1 100.00 item CHAIR
line    V11 2 80.00
line    V11 3 60.00
receipt V11 1 100.00
receipt V11 2 80.00
"""


def _told(rest: str) -> Purchases:
    return Purchases(read(_ORDER + rest), unit()).tell()


def _outcome(where: Any, of: PurchaseInvoice) -> str:
    with inside(where):
        return PurchaseDecision.objects.filter(unit=where, invoice=of).order_by("-run_id")[0].outcome


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("item A 100.00", "OVER_TOLERANCE_DOWN"),  # the row names nothing: the whole order counts
        ("item A 100.00\nlink A 1 V11 1", "AUTO_APPROVED"),
        ("item A 100.00\nlink A 1 V11 2", "OVER_TOLERANCE_UP"),
        ("item A 100.00\nlink A 1 V11 3", "NOT_RECEIVED also OVER_TOLERANCE_UP"),
        ("item A 100.00 line 3\nlink A 1 V11 1", "AUTO_APPROVED"),  # instead of the line that the row names
        ("item A 100.00 item CHAIR\nlink A 1 V11 2", "OVER_TOLERANCE_UP"),  # and instead of its item
        ("item A 60.00\nitem A 40.00\nlink A 1 V11 1\nlink A 2 V11 1", "AUTO_APPROVED"),  # two rows, one line
        # All rows or none: one that goes nowhere beside others is a charge that nobody agreed to.
        ("item A 60.00\nitem A 40.00\nlink A 1 V11 1", "OVER_TOLERANCE_DOWN also UNAGREED_CHARGE"),
        # A charge by its word stays a charge beside a linked row; linked itself, it is goods like any other.
        ("item A 95.00\nitem A 5.00 text Frakt\nlink A 1 V11 1", "UNAGREED_CHARGE"),
        ("item A 95.00\nitem A 5.00 text Frakt\nlink A 1 V11 1\nlink A 2 V11 1", "AUTO_APPROVED"),
    ],
)  # fmt: skip
def test_a_linked_row_counts_as_one_that_names_its_line(rows: str, expected: str) -> None:
    """EX 3-a, EX 3-b"""
    by = "EX 3-b" if expected == "UNAGREED_CHARGE" else "EX 3-a"
    match_in_crowd_and_alone(f"{_ORDER}invoice A kontor 100.00 V11\n{rows}\nexpect A {expected}    # {by}")


def test_a_link_to_another_order_than_the_invoice_names_does_not_count() -> None:
    """EX 3-a: the number was corrected after the row was linked."""
    match_in_crowd_and_alone(
        _ORDER + "order V12 kontor\nline V12 1 100.00\nreceipt V12 1 100.00\n"
        "invoice A kontor 100.00 V12\nitem A 100.00\nlink A 1 V11 3\nexpect A AUTO_APPROVED    # EX 3-a"
    )


def test_a_link_that_was_taken_back_is_no_help() -> None:
    """EX 1-a: the invoice stands beside its order as before, and may still match by itself."""
    told = _told("invoice A kontor 180.00 V11\nitem A 180.00")
    where, a = told.where, told.invoices["A"]
    with inside(where, "kirsi") as acting:
        assert link_rows(acting, a, {1: 2}) == 1
        assert link_rows(acting, a, {1: 2}) == 0, "it is so already"
        assert _by_line(a)
    with inside(where, "kirsi", AT + timedelta(hours=1)) as acting:
        assert link_rows(acting, a, {1: None}) == 1
        assert not _by_line(a)
        happened = [one.what for one in purchase_events(a, "sv")]
    assert [one for one in happened if "linked" in one] == ["linked", "unlinked"]
    assert told.decided()["A"][0] == "AUTO_APPROVED"
    with inside(where):
        assert Payable.objects.get(unit=where).automatic


def _by_line(invoice: PurchaseInvoice) -> bool:
    order = order_beside(invoice.unit, invoice, "V11")
    assert order is not None
    return order.by_line


def test_a_row_may_be_linked_anew_while_nothing_is_settled() -> None:
    """EX 3-a: the lines that a match takes are those of the links that hold."""
    told = _told("invoice A kontor 100.00 V11\nitem A 100.00")
    where, a = told.where, told.invoices["A"]
    told.decided()
    assert _outcome(where, a) == "OVER_TOLERANCE_DOWN"
    with inside(where, "kirsi") as acting:
        link_rows(acting, a, {1: 3})
    run(MatchingRun(), where, DAY)
    assert _outcome(where, a) == "NOT_RECEIVED"
    with inside(where, "cecilia") as acting:
        assert link_rows(acting, a, {1: 1}) == 1
    run(MatchingRun(), where, DAY)
    with inside(where):
        (line,) = MatchLine.objects.filter(unit=where)
        assert (line.order_line.position, line.invoice_row, line.match.level) == (1, 1, "line")
        assert not Payable.objects.get(unit=where).automatic
        assert (RowLink.objects.count(), RowLinkEnd.objects.count()) == (2, 1)
        (month,) = automation(where, DAY, DAY)
        assert month.automatic == 0
        assert [(one.how, one.person) for one in solved(where, DAY, DAY)] == [("linked", "Cecilia")]


def test_only_an_open_invoice_with_a_known_order_is_linked_by_who_may() -> None:
    """EX 3-a"""
    told = _told("invoice A kontor 180.00 V11\nitem A 180.00\ninvoice B kontor 10.00 V1999\nitem B 10.00")
    where, a, b = told.where, told.invoices["A"], told.invoices["B"]
    for who in ("maria", "gunnar", "petra"):
        with inside(where, who) as acting, pytest.raises(NotAllowed):
            link_rows(acting, a, {1: 1})
    with inside(where, "kirsi") as acting:
        for links, refusal in (({2: 1}, "no_such_row"), ({1: 4}, "no_such_order_line")):
            with pytest.raises(RunRefused, match=rf"matching\.{refusal}"):
                link_rows(acting, a, links)
        with pytest.raises(RunRefused, match=r"matching\.no_order_beside"):
            link_rows(acting, b, {1: 1})
        correct_identifier(acting, b, "V11")
    with inside(where, "kirsi") as acting:
        assert link_rows(acting, b, {1: 1}) == 1
    assert told.decided()["A"][0] == "AUTO_APPROVED"
    with inside(where, "kirsi") as acting, pytest.raises(RunRefused, match=r"matching\.settled"):
        link_rows(acting, a, {1: 1})


def test_the_database_keeps_links_as_a_match_found_them() -> None:
    """EX 3-a: no new link and no end of one, whoever writes."""
    told = _told("invoice A kontor 180.00 V11\nitem A 100.00\nitem A 80.00\nlink A 1 V11 1\nlink A 2 V11 2")
    told.decided()
    with inside(told.where):
        link = RowLink.objects.order_by("id")[0]
        (unlinked,) = PurchaseInvoiceLine.objects.bulk_create([
            PurchaseInvoiceLine(unit=told.where, invoice=told.invoices["A"], position=3)
        ])  # fmt: skip
    for make in (
        lambda by: RowLink.objects.create(row=unlinked, order_line_id=link.order_line_id, **by),
        lambda by: RowLinkEnd.objects.create(link=link, **by),
    ):
        with pytest.raises(IntegrityError) as caught, inside(told.where, "kirsi") as acting:
            make({"unit": told.where, "person": acting.person, "given_at": acting.at})
        assert constraint_of(caught.value) == "what_is_settled_is_not_linked"


def test_rows_are_linked_by_a_command(command: Callable[..., tuple[int, Any]]) -> None:
    """EX 3-a: and the invoice is matched anew at once."""
    told = _told("invoice A kontor 100.00 V11\nitem A 60.00\nitem A 40.00")
    told.decided()
    one = str(told.invoices["A"].pk)
    on = ("--unit", told.where.code, "--on", DAY.isoformat(), "--as", "kirsi")
    assert command("circulate", "link", one, "1:1", *on)[1]["refused"] == "matching.link_unclear"
    code, said = command("circulate", "link", one, "1=1", *on)
    assert (code, said["changed"], said["outcome"]) == (0, 1, "OVER_TOLERANCE_DOWN")
    code, said = command("circulate", "link", one, "1=1", "2=1", *on)
    assert (code, said["changed"], said["outcome"]) == (0, 1, "AUTO_APPROVED")
    told_rows = command("purchase", f"PI{one}", "--as", "kirsi")[1]["rows"]
    assert [row["linked"] for row in told_rows] == ["V11/1", "V11/1"]
