"""Text for a Finvoice document: ISO-8859-15, one line, with the five predefined entities.

Finvoice knows only the characters of ISO-8859-15 (implementation guidelines, section 9.3). What lies
outside is written with the nearest signs that it has; nothing raises.
"""

import re
import unicodedata
from typing import Final

# Latin-1 can be encoded by copying memory, the table of ISO-8859-15 costs more than building the document.
# So a text is finished as the Latin-1 characters that have the very bytes meant: the eight that the two
# sets do not share change places here, and the whole document is then encoded as Latin-1.
_SWAPPED: Final = str.maketrans("€ŠšŽžŒœŸ", "\xa4\xa6\xa8\xb4\xb8\xbc\xbd\xbe")
_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})

_NEAREST: Final = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−⁃•", "-"),
        **dict.fromkeys("‘’‚‛′´ˊˋ", "'"),
        **dict.fromkeys("“”„‟″¨", '"'),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
        "…": "...",
        "¤": "EUR",
        "¦": "|",
        "¸": ",",
        "⁄": "/",
        "Ł": "L",
        "ł": "l",
        "Đ": "D",
        "đ": "d",
        "Ħ": "H",
        "ħ": "h",
        "Ŧ": "T",
        "ŧ": "t",
        "Ŋ": "N",
        "ŋ": "n",
        "Ǥ": "G",
        "ǥ": "g",
        "ı": "i",
        "ẞ": "SS",
    }
)

_PLAIN = r" !#-%(-;=?-~\xa0-\xa3\xa5\xa7\xa9-\xac\xae-\xb3\xb5-\xb7\xb9-\xbb\xbf-\xff"
_needs_work = re.compile(rf"[^{_PLAIN}]").search
_outside = re.compile(rf"[^{_PLAIN}&<>\"'€ŠšŽžŒœŸ]").search
_breaks = re.compile(r"[\t\r\n]+")
_sign_outside = re.compile(rf"[^{_PLAIN}&<>\"'€ŠšŽžŒœŸ]")


def encodable(text: str) -> str:
    """``text`` on one line and in the characters of ISO-8859-15, without spaces at its ends."""
    text = text.strip()
    if not _outside(text):
        return text
    text = unicodedata.normalize("NFC", _breaks.sub(" ", text)).translate(_NEAREST)
    return _sign_outside.sub(_nearest, text).strip()


def is_encodable(text: str) -> bool:
    """Whether ``text`` can be written as it is, its length included."""
    return text.isascii() or not _outside(text)


def markup(text: str) -> str:
    """``text`` as it stands in the markup of a document that is then encoded by ``encoded``."""
    if text.isalnum() and text.isascii():
        return text
    text = text.strip()
    if not _needs_work(text):
        return text
    return encodable(text).translate(_ENTITIES).translate(_SWAPPED)


def encoded(document: str) -> bytes:
    """The bytes, in ISO-8859-15, of a document whose texts have gone through ``markup``."""
    return document.encode("latin-1")


def _nearest(found: re.Match[str]) -> str:
    sign = found[0]
    if unicodedata.category(sign).startswith(("C", "Z")):
        return " "
    parts = unicodedata.normalize("NFKD", sign).translate(_NEAREST)
    kept = "".join(part for part in parts if not unicodedata.combining(part))
    if not kept and unicodedata.combining(sign):
        return ""
    return kept if kept and not _outside(kept) else "?"
