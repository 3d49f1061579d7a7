"""Taking in a billing request (OC 3.2, 3.9): every row is accepted, returned with its reasons, or a duplicate.

The form is checked row by row as it is read; what the registers and the rules say is decided over the whole
set, by the same rule that the orders run uses. Nothing is half saved: the file is one transaction.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.documents.as_json import document
from reskontra.documents.billing_request import BillingRequest, RequestOrder, Status
from reskontra.documents.findings import Finding, Refused
from reskontra.exchange.attachments import Fetch, Kept, keep_attachments
from reskontra.exchange.models import InboxFile
from reskontra.exchange.reading import whole_file_findings
from reskontra.income.order_handling.customers import Customers
from reskontra.income.order_handling.rules import decide_orders
from reskontra.income.order_handling.sizes import more_than_we_hold
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.kernel.terms import Terms
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Customer, OwnSystem, Unit, VatRate
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, lock
from reskontra.sales.decided import decide_orders_in_hand, record_order_decisions
from reskontra.sales.in_hand import take_in_hand
from reskontra.sales.models import BillingRequest as StoredRequest
from reskontra.sales.models import BillingRow


@dataclass(frozen=True)
class RowOutcome:
    """What became of one row of the file."""

    row: int
    status: Status
    findings: Sequence[Finding]
    order_number: int | None = None
    order: int | None = None


@dataclass
class TakenIn:
    """What became of a file: one outcome a row, and the orders that it became."""

    run: Run
    rows: Sequence[RowOutcome]
    orders: int
    amount: Decimal
    outcomes: Mapping[str, int] = field(default_factory=dict)

    def count(self, status: str) -> int:
        """How many rows ended as ``status``."""
        return sum(1 for row in self.rows if row.status == status)


@dataclass
class _Candidate:
    """An order of the request on its way in."""

    order: RequestOrder
    digest: str
    findings: list[Finding] = field(default_factory=list)
    duplicate: bool = False
    number: int | None = None
    version: int = 1
    id: int | None = None
    customer: Customer | None = None
    payer: Customer | None = None
    bill_to: Customer | None = None
    ship_to: Customer | None = None
    attachments: list[Kept] = field(default_factory=list)
    credit: bool = False
    payment_term: int | None = None

    @property
    def goes_in(self) -> bool:
        return not self.duplicate and not any(finding.severity == "error" for finding in self.findings)


@clause("OC 3.2-a", "OC 3.9-a", "OC 3.9-c")
def take_in(acting: Acting, request: BillingRequest, file: InboxFile, fetch: Fetch, on: date) -> TakenIn:
    """Store the orders of ``request`` and decide each of them. Called inside ``working_in``.

    ``fetch`` gives the bytes of an attachment that came along. Raises ``Refused`` when the file's own counts
    disagree, when it names another unit, or when its sender is not a system of this unit: then nothing is kept.
    """
    if wrong := [*whole_file_findings(request), *_wrong_sender(request, acting.unit, on)]:
        raise Refused(*wrong)
    lock(acting.unit, "sales")
    terms = terms_of(acting.unit, on)
    candidates = _candidates(request)
    _check_headers(candidates, request, terms)
    Customers(acting, request, on).name_parties(candidates)
    for candidate in candidates:
        if candidate.order.attachments and not candidate.duplicate:
            candidate.attachments, missing = keep_attachments(
                candidate.order.attachments, fetch, terms, candidate.order.row, _label(request, "attachments")
            )
            candidate.findings += missing
            candidate.digest = _digest(candidate.order, candidate.attachments)
    _recognise(candidates, acting.unit)
    run = Run.objects.create(
        unit=acting.unit, name="intake", on_date=on, person=acting.person, planned_at=acting.at
    )
    stored = StoredRequest.objects.create(
        unit=acting.unit,
        run=run,
        file=file,
        source=request.source,
        sender=request.sender or "",
        rows=len(request.rows),
        orders=len(request.orders),
    )
    going_in = [candidate for candidate in candidates if candidate.goes_in]
    _number(going_in, acting.unit)
    _store(going_in, stored, run, request)
    decided = _decide(run, terms, going_in)
    _tell(candidates, decided, request, terms)
    rows = _outcomes(request, candidates)
    BillingRow.objects.bulk_create(
        (
            BillingRow(
                unit=acting.unit,
                request=stored,
                row=row.row,
                status=row.status,
                order_id=row.order,
                findings=[finding.as_json() for finding in row.findings],
            )
            for row in rows
        ),
        batch_size=5000,
    )
    run.state, run.applied_at, run.terms = "applied", acting.at, terms.as_json()
    counted = Counter(found["outcome"] for found in decided.values())
    run.outcomes = [
        {
            "outcome": outcome,
            "clause": next(f["clause"] for f in decided.values() if f["outcome"] == outcome),
            "count": count,
            "amount": format(
                sum((f["amount"] for f in decided.values() if f["outcome"] == outcome), Decimal(0)), ".2f"
            ),
        }
        for outcome, count in sorted(counted.items())
    ]
    run.save()
    accepted = [f for f in decided.values() if f["standing"] != "RETURNED"]
    return TakenIn(run, rows, len(accepted), sum((f["amount"] for f in accepted), Decimal(0)), counted)


def _label(request: BillingRequest, column: str) -> str:
    return request.labels.get(column, column)


def _wrong_sender(request: BillingRequest, unit: Unit, on: date) -> Iterable[Finding]:
    if request.unit and request.unit != unit.code:
        yield Finding(
            "file_of_another_unit", clause="OC 3.9-a", value=request.unit, detail={"unit": unit.code}
        )
    if request.sender and not OwnSystem.objects.filter(
        unit=unit, sender=request.sender, validity__contains=on
    ):
        yield Finding("sender_unknown", clause="OC 3.2.1-a", value=request.sender)


def _candidates(request: BillingRequest) -> list[_Candidate]:
    by_order: dict[int, list[Finding]] = defaultdict(list)
    order_of = {row.row: row.order for row in request.rows}
    for finding in request.findings:
        if finding.row is not None and order_of.get(finding.row, -1) >= 0:
            by_order[order_of[finding.row]].append(finding)
    return [_Candidate(order, _digest(order), by_order[index]) for index, order in enumerate(request.orders)]


def _digest(order: RequestOrder, attachments: Sequence[Kept] = ()) -> str:
    """SHA-256 over everything asked for, whatever rows it stood on: what a reviewer's act binds to.

    Attachments count by their content: another file under the same name is another order.
    """
    told = document(order)
    told["attached"] = [kept.digest for kept in attachments]
    told.pop("row")
    for line in told["lines"]:
        line.pop("row")
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _check_headers(candidates: Sequence[_Candidate], request: BillingRequest, terms: Terms) -> None:
    first_rate = min((rate.validity.lower or date.min for rate in VatRate.objects.all()), default=date.min)
    for candidate in candidates:
        order = candidate.order
        candidate.findings += more_than_we_hold(order, request.labels)
        kind = order.order_type or terms.order_type_ordinary
        candidate.credit = kind == terms.order_type_credit
        if kind not in (terms.order_type_ordinary, terms.order_type_credit):
            known = f"{terms.order_type_ordinary}, {terms.order_type_credit}"
            candidate.findings.append(_wrong(request, order, "order_type", kind, "OC 3.2-a", known=known))
        if order.service_date is None:
            candidate.findings.append(_wrong(request, order, "service_date", "", "OC 3.5-a"))
        elif order.service_date < first_rate:
            candidate.findings.append(
                Finding(
                    "form_date_out_of_range",
                    clause="OC 3.9-c",
                    row=order.row,
                    column=_label(request, "service_date"),
                    value=order.service_date.isoformat(),
                )
            )
        if order.payment_term is not None:
            digits = order.payment_term.upper().removeprefix("ZM")
            if digits.isdecimal() and int(digits) <= 365:
                candidate.payment_term = int(digits)
            else:
                candidate.findings.append(
                    _wrong(request, order, "payment_term", order.payment_term, "OC 3.11-a")
                )
        if not order.lines:
            candidate.findings.append(_wrong(request, order, "item", "", "OC 3.9-c"))


def _wrong(
    request: BillingRequest, order: RequestOrder, column: str, value: str, clause_id: str, **detail: str
) -> Finding:
    return Finding(
        f"order_{column}",
        clause=clause_id,
        row=order.row,
        column=_label(request, column),
        value=value,
        detail=detail,
    )


def _recognise(candidates: Sequence[_Candidate], unit: Unit) -> None:
    """Mark what has come before: an order key is used once, unless what came with it went back (OC 3.9-c)."""
    known = _known_keys(unit, [candidate.order.key for candidate in candidates])
    seen: dict[str, int] = {}
    for candidate in candidates:
        key, row = candidate.order.key, candidate.order.row
        if key in seen:
            candidate.duplicate = True
            candidate.findings = [
                Finding(
                    "order_key_twice",
                    "warning",
                    "OC 3.9-a",
                    row=row,
                    value=key,
                    detail={"first": str(seen[key])},
                )
            ]
            continue
        seen[key] = row
        if key not in known:
            continue
        number, version, digest, returned = known[key]
        if returned and digest != candidate.digest:
            candidate.number, candidate.version = number, version + 1
            continue
        candidate.duplicate, candidate.number = True, number
        candidate.findings = [
            Finding(
                "order_key_known", "warning", "OC 3.9-a", row=row, value=key, detail={"order": str(number)}
            )
        ]


def _known_keys(unit: Unit, keys: Sequence[str]) -> dict[str, tuple[int, int, str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (o.key) o.key, o.number, o.version, o.digest, coalesce(d.standing = 'RETURNED', false)"
            " FROM sales_order o LEFT JOIN LATERAL (SELECT standing FROM sales_orderdecision d"
            "   WHERE d.order_id = o.id AND d.rule = 'orders' ORDER BY run_id DESC LIMIT 1) d ON true"
            " WHERE o.unit_id = %s AND o.key = ANY (%s) ORDER BY o.key, o.version DESC",
            [unit.pk, list(keys)],
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}


def _number(going_in: Sequence[_Candidate], unit: Unit) -> None:
    """Order numbers come on arrival (OC 3.9-a), in the order of the rows; a new version keeps its number."""
    new = [candidate for candidate in going_in if candidate.number is None]
    first = take_numbers(unit, "order", len(new)) if new else 0
    for place, candidate in enumerate(new):
        candidate.number = first + place


_ORDER_COLUMNS = [
    "unit_id",
    "run_id",
    "request_id",
    "row",
    "number",
    "version",
    "key",
    "digest",
    "source",
    "order_type",
    "credit",
    "reference_invoice",
    "customer_id",
    "payer_id",
    "bill_to_id",
    "ship_to_id",
    "language",
    "service_date",
    "pricing_date",
    "case_reference",
    "order_number",
    "agreement",
    "accounting",
    "site",
    "tax_country",
    "payment_term",
    "header_text",
    "charge_basis_text",
    "attachments",
    "lines_count",
    "form",
]
_LINE_COLUMNS = [
    "order_id",
    "position",
    "unit_id",
    "row",
    "item_code",
    "quantity",
    "measure",
    "unit_price",
    "item_text",
    "line_text",
    "account",
    "budget_account",
    "operating_unit",
    "project",
    "function",
    "product",
    "area",
    "tracking1",
    "tracking2",
]


def _store(going_in: Sequence[_Candidate], stored: StoredRequest, run: Run, request: BillingRequest) -> None:
    source = "own_system" if request.sender else request.source
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('sales_order_id_seq') FROM generate_series(1, %s)", [len(going_in)])
        for candidate, (id,) in zip(going_in, cursor.fetchall(), strict=True):
            candidate.id = id
        _copy(
            cursor,
            "sales_order",
            ["id", *_ORDER_COLUMNS],
            (_order_row(c, stored, run, source) for c in going_in),
        )
        _copy(
            cursor,
            "sales_orderline",
            _LINE_COLUMNS,
            (row for candidate in going_in for row in _line_rows(candidate, stored.unit_id)),
        )


def _order_row(candidate: _Candidate, stored: StoredRequest, run: Run, source: str) -> Sequence[Any]:
    order, customer, payer = candidate.order, candidate.customer, candidate.payer
    assert customer is not None
    assert payer is not None
    assert order.service_date is not None
    return (
        candidate.id,
        stored.unit_id,
        run.pk,
        stored.pk,
        order.row,
        candidate.number,
        candidate.version,
        order.key,
        candidate.digest,
        source,
        order.order_type or "",
        candidate.credit,
        (order.reference_invoice or "").replace(" ", ""),
        customer.pk,
        payer.pk,
        candidate.bill_to.pk if candidate.bill_to else None,
        candidate.ship_to.pk if candidate.ship_to else None,
        order.customer.language or customer.language,
        order.service_date,
        order.pricing_date or order.service_date,
        order.case_reference or "",
        order.order_number or "",
        order.agreement or "",
        order.accounting or "",
        order.site or "",
        order.tax_country or "",
        candidate.payment_term,
        order.header_text or "",
        order.charge_basis_text or "",
        json.dumps([kept.as_json() for kept in candidate.attachments]),
        len(order.lines),
        json.dumps(_rest_of_form(order)),
    )


def _rest_of_form(order: RequestOrder) -> dict[str, Any]:
    """What the form said that no rule asks for yet: kept, so that nothing is lost."""
    rest = {
        key: getattr(order, key) for key in ("sales_org", "channel", "division", "sales_office", "biller")
    }
    rest["line_types"] = [line.line_type for line in order.lines if line.line_type]
    return {key: value for key, value in rest.items() if value}


def _line_rows(candidate: _Candidate, unit: int) -> Iterable[Sequence[Any]]:
    for position, line in enumerate(candidate.order.lines, 1):
        yield (
            candidate.id,
            position,
            unit,
            line.row,
            line.item,
            line.quantity,
            line.unit or "",
            line.unit_price,
            line.item_text or "",
            line.line_text or "",
            line.account or "",
            (line.budget_account or "").replace(".", ""),
            line.profit_unit or "",
            line.project or "",
            line.function or "",
            line.product or "",
            line.area or "",
            line.tracking1 or "",
            line.tracking2 or "",
        )


def _copy(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY into a staging table and insert from it: a table under row-level security takes no COPY."""
    named = ", ".join(f'"{column}"' for column in columns)
    cursor.execute(f"CREATE TEMP TABLE staged ON COMMIT DROP AS SELECT {named} FROM {table} WITH NO DATA")
    with cursor.copy(f"COPY staged ({named}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"INSERT INTO {table} ({named}) SELECT {named} FROM staged")
    cursor.execute("DROP TABLE staged")


def _decide(run: Run, terms: Terms, going_in: Sequence[_Candidate]) -> dict[int, dict[str, Any]]:
    """Decide the new orders by the rule of all orders; what each order is, and which lines speak against it."""
    take_in_hand(run.unit, [candidate.id for candidate in going_in if candidate.id is not None])
    decide_orders_in_hand(decide_orders(terms))
    record_order_decisions(run, "orders")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, outcome, standing, clause, reasons, amount FROM decided")
        decided = {
            row[0]: {
                "outcome": row[1],
                "standing": row[2],
                "clause": row[3],
                "reasons": json.loads(row[4]) if isinstance(row[4], str) else row[4],
                "amount": row[5],
                "lines": [],
            }
            for row in cursor.fetchall()
        }
        cursor.execute(
            "SELECT order_id, row, item_code, NOT listed, listed AND unit_price IS NULL, listed AND NOT has_basis,"
            " unknown_account OR unknown_dimension, quantity < 0, list_price, unit_price FROM lines_in_hand"
            " WHERE NOT listed OR unit_price IS NULL OR NOT has_basis OR unknown_account OR unknown_dimension"
            " OR quantity < 0 ORDER BY order_id, position"
        )
        for row in cursor.fetchall():
            decided[row[0]]["lines"].append(row[1:])
    return decided


# Where in the form each reason shows: the column, and for reasons of a line, which lines.
_SHOWN_IN = {
    "CUSTOMER_OF_OWN_SYSTEM": ("customer_no", None),
    "ITEM_NOT_ON_PRICE_LIST": ("item", 2),
    "PRICE_MISSING": ("unit_price", 3),
    "LEGAL_BASIS_MISSING": ("charge_basis_text", 4),
    "POSTING_UNKNOWN": ("budget_account", 5),
    "MIXED_LAW": ("item", None),
    "MIXED_VAT_SCOPE": ("item", None),
    "DEVIATING_TAX_COUNTRY": ("tax_country", None),
    "STATE_UNIT_WITHOUT_E_ADDRESS": ("customer_no", None),
    "PROTECTED_WITHOUT_SAFE_WAY": ("bill_to_no", None),
    "NEGATIVE_WITHOUT_CREDIT": ("quantity", 6),
    "ORIGINAL_UNKNOWN": ("reference_invoice", None),
    "ORIGINAL_OF_ANOTHER_PAYER": ("reference_invoice", None),
    "CREDIT_NOT_NEGATIVE": ("quantity", None),
    "CREDIT_EXCEEDS_ORIGINAL": ("reference_invoice", None),
}


def _tell(
    candidates: Sequence[_Candidate],
    decided: Mapping[int, dict[str, Any]],
    request: BillingRequest,
    terms: Terms,
) -> None:
    """Turn what the rule said into findings on the rows: errors for what goes back, a word on what waits."""
    cells = {row.row: row.cells for row in request.rows}
    clauses = {case.outcome.name: case.clause for case in decide_orders(terms).cases}
    for candidate in candidates:
        if candidate.id is None:
            continue
        found = decided[candidate.id]
        if found["standing"] == "REVIEW":
            candidate.findings.append(
                Finding(
                    f"order_{found['outcome'].lower()}", "warning", found["clause"], row=candidate.order.row
                )
            )
        if found["standing"] != "RETURNED":
            continue
        for reason in found["reasons"]:
            if reason not in _SHOWN_IN:
                continue
            column, place = _SHOWN_IN[reason]
            rows = [line[0] for line in found["lines"] if place is not None and line[place]] or [
                candidate.order.row
            ]
            candidate.findings += [
                Finding(
                    f"order_{reason.lower()}",
                    clause=clauses[reason],
                    row=row,
                    column=_label(request, column),
                    value=cells.get(row, {}).get(column),
                )
                for row in rows
            ]


def _outcomes(request: BillingRequest, candidates: Sequence[_Candidate]) -> list[RowOutcome]:
    loose = defaultdict(list)
    for finding in request.findings:
        if finding.row is not None:
            loose[finding.row].append(finding)
    outcomes: list[RowOutcome] = []
    status: Status
    for row in request.rows:
        if row.order < 0:
            outcomes.append(RowOutcome(row.row, "returned", _without_codes(loose[row.row])))
            continue
        candidate = candidates[row.order]
        own = [finding for finding in candidate.findings if finding.row == row.row]
        if candidate.duplicate:
            status, findings = "duplicate", candidate.findings
        elif candidate.goes_in:
            status, findings = "accepted", own
        else:
            # A row without a fault of its own goes back with its order, and says because of which rows.
            at = sorted({f.row for f in candidate.findings if f.severity == "error" and f.row is not None})
            status = "returned"
            findings = own or [
                Finding(
                    "order_returned_with",
                    clause="OC 3.9-c",
                    row=row.row,
                    detail={"rows": ", ".join(map(str, at))},
                )
            ]
        outcomes.append(RowOutcome(row.row, status, _without_codes(findings), candidate.number, candidate.id))
    return outcomes


def _without_codes(findings: Iterable[Finding]) -> list[Finding]:
    """The findings with nothing in them that is a personal code, whatever cell it was written in (OC 2.2-f)."""
    return [
        replace(finding, value="****")
        if finding.value and find_personal_codes(finding.value, glued=True)
        else finding
        for finding in findings
    ]
