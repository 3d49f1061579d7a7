"""Receipt reports and archive packages, read strictly: nothing is lost, nothing comes in unseen (OC 3.9-d, 3.9-e)."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_cast import ROWS, manifest, one, package, report

from reskontra.documents.findings import Refused
from reskontra.exchange.reading import read_documents
from reskontra.formats.delivery_reports import limits, reader
from reskontra.formats.delivery_reports import package as packages
from reskontra.kernel.texts import LANGUAGES, text, texts

IMAGE = b"%PDF-1.7 an image"


def refusals(read: Callable[[bytes, str], object], data: bytes) -> list[str]:
    """The rules by which a file is refused, each with words in every language."""
    with pytest.raises(Refused) as told:
        read(data, "file")
    for finding in told.value.findings:
        values = {**finding.detail, "where": finding.where or ""}
        assert all("{" not in text(f"finding.{finding.rule}", language, **values) for language in LANGUAGES)
    return [finding.rule for finding in told.value.findings]


# --- reports -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_report_is_read_row_by_row(end: str) -> None:
    """OC 3.9-d"""
    [found] = read_documents(report(end=end), "report.csv")
    assert isinstance(found, reader.DeliveryReport)
    assert (found.count, found.amount, found.findings) == (3, Decimal("2.75"), ())
    first, second, third = found.answers
    assert (first.row, first.invoice, first.amount, first.channel) == (
        2,
        "4210000000001",
        Decimal("62.75"),
        "E_INVOICE",
    )
    assert (second.status, second.amount) == ("pending", Decimal("-100.00"))
    assert third.reason == 'moved; no "new" address'
    assert third.time == datetime(2026, 3, 16, 14, 5, tzinfo=timezone(timedelta(hours=2)))


def test_what_is_printed_as_json_can_be_read_in_again() -> None:
    """OC 3.9-d: the same keys out and in."""
    [found] = reader.read(report())
    printed = json.dumps(found.as_json()).encode()
    assert reader.is_delivery_report(printed)
    [again] = read_documents(printed, "report.json")
    assert isinstance(again, reader.DeliveryReport)
    printed_rows = [{**answer, "row": 0} for answer in found.as_json()["answers"]]
    assert [{**answer, "row": 0} for answer in again.as_json()["answers"]] == printed_rows
    assert again.as_json()["amount"] == "2.75"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (report(count=2), "report_counts_disagree"),
        (report(count=4), "report_counts_disagree"),
        (report(amount="2.76"), "report_amounts_disagree"),
        (report(amount="2,75"), "report_amounts_disagree"),
        (report()[: report().rindex(b"total")], "report_not_read"),
        (report() + report(), "report_not_read"),
        (report(ROWS[0] + ";more"), "report_not_read"),
        (report(ROWS[0].replace("PAPER", '"PAPER'), amount="62.75")[:-40], "report_not_read"),
        (report(ROWS[0].replace(";;", ";\x00;"), amount="62.75"), "report_not_read"),
        (report(ROWS[0].replace(";;", ';"a\nb";'), amount="62.75"), "report_not_read"),
        (report(ROWS[0].replace(";;", ";å;"), amount="62.75").decode().encode("latin-1"), "report_not_read"),
        (b'{"kind": "delivery_report", "count": 1, "amount": "1.00", "answers": []}', "report_counts_disagree"),
        (b'{"kind": "delivery_report", "count": 0, "amount": "0.00", "answers": [], "count": 0}', "report_not_read"),
        (b'{"kind": "delivery_report", "count": 0, "amount": NaN, "answers": []}', "report_not_read"),
        (b'{"kind": "delivery_report", "count": 1, "amount": "1.00", "answers": [{"amount": 1}]}', "report_not_read"),
        (b'{"kind": "delivery_report", "answers": ' + b"[" * 100_000, "report_not_read"),
    ],
)  # fmt: skip
def test_a_report_that_is_cut_off_or_does_not_add_up_is_refused_whole(data: bytes, rule: str) -> None:
    """OC 3.9-d, D18: nothing of it is used."""
    assert reader.is_delivery_report(data)
    assert refusals(reader.read, data) == [rule]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("batch", ""), ("invoice", ""), ("invoice", "42 1"), ("invoice", "x" * 300), ("amount", "62,75"),
        ("amount", "62.7"), ("amount", "1e5"), ("amount", "+1.00"), ("amount", ""), ("status", "Delivered"),
        ("status", ""), ("time", "2026-03-16"), ("time", "2026-02-30T10:00:00+02:00"), ("time", "2026-03-16T14:05:00"),
        ("reason", "x" * 201), ("channel", "y" * 201),
    ],
)  # fmt: skip
def test_a_value_that_is_not_allowed_is_a_finding_of_its_row(column: str, value: str) -> None:
    """OC 3.9-d: the row stays, so that nothing is lost in silence."""
    [found] = reader.read(one(**{column: value}))
    assert [(finding.rule, finding.row, finding.column) for finding in found.findings] == [
        ("report_value", 2, column)
    ]
    assert len(found.answers) == 1


def test_a_personal_code_in_a_reason_is_not_kept() -> None:
    """OC 2.2-f"""
    [found] = reader.read(one(reason="unknown 010190-900P"))
    assert "900P" not in json.dumps(found.as_json())


@given(st.binary(max_size=400), st.integers(0, 400), st.integers(0, 40))
def test_a_damaged_report_is_read_or_refused_and_never_anything_else(noise: bytes, at: int, cut: int) -> None:
    """P20, P21: bytes put in or taken out anywhere; what is read has as many answers as it tells of."""
    whole = report()
    data = whole[: at % len(whole)] + noise[:cut] + whole[at % len(whole) + cut :]
    if not reader.is_delivery_report(data):
        return
    try:
        [found] = reader.read(data)
    except Refused:
        return
    assert len(found.answers) == found.count


def test_every_rule_of_the_reports_has_words() -> None:
    """OC 3.9-c"""
    rules = {
        "report_not_read",
        "report_counts_disagree",
        "report_amounts_disagree",
        "report_too_large",
        "report_value",
    }
    assert {f"finding.{rule}" for rule in rules} <= set(texts())


# --- packages ------------------------------------------------------------------------------------------------------


def test_a_package_is_its_list_and_the_files_that_came_along() -> None:
    """OC 3.9-e"""
    [found] = read_documents(package({"a.pdf": IMAGE}), "archive.zip")
    assert isinstance(found, packages.ArchivePackage)
    assert [(one.row, one.invoice, one.role, one.name) for one in found.files] == [
        (2, "4210000000001", "image", "a.pdf")
    ]
    assert found.contents == {"a.pdf": IMAGE}
    assert found.as_json()["contents"] == {"a.pdf": {"bytes": len(IMAGE)}}


def test_a_list_alone_is_a_package_whose_files_lie_beside_it() -> None:
    """OC 3.9-e"""
    [found] = read_documents(manifest({"a.pdf": IMAGE}), "manifest.csv")
    assert isinstance(found, packages.ArchivePackage)
    assert (len(found.files), found.contents) == (1, {})


def test_a_workbook_is_no_package() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        made.writestr("xl/workbook.xml", "<workbook/>")
    assert not packages.is_archive_package(data.getvalue())
    assert not packages.is_archive_package(b"PK\x03\x04 and nothing more")


def _made(change: Callable[[zipfile.ZipFile], None]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("manifest.csv", manifest({}))
        change(made)
    return data.getvalue()


def _twice(made: zipfile.ZipFile) -> None:
    made.writestr("a.pdf", IMAGE)
    made.writestr("A.pdf", IMAGE)


def _link(made: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("a.pdf")
    entry.external_attr = 0o120777 << 16
    made.writestr(entry, "/etc/passwd")


HOSTILE = {
    "a name that leads out": _made(lambda made: made.writestr("../a.pdf", IMAGE)),
    "a folder": _made(lambda made: made.writestr("x/a.pdf", IMAGE)),
    "an absolute name": _made(lambda made: made.writestr("/a.pdf", IMAGE)),
    "a hidden name": _made(lambda made: made.writestr(".a.pdf", IMAGE)),
    "a name twice": _made(_twice),
    "a link": _made(_link),
    "a file that is not listed": _made(lambda made: made.writestr("b.pdf", IMAGE)),
    "a bomb": package({"a.pdf": b"\x00" * 15_000_000}),
    "too large a file": package({"a.pdf": bytes(range(256)) * 80_000}),
    "cut off": package({"a.pdf": IMAGE})[:-30],
    "a changed byte": package({"a.pdf": IMAGE * 9}).replace(b"a.pdf", b"a.pdg", 1),
    "a list cut off": package({"a.pdf": IMAGE}, b"invoice;role;file;sha256\n"),
    "a list of another count": package({}, b"invoice;role;file;sha256\ntotal;1;;"),
    "a file listed twice": manifest({"a.pdf": IMAGE}, f"4210000000001;image;a.pdf;{'0' * 64}"),
    "encrypted": package({"a.pdf": IMAGE}).replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_package_that_could_do_harm_is_refused_whole(name: str) -> None:
    """OC 3.9-e, D21 to D23"""
    rules = refusals(packages.read, HOSTILE[name])
    assert rules in (["archive_package"], ["report_counts_disagree"])


def test_what_a_row_of_the_list_says_wrongly_is_a_finding() -> None:
    """OC 3.9-e"""
    rows = (
        "42x;image;a.pdf;" + "0" * 64,
        "1;song;b.pdf;" + "0" * 64,
        "1;xml;../c;" + "0" * 64,
        "1;xml;d.xml;ABC",
    )
    [found] = packages.read(manifest({}, *rows))
    assert [(finding.row, finding.column) for finding in found.findings] == [
        (2, "invoice"), (3, "role"), (4, "file"), (5, "sha256"),
    ]  # fmt: skip


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_a_damaged_package_is_read_or_refused_and_never_anything_else(at: int, noise: bytes) -> None:
    """P20"""
    whole = package({"a.pdf": IMAGE})
    data = whole[: at % len(whole)] + noise + whole[at % len(whole) + len(noise) :]
    if not packages.is_archive_package(data):
        return
    try:
        [found] = packages.read(data)
    except Refused:
        return
    assert all(len(one.name) <= 120 for one in found.files)


def test_the_limits_are_above_a_day_of_the_largest_unit() -> None:
    """P20: 35 000 invoices a working day in the whole State, times ten."""
    assert limits.ROWS > 350_000
