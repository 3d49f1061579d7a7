"""A card company's statement: bytes to a document. A wrong row is a finding; what does not add up is refused."""

import csv
import io
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final, NoReturn

from reskontra.documents.card_statement import CardPurchase, CardStatement
from reskontra.documents.findings import Finding, Refused, Severity
from reskontra.formats.cards.numbers import holds_card_number
from reskontra.formats.workbooks.countries import COUNTRIES
from reskontra.formats.workbooks.currencies import CURRENCIES
from reskontra.kernel.identifiers import find_personal_codes, masked_personal_code

HEAD: Final = (
    "card_statement", "number", "company", "invoice", "period_from", "period_until", "currency", "purchases", "total",
)  # fmt: skip
HEADING: Final = (
    "card", "holder", "day", "merchant", "country", "amount", "currency", "original_amount", "original_currency",
    "vat_percent", "vat", "receipt",
)  # fmt: skip
MOST_BYTES: Final = 20_000_000
MOST_ROWS: Final = 100_000
_VERSION = "1"
_CLAUSE = "EX 4-a"
_FIRST_ROW = 4
_BOM = b"\xef\xbb\xbf"
_AMOUNT = re.compile(r"-?[0-9]{1,13}\.[0-9]{2}", re.ASCII)
_ORIGINAL = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,3})?", re.ASCII)  # not every currency has two decimals
_PERCENT = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2})?", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,7}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CARD = re.compile(r"[0-9]{4}", re.ASCII)
_NUMBER = re.compile(r"[A-Za-z0-9._/-]{1,60}", re.ASCII)
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_MOST_TEXT = 140


def is_card_statement(data: bytes) -> bool:
    """Whether the first line of the bytes begins a card statement."""
    return data.removeprefix(_BOM).lstrip()[:15] == b"card_statement;"


def must_not_be_kept(data: bytes) -> Finding | None:
    """Why a card statement may not even be archived: a whole card number stands in it. The finding has no value.

    Letters that are damaged, or a file that is otherwise no statement, hide nothing.
    """
    if not is_card_statement(data):
        return None
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        if any(map(holds_card_number, line.split(";"))):
            return Finding("card_number_in_file", clause=_CLAUSE, row=number)
    return None


def read(data: bytes, name: str = "") -> list[CardStatement]:
    """The one statement in ``data``; ``name`` only helps people.

    Raises ``Refused`` when it is too large, cut off, not UTF-8, its own count or sum does not hold, or a whole
    card number stands anywhere in it: such a number is not repeated, and nothing of the file is kept.
    """
    records = _records(data)
    head = _head(dict(zip(HEAD, records[1], strict=True)))
    findings: list[Finding] = []
    rows = tuple(
        _Row(number, dict(zip(HEADING, record, strict=True)), findings).purchase(head)
        for number, record in enumerate(records[3:], start=_FIRST_ROW)
    )
    _check_receipts(rows, findings)
    counted = sum((one.amount for one in rows if one.amount is not None), Decimal("0.00"))
    if head["purchases"] != str(len(rows)):
        _refuse("card_counts_disagree", told=head["purchases"][:20], counted=str(len(rows)))
    if all(one.amount is not None for one in rows) and Decimal(head["total"]) != counted:
        _refuse("card_counts_disagree", told=head["total"], counted=f"{counted:.2f}")
    return [
        CardStatement(
            number=head["number"],
            company=head["company"],
            from_date=date.fromisoformat(head["period_from"]),
            to_date=date.fromisoformat(head["period_until"]),
            currency=head["currency"],
            total=Decimal(head["total"]),
            purchases=rows,
            invoice=head["invoice"],
            findings=tuple(findings),
        )
    ]


def _records(data: bytes) -> list[list[str]]:
    if len(data) > MOST_BYTES:
        _refuse("card_statement_not_read", reason="size")
    if forbidden := must_not_be_kept(data):
        raise Refused(forbidden)
    try:
        text = data.removeprefix(_BOM).decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        _refuse("card_statement_not_read", reason="UTF-8")
    if _UNSEEN.search(text):
        _refuse("card_statement_not_read", reason="control character")
    lines = text.rstrip("\n").split("\n")
    try:
        records = list(csv.reader(io.StringIO(text.rstrip("\n"), newline=""), delimiter=";", strict=True))
    except csv.Error:
        _refuse("card_statement_not_read", reason="CSV")
    if len(records) != len(lines):
        _refuse("card_statement_not_read", reason="line break in a field")
    widths = [len(HEAD), len(HEAD), *[len(HEADING)] * (len(records) - 2)]
    if len(records) > MOST_ROWS + 3 or [len(one) for one in records] != widths or len(records) < 3:
        _refuse("card_statement_not_read", reason="number of rows or fields")
    if tuple(records[0]) != HEAD or tuple(records[2]) != HEADING:
        _refuse("card_statement_not_read", reason="heading")
    return records


def _head(cells: Mapping[str, str]) -> Mapping[str, str]:
    """The second line, whole or not at all: without it nobody knows what the purchases belong to."""
    first, last = _day(cells["period_from"]), _day(cells["period_until"])
    for column, holds in (
        ("card_statement", cells["card_statement"] == _VERSION),
        ("number", _NUMBER.fullmatch(cells["number"])),
        ("company", 0 < len(cells["company"]) <= _MOST_TEXT),
        ("invoice", not cells["invoice"] or _NUMBER.fullmatch(cells["invoice"])),
        ("period_from", first is not None),
        ("period_until", first is not None and last is not None and first <= last),
        ("currency", cells["currency"] in CURRENCIES),
        ("purchases", _COUNT.fullmatch(cells["purchases"])),
        ("total", _AMOUNT.fullmatch(cells["total"])),
    ):
        if not holds or find_personal_codes(cells[column]):
            raise Refused(Finding("card_head_value", clause=_CLAUSE, row=2, column=column))
    return cells


