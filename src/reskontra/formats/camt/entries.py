"""Payments out of the entries of a camt message (OC 4.1-b; the four identifiers of EX 10 for debits).

An entry holds one payment, or several with their own amounts. What the payments of an entry add up to is what the
entry books, always: where they do not, the entry stays one sum and a finding says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Final

from reskontra.documents.findings import Finding, Refused, Severity
from reskontra.documents.statement import Entry, ReferencePart
from reskontra.formats.camt.nodes import (
    Node,
    count,
    day,
    day_of_instant,
    flag,
    inner,
    is_credit,
    money,
    nodes,
    text,
    texts,
)
from reskontra.formats.camt.source import BankEntry
from reskontra.kernel.references import NotAReference, normal_reference

STATUSES: Final = frozenset({"BOOK", "PDNG", "INFO", "FUTR"})
_CLAUSE = "OC 4.1-b"
_REFERENCE_PAYMENTS = "705"
_CREDIT_NOTE = "CREN"


@dataclass(slots=True)
class Gathered:
    """The payments of one statement as they are read, and what is wrong with them."""

    currency: str | None
    booked: list[Entry] = field(default_factory=list)
    pending: list[Entry] = field(default_factory=list)
    foreign: list[Entry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    credits: dict[str, list[Decimal]] = field(default_factory=dict)  # the bank's entries by status, as booked
    debits: dict[str, list[Decimal]] = field(default_factory=dict)

    def note(
        self,
        rule: str,
        row: int,
        where: str,
        value: object = None,
        severity: Severity = "error",
        **detail: object,
    ) -> None:
        """Adds a finding about the entry at position ``row``."""
        self.findings.append(
            Finding(
                rule,
                severity,
                clause=_CLAUSE,
                row=row,
                value=None if value is None else str(value),
                where=where,
                detail={key: str(given) for key, given in detail.items()},
            )
        )


def gather(entries: Iterable[BankEntry], currency: str | None) -> Gathered:
    """All payments of a statement whose account is kept in ``currency`` (``None``: in that of its first entry).

    Raises ``Refused`` with the position of the entry when one cannot be read.
    """
    gathered = Gathered(currency)
    for position, entry in enumerate(entries, 1):
        try:
            _gather_one(entry, position, gathered)
        except Refused as refused:
            placed = (
                finding
                if finding.row
                else replace(finding, row=position, where=f"Ntry/{finding.where or ''}".rstrip("/"))
                for finding in refused.findings
            )
            raise Refused(*placed) from None
    return gathered


def _gather_one(entry: BankEntry, position: int, gathered: Gathered) -> None:
    base = _base(entry.node, position)
    if gathered.currency is None:
        gathered.currency = base.currency
    if base.booking_date is None and base.status == "BOOK":
        gathered.note("bank_booking_date_missing", position, "Ntry/BookgDt")
    side = gathered.credits if base.direction == "credit" else gathered.debits
    side.setdefault(base.status, []).append(abs(base.amount))
    if base.currency != gathered.currency:
        gathered.note("bank_other_currency", position, "Ntry/Amt", base.currency, account=gathered.currency)
        kept = gathered.foreign
    else:
        kept = gathered.booked if base.status == "BOOK" else gathered.pending
    kept.extend(_payments(base, entry, gathered))


def _base(node: Node, position: int) -> Entry:
    """What an entry says about all of its payments."""
    found = money(node, "Amt")
    if found is None:
        raise Refused(Finding("camt_missing", where="Amt"))
    amount, currency = found
    credit = is_credit(node)
    archive_id = text(node, "AcctSvcrRef")
    code, kind = _transaction_codes(inner(node, "BkTxCd"))
    return Entry(
        amount=amount if credit else -amount,
        booking_date=day(node, "BookgDt"),
        message=text(node, "AddtlNtryInf"),
        archive_id=archive_id,
        reversal=flag(node, "RvslInd") or False,
        direction="credit" if credit else "debit",
        currency=currency,
        value_date=day(node, "ValDt"),
        status=_status(node),
        transaction_code=code,
        transaction_type=kind,
        entry_archive_id=archive_id,
        position=position,
    )


def _status(node: Node) -> str:
    found = node.get("Sts")
    if not isinstance(found, str):  # from version .08 on a code of its own
        choice = inner(node, "Sts")
        found = text(choice, "Cd") or text(choice, "Prtry")
    status = (found or "").strip()
    if not status:
        raise Refused(Finding("camt_missing", where="Sts"))
    if status not in STATUSES:
        raise Refused(Finding("camt_value", where="Sts", value=status))
    return status


def _transaction_codes(node: Node) -> tuple[str | None, str | None]:
    """The three digits that the Finnish banks use, and the international code."""
    own, domain = inner(node, "Prtry"), inner(node, "Domn")
    family = inner(domain, "Fmly")
    return _codes(
        text(own, "Cd"), text(own, "Issr"), text(domain, "Cd"), text(family, "Cd"), text(family, "SubFmlyCd")
    )


@lru_cache(maxsize=1024)  # a few codes stand at every entry: one text each is enough
def _codes(
    own: str | None, issuer: str | None, domain: str | None, family: str | None, sub: str | None
) -> tuple[str | None, str | None]:
    digits = own[:3] if own and issuer in ("FFFS", None) else ""
    kind = "/".join(part for part in (domain, family, sub) if part)
    return digits if digits.isascii() and digits.isdigit() and len(digits) == 3 else None, kind or None


# --- the payments of one entry ---


def _payments(base: Entry, entry: BankEntry, gathered: Gathered) -> list[Entry]:
    found: list[Entry] = []
    amounts: list[Decimal | None] = []
    for number, (details, payment) in enumerate(entry.payments, 1):
        amount = _own_amount(payment, base)
        amounts.append(amount)
        batch = text(inner(details, "Btch"), "PmtInfId")
        found.append(_payment(base, payment, amount, batch, number, gathered))
    _compare_batches(entry.node, len(found), base, gathered)
    if not found:
        return [_without_details(base, entry.node)]
    if len(found) == 1:
        return [_only(found[0], amounts[0], base, gathered)]
    return _several(found, amounts, base, gathered)


def _only(payment: Entry, amount: Decimal | None, base: Entry, gathered: Gathered) -> Entry:
    """The single payment of an entry is what the entry books, whatever its details say."""
    if amount is not None and amount != base.amount:
        gathered.note(
            "bank_amounts_differ", base.position, "Ntry/Amt", _written(base.amount), sum=_written(amount)
        )
    told = payment.reference or payment.payer or payment.end_to_end_id or payment.parts or payment.message
    return replace(
        payment,
        amount=base.amount,
        direction=base.direction,
        archive_id=payment.archive_id or base.archive_id,
        message=payment.message or base.message,
        summary=base.transaction_code == _REFERENCE_PAYMENTS and not told,
    )


def _several(
    payments: list[Entry], amounts: list[Decimal | None], base: Entry, gathered: Gathered
) -> list[Entry]:
    total = sum((amount for amount in amounts if amount is not None), Decimal("0.00"))
    if None not in amounts and total == base.amount:
        return payments
    rule = "bank_amount_missing" if None in amounts else "bank_amounts_differ"
    gathered.note(rule, base.position, "Ntry/NtryDtls", _written(base.amount), sum=_written(total))
    same = {payment.payment_information_id for payment in payments}
    return [replace(base, summary=True, payment_information_id=same.pop() if len(same) == 1 else None)]


def _without_details(base: Entry, node: Node) -> Entry:
    batches = [inner(details, "Btch") for details in nodes(node, "NtryDtls")]
    named = {found for batch in batches if (found := text(batch, "PmtInfId"))}
    many = len(batches) > 1 or any((count(batch, "NbOfTxs") or 0) > 1 for batch in batches)
    return replace(
        base,
        payment_information_id=named.pop() if len(named) == 1 else None,
        summary=many or base.transaction_code == _REFERENCE_PAYMENTS,
    )


def _compare_batches(node: Node, payments: int, base: Entry, gathered: Gathered) -> None:
    """What the batches say of their payments: how many, and how much together."""
    batches = [inner(details, "Btch") for details in nodes(node, "NtryDtls")]
    numbers = [number for batch in batches if (number := count(batch, "NbOfTxs")) is not None]
    if payments and len(numbers) == len(batches) and sum(numbers) != payments:
        gathered.note(
            "bank_batch_count_differs",
            base.position,
            "Ntry/NtryDtls/Btch/NbOfTxs",
            sum(numbers),
            count=payments,
        )
    sums = [found for batch in batches if (found := money(batch, "TtlAmt")) is not None]
    if batches and len(sums) == len(batches) and {currency for _, currency in sums} == {base.currency}:
        total = sum(amount for amount, _ in sums)
        if total != abs(base.amount):
            where = "Ntry/NtryDtls/Btch/TtlAmt"
            gathered.note(
                "bank_amounts_differ", base.position, where, _written(base.amount), sum=_written(total)
            )


def _own_amount(payment: Node, base: Entry) -> Decimal | None:
    """The amount that a payment states in the entry's currency, with the direction it states or shares."""
    found = money(payment, "Amt")
    if found is None or found[1] != base.currency:
        found = money(inner(inner(payment, "AmtDtls"), "TxAmt"), "Amt")
    if found is None or found[1] != base.currency:
        return None
    credit = is_credit(payment) if "CdtDbtInd" in payment else base.direction == "credit"
    return found[0] if credit else -found[0]


