"""Take in a file for a unit: orders, customers, bank material, reports from outside; every row has an outcome."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from reskontra.commands.bank import show_answer
from reskontra.commands.connection import acting, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.deliveries import say_lacking
from reskontra.commands.output import as_json, out, say, working
from reskontra.documents.findings import Finding
from reskontra.exchange import archive
from reskontra.exchange.attachments import beside
from reskontra.exchange.messages import message, placed
from reskontra.expenditure.cards.statements import CardsTaken
from reskontra.expenditure.intake.files import PurchasesTaken
from reskontra.gate.taking import Brought, take_in
from reskontra.income.agency.reports import AgencyTaken
from reskontra.income.bank_material.intake import BankAnswer
from reskontra.income.delivery.archived import PackageTaken
from reskontra.income.delivery.receipts import ReportTaken
from reskontra.income.legal.enforcement_report import ReportTaken as EnforcementTaken
from reskontra.income.order_handling.files import Answer
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.purchases.files import OUTCOMES, FileTaken
from reskontra.purchases.models.invoices import CHANNELS

_MOST_SHOWN = 20


def add_arguments(parser: ArgumentParser) -> None:
    """The file, its attachments, the unit and the day."""
    parser.add_argument("file", type=Path)
    add_acting(parser)
    parser.add_argument(
        "--attachments", type=Path, help="folder of the attachments (default: beside the file)"
    )
    parser.add_argument("--result", type=Path, help="write the result workbook to this file")
    parser.add_argument(
        "--channel",
        choices=CHANNELS,
        default="einvoice",
        help="how suppliers' invoices came (default einvoice)",
    )


def handle(arguments: Namespace) -> int:
    """Exit 0 when all is accepted or known, 1 when some rows are returned, 2 when the file is refused."""
    data = arguments.file.read_bytes()
    open_database()
    fetch = beside(arguments.attachments or arguments.file.parent)
    brought = Brought(arguments.file.name, data, "command", fetch, arguments.channel)
    with working(arguments, "command.reading", name=brought.name):
        taken = take_in(partial(acting, arguments), brought, arguments.on or today(), arguments.lang)
    answer = taken.room
    assert answer is not None  # what was taken in just now has its room's answer
    if arguments.result and taken.result:
        arguments.result.write_bytes(archive.read(taken.result))
    if arguments.json:
        told = {"file": str(arguments.file), "unit": arguments.unit, **answer.as_json(arguments.lang)}
        as_json(told)
    else:
        next(tell for kind, tell in _SHOWN if isinstance(answer, kind))(answer, arguments)
    return 1 if taken.returned else 0


def show_purchases(answer: PurchasesTaken, arguments: Namespace) -> None:
    """What became of a file of suppliers' invoices, for a person."""
    language = arguments.lang
    out.print(f"[bold]{arguments.file.name}[/]  {text(f'term.{answer.kind}', language)}")
    counts = {name: answer.count(name) for name in ("accepted", "returned")}
    amount = format_amount(answer.total, language)
    say(
        arguments,
        "purchase.counts",
        read=len(answer.invoices),
        duplicates=answer.count("duplicate"),
        amount=amount,
        **counts,
    )
    for outcome, count in sorted(answer.outcomes.items()):
        out.print(f"▸ {count}  {text(f'outcome.{outcome}', language)}", markup=False)
    for finding in answer.known:
        out.print(f"! {message(finding, language)}", markup=False)
    for number, finding in answer.findings[:_MOST_SHOWN]:
        mark = "✖" if finding.severity == "error" else "!"
        out.print(f"  {mark} {number}  {message(finding, language)}", markup=False)
    if len(answer.findings) > _MOST_SHOWN:
        say(arguments, "import.more", count=len(answer.findings) - _MOST_SHOWN)


def show_cards(answer: CardsTaken, arguments: Namespace) -> None:
    """What became of a card company's statement, for a person."""
    say(
        arguments,
        "cards.known" if answer.known else "cards.taken_in",
        statement=f"{answer.company} {answer.number}",
        count=answer.read,
        amount=format_amount(answer.total, arguments.lang),
    )
    for finding in answer.findings:
        out.print(f"! {message(finding, arguments.lang)}", markup=False)


