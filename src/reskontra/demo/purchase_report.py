"""The purchase side as people read it: how much ran by itself, why the rest did not, and where the money went."""

from datetime import date
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from reskontra.demo.diary import Day
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text

_WIDTH = 30


def show_purchases(day: Day, out: Console, language: str) -> None:
    """Print the weeks of the purchase side."""
    told = day.purchases
    first, last = (format_date(date.fromisoformat(told[end]), language) for end in ("from", "to"))
    out.print(f"\n[bold]{text('demo.purchases', language, first=first, last=last)}[/]")
    _counted(told["formats"], "format", "demo.format", out, language)
    out.print()
    out.print("  " + text("demo.automatic", language, **_figures(told["automatic"], language)), markup=False)
    _reasons(told["reasons"], out, language)
    _acts(told["acts"], out, language)
    for name, key, prefix in (
        ("ends", "end", "purchase_end"),
        ("money", "way", "demo.way"),
        ("lines", "by", "demo.posted"),
    ):
        out.print(f"\n[bold]{text(f'demo.purchase_{name}', language)}[/]")
        _counted(told[name], key, prefix, out, language)
    out.print("  " + text("demo.coverage", language, **_figures(told["coverage"], language)), markup=False)
    out.print(f"\n[bold]{text('demo.look_at_purchases', language)}[/]")
    for one in told["look_at"]:
        out.print(f"  {text('demo.look_' + one['why'], language)}", markup=False)
        out.print(f"    {one['command']}", markup=False)


def _counted(found: list[dict[str, Any]], key: str, prefix: str, out: Console, language: str) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(justify="right")
    for one in found:
        amount = format_amount(Decimal(one["amount"]), language)
        table.add_row(text(f"{prefix}.{one[key]}", language), str(one["count"]), amount)
    out.print(table)


def _figures(told: dict[str, Any], language: str) -> dict[str, str]:
    """Counts as they are, rates with the reader's decimal sign."""
    decimal = "." if language == "en" else ","
    return {**{key: str(value) for key, value in told.items()}, "rate": told["rate"].replace(".", decimal)}


def _reasons(reasons: list[dict[str, Any]], out: Console, language: str) -> None:
    """Why invoices were not matched, the most frequent reason first."""
    most = max((one["count"] for one in reasons), default=1)
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    for one in reasons:
        bar = "█" * round(_WIDTH * one["count"] / most)
        table.add_row(text(f"outcome.{one['reason']}", language), str(one["count"]), bar)
    out.print(table)


def _acts(acts: dict[str, int], out: Console, language: str) -> None:
    told = ", ".join(f"{text(f'demo.did.{name}', language)} {count}" for name, count in acts.items())
    out.print("  " + text("demo.people_did", language, told=told), markup=False)
