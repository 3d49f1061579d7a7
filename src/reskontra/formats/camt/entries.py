"""Payments out of the entries of a camt message (OC 4.1-b; the four identifiers of EX 10 for debits).

An entry holds one payment, or several with their own amounts. What the payments of an entry add up to is what the
entry books, always: where they do not, the entry stays one sum and a finding says so.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import Final, Generic, TypeVar

from reskontra.documents.findings import Finding, Refused, Severity
from reskontra.documents.statement import Entry, ReferencePart
from reskontra.formats.camt.nodes import (
    EMPTY,
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
from reskontra.formats.camt.source import BankEntry, Details
from reskontra.kernel.references import NotAReference, normal_reference

STATUSES: Final = frozenset({"BOOK", "PDNG", "INFO", "FUTR"})
_CLAUSE = "OC 4.1-b"
_REFERENCE_PAYMENTS = "705"
_CREDIT_NOTE = "CREN"
_NOTHING = Decimal("0.00")

Result = TypeVar("Result")


class _Remembered(Generic[Result]):
    """What was made of the node before: entries share the nodes that are the same in all of them."""

    __slots__ = ("_make", "_node", "_result")

    def __init__(self, make: Callable[[Node], Result]) -> None:
        self._make = make
        self._node: Node = EMPTY
        self._result = make(EMPTY)

    def of(self, node: Node) -> Result:
        if node is not self._node:
            self._result = self._make(node)
            self._node = node
        return self._result


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

    codes: _Remembered[tuple[str | None, str | None]] = field(
        default_factory=lambda: _Remembered(_transaction_codes), repr=False
    )
    booking_day: _Remembered[date | None] = field(default_factory=lambda: _Remembered(day), repr=False)
    value_day: _Remembered[date | None] = field(default_factory=lambda: _Remembered(day), repr=False)

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
    base = _base(entry.node, position, gathered)
    if gathered.currency is None:
        gathered.currency = base.currency
    if base.booking_date is None and base.status == "BOOK":
        gathered.note("bank_booking_date_missing", position, "Ntry/BookgDt")
    side = gathered.credits if base.credit else gathered.debits
    side.setdefault(base.status, []).append(abs(base.amount))
    if base.currency != gathered.currency:
        gathered.note("bank_other_currency", position, "Ntry/Amt", base.currency, account=gathered.currency)
        kept = gathered.foreign
    else:
        kept = gathered.booked if base.status == "BOOK" else gathered.pending
    kept.extend(_payments(base, entry, gathered))


@dataclass(slots=True)
class _Base:
    """What an entry says about all of its payments."""

    position: int
    amount: Decimal  # with its sign
    currency: str
    credit: bool
    status: str
    booking_date: date | None
    value_date: date | None
    archive_id: str | None
    reversal: bool
    code: str | None
    kind: str | None
    information: str | None


def _base(node: Node, position: int, gathered: Gathered) -> _Base:
    found = money(node, "Amt")
    if found is None:
        raise Refused(Finding("camt_missing", where="Amt"))
    amount, currency = found
    credit = is_credit(node)
    code, kind = gathered.codes.of(inner(node, "BkTxCd"))
    return _Base(
        position,
        amount if credit else -amount,
        currency,
        credit,
        _status(node),
        gathered.booking_day.of(inner(node, "BookgDt")),
        gathered.value_day.of(inner(node, "ValDt")),
        text(node, "AcctSvcrRef"),
        flag(node, "RvslInd") or False,
        code,
        kind,
        text(node, "AddtlNtryInf"),
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


def _payments(base: _Base, entry: BankEntry, gathered: Gathered) -> list[Entry]:
    first = next(entry.payments, None)
    if first is None:
        _compare_batches(entry.node, 0, base, gathered)
        return [_without_details(base, entry.node)]
    second = next(entry.payments, None)
    if second is None:
        _compare_batches(entry.node, 1, base, gathered)
        return [_only(base, first, gathered)]
    found: list[Entry] = []
    total, missing = _NOTHING, False
    for number, (details, payment) in enumerate(chain((first, second), entry.payments), 1):
        amount = _own_amount(payment, base)
        if amount is None:
            missing = True
        else:
            total += amount
        found.append(_payment(base, details, payment, amount, number, gathered))
    _compare_batches(entry.node, len(found), base, gathered)
    if not missing and total == base.amount:
        return found
    rule = "bank_amount_missing" if missing else "bank_amounts_differ"
    gathered.note(rule, base.position, "Ntry/NtryDtls", _written(base.amount), sum=_written(total))
    return [_sum_of(base, {payment.payment_information_id for payment in found}, True)]


def _only(base: _Base, found: Details, gathered: Gathered) -> Entry:
    """The single payment of an entry is what the entry books, whatever its details say."""
    details, node = found
    amount = _own_amount(node, base)
    if amount is not None and amount != base.amount:
        where = "Ntry/Amt"
        gathered.note(
            "bank_amounts_differ", base.position, where, _written(base.amount), sum=_written(amount)
        )
    return _payment(base, details, node, None, 0, gathered)


def _without_details(base: _Base, node: Node) -> Entry:
    batches = [inner(details, "Btch") for details in nodes(node, "NtryDtls")]
    named = {text(batch, "PmtInfId") for batch in batches}
    many = len(batches) > 1 or any((count(batch, "NbOfTxs") or 0) > 1 for batch in batches)
    return _sum_of(base, named, many or base.code == _REFERENCE_PAYMENTS)


def _sum_of(base: _Base, batches: set[str | None], summary: bool) -> Entry:
    """The entry as one: of a batch where there is one only."""
    return Entry(
        amount=base.amount,
        booking_date=base.booking_date,
        message=base.information,
        payment_information_id=next(iter(batches)) if len(batches) == 1 else None,
        archive_id=base.archive_id,
        reversal=base.reversal,
        direction="credit" if base.credit else "debit",
        currency=base.currency,
        value_date=base.value_date,
        status=base.status,
        transaction_code=base.code,
        transaction_type=base.kind,
        summary=summary,
        entry_archive_id=base.archive_id,
        position=base.position,
    )


def _compare_batches(node: Node, payments: int, base: _Base, gathered: Gathered) -> None:
    """What the batches say of their payments: how many, and how much together."""
    groups = nodes(node, "NtryDtls")
    batches = [inner(details, "Btch") for details in groups if "Btch" in details]
    if len(batches) != len(groups) or not any("NbOfTxs" in batch or "TtlAmt" in batch for batch in batches):
        return
    numbers = [number for batch in batches if (number := count(batch, "NbOfTxs")) is not None]
    if payments and len(numbers) == len(batches) and sum(numbers) != payments:
        where = "Ntry/NtryDtls/Btch/NbOfTxs"
        gathered.note("bank_batch_count_differs", base.position, where, sum(numbers), count=payments)
    sums = [found for batch in batches if (found := money(batch, "TtlAmt")) is not None]
    if len(sums) == len(batches) and {currency for _, currency in sums} == {base.currency}:
        total = sum(amount for amount, _ in sums)
        if total != abs(base.amount):
            where = "Ntry/NtryDtls/Btch/TtlAmt"
            gathered.note(
                "bank_amounts_differ", base.position, where, _written(base.amount), sum=_written(total)
            )


def _own_amount(payment: Node, base: _Base) -> Decimal | None:
    """The amount that a payment states in the entry's currency, with the direction it states or shares."""
    found = money(payment, "Amt")
    if found is None or found[1] != base.currency:
        found = money(inner(inner(payment, "AmtDtls"), "TxAmt"), "Amt")
        if found is None or found[1] != base.currency:
            return None
    credit = is_credit(payment) if "CdtDbtInd" in payment else base.credit
    return found[0] if credit else -found[0]


