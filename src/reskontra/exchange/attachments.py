"""Attachments of orders: their kind by content, their size against the terms (OC 3.2-d)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reskontra.documents.findings import Finding
from reskontra.exchange import archive
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms

# An attachment that states the legal basis of the charge is named with this mark before its name (OC 3.5-a).
BASIS_MARK = "basis="
MEGABYTE = 1_000_000
_SIGNATURES = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png"}

Fetch = Callable[[str], bytes | None]


def beside(folder: Path) -> Fetch:
    """Fetch attachments that lie in ``folder``; a name never leads out of it."""

    def fetch(name: str) -> bytes | None:
        path = folder / Path(name).name
        return path.read_bytes() if path.is_file() else None

    return fetch


@dataclass(frozen=True)
class Kept:
    """An attachment in the archive."""

    name: str
    digest: str
    size: int
    kind: str
    basis: bool

    def as_json(self) -> dict[str, object]:
        """As an order stores it."""
        return {
            "name": self.name,
            "digest": self.digest,
            "size": self.size,
            "kind": self.kind,
            "basis": self.basis,
        }


@clause("OC 3.2-d", "OC 3.5-a")
def keep_attachments(
    names: Sequence[str], fetch: Fetch, terms: Terms, row: int, column: str
) -> tuple[list[Kept], list[Finding]]:
    """The attachments of one order, archived, or the findings that return it.

    ``fetch`` gives the bytes of a name, None when the file did not come along. A name may begin with
    ``basis=`` when the document states the legal basis of the charge.
    """
    findings: list[Finding] = []
    kept: list[Kept] = []
    if len(names) > terms.attachment_count_limit:
        findings.append(
            _finding("too_many_attachments", row, column, str(len(names)), limit=terms.attachment_count_limit)
        )
    total = 0
    for written in names:
        basis = written.startswith(BASIS_MARK)
        name = written.removeprefix(BASIS_MARK).strip()
        data = fetch(name)
        if data is None:
            findings.append(_finding("attachment_missing", row, column, name))
            continue
        kind = next((kind for start, kind in _SIGNATURES.items() if data.startswith(start)), "")
        total += len(data)
        if kind not in terms.attachment_kinds:
            findings.append(
                _finding("attachment_kind", row, column, name, kinds=", ".join(terms.attachment_kinds))
            )
        elif not findings:
            stored = archive.store([data])
            kept.append(Kept(name, stored.digest, stored.size, kind, basis))
    if total > terms.attachment_size_limit * MEGABYTE:
        findings.append(
            _finding("attachments_too_large", row, column, str(total), limit=terms.attachment_size_limit)
        )
    return kept, findings


def _finding(rule: str, row: int, column: str, value: str, **detail: object) -> Finding:
    return Finding(
        rule,
        clause="OC 3.2-d",
        row=row,
        column=column,
        value=value,
        detail={key: str(told) for key, told in detail.items()},
    )
