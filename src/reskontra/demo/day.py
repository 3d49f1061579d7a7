"""One working day, played through the same calls that people's commands use: in, decided, reviewed, numbered, out.

The weeks after it, in which the operator answers and the money comes in, are in ``weeks``.
"""

import json
import time
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from reskontra.database import connect, server
from reskontra.database.refused import ActRefused
from reskontra.database.safety import unsafe
from reskontra.database.session import working_in
from reskontra.demo.diary import DAY, Day, moment, person_with
from reskontra.demo.material import Material, write_day
from reskontra.demo.months import play_months
from reskontra.demo.purchase_weeks import play_purchases
from reskontra.demo.season import play_last_season
from reskontra.demo.weeks import play_weeks
from reskontra.documents.findings import Refused
from reskontra.exchange import archive
from reskontra.exchange.attachments import beside
from reskontra.exchange.inbox import receive
from reskontra.exchange.messages import message
from reskontra.exchange.outbox import hand_over, waiting
from reskontra.exchange.reading import read_documents
from reskontra.income.delivery.run import DeliveryRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.actions import approve, review
from reskontra.income.order_handling.files import take_in_document
from reskontra.income.order_handling.run import OrdersRun
from reskontra.insight.explanations import explain, invoice_number
from reskontra.registers.keys import key_ring
from reskontra.registers.loading import load
from reskontra.registers.models import Person, Unit
from reskontra.registers.policy import NotAllowed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Result, apply, plan
from reskontra.sales.models import Order, OrderDecision

MARK = "reskontra demo: may be made anew"
_CLOCK = "; its clock stands at "
_HERE = Path(__file__).resolve().parent
_SHARED = _HERE.parent / "registers" / "data"


class NotADemo(Exception):
    """The database holds something else than a demo; it is left alone."""


def play(folder: Path | None, language: str, quiet: bool) -> Day:
    """Make the demo world anew and play its day; writes every file under ``folder`` and ``summary.json``.

    Raises ``NotADemo`` when the database holds anything but a demo.
    """
    started = time.perf_counter()
    day = Day((folder or Path(settings.HOME) / "demo").resolve())
    _empty(day.folder)
    settings.OUT = day.folder / "out"
    _fresh_database()
    load(_SHARED, key_ring())
    load(_HERE / "registers", key_ring())
    for material in write_day(day.folder / "in", DAY):
        day.files.append(_take_in(material, day.folder, language))
    for unit in Unit.objects.filter(code__in={file["unit"] for file in day.files}).order_by("code"):
        _work(unit, day, language)
    _count(day)
    play_weeks(day, language)
    play_purchases(day)
    units = list(Unit.objects.filter(code__in={batch["unit"] for batch in day.sent}).order_by("code"))
    play_months(day, units)
    _choose(day, language)
    day.later["clock"] = play_last_season(day, units)
    _let_the_clock_stand(day.later["clock"])
    day.seconds = time.perf_counter() - started
    text = json.dumps(day.summary, ensure_ascii=False, indent=2, default=str)
    (day.folder / "summary.json").write_text(text + "\n", encoding="utf-8")
    return day


def is_demo() -> bool:
    """Whether the connected database is a demo's."""
    return _mark().startswith(MARK)


def demo_day() -> str:
    """The day on which the story in the connected database ends, as ISO; empty for one that was not played through."""
    return _mark().partition(_CLOCK)[2]


def _mark() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        row = cursor.fetchone()
    return str(row[0] or "") if row else ""


