"""Messages with the enforcement authority: written whole or not at all, read strictly, and never with an agent."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from cast import personal_code
from reskontra.documents.enforcement import (
    Creditor,
    Debtor,
    Demand,
    EnforcementBatch,
    EnforcementMessage,
    EnforcementReport,
)
from reskontra.documents.findings import Refused
from reskontra.exchange.enforcement import enforcement_batch, message_findings
from reskontra.exchange.messages import message
from reskontra.exchange.reading import read_documents
from reskontra.formats.enforcement.schema import schema

DAY = date(2026, 6, 1)
SPACE = "urn:reskontra:enforcement:1"
CREDITOR = Creditor(
    code="4210", name="Hamnverket", business_id="9900018-9", address=("Hamngatan 1", "00990 Provhamn"),
    email="faktura@prov.example", phone="", iban="FI2112345600000785", bic="PROVFIHH",
)  # fmt: skip
DEBTOR = Debtor(
    number="70001", name="Koe Aino", natural_person=True, language="fi", personal_code="010190-900P"
)
DEMAND = Demand(
    reference="42100000000017", principal=Decimal("100.00"), costs=Decimal("5.00"), kind="invoice",
    due_date=date(2026, 2, 2), interest_ground="section_4", interest_percent=Decimal("7.0"),
    interest_from=date(2026, 2, 3), provision="Laki 1/2020",
)  # fmt: skip
APPLICATION = EnforcementMessage(
    kind="application", case=1, day=DAY, demands=(DEMAND,), debtor=DEBTOR, procedure="normal",
    consequences="Perintäkulut 5,00 €.", text="Ulosottohakemus 1.\nSaatava.",
)  # fmt: skip


def _batch(*messages: EnforcementMessage) -> EnforcementBatch:
    return EnforcementBatch("enforcement-4210-20260601-000001", DAY, CREDITOR, messages)


def test_a_batch_is_the_same_bytes_each_time_and_holds_every_kind_of_message() -> None:
    """OC 6.2.2-a"""
    messages = (
        APPLICATION,
        EnforcementMessage(
            "change", 2, DAY, (Demand("42100000000017", Decimal(0), Decimal(0)),), reason="Maksettu."
        ),
        EnforcementMessage("withdrawal", 3, DAY, reason="Maksettu."),
        EnforcementMessage("interruption", 4, DAY, reason="Selvitetään."),
        EnforcementMessage("resumption", 5, DAY, reason="Selvitetty."),
        EnforcementMessage("passive_registration", 6, DAY, certificate_day=date(2026, 5, 31)),
    )
    written = enforcement_batch(_batch(*messages))
    assert written == enforcement_batch(_batch(*messages))
    assert [etree.QName(one).localname for one in etree.fromstring(written)] == [
        "Creditor", "Application", "Change", "Withdrawal", "Interruption", "Resumption", "PassiveRegistration",
    ]  # fmt: skip


def test_no_agent_has_a_place_in_an_application() -> None:
    """OC 6.2.2-b: Act 706/2007; the schema refuses one wherever it stands"""
    root = etree.fromstring(enforcement_batch(_batch(APPLICATION)))
    assert schema().validate(root)
    for place in (root, root[0], root[1], root[1].find(f"{{{SPACE}}}Demand")):
        assert place is not None
        etree.SubElement(place, f"{{{SPACE}}}Agent").text = "Perintä Oy"
        assert not schema().validate(root)
        place.remove(place[-1])
    assert schema().validate(root)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"procedure": None}, "enforcement_procedure_missing"),
        ({"consequences": ""}, "enforcement_consequences_missing"),
        ({"demands": ()}, "enforcement_demand_missing"),
        ({"debtor": None}, "enforcement_debtor_unknown"),
        ({"debtor": replace(DEBTOR, personal_code="")}, "enforcement_debtor_unknown"),
        (
            {"debtor": replace(DEBTOR, personal_code="", country="SE", town="Prov")},
            "enforcement_debtor_unknown",
        ),
        ({"text": "Koe Aino 010190-900P"}, "enforcement_code_in_text"),
        ({"demands": (replace(DEMAND, principal=Decimal(0)),)}, "enforcement_capital_missing"),
        ({"demands": (replace(DEMAND, costs=Decimal("-0.01")),)}, "enforcement_capital_missing"),
        ({"demands": (replace(DEMAND, due_date=None),)}, "enforcement_due_date_missing"),
        ({"demands": (replace(DEMAND, provision=""),)}, "enforcement_provision_missing"),
        ({"demands": (replace(DEMAND, interest_ground=""),)}, "enforcement_interest_missing"),
        ({"demands": (replace(DEMAND, interest_percent=None),)}, "enforcement_interest_missing"),
        ({"demands": (replace(DEMAND, interest_from=None),)}, "enforcement_interest_missing"),
        ({"demands": (replace(DEMAND, interest_from=date(2026, 2, 2)),)}, "enforcement_interest_before_due"),
    ],
)
def test_each_part_of_an_application_is_asked_for_by_name(change: dict[str, object], rule: str) -> None:
    """OC 6.2.2-a"""
    code = personal_code("010190")
    written = {
        key: value.replace("010190-900P", code) if isinstance(value, str) else value
        for key, value in change.items()
    }
    assert not message_findings(APPLICATION)
    found = message_findings(replace(APPLICATION, **written))  # type: ignore[arg-type]
    assert rule in {one.rule for one in found}
    for language in ("sv", "fi", "en"):
        assert all(code not in message(one, language) for one in found)


@pytest.mark.parametrize(
    "debtor",
    [
        replace(DEBTOR, personal_code="", business_id="9900018-9", natural_person=False),
        replace(DEBTOR, personal_code="", country="SE", street="Provgatan 1", town="Prov"),
    ],
)
def test_a_business_id_or_an_address_abroad_names_a_debtor_too(debtor: Debtor) -> None:
    """OC 6.2.2-a"""
    told = replace(APPLICATION, debtor=debtor)
    assert not message_findings(told)
    assert b"PersonalCode" not in enforcement_batch(_batch(told))


def test_a_claim_of_interest_asks_for_no_interest() -> None:
    """OC 6.2.2-a"""
    demand = replace(DEMAND, kind="interest", interest_ground="", interest_percent=None, interest_from=None)
    told = replace(APPLICATION, demands=(demand,))
    assert not message_findings(told)
    assert b"<Interest" not in enforcement_batch(_batch(told))


def test_a_batch_that_breaks_the_schema_is_not_written() -> None:
    """OC 6.2.2-a: two messages for one case, a reference that is none"""
    withdrawal = EnforcementMessage("withdrawal", 1, DAY, reason="Maksettu.")
    with pytest.raises(Refused, match="enforcement_not_valid"):
        enforcement_batch(_batch(APPLICATION, withdrawal))
    with pytest.raises(Refused, match="enforcement_not_valid"):
        enforcement_batch(_batch(replace(APPLICATION, demands=(replace(DEMAND, reference="0"),))))


def test_the_personal_code_shows_in_no_text_of_the_document() -> None:
    """OC 2.2-f"""
    assert "010190" not in repr(DEBTOR)


# Reports ------------------------------------------------------------------------------------------------------

GOOD = (
    f'<EnforcementReport xmlns="{SPACE}" id="R-1" unit="4210" day="2026-06-01">'
    '<Collected case="1" id="m1" day="2026-06-01+03:00">'
    '<Share reference="42100000000017" gross="10.00" fee="0.15" net="9.85"/></Collected>'
    "</EnforcementReport>"
)


def _read(data: str) -> EnforcementReport:
    (document,) = read_documents(data.encode(), "report.xml")
    assert isinstance(document, EnforcementReport)
    return document


def test_a_report_is_read_with_its_money_to_the_cent() -> None:
    """OC 6.2-a"""
    told = _read(GOOD)
    (row,) = told.rows
    assert (told.identity, told.unit, told.day, row.day, row.kind) == ("R-1", "4210", DAY, DAY, "collected")
    assert told.as_json()["rows"][0]["shares"] == [
        {"reference": "42100000000017", "gross": "10.00", "fee": "0.15", "net": "9.85"}
    ]


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ('gross="10.00"', 'gross="10"', "enforcement_not_valid"),
        ('gross="10.00"', 'gross="-10.00"', "enforcement_not_valid"),
        ('gross="10.00"', 'gross="1e3"', "enforcement_not_valid"),
        ('day="2026-06-01"', 'day="2026-02-30"', "enforcement_not_valid"),
        ('case="1"', 'case="0"', "enforcement_not_valid"),
        ('case="1"', 'case="9999999999999999"', "enforcement_not_valid"),
        ('id="m1"', 'id="a b"', "enforcement_not_valid"),
        ("Collected", "Gathered", "enforcement_not_valid"),
        ("EnforcementReport", "EnforcementBatch", "enforcement_not_a_report"),
        ("<Share", "<!DOCTYPE x><Share", "xml_doctype"),
        ("</Collected>", "", "xml_not_well_formed"),
        (SPACE, SPACE + "0", "enforcement_not_a_report"),
    ],
)
def test_a_report_that_breaks_the_schema_is_refused_whole(before: str, after: str, rule: str) -> None:
    """OC 6.2-a"""
    with pytest.raises(Refused) as refused:
        read_documents(GOOD.replace(before, after).encode(), "report.xml")
    assert refused.value.findings[0].rule == rule


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ('net="9.85"', 'net="9.86"', "enforcement_share_does_not_add_up"),
        ('gross="10.00" fee="0.15" net="9.85"', 'gross="0.00" fee="0.00" net="0.00"', "enforcement_share_is_nothing"),
        ("</Collected>", '<Share reference="42100000000017" gross="1.00" fee="0.00" net="1.00"/></Collected>',
         "enforcement_claim_twice"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_add_up_stays_with_its_finding(before: str, after: str, rule: str) -> None:
    """OC 6.2-a"""
    told = _read(GOOD.replace(before, after))
    assert [(one.rule, one.row) for one in told.findings] == [(rule, 1)]
