"""How the purchase side of the demonstration stands, counted from the facts."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.database.rows import rows
from reskontra.database.session import working_in
from reskontra.insight.automation import automation, mismatches
from reskontra.insight.purchases import purchase_number
from reskontra.insight.supplier_payments import paid_late
from reskontra.registers.models import Unit


def purchase_tally(units: Sequence[Unit], first: date, last: date) -> dict[str, Any]:
    """Invoices by format and by reason, the automatic rate, money by its way, statement lines; euro as text."""
    values = {"first": first, "last": last}
    told: dict[str, Any] = {}
    with working_in([unit.pk for unit in units]):
        for name, query in _COUNTED.items():
            told[name] = [
                {**row, "amount": format(row["amount"], ".2f")} if "amount" in row else row
                for row in rows(query, values)
            ]
    months, reasons, late = [], dict[str, dict[str, Any]](), 0
    for unit in units:
        with working_in([unit.pk]):
            months += [{"unit": unit.code, **one.as_json()} for one in automation(unit, first, last)]
            late += len(paid_late(unit, first))
            for one in mismatches(unit, first, last):
                known = reasons.setdefault(
                    one.outcome, {"reason": one.outcome, "count": 0, "amount": Decimal(0), "open": 0}
                )
                known["count"] += one.invoices
                known["amount"] += one.amount
                known["open"] += one.open
    invoices = sum(one["invoices"] for one in months)
    automatic = sum(one["automatic"] for one in months)
    told["months"] = months
    told["look_at"] = _look_at(units, first, last)
    told["paid_late"] = late
    told["automatic"] = {"invoices": invoices, "automatic": automatic, "rate": _percent(automatic, invoices)}
    told["reasons"] = [
        {**one, "amount": format(one["amount"], ".2f")}
        for one in sorted(reasons.values(), key=lambda one: (-one["count"], one["reason"]))
    ]
    lines = {one["by"]: one["count"] for one in told["lines"]}
    by_itself = lines.get("rule", 0) + lines.get("payments", 0)
    told["coverage"] = {
        "lines": sum(lines.values()),
        "by_themselves": by_itself,
        "rate": _percent(by_itself, sum(lines.values())),
    }
    return told


def _look_at(units: Sequence[Unit], first: date, last: date) -> list[dict[str, str]]:
    """Some invoices worth looking at, and two reports, each with its command."""
    found = []
    with working_in([unit.pk for unit in units]):
        codes = {unit.pk: unit.code for unit in units}
        for why, query in _LOOK_AT:
            for row in rows(query):
                command = (
                    f"reskontra purchase {purchase_number(row['invoice_id'])} --unit {codes[row['unit_id']]}"
                )
                found.append({"why": why, "command": command})
    days = f"--unit {units[0].code} --from {first} --until {last}"
    for why, name in (("reasons", "mismatches"), ("automation", "automation")):
        found.append({"why": why, "command": f"reskontra report {name} {days}"})
    return found


def _percent(part: int, whole: int) -> str:
    return format(Decimal(100 * part) / whole if whole else Decimal(0), ".1f")


_COUNTED = {
    "formats": """
        SELECT split_part(format, ' ', 1) AS format, count(*) AS count, sum(total) AS amount
        FROM purchases_purchaseinvoice WHERE received_date BETWEEN %(first)s AND %(last)s GROUP BY 1 ORDER BY 2 DESC, 1
    """,
    # Where each invoice is in the end.
    "ends": """
        SELECT CASE WHEN r.reason IS NOT NULL THEN 'returned_' || r.reason
                    WHEN p.id IS NULL THEN 'in_circulation'
                    WHEN o.open <> 0 THEN 'owed'
                    WHEN p.automatic THEN 'paid_by_itself' ELSE 'paid' END AS "end",
          count(*) AS count, sum(i.total) AS amount
        FROM purchases_purchaseinvoice i
        LEFT JOIN purchases_invoicereturn r ON r.invoice_id = i.id
        LEFT JOIN purchases_payable p ON p.invoice_id = i.id
        LEFT JOIN purchases_payable_open o ON o.id = p.id
        WHERE i.received_date BETWEEN %(first)s AND %(last)s
        GROUP BY 1 ORDER BY 2 DESC, 1
    """,
    # What became of the money: out to suppliers, to the authority by a ban, back from the bank, set off.
    "money": """
        SELECT way, count(*) AS count, sum(amount) AS amount
        FROM (SELECT CASE WHEN undoes_id IS NOT NULL THEN 'came_back' WHEN pays = 'ban' THEN 'withheld'
                          ELSE 'paid' END AS way, abs(amount) AS amount
              FROM purchases_supplierpayment WHERE payment_date BETWEEN %(first)s AND %(last)s
              UNION ALL
              SELECT 'set_off', abs(s.amount) FROM purchases_payablesettlement s
              WHERE s.kind = 'credit' AND s.amount < 0) told
        GROUP BY 1 ORDER BY 3 DESC
    """,
    # How the lines of the expenditure accounts' statements were posted.
    "lines": """
        SELECT coalesce(p.by, 'not_posted') AS by, count(*) AS count, sum(abs(l.amount)) AS amount
        FROM bank_line l
        JOIN bank_material m ON m.id = l.material_id
        JOIN registers_unitaccount a ON a.id = m.account_id AND a.purpose = 'expenditure'
        LEFT JOIN bank_lineposting p ON p.line_id = l.id AND p.corrects_id IS NULL
        WHERE l.booking_date BETWEEN %(first)s AND %(last)s
        GROUP BY 1 ORDER BY 2 DESC, 1
    """,
}
_LOOK_AT = (
    ("rematched", """
        SELECT d.unit_id, d.invoice_id FROM purchases_purchasedecision d
        JOIN purchases_payable p ON p.invoice_id = d.invoice_id AND p.automatic
        WHERE d.rule = 'matching' AND d.outcome = 'NOT_RECEIVED' ORDER BY d.run_id, d.invoice_id LIMIT 1"""),
    ("substitute", """
        SELECT unit_id, invoice_id FROM purchases_invoiceapproval
        WHERE act = 'approve' AND instead_of_id IS NOT NULL ORDER BY id LIMIT 1"""),
    ("complained", """
        SELECT unit_id, invoice_id FROM purchases_invoicereturn WHERE reason = 'unagreed' ORDER BY id LIMIT 1"""),
    ("rejected", """
        SELECT p.unit_id, p.invoice_id FROM purchases_paymentanswer a
        JOIN purchases_payablesettlement s ON s.payment_id = a.payment_id
        JOIN purchases_payable p ON p.id = s.payable_id
        WHERE a.state = 'rejected' ORDER BY a.id LIMIT 1"""),
)  # fmt: skip