class _Row:
    """One purchase being read; each value that cannot be used is told and left out."""

    def __init__(self, number: int, cells: Mapping[str, str], findings: list[Finding]) -> None:
        self._number = number
        self._cells = cells
        self._findings = findings

    def purchase(self, head: Mapping[str, str]) -> CardPurchase:
        """The purchase; ``head`` is the statement's own line."""
        cells = self._cells
        card = cells["card"] if _CARD.fullmatch(cells["card"]) else None
        if card is None:
            self._wrong("card_last_four_digits", "card")
        day = _day(cells["day"])
        if day is None:
            self._wrong("card_value", "day", cells["day"])
        elif day > date.fromisoformat(head["period_until"]):
            self._wrong("card_day_after_period", "day", cells["day"])
        amount = self._money("amount", _AMOUNT, needed=True)
        if cells["currency"] != head["currency"]:
            self._wrong("card_currency_differs", "currency", cells["currency"], told=head["currency"])
        original, paid_in = self._original(amount)
        percent, vat = self._vat(amount)
        return CardPurchase(
            row=self._number,
            card=card,
            holder=self._text("holder", needed=True),
            day=day,
            merchant=self._text("merchant", needed=True),
            country=self._one_of("country", COUNTRIES, needed=True),
            amount=amount,
            currency=self._one_of("currency", CURRENCIES, needed=True),
            original_amount=original,
            original_currency=paid_in,
            vat_percent=percent,
            vat=vat,
            receipt=self._text("receipt"),
        )

    def _original(self, amount: Decimal | None) -> tuple[Decimal | None, str | None]:
        """What was paid abroad: amount and currency together, of the same sign as the purchase."""
        original = self._money("original_amount", _ORIGINAL)
        paid_in = self._one_of("original_currency", CURRENCIES)
        if bool(self._cells["original_amount"]) != bool(self._cells["original_currency"]):
            self._wrong("card_original_in_two_parts", "original_currency")
        if original is not None and amount is not None and (original < 0) != (amount < 0):
            self._wrong("card_sign_differs", "original_amount", self._cells["original_amount"])
        return original, paid_in

    def _vat(self, amount: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
        """VAT where the merchant told it: within the purchase and of its sign."""
        told = self._cells["vat_percent"]
        percent = Decimal(told) if _PERCENT.fullmatch(told) else None
        if told and percent is None:
            self._wrong("card_value", "vat_percent", told)
        vat = self._money("vat", _AMOUNT, zero=True)
        if vat and amount is not None and ((vat < 0) != (amount < 0) or abs(vat) >= abs(amount)):
            self._wrong("card_vat_not_within_amount", "vat", self._cells["vat"])
        return percent, vat

    def _money(
        self, column: str, form: re.Pattern[str], *, needed: bool = False, zero: bool = False
    ) -> Decimal | None:
        written = self._cells[column]
        found = Decimal(written) if form.fullmatch(written) else None
        if found is not None and (found or zero):
            return found + 0
        if written or needed:
            self._wrong("card_value", column, written)
        return None

    def _one_of(self, column: str, known: frozenset[str], *, needed: bool = False) -> str | None:
        written = self._cells[column]
        if written in known:
            return written
        if written or needed:
            self._wrong("card_value", column, written)
        return None

    def _text(self, column: str, *, needed: bool = False) -> str:
        """A text as it may be kept: cut to its length, and without personal codes (OC 2.2-f)."""
        written = self._cells[column].strip()
        if codes := find_personal_codes(written):
            masked = ", ".join(map(masked_personal_code, codes))
            finding = Finding(
                "form_personal_code_in_text", clause="OC 2.2-f", row=self._number, column=column, value=masked
            )
            self._findings.append(finding)
            return ""
        if len(written) > _MOST_TEXT or (needed and not written):
            self._wrong("card_value", column)
        return written[:_MOST_TEXT]

    def _wrong(
        self, rule: str, column: str, value: str = "", *, severity: Severity = "error", **detail: str
    ) -> None:
        shown = None if find_personal_codes(value) else value[:40]
        self._findings.append(
            Finding(rule, severity, _CLAUSE, row=self._number, column=column, value=shown, detail=detail)
        )


def _check_receipts(rows: tuple[CardPurchase, ...], findings: list[Finding]) -> None:
    """One receipt of one card stands for one purchase; a second is shown, for a purchase may be split."""
    seen: dict[tuple[str | None, str], int] = {}
    for one in rows:
        if not one.receipt:
            continue
        first = seen.setdefault((one.card, one.receipt), one.row)
        if first != one.row:
            told = Finding(
                "card_receipt_twice", "warning", _CLAUSE, row=one.row, column="receipt", value=one.receipt[:40],
                detail={"first": str(first)},
            )  # fmt: skip
            findings.append(told)


def _day(written: str) -> date | None:
    if not _DAY.fullmatch(written):
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _refuse(rule: str, **detail: str) -> NoReturn:
    raise Refused(Finding(rule, clause=_CLAUSE, detail=detail))
