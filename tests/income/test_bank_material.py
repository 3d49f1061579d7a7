"""Bank material taken in: one payment however many sources tell of it, the same books in any order (OC 4.1-b)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count, permutations
from typing import Any

import pytest
from bank_tables import (
    BANK,
    IN_TRANSIT,
    UNALLOCATED,
    UNEXPLAINED,
    File,
    account,
    ask,
    balances,
    books,
    files,
    payments,
    ref,
    take_in,
    told,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cast import AT, DAY, inside, person, unit
from reskontra.bank.chain import chain_gaps
from reskontra.bank.models import Line, Material, Payment
from reskontra.documents.findings import Finding, Refused
from reskontra.exchange.inbox import receive
from reskontra.exchange.messages import message
from reskontra.income.bank_material.chain import assertions_that_fail, in_transit
from reskontra.income.bank_material.intake import BankAnswer, take_in_bank_material
from reskontra.income.bank_material.rules import decide_lines
from reskontra.ledger.models import Assertion, ClosedPeriod
from reskontra.registers.models import Unit

pytestmark = pytest.mark.usefixtures("database")

MARCH_2 = date(2026, 3, 2)


def euro(**amounts: str) -> dict[str, Decimal]:
    names = {"bank": BANK, "in_transit": IN_TRANSIT, "unallocated": UNALLOCATED, "unexplained": UNEXPLAINED}
    return {names[name]: Decimal(amount) for name, amount in amounts.items()}


def rules(answer: BankAnswer) -> list[str]:
    return [finding.rule for finding in answer.findings]


# --- what a line is ---------------------------------------------------------------------------------------------------


def test_a_statement_posts_every_booked_line_of_its_account() -> None:
    """OC 4.1-b: payments are to be allocated, sums wait for their list, all else waits for an explanation."""
    where = unit()
    table = """
    file S camt.053 2026-03-02 opening 1000.00
      120.50 R1 id=2603029999A00001 by=Aino
      2000.00 sum
      -20.00 back
      -250.00 R9
      -3.10
      75.25 pending
    """
    (answer,) = take_in(where, *files(where, table).values())
    assert answer.outcomes == {
        "NEW_PAYMENT": (2, Decimal("100.50")),
        "SUM_OF_PAYMENTS": (1, Decimal("2000.00")),
        "OTHER_MOVEMENT": (2, Decimal("-253.10")),
        "NOT_BOOKED": (1, Decimal("75.25")),
    }
    assert balances(where) == euro(
        bank="1847.40", in_transit="-2000.00", unallocated="-100.50", unexplained="253.10"
    )
    assert {outcome for outcome, _ in answer.outcomes.items()} | {"KNOWN_PAYMENT"} == {
        case.outcome.name for case in decide_lines().cases
    }


def test_on_an_expenditure_account_every_line_waits_for_an_explanation() -> None:
    """OC 4.1-b: what moves there is expenditure's to explain (EX 10)."""
    where = unit()
    table = """
    file S camt.053 2026-03-02 on expenditure
      500.00
      -120.00 R1
      90.00 sum
    """
    (answer,) = take_in(where, *files(where, table).values())
    assert answer.outcomes == {"OTHER_MOVEMENT": (3, Decimal("470.00"))}
    assert balances(where) == euro(bank="470.00", unexplained="-470.00")
    assert payments(where) == []


def test_a_list_posts_its_payments_and_nothing_else() -> None:
    where = unit()
    table = """
    file N camt.054 2026-03-02
      100.00 R1
      500.00 sum
      -30.00
      40.00 pending
    file K ktl 2026-03-02
      60.00 R2
      25.00 R3 failed
    """
    take_in(where, *files(where, table).values())
    assert balances(where) == euro(in_transit="160.00", unallocated="-160.00")
    kinds = ask(where, "SELECT source, kind FROM bank_line WHERE unit_id = %(unit)s ORDER BY 1, 2")
    assert kinds == [
        ("camt.054", "other"),
        ("camt.054", "payment"),
        ("camt.054", "pending"),
        ("camt.054", "sum"),
        ("ktl", "failed"),
        ("ktl", "payment"),
    ]


