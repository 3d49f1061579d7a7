"""Under which addresses a message leaves: the recipient's own, and the operator's for what is printed (OC 3.1, 3.6)."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import is_ovt, peppol_id
from reskontra.kernel.terms import Terms


@clause("OC 3.1-a", "OC 3.6.1-a")
def addressed(channel: str, address: str, operator: str, terms: Terms) -> tuple[str, str]:
    """The address and the operator that a message by ``channel`` goes to, from those that the register holds."""
    if channel == "PAPER":
        return terms.invoice_operator_code, terms.invoice_operator_code
    if channel == "PEPPOL":
        # The recipient's Peppol id: as the register has it, or built from a Finnish EDI address.
        return peppol_id(address) if is_ovt(address) else address, terms.peppol_operator_code
    return address, operator
