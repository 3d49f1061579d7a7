"""Refusals as people read them on a page: one calm sentence with what to do, in their language."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from reskontra.documents.findings import Refused
from reskontra.exchange.archive import ArchiveBroken
from reskontra.exchange.messages import message
from reskontra.gate.refusals import constraint, reason
from reskontra.kernel.clauses import cite
from reskontra.kernel.texts import text
from reskontra.registers.policy import NotAllowed

__all__ = ["StalePlan", "constraint", "reason", "refused", "sentence"]

# The clause behind a right, where it is another than that of the responsibility table.
CLAUSES = {"review_order": "OC 3.2.1-b", "approve_order": "OC 3.2.1-b"}
RIGHTS = "OC 1.2-a"


class StalePlan(Exception):
    """What would be done is no longer what the person saw in the preview; nothing was done."""


def sentence(problem: Exception, language: str) -> str | None:
    """What to tell of ``problem``; None when it is not a refusal but a fault."""
    match problem:
        case NotAllowed():
            return text("desk.refused.not_allowed", language, act=text(f"act.{problem.act}", language))
        case StalePlan():
            return text("desk.refused.stale_plan", language)
        case Refused():
            return " ".join(message(found, language) for found in problem.findings)
        case ArchiveBroken():
            return text("desk.refused.archive", language)
    found = reason(problem, language)
    return found[1] if found else None


def refused(request: HttpRequest, problem: Exception) -> HttpResponse:
    """The page that tells of ``problem``: 403 with the clause for a missing right, 409 for what stands in the way."""
    language = getattr(request, "language", "sv")
    status = 403 if isinstance(problem, NotAllowed) else 409
    behind = CLAUSES.get(problem.act, RIGHTS) if isinstance(problem, NotAllowed) else None
    page = render_to_string(
        "desk/refused.html",
        {
            "status": status,
            "title": text(f"desk.refused.{status}", language),
            "advice": sentence(problem, language),
            "citation": cite(behind, language) if behind else "",
        },
        request,
    )
    return HttpResponse(page, status=status)
