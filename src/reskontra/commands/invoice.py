"""Show an invoice as the customer sees it: its sums on the screen, its PDF and its Finvoice document in files."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from reskontra.commands.connection import acting, open_database
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, out, say, write_file
from reskontra.documents.invoice import Invoice as Document
from reskontra.income.delivery.image import invoice_copy
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount, plain
from reskontra.kernel.references import grouped, running_number
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit
from reskontra.sales.models import Invoice


def add_arguments(parser: ArgumentParser) -> None:
    """The invoice, and the files to write."""
    parser.add_argument("number", help="invoice number")
    add_acting(parser)
    parser.add_argument(
        "--pdf", type=Path, metavar="FILE", help="write the invoice as PDF, in its own language"
    )
    parser.add_argument("--xml", type=Path, metavar="FILE", help="write its Finvoice document")


def handle(arguments: Namespace) -> int:
    """Read the invoice as it was or will be sent, write what was asked for, and tell what it says."""
    open_database()
    with acting(arguments, "see") as person:
        copy = invoice_copy(person.unit, _id_of(person.unit, arguments.number))
    wanted = {arguments.xml: lambda: copy.xml, arguments.pdf: copy.pdf}
    written = [write_file(path, make()) for path, make in wanted.items() if path]
    told = {**_told(copy.document), "sent": copy.sent, "files": written}
    if arguments.json:
        as_json(told)
        return 0
    _show(copy.document, arguments.lang, copy.sent)
    for file in written:
        say(arguments, "command.invoice_file", path=file["path"], size=file["size"])
    return 0


def _id_of(unit: Unit, number: str) -> int:
    """The id of the unit's invoice with this number, its spaces aside."""
    running = running_number(unit.code, "".join(number.split()))
    if running is None:
        raise NothingFound(number)
    found = Invoice.objects.filter(unit=unit, number=running).values_list("pk", flat=True).first()
    if found is None:
        raise NothingFound(number)
    return found


def _told(document: Document) -> dict[str, Any]:
    """The invoice for machines: amounts with two decimals, dates in ISO form."""
    return {
        "number": document.number,
        "type": document.type_code,
        "customer": document.buyer.name,
        "language": document.language,
        "issue_date": document.issue_date,
        "due_date": document.due_date,
        "reference": document.reference,
        "lines": len(document.lines),
        **{
            key: None if amount is None else plain(amount)
            for key, amount in (("net", document.net), ("vat", document.vat), ("total", document.total))
        },
        "original": document.original_number,
    }


def _show(document: Document, language: str, sent: bool) -> None:
    assert document.number is not None
    assert document.issue_date is not None
    assert document.total is not None
    out.print(f"{document.number}  {document.buyer.name or ''}", markup=False, style="bold")
    shown = [
        ("image.date", format_date(document.issue_date, language)),
        ("image.due_date", format_date(document.due_date, language) if document.due_date else ""),
        ("image.reference", grouped(document.reference) if document.reference else ""),
        ("image.original", document.original_number or ""),
        ("image.net", format_amount(document.net, language) if document.net is not None else ""),
        ("image.vat", format_amount(document.vat, language) if document.vat is not None else ""),
        ("image.total", format_amount(document.total, language)),
    ]
    for key, value in shown:
        if value:
            out.print(f"  {text(key, language)}: {value}", markup=False)
    out.print(
        f"  {text('command.invoice_sent' if sent else 'command.invoice_not_sent', language)}", markup=False
    )