def test_money_and_money_taken_back_on_one_day_are_both_posted() -> None:
    where = unit()
    table = """
    file S camt.053 2026-03-02
      100.00 R1
      -100.00 R1 back
    """
    take_in(where, *files(where, table).values())
    assert balances(where) == {}
    entries = ask(where, "SELECT account, amount FROM ledger_entry WHERE unit_id = %(unit)s ORDER BY 1, 2")
    assert (
        entries.count((UNALLOCATED, Decimal("100.00")))
        == entries.count((UNALLOCATED, Decimal("-100.00")))
        == 1
    )
    assert [row[1] for row in payments(where)] == [Decimal("-100.00"), Decimal("100.00")]


# --- one payment, several sources -------------------------------------------------------------------------------------

THREE_SOURCES = """
file K ktl 2026-03-02
  120.50 R1 id=2603029999A00001 by=Sampelström
  96.40 R2 id=2603029999A00002
  96.40 R2 id=2603029999A00003
  -39.55 R4 id=2603029999A00004 back
file N camt.054 2026-03-02
  120.50 R1 id=2603029999A00001XY by=SampelströmRosa
  96.40 R2 id=2603029999A00002
  96.40 R2 id=2603029999A00003
  -39.55 R4 back
  70.00 message=utan id=2603029999A00009
file S camt.053 2026-03-02 opening 10.00 number 61
  120.50 R1 by=Sampelström
  153.25 sum
  70.00 message=utan id=2603029999A00009
  -3.10
file T camt.053 2026-03-03 opening 350.65 number 62
  11.00 R7
"""


@pytest.mark.parametrize("order", list(permutations("KNST")), ids="".join)
def test_the_same_files_in_any_order_give_the_same_books(order: tuple[str, ...]) -> None:
    """OC 4.1-b, P15: five payments on the first day, one on the second, whatever source came first."""
    where = unit()
    made = files(where, THREE_SOURCES)
    take_in(where, *(made[name] for name in order))
    assert balances(where) == euro(bank="351.65", unallocated="-354.75", unexplained="3.10")
    reference = [(MARCH_2, Decimal("-39.55"), ref("R4"), 1), (MARCH_2, Decimal("70.00"), "", 1)]
    assert payments(where)[:2] == reference
    assert sum(row[3] for row in payments(where)) == 6
    with inside(where):
        assert chain_gaps(where) == []
        assert in_transit(where) == []


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("a", "a", 1),  # both give the same id
        ("a", "-", 1),  # one gives none
        ("-", "-", 1),
        ("a", "b", 2),  # ids that differ are two payments
        ("aa", "aa", 2),  # two real payments of equal looks stay two, also under one id
        ("--", "-", 2),
        ("--", "--", 2),
        ("ab", "ba", 2),
        ("ab", "a-", 2),
        ("a-", "-b", 2),  # each without an id may be the other's
        ("ab", "bc", 3),
        ("aa", "a", 2),
        ("a", "A", 1),  # the list's sixteen characters are the beginning of a longer id
        ("ab", "AB", 2),
        ("a", "bb", 3),
        ("a", "E", 1),  # or its end: the list leaves out the century
        ("ab", "EF", 2),
        ("b", "E", 2),
        ("A", "E", 2),  # both hold the short one, and are two
        ("a", "AE", 2),  # it is one of them
        ("aaa", "AE", 3),
        ("ab", "AE", 3),
        ("A", "G", 2),  # alike in the first sixteen characters only
        ("x", "X", 1),
        ("s", "a", 2),  # the end of it by chance: too short to have been cut
    ],
)
def test_archive_ids_tell_look_alikes_apart(first: str, second: str, expected: int) -> None:
    """ADR 0017: as many as one source tells of, and at least one for each archive id; either file may be first."""
    ids = {"a": "2603029999A00001", "b": "2603029999A00002", "c": "2603029999A00003", "-": ""}
    ids |= {"A": ids["a"] + "0042", "B": ids["b"] + "0042", "E": "20" + ids["a"], "F": "20" + ids["b"]}
    ids |= {"G": ids["a"] + "0043", "x": "05042588WWRV0212", "X": "202605042588WWRV0212", "s": "A00001"}

    def rows(marks: str) -> str:
        return "\n".join(f"100.00 R1 {f'id={ids[mark]}' if ids[mark] else ''}" for mark in marks)

    table = f"file K ktl 2026-03-02\n{rows(first)}\nfile N camt.054 2026-03-02\n{rows(second)}"
    found = []
    for where, order in ((unit(), "KN"), (unit("4220"), "NK")):
        made = files(where, table)
        *_, last = take_in(where, *(made[name] for name in order))
        found.append(payments(where)[0][3])
        differing = expected > max(len(first), len(second))
        assert ("bank_archive_ids_differ" in rules(last)) == differing
    assert found == [expected, expected]


