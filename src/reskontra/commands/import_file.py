"""Take in a file for a unit: a billing request or a customer update; every row is accepted, returned or known."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from reskontra.commands.connection import acting, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, out, say, working
from reskontra.exchange import archive
from reskontra.exchange.attachments import beside
from reskontra.exchange.inbox import receive
from reskontra.exchange.messages import message
from reskontra.exchange.reading import read_documents
from reskontra.income.order_handling.files import Answer, take_in_document
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text

_MOST_SHOWN = 20


def add_arguments(parser: ArgumentParser) -> None:
    """The file, its attachments, the unit and the day."""
    parser.add_argument("file", type=Path)
    add_acting(parser)
    parser.add_argument(
        "--attachments", type=Path, help="folder of the attachments (default: beside the file)"
    )
    parser.add_argument("--result", type=Path, help="write the result workbook to this file")


def handle(arguments: Namespace) -> int:
    """Exit 0 when all is accepted or known, 1 when some rows are returned, 2 when the file is refused."""
    data = arguments.file.read_bytes()
    open_database()
    answer = take_in(arguments, data)
    if arguments.result and answer.result:
        arguments.result.write_bytes(archive.read(answer.result))
    if arguments.json:
        told = {"file": str(arguments.file), "unit": arguments.unit, **answer.as_json(arguments.lang)}
        as_json(told)
    else:
        show(answer, arguments)
    return 1 if answer.count("returned") else 0


def take_in(arguments: Namespace, data: bytes) -> Answer:
    """Keep the bytes, read them, and store what they ask for: each in its own session."""
    name = arguments.file.name
    with acting(arguments, "import") as person:
        received = receive(person, data, name, "import")
    with working(arguments, "command.reading", name=name):
        documents = read_documents(data, name)
    with acting(arguments, "import") as person:
        fetch = beside(arguments.attachments or arguments.file.parent)
        on = arguments.on or today()
        return take_in_document(person, received, documents[0], fetch, on, arguments.lang)


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
