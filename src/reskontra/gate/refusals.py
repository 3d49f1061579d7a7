"""Refusals in words where pages, commands and the interface say the same: one calm sentence, in three languages."""

import re

from django.db import DataError, IntegrityError, OperationalError
from psycopg.errors import LockNotAvailable

from reskontra.database.refused import ActRefused, constraint_of
from reskontra.income.delivery.channels import ChannelsDefect
from reskontra.income.delivery.run import MissingBankAccount
from reskontra.kernel.money import NotAnAmount
from reskontra.kernel.terms import MissingTerm, TermNotAllowed
from reskontra.kernel.texts import text, texts
from reskontra.registers.posting import MissingPostingAccount
from reskontra.registers.suppliers import AccountNotApprovable
from reskontra.runs.run import RunRefused
from reskontra.sales.in_hand import MissingVatRate

_SIGNS = re.compile(r"character varying\((\d+)\)")


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
        case DataError():
            return "value_does_not_fit", _does_not_fit(problem, language)
        case NotAnAmount():
            return "not_an_amount", text("refused.not_an_amount", language)
        case IntegrityError():
            name = constraint_of(problem) or "constraint"
            return name, constraint(name, language)
        case OperationalError() if isinstance(problem.__cause__, LockNotAvailable):
            return "busy", text("command.busy", language)
    return None


def _does_not_fit(problem: DataError, language: str) -> str:
    """A value that its column does not hold: how many signs it may have, where that is what is wrong."""
    said = str(getattr(getattr(problem.__cause__, "diag", None), "message_primary", ""))
    if limit := _SIGNS.search(said):
        return text("refused.text_too_long", language, limit=limit[1])
    return text("refused.value_does_not_fit", language)


def constraint(name: str, language: str) -> str:
    """A refusal by the database, in words where the constraint has some of its own."""
    key = f"refused.{name}"
    return text(key if key in texts() else "refused.constraint", language, name=name)
