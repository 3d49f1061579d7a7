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
from reskontra.kernel.identifiers import without_personal_codes
from reskontra.kernel.money import format_amount


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
            out.print(f"[bold]billing request[/] {document.source}, {len(document.rows)} rows")
            table(
                "",
                ("row", "key", "customer", "lines", "case reference"),
                [
                    (o.row, o.key, o.customer.number or o.customer.name, len(o.lines), o.case_reference)
                    for o in document.orders
                ],
                right=(0, 3),
            )
        elif isinstance(document, DeliveryReport):
            _show_report(document, arguments.lang)
        elif isinstance(document, PaymentReport):
            _show_answers(document)
        elif isinstance(document, ArchivePackage):
            out.print(f"[bold]archive package[/] {len(document.files)} files")
            listed = [(one.row, one.invoice, one.role, one.name, one.digest[:12]) for one in document.files]
            table("", ("row", "invoice", "role", "file", "SHA-256"), listed, right=(0,))
        elif isinstance(document, EnforcementReport):
            out.print(f"[bold]enforcement report[/] {document.identity} {document.unit} {document.day}")
            told = [
                (one.row, one.id, one.case, one.kind, one.day, sum(share.gross for share in one.shares))
                for one in document.rows
            ]
            table("", ("row", "id", "case", "kind", "day", "gross"), told, right=(0, 2, 5))
        elif isinstance(document, AgencyReport):
            out.print(f"[bold]agency report[/] {len(document.rows)} rows  {document.amount}")
            told_of = [
                (one.row, one.case, one.kind, one.day, one.reference, one.amount, one.fee, one.net)
                for one in document.rows
            ]
            heads = ("row", "case", "kind", "day", "reference", "amount", "fee", "net")
            table("", heads, told_of, right=(0, 1, 5, 6, 7))
        elif isinstance(document, CustomerUpdates):
            out.print(f"[bold]customer update[/] {len(document.customers)} rows")
        elif isinstance(document, PaymentRequest):
            _show_payment_request(document)
        elif isinstance(document, CardStatement):
            _show_cards(document)
        else:
            _show_purchases(document)
    return 0


def _show_payment_request(request: PaymentRequest) -> None:
    sender = escape(f"{request.sender_system or '?'} → {request.receiver or '?'}")
    out.print(f"[bold]payment request[/] {request.source}, {len(request.payments)} payments  {sender}")
    told = [
        (one.row, one.long_reference or one.invoice_number, one.instalment, one.payee.name or one.payee.supplier_number,
         one.due_date, _cents(one.amount), one.currency, len(one.postings))
        for one in request.payments
    ]  # fmt: skip
    heads = ("row", "reference", "instalment", "payee", "due", "amount", "", "postings")
    table("", heads, [_escaped(row) for row in told], right=(0, 2, 5, 7))


def _show_cards(statement: CardStatement) -> None:
    period = f"{statement.from_date} – {statement.to_date}"
    total = f"{statement.total:.2f} {statement.currency}"
    out.print(
        f"[bold]card statement {escape(statement.number)}[/] {escape(statement.company)}  {period}  {total}"
    )
    told = [
        (one.row, one.card, one.holder, one.day, one.merchant, one.country, _cents(one.amount), one.receipt)
        for one in statement.purchases
    ]
    heads = ("row", "card", "holder", "day", "merchant", "country", "amount", "receipt")
    table("", heads, [_escaped(row) for row in told], right=(0, 6))


def _show_purchases(
    document: PurchaseOrders | Receipts | Contracts | CodingTemplates | SupplierList,
) -> None:
    heads: tuple[str, ...]
    told: list[tuple[object, ...]]
    if isinstance(document, PurchaseOrders):
        heads = ("row", "order", "supplier", "day", "lines")
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
        heads = ("row", "order", "line", "day", "receiver", "quantity", "amount")
        told = [
            (one.row, one.order_number, one.position, one.day, one.receiver, one.quantity, _cents(one.amount))
            for one in document.receipts
        ]
    elif isinstance(document, Contracts):
        heads = ("row", "contract", "supplier", "from", "until", "plan", "limit")
        told = [
            (one.row, one.number, one.supplier.number or one.supplier.business_id, one.valid_from, one.valid_until,
             one.plan_type, _cents(one.limit))
            for one in document.contracts
        ]  # fmt: skip
    elif isinstance(document, SupplierList):
        heads = ("row", "number", "kind", "name", "id", "account")
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
        heads = ("row", "reference", "queue", "coding lines")
        told = [(one.row, one.reference, one.queue, len(one.coding_lines)) for one in document.templates]
    out.print(f"[bold]{document.kind.replace('_', ' ')}[/] {document.source}, {len(told)} entries")
    table("", heads, [_escaped(row) for row in told], right=(0,))


def _cents(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _escaped(row: tuple[object, ...]) -> tuple[str | None, ...]:
    """Cells as they stand in the file: a bracket in a name is no markup."""
    return tuple(escape(str(value)) if value is not None else None for value in row)


def _show_invoice(invoice: Invoice, language: str) -> None:
    total = format_amount(invoice.total, language) if invoice.total is not None else "?"
    out.print(
        f"[bold]invoice {invoice.number}[/] {invoice.issue_date} → {invoice.due_date}  {total}"
        f"  {invoice.seller.name} → {invoice.buyer.name}  ref {invoice.reference}"
    )
    table(
        "",
        ("#", "item", "name", "quantity", "price", "net", "VAT %"),
        [
            (line.position, line.item, line.name, line.quantity, line.unit_price, line.net, line.vat_percent)
            for line in invoice.lines
        ],
        right=(0, 3, 4, 5, 6),
    )


def _show_report(report: DeliveryReport, language: str) -> None:
    out.print(f"[bold]delivery report[/] {report.count} answers  {format_amount(report.amount, language)}")
    table(
        "",
        ("row", "batch", "invoice", "amount", "channel", "status", "reason", "time"),
        [
            tuple(escape(str(value)) if value is not None else None for value in _cells(answer))
            for answer in report.answers
        ],
        right=(0, 3),
    )


def _show_answers(report: PaymentReport) -> None:
    """A bank's words about the message, then about each batch and each payment that it lists."""
    why = "; ".join(str(reason) for reason in report.reasons)
    told = (report.original_message_id, report.status, report.count, report.total, why)
    out.print("[bold]bank answer[/] " + "  ".join(escape(str(value)) for value in told if value))
    rows = []
    for batch in report.batches:
        rows.append(_answer(batch.payment_information_id, None, batch))
        for one in batch.transactions:
            rows.append(_answer(batch.payment_information_id, one.end_to_end_id or one.instruction_id, one))
    table("", ("batch", "payment", "status", "state", "reason"), rows)


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
    total = format_amount(document.total, language) if document.currency == "EUR" else f"{document.total:.2f}"
    out.print(
        f"[bold]{document.kind}[/] {document.format}  {escape(document.account)} {escape(document.currency)}"
        f"  {escape(str(document.from_date or document.created))}  {document.count} entries  {total}"
    )
    if isinstance(document, Statement):
        for balance in document.balances:
            code, currency = escape(balance.code), balance.currency
            out.print(f"  {code} {balance.day} {balance.amount:.2f} {currency}")
    table(
        "",
        ("date", "amount", "reference", "payer", "message", "archive id"),
        [
            (
                entry.booking_date,
                f"{entry.amount:.2f}",
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
            out.print(f"  {name}: {len(aside)}")
