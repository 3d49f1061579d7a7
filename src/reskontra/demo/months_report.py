"""The months and years as people read them: which runs did what, and how every claim ended."""

from collections import Counter
from datetime import date
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from reskontra.demo.diary import Day
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text


def show_months(day: Day, out: Console, language: str) -> None:
    """Print the months."""
    later = day.later
    first, last = (format_date(date.fromisoformat(later[end]), language) for end in ("from", "to"))
    out.print(f"\n[bold]{text('demo.months', language, first=first, last=last)}[/]")
    done: Counter[str] = Counter()
    for run in later["runs"]:
        done.update({one["outcome"]: one["count"] for one in run["decisions"] if one["standing"] == "READY"})
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for outcome, count in done.most_common():
        table.add_row(text(f"outcome.{outcome}", language), str(count))
    out.print(table)
    out.print(f"\n[bold]{text('demo.ends', language)}[/]")
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(justify="right")
    for one in later["ends"]:
        amount = format_amount(Decimal(one["amount"]), language)
        table.add_row(text(f"end.{one['state']}", language), str(one["count"]), amount)
    out.print(table)
