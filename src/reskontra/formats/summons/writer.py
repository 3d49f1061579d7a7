"""Applications as XML in our own namespace; what is written holds against the schema beside this file."""

from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from lxml import etree

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.summons import Demand, Summons, SummonsBatch, Withdrawal

NAMESPACE: Final = "urn:reskontra:summons:1"


def write(batch: SummonsBatch) -> bytes:
    """The batch as UTF-8; raises ``Refused`` where the schema does not hold."""
    names: Any = {None: NAMESPACE}  # the stubs do not know the namespace without a prefix
    root = etree.Element(_name("Batch"), nsmap=names)
    _text(root, "Identity", batch.identity)
    _text(root, "Day", batch.day)
    _text(root, "Unit", batch.unit)
    for one in batch.applications:
        _application(root, one)
    for taken_back in batch.withdrawals:
        _withdrawal(root, taken_back)
    if errors := schema_errors(root):
        raise Refused(*(Finding("summons_schema", clause="OC 6.2.5-a", value=error) for error in errors))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def schema_errors(root: etree._Element) -> list[str]:
    """Where the document leaves our schema: the place only, never a value of it."""
    schema = _schema()
    if schema.validate(root):
        return []
    log: Any = schema.error_log  # the stubs do not know that it can be walked through
    return [f"{error.path} {error.type_name}" for error in log]


@cache
def _schema() -> etree.XMLSchema:
    source = (files("reskontra.formats.summons") / "summons.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(source, etree.XMLParser(resolve_entities=False, no_network=True)))


def _application(root: etree._Element, one: Summons) -> None:
    node = etree.SubElement(root, _name("Application"), number=str(one.number), language=one.language)
    _text(node, "Day", one.day)
    _text(node, "Procedure", "limited")
    court = etree.SubElement(node, _name("Court"), key=one.court)
    _text(court, "Name", one.court_name)
    _text(court, "Competence", one.competence)
    plaintiff = etree.SubElement(node, _name("Plaintiff"))
    for tag, told in (
        ("Name", one.plaintiff.name),
        ("BusinessId", one.plaintiff.business_id),
        ("Domicile", one.plaintiff.domicile),
        *(("AddressLine", line) for line in one.plaintiff.address),
        ("Email", one.plaintiff.email),
        ("Phone", one.plaintiff.phone),
        ("Account", one.plaintiff.iban),
        ("Bank", one.plaintiff.bic),
    ):
        _text(plaintiff, tag, told)
    defendant = etree.SubElement(
        node, _name("Defendant"), natural="true" if one.defendant.natural_person else "false"
    )
    for tag, value in (
        ("Number", one.defendant.number),
        ("Name", one.defendant.name),
        ("Language", one.defendant.language),
        ("BusinessId", one.defendant.business_id),
        ("PersonalCode", one.defendant.personal_code),
        ("BirthDate", one.defendant.birth_date),
        ("Street", one.defendant.street),
        ("Postcode", one.defendant.postcode),
        ("Town", one.defendant.town),
    ):
        _text(defendant, tag, value)
    for demand in one.demands:
        _demand(node, demand)
    costs = etree.SubElement(node, _name("Costs"), channel=one.channel)
    _text(costs, "LegalCosts", one.legal_cost)
    _text(costs, "CourtFee", one.court_fee)


def _withdrawal(root: etree._Element, one: Withdrawal) -> None:
    node = etree.SubElement(root, _name("Withdrawal"), number=str(one.number))
    _text(node, "Day", one.day)
    court = etree.SubElement(node, _name("Court"), key=one.court)
    _text(court, "Name", one.court_name)
    _text(node, "Matter", one.matter)
    _text(node, "Reason", one.reason)


def _demand(node: etree._Element, demand: Demand) -> None:
    told = etree.SubElement(node, _name("Demand"), reference=demand.reference)
    _text(told, "Invoice", demand.invoice)
    _text(told, "Principal", demand.principal)
    _text(told, "CollectionCosts", demand.costs)
    _text(told, "DueDate", demand.due_date)
    if demand.interest_from is not None:
        interest = etree.SubElement(told, _name("Interest"), ground=demand.interest_ground)
        _text(interest, "From", demand.interest_from)
        _text(interest, "PointsAboveReferenceRate", demand.interest_points)
        for one in demand.interest_pauses:
            pause = etree.SubElement(interest, _name("Pause"))
            _text(pause, "From", one.first)
            _text(pause, "To", one.last)
    _text(told, "Ground", demand.ground)
    relies = etree.SubElement(told, _name("ReliesOn"), kind=demand.relies_on_kind)
    relies.text = demand.relies_on
    for evidence in demand.evidence:
        _text(told, "Evidence", evidence)


def _text(node: etree._Element, tag: str, told: str | date | Decimal | None) -> None:
    if told in ("", None):
        return
    child = etree.SubElement(node, _name(tag))
    child.text = (
        f"{told:.2f}"
        if isinstance(told, Decimal)
        else told.isoformat()
        if isinstance(told, date)
        else str(told)
    )


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"