@pytest.mark.parametrize("order", ["KNS", "SNK", "NSK", "KSN"])
def test_an_id_cut_at_its_front_tells_of_one_payment_in_three_sources(order: str) -> None:
    """ADR 0017: the list has MMDD and the number, a notification the whole day, the statement what it likes of it."""
    where = unit()
    table = """
    file K ktl 2026-05-04
      102.00 R1 id=05042588WWRV0212
    file N camt.054 2026-05-04
      102.00 R1 id=202605042588WWRV0212
    file S camt.053 2026-05-04
      102.00 R1 id=2605042588wwrv0212
    """
    made = files(where, table)
    answers = take_in(where, *(made[name] for name in order), on=date(2026, 5, 4))
    assert payments(where) == [(date(2026, 5, 4), Decimal("102.00"), ref("R1"), 1)]
    assert not {"bank_archive_ids_differ"} & {rule for one in answers for rule in rules(one)}


def test_lines_that_agree_in_their_archive_id_meet() -> None:
    """OC 4.1-b: who came first in the file does not matter where the bank says which is which."""
    where = unit()
    table = """
    file K ktl 2026-03-02
      100.00 R1 id=2603029999A00001
      100.00 R1 id=2603029999A00002
    file S camt.053 2026-03-02
      100.00 R1 id=2603029999A00002
      100.00 R1 id=2603029999A000010042
    """
    take_in(where, *files(where, table).values())
    assert {(line, payment) for _, source, line, payment in told(where) if source == "camt.053"} == {
        ("2603029999A00002", "2603029999A00002"),
        ("2603029999A000010042", "2603029999A00001"),
    }


def test_payments_without_any_id_meet_by_the_payers_name() -> None:
    where = unit()
    table = """
    file N camt.054 2026-03-02
      100.00 by=AlfaAb
      100.00 by=BetaOy
    file S camt.053 2026-03-02
      100.00 by=BetaOy
      100.00 by=AlfaAb
    """
    take_in(where, *files(where, table).values())
    pairs = ask(where, "SELECT l.counterparty, p.payer FROM bank_line l JOIN bank_payment p ON p.id = l.payment_id"
                " WHERE l.unit_id = %(unit)s AND l.source = 'camt.053' ORDER BY 1")  # fmt: skip
    assert pairs == [("AlfaAb", "AlfaAb"), ("BetaOy", "BetaOy")]


def test_a_wrong_reference_is_the_same_wrong_reference_in_every_source() -> None:
    """OC 4.1-c: a list drops the zeros before it, a statement may keep them."""
    where = unit()
    wrong = ref("X1")
    made = files(where, "file K ktl 2026-03-02\n100.00 X1\nfile S camt.053 2026-03-02\n100.00 X1")
    statement = made["S"].documents[0]
    (entry,) = statement.entries
    padded = replace(statement, entries=(replace(entry, reference="0000 " + wrong),))
    take_in(where, made["K"], File("S", (padded,)))
    assert payments(where) == [(MARCH_2, Decimal("100.00"), wrong, 1)]
    with inside(where):
        assert not Payment.objects.get(unit=where).reference_holds


