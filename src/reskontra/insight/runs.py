"""Runs as people look back on them: what was decided about whom, which controls held, which files were left.

Called inside ``working_in``. Lists are read by key.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from django.utils import timezone

from reskontra.database.rows import rows
from reskontra.exchange.models import OutboxFile
from reskontra.registers.models import Unit
from reskontra.runs.models import Evidence, Run

Subject = Literal["order", "invoice", "payment", "credit"]

# One row a subject, whatever it is: its key and number as people see it, who it concerns, and what was decided.
_OF_ORDERS = """
SELECT o.id, o.number, c.number AS customer_number, c.name AS customer, d.amount, d.clause
FROM {decided} d JOIN sales_order o ON o.id = {key} AND o.unit_id = d.unit_id
JOIN registers_customer c ON c.id = o.customer_id
WHERE d.unit_id = %(unit)s AND d.outcome = %(outcome)s AND {only}
  AND (%(after)s::bigint IS NULL OR o.id > %(after)s::bigint)
ORDER BY o.id LIMIT %(most)s
"""
_OF_INVOICES = """
SELECT i.id, i.number, c.number AS customer_number, c.name AS customer, i.total AS amount, d.clause
FROM {decided} d JOIN sales_invoice i ON i.id = {key} AND i.unit_id = d.unit_id
JOIN registers_customer c ON c.id = i.customer_id
WHERE d.unit_id = %(unit)s AND d.{outcome} = %(outcome)s AND {only}
  AND (%(after)s::bigint IS NULL OR i.id > %(after)s::bigint)
ORDER BY i.id LIMIT %(most)s
"""
_OF_PAYMENTS = """
SELECT p.id, p.id AS number, '' AS customer_number, p.payer AS customer, d.amount, d.clause
FROM {decided} d JOIN bank_payment p ON p.id = {key} AND p.unit_id = d.unit_id
WHERE d.unit_id = %(unit)s AND d.outcome = %(outcome)s AND {only}
  AND (%(after)s::bigint IS NULL OR p.id > %(after)s::bigint)
ORDER BY p.id LIMIT %(most)s
"""
_OF_CREDITS = """
SELECT k.id, i.number, c.number AS customer_number, c.name AS customer, d.amount, d.clause
FROM {decided} d JOIN claims_claim k ON k.id = {key} AND k.unit_id = d.unit_id
JOIN sales_invoice i ON i.id = k.invoice_id AND i.unit_id = k.unit_id
JOIN registers_customer c ON c.id = i.customer_id
WHERE d.unit_id = %(unit)s AND d.outcome = %(outcome)s AND {only}
  AND (%(after)s::bigint IS NULL OR k.id > %(after)s::bigint)
ORDER BY k.id LIMIT %(most)s
"""
# Subjects whose decisions are kept one by one: the query, the table, and its key.
_KEPT = {
    "order": (_OF_ORDERS, "sales_orderdecision", "d.order_id"),
    "payment": (_OF_PAYMENTS, "claims_paymentdecision", "d.payment_id"),
    "credit": (_OF_CREDITS, "claims_claimdecision", "d.claim_id"),
}


@dataclass(frozen=True)
class Decided:
    """One subject of a run, its amount in euro, and the clause it was decided by. A payment's number is its id."""

    id: int
    number: int
    customer_number: str
    customer: str
    amount: Decimal
    clause: str


@dataclass(frozen=True)
class Left:
    """A file that a run left: ``kind`` names it, ``digest`` is the SHA-256 of its bytes in the archive."""

    kind: str
    name: str
    digest: str
    documents: int | None = None


def runs_listed(unit: Unit, before: int | None = None, most: int = 20) -> list[Run]:
    """At most ``most`` runs of ``unit``, newest first, from behind the run ``before``."""
    found = Run.objects.filter(unit=unit).select_related("person").defer("terms").order_by("-id")
    return list((found.filter(pk__lt=before) if before else found)[:most])


def latest_day(unit: Unit, on: date) -> date | None:
    """The latest day up to ``on`` with an applied run in ``unit``; None without any."""
    newest = (
        Run.objects.filter(unit=unit, state="applied", applied_at__lt=_midnight(on + timedelta(days=1)))
        .order_by("-applied_at")
        .values_list("applied_at", flat=True)
        .first()
    )
    return timezone.localdate(newest) if newest else None


def runs_of_day(unit: Unit, on: date, most: int = 20) -> list[Run]:
    """The runs of ``unit`` that were applied on the day ``on`` in Finland, newest first."""
    return list(
        Run.objects.filter(
            unit=unit,
            state="applied",
            applied_at__gte=_midnight(on),
            applied_at__lt=_midnight(on + timedelta(days=1)),
        )
        .select_related("person")
        .defer("terms")
        .order_by("-id")[:most]
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def controls_of(run: Run) -> list[Evidence]:
    """The controls that held when ``run`` was applied, in the order they were checked."""
    return list(Evidence.objects.filter(unit_id=run.unit_id, run=run, document="").order_by("id"))


def files_of(run: Run) -> list[Left]:
    """The files that ``run`` left: sealed batches by their names, and reports."""
    batches = [
        Left(file.channel, file.name, file.digest, file.documents)
        for file in OutboxFile.objects.filter(unit_id=run.unit_id, run=run).order_by("id")
    ]
    sealed = {batch.digest for batch in batches}
    reports = Evidence.objects.filter(unit_id=run.unit_id, run=run).exclude(document="").order_by("id")
    return batches + [
        Left(
            found.control,
            f"{found.control.replace(' ', '-')}-{run.unit.code}-{run.on_date}-{run.pk}.csv",
            found.document,
        )
        for found in reports
        if found.document not in sealed
    ]


def stored(run: Run, subject: Subject, outcome: str, after: int | None, most: int = 50) -> list[Decided]:
    """The subjects that ``run`` gave ``outcome``, as its decisions were kept."""
    if kept := _KEPT.get(subject):
        query, table, key = kept
        query = query.format(decided=table, key=key, only="d.run_id = %(run)s")
    else:
        query = _OF_INVOICES.format(
            decided="sales_invoicedelivery",
            key="d.invoice_id",
            outcome="channel",
            only="d.file_id IN (SELECT f.id FROM exchange_outboxfile f"
            " WHERE f.unit_id = %(unit)s AND f.run_id = %(run)s)",
        )
    return _decided(query, run, outcome, after, most)


def just_decided(
    run: Run, subject: Subject, outcome: str, after: int | None, most: int = 50
) -> list[Decided]:
    """The same from the temporary table ``decided``: after the run's room has decided in this transaction."""
    if kept := _KEPT.get(subject):
        query = kept[0].format(decided="decided", key="d.id", only="true")
    else:
        query = _OF_INVOICES.format(decided="decided", key="d.id", outcome="outcome", only="true")
    return _decided(query, run, outcome, after, most)


def _decided(query: str, run: Run, outcome: str, after: int | None, most: int) -> list[Decided]:
    values = {"unit": run.unit_id, "run": run.pk, "outcome": outcome, "after": after, "most": most}
    return [Decided(**row) for row in rows(query, values)]
