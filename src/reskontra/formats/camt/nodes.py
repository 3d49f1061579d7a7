"""Elements as plain dictionaries, and strict ways to ask them.

Only the elements that are read are kept. A value that stands where it may not, twice where it may stand once, or
is interrupted by a comment is refused, so that nothing is ever read in part.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from lxml import etree

from reskontra.documents.findings import Finding, Refused

# A text, an amount with its currency, or a node; a list of these where an element is repeated.
Node = Mapping[str, Any]

EMPTY: Final[Node] = {}
_NOT_PROVIDED = "NOTPROVIDED"
WITH_CURRENCY: Final = frozenset({"Amt", "TtlAmt", "RmtdAmt", "CdtNoteAmt"})
_KEPT = """
    GrpHdr MsgId CreDtTm Id ElctrncSeqNb LglSeqNb StmtPgntn PgNb LastPgInd FrToDt FrDtTm ToDtTm CpyDplctInd
    Acct IBAN Othr Ccy Bal Tp CdOrPrtry Cd Prtry Amt CdtDbtInd Dt DtTm
    TxsSummry TtlNtries TtlCdtNtries TtlDbtNtries NbOfNtries Sum TtlNetNtryAmt TtlNetNtry
    RvslInd Sts BookgDt ValDt AcctSvcrRef BkTxCd Issr Domn Fmly SubFmlyCd AddtlNtryInf
    NtryDtls Btch PmtInfId NbOfTxs TtlAmt TxDtls Refs EndToEndId InstrId AmtDtls TxAmt AddtlTxInf
    RltdPties Dbtr Pty Nm DbtrAcct Cdtr CdtrAcct UltmtDbtr RltdDts AccptncDtTm RtrInf Rsn
    RmtInf Ustrd Strd RfrdDocInf Nb RfrdDocAmt RmtdAmt CdtNoteAmt CdtrRefInf Ref AddtlRmtInf
"""
# What the schemas allow beside the kept elements and nothing here depends on.
_PASSED = """
    AcctOwnrTxId AcctSvcrTxId AddtlInf AddtlInfInd AddtlNtfctnInf AddtlStmtInf AdjstmntAmtAndRsn Agt AnncdPstngAmt
    Avlbty CardTx CcyXchg CdtLine ChqNb Chrgs ClrSysRef CntrValAmt ComssnWvrInd CorpActn CshDpst CtctDtls CtryOfRes
    DscntApldAmt DuePyblAmt EndDt FinInstrmId GrnshmtRmt InitgPty InstdAmt IntrBkSttlmDt Intrst Invcee Invcr LclInstrm
    LineDtls MktInfrstrctrTxId MndtId MsgPgntn MsgRcpt NtfctnPgntn NtryRef OrgId OrgnlBizQry OrgnlBkTxCd Orgtr Ownr
    PrcgId PrtryAmt PrvtId Prxy PstlAdr Purp RltdAcct RltdAgts RltdDt RltdPric RltdQties RltdRmtInf RptgSeq RptgSrc
    SchmeNm SfkpgAcct SplmtryData StartDt SubTp Svcr Tax TaxAmt TaxRmt TechInptChanl TradActvtyCtrctlSttlmDt TradDt
    TradgPty TtlNtriesPerBkTxCd TxDtTm TxId UETR UltmtCdtr