def test_a_payment_keeps_everything_that_its_sources_said() -> None:
    where = unit()
    table = """
    file K ktl 2026-03-02
      100.00 R1 id=2603029999A00001 by=Sampelström
    file S camt.053 2026-03-02
      100.00 R1 id=2603029999A00001 by=SampelströmRosa from=FI8799999900000025 message=kiitos
    """
    take_in(where, *files(where, table).values())
    with inside(where):
        payment = Payment.objects.get(unit=where)
        assert (payment.payer, payment.payer_account, payment.reference_holds) == ("Sampelström", "", True)
        line = Line.objects.get(unit=where, source="camt.053")
        assert (line.counterparty, line.counterparty_account, line.message, line.payment_id) == (
            "SampelströmRosa", "FI8799999900000025", "kiitos", payment.pk,
        )  # fmt: skip


# Lines that look alike or nearly so: few days, amounts, references and ids, so that sources meet often.
LINES = st.lists(
    st.tuples(
        st.sampled_from(["100.00", "-100.00 back", "50.00"]), st.sampled_from(["R1", "R2", ""]),
        st.sampled_from([
            "", "id=2603029999A00001", "id=2603029999A00002", "id=2603029999A00001XY", "id=202603029999A00001",
        ]),
    ),
    min_size=1, max_size=5,
)  # fmt: skip
SOURCES = st.lists(st.tuples(st.sampled_from(["ktl", "camt.054", "camt.053"]), LINES), min_size=2, max_size=4)
Told = list[tuple[str, list[tuple[str, str, str]]]]
_examples = count()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(told_by=SOURCES, data=st.data())
def test_any_files_in_any_order_give_the_same_payments_and_each_source_tells_of_each_once(
    told_by: Told, data: st.DataObject
) -> None:
    """P15: payments of one day, taken in twice in different orders on days of their own."""
    order = data.draw(st.permutations(range(len(told_by))))
    seen = []
    for places in (range(len(told_by)), order):
        where, day = unit(), date(2011, 1, 1) + timedelta(days=next(_examples))
        table = "\n".join(
            f"file F{day:%y%m%d}n{place} {source} {day} number {place + 1} named I{day:%y%m%d}n{place}"
            f" opening {place}.00\n" + "\n".join(" ".join(words) for words in rows)
            for place, (source, rows) in enumerate(told_by)
        )
        made = list(files(where, table).values())
        take_in(where, *(made[place] for place in places))
        seen.append(
            ask(where, "SELECT amount, reference, count(*) FROM bank_payment WHERE unit_id = %(unit)s"
                " AND booking_date = %(day)s GROUP BY 1, 2 ORDER BY 1, 2", day=day)
        )  # fmt: skip
    assert seen[0] == seen[1]
    assert [tuple(row) for row in seen[0]] == _counted(told_by)


def _counted(told_by: Told) -> list[tuple[Decimal, str, int]]:
    """ADR 0017 in plain words: the busiest source, or one for each archive id as often as a source repeats it."""
    groups: dict[tuple[Decimal, str], list[tuple[str, str]]] = {}
    for source, rows in told_by:
        for amount, reference, archive_id in rows:
            key = Decimal(amount.split()[0]), ref(reference) if reference else ""
            groups.setdefault(key, []).append((source, archive_id[3:]))
    return sorted(
        (amount, reference, max(_busiest(lines), _of_ids(lines)))
        for (amount, reference), lines in groups.items()
    )


_CUT = "2603029999A00001"


def _busiest(lines: list[tuple[str, str]], *ids: str) -> int:
    """The most lines of one source, of these ids or of all."""
    sources = {source for source, _ in lines}
    return max(sum(1 for one, id in lines if one == source and (not ids or id in ids)) for source in sources)


