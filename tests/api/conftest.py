"""The interface as other systems use it: a client without cookies, in a database where the cast lives."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cast import AT, DAY, HARBOUR, inside, person, template_with_the_cast, unit
from reskontra.database import server
from reskontra.registers.api_keys import new_key
from reskontra.registers.models.api_keys import SCOPES

YEAR = date(2027, 3, 16)


@pytest.fixture(scope="session")
def template(postgres: server.Server, template: str) -> Iterator[str]:
    """The migrated template with the cast in it; each test gets a copy of its own."""
    yield from template_with_the_cast(postgres, template)


@dataclass
class System:
    """Another system with a key: what it asks, and what it is answered."""

    key: str
    code: str = HARBOUR

    def ask(
        self, method: str, path: str, body: Any = None, name: str | None = None, **headers: str
    ) -> tuple[int, Any]:
        """Status and JSON of one request under the unit's address; ``body`` is JSON, or bytes as they are."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self._said(method, path, {"data": data, "content_type": "application/json"}, name, headers)

    def bring(
        self,
        file: str,
        data: bytes,
        *beside: tuple[str, bytes],
        name: str | None,
        query: str = "",
        **headers: str,
    ) -> tuple[int, Any]:
        """A file with its attachments, as a form."""
        fields = {
            "file": SimpleUploadedFile(file, data),
            "attachments": [SimpleUploadedFile(one, content) for one, content in beside],
        }
        return self._said("POST", f"files{query}", {"data": fields}, name, headers)

    def _said(
        self, method: str, path: str, more: dict[str, Any], name: str | None, headers: dict[str, str]
    ) -> tuple[int, Any]:
        sent = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        sent |= {"Idempotency-Key": name} if name else {}
        sent |= {one.replace("_", "-"): value for one, value in headers.items()}
        call = getattr(Client(SERVER_NAME="localhost"), method.lower())
        answer = call(f"/api/v1/u/{self.code}/{path}", headers=sent, **(more if method == "POST" else {}))
        self.headers = answer.headers
        return answer.status_code, json.loads(answer.content)


@pytest.fixture
def system(database: server.Server, monkeypatch: pytest.MonkeyPatch) -> Callable[..., System]:
    """``system("kirsi", "read")``: a system with a key of hers that opens this much, everything if not told."""
    monkeypatch.setattr(settings, "DEMO_DAY", DAY.isoformat())

    def made(who: str = "cecilia", *scopes: str, code: str = HARBOUR, until: date = YEAR) -> System:
        with inside(unit(code)) as acting:
            key, secret = new_key(
                acting.unit, acting.person, person(who), "Ordering", scopes or SCOPES, until, AT
            )
        assert secret not in str(vars(key))
        return System(secret, code)

    return made
