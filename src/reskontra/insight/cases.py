"""Cases of collection: as a list, one with its sums and letters, and claims that wait for a word of somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from reskontra.claims.collection import take_claims_in_hand
from reskontra.claims.interest import take_interest, take_interest_told
from reskontra.claims.models import Case
from reskontra.database.rows import one_row, rows
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import MissingTerm
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import terms_of

# What a case of a list may be: every one, those that go on, those that are over.
STATES = ("all", "open", "over")


@dataclass(frozen=True)
class CaseLine:
    """One case: ``step`` is the newest that moved it, on ``day``; euro asked for, and open of its claims."""

    id: int
    number: int
    kind: str
    procedure: str
    debtor: str
    debtor_number: str
    opened_date: date
    step: str | None
    day: date
    asked: Decimal
    open: Decimal


def cases_listed(
    unit: Unit, before: int | None = None, most: int = 50, *, kind: str = "", state: str = "all"
) -> list[CaseLine]:
    """At most ``most`` cases of ``unit``, newest first, from behind the case ``before``. Inside ``working_in``.

    ``kind`` is one of a case, or empty for all; ``state`` one of ``STATES``.
    """
    values = {"unit": unit.pk, "before": before, "most": most, "kind": kind, "state": state}
    return [CaseLine(**row) for row in rows(_CASES, values)]


_OVER = "('closed', 'withdrawn', 'returned', 'obstacle', 'judged', 'passive_ended')"
_CASES = f"""
SELECT k.id, k.number, k.kind, k.procedure, debtor.name AS debtor, debtor.number AS debtor_number, k.opened_date,
  newest.kind AS step, coalesce(newest.day, k.opened_date) AS day, sums.asked, sums.open
FROM claims_case k
JOIN registers_customer debtor ON debtor.id = k.debtor_id
LEFT JOIN LATERAL (SELECT e.kind, e.day FROM claims_caseevent e
  WHERE e.unit_id = k.unit_id AND e.case_id = k.id AND e.kind NOT IN ('collected', 'changed')
  ORDER BY e.position DESC LIMIT 1) newest ON true
CROSS JOIN LATERAL (
  SELECT coalesce(sum(cc.principal + cc.costs), 0) AS asked,
    coalesce(sum(c.amount - coalesce(settled.amount, 0)), 0) AS open
  FROM claims_caseclaim cc JOIN claims_claim c ON c.id = cc.claim_id
  LEFT JOIN LATERAL (
    SELECT sum(s.amount) AS amount FROM claims_claim_settlement s WHERE s.claim_id = c.id) settled ON true
  WHERE cc.unit_id = k.unit_id AND cc.case_id = k.id) sums
WHERE k.unit_id = %(unit)s AND (%(before)s::bigint IS NULL OR k.id < %(before)s::bigint)
  AND (%(kind)s = '' OR k.kind = %(kind)s)
  AND (%(state)s = 'all' OR coalesce(newest.kind IN {_OVER}, false) = (%(state)s = 'over'))
ORDER BY k.id DESC LIMIT %(most)s
"""


def limitation_of_cases(unit: Unit, on: date, numbers: Sequence[int]) -> dict[int, date]:
    """Until when the claims of each case live, by the case's number: the first of them decides (OC 5.1-c)."""
    if not numbers:
        return {}
    take_claims_in_hand(unit, terms_of(unit, on))
    found = rows(
        "SELECT k.number, min(h.limitation_date) AS day FROM claims_in_hand h"
        " JOIN claims_caseclaim cc ON cc.claim_id = h.id JOIN claims_case k ON k.id = cc.case_id"
        " WHERE k.unit_id = %s AND k.number = ANY (%s) GROUP BY 1",
        [unit.pk, list(numbers)],
    )
    return {one["number"]: one["day"] for one in found}


@dataclass(frozen=True)
class Sums:
    """What a case is about, euro: asked for when it was opened, what stands of costs at court, what came and is left.

    ``collected`` is what the authority or the agency told, gross; ``fees`` what it kept of it.
    """

    principal: Decimal
    costs: Decimal
    legal_cost: Decimal
    court_fee: Decimal
    collected: Decimal
    fees: Decimal
    open: Decimal


