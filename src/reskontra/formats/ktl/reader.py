"""The national list of incoming reference payments to documents (OC 4.1-b).

A file holds batches, each with a batch record (0), payments (3 reference payment, 5 direct debit, 7 withdrawal,
S factoring) and a summary record (9) with counts and sums. All of them must agree, or nothing of the file is
used: a part of a file yields nothing. What the format cannot tell is a file that was cut between two batches.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.statement import Entry, PaymentList
from reskontra.kernel.references import NotAReference, normal_reference

MOST_BYTES: Final = 200_000_000
LENGTH: Final = 90

_CLAUSE = "OC 4.1-b"
_FORMAT = "ktl"
_WITHDRAWAL = "7"
_PAYMENTS = frozenset("357S")
_BEGINNING = re.compile(rb"0[0-9]{10}[^;,\t<>{\r\n]{2,120}(?:\r|\n|\Z)")
# One file has either letters of its own or, in seven bits, these signs in their places.
_SEVEN_BITS = str.maketrans("[\\]{|}", "ÄÖÅäöå")

_BATCH = re.compile(r"0(?P<day>[0-9]{6})(?P<time>[0-9]{4})(?P<bank>.{2})(?P<service>.{9})1.{67}")
_PAYMENT = re.compile(
    r"(?P<type>[357S])(?P<account>[0-9]{14})(?P<booked>[0-9]{6})(?P<paid>[0-9]{6})(?P<archive>.{16})"
    r"(?P<reference>.{20})(?P<payer>.{12})1(?P<source>.)(?P<cents>[0-9]{10})(?P<correction>[01])(?P<delivery>.)"
    r"(?P<code>.)"
)
_SUMMARY = re.compile(
    r"9(?P<count>[0-9]{6})(?P<sum>[0-9]{11})(?P<corrections>[0-9]{6}|[ ]{6})(?P<corrected>[0-9]{11}|[ ]{11})"
    r"(?P<failures>[0-9]{6}|[ ]{6})(?P<failed>[0-9]{11}|[ ]{11}).{38}"
)
_NO_DAY = "000000"


@dataclass(slots=True)
class _Count:
    number: int = 0
    cents: int = 0

    def add(self, cents: int) -> None:
        self.number += 1
        self.cents += cents


@dataclass(slots=True)
class _Batch:
    """A batch while its records are read; payments by account, in the order in which accounts appear."""

    number: int
    line: int
    day: date
    time: str
    bank: str | None
    service_id: str | None
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    failed: dict[str, list[Entry]] = field(default_factory=dict)
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    ordinary: _Count = field(default_factory=_Count)
    corrections: _Count = field(default_factory=_Count)
    failures: _Count = field(default_factory=_Count)


def is_ktl(data: bytes) -> bool:
    """Whether ``data`` begins with a batch record, of whatever length. Never raises."""
    return _BEGINNING.match(data) is not None


def read(data: bytes, name: str = "") -> list[PaymentList]:
    """Every batch of one file in its order, one document for each account in it.

    A correction takes its amount back (negative, reversal); a direct debit with a return code was not paid and
    stands in ``failed``. Takes ISO-8859-1 and the national letters of seven bits. Raises ``Refused`` when a record
    has another length or form than it may have, or a count or sum of a batch does not agree: nothing of such a
    file may be used. ``name`` is the file's name and stands in the refusal.
    """
    if len(data) > MOST_BYTES:
        raise Refused(
            Finding("ktl_too_large", clause=_CLAUSE, where=name or None, detail={"limit": str(MOST_BYTES)})
        )
    found: list[PaymentList] = []
    batch: _Batch | None = None
    batches = last = 0
    for last, line in _lines(data):
        kind = line[0]
        if batch is None:
            if kind != "0":
                raise _refused("ktl_outside_batch", last, kind)
            batches += 1
            batch = _opened(line, last, batches)
        elif kind in _PAYMENTS:
            _add(batch, line, last)
        elif kind == "9":
            _compare(batch, line, last)
            found += _documents(batch)
            batch = None
        else:
            raise _refused("ktl_batch_not_ended" if kind == "0" else "ktl_record_type", last, kind)
    if batch is not None or not found:
        raise _refused("ktl_batch_not_ended", last)
    return found


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """The records with their line numbers; raises ``Refused`` for one that is not of 90 readable characters."""
    translate = data.isascii() and any(sign in data for sign in b"[\\]{|}")
    start, number, end = 0, 0, len(data.rstrip(b"\r\n\x1a"))
    while start < end:
        number += 1
        behind = data.find(b"\n", start, end)
        behind = end if behind < 0 else behind
        record = data[start:behind].removesuffix(b"\r")
        start = behind + 1
        if len(record) != LENGTH:
            detail = {"length": str(len(record)), "expected": str(LENGTH)}
            raise Refused(Finding("ktl_record_length", clause=_CLAUSE, row=number, detail=detail))
        line = record.decode("iso-8859-1")
        if not line.replace("\N{NO-BREAK SPACE}", " ").isprintable():
            raise _refused("ktl_characters", number)
        yield number, line.translate(_SEVEN_BITS) if translate else line


def _opened(line: str, row: int, number: int) -> _Batch:
    record = _BATCH.fullmatch(line)
    if record is None:
        raise _refused("ktl_batch_record", row)
    bank, service = record["bank"].strip(), record["service"].strip()
    return _Batch(number, row, _day(record["day"], row), record["time"], bank or None, service or None)


def _add(batch: _Batch, line: str, row: int) -> None:
    record = _PAYMENT.fullmatch(line)
    if record is None:
        raise _refused("ktl_payment_record", row)
    kind, account, booked, paid, archive, reference, payer, _, cents, correction, _, code = record.groups()
    iban = _iban(account)
    entries = batch.entries.setdefault(iban, [])
    findings = batch.findings.setdefault(iban, [])
    corrected, failed = correction == "1", correction == "0" and code not in "0 "
    amount = int(cents)
    (batch.corrections if corrected else batch.failures if failed else batch.ordinary).add(amount)
    incoming = corrected == (kind == _WITHDRAWAL)
    booking_date = _day(booked, row)
    normal, written = _reference(reference, row, findings)
    if kind == _WITHDRAWAL:
        findings.append(Finding("ktl_withdrawal", "warning", _CLAUSE, row))
    entry = Entry(
        amount=Decimal(amount if incoming else -amount).scaleb(-2),
        booking_date=booking_date,
        reference=normal,
        payer=payer.strip() or None,
        archive_id=archive.strip() or None,
        reversal=corrected,
        direction="credit" if incoming else "debit",
        payment_date=booking_date if paid == _NO_DAY else _day(paid, row),
        status="FAILED" if failed else "BOOK",
        written_reference=written,
        record_type=kind,
        correction=corrected,
        return_code=None if code in "0 " else code,
        position=row,
    )
    (batch.failed.setdefault(iban, []) if failed else entries).append(entry)


def _reference(field_: str, row: int, findings: list[Finding]) -> tuple[str | None, str | None]:
    """The reference in normal form and as written; a field of zeros holds none."""
    bare = field_.strip().lstrip("0")
    if not bare:
        return None, None
    written = field_.strip()
    try:
        return normal_reference(bare), written
    except NotAReference:
        findings.append(Finding("bank_reference_wrong", "warning", _CLAUSE, row, value=bare))
        return bare, written


def _compare(batch: _Batch, line: str, row: int) -> None:
    """The summary record against the payments before it; raises ``Refused`` at any difference."""
    record = _SUMMARY.fullmatch(line)
    if record is None:
        raise _refused("ktl_summary_record", row)
    told = [int(found) if found.strip() else 0 for found in record.groups()]
    read = [
        value
        for part in (batch.ordinary, batch.corrections, batch.failures)
        for value in (part.number, part.cents)
    ]
    if told != read:
        names = ("count", "sum", "correction_count", "correction_sum", "failed_count", "failed_sum")
        wrong = [(name, a, b) for name, a, b in zip(names, told, read, strict=True) if a != b]
        raise Refused(
            *(
                Finding(
                    "ktl_summary_differs",
                    clause=_CLAUSE,
                    row=row,
                    column=name,
                    value=_shown(name, a),
                    detail={"read": _shown(name, b), "batch": str(batch.number)},
                )
                for name, a, b in wrong
            )
        )


def _shown(name: str, value: int) -> str:
    return f"{Decimal(value).scaleb(-2):.2f}" if name.endswith("sum") else str(value)


def _documents(batch: _Batch) -> Iterator[PaymentList]:
    """One document for each account; a batch without payments is one too, of no account."""
    for account, entries in (batch.entries or {"": []}).items():
        yield PaymentList(
            format=_FORMAT,
            account=account,
            currency="EUR",
            entries=tuple(entries),
            failed=tuple(batch.failed.get(account, ())),
            created=f"{batch.day.isoformat()}T{batch.time[:2]}:{batch.time[2:]}",
            findings=tuple(batch.findings.get(account, ())),
            batch=batch.number,
            batch_date=batch.day,
            batch_time=batch.time,
            bank=batch.bank,
            service_id=batch.service_id,
        )


@lru_cache(maxsize=256)
def _iban(account: str) -> str:
    """The IBAN of a Finnish account in its form of 14 digits (ISO 13616: F is 15, I is 18)."""
    return f"FI{98 - int(account + '151800') % 97:02d}{account}"


def _day(written: str, row: int) -> date:
    try:
        return _calendar_day(written)
    except ValueError:
        raise _refused("ktl_date", row, written) from None


@lru_cache(maxsize=4096)
def _calendar_day(written: str) -> date:
    return date(2000 + int(written[:2]), int(written[2:4]), int(written[4:]))


def _refused(rule: str, row: int, value: str | None = None) -> Refused:
    return Refused(Finding(rule, clause=_CLAUSE, row=row or None, value=value))
