"""Contracts as people look them up: their cover sheets, how much of their limits is used, which invoices came (EX 3-d).

Called inside ``working_in``. Amounts are euro without VAT.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reskontra.database.rows import rows
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit

KINDS = ("valid", "ending", "exhausted", "ended", "all")
SOON = (
    30,
    90,
    180,
)  # so many days ahead people look for contracts that end: what is looked at, decided by no rule


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit and what was invoiced under it; ``kind`` is total, month, quarter, year or period."""

    kind: str
    limit: Decimal
    used: Decimal
    first: date | None = None
    last: date | None = None

    @property
    def left(self) -> Decimal:
        """What may still be invoiced; below zero when more was."""
        return self.limit - self.used

    @property
    def percent(self) -> int:
        """How much is used, in whole percent rounded down; a limit of nothing is used up."""
        return int(self.used * 100 / self.limit) if self.limit else 100

    @property
    def drawn(self) -> int:
        """As much of the bar as is used: at most all of it, at least nothing."""
        return min(max(self.percent, 0), 100)


@dataclass(frozen=True, slots=True)
class ContractListed:
    """The newest version of a contract, with its use on the day; ``waiting`` matches wait for a confirmation.

    ``ended`` is the day from which it is over, where somebody ended it.
    """

    id: int
    number: str
    version: int
    name: str
    supplier_id: int
    supplier: str
    valid_from: date
    valid_until: date | None
    plan: str
    confirm: bool
    currency: str
    owner: str
    ended: date | None
    total_limit: Decimal | None
    used: Decimal
    period: str
    period_limit: Decimal | None
    period_used: Decimal
    has_periods: bool
    told_from: date | None
    told_until: date | None
    told_limit: Decimal | None
    told_used: Decimal
    waiting: int
    state: str

    @property
    def limits(self) -> list[Limit]:
        """Every limit that holds on the day, with what is used of it."""
        found = []
        if self.total_limit is not None:
            found.append(Limit("total", self.total_limit, self.used))
        if self.period_limit is not None:
            found.append(Limit(self.period, self.period_limit, self.period_used))
        if self.told_limit is not None:
            found.append(Limit("period", self.told_limit, self.told_used, self.told_from, self.told_until))
        return found

    @property
    def tightest(self) -> Limit | None:
        """The limit with the least left; None without any."""
        return min(self.limits, key=lambda one: one.left, default=None)


_CONTRACTS = """
WITH newest AS MATERIALIZED (
  SELECT DISTINCT ON (number) * FROM purchases_contract WHERE unit_id = %(unit)s ORDER BY number, version DESC),
of_today AS MATERIALIZED (
  SELECT DISTINCT ON (t.contract_id) t.contract_id, t.from_date, t.until_date, t.net FROM purchases_contractperiod t
  JOIN newest n ON n.id = t.contract_id WHERE %(on)s BETWEEN t.from_date AND t.until_date
  ORDER BY t.contract_id, t.position),
used AS MATERIALIZED (
  SELECT n.number, sum(m.net) AS used,
    sum(m.net) FILTER (WHERE date_trunc(nullif(n.period, ''), coalesce(i.issue_date, i.received_date)::timestamp)
      = date_trunc(nullif(n.period, ''), %(on)s::timestamp)) AS period_used,
    sum(m.net) FILTER (WHERE coalesce(i.issue_date, i.received_date) BETWEEN p.from_date AND p.until_date) AS told_used
  FROM purchases_match_held m
  JOIN purchases_contract c ON c.id = m.contract_id
  JOIN newest n ON n.number = c.number
  JOIN purchases_purchaseinvoice i ON i.id = m.invoice_id
  LEFT JOIN of_today p ON p.contract_id = n.id
  WHERE m.unit_id = %(unit)s GROUP BY 1),
waiting AS MATERIALIZED (
  SELECT c.number, count(*) AS waiting FROM purchases_match_held m JOIN purchases_contract c ON c.id = m.contract_id
  WHERE m.unit_id = %(unit)s AND m.waits AND NOT m.confirmed GROUP BY 1),
told AS (
  SELECT n.id, n.number, n.version, n.name, n.supplier_id, s.name AS supplier, n.valid_from, n.valid_until, n.plan,
    n.confirm, n.currency, coalesce(o.name, '') AS owner, e.day AS ended, n.total_limit, coalesce(u.used, 0) AS used,
    n.period, n.period_limit, coalesce(u.period_used, 0) AS period_used,
    EXISTS (SELECT FROM purchases_contractperiod t WHERE t.contract_id = n.id) AS has_periods,
    p.from_date AS told_from, p.until_date AS told_until, p.net AS told_limit, coalesce(u.told_used, 0) AS told_used,
    coalesce(w.waiting, 0) AS waiting
  FROM newest n JOIN registers_supplier s ON s.id = n.supplier_id
  LEFT JOIN registers_person o ON o.id = n.owner_id
  LEFT JOIN purchases_contractend e ON e.unit_id = n.unit_id AND e.number = n.number
  LEFT JOIN of_today p ON p.contract_id = n.id
  LEFT JOIN used u ON u.number = n.number
  LEFT JOIN waiting w ON w.number = n.number),
stated AS (
  SELECT told.*, CASE WHEN ended <= %(on)s OR valid_until < %(on)s THEN 'ended'
    WHEN valid_from > %(on)s THEN 'coming'
    WHEN used >= total_limit OR period_used >= period_limit OR told_used >= told_limit
      OR has_periods AND told_limit IS NULL THEN 'exhausted'
    ELSE 'valid' END AS state
  FROM told)
"""
_KIND = {
    "valid": "state IN ('valid', 'exhausted')",
    "ending": "state IN ('valid', 'exhausted') AND least(valid_until, ended) <= %(soon)s",
    "exhausted": "state = 'exhausted'",
    "ended": "state = 'ended'",
    "all": "true",
}


