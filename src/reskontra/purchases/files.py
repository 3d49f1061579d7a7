"""Files that keep what invoices are matched with: taken in whole or not at all, once by their bytes (EX 3)."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reskontra.documents.coding import Coding
from reskontra.documents.findings import Finding, Refused, Severity
from reskontra.documents.payment_request import PaymentRequest
from reskontra.documents.purchase import CodingTemplates, Contracts, PurchaseOrders, Receipts, SupplierKey
from reskontra.documents.supplier_list import SupplierList
from reskontra.exchange.inbox import Received
from reskontra.exchange.messages import message
from reskontra.exchange.reading import whole_file_findings
from reskontra.kernel.identifiers import is_business_id, normal_business_id
from reskontra.registers.models import Supplier, Unit
from reskontra.registers.tracking import NOT_KEPT, InForce
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Acting, lock

# What a file may do to an entry of the books.
OUTCOMES = NEW, CHANGED, CLOSED, KNOWN = "new", "changed", "closed", "known"
_FILE = "file taken in"
KeptWhole = PurchaseOrders | Receipts | Contracts | CodingTemplates | SupplierList


@dataclass
class Problems:
    """What is wrong with the entries of one file, each with its row and its column as the file names it."""

    document: KeptWhole | PaymentRequest
    clause: str
    found: list[Finding] = field(default_factory=list)

    def __call__(
        self,
        rule: str,
        row: int,
        name: str | None = None,
        value: object = None,
        *,
        severity: Severity = "error",
        **detail: str,
    ) -> None:
        """One finding about ``row``; ``name`` is the column's name by ours."""
        column = self.document.labels.get(name, name) if name else None
        told = None if value is None else str(value)
        self.found.append(
            Finding(rule, severity, self.clause, row=row, column=column, value=told, detail=detail)
        )

    @property
    def errors(self) -> list[Finding]:
        """What refuses the whole file."""
        return [one for one in self.found if one.severity == "error"]


@dataclass(frozen=True)
class FileTaken:
    """What became of a file: how many of its entries were new, changed, closed, or known before; and what was odd."""

    kind: str
    entries: int
    outcomes: Mapping[str, int]
    findings: Sequence[Finding] = ()
    run: int | None = None
    before: str = ""  # when the same bytes were taken in

    def count(self, status: str) -> int:
        """How many entries were ``accepted``, or came before (``duplicate``); none is ever returned by itself."""
        known = self.outcomes.get(KNOWN, 0)
        return {"duplicate": known, "accepted": self.entries - known}.get(status, 0)

    def as_json(self, language: str) -> dict[str, Any]:
        """The contract of ``reskontra import --json``, as of every file that comes in."""
        return {
            "kind": self.kind,
            "read": self.entries,
            "accepted": self.count("accepted"),
            "returned": 0,
            "duplicates": self.count("duplicate"),
            "reasons": [{**one.as_json(), "message": message(one, language)} for one in self.findings],
            "outcomes": {name: count for name, count in self.outcomes.items() if count},
            "run": self.run,
            "before": self.before or None,
            "result": None,
        }


def take_in_whole(
    acting: Acting,
    received: Received,
    document: KeptWhole,
    entries: int,
    on: date,
    keep: Callable[[Run, Problems], Counter[str]],
    clause: str,
) -> FileTaken:
    """Keep everything that ``document`` says, or nothing of it.

    ``keep`` writes what it can and tells what is wrong; any error undoes all of it. Called inside ``working_in``, after
    the right was asked for. Raises ``Refused`` with every error; the same bytes again change nothing and say so.
    """
    lock(acting.unit, "matching")  # two who bring the same file at once: the second finds it taken in
    file = received.file
    kind = str(document.kind)
    if Evidence.objects.filter(unit=acting.unit, control=_FILE, document=file.digest).exists():
        known = Finding(
            "file_known",
            "warning",
            clause,
            value=file.name,
            detail={"when": received.first_came, "who": file.person.username},
        )
        return FileTaken(kind, entries, {KNOWN: entries}, [known], before=file.received_at.isoformat())
    problems = Problems(document, clause)
    problems.found += [*whole_file_findings(document), *document.findings]
    _refuse(problems)
    run = Run.objects.create(
        unit=acting.unit,
        name=kind,
        on_date=on,
        state="applied",
        person=acting.person,
        planned_at=acting.at,
        applied_at=acting.at,
    )
    outcomes = keep(run, problems)
    _refuse(problems)
    Evidence.objects.create(
        unit=acting.unit,
        run=run,
        control=_FILE,
        expected=str(entries),
        actual=str(sum(outcomes.values())),
        document=file.digest,
    )
    return FileTaken(kind, entries, outcomes, problems.found, run.pk)


def _refuse(problems: Problems) -> None:
    if errors := problems.errors:
        raise Refused(*sorted(errors, key=lambda one: one.row or 0))


def tell_codings(unit: Unit, coded: Iterable[tuple[int, Coding]], on: date, tell: Problems) -> InForce:
    """What is wrong with the codings of rows: not in force for the unit on ``on``, or told and not kept."""
    pairs = list(coded)
    in_force = InForce(unit, [coding for _, coding in pairs], on)
    not_kept: dict[str, int] = {}
    for row, coding in pairs:
        for name, value in in_force.unknown(coding):
            rule = "purchase_account_unknown" if name == "account" else "purchase_dimension_unknown"
            tell(rule, row, name, value, day=on.isoformat())
        for name in NOT_KEPT:
            if getattr(coding, name):
                not_kept.setdefault(name, row)
    for name, row in not_kept.items():
        tell("purchase_dimension_not_kept", row, name, severity="warning")
    return in_force


class KnownSuppliers:
    """The suppliers of the register that a file names, by number or by business id."""

    def __init__(self, named: Sequence[SupplierKey]) -> None:
        numbers = {one.number for one in named if one.number}
        ids = {_identity(one.business_id) for one in named if one.business_id}
        self._by_number = {one.number: one for one in Supplier.objects.filter(number__in=numbers)}
        self._by_id: dict[str, Supplier] = {}
        for column in ("business_id", "technical_id", "vat_id"):
            for one in Supplier.objects.filter(**{f"{column}__in": ids}):
                self._by_id.setdefault(getattr(one, column), one)

    def find(self, named: SupplierKey, row: int, tell: Problems) -> Supplier | None:
        """The supplier that ``named`` tells; tells what is wrong, and gives ``None``, where it is nobody or two."""
        identity = _identity(named.business_id or "")
        by_number, by_id = self._by_number.get(named.number or ""), self._by_id.get(identity)
        if named.number and by_number is None:
            tell("purchase_supplier_unknown", row, "supplier_number", named.number)
            return None
        if identity and by_id is None:
            tell("purchase_supplier_unknown", row, "business_id", identity)
            return None
        if by_number and by_id and by_number.pk != by_id.pk:
            tell("purchase_suppliers_differ", row, "business_id", identity, number=str(named.number))
            return None
        return by_number or by_id


def _identity(text: str) -> str:
    return normal_business_id(text) if is_business_id(text) else text
