"""A card company's statement comes in: all of its purchases, or nothing; the same statement again changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from reskontra.documents.card_statement import CardPurchase as Told
from reskontra.documents.card_statement import CardStatement as Document
from reskontra.documents.findings import Finding, Refused
from reskontra.exchange.inbox import Received
from reskontra.exchange.messages import message
from reskontra.kernel.clauses import clause
from reskontra.kernel.purchase_numbers import number_key
from reskontra.purchases.models import CardPurchase, CardStatement
from reskontra.registers.models import CardAgreement, Supplier, Unit
from reskontra.registers.policy import require
from reskontra.registers.sorting import sort_key
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Acting, Control, RunRefused, lock

_CLAUSE = "EX 4-a"


@dataclass(frozen=True)
class CardsTaken:
    """What became of a statement: its purchases are all in, or were before."""

    number: str
    company: str
    read: int
    total: Decimal
    run: int
    known: bool
    findings: Sequence[Finding] = ()

    kind = "card_statement"

    def count(self, status: str) -> int:
        """How many purchases were ``accepted`` now, or known before (``duplicate``)."""
        return self.read if status == ("duplicate" if self.known else "accepted") else 0

    def as_json(self, language: str) -> dict[str, Any]:
        """The contract of ``reskontra import --json``, as of every file that comes in."""
        return {
            "kind": self.kind,
            "number": self.number,
            "company": self.company,
            "read": self.read,
            "accepted": self.count("accepted"),
            "returned": 0,
            "duplicates": self.count("duplicate"),
            "totals": {"total": format(self.total, ".2f")},
            "reasons": [{**one.as_json(), "message": message(one, language)} for one in self.findings],
            "run": self.run,
            "result": None,
        }


@clause("EX 4-a")
def take_in_card_statement(acting: Acting, received: Received, told: Document, on: date) -> CardsTaken:
    """Store the statement with every purchase. Called inside ``working_in``.

    Raises ``NotAllowed``; ``Refused``, and then nothing is stored, when anything in it is wrong, it is not in euro,
    no agreement of the unit is with its company, or it came before and tells something else now.
    """
    require(acting.person, "take_in_card_statement", acting.unit, acting.day)
    lock(acting.unit, "card_statements")
    if errors := [one for one in told.findings if one.severity == "error"]:
        raise Refused(*errors)
    if told.currency != "EUR":
        raise Refused(Finding("card_statement_not_in_euro", clause=_CLAUSE, value=told.currency))
    company = _company(acting.unit, told.company)
    if before := CardStatement.objects.filter(unit=acting.unit, company=company, number=told.number).first():
        if _stored_of(before) != [_as_stored(one) for one in told.purchases]:
            raise Refused(Finding("card_statement_differs", clause=_CLAUSE, value=told.number))
        return CardsTaken(told.number, company.name, before.purchases, before.total, before.run_id, True)
    run = Run.objects.create(
        unit=acting.unit, name="card_statement", on_date=on, person=acting.person, planned_at=acting.at
    )
    _check(run, told, _store(run, received, company, told))
    run.state, run.applied_at = "applied", acting.at
    run.outcomes = [
        {
            "outcome": "accepted",
            "clause": _CLAUSE,
            "count": len(told.purchases),
            "amount": f"{told.total:.2f}",
        }
    ]
    run.save()
    return CardsTaken(
        told.number, company.name, len(told.purchases), told.total, run.pk, False, told.findings
    )


def _company(unit: Unit, name: str) -> Supplier:
    """The supplier of that name with whom the unit has an agreement on cards."""
    having = CardAgreement.objects.filter(unit=unit).values("company_id")
    found = Supplier.objects.filter(pk__in=having, sort_key=sort_key(name)).order_by("pk").first()
    if found is None:
        raise Refused(Finding("card_company_unknown", clause=_CLAUSE, value=name))
    return found


def _store(run: Run, received: Received, company: Supplier, told: Document) -> CardStatement:
    statement = CardStatement.objects.create(
        unit=run.unit,
        run=run,
        file=received.file,
        number=told.number,
        company=company,
        invoice=told.invoice,
        invoice_key=number_key(told.invoice),
        from_date=told.from_date,
        to_date=told.to_date,
        purchases=len(told.purchases),
        total=told.total,
    )
    CardPurchase.objects.bulk_create(
        CardPurchase(unit=run.unit, statement=statement, **_as_stored(one)) for one in told.purchases
    )
    return statement


def _as_stored(one: Told) -> dict[str, Any]:
    """The columns of a purchase; a statement without errors has told all that may not be empty."""
    return {
        "position": one.row,
        "digits": one.card,
        "holder": one.holder,
        "day": one.day,
        "merchant": one.merchant,
        "country": one.country,
        "amount": one.amount,
        "original_amount": one.original_amount,
        "original_currency": one.original_currency or "",
        "vat_percent": one.vat_percent,
        "vat": one.vat,
        "receipt": one.receipt,
    }


def _stored_of(statement: CardStatement) -> list[dict[str, Any]]:
    stored = CardPurchase.objects.filter(unit=statement.unit_id, statement=statement).order_by("position")
    columns = (
        "position", "digits", "holder", "day", "merchant", "country", "amount", "original_amount", "original_currency",
        "vat_percent", "vat", "receipt",
    )  # fmt: skip
    return [{name: getattr(one, name) for name in columns} for one in stored]


def _check(run: Run, told: Document, statement: CardStatement) -> None:
    """What is stored is what the file told, or nothing is: compared in the same transaction, and kept as evidence."""
    stored = CardPurchase.objects.filter(unit=run.unit, statement=statement).aggregate(
        count=Count("pk"), total=Sum("amount")
    )
    for control in (
        Control("purchases of the statement", str(len(told.purchases)), str(stored["count"])),
        Control("sum of the statement", f"{told.total:.2f}", f"{stored['total'] or Decimal(0):.2f}"),
    ):
        if control.expected != control.actual:
            raise RunRefused(
                "run.control_failed", name=control.name, expected=control.expected, actual=control.actual
            )
        Evidence.objects.create(
            unit=run.unit, run=run, control=control.name, expected=control.expected, actual=control.actual
        )
