"""A file of suppliers' invoices, from its bytes to the answer (EX 2, 5).

The bytes are kept before anybody reads them. A file is taken in whole or not at all; the same bytes again change
nothing and say so.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from reskontra.documents.findings import Finding
from reskontra.exchange.inbox import Received
from reskontra.exchange.messages import message
from reskontra.expenditure.intake.run import IntakeRun, Stored, read_invoices, stored_of
from reskontra.expenditure.intake.sizes import refuse_too_large
from reskontra.kernel.clauses import clause
from reskontra.purchases.models import InvoiceFinding, PurchaseInvoice
from reskontra.registers.models import Unit
from reskontra.registers.policy import require
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting, Result, apply, lock

_MOST_FINDINGS: Final = 200  # told in an answer; every one is kept with its invoice


@dataclass(frozen=True)
class PurchasesTaken:
    """What became of a file of invoices: each with its outcome, and what is wrong with them."""

    invoices: Sequence[Stored]
    findings: Sequence[tuple[str, Finding]] = ()  # number of the invoice, what is wrong
    result: Result | None = None
    before: str = ""  # when the same bytes came in before
    known: Sequence[Finding] = field(default=())
    kind: str = "purchase_invoices"

    def count(self, status: str) -> int:
        """How many invoices were ``accepted``, ``returned``, or came in before with the file (``duplicate``)."""
        if self.before:
            return len(self.invoices) if status == "duplicate" else 0
        returned = sum(one.standing == "RETURNED" for one in self.invoices)
        return {"returned": returned, "accepted": len(self.invoices) - returned}.get(status, 0)

    @property
    def outcomes(self) -> Mapping[str, int]:
        """How many invoices became what."""
        return Counter(one.outcome for one in self.invoices)

    @property
    def total(self) -> Decimal:
        """The totals of those in euro together."""
        return sum((one.total or Decimal(0) for one in self.invoices if one.currency == "EUR"), Decimal(0))

    def as_json(self, language: str) -> dict[str, Any]:
        """The contract of ``reskontra import --json``, as of every file that comes in."""
        told = [
            {**finding.as_json(), "invoice": number, "message": message(finding, language)}
            for number, finding in self.findings
        ]
        told += [{**finding.as_json(), "message": message(finding, language)} for finding in self.known]
        return {
            "kind": self.kind,
            "read": len(self.invoices),
            "accepted": self.count("accepted"),
            "returned": self.count("returned"),
            "duplicates": self.count("duplicate"),
            "reasons": told,
            "totals": {"total": format(self.total, ".2f")},
            "outcomes": dict(self.outcomes),
            "invoices": [
                {
                    "id": f"PI{one.invoice}",
                    "number": one.number,
                    "seller": one.seller,
                    "total": None if one.total is None else format(one.total, ".2f"),
                    "currency": one.currency,
                    "outcome": one.outcome,
                }
                for one in self.invoices
            ],
            "controls": [
                {"name": one.name, "expected": one.expected, "actual": one.actual, "ok": True}
                for one in (self.result.controls if self.result else ())
            ],
            "run": self.result.run.pk if self.result else None,
            "before": self.before or None,
            "result": None,
        }


@clause("EX 1-b")
def check_size(acting: Acting, size: int, name: str, channel: str, on: date) -> None:
    """Refuse a file that is too large for its way of arrival before anything is kept. Raises ``Refused``."""
    require(acting.person, "run_intake", acting.unit, acting.day)
    refuse_too_large(size, name, channel, terms_of(acting.unit, on))


@clause("EX 2.1-a", "EX 2.2-a", "EX 5-a", "EX 6-a")
def take_in_invoices(acting: Acting, received: Received, data: bytes, on: date) -> PurchasesTaken:
    """Store and decide every invoice of the file. Called inside ``working_in``; raises ``Refused`` for the whole file.

    Raises ``NotAllowed``. The file came in under ``inbox_kind`` of its channel.
    """
    require(acting.person, "run_intake", acting.unit, acting.day)
    lock(acting.unit, IntakeRun.lock)  # two who bring the same file at once: the second finds it taken in
    file = received.file
    if known := taken_before(acting.unit, received, "EX 5-a"):
        return known
    in_hand = read_invoices(file, data, terms_of(acting.unit, on))
    result = apply(IntakeRun([in_hand]), acting, on)
    return PurchasesTaken(stored_of(acting.unit, file.pk), findings_of(acting.unit, file.pk), result)


def taken_before(unit: Unit, received: Received, clause: str) -> PurchasesTaken | None:
    """What became of the same bytes when they came in before; None when they did not."""
    file = received.file
    if not PurchaseInvoice.objects.filter(unit=unit, file=file).exists():
        return None
    known = Finding(
        "file_known",
        "warning",
        clause,
        value=file.name,
        detail={"when": received.first_came, "who": file.person.username},
    )
    return PurchasesTaken(stored_of(unit, file.pk), before=file.received_at.isoformat(), known=[known])


def findings_of(unit: Unit, file: int) -> list[tuple[str, Finding]]:
    """The first findings of a file's invoices, errors before warnings."""
    found = (
        InvoiceFinding.objects.filter(unit=unit, invoice__file_id=file)
        .select_related("invoice")
        .order_by("severity", "invoice__position", "position")[:_MOST_FINDINGS]
    )
    return [(one.invoice.number, finding_of(one)) for one in found]


def finding_of(stored: InvoiceFinding) -> Finding:
    """A finding as it was told, from the facts."""
    return Finding(
        stored.rule,
        "error" if stored.severity == "error" else "warning",
        stored.clause or None,
        row=stored.row,
        value=stored.value or None,
        where=stored.place or None,
        detail={key: str(value) for key, value in stored.detail.items()},
    )
