"""Files of expenditure as the tests write them: CSV by our own column names, brought in as the command does."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from cast import DAY, inside, unit
from reskontra.documents.findings import Refused
from reskontra.documents.purchase import CodingTemplates, Contracts, PurchaseOrders, Receipts
from reskontra.documents.supplier_list import SupplierList
from reskontra.exchange.inbox import receive
from reskontra.expenditure.circulation.templates import take_in_templates
from reskontra.expenditure.intake.supplier_lists import take_in_suppliers
from reskontra.expenditure.matching.files import take_in_contracts, take_in_orders, take_in_receipts
from reskontra.formats.workbooks.expenditure import read_expenditure
from reskontra.purchases.files import FileTaken

_TAKERS: Mapping[type[Any], Any] = {
    PurchaseOrders: take_in_orders,
    Receipts: take_in_receipts,
    Contracts: take_in_contracts,
    CodingTemplates: take_in_templates,
    SupplierList: take_in_suppliers,
}
ORDER = (
    "order_number;supplier_number;currency;ordered_on;closed_on;position;item;text;quantity;unit_price;net;vat_percent;"
    "account"
)
RECEIPT = "order_number;position;received_on;receiver;received_quantity;received_amount;receipt_number"
CONTRACT = (
    "contract_number;supplier_number;valid_from;valid_until;plan_type;limit;confirmation;owner;period_from;period_until;"
    "period_limit;schedule_day;schedule_amount;percent;account"
)
TEMPLATE = "posting_reference;name;queue;valid_from;valid_until;percent;account"
SUPPLIER = "supplier_number;supplier_kind;name;business_id;technical_id;street;town;country;iban"


def bring(heading: str, rows: str, who: str = "cecilia", on: date = DAY) -> FileTaken:
    """The rows under ``heading`` as a file for the harbour; raises ``Refused`` as the command would tell."""
    data = "\n".join([heading, *(line.strip() for line in rows.strip().splitlines())]).encode()
    where = unit()
    with inside(where, who) as acting:
        received = receive(acting, data, "file.csv", "import")
    document = read_expenditure(data, "file.csv")
    with inside(where, who) as acting:
        taken: FileTaken = _TAKERS[type(document)](acting, received, document, on)
    return taken


def outcome(
    heading: str, rows: str, who: str = "cecilia"
) -> dict[str, int] | list[tuple[str, int | None, str | None]]:
    """What the file did; refused, every finding with its row and column."""
    try:
        return {name: count for name, count in bring(heading, rows, who).outcomes.items() if count}
    except Refused as refused:
        return [(one.rule, one.row, one.column) for one in refused.findings]