def _payment(
    base: _Base, details: Node, node: Node, own: Decimal | None, number: int, gathered: Gathered
) -> Entry:
    """One payment; ``number`` 0 is the only one of its entry, which has the entry's amount and archive id."""
    refs, parties = inner(node, "Refs"), inner(node, "RltdPties")
    remittance = inner(node, "RmtInf")
    amount = base.amount if own is None else own
    reference, written, parts = _references(remittance, base, amount, gathered)
    code, kind = base.code, base.kind
    if "BkTxCd" in node:
        own_code, own_kind = _transaction_codes(inner(node, "BkTxCd"))
        code, kind = own_code or code, own_kind or kind
    message = _message(remittance) or text(node, "AddtlTxInf")
    payer, end_to_end_id = _name(parties, "Dbtr"), text(refs, "EndToEndId")
    archive_id, summary = text(refs, "AcctSvcrRef"), False
    if not number:
        summary = code == _REFERENCE_PAYMENTS and not (
            reference or parts or message or payer or end_to_end_id
        )
        archive_id, message = archive_id or base.archive_id, message or base.information
    return Entry(
        amount,
        base.booking_date,
        reference,
        message,
        payer,
        end_to_end_id,
        text(refs, "InstrId"),
        text(refs, "PmtInfId") or text(inner(details, "Btch"), "PmtInfId"),
        _name(parties, "UltmtDbtr"),
        archive_id,
        base.reversal,
        "credit" if amount > 0 or (base.credit and not amount) else "debit",
        base.currency,
        base.value_date,
        day_of_instant(inner(node, "RltdDts"), "AccptncDtTm"),
        base.status,
        code,
        kind,
        summary,
        written,
        parts,
        _account(parties, "DbtrAcct"),
        _name(parties, "Cdtr"),
        _account(parties, "CdtrAcct"),
        base.archive_id,
        None,
        False,
        text(inner(inner(node, "RtrInf"), "Rsn"), "Cd") if "RtrInf" in node else None,
        base.position,
        number or 1,
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
    lines = texts(remittance, "Ustrd") if "Ustrd" in remittance else []
    for structured in nodes(remittance, "Strd"):
        if "AddtlRmtInf" in structured:
            lines += texts(structured, "AddtlRmtInf")
    return "\n".join(lines) if lines else None


# --- references ---


def _references(
    remittance: Node, base: _Base, amount: Decimal, gathered: Gathered
) -> tuple[str | None, str | None, tuple[ReferencePart, ...]]:
    """The reference of a payment, as written, and its parts when it covers more than one invoice.

    A payment with several different references has none of its own: its parts have.
    """
    structured = nodes(remittance, "Strd")
    if not structured:
        return None, None, ()
    if len(structured) == 1 and not ("RfrdDocAmt" in structured[0] or "RfrdDocInf" in structured[0]):
        return *_reference(structured[0], base, gathered), ()
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


def _reference(node: Node, base: _Base, gathered: Gathered) -> tuple[str | None, str | None]:
    """The reference in normal form where its check digits are right, and as written; zeros are none."""
    written = text(inner(node, "CdtrRefInf"), "Ref")
    if not written:
        return None, None
    try:
        return normal_reference(written), written
    except NotAReference:
        pass
    bare = written.lstrip("0 ")
    if not bare:
        return None, None
    try:
        return normal_reference(bare), written  # an RF reference behind the zeros of a field of fixed width
    except NotAReference:
        where = "Ntry/NtryDtls/TxDtls/RmtInf/Strd/CdtrRefInf/Ref"
        gathered.note("bank_reference_wrong", base.position, where, written, "warning")
        return written, written


def _part(node: Node, base: _Base, gathered: Gathered) -> ReferencePart:
    document, amounts = inner(node, "RfrdDocInf"), inner(node, "RfrdDocAmt")
    kind = text(inner(inner(document, "Tp"), "CdOrPrtry"), "Cd")
    remitted, credited = money(amounts, "RmtdAmt"), money(amounts, "CdtNoteAmt")
    amount = remitted[0] if remitted else -credited[0] if credited else None
    if remitted and kind == _CREDIT_NOTE:
        amount = -remitted[0]
    reference, written = _reference(node, base, gathered)
    return ReferencePart(reference, written, amount, kind, text(document, "Nb"))


def _compare_parts(
    parts: tuple[ReferencePart, ...], base: _Base, amount: Decimal, gathered: Gathered
) -> None:
    stated = [part.amount for part in parts if part.amount is not None]
    if len(stated) == len(parts) and sum(stated) != abs(amount):
        where = "Ntry/NtryDtls/TxDtls/RmtInf/Strd/RfrdDocAmt"
        paid, total = _written(abs(amount)), _written(sum(stated))
        gathered.note("bank_parts_differ", base.position, where, paid, "warning", sum=total)


def _written(amount: Decimal | int) -> str:
    return f"{amount:.2f}"
