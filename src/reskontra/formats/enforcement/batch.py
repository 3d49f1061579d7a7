"""A batch that went out, read back: what it says of one case, as people read it."""

from lxml import etree

from reskontra.formats.enforcement.schema import NAMESPACE
from reskontra.formats.xml import MOST_BYTES_STREAMED, parse

_TOLD = {"Text": "text", "Reason": "reason", "CertificateDay": "certificate_day"}


def told_of_case(data: bytes, case: int) -> list[tuple[str, str]]:
    """What the batch ``data`` says of ``case``: ``text``, ``reason`` or ``certificate_day`` with its words.

    Empty where it says nothing of it. The personal code stands in none of these. Raises ``Refused`` for no XML.
    """
    root = parse(data, most_bytes=MOST_BYTES_STREAMED)
    return [
        (_TOLD[tag], part.text)
        for message in root
        if isinstance(message.tag, str) and message.get("case") == str(case)
        for part in message
        if (tag := etree.QName(part).localname) in _TOLD
        and etree.QName(part).namespace == NAMESPACE
        and part.text
    ]
