"""Granting payment time: one small run, so that letter, agreement, instalments and blocks are one transaction."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.claims.collection import take_claims_in_hand
from reskontra.claims.letters import write_letters
from reskontra.claims.models import Block, Claim, Deferral, DeferralClaim, DeferralRefusal, DeferralRequest
from reskontra.claims.models import Instalment as AgreedInstalment
from reskontra.database.rows import rows
from reskontra.income.deferral.letter import Agreed, agreement
from reskontra.income.deferral.rules import decide_grant
from reskontra.kernel.days import is_bank_day
from reskontra.kernel.instalments import Instalment
from reskontra.kernel.terms import Terms
from reskontra.kernel.texts import text
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.policy import CENTRE, MAY, roles_of
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control, RunRefused

_KEPT_IN = ("claims_claimdecision", "claim_id")
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('until', until_date, 'days', days, 'ground', nullif(ground, ''),
  'agreed_until', deferred_until, 'case', case_kind, 'limitation_date', limitation_date))"""


class TimeNotAllowed(RunRefused):
    """Payment time that the rule does not grant; ``key`` is the text of the first claim's outcome."""


class GrantRun:
    """Grant time for ``claims`` by ``instalments``. Raises ``TimeNotAllowed`` when one claim is not to be deferred."""

    name = "grant"
    lock = "settlement"

    def __init__(
        self,
        request: DeferralRequest,
        claims: Sequence[Claim],
        instalments: Sequence[Instalment],
        ground: str = "",
    ) -> None:
        self.request, self.claims, self.instalments, self.ground = (
            request,
            claims,
            instalments,
            ground.strip(),
        )

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide each claim that time is asked for into ``decided``; all of them get it, or none."""
        self._refuse_unfit(run)
        take_claims_in_hand(run.unit, terms)
        query = decide_grant(terms).select(
            "claims_to_defer",
            f"decided.id, decided.unit_id, decided.open AS amount, decided.reference, {_INPUTS} AS inputs",
        )
        last = self.instalments[-1].due_date
        values: dict[str, Any] = {
            "unit": run.unit.pk,
            "claims": [claim.pk for claim in self.claims],
            "customer": self.request.customer_id,
            "until": last,
            "days": (last - run.on_date).days,
            "ground": self.ground,
        }
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS claims_to_defer, decided")
            cursor.execute(_CLAIMS_TO_DEFER, values)
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")
        self._refuse_ungranted(last)

    def record(self, run: Run) -> None:
        """Store that time was granted, claim by claim."""
        record_decisions(run, self.name, *_KEPT_IN)

    def set_aside(self, run: Run) -> None:
        """Leave a claim that has changed since the plan."""
        set_aside_changed(run, self.name, *_KEPT_IN)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write the agreement with its letter, its instalments and a block I on every claim."""
        found = rows(_AGREED_CLAIMS)
        asked = sum((one["open"] for one in found), Decimal(0))
        agreed_sum = sum((one.amount for one in self.instalments), Decimal(0))
        if asked != agreed_sum:
            raise RunRefused(
                "deferral.not_the_open_amount", instalments=f"{agreed_sum:.2f}", open=f"{asked:.2f}"
            )
        number = take_numbers(run.unit, "deferral", 1)
        agreed = Agreed(number, found, self.instalments)
        [letter] = write_letters(
            run, [(self.request.customer_id, agreement(run, terms, self.request, agreed))]
        )
        deferral = Deferral.objects.create(
            unit=run.unit, run=run, request=self.request, number=number, customer_id=self.request.customer_id,
            from_date=run.on_date, until_date=self.instalments[-1].due_date, ground=self.ground, letter=letter,
            person=acting.person, given_at=acting.at,
        )  # fmt: skip
        owed = DeferralClaim.objects.bulk_create(
            DeferralClaim(unit=run.unit, deferral=deferral, claim_id=one["id"], principal=one["open"])
            for one in found
        )
        AgreedInstalment.objects.bulk_create(
            AgreedInstalment(
                unit=run.unit, deferral=deferral, position=place, due_date=one.due_date, amount=one.amount
            )
            for place, one in enumerate(self.instalments, start=1)
        )
        blocks = self._block(run, terms, acting, deferral, found)
        return Applied(
            [
                Control("what is open of the claims = instalments", f"{asked:.2f}", f"{agreed_sum:.2f}"),
                Control("claims deferred = claims blocked", str(len(owed)), str(len(blocks))),
            ],
            facts={"deferral": deferral.pk, "number": number, "letter": letter.number},
        )

    def _block(
        self, run: Run, terms: Terms, acting: Acting, deferral: Deferral, found: Sequence[dict[str, Any]]
    ) -> list[Block]:
        """Block I until the agreement ends; looked at again when the last instalment should have come."""
        centre = MAY["grant_time"] & CENTRE & roles_of(acting.person, run.unit, acting.day)
        reason = text("deferral.block_reason", acting.person.language, number=deferral.number)
        return Block.objects.bulk_create(
            Block(
                unit=run.unit, run=run, given_at=acting.at, claim_id=one["id"], code="I", from_date=run.on_date,
                review_date=deferral.until_date + timedelta(days=terms.deferral_grace_days), reason=reason,
                party="centre" if centre else "unit",
            )
            for one in found
        )  # fmt: skip

    def _refuse_unfit(self, run: Run) -> None:
        """What is wrong with the request or the instalments, whatever the claims."""
        asked = {"unit": run.unit, "request": self.request}
        if Deferral.objects.filter(**asked).exists() or DeferralRefusal.objects.filter(**asked).exists():
            raise RunRefused("deferral.request_answered", request=str(self.request.pk))
        days = [run.on_date, *(one.due_date for one in self.instalments)]
        if not self.claims or not self.instalments:
            raise RunRefused("deferral.nothing_to_lay_out")
        if any(one.amount <= 0 for one in self.instalments) or days != sorted(set(days)):
            raise RunRefused("deferral.instalments_out_of_order")
        if closed := [day for day in days[1:] if not is_bank_day(day)]:
            raise RunRefused("deferral.not_a_bank_day", day=closed[0].isoformat())

    def _refuse_ungranted(self, last: Any) -> None:
        refused = rows(
            "SELECT reference, outcome FROM decided WHERE standing <> 'READY' ORDER BY reference LIMIT 1"
        )
        if refused:
            key = f"deferral.refused_{refused[0]['outcome'].lower()}"
            raise TimeNotAllowed(key, claim=refused[0]["reference"], until=last.isoformat())