def show_kept(answer: FileTaken, arguments: Namespace) -> None:
    """What became of orders, receipts, contracts, templates or suppliers, for a person."""
    language = arguments.lang
    out.print(f"[bold]{arguments.file.name}[/]  {text(f'term.{answer.kind}', language)}")
    say(
        arguments,
        "kept.counts",
        **{name: answer.outcomes.get(name, 0) for name in OUTCOMES},
        read=answer.entries,
    )
    for finding in answer.findings[:_MOST_SHOWN]:
        out.print(f"  ! {placed(finding, language)}", markup=False)
    if len(answer.findings) > _MOST_SHOWN:
        say(arguments, "import.more", count=len(answer.findings) - _MOST_SHOWN)


def show_operators(answer: ReportTaken | PackageTaken, arguments: Namespace) -> None:
    """What became of the operator's report or archive package, for a person."""
    counts = {name: value for name, value in answer.as_json(arguments.lang).items() if isinstance(value, int)}
    if isinstance(answer, ReportTaken):
        say(arguments, "deliveries.counted", rows=counts.pop("read"), **counts)
        for one in answer.batches:
            amounts = {
                name: format_amount(getattr(one, name), arguments.lang)
                for name in ("amount", "amount_answered")
            }
            places = {name: getattr(one, name) for name in ("batch", "answered", "documents", "missing")}
            say(arguments, "deliveries.batch", **places, **amounts)
    else:
        say(arguments, "deliveries.archived", rows=counts.pop("read"), **counts)
    _show_findings([one for _, _, findings in answer.outcomes for one in findings], arguments)
    if isinstance(answer, PackageTaken):
        say_lacking(answer.lacking[:_MOST_SHOWN], arguments)
        if len(answer.lacking) > _MOST_SHOWN:
            say(arguments, "import.more", count=len(answer.lacking) - _MOST_SHOWN)


def show_enforcement(answer: EnforcementTaken, arguments: Namespace) -> None:
    """What became of a report of the enforcement authority, for a person."""
    counts = {name: answer.count(name) for name in ("taken", "known", "returned")}
    fees = format_amount(answer.fees, arguments.lang)
    say(arguments, "enforcement.counted", read=len(answer.outcomes), fees=fees, **counts)
    _show_findings([one for _, _, findings in answer.outcomes for one in findings], arguments)


def show_agency(answer: AgencyTaken, arguments: Namespace) -> None:
    """What became of a collection agency's report, for a person."""
    counts = {outcome: answer.count(outcome) for outcome in ("accepted", "known", "returned")}
    fees = format_amount(answer.fees, arguments.lang)
    say(arguments, "agency.taken", rows=len(answer.outcomes), fees=fees, **counts)
    _show_findings([finding for _, _, findings in answer.outcomes for finding in findings], arguments)


def _show_findings(told: Sequence[Finding], arguments: Namespace) -> None:
    for finding in told[:_MOST_SHOWN]:
        out.print(f"  ✖ {message(finding, arguments.lang)}", markup=False)
    if len(told) > _MOST_SHOWN:
        say(arguments, "import.more", count=len(told) - _MOST_SHOWN)


def show(answer: Answer, arguments: Namespace) -> None:
    """The answer for a person: counts, then the first reasons."""
    language = arguments.lang
    out.print(f"[bold]{arguments.file.name}[/]  {text(f'term.{answer.kind}', language)}")
    say(
        arguments,
        "import.counts",
        read=len(answer.rows),
        accepted=answer.count("accepted"),
        returned=answer.count("returned"),
        duplicates=answer.count("duplicate"),
        orders=answer.orders,
        amount=format_amount(answer.amount, language),
    )
    for finding in answer.findings:
        out.print(f"! {message(finding, language)}", markup=False)
    shown = [(row, finding) for row in answer.rows for finding in row.findings if row.status == "returned"]
    for row, finding in shown[:_MOST_SHOWN]:
        place = f"{finding.column}: " if finding.column else ""
        out.print(f"  ✖ {row.row}  {place}{message(finding, language)}", markup=False)
    if len(shown) > _MOST_SHOWN:
        say(arguments, "import.more", count=len(shown) - _MOST_SHOWN)
    if answer.result:
        say(arguments, "import.result", path=archive.path_of(answer.result))


# Who tells a person what became of it.
_SHOWN: Sequence[tuple[Any, Callable[[Any, Namespace], None]]] = (
    (Answer, show),
    (BankAnswer, show_answer),
    (EnforcementTaken, show_enforcement),
    (AgencyTaken, show_agency),
    (PurchasesTaken, show_purchases),
    (CardsTaken, show_cards),
    (FileTaken, show_kept),
    (ReportTaken | PackageTaken, show_operators),
)
