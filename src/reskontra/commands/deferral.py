"""Payment time: record a request, propose and grant instalments, refuse, withdraw an agreement, show how they stand."""

from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db.models import Model

from reskontra.claims.models import Claim, Deferral, DeferralRequest
from reskontra.commands.connection import acting, as_of, open_database
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say, table
from reskontra.commands.values import day_argument, number_argument, sum_argument
from reskontra.income.deferral.actions import ask_for_time, grant_time, propose, refuse_time, withdraw_time
from reskontra.income.deferral.lists import agreements, requests_waiting
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.days import format_date
from reskontra.kernel.instalments import Instalment
from reskontra.kernel.money import format_amount, plain
from reskontra.kernel.texts import text
from reskontra.registers.models import Customer
from reskontra.runs.run import Acting


def add_arguments(parser: ArgumentParser) -> None:
    """One act each: ask, grant, refuse, withdraw, show."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    ask = _act(acts, "ask", "record that a customer asks for time")
    ask.add_argument("customer", help="customer number")
    ask.add_argument("--until", required=True, type=day_argument, metavar="DAY")
    ask.add_argument("--message", default="", help="what the customer says")
    grant = _act(acts, "grant", "agree on instalments, one a month, for the customer's claims")
    grant.add_argument("request", type=number_argument, help="number of the request")
    grant.add_argument("--claim", action="append", required=True, metavar="REFERENCE", dest="claims")
    grant.add_argument("--first", required=True, type=day_argument, metavar="DAY", help="first due date")
    grant.add_argument("--count", type=number_argument, help="number of instalments")
    grant.add_argument("--monthly", type=sum_argument, metavar="EURO", help="or the amount of each")
    grant.add_argument("--ground", default="", help="the ground for more than a year")
    grant.add_argument("--plan", action="store_true", help="show the instalments, write nothing")
    refuse = _act(acts, "refuse", "refuse a request")
    refuse.add_argument("request", type=number_argument, help="number of the request")
    refuse.add_argument("--reason", required=True)
    withdraw = _act(acts, "withdraw", "end an agreement; collection goes on where it stood")
    withdraw.add_argument("agreement", type=number_argument, help="number of the agreement")
    withdraw.add_argument("--reason", required=True)
    show = _act(acts, "show", "requests that wait, and agreements")
    show.add_argument("agreement", type=number_argument, nargs="?", help="number of one agreement")


def handle(arguments: Namespace) -> int:
    """Exit 0 when the act is done."""
    open_database()
    return _ACTS[arguments.act](arguments)


def _act(acts: Any, name: str, what: str) -> ArgumentParser:
    parser: ArgumentParser = acts.add_parser(name, help=what, description=what)
    parser.add_argument("--json", action="store_true", default=SUPPRESS)
    parser.add_argument("--lang", choices=("sv", "fi", "en"), default=SUPPRESS)
    add_acting(parser)
    return parser


def _ask(arguments: Namespace) -> int:
    with acting(arguments, "ask_for_time") as person:
        on_day = as_of(person, arguments.on)
        customer = Customer.objects.filter(number=arguments.customer).first()
        if customer is None:
            raise NothingFound(arguments.customer)
        made = ask_for_time(on_day, customer, arguments.until, arguments.message)
    _tell(arguments, {"request": made.pk, "until": made.wished_until.isoformat()})
    until = format_date(made.wished_until, arguments.lang)
    say(arguments, "deferral.asked", request=made.pk, until=until)
    return 0


def _grant(arguments: Namespace) -> int:
    with acting(arguments, "grant_time") as person:
        on_day = as_of(person, arguments.on)
        request = _one(DeferralRequest, person, pk=arguments.request)
        claims = [_one(Claim, person, reference="".join(one.split())) for one in arguments.claims]
        plan = propose(on_day, claims, arguments.first, count=arguments.count, monthly=arguments.monthly)
        told: dict[str, Any] = {
            "instalments": [
                {"due_date": one.due_date.isoformat(), "amount": plain(one.amount)} for one in plan
            ]
        }
        if not arguments.plan:
            told |= grant_time(on_day, request, claims, plan, arguments.ground).as_json()
    _tell(arguments, told)
    if not arguments.json:
        if arguments.plan:
            say(arguments, "deferral.proposed")
        _show_instalments(plan, arguments.lang)
    if not arguments.plan:
        until = format_date(plan[-1].due_date, arguments.lang)
        say(arguments, "deferral.granted", until=until, number=told["number"], letter=told["letter"])
    return 0


def _refuse(arguments: Namespace) -> int:
    with acting(arguments, "grant_time") as person:
        on_day = as_of(person, arguments.on)
        request = _one(DeferralRequest, person, pk=arguments.request)
        refuse_time(on_day, request, arguments.reason)
    _tell(arguments, {"request": arguments.request, "refused": True})
    say(arguments, "deferral.refused", request=arguments.request)
    return 0


def _withdraw(arguments: Namespace) -> int:
    with acting(arguments, "grant_time") as person:
        on_day = as_of(person, arguments.on)
        deferral = _one(Deferral, person, number=arguments.agreement)
        result = withdraw_time(on_day, deferral, arguments.reason)
    _tell(arguments, result.as_json())
    say(arguments, "deferral.withdrawn", number=arguments.agreement)
    return 0


def _show(arguments: Namespace) -> int:
    with acting(arguments, "see") as person:
        waiting = requests_waiting(person.unit) if arguments.agreement is None else []
        found = agreements(person.unit, arguments.on or person.day, arguments.agreement)
    if arguments.agreement is not None and not found:
        raise NothingFound(str(arguments.agreement))
    if arguments.json:
        as_json(
            {"requests": [one.as_json() for one in waiting], "agreements": [one.as_json() for one in found]}
        )
        return 0
    language = arguments.lang
    if arguments.agreement is None:
        table(
            text("deferral.requests", language),
            _heads(("request", "customer", "asked", "until"), language),
            [(one.number, one.customer, *_days((one.asked, one.until), language)) for one in waiting],
        )
    table(
        text("deferral.agreements", language),
        _heads(
            ("agreement", "customer", "from", "until", "principal", "paid", "next_due", "state"), language
        ),
        [
            (
                one.number,
                one.customer,
                *_days((one.from_date, one.until), language),
                format_amount(one.principal, language),
                format_amount(one.paid, language),
                *_days((one.next_due,), language),
                text(f"deferral.state_{one.state}", language),
            )
            for one in found
        ],
        right=(4, 5),
    )
    return 0


_ACTS: dict[str, Callable[[Namespace], int]] = {
    "ask": _ask,
    "grant": _grant,
    "refuse": _refuse,
    "withdraw": _withdraw,
    "show": _show,
}


def _one(model: type[Model], person: Acting, **wanted: Any) -> Any:
    found = model._default_manager.filter(unit=person.unit, **wanted).first()
    if found is None:
        raise NothingFound(str(next(iter(wanted.values()))))
    return found


def _tell(arguments: Namespace, told: dict[str, Any]) -> None:
    if arguments.json:
        as_json(told)


def _show_instalments(plan: Sequence[Instalment], language: str) -> None:
    table(
        "",
        _heads(("instalment", "due", "amount"), language),
        [
            (place, format_date(one.due_date, language), format_amount(one.amount, language))
            for place, one in enumerate(plan, start=1)
        ],
        right=(2,),
    )


def _heads(names: Sequence[str], language: str) -> tuple[str, ...]:
    return tuple(text(f"deferral.column_{name}", language) for name in names)


def _days(days: Sequence[date | None], language: str) -> list[str]:
    return [format_date(day, language) if day else "–" for day in days]
