"""Show a letter: to whom, about what and by which channel on the screen, its PDF in a file or on standard output."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from reskontra.claims.letters import letter_of
from reskontra.commands.connection import acting, open_database
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, out, say, write_file
from reskontra.documents.findings import Finding
from reskontra.exchange.messages import message
from reskontra.income.delivery.letter_copies import LetterCopy, letter_copy
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount, plain
from reskontra.kernel.references import grouped
from reskontra.kernel.texts import text
from reskontra.sales.skipped import skipped_channels

STANDARD_OUTPUT = "-"


def add_arguments(parser: ArgumentParser) -> None:
    """The letter, and the file to write."""
    parser.add_argument("number", help="letter number")
    add_acting(parser)
    parser.add_argument(
        "--pdf", metavar="FILE", help="write the letter as PDF, in its own language; - is standard output"
    )


def handle(arguments: Namespace) -> int:
    """Read the letter as it was or will be sent, write what was asked for, and tell what it says."""
    open_database()
    with acting(arguments, "see") as person:
        letter = letter_of(person.unit, arguments.number)
        if letter is None:
            raise NothingFound(arguments.number)
        copy = letter_copy(person.unit, letter)
        data = copy.pdf() if arguments.pdf else b""
    if arguments.pdf == STANDARD_OUTPUT:
        sys.stdout.buffer.write(data)
        return 0
    file = write_file(Path(arguments.pdf), data) if arguments.pdf else None
    if arguments.json:
        as_json({**_told(copy, arguments.lang), "files": [file] if file else []})
        return 0
    _show(copy, arguments)
    if file:
        say(arguments, "command.invoice_file", path=file["path"], size=file["size"])
    return 0


def _reasons(copy: LetterCopy, language: str) -> list[str]:
    """What our own checks found wrong, or why each channel was passed over, when a run left the letter."""
    inputs = copy.left.inputs if copy.left else {}
    if found := inputs.get("findings"):
        return [message(Finding(**one), language) for one in found]
    return [
        f"{text(f'channel.name.{name}', language)}: {text(f'channel.{why}', language)}"
        for name, why in skipped_channels(inputs.get("passed_over", ""))
    ]


def _told(copy: LetterCopy, language: str) -> dict[str, Any]:
    """The letter for machines: amounts with two decimals, dates in ISO form."""
    document, slip, delivery = copy.document, copy.document.slip, copy.delivery
    return {
        "number": copy.number,
        "kind": document.kind,
        "customer": document.receiver.name,
        "language": document.language,
        "day": document.day,
        "subject": document.subject,
        "amount": plain(slip.amount) if slip else None,
        "due_date": slip.due_date if slip else None,
        "reference": slip.reference if slip else None,
        "sent": delivery is not None,
        "channel": delivery.channel if delivery else None,
        "clause": delivery.clause if delivery else None,
        "batch": delivery.file.name if delivery else None,
        "digest": delivery.digest if delivery else None,
        "left": left.outcome if (left := copy.left) else None,
        "reasons": _reasons(copy, language),
    }


def _show(copy: LetterCopy, arguments: Namespace) -> None:
    language, document, slip, delivery = arguments.lang, copy.document, copy.document.slip, copy.delivery
    out.print(f"{copy.number}  {document.receiver.name}", markup=False, style="bold")
    out.print(f"  {document.subject} ({text(f'letter.kind.{document.kind}', language)})", markup=False)
    shown = [("letter.day", format_date(document.day, language))]
    if slip:
        shown += [
            ("image.due_date", format_date(slip.due_date, language)),
            ("image.reference", grouped(slip.reference)),
            ("image.payable", format_amount(slip.amount, language)),
        ]
    for key, value in shown:
        out.print(f"  {text(key, language)}: {value}", markup=False)
    if delivery is None:
        say(arguments, "command.letter_not_sent")
        if left := copy.left:
            words, day = text(f"outcome.{left.outcome}", language), format_date(left.run.on_date, language)
            say(arguments, "command.letter_left", day=day, why=words)
            for sentence in _reasons(copy, language):
                out.print(f"  ✖ {sentence}", markup=False)
        return
    say(
        arguments,
        "command.letter_sent",
        day=format_date(delivery.run.on_date, language),
        batch=delivery.file.name,
        channel=text(f"outcome.{delivery.channel}", language),
    )