def _of_ids(lines: list[tuple[str, str]]) -> int:
    ids = {archive_id for _, archive_id in lines if archive_id}
    family = {one for one in ids if _CUT in one}
    wholes = family - {_CUT} or family
    if len(wholes) == 1:  # the short id is that one, cut
        needed = _busiest(lines, *family)
    else:  # it may be either
        needed = max(sum(_busiest(lines, one) for one in wholes), _busiest(lines, *family) if family else 0)
    return needed + sum(_busiest(lines, one) for one in ids - family)


def test_what_is_booked_after_the_day_on_which_the_file_came_in_is_told() -> None:
    """OC 4.1-b: the day itself is in order, the day after it is not."""
    where = unit()
    made = files(
        where, "file A ktl 2026-03-16\n100.00 R1\nfile B ktl 2026-03-17\n100.00 R2\n50.00 R3 day=2027-01-06"
    )
    first, second = take_in(where, *made.values())
    assert "bank_booked_later" not in rules(first)
    (told,) = (one for one in second.findings if one.rule == "bank_booked_later")
    assert (told.detail["count"], told.detail["last"], told.detail["day"]) == (
        "2",
        "2027-01-06",
        "2026-03-16",
    )


def test_what_a_source_repeats_in_a_later_file_is_told() -> None:
    """OC 4.1-b, E13: an archive id is a hint: the payment goes in, and somebody is asked to look."""
    where = unit()
    made = files(
        where, "file A camt.054 2026-03-02\n100.00 R1 id=X\nfile B camt.054 2026-03-02\n100.00 R1 id=X"
    )
    first, second = take_in(where, *made.values())
    assert rules(first) == []
    assert rules(second) == ["bank_told_again"]
    assert second.findings[0].detail == {"count": "1", "sum": "100.00"}


# --- what keeps a file out --------------------------------------------------------------------------------------------


def everything(where: Unit) -> Mapping[str, Any]:
    return {**books(where), "material": ask(where, "SELECT count(*) FROM bank_material WHERE unit_id = %(unit)s"),
            "runs": ask(where, "SELECT count(*) FROM runs_run WHERE unit_id = %(unit)s AND name = 'bank'")}  # fmt: skip


def refused(where: Unit, file: File, **more: Any) -> tuple[Finding, ...]:
    """The findings that refuse the file; nothing of it is there afterwards."""

    before = everything(where)
    with pytest.raises(Refused) as caught:
        take_in(where, file, **more)
    assert everything(where) == before
    return caught.value.findings


def test_the_same_file_twice_changes_nothing_and_says_when_it_came() -> None:
    where = unit()
    made = files(where, THREE_SOURCES)
    take_in(where, made["K"])
    before = everything(where)
    (answer,) = take_in(where, made["K"])
    assert everything(where) == before
    assert rules(answer) == ["file_known"]
    told_again = answer.as_json("sv")
    assert (told_again["accepted"], told_again["duplicates"], told_again["before"][:10]) == (
        0,
        4,
        AT.isoformat()[:10],
    )


@pytest.mark.parametrize("name", ["K", "N", "S"])
def test_the_same_material_in_other_bytes_is_refused_and_both_are_shown(name: str) -> None:
    """D17: nothing is stored, and the finding says when the first came and how they differ."""
    where = unit()
    made = files(where, THREE_SOURCES)
    take_in(where, made[name])
    (finding,) = refused(where, made[name], data=b"other bytes")
    assert finding.rule == "bank_material_known_otherwise"
    assert finding.detail["file"] == f"{name}.xml"
    assert finding.detail["first"] == finding.detail["second"]
    changed = files(where, THREE_SOURCES.replace("120.50", "130.50"))
    (finding,) = refused(where, changed[name])
    assert finding.detail["first"] != finding.detail["second"]


