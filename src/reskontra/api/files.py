"""Files: brought as by ``reskontra import``, checked or taken in, and what became of them."""

from typing import Any

from django.http import Http404, HttpResponse
from ninja import File, Query, Router, UploadedFile

from reskontra.api.calling import Asked, Opened
from reskontra.api.once import Named, named, once
from reskontra.api.problems import language_of
from reskontra.api.shapes import Checks, FileKept, FileTold
from reskontra.exchange import archive
from reskontra.gate.lately import CameIn, file_named
from reskontra.gate.taken import Taken
from reskontra.gate.taking import Brought, check, take_in
from reskontra.runs.run import Acting

router = Router(tags=["files"])
CREATED, SAME = 201, 200
_NAME = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "maxLength": 200},
}
ONCE: dict[str, Any] = {"parameters": [_NAME]}


@router.post(
    "/u/{unit}/files",
    response={CREATED: FileTold, SAME: FileTold},
    auth=Opened("files:write"),
    openapi_extra=ONCE,
    summary="Bring a file of any kind that import takes; with check=1 nothing is stored",
)
def bring(
    request: Asked,
    unit: str,
    asks: Query[Checks],
    file: File[UploadedFile],
    attachments: File[list[UploadedFile]] = [],  # noqa: B006 - read by the framework, never written
) -> Any:
    """201 when something came of it; 200 of a check, and of bytes that were taken in before."""
    beside = {one.name or "": one.read() for one in attachments}
    brought = Brought(file.name or "file", file.read(), "api", beside.get)
    parts = [brought.name.encode(), brought.data]
    for name, data in beside.items():
        parts += [name.encode(), data]
    return once(lambda: answered(request, named(request, *parts), brought, asks.check))


@router.get(
    "/u/{unit}/files/{id}",
    response=FileKept,
    auth=Opened("read", "files:write"),
    summary="What became of a file",
)
def told(request: Asked, unit: str, id: str) -> Any:
    """By the SHA-256 of its bytes."""
    with request.auth.working() as acting:
        found = _found(acting, id)
    file, taken = found.file, found.taken or Taken("", "waiting")
    return {
        **taken.outward(language_of(request)), "id": file.digest, "name": file.name, "checked": False,
        "size": file.size, "received_at": file.received_at.isoformat(), "received_from": file.person.username,
    }  # fmt: skip


@router.get(
    "/u/{unit}/files/{id}/result", auth=Opened("read", "files:write"), summary="The result workbook of a file"
)
def result(request: Asked, unit: str, id: str) -> HttpResponse:
    """The sender's own rows with what became of each; 404 where the kind of file has none."""
    with request.auth.working() as acting:
        taken = _found(acting, id).taken
    if taken is None or not taken.result:
        raise Http404
    return HttpResponse(archive.read(taken.result), content_type=_WORKBOOK)


_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answered(request: Asked, asked: Named, brought: Brought, only_check: bool) -> tuple[int, dict[str, Any]]:
    """What became, or would become, of a file; kept under the request's name where something was stored."""
    language, on = language_of(request), request.auth.at.date()
    if only_check:
        return SAME, _told(check(asked.opens, brought, on, language), brought, language)

    def keep(acting: Acting, taken: Taken) -> None:
        asked.keep(acting, _status(taken), _told(taken, brought, language))

    taken = take_in(asked.opens, brought, on, language, keep)
    return _status(taken), _told(taken, brought, language)


def _status(taken: Taken) -> int:
    return SAME if taken.before else CREATED


def _told(taken: Taken, brought: Brought, language: str) -> dict[str, Any]:
    stored = taken.file is not None
    return {
        **taken.outward(language), "id": taken.digest if stored else None, "name": brought.name, "checked": not stored,
    }  # fmt: skip


def _found(acting: Acting, digest: str) -> CameIn:
    if found := file_named(acting.unit, digest):
        return found
    raise Http404
