"""Print the neutral documents in a file without storing anything."""

from argparse import ArgumentParser, Namespace
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.markup import escape

from reskontra.commands.output import as_json, out, table
from reskontra.documents.agency import AgencyReport
from reskontra.documents.billing_request import BillingRequest, CustomerUpdates
from reskontra.documents.card_statement import CardStatement
from reskontra.documents.delivery_report import ArchivePackage, DeliveryAnswer, DeliveryReport
from reskontra.documents.enforcement import EnforcementReport
from reskontra.documents.invoice import Invoice
from reskontra.documents.payment_request import PaymentRequest
from reskontra.documents.payment_status import BatchStatus, PaymentReport, TransactionStatus
from reskontra.documents.purchase import CodingTemplates, Contracts, PurchaseOrders, Receipts
from reskontra.documents.statement import PaymentList, Statement
from reskontra.documents.supplier_list import SupplierList
from reskontra.exchange.reading import read_documents
from reskontra.kernel.days import format_date
from reskontra.kernel.identifiers import without_personal_codes
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text


def add_arguments(parser: ArgumentParser) -> None:
    """The file to read."""
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--identities", action="store_true", help="print personal codes too (default: masked)"
    )


def handle(arguments: Namespace) -> int:
    """One document prints as itself, several as a list."""
    documents = read_documents(arguments.file.read_bytes(), arguments.file.name)
    told: list[Any] = [document.as_json() for document in documents]
    if not arguments.identities:
        told = [without_personal_codes(document) for document in told]
    if arguments.json:
        as_json(told[0] if len(told) == 1 else told)
        return 0
    for document in documents:
        if isinstance(document, Invoice):
            _show_invoice(document, arguments.lang)
        elif isinstance(document, Statement | PaymentList):
            _show_payments(document, arguments.lang)
        elif isinstance(document, BillingRequest):
            _title("billing_request", arguments.lang, document.source, count=len(document.rows))
            table(
                "",
                _heads("row key customer lines case_reference", arguments.lang),
                [
                    (o.row, o.key, o.customer.number or o.customer.name, len(o.lines), o.case_reference)
                    for o in document.orders
                ],
                right=(0, 3),
            )
        elif isinstance(document, DeliveryReport):
            _show_report(document, arguments.lang)
        elif isinstance(document, PaymentReport):
            _show_answers(document, arguments.lang)
        elif isinstance(document, ArchivePackage):
            _title("archive_package", arguments.lang, count=len(document.files))
            listed = [(one.row, one.invoice, one.role, one.name, one.digest[:12]) for one in document.files]
            table("", _heads("row invoice role file digest", arguments.lang), listed, right=(0,))
        elif isinstance(document, EnforcementReport):
            _title("enforcement_report", arguments.lang, document.identity, document.unit, document.day)
            told = [
                (one.row, one.id, one.case, one.kind, one.day, sum(share.gross for share in one.shares))
                for one in document.rows
            ]
            table("", _heads("row id case kind day gross", arguments.lang), told, right=(0, 2, 5))
        elif isinstance(document, AgencyReport):
            _title("agency_report", arguments.lang, document.amount, count=len(document.rows))
            told_of = [
                (one.row, one.case, one.kind, one.day, one.reference, one.amount, one.fee, one.net)
                for one in document.rows
            ]
            heads = _heads("row case kind day reference amount fee net", arguments.lang)
            table("", heads, told_of, right=(0, 1, 5, 6, 7))
        elif isinstance(document, CustomerUpdates):
            _title("customer_update", arguments.lang, count=len(document.customers))
        elif isinstance(document, PaymentRequest):
            _show_payment_request(document, arguments.lang)
        elif isinstance(document, CardStatement):
            _show_cards(document, arguments.lang)
        else:
            _show_purchases(document, arguments.lang)
    return 0


def _show_payment_request(request: PaymentRequest, language: str) -> None:
    sender = f"{request.sender_system or '?'} → {request.receiver or '?'}"
    _title("payment_request", language, request.source, sender, count=len(request.payments))
    told = [
        (one.row, one.long_reference or one.invoice_number, one.instalment, one.payee.name or one.payee.supplier_number,
         one.due_date, _cents(one.amount), one.currency, len(one.postings))
        for one in request.payments
    ]  # fmt: skip
    heads = _heads("row reference instalment payee due amount - postings", language)
    table("", heads, [_escaped(row) for row in told], right=(0, 2, 5, 7))


def _show_cards(statement: CardStatement, language: str) -> None:
    period = f"{statement.from_date} – {statement.to_date}"
    total = f"{statement.total:.2f} {statement.currency}"
    _title("card_statement", language, statement.company, period, total, number=statement.number)
    told = [
        (one.row, one.card, one.holder, one.day, one.merchant, one.country, _cents(one.amount), one.receipt)
        for one in statement.purchases
    ]
    heads = _heads("row card holder day merchant country amount receipt", language)
    table("", heads, [_escaped(row) for row in told], right=(0, 6))