def _payment(
    base: Entry, node: Node, amount: Decimal | None, batch: str | None, number: int, gathered: Gathered
) -> Entry:
    refs, parties = inner(node, "Refs"), inner(node, "RltdPties")
    remittance = inner(node, "RmtInf")
    reference, written, parts = _references(remittance, base, amount, gathered)
    code, kind = base.transaction_code, base.transaction_type
    if "BkTxCd" in node:
        own_code, own_kind = _transaction_codes(inner(node, "BkTxCd"))
        code, kind = own_code or code, own_kind or kind
    message = _message(remittance) or text(node, "AddtlTxInf")
    amount = base.amount if amount is None else amount
    return Entry(
        amount,
        base.booking_date,
        reference,
        message,
        _name(parties, "Dbtr"),
        text(refs, "EndToEndId"),
        text(refs, "InstrId"),
        text(refs, "PmtInfId") or batch,
        _name(parties, "UltmtDbtr"),
        text(refs, "AcctSvcrRef"),
        base.reversal,
        base.direction if amount == base.amount else "credit" if amount >= 0 else "debit",
        base.currency,
        base.value_date,
        day_of_instant(inner(node, "RltdDts"), "AccptncDtTm"),
        base.status,
        code,
        kind,
        False,
        written,
        parts,
        _account(parties, "DbtrAcct"),
        _name(parties, "Cdtr"),
        _account(parties, "CdtrAcct"),
        base.entry_archive_id,
        return_code=text(inner(inner(node, "RtrInf"), "Rsn"), "Cd") if "RtrInf" in node else None,
        position=base.position,
        transaction=number,
    )


