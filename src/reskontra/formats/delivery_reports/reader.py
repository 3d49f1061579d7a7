"""Receipt reports: bytes to a document. A wrong row is a finding; a report that does not add up is refused."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, get_args

from reskontra.documents.delivery_report import DeliveryAnswer, DeliveryReport, Status
from reskontra.documents.findings import Finding
from reskontra.formats.delivery_reports import limits
from reskontra.formats.delivery_reports.records import begins_with, check_count, decoded, records, refuse
from reskontra.kernel.identifiers import find_personal_codes

HEADING = ("batch", "invoice", "amount", "channel", "status", "reason", "time")
_AMOUNT = re.compile(r"-?[0-9]{1,13}\.[0-9]{2}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,20}", re.ASCII)
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_JSON_HEAD = re.compile(rb'\s*\{\s*"kind"\s*:\s*"delivery_report"')
_KEYS = {"kind", "count", "amount", "answers", "findings"}


def is_delivery_report(data: bytes) -> bool:
    """Whether the bytes are a receipt report: its heading as CSV, or its kind as the first key of JSON."""
    return begins_with(data, HEADING) or bool(_JSON_HEAD.match(data.removeprefix(b"\xef\xbb\xbf")[:500]))


def read(data: bytes, name: str = "") -> list[DeliveryReport]:
    """The one report in ``data``; ``name`` only helps people.

    Raises ``Refused`` when it is cut off or its own count or sum does not hold (OC 3.9-d). A row that cannot
    be read stays in the report, with a finding that says which value.
    """
    if begins_with(data, HEADING):
        body, total = records(data, HEADING)
        rows = [
            (number, dict(zip(HEADING, record, strict=True))) for number, record in enumerate(body, start=2)
        ]
        return [_report(rows, total[2])]
    told = _object(decoded(data))
    answers = told.get("answers")
    if set(told) - _KEYS or not isinstance(answers, list) or len(answers) > limits.ROWS:
        refuse("JSON")
    check_count(str(told.get("count")), len(answers))
    return [_report(list(enumerate((_cells(one) for one in answers), start=1)), str(told.get("amount")))]


def _object(text: str) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) != len(pairs):
            raise ValueError("a key twice")
        return dict(pairs)

    def no_constant(name: str) -> Any:
        raise ValueError(name)

    try:
        told = json.loads(text, object_pairs_hook=once, parse_constant=no_constant)
    except (ValueError, RecursionError):
        refuse("JSON")
    if not isinstance(told, dict):
        refuse("JSON")
    return told


def _cells(one: Any) -> dict[str, str]:
    """A row of JSON as cells; ``row``, which ``as_json`` writes, is counted anew."""
    if not isinstance(one, dict) or set(one) - {*HEADING, "row"}:
        refuse("JSON")
    cells = {name: one.get(name) for name in HEADING}
    if not all(value is None or isinstance(value, str) for value in cells.values()):
        refuse("JSON")
    return {name: value or "" for name, value in cells.items()}


def _report(rows: Iterable[tuple[int, Mapping[str, str]]], total: str) -> DeliveryReport:
    findings: list[Finding] = []
    answers = tuple(_answer(number, cells, findings) for number, cells in rows)
    amounts = [answer.amount for answer in answers if answer.amount is not None]
    counted = sum(amounts, Decimal("0.00"))
    if len(amounts) == len(answers) and (not _AMOUNT.fullmatch(total) or Decimal(total) != counted):
        refuse("amount", "report_amounts_disagree", told=total[:40], counted=str(counted))
    return DeliveryReport(answers, len(answers), counted, tuple(findings[: limits.FINDINGS]))


def _answer(row: int, cells: Mapping[str, str], findings: list[Finding]) -> DeliveryAnswer:
    def wrong(column: str) -> None:
        # A batch's name holds a date and a number, which may look like a code and are none.
        text = cells[column] if len(cells[column]) <= 80 else cells[column][:79] + "…"
        shown = text if column in ("batch", "invoice") else _without_codes(text)
        findings.append(Finding("report_value", clause="OC 3.9-d", row=row, column=column, value=shown))

    texts = {}
    for column in ("batch", "invoice", "channel", "reason"):
        text = cells[column]
        cut = text[: limits.FIELD_CHARACTERS]
        texts[column] = cut if column in ("batch", "invoice") else _without_codes(cut)
        too_long = len(text) > limits.FIELD_CHARACTERS
        if (
            too_long
            or (column == "invoice" and not _NUMBER.fullmatch(text))
            or (column == "batch" and not text)
        ):
            wrong(column)
    amount = Decimal(cells["amount"]) if _AMOUNT.fullmatch(cells["amount"]) else None
    if amount is None:
        wrong("amount")
    status: Status | None = next((one for one in get_args(Status) if one == cells["status"]), None)
    if status is None:
        wrong("status")
    time = _time(cells["time"])
    if time is None:
        wrong("time")
    return DeliveryAnswer(
        row, texts["batch"], texts["invoice"], amount, texts["channel"], status, texts["reason"], time
    )


def _time(text: str) -> datetime | None:
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _without_codes(text: str) -> str:
    """The text, or nothing of it when it holds a personal code: no answer needs one (OC 2.2-f)."""
    return "****" if find_personal_codes(text, glued=True) else text