def _empty(folder: Path) -> None:
    """Clear what an earlier demo left; only in folders that a demo makes."""
    for part in ("in", "out", "results", "reports"):
        for path in sorted((folder / part).rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
    folder.mkdir(parents=True, exist_ok=True)


def _fresh_database() -> None:
    running = server.start()
    name = settings.DATABASE_NAME
    if server.database_exists(running, name):
        connect.connect(running, name)
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('registers_unit') IS NOT NULL")
            migrated = cursor.fetchone()[0]
        if migrated and not is_demo() and Unit.objects.exists():
            raise NotADemo(name)
        for alias in ("default", "owner"):
            connections[alias].close()
        server.drop_database(running, name)
    connect.prepare(running)
    with server.connected(running.admin_address(name), autocommit=True) as admin:
        _set_mark(admin, name, MARK)
    # An invented world is played anew, not recovered: its commits need not wait for the disk.
    connections["default"].settings_dict["OPTIONS"] = {"options": "-c synchronous_commit=off"}
    if problems := unsafe():
        raise RuntimeError("; ".join(problems))


def _set_mark(admin: Any, name: str, mark: str) -> None:
    admin.execute(f"COMMENT ON DATABASE \"{name}\" IS '{mark}'")


def _let_the_clock_stand(day: str) -> None:
    """The desk on this data works on the day on which the story ends."""
    running, name = server.start(), settings.DATABASE_NAME
    with server.connected(running.admin_address(name), autocommit=True) as admin:
        _set_mark(admin, name, f"{MARK}{_CLOCK}{day}")


def _at(hour: int, minute: int = 0) -> datetime:
    return moment(DAY, hour, minute)


def _take_in(material: Material, folder: Path, language: str) -> dict[str, Any]:
    unit = Unit.objects.get(code=material.unit)
    clerk = person_with(unit, "IN") if material.kind == "own_system" else person_with(unit, "K", "PK")
    data = material.path.read_bytes()
    told: dict[str, Any] = {"file": material.path.name, "unit": unit.code, "note": material.note}
    acting = Acting(clerk, unit, _at(8))
    with working_in([unit.pk], clerk.pk, "demo"):
        received = receive(acting, data, material.path.name, "import")
    try:
        documents = read_documents(data, material.path.name)
        with working_in([unit.pk], clerk.pk, "demo"):
            answer = take_in_document(
                acting, received, documents[0], beside(material.path.parent), DAY, language
            )
    except Refused as refused:
        reasons = [{**found.as_json(), "message": message(found, language)} for found in refused.findings]
        return {**told, "refused": True, "reasons": reasons}
    if answer.result:
        kept = folder / "results" / f"{material.path.stem}-result.xlsx"
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(archive.read(answer.result))
    return {**told, "refused": False, **answer.as_json(language)}


def _work(unit: Unit, day: Day, language: str) -> None:
    """The unit's people and the centre do the day's work, in the order of the guideline."""
    clerk = person_with(unit, "PK")
    with working_in([unit.pk], clerk.pk, "demo"):
        day.runs.append(apply(OrdersRun(), Acting(clerk, unit, _at(9)), DAY).as_json())
    _review(unit, day)
    with working_in([unit.pk], clerk.pk, "demo"):
        planned = plan(InvoicingRun(), Acting(clerk, unit, _at(13)), DAY)
    with working_in([unit.pk], clerk.pk, "demo"):
        run = Run.objects.get(unit=unit, pk=planned.run.pk)
        result = apply(InvoicingRun(), Acting(clerk, unit, _at(13, 30)), DAY, run)
    day.runs.append(result.as_json())
    _keep_reports(result, day.folder)
    with working_in([unit.pk], clerk.pk, "demo"):
        day.runs.append(apply(DeliveryRun(), Acting(clerk, unit, _at(14)), DAY).as_json())
    with working_in([unit.pk]):
        batches = list(waiting(unit))
    for file in batches:
        handed = hand_over(file, _at(14, 5))
        day.sent.append(
            {
                "unit": unit.code,
                "name": file.name,
                "state": handed.state,
                "documents": file.documents,
                "amount": format(file.amount, ".2f"),
                "digest": file.digest,
            }
        )


def _review(unit: Unit, day: Day) -> None:
    """Reviewer and approver see what waits; every tenth order is left for tomorrow."""
    reviewer, approver = person_with(unit, "SG"), person_with(unit, "GK")
    with working_in([unit.pk], reviewer.pk, "demo"):
        waiting_orders = _waiting_for_review(unit)
    for place, order in enumerate(waiting_orders):
        if place % 10 == 9:
            continue
        with working_in([unit.pk], reviewer.pk, "demo"):
            review(Acting(reviewer, unit, _at(10)), order, order.digest)
        if place == 0:
            day.acts.append(_own_approval(unit, reviewer, order))
        with working_in([unit.pk], approver.pk, "demo"):
            approve(Acting(approver, unit, _at(11)), order, order.digest)
            day.acts.append(
                {
                    "unit": unit.code,
                    "order": order.number,
                    "reviewed": reviewer.username,
                    "approved": approver.username,
                }
            )


def _own_approval(unit: Unit, reviewer: Person, order: Order) -> dict[str, Any]:
    """The reviewer tries to approve as well: refused, if not by the missing role then by the database."""
    try:
        with working_in([unit.pk], reviewer.pk, "demo"):
            approve(Acting(reviewer, unit, _at(10, 1)), order, order.digest)
    except (ActRefused, NotAllowed) as refused:
        return {"unit": unit.code, "order": order.number, "tried": reviewer.username, "refused": str(refused)}
    raise AssertionError("one person reviewed and approved the same order")


def _waiting_for_review(unit: Unit) -> Sequence[Order]:
    latest = (
        OrderDecision.objects.filter(unit=unit, rule="orders")
        .order_by("order_id", "-run_id")
        .distinct("order_id")
    )
    waiting_ids = [found.order_id for found in latest if found.standing == "REVIEW"]
    return list(Order.objects.filter(unit=unit, pk__in=waiting_ids).order_by("number"))


def _keep_reports(result: Result, folder: Path) -> None:
    for report in result.files:
        kept = folder / "reports" / str(report["name"])
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(archive.read(str(report["digest"])))


_STEPS = (
    ("rows_in", "SELECT count(*), NULL::numeric FROM sales_billingrow"),
    ("rows_accepted", "SELECT count(*), NULL FROM sales_billingrow WHERE status = 'accepted'"),
    ("rows_returned", "SELECT count(*), NULL FROM sales_billingrow WHERE status = 'returned'"),
    ("orders", "SELECT count(*), sum(amount) FROM latest WHERE standing <> 'RETURNED'"),
    ("orders_waiting", "SELECT count(*), sum(amount) FROM latest WHERE standing <> 'RETURNED' AND NOT invoiced"),
    ("invoices", "SELECT count(*), sum(total) FROM sales_invoice"),
    ("claims", "SELECT count(*), sum(amount) FROM claims_claim"),
    ("vouchers", "SELECT count(DISTINCT voucher_id), sum(amount) FILTER (WHERE amount > 0) FROM ledger_entry"),
    ("delivered", "SELECT count(*), sum(i.total) FROM sales_invoicedelivery d"
     " JOIN sales_invoice i ON i.id = d.invoice_id"),
)  # fmt: skip


def _count(day: Day) -> None:
    units = list(Unit.objects.values_list("pk", flat=True))
    with working_in(units), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE latest ON COMMIT DROP AS SELECT DISTINCT ON (o.unit_id, o.number) d.standing, d.amount,"
            " EXISTS (SELECT FROM sales_invoicedorder i"
            "   WHERE i.unit_id = o.unit_id AND i.number = o.number) AS invoiced"
            " FROM sales_order o JOIN sales_orderdecision d ON d.order_id = o.id AND d.rule = 'orders'"
            " ORDER BY o.unit_id, o.number, o.version DESC, d.run_id DESC"
        )
        for step, query in _STEPS:
            cursor.execute(query)
            count, amount = cursor.fetchone()
            day.funnel.append(
                {
                    "step": step,
                    "count": count,
                    "amount": None if amount is None else format(Decimal(amount), ".2f"),
                }
            )


