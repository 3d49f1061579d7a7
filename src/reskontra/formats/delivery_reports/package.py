"""Archive packages: a zip file with a list of what it holds, or the list alone with its files beside it (OC 3.9-e).

The list names every file with its SHA-256, and a file that is not listed refuses the package: nothing comes in
unseen. Sizes are counted while unpacking; what the zip table says is only compared.
"""

import io
import re
import stat
import zipfile
import zlib
from typing import get_args

from reskontra.documents.delivery_report import ArchivePackage, ReturnedFile, Role
from reskontra.documents.findings import Finding
from reskontra.formats.delivery_reports import limits
from reskontra.formats.delivery_reports.records import begins_with, records, refuse

HEADING = ("invoice", "role", "file", "sha256")
MANIFEST = "manifest.csv"
_NAME = re.compile(r"[A-Za-z0-9ÅÄÖåäö][A-Za-z0-9ÅÄÖåäö._ -]{0,119}")
_NUMBER = re.compile(r"[0-9]{1,20}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_CHUNK = 1 << 18
_RULE = "archive_package"


def is_archive_package(data: bytes) -> bool:
    """Whether the bytes are a package: the list itself, or a zip file that holds it at its top."""
    if begins_with(data, HEADING):
        return True
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return MANIFEST in package.NameToInfo
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def read(data: bytes, name: str = "") -> list[ArchivePackage]:
    """The one package in ``data``; ``name`` only helps people.

    Raises ``Refused`` for a package that is damaged, larger than the limits, encrypted, or holds a link, a name
    twice, a name that leads elsewhere, or a file that the list does not name. What a row says wrongly is a
    finding.
    """
    contents = {} if begins_with(data, HEADING) else _unpacked(data)
    listed = contents.pop(MANIFEST) if contents else data
    body, _ = records(listed, HEADING, _RULE)
    findings: list[Finding] = []
    files = tuple(_file(row, record, findings) for row, record in enumerate(body, start=2))
    named = [one.name for one in files]
    if len(set(named)) != len(named):
        refuse("a file listed twice", _RULE)
    if unlisted := sorted(contents.keys() - set(named)):
        refuse("a file that is not listed", _RULE, where=unlisted[0][:80])
    return [ArchivePackage(files, contents, tuple(findings))]


def _file(row: int, record: list[str], findings: list[Finding]) -> ReturnedFile:
    invoice, role, name, digest = record
    known: Role | None = next((one for one in get_args(Role) if one == role), None)
    good = {
        "invoice": bool(_NUMBER.fullmatch(invoice)),
        "role": known is not None,
        "file": bool(_NAME.fullmatch(name)),
        "sha256": bool(_DIGEST.fullmatch(digest)),
    }
    findings.extend(
        Finding("report_value", clause="OC 3.9-e", row=row, column=column, value=value[:80])
        for (column, right), value in zip(good.items(), record, strict=True)
        if not right
    )
    return ReturnedFile(
        row,
        invoice if good["invoice"] else "",
        known,
        name if good["file"] else name[:80],
        digest if good["sha256"] else "",
    )


def _unpacked(data: bytes) -> dict[str, bytes]:
    if len(data) > limits.PACKED_BYTES:
        refuse("size", _RULE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            _check_table(entries)
            return _read_all(package, entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError):
        refuse("damaged", _RULE)


def _check_table(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > limits.FILES:
        refuse("number of files", _RULE)
    seen: set[str] = set()
    for entry in entries:
        where = entry.filename[:80]
        if not _NAME.fullmatch(entry.filename) or entry.filename != entry.orig_filename:
            refuse("name", _RULE, where=where)
        if entry.filename.casefold() in seen:
            refuse("a name twice", _RULE, where=where)
        seen.add(entry.filename.casefold())
        if entry.flag_bits & _ENCRYPTED:
            refuse("encrypted", _RULE, where=where)
        if stat.S_ISLNK(entry.external_attr >> 16):
            refuse("a link", _RULE, where=where)


def _read_all(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        pieces: list[bytes] = []
        size = 0
        with package.open(entry) as part:
            while piece := part.read(_CHUNK):
                size += len(piece)
                total += len(piece)
                if size > limits.FILE_BYTES or total > limits.UNPACKED_BYTES:
                    refuse("unpacked size", _RULE, where=entry.filename)
                if size > limits.RATIO_FROM_BYTES and size > entry.compress_size * limits.RATIO:
                    refuse("packed too tightly", _RULE, where=entry.filename)
                pieces.append(piece)
        contents[entry.filename] = b"".join(pieces)
    return contents
