"""Keys to the interface: made for somebody with a role in the unit, shown once, ended when no longer needed.

A secret has 256 bits of chance, so one SHA-256 of it is as good as a slow hash and can be looked up.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from reskontra.database.refused import ActRefused, refused_as
from reskontra.kernel.clauses import clause
from reskontra.registers.models import ApiKey, Person, Unit
from reskontra.registers.models.api_keys import SCOPES
from reskontra.registers.policy import require, roles_of

_PREFIX = 12


def hashed(secret: str) -> str:
    """What a key is known by."""
    return hashlib.sha256(secret.encode()).hexdigest()


@clause("OC 1.2-a")
def new_key(
    unit: Unit, by: Person, person: Person, name: str, scopes: Iterable[str], last_day: date, at: datetime
) -> tuple[ApiKey, str]:
    """A key that opens ``unit`` as ``person`` to the end of ``last_day``, and its secret, which is kept nowhere.

    Called inside ``working_in``. Raises ``NotAllowed``; ``ActRefused`` for somebody without a role in the unit, for a
    day that has passed, and for what the key cannot open.
    """
    require(by, "keep_api_keys", unit, timezone.localdate(at))
    if not roles_of(person, unit, timezone.localdate(at)):
        raise ActRefused("an_api_key_is_for_somebody_with_a_role")
    secret = f"rk_{secrets.token_urlsafe(6)}_{secrets.token_urlsafe(32)}"
    end = datetime.combine(last_day + timedelta(days=1), time(), timezone.get_default_timezone())
    with refused_as(ActRefused):
        made = ApiKey.objects.create(
            unit=unit,
            prefix=secret[:_PREFIX],
            digest=hashed(secret),
            name=name.strip()[:70],
            person=person,
            scopes=" ".join(sorted(set(scopes), key=SCOPES.index)),
            created_at=at,
            expires_at=end,
            made_by=by,
        )
    return made, secret


@clause("OC 1.2-a")
def end_key(unit: Unit, by: Person, prefix: str, at: datetime) -> ApiKey:
    """The key that begins with ``prefix`` opens nothing any more; one that was ended before stays as it was.

    Called inside ``working_in``. Raises ``NotAllowed``; ``ActRefused`` when the unit has no such key.
    """
    require(by, "keep_api_keys", unit, timezone.localdate(at))
    found = ApiKey.objects.filter(unit=unit, prefix=prefix).first()
    if found is None:
        raise ActRefused("an_api_key_is_known_to_its_unit")
    if found.ended_at is None:
        found.ended_at = at
        found.save(update_fields=["ended_at"])
    return found


def keys_of(unit: Unit) -> list[ApiKey]:
    """The unit's keys, the newest first. Called inside ``working_in``."""
    return list(ApiKey.objects.filter(unit=unit).select_related("person", "made_by").order_by("-id"))


def key_opening(unit: Unit, secret: str, at: datetime) -> ApiKey | None:
    """The key of this secret, if it opens ``unit`` at the moment ``at``. Called inside ``working_in``."""
    found = ApiKey.objects.filter(
        unit=unit, digest=hashed(secret), expires_at__gt=at, ended_at__isnull=True, person__is_active=True
    )
    return found.select_related("person").first()
