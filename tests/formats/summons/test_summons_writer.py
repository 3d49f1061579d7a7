"""Applications as XML: every part in its place, against the schema that is shipped, and what is missing (OC 6.2.5)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from reskontra.documents.findings import Refused
from reskontra.documents.summons import Defendant, Demand, Plaintiff, Summons, SummonsBatch
from reskontra.formats.summons.checks import check
from reskontra.formats.summons.writer import NAMESPACE, schema_errors, write

DAY = date(2026, 6, 15)
DEMAND = Demand(
    "42100018", "4210000000001", Decimal("250.00"), Decimal("5.00"), date(2026, 4, 7), "Ordered, supplied, unpaid.",
    "agreement", "HM-2026-1", "section_4", Decimal("7.00"), date(2026, 4, 8), ("invoice 4210000000001",),
)  # fmt: skip
WHOLE = Summons(
    7, DAY, "sv", "helsinki", "Helsingfors tingsrätt", "Svarandens hemort är Provstad.",
    Plaintiff("4210", "Hamnverket", "9900018-9", "Provhamn", ("Hamngatan 1", "00990 Provhamn"), "f@prov.example", "",
              "FI0000000000000000", "PROVFIHH"),
    Defendant("70003", "Provbruket & Söner Ab", False, "sv", "9900001-2", street="Provgatan 1", postcode="00999",
              town="Provstad"),
    (DEMAND,), Decimal("50.00"), Decimal("50.00"), Decimal("70.00"), "direct",
)  # fmt: skip


def _written(*applications: Summons) -> etree._Element:
    return etree.fromstring(write(SummonsBatch("summons-4210-20260615-000001", DAY, "4210", applications)))


def test_a_whole_application_has_nothing_missing_and_holds_against_the_schema() -> None:
    """OC 6.2.5-a"""
    assert check(WHOLE) == []
    root = _written(WHOLE)
    assert schema_errors(root) == []
    assert root.findtext(f".//{{{NAMESPACE}}}Defendant/{{{NAMESPACE}}}Name") == "Provbruket & Söner Ab"
    assert "personal_code" not in WHOLE.as_json()["defendant"]


@pytest.mark.parametrize(
    ("where", "lacking"),
    [
        ("court", replace(WHOLE, court_name="")),
        ("competence", replace(WHOLE, competence="")),
        ("plaintiff.account", replace(WHOLE, plaintiff=replace(WHOLE.plaintiff, iban=""))),
        ("plaintiff.contact", replace(WHOLE, plaintiff=replace(WHOLE.plaintiff, email=""))),
        ("plaintiff.domicile", replace(WHOLE, plaintiff=replace(WHOLE.plaintiff, domicile=""))),
        ("plaintiff.address", replace(WHOLE, plaintiff=replace(WHOLE.plaintiff, address=()))),
        ("defendant.identity", replace(WHOLE, defendant=replace(WHOLE.defendant, business_id=""))),
        ("defendant.address", replace(WHOLE, defendant=replace(WHOLE.defendant, street=""))),
        ("demands", replace(WHOLE, demands=())),
        ("demand[1].principal", replace(WHOLE, demands=(replace(DEMAND, principal=Decimal(0)),))),
        ("demand[1].ground", replace(WHOLE, demands=(replace(DEMAND, ground=""),))),
        ("demand[1].relies_on", replace(WHOLE, demands=(replace(DEMAND, relies_on=""),))),
        ("demand[1].evidence", replace(WHOLE, demands=(replace(DEMAND, evidence=()),))),
        ("demand[1].interest.from", replace(WHOLE, demands=(replace(DEMAND, interest_from=None),))),
        ("demand[1].interest.points", replace(WHOLE, demands=(replace(DEMAND, interest_points=None),))),
    ],
)
def test_each_part_that_is_missing_is_named(where: str, lacking: Summons) -> None:
    """OC 6.2.5-a"""
    assert [(one.rule, one.where) for one in check(lacking)] == [("summons_missing", where)]


@pytest.mark.parametrize(("asked", "wrong"), [("49.99", False), ("50.00", False), ("50.01", True)])
def test_legal_costs_stay_within_their_maximum(asked: str, wrong: bool) -> None:
    """OC 6.2.6-a: under, at and over."""
    found = check(replace(WHOLE, legal_cost=Decimal(asked)))
    assert bool([one for one in found if one.rule == "summons_legal_cost"]) is wrong


def test_interest_runs_on_no_interest() -> None:
    """OC 6.2.5-a"""
    demand = replace(
        DEMAND, relies_on_kind="interest", relies_on="17", interest_ground="", interest_points=None, interest_from=None
    )  # fmt: skip
    assert check(replace(WHOLE, demands=(demand,))) == []
    assert _written(replace(WHOLE, demands=(demand,))).find(f".//{{{NAMESPACE}}}Interest") is None


@pytest.mark.parametrize(
    "wrong",
    [
        replace(WHOLE, language="en"),
        replace(WHOLE, number=0),
        replace(WHOLE, demands=(replace(DEMAND, principal=Decimal("-1.00")),)),
        replace(WHOLE, demands=(replace(DEMAND, reference="x"),)),
        replace(WHOLE, channel="post"),
        replace(WHOLE, plaintiff=replace(WHOLE.plaintiff, business_id="99")),
    ],
)
def test_what_leaves_the_schema_is_refused_and_says_no_value(wrong: Summons) -> None:
    """OC 6.2.5-a"""
    with pytest.raises(Refused) as refused:
        _written(wrong)
    assert {finding.rule for finding in refused.value.findings} == {"summons_schema"}
    assert "Provbruket" not in repr([finding.as_json() for finding in refused.value.findings])


def test_one_number_names_one_application() -> None:
    with pytest.raises(Refused):
        _written(WHOLE, WHOLE)


def test_a_personal_code_is_in_no_text_made_of_the_debtor() -> None:
    """OC 2.2-f"""
    person = replace(WHOLE.defendant, business_id="", natural_person=True, personal_code="010190-900P")
    assert "010190" not in repr(replace(WHOLE, defendant=person))
    assert check(replace(WHOLE, defendant=person)) == []