def _show_purchases(
    document: PurchaseOrders | Receipts | Contracts | CodingTemplates | SupplierList, language: str
) -> None:
    told: list[tuple[object, ...]]
    if isinstance(document, PurchaseOrders):
        heads = "row order supplier day lines"
        told = [
            (
                one.row,
                one.number,
                one.supplier.number or one.supplier.business_id,
                one.ordered_on,
                len(one.lines),
            )
            for one in document.orders
        ]
    elif isinstance(document, Receipts):
        heads = "row order line day receiver quantity amount"
        told = [
            (one.row, one.order_number, one.position, one.day, one.receiver, one.quantity, _cents(one.amount))
            for one in document.receipts
        ]
    elif isinstance(document, Contracts):
        heads = "row contract supplier from until plan limit"
        told = [
            (one.row, one.number, one.supplier.number or one.supplier.business_id, one.valid_from, one.valid_until,
             one.plan_type, _cents(one.limit))
            for one in document.contracts
        ]  # fmt: skip
    elif isinstance(document, SupplierList):
        heads = "row number kind name id account"
        told = [
            (
                one.row,
                one.number,
                one.kind,
                one.name,
                one.business_id or one.technical_id or one.vat_id,
                one.iban,
            )
            for one in document.suppliers
        ]
    else:
        heads = "row reference queue coding_lines"
        told = [(one.row, one.reference, one.queue, len(one.coding_lines)) for one in document.templates]
    _title(document.kind, language, document.source, count=len(told))
    table("", _heads(heads, language), [_escaped(row) for row in told], right=(0,))


def _heads(names: str, language: str) -> tuple[str, ...]:
    """The heads of columns in words: their names, parted by spaces; ``-`` is a column without a head."""
    return tuple("" if name == "-" else text(f"read.column_{name}", language) for name in names.split())


def _title(key: str, language: str, *behind: object, **values: object) -> None:
    """The first line of a document: what it is, in bold, then what stands in the file as it stands there."""
    told = "  ".join(escape(str(one)) for one in behind if one not in (None, ""))
    out.print(f"[bold]{escape(text(f'read.{key}', language, **values))}[/]  {told}".rstrip())


def _cents(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _escaped(row: tuple[object, ...]) -> tuple[str | None, ...]:
    """Cells as they stand in the file: a bracket in a name is no markup."""
    return tuple(escape(str(value)) if value is not None else None for value in row)


def _show_invoice(invoice: Invoice, language: str) -> None:
    total = format_amount(invoice.total, language) if invoice.total is not None else "?"
    days = " → ".join(
        format_date(day, language) if day else "?" for day in (invoice.issue_date, invoice.due_date)
    )
    parties = f"{invoice.seller.name} → {invoice.buyer.name}"
    _title("invoice", language, days, total, parties, invoice.reference, number=invoice.number)
    table(
        "",
        _heads("place item name quantity price net vat_percent", language),
        [
            (line.position, line.item, line.name, line.quantity, line.unit_price, line.net, line.vat_percent)
            for line in invoice.lines
        ],
        right=(0, 3, 4, 5, 6),
    )


def _show_report(report: DeliveryReport, language: str) -> None:
    _title("delivery_report", language, format_amount(report.amount, language), count=report.count)
    table(
        "",
        _heads("row batch invoice amount channel status reason time", language),
        [
            tuple(escape(str(value)) if value is not None else None for value in _cells(answer))
            for answer in report.answers
        ],
        right=(0, 3),
    )


def _show_answers(report: PaymentReport, language: str) -> None:
    """A bank's words about the message, then about each batch and each payment that it lists."""
    why = "; ".join(str(reason) for reason in report.reasons)
    told = (report.original_message_id, report.status, report.count, report.total, why)
    _title("bank_answer", language, *told)
    rows = []
    for batch in report.batches:
        rows.append(_answer(batch.payment_information_id, None, batch))
        for one in batch.transactions:
            rows.append(_answer(batch.payment_information_id, one.end_to_end_id or one.instruction_id, one))
    table("", _heads("batch payment status state reason", language), rows)


def _answer(batch: str | None, payment: str | None, told: BatchStatus | TransactionStatus) -> tuple[str, ...]:
    reasons = "; ".join(str(reason) for reason in told.reasons)
    return tuple(escape(cell or "") for cell in (batch, payment, told.status, told.state, reasons))


def _cells(answer: DeliveryAnswer) -> tuple[object, ...]:
    return (
        answer.row, answer.batch, answer.invoice, answer.amount, answer.channel, answer.status, answer.reason,
        answer.time,
    )  # fmt: skip


def _show_payments(document: Statement | PaymentList, language: str) -> None:
    """What the bank wrote is shown as it is: a bracket in a payer's message is no markup."""
    euro = document.currency == "EUR"
    total = format_amount(document.total, language) if euro else f"{document.total:.2f}"
    day = format_date(document.from_date, language) if document.from_date else document.created
    told = (document.format, f"{document.account} {document.currency}", day, total)
    _title(document.kind, language, *told, count=document.count)
    if isinstance(document, Statement):
        for balance in document.balances:
            stated = format_date(balance.day, language) if balance.day else ""
            out.print(f"  {escape(balance.code)} {stated} {balance.amount:.2f} {balance.currency}")
    table(
        "",
        _heads("day amount reference payer message archive_id", language),
        [
            (
                format_date(entry.booking_date, language) if entry.booking_date else "",
                format_amount(entry.amount, language) if euro else f"{entry.amount:.2f}",
                *(
                    escape(told or "")
                    for told in (entry.reference, entry.payer, entry.message, entry.archive_id)
                ),
            )
            for entry in document.entries
        ],
        right=(1,),
    )
    for name in ("pending", "foreign", "failed"):
        if aside := getattr(document, name):
            out.print(f"  {text(f'read.{name}', language, count=len(aside))}", markup=False)
