"""Refusals as people read them on a page: one calm sentence with what to do, in their language."""

from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from psycopg.errors import LockNotAvailable

from reskontra.database.refused import ActRefused, constraint_of
from reskontra.documents.findings import Refused
from reskontra.exchange.archive import ArchiveBroken
from reskontra.exchange.messages import message
from reskontra.income.delivery.channels import ChannelsDefect
from reskontra.income.delivery.run import MissingBankAccount
from reskontra.kernel.clauses import cite
from reskontra.kernel.terms import MissingTerm, TermNotAllowed
from reskontra.kernel.texts import text, texts
from reskontra.registers.policy import NotAllowed
from reskontra.registers.posting import MissingPostingAccount
from reskontra.registers.suppliers import AccountNotApprovable
from reskontra.runs.run import RunRefused
from reskontra.sales.in_hand import MissingVatRate

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


def reason(problem: Exception, language: str) -> tuple[str, str] | None:
    """The name of a refusal and what to tell of it, where pages and commands say the same; None for all else."""
    match problem:
        case ActRefused():
            return problem.constraint, constraint(problem.constraint, language)
        case RunRefused():
            return problem.key, text(problem.key, language, **problem.values)
        case MissingTerm():
            return "missing_term", problem.said(language)
        case TermNotAllowed():
            return "term_not_allowed", problem.said(language)
        case MissingVatRate():
            told = text(
                "command.missing_vat_rate",
                language,
                vat=problem.vat_class,
                day=problem.day,
                item=problem.item,
            )
            return "missing_vat_rate", told
        case MissingPostingAccount():
            told = text("command.missing_posting_account", language, event=problem.event, day=problem.on)
            return "missing_posting_account", told
        case MissingBankAccount():
            return "missing_bank_account", text("command.missing_bank_account", language, unit=problem)
        case ChannelsDefect():
            return "channels", text("command.channels", language, problem=problem)
        case AccountNotApprovable():
            key = f"supplier.not_approvable.{problem.reason}"
            return key, text(key, language)
        case IntegrityError():
            name = constraint_of(problem) or "constraint"
            return name, constraint(name, language)
        case OperationalError() if isinstance(problem.__cause__, LockNotAvailable):
            return "busy", text("command.busy", language)
    return None


def constraint(name: str, language: str) -> str:
    """A refusal by the database, in words where the constraint has some of its own."""
    key = f"refused.{name}"
    return text(key if key in texts() else "refused.constraint", language, name=name)


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
