"""Statement lines and their standing rules: list, propose, try, approve or end a rule, post or correct by hand."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from reskontra.bank.lines import Sought, proposed_for
from reskontra.bank.models import Line
from reskontra.commands.connection import acting, as_of, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say, table
from reskontra.commands.values import day_argument, number_argument
from reskontra.expenditure.statement_posting.actions import (
    RULE_CLAUSES,
    MemoKind,
    approve,
    correct,
    end,
    post_memo,
    propose,
)
from reskontra.expenditure.statement_posting.coding import Part
from reskontra.expenditure.statement_posting.lists import standing_rules, try_rule, waiting_lines
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.registers.models import StatementRule
from reskontra.registers.tracking import DIMENSIONS, Tracking, tracking_of
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting, RunRefused

RIGHTS: Mapping[str, str] = {
    "lines": "see",
    "rules": "see",
    "try": "see",
    "propose": "propose_statement_rule",
    "approve": "approve_statement_rule",
    "end": "propose_statement_rule",
    "memo": "post_memo",
    "correct": "post_memo",
}


def add_arguments(parser: ArgumentParser) -> None:
    """The act, the line or the rule, and what it is posted to."""
    parser.add_argument("act", choices=sorted(RIGHTS))
    parser.add_argument(
        "subject",
        nargs="?",
        help="number of a line (propose, try, memo, correct) or of a rule (try, approve, end)",
    )
    parser.add_argument("--name", default="", help="what the rule is called (propose)")
    parser.add_argument("--field", help="what the rule looks at (default: what the line proposes)")
    parser.add_argument("--pattern", help="what it looks for there; ends in * for what begins so")
    parser.add_argument("--account", default="", help="ledger account, eight digits")
    for name in DIMENSIONS:
        parser.add_argument(f"--{name.replace('_', '-')}", default="")
    parser.add_argument(
        "--position", type=number_argument, help="which rule goes first: the lower one (propose)"
    )
    parser.add_argument("--clause", choices=RULE_CLAUSES, default="EX 10-a")
    parser.add_argument("--this-account", action="store_true", help="only on the bank account of the line")
    parser.add_argument("--since", type=day_argument, metavar="DATE", help="first day (propose, try)")
    parser.add_argument("--last", type=day_argument, metavar="DATE", help="last day (end)")
    parser.add_argument("--reason", default="", help="why (memo, correct)")
    parser.add_argument("--kind", choices=get_args(MemoKind), default="other", help="kind of memo voucher")
    parser.add_argument("--place", default="", help="which office abroad (memo)")
    add_acting(parser)


def handle(arguments: Namespace) -> int:
    """One act, or a list."""
    open_database()
    with acting(arguments, RIGHTS[arguments.act]) as person:
        told = _ACTS[arguments.act](arguments, as_of(person, arguments.on))
    if arguments.json:
        as_json(told)
    elif arguments.act in _COLUMNS:
        _show(told, arguments)
    else:
        say(arguments, f"statement.{arguments.act}_done", **told)
    return 0


def _lines(arguments: Namespace, person: Acting) -> Any:
    return waiting_lines(person.unit, terms_of(person.unit, arguments.on or today()))


def _rules(arguments: Namespace, person: Acting) -> Any:
    return standing_rules(person.unit)


def _propose(arguments: Namespace, person: Acting) -> Any:
    line = _line(arguments, person)
    made = propose(
        person,
        line,
        _coding(arguments),
        arguments.name or arguments.pattern or f"{line.counterparty or line.pk}"[:70],
        sought=_sought(arguments),
        since=arguments.since,
        position=arguments.position,
        this_account=arguments.this_account,
        named=arguments.clause,
    )
    return {"rule": made.pk, "field": _field(made.field, arguments), "pattern": made.pattern}


def _try(arguments: Namespace, person: Acting) -> Any:
    """A rule that is told already, or the one that a line and the arguments would make."""
    found = _maybe_rule(arguments, person) if not (arguments.account or arguments.field) else None
    if found:
        sought, direction, account = (
            Sought(found.field, found.pattern),
            found.direction,
            found.bank_account_id,
        )
        coding = tracking_of(found)
    else:
        line = _line(arguments, person)
        proposed = _sought(arguments) or proposed_for(person.unit, line.pk)
        if proposed is None:
            raise RunRefused("statement.nothing_returns", line=str(line.pk))
        sought, direction, account = proposed, "out" if line.amount < 0 else "in", None
        coding = _coding(arguments)
    told = try_rule(
        person.unit, sought, direction, coding, bank_account=account, since=arguments.since or date.min
    )
    return {**asdict(told), "hits": told.hits, "field": sought.field, "pattern": sought.pattern}


def _approve(arguments: Namespace, person: Acting) -> Any:
    return {"rule": approve(person, _rule(arguments, person)).pk}


def _end(arguments: Namespace, person: Acting) -> Any:
    last = arguments.last or person.day
    return {"rule": end(person, _rule(arguments, person), last).pk, "last": last.isoformat()}


def _memo(arguments: Namespace, person: Acting) -> Any:
    line = _line(arguments, person)
    done = post_memo(person, line, _parts(arguments, line), arguments.reason, arguments.kind, arguments.place)
    return {"line": line.pk, "amount": format_amount(line.amount, arguments.lang), "run": done.run.pk}


def _correct(arguments: Namespace, person: Acting) -> Any:
    line = _line(arguments, person)
    done = correct(person, line, _parts(arguments, line), arguments.reason)
    return {"line": line.pk, "amount": format_amount(line.amount, arguments.lang), "run": done.run.pk}


_ACTS: Mapping[str, Callable[[Namespace, Acting], Any]] = {
    "lines": _lines,
    "rules": _rules,
    "try": _try,
    "propose": _propose,
    "approve": _approve,
    "end": _end,
    "memo": _memo,
    "correct": _correct,
}
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "lines": ("line", "booking_date", "amount", "counterparty", "outcome"),
    "rules": ("rule", "position", "name", "field", "pattern", "account", "told_by", "approved_by", "posted"),
    "try": ("line", "booking_date", "amount", "counterparty", "posted_to"),
}


def _coding(arguments: Namespace) -> Tracking:
    return Tracking(arguments.account, **{name: getattr(arguments, name) for name in DIMENSIONS})


def _parts(arguments: Namespace, line: Line) -> list[Part]:
    """The whole line on one account; where it is divided the desk or a program names the parts."""
    return [Part(Decimal(line.amount), _coding(arguments))]


def _sought(arguments: Namespace) -> Sought | None:
    return Sought(arguments.field, arguments.pattern) if arguments.field and arguments.pattern else None


def _line(arguments: Namespace, person: Acting) -> Line:
    number = _number(arguments)
    found = Line.objects.filter(unit=person.unit, pk=number).first() if number is not None else None
    if found is None:
        raise NothingFound(arguments.subject or "", "statement_line")
    return found


def _rule(arguments: Namespace, person: Acting) -> StatementRule:
    found = _maybe_rule(arguments, person)
    if found is None:
        raise NothingFound(arguments.subject or "", "statement_rule")
    return found


def _maybe_rule(arguments: Namespace, person: Acting) -> StatementRule | None:
    number = _number(arguments)
    if number is None:
        return None
    return StatementRule.objects.filter(unit=person.unit, pk=number).first()


def _number(arguments: Namespace) -> int | None:
    written = arguments.subject or ""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else None


def _field(name: str, arguments: Namespace) -> str:
    return text(f"statement.field_{name}", arguments.lang)


def _show(told: Any, arguments: Namespace) -> None:
    if arguments.act == "try":
        say(
            arguments,
            "statement.tried",
            field=_field(told["field"], arguments),
            pattern=told["pattern"],
            hits=told["hits"],
            new=told["new"],
            same=told["same"],
            otherwise=told["otherwise"],
        )
        told = told["false"]
        if not told:
            return
    columns = _COLUMNS[arguments.act]
    table(
        text(f"statement.title_{arguments.act}", arguments.lang),
        tuple(text(f"statement.column_{name}", arguments.lang) for name in columns),
        [tuple(_cell(name, one[name], arguments) for name in columns) for one in told],
        right=tuple(place for place, name in enumerate(columns) if name in ("amount", "posted", "position")),
    )


def _cell(name: str, value: Any, arguments: Namespace) -> Any:
    if value is None:
        return ""
    if name == "amount":
        return format_amount(value, arguments.lang)
    if name == "outcome":
        return text(f"outcome.{value}", arguments.lang)
    return _field(value, arguments) if name == "field" else value
