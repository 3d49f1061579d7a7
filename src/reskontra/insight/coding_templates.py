"""Coding templates as people look them up: what a posting reference stands for, when, how often used (EX 3-c).

Called inside ``working_in``.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from reskontra.database.rows import rows
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit

KINDS = ("valid", "coming", "ended", "all")


@dataclass(frozen=True, slots=True)
class TemplateListed:
    """One template; ``until`` is its last day. ``used``: so many invoices were coded by it."""

    id: int
    reference: str
    name: str
    queue: str
    first: date | None
    until: date | None
    lines: int
    used: int
    state: str


# The codings that a template gave, on the days on which it held.
_USED = """
SELECT count(DISTINCT c.invoice_id) FROM purchases_invoiceidentifier n
JOIN purchases_coding c ON c.invoice_id = n.invoice_id AND c.source = 'template'
LEFT JOIN runs_run u ON u.id = c.run_id
WHERE n.unit_id = t.unit_id AND n.kind = 'posting' AND n.value = t.reference
  AND t.validity @> coalesce(u.on_date, c.given_at::date)
"""
_TEMPLATES = f"""
WITH told AS (
  SELECT t.id, t.reference, t.name, coalesce(CASE %(language)s WHEN 'sv' THEN q.name_sv WHEN 'fi' THEN q.name_fi
      ELSE q.name_en END, '') AS queue, lower(t.validity) AS first, upper(t.validity) AS after,
    (SELECT count(*) FROM registers_codingtemplateline l WHERE l.template_id = t.id) AS lines, ({_USED}) AS used,
    CASE WHEN t.validity @> %(on)s::date THEN 'valid' WHEN lower(t.validity) > %(on)s THEN 'coming'
      ELSE 'ended' END AS state
  FROM registers_codingtemplate t LEFT JOIN registers_workqueue q ON q.id = t.queue_id
  WHERE t.unit_id = %(unit)s)
SELECT * FROM told
"""


@clause("EX 3-c")
def templates_listed(
    unit: Unit, on: date, kind: str, words: str, language: str, before: int | None, most: int
) -> list[TemplateListed]:
    """At most ``most`` templates of ``kind`` on the day, the newest first; words look in all kinds."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found = rows(
        f"{_TEMPLATES} WHERE (%(kind)s = 'all' OR state = %(kind)s)"
        " AND (%(like)s = '' OR reference ILIKE %(like)s OR name ILIKE %(like)s)"
        " AND (%(before)s::bigint IS NULL OR id < %(before)s::bigint) ORDER BY id DESC LIMIT %(most)s",
        {
            "unit": unit.pk,
            "on": on,
            "language": language,
            "kind": "all" if words else kind,
            "like": f"%{escaped}%" if words else "",
            "before": before,
            "most": most,
        },
    )
    return [_told(row) for row in found]


def templates_of(unit: Unit, on: date, reference: str, language: str) -> list[TemplateListed]:
    """Every template of one posting reference, the latest first."""
    found = rows(
        f"{_TEMPLATES} WHERE reference = %(reference)s ORDER BY first DESC NULLS LAST, id DESC",
        {"unit": unit.pk, "on": on, "language": language, "reference": reference},
    )
    return [_told(row) for row in found]


def _told(row: dict[str, object]) -> TemplateListed:
    after = row.pop("after")
    until = after - timedelta(days=1) if isinstance(after, date) else None
    return TemplateListed(until=until, **row)  # type: ignore[arg-type]
