"""Runs as people look back on them: what was decided about whom, which controls held, which files were left.

Called inside ``working_in``. Lists are read by key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from django.utils import timezone

from reskontra.database.rows import rows
from reskontra.exchange.models import OutboxFile
from reskontra.registers.models import Unit
from reskontra.runs.models import Evidence, Run

Subject = Literal[
    "order", "invoice", "payment", "credit", "claim", "valuation", "case", "deferral", "letter", "overpayment",
    "purchase", "arrival", "payable", "line",
]  # fmt: skip

# One row a subject, whatever it is: its key and number as people see it, who it concerns, and what was decided.
_TOLD = "c.number AS customer_number, c.name AS customer, {amount} AS amount, {clause} AS clause"
_SAID = "d.unit_id = %(unit)s AND d.{outcome} = %(outcome)s AND {only}"
_PAGE = "(%(after)s::bigint IS NULL OR {id} > %(after)s::bigint) ORDER BY {id} LIMIT %(most)s"


def _query(told: str, joined: str, id: str, customer: str = "") -> str:
    """The rows of one kind of subject, with places for what differs between a plan and what was kept."""
    who = f"JOIN registers_customer c ON c.id = {customer}" if customer else ""
    return (
        f"SELECT {id} AS id, {told} FROM {{decided}} d {joined} {who}"
        f" WHERE {_SAID} AND {_PAGE.replace('{id}', id)}"
    )


_OF_ORDERS = _query(
    f"o.number, {_TOLD}",
    "JOIN sales_order o ON o.id = {key} AND o.unit_id = d.unit_id",
    "o.id",
    "o.customer_id",
)
_OF_INVOICES = _query(
    f"i.number, {_TOLD}",
    "JOIN sales_invoice i ON i.id = {key} AND i.unit_id = d.unit_id",
    "i.id",
    "i.customer_id",
)
_OF_PAYMENTS = _query(
    "p.id AS number, '' AS customer_number, p.payer AS customer, {amount} AS amount, {clause} AS clause",
    "JOIN bank_payment p ON p.id = {key} AND p.unit_id = d.unit_id",
    "p.id",
)
_OF_CREDITS = _query(
    f"i.number, {_TOLD}",
    "JOIN claims_claim k ON k.id = {key} AND k.unit_id = d.unit_id"
    " JOIN sales_invoice i ON i.id = k.invoice_id AND i.unit_id = k.unit_id",
    "k.id",
    "i.customer_id",
)
_OF_CLAIMS = _query(
    f"k.id AS number, {_TOLD}, k.reference",
    "JOIN claims_claim k ON k.id = {key} AND k.unit_id = d.unit_id",
    "k.id",
    "k.payer_id",
)
# A claim behind an obstacle stands in one case that is not over, or in the newest that is.
_OF_CASES = _query(
    f"held.number, {_TOLD}, k.reference",
    "JOIN claims_claim k ON k.id = {key} AND k.unit_id = d.unit_id"
    " JOIN LATERAL (SELECT held.number FROM claims_caseclaim cc JOIN claims_case held ON held.id = cc.case_id"
    " WHERE cc.unit_id = d.unit_id AND cc.claim_id = k.id ORDER BY held.id DESC LIMIT 1) held ON true",
    "k.id",
    "k.payer_id",
)
_OF_DEFERRALS = _query(
    f"a.number, {_TOLD}, (SELECT min(k.reference) FROM claims_deferralclaim dc"
    " JOIN claims_claim k ON k.id = dc.claim_id WHERE dc.deferral_id = a.id) AS reference",
    "JOIN claims_deferral a ON a.id = {key} AND a.unit_id = d.unit_id",
    "a.id",
    "a.customer_id",
)
_OF_LETTERS = _query(
    f"l.number, {_TOLD}, l.kind AS reference",
    "JOIN claims_letter l ON l.id = {key} AND l.unit_id = d.unit_id",
    "l.id",
    "l.customer_id",
)
_OF_OVERPAYMENTS = _query(
    "o.id AS number, coalesce(c.number, '') AS customer_number, coalesce(c.name, p.payer) AS customer,"
    " {amount} AS amount, {clause} AS clause, coalesce(k.reference, '') AS reference",
    "JOIN claims_overpayment o ON o.id = {key} AND o.unit_id = d.unit_id"
    " JOIN bank_payment p ON p.id = o.payment_id AND p.unit_id = o.unit_id"
    " LEFT JOIN claims_claim k ON k.id = o.claim_id AND k.unit_id = o.unit_id"
    " LEFT JOIN registers_customer c ON c.id = k.payer_id",
    "o.id",
)
_OF_PURCHASES = _query(
    "i.id AS number, coalesce(s.number, '') AS customer_number, coalesce(s.name, i.seller_name) AS customer,"
    " {amount} AS amount, {clause} AS clause, i.number AS reference",
    "JOIN purchases_purchaseinvoice i ON i.id = {key} AND i.unit_id = d.unit_id"
    " LEFT JOIN LATERAL (SELECT f.supplier_id FROM purchases_invoicesupplier f WHERE f.invoice_id = i.id"
    " ORDER BY f.id DESC LIMIT 1) named ON true LEFT JOIN registers_supplier s ON s.id = named.supplier_id",
    "i.id",
)
# An invoice that a plan would take in is no row yet: it has its place among the files, and what its file says.
_OF_ARRIVALS = _query(
    "h.n AS number, '' AS customer_number, h.seller_name AS customer, {amount} AS amount, {clause} AS clause,"
    " h.number AS reference",
    "JOIN invoice_in_hand h ON h.n = {key}",
    "h.n",
)
_OF_PAYABLES = _query(
    "p.id AS number, s.number AS customer_number, s.name AS customer, {amount} AS amount, {clause} AS clause,"
    " i.number AS reference",
    "JOIN purchases_payable p ON p.id = {key} AND p.unit_id = d.unit_id"
    " JOIN purchases_purchaseinvoice i ON i.id = p.invoice_id AND i.unit_id = p.unit_id"
    " JOIN registers_supplier s ON s.id = p.supplier_id",
    "p.id",
)
_OF_LINES = _query(
    "l.id AS number, '' AS customer_number, l.counterparty AS customer, {amount} AS amount, {clause} AS clause",
    "JOIN bank_line l ON l.id = {key} AND l.unit_id = d.unit_id",
    "l.id",
)


@dataclass(frozen=True)
class _Kept:
    """Where the decisions about one kind of subject are read from, and what its columns are called there."""

    query: str
    table: str
    key: str
    outcome: str = "outcome"
    amount: str = "d.amount"
    clause: str = "d.clause"
    only: str = "d.run_id = %(run)s"


_OF_THE_RUNS_FILES = (
    "d.file_id IN (SELECT f.id FROM exchange_outboxfile f WHERE f.unit_id = %(unit)s AND f.run_id = %(run)s)"
)
# An invoice that went out has its delivery, one that stayed its decision.
_SENT_OR_LEFT = (
    "(SELECT d.unit_id, d.invoice_id, d.channel AS outcome, d.clause FROM sales_invoicedelivery d"
    f" WHERE d.unit_id = %(unit)s AND {_OF_THE_RUNS_FILES} UNION ALL"
    " SELECT d.unit_id, d.invoice_id, d.outcome, d.clause FROM sales_invoicedecision d"
    " WHERE d.unit_id = %(unit)s AND d.run_id = %(run)s)"
)
_LETTERS_SENT_OR_LEFT = (
    "(SELECT d.unit_id, d.letter_id, d.channel AS outcome, d.clause FROM claims_letterdelivery d"
    " WHERE d.unit_id = %(unit)s AND d.run_id = %(run)s UNION ALL"
    " SELECT d.unit_id, d.letter_id, d.outcome, d.clause FROM claims_letterdecision d"
    " WHERE d.unit_id = %(unit)s AND d.run_id = %(run)s)"
)
_KEPT: Mapping[Subject, _Kept] = {
    "order": _Kept(_OF_ORDERS, "sales_orderdecision", "d.order_id"),
    "invoice": _Kept(_OF_INVOICES, _SENT_OR_LEFT, "d.invoice_id", amount="i.total", only="true"),
    "payment": _Kept(_OF_PAYMENTS, "claims_paymentdecision", "d.payment_id"),
    "credit": _Kept(_OF_CREDITS, "claims_claimdecision", "d.claim_id"),
    "claim": _Kept(_OF_CLAIMS, "claims_claimdecision", "d.claim_id"),
    "valuation": _Kept(
        _OF_CLAIMS,
        "claims_valuation",
        "d.claim_id",
        outcome="ground",
        amount="d.probable",
        clause="'OC 5.1-a'",
    ),
    "case": _Kept(_OF_CASES, "claims_claimdecision", "d.claim_id"),
    "deferral": _Kept(_OF_DEFERRALS, "claims_deferraldecision", "d.deferral_id"),
    "letter": _Kept(
        _OF_LETTERS,
        _LETTERS_SENT_OR_LEFT,
        "d.letter_id",
        amount="coalesce((l.document -> 'slip' ->> 'amount')::numeric, 0)",
        only="true",
    ),
    "overpayment": _Kept(_OF_OVERPAYMENTS, "claims_overpaymentdecision", "d.overpayment_id"),
    "purchase": _Kept(_OF_PURCHASES, "purchases_purchasedecision", "d.invoice_id"),
    "arrival": _Kept(_OF_PURCHASES, "purchases_purchasedecision", "d.invoice_id"),
    "payable": _Kept(_OF_PAYABLES, "purchases_payabledecision", "d.payable_id"),
    "line": _Kept(_OF_LINES, "bank_linedecision", "d.line_id"),
}


@dataclass(frozen=True)
class Decided:
    """One subject of a run, its amount in euro, and the clause it was decided by.

    The number of a payment, a claim, an overpayment, a purchase invoice, a payable and a statement line is its id.
    ``reference`` is that of the claim; a letter's kind; the number of the supplier's invoice.
    """

    id: int
    number: int
    customer_number: str
    customer: str
    amount: Decimal
    clause: str
    reference: str = ""


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
            f"{found.control.replace(' ', '-')}-{run.unit.code}-{run.on_date}-{run.pk}"
            f".{'sig' if found.control.endswith('signature') else 'csv'}",
            found.document,
        )
        for found in reports
        if found.document not in sealed
    ]


def stored(run: Run, subject: Subject, outcome: str, after: int | None, most: int = 50) -> list[Decided]:
    """The subjects that ``run`` gave ``outcome``, as its decisions were kept."""
    kept = _KEPT[subject]
    query = kept.query.format(
        decided=kept.table,
        key=kept.key,
        outcome=kept.outcome,
        amount=kept.amount,
        clause=kept.clause,
        only=kept.only,
    )
    return _decided(query, run, outcome, after, most)


def just_decided(
    run: Run, subject: Subject, outcome: str, after: int | None, most: int = 50
) -> list[Decided]:
    """The same from the temporary table ``decided``: after the run's room has decided in this transaction."""
    query = (_OF_ARRIVALS if subject == "arrival" else _KEPT[subject].query).format(
        decided="decided", key="d.id", outcome="outcome", amount="d.amount", clause="d.clause", only="true"
    )
    return _decided(query, run, outcome, after, most)


def _decided(query: str, run: Run, outcome: str, after: int | None, most: int) -> list[Decided]:
    values = {"unit": run.unit_id, "run": run.pk, "outcome": outcome, "after": after, "most": most}
    return [Decided(**row) for row in rows(query, values)]
