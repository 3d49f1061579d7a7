"""Bank files that are cut off, damaged or made to harm: refused, or nothing in them has changed."""

import random
import re
from collections.abc import Iterator

import pytest
from bank_cast import (
    VERSIONS,
    batch,
    day_of_payments,
    document,
    entry,
    part,
    payment,
    structured,
    working_day,
)

from hanging import ends
from reskontra.documents.findings import Refused
from reskontra.documents.statement import PaymentList, Statement
from reskontra.formats.camt import source
from reskontra.formats.camt.reader import read
from reskontra.kernel.texts import texts

both = pytest.mark.parametrize("version", VERSIONS)

WHOLE = working_day("02")
LAUGHS = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))


def money(found: list[Statement | PaymentList]) -> list[str]:
    """What is booked: amounts with sign and currency. (A false mark of reversal is no sum and is not found.)"""
    return sorted(f"{one.amount} {one.currency}" for document in found for one in document.entries)


def has_errors(found: list[Statement | PaymentList]) -> bool:
    return any(finding.severity == "error" for document in found for finding in document.findings)


def read_or_refused(data: bytes, large: int | None = None) -> list[Statement | PaymentList] | None:
    """What a file holds, ``None`` when it is refused for a reason that has a sentence."""
    reasons: set[str] = set()
    try:
        return read(data) if large is None else read(data, large=large)
    except Refused as refused:
        reasons = {f"finding.{finding.rule}" for finding in refused.findings}
    assert reasons
    assert reasons <= texts().keys()
    return None


def with_first(old: str, new: str) -> bytes:
    assert old.encode() in WHOLE
    return WHOLE.replace(old.encode(), new.encode(), 1)