def case_sums(case: Case) -> Sums:
    """The sums of ``case``. Called inside ``working_in``."""
    return Sums(*one_row(_SUMS, {"unit": case.unit_id, "case": case.pk}))


_SUMS = """
SELECT coalesce(sum(cc.principal), 0), coalesce(sum(cc.costs), 0),
  (SELECT coalesce(sum(k.amount), 0) FROM claims_cost k
   WHERE k.unit_id = %(unit)s AND k.case_id = %(case)s AND k.kind = 'legal_cost'),
  (SELECT coalesce(sum(k.amount), 0) FROM claims_cost k
   WHERE k.unit_id = %(unit)s AND k.case_id = %(case)s AND k.kind = 'court_fee'),
  (SELECT coalesce(sum(e.amount), 0) FROM claims_caseevent e
   WHERE e.unit_id = %(unit)s AND e.case_id = %(case)s AND e.kind = 'collected'),
  (SELECT coalesce(sum(f.amount), 0) FROM claims_feededucted f JOIN claims_caseevent e ON e.id = f.event_id
   WHERE f.unit_id = %(unit)s AND e.case_id = %(case)s),
  coalesce(sum(c.amount - coalesce(settled.amount, 0)), 0)
FROM claims_caseclaim cc JOIN claims_claim c ON c.id = cc.claim_id
LEFT JOIN LATERAL (
  SELECT sum(s.amount) AS amount FROM claims_claim_settlement s WHERE s.claim_id = c.id) settled ON true
WHERE cc.unit_id = %(unit)s AND cc.case_id = %(case)s
"""


