"""Show what a case of collection holds and what waits; stop, resume, withdraw or end it, decide what comes abroad."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from decimal import Decimal

from reskontra.claims.models import Case, CaseEvent, Claim
from reskontra.commands.connection import acting, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, out, say, table
from reskontra.commands.run import send_waiting, show
from reskontra.commands.values import number_argument
from reskontra.income.agency import acts as agency_acts
from reskontra.income.legal.enforcement_actions import (
    apply_with_provision,
    close_abroad,
    decide_abroad,
    finish,
    resume,
    stop,
    withdraw,
)
from reskontra.income.legal.events import History, Task, case_tasks, history
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.runs.run import Acting, Result

Act = Callable[[Acting, Case, str], Result]
ACTS: dict[str, tuple[str, Act]] = {
    "stop": ("handle_case", stop),
    "resume": ("decide_case", resume),
    "withdraw": ("decide_case", withdraw),
    "finish": ("decide_case", finish),
    "close": ("decide_case", close_abroad),
}


def add_arguments(parser: ArgumentParser) -> None:
    """The case, or none for what waits; and the act."""
    parser.add_argument(
        "number", nargs="?", type=number_argument, metavar="NUMBER", help="number of the case"
    )
    add_acting(parser)
    what = parser.add_mutually_exclusive_group()
    for name in ACTS:
        what.add_argument(f"--{name}", dest="act", action="store_const", const=name, help=f"{name} the case")
    what.add_argument("--abroad", choices=("yes", "no"), help="collect abroad after the obstacle, or not")
    what.add_argument(
        "--apply-for",
        nargs="+",
        metavar="REFERENCE",
        help="apply for claims whose provision --reason names (no case yet)",
    )
    parser.add_argument("--reason", default="", help="why; it goes to whoever has the case")


def handle(arguments: Namespace) -> int:
    """Exit 0 when it is shown or done, 1 when tasks wait."""
    open_database()
    if arguments.apply_for:
        return _apply_for(arguments)
    if arguments.number is None:
        return _tasks(arguments)
    return _act(arguments) if arguments.act or arguments.abroad else _history(arguments)


def _history(arguments: Namespace) -> int:
    with acting(arguments, "see") as person:
        told = history(person.unit, _case(person, arguments.number))
    if arguments.json:
        as_json(told.as_json())
    else:
        show_history(told, arguments.lang)
    return 0


def _act(arguments: Namespace) -> int:
    right, act = ACTS.get(arguments.act, ("decide_case", None))
    with acting(arguments, right) as person:
        case = _case(person, arguments.number)
        told: Result | CaseEvent
        if case.kind == "agency" and arguments.act in agency_acts.ACTS:
            told = agency_acts.act_on(person, case, arguments.act, arguments.reason)
        elif act:
            told = act(person, case, arguments.reason)
        else:
            told = decide_abroad(person, case, arguments.abroad == "yes", arguments.reason)
    return _step_done(arguments, case, told) if isinstance(told, CaseEvent) else _done(arguments, told)


def _apply_for(arguments: Namespace) -> int:
    with acting(arguments, "handle_case") as person:
        claims = list(Claim.objects.filter(unit=person.unit, reference__in=arguments.apply_for))
        if missing := set(arguments.apply_for) - {claim.reference for claim in claims}:
            raise NothingFound(", ".join(sorted(missing)))
        result = apply_with_provision(person, claims, arguments.reason)
    return _done(arguments, result)


def _done(arguments: Namespace, result: Result) -> int:
    sent = send_waiting(arguments)
    if arguments.json:
        as_json({**result.as_json(), "sent": sent})
        return 0
    show(result, arguments.lang)
    for file in sent:
        say(arguments, f"outbox.{file['state']}", name=file["path"])
    return 0


def _step_done(arguments: Namespace, case: Case, step: CaseEvent) -> int:
    sent = send_waiting(arguments)
    if arguments.json:
        as_json(
            {
                "case": case.number,
                "step": step.kind,
                "day": step.day.isoformat(),
                "digest": step.digest,
                "sent": sent,
            }
        )
        return 0
    say(arguments, "case.done", case=case.number, step=text(f"case_step.{step.kind}", arguments.lang))
    for file in sent:
        say(arguments, f"outbox.{file['state']}", name=file["path"])
    return 0


def _tasks(arguments: Namespace) -> int:
    with acting(arguments, "see") as person:
        tasks = case_tasks(person.unit, arguments.on or today())
    if arguments.json:
        as_json([{**vars(one), "amount": f"{one.amount:.2f}"} for one in tasks])
    elif tasks:
        show_tasks(tasks, arguments.lang)
    else:
        say(arguments, "case.no_tasks")
    return 1 if tasks else 0


def _case(person: Acting, number: int) -> Case:
    found = Case.objects.select_related("debtor").filter(unit=person.unit, number=number).first()
    if found is None:
        raise NothingFound(str(number))
    return found


def show_history(told: History, language: str) -> None:
    """The case with its claims and steps, for a person."""
    case = told.case
    kind = text(f"case_kind.{case.kind}", language)
    out.print(f"[bold]{kind} {case.number}[/]  {case.procedure}  {told.debtor}  {case.opened_date}")
    for one in told.claims:
        amounts = {name: format_amount(one[name], language) for name in ("principal", "costs", "open")}
        out.print(text("case.claim", language, reference=one["reference"], **amounts), markup=False)
        out.print(f"  {one['provision']}", markup=False)
    table(
        "",
        (*_heads(language, "day", "step", "person", "batch"), text("term.amount", language)),
        [
            (
                one["day"],
                text(f"case_step.{one['kind']}", language),
                one["person"],
                one["batch"],
                "" if one["amount"] is None else format_amount(Decimal(one["amount"]), language),
            )
            for one in told.steps
        ],
        right=(4,),
    )


def show_tasks(tasks: list[Task], language: str) -> None:
    """What waits, oldest first, for a person."""
    table(
        "",
        (
            *_heads(language, "case", "task", "party", "since"),
            text("term.amount", language),
            text("term.clause", language),
        ),
        [
            (
                one.case,
                text(f"case_task.{one.kind}", language),
                text(f"case_party.{one.party}", language),
                one.since,
                format_amount(one.amount, language),
                one.clause,
            )
            for one in tasks
        ],
        right=(0, 4),
    )


def _heads(language: str, *names: str) -> list[str]:
    return [text(f"case.column_{name}", language) for name in names]
