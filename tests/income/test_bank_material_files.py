"""Real bytes by the import command: all formats, hostile and cut files, the process killed, two at once (OC 4.1-b)."""

import json
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bank_tables import account, ask, balances, payments
from django.db import connections

from cast import FOREST, HARBOUR, inside, unit
from faults.child import Death
from faults.forked import killable
from formats.camt import bank_cast as bank
from formats.ktl import ktl_cast as ktl
from reskontra.database import server
from reskontra.documents.findings import Refused
from reskontra.exchange.inbox import receive
from reskontra.exchange.reading import read_documents
from reskontra.income.bank_material.intake import take_in_bank_material
from reskontra.insight.invariants import broken
from reskontra.registers.models import Unit

Command = Callable[..., tuple[int, Any]]
DAY = ("--on", "2026-03-16")


def in_the_units_name(where: Unit, data: bytes) -> bytes:
    """The invented material of the format tests, about the unit's own account."""
    own = account(where)
    return data.replace(bank.IBAN.encode(), own.encode()).replace(ktl.ACCOUNT.encode(), own[4:].encode())


def statement(where: Unit, version: str = "08") -> bytes:
    return in_the_units_name(where, bank.working_day(version))


def notification(where: Unit, version: str = "02") -> bytes:
    return in_the_units_name(where, bank.day_of_payments(version))


def reference_list(where: Unit) -> bytes:
    return in_the_units_name(where, (bank.KTL_GOLDEN / "payments.ktl").read_bytes())


