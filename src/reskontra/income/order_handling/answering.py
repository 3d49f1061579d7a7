"""What became of every row: what the rule said, as findings where the sender finds them (OC 3.9-c)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from reskontra.database.rows import rows
from reskontra.documents.billing_request import BillingRequest, Status
from reskontra.documents.findings import Finding
from reskontra.income.order_handling.candidates import Candidate, label_of
from reskontra.income.order_handling.customers import identifies
from reskontra.income.order_handling.rules import decide_orders
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.kernel.terms import Terms
from reskontra.runs.models import Run
from reskontra.sales.decided import decide_orders_in_hand, record_order_decisions
from reskontra.sales.in_hand import take_in_hand


@dataclass(frozen=True)
class RowOutcome:
    """What became of one row of the file."""

    row: int
    status: Status
    findings: Sequence[Finding]
    order_number: int | None = None
    order: int | None = None
    customer: str = ""  # the number of a customer that the row named by identity


def decide_new(run: Run, terms: Terms, going_in: Sequence[Candidate]) -> dict[int, dict[str, Any]]:
    """Decide the new orders by the rule of all orders; what each order is, and which lines speak against it."""
    take_in_hand(run.unit, [candidate.id for candidate in going_in if candidate.id is not None])
    decide_orders_in_hand(decide_orders(terms))
    record_order_decisions(run, "orders")
    decided = {
        row.pop("id"): row | {"lines": []}
        for row in rows("SELECT id, outcome, standing, clause, reasons, amount FROM decided")
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT order_id, row, item_code, NOT listed, listed AND unit_price IS NULL, listed AND NOT has_basis,"
            " unknown_account OR unknown_dimension, quantity < 0, list_price, unit_price FROM lines_in_hand"
            " WHERE NOT listed OR unit_price IS NULL OR NOT has_basis OR unknown_account OR unknown_dimension"
            " OR quantity < 0 ORDER BY order_id, position"
        )
        for row in cursor.fetchall():
            decided[row[0]]["lines"].append(row[1:])
    return decided


_ROWS_TOLD = 20  # in the word on a row that goes back because of others

# Where in the form each reason shows: the column, and for reasons of a line, which lines.
_SHOWN_IN = {
    "CUSTOMER_OF_OWN_SYSTEM": ("customer_no", None),
    "ITEM_NOT_ON_PRICE_LIST": ("item", 2),
    "PRICE_MISSING": ("unit_price", 3),
    "LEGAL_BASIS_MISSING": ("charge_basis_text", 4),
    "POSTING_UNKNOWN": ("budget_account", 5),
    "MIXED_LAW": ("item", None),
    "MIXED_VAT_SCOPE": ("item", None),
    "CONTRACT_NOT_ENDED": ("case_reference", None),
    "DEVIATING_TAX_COUNTRY": ("tax_country", None),
    "STATE_UNIT_WITHOUT_E_ADDRESS": ("customer_no", None),
    "PROTECTED_WITHOUT_SAFE_WAY": ("bill_to_no", None),
    "RECIPIENT_WITHOUT_ADDRESS": ("bill_to_no", None),
    "NEGATIVE_WITHOUT_CREDIT": ("quantity", 6),
    "ORIGINAL_UNKNOWN": ("reference_invoice", None),
    "ORIGINAL_OF_ANOTHER_PAYER": ("reference_invoice", None),
    "CREDIT_NOT_NEGATIVE": ("quantity", None),
    "CREDIT_EXCEEDS_ORIGINAL": ("reference_invoice", None),
}


def tell(
    candidates: Sequence[Candidate],
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
                    column=label_of(request, column),
                    value=cells.get(row, {}).get(column),
                )
                for row in rows
            ]


def outcomes_of(request: BillingRequest, candidates: Sequence[Candidate]) -> list[RowOutcome]:
    """One outcome for every row of the file, in the order of the file."""
    loose = defaultdict(list)
    for finding in request.findings:
        if finding.row is not None:
            loose[finding.row].append(finding)
    told = [_by_row(candidate) for candidate in candidates]
    at_fault = [_rows_at_fault(by_row) for by_row in told]
    outcomes: list[RowOutcome] = []
    status: Status
    for row in request.rows:
        if row.order < 0:
            outcomes.append(RowOutcome(row.row, "returned", _without_codes(loose[row.row])))
            continue
        candidate = candidates[row.order]
        own = told[row.order].get(row.row, [])
        if candidate.duplicate:
            status, findings = "duplicate", candidate.findings
        elif candidate.goes_in:
            status, findings = "accepted", own
        else:
            # A row without a fault of its own goes back with its order, and says because of which rows.
            status = "returned"
            findings = own or [
                Finding(
                    "order_returned_with",
                    clause="OC 3.9-c",
                    row=row.row,
                    detail={"rows": at_fault[row.order]},
                )
            ]
        outcomes.append(
            RowOutcome(
                row.row,
                status,
                _without_codes(findings),
                candidate.number,
                candidate.id,
                _number_to_fill_in(candidate) if row.row == candidate.order.row else "",
            )
        )
    return outcomes


def _number_to_fill_in(candidate: Candidate) -> str:
    """The number of the order's customer where the form left it out (OC 3.2-b)."""
    asked = candidate.order.customer
    known = candidate.customer is not None and not asked.number and identifies(asked)
    return candidate.customer.number if known and candidate.customer else ""


def _by_row(candidate: Candidate) -> dict[int, list[Finding]]:
    found: dict[int, list[Finding]] = defaultdict(list)
    for finding in candidate.findings:
        if finding.row is not None:
            found[finding.row].append(finding)
    return dict(found)


def _rows_at_fault(by_row: Mapping[int, Sequence[Finding]]) -> str:
    """The first rows that return an order, in a row; an order of thousands is not told by all of them."""
    at = sorted(row for row, told in by_row.items() if any(one.severity == "error" for one in told))
    more = ", …" if len(at) > _ROWS_TOLD else ""
    return ", ".join(map(str, at[:_ROWS_TOLD])) + more


def _without_codes(findings: Iterable[Finding]) -> list[Finding]:
    """The findings with nothing in them that is a personal code, whatever cell it was written in (OC 2.2-f)."""
    return [
        replace(finding, value="****")
        if finding.value and find_personal_codes(finding.value, glued=True)
        else finding
        for finding in findings
    ]
