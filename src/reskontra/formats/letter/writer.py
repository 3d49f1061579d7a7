"""A letter to PDF: PDF/A-3a and PDF/UA-1 in one file (ISO 19005-3, ISO 14289-1). The same letter, the same bytes."""

import json
from pathlib import Path
from typing import Final

from reskontra.documents.letter import Letter
from reskontra.formats.letter.view import view
from reskontra.formats.printing.typesetting import Template, setting
from reskontra.formats.printing.words import Json
from reskontra.kernel.clauses import clause

_TEMPLATE: Final = Template(Path(__file__).parent / "letter.typ")


@clause("OC 2.2-f", "OC 3.6-a", "OC 3.8-a")
def write(letter: Letter, number: str) -> bytes:
    """The letter as a PDF, in its own language (sv, fi, en; English for any other), under its ``number``.

    Raises ``Refused`` when a personal identity code stands in any text of it.
    """
    shown = view(letter, number)
    return _TEMPLATE.pdf(_inputs(shown), shown["date"])


def preview(letter: Letter, number: str, *, ppi: int = 110) -> list[bytes]:
    """The pages as PNG pictures, ``ppi`` pixels an inch, for a screen. Raises ``Refused`` as ``write`` does."""
    return _TEMPLATE.pages(_inputs(view(letter, number)), ppi)


def _inputs(shown: Json) -> dict[str, str]:
    return {"letter": json.dumps(shown | setting(shown), ensure_ascii=False)}
