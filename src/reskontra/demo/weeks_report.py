"""The weeks after the demo day as people read them: what the operator answered, what came in, what became of it."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from reskontra.demo.diary import Day
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount, parse_amount
from reskontra.kernel.texts import text

_WIDTH = 30
_SOURCES = ("camt.053", "camt.054", "ktl")


def show_weeks(day: Day, out: Console, language: str) -> None:
    """Print the weeks."""
    weeks = day.money
    first, last = (format_date(date.fromisoformat(weeks[end]), language) for end in ("from", "to"))
    out.print(f"\n[bold]{text('demo.weeks', language, first=first, last=last)}[/]")
    _deliveries(weeks, out, language)
    _files(weeks, out, language)
    _faults(weeks, out, language)
    _acts(weeks, out, language)
    _money(weeks, out, language)


def _deliveries(weeks: dict[str, Any], out: Console, language: str) -> None:
    told = ", ".join(
        f"{text('outcome.' + one['outcome'], language)} {one['count']}" for one in weeks["deliveries"]
    )
    out.print("  " + text("demo.deliveries", language, told=told), markup=False)
    credit = {key: weeks["credit"][key] for key in ("unit", "original", "reviewed", "approved")}
    out.print("  " + text("demo.credited", language, **credit), markup=False)
    for one in weeks["archive"]:
        places = {"files": one["accepted"], "invoices": one["list"]["invoices"], "unit": one["unit"]}
        out.print("  " + text("demo.archived", language, person=one["approved"], **places), markup=False)


def _files(weeks: dict[str, Any], out: Console, language: str) -> None:
    """The bank's files by source, and one line for each that did not come as it should."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("bank", "files", "lines", "new", "known"):
        right = column != "bank"
        table.add_column(text(f"demo.column_{column}", language), justify="right" if right else "left")
    read = [file for file in weeks["files"] if not file["refused"] and not file["before"]]
    for source in _SOURCES:
        some = [file for file in read if file["materials"][0]["source"] == source]
        counts: Counter[str] = Counter()
        for file in some:
            counts.update(
                lines=file["read"],
                new=file["totals"]["new_payments"],
                known=file["totals"]["known_payments"],
            )
        figures = (str(counts[key] or "") for key in ("lines", "new", "known"))
        table.add_row(text(f"demo.source_{source}", language), str(len(some)), *figures)
    out.print()
    out.print(table)
    for file in weeks["files"]:
        if file["fault"]:
            told = text(f"demo.file_{file['fault']}", language)
            out.print(f"  {'✖' if file['refused'] else '!'} {file['file']}: {told}", markup=False)


def _faults(weeks: dict[str, Any], out: Console, language: str) -> None:
    out.print(f"\n[bold]{text('demo.faults', language)}[/]")
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for one in weeks["faults"]:
        unusual = text(f"demo.fault_{one['fault']}", language)
        became = text(f"outcome.{one['outcome']}", language)
        table.add_row(one["payment"], one["unit"], unusual, f"→ {became}")
    out.print(table)


def _acts(weeks: dict[str, Any], out: Console, language: str) -> None:
    for act in weeks["acts"]:
        if act["act"] == "pointed":
            reasons = ", ".join(text(f"candidate.{reason}", language) for reason in act["reasons"])
            places = {key: act[key] for key in ("person", "payment", "invoice")}
            told = text("demo.pointed", language, reasons=reasons, **places)
        else:
            told = text("demo.held", language, person=act["person"], payment=act["payment"])
        out.print(told, markup=False)


def _money(weeks: dict[str, Any], out: Console, language: str) -> None:
    """The payments' money by where it is now; the bars are of the sum of all payments."""
    out.print()
    whole = max((parse_amount(step["amount"]) for step in weeks["money"]), default=Decimal(1)) or Decimal(1)
    for step in weeks["money"]:
        amount = parse_amount(step["amount"])
        bar = "█" * round(_WIDTH * amount / whole)
        name = text(f"demo.step_{step['step']}", language)
        out.print(
            f"  {name:<26} {step['count']:>6}  {_amount(step['amount'], language):>16}  {bar}", markup=False
        )


def _amount(amount: str, language: str) -> str:
    return format_amount(parse_amount(amount), language)
