"""The transmission frame: who sends to whom, and the identifier of the message (guidelines, section 17)."""

from dataclasses import dataclass

from reskontra.documents.findings import Finding, Refused
from reskontra.formats import xml
from reskontra.formats.finvoice.splitting import Piece

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
_SOAP = frozenset(
    {SOAP_11, "http://www.w3.org/2001/12/soap-envelope", "http://www.w3.org/2003/05/soap-envelope"}
)
EBXML = "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd"
_EB = f"{{{EBXML}}}"


@dataclass(frozen=True, slots=True)
class Frame:
    """What an envelope says about the message behind it."""

    message_id: str | None = None
    sender: str | None = None
    sender_operator: str | None = None
    receiver: str | None = None
    receiver_operator: str | None = None
    content: str | None = None  # the kind of the message, as the manifest names it


def read_frame(piece: Piece) -> Frame:
    """Reads a SOAP 1.1 or 1.2 envelope with an ebXML 2.0 header; what is missing is ``None``.

    Raises ``Refused`` when it is no such envelope.
    """
    root = xml.parse(piece.data, assume=piece.assume)
    namespace = root.tag[1:].partition("}")[0] if root.tag.startswith("{") else ""
    if namespace not in _SOAP:
        raise Refused(Finding("finvoice_frame_unknown", value=namespace or piece.root))
    parties: dict[tuple[str, str], str] = {}
    for side in ("From", "To"):
        for party in root.iter(f"{_EB}{side}"):
            role = (party.findtext(f"{_EB}Role") or "").strip()
            parties.setdefault((side, role), (party.findtext(f"{_EB}PartyId") or "").strip())
    reference = root.find(f".//{_EB}Reference")
    return Frame(
        message_id=(root.findtext(f".//{_EB}MessageId") or "").strip() or None,
        sender=parties.get(("From", "Sender")) or None,
        sender_operator=parties.get(("From", "Intermediator")) or None,
        receiver=parties.get(("To", "Receiver")) or None,
        receiver_operator=parties.get(("To", "Intermediator")) or None,
        content=reference.get(f"{_EB}id") if reference is not None else None,
    )
