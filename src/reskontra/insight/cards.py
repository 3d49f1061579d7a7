"""One purchase by card with everything known: its card, receipts, coding, invoice, and why it is where it is (EX 4)."""

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from reskontra.kernel.clauses import cite, clause
from reskontra.purchases.models import CardPurchase, CardPurchaseDecision
from reskontra.registers.models import Unit

_ID = re.compile(r"[Cc][Pp]([0-9]{1,18})")


def card_purchase_number(purchase: int) -> str:
    """The number of a purchase by card as people write it: CP and its id."""
    return f"CP{purchase}"


def find_card_purchase(unit: Unit, written: str) -> CardPurchase | None:
    """The unit's purchase ``CP17``. Called inside ``working_in``."""
    found = _ID.fullmatch("".join(written.split()))
    return CardPurchase.objects.filter(unit=unit, pk=int(found[1])).first() if found else None


@clause("EX 4-a", "EX 4-b")
def explain_card_purchase(unit: Unit, purchase: CardPurchase, language: str) -> dict[str, Any]:
    """Everything decided about ``purchase``, with the keys of every explanation."""
    return {
        "subject": "card_purchase",
        "number": card_purchase_number(purchase.pk),
        "unit": unit.code,
        "amount": format(purchase.amount, ".2f"),
        "booking_date": purchase.day.isoformat(),
        "decisions": list(
            said_once(CardPurchaseDecision.objects.filter(unit=unit, purchase=purchase), language)
        ),
    }


def said_once(said: QuerySet[Any], language: str) -> Iterator[dict[str, Any]]:
    """What applied runs decided, in order of time; what says the same again is told once."""
    before: tuple[Any, ...] | None = None
    for found in said.filter(run__state="applied").select_related("run").order_by("run_id"):
        told = (found.outcome, found.clause, found.reasons, found.inputs)
        if told == before:
            continue
        before = told
        yield {
            "outcome": found.outcome,
            "clause": found.clause,
            "citation": cite(found.clause, language),
            "reasons": found.reasons,
            "rule": found.rule,
            "standing": found.standing,
            "inputs": found.inputs,
            "amount": format(found.amount, ".2f"),
            "terms": found.run.terms.get("terms", {}),
            "run": {"id": found.run_id, "name": found.run.name, "on": found.run.on_date.isoformat()},
        }
