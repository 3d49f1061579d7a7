"""The journal is sealed in blocks whose roots leave the machine: what was changed below a seal is found (D7, P32)."""
# ruff: noqa: E501 - a table: one line for each fault

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from psycopg.errors import InsufficientPrivilege, IntegrityError

from database import working_day as day
from database.cast import post
from database.conftest import Street
from database.house import House, constraint_of, insert, work_in
from reskontra.database import server

FIRST = "(SELECT min(id) FROM ledger_voucher WHERE unit_id = %(unit)s)"
LAST = "(SELECT max(id) FROM ledger_voucher WHERE unit_id = %(unit)s)"


@pytest.fixture
def sealed(street: Street) -> Iterator[Street]:
    """A unit with three vouchers in three sealed blocks; what a test does to it is taken back."""
    admin, own = street.admin, street.own
    post(own)
    work_in(admin, own.unit)
    assert seal(admin, own) == 2
    post(own)
    assert seal(admin, own) == 3
    yield street
    admin.rollback()


def seal(connection: psycopg.Connection[Any], house: House) -> int | None:
    row = connection.execute("SELECT ledger_seal_journal(%s)", (house.unit,)).fetchone()
    assert row is not None
    return None if row[0] is None else int(row[0])


def broken(street: Street) -> list[int]:
    found = street.admin.execute(
        "SELECT block FROM ledger_sealed_block WHERE unit_id = %s AND NOT holds ORDER BY block",
        (street.own.unit,),
    )
    return [block for (block,) in found.fetchall()]


def roots(street: Street) -> list[str]:
    found = street.admin.execute(
        "SELECT root FROM ledger_seal WHERE unit_id = %s ORDER BY block", (street.own.unit,)
    )
    return [root for (root,) in found.fetchall()]


def past_everything(street: Street, *faults: str) -> None:
    """What the owner of the database can do, past every trigger and constraint."""
    street.admin.execute("SET LOCAL session_replication_role = replica")
    for fault in faults:
        street.admin.execute(fault, {"unit": street.own.unit})
    street.admin.execute("SET LOCAL session_replication_role = origin")


def test_a_sealed_journal_holds(sealed: Street) -> None:
    """Each block is what it was, and follows the one before it."""
    assert broken(sealed) == []
    found = sealed.admin.execute(
        "SELECT block, vouchers, entries, previous_root FROM ledger_seal WHERE unit_id = %s ORDER BY block",
        (sealed.own.unit,),
    ).fetchall()
    first, second, _ = roots(sealed)
    assert found == [(1, 1, 2, ""), (2, 1, 2, first), (3, 1, 2, second)]


def test_nothing_new_makes_no_block(sealed: Street) -> None:
    assert seal(sealed.admin, sealed.own) is None


def test_the_canonical_form_is_what_it_says(sealed: Street) -> None:
    """The root made anew outside the database, from plain rows: whoever holds a file and a copy can do the same."""
    unit, admin = sealed.own.unit, sealed.admin
    upto, root = admin.execute(
        "SELECT upto::text, root FROM ledger_seal WHERE unit_id = %s AND block = 1", (unit,)
    ).fetchone()  # type: ignore[misc]
    hashes = []
    for id, *told in admin.execute(
        "SELECT id, kind, year, number, posting_date::text, run_id FROM ledger_voucher WHERE unit_id = %s"
        " ORDER BY kind, year, number LIMIT 1",
        (unit,),
    ).fetchall():
        entries = admin.execute(
            "SELECT position, account, amount::text, vat_category, vat_percent, budget_account, operating_unit, project,"
            " function, product, area, partner, tracking1, tracking2, authorisation, reserve1, reserve2, joint_funding_unit FROM ledger_entry WHERE voucher_id = %s ORDER BY position",
            (id,),
        ).fetchall()
        lines = [json.dumps(told), *(_entry(entry) for entry in entries)]
        hashes.append(hashlib.sha256("\n".join(lines).encode()).hexdigest())
    head = f'[{unit}, 1, 1, {upto}, "", 1, 2]'
    assert hashlib.sha256("\n".join([head, *hashes]).encode()).hexdigest() == root


