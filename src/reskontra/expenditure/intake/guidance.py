"""What a supplier is told whose invoice came in a way that the State does not take (EX 5-a)."""

from typing import Final

from reskontra.kernel.clauses import cite, clause
from reskontra.kernel.identifiers import peppol_id
from reskontra.kernel.terms import Terms
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit

# Ways of sending that are refused: attached to e-mail, behind a link, in an invoicing hotel, on paper to an office.
REFUSED_KINDS: Final = ("mail_attachment", "link", "hotel", "paper")


@clause("EX 5-a", "EX 6-b")
def guidance(kind: str, unit: Unit, terms: Terms, language: str) -> str:
    """The text to send to the supplier, in ``language``: why the invoice was not received, and how to send it.

    Names the unit's e-invoice address, the same as a Peppol id, and the operator of the day. Raises ``ValueError`` for
    a kind that is none.
    """
    if kind not in REFUSED_KINDS:
        raise ValueError(f"no way of sending that is refused: {kind}")
    values = {
        "unit": {"sv": unit.name_sv, "fi": unit.name_fi}.get(language, unit.name_en),
        "address": unit.edi_code,
        "peppol": peppol_id(unit.edi_code),
        "operator": terms.invoice_operator_code,
    }
    return "\n".join(
        (
            text(f"guidance.{kind}", language, **values),
            text("guidance.how", language, **values),
            cite("EX 5-a", language),
        )
    )
