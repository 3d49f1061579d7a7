"""A template and its words to PDF: PDF/A-3a and PDF/UA-1 in one file (ISO 19005-3, ISO 14289-1), or to pictures.

The same words give the same bytes, always: fonts and templates come with the program, dates from the document.
"""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import typst

_FORMATS: Final = Path(__file__).parents[1]
_FONTS: Final = Path(__file__).parent / "fonts"
_REGIONS: Final = {"sv": "FI", "fi": "FI", "en": "GB"}


class Template:
    """One template (``typ`` file under ``formats``), ready to be filled by any number of threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = threading.local()

    def pdf(self, inputs: Mapping[str, str], date: str) -> bytes:
        """The filled template as a tagged PDF that is dated ``date`` (ISO)."""
        midnight = datetime.fromisoformat(date).replace(tzinfo=UTC)
        made = self._compiler().compile(
            sys_inputs=dict(inputs), pdf_standards=["a-3a", "ua-1"], timestamp=midnight, format="pdf"
        )
        assert isinstance(made, bytes)
        return made

    def pages(self, inputs: Mapping[str, str], ppi: int) -> list[bytes]:
        """Its pages as PNG pictures, ``ppi`` pixels an inch."""
        made = self._compiler().compile(sys_inputs=dict(inputs), ppi=float(ppi), format="png")
        assert made is not None
        return [made] if isinstance(made, bytes) else list(made)

    def _compiler(self) -> typst.Compiler:
        """One compiler a thread: it keeps fonts and template, and cannot be used by two at once."""
        if not hasattr(self._kept, "own"):
            # No font of the machine is ever used.
            fonts = typst.Fonts(
                include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_FONTS)]
            )
            self._kept.own = typst.Compiler(str(self._path), root=str(_FORMATS), font_paths=fonts)
        own: typst.Compiler = self._kept.own
        return own


def setting(shown: Mapping[str, Any]) -> dict[str, Any]:
    """What ``page.typ`` asks for beside the words: the day in numbers, and the region of the language."""
    day = [int(part) for part in str(shown["date"]).split("-")]
    return {"day": day, "region": _REGIONS[shown["lang"]]}
