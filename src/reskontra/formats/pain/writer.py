"""Payments to pain.001.001.09, or .03 for a bank that still asks for it, in the order of its schema (EX 9-b).

One payment information for the batch: one account and one day. Names and texts go through ``_said``, so that a
document is well-formed whatever they hold. A payee's address is written where one is given: structured, or hybrid
with at most two free lines; town and country have elements of their own, because unstructured addresses are no longer
taken from 15 November 2026. One of before is written only where the caller says that it is unsorted. Number and sum
of the payments stand at both levels, because no schema checks them.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from reskontra.documents.payment_order import LONGEST_LINE, Address, Payer, Payment, PaymentBatch
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import normal_iban
from reskontra.kernel.money import plain
from reskontra.kernel.references import NotAReference, is_national_reference, is_rf_reference

NEWEST: Final = "pain.001.001.09"
OLDER: Final = "pain.001.001.03"
VERSIONS: Final = (NEWEST, OLDER)

_FAMILY: Final = "urn:iso:std:iso:20022:tech:xsd:"
_LONGEST_NAME, _LONGEST_TEXT, _LONGEST_ID = 70, 140, 35
_LONGEST_CODE, _LONGEST_TOWN = 16, 35
# The signs that SEPA lets an identifier hold; it neither begins nor ends with a slash, nor has two in a row.
_IDENTIFIER: Final = re.compile(
    r"(?!.*//)[A-Za-z0-9?:().,'+ -](?:[A-Za-z0-9/?:().,'+ -]*[A-Za-z0-9?:().,'+ -])?"
)
_UNPRINTABLE: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CODE: Final = re.compile(r"[A-Z]{4}")
# The older schema still has letters only in the code of a bank.
_BICS: Final = {
    NEWEST: re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?"),
    OLDER: re.compile(r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?"),
}
_NOT_PROVIDED: Final = "<Othr><Id>NOTPROVIDED</Id></Othr>"


@clause("EX 9-b")
def write(batch: PaymentBatch, version: str = NEWEST) -> Iterator[bytes]:
    """The document in UTF-8, piece by piece; ``version`` is one of ``VERSIONS``.

    Raises ``ValueError`` for another version, an empty batch, an identifier that is too long or holds other signs, a
    name that says nothing, an address without town or country, both a reference and a text, or an amount that is not
    whole positive cents; ``NotAnIdentifier`` for an account that is no IBAN; ``NotAReference``.
    """
    if version not in VERSIONS:
        raise ValueError("payments are written to pain.001.001.09 or .03")
    if not batch.payments:
        raise ValueError("a batch of payments is not empty")
    yield _head(batch, version).encode()
    purpose = f"<Purp>{_code(batch.purpose)}</Purp>" if batch.purpose else ""
    for payment in batch.payments:
        yield _transfer(payment, purpose, version).encode()
    yield b"</PmtInf>\n</CstmrCdtTrfInitn>\n</Document>\n"


def _head(batch: PaymentBatch, version: str) -> str:
    counted = f"<NbOfTxs>{len(batch.payments)}</NbOfTxs><CtrlSum>{plain(batch.total)}</CtrlSum>"
    payer = f"<Nm>{_name(batch.payer.name)}</Nm>{_customer(batch.payer)}"
    agent = _bank(batch.payer.bic, version) if batch.payer.bic else _NOT_PROVIDED
    day = batch.execution_date.isoformat()
    day = day if version == OLDER else f"<Dt>{day}</Dt>"
    ultimate = (
        f"<UltmtDbtr><Nm>{_name(batch.ultimate_payer)}</Nm></UltmtDbtr>" if batch.ultimate_payer else ""
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{_FAMILY}{version}">\n<CstmrCdtTrfInitn>\n'
        f"<GrpHdr><MsgId>{_identifier(batch.message_id)}</MsgId>"
        f"<CreDtTm>{batch.made_at.isoformat(timespec='seconds')}</CreDtTm>"
        f"{counted}<InitgPty>{payer}</InitgPty></GrpHdr>\n"
        f"<PmtInf><PmtInfId>{_identifier(batch.payment_information_id or batch.message_id)}</PmtInfId>"
        f"<PmtMtd>TRF</PmtMtd>{_booking(batch.batch_booking)}{counted}"
        f"<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl><CtgyPurp>{_code(batch.category)}</CtgyPurp></PmtTpInf>"
        f"<ReqdExctnDt>{day}</ReqdExctnDt>"
        f"<Dbtr>{payer}</Dbtr><DbtrAcct><Id><IBAN>{normal_iban(batch.payer.iban)}</IBAN></Id></DbtrAcct>"
        f"<DbtrAgt><FinInstnId>{agent}</FinInstnId></DbtrAgt>{ultimate}<ChrgBr>SLEV</ChrgBr>\n"
    )


def _customer(payer: Payer) -> str:
    """The payer's number at the bank, as Finnish banks ask for it."""
    if not payer.customer_id:
        return ""
    number = _identifier(payer.customer_id)
    return f"<Id><OrgId><Othr><Id>{number}</Id><SchmeNm><Cd>BANK</Cd></SchmeNm></Othr></OrgId></Id>"