def _entry(entry: tuple[Any, ...]) -> str:
    position, account, amount, *rest = entry
    return (
        "["
        + ", ".join([str(position), json.dumps(account), amount, *(json.dumps(one) for one in rest)])
        + "]"
    )


FAULTS = {
    "a changed cent": (f"UPDATE ledger_entry SET amount = amount + 0.01 WHERE voucher_id = {FIRST} AND amount > 0",),
    "another account": (f"UPDATE ledger_entry SET account = '99999999' WHERE voucher_id = {FIRST} AND amount > 0",),
    "two amounts swapped": (f"UPDATE ledger_entry SET amount = -amount WHERE voucher_id = {FIRST}",),
    "an entry removed": (f"DELETE FROM ledger_entry WHERE voucher_id = {FIRST} AND amount > 0",),
    "a voucher removed": (f"DELETE FROM ledger_voucher WHERE id = {FIRST}",),
    "another day": (f"UPDATE ledger_voucher SET posting_date = posting_date - 1 WHERE id = {FIRST}",),
    "another run": (f"UPDATE ledger_voucher SET run_id = run_id + 1 WHERE id = {FIRST}",),
    "a voucher slipped in below": (
        "INSERT INTO ledger_voucher (id, unit_id, run_id, kind, year, number, posting_date)"
        f" SELECT 10000000, unit_id, run_id, kind, year, number - 1, posting_date FROM ledger_voucher WHERE id = {FIRST}",
    ),
    "an entry moved to another voucher": (f"UPDATE ledger_entry SET voucher_id = {LAST}, position = 9999 WHERE voucher_id = {FIRST} AND amount > 0",),
    "a seal's root": ("UPDATE ledger_seal SET root = repeat('0', 64) WHERE unit_id = %(unit)s AND block = 1",),
    "a seal's mark": ("UPDATE ledger_seal SET upto = '{}' WHERE unit_id = %(unit)s AND block = 1",),
    "a seal removed": ("DELETE FROM ledger_seal WHERE unit_id = %(unit)s AND block = 1",),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_changed_below_a_seal_is_found(sealed: Street, fault: str) -> None:
    """P32: every change of a field, deletes, inserts and swaps, by who may do everything."""
    past_everything(sealed, *FAULTS[fault])
    assert broken(sealed) != []


def test_seals_made_anew_are_found_by_a_root_that_left(sealed: Street) -> None:
    """Whoever changes a cent and seals again fools the database; a root outside it is another."""
    kept = roots(sealed)
    past_everything(sealed, *FAULTS["a changed cent"], "DELETE FROM ledger_seal WHERE unit_id = %(unit)s")
    assert seal(sealed.admin, sealed.own) == 1
    assert broken(sealed) == []
    assert not set(kept) & set(roots(sealed))


def test_the_app_seals_only_by_the_function(street: Street, app: psycopg.Connection[Any]) -> None:
    """The app cannot write a seal of its own making, nor seal what it does not see."""
    work_in(app, street.own.unit)
    with pytest.raises(InsufficientPrivilege):
        insert(app, "ledger_seal", street.own.row("ledger_seal", block=99))
    app.rollback()
    work_in(app, street.own.unit)
    with pytest.raises(IntegrityError) as told:
        seal(app, street.foreign)
    assert constraint_of(told.value) == "a_unit_seals_its_own_journal"


REFUSED: dict[str, dict[str, Any]] = {
    "a_block_is_sealed_once": {"block": 1, "previous_root": ""},
    "the_first_block_alone_follows_none": {"previous_root": ""},
    "a_seal_belongs_to_a_unit": {"unit_id": 1 << 40},
}


@pytest.mark.parametrize("constraint", REFUSED)
def test_a_seal_is_refused_by_name(street: Street, admin: psycopg.Connection[Any], constraint: str) -> None:
    row = {**street.own.row("ledger_seal"), **REFUSED[constraint]}
    with pytest.raises(IntegrityError) as told:
        insert(admin, "ledger_seal", row)
    assert constraint_of(told.value) == constraint


def test_what_is_not_committed_yet_comes_into_a_later_block(street: Street) -> None:
    """Numbers are taken under a lock: a block never passes over a voucher that commits after it."""
    own, address = street.own, street.postgres.address(server.APP, street.database)
    with psycopg.connect(**address) as slow, psycopg.connect(**address) as sealing:
        work_in(sealing, own.unit)
        _post(sealing, own, 900_000)
        sealing.commit()
        work_in(slow, own.unit)
        _post(slow, own, 900_001)
        for held_back in (slow.commit, lambda: None):
            work_in(sealing, own.unit)
            assert seal(sealing, own) is not None
            sealing.commit()
            held_back()
        work_in(sealing, own.unit)
        held = sealing.execute(
            "SELECT block, vouchers, upto ->> 'SI 2026' FROM ledger_seal WHERE unit_id = %s ORDER BY block OFFSET 1",
            (own.unit,),
        )
        assert held.fetchall() == [(2, 1, "900000"), (3, 1, "900001")]


def _post(connection: psycopg.Connection[Any], house: House, number: int) -> None:
    voucher = insert(connection, "ledger_voucher", house.row("ledger_voucher", number=number))
    for amount in ("5.00", "-5.00"):
        insert(connection, "ledger_entry", house.row("ledger_entry", voucher_id=voucher["id"], amount=amount))


# By the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return tmp_path


def test_the_command_seals_every_unit_and_checks_what_left(
    command: Callable[..., tuple[int, Any]], postgres: server.Server, home: Path
) -> None:
    """Roots leave in signed files; the journal is compared with them; a fault is told with its block."""
    day.load_registers()
    files = day.write(home / "in")
    for code in ("3910", "3920"):
        day.take_in(code, files[code].path)
        day.run(code, "orders")
        day.run(code, "invoicing")
    code, told = command("seal", "--on", "2026-03-16", "--to", str(home / "away"))
    assert code == 0
    new = [one for one in told["seals"] if one["new"]]
    assert [(one["unit"], one["block"]) for one in new] == [("3910", 1), ("3920", 1)]
    assert all(one["vouchers"] > 0 for one in new)
    assert command("seal", "--on", "2026-03-16", "--to", str(home / "away"))[1]["seals"][0]["new"] is False

    kept = sorted((home / "away").glob("*.json"))
    assert [path.name for path in kept] == ["seal-3910-000001.json", "seal-3920-000001.json"]
    code, told = command("seal", "--on", "2026-03-16", "--check", *map(str, kept))
    assert (code, {file["finding"] for file in told["files"]}) == (0, {"holds"})

    forged = home / "away" / "forged.json"
    forged.write_text(kept[0].read_text().replace('"vouchers"', '"Vouchers"'))
    forged.with_name("forged.json.sig").write_bytes(kept[0].with_name(kept[0].name + ".sig").read_bytes())
    nothing = home / "nothing.json"
    nothing.write_text("[]")
    code, told = command("seal", "--on", "2026-03-16", "--check", str(forged), str(nothing))
    assert (code, [file["finding"] for file in told["files"]]) == (5, ["unsigned", "unreadable"])

    database = str(connections["default"].settings_dict["NAME"])
    with psycopg.connect(**postgres.admin_address(database), autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(
            "UPDATE ledger_entry SET amount = amount * 2 WHERE voucher_id = (SELECT min(id) FROM ledger_voucher)"
        )
    code, told = command("seal", "--on", "2026-03-16", "--check")
    assert (code, [(one["unit"], one["broken"]) for one in told["units"] if one["broken"]]) == (
        5,
        [("3910", [1])],
    )
    code, told = command("seal", "--check", "--lang", "sv", "--on", "2026-03-16", text=True)
    assert code == 5
    assert "Enhet 3910: block 1 är inte som det förseglades" in told
