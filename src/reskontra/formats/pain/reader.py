"""A bank's answers to payments (pain.002, any version): what it says of each payment by its end-to-end id.

Read leniently: only what concerns a single payment counts. The group's own status is passed over, but for a group
that is rejected as a whole, often without naming its payments: that is told by ``group_rejected``.
"""

from dataclasses import dataclass
from typing import Final

from lxml import etree

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.payment_order import PaymentStatus
from reskontra.formats.xml import parse

# Settled, accepted for execution, or its content accepted; pending ones say nothing yet.
_ACCEPTED: Final = frozenset({"ACSC", "ACCC", "ACSP", "ACCP", "ACWC", "ACWP"})
_REJECTED: Final = frozenset({"RJCT", "CANC"})
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class StatusReport:
    """One report: the message that it answers, whether that was rejected as a whole, and the payments it names."""

    original_message_id: str
    group_rejected: bool
    statuses: tuple[PaymentStatus, ...]


def read(data: bytes) -> StatusReport:
    """The report in ``data``. Raises ``Refused`` for what is not well-formed or is no pain.002."""
    root = parse(data)
    report = next((one for one in root if _local(one) == "CstmrPmtStsRpt"), None)
    if _local(root) != "Document" or report is None:
        raise Refused(Finding("pain_not_a_status_report"))
    group = _first(report, "OrgnlGrpInfAndSts")
    return StatusReport(
        _text(group, "OrgnlMsgId"),
        _text(group, "GrpSts") in _REJECTED,
        tuple(
            _status(one, state)
            for one in report.iter("{*}TxInfAndSts")
            if (state := _text(one, "TxSts")) in _ACCEPTED | _REJECTED and _text(one, "OrgnlEndToEndId")
        ),
    )


def _status(transaction: etree._Element, state: str) -> PaymentStatus:
    told = [
        " ".join(
            filter(None, (_text(_first(why, "Rsn"), "Cd"), _text(_first(why, "Rsn"), "Prtry"), _lines(why)))
        )
        for why in transaction.iterchildren("{*}StsRsnInf")
    ]
    reason = "; ".join(filter(None, told))[:_LONGEST_REASON]
    return PaymentStatus(_text(transaction, "OrgnlEndToEndId"), state in _ACCEPTED, reason)


def _lines(why: etree._Element) -> str:
    return " ".join((one.text or "").strip() for one in why.iterchildren("{*}AddtlInf"))


def _first(element: etree._Element | None, name: str) -> etree._Element | None:
    return None if element is None else next(element.iterchildren(f"{{*}}{name}"), None)


def _text(element: etree._Element | None, name: str) -> str:
    found = _first(element, name)
    return "" if found is None else (found.text or "").strip()


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
