"""Payables as people work with them: what is open by due date, what a plan would pay, files on their way (EX 8, 9).

Called inside ``working_in``. Lists are read by key. Amounts in euro.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from reskontra.database.rows import one_row, rows
from reskontra.kernel.clauses import cite, clause
from reskontra.kernel.texts import text, texts
from reskontra.purchases.models import PayableDecision
from reskontra.registers.models import Unit
from reskontra.runs.models import Decision, Run

KINDS = ("all", "due", "held", "back")


@dataclass(frozen=True)
class Owed:
    """An open payable: to whom, for which invoice, and what was said of it last; ``held`` and ``back`` say why not.

    ``open`` is negative for a credit. ``seen`` names its holds and settlements, so that an act binds to what was seen.
    """

    id: int
    supplier_number: str
    supplier: str
    invoice_id: int
    invoice: str
    due_date: date
    amount: Decimal
    open: Decimal
    stream: str
    reference: str
    held: str | None
    back: str | None
    outcome: str | None
    clause: str | None
    run: int | None
    seen: str


@dataclass(frozen=True)
class Sums:
    """How many payables are open in one way, and what is open of them."""

    kind: str
    count: int
    amount: Decimal


@dataclass(frozen=True)
class Planned:
    """What a plan says of one payable: what leaves, what is withheld and set off, when, where to, and the checks.

    ``id`` is the payable's. ``account_since`` is when a second person approved the account; ``verification`` what the
    payee's bank answered.
    """

    id: int
    supplier_number: str
    supplier: str
    invoice: str
    due_date: date
    open: Decimal
    pays: Decimal
    withheld: Decimal
    set_off: Decimal
    payment_date: date | None
    account: str
    outcome: str
    standing: str
    clause: str
    verification: str
    account_since: datetime | None


@dataclass(frozen=True)
class Totals:
    """What a plan would do in all: payables, euro that leave, that are withheld, and how many wait."""

    payables: int
    pays: Decimal
    withheld: Decimal
    set_off: Decimal
    left: int


@dataclass(frozen=True)
class Sent:
    """A payment file: when it is carried out, where it stands, what the bank said, and what its statement shows."""

    id: int
    name: str
    run: int
    day: date
    count: int
    amount: Decimal
    version: str
    message_id: str
    digest: str
    signature: str
    account: str
    state: str
    accepted: int
    pending: int
    rejected: int
    stated: Decimal


@dataclass(frozen=True)
class Paid:
    """One payment of a file and the newest of what is known of it; ``undone``: its payables are open again."""

    id: int
    end_to_end_id: str
    supplier_number: str
    supplier: str
    pays: str
    payee: str
    iban: str
    reference: str
    message: str
    amount: Decimal
    state: str | None
    code: str
    reason: str
    day: date | None
    undone: bool
    payables: Sequence[int] = field(default_factory=tuple)

    def said(self, language: str) -> str:
        """What the bank said in the reader's words where its code is known, and as it wrote it."""
        code = f"payment.code.{self.code}"
        words = text(code, language) if code in texts() else self.code
        return "; ".join(part for part in (words, self.reason) if part)


@clause("EX 9-a")
def payables_listed(
    unit: Unit,
    on: date,
    kind: str = "all",
    words: str = "",
    after: int | None = None,
    most: int = 50,
    *,
    supplier: int | None = None,
) -> list[Owed]:
    """Open payables of one kind, the earliest due first; ``words`` look in supplier, invoice and reference."""
    return _owed(
        f"o.open <> 0 AND {_KIND[kind]} AND (%(like)s = '' OR s.name ILIKE %(like)s OR i.number ILIKE %(like)s"
        " OR i.reference ILIKE %(like)s) AND (%(supplier)s::bigint IS NULL OR o.supplier_id = %(supplier)s)"
        " AND (%(after)s::bigint IS NULL OR (o.due_date, o.id) >"
        " (SELECT due_date, id FROM purchases_payable WHERE id = %(after)s AND unit_id = %(unit)s))",
        unit=unit.pk,
        on=on,
        like=f"%{words}%" if words else "",
        supplier=supplier,
        after=after,
        most=most,
    )


def payable_of(unit: Unit, id: int) -> Owed | None:
    """One payable, settled or not; None where the unit has none such."""
    found = _owed("o.id = %(id)s", unit=unit.pk, id=id, most=1)
    return found[0] if found else None


