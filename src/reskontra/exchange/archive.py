"""The archive: every file's bytes once, under their SHA-256, written whole or not at all."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Stored:
    """What lies in the archive: SHA-256 in hex, size in bytes, and where."""

    digest: str
    size: int
    path: Path


class ArchiveBroken(Exception):
    """The bytes under a digest are not those that the digest names."""


_ASIDE: ContextVar[Path | None] = ContextVar("archive_aside", default=None)


@contextmanager
def aside() -> Iterator[None]:
    """What is stored inside is gone afterwards; what was archived before is read. For a check that keeps nothing."""
    with tempfile.TemporaryDirectory(prefix="reskontra-aside-") as folder:
        before = _ASIDE.set(Path(folder))
        try:
            yield
        finally:
            _ASIDE.reset(before)


def _folder() -> Path:
    return _ASIDE.get() or Path(settings.HOME) / "archive"


def path_of(digest: str) -> Path:
    """Where the bytes of ``digest`` lie."""
    beside = _folder() / digest[:2] / digest
    return beside if beside.exists() else Path(settings.HOME) / "archive" / digest[:2] / digest


def store(chunks: Iterable[bytes]) -> Stored:
    """Keep the bytes and return their identity. The same bytes twice are kept once; they mend a damaged copy.

    They are on disk before this returns: a row that names the digest may be committed afterwards.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{secrets.token_hex(8)}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with temporary.open("xb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        final = folder / digest.hexdigest()[:2] / digest.hexdigest()
        final.parent.mkdir(exist_ok=True)
        if not _whole(final):
            temporary.replace(final)
        # Also when the bytes were there: whoever put them there may not have come to this yet.
        flush_folder(final.parent)
        flush_folder(folder)
    finally:
        temporary.unlink(missing_ok=True)
    return Stored(digest.hexdigest(), size, final)


def _whole(path: Path) -> bool:
    """Whether the bytes at ``path`` are there and are those that its name tells."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    except FileNotFoundError:
        return False
    return digest.hexdigest() == path.name


def read(digest: str) -> bytes:
    """The bytes of ``digest``; raises ``ArchiveBroken`` when they are not what was stored."""
    data = path_of(digest).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ArchiveBroken(digest)
    return data


def flush_folder(folder: Path) -> None:
    """Make the names in ``folder`` survive a crash of the machine."""
    if os.name == "nt":
        return  # Windows has no handle for a folder to flush
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