def written(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def test_every_format_comes_in_by_the_same_command(command: Command, tmp_path: Path) -> None:
    """OC 4.1-b: a statement, a notification and a list about one account; each tells what it read and what became."""
    where = unit()
    here = ("--unit", HARBOUR, *DAY)
    code, told = command("import", written(tmp_path, "day.xml", statement(where)), *here)
    assert (code, told["kind"], told["read"], told["accepted"]) == (0, "bank_material", 7, 7)
    assert told["totals"] | {"vouchers": 1} == {
        "total": "2147.40", "new_payments": 4, "new_payments_total": "400.50", "known_payments": 0,
        "known_payments_total": "0.00", "vouchers": 1,
    }  # fmt: skip
    code, told = command("import", written(tmp_path, "payments.xml", notification(where)), *here)
    assert (code, told["totals"]["new_payments"], told["totals"]["known_payments"]) == (0, 3, 1)
    code, told = command("import", written(tmp_path, "payments.ktl", reference_list(where)), *here)
    assert (code, told["totals"]["new_payments"], told["totals"]["known_payments"]) == (0, 0, 4)
    assert {one["state"] for one in told["materials"]} == {"stored"}
    code, told = command("import", written(tmp_path, "again.ktl", reference_list(where)), *here)
    assert (code, told["accepted"], told["duplicates"], told["reasons"][0]["rule"]) == (0, 0, 4, "file_known")
    code, told = command("import", written(tmp_path, "old.xml", statement(where, "02")), *here)
    assert (code, told["reasons"][0]["rule"]) == (2, "bank_material_known_otherwise")
    assert broken([where.pk]) == []


def test_the_bank_command_lists_accounts_gaps_and_differences(command: Command, tmp_path: Path) -> None:
    """OC 4.1-b: what is left to explain; exit 1 as long as there is something."""
    where = unit()
    here = ("--unit", HARBOUR, *DAY)
    code, told = command("bank", *here)
    assert (code, told["gaps"], told["in_transit"], told["assertions"]) == (0, [], [], [])
    assert [one["iban"] for one in told["accounts"]] == [account(where), account(where, "expenditure")]
    assert command("bank", *here, text=True)[0] == 0
    command("import", written(tmp_path, "day.xml", statement(where)), *here)
    code, told = command("bank", *here)
    assert code == 1
    assert told["accounts"][0]["latest_day"] == bank.DAY
    assert (told["in_transit"][0]["day"], told["in_transit"][0]["difference"]) == (bank.DAY, "2000.00")
    assert told["assertions"][0]["difference"] == "1000.00"  # what was there before the first statement
    code, shown = command("bank", *here, "--lang", "sv", text=True)
    assert code == 1
    assert "Bokföringen visar inte bankens saldo" in shown


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_the_answer_is_told_in_three_languages(command: Command, tmp_path: Path, language: str) -> None:
    where = unit()
    file = written(tmp_path, "day.xml", statement(where))
    code, shown = command("import", file, "--unit", HARBOUR, *DAY, "--lang", language, text=True)
    assert code == 0
    assert {"sv": "bankmaterial", "fi": "pankkiaineisto", "en": "bank material"}[language] in shown
    assert "{" not in shown


def test_a_clerk_of_the_unit_does_not_take_in_bank_material(command: Command, tmp_path: Path) -> None:
    """OC 1.2-a, OC 4.1-b: the centre reconciles."""
    where = unit()
    file = written(tmp_path, "day.xml", statement(where))
    code, told = command("import", file, "--unit", HARBOUR, *DAY, "--as", "kirsi")
    assert (code, told["refused"]) == (3, "not_allowed")
    assert payments(where) == []


def test_a_file_of_another_units_account_is_refused(command: Command, tmp_path: Path) -> None:
    file = written(tmp_path, "day.xml", statement(unit(FOREST)))
    code, told = command("import", file, "--unit", HARBOUR, *DAY, "--lang", "fi")
    assert (code, told["reasons"][0]["rule"]) == (2, "bank_account_of_another_unit")
    assert FOREST in told["reasons"][0]["message"]
    assert account(unit(FOREST)) not in json.dumps(told)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("make", [statement, notification, reference_list])
def test_a_file_that_was_cut_anywhere_leaves_nothing(make: Callable[[Unit], bytes]) -> None:
    """P13: no row of a partial file."""
    where = unit()
    data = make(where)
    whole = len(data.rstrip())
    cuts = {1 + place * (whole - 2) // 60 for place in range(61)}
    refused = 0
    for cut in sorted(cuts):
        try:
            documents = read_documents(data[:cut], "cut")
            with inside(where) as acting:
                take_in_bank_material(
                    acting, receive(acting, data[:cut], "cut", "import"), documents, acting.day
                )  # type: ignore[arg-type]
        except Refused:
            refused += 1
    assert refused == len(cuts)
    assert ask(where, "SELECT count(*) FROM bank_material WHERE unit_id = %(unit)s") == [(0,)]
    assert balances(where) == {}


HOSTILE = [
    ("an amount with a cent too much", lambda data: data.replace(b"2000.00<", b"2000.01<")),
    ("an entry twice", lambda data: data.replace(b"<Ntry>", b"<Ntry/><Ntry>", 1)),
    ("an entity", lambda data: data.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "b">]>', 1)),
    (
        "another currency",
        lambda data: data.replace(b'Ccy="EUR"', b'Ccy="SEK"').replace(b"<Ccy>EUR", b"<Ccy>SEK"),
    ),
    ("no closing balance", lambda data: data.replace(b"CLBD", b"XXXX")),
    ("a debit that became a credit", lambda data: data.replace(b"DBIT", b"CRDT", 1)),
    ("an amount beyond the books", lambda data: data.replace(b">120.50<", b">99999999999999.99<")),
]


@pytest.mark.parametrize(("name", "harm"), HOSTILE, ids=[name for name, _ in HOSTILE])
def test_a_hostile_statement_is_refused_whole(
    command: Command, tmp_path: Path, name: str, harm: Callable[[bytes], bytes]
) -> None:
    """P20, P22: exit 2 with a reason, and not a row."""
    where = unit()
    data = statement(where)
    assert harm(data) != data
    code, told = command("import", written(tmp_path, "day.xml", harm(data)), "--unit", HARBOUR, *DAY)
    assert code == 2, told
    assert all(reason["message"] for reason in told["reasons"])
    assert ask(where, "SELECT count(*) FROM bank_line WHERE unit_id = %(unit)s") == [(0,)]


def test_markup_in_what_a_payer_wrote_is_stored_as_text(command: Command, tmp_path: Path) -> None:
    """What COPY and the screen give a meaning to is only text: backslashes, tabs, brackets."""
    where = unit()
    odd = b"[red]\\N\\t'; DROP TABLE bank_line; --"
    data = statement(where).replace(b"Lasku 17 &amp; 18", odd)
    assert command("import", written(tmp_path, "day.xml", data), "--unit", HARBOUR, *DAY, text=True)[0] == 0
    messages = ask(where, "SELECT message FROM bank_payment WHERE unit_id = %(unit)s AND message <> ''")
    assert (odd.decode(),) in messages


def test_two_who_bring_the_same_file_at_once_store_it_once(database: server.Server) -> None:
    where = unit()
    data = statement(where)
    documents = read_documents(data, "day.xml")
    together, answers = threading.Barrier(2), []

    def bring() -> None:
        try:
            together.wait(10)
            with inside(where) as acting:
                received = receive(acting, data, "day.xml", "import")
            with inside(where) as acting:
                answers.append(take_in_bank_material(acting, received, documents, acting.day))  # type: ignore[arg-type]
        finally:
            connections.close_all()

    both = [threading.Thread(target=bring) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    assert sorted(answer.count("accepted") for answer in answers) == [0, 7]
    assert sorted(answer.count("duplicate") for answer in answers) == [0, 7]


def test_an_import_that_is_killed_anywhere_leaves_all_or_nothing(
    database: server.Server, tmp_path: Path
) -> None:
    """P8: SIGKILL at statements all along the way and on both sides of the commits; the next import ends the work."""
    where = unit()
    file = written(tmp_path, "day.xml", statement(where))
    do = killable(database, ("import", file, "--unit", HARBOUR, *DAY))
    deaths = [Death("statement", place) for place in (12, 30, 45, 60)]
    deaths += [Death("commit", 2), Death("commit", 1, after=True)]
    for death in deaths:
        assert do(death) == -signal.SIGKILL, death
        assert ask(where, "SELECT count(*) FROM bank_material WHERE unit_id = %(unit)s") == [(0,)], death
        assert balances(where) == {}, death
    assert do(None) == 0
    assert sum(row[3] for row in payments(where)) == 4
    assert broken([where.pk]) == []
    assert do(None) == 0
    assert sum(row[3] for row in payments(where)) == 4
