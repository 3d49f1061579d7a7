"""From the rows of an application to the document that goes to the enforcement authority (OC 6.2.2-a)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from reskontra.claims.interest import Grounds
from reskontra.claims.letters import income_account, sender
from reskontra.documents.enforcement import Creditor, Debtor, Demand, EnforcementMessage
from reskontra.documents.interest import pauses
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import format_date
from reskontra.kernel.interest import SURCHARGES
from reskontra.kernel.money import format_amount
from reskontra.kernel.secrets import KeyMissing, SealBroken
from reskontra.kernel.terms import Terms
from reskontra.kernel.texts import text
from reskontra.registers.keys import key_ring
from reskontra.registers.models import Customer, Unit
from reskontra.registers.sealing import personal_code_of
from reskontra.runs.models import Run
from reskontra.runs.run import RunRefused

NO_INTEREST = "none"  # what a claim of interest has in the place of a ground


def creditor_of(run: Run) -> Creditor:
    """The unit as the applicant; raises ``RunRefused`` where it has no account for what is collected."""
    unit = run.unit
    account = income_account(unit, run.on_date)
    if account is None:
        raise RunRefused("enforcement.no_account", unit=unit.code)
    party = sender(unit, "fi")
    return Creditor(
        code=unit.code,
        name=party.name,
        business_id=party.business_id,
        address=party.address,
        email=party.email,
        phone=party.phone,
        iban=account.iban.replace(" ", ""),
        bic=account.bic,
    )


def debtor_of(customer: Customer) -> Debtor:
    """Whom the application is about, with the personal code in plain: for the sealed batch and nothing else.

    A code that the key ring cannot open is left out; the check of the application then refuses it by name.
    """
    natural = customer.kind in ("person", "foreign_person", "sole_trader")
    return Debtor(
        number=customer.number,
        name=f"{customer.name} {customer.name2}".strip(),
        natural_person=natural,
        language=_language(customer.language),
        business_id=customer.business_id,
        personal_code="" if customer.business_id else _code(customer),
        birth_date=customer.birth_date,
        street=customer.street,
        postcode=customer.postcode,
        town=customer.town,
        country=customer.country,
    )


def _code(customer: Customer) -> str:
    try:
        return personal_code_of(customer, key_ring()) or ""
    except (KeyMissing, SealBroken):
        return ""


@clause("OC 6.2.2-a", "OC 6.2.2-b", "OC 6.2.7-a")
def application(
    run: Run, terms: Terms, grounds: Grounds, debtor: Debtor, claims: Sequence[Mapping[str, Any]], number: int
) -> EnforcementMessage:
    """An application from its rows, those of ``decided`` of one bundle; everything that has to be in it.

    The unit applies itself: the document has no place for an agent.
    """
    first, language = claims[0], debtor.language
    demands = tuple(_demand(one, terms, grounds) for one in claims)
    judgment = "" if first["public_law"] else first["provision"]
    message = EnforcementMessage(
        kind="application",
        case=number,
        day=run.on_date,
        demands=demands,
        debtor=debtor,
        procedure="limited" if first["outcome"] == "APPLY_LIMITED" else "normal",
        judgment=judgment,
        consequences=_consequences(demands, terms, language),
    )
    return _with_text(message, run.unit)


def _demand(row: Mapping[str, Any], terms: Terms, grounds: Grounds) -> Demand:
    asked = Demand(
        reference=row["reference"],
        principal=row["open"],
        costs=row["costs"],
        kind=row["claim_kind"],
        due_date=row["due_date"],
        provision=row["provision"] or "",
    )
    if row["claim_kind"] == "interest":
        return asked
    ground = grounds.late(row["due_date"], consumer=row["consumer"])
    return replace(
        asked,
        interest_ground=ground,
        interest_percent=getattr(terms, SURCHARGES[ground]),
        interest_from=row["interest_from"],
        interest_pauses=pauses(row["interest_pauses"]),
    )


def _consequences(demands: Sequence[Demand], terms: Terms, language: str) -> str:
    costs = sum((one.costs for one in demands), Decimal(0))
    if costs:
        return text("enforcement.consequences", language, costs=format_amount(costs, language))
    return text("enforcement.no_consequences", language)


def _with_text(message: EnforcementMessage, unit: Unit) -> EnforcementMessage:
    """The message with itself as people read it: no personal code, the customer's number instead."""
    assert message.debtor is not None
    language = message.debtor.language
    lines = [
        text(
            "enforcement.heading",
            language,
            case=message.case,
            unit=unit.name(language),
            debtor=message.debtor.name,
            number=message.debtor.number,
        ),
        text(f"enforcement.procedure_{message.procedure}", language),
        text("enforcement.judgment", language, judgment=message.judgment)
        if message.judgment
        else text("enforcement.directly_enforceable", language),
        *(_line(one, language) for one in message.demands),
        message.consequences,
    ]
    values = {name: getattr(message, name) for name in message.__dataclass_fields__}
    return EnforcementMessage(**{**values, "text": "\n".join(lines)})


def _line(demand: Demand, language: str) -> str:
    assert demand.due_date is not None
    told = text(
        "enforcement.demand",
        language,
        reference=demand.reference,
        principal=format_amount(demand.principal, language),
        costs=format_amount(demand.costs, language),
        due=format_date(demand.due_date, language),
        provision=demand.provision,
    )
    if demand.interest_from is None:
        return told
    interest = text(
        f"enforcement.interest_{demand.interest_ground}",
        language,
        percent=f"{demand.interest_percent}".replace(".", ","),
        day=format_date(demand.interest_from, language),
    )
    pauses_told = (
        text(
            "enforcement.interest_pause",
            language,
            first=format_date(one.first, language),
            last=format_date(one.last, language),
        )
        for one in demand.interest_pauses
    )
    return " ".join((told, interest, *pauses_told))


def _language(language: str) -> str:
    """Proceedings are in Finnish or Swedish."""
    return "sv" if language == "sv" else "fi"
