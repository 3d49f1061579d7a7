"""From facts to an application: parties, court, claims and costs in the words of the court's language (OC 6.2.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.claims.interest import grounds_of, is_consumer
from reskontra.documents.interest import pauses
from reskontra.documents.summons import Defendant, Demand, Plaintiff, Summons
from reskontra.kernel.courts import courts
from reskontra.kernel.days import format_date
from reskontra.kernel.interest import SURCHARGES
from reskontra.kernel.references import invoice_number
from reskontra.kernel.terms import Terms
from reskontra.kernel.texts import text
from reskontra.registers.keys import key_ring
from reskontra.registers.models import Customer, Unit, UnitAccount
from reskontra.registers.sealing import personal_code_of


@dataclass(frozen=True)
class Court:
    """Where an application goes, and what is claimed there in euro."""

    key: str
    legal_cost: Decimal
    maximum: Decimal
    court_fee: Decimal


class Writer:
    """Writes the applications of one unit and day."""

    def __init__(self, unit: Unit, account: UnitAccount | None, terms: Terms) -> None:
        self.unit, self.account, self.terms, self.grounds = unit, account, terms, grounds_of(unit)

    def summons(self, debtor: Customer, claims: Sequence[Mapping[str, Any]], court: Court) -> Summons:
        """The application about ``claims``, which one debtor owes; the number is given last."""
        language = language_of(debtor)
        return Summons(
            number=0,
            day=self.terms.on,
            language=language,
            court=court.key,
            court_name=courts().by_key[court.key].name[language],
            competence=competence(debtor, court.key, language),
            plaintiff=self.plaintiff(language),
            defendant=defendant(debtor),
            demands=tuple(self.demand(claim, language, debtor) for claim in claims),
            legal_cost=court.legal_cost,
            legal_cost_maximum=court.maximum,
            court_fee=court.court_fee,
            channel=self.terms.summons_channel,
        )

    def plaintiff(self, language: str) -> Plaintiff:
        """The unit as the creditor."""
        unit, account = self.unit, self.account
        address = tuple(line for line in (unit.street, f"{unit.postcode} {unit.town}".strip()) if line)
        return Plaintiff(
            code=unit.code,
            name=unit.name(language),
            business_id=unit.business_id,
            domicile=unit.town,
            address=address,
            email=unit.email,
            phone=unit.phone,
            iban=account.iban if account else "",
            bic=account.bic if account else "",
        )

    def demand(self, claim: Mapping[str, Any], language: str, debtor: Customer) -> Demand:
        """One claim with its immediate ground, what it relies on, and the evidence that is named."""
        interest = claim["kind"] == "interest"
        ground = self.grounds.late(claim["due_date"], consumer=is_consumer(debtor))
        number = self._number(claim)
        reminders = claim["reminders"] or []
        evidence = [text("court.evidence_invoice", language, number=number)]
        evidence += [
            text("court.evidence_reminder", language, number=one["letter"], day=_day(one["day"], language))
            for one in reminders
        ]
        return Demand(
            reference=claim["reference"],
            invoice=number,
            principal=claim["open"],
            costs=max(claim["costs_open"], Decimal(0)),
            due_date=claim["due_date"],
            ground=self._ground(claim, number, language),
            relies_on_kind=claim["relies_on_kind"],
            relies_on=claim["relies_on"],
            interest_ground="" if interest else ground,
            interest_points=None if interest else getattr(self.terms, SURCHARGES[ground]),
            interest_from=None if interest else claim["interest_from"],
            interest_pauses=() if interest else pauses(claim["interest_pauses"]),
            evidence=tuple(evidence),
        )

    def _number(self, claim: Mapping[str, Any]) -> str:
        if claim["kind"] == "interest":
            return str(claim["interest_number"])
        return invoice_number(self.unit.code, claim["invoice_number"])

    def _ground(self, claim: Mapping[str, Any], number: str, language: str) -> str:
        places = {
            "number": number,
            "issued": format_date(claim["issue_date"], language),
            "due": format_date(claim["due_date"], language),
            "reminded": ", ".join(_day(one["day"], language) for one in claim["reminders"] or ()),
        }
        if claim["kind"] == "interest":
            return text("court.ground_interest", language, **places)
        items = ", ".join(sorted(item[language] for item in claim["items"] or ()))
        supplied = format_date(claim["supply_date"], language)
        return text("court.ground_invoice", language, items=items, supplied=supplied, **places)


def language_of(debtor: Customer) -> str:
    """The language of the court: the debtor's where it is Swedish or Finnish, otherwise Finnish."""
    return debtor.language if debtor.language in ("sv", "fi") else "fi"


def competence(debtor: Customer, court: str, language: str) -> str:
    """On what the court's competence rests: the defendant's domicile, or what a person stated."""
    known = bool(debtor.town) and not debtor.protected
    key = "court.competence" if known else "court.competence_stated"
    return text(key, language, domicile=debtor.town, court=courts().by_key[court].name[language])


def defendant(debtor: Customer) -> Defendant:
    """Who owes; a person's code is opened for the batch alone. Of a protected person only the safe address is known."""
    natural = debtor.kind in ("person", "foreign_person", "sole_trader")
    return Defendant(
        number=debtor.number,
        name=f"{debtor.name} {debtor.name2}".strip(),
        natural_person=natural,
        language=debtor.language,
        business_id=debtor.business_id,
        personal_code=(personal_code_of(debtor, key_ring()) or "") if natural else "",
        birth_date=debtor.birth_date,
        street=debtor.street,
        postcode=debtor.postcode,
        town=debtor.town,
    )


def _day(told: str, language: str) -> str:
    return format_date(date.fromisoformat(told), language)