def payables_counted(unit: Unit, on: date) -> dict[str, Sums]:
    """How many payables are open in each way."""
    columns = ", ".join(
        f"count(*) FILTER (WHERE {where}), coalesce(sum(o.open) FILTER (WHERE {where}), 0)"
        for where in _KIND.values()
    )
    found = one_row(
        f"SELECT {columns} FROM purchases_payable_open o {_HELD} WHERE o.unit_id = %(unit)s AND o.open <> 0",
        {"unit": unit.pk, "on": on},
    )
    return {kind: Sums(kind, found[2 * place], found[2 * place + 1]) for place, kind in enumerate(_KIND)}


@clause("EX 8-a", "EX 9-a", "EX 9-c")
def planned_payables(
    run: Run, standing: str = "READY", after: int | None = None, most: int = 50
) -> list[Planned]:
    """What a payment plan says of its payables: those that go (``READY``) or those that are left, in its own order."""
    values = {"unit": run.unit_id, "run": run.pk, "ready": standing == "READY", "after": after, "most": most}
    return [Planned(**row) for row in rows(_PLANNED, values)]


def planned_totals(run: Run) -> Totals:
    """The sums of a payment plan; what is not due or settled is not among what is left."""
    return Totals(**rows(_TOTALS, {"unit": run.unit_id, "run": run.pk})[0])


@clause("EX 9-a")
def files_listed(
    unit: Unit, before: int | None = None, most: int = 50, *, states: Sequence[str] = ()
) -> list[Sent]:
    """Payment files of the unit, the newest first; only those in ``states`` where any are named."""
    return _files(
        "(%(before)s::bigint IS NULL OR k.id < %(before)s)"
        " AND (cardinality(%(states)s::text[]) = 0 OR coalesce(e.state, 'built') = ANY (%(states)s::text[]))",
        unit=unit.pk,
        before=before,
        states=list(states),
        most=most,
    )


def file_of(unit: Unit, id: int) -> Sent | None:
    """One payment file; None where the unit has none such."""
    found = _files("k.id = %(id)s", unit=unit.pk, id=id, most=1)
    return found[0] if found else None


def payments_of(
    unit: Unit, file: int | None, only: str = "", after: int | None = None, most: int = 50
) -> list[Paid]:
    """The payments of a file in its order, or all of the unit's; ``only`` keeps those in one state of the answer."""
    values = {"unit": unit.pk, "file": file, "payable": None, "only": only, "after": after, "most": most}
    return [Paid(**row) for row in rows(_PAID, values)]


def payments_to(unit: Unit, payable: int) -> list[Paid]:
    """The payments that took something of one payable, in order."""
    values = {"unit": unit.pk, "file": None, "payable": payable, "only": "", "after": None, "most": 50}
    return [Paid(**row) for row in rows(_PAID, values)]


def payable_decisions(unit: Unit, payable: int, language: str) -> list[dict[str, Any]]:
    """What applied runs decided about one payable, in order of time; what run after run said is told once."""
    found = PayableDecision.objects.filter(unit=unit, payable=payable, run__state="applied")
    told = decisions_told(found.select_related("run").order_by("run_id"), language)
    for one in told:
        one["inputs"] = _readable(one["inputs"])
    return told


def decisions_told(found: Iterable[Decision], language: str) -> list[dict[str, Any]]:
    """Decisions in order of time as explanations tell them; those that say the same one after another are one."""
    told = []
    for _, same in groupby(found, key=lambda one: (one.rule, one.outcome, one.clause, one.inputs)):
        one = list(same)[-1]
        run: Run = one.run
        told.append(
            {
                "rule": one.rule,
                "outcome": one.outcome,
                "standing": one.standing,
                "clause": one.clause,
                "citation": cite(one.clause, language),
                "reasons": one.reasons,
                "inputs": one.inputs,
                "amount": format(one.amount, ".2f"),
                "terms": run.terms.get("terms", {}),
                "run": {"id": run.pk, "name": run.name, "on": run.on_date.isoformat()},
            }
        )
    return told


