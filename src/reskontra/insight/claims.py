"""One claim from its birth to its end: what is open day by day, everything that happened, why, and what comes next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from reskontra.claims.collection import take_claims_in_hand
from reskontra.claims.models import Claim, ClaimDecision
from reskontra.database.rows import rows
from reskontra.database.scripts import script
from reskontra.kernel.clauses import cite, clause
from reskontra.kernel.days import bank_day_on_or_after
from reskontra.kernel.references import (
    NotAReference,
    invoice_number,
    normal_reference,
    running_number,
    unit_reference,
)
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Customer, Unit
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Run

# What moves the balance of a claim; everything else only happens to it.
_MOVES = frozenset(
    {
        "invoiced",
        "paid",
        "payment_undone",
        "set_off",
        "fee_deducted",
        "fee_undone",
        "written_off",
        "write_off_undone",
    }
)


@dataclass(frozen=True)
class Happened:
    """One thing that happened to a claim: euro as it moved the balance (or as it was about), its clause and run."""

    day: date
    kind: str
    amount: Decimal | None
    clause: str
    run: int | None
    other: str
    detail: Mapping[str, Any]

    @property
    def until_day(self) -> date | None:
        """The last day that it tells of, None without one."""
        return date.fromisoformat(told) if (told := self.detail.get("until_date")) else None

    @property
    def review_day(self) -> date | None:
        """The day of review that it tells of, None without one."""
        return date.fromisoformat(told) if (told := self.detail.get("review_date")) else None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "day": self.day.isoformat(),
            "kind": self.kind,
            "amount": None if self.amount is None else format(self.amount, ".2f"),
            "clause": self.clause or None,
            "run": self.run,
            "other": self.other or None,
            "detail": dict(self.detail),
        }


@dataclass(frozen=True)
class Move:
    """One line of the balance: what moved it and what was open after it, in euro."""

    day: date
    kind: str
    other: str
    amount: Decimal
    balance: Decimal

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "day": self.day.isoformat(),
            "kind": self.kind,
            "other": self.other or None,
            "amount": format(self.amount, ".2f"),
            "balance": format(self.balance, ".2f"),
        }


@dataclass(frozen=True)
class Next:
    """What comes next for an open claim, on which day at the earliest, and by which clause."""

    step: str
    day: date | None
    clause: str

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"step": self.step, "day": self.day.isoformat() if self.day else None, "clause": self.clause}


@dataclass(frozen=True)
class Story:
    """A claim and all that is known of it on a day."""

    claim: Claim
    number: str
    customer: str
    on: date
    open: Decimal
    moves: list[Move]
    happened: list[Happened]
    decisions: list[dict[str, Any]]
    standing: Mapping[str, Any] = field(default_factory=dict)
    next: Next | None = None

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra claim --json``."""
        limitation = self.standing.get("limitation_date")
        return {
            "reference": self.claim.reference,
            "invoice": self.number,
            "kind": self.claim.kind,
            "customer": self.customer,
            "public_law": self.claim.public_law,
            "amount": format(self.claim.amount, ".2f"),
            "open": format(self.open, ".2f"),
            "due_date": self.claim.due_date.isoformat(),
            "on": self.on.isoformat(),
            "days_late": max((self.on - self.claim.due_date).days, 0) if self.open else 0,
            "reminders": self.standing.get("reminders"),
            "costs_open": format(self.standing["costs_open"], ".2f") if self.standing else "0.00",
            "blocks": self.standing.get("block_codes") or "",
            "limitation_date": limitation.isoformat() if limitation else None,
            "next": self.next.as_json() if self.next else None,
            "balance": [one.as_json() for one in self.moves],
            "events": [one.as_json() for one in self.happened],
            "decisions": self.decisions,
        }


def find_claim(unit: Unit, written: str) -> Claim | None:
    """The claim of a reference, or of an invoice's number without blanks. Called inside ``working_in``."""
    number = running_number(unit.code, written)
    try:
        reference = normal_reference(written) if number is None else unit_reference(unit.code, number)
    except NotAReference:
        return None
    return Claim.objects.filter(unit=unit, reference=reference).first()


def claim_story(unit: Unit, claim: Claim, on: date, language: str) -> Story:
    """Everything about ``claim`` as it stands on ``on``. Called inside ``working_in``; raises ``MissingTerm``."""
    told = rows(script("reskontra.insight", "claim_events.sql"), {"unit": unit.pk, "claim": claim.pk})
    happened = [_happened(row) for row in told if row["day"] <= on]
    moves = list(_moves(happened))
    terms = terms_of(unit, on)
    standing = _standing(unit, claim, terms)
    return Story(
        claim=claim,
        number=invoice_number(unit.code, int(claim.reference[len(unit.code) : -1])),
        customer=Customer.objects.values_list("name", flat=True).get(pk=claim.payer_id),
        on=on,
        open=moves[-1].balance if moves else claim.amount,
        moves=moves,
        happened=happened,
        decisions=list(claim_decisions(unit, claim, language)),
        standing=standing,
        next=next_step(standing, terms) if standing else None,
    )