def _name(parties: Node, role: str) -> str | None:
    if role not in parties:
        return None
    party = inner(parties, role)
    return text(inner(party, "Pty"), "Nm") if "Pty" in party else text(party, "Nm")


def _account(parties: Node, role: str) -> str | None:
    if role not in parties:
        return None
    identity = inner(inner(parties, role), "Id")
    return text(identity, "IBAN") or text(inner(identity, "Othr"), "Id")


def _message(remittance: Node) -> str | None:
    lines = texts(remittance, "Ustrd")
    for structured in nodes(remittance, "Strd"):
        lines += texts(structured, "AddtlRmtInf")
    return "\n".join(lines) or None


# --- references ---


def _references(
    remittance: Node, base: Entry, amount: Decimal | None, gathered: Gathered
) -> tuple[str | None, str | None, tuple[ReferencePart, ...]]:
    """The reference of a payment, as written, and its parts when it covers more than one invoice.

    A payment with several different references has none of its own: its parts have.
    """
    structured = nodes(remittance, "Strd")
    if not structured:
        return None, None, ()
    parts = tuple(_part(node, base, gathered) for node in structured)
    named = {part.reference: part for part in parts if part.reference}
    if any(part.amount is not None or part.document_number for part in parts) or len(named) > 1:
        _compare_parts(parts, base, amount, gathered)
    else:
        parts = ()
    if len(named) != 1:
        return None, None, parts
    (only,) = named.values()
    return only.reference, only.written_reference, parts


def _part(node: Node, base: Entry, gathered: Gathered) -> ReferencePart:
    document, amounts = inner(node, "RfrdDocInf"), inner(node, "RfrdDocAmt")
    written = text(inner(node, "CdtrRefInf"), "Ref")
    kind = text(inner(inner(document, "Tp"), "CdOrPrtry"), "Cd")
    remitted, credited = money(amounts, "RmtdAmt"), money(amounts, "CdtNoteAmt")
    amount = remitted[0] if remitted else -credited[0] if credited else None
    if remitted and kind == _CREDIT_NOTE:
        amount = -remitted[0]
    reference = None
    if written and written.strip("0 "):
        reference, right = _normal(written)
        if not right:
            where = "Ntry/NtryDtls/TxDtls/RmtInf/Strd/CdtrRefInf/Ref"
            gathered.note("bank_reference_wrong", base.position, where, written, "warning")
    return ReferencePart(reference, written if reference else None, amount, kind, text(document, "Nb"))


def _normal(written: str) -> tuple[str, bool]:
    """A reference in normal form and whether it is right; also behind the zeros of a field of fixed width."""
    for given in (written, written.lstrip("0 ")):
        try:
            return normal_reference(given), True
        except NotAReference:
            continue
    return written, False


def _compare_parts(
    parts: tuple[ReferencePart, ...], base: Entry, amount: Decimal | None, gathered: Gathered
) -> None:
    stated = [part.amount for part in parts if part.amount is not None]
    paid = abs(base.amount if amount is None else amount)
    if len(stated) == len(parts) and sum(stated) != paid:
        where = "Ntry/NtryDtls/TxDtls/RmtInf/Strd/RfrdDocAmt"
        gathered.note(
            "bank_parts_differ", base.position, where, _written(paid), "warning", sum=_written(sum(stated))
        )


def _written(amount: Decimal | int) -> str:
    return f"{amount:.2f}"
