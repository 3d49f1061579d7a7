"""Refusals as people read them: one calm sentence with what to do, in their language, and an exit code."""

from argparse import Namespace

from django.db import IntegrityError, OperationalError
from psycopg.errors import LockNotAvailable

from reskontra.commands.connection import UnknownPerson, UnknownUnit, Unsafe
from reskontra.commands.output import as_json, out
from reskontra.database.server import DatabaseUnavailable
from reskontra.documents.findings import Refused
from reskontra.exchange.messages import message
from reskontra.exchange.outbox import NotHeld
from reskontra.income.delivery.actions import DeliveryRefused
from reskontra.income.delivery.channels import ChannelsDefect
from reskontra.income.delivery.run import MissingBankAccount
from reskontra.income.order_handling.actions import ActRefused
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.secrets import KeyFileRefused
from reskontra.kernel.terms import MissingTerm, TermNotAllowed
from reskontra.kernel.texts import text, texts
from reskontra.registers.policy import NotAllowed
from reskontra.registers.posting import MissingPostingAccount
from reskontra.runs.run import RunRefused
from reskontra.sales.in_hand import MissingVatRate


def told(problem: Exception, arguments: Namespace) -> int | None:
    """Tell the person what was refused and why; the exit code, or None when it is not a refusal."""
    language = arguments.lang
    if isinstance(problem, Refused):
        reasons = [{**found.as_json(), "message": message(found, language)} for found in problem.findings]
        return _tell(arguments, "refused", [reason["message"] for reason in reasons], 2, reasons=reasons)
    sentence = _sentence(problem, language)
    if sentence is None:
        return None
    rule, words, code = sentence
    return _tell(arguments, rule, [words], code)


def _sentence(problem: Exception, language: str) -> tuple[str, str, int] | None:
    match problem:
        case MissingTerm():
            return "missing_term", problem.said(language), 2
        case TermNotAllowed():
            return "term_not_allowed", problem.said(language), 2
        case MissingVatRate():
            told = text(
                "command.missing_vat_rate",
                language,
                vat=problem.vat_class,
                day=problem.day,
                item=problem.item,
            )
            return "missing_vat_rate", told, 2
        case MissingPostingAccount():
            told = text("command.missing_posting_account", language, event=problem.event, day=problem.on)
            return "missing_posting_account", told, 2
        case MissingBankAccount():
            return "missing_bank_account", text("command.missing_bank_account", language, unit=problem), 2
        case RunRefused():
            return problem.key, text(problem.key, language, **problem.values), 2
        case ChannelsDefect():
            return "channels", text("command.channels", language, problem=problem), 2
        case ActRefused() | DeliveryRefused():
            return problem.constraint, _constraint(problem.constraint, language), 2
        case NotAllowed():
            told = text(
                "command.not_allowed",
                language,
                person=problem.person.username,
                act=text(f"act.{problem.act}", language),
                unit=problem.unit.code if problem.unit else "*",
            )
            return "not_allowed", told, 3
        case UnknownUnit():
            return "unknown_unit", text("command.unknown_unit", language, unit=problem), 2
        case UnknownPerson():
            return "unknown_person", text("command.unknown_person", language, person=problem), 2
        case NotHeld():
            return "not_held", text("command.not_held", language, batch=problem), 2
        case NothingFound():
            return "nothing_found", text("command.nothing_found", language, subject=problem), 2
        case Unsafe():
            return "unsafe_database", text("command.unsafe", language, problems=problem), 5
        case DatabaseUnavailable() | KeyFileRefused():
            return "system", str(problem), 5
        case FileNotFoundError() | IsADirectoryError() | PermissionError():
            return "file", text("command.file", language, name=problem.filename, problem=problem.strerror), 2
        case IntegrityError():
            diagnosis = getattr(problem.__cause__, "diag", None)
            name = str(getattr(diagnosis, "constraint_name", None) or "constraint")
            return name, _constraint(name, language), 2
        case OperationalError() if isinstance(problem.__cause__, LockNotAvailable):
            return "busy", text("command.busy", language), 2
        case OperationalError():
            return "database", text("command.database_gone", language), 5
    return None


def _constraint(name: str, language: str) -> str:
    """A refusal by the database, in words where the constraint has some of its own."""
    key = f"refused.{name}"
    return text(key if key in texts() else "refused.constraint", language, name=name)


def _tell(arguments: Namespace, rule: str, words: list[str], code: int, **more: object) -> int:
    if arguments.json:
        as_json({"refused": rule, "message": " ".join(words), "exit": code, **more})
    else:
        for sentence in words:
            out.print(f"✖ {sentence}", markup=False)
    return code
