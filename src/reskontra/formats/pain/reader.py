"""A bank's answers to payments (pain.002.001.03 and .10) as documents (EX 9-a, OC 4.2-b).

Read leniently: banks leave out what they like, and other versions hold the same elements. What a report says at
each of its three levels is kept as it is said; counts and sums that do not meet are findings.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from reskontra.documents.findings import Finding, Refused, Severity
from reskontra.documents.payment_status import (
    BatchStatus,
    Counted,
    PaymentReport,
    Reason,
    State,
    TransactionStatus,
)
from reskontra.formats import xml
from reskontra.formats.pain.elements import ANSWER, Element, begins_like, body, first, text, version

READ_VERSIONS: Final = ("pain.002.001.03", "pain.002.001.10")
NOT_PROVIDED: Final = "NOTPROVIDED"
MOST_BYTES: Final = 20_000_000

# Settled, accepted for execution, or its content accepted; checked in form only, or pending; refused or cancelled.
_STATES: Final[dict[str, State]] = {
    **dict.fromkeys(("ACSC", "ACCC", "ACSP", "ACCP", "ACWC", "ACWP", "ACFC"), "accepted"),
    **dict.fromkeys(("PDNG", "RCVD", "ACTC", "PATC"), "pending"),
    **dict.fromkeys(("RJCT", "CANC"), "rejected"),
}
_PARTLY: Final = "PART"
_COUNT: Final = re.compile(r"[0-9]{1,15}")
_SUM: Final = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,17})?|\.[0-9]{1,17}")
_LONGEST_SHOWN: Final = 60
_BANK_TIME: Final = ZoneInfo("Europe/Helsinki")  # of a time without a zone

_Level = PaymentReport | BatchStatus
_Number = TypeVar("_Number", int, Decimal)


def is_status_report(data: bytes) -> bool:
    """Whether ``data`` begins like a pain.002 of any version. Never raises."""
    return begins_like(data, ANSWER)


def read(data: bytes, name: str = "") -> list[PaymentReport]:
    """The report in ``data``. Raises ``Refused`` for what is not well-formed or is no pain.002.

    ``name`` is the file's name and stands in the refusal.
    """
    try:
        root = xml.parse(data, most_bytes=MOST_BYTES)
        report = body(root, ANSWER)
        if report is None:
            raise Refused(Finding("pain_not_a_status_report"))
    except Refused as refused:
        named = (replace(finding, where=finding.where or name or None) for finding in refused.findings)
        raise Refused(*named) from None
    return [_Reading(version(root)).report(report)]


class _Reading:
    """One report as it is read, with the findings that gather on the way."""

    def __init__(self, found: str) -> None:
        self._version = found
        self._findings: list[Finding] = []
        if found not in READ_VERSIONS:
            self._note("pain_version", "Document", found, "warning")

    def report(self, report: Element) -> PaymentReport:
        group = first(report, "OrgnlGrpInfAndSts")
        status = text(group, "GrpSts") or None
        found = PaymentReport(
            message_id=text(report, "GrpHdr/MsgId") or None,
            created=self._time(report),
            original_message_id=text(group, "OrgnlMsgId") or None,
            original_message_name=text(group, "OrgnlMsgNmId") or None,
            status=status,
            state=self._state(status, "GrpSts"),
            reasons=_reasons(group),
            count=self._count(group, "OrgnlNbOfTxs"),
            total=self._sum(group, "OrgnlCtrlSum"),
            by_status=self._by_status(group),
            batches=tuple(self._batch(one) for one in report.iterchildren("{*}OrgnlPmtInfAndSts")),
            format=self._version or None,
        )
        self._check(found)
        return replace(found, findings=tuple(self._findings))

    def _batch(self, batch: Element) -> BatchStatus:
        status = text(batch, "PmtInfSts") or None
        return BatchStatus(
            payment_information_id=text(batch, "OrgnlPmtInfId") or None,
            status=status,
            state=self._state(status, "PmtInfSts"),
            reasons=_reasons(batch),
            count=self._count(batch, "OrgnlNbOfTxs"),
            total=self._sum(batch, "OrgnlCtrlSum"),
            by_status=self._by_status(batch),
            transactions=tuple(self._transaction(one) for one in batch.iterchildren("{*}TxInfAndSts")),
        )

    def _transaction(self, transaction: Element) -> TransactionStatus:
        status = text(transaction, "TxSts") or None
        end_to_end = text(transaction, "OrgnlEndToEndId")
        found = TransactionStatus(
            end_to_end_id=end_to_end if end_to_end not in ("", NOT_PROVIDED) else None,
            instruction_id=text(transaction, "OrgnlInstrId") or None,
            status=status,
            state=self._state(status, "TxSts"),
            reasons=_reasons(transaction),
            amount=self._sum(transaction, "OrgnlTxRef/Amt/InstdAmt"),
            currency=_currency(transaction),
            archive_id=text(transaction, "AcctSvcrRef") or None,
        )
        if found.end_to_end_id is None and found.instruction_id is None:
            self._note("pain_payment_unnamed", "TxInfAndSts", status or "", "error")
        return found

    def _state(self, status: str | None, name: str) -> State | None:
        if status is None or (status == _PARTLY and name != "TxSts"):
            return None
        state = _STATES.get(status)
        if state is None:
            self._note("pain_status_unknown", name, status, "error")
        return state

    def _by_status(self, level: Element | None) -> tuple[Counted, ...]:
        return tuple(
            Counted(text(one, "DtldSts"), self._count(one, "DtldNbOfTxs"), self._sum(one, "DtldCtrlSum"))
            for one in (level.iterchildren("{*}NbOfTxsPerSts") if level is not None else ())
        )

    def _time(self, report: Element) -> datetime | None:
        told = text(report, "GrpHdr/CreDtTm")
        try:
            found = datetime.fromisoformat(told) if told else None
        except ValueError:
            self._note("pain_time_unclear", "GrpHdr/CreDtTm", told, "warning")
            return None
        return found.replace(tzinfo=_BANK_TIME) if found is not None and found.tzinfo is None else found

    def _count(self, level: Element | None, name: str) -> int | None:
        told = text(level, name)
        if told and not _COUNT.fullmatch(told):
            self._note("pain_number_unclear", name, told, "error")
            return None
        return int(told) if told else None

    def _sum(self, level: Element | None, name: str) -> Decimal | None:
        told = text(level, name)
        if told and not _SUM.fullmatch(told):
            self._note("pain_number_unclear", name, told, "error")
            return None
        return Decimal(told) if told else None

    # --- what a report counts must be what it says ---

    def _check(self, report: PaymentReport) -> None:
        """A report may leave payments out, but never hold more than it counts, nor count one status in two ways."""
        listed = [one for batch in report.batches for one in batch.transactions]
        self._level(report, listed, "OrgnlGrpInfAndSts")
        for batch in report.batches:
            self._level(
                batch, batch.transactions, f"OrgnlPmtInfAndSts {batch.payment_information_id or ''}".strip()
            )
        counts = _added(batch.count for batch in report.batches)
        if counts is not None and report.count is not None and counts > report.count:
            self._differ("OrgnlNbOfTxs", str(report.count), str(counts))
        totals = _added(batch.total for batch in report.batches)
        if totals is not None and report.total is not None and totals > report.total:
            self._differ("OrgnlCtrlSum", str(report.total), str(totals))

    def _level(self, level: _Level, listed: Iterable[TransactionStatus], where: str) -> None:
        found = Counter(one.status for one in listed)
        if level.count is not None and found.total() > level.count:
            self._differ(f"{where}/OrgnlNbOfTxs", str(level.count), str(found.total()))
        for told in level.by_status:
            # What is listed of one status is all of it: nobody lists some of the rejected payments.
            if told.count is not None and found[told.status] not in (0, told.count):
                self._differ(f"{where}/DtldNbOfTxs {told.status}", str(told.count), str(found[told.status]))
        counted = _added(told.count for told in level.by_status)
        if counted is not None and level.count is not None and counted != level.count:
            self._differ(f"{where}/NbOfTxsPerSts", str(level.count), str(counted))
        summed = _added(told.total for told in level.by_status)
        if summed is not None and level.total is not None and summed != level.total:
            self._differ(f"{where}/DtldCtrlSum", str(level.total), str(summed))

    def _differ(self, where: str, told: str, found: str) -> None:
        self._note("pain_counts_differ", where, told, "error", found=found)

    def _note(self, rule: str, where: str, value: str, severity: Severity, **detail: str) -> None:
        self._findings.append(
            Finding(rule, severity, value=value[:_LONGEST_SHOWN], where=where, detail=detail)
        )


def _reasons(level: Element | None) -> tuple[Reason, ...]:
    found = (
        Reason(
            text(why, "Rsn/Cd") or None,
            text(why, "Rsn/Prtry") or None,
            " ".join(filter(None, ((one.text or "").strip() for one in why.iterchildren("{*}AddtlInf"))))
            or None,
        )
        for why in (level.iterchildren("{*}StsRsnInf") if level is not None else ())
    )
    return tuple(reason for reason in found if str(reason))


def _currency(transaction: Element) -> str | None:
    amount = first(transaction, "OrgnlTxRef/Amt/InstdAmt")
    return None if amount is None else amount.get("Ccy")


def _added(numbers: Iterable[_Number | None]) -> _Number | None:
    """The sum, if there are numbers and all of them are told."""
    told = list(numbers)
    known = [number for number in told if number is not None]
    if not known or len(known) != len(told):
        return None
    total = known[0]
    for number in known[1:]:
        total += number
    return total
