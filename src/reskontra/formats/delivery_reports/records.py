"""Records of a list with a heading and a sum record at its end, read strictly: the same for both lists."""

import csv
import io
import re
from collections.abc import Sequence
from typing import NoReturn

from reskontra.documents.findings import Finding, Refused
from reskontra.formats.delivery_reports import limits

_BOM = b"\xef\xbb\xbf"
_COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def refuse(reason: str, rule: str = "report_not_read", **more: str) -> NoReturn:
    """Raise ``Refused`` with one finding; ``reason`` is a short word for what is wrong."""
    clause = "OC 3.9-e" if rule == "archive_package" else "OC 3.9-d"
    where = more.pop("where", None)
    raise Refused(Finding(rule, clause=clause, where=where, detail={"reason": reason, **more}))


def begins_with(data: bytes, heading: Sequence[str]) -> bool:
    """Whether the first line of ``data`` is the heading."""
    return data.removeprefix(_BOM)[:200].split(b"\n", 1)[0].rstrip(b"\r") == ";".join(heading).encode()


def decoded(data: bytes, rule: str = "report_not_read") -> str:
    """The text of a list; raises ``Refused`` for what is too large, not UTF-8, or holds control characters."""
    if len(data) > limits.REPORT_BYTES:
        refuse("size", "report_too_large", limit=f"{limits.REPORT_BYTES // 1_000_000} MB")
    try:
        return data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError:
        refuse("UTF-8", rule)


def records(
    data: bytes, heading: Sequence[str], rule: str = "report_not_read"
) -> tuple[list[list[str]], list[str]]:
    """The records between heading and sum record, and the sum record.

    Raises ``Refused`` when the list is cut off, the number of fields differs, a quote is open, or the number
    of records is not that of the sum record. Lines are counted twice: by the reader and in the text.
    """
    text = decoded(data, rule)
    if "\r" in text.replace("\r\n", "") or _UNSEEN.search(text.replace("\r\n", "").replace("\n", "")):
        refuse("control character", rule)
    found: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True):
            if record:
                found.append(record)
            if len(found) > limits.ROWS + 2:
                refuse("rows", "report_too_large", limit=str(limits.ROWS))
    except csv.Error:
        refuse("CSV", rule)
    if any(len(record) != len(heading) for record in found):
        refuse("number of fields", rule)
    if len(found) != sum(1 for line in text.split("\n") if line.strip()):
        refuse("line break in a field", rule)
    if not found or found[0] != list(heading) or len(found) < 2 or found[-1][0] != "total":
        refuse("heading or sum record", rule)
    body, total = found[1:-1], found[-1]
    if any(record[0] == "total" for record in body) or any(total[3:]):
        refuse("sum record", rule)
    check_count(total[1], len(body))
    return body, total


def check_count(told: str, counted: int) -> None:
    """Raise ``Refused`` when the number told is not the number counted."""
    if not _COUNT.fullmatch(told) or int(told) != counted:
        refuse("count", "report_counts_disagree", told=told[:20], counted=str(counted))