# The claims that time is asked for, also those that nothing is open of and those of others.
_CLAIMS_TO_DEFER = """
CREATE TEMP TABLE claims_to_defer ON COMMIT DROP AS
SELECT c.id, c.unit_id, c.reference, c.payer_id, %(customer)s::bigint AS customer_id, coalesce(h.open, 0) AS open,
  coalesce(h.expired, false) AS expired, coalesce(h.in_case, false) AS in_case,
  EXISTS (SELECT FROM claims_deferralclaim dc WHERE dc.claim_id = c.id
          AND NOT EXISTS (SELECT FROM claims_deferralend e WHERE e.deferral_id = dc.deferral_id)) AS deferred,
  h.deferred_until, h.case_kind, h.limitation_date, %(until)s::date AS until_date, %(days)s AS days,
  %(ground)s::text AS ground, %(ground)s <> '' AS grounded
FROM claims_claim c LEFT JOIN claims_in_hand h ON h.id = c.id
WHERE c.unit_id = %(unit)s AND c.id = ANY (%(claims)s)
"""
# The oldest first: in this order instalments pay them.
_AGREED_CLAIMS = """
SELECT h.id, h.reference, h.issue_date, h.due_date, h.open, h.kind,
  coalesce(i.number, n.number) AS number
FROM decided d JOIN claims_in_hand h ON h.id = d.id
LEFT JOIN sales_invoice i ON i.id = h.invoice_id
LEFT JOIN claims_interestinvoice n ON n.id = h.interest_invoice_id
WHERE d.standing = 'READY'
ORDER BY h.due_date, h.reference
"""