def _readable(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Parts added up; what only tells two plans apart is left out."""
    return {
        name: format(sum(map(Decimal, value.values()), Decimal(0)), ".2f")
        if isinstance(value, dict)
        else value
        for name, value in inputs.items()
        if name != "payee"
    }


def _owed(where: str, **values: Any) -> list[Owed]:
    return [Owed(**row) for row in rows(_OWED.format(where=where), values)]


def _files(where: str, **values: Any) -> list[Sent]:
    return [Sent(**row) for row in rows(_SENT.format(where=where), values)]


_HELD = """
LEFT JOIN LATERAL (
  SELECT max(h.reason) FILTER (WHERE h.answer_id IS NULL) AS held,
    max(h.reason) FILTER (WHERE h.answer_id IS NOT NULL) AS back
  FROM purchases_paymenthold h
  WHERE h.payable_id = o.id AND h.unit_id = o.unit_id
    AND NOT EXISTS (SELECT FROM purchases_paymentholdend e WHERE e.hold_id = h.id)) h ON true
"""
_KIND: Mapping[str, str] = {
    "all": "true",
    "due": "o.due_date <= %(on)s::date",
    "held": "h.held IS NOT NULL",
    "back": "h.back IS NOT NULL",
}
_OWED = (
    """
SELECT o.id, s.number AS supplier_number, s.name AS supplier, i.id AS invoice_id, i.number AS invoice, o.due_date,
  o.amount, o.open, i.stream, i.reference, h.held, h.back, d.outcome, d.clause, d.run_id AS run,
  concat_ws('.', (SELECT max(x.id) FROM purchases_paymenthold x WHERE x.payable_id = o.id),
    (SELECT max(x.id) FROM purchases_paymentholdend x JOIN purchases_paymenthold y ON y.id = x.hold_id
     WHERE y.payable_id = o.id),
    (SELECT max(x.id) FROM purchases_payablesettlement x WHERE x.payable_id = o.id), o.open) AS seen
FROM purchases_payable_open o
JOIN purchases_purchaseinvoice i ON i.id = o.invoice_id AND i.unit_id = o.unit_id
JOIN registers_supplier s ON s.id = o.supplier_id
"""
    + _HELD
    + """
LEFT JOIN LATERAL (
  SELECT d.outcome, d.clause, d.run_id FROM purchases_payabledecision d
  JOIN runs_run r ON r.id = d.run_id AND r.unit_id = d.unit_id AND r.state <> 'dropped'
  WHERE d.payable_id = o.id AND d.unit_id = o.unit_id ORDER BY d.run_id DESC LIMIT 1) d ON true
WHERE o.unit_id = %(unit)s AND {where}
ORDER BY o.due_date, o.id LIMIT %(most)s
"""
)
_PARTS = "(SELECT coalesce(sum(part.value::numeric), 0) FROM jsonb_each_text(d.inputs -> '{0}') part)"
_PLANNED = f"""
SELECT p.id, s.number AS supplier_number, s.name AS supplier, i.number AS invoice, p.due_date,
  d.amount AS open, coalesce((d.inputs ->> 'pays')::numeric, 0) AS pays, {_PARTS.format("withheld")} AS withheld,
  {_PARTS.format("set_off")} AS set_off, (d.inputs ->> 'payment_date')::date AS payment_date,
  coalesce(d.inputs ->> 'account', '') AS account, d.outcome, d.standing, d.clause,
  coalesce(d.inputs ->> 'verification', '') AS verification, a.approved_at AS account_since
FROM purchases_payabledecision d
JOIN purchases_payable p ON p.id = d.payable_id AND p.unit_id = d.unit_id
JOIN purchases_purchaseinvoice i ON i.id = p.invoice_id AND i.unit_id = p.unit_id
JOIN registers_supplier s ON s.id = p.supplier_id
LEFT JOIN registers_supplieraccount a ON a.supplier_id = s.id AND a.iban = d.inputs ->> 'account'
  AND a.ended_date IS NULL
WHERE d.unit_id = %(unit)s AND d.run_id = %(run)s AND (d.standing = 'READY') = %(ready)s
  AND (%(after)s::bigint IS NULL OR p.id > %(after)s)
ORDER BY p.id LIMIT %(most)s
"""
_TOTALS = f"""
SELECT count(*) FILTER (WHERE d.standing = 'READY') AS payables,
  coalesce(sum((d.inputs ->> 'pays')::numeric) FILTER (WHERE d.standing = 'READY'), 0) AS pays,
  coalesce(sum({_PARTS.format("withheld")}) FILTER (WHERE d.standing = 'READY'), 0) AS withheld,
  coalesce(sum({_PARTS.format("set_off")}) FILTER (WHERE d.standing = 'READY' AND d.amount > 0), 0) AS set_off,
  count(*) FILTER (WHERE d.standing <> 'READY') AS left
FROM purchases_payabledecision d WHERE d.unit_id = %(unit)s AND d.run_id = %(run)s
"""
# What of the bank's statement tells of a file: lines posted by payments that name one of them, their batch or the file.
_SENT = """
SELECT k.id, f.name, k.run_id AS run, paid.day, k.count, k.total AS amount, k.version, k.message_id, f.digest,
  k.signature, b.iban AS account, coalesce(e.state, 'built') AS state, paid.accepted, paid.pending, paid.rejected,
  (SELECT coalesce(-sum(l.amount), 0)
   FROM bank_lineposting lp JOIN bank_line l ON l.id = lp.line_id AND l.unit_id = lp.unit_id
   WHERE lp.unit_id = k.unit_id AND lp.by = 'payments' AND lp.corrects_id IS NULL AND l.amount < 0
     AND (upper(l.payment_information_id) = upper(k.message_id)
       OR upper(l.end_to_end_id) IN (SELECT upper(x.end_to_end_id) FROM purchases_supplierpayment x
                                     WHERE x.file_id = k.id AND x.unit_id = k.unit_id))) AS stated
FROM purchases_paymentfile k
JOIN exchange_outboxfile f ON f.id = k.file_id AND f.unit_id = k.unit_id
JOIN registers_unitaccount b ON b.id = k.account_id AND b.unit_id = k.unit_id
LEFT JOIN LATERAL (SELECT e.state FROM exchange_outboxevent e WHERE e.file_id = f.id AND e.unit_id = f.unit_id
                   ORDER BY e.id DESC LIMIT 1) e ON true
LEFT JOIN LATERAL (
  SELECT min(p.payment_date) AS day, count(*) FILTER (WHERE a.accepted AND NOT a.rejected) AS accepted,
    count(*) FILTER (WHERE a.pending AND NOT a.accepted AND NOT a.rejected) AS pending,
    count(*) FILTER (WHERE a.rejected) AS rejected
  FROM purchases_supplierpayment p
  LEFT JOIN LATERAL (
    SELECT bool_or(state = 'accepted') AS accepted, bool_or(state = 'pending') AS pending,
      bool_or(state IN ('rejected', 'returned')) AS rejected
    FROM purchases_paymentanswer WHERE payment_id = p.id AND unit_id = p.unit_id) a ON true
  WHERE p.file_id = k.id AND p.unit_id = k.unit_id AND p.undoes_id IS NULL) paid ON true
WHERE k.unit_id = %(unit)s AND {where}
ORDER BY k.id DESC LIMIT %(most)s
"""
_PAID = """
SELECT p.id, p.end_to_end_id, s.number AS supplier_number, s.name AS supplier, p.pays, p.payee, p.iban, p.reference,
  p.message, p.amount, a.state, coalesce(a.code, '') AS code, coalesce(a.reason, '') AS reason, a.day,
  EXISTS (SELECT FROM purchases_supplierpayment u WHERE u.undoes_id = p.id AND u.unit_id = p.unit_id) AS undone,
  ARRAY(SELECT t.payable_id FROM purchases_payablesettlement t
        WHERE t.payment_id = p.id AND t.unit_id = p.unit_id ORDER BY 1) AS payables
FROM purchases_supplierpayment p
JOIN registers_supplier s ON s.id = p.supplier_id
-- A rejection stays one, whatever is said later; else the newest word holds.
LEFT JOIN LATERAL (
  SELECT state, code, reason, day FROM purchases_paymentanswer
  WHERE payment_id = p.id AND unit_id = p.unit_id
  ORDER BY state IN ('rejected', 'returned') DESC, id DESC LIMIT 1) a ON true
WHERE p.unit_id = %(unit)s AND p.undoes_id IS NULL AND (%(file)s::bigint IS NULL OR p.file_id = %(file)s)
  AND (%(payable)s::bigint IS NULL OR EXISTS (SELECT FROM purchases_payablesettlement t
       WHERE t.payment_id = p.id AND t.unit_id = p.unit_id AND t.payable_id = %(payable)s))
  AND (%(only)s = '' OR coalesce(a.state, 'none') = %(only)s)
  AND (%(after)s::bigint IS NULL OR p.id > %(after)s)
ORDER BY p.id LIMIT %(most)s
"""
