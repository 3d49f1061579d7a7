# ruff: noqa: E501 - tables of one line for each row of a file
"""Coding templates and suppliers from files: each day one template, each identity one supplier, accounts wait for another."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from cast import ALWAYS, HARBOUR, business_id, iban, inside, person, unit
from expenditure.import_tables import ORDER, SUPPLIER, TEMPLATE, bring, outcome
from expenditure.purchase_cast import supplier
from reskontra.registers.models import CodingTemplate, ReceivingAddress, Supplier, SupplierAccount, WorkQueue
from reskontra.registers.policy import NotAllowed

pytestmark = pytest.mark.usefixtures("database")
Command = Callable[..., tuple[int, Any]]


def test_templates_follow_each_other_and_never_overlap() -> None:
    """EX 1.2.1-a, EX 3-c"""
    where = unit()
    with inside(where):
        WorkQueue.objects.create(unit=where, code="CARS", name_sv="Fordon", name_fi="Ajoneuvot", name_en="Cars",
                                 step="review", validity=ALWAYS)  # fmt: skip
    whole = "TK155;Fuel;fordon;1.1.2026;;33,3333;40000000\nTK155;;;;;66,6667;43000000"
    assert outcome(TEMPLATE, f"{whole}\nTK156;;CARS;;;;", "kirsi") == {"new": 2}
    assert outcome(TEMPLATE, f"{whole}\n", "kirsi") == {"known": 1}
    later = "TK155;Fuel;cars;1.4.2026;;100;40000000"
    assert outcome(TEMPLATE, f"{later}\nTK156;;Cars;;;;", "kirsi") == {"changed": 1, "known": 1}
    assert outcome(TEMPLATE, later.replace(";;100", ";30.6.2026;100"), "kirsi") == {"changed": 1}
    with inside(where):
        found = CodingTemplate.objects.filter(reference="TK155").order_by("validity")
        assert [(one.validity.lower, one.validity.upper, one.lines.count()) for one in found] == [
            (date(2026, 1, 1), date(2026, 4, 1), 2), (date(2026, 4, 1), date(2026, 7, 1), 1)]  # fmt: skip
    assert outcome(TEMPLATE, """
        TK155;Fuel;;1.3.2026;;100;40000000
        TK156;;Nowhere;;;;
        TK157;;;1.1.2026;;100;49999999
        TK158;;CARS;2.1.2026;1.1.2026;;
    """, "kirsi") == [("purchase_days_reversed", 5, "Valid until")]  # the form refuses first what it sees by itself # fmt: skip
    assert outcome(TEMPLATE, """
        TK155;Fuel;;1.3.2026;;100;40000000
        TK156;;Nowhere;;;;
        TK157;;;1.1.2026;;100;49999999
    """, "kirsi") == [("purchase_queue_unknown", 3, "queue"), ("purchase_account_unknown", 4, "account")]  # fmt: skip
    assert outcome(TEMPLATE, "TK155;Fuel;;1.3.2026;;100;40000000", "kirsi") == [
        ("purchase_template_overlaps", 2, "valid_from")
    ]
    with inside(where), pytest.raises(IntegrityError, match="a_posting_reference_has_one_template_a_day"):
        CodingTemplate.objects.create(
            unit=where, reference="TK155", name="x", validity=DateRange(date(2026, 6, 30), None)
        )


def test_an_address_steers_to_one_stream_a_day_whoever_has_it() -> None:
    """EX 2.1-a, EX 2.2-b"""
    address = {"edi_code": "003799000001200", "stream": "other", "voucher_type": "XB"}
    with inside(unit()):
        ReceivingAddress.objects.create(unit=unit(), validity=ALWAYS, **address)
    with (
        inside(unit("4220")),
        transaction.atomic(),
        pytest.raises(IntegrityError, match="an_address_steers_to_one_stream_a_day"),
    ):
        ReceivingAddress.objects.create(
            unit=unit("4220"), validity=DateRange(date(2030, 1, 1), None), **address
        )


def test_suppliers_are_added_changed_and_their_accounts_wait() -> None:
    """EX 5.1-a, EX 9-c"""
    account = iban("99007001000001")
    rows = f"""
        ;company;Nya Kontor Ab;{business_id(7301)};;Provgatan 1;Provstad;FI;{account}
        ;person;Koe Saara;;4140276-0;;;FI;
        ;foreign_company;Probe GmbH;;;;Berlin;DE;
    """
    taken = bring(SUPPLIER, rows)
    assert (taken.outcomes, [(one.rule, one.row) for one in taken.findings]) == (
        {"new": 3},
        [("supplier_account_waits", 2)],
    )
    kontor = Supplier.objects.get(business_id=business_id(7301))
    [waiting] = SupplierAccount.objects.filter(supplier=kontor)
    assert (waiting.iban, waiting.approved_by_id, waiting.told_by) == (account, None, person("cecilia"))
    again = f"{kontor.number};company;Nya Kontor Oy;;;;;;{account}\n;person;Koe Saara;;4140276-0;;;FI;"
    assert outcome(SUPPLIER, again) == {"changed": 1, "known": 1}
    kontor.refresh_from_db()
    assert (kontor.name, kontor.street, kontor.sort_key != "") == ("Nya Kontor Oy", "Provgatan 1", True)
    assert outcome(SUPPLIER, f"""
        {kontor.number};company;Another;{business_id(7302)};;;;FI;
        999999;company;Nobody;{business_id(7303)};;;;FI;
        ;company;Without id;;;;;FI;
        ;state_unit;Fine;{business_id(7304)};;;;FI;
    """) == [
        ("supplier_identity_differs", 2, "business_id"),
        ("purchase_supplier_unknown", 3, "supplier_number"),
        ("supplier_not_identified", 4, "business_id"),
    ]  # fmt: skip
    assert not Supplier.objects.filter(name="Fine").exists()
    with pytest.raises(NotAllowed):
        bring(SUPPLIER, ";foreign_person;Trial;;;;;SE;", who="kirsi")  # the register is all units'


def test_a_file_is_brought_in_by_command(command: Command, tmp_path: Path) -> None:
    """EX 3-a"""
    supplier("kontor")
    file = tmp_path / "orders.csv"
    file.write_text(f"{ORDER}\nV11;S000001;EUR;16.3.2026;;1;;Desk;10;10;;25,5;40000000\n", encoding="utf-8")
    words = ("import", str(file), "--unit", HARBOUR, "--on", "2026-03-16", "--as", "cecilia")
    code, told = command(*words)
    assert (code, told["kind"], told["read"], told["outcomes"]) == (0, "purchase_orders", 1, {"new": 1})
    file.write_text(f"{ORDER}\nV12;S000099;EUR;16.3.2026;;1;;Desk;10;10;;25,5;40000000\n", encoding="utf-8")
    code, shown = command(*words, "--lang", "fi", text=True)
    assert (code, "Rivi 2: Toimittajaa S000099 ei ole" in shown, "{" in shown) == (2, True, False)
