"""camt.053 and camt.054 to documents (OC 4.1-b)."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.statement import Balance, PaymentList, Statement
from reskontra.formats.camt.entries import Gathered, gather
from reskontra.formats.camt.nodes import Node, count, day_of_instant, flag, inner, nodes, text
from reskontra.formats.camt.source import LARGE, Message, Part, is_iso20022, open_message
from reskontra.formats.camt.totals import balance_findings, balance_of, period_findings, summary_findings
from reskontra.kernel.identifiers import is_iban, normal_iban

__all__ = ["is_camt", "read"]

_CLAUSE = "OC 4.1-b"
_OPENING, _PREVIOUS, _CLOSING = "OPBD", "PRCD", "CLBD"
_COPIES = frozenset({"COPY", "DUPL", "CODU"})


def is_camt(data: bytes) -> bool:
    """Whether ``data`` begins like a message of ISO 20022; which one, and whether it is read, ``read`` tells."""
    return is_iso20022(data)


def read(data: bytes, name: str = "", large: int = LARGE) -> list[Statement | PaymentList]:
    """Every statement (camt.053) or notification (camt.054) of one file, in its order.

    What does not add up stands in the findings of the document. ``name`` is the file's name and stands in the
    refusal; above ``large`` bytes the file is read in pieces. Raises ``Refused`` when the file is another message
    or version than .02 and .08, may not be parsed, or holds an amount, direction, status, day or element that
    cannot be read in one way only: nothing of such a file may be used.
    """
    try:
        with _no_collection():
            message = open_message(data, large)
            return [_document(message, part) for part in message.parts]
    except Refused as refused:
        named = (replace(finding, where=finding.where or name or None) for finding in refused.findings)
        raise Refused(*named) from None


@contextmanager
def _no_collection() -> Iterator[None]:
    """A hundred thousand payments hold no cycles, and looking for some among them takes a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _document(message: Message, part: Part) -> Statement | PaymentList:
    head = part.head
    account = inner(head, "Acct")
    gathered = gather(part.entries, text(account, "Ccy"))
    start, end = _period(head)
    common: dict[str, Any] = {
        "format": message.version,
        "account": _account(account, gathered),
        "message_id": text(message.header, "MsgId"),
        "statement_id": text(head, "Id"),
        "sequence": text(head, "ElctrncSeqNb") or text(head, "LglSeqNb"),
        "created": text(head, "CreDtTm") or text(message.header, "CreDtTm"),
        "copy": _copy(head, gathered),
        "from_date": start,
        "to_date": end,
    }
    gathered.findings += summary_findings(inner(head, "TxsSummry"), gathered)
    if message.version.startswith("camt.053"):
        return _statement(head, gathered, common)
    return PaymentList(**common, **_taken(gathered))


def _statement(head: Node, gathered: Gathered, common: dict[str, Any]) -> Statement:
    balances = _balances(head)
    if gathered.currency is None and balances:
        gathered.currency = balances[0].currency
    pages = inner(head, "StmtPgntn")
    page, last = count(pages, "PgNb"), flag(pages, "LastPgInd")
    statement = Statement(
        **common,
        currency=gathered.currency or "EUR",
        entries=(),
        legal_sequence=text(head, "LglSeqNb"),
        page=page,
        last_page=last is not False,
        balances=balances,
    )
    # A page in the middle of a statement has no balances of its own: the chain is checked where there are any.
    whole = last is not False and page in (None, 1)
    if whole or (statement.opening and statement.closing):
        opening, closing = statement.opening, statement.closing
        gathered.findings += balance_findings(opening, closing, gathered, statement.currency)
    gathered.findings += period_findings(gathered.booked, statement.from_date, statement.to_date)
    return replace(statement, **_taken(gathered))


def _taken(gathered: Gathered) -> dict[str, Any]:
    return {
        "currency": gathered.currency or "EUR",
        "entries": tuple(gathered.booked),
        "pending": tuple(gathered.pending),
        "foreign": tuple(gathered.foreign),
        "findings": tuple(gathered.findings),
    }


def _account(node: Node, gathered: Gathered) -> str:
    identity = inner(node, "Id")
    iban = text(identity, "IBAN")
    if iban is not None:
        if is_iban(iban):
            return normal_iban(iban)
        gathered.findings.append(
            Finding("bank_account_wrong", "warning", _CLAUSE, value=iban, where="Acct/Id/IBAN")
        )
        return iban
    other = text(inner(identity, "Othr"), "Id")
    if other is None:
        raise Refused(Finding("camt_missing", where="Acct/Id"))
    return normal_iban(other) if is_iban(other) else other


def _balances(head: Node) -> tuple[Balance, ...]:
    """All balances; one without a code is of no use. Two of a kind are refused: which one holds is unknown."""
    balances = tuple(found for node in nodes(head, "Bal") if (found := balance_of(node)) is not None)
    codes = [balance.code for balance in balances]
    for code in (_OPENING, _PREVIOUS, _CLOSING):
        if codes.count(code) > 1:
            raise Refused(Finding("camt_structure", where=f"Bal/{code}"))
    return balances


def _period(head: Node) -> tuple[date | None, date | None]:
    period = inner(head, "FrToDt")
    return day_of_instant(period, "FrDtTm"), day_of_instant(period, "ToDtTm")


def _copy(head: Node, gathered: Gathered) -> str | None:
    found = text(head, "CpyDplctInd")
    if found is not None:
        if found not in _COPIES:
            raise Refused(Finding("camt_value", where="CpyDplctInd", value=found))
        gathered.findings.append(Finding("bank_copy", "warning", _CLAUSE, value=found, where="CpyDplctInd"))
    return found
