"""Refusals as people read them: one calm sentence with what to do, in their language, and an exit code."""

from argparse import Namespace

from django.db import OperationalError

from reskontra.commands.connection import UnknownPerson, UnknownUnit, Unsafe
from reskontra.commands.output import as_json, out
from reskontra.database.server import DatabaseUnavailable
from reskontra.documents.findings import Refused
from reskontra.exchange.archive import ArchiveBroken
from reskontra.exchange.messages import message, placed
from reskontra.exchange.outbox import NotHeld
from reskontra.gate.refusals import reason
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.secrets import KeyFileRefused
from reskontra.kernel.texts import text
from reskontra.registers.policy import NotAllowed


def told(problem: Exception, arguments: Namespace) -> int | None:
    """Tell the person what was refused and why; the exit code, or None when it is not a refusal."""
    language = arguments.lang
    if isinstance(problem, Refused):
        reasons = [{**found.as_json(), "message": message(found, language)} for found in problem.findings]
        tell = message if arguments.json else placed
        shown = [tell(found, language) for found in problem.findings]
        return _tell(arguments, "refused", shown, 2, reasons=reasons)
    sentence = _sentence(problem, language)
    if sentence is None:
        return None
    rule, words, code = sentence
    return _tell(arguments, rule, [words], code)


def _sentence(problem: Exception, language: str) -> tuple[str, str, int] | None:
    if alike := reason(problem, language):
        return *alike, 2
    match problem:
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
            key = f"command.nothing_found.{problem.kind}" if problem.kind else "command.nothing_found"
            return "nothing_found", text(key, language, subject=problem), 2
        case Unsafe():
            return "unsafe_database", text("command.unsafe", language, problems=problem), 5
        case DatabaseUnavailable() | KeyFileRefused():
            return "system", str(problem), 5
        case ArchiveBroken():
            return "archive", text("desk.refused.archive", language), 5
        case FileNotFoundError() | IsADirectoryError() | PermissionError():
            return "file", text("command.file", language, name=problem.filename, problem=problem.strerror), 2
        case OperationalError():
            return "database", text("command.database_gone", language), 5
    return None


def _tell(arguments: Namespace, rule: str, words: list[str], code: int, **more: object) -> int:
    if arguments.json:
        as_json({"refused": rule, "message": " ".join(words), "exit": code, **more})
    else:
        for sentence in words:
            out.print(f"✖ {sentence}", markup=False)
    return code
