"""The registers as tables. Customers, suppliers, items and accounts are state-wide; the rest belongs to a unit."""

from reskontra.registers.models.accounts import Account, DimensionValue, PostingAccount, Tracked
from reskontra.registers.models.api_keys import ApiKey
from reskontra.registers.models.cards import CardAgreement, OfficeAbroad, PaymentCard
from reskontra.registers.models.circulation import (
    Absence,
    CodingTemplate,
    CodingTemplateLine,
    ReceivingAddress,
    SpendingRight,
    WorkQueue,
    WorkQueueMember,
)
from reskontra.registers.models.customers import Country, Customer, CustomerInUnit
from reskontra.registers.models.history import History
from reskontra.registers.models.items import Item, PriceListEntry, VatRate
from reskontra.registers.models.people import Person, PersonManager
from reskontra.registers.models.statement_rules import StatementRule
from reskontra.registers.models.suppliers import Supplier, SupplierAccount
from reskontra.registers.models.units import (
    OwnSystem,
    Responsibility,
    RoleAssignment,
    Unit,
    UnitAccount,
    UnitTerm,
)

__all__ = [
    "Absence",
    "Account",
    "ApiKey",
    "CardAgreement",
    "CodingTemplate",
    "CodingTemplateLine",
    "Country",
    "Customer",
    "CustomerInUnit",
    "DimensionValue",
    "History",
    "Item",
    "OfficeAbroad",
    "OwnSystem",
    "PaymentCard",
    "Person",
    "PersonManager",
    "PostingAccount",
    "PriceListEntry",
    "ReceivingAddress",
    "Responsibility",
    "RoleAssignment",
    "SpendingRight",
    "StatementRule",
    "Supplier",
    "SupplierAccount",
    "Tracked",
    "Unit",
    "UnitAccount",
    "UnitTerm",
    "VatRate",
    "WorkQueue",
    "WorkQueueMember",
]
