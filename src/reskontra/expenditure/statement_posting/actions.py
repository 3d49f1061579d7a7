"""What only people do: tell a standing rule, approve somebody else's, end one, and post by hand what no rule knows."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Literal

from django.db.backends.postgresql.psycopg_any import DateRange

from reskontra.bank.lines import Sought, proposed_for
from reskontra.bank.models import Line, Material
from reskontra.database.refused import ActRefused, refused_as
from reskontra.expenditure.statement_posting.coding import Part, check_coding
from reskontra.expenditure.statement_posting.memo import CorrectionRun, MemoRun
from reskontra.kernel.clauses import clause
from reskontra.registers.models import OfficeAbroad, StatementRule, Unit
from reskontra.registers.policy import require
from reskontra.registers.tracking import Tracking
from reskontra.runs.run import Acting, Result, RunRefused, apply, lock

MemoKind = Literal["other", "office_abroad"]
# By which clause a line is posted by hand: an office abroad paid from a local account, or anything else.
MEMO_CLAUSE: dict[str, str] = {"other": "EX 10-a", "office_abroad": "EX 7-a"}
RULE_CLAUSES = ("EX 10-a", "EX 10-b")
_STEP = 10  # between the positions of rules, so that one can be put between two


@clause("EX 10-a", "EX 10-b")
def propose(
    acting: Acting,
    line: Line,
    coding: Tracking,
    name: str,
    *,
    sought: Sought | None = None,
    since: date | None = None,
    position: int | None = None,
    this_account: bool = False,
    named: str = "EX 10-a",
) -> StatementRule:
    """Tell a rule for lines like ``line``; it works once somebody else has approved it.

    Without ``sought`` the rule looks for what the line itself proposes; without ``since`` it holds from the line's
    own day. ``named`` is EX 10-b for sweep and cover, fees and settlements. Called inside ``working_in``. Raises
    ``NotAllowed``; ``RunRefused`` when the line has nothing that returns, or the coding is not in force;
    ``ActRefused`` with the constraint; ``ValueError`` for a clause that is none of a rule.
    """
    require(acting.person, "propose_statement_rule", acting.unit, acting.day)
    if named not in RULE_CLAUSES:
        raise ValueError("a standing rule is by EX 10-a or EX 10-b")
    sought = sought or proposed_for(acting.unit, line.pk)
    if sought is None:
        raise RunRefused("statement.nothing_returns", line=str(line.pk))
    check_coding(acting.unit, coding, acting.day)
    lock(acting.unit, "statement_rules")
    if position is None:
        last = StatementRule.objects.filter(unit=acting.unit).order_by("-position").first()
        position = (last.position if last else 0) + _STEP
    with refused_as(ActRefused):
        return StatementRule.objects.create(
            unit=acting.unit,
            position=position,
            name=name,
            bank_account_id=_account_of(line) if this_account else None,
            field=sought.field,
            pattern=sought.pattern,
            direction="out" if line.amount < 0 else "in",
            clause=named,
            validity=DateRange(since or line.booking_date or acting.day, None),
            told_by=acting.person,
            **asdict(coding),
        )


@clause("EX 10-a")
def approve(acting: Acting, rule: StatementRule) -> StatementRule:
    """Put a rule of somebody else in force. Called inside ``working_in``.

    Raises ``NotAllowed``; ``RunRefused`` when it was approved before; ``ActRefused`` when the same person told it.
    """
    require(acting.person, "approve_statement_rule", acting.unit, acting.day)
    lock(acting.unit, "statement_rules")
    rule.refresh_from_db()
    if rule.approved_by_id is not None:
        raise RunRefused("statement.approved_already", rule=str(rule.pk))
    rule.approved_by, rule.approved_at = acting.person, acting.at
    with refused_as(ActRefused):
        rule.save(update_fields=["approved_by", "approved_at"])
    return rule


@clause("EX 10-a")
def end(acting: Acting, rule: StatementRule, last: date) -> StatementRule:
    """Let a rule know no line that is booked after ``last``; what it has posted stays posted.

    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` when it would end before it begins.
    """
    require(acting.person, "propose_statement_rule", acting.unit, acting.day)
    lock(acting.unit, "statement_rules")
    rule.refresh_from_db()
    first = rule.validity.lower
    if first is not None and last < first:
        raise RunRefused("statement.ends_before_it_begins", rule=str(rule.pk))
    rule.validity = DateRange(first, last + timedelta(days=1))
    with refused_as(ActRefused):
        rule.save(update_fields=["validity"])
    return rule


@clause("EX 7-a", "EX 10-a")
def post_memo(
    acting: Acting,
    line: Line,
    parts: Sequence[Part],
    reason: str,
    kind: MemoKind = "other",
    place: str = "",
) -> Result:
    """Post a line by hand, such as one that comes once. For an office abroad ``place`` says which, by code or name.

    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` when the line is posted, or the parts are
    not the line, without a reason, or without the place of an office abroad that the unit has on the day.
    """
    require(acting.person, "post_memo", acting.unit, acting.day)
    if not reason.strip():
        raise RunRefused("statement.memo_says_why")
    where = _office(acting, place.strip()) if kind == "office_abroad" else place.strip()
    why = f"{where}: {reason.strip()}" if where else reason.strip()
    return apply(MemoRun(line, parts, why, MEMO_CLAUSE[kind]), acting, acting.day)


def offices_abroad(unit: Unit, on: date) -> list[OfficeAbroad]:
    """The offices abroad that ``unit`` has on the day, by name. Called inside ``working_in``."""
    found = OfficeAbroad.objects.filter(unit=unit, validity__contains=on)
    return list(found.order_by("name", "code"))


def _office(acting: Acting, place: str) -> str:
    """The name of the office that ``place`` is the code or the name of."""
    if not place:
        raise RunRefused("statement.memo_says_where")
    offices = offices_abroad(acting.unit, acting.day)
    for one in offices:
        if place.casefold() in (one.code.casefold(), one.name.casefold()):
            return one.name
    known = ", ".join(f"{one.name} ({one.code})" for one in offices) or "–"
    raise RunRefused("statement.memo_office_unknown", place=place, known=known)


@clause("EX 10-a")
def correct(acting: Acting, line: Line, parts: Sequence[Part], reason: str) -> Result:
    """Take back how a line was posted, by a counter voucher, and post it anew.

    Called inside ``working_in``. Raises as ``post_memo``; ``RunRefused`` when the line is not posted.
    """
    require(acting.person, "post_memo", acting.unit, acting.day)
    if not reason.strip():
        raise RunRefused("statement.memo_says_why")
    return apply(CorrectionRun(line, parts, reason.strip()), acting, acting.day)


def _account_of(line: Line) -> int:
    return int(Material.objects.values_list("account_id", flat=True).get(pk=line.material_id))
