"""The bank of an expenditure account in the demonstration: its answer to a payment file, and its statements (EX 9, 10).

A double of a bank. It says of each payment whether it is carried out, books the file as one debit, takes its own fee,
carries out a direct debit that nobody has told a rule for, and is covered from the State's account every evening.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape

from reskontra.demo.camt import Booked, Detail, Message, written

COVER = "VALTION YLEISTILI"
DIRECT_DEBIT = "Saaristoposti Oy"
_PAID, _FEE, _COVERED = "700 MAKSULIIKEMAKSU", "730 PALVELUMAKSU", "710 PANO"
_OUT, _CHARGE, _IN = "PMNT/ICDT/ESCT", "ACMT/MDOP/CHRG", "CAMT/CAPL/ZABA"
_VERSION = "08"


def answer(
    message_id: str,
    at: datetime,
    payments: Sequence[tuple[str, Decimal]],
    rejected: Mapping[str, tuple[str, str]] | None = None,
    pending: bool = False,
) -> bytes:
    """The pain.002 about a payment file: ``payments`` are end-to-end ids with their euro.

    ``rejected`` tells code and words by end-to-end id. ``pending``: the bank has the file and no more to say yet.
    """
    refused = rejected or {}
    group = "PDNG" if pending else "PART" if refused else "ACSP"
    told = "" if pending else "".join(_of_payment(name, refused.get(name)) for name, _ in payments)
    batch = (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{message_id}</OrgnlPmtInfId>{told}</OrgnlPmtInfAndSts>"
        if told
        else ""
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>A{message_id}-{at:%m%d%H}</MsgId><CreDtTm>{at.isoformat()}</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message_id}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        f"<OrgnlNbOfTxs>{len(payments)}</OrgnlNbOfTxs><GrpSts>{group}</GrpSts></OrgnlGrpInfAndSts>{batch}"
        "</CstmrPmtStsRpt></Document>\n"
    ).encode()


def _of_payment(end_to_end_id: str, rejected: tuple[str, str] | None) -> str:
    status, why = "ACSP", ""
    if rejected:
        status = "RJCT"
        code, words = rejected
        why = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn><AddtlInf>{escape(words)}</AddtlInf></StsRsnInf>"
    return f"<TxInfAndSts><OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId><TxSts>{status}</TxSts>{why}</TxInfAndSts>"


@dataclass
class PayingBank:
    """One expenditure account in the bank's books: what stands on it, and the numbers that the bank gives."""

    unit: str
    iban: str
    balance: Decimal = Decimal("0.00")
    statements: int = 0
    serial: int = 0

    def statement(
        self,
        day: date,
        files: Sequence[tuple[str, Decimal]],
        fee: Decimal,
        direct_debit: Decimal,
        payee: str = DIRECT_DEBIT,
    ) -> bytes:
        """The statement of ``day``: ``files`` are payment information ids with what was carried out, euro."""
        entries = [
            Booked(-amount, self._id(day), _PAID, _OUT, batch=batch) for batch, amount in files if amount
        ]
        if direct_debit:
            name = self._id(day)
            paid = Detail(-direct_debit, name, payee=payee, end_to_end_id="NOTPROVIDED")
            entries.append(Booked(-direct_debit, name, _PAID, _OUT, (paid,)))
        if fee:
            entries.append(Booked(-fee, self._id(day), _FEE, _CHARGE, information="Palvelumaksu"))
        out = self.balance + sum((one.amount for one in entries), Decimal(0))
        if out < 0:
            name = self._id(day)
            entries.append(Booked(-out, name, _COVERED, _IN, (Detail(-out, name, payer=COVER),)))
        self.statements += 1
        message = Message("camt.053", _VERSION, self.iban, self.statements, day, entries, self.balance)
        self.balance = message.closing
        return written(message)

    def _id(self, day: date) -> str:
        self.serial += 1
        return f"{day:%y%m%d}88{self.unit[-2:]}{self.serial:06d}"
