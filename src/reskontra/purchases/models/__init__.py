"""Expenditure: what was ordered, invoiced, matched, coded, approved, owed and paid."""

from reskontra.purchases.models.circulation import Assignment, Coding, CodingLine, InvoiceApproval
from reskontra.purchases.models.contracts import Contract, ContractEnd, ContractLine, ContractRow
from reskontra.purchases.models.invoices import InvoiceFinding, InvoiceIdentifier, InvoiceNote, InvoiceReturn, InvoiceSupplier, PurchaseDecision, PurchaseInvoice, PurchaseInvoiceLine, PurchaseVat
from reskontra.purchases.models.matches import Match, MatchConfirmation, MatchEnd, MatchLine
from reskontra.purchases.models.orders import PurchaseOrder, PurchaseOrderEnd, PurchaseOrderLine, Receipt
from reskontra.purchases.models.payables import Payable, PayableDecision, PayableSettlement, PaymentAnswer, PaymentBan, PaymentBanEnd, PaymentFile, PaymentHold, PaymentHoldEnd, PaymentPermit, PaymentRelease, SupplierPayment

__all__ = [
    "Assignment",
    "Coding",
    "CodingLine",
    "InvoiceApproval",
    "Contract",
    "ContractEnd",
    "ContractLine",
    "ContractRow",
    "InvoiceFinding",
    "InvoiceIdentifier",
    "InvoiceNote",
    "InvoiceReturn",
    "InvoiceSupplier",
    "PurchaseDecision",
    "PurchaseInvoice",
    "PurchaseInvoiceLine",
    "PurchaseVat",
    "Match",
    "MatchConfirmation",
    "MatchEnd",
    "MatchLine",
    "PurchaseOrder",
    "PurchaseOrderEnd",
    "PurchaseOrderLine",
    "Receipt",
    "Payable",
    "PayableDecision",
    "PayableSettlement",
    "PaymentAnswer",
    "PaymentBan",
    "PaymentBanEnd",
    "PaymentFile",
    "PaymentHold",
    "PaymentHoldEnd",
    "PaymentPermit",
    "PaymentRelease",
    "SupplierPayment",
]
