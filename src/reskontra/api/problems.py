"""Problems as other systems read them: RFC 9457, with a code to act on and a sentence to show."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja.errors import AuthenticationError, HttpError, ValidationError

from reskontra.documents.findings import Finding, Refused
from reskontra.exchange.messages import message
from reskontra.gate.refusals import reason
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.identifiers import without_personal_codes
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.registers.policy import NotAllowed

_log = logging.getLogger(__name__)


class Problem(Exception):
    """What the interface itself refuses, by its ``code``: the text ``api.problem.<code>`` says why."""

    def __init__(self, status: int, code: str, **values: object) -> None:
        super().__init__(code)
        self.status, self.code, self.values = status, code, values


def language_of(request: HttpRequest) -> str:
    """The first of our languages that ``Accept-Language`` asks for, else English."""
    asked = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    return next((code[:2] for code, _ in asked if code[:2] in LANGUAGES), "en")


def problem(request: HttpRequest, status: int, code: str, detail: str, **more: Any) -> HttpResponse:
    """The answer that tells of a problem."""
    told = {
        "type": f"urn:reskontra:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **{name: value for name, value in more.items() if value is not None},
    }
    answer = JsonResponse(told, status=status, content_type="application/problem+json")
    answer["Content-Language"] = language_of(request)
    if status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = 'Bearer realm="reskontra"'
    return answer


def answer_to(request: HttpRequest, refusal: Exception | type[Exception]) -> HttpResponse:
    """What to answer when ``refusal`` was raised; a fault of ours says no more than that it is one."""
    language = language_of(request)
    match refusal:
        case Problem():
            said = text(f"api.problem.{refusal.code}", language, **refusal.values)
            return problem(request, refusal.status, refusal.code, said)
        case AuthenticationError():
            return problem(request, 401, "key", text("api.problem.key", language))
        case NotAllowed():
            said = text("desk.refused.not_allowed", language, act=text(f"act.{refusal.act}", language))
            return problem(request, 403, "not_allowed", said, clause="OC 1.2-a")
        case Http404() | NothingFound():
            return problem(request, 404, "not_found", text("api.problem.not_found", language))
        case RequestDataTooBig():
            return problem(request, 413, "too_large", text("api.problem.too_large", language))
        case HttpError():  # the framework's own: a form or JSON that cannot be taken apart
            return problem(request, refusal.status_code, "request", text("api.problem.request", language))
        case ValidationError():
            return problem(
                request,
                422,
                "request",
                text("api.problem.request", language),
                errors=_misfits(refusal.errors),
            )
        case Refused():
            return _refused(request, refusal.findings, language)
    assert isinstance(refusal, Exception)  # the framework's type is wider than what it does
    if found := reason(refusal, language):
        return problem(request, 409, *found)
    _log.error("The interface failed at %s", request.path, exc_info=refusal)
    return problem(request, 500, "fault", text("api.problem.fault", language))


def _refused(request: HttpRequest, findings: Sequence[Finding], language: str) -> HttpResponse:
    """422 with every reason; the first stands at the top too, for those who show one."""
    errors = [
        without_personal_codes(
            {
                "code": one.rule,
                "detail": message(one, language),
                **{
                    name: value
                    for name in ("severity", "row", "column", "value", "where", "clause")
                    if (value := getattr(one, name)) is not None
                },
            }
        )
        for one in findings
    ]
    first = {name: errors[0].get(name) for name in ("row", "column", "clause")}
    return problem(request, 422, errors[0]["code"], errors[0]["detail"], **first, errors=errors)


def _misfits(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {
            "code": str(one.get("type", "")),
            "pointer": "/".join(map(str, one.get("loc", ()))),
            "detail": one.get("msg", ""),
        }
        for one in errors
    ]
