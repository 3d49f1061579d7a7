"""What an application must say before it goes (OC 6.2.2-a): each part by its own rule."""

from decimal import Decimal

from reskontra.documents.enforcement import Debtor, Demand, EnforcementMessage
from reskontra.documents.findings import Finding
from reskontra.kernel.identifiers import find_personal_codes

_CLAUSE = "OC 6.2.2-a"


def check(message: EnforcementMessage) -> list[Finding]:
    """What is missing or wrong in an application; nothing for every other message. No finding shows a value."""
    if message.kind != "application":
        return []
    found: list[Finding] = []

    def wrong(rule: str, where: str = "") -> None:
        found.append(Finding(rule, clause=_CLAUSE, where=where))

    if message.procedure is None:
        wrong("enforcement_procedure_missing")
    if not message.consequences:
        wrong("enforcement_consequences_missing")
    if not message.demands:
        wrong("enforcement_demand_missing")
    for demand in message.demands:
        for rule in _demand_rules(demand):
            wrong(rule, demand.reference)
    if message.debtor is None or not _identified(message.debtor):
        wrong("enforcement_debtor_unknown")
    shown = (message.text, message.consequences, *(one.provision for one in message.demands))
    if any(find_personal_codes(text) for text in shown):
        wrong("enforcement_code_in_text")
    return found


def _demand_rules(demand: Demand) -> list[str]:
    rules = {
        "enforcement_capital_missing": demand.principal <= Decimal(0) or demand.costs < Decimal(0),
        "enforcement_due_date_missing": demand.due_date is None,
        "enforcement_provision_missing": not demand.provision,
        "enforcement_interest_missing": demand.kind != "interest"
        and (not demand.interest_ground or demand.interest_percent is None or demand.interest_from is None),
        "enforcement_interest_before_due": demand.interest_from is not None
        and demand.due_date is not None
        and demand.interest_from <= demand.due_date,
    }
    return [rule for rule, broken in rules.items() if broken]


def _identified(debtor: Debtor) -> bool:
    abroad = debtor.country != "FI" and bool(debtor.street and debtor.town)
    return bool(debtor.name and (debtor.business_id or debtor.personal_code or abroad))
