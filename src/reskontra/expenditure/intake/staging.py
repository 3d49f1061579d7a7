"""The invoices of files into the database, by COPY, before anything is decided."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any, Final, Protocol

from django.db import connection

from reskontra.database import scripts
from reskontra.documents.findings import Finding
from reskontra.documents.invoice import Invoice, InvoiceLine, Party
from reskontra.exchange import archive
from reskontra.expenditure.intake.contents import content_findings, contradicts, kind_of
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import (
    NotAnIdentifier,
    find_personal_codes,
    is_business_id,
    normal_business_id,
    ovt_of_peppol_id,
)
from reskontra.kernel.money import round_cents
from reskontra.kernel.purchase_numbers import number_key, purchase_numbers
from reskontra.registers.sorting import sort_key
from reskontra.registers.suppliers import is_technical_id

ROOM: Final = "reskontra.expenditure.intake"
_BLOCK: Final = 500  # invoices handed over at once
NULL: Final = "\x01"  # stands in no file: XML may not hold it
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\r": "\\r", "\n": "\\n", "\x01": None})
# Digits before the point that the columns hold: money, quantities, prices, percentages.
MONEY, _QUANTITY, _PRICE, _PERCENT = (Decimal(10) ** digits - 1 for digits in (13, 13, 15, 3))
_CODE_MAY_BE: Final = re.compile(r"[0-9]{6}[-+A-FU-Y]")

_COLUMNS: Final = {
    "invoice_in_hand": (
        "n, file_id, position, format, channel, received_date, receiving_address, address, kind, number, number_key,"
        " issue_date, due_date, supply_date, currency, net, vat, total, payable, seller_name, name_key,"
        " seller_business_id, business_id, technical_id, foreign_id, seller_vat_id, iban, reference, message,"
        " original_number, late_interest_percent, sender_reference, written_key, contradicts, errors, findings,"
        " attachments, asked, told_type, told_supplier, sender_instalment, sender_system, reviewer, coded"
    ),
    "row_in_hand": (
        "n, position, item, text, quantity, measure, price, net, vat, vat_category, vat_percent, order_line, accounting"
    ),
    "vat_in_hand": "n, position, category, percent, base, amount",
    "number_in_hand": "n, kind, value, field, right_field",
    "coding_in_hand": (
        "n, position, net, text, account, budget_account, operating_unit, project, function, product, area, tracking1,"
        " tracking2, authorisation, reserve1, reserve2, joint_funding_unit"
    ),
    "finding_in_hand": 'n, position, rule, severity, "row", place, value, clause, detail',
}
_EMPTY_LIST, _EMPTY_OBJECT = "[]", "{}"


class StagedItem(Protocol):
    """Something else than an invoice that becomes a purchase invoice, and says itself how it stands in the tables."""

    @property
    def total(self) -> Decimal | None:
        """What it asks for."""

    @property
    def lines(self) -> Sequence[object]:
        """Its rows."""

    def staged(self, n: int, file: int, position: int, received: date) -> dict[str, str]:
        """Its lines of each table, as COPY takes them."""


@dataclass(frozen=True)
class FileInHand:
    """The invoices of one file of the inbox: ``channel`` is how it came, ``received`` the day in Finland."""

    file: int
    name: str
    channel: str
    received: date
    invoices: Sequence["Invoice | StagedItem"]


@dataclass
class Staged:
    """What was handed over, counted as the files say it: the controls compare it with what is stored."""

    invoices: int = 0
    rows: int = 0
    total: Decimal = Decimal(0)
    by_file: dict[int, int] = field(default_factory=dict)


def statements(name: str) -> Sequence[str]:
    """The SQL statements of a file of this room."""
    return scripts.statements(ROOM, name)


def stage(files: Iterable[FileInHand]) -> Staged:
    """Put every invoice of ``files`` into the temporary tables of ``stage.sql``. Called inside ``working_in``."""
    staged = Staged()
    with connection.cursor() as cursor:
        for statement in statements("stage.sql"):
            cursor.execute(statement)
        lines = _lines(files, staged)
        while block := list(islice(lines, _BLOCK)):
            for table, columns in _COLUMNS.items():
                if text := "".join(told[table] for told in block):
                    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (NULL '{NULL}')") as copy:
                        copy.write(text)
        for table in _COLUMNS:
            cursor.execute(f"ANALYZE {table} (n)")
    return staged


def _lines(files: Iterable[FileInHand], staged: Staged) -> Iterator[dict[str, str]]:
    """Each invoice as the lines of its tables."""
    for one in files:
        alone = len(one.invoices) == 1
        staged.by_file[one.file] = len(one.invoices)
        for position, invoice in enumerate(one.invoices, 1):
            staged.invoices += 1
            staged.rows += len(invoice.lines)
            if invoice.total is not None and abs(invoice.total) <= MONEY:
                staged.total += round_cents(invoice.total)
            if isinstance(invoice, Invoice):
                yield _invoice(staged.invoices, one, position, invoice, alone)
            else:
                yield invoice.staged(staged.invoices, one.file, position, one.received)


def _invoice(n: int, file: FileInHand, position: int, invoice: Invoice, alone: bool) -> dict[str, str]:
    found = content_findings(invoice, file.channel, alone)
    kind = kind_of(invoice)
    seller = seller_columns(invoice.seller)
    number = (invoice.number or "")[:70]
    address = invoice.buyer.einvoice_address or ""
    header = copy_row(
        str(n),
        str(file.file),
        str(position),
        (invoice.format or "")[:30],
        file.channel,
        copy_day(file.received),
        address[:50],
        edi_address(address)[:50],
        kind,
        number,
        number_key(number),
        copy_day(invoice.issue_date),
        copy_day(invoice.due_date),
        copy_day(invoice.supply_date),
        (invoice.currency or "")[:3],
        copy_number(invoice.net, MONEY),
        copy_number(invoice.vat, MONEY),
        copy_number(invoice.total, MONEY),
        copy_number(invoice.payable, MONEY),
        *seller[:-1],
        (invoice.reference or "")[:35],
        "",
        (invoice.original_number or "")[:70],
        copy_number(invoice.late_interest_percent, _PERCENT),
        "",
        seller[-1],
        "t" if contradicts(invoice) else "f",
        str(sum(one.severity == "error" for one in found)),
        str(len(found)),
        _attachments(invoice),
        "f", "", "", NULL, "", "", "f",
    )  # fmt: skip
    return {
        "coding_in_hand": "",
        "invoice_in_hand": header,
        "row_in_hand": _rows(n, invoice.lines),
        "vat_in_hand": "".join(
            copy_row(
                str(n),
                str(place),
                (part.category or "")[:3],
                copy_number(part.percent, _PERCENT),
                copy_number(part.base, MONEY),
                copy_number(part.amount, MONEY),
            )
            for place, part in enumerate(invoice.vat_breakdown, 1)
        ),
        "number_in_hand": _numbers(n, invoice),
        "finding_in_hand": "".join(copy_finding(n, place, one) for place, one in enumerate(found, 1)),
    }


@clause("EX 3-c")
def _numbers(n: int, invoice: Invoice) -> str:
    fields: list[tuple[str, str | None]] = [
        ("order", invoice.order),
        ("buyer_reference", invoice.buyer_reference),
        ("agreement", invoice.agreement),
        ("accounting", invoice.accounting),
    ]
    for line in invoice.lines:
        if line.order or line.accounting:
            fields += [("row_order", line.order), ("row_accounting", line.accounting)]
    return "".join(
        copy_row(str(n), one.kind, one.value, one.field, "t" if one.right_field else "f")
        for one in purchase_numbers(fields)
    )


def _rows(n: int, lines: Sequence[InvoiceLine]) -> str:
    """Rows keep the positions that the sender gave them, where no two have the same."""
    own = len({line.position for line in lines}) == len(lines)
    return "".join(
        copy_row(
            str(n),
            str(line.position if own else place),
            (line.item or "")[:70],
            "\n".join(filter(None, (line.name, line.text)))[:300],
            copy_number(line.quantity, _QUANTITY),
            (line.unit or "")[:14],
            copy_number(line.unit_price, _PRICE),
            copy_number(line.net, MONEY),
            copy_number(line.vat, MONEY),
            (line.vat_category or "")[:3],
            copy_number(line.vat_percent, _PERCENT),
            (line.order_line or "")[:20],
            (line.accounting or "")[:70],
        )
        for place, line in enumerate(lines, 1)
    )


@lru_cache(maxsize=16_384)  # a file holds many invoices of the same seller
def seller_columns(seller: Party) -> tuple[str, ...]:
    """Name, its key, business id as written, the ids that tell who it is, VAT id, account; and the key of all.

    A personal code that somebody wrote for a business id is not kept: the archived file has it (OC 2.2-f).
    """
    written = "".join((seller.business_id or "").split())
    if find_personal_codes(written):
        written = ""
    vat_id = "".join((seller.vat_id or "").split()).upper()[:20]
    if find_personal_codes(vat_id):
        vat_id = ""
    business_id = _business_id(written) or (_business_id(vat_id[2:]) if vat_id.startswith("FI") else "")
    technical_id = written if not business_id and is_technical_id(written) else ""
    foreign_id = "" if business_id or technical_id else written[:35]
    name = " ".join((seller.name or "").split())[:140]
    name_key = sort_key(name)
    iban = "".join((seller.iban or "").split()).upper()[:34]
    return (
        name,
        name_key,
        written if len(written) <= len("0000000-0") else "",
        business_id,
        technical_id,
        foreign_id,
        vat_id,
        iban,
        business_id or technical_id or vat_id or iban or name_key,
    )


def _business_id(text: str) -> str:
    return normal_business_id(text) if is_business_id(text) else ""


@lru_cache(maxsize=4096)
@clause("EX 6-b")
def edi_address(written: str) -> str:
    """The EDI code in an e-invoice address: of both Peppol forms too; anything else in capitals without spaces."""
    if ":" in written:
        try:
            return ovt_of_peppol_id(written)
        except NotAnIdentifier:
            pass
    return "".join(written.split()).upper()


def _attachments(invoice: Invoice) -> str:
    """What came along, archived by its bytes."""
    if not invoice.attachments:
        return _EMPTY_LIST
    kept: list[dict[str, Any]] = []
    for one in invoice.attachments:
        told: dict[str, Any] = {"name": one.name[:200], "mime_type": one.mime_type[:70]}
        if one.content is not None:
            stored = archive.store([one.content])
            told |= {"size": stored.size, "digest": stored.digest}
        kept.append(told)
    return json.dumps(kept)


def copy_finding(n: int, place: int, one: Finding) -> str:
    detail = json.dumps({key: _unsaid(text) for key, text in one.detail.items()}) if one.detail else ""
    return copy_row(
        str(n),
        str(place),
        one.rule[:60],
        one.severity,
        NULL if one.row is None else str(one.row),
        (one.where or one.column or "")[:120],
        _unsaid(one.value or "")[:200],
        (one.clause or "")[:80],
        detail or _EMPTY_OBJECT,
    )


def _unsaid(text: str) -> str:
    """``text``, unless it may hold a personal code: what is wrong is told to people, and a code never is."""
    return "****" if _CODE_MAY_BE.search(text) and find_personal_codes(text, glued=True) else text


def copy_number(amount: Decimal | None, most: Decimal) -> str:
    """The amount for its column; NULL where it has no place there (a finding says so)."""
    return NULL if amount is None or abs(amount) > most else str(amount)


@lru_cache(maxsize=4096)
def copy_day(day: date | None) -> str:
    return day.isoformat() if day else NULL


def copy_row(*fields: str) -> str:
    """One line as COPY takes it."""
    line = "\t".join(fields)
    if line.count("\t") == len(fields) - 1 and not ("\\" in line or "\n" in line or "\r" in line):
        return f"{line}\n"
    return "\t".join(one if one == NULL else one.translate(_ESCAPED) for one in fields) + "\n"
