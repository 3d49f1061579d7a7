"""Letters in one file, to be printed or kept: a zip of their PDFs, and ``index.csv`` that tells what each one is.

The same letters of the same day give the same bytes.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import IO, Final, Self

INDEX: Final = "index.csv"
COLUMNS: Final = ("number", "file", "sha256", "customer", "channel")
_READABLE: Final = 0o100644 << 16
_UNIX: Final = 3


def file_name(number: str) -> str:
    """The name of a letter's PDF in the package."""
    return f"{number}.pdf"


class Package:
    """A package as it grows in ``file``, used as a context: at its end the index is written, last."""

    def __init__(self, file: IO[bytes], day: date) -> None:
        self._zip = zipfile.ZipFile(file, "w", allowZip64=True)
        self._day = day
        self._rows: list[tuple[str, ...]] = []

    def __len__(self) -> int:
        """How many letters are in it."""
        return len(self._rows)

    def add(self, number: str, pdf: bytes, customer: str, channel: str) -> str:
        """Put one letter in, by its number, its customer's number and its channel; gives its SHA-256."""
        digest, name = hashlib.sha256(pdf).hexdigest(), file_name(number)
        self._write(name, pdf, zipfile.ZIP_STORED)
        self._rows.append((number, name, digest, customer, channel))
        return digest

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        written = io.StringIO()
        lines = csv.writer(written, lineterminator="\r\n")
        lines.writerow(COLUMNS)
        lines.writerows(self._rows)
        self._write(INDEX, written.getvalue().encode("utf-8"), zipfile.ZIP_DEFLATED)
        self._zip.close()

    def _write(self, name: str, data: bytes, compression: int) -> None:
        info = zipfile.ZipInfo(name, (self._day.year, self._day.month, self._day.day, 0, 0, 0))
        info.compress_type, info.create_system, info.external_attr = compression, _UNIX, _READABLE
        self._zip.writestr(info, data)


def index_of(file: IO[bytes]) -> list[Mapping[str, str]]:
    """The rows of the package's index."""
    with zipfile.ZipFile(file) as package:
        return list(csv.DictReader(io.StringIO(package.read(INDEX).decode("utf-8"), newline="")))


def letter_in(file: IO[bytes], number: str) -> bytes | None:
    """The PDF of the letter ``number``, None where the package holds none."""
    with zipfile.ZipFile(file) as package:
        try:
            return package.read(file_name(number))
        except KeyError:
            return None
