"""From facts to a hand-over: claims itemised, what the demand must tell, and the caps on its cost (OC 6.1.4)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from reskontra.claims.interest import grounds_of
from reskontra.documents.agency import HandedClaim, HandOver, Limits, Party
from reskontra.documents.interest import pauses
from reskontra.kernel.caps import Cap, Debtor, cap
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.references import invoice_number
from reskontra.kernel.terms import Terms
from reskontra.kernel.texts import text
from reskontra.registers.models import Customer, Unit, UnitAccount


class Writer:
    """Writes the cases of one unit and day."""

    def __init__(self, unit: Unit, account: UnitAccount | None, terms: Terms) -> None:
        self.unit, self.account, self.terms, self.grounds = unit, account, terms, grounds_of(unit)

    def case(self, debtor: Customer, found: Sequence[Mapping[str, Any]]) -> HandOver:
        """The case about the claims that one debtor owes; the number is given last."""
        consumer = bool(found[0]["consumer"])
        language = debtor.language
        claims = tuple(self._claim(claim, language, consumer=consumer) for claim in found)
        return HandOver(
            number=0,
            day=self.terms.on,
            language=language,
            consumer=consumer,
            creditor=self._creditor(language),
            debtor=_debtor(debtor),
            iban=self.account.iban if self.account else "",
            bic=self.account.bic if self.account else "",
            claims=claims,
            contents=self._contents(claims, language, consumer=consumer),
            limits=self._limits(found, consumer=consumer),
        )

    def _creditor(self, language: str) -> Party:
        unit = self.unit
        return Party(
            number=unit.code,
            name=unit.name(language),
            business_id=unit.business_id,
            street=unit.street,
            postcode=unit.postcode,
            town=unit.town,
            country="FI",
            email=unit.email,
            language=language,
        )

    def _claim(self, claim: Mapping[str, Any], language: str, *, consumer: bool) -> HandedClaim:
        interest = claim["kind"] == "interest"
        number = (
            str(claim["interest_number"])
            if interest
            else invoice_number(self.unit.code, claim["invoice_number"])
        )
        items = ", ".join(sorted(one[language] for one in claim["items"] or ()))
        basis = "agency.basis_interest" if interest else "agency.basis_invoice"
        relies_on = claim["agreement"] or claim["order_number"] or ""
        told = text(
            basis, language, number=number, issued=format_date(claim["issue_date"], language), items=items
        )
        ground = self.grounds.late(claim["due_date"], consumer=consumer)
        return HandedClaim(
            reference=claim["reference"],
            invoice=number,
            due_date=claim["due_date"],
            basis=f"{told} ({relies_on})" if relies_on else told,
            principal=claim["open"],
            interest=claim["interest"],
            costs=max(claim["costs_open"], Decimal(0)),
            interest_ground="" if interest else ground,
            interest_from=None if interest else claim["interest_from"],
            interest_pauses=() if interest else pauses(claim["interest_pauses"]),
        )

    def _contents(self, claims: Sequence[HandedClaim], language: str, *, consumer: bool) -> dict[str, str]:
        """Each item in the debtor's language; one that cannot be told is empty."""
        unit, account = self.unit, self.account
        name = unit.name(language)
        address = f"{unit.street}, {unit.postcode} {unit.town}" if unit.street and unit.town else ""
        contact = ", ".join(told for told in (unit.email, unit.phone) if told)
        told = {
            "creditor_name_address": f"{name}, {address}" if name and address else "",
            "basis": "; ".join(claim.basis for claim in claims),
            "breakdown": "; ".join(_itemised(claim, language) for claim in claims),
            "total": f"{format_amount(sum((claim.total for claim in claims), Decimal(0)), language)} €",
            "payee_how_when": text(
                "agency.pay", language, payee=name, iban=account.iban, bic=account.bic,
                references=", ".join(claim.reference for claim in claims),
            )
            if account
            else "",
            "objection_right_deadline": text(
                "agency.objection", language, days=self.terms.agency_objection_days
            ),
            "objection_contact": f"{name}, {contact}" if contact else "",
            "public_unit_contact": f"{name}, {address}, {contact}" if contact and address else "",
        }  # fmt: skip
        if consumer:
            told["interruption_right"] = text("agency.interruption", language)
        return told

    def _limits(self, found: Sequence[Mapping[str, Any]], *, consumer: bool) -> Limits:
        principal = sum((claim["open"] for claim in found), Decimal(0))
        days = [claim["last_cost_date"] for claim in found if claim["last_cost_date"]]
        return limits(
            self.terms,
            principal,
            consumer=consumer,
            so_far=sum((claim["costs_so_far"] for claim in found), Decimal(0)),
            last_cost=max(days, default=None),
        )


def limits(terms: Terms, principal: Decimal, *, consumer: bool, so_far: Decimal, last_cost: Any) -> Limits:
    """The caps on the day of ``terms`` for a case about ``principal`` euro, not enforceable without a judgment."""
    debtor: Debtor = "consumer" if consumer else "other"

    def value(item: str) -> Decimal | None:
        found: Cap | None = cap(debtor, item, terms.on, principal, enforceable=False)
        return found.value if found else None

    return Limits(
        demand=value("payment_demand"),
        repeated=value("payment_demand_repeat"),
        total=value("total"),
        so_far=so_far,
        last_cost=last_cost,
        interval=terms.cost_interval_consumer if consumer else terms.cost_interval_other,
        paid_demands=terms.agency_paid_demands,
    )


def _debtor(debtor: Customer) -> Party:
    return Party(
        number=debtor.number,
        name=f"{debtor.name} {debtor.name2}".strip(),
        business_id=debtor.business_id,
        street=debtor.street,
        postcode=debtor.postcode,
        town=debtor.town,
        country=debtor.country,
        email=debtor.email,
        language=debtor.language,
    )


def _itemised(claim: HandedClaim, language: str) -> str:
    return text(
        "agency.itemised",
        language,
        invoice=claim.invoice,
        principal=format_amount(claim.principal, language),
        interest=format_amount(claim.interest, language),
        costs=format_amount(claim.costs, language),
    )
