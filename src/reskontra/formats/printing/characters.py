"""The characters that the invoice's font has in all its weights; a test prints every one of them."""

import re
import unicodedata
from typing import Final

from reskontra.formats.finvoice.latin9 import encodable

# Latin with all marks of Europe, Greek, Cyrillic, and the signs of text.
PRINTED: Final = (
    " -~\xa0-\xac\xae-\u017f\u0218-\u021b\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f"
    "\u1e80-\u1e85\u1e9e-\u1ef9\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u202f\u2030\u2032\u2033\u2039\u203a"
    "\u20ac\u2116\u2122\u2212"
)
_outside: Final = re.compile(f"[^{PRINTED}]")


def printable(text: str) -> str:
    """``text`` on one line, in characters that the font has; others by the nearest signs, as in Finvoice.

    Nothing raises: what has no near sign becomes a question mark.
    """
    if not _outside.search(text):
        return text
    composed = unicodedata.normalize("NFC", re.sub(r"[\t\r\n]+", " ", text))
    return _outside.sub(lambda found: encodable(found[0]) or (" " if found[0].isspace() else ""), composed)