@pytest.mark.parametrize(
    ("first", "second", "overlaps"),
    [
        ("2026-03-02 number 1", "2026-03-02 number 2 opening 100.00", False),  # two of one day
        ("2026-03-02 number 1", "2026-03-02 number 1", True),  # one under another name
        ("2026-03-01 to 2026-03-31", "2026-03-15 number 15", True),
        ("2026-03-15 number 15", "2026-03-01 to 2026-03-31", True),
        ("2026-03-01 to 2026-03-15", "2026-03-10 to 2026-03-20", True),
        ("2026-03-01 to 2026-03-15", "2026-03-15 to 2026-03-31 opening 100.00", False),  # a border day
        ("2026-03-01 to 2026-03-15", "2026-03-15 number 9 opening 100.00", False),
        ("2026-03-01 to 2026-03-15", "2026-03-16 opening 100.00", False),
    ],
)
def test_a_statement_of_days_that_another_tells_of_is_refused(
    first: str, second: str, overlaps: bool
) -> None:
    """OC 4.1-b, D17: a month's statement after the statements of its days would book them twice."""
    where = unit()
    made = files(where, f"file A camt.053 {first}\n100.00 R1\nfile B camt.053 {second}\n100.00 R1")
    take_in(where, made["A"])
    if overlaps:
        assert [finding.rule for finding in refused(where, made["B"])] == ["bank_statement_overlaps"]
    else:
        take_in(where, made["B"])
    both = File("both", (*made["A"].documents, *made["B"].documents))
    other = unit("4220")
    at_home = File("both", tuple(_moved(one, other) for one in both.documents))
    if overlaps:
        assert [finding.rule for finding in refused(other, at_home)] == ["bank_material_twice_in_file"]
    else:
        take_in(other, at_home)


def _moved(document: Any, where: Unit) -> Any:

    return replace(document, account=account(where))


def test_an_account_that_is_not_the_units_is_named_with_its_owner() -> None:
    """D17, P34: the owner is named to those only who may see that unit."""
    where, other = unit(), unit("4220")
    strange = files(other, "file S camt.053 2026-03-02\n100.00 R1")["S"]
    (finding,) = refused(where, strange)
    assert (finding.rule, finding.detail["units"]) == ("bank_account_of_another_unit", "4220")
    assert finding.value == f"{strange.documents[0].account[:4]}…{strange.documents[0].account[-4:]}"

    with inside(where, "kirsi") as acting, pytest.raises(Refused) as caught:
        take_in_bank_material(acting, receive(acting, b"x", "x", "import"), strange.documents, DAY)
    assert [one.rule for one in caught.value.findings] == ["bank_account_unknown"]


def test_what_the_reader_found_wrong_refuses_and_what_it_noted_is_kept() -> None:
    """OC 4.1-b: totals that disagree refuse; a wrong reference is told and goes in."""

    where = unit()
    (document,) = files(where, "file S camt.053 2026-03-02\n100.00 R1")["S"].documents
    noted = Finding("bank_reference_wrong", "warning", "OC 4.1-b", 1, value="X")
    wrong = Finding("bank_summary_differs", "error", "OC 4.1-b", value="2")
    found = refused(where, File("S", (replace(document, findings=(noted, wrong)),)))
    assert [finding.rule for finding in found] == ["bank_reference_wrong", "bank_summary_differs"]
    (answer,) = take_in(where, File("S", (replace(document, findings=(noted,)),)))
    assert answer.findings == [noted]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"currency": "USD"}, "bank_account_not_in_euro"),
        ({"amount": Decimal(10) ** 13}, "bank_amount_too_large"),
    ],
)
def test_what_the_books_cannot_hold_is_refused(changes: dict[str, Any], rule: str) -> None:

    where = unit()
    (document,) = files(where, "file K ktl 2026-03-02\n100.00 R1")["K"].documents
    if "amount" in changes:
        changes = {"entries": (replace(document.entries[0], **changes),)}
    assert [finding.rule for finding in refused(where, File("K", (replace(document, **changes),)))] == [rule]


def test_what_the_bank_calls_a_copy_is_told_and_not_stored() -> None:
    where = unit()
    table = "file S camt.053 2026-03-02 number 1 named A {}\n100.00 R1"
    original = files(where, table.format(""))["S"]
    copied = files(where, table.format("copy"))["S"]
    (answer,) = take_in(where, copied)
    assert (rules(answer), answer.count("returned"), answer.count("accepted")) == (
        ["bank_copy_not_stored"],
        1,
        0,
    )
    take_in(where, original)
    before = everything(where)
    (answer,) = take_in(where, copied, data=b"again")
    assert (rules(answer), answer.count("duplicate")) == (["bank_copy_of_known"], 1)
    assert everything(where) == before


