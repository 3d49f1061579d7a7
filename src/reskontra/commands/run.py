"""Run a step for one unit and day, from orders to allocation; with --plan it only decides and shows."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

from django.utils import timezone

from reskontra.commands.connection import acting, moment, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, out, say, table, working
from reskontra.commands.values import number_argument
from reskontra.database.session import working_in
from reskontra.documents.findings import Finding
from reskontra.exchange.messages import message
from reskontra.exchange.outbox import hand_over, waiting
from reskontra.expenditure.answers.run import AnswersRun
from reskontra.expenditure.cards.run import CardsRun
from reskontra.expenditure.circulation.run import CirculationRun
from reskontra.expenditure.intake.run import IntakeRun
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.expenditure.payment.run import PaymentRun
from reskontra.expenditure.payment.sending import send_payments
from reskontra.expenditure.statement_posting.run import StatementPostingRun
from reskontra.income.agency.run import AgencyRun
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.allocation.set_off import SetOffRun
from reskontra.income.deferral.run import DeferralsRun
from reskontra.income.delivery.letters import LettersRun
from reskontra.income.delivery.run import DeliveryRun
from reskontra.income.interest.run import InterestRun, PaymentTimeInterestRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.legal.court_run import CourtRun
from reskontra.income.legal.enforcement import EnforcementRun
from reskontra.income.legal.obstacle import ObstaclesRun
from reskontra.income.legal.run import CollectionRun
from reskontra.income.limitation.run import LimitationRun
from reskontra.income.order_handling.run import OrdersRun
from reskontra.income.refunds.run import RefundsRun
from reskontra.income.reminders.run import ReminderRun
from reskontra.income.write_off.run import WriteOffsRun
from reskontra.income.write_off.valuation import ValuationRun
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit
from reskontra.runs.models import Run
from reskontra.runs.run import Result, Room, RunRefused, apply, plan

ROOMS: Mapping[str, type[Room]] = {
    "orders": OrdersRun,
    "invoicing": InvoicingRun,
    "delivery": DeliveryRun,
    "letters": LettersRun,
    "set_off": SetOffRun,
    "allocation": AllocationRun,
    "write_offs": WriteOffsRun,
    "valuation": ValuationRun,
    "deferrals": DeferralsRun,
    "limitation": LimitationRun,
    "interest": InterestRun,
    "payment_time": PaymentTimeInterestRun,
    "refunds": RefundsRun,
    "collection": CollectionRun,
    "enforcement": EnforcementRun,
    "obstacles": ObstaclesRun,
    "reminders": ReminderRun,
    "agency": AgencyRun,
    "court": CourtRun,
    "matching": MatchingRun,
    "intake": IntakeRun,
    "circulation": CirculationRun,
    "payment": PaymentRun,
    "statement_posting": StatementPostingRun,
    "cards": CardsRun,
    "answers": AnswersRun,
}

# Runs that leave a batch: it is handed over once they have committed.
SENDING = frozenset(
    {"delivery", "letters", "refunds", "agency", "court", "enforcement", "obstacles", "payment", "answers"}
)


# Runs by which documents leave: what they leave waits for a person.
DELIVERING = frozenset({"delivery", "letters"})


def add_arguments(parser: ArgumentParser) -> None:
    """Which run, where and when."""
    parser.add_argument("name", type=_named, choices=sorted(ROOMS))
    add_acting(parser)
    parser.add_argument("--plan", action="store_true", help="decide and show, write nothing but the plan")
    parser.add_argument(
        "--apply", type=number_argument, metavar="RUN", help="apply the plan with this number"
    )


def _named(written: str) -> str:
    """The name of a run, also with a hyphen where it has two words."""
    return written.replace("-", "_")


def handle(arguments: Namespace) -> int:
    """Decide, and unless ``--plan`` write; then tell decisions, controls and files.

    Exit 1 when invoices or letters could not leave, for want of a channel or by our own checks: they wait for a
    correction.
    """
    open_database()
    result = run_room(arguments)
    sent = send_waiting(arguments) if arguments.name in SENDING and not arguments.plan else []
    if arguments.json:
        as_json({**result.as_json(), "sent": sent})
    else:
        show(result, arguments.lang)
        for file in sent:
            say(arguments, f"outbox.{file['state']}", name=file["path"])
    stays = (
        arguments.name in DELIVERING
        and not arguments.plan
        and any(one.standing == "LEFT" for one in result.counts)
    )
    return 1 if stays or result.facts.get("rejected") or result.facts.get("refused_files") else 0


def run_room(arguments: Namespace) -> Result:
    """One run of the machine, in its own session."""
    room = ROOMS[arguments.name]()
    with (
        working(arguments, "command.running", name=arguments.name),
        acting(arguments, f"run_{arguments.name}") as person,
    ):
        on = arguments.on or today()
        if arguments.plan:
            return plan(room, person, on)
        planned = None
        if arguments.apply:
            planned = Run.objects.filter(unit=person.unit, name=room.name, pk=arguments.apply).first()
            if planned is None:
                raise RunRefused("run.no_such_plan", run=str(arguments.apply))
        return apply(room, person, planned.on_date if planned else on, planned)


def send_waiting(arguments: Namespace) -> list[dict[str, str]]:
    """Hand over every batch of the unit that waits; each is sent once, or held. Payments go when it is their time."""
    unit = Unit.objects.get(code=arguments.unit)
    with working_in([unit.pk]):
        batches = list(waiting(unit))
    handed = [hand_over(file, timezone.now()) for file in batches]
    handed += send_payments(unit, moment(arguments.on))
    return [
        {"name": h.file.name, "state": h.state, "path": str(h.path), "digest": h.file.digest} for h in handed
    ]


def show(result: Result, language: str) -> None:
    """The result for a person: decisions with count and amount, then controls and files."""
    run = result.run
    out.print(f"[bold]{run.name}[/] {run.unit.code} {run.on_date}  run {run.pk}, {run.state}")
    table(
        "",
        tuple(text(f"term.{name}", language) for name in ("decision", "count", "amount", "clause")),
        [
            (text(f"outcome.{c.outcome}", language), c.count, format_amount(c.amount, language), c.clause)
            for c in result.counts
        ],
        right=(1, 2),
    )
    for control in result.controls:
        out.print(f"✔ {control.name}: {control.actual}", markup=False)
    rejected = result.facts.get("rejected", ())
    if rejected:
        out.print(text("command.left_out", language, count=len(rejected)), markup=False)
    for one in rejected:
        for found in one["findings"]:
            out.print(
                f"  ✖ {one.get('invoice') or one['letter']}  {message(Finding(**found), language)}",
                markup=False,
            )
    for refused in result.facts.get("refused_files", ()):
        out.print(text("purchase.refused_file", language, file=refused["file"]), markup=False)
        for found in refused["findings"]:
            out.print(f"  ✖ {message(Finding(**found), language)}", markup=False)
    for found in result.facts.get("findings", ()):
        out.print(f"  ! {message(Finding(**found), language)}", markup=False)
    for file in result.files:
        out.print(f"→ {file['kind']}: {file['name']} ({file['digest'][:12]}…)", markup=False)
