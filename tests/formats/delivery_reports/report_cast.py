"""Receipt reports and packages as bytes, for tests."""

import hashlib
import io
import zipfile
from collections.abc import Mapping

HEADING = "batch;invoice;amount;channel;status;reason;time"
TIME = "2026-03-16T14:05:00+02:00"
ROWS = (
    f"finvoice-4210-20260316-000005.xml;4210000000001;62.75;E_INVOICE;delivered;;{TIME}",
    f"finvoice-4210-20260316-000005.xml;4210000000002;-100.00;;pending;;{TIME}",
    f'finvoice-4210-20260316-000005.xml;4210000000003;40.00;PAPER;refused;"moved; no ""new"" address";{TIME}',
)


def report(*rows: str, count: int | None = None, amount: str = "2.75", end: str = "\n") -> bytes:
    """A report in CSV; count and sum are the right ones of ``ROWS`` unless others are given."""
    rows = rows or ROWS
    total = f"total;{len(rows) if count is None else count};{amount};;;;"
    return (end.join([HEADING, *rows, total]) + end).encode()


def one(**changes: str) -> bytes:
    """A report of one row with ``changes``; its sum is that of the row when it is an amount."""
    cells = dict(
        zip(
            HEADING.split(";"),
            ["batch.xml", "4210000000001", "62.75", "PAPER", "delivered", "", TIME],
            strict=True,
        )
    )
    cells |= changes
    return report(";".join(cells.values()), amount=cells["amount"])


def manifest(files: Mapping[str, bytes], *more: str) -> bytes:
    """The list of ``files``, all images of one invoice."""
    lines = [f"4210000000001;image;{name};{hashlib.sha256(data).hexdigest()}" for name, data in files.items()]
    lines += more
    return "\n".join(["invoice;role;file;sha256", *lines, f"total;{len(lines)};;"]).encode()


def package(files: Mapping[str, bytes], listed: bytes | None = None) -> bytes:
    """A zip file with its list."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("manifest.csv", manifest(files) if listed is None else listed)
        for name, content in files.items():
            made.writestr(name, content)
    return data.getvalue()
