"""Bank answers as tables: a message, its payments, and report after report about them.

``sent`` lines are ``name batch amount``. A report is ``report TIME GROUP``, followed by ``batch NAME STATUS`` and
``payment NAME STATUS [REASON]`` lines (a payment stands in the batch before it; ``-`` is nothing said); ``expect``
lines say where a payment then stands.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from xml.sax.saxutils import escape

from reskontra.documents.payment_status import PaymentReport, SentPayment
from reskontra.exchange.paying import payment_report, standings

MESSAGE = "OR4210-9-file"
_SPACE = "urn:iso:std:iso:20022:tech:xsd:pain.002.001."


@dataclass
class Report:
    """One report as it is told by a table."""

    time: str = "2026-03-17T08:00:00+02:00"
    group: str = "-"
    original: str = MESSAGE
    batches: list[tuple[str, str, list[str]]] = field(default_factory=list)

    def xml(self, version: str = "10", within_group: str = "", within_batch: str = "") -> bytes:
        """The report as a bank writes it."""
        batches = "".join(
            f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{name}</OrgnlPmtInfId>{element('PmtInfSts', status)}{within_batch}"
            f"{''.join(payments)}</OrgnlPmtInfAndSts>"
            for name, status, payments in self.batches
        )
        return (
            f'<Document xmlns="{_SPACE}{version}"><CstmrPmtStsRpt><GrpHdr><MsgId>A1</MsgId>'
            f"<CreDtTm>{self.time}</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{self.original}</OrgnlMsgId>"
            f"<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{within_group}{element('GrpSts', self.group)}"
            f"</OrgnlGrpInfAndSts>{batches}</CstmrPmtStsRpt></Document>"
        ).encode()


def element(name: str, text: str) -> str:
    """An element, or nothing where the table says nothing."""
    return "" if text == "-" else f"<{name}>{escape(text)}</{name}>"


def payment(name: str, status: str, *reason: str, inside: str = "") -> str:
    """What a bank says of one payment; ``reason`` is a code and words."""
    why = ""
    if reason:
        lines = "".join(element("AddtlInf", word) for word in reason[1:])
        why = f"<StsRsnInf><Rsn><Cd>{reason[0]}</Cd></Rsn>{lines}</StsRsnInf>"
    return f"<TxInfAndSts>{element('OrgnlEndToEndId', name)}{element('TxSts', status)}{why}{inside}</TxInfAndSts>"


def play(table: str) -> list[tuple[str, str, str]]:
    """Each ``expect`` line of a table with what is so: (payment, expected, found)."""
    sent: list[SentPayment] = []
    reports: list[Report] = []
    seen: list[tuple[str, str, str]] = []
    for line in table.strip().splitlines():
        word, *rest = line.partition("#")[0].split() or [""]
        if word == "sent":
            name, batch, amount = rest
            sent.append(SentPayment(name, Decimal(amount), batch, f"I-{name}"))
        elif word == "report":
            reports.append(Report(f"2026-03-17T{rest[0]}:00+02:00", rest[1]))
        elif word == "batch":
            reports[-1].batches.append((rest[0], rest[1], []))
        elif word == "payment":
            reports[-1].batches[-1][2].append(payment(rest[0], *rest[1:]))
        elif word == "expect":
            found = standings(MESSAGE, sent, [_read(one) for one in reports])[rest[0]]
            seen.append((rest[0], rest[1], found.state or "-"))
        elif word:
            raise AssertionError(f"no such line: {line}")
    return seen


def _read(report: Report) -> PaymentReport:
    return payment_report(report.xml())
