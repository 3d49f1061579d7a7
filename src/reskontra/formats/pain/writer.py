"""Payments to pain.001.001.09, in the order of its schema.

One payment information for the batch: one account and one day. Names and texts go through ``_said``, so that a
document is well-formed whatever they hold. No postal address is written: a credit transfer inside the payment area
needs none, and unstructured ones are no longer taken from 15 November 2026. Number and sum of the payments stand at
both levels, because no schema checks them.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from reskontra.documents.payment_order import Payment, PaymentBatch
from reskontra.kernel.identifiers import normal_iban
from reskontra.kernel.money import plain

_NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_LONGEST_NAME, _LONGEST_TEXT, _LONGEST_ID = 70, 140, 35
# The signs that SEPA lets an identifier hold; it neither begins nor ends with a slash, nor has two in a row.
_IDENTIFIER: Final = re.compile(
    r"(?!.*//)[A-Za-z0-9?:().,'+ -](?:[A-Za-z0-9/?:().,'+ -]*[A-Za-z0-9?:().,'+ -])?"
)
_UNPRINTABLE: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(batch: PaymentBatch) -> Iterator[bytes]:
    """The document in UTF-8, piece by piece.

    Raises ``ValueError`` for an empty batch, an identifier that is too long or holds other signs, a name that says
    nothing or an amount that is not whole positive cents; ``NotAnIdentifier`` for an account that is no IBAN.
    """
    if not batch.payments:
        raise ValueError("a batch of payments is not empty")
    yield _head(batch).encode()
    for payment in batch.payments:
        yield _transfer(payment).encode()
    yield b"</PmtInf>\n</CstmrCdtTrfInitn>\n</Document>\n"


def _head(batch: PaymentBatch) -> str:
    counted = f"<NbOfTxs>{len(batch.payments)}</NbOfTxs><CtrlSum>{plain(batch.total)}</CtrlSum>"
    name = f"<Nm>{_name(batch.payer.name)}</Nm>"
    agent = f"<BICFI>{escape(batch.payer.bic)}</BICFI>" if batch.payer.bic else _NOT_PROVIDED
    identity = _identifier(batch.message_id)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{_NAMESPACE}">\n<CstmrCdtTrfInitn>\n'
        f"<GrpHdr><MsgId>{identity}</MsgId><CreDtTm>{batch.made_at.isoformat(timespec='seconds')}</CreDtTm>"
        f"{counted}<InitgPty>{name}</InitgPty></GrpHdr>\n"
        f"<PmtInf><PmtInfId>{identity}</PmtInfId><PmtMtd>TRF</PmtMtd>{counted}"
        "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl><CtgyPurp><Cd>GOVT</Cd></CtgyPurp></PmtTpInf>"
        f"<ReqdExctnDt><Dt>{batch.execution_date.isoformat()}</Dt></ReqdExctnDt>"
        f"<Dbtr>{name}</Dbtr><DbtrAcct><Id><IBAN>{normal_iban(batch.payer.iban)}</IBAN></Id></DbtrAcct>"
        f"<DbtrAgt><FinInstnId>{agent}</FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>\n"
    )


_NOT_PROVIDED: Final = "<Othr><Id>NOTPROVIDED</Id></Othr>"


def _transfer(payment: Payment) -> str:
    if payment.amount <= 0 or payment.amount != round(payment.amount, 2):
        raise ValueError("a payment is whole cents, more than none")
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>{_identifier(payment.end_to_end_id)}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="EUR">{plain(payment.amount)}</InstdAmt></Amt>'
        f"<Cdtr><Nm>{_name(payment.payee)}</Nm></Cdtr>"
        f"<CdtrAcct><Id><IBAN>{normal_iban(payment.iban)}</IBAN></Id></CdtrAcct>"
        f"<Purp><Cd>REFU</Cd></Purp><RmtInf><Ustrd>{_said(payment.text, _LONGEST_TEXT)}</Ustrd></RmtInf>"
        "</CdtTrfTxInf>\n"
    )


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
