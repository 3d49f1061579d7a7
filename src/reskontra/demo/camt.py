"""Statements and notifications as an invented bank writes them: camt.053 and camt.054, versions .02 and .08.

The writer is a double of a bank for the demonstration, not a format that Reskontra sends. What it writes follows
the public schemas of ISO 20022.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

_HELSINKI = ZoneInfo("Europe/Helsinki")
_BODIES = {"camt.053": ("BkToCstmrStmt", "Stmt"), "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}


@dataclass(frozen=True)
class Detail:
    """One payment in an entry; ``amount`` in euro with its sign, ``parts`` invoice, reference and share.

    Of money that goes out ``payee`` is told, and the payment's own ids where it has some.
    """

    amount: Decimal
    archive_id: str
    payer: str = ""
    payer_account: str = ""
    reference: str = ""
    message: str = ""
    parts: tuple[tuple[str, str, Decimal], ...] = ()
    payee: str = ""
    end_to_end_id: str = ""


@dataclass(frozen=True)
class Booked:
    """One entry of the bank. ``code`` is that of the Finnish banks with its words, ``kind`` the international one.

    ``batch`` is the payment information id of payments that went out together.
    """

    amount: Decimal
    archive_id: str
    code: str
    kind: str
    details: tuple[Detail, ...] = ()
    back: bool = False
    information: str = ""
    batch: str = ""


@dataclass(frozen=True)
class Message:
    """A statement or a notification of one account and day; balances in euro where it is a statement."""

    family: str
    version: str
    iban: str
    number: int
    day: date
    entries: Sequence[Booked]
    opening: Decimal | None = None

    @property
    def closing(self) -> Decimal:
        """What stands on the account after the entries."""
        return (self.opening or Decimal(0)) + sum((one.amount for one in self.entries), Decimal(0))


def written(message: Message) -> bytes:
    """The message as a file of its own; UTF-8, amounts with two decimals."""
    body, part = _BODIES[message.family]
    made = _moment(message.day, time(21, 5))
    name = f"{message.family[-3:]}-{message.iban[-6:]}-{message.day:%Y%m%d}"
    balances = "" if message.opening is None else _balances(message)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message.family}.001.{message.version}">\n<{body}>\n'
        f"<GrpHdr><MsgId>M{name}</MsgId><CreDtTm>{made}</CreDtTm></GrpHdr>\n"
        f"<{part}><Id>{name}</Id><ElctrncSeqNb>{message.number}</ElctrncSeqNb><CreDtTm>{made}</CreDtTm>"
        f"<FrToDt><FrDtTm>{_moment(message.day, time(0))}</FrDtTm>"
        f"<ToDtTm>{_moment(message.day, time(23, 59, 59))}</ToDtTm></FrToDt>\n"
        f"<Acct><Id><IBAN>{message.iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>\n"
        f"{balances}{_summary(message.entries)}"
        + "".join(_entry(one, message) for one in message.entries)
        + f"</{part}>\n</{body}>\n</Document>\n"
    ).encode()


def _moment(day: date, at: time) -> str:
    return datetime.combine(day, at, _HELSINKI).isoformat()


def _amount(amount: Decimal, tag: str = "Amt") -> str:
    return f'<{tag} Ccy="EUR">{abs(amount):.2f}</{tag}>'


def _direction(amount: Decimal) -> str:
    return f"<CdtDbtInd>{'DBIT' if amount < 0 else 'CRDT'}</CdtDbtInd>"


def _balances(message: Message) -> str:
    assert message.opening is not None
    return "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(amount)}{_direction(amount)}"
        f"<Dt><Dt>{message.day}</Dt></Dt></Bal>\n"
        for code, amount in (("OPBD", message.opening), ("CLBD", message.closing))
    )


def _summary(entries: Sequence[Booked]) -> str:
    """Counts and sums of the entries in both directions, which a reader compares with what it reads."""
    groups = {
        "TtlCdtNtries": [one.amount for one in entries if one.amount > 0],
        "TtlDbtNtries": [-one.amount for one in entries if one.amount < 0],
    }
    told = "".join(
        f"<{name}><NbOfNtries>{len(amounts)}</NbOfNtries><Sum>{sum(amounts, Decimal(0)):.2f}</Sum></{name}>"
        for name, amounts in groups.items()
    )
    total = f"<TtlNtries><NbOfNtries>{len(entries)}</NbOfNtries></TtlNtries>"
    return f"<TxsSummry>{total}{told}</TxsSummry>\n"


def _entry(one: Booked, message: Message) -> str:
    state = "<Sts><Cd>BOOK</Cd></Sts>" if message.version == "08" else "<Sts>BOOK</Sts>"
    domain, family, sub = one.kind.split("/")
    batch = _tag("Btch", _tag("PmtInfId", one.batch))
    return (
        f"<Ntry>{_amount(one.amount)}{_direction(one.amount)}"
        + ("<RvslInd>true</RvslInd>" if one.back else "")
        + f"{state}<BookgDt><Dt>{message.day}</Dt></BookgDt><ValDt><Dt>{message.day}</Dt></ValDt>"
        f"<AcctSvcrRef>{one.archive_id}</AcctSvcrRef>"
        f"<BkTxCd><Domn><Cd>{domain}</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn>"
        f"<Prtry><Cd>{one.code}</Cd><Issr>FFFS</Issr></Prtry></BkTxCd>"
        + _tag("NtryDtls", batch + "".join(_detail(each, message.version) for each in one.details))
        + _tag("AddtlNtryInf", escape(one.information))
        + "</Ntry>\n"
    )


def _detail(one: Detail, version: str) -> str:
    name = _tag("Nm", escape(one.payer))
    payer = _tag("Dbtr", _tag("Pty", name) if version == "08" else name)
    paid = _tag("Nm", escape(one.payee))
    payee = _tag("Cdtr", _tag("Pty", paid) if version == "08" else paid)
    own = _tag("EndToEndId", one.end_to_end_id)
    account = _tag("DbtrAcct", _tag("Id", _tag("IBAN", one.payer_account)))
    stated = f"{_amount(one.amount)}{_direction(one.amount)}" if version == "08" else ""
    remitted = (
        _tag("Ustrd", escape(one.message))
        + (_structured(one.reference) if one.reference else "")
        + "".join(_structured(reference, invoice, share) for invoice, reference, share in one.parts)
    )
    return (
        f"<TxDtls><Refs><AcctSvcrRef>{one.archive_id}</AcctSvcrRef>{own}</Refs>{stated}"
        f"<AmtDtls><TxAmt>{_amount(one.amount)}</TxAmt></AmtDtls>"
        + _tag("RltdPties", payer + account + payee)
        + _tag("RmtInf", remitted)
        + "</TxDtls>"
    )


def _structured(reference: str, invoice: str = "", share: Decimal | None = None) -> str:
    document = f"<RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp><Nb>{invoice}</Nb></RfrdDocInf>"
    amount = "" if share is None else f"<RfrdDocAmt>{_amount(share, 'RmtdAmt')}</RfrdDocAmt>"
    return (
        f"<Strd>{document if invoice else ''}{amount}<CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
        f"<Ref>{reference}</Ref></CdtrRefInf></Strd>"
    )


def _tag(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>" if content else ""
