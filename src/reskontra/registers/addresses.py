"""Whether a supplier's address may go into a payment, and in which form: one rule for one and for all (EX 9-b).

Structured: street, postcode and town in fields of their own. Hybrid: town and country in their own fields and at most
``payment_address_free_lines`` free lines. Lines that nobody has told apart are taken only as long as
``payment_address_unstructured`` says yes. Without an address there is nothing to refuse. The rule is SQL
(``addresses.sql``); payments, lists and pages all ask it.
"""

from dataclasses import dataclass
from typing import Any, Final

from reskontra.database.rows import one_row
from reskontra.database.scripts import script
from reskontra.documents.findings import Finding
from reskontra.documents.payment_order import LONGEST_LINE
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Supplier

_FIELDS: Final = ("kind", "street", "postcode", "town", "country", "address_lines")
_THIS_ONE: Final = f"(SELECT 0 AS id, {', '.join(f'%({name})s::text AS {name}' for name in _FIELDS)})"


@dataclass(frozen=True, slots=True)
class PayableAddress:
    """How an address goes into a payment: ``form`` is structured, hybrid, none or unstructured; and what is wrong.

    ``none``: the address is left out, since nothing of it is known.
    """

    form: str
    findings: tuple[Finding, ...] = ()

    @property
    def payable(self) -> bool:
        """Whether a bank takes it."""
        return not any(one.severity == "error" for one in self.findings)


def addresses_query(asked: str) -> str:
    """SQL for the addresses of ``asked``, a table of suppliers or a bracketed query of its columns.

    One row each: ``supplier_id``, ``form``, ``lines`` (the free ones), ``wrong`` (rules that it breaks), ``address``:
    not_needed, none, not_payable, or the form in which it goes into a payment. Needs ``address_terms`` as parameters.
    """
    return script("reskontra.registers", "addresses.sql").format(asked=asked)


def address_terms(terms: Terms) -> dict[str, Any]:
    """What the day of ``terms`` says of addresses, as parameters of ``addresses_query``."""
    return {
        "free_lines": terms.payment_address_free_lines,
        "unstructured": terms.payment_address_unstructured,
        "longest_line": LONGEST_LINE,
    }


@clause("EX 9-b")
def is_address_payable(supplier: Supplier, terms: Terms) -> PayableAddress:
    """Whether the supplier's address may go into a payment on the day of ``terms``, and what keeps it from that."""
    told = {name: getattr(supplier, name) for name in _FIELDS}
    judged = addresses_query(_THIS_ONE)
    form, wrong = one_row(f"SELECT form, wrong FROM ({judged}) found", {**address_terms(terms), **told})
    detail = {
        "supplier": supplier.number,
        "most": str(terms.payment_address_free_lines),
        "longest": str(LONGEST_LINE),
    }
    return PayableAddress(form, tuple(Finding(rule, clause="EX 9-b", detail=detail) for rule in wrong))
