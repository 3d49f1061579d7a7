"""What people do about payment time: write down a request, propose, grant, refuse, withdraw (OC 6.1.1-a)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from reskontra.claims.in_hand import take_open_claims
from reskontra.claims.models import Claim, Deferral, DeferralRefusal, DeferralRequest
from reskontra.database.rows import one_row
from reskontra.income.deferral.grant import GrantRun
from reskontra.income.deferral.run import WithdrawRun
from reskontra.kernel.clauses import clause
from reskontra.kernel.instalments import Instalment, NoInstalments, lay_out
from reskontra.registers.models import Customer
from reskontra.registers.policy import require
from reskontra.runs.run import Acting, Result, RunRefused, apply, lock


@clause("OC 6.1.1-a")
def ask_for_time(
    acting: Acting, customer: Customer, wished_until: date, message: str = ""
) -> DeferralRequest:
    """Write down that ``customer`` asks for time until ``wished_until``, a day to come. Inside ``working_in``."""
    require(acting.person, "ask_for_time", acting.unit, acting.day)
    if wished_until <= acting.day:
        raise RunRefused("deferral.day_is_past", day=wished_until.isoformat())
    return DeferralRequest.objects.create(
        unit=acting.unit,
        customer=customer,
        requested_date=acting.day,
        wished_until=wished_until,
        message=message,
        person=acting.person,
        given_at=acting.at,
    )


@clause("OC 6.1.1-a")
def refuse_time(acting: Acting, request: DeferralRequest, reason: str) -> DeferralRefusal:
    """Refuse the request for ``reason``. Raises ``NotAllowed``, and ``RunRefused`` for one that is answered already."""
    require(acting.person, "grant_time", acting.unit, acting.day)
    if not reason.strip():
        raise RunRefused("deferral.reason_missing")
    lock(acting.unit, GrantRun.lock)
    answered = {"unit": acting.unit, "request": request}
    if Deferral.objects.filter(**answered).exists() or DeferralRefusal.objects.filter(**answered).exists():
        raise RunRefused("deferral.request_answered", request=str(request.pk))
    return DeferralRefusal.objects.create(
        **answered, day=acting.day, reason=reason, person=acting.person, given_at=acting.at
    )


def propose(
    acting: Acting,
    claims: Sequence[Claim],
    first_due: date,
    *,
    count: int | None = None,
    monthly: Decimal | None = None,
) -> tuple[Instalment, ...]:
    """Instalments for what is open of ``claims``, one a month from ``first_due``; nothing is written.

    Either ``count`` of them, or of ``monthly`` euro each. Raises ``RunRefused`` when nothing can be laid out so.
    """
    take_open_claims(acting.unit)
    (total,) = one_row(
        "SELECT coalesce(sum(open), 0) FROM open_claims WHERE id = ANY (%s)", [[claim.pk for claim in claims]]
    )
    try:
        return lay_out(total, first_due, count=count, monthly=monthly)
    except NoInstalments as refused:
        raise RunRefused(refused.key) from refused


@clause("OC 6.1.1-a")
def grant_time(
    acting: Acting,
    request: DeferralRequest,
    claims: Sequence[Claim],
    instalments: Sequence[Instalment],
    ground: str = "",
) -> Result:
    """Agree on payment time from today for ``claims`` by ``instalments``, in writing; ``facts`` name the agreement.

    ``ground`` is the statutory or other ground that more than a year needs. Called inside ``working_in``. Raises
    ``NotAllowed`` for whom the unit's responsibility table does not name, ``TimeNotAllowed`` when the rule does not
    grant it for one of the claims, and ``RunRefused`` for instalments that do not fit.
    """
    require(acting.person, "grant_time", acting.unit, acting.day)
    return apply(GrantRun(request, claims, instalments, ground), acting, acting.day)


@clause("OC 6.1.1-a")
def withdraw_time(acting: Acting, deferral: Deferral, reason: str) -> Result:
    """End an agreement from today, for ``reason``; its blocks are lifted and collection goes on where it stood."""
    require(acting.person, "grant_time", acting.unit, acting.day)
    if not reason.strip():
        raise RunRefused("deferral.reason_missing")
    return apply(WithdrawRun(deferral, reason), acting, acting.day)