_LOOK_AT = (
    ("collected", "SELECT i.unit_id, i.number, '' FROM sales_invoice i JOIN sales_invoicedorder d"
     " ON d.invoice_id = i.id GROUP BY i.id, i.unit_id, i.number ORDER BY count(*) DESC, i.id LIMIT 1"),
    ("reviewed", "SELECT o.unit_id, NULL::bigint, o.number::text FROM sales_orderapproval a JOIN sales_order o"
     " ON o.id = a.order_id JOIN sales_invoicedorder d ON d.order_id = o.id WHERE a.act = 'approve'"
     " ORDER BY a.id LIMIT 1"),
    ("waiting", "SELECT o.unit_id, NULL::bigint, o.number::text FROM sales_orderdecision d JOIN sales_order o"
     " ON o.id = d.order_id WHERE d.rule = 'invoicing' AND d.standing = 'WAITING'"
     " ORDER BY d.amount DESC, o.id LIMIT 1"),
    ("pointed_at", "SELECT p.unit_id, NULL::bigint, 'P' || p.payment_id FROM claims_paymentpointing p"
     " WHERE p.claim_id IS NOT NULL ORDER BY p.id LIMIT 1"),
    ("shared", "SELECT d.unit_id, NULL::bigint, 'P' || d.payment_id FROM claims_paymentdecision d"
     " WHERE d.outcome = 'SHARED' ORDER BY d.payment_id LIMIT 1"),
    ("overpaid", "SELECT o.unit_id, i.number, '' FROM claims_overpayment o JOIN claims_claim c ON c.id = o.claim_id"
     " JOIN sales_invoice i ON i.id = c.invoice_id WHERE o.treatment = 'refund' ORDER BY o.id LIMIT 1"),
)  # fmt: skip


def _choose(day: Day, language: str) -> None:
    """Some things worth looking at, each with the command that explains it."""
    units = {unit.pk: unit for unit in Unit.objects.all()}
    with working_in(units):
        for why, query in _LOOK_AT:
            with connection.cursor() as cursor:
                cursor.execute(query)
                row = cursor.fetchone()
            if row is None:
                continue
            unit = units[row[0]]
            number = row[2] or invoice_number(unit, row[1])
            found = explain(unit, number, language)
            day.look_at.append(
                {
                    "why": why,
                    "subject": found["subject"],
                    "number": number,
                    "unit": unit.code,
                    "amount": found["amount"],
                    "outcomes": [decision["outcome"] for decision in found["decisions"]],
                    "command": f"reskontra explain {number} --unit {unit.code}",
                }
            )
