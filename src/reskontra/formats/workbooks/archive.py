"""The zip table of a workbook, read strictly, and its parts, unpacked under a count.

Two readers may see two different things in one zip file. So only the plain form is accepted in which
there is nothing to disagree about: one table at the very end, every part once, no gaps that lie, local
headers that say what the table says. Sizes are counted while unpacking; the table's word is only
compared (APPNOTE 6.3.10 gives the layout).
"""

import re
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from reskontra.formats.workbooks import limits
from reskontra.formats.workbooks.refusals import refuse

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000  # ordinary, strong, masked table
_SIZES_FOLLOW = 0x0008
_MADE_ON_UNIX = (3, 19)
_CHUNK = 1 << 18
_NAME = re.compile(r"[^\x00-\x1f\x7f\\:*?\"<>|]{1,255}")
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"MZ")


@dataclass(frozen=True, slots=True)
class Part:
    """One file inside the workbook; sizes in bytes as the table gives them."""

    name: str
    method: int
    crc: int
    packed: int
    unpacked: int
    header_at: int
    data_at: int


class Archive:
    """The parts of one workbook. Reading counts every unpacked byte of all parts together."""

    def __init__(self, data: bytes) -> None:
        """Read the table of ``data``; raises ``Refused`` when it is not the plain form."""
        self._data = data
        self._unpacked = 0
        self.parts = _read_table(data)
        self._by_name = {part.name.casefold(): part for part in self.parts}

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._by_name

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part in pieces, counted; raises ``Refused`` for a missing, lying or bloated one."""
        part = self._by_name.get(name.casefold())
        if part is None:
            refuse("file_workbook_part_missing", where=name)
        crc = size = 0
        for chunk in _inflate(self._data, part):
            size += len(chunk)
            self._unpacked += len(chunk)
            crc = zlib.crc32(chunk, crc)
            _check_growth(part, size, self._unpacked)
            yield chunk
        if size != part.unpacked or crc != part.crc:
            refuse("file_archive_damaged", where=part.name)

    def whole(self, name: str, at_most: int = limits.SMALL_PART_BYTES) -> bytes:
        """A small part in one piece; raises ``Refused`` above ``at_most`` bytes."""
        pieces: list[bytes] = []
        size = 0
        for chunk in self.chunks(name):
            size += len(chunk)
            if size > at_most:
                refuse("file_workbook_part_too_large", where=name, limit=at_most // 1_000_000)
            pieces.append(chunk)
        return b"".join(pieces)


def _check_growth(part: Part, size: int, total: int) -> None:
    if total > limits.UNPACKED_BYTES:
        refuse("file_archive_unpacks_too_large", where=part.name, limit=limits.UNPACKED_BYTES // 1_000_000)
    if size > limits.RATIO_FROM_BYTES and size > part.packed * limits.RATIO:
        refuse("file_archive_ratio", where=part.name, limit=limits.RATIO)


def _inflate(data: bytes, part: Part) -> Iterator[bytes]:
    packed = memoryview(data)[part.data_at : part.data_at + part.packed]
    if part.method == _STORED:
        for start in range(0, len(packed), _CHUNK):
            yield bytes(packed[start : start + _CHUNK])
        return
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    waiting: bytes | memoryview = packed
    try:
        while not stream.eof:
            chunk = stream.decompress(waiting, _CHUNK)
            waiting = stream.unconsumed_tail
            if not chunk and not waiting:
                break
            if chunk:
                yield chunk
    except zlib.error:
        refuse("file_archive_damaged", where=part.name)
    if not stream.eof or stream.unused_data or stream.unconsumed_tail:
        refuse("file_archive_damaged", where=part.name)


def _read_table(data: bytes) -> tuple[Part, ...]:
    count, size, start = _read_end(data)
    parts: list[Part] = []
    at = start
    for _ in range(count):
        part, at = _read_entry(data, at, start + size)
        parts.append(part)
    if at != start + size:
        refuse("file_archive_damaged")
    _check_places(parts, start)
    _check_names(parts)
    for part in parts:
        if data[part.data_at : part.data_at + 6].startswith(_ARCHIVES) and part.method == _STORED:
            refuse("file_archive_nested", where=part.name)
    return tuple(parts)


def _read_end(data: bytes) -> tuple[int, int, int]:
    """Number of entries, size and start of the table; the end record is the last 22 bytes, no comment."""
    if len(data) < _END.size:
        refuse("file_archive_damaged")
    signature, disk, table_disk, here, count, size, start, comment = _END.unpack(data[-_END.size :])
    if signature != b"PK\x05\x06" or comment or disk or table_disk or here != count:
        refuse("file_archive_damaged")
    if start + size + _END.size != len(data):
        refuse("file_archive_damaged")
    if count > limits.PARTS:
        refuse("file_archive_too_many_parts", limit=limits.PARTS, count=count)
    return count, size, start


def _read_entry(data: bytes, at: int, table_end: int) -> tuple[Part, int]:
    if at + _ENTRY.size > table_end:
        refuse("file_archive_damaged")
    (signature, made_by, _, flags, method, _, _, crc, packed, unpacked, name_size, extra_size, comment_size,
     disk, _, attributes, header_at) = _ENTRY.unpack_from(data, at)  # fmt: skip
    name_at = at + _ENTRY.size
    after = name_at + name_size + extra_size + comment_size
    if signature != b"PK\x01\x02" or disk or after > table_end:
        refuse("file_archive_damaged")
    raw_name = data[name_at : name_at + name_size]
    name = _decoded(raw_name)
    if flags & _ENCRYPTED:
        refuse("file_archive_encrypted", where=name)
    if made_by >> 8 in _MADE_ON_UNIX and stat.S_ISLNK(attributes >> 16):
        refuse("file_archive_link", where=name)
    if method not in (_STORED, _DEFLATED) or (method == _STORED and packed != unpacked):
        refuse("file_archive_damaged", where=name)
    if unpacked > limits.UNPACKED_BYTES:
        refuse("file_archive_unpacks_too_large", where=name, limit=limits.UNPACKED_BYTES // 1_000_000)
    data_at = _local_data(data, header_at, raw_name, flags, method, (crc, packed, unpacked))
    return Part(name, method, crc, packed, unpacked, header_at, data_at), after


def _local_data(
    data: bytes, at: int, raw_name: bytes, flags: int, method: int, sizes: tuple[int, int, int]
) -> int:
    """Where the part's bytes begin, once its own header says what the table says."""
    name = _decoded(raw_name)
    if at + _LOCAL.size > len(data):
        refuse("file_archive_damaged", where=name)
    signature, _, own_flags, own_method, _, _, *own_sizes, name_size, extra_size = _LOCAL.unpack_from(
        data, at
    )
    name_at = at + _LOCAL.size
    told = tuple(own_sizes)
    # A writer that streams leaves the sizes out here, or marks them as told in the extra field (zip64).
    silent = own_flags & _SIZES_FOLLOW or told[1:] == (0xFFFFFFFF, 0xFFFFFFFF)
    if (
        signature != b"PK\x03\x04"
        or data[name_at : name_at + name_size] != raw_name
        or own_flags & _ENCRYPTED
        or (own_flags ^ flags) & _SIZES_FOLLOW
        or own_method != method
        or not (silent or told == sizes)
    ):
        refuse("file_archive_damaged", where=name)
    return int(name_at + name_size + extra_size)


def _check_places(parts: list[Part], table_at: int) -> None:
    """No part overlaps another, nothing stands before the first: no bytes are read twice."""
    free_from = 0
    for part in sorted(parts, key=lambda part: part.header_at):
        if part.header_at < free_from:
            refuse("file_archive_damaged", where=part.name)
        free_from = part.data_at + part.packed
    if free_from > table_at or (parts and min(part.header_at for part in parts) != 0):
        refuse("file_archive_damaged")


def _check_names(parts: list[Part]) -> None:
    seen: set[str] = set()
    for part in parts:
        name = part.name.removesuffix("/")
        pieces = name.split("/")
        if not _NAME.fullmatch(name) or any(piece in ("", ".", "..") for piece in pieces):
            refuse("file_archive_part_name", where=part.name)
        if name.casefold() in seen:
            refuse("file_archive_part_twice", where=part.name)
        seen.add(name.casefold())


def _decoded(raw_name: bytes) -> str:
    try:
        return raw_name.decode("utf-8")
    except UnicodeDecodeError:
        return raw_name.decode("cp437")


def looks_like_archive(beginning: bytes) -> bool:
    """Whether a part begins like an archive or a program: files within files are not taken."""
    return beginning.startswith(_ARCHIVES)
