"""Write-offs as tables: claims with what collection found of them, and what becomes of each, in a crowd and alone.

claim    NAME CUSTOMER AMOUNT issued DAY
reminded NAME DUE                                two reminders, the last one due on DUE
block    NAME CODE
case     NAME KIND EVENT [DETAIL]                a case whose newest step is EVENT
found    NAME OUTCOME                            what the collection rule decided last
proposed NAME | reviewed NAME | approved NAME | kept NAME UNTIL [on DAY]
expect   NAME OUTCOME                            # clause
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from apart import asked_apart, halves
from cast import AT, inside, new_unit, person, run, set_term, unit
from income.money import claims_issued, open_amount
from income.tables import Line, Table, read
from reskontra.claims.models import (
    Block,
    Case,
    CaseClaim,
    CaseEvent,
    Claim,
    ClaimDecision,
    Letter,
    Reminder,
    WriteOffProposal,
)
from reskontra.income.write_off.actions import approve, propose, refuse, review
from reskontra.income.write_off.run import WriteOffsRun
from reskontra.registers.models import Unit
from reskontra.runs.models import Run

_codes = count(640_001)
_numbers = count(1)
# The steps of a case before its newest one.
_BEFORE = {
    "applied": [],
    "passive": ["applied", "obstacle"],
    "passive_ended": ["applied", "obstacle", "passive"],
}


@dataclass
class Books:
    """A table told into a unit: its claims by name."""

    table: Table
    where: Unit
    claims: dict[str, Claim] = field(default_factory=dict)

    def tell(self, only: Collection[str] | None = None) -> "Books":
        """Everything in the table; with ``only``, those claims and what is told of them."""
        for line in self.table.all("term"):
            set_term(self.where, *line.words)
        wanted = [line.words for line in self.table.all("claim") if only is None or line.words[0] in only]
        for day in sorted({words[4] for words in wanted}):
            told = {words[0]: words[1:3] for words in wanted if words[4] == day}
            self.claims |= claims_issued(self.where, told, date.fromisoformat(day))
        for line in self.table.lines:
            tell = getattr(self, f"_{line.keyword}", None)
            if tell and (only is None or line.words[0] in only):
                tell(*line.words)
        return self

    def decided(self) -> dict[str, tuple[str, str | None]]:
        """Outcome and clause of every claim in one run; a living claim has no decision of its own."""
        result = run(WriteOffsRun(), self.where, self.table.on)
        with inside(self.where):
            told = {
                one.claim_id: (one.outcome, one.clause)
                for one in ClaimDecision.objects.filter(unit=self.where, run=result.run)
            }
        living = next((count for count in result.counts if count.outcome == "CLAIM_LIVING"), None)
        assert (living.count if living else 0) == len(self.claims) - len(told)
        return {name: told.get(claim.pk, ("CLAIM_LIVING", "OC 5.1-b")) for name, claim in self.claims.items()}

    def _reminded(self, name: str, due: str) -> None:
        a_reminder(self.where, self.claims[name], 1, date.fromisoformat(due) - timedelta(days=28))
        a_reminder(self.where, self.claims[name], 2, date.fromisoformat(due))

    def _block(self, name: str, code: str) -> None:
        with inside(self.where):
            Block.objects.create(
                unit=self.where, claim=self.claims[name], code=code, from_date=self.table.on,
                review_date=self.table.on, reason="test", party="unit", person=person("maria"), given_at=AT,
            )  # fmt: skip

    def _case(self, name: str, kind: str, event: str, abroad: str = "") -> None:
        a_case(
            self.where, self.claims[name], kind, event, self.table.on, {"abroad": abroad} if abroad else {}
        )

    def _found(self, name: str, outcome: str) -> None:
        with inside(self.where):
            ClaimDecision.objects.create(
                unit=self.where, run=a_run(self.where, "collection", self.table.on), claim=self.claims[name],
                rule="collection", outcome=outcome, standing="LEFT", clause="OC 6.2.1-a", amount=1,
            )  # fmt: skip

    def _proposed(self, name: str) -> None:
        with inside(self.where) as acting:
            propose(acting, self.claims[name], "decided", "not worth it")

    def _reviewed(self, name: str) -> None:
        proposal = self.proposal(name)
        with inside(self.where, "hanna") as acting:
            review(acting, proposal, proposal.digest)

    def _approved(self, name: str) -> None:
        proposal = self.proposal(name)
        with inside(self.where, "gunnar") as acting:
            approve(acting, proposal, proposal.digest)

    def _kept(self, name: str, until: str, *on: str) -> None:
        proposal = self.proposal(name)
        day = date.fromisoformat(on[1]) if on else self.table.on
        with inside(self.where, "maria", datetime.combine(day, time(9), UTC)) as acting:
            refuse(acting, proposal, "he pays soon", date.fromisoformat(until))

    def proposal(self, name: str) -> WriteOffProposal:
        """The newest proposal about a claim."""
        with inside(self.where):
            found = WriteOffProposal.objects.filter(unit=self.where, claim=self.claims[name])
            return found.order_by("-id")[0]

    def open_of(self, name: str) -> Any:
        """What is open of a claim."""
        with inside(self.where):
            return open_amount(self.where, self.claims[name])


def a_run(where: Unit, name: str, on: date) -> Run:
    """An applied run. Called inside ``working_in``."""
    return Run.objects.create(
        unit=where, name=name, on_date=on, state="applied", person=person("cecilia"), planned_at=AT, applied_at=AT
    )  # fmt: skip


def a_reminder(where: Unit, claim: Claim, ordinal: int, due: date) -> Reminder:
    """A reminder that went out a fortnight before it fell due."""
    with inside(where):
        by = a_run(where, "reminders", due - timedelta(days=14))
        letter = Letter.objects.create(
            unit=where, run=by, customer_id=claim.payer_id, kind="reminder", number=next(_numbers), language="sv",
            day=by.on_date, document={}, digest="0" * 64,
        )  # fmt: skip
        return Reminder.objects.create(
            unit=where, run=by, claim=claim, letter=letter, ordinal=ordinal, sent_date=by.on_date, due_date=due,
            open=claim.amount, clause="OC 6.1.2-c",
        )  # fmt: skip


def a_case(
    where: Unit,
    claim: Claim,
    kind: str,
    event: str,
    day: date,
    detail: dict[str, str],
    pauses: Sequence[dict[str, str]] = (),
) -> Case:
    """A case about one claim that went out and then took the step ``event``."""
    with inside(where):
        by = a_run(where, kind, day)
        case = Case.objects.create(
            unit=where, run=by, number=next(_numbers), kind=kind, debtor_id=claim.payer_id,
            public_law=claim.public_law, opened_date=day,
            procedure={"enforcement": "normal", "court": "limited", "agency": ""}[kind],
            court="helsinki" if kind == "court" else "",
        )  # fmt: skip
        CaseClaim.objects.create(
            unit=where, case=case, claim=claim, principal=claim.amount, costs=0, interest_from=claim.due_date,
            interest_pauses=list(pauses), interest_ground="section_4", provision="Act 150/1992",
        )  # fmt: skip
        for place, step in enumerate([*_BEFORE.get(event, ["applied"]), event], start=1):
            told = {"certificate": "lack_of_means"} if step == "obstacle" else detail
            CaseEvent.objects.create(
                unit=where, case=case, position=place, kind=step, day=day, detail=told, run=by, given_at=AT
            )
    return case


def decide_in_crowd_and_alone(text: str) -> Books:
    """Every claim becomes what the table expects, among all, asked for apart, and without half of the others."""
    table = read(text)
    books = Books(table, unit()).tell()
    expected = {line.words[0]: _expected(line) for line in table.all("expect")}
    assert expected.keys() == books.claims.keys()
    ids = {name: claim.pk for name, claim in books.claims.items()}
    assert asked_apart(WriteOffsRun, books.where, table.on, ids) == expected
    assert books.decided() == expected
    for together in halves({name} for name in books.claims):
        apart = Books(table, new_unit(str(next(_codes)))).tell(together)
        assert apart.decided() == {name: expected[name] for name in together}
    return books


def _expected(line: Line) -> tuple[str, str | None]:
    return line.words[1], line.clause
