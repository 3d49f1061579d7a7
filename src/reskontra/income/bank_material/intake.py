"""A file from a bank, from its documents to the answer (OC 4.1-b).

What does not add up, is not this unit's or says again what another file said is refused whole. What can be used is
one transaction. The same bytes again change nothing and say so; what the bank marks as a copy is told, not stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.bank.chain import chain_gaps
from reskontra.bank.models import Material
from reskontra.documents.findings import Finding, Refused
from reskontra.documents.statement import BankMaterial
from reskontra.exchange.inbox import Received
from reskontra.exchange.messages import message
from reskontra.income.bank_material.checks import account_of, same_meaning, too_many, whole_file_findings
from reskontra.income.bank_material.material import InHand, identities, masked, source_of
from reskontra.income.bank_material.run import BankMaterialRun
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit
from reskontra.runs.run import Acting, Result, apply, lock

_CLAUSE = "OC 4.1-b"
_Named = tuple[BankMaterial, str]  # a document and its identity
_STORED, _COPY_OF_KNOWN, _COPY, _EMPTY, _KNOWN = "stored", "copy_known", "copy", "empty", "known"
_STATUS: Mapping[str, Sequence[str]] = {
    "accepted": [_STORED],
    "returned": [_COPY],
    "duplicate": [_KNOWN, _COPY_OF_KNOWN],
}


@dataclass(frozen=True)
class Told:
    """What became of one document of the file; ``state`` is stored, known, copy_known, copy or empty."""

    place: int
    document: BankMaterial
    identity: str
    state: str

    def as_json(self) -> dict[str, Any]:
        """The document with stable keys, without its lines."""
        start, end = self.document.period
        return {
            "kind": self.document.kind,
            "source": source_of(self.document),
            "account": masked(self.document.account) if self.document.account else None,
            "identity": self.identity,
            "from": start.isoformat() if start else None,
            "to": end.isoformat() if end else None,
            "lines": self.document.count,
            "total": format(self.document.total, ".2f"),
            "state": self.state,
        }


@dataclass(frozen=True)
class BankAnswer:
    """What is told of a file of bank material; ``outcomes`` hold count and sum of its lines, euro."""

    materials: Sequence[Told]
    findings: Sequence[Finding] = ()
    result: Result | None = None
    before: str = ""  # when the same bytes came in before
    outcomes: Mapping[str, tuple[int, Decimal]] = field(default_factory=dict)

    kind = "bank_material"

    @property
    def read(self) -> int:
        """Booked lines in the file."""
        return sum(told.document.count for told in self.materials)

    def lines(self, *states: str) -> int:
        """Booked lines of the documents that ended in one of these states."""
        return sum(told.document.count for told in self.materials if told.state in states)

    def of(self, outcome: str) -> tuple[int, Decimal]:
        """How many lines became ``outcome``, and their sum."""
        return self.outcomes.get(outcome, (0, Decimal(0)))

    def count(self, status: str) -> int:
        """Booked lines that were ``accepted``, ``returned`` (of a copy without its original) or ``duplicate``."""
        return self.lines(*_STATUS.get(status, ()))

    def as_json(self, language: str) -> dict[str, Any]:
        """The contract of ``reskontra import --json``, as of every file that comes in."""
        new, known = self.of("NEW_PAYMENT"), self.of("KNOWN_PAYMENT")
        return {
            "kind": self.kind,
            "read": self.read,
            "accepted": self.count("accepted"),
            "returned": self.count("returned"),
            "duplicates": self.count("duplicate"),
            "reasons": [{**one.as_json(), "message": message(one, language)} for one in self.findings],
            "totals": {
                "total": format(sum((told.document.total for told in self.materials), Decimal(0)), ".2f"),
                "new_payments": new[0],
                "new_payments_total": format(new[1], ".2f"),
                "known_payments": known[0],
                "known_payments_total": format(known[1], ".2f"),
                "vouchers": self.result.facts["vouchers"] if self.result else 0,
            },
            "outcomes": {outcome: count for outcome, (count, _) in self.outcomes.items()},
            "materials": [told.as_json() for told in self.materials],
            "controls": [
                {"name": one.name, "expected": one.expected, "actual": one.actual, "ok": True}
                for one in (self.result.controls if self.result else ())
            ],
            "run": self.result.run.pk if self.result else None,
            "before": self.before or None,
            "result": None,
        }


@clause("OC 4.1-b")
def take_in_bank_material(
    acting: Acting, received: Received, documents: Sequence[BankMaterial], on: date
) -> BankAnswer:
    """Store and post what the file holds. Called inside ``working_in``; raises ``Refused`` for the whole file."""
    lock(acting.unit, BankMaterialRun.lock)  # two who bring the same file at once: the second finds it stored
    if Material.objects.filter(unit=acting.unit, file=received.file).exists():
        return _known_file(received, _named(documents))
    if beyond := list(too_many(documents)):
        raise Refused(*beyond)
    named = _named(documents)
    found = list(whole_file_findings(named, acting, on))
    if any(finding.severity == "error" for finding in found):
        raise Refused(*found)
    told, in_hand = _sorted_out(named, acting.unit, on)
    if again := list(same_meaning(in_hand, acting.unit)):
        raise Refused(*again)
    # What the reader said of a copy is said again below, with what became of it.
    findings = [finding for finding in found if finding.rule != "bank_copy"]
    findings += [finding for one in told for finding in _set_aside(one)]
    if not in_hand:
        return BankAnswer(told, findings)
    result = apply(BankMaterialRun(received.file, in_hand), acting, on)
    outcomes = {count.outcome: (count.count, count.amount) for count in result.counts}
    findings += [*_remarks(result, on), *chain_gaps(acting.unit, {one.account.pk for one in in_hand})]
    return BankAnswer(told, findings, result, outcomes=outcomes)


def _named(documents: Sequence[BankMaterial]) -> list[_Named]:
    """Each document with what tells it apart."""
    return list(zip(documents, identities(documents), strict=True))


def _sorted_out(named: Sequence[_Named], unit: Unit, on: date) -> tuple[list[Told], list[InHand]]:
    """What becomes of each document, and those that go in."""
    told, in_hand = [], []
    for place, (document, identity) in enumerate(named, 1):
        account = account_of(document, unit, on) if document.account else None
        if account is None:
            told.append(Told(place, document, identity, _EMPTY))
        elif document.copy:
            known = Material.objects.filter(
                unit=unit, account=account, source=source_of(document), identity=identity
            )
            told.append(Told(place, document, identity, _COPY_OF_KNOWN if known.exists() else _COPY))
        else:
            told.append(Told(place, document, identity, _STORED))
            in_hand.append(InHand(place, document, identity, account))
    return told, in_hand


def _set_aside(told: Told) -> Sequence[Finding]:
    if told.state in (_COPY, _COPY_OF_KNOWN):
        rule = "bank_copy_of_known" if told.state == _COPY_OF_KNOWN else "bank_copy_not_stored"
        detail = {"account": masked(told.document.account), "lines": str(told.document.count)}
        return [Finding(rule, "warning", _CLAUSE, value=told.identity, detail=detail)]
    if told.state == _EMPTY:
        return [Finding("bank_list_empty", "warning", _CLAUSE, value=told.identity)]
    return []


def _known_file(received: Received, named: Sequence[_Named]) -> BankAnswer:
    when = received.file.received_at
    known = Finding(
        "file_known",
        "warning",
        _CLAUSE,
        value=received.file.name,
        detail={"when": received.first_came, "who": received.file.person.username},
    )
    told = [Told(place, document, identity, _KNOWN) for place, (document, identity) in enumerate(named, 1)]
    return BankAnswer(told, [known], before=when.isoformat())


def _remarks(result: Result, on: date) -> Sequence[Finding]:
    """What the run did that somebody should look at."""
    facts, found = result.facts, []
    for rule, count, total in (
        ("bank_archive_ids_differ", facts["lookalikes"], facts["lookalike_sum"]),
        ("bank_told_again", facts["again"], facts["again_sum"]),
    ):
        if count:
            detail = {"count": str(count), "sum": f"{total:.2f}"}
            found.append(Finding(rule, "warning", _CLAUSE, detail=detail))
    if facts["late"]:
        detail = {"count": str(facts["late"]), "first": facts["late_day"], "day": on.isoformat()}
        found.append(Finding("bank_period_closed", "warning", _CLAUSE, detail=detail))
    if facts["early"]:
        detail = {"count": str(facts["early"]), "last": facts["early_day"], "day": on.isoformat()}
        found.append(Finding("bank_booked_later", "warning", _CLAUSE, detail=detail))
    return found
