"""Why: everything decided about an order, an invoice or a claim, with inputs, terms and clauses."""

import json

import pytest
from tables import Told, read

from cast import CUSTOMERS, FOREST, HARBOUR, an_order, inside, plan_of, run, set_term, unit
from reskontra.income.delivery.run import DeliveryRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.run import OrdersRun
from reskontra.insight.explanations import NothingFound, explain
from reskontra.kernel.clauses import cite
from reskontra.kernel.references import grouped, rf_reference
from reskontra.sales.models import Invoice

pytestmark = pytest.mark.usefixtures("database")


def told(subject: str, language: str = "en", where: str = HARBOUR) -> dict[str, object]:
    """The explanation as a person of the unit gets it."""
    with inside(unit(where)):
        return explain(unit(where), subject, language)


def test_an_order_tells_its_decisions_in_the_order_of_time_and_who_acted() -> None:
    """OC 3.2.1-a, OC 3.2.1-b"""
    Told(
        read("""
            on 2026-03-16
            order  A  aino
            line   A  PERMIT 2 at 90.00
            act    A  review maria
            act    A  approve gunnar
            """),
        unit(),
    )
    run(OrdersRun(), unit())
    found = told("1")
    assert (found["subject"], found["number"], found["version"], found["invoice"]) == ("order", "1", 1, None)
    first, second = found["decisions"]  # type: ignore[misc]
    assert [(one["outcome"], one["standing"], one["clause"], one["reasons"]) for one in (first, second)] == [
        ("OFF_LIST_PRICE", "REVIEW", "OC 3.2.1-a", ["OFF_LIST_PRICE"]),
        ("APPROVED", "REVIEW", "OC 3.2.1-b", ["APPROVED", "OFF_LIST_PRICE"]),
    ]
    assert first["inputs"] == {
        "net": "180.00", "lines": 1, "public_law": True, "off_list_lines": 1, "source": "workbook",
        "pricing_date": "2026-03-16", "service_date": "2026-03-16",
    }  # fmt: skip
    assert first["run"]["name"] == "orders"
    assert first["citation"] == cite("OC 3.2.1-a", "en")
    assert [(act["act"], act["person"]) for act in found["acts"]] == [
        ("review", "maria"),
        ("approve", "gunnar"),
    ]  # type: ignore[attr-defined]


def test_an_order_that_waits_names_the_term_and_whose_it_is() -> None:
    """OC 3.10-a: the amount, its clause, and that it is the unit's own."""
    set_term(unit(), "smallest_invoice_amount", "150.00")
    with inside(unit()):
        an_order(unit(), "aino", {"item": "PERMIT"})
    run(OrdersRun(), unit())
    run(InvoicingRun(), unit())
    waiting = told("1")["decisions"][-1]  # type: ignore[index]
    assert [waiting[key] for key in ("outcome", "standing", "clause")] == [
        "BELOW_SMALLEST_AMOUNT", "WAITING", "OC 3.10-a",
    ]  # fmt: skip
    assert waiting["amount"] == "100.00"
    term = waiting["terms"]["smallest_invoice_amount"]
    assert (term["value"], term["clause"], term["own"]) == ("150.00", "OC 3.10-a", True)


def _invoice() -> Invoice:
    with inside(unit()):
        an_order(unit(), "aino", {"item": "PERMIT"})
        an_order(unit(), "aino", {"item": "INSPECT"})
    run(OrdersRun(), unit())
    run(InvoicingRun(), unit())
    with inside(unit()):
        return Invoice.objects.get(unit=unit())


