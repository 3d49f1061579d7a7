"""What became of a file, whatever it was: counts, reasons and results, as its room told them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from reskontra.documents.findings import Finding
from reskontra.exchange.messages import message
from reskontra.exchange.models import FileAnswer
from reskontra.kernel.identifiers import without_personal_codes

MOST_KEPT = 500  # reasons, and invoices, that are kept with a file's answer: all of them stand in what the room stored
_FINDING = ("rule", "severity", "clause", "row", "column", "value", "where", "detail")
_EVERY_KIND = frozenset(
    (
        "kind", "read", "accepted", "taken", "returned", "contradicts", "duplicates", "known", "reasons", "totals",
        "outcomes", "run", "before", "result",
    )
)  # fmt: skip


class RoomAnswer(Protocol):
    """What every room's answer has."""

    def count(self, status: str, /) -> int:
        """How many rows ended as ``status``."""

    def as_json(self, language: str, /) -> dict[str, Any]:
        """What became of the file, with stable keys."""


@dataclass(frozen=True)
class Reason:
    """One thing that a room found; ``invoice`` is the number of the invoice that it is about, if told."""

    finding: Finding
    status: str = ""
    invoice: str = ""

    def as_json(self, language: str) -> dict[str, Any]:
        """The finding with its sentence."""
        told = self.finding.as_json() | {"message": message(self.finding, language)}
        return told | {name: value for name in ("status", "invoice") if (value := getattr(self, name))}


@dataclass(frozen=True)
class Taken:
    """What became of a file. ``file`` is its id in the inbox, None of a check; ``room`` what its room answered.

    ``totals`` are counts, and euro as text with two decimals; ``result`` is the digest of the result workbook.
    """

    kind: str
    state: str  # taken or refused
    read: int = 0
    accepted: int = 0
    returned: int = 0
    duplicates: int = 0
    totals: Mapping[str, Any] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    reasons: Sequence[Reason] = ()
    unsaid: int = 0  # reasons beyond those that are kept
    result: str = ""
    before: str = ""
    run: int | None = None
    more: Mapping[str, Any] = field(default_factory=dict)  # what only this kind tells
    file: int | None = None
    digest: str = ""
    room: RoomAnswer | None = None

    def as_json(self, language: str) -> dict[str, Any]:
        """One contract for files of every kind."""
        return {
            "kind": self.kind,
            "state": self.state,
            **{name: getattr(self, name) for name in ("read", "accepted", "returned", "duplicates")},
            "totals": dict(self.totals),
            "outcomes": dict(self.outcomes),
            "reasons": [one.as_json(language) for one in self.reasons],
            "reasons_not_shown": self.unsaid,
            "result": self.result or None,
            "before": self.before or None,
            "run": self.run,
            "more": dict(self.more),
        }

    def outward(self, language: str) -> dict[str, Any]:
        """The same for systems outside: long lists are cut, personal codes masked."""
        told = self.as_json(language)
        told["reasons_not_shown"] = self.unsaid + max(len(self.reasons) - MOST_KEPT, 0)
        told["reasons"] = told["reasons"][:MOST_KEPT]
        told["more"] = {
            name: value[:MOST_KEPT] if isinstance(value, list) else value for name, value in self.more.items()
        }
        return cast(dict[str, Any], without_personal_codes(told))

    def as_kept(self) -> dict[str, Any]:
        """What is kept with the file: as told outside, without the sentences."""
        told = self.outward("en")
        for reason in told["reasons"]:
            del reason["message"]
        return told


def told_by(room: RoomAnswer, *, file: int | None, digest: str) -> Taken:
    """The answer of a room as that of any file; without ``file`` it was a check, which no run stays of."""
    told = room.as_json("en")
    return Taken(
        state="taken",
        accepted=told.get("accepted", told.get("taken", 0)),
        returned=told.get("returned", 0) + told.get("contradicts", 0),
        duplicates=told.get("duplicates", told.get("known", 0)),
        file=file,
        digest=digest,
        room=room,
        **_read(told if file else told | {"run": None}),
    )


def refused_for(
    findings: Sequence[Finding], kind: str, *, file: int | None = None, digest: str = ""
) -> Taken:
    """The answer of a file that was refused whole."""
    return Taken(kind, "refused", reasons=[Reason(one) for one in findings], file=file, digest=digest)


def kept(answer: FileAnswer) -> Taken:
    """The answer as it was kept with its file."""
    told = answer.answer
    return Taken(
        state=answer.state,
        accepted=answer.accepted,
        returned=answer.returned,
        duplicates=answer.duplicates,
        unsaid=told.get("reasons_not_shown", 0),
        file=answer.file_id,
        digest=answer.file.digest,
        **_read(told),
    )


def _read(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": told["kind"],
        "read": told["read"],
        "totals": told.get("totals") or ({"fees": told["fees"]} if "fees" in told else {}),
        "outcomes": told.get("outcomes") or {},
        "reasons": [
            Reason(
                Finding(**{name: one[name] for name in _FINDING if name in one}),
                one.get("status", one.get("outcome", "")),
                one.get("invoice") or "",
            )
            for one in told["reasons"]
        ],
        "result": told.get("result") or "",
        "before": told.get("before") or "",
        "run": told.get("run"),
        "more": told["more"] if "more" in told else {n: v for n, v in told.items() if n not in _EVERY_KIND},
    }