@clause("OC 6.1.5-b")
def interest_of_case(unit: Unit, case: Case, on: date) -> Decimal | None:
    """Late-payment interest on the claims of ``case`` up to and with ``on``, less what was invoiced or paid, in euro.

    None while a rate of one of the days is not known. Called inside ``working_in``.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS interest_scope")
        cursor.execute(_INTEREST_SCOPE, {"unit": unit.pk, "case": case.pk, "on": on})
    try:
        take_interest(unit)
    except MissingTerm:
        return None
    take_interest_told(unit, [one["claim_id"] for one in rows("SELECT claim_id FROM interest_scope")])
    (amount,) = one_row(_NOT_INVOICED)
    return Decimal(amount)


_INTEREST_SCOPE = """
CREATE TEMP TABLE interest_scope ON COMMIT DROP AS
SELECT c.id AS claim_id, %(on)s::date AS until_date
FROM claims_caseclaim cc JOIN claims_claim c ON c.id = cc.claim_id
WHERE cc.unit_id = %(unit)s AND cc.case_id = %(case)s AND c.kind = 'invoice' AND c.due_date < %(on)s
"""
_NOT_INVOICED = """
SELECT coalesce(sum(greatest(s.asked - coalesce(told.charged, 0), 0)), 0)
FROM interest_sums s LEFT JOIN interest_told told ON told.claim_id = s.claim_id
WHERE s.kind = 'late'
"""


@dataclass(frozen=True)
class Sent:
    """A letter to the debtor about claims of a case: its number, of what kind, and its day."""

    number: int
    kind: str
    day: date


def letters_of_case(case: Case) -> list[Sent]:
    """The reminders that were sent of the claims of ``case``, the oldest first. Called inside ``working_in``."""
    found = rows(
        "SELECT DISTINCT l.number, l.kind, l.day FROM claims_caseclaim cc"
        " JOIN claims_reminder r ON r.claim_id = cc.claim_id JOIN claims_letter l ON l.id = r.letter_id"
        " WHERE cc.unit_id = %s AND cc.case_id = %s ORDER BY l.day, l.number",
        [case.unit_id, case.pk],
    )
    return [Sent(**one) for one in found]


# What keeps a claim from an application until somebody says something, and which rule tells it.
WAITS_FOR_WORDS = (
    "COURT_NOT_KNOWN",
    "COURT_DEBTOR_PROTECTED",
    "COURT_ADDRESS_MISSING",
    "COURT_AGREEMENT_MISSING",
    "COURT_CASE_ENDED",
    "COURT_CONTESTED",
    "NO_PROVISION",
    "DEBTOR_NOT_IDENTIFIED",
)
_DAYS_BACK = (
    62  # a run of longer ago says nothing of today: courts and enforcement are run every month at least
)


@dataclass(frozen=True)
class WaitingClaim:
    """A claim that no application could be made for, since when, by which clause; euro open."""

    claim: int
    reference: str
    customer: str
    outcome: str
    clause: str
    since: date
    open: Decimal


def claims_waiting(unit: Unit, on: date, most: int = 50, claim: int | None = None) -> list[WaitingClaim]:
    """Claims that the newest runs of court and enforcement left for a person, and nobody has spoken of since.

    The oldest first; with ``claim`` only this one. Called inside ``working_in``.
    """
    values = {
        "unit": unit.pk, "on": on, "back": _DAYS_BACK, "outcomes": list(WAITS_FOR_WORDS), "most": most, "claim": claim,
    }  # fmt: skip
    return [WaitingClaim(**one) for one in rows(_WAITING, values)]


_WAITING = """
WITH said AS (
  SELECT DISTINCT ON (d.claim_id, d.rule) d.claim_id, d.outcome, d.clause, d.run_id, r.on_date, r.applied_at
  FROM runs_run r JOIN claims_claimdecision d ON d.run_id = r.id AND d.outcome = ANY (%(outcomes)s)
  WHERE r.unit_id = %(unit)s AND r.name IN ('court', 'enforcement') AND r.state = 'applied'
    AND r.on_date >= %(on)s::date - %(back)s AND (%(claim)s::bigint IS NULL OR d.claim_id = %(claim)s)
    AND NOT EXISTS (
      SELECT FROM claims_claimdecision later JOIN runs_run run ON run.id = later.run_id AND run.state = 'applied'
      WHERE later.claim_id = d.claim_id AND later.rule = d.rule AND later.run_id > d.run_id)
  ORDER BY d.claim_id, d.rule, d.run_id DESC)
SELECT said.claim_id AS claim, c.reference, customer.name AS customer, said.outcome, said.clause, said.on_date AS since,
  c.amount - coalesce(settled.amount, 0) AS open
FROM said
JOIN claims_claim c ON c.id = said.claim_id
JOIN registers_customer customer ON customer.id = c.payer_id
LEFT JOIN LATERAL (
  SELECT sum(s.amount) AS amount FROM claims_claim_settlement s WHERE s.claim_id = c.id) settled ON true
WHERE c.amount > coalesce(settled.amount, 0)
  AND NOT EXISTS (SELECT FROM claims_summonsstatement s WHERE s.unit_id = c.unit_id AND s.given_at > said.applied_at
                  AND (s.claim_id = c.id OR s.customer_id = c.payer_id))
  AND NOT EXISTS (SELECT FROM claims_caseclaim cc JOIN claims_case k ON k.id = cc.case_id
                  WHERE cc.claim_id = c.id AND k.run_id > said.run_id)
ORDER BY said.on_date, c.reference LIMIT %(most)s
"""


@dataclass(frozen=True)
class Signed:
    """A signature under a dossier: who, and when."""

    username: str
    name: str
    at: datetime


def signatures(case: Case, digest: str) -> list[Signed]:
    """Who has signed the dossier with ``digest``, in order. Called inside ``working_in``."""
    found = rows(
        "SELECT p.username, p.name, s.given_at AS at FROM claims_casesignature s"
        " JOIN registers_person p ON p.id = s.person_id"
        " WHERE s.unit_id = %s AND s.case_id = %s AND s.digest = %s ORDER BY s.id",
        [case.unit_id, case.pk, digest],
    )
    return [Signed(**one) for one in found]
