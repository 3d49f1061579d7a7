"""A supplier's invoice with all that is known of it; what to tell whose way of sending is refused; cover sheets."""

from argparse import ArgumentParser, Namespace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from reskontra.commands.connection import acting, add_person, open_database, person_of, today
from reskontra.commands.output import as_json, out, say, table
from reskontra.commands.values import number_argument
from reskontra.expenditure.intake.cover_sheets import cover_sheets
from reskontra.expenditure.intake.guidance import REFUSED_KINDS, guidance
from reskontra.insight.explanations import NothingFound
from reskontra.insight.purchases import find_purchase, purchase_story
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.registers.policy import units_of
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import RunRefused


def add_arguments(parser: ArgumentParser) -> None:
    """The invoice by its id (PI17) or the supplier's number; or the refused way of sending."""
    parser.add_argument(
        "number", nargs="?", default="", help="PI and the id, or the supplier's invoice number"
    )
    parser.add_argument(
        "--guidance", choices=REFUSED_KINDS, help="the text to send to a supplier (needs --unit)"
    )
    parser.add_argument(
        "--cover-sheets",
        type=Path,
        metavar="FOLDER",
        help="write a sheet for each voucher that goes by post to be digitised (needs --unit)",
    )
    parser.add_argument(
        "--vouchers", type=number_argument, choices=range(1, 100), default=1, metavar="N", help="how many"
    )
    parser.add_argument("--unit", metavar="CODE", help="code of the accounting unit")
    add_person(parser)


def handle(arguments: Namespace) -> int:
    """Print the invoice or the text, or write the sheets. Raises ``RunRefused`` when none of them was asked for."""
    if not (arguments.number or ((arguments.guidance or arguments.cover_sheets) and arguments.unit)):
        raise RunRefused("purchase.say_what")
    open_database()
    if arguments.cover_sheets:
        return _cover_sheets(arguments)
    if arguments.guidance:
        told = _guidance(arguments)
        if arguments.json:
            as_json({"kind": arguments.guidance, "unit": arguments.unit, "text": told})
        else:
            out.print(told, markup=False)
        return 0
    story = _story(arguments)
    if arguments.json:
        as_json(story)
    else:
        show(story, arguments.lang)
    return 0


def _cover_sheets(arguments: Namespace) -> int:
    folder: Path = arguments.cover_sheets
    with acting(arguments, "see") as person:
        day = arguments.on or today()
        terms = terms_of(person.unit, day)
        sheets = list(cover_sheets(person.unit, terms, arguments.lang, day, arguments.vouchers))
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in sheets:
        (folder / name).write_bytes(data)
    if arguments.json:
        as_json({"folder": str(folder), "files": [name for name, _ in sheets]})
    else:
        say(arguments, "cover_sheet.written", count=len(sheets), folder=folder)
    return 0


def _guidance(arguments: Namespace) -> str:
    with acting(arguments, "see") as person:
        terms = terms_of(person.unit, arguments.on or today())
        return guidance(arguments.guidance, person.unit, terms, arguments.lang)


def _story(arguments: Namespace) -> dict[str, Any]:
    if arguments.unit:
        codes = [arguments.unit]
    else:
        codes = [unit.code for unit in units_of(person_of(arguments), arguments.on or today())]
    for code in codes:
        arguments.unit = code
        with acting(arguments, "see") as person:
            if invoice := find_purchase(person.unit, arguments.number):
                return purchase_story(person.unit, invoice, arguments.lang)
    raise NothingFound(arguments.number, "purchase")


def show(told: dict[str, Any], language: str) -> None:
    """Head, rows, numbers, what is wrong, and why it stands where it stands."""

    def money(written: str | None) -> str:
        return format_amount(Decimal(written), language) if written is not None else ""

    out.print(
        f"[bold]{text('term.purchase_invoice', language)} {told['id']} {told['number']}[/]"
        f"  {money(told['total'])} {told['currency']}"
    )
    for key in ("seller", "supplier", "iban", "reference", "receiving_address", "voucher_type", "file"):
        if told[key]:
            out.print(f"  {text(f'purchase.{key}', language)}: {told[key]}", markup=False)
    for key in ("received_date", "issue_date", "due_date"):
        if told[key]:
            shown = format_date(date.fromisoformat(told[key]), language)
            out.print(f"  {text(f'purchase.{key}', language)}: {shown}", markup=False)
    for key in ("net", "vat", "payable"):
        if told[key] is not None:
            out.print(f"  {text(f'purchase.{key}', language)}: {money(told[key])}", markup=False)
    for key in ("returned", "step"):
        if told[key]:
            out.print(f"  {text(f'purchase.{key}', language)}: {told[key]}", markup=False)
    for one in told["numbers"]:
        wrong = "" if one["right_field"] else f" ({text('purchase.wrong_field', language)}: {one['field']})"
        out.print(f"  {text('purchase.' + one['kind'], language)}: {one['value']}{wrong}", markup=False)
    if told["also"]:
        out.print(f"  {text('purchase.also', language)}: {', '.join(told['also'])}", markup=False)
    table(
        "",
        (text("purchase.row", language), "", text("purchase.net", language), text("purchase.vat", language)),
        [
            (one["position"], one["text"] or one["item"], money(one["net"]), money(one["vat"]))
            for one in told["rows"]
        ],
        right=(2, 3),
    )
    for one in told["findings"]:
        out.print(f"  {'✖' if one['severity'] == 'error' else '!'} {one['message']}", markup=False)
    for one in told["decisions"]:
        out.print(f"▸ {text('outcome.' + one['outcome'], language)}", markup=False)
        out.print(f"    {one['citation']}", markup=False)
