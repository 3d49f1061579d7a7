"""What is asked twice is done once: the answer is kept in the transaction of its effect and given again.

The name of a request is its ``Idempotency-Key``; the digest says what was asked. Kept as long as the effect itself.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ninja import Status

from reskontra.api.calling import Asked, Caller
from reskontra.api.problems import Problem
from reskontra.exchange.models import ApiAnswer
from reskontra.runs.run import Acting, lock

_LONGEST = 200


class Answered(Exception):
    """The same was asked before, and this was answered."""

    def __init__(self, before: ApiAnswer) -> None:
        super().__init__(before.name)
        self.status, self.answer = before.status, before.answer


@dataclass(frozen=True)
class Named:
    """A request by its name, and the SHA-256 of what it asks."""

    caller: Caller
    name: str
    digest: str

    @contextmanager
    def opens(self, act: str) -> Iterator[Acting]:
        """A transaction for ``act``. Two of one name wait for each other: the second finds what the first was answered.

        Raises ``Answered``, and ``Problem`` when something else was asked by this name.
        """
        with self.caller.working(act) as acting:
            lock(acting.unit, f"api {self.caller.person.pk} {self.name}")
            before = ApiAnswer.objects.filter(
                unit=acting.unit, client=self.caller.person, name=self.name
            ).first()
            if before and before.request != self.digest:
                raise Problem(422, "idempotency_key_reused", name=self.name)
            if before:
                raise Answered(before)
            yield acting

    def keep(self, acting: Acting, status: int, answer: dict[str, Any]) -> None:
        """Keep what is answered, where the effect is written."""
        ApiAnswer.objects.create(
            unit=acting.unit,
            client=self.caller.person,
            name=self.name,
            request=self.digest,
            status=status,
            answer=answer,
            answered_at=acting.at,
        )


def named(request: Asked, *parts: bytes) -> Named:
    """The request, which asks for ``parts`` at its address. Raises ``Problem`` without a name."""
    name = request.headers.get("Idempotency-Key", "").strip()
    if not name or len(name) > _LONGEST or not name.isascii() or not name.isprintable():
        raise Problem(400, "idempotency_key")
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}".encode())
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return Named(request.auth, name, digest.hexdigest())


def once(do: Callable[[], tuple[int, dict[str, Any]]]) -> Status[dict[str, Any]]:
    """The answer of ``do``, or the one that was given to the same request before."""
    try:
        return Status(*do())
    except Answered as before:
        return Status(before.status, before.answer)
