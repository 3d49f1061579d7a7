"""The demo as people read it: what came of each file, the funnel, the weeks after, and what is worth looking at."""

from datetime import date

from rich.console import Console
from rich.table import Table

from reskontra.demo.diary import Day
from reskontra.demo.months_report import show_months
from reskontra.demo.purchase_report import show_purchases
from reskontra.demo.weeks_report import show_weeks
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount, parse_amount
from reskontra.kernel.texts import text

_WIDTH = 30


def show(day: Day, out: Console, language: str) -> None:
    """Print the day and the weeks after it."""
    out.print(f"\n[bold]{text('demo.title', language, day=day.summary['day'])}[/]")
    _files(day, out, language)
    _funnel(day, out, language)
    refusals = [act for act in day.acts if "refused" in act]
    for act in refusals[:1]:
        out.print(text("demo.refused", language, person=act["tried"], order=act["order"]), markup=False)
    for batch in day.sent:
        told = text("demo.batch", language, name=batch["name"], documents=batch["documents"])
        out.print(f"  → {told}  sha256 {batch['digest'][:12]}…", markup=False)
    show_weeks(day, out, language)
    show_purchases(day, out, language)
    show_months(day, out, language)
    clock = format_date(date.fromisoformat(day.later["clock"]), language)
    out.print(f"\n{text('demo.season', language, day=clock)}", markup=False)
    out.print(f"\n[bold]{text('demo.look_at', language)}[/]")
    for found in day.look_at:
        out.print(f"  {text('demo.' + found['why'], language)}", markup=False)
        out.print(f"    {found['command']}", markup=False)
    out.print(
        "\n" + text("demo.end", language, folder=day.folder, seconds=f"{day.seconds:.1f}"), markup=False
    )


def _files(day: Day, out: Console, language: str) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("file", "unit", "read", "accepted", "returned", "duplicates"):
        right = column not in ("file", "unit")
        table.add_column(text(f"demo.column_{column}", language), justify="right" if right else "left")
    for file in day.files:
        if file["refused"]:
            table.add_row(file["file"], file["unit"], "", f"[red]{text('demo.file_refused', language)}[/]")
        else:
            counts = (str(file[key] or "") for key in ("read", "accepted", "returned", "duplicates"))
            table.add_row(file["file"], file["unit"], *counts)
    out.print(table)


def _funnel(day: Day, out: Console, language: str) -> None:
    most = max((step["count"] for step in day.funnel), default=1) or 1
    out.print()
    for step in day.funnel:
        bar = "█" * round(_WIDTH * step["count"] / most)
        amount = format_amount(parse_amount(step["amount"]), language) if step["amount"] else ""
        name = text(f"demo.step_{step['step']}", language)
        out.print(f"  {name:<26} {step['count']:>6}  {amount:>16}  {bar}", markup=False)