def _happened(row: Mapping[str, Any]) -> Happened:
    told = {key: value for key, value in row.items() if key not in ("place", "detail")}
    return Happened(**told, detail=row["detail"])


def claim_decisions(unit: Unit, claim: Claim, language: str) -> Iterator[dict[str, Any]]:
    """What applied runs decided about ``claim``, in order of time; what run after run said is told once."""
    said = (
        ClaimDecision.objects.filter(unit=unit, claim=claim, run__state="applied")
        .select_related("run")
        .order_by("rule", "run_id")
    )
    told = []
    for _, same in groupby(said, key=lambda one: (one.rule, one.outcome, one.clause, one.inputs)):
        alike = list(same)
        found, run = alike[-1], alike[-1].run
        told.append((run.pk, _decided(found, run, alike[0].run, len(alike), language)))
    yield from (one for _, one in sorted(told, key=lambda pair: pair[0]))


@clause("OC 5.1-c", "OC 6.1.1-a", "OC 6.1.2-a", "OC 6.1.2-c", "OC 6.1.4-a", "OC 6.2-a", "OC 6.2.1-a")
def next_step(standing: Mapping[str, Any], terms: Terms) -> Next:
    """What an open claim waits for, from its row of ``claims_in_hand``, and the first day on which it may come.

    A claim that expires before that day waits for nothing else any more: until then something else must be done.
    """
    found = _next_step(standing, terms)
    limitation = standing["limitation_date"]
    if found.step in _ACTS and found.day and limitation and limitation < found.day:
        return Next("limitation", limitation, "OC 5.1-c")
    return found


_ACTS = frozenset({"reminder_1", "reminder_2", "agency", "enforcement", "court", "write_off_proposal"})


def _next_step(standing: Mapping[str, Any], terms: Terms) -> Next:
    on, wait = terms.on, terms.reminder_wait_days
    if standing["limitation_date"] and standing["limitation_date"] < on:
        return Next("write_off", None, "OC 5.1-c")
    if standing["write_off_proposed"]:
        return Next("write_off_decision", None, "OC 5.1-b")
    if standing["in_case"]:
        return Next(f"case_{standing['case_state'] or 'applied'}", None, "OC 6.2-a")
    if standing["deferred_until"]:
        return Next("payment_time", standing["deferred_until"], "OC 6.1.1-a")
    if standing["reminders_stopped"]:
        return Next("block_review", standing["block_review_date"], "OC 6.1.2-a")
    if standing["due_date"] >= on:
        return Next("due", standing["due_date"], "OC 3.11-a")
    if standing["reminders"] == 0:
        return Next("reminder_1", _later(standing["due_date"], wait), "OC 6.1.2-c")
    if standing["reminders"] == 1:
        return Next("reminder_2", _later(standing["last_reminder_due"], wait), "OC 6.1.2-c")
    return _after_reminders(standing, terms)


def _after_reminders(standing: Mapping[str, Any], terms: Terms) -> Next:
    """Where a claim goes that was reminded twice, by the rules of the fork and of the agency (ADR 0022, 0023)."""
    last_due, public_law, judged = (
        standing["last_reminder_due"],
        standing["public_law"],
        standing["judged_date"],
    )
    if standing["state_unit"]:
        return Next("between_units", None, "OC 6.2-a")
    if terms.agency_in_use == "yes" and not public_law and not judged and standing["case_kind"] != "agency":
        waits = terms.agency_wait_days_consumer if standing["consumer"] else 0
        day = max(_later(last_due, 1), _later(standing["last_reminder_date"], waits))
        return Next("agency", day, "OC 6.1.4-a")
    day = _later(last_due, max(1, terms.reminder_wait_days))
    if standing["open"] < (terms.legal_floor_public_law if public_law else terms.legal_floor_other):
        return Next("write_off_proposal", day, "OC 6.2.1-a")
    if public_law or judged:
        return Next("enforcement", day, "OC 6.2.2-a")
    return Next("court", day, "OC 6.2.3-a")


def _later(day: date, days: int) -> date:
    return bank_day_on_or_after(date.fromordinal(day.toordinal() + days))


def _moves(happened: list[Happened]) -> Iterator[Move]:
    balance = Decimal(0)
    for one in happened:
        if one.kind in _MOVES and one.amount is not None:
            balance += one.amount
            yield Move(one.day, one.kind, one.other, one.amount, balance)


def _standing(unit: Unit, claim: Claim, terms: Terms) -> dict[str, Any]:
    take_claims_in_hand(unit, terms)
    found = rows("SELECT * FROM claims_in_hand WHERE id = %s", [claim.pk])
    return found[0] if found else {}


def _decided(found: ClaimDecision, run: Run, first: Run, times: int, language: str) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "outcome": found.outcome,
        "standing": found.standing,
        "clause": found.clause,
        "citation": cite(found.clause, language),
        "reasons": found.reasons,
        "inputs": found.inputs,
        "amount": format(found.amount, ".2f"),
        "terms": run.terms.get("terms", {}),
        "run": {"id": run.pk, "name": run.name, "on": run.on_date.isoformat()},
        "since": first.on_date.isoformat(),
        "times": times,
    }
