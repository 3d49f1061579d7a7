"""Who calls: a key, the unit that it opens, and the person whose rights it has."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from ninja.security import HttpBearer

from reskontra.api.problems import Problem
from reskontra.database.session import working_in
from reskontra.gate.clock import now
from reskontra.registers.api_keys import key_opening
from reskontra.registers.models import ApiKey, Person, Unit
from reskontra.registers.policy import require
from reskontra.runs.run import Acting


@dataclass(frozen=True)
class Caller:
    """A key at work, since the moment when it was shown."""

    key: ApiKey
    unit: Unit
    at: datetime

    @property
    def person(self) -> Person:
        """Whose rights it has."""
        return self.key.person

    @contextmanager
    def working(self, act: str = "see") -> Iterator[Acting]:
        """A transaction of the person in the unit; raises ``NotAllowed`` without the right to ``act``."""
        with working_in([self.unit.pk], self.person.pk, f"api {self.key.prefix}"):
            acting = Acting(self.person, self.unit, self.at)
            require(self.person, act, self.unit, acting.day)
            yield acting


class Asked(HttpRequest):
    """A request that a key came with."""

    auth: Caller


class Opened(HttpBearer):
    """The key in ``Authorization: Bearer``, when it opens the unit of the address and one of these scopes.

    Another unit's key, one that is over and one that never was are told alike: nothing is to be learned here.
    """

    def __init__(self, *scopes: str) -> None:
        super().__init__()
        self.scopes = scopes

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """The caller; None for a key that does not open the unit. Raises ``Problem`` without the scope."""
        assert request.resolver_match is not None  # Django found the address before it called us
        at = now()
        unit = Unit.objects.filter(code=request.resolver_match.kwargs["unit"]).first()
        if unit is None:
            return None
        with working_in([unit.pk]):
            key = key_opening(unit, token, at)
        if key is None:
            return None
        if not set(self.scopes) & set(key.scopes.split()):
            raise Problem(403, "scope", scopes=", ".join(self.scopes))
        return Caller(key, unit, at)
