# ruff: noqa: E501 - tables of one line for each row of a file
"""Orders, receipts and contract cover sheets from files: whole or not at all, once, and matched by what they change."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connections

from cast import inside, person, run, unit
from expenditure.import_tables import CONTRACT, ORDER, RECEIPT, bring, outcome
from expenditure.purchase_cast import invoice, supplier
from reskontra.database.rows import rows
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.purchases.models import Contract, PurchaseDecision, PurchaseInvoice, PurchaseOrder, Receipt
from reskontra.registers.policy import NotAllowed

pytestmark = pytest.mark.usefixtures("database")
DESKS = "V11;S000001;EUR;16.3.2026;;1;DESK;Desk;10;10;;25,5;40000000"
FREIGHT = "V11;S000001;EUR;16.3.2026;;2;;Freight;;;5;25,5;43000000"


def decided(where: PurchaseInvoice) -> str:
    """What the newest matching run said of the invoice."""
    run(MatchingRun(), unit())
    with inside(unit()):
        return PurchaseDecision.objects.filter(invoice=where, rule="matching").latest("run_id").outcome


def lines() -> list[tuple[int, Decimal, Decimal, Decimal]]:
    """Order lines now: place, quantity, net, received."""
    with inside(unit()):
        found = rows(
            "SELECT position, quantity, net, received_net FROM purchases_order_line_state ORDER BY order_id, position"
        )
    return [(row["position"], row["quantity"], row["net"], row["received_net"]) for row in found]


def test_orders_are_new_changed_closed_and_known() -> None:
    """EX 3-a"""
    supplier("kontor")
    first = f"{DESKS}\n{FREIGHT}"
    assert outcome(ORDER, first) == {"new": 1}
    known = bring(ORDER, first)
    assert (known.count("duplicate"), known.before != "", [one.rule for one in known.findings]) == (
        1,
        True,
        ["file_known"],
    )
    assert outcome(ORDER, f"{first}\nV12;S000001;EUR;16.3.2026;17.3.2026;1;;Chair;1;20;;;40000000") == {
        "known": 1,
        "new": 1,
    }
    # Another price and quantity, no freight, one line more; then nothing but its end.
    changed = "V11;S000001;EUR;16.3.2026;;1;DESK;Desk;8;12,5;;25,5;40000000\nV11;S000001;EUR;16.3.2026;;3;;Lamp;2;7;;25,5;40000000"
    assert outcome(ORDER, changed) == {"changed": 1}
    assert lines()[:3] == [(1, 8, 100, 0), (2, 0, 0, 0), (3, 2, 14, 0)]
    assert outcome(ORDER, changed.replace(";16.3.2026;;", ";16.3.2026;20.3.2026;")) == {"closed": 1}
    assert outcome(ORDER, changed.replace(";8;", ";9;")) == [("purchase_order_has_ended", 2, "order_number")]


def test_what_is_wrong_in_an_order_is_told_at_once_and_nothing_of_the_file_is_kept() -> None:
    """EX 3-a"""
    supplier("kontor"), supplier("flink")
    bring(ORDER, DESKS)
    bring(RECEIPT, "V11;1;16.3.2026;Kirsi;4;;R1", "kirsi")
    assert outcome(ORDER, """
        V13;S000001;EUR;16.3.2026;;1;;Fine;1;1;;;40000000
        V14;S000099;EUR;16.3.2026;;1;;Nobody's;1;1;;;40000000
        A15;S000001;EUR;16.3.2026;;1;;No prefix;1;1;;;40000000
        V16;S000001;EUR;16.3.2026;;1;;No account;1;1;;;49999999
        V17;S000001;EUR;16.3.2026;;1;;Less than nothing;-1;1;;;40000000
        V18;S000001;EUR;16.3.2026;;12000;;Too much;1000000;1000000;;;40000000
        V11;S000002;EUR;16.3.2026;;1;CHAIR;Taken, another item, less than came;3;10;;;40000000
    """) == [
        ("purchase_supplier_unknown", 3, "supplier_number"),
        ("purchase_number_prefix", 4, "order_number"),
        ("purchase_account_unknown", 5, "account"),
        ("purchase_line_asks_for_nothing", 6, "quantity"),
        ("form_number_too_large", 7, "position"),
        ("form_number_too_large", 7, "net"),
        ("purchase_order_taken", 8, "order_number"),
        ("purchase_order_another_item", 8, "item"),
        ("purchase_order_below_received", 8, "net"),
    ]  # fmt: skip
    with inside(unit()):
        assert list(PurchaseOrder.objects.values_list("number", flat=True)) == ["V11"]
    with pytest.raises(NotAllowed):
        bring(ORDER, f"{DESKS}\n{FREIGHT}", who="maria")


def test_receipts_are_partial_several_corrected_and_never_more_than_ordered() -> None:
    """EX 3-a"""
    supplier("kontor")
    bring(ORDER, f"{DESKS}\n{FREIGHT}")
    assert outcome(RECEIPT, """
        V11;1;16.3.2026;Kirsi;4;;R1
        V11;1;16.3.2026;Kirsi;4;;R2
        V11;1;16.3.2026;Kirsi;-1;;R3
    """, "kirsi") == {"new": 3}  # fmt: skip
    assert lines() == [(1, 10, 100, 70), (2, 1, 5, 0)]
    assert outcome(RECEIPT, "V11;1;16.3.2026;Kirsi;4;;R1\nV11;;16.3.2026;Kirsi;;35;R4", "kirsi") == {
        "known": 1,
        "new": 1,
    }
    assert lines() == [(1, 10, 100, 100), (2, 1, 5, 5)]
    assert outcome(RECEIPT, """
        V11;1;16.3.2026;Kirsi;5;;R1
        V11;2;17.3.2026;Kirsi;;-1;R11
        V11;1;16.3.2026;Kirsi;1;;R5
        V11;;16.3.2026;Kirsi;;1,01;R6
        V11;1;16.3.2026;Kirsi;-11;;R7
        V11;;16.3.2026;Kirsi;;-105,01;R8
        V11;9;16.3.2026;Kirsi;1;;R9
        V19;1;16.3.2026;Kirsi;1;;R10
    """, "kirsi") == [
        ("purchase_receipt_taken", 2, "receipt_number"),
        ("purchase_receipt_in_future", 3, "received_on"),
        ("purchase_receipt_over_order", 4, "received_quantity"),
        ("purchase_receipt_over_order", 5, "received_amount"),
        ("purchase_receipt_below_nothing", 6, "received_quantity"),
        ("purchase_receipt_below_nothing", 7, "received_amount"),
        ("purchase_order_line_unknown", 8, "position"),
        ("purchase_order_unknown", 9, "order_number"),
    ]  # fmt: skip
    with inside(unit()):
        assert Receipt.objects.count() == 5
    taken = bring(RECEIPT, "V11;;16.3.2026;Kirsi;;-35;", "kirsi")  # the last line gives back first
    assert ([one.rule for one in taken.findings], lines()) == ([], [(1, 10, 100, 70), (2, 1, 5, 0)])
    bring(RECEIPT, "V11;2;16.3.2026;Kirsi;;2;", "kirsi")
    alike = bring(RECEIPT, "V11;2;16.3.2026;Kirsi;;2;\nV11;2;16.3.2026;Kirsi;;1;", "kirsi")
    assert [(one.rule, one.row, one.severity) for one in alike.findings] == [
        ("purchase_receipt_alike", 2, "warning")
    ]
    with pytest.raises(NotAllowed):
        bring(RECEIPT, "V11;1;16.3.2026;Kirsi;1;;R12")  # the centre does not receive goods


def test_two_who_bring_the_same_file_at_once_keep_it_once() -> None:
    """EX 3-a"""
    supplier("kontor")
    bring(ORDER, DESKS)
    found: list[dict[str, int]] = []

    def bring_receipt() -> None:
        try:
            found.append(dict(bring(RECEIPT, "V11;1;16.3.2026;Kirsi;6;;", "kirsi").outcomes))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=bring_receipt) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=str) == [{"known": 1}, {"known": 1}, {"new": 1}]
    assert lines() == [(1, 10, 100, 60)]


def test_a_corrected_receipt_and_a_changed_order_are_matched_by_themselves() -> None:
    """EX 3-a"""
    supplier("kontor")
    bring(ORDER, DESKS)
    with inside(unit()):
        one = invoice(unit(), "kontor", "50.00", "V11")
        dearer = invoice(unit(), "kontor", "60.00", "V11", issue_date=date(2026, 3, 17))
    assert decided(one) == "NOT_RECEIVED"
    bring(RECEIPT, "V11;1;16.3.2026;Kirsi;5;;R1", "kirsi")
    assert decided(one) == "AUTO_APPROVED"
    bring(RECEIPT, "V11;1;16.3.2026;Kirsi;5;;R2", "kirsi")
    assert decided(dearer) == "OVER_TOLERANCE_UP"
    # Eleven euro a piece: what had come is worth it at once, and the invoice finds its sixty.
    assert outcome(ORDER, DESKS.replace(";10;10;", ";10;11;")) == {"changed": 1}
    assert lines() == [(1, 10, 110, 110)]
    assert decided(dearer) == "AUTO_APPROVED"


def test_contracts_are_new_versions_with_their_limits_by_period() -> None:
    """EX 3-d"""
    supplier("kontor"), supplier("flink")
    olle = person("olli")
    olle.email = "olli@prov.example"
    olle.save()
    sheet = """
        VSK11;S000001;1.1.2026;31.12.2026;budget;1000;nej;olli@prov.example;1.3.2026;31.3.2026;100;;;60;40000000
        VSK11;;;;;;;;1.4.2026;31.12.2026;900;;;40;43000000
    """
    assert outcome(CONTRACT, sheet) == {"new": 1}
    assert outcome(
        CONTRACT,
        f"{sheet}\nVSK12;S000002;1.1.2026;;schedule;;ja;olli@prov.example;;;;31.3.2026;85;100;40000000",
    ) == {"known": 1, "new": 1}
    with inside(unit()):
        march = [
            invoice(
                unit(), "kontor", net, "VSK11", issue_date=date(2026, 3, day), supply_date=date(2026, 3, day)
            )
            for net, day in (("90.00", 2), ("20.00", 3))
        ]
        before = invoice(
            unit(), "kontor", "1.00", "VSK11", issue_date=date(2026, 2, 27), supply_date=date(2026, 2, 27)
        )
        april = invoice(
            unit(), "kontor", "800.00", "VSK11", issue_date=date(2026, 4, 1), supply_date=date(2026, 4, 1)
        )
    assert [decided(one) for one in (*march, before, april)] == [
        "AUTO_APPROVED",
        "LIMIT_EXCEEDED",
        "AUTO_APPROVED",
        "AUTO_APPROVED",
    ]
    assert outcome(CONTRACT, sheet.replace(";100;", ";120;")) == {"changed": 1}
    assert decided(march[1]) == "AUTO_APPROVED"
    with inside(unit()):
        assert list(Contract.objects.order_by("number", "version").values_list("number", "version", "owner__username")) == [
            ("VSK11", 1, "olli"), ("VSK11", 2, "olli"), ("VSK12", 1, "olli")]  # fmt: skip
    assert outcome(CONTRACT, """
        VSK11;S000002;1.1.2026;;budget;0;nej;nobody@prov.example;;;;;;100;40000000
        VSK13;S000001;1.1.2026;;schedule;;nej;olli@prov.example;;;;31.3.2026;85;;
    """) == [
        ("purchase_owner_unknown", 2, "owner"),
        ("purchase_limit_is_nothing", 2, "limit"),
        ("purchase_contract_taken", 2, "contract_number"),
        ("purchase_contract_without_coding", 3, "percent"),
    ]  # fmt: skip
