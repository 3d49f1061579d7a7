"""Taking in a billing request (OC 3.2, 3.9): every row is accepted, returned with its reasons, or a duplicate.

The form is checked row by row as it is read; what the registers and the rules say is decided over the whole
set, by the same rule that the orders run uses. Nothing is half saved: the file is one transaction.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.documents.billing_request import BillingRequest
from reskontra.documents.findings import Finding, Refused
from reskontra.exchange.attachments import Fetch, keep_attachments
from reskontra.exchange.models import InboxFile
from reskontra.exchange.reading import whole_file_findings
from reskontra.income.order_handling.answering import RowOutcome, decide_new, outcomes_of, tell
from reskontra.income.order_handling.candidates import (
    candidates_of,
    check_headers,
    digest_of,
    label_of,
    recognise,
)
from reskontra.income.order_handling.customers import Customers
from reskontra.income.order_handling.storing import number_orders, store_orders
from reskontra.kernel.clauses import clause
from reskontra.registers.models import OwnSystem
from reskontra.registers.policy import MAY, roles_of
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, lock
from reskontra.sales.models import BillingRequest as StoredRequest
from reskontra.sales.models import BillingRow


@dataclass
class TakenIn:
    """What became of a file: one outcome a row, and the orders that it became."""

    run: Run
    rows: Sequence[RowOutcome]
    orders: int
    amount: Decimal
    outcomes: Mapping[str, int] = field(default_factory=dict)

    def count(self, status: str) -> int:
        """How many rows ended as ``status``."""
        return sum(1 for row in self.rows if row.status == status)


@clause("OC 3.2-a", "OC 3.9-a", "OC 3.9-c")
def take_in(acting: Acting, request: BillingRequest, file: InboxFile, fetch: Fetch, on: date) -> TakenIn:
    """Store the orders of ``request`` and decide each of them. Called inside ``working_in``.

    ``fetch`` gives the bytes of an attachment that came along. Raises ``Refused`` when the file's own counts
    disagree, when it names another unit, or when its sender is not a system of this unit: then nothing is kept.
    """
    if wrong := [*whole_file_findings(request), *_wrong_sender(request, acting, on)]:
        raise Refused(*wrong)
    lock(acting.unit, "sales")
    terms = terms_of(acting.unit, on)
    candidates = candidates_of(request)
    check_headers(candidates, request, terms)
    Customers(acting, request, on).name_parties(candidates)
    for candidate in candidates:
        if candidate.order.attachments and not candidate.duplicate:
            candidate.attachments, missing = keep_attachments(
                candidate.order.attachments,
                fetch,
                terms,
                candidate.order.row,
                label_of(request, "attachments"),
            )
            candidate.findings += missing
            candidate.digest = digest_of(candidate.order, candidate.attachments)
    recognise(candidates, acting.unit)
    run = Run.objects.create(
        unit=acting.unit, name="intake", on_date=on, person=acting.person, planned_at=acting.at
    )
    stored = StoredRequest.objects.create(
        unit=acting.unit,
        run=run,
        file=file,
        source=request.source,
        sender=request.sender or "",
        rows=len(request.rows),
        orders=len(request.orders),
    )
    going_in = [candidate for candidate in candidates if candidate.goes_in]
    number_orders(going_in, acting.unit)
    store_orders(going_in, stored, run, request)
    decided = decide_new(run, terms, going_in)
    tell(candidates, decided, request, terms)
    rows = outcomes_of(request, candidates)
    BillingRow.objects.bulk_create(
        (
            BillingRow(
                unit=acting.unit,
                request=stored,
                row=row.row,
                status=row.status,
                order_id=row.order,
                findings=[finding.as_json() for finding in row.findings],
            )
            for row in rows
        ),
        batch_size=5000,
    )
    run.state, run.applied_at, run.terms = "applied", acting.at, terms.as_json()
    run.outcomes = _counted(decided.values())
    run.save()
    accepted = [found["amount"] for found in decided.values() if found["standing"] != "RETURNED"]
    counted = Counter(found["outcome"] for found in decided.values())
    return TakenIn(run, rows, len(accepted), sum(accepted, Decimal(0)), counted)


def _counted(decided: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The outcomes of the run as it keeps them: count and amount of each."""
    by_outcome: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for found in decided:
        by_outcome[found["outcome"]].append(found)
    return [
        {
            "outcome": outcome,
            "clause": of_one[0]["clause"],
            "count": len(of_one),
            "amount": format(sum((found["amount"] for found in of_one), Decimal(0)), ".2f"),
        }
        for outcome, of_one in sorted(by_outcome.items())
    ]


def _wrong_sender(request: BillingRequest, acting: Acting, on: date) -> Iterable[Finding]:
    """A file for another unit, from an unknown system, or from a person who may not speak for a system."""
    unit = acting.unit
    if request.unit and request.unit != unit.code:
        yield Finding(
            "file_of_another_unit", clause="OC 3.9-a", value=request.unit, detail={"unit": unit.code}
        )
    if request.sender and not OwnSystem.objects.filter(
        unit=unit, sender=request.sender, validity__contains=on
    ):
        yield Finding("sender_unknown", clause="OC 3.2.1-a", value=request.sender)
    elif request.sender and not MAY["import_own_system"] & roles_of(acting.person, unit, on):
        yield Finding("sender_not_this_person", clause="OC 3.2.1-a", value=request.sender)