def test_an_invoice_tells_its_orders_term_delivery_claim_and_voucher() -> None:
    """OC 3.9-a, OC 3.11-a, OC 3.1-a"""
    _invoice()
    run(DeliveryRun(), unit())
    found = told("4210000000001")
    expected = {
        "subject": "invoice", "number": "4210000000001", "amount": "140.00", "net": "140.00", "vat": "0.00",
        "due_date": "2026-04-07", "voucher": "SI 2026-000001", "orders": ["1", "2"],
    }  # fmt: skip
    assert {key: found[key] for key in expected} == expected
    outcomes = [(one["outcome"], one["clause"]) for one in found["decisions"]]  # type: ignore[attr-defined]
    assert outcomes == [
        ("READY", "OC 3.9-a"), ("INVOICE", "OC 3.9-a"), ("READY", "OC 3.9-a"), ("INVOICE", "OC 3.9-a"),
        ("PAYMENT_TERM", "OC 3.11-a"), ("PAPER", "OC 3.1-a"),
    ]  # fmt: skip
    term = found["decisions"][-2]  # type: ignore[index]
    assert term["inputs"] == {"term_days": 21, "due_date": "2026-04-07"}
    assert term["terms"]["payment_term_standard"]["value"] == "21"
    assert found["claim"] == {
        "reference": found["reference"], "amount": "140.00", "public_law": True, "settlements": [],
    }  # fmt: skip


def test_a_claim_is_found_by_its_reference_however_it_is_written() -> None:
    """OC 4.1-a: in groups of five, with zeros in front, or as an RF reference."""
    invoice = _invoice()
    for written in (
        invoice.reference, grouped(invoice.reference), invoice.reference.zfill(20), rf_reference(invoice.reference),
        "4210 000 000 001",
    ):  # fmt: skip
        assert told(written)["number"] == "4210000000001"


def test_a_plan_that_nobody_applied_decided_nothing() -> None:
    """OC 3.9-a"""
    with inside(unit()):
        an_order(unit(), "aino", {"item": "PERMIT"})
    run(OrdersRun(), unit())
    plan_of(InvoicingRun(), unit())
    assert [one["rule"] for one in told("1")["decisions"]] == ["orders"]  # type: ignore[attr-defined]


def test_the_newest_version_of_an_order_is_the_one_that_is_told() -> None:
    """OC 3.9-c"""
    with inside(unit()):
        first = an_order(unit(), "aino", {"item": "LICENCE"})
    run(OrdersRun(), unit())
    assert told("1")["decisions"][-1]["outcome"] == "ITEM_NOT_ON_PRICE_LIST"  # type: ignore[index]
    with inside(unit()):
        an_order(
            unit(), "aino", {"item": "PERMIT"}, number=first.number, version=2, key=first.key, digest="2" * 64
        )
    run(OrdersRun(), unit())
    found = told("1")
    assert found["version"] == 2
    assert [one["outcome"] for one in found["decisions"]] == ["READY"]  # type: ignore[attr-defined]


def test_the_citation_is_in_the_readers_language() -> None:
    """OC 3.9-a"""
    _invoice()
    citations = {language: told("1", language)["decisions"][0]["citation"] for language in ("sv", "fi", "en")}  # type: ignore[index]
    assert citations == {language: cite("OC 3.9-a", language) for language in ("sv", "fi", "en")}
    assert len(set(citations.values())) == 3


@pytest.mark.parametrize(
    "subject", ["", "0", "999", "4210000000099", "4220000000001", "no number", "12 3A", "9" * 20]
)
def test_what_is_not_there_is_said_not_to_be_there(subject: str) -> None:
    """OC 3.9-a"""
    _invoice()
    with pytest.raises(NothingFound):
        told(subject)


def test_another_units_order_and_invoice_are_not_there() -> None:
    """OC 1.2-a: the database keeps the units apart."""
    invoice = _invoice()
    for subject in ("1", "4210000000001", invoice.reference):
        with pytest.raises(NothingFound):
            told(subject, where=FOREST)


def test_an_explanation_names_no_customer() -> None:
    """OC 2.2-f: amounts and counts, never who it is about."""
    _invoice()
    run(DeliveryRun(), unit())
    text = json.dumps([told("1"), told("4210000000001")], default=str)
    assert not [word for word in ("Koe", "Aino", CUSTOMERS["aino"]["code"], "Provgatan") if word in text]