def _booking(wished: bool | None) -> str:
    return "" if wished is None else f"<BtchBookg>{str(wished).lower()}</BtchBookg>"


def _transfer(payment: Payment, purpose: str, version: str) -> str:
    if payment.amount <= 0 or payment.amount != round(payment.amount, 2):
        raise ValueError("a payment is whole cents, more than none")
    instruction = (
        f"<InstrId>{_identifier(payment.instruction_id)}</InstrId>" if payment.instruction_id else ""
    )
    bank = f"<CdtrAgt><FinInstnId>{_bank(payment.bic, version)}</FinInstnId></CdtrAgt>" if payment.bic else ""
    return (
        f"<CdtTrfTxInf><PmtId>{instruction}<EndToEndId>{_identifier(payment.end_to_end_id)}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="EUR">{plain(payment.amount)}</InstdAmt></Amt>{bank}'
        f"<Cdtr><Nm>{_name(payment.payee)}</Nm>{_address(payment.address)}</Cdtr>"
        f"<CdtrAcct><Id><IBAN>{normal_iban(payment.iban)}</IBAN></Id></CdtrAcct>"
        f"{purpose}{_remittance(payment)}</CdtTrfTxInf>\n"
    )


def _address(address: Address | None) -> str:
    """Elements in the order of the schema; free lines alone only of an unsorted one."""
    if address is None:
        return ""
    if not address.payable:
        raise ValueError(
            "an address has a town or is unsorted, a country of two letters and at most two free lines"
        )
    parts = (
        ("StrtNm", address.street, _LONGEST_NAME),
        ("BldgNb", address.building, _LONGEST_CODE),
        ("PstCd", address.postcode, _LONGEST_CODE),
        ("TwnNm", address.town, _LONGEST_TOWN),
        ("Ctry", address.country, 2),
        *(("AdrLine", line, LONGEST_LINE) for line in address.lines),
    )
    told = "".join(f"<{name}>{text}</{name}>" for name, said, most in parts if (text := _said(said, most)))
    return f"<PstlAdr>{told}</PstlAdr>"


def _remittance(payment: Payment) -> str:
    """What the payee is told: a reference by its kind, or a text, never both."""
    text = _said(payment.text, _LONGEST_TEXT)
    if not payment.reference:
        return f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf>" if text else ""
    if text:
        raise ValueError("a payee is told either a reference or a text")
    issuer = "" if is_national_reference(payment.reference) else "<Issr>ISO</Issr>"
    if issuer and not is_rf_reference(payment.reference):
        raise NotAReference("neither a national reference nor an RF reference")
    compact = "".join(payment.reference.split()).upper()
    told = compact if issuer else compact.lstrip("0")
    return (
        f"<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry>{issuer}</Tp>"
        f"<Ref>{told}</Ref></CdtrRefInf></Strd></RmtInf>"
    )


def _bank(bic: str, version: str) -> str:
    if not _BICS[version].fullmatch(bic):
        raise ValueError("a bank is told by its BIC of 8 or 11 signs")
    return f"<BIC>{bic}</BIC>" if version == OLDER else f"<BICFI>{bic}</BICFI>"


def _code(code: str) -> str:
    if not _CODE.fullmatch(code):
        raise ValueError("a category and a purpose are codes of four letters")
    return f"<Cd>{code}</Cd>"


def _identifier(text: str) -> str:
    if len(text) > _LONGEST_ID or not _IDENTIFIER.fullmatch(text):
        raise ValueError("an identifier has 1 to 35 characters that banks take")
    return escape(text)


def _name(text: str) -> str:
    if not (name := _said(text, _LONGEST_NAME)):
        raise ValueError("a name says something")
    return name


def _said(text: str, most: int) -> str:
    """A text on one line without signs that XML cannot hold, cut at ``most`` characters before it is escaped."""
    return escape(" ".join(_UNPRINTABLE.sub(" ", text).split())[:most].rstrip())
