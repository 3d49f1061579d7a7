"""The files that came in to a unit, and what became of each the last time that somebody brought it."""

from collections.abc import Iterable
from dataclasses import dataclass

from reskontra.database.rows import rows
from reskontra.exchange.models import FileAnswer, InboxFile
from reskontra.gate.rooms import INVOICES
from reskontra.gate.taken import Taken, kept
from reskontra.registers.models import Unit

# What the facts say of files that a run took in, or that came before answers were kept: kind, entries, returned ones.
_FROM_FACTS = """
SELECT p.file_id, 'purchase_invoices' AS kind, count(*) AS read, count(r.id) AS returned, min(p.run_id) AS run
FROM purchases_purchaseinvoice p
LEFT JOIN purchases_invoicereturn r ON r.invoice_id = p.id AND r.run_id = p.run_id
WHERE p.unit_id = %(unit)s AND p.file_id = ANY (%(files)s) GROUP BY 1
UNION ALL
SELECT b.file_id, 'billing_request', b.rows,
  (SELECT count(*) FROM sales_billingrow w WHERE w.request_id = b.id AND w.status = 'returned'), b.run_id
FROM sales_billingrequest b WHERE b.unit_id = %(unit)s AND b.file_id = ANY (%(files)s)
UNION ALL
SELECT m.file_id, 'bank_material', sum(m.lines)::bigint, 0, min(m.run_id)
FROM bank_material m WHERE m.unit_id = %(unit)s AND m.file_id = ANY (%(files)s) GROUP BY 1
UNION ALL
SELECT f.id, r.name, e.expected::bigint, 0, r.id
FROM runs_evidence e
JOIN exchange_inboxfile f ON f.unit_id = e.unit_id AND f.digest = e.document
JOIN runs_run r ON r.unit_id = e.unit_id AND r.id = e.run_id
WHERE e.unit_id = %(unit)s AND f.id = ANY (%(files)s) AND e.control = 'file taken in'
"""
_INVOICES = """
SELECT 'PI' || i.id AS id, i.number, i.seller_name AS seller, i.total::text AS total, i.currency, d.outcome
FROM purchases_purchaseinvoice i
JOIN purchases_purchasedecision d ON d.invoice_id = i.id AND d.run_id = i.run_id AND d.rule = 'intake'
WHERE i.unit_id = %s AND i.file_id = %s ORDER BY i.position LIMIT 500
"""


@dataclass(frozen=True)
class CameIn:
    """A file of the inbox; ``answer`` is the newest of those that were given, ``taken`` what became of it.

    Both are None for a file that nothing has come of yet.
    """

    file: InboxFile
    answer: FileAnswer | None
    taken: Taken | None


def files_listed(unit: Unit, before: int | None, most: int, state: str = "") -> list[CameIn]:
    """At most ``most`` files, the newest first, from behind the id ``before``; of one ``state`` of answers if told.

    Called inside ``working_in``.
    """
    found = InboxFile.objects.filter(unit=unit)
    if before is not None:
        found = found.filter(pk__lt=before)
    if state:
        newest = FileAnswer.objects.filter(unit=unit).order_by("file_id", "-id").distinct("file_id")
        told = FileAnswer.objects.filter(pk__in=newest.values("pk"), state=state)
        found = found.filter(pk__in=told.values("file_id"))
    return _with_answers(unit, found.select_related("person").order_by("-id")[:most])


def file_named(unit: Unit, digest: str) -> CameIn | None:
    """The file with these bytes. Called inside ``working_in``."""
    found = _with_answers(unit, InboxFile.objects.filter(unit=unit, digest=digest).select_related("person"))
    return found[0] if found else None


def _with_answers(unit: Unit, found: Iterable[InboxFile]) -> list[CameIn]:
    files = list(found)
    answers = FileAnswer.objects.filter(unit=unit, file__in=files).select_related("file", "person")
    newest = {one.file_id: one for one in answers.order_by("file_id", "-id").distinct("file_id")}
    # A file that was refused may have been taken in by a run since.
    open_ = [one.pk for one in files if one.pk not in newest or newest[one.pk].state == "refused"]
    facts = _from_facts(unit, open_) if open_ else {}
    return [
        CameIn(file, answer := newest.get(file.pk), facts.get(file.pk) or (kept(answer) if answer else None))
        for file in files
    ]


def _from_facts(unit: Unit, files: list[int]) -> dict[int, Taken]:
    told = {}
    for row in rows(_FROM_FACTS, {"unit": unit.pk, "files": files}):
        alone = len(files) == 1 and row["kind"] == INVOICES
        told[row["file_id"]] = Taken(
            row["kind"],
            "taken",
            read=row["read"],
            accepted=row["read"] - row["returned"],
            returned=row["returned"],
            run=row["run"],
            more={"invoices": rows(_INVOICES, [unit.pk, row["file_id"]])} if alone else {},
            file=row["file_id"],
        )
    return told