@clause("EX 3-d")
def contracts_listed(
    unit: Unit, on: date, kind: str, words: str, days: int, before: int | None, most: int
) -> tuple[list[ContractListed], dict[str, int]]:
    """At most ``most`` contracts of ``kind`` on the day, the newest first; and how many each kind has.

    ``ending`` ones end within ``days``. Words look in all kinds.
    """
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values = {
        "unit": unit.pk,
        "on": on,
        "soon": on + timedelta(days=days),
        "like": f"%{escaped}%" if words else "",
        "before": before,
        "most": most,
    }
    found = rows(
        f"{_CONTRACTS} SELECT * FROM stated WHERE ({_KIND['all' if words else kind]})"
        " AND (%(like)s = '' OR number ILIKE %(like)s OR name ILIKE %(like)s OR supplier ILIKE %(like)s"
        " OR EXISTS (SELECT FROM registers_supplier f WHERE f.id = supplier_id AND f.number ILIKE %(like)s))"
        " AND (%(before)s::bigint IS NULL OR id < %(before)s::bigint) ORDER BY id DESC LIMIT %(most)s",
        values,
    )
    counts = ", ".join(f'count(*) FILTER (WHERE {how}) AS "{name}"' for name, how in _KIND.items())
    (told,) = rows(f"{_CONTRACTS} SELECT {counts} FROM stated", values)
    return [ContractListed(**row) for row in found], dict(told)


def contract_listed(unit: Unit, on: date, number: str) -> ContractListed | None:
    """The newest version of contract ``number`` as the list shows it; None when there is none."""
    found = rows(
        f"{_CONTRACTS} SELECT * FROM stated WHERE number = %(number)s",
        {"unit": unit.pk, "on": on, "number": number},
    )
    return ContractListed(**found[0]) if found else None


@dataclass(frozen=True, slots=True)
class Expected:
    """An invoice that the schedule expects; ``taken`` once as many invoices came as rows like it stand above."""

    position: int
    expected_date: date
    net: Decimal
    tolerance: Decimal | None
    taken: bool


_EXPECTED = """
SELECT w.position, w.expected_date, w.net, w.tolerance,
  row_number() OVER (PARTITION BY w.expected_date, w.net ORDER BY w.position) <= coalesce(t.taken, 0) AS taken
FROM purchases_contractrow w
JOIN purchases_contract c ON c.id = w.contract_id
LEFT JOIN (SELECT w.expected_date, w.net,
             count(*) FILTER (WHERE l.net > 0) - count(*) FILTER (WHERE -l.net >= w.net) AS taken
           FROM purchases_matchline l JOIN purchases_match_held m ON m.id = l.match_id
           JOIN purchases_contractrow w ON w.id = l.contract_row_id
           JOIN purchases_contract c ON c.id = w.contract_id
           WHERE c.unit_id = %(unit)s AND c.number = %(number)s GROUP BY 1, 2) t
  ON t.expected_date = w.expected_date AND t.net = w.net
WHERE w.contract_id = %(contract)s ORDER BY w.expected_date, w.position
"""


@clause("EX 3-d")
def rows_expected(unit: Unit, contract: int, number: str) -> list[Expected]:
    """The rows of a schedule by day; one of the same day and amount is the same row in every version."""
    values: dict[str, Any] = {"unit": unit.pk, "contract": contract, "number": number}
    return [Expected(**row) for row in rows(_EXPECTED, values)]
