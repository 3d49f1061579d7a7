"""Which room takes in what a file holds, by the kind of document that it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reskontra.documents.agency import AgencyReport
from reskontra.documents.card_statement import CardStatement
from reskontra.documents.delivery_report import ArchivePackage, DeliveryReport
from reskontra.documents.enforcement import EnforcementReport
from reskontra.documents.payment_request import PaymentRequest
from reskontra.documents.purchase import CodingTemplates, Contracts, PurchaseOrders, Receipts
from reskontra.documents.statement import BankMaterial
from reskontra.documents.supplier_list import SupplierList
from reskontra.exchange.attachments import Fetch
from reskontra.exchange.inbox import Received
from reskontra.exchange.reading import Document
from reskontra.expenditure.cards.statements import CardsTaken, take_in_card_statement
from reskontra.expenditure.circulation.templates import take_in_templates
from reskontra.expenditure.intake.files import PurchasesTaken
from reskontra.expenditure.intake.requests import take_in_requests
from reskontra.expenditure.intake.supplier_lists import take_in_suppliers
from reskontra.expenditure.matching.files import take_in_contracts, take_in_orders, take_in_receipts
from reskontra.income.agency.reports import AgencyTaken, take_in_agency_report
from reskontra.income.bank_material.intake import BankAnswer, take_in_bank_material
from reskontra.income.delivery.archived import PackageTaken, take_in_package
from reskontra.income.delivery.receipts import ReportTaken, take_in_report
from reskontra.income.legal.enforcement_report import ReportTaken as EnforcementTaken
from reskontra.income.legal.enforcement_report import take_in_enforcement_report
from reskontra.income.order_handling.files import Answer, take_in_document
from reskontra.purchases.files import FileTaken
from reskontra.runs.run import Acting

RoomTaken = (
    Answer
    | BankAnswer
    | ReportTaken
    | PackageTaken
    | EnforcementTaken
    | AgencyTaken
    | PurchasesTaken
    | CardsTaken
    | FileTaken
)
INVOICES, BANK_MATERIAL = "purchase_invoices", "bank_material"

_TAKEN: Mapping[type, Callable[[Acting, Received, Any, date], RoomTaken]] = {
    DeliveryReport: take_in_report,
    EnforcementReport: take_in_enforcement_report,
    AgencyReport: take_in_agency_report,
    CardStatement: take_in_card_statement,
    PaymentRequest: take_in_requests,
    PurchaseOrders: take_in_orders,
    Receipts: take_in_receipts,
    Contracts: take_in_contracts,
    CodingTemplates: take_in_templates,
    SupplierList: take_in_suppliers,
}


@dataclass(frozen=True)
class Contents:
    """The documents of a file, with the kind and the right that they ask for."""

    documents: Sequence[Document]

    @property
    def material(self) -> list[BankMaterial]:
        """What a bank told."""
        return [document for document in self.documents if isinstance(document, BankMaterial)]

    @property
    def kind(self) -> str:
        """What the file is."""
        return BANK_MATERIAL if self.material else str(self.documents[0].kind)

    @property
    def act(self) -> str:
        """What a person must be allowed to bring it."""
        return "take_in_bank_material" if self.material else "import"

    def take_in(self, acting: Acting, received: Received, fetch: Fetch, on: date, language: str) -> RoomTaken:
        """Store what the file asks for, in its room. Called inside ``working_in``; raises what the room raises."""
        if self.material:
            return take_in_bank_material(acting, received, self.material, on)
        document = self.documents[0]
        if isinstance(document, ArchivePackage):
            return take_in_package(acting, received, document, fetch, on)
        if take := _TAKEN.get(type(document)):
            return take(acting, received, document, on)
        return take_in_document(acting, received, document, fetch, on, language)