FIRST = '<Ntry><Amt Ccy="EUR">120.50</Amt>'
HOSTILE = {
    "billion laughs": (
        with_first("<Document", f'<!DOCTYPE D [<!ENTITY l0 "ha">{LAUGHS}]><Document'),
        "xml_doctype",
    ),
    "external entity": (
        with_first("<Document", '<!DOCTYPE D [<!ENTITY x SYSTEM "file:///etc/hostname">]><Document'),
        "xml_doctype",
    ),
    "external DTD": (
        with_first("<Document", '<!DOCTYPE D SYSTEM "http://127.0.0.1/x"><Document'),
        "xml_doctype",
    ),
    "unknown entity": (with_first("120.50", "&x;"), "xml_not_well_formed"),
    "257 levels": (with_first("<Nm>", "<Nm>" + "<Pty>" * 256 + "</Pty>" * 256), "xml_too_deep"),
    "two documents joined": (WHOLE + WHOLE[WHOLE.index(b"<Document") :], "xml_not_well_formed"),
    "UTF-7": (with_first("UTF-8", "UTF-7"), "xml_encoding"),
    "Latin-1 in UTF-8": (WHOLE.decode().encode("latin-1"), "xml_wrong_encoding"),
    "NUL": (with_first("120.50", "120\0.50"), "xml_encoding"),
    "a comment inside an amount": (with_first("120.50", "120<!-- -->.50"), "camt_structure"),
    "an instruction inside an amount": (with_first("120.50", "120<?a?>.50"), "camt_structure"),
    "an element inside an amount": (with_first("120.50", "120<Dt/>.50"), "camt_structure"),
    "1e5": (with_first("120.50", "1e5"), "camt_amount"),
    "+1.00": (with_first("120.50", "+1.00"), "camt_amount"),
    "-1.00": (with_first("120.50", "-1.00"), "camt_amount"),
    "-0": (with_first("120.50", "-0"), "camt_amount"),
    "1,00": (with_first("120.50", "1,00"), "camt_amount"),
    "1 000.00": (with_first("120.50", "1 000.00"), "camt_amount"),
    "3 decimals": (with_first("120.50", "120.505"), "camt_amount"),
    "18 digits": (with_first("120.50", "1" * 18), "camt_amount"),
    "INF": (with_first("120.50", "INF"), "camt_amount"),
    "no amount": (with_first("120.50", ""), "camt_amount"),
    "digits of another script": (with_first("120.50", "١٢٠"), "camt_amount"),
    "two amounts": (with_first(FIRST, FIRST + '<Amt Ccy="EUR">1.00</Amt>'), "camt_structure"),
    "no currency": (with_first(FIRST, "<Ntry><Amt>120.50</Amt>"), "camt_currency"),
    "a currency of two letters": (with_first(FIRST, '<Ntry><Amt Ccy="EU">120.50</Amt>'), "camt_currency"),
    "no direction": (with_first("120.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>", "120.50</Amt>"), "camt_missing"),
    "a direction in words": (
        with_first("120.50</Amt><CdtDbtInd>CRDT", "120.50</Amt><CdtDbtInd>CREDIT"),
        "camt_value",
    ),
    "no status": (with_first("<Sts>BOOK</Sts>", ""), "camt_missing"),
    "an unknown status": (with_first("<Sts>BOOK</Sts>", "<Sts>BOKK</Sts>"), "camt_value"),
    "maybe a reversal": (with_first("<RvslInd>false", "<RvslInd>maybe"), "camt_value"),
    "the 30th of February": (with_first("<BookgDt><Dt>2026-03-02", "<BookgDt><Dt>2026-02-30"), "camt_date"),
    "the year 226": (with_first("<BookgDt><Dt>2026-03-02", "<BookgDt><Dt>0226-01-15"), "camt_date"),
    "a misspelt entry": (WHOLE.replace(b"Ntry>", b"Ntri>"), "camt_unknown_element"),
    "an entry in an entry": (with_first("<NtryDtls>", "<Ntry></Ntry><NtryDtls>"), "camt_unknown_element"),
    "an entry among the balances": (with_first("<Bal>", "<Bal><Ntry></Ntry>"), "camt_unknown_element"),
    "a statement in a statement": (with_first("<Bal>", "<Stmt></Stmt><Bal>"), "camt_unknown_element"),
    "an entry beside the statement": (with_first("<Stmt>", "<Ntry></Ntry><Stmt>"), "camt_unknown_element"),
    "a foreign element": (with_first("<Bal>", '<a xmlns="urn:x"/><Bal>'), "camt_unknown_element"),
    "no account": (re.sub(rb"<Acct>.*?</Acct>", b"", WHOLE), "camt_missing"),
    "two opening balances": (with_first("<Cd>CLBD", "<Cd>OPBD"), "camt_structure"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_and_does_not_hang(name: str) -> None:
    data, rule = HOSTILE[name]
    with ends():
        with pytest.raises(Refused) as refused:
            read(data)
        assert refused.value.findings[0].rule == rule
        assert f"finding.{rule}" in texts()
        assert read_or_refused(data, large=0) is None


def test_the_refusal_names_the_entry() -> None:
    data = WHOLE.replace(b'<Amt Ccy="EUR">2000.00', b'<Amt Ccy="EUR">2O00.00')
    with pytest.raises(Refused) as refused:
        read(data)
    (finding,) = refused.value.findings
    assert (finding.rule, finding.row, finding.where, finding.value) == (
        "camt_amount",
        3,
        "Ntry/Amt",
        "2O00.00",
    )


HARMLESS = {
    "a comment between elements": with_first("<Bal>", "<!-- made by a bank --><Bal>"),
    "an instruction between elements": with_first("<Bal>", "<?page 1?><Bal>"),
    "CDATA": with_first("Sampelström Rosa", "<![CDATA[Sampelström Rosa]]>"),
    "characters by number": with_first("120.50", "12&#48;.50"),
    "a byte order mark": b"\xef\xbb\xbf" + WHOLE,
    "Latin-1 that says so": WHOLE.decode().replace("UTF-8", "ISO-8859-1").encode("latin-1"),
    "blanks around values": with_first("120.50", "\n 120.50 \n"),
    "what the schema lets a bank add": with_first("</Stmt>", "<AddtlStmtInf>hej</AddtlStmtInf></Stmt>"),
    "XInclude in an element that is passed over": with_first(
        "</Acct>",
        '<Ownr><i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/hostname"/></Ownr></Acct>',
    ),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_odd_but_lawful_files_are_read_alike(name: str) -> None:
    assert read(HARMLESS[name]) == read(WHOLE)


# --- parts of files ---


@both
@pytest.mark.parametrize("large", [None, 0])
def test_a_part_of_a_file_yields_nothing(version: str, large: int | None) -> None:
    """Cut at every byte near the ends of entries, and at every seventh: always refused."""
    data = day_of_payments(version)
    end = len(data.rstrip())
    near = {
        found.end() + shift for found in re.finditer(rb"</Ntry>|</Ntfctn>", data) for shift in range(-8, 9)
    }
    for length in sorted({*range(0, end, 7), *near, end - 1} - {0}):
        if length < end:
            assert read_or_refused(data[:length], large) is None, length


# --- damage ---


def amounts(data: bytes, version: str) -> Iterator[int]:
    """The places of all digits of amounts that are used: the available balance is no part of any sum, and in
    version .08 a payment's amount stands in an element of its own before the details that repeat it.
    """
    passed_over = [data.index(b"CLAV")]
    if version == "08":
        passed_over += [found.start() for found in re.finditer(b"<TxAmt>", data)]
    for found in re.finditer(rb"<(?:Amt|TtlAmt|Sum)[^>]*>([0-9.]+)<", data):
        if not any(0 < found.start() - start < 50 for start in passed_over):
            yield from (at for at in range(found.start(1), found.end(1)) if data[at : at + 1] != b".")


@both
def test_no_changed_digit_of_an_amount_passes(version: str) -> None:
    data = working_day(version)
    places = list(amounts(data, version))
    assert len(places) > 80
    for at in places:
        digit = (data[at] - 48 + 3) % 10
        found = read_or_refused(data[:at] + str(digit).encode() + data[at + 1 :])
        assert found is None or has_errors(found), data[at - 30 : at + 10]


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A byte, a tag or an element changed, left out, doubled or exchanged."""
    changed = bytearray(data)
    at, other = chance.randrange(len(data)), chance.randrange(len(data))
    elements = [found.span() for found in re.finditer(rb"<([A-Za-z]+)(?: [^>]*)?>[^<]*</\1>", data)]
    one, two = chance.sample(elements, 2)
    match chance.randrange(8):
        case 0:
            changed[at] = chance.randrange(256)
        case 1:
            del changed[at]
        case 2:
            changed.insert(at, data[other])
        case 3:
            changed[at], changed[other] = data[other], data[at]
        case 4:
            del changed[one[0] : one[1]]
        case 5:
            changed[one[0] : one[0]] = data[two[0] : two[1]]
        case 6:
            changed[one[0] : one[1]] = data[two[0] : two[1]]
        case _:
            start, end = sorted((at, other))
            del changed[start : min(end, start + 200)]
    return bytes(changed)


@pytest.mark.parametrize("name", ["statement 02", "statement 08", "payments 02", "payments 08"])
def test_damaged_files_are_refused_or_hold_the_same_money(name: str) -> None:
    """500 files each, read whole and in pieces: no amount changes without an error, and pieces never say more."""
    kind, version = name.split()
    data = (working_day if kind == "statement" else day_of_payments)(version)
    chance = random.Random(f"damage {name}")
    whole = money(read(data))
    refused = passed = 0
    for _ in range(500):
        changed = damaged(data, chance)
        found = read_or_refused(changed)
        in_pieces = read_or_refused(changed, large=0)
        assert in_pieces is None or in_pieces == found
        if found is None:
            refused += 1
        elif not has_errors(found):
            passed += 1
            assert money(found) == whole, changed
    assert refused
    assert passed


# --- in pieces ---


def varied(version: str, count: int) -> bytes:
    """A statement of many entries of several shapes."""
    entries, total = [], 0
    for number in range(count):
        cents = 100 + number * 7 % 9001
        amount = f"{cents // 100}.{cents % 100:02d}"
        total += cents
        match number % 6:
            case 0:
                details = [payment(version, amount, reference="12344", payer=f"Payer {number}")]
            case 1:
                details = [payment(version, amount, message="Tom &amp; Åsa", payer="Åsa")]
            case 2:
                remittance = structured("12344", amount) + structured("12357", "0")
                details = [payment(version, amount, remittance=remittance)]
            case 3:
                details = [
                    payment(version, amount[:-3], payer="A"),
                    payment(version, "0" + amount[-3:], payer="B"),
                ]
            case 4:
                details = []
            case _:
                details = [payment(version, amount, remittance="<Ustrd>a</Ustrd><Ustrd>b</Ustrd>")]
        entries.append(entry(version, amount, *details, batch=batch("B") if number % 4 == 0 else ""))
    closing = f"{total // 100}.{total % 100:02d}"
    half = count // 2
    middle = sum(100 + number * 7 % 9001 for number in range(half))
    between = f"{middle // 100}.{middle % 100:02d}"
    first = part(version, *entries[:half], opening="0", closing=between, number=1)
    return document(
        version, first, part(version, *entries[half:], opening=between, closing=closing, number=2)
    )


@both
def test_a_large_file_is_read_in_pieces_and_says_the_same(version: str) -> None:
    data = varied(version, 600)
    whole = read(data)
    assert [found.findings for found in whole] == [(), ()]
    assert read(data, large=0) == whole


@both
def test_a_large_entry_is_cut_at_its_payments_and_says_the_same(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    details = [payment(version, "1.25", reference="12344", payer=f"P {number}") for number in range(800)]
    large = entry(version, "1000.00", *details, batch=batch("B-1", 800, "1000.00"))
    small = entry(version, "2.00", payment(version, "2.00", payer="A"))
    data = document(version, part(version, small, large, small, opening="0", closing="1004.00"))
    whole = read(data)
    assert (whole[0].count, whole[0].findings) == (802, ())
    monkeypatch.setattr(source, "_LARGE_ENTRY", 10_000)
    assert read(data, large=0) == whole


PIECES = {
    "a comment": with_first("<Bal>", "<!-- x --><Bal>"),
    "CDATA": with_first("Sampelström Rosa", "<![CDATA[Sampelström Rosa]]>"),
    "an attribute on an entry": with_first("<Ntry>", '<Ntry a="b">'),
    "a blank in an end tag": with_first("</Ntry>", "</Ntry >"),
    "an empty entry": with_first("<Ntry>", "<Ntry/><Ntry>"),
}


@pytest.mark.parametrize("name", PIECES)
def test_a_large_file_that_cannot_be_cut_safely_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        read(PIECES[name], large=0)
    assert refused.value.findings[0].rule in ("camt_large_form", "xml_not_well_formed")


def test_a_payment_in_the_wrong_place_of_a_large_entry_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    details = [payment("02", "1.00") for _ in range(10)]
    good = entry("02", "10.00", *details)
    wrong = good.replace("</NtryDtls>", "", 1).replace("<TxDtls>", "</NtryDtls><TxDtls>", 1)
    monkeypatch.setattr(source, "_LARGE_ENTRY", 100)
    with pytest.raises(Refused) as refused:
        read(document("02", part("02", wrong)), large=0)
    assert refused.value.findings[0].rule == "camt_large_form"


def test_an_entry_that_never_ends_is_refused_and_does_not_hang() -> None:
    with ends():
        for unit in (b"<Ntry>", b"</Ntry>", b"<Ntry></Ntry>", b"<TxDtls>"):
            data = WHOLE[: WHOLE.index(b"<Ntry>")] + unit * (6_000_000 // len(unit))
            assert read_or_refused(data) is None