def test_batches_of_one_minute_are_two_unless_one_repeats_the_other() -> None:
    """D17: a batch of the national list has no number; the same bytes in another place are the same batch."""
    where = unit()
    made = files(where, "file K ktl 2026-03-02\n100.00 R1\nfile L ktl 2026-03-02 named K\n50.00 R2")
    (first,), (second,) = made["K"].documents, made["L"].documents
    found = refused(where, File("twice", (first, first)))
    assert [finding.rule for finding in found] == ["bank_material_twice_in_file"]
    take_in(where, File("both", (first, second)))
    identities = ask(where, "SELECT identity FROM bank_material WHERE unit_id = %(unit)s ORDER BY position")
    assert identities == [("2026-03-02 0501 99 K",), ("2026-03-02 0501 99 K #2",)]
    found = refused(where, File("again", (first,)))
    assert [finding.rule for finding in found] == ["bank_material_known_otherwise"]


def test_a_file_of_too_many_statements_is_refused_before_any_of_them_is_compared() -> None:
    """P20"""
    where = unit()
    (document,) = files(where, "file K ktl 2026-03-02\n100.00 R1")["K"].documents
    found = refused(where, File("many", (document,) * 2001), data=b"many")
    assert [finding.rule for finding in found] == ["bank_too_many_materials"]


def test_a_batch_without_payments_is_nothing_to_store() -> None:

    where = unit()
    (document,) = files(where, "file K ktl 2026-03-02\n100.00 R1")["K"].documents
    (answer,) = take_in(where, File("K", (replace(document, entries=(), account=""),)))
    assert rules(answer) == ["bank_list_empty"]


# --- periods, chain and balances --------------------------------------------------------------------------------------


def test_what_belongs_to_a_closed_month_is_posted_on_the_day_of_the_run() -> None:
    """OC P-a: the month takes no more vouchers, and somebody is told."""
    where = unit()
    with inside(where):
        ClosedPeriod.objects.create(
            unit=where, month=date(2026, 2, 1), closed_by=person("cecilia"), closed_at=AT
        )
    table = """
    file S camt.053 2026-02-27 to 2026-03-02
      100.00 R1 day=2026-02-27
      50.00 R2 day=2026-03-02
    """
    (answer,) = take_in(where, *files(where, table).values())
    assert rules(answer) == ["bank_period_closed"]
    assert answer.findings[0].detail == {"count": "1", "first": "2026-02-27", "day": DAY.isoformat()}
    vouchers = ask(where, "SELECT kind, year, number, posting_date FROM ledger_voucher WHERE unit_id = %(unit)s"
                   " ORDER BY number")  # fmt: skip
    assert vouchers == [("BK", 2026, 1, DAY), ("BK", 2026, 2, MARCH_2)]
    assert [row[0] for row in payments(where)] == [date(2026, 2, 27), MARCH_2]


def test_vouchers_are_numbered_by_year_one_for_each_booking_day() -> None:
    """OC 4.1-b"""
    where = unit()
    table = """
    file S camt.053 2025-12-31 to 2026-01-02
      1.00 R1 day=2025-12-31
      2.00 R2 day=2026-01-02
      3.00 R3 day=2026-01-02
      4.00 R4 day=2026-01-01
    """
    take_in(where, *files(where, table).values())
    vouchers = ask(
        where, "SELECT year, number, posting_date FROM ledger_voucher WHERE unit_id = %(unit)s ORDER BY 1, 2"
    )
    assert vouchers == [
        (2025, 1, date(2025, 12, 31)),
        (2026, 1, date(2026, 1, 1)),
        (2026, 2, date(2026, 1, 2)),
    ]