"""

_AMOUNT = re.compile(r"([0-9]{1,13})(?:\.([0-9]{0,2})0*)?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_DAY = re.compile(r"((?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_INSTANT = re.compile(r"((?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2})T[0-9:.]{5,20}(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_COUNT = re.compile(r"[0-9]{1,15}")


@lru_cache(maxsize=16)
def names_of(space: str) -> dict[str, str]:
    """The names in the namespace ``space`` (in braces), full name to name; nothing for what is passed over."""
    return {space + name: name for name in _KEPT.split()} | {space + name: "" for name in _PASSED.split()}


def node_of(elements: Iterable[etree._Element], names: dict[str, str]) -> Node:
    """The kept ones of ``elements`` by name, their children likewise; an element gives its own children.

    Raises ``Refused`` for an element that the schemas do not know: a misspelt entry must not just go missing.
    """
    node: dict[str, Any] = {}
    for child in elements:
        name = names.get(child.tag)
        if not name:
            if name is None and isinstance(child.tag, str):
                raise Refused(Finding("camt_unknown_element", value=child.tag.rpartition("}")[2]))
            continue
        value: Any
        if len(
            child
        ):  # also a comment within a value: what is a node is no text and is refused when asked for
            value = node_of(child, names)
        elif name in WITH_CURRENCY:
            value = (child.text or "", child.get("Ccy"))
        else:
            value = child.text or ""
        if name not in node:
            node[name] = value
        elif isinstance(node[name], list):
            node[name].append(value)
        else:
            node[name] = [node[name], value]
    return node


def inner(node: Node, name: str) -> Node:
    """The one node ``name``; empty when it is missing or blank."""
    value = node.get(name)
    return value if type(value) is dict else EMPTY if value is None else _inner(value, name)


def _inner(value: Any, name: str) -> Node:
    if isinstance(value, tuple):
        value = value[0]
    if isinstance(value, str) and not value.strip():
        return EMPTY
    if isinstance(value, Mapping):
        return value
    raise _structure(name)


def nodes(node: Node, name: str) -> list[Node]:
    """All nodes ``name`` in their order."""
    value = node.get(name)
    if value is None:
        return []
    if type(value) is dict:
        return [value]
    return [_inner(one, name) for one in (value if isinstance(value, list) else [value])]


def text(node: Node, name: str) -> str | None:
    """The one text ``name`` without blanks around it; ``None`` when missing, empty or NOTPROVIDED."""
    value = node.get(name)
    if value is None:
        return None
    if type(value) is not str:
        raise _structure(name)
    stripped = value.strip()
    return stripped if stripped and stripped != _NOT_PROVIDED else None


def texts(node: Node, name: str) -> list[str]:
    """All texts ``name`` in their order, blank ones left out."""
    value = node.get(name)
    if value is None:
        return []
    several = value if isinstance(value, list) else [value]
    return [found for one in several if (found := text({name: one}, name))]


def needed(node: Node, name: str) -> str:
    """The text ``name``; raises ``Refused`` when there is none."""
    found = text(node, name)
    if found is None:
        raise Refused(Finding("camt_missing", where=name))
    return found


def money(node: Node, name: str) -> tuple[Decimal, str] | None:
    """The amount ``name`` without sign, in two decimals, and its currency; ``None`` when it is missing."""
    value = node.get(name)
    if value is None:
        return None
    if not isinstance(value, tuple):
        raise _structure(name)
    written, currency = value
    if currency is None or not _CURRENCY.fullmatch(currency):
        raise Refused(Finding("camt_currency", where=name, value=currency or ""))
    return _decimal(written, name), currency


def number(node: Node, name: str) -> Decimal | None:
    """The sum ``name``, which has no currency of its own; ``None`` when it is missing."""
    value = node.get(name)
    if isinstance(value, tuple):
        value = value[0]
    if value is None:
        return None
    if not isinstance(value, str):
        raise _structure(name)
    return _decimal(value, name)


def count(node: Node, name: str) -> int | None:
    """The whole number ``name``; ``None`` when it is missing."""
    written = text(node, name)
    if written is None:
        return None
    if not _COUNT.fullmatch(written):
        raise Refused(Finding("camt_value", where=name, value=written))
    return int(written)


def flag(node: Node, name: str) -> bool | None:
    """The yes or no of ``name``; ``None`` when it is missing."""
    written = text(node, name)
    if written is None:
        return None
    if written not in ("true", "false", "1", "0"):
        raise Refused(Finding("camt_value", where=name, value=written))
    return written in ("true", "1")


def is_credit(node: Node) -> bool:
    """Whether the direction is money to the account; raises ``Refused`` when it says neither."""
    given = node.get("CdtDbtInd")
    if (
        given == "CRDT" or given == "DBIT"
    ):  # nearly always; what is left may have blanks around it, or be wrong
        return bool(given == "CRDT")
    written = needed(node, "CdtDbtInd")
    if written not in ("CRDT", "DBIT"):
        raise Refused(Finding("camt_value", where="CdtDbtInd", value=written))
    return written == "CRDT"


def day(choice: Node) -> date | None:
    """The day that a node gives as a date or an instant, as the bank writes it; ``None`` when it gives none."""
    if (written := text(choice, "Dt")) is not None:
        return _day(written, False, "Dt")
    if (written := text(choice, "DtTm")) is not None:
        return _day(written, True, "DtTm")
    return None


def day_of_instant(node: Node, name: str) -> date | None:
    """The day of the instant ``name``, in the bank's own time; ``None`` when it is missing."""
    written = text(node, name)
    return None if written is None else _day(written, True, name)


@lru_cache(maxsize=4096)
def _day(written: str, instant: bool, name: str) -> date:
    found = (_INSTANT if instant else _DAY).fullmatch(written)
    if found is not None:
        try:
            return date.fromisoformat(found[1])
        except ValueError:
            pass
    raise Refused(Finding("camt_date", where=name, value=written))


@lru_cache(maxsize=65_536)  # an amount stands at the entry, at its payment and in between
def _decimal(written: str, name: str) -> Decimal:
    found = _AMOUNT.fullmatch(written.strip(" \t\r\n"))
    if found is None:
        raise Refused(Finding("camt_amount", where=name, value=written))
    return Decimal(f"{found[1]}.{found[2] or '':0<2}")


def _structure(name: str) -> Refused:
    return Refused(Finding("camt_structure", where=name))
