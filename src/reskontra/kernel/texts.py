"""What the system says to people, in Swedish, Finnish and English, from one source.

Texts stand in ``reskontra/texts/*.toml``, one table a key with ``sv``, ``fi`` and ``en``; placeholders are
``{name}``. Terms of the field stand in the glossary and are used by key, so that a term never drifts.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

Language = Literal["sv", "fi", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class UnknownText(KeyError):
    """A key that no text file holds: a defect in the program, found by its tests."""


class TextDefect(ValueError):
    """A text file that holds a key twice or leaves a language out."""


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """All texts by key.

    Raises ``TextDefect`` when a key stands in two files or lacks a language.
    """
    found: dict[str, dict[str, str]] = {}
    for source in sorted(files("reskontra.texts").iterdir(), key=lambda entry: entry.name):
        if not source.name.endswith(".toml"):
            continue
        for key, sentence in tomllib.loads(source.read_text("utf-8")).items():
            if key in found:
                raise TextDefect(f"{source.name}: {key} stands in another file too")
            if missing := [language for language in LANGUAGES if not sentence.get(language)]:
                raise TextDefect(f"{source.name}: {key} has no text in {', '.join(missing)}")
            found[key] = sentence
    return found


class Named(str):
    """The key of a text that fills a place in another; it is told in the reader's language."""

    __slots__ = ()


class _Kept(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return ""


def text(key: str, language: str, /, **values: object) -> str:
    """The text ``key`` in ``language`` with its placeholders filled; raises ``UnknownText``.

    A value that is ``Named``, or a tuple of such, is told in ``language`` too.
    """
    try:
        sentence = texts()[key]
    except KeyError:
        raise UnknownText(key) from None
    filled = _Kept({name: _told(value, language) for name, value in values.items()})
    return sentence[language if language in LANGUAGES else "en"].format_map(filled)


def _told(value: object, language: str) -> object:
    if isinstance(value, Named):
        return text(value, language)
    if isinstance(value, tuple):
        return ", ".join(str(_told(one, language)) for one in value)
    return value