CHAIN = """
file A camt.053 2026-03-02 opening 0.00 number 61
  100.00 R1
file B camt.053 2026-03-03 opening 100.00 number 62
  50.00 R2
file C camt.053 2026-03-04 opening 150.00 number 63
  25.00 R3
file D camt.053 2027-01-04 opening 175.00 number 1
  25.00 R4
"""


def test_a_gap_in_the_chain_is_told_until_the_missing_statement_comes() -> None:
    """OC 4.1-b, I9: files come in any order; a gap refuses nobody."""
    where = unit()
    made = files(where, CHAIN)
    _, answer = take_in(where, made["A"], made["C"])
    assert rules(answer) == ["statement_chain_broken"]
    assert all("4.3.2026" in message(answer.findings[0], language) for language in ("sv", "fi"))
    assert "2 Mar 2026" in message(answer.findings[0], "en")
    assert (answer.findings[0].detail["closing"], answer.findings[0].detail["opening"]) == (
        "100.00",
        "150.00",
    )
    last, _ = take_in(where, made["B"], made["D"])
    assert rules(last) == []
    with inside(where):
        assert chain_gaps(where) == []


def test_a_missing_number_is_told_also_where_the_balances_agree() -> None:
    where = unit()
    made = files(where, CHAIN.replace("opening 150.00 number 63", "opening 150.00 number 64"))
    *_, answer = take_in(where, made["A"], made["B"], made["C"])
    assert rules(answer) == ["statement_missing"]
    assert answer.findings[0].detail["before"] == "62"


def test_the_closing_balance_is_asserted_and_the_books_are_compared_with_it() -> None:
    """I9: a dated assertion on the ledger; what was there before the first statement is the difference."""
    where = unit()
    made = files(where, CHAIN)
    take_in(where, made["C"], made["A"])
    with inside(where):
        stated = list(
            Assertion.objects.filter(unit=where).order_by("day").values_list("account", "day", "amount")
        )
        failing = assertions_that_fail(where)
    assert stated == [
        (BANK, MARCH_2, Decimal("100.00")),
        (BANK, date(2026, 3, 4), Decimal("175.00")),
    ]
    assert [(one["day"], one["stated"], one["books"], one["difference"]) for one in failing] == [
        (date(2026, 3, 4), Decimal("175.00"), Decimal("125.00"), Decimal("50.00"))
    ]
    take_in(where, made["B"])
    with inside(where):
        assert assertions_that_fail(where) == []


def test_what_statement_and_list_tell_differently_stays_in_transit() -> None:
    """OC 4.1-b: the sum of the statement against the payments of the list, day by day."""
    where = unit()
    made = files(where, "file S camt.053 2026-03-02\n300.00 sum\nfile K ktl 2026-03-02\n100.00 R1\n150.00 R2")
    take_in(where, *made.values())
    with inside(where):
        (difference,) = in_transit(where)
    assert (difference["day"], difference["statement"], difference["lists"], difference["difference"]) == (
        MARCH_2, Decimal("300.00"), Decimal("250.00"), Decimal("50.00"),
    )  # fmt: skip
    assert balances(where)[IN_TRANSIT] == Decimal("-50.00")


def test_the_controls_compare_the_file_with_what_was_stored() -> None:
    """OC 4.1-b: count and sum of each material, and of payments and postings."""
    where = unit()
    made = files(where, THREE_SOURCES)
    _, answer = take_in(where, made["K"], made["S"])
    assert answer.result is not None
    controls = {control.name: control.actual for control in answer.result.controls}
    assert controls == {
        "camt.053 1: lines of the file = lines stored": "4 340.65",
        "payment lines = payments new and known": "2",
        "payment lines = payments new and known, sum": "190.50",
        "new payments = posted to be allocated": "70.00",
        "statement lines = posted to the accounts": "340.65",
    }
    with inside(where):
        kept = Material.objects.get(unit=where, source="camt.053")
        assert (kept.lines, kept.total, kept.opening, kept.closing) == (
            4, Decimal("340.65"), Decimal("10.00"), Decimal("350.65"),
        )  # fmt: skip
