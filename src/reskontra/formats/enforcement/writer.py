"""Documents to bytes: a batch of messages to the enforcement authority."""

from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from reskontra.documents.enforcement import Creditor, Debtor, Demand, EnforcementBatch, EnforcementMessage
from reskontra.documents.findings import Refused
from reskontra.formats.enforcement.schema import NAMESPACE, schema_findings

_NAMES = {
    "application": "Application",
    "change": "Change",
    "withdrawal": "Withdrawal",
    "interruption": "Interruption",
    "resumption": "Resumption",
    "passive_registration": "PassiveRegistration",
}


def write(batch: EnforcementBatch) -> bytes:
    """The batch in UTF-8, the same bytes for the same batch. Raises ``Refused`` where the schema does not hold."""
    spaces: Any = {None: NAMESPACE}
    root = etree.Element(
        f"{{{NAMESPACE}}}EnforcementBatch",
        {"id": batch.identity, "day": batch.day.isoformat()},
        nsmap=spaces,
    )
    _creditor(root, batch.creditor)
    for message in batch.messages:
        _message(root, message)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    if findings := schema_findings(etree.fromstring(written)):
        raise Refused(*findings)
    return written


def _creditor(root: etree._Element, creditor: Creditor) -> None:
    at = _add(root, "Creditor", unit=creditor.code)
    _add(at, "Name", creditor.name)
    _add(at, "BusinessId", creditor.business_id)
    for line in creditor.address:
        _add(at, "Address", line)
    _optional(at, Email=creditor.email, Phone=creditor.phone, Iban=creditor.iban, Bic=creditor.bic)


def _message(root: etree._Element, message: EnforcementMessage) -> None:
    at = _add(root, _NAMES[message.kind], case=str(message.case), day=message.day.isoformat())
    if message.kind == "application":
        _application(at, message)
    elif message.kind == "passive_registration":
        _add(at, "CertificateDay", _day(message.certificate_day))
    else:
        for demand in message.demands:
            changed = _add(at, "Demand", reference=demand.reference)
            _amounts(changed, demand)
        _add(at, "Reason", message.reason)


def _application(at: etree._Element, message: EnforcementMessage) -> None:
    assert message.debtor is not None
    _add(at, "Procedure", message.procedure or "")
    if message.judgment:
        _add(at, "Judgment", message.judgment)
    else:
        _add(at, "DirectlyEnforceable")
    _debtor(at, message.debtor)
    for demand in message.demands:
        _demand(at, demand)
    _add(at, "Total", _amount(sum((one.principal + one.costs for one in message.demands), Decimal(0))))
    _add(at, "Consequences", message.consequences)
    _add(at, "Text", message.text, language=message.debtor.language)


def _debtor(at: etree._Element, debtor: Debtor) -> None:
    told = _add(
        at,
        "Debtor",
        number=debtor.number,
        language=debtor.language,
        natural="true" if debtor.natural_person else "false",
    )
    _add(told, "Name", debtor.name)
    if debtor.business_id:
        _add(told, "BusinessId", debtor.business_id)
    elif debtor.personal_code:
        _add(told, "PersonalCode", debtor.personal_code)
    elif debtor.birth_date:
        _add(told, "BirthDate", _day(debtor.birth_date))
    _optional(told, Street=debtor.street, Postcode=debtor.postcode, Town=debtor.town, Country=debtor.country)


def _demand(at: etree._Element, demand: Demand) -> None:
    told = _add(at, "Demand", reference=demand.reference, kind=demand.kind)
    _amounts(told, demand)
    _add(told, "DueDate", _day(demand.due_date))
    if demand.interest_from:
        interest = _add(
            told,
            "Interest",
            ground=demand.interest_ground,
            percentAboveReferenceRate=f"{demand.interest_percent}",
            **{"from": _day(demand.interest_from)},
        )
        for pause in demand.interest_pauses:
            _add(interest, "Pause", **{"from": _day(pause.first), "to": _day(pause.last)})
    _add(told, "Provision", demand.provision)


def _amounts(at: etree._Element, demand: Demand) -> None:
    _add(at, "Principal", _amount(demand.principal))
    _add(at, "Costs", _amount(demand.costs))


def _optional(at: etree._Element, **told: str) -> None:
    for name, value in told.items():
        if value:
            _add(at, name, value)


def _add(at: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    made = etree.SubElement(at, f"{{{NAMESPACE}}}{name}", attributes)
    made.text = text or None
    return made


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
