"""Orders of a request on their way in: what the form alone can tell, and what has come in before."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from reskontra.documents.as_json import document
from reskontra.documents.billing_request import BillingRequest, RequestOrder
from reskontra.documents.findings import Finding
from reskontra.exchange.attachments import Kept
from reskontra.income.order_handling.customers import identifies
from reskontra.income.order_handling.sizes import more_than_we_hold
from reskontra.kernel.days import payment_term_days
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Customer, Unit, VatRate


@dataclass
class Candidate:
    """An order of the request on its way in: what is known of it so far, and whether it goes in."""

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
        """Neither known from before nor with a fault that returns it."""
        return not self.duplicate and not any(finding.severity == "error" for finding in self.findings)


def label_of(request: BillingRequest, column: str) -> str:
    """The label of our ``column`` in the sender's own file."""
    return request.labels.get(column, column)


def candidates_of(request: BillingRequest) -> list[Candidate]:
    """The orders of the request, each with what was found wrong with its rows as they were read."""
    by_order: dict[int, list[Finding]] = defaultdict(list)
    order_of = {row.row: row.order for row in request.rows}
    for finding in request.findings:
        if finding.row is not None and order_of.get(finding.row, -1) >= 0:
            by_order[order_of[finding.row]].append(finding)
    return [Candidate(order, digest_of(order), by_order[index]) for index, order in enumerate(request.orders)]


def digest_of(order: RequestOrder, attachments: Sequence[Kept] = ()) -> str:
    """SHA-256 over everything asked for, whatever rows it stood on: what a reviewer's act binds to.

    Attachments count by their content: another file under the same name is another order. A customer with an
    identity is the same with and without a number: the number is filled in on the way back (OC 3.2-b).
    """
    told = document(order)
    if identifies(order.customer):
        told["customer"].pop("number")
    told["attached"] = [kept.digest for kept in attachments]
    told.pop("row")
    for line in told["lines"]:
        line.pop("row")
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def check_headers(candidates: Sequence[Candidate], request: BillingRequest, terms: Terms) -> None:
    """Add what is wrong with the orders' own fields: type, dates, payment term, size, lines."""
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
                    column=label_of(request, "service_date"),
                    value=order.service_date.isoformat(),
                )
            )
        if order.payment_term is not None:
            candidate.payment_term = payment_term_days(order.payment_term)
            if candidate.payment_term is None:
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
        column=label_of(request, column),
        value=value,
        detail=detail,
    )


def recognise(candidates: Sequence[Candidate], unit: Unit) -> None:
    """Mark what has come before: an order key is used once, unless what came with it went back (OC 3.9-c).

    What went back is judged anew as the next version, corrected or not: the register may be what was wrong. Under a
    key that is in use, the same content is known and changes nothing; any other content goes back and says so. The
    same holds of a key that stands twice in the request.
    """
    known = _known_keys(unit, [candidate.order.key for candidate in candidates])
    seen: dict[str, Candidate] = {}
    for candidate in candidates:
        key, row = candidate.order.key, candidate.order.row
        if key in seen:
            detail = {"first": str(seen[key].order.row)}
            if candidate.digest == seen[key].digest:
                candidate.duplicate = True
                candidate.findings = [
                    Finding("order_key_twice", "warning", "OC 3.9-a", row=row, value=key, detail=detail)
                ]
            else:
                # The form itself may have said that the key is not the order's own; here it is known of what.
                candidate.findings = [
                    *(found for found in candidate.findings if found.rule != "form_order_key_repeated"),
                    Finding(
                        "order_key_twice_other_content", clause="OC 3.9-a", row=row, value=key, detail=detail
                    ),
                ]
            continue
        seen[key] = candidate
        if key not in known:
            continue
        number, version, digest, returned = known[key]
        candidate.number = number
        if returned:
            candidate.version = version + 1
            continue
        if digest != candidate.digest:
            candidate.findings.append(
                Finding(
                    "order_key_other_content",
                    clause="OC 3.9-a",
                    row=row,
                    value=key,
                    detail={"order": str(number)},
                )
            )
            continue
        candidate.duplicate = True
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
