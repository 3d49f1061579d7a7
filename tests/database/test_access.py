"""The database alone holds the line between units, and its checks cannot be blinded."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, connections, transaction
from psycopg.errors import (
    CheckViolation,
    ForeignKeyViolation,
    InsufficientPrivilege,
    IntegrityError,
    RestrictViolation,
)

from database.cast import post
from database.conftest import Street
from database.house import constraint_of, insert, work_in
from database.test_roles import DATABASES_OWN, FACTS, UNIT_TABLES
from reskontra.database import connect
from reskontra.database.safety import our_models
from reskontra.database.session import working_in
from reskontra.database.tables import InUnit

SETTINGS = ("no setting", "empty", "own", "foreign", "both", "own twice")


def see(app: psycopg.Connection[Any], street: Street, setting: str) -> set[int]:
    """Put the session's units as ``setting`` says; the units that may be seen."""
    units = {
        "no setting": None,
        "empty": [],
        "own": [street.own.unit],
        "foreign": [street.foreign.unit],
        "both": [street.own.unit, street.foreign.unit],
        "own twice": [street.own.unit, street.own.unit],
    }[setting]
    if units is not None:
        work_in(app, *units)
    return set(units or ())


def some_row(street: Street, table: str, unit: int) -> dict[str, Any]:
    """A stored row of ``unit``, as it would be written again."""
    house = street.own if unit == street.own.unit else street.foreign
    written = set(house.row(table))
    street.admin.rollback()  # a row may have made others, which nobody is to wait for
    return {column: value for column, value in house.have[table].items() if column in written}


# Every unit table × every setting × four verbs --------------------------------------------------------------


def each_setting(app: psycopg.Connection[Any], street: Street) -> Iterator[set[int]]:
    """For each setting of the session, in a transaction of its own: the units that may be seen."""
    for setting in SETTINGS:
        yield see(app, street, setting)
        app.rollback()


@pytest.mark.parametrize("table", UNIT_TABLES)
def test_a_session_reads_its_units_and_no_other(
    app: psycopg.Connection[Any], street: Street, table: str
) -> None:
    for seen in each_setting(app, street):
        assert {unit for (unit,) in app.execute(f"SELECT DISTINCT unit_id FROM {table}")} == seen


@pytest.mark.parametrize("table", UNIT_TABLES)
def test_a_session_writes_into_its_units_and_no_other(
    app: psycopg.Connection[Any], street: Street, table: str
) -> None:
    """A row of a unit that is not seen is refused by the policy; one of a seen unit gets past it."""
    rows = {unit: some_row(street, table, unit) for unit in (street.own.unit, street.foreign.unit)}
    for seen in each_setting(app, street):
        for unit, row in rows.items():
            try:
                with app.transaction():
                    insert(app, table, row)
            except InsufficientPrivilege as refused:
                policy = "row-level security" in str(refused)
                assert policy if unit not in seen and table not in DATABASES_OWN else table in DATABASES_OWN
            except (IntegrityError, RestrictViolation):
                assert unit in seen  # past the policy: it is refused as already there
            else:
                assert unit in seen


@pytest.mark.parametrize("table", UNIT_TABLES)
def test_a_session_changes_rows_of_its_units_and_no_other(
    app: psycopg.Connection[Any], street: Street, table: str
) -> None:
    """Facts and balances of no unit at all; register rows and work states of what is seen."""
    query = f"UPDATE {table} SET unit_id = unit_id RETURNING unit_id"
    for seen in each_setting(app, street):
        if table in FACTS or table in DATABASES_OWN:
            with pytest.raises(InsufficientPrivilege):
                app.execute(query)
        else:
            assert {unit for (unit,) in app.execute(query)} == seen


@pytest.mark.parametrize("table", UNIT_TABLES)
def test_a_session_deletes_nothing(app: psycopg.Connection[Any], street: Street, table: str) -> None:
    for _ in each_setting(app, street):
        for query in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(InsufficientPrivilege), app.transaction():
                app.execute(query)


@pytest.mark.parametrize("table", [t for t in UNIT_TABLES if t not in FACTS and t not in DATABASES_OWN])
def test_a_row_is_not_moved_to_another_unit(app: psycopg.Connection[Any], street: Street, table: str) -> None:
    """Not to one that is not seen (policy), nor between two that are: what points at it would stay behind."""
    work_in(app, street.own.unit)
    with pytest.raises((InsufficientPrivilege, RestrictViolation)), app.transaction():
        app.execute(f"UPDATE {table} SET unit_id = %s", (street.foreign.unit,))
    work_in(app, street.own.unit, street.foreign.unit)
    with pytest.raises(RestrictViolation) as refused:
        app.execute(
            f"UPDATE {table} SET unit_id = %s WHERE unit_id = %s", (street.foreign.unit, street.own.unit)
        )
    assert constraint_of(refused.value) == "a_row_keeps_its_key_and_its_unit"


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.db_table)
def test_a_row_is_never_given_another_key(app: psycopg.Connection[Any], street: Street, model: Any) -> None:
    """Set-wise references rest on targets that keep their key (ADR 0003): neither grant nor trigger lets it change."""
    work_in(app, street.own.unit, street.foreign.unit)
    table = model._meta.db_table
    key = "id" if "id" in street.own.have[table] else "unit_id"
    with pytest.raises(InsufficientPrivilege if key == "id" else (InsufficientPrivilege, RestrictViolation)):
        app.execute(f"UPDATE {table} SET {key} = {key} + 1000000")
    if key == "id":
        with pytest.raises(RestrictViolation), street.admin.transaction():
            street.admin.execute(f"UPDATE {table} SET id = id + 1000000")
    street.admin.rollback()


@pytest.mark.parametrize("table", ["sales_orderdecision", "runs_evidence"], ids=["set-wise", "row-wise"])
def test_a_reference_tells_nothing_of_a_foreign_row(
    app: psycopg.Connection[Any], street: Street, table: str
) -> None:
    """An error text must not tell whether a hidden row exists: foreign and missing rows are refused alike."""
    work_in(app, street.own.unit)
    told = []
    for run in (street.foreign.of("runs_run"), 10**9):
        with pytest.raises(ForeignKeyViolation) as refused, app.transaction():
            insert(app, table, street.own.row(table, run_id=run))
        detail = (refused.value.diag.message_detail or "").replace(str(run), "RUN")
        told.append((refused.value.diag.message_primary, detail))
    assert told[0] == told[1]


# The setting ends with the transaction ---------------------------------------------------------------------------


def test_the_setting_ends_with_the_transaction(app: psycopg.Connection[Any], street: Street) -> None:
    """A pooled connection never carries one person's units to the next."""
    for ending in (app.commit, app.rollback):
        work_in(app, street.own.unit)
        assert app.execute("SELECT count(*) > 0 FROM runs_run").fetchone() == (True,)
        ending()
        assert app.execute("SELECT count(*) FROM runs_run").fetchone() == (0,)
        app.rollback()


@pytest.fixture
def serving(street: Street) -> Iterator[Street]:
    """Django's connection as the app role."""
    connect.connect(street.postgres, street.database)
    yield street
    for alias in ("default", "owner"):
        connections[alias].close()


def units_seen() -> set[int]:
    """The units whose runs Django's connection sees."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT unit_id FROM runs_run")
        return {unit for (unit,) in cursor.fetchall()}


def settings_now() -> tuple[str, str, str]:
    """Units, person and reason of Django's session."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('reskontra.units', true), ''),"
            " coalesce(current_setting('reskontra.person', true), ''),"
            " coalesce(current_setting('reskontra.reason', true), '')"
        )
        found = cursor.fetchone()
    assert found is not None
    return found


def test_working_in_ends_with_its_block(serving: Street) -> None:
    with working_in([serving.own.unit], 7, "test"):
        assert units_seen() == {serving.own.unit}
        assert settings_now() == (str(serving.own.unit), "7", "test")
    assert units_seen() == set()
    assert settings_now() == ("", "", "")


def test_working_in_ends_with_an_error(serving: Street) -> None:
    with pytest.raises(ZeroDivisionError), working_in([serving.own.unit], 7):
        raise ZeroDivisionError
    assert units_seen() == set()
    assert settings_now() == ("", "", "")


def test_working_in_ends_with_an_error_of_the_database(serving: Street) -> None:
    with pytest.raises(Exception, match="division by zero"), working_in([serving.own.unit], 7):
        connection.cursor().execute("SELECT 1 / 0")
    assert units_seen() == set()


def test_an_inner_session_gives_the_outer_one_back(serving: Street) -> None:
    with working_in([serving.own.unit], 7, "outer"):
        with working_in([serving.foreign.unit], 8, "inner"):
            assert units_seen() == {serving.foreign.unit}
        assert units_seen() == {serving.own.unit}
        assert settings_now() == (str(serving.own.unit), "7", "outer")


def test_an_inner_session_that_fails_gives_the_outer_one_back(serving: Street) -> None:
    with working_in([serving.own.unit], 7, "outer"):
        with pytest.raises(ZeroDivisionError), working_in([serving.foreign.unit], 8, "inner"):
            raise ZeroDivisionError
        assert units_seen() == {serving.own.unit}
        assert settings_now() == (str(serving.own.unit), "7", "outer")


def test_working_in_nobodys_unit_inside_a_session_gives_the_session_back(serving: Street) -> None:
    with working_in([serving.own.unit]):
        with working_in([]):
            assert units_seen() == set()
        assert units_seen() == {serving.own.unit}


def test_a_plain_transaction_around_it_does_not_keep_the_units(serving: Street) -> None:
    with transaction.atomic():
        with working_in([serving.own.unit]):
            pass
        assert units_seen() == set()


# The checks cannot be blinded ----------------------------------------------------


def write_voucher(app: psycopg.Connection[Any], street: Street, *amounts: str) -> int:
    """A voucher with entries of these amounts, not committed."""
    voucher = int(insert(app, "ledger_voucher", street.own.row("ledger_voucher"))["id"])
    for amount in amounts:
        insert(app, "ledger_entry", street.own.row("ledger_entry", voucher_id=voucher, amount=amount))
    return voucher


def test_a_balanced_voucher_is_kept_also_when_the_units_are_cleared_before_the_end(
    app: psycopg.Connection[Any], street: Street
) -> None:
    """As the table owner's function it refused good and bad alike; as the check role it is right in all cases."""
    work_in(app, street.own.unit)
    write_voucher(app, street, "10.00", "-10.00")
    work_in(app)
    app.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("units", ["", "0", "foreign"])
def test_an_unbalanced_voucher_is_refused_whatever_the_units_are_at_the_end(
    app: psycopg.Connection[Any], street: Street, units: str
) -> None:
    work_in(app, street.own.unit)
    write_voucher(app, street, "10.00", "-9.99")
    value = str(street.foreign.unit) if units == "foreign" else units
    app.execute("SELECT set_config('reskontra.units', %s, true)", (value,))
    with pytest.raises(CheckViolation) as refused:
        app.commit()
    assert constraint_of(refused.value) == "voucher_balances"


def test_a_temporary_table_laid_over_the_books_hides_nothing_from_the_check(
    app: psycopg.Connection[Any], street: Street
) -> None:
    """Temporary tables are searched first unless they are named last: the check would then add up the caller's."""
    work_in(app, street.own.unit)
    voucher = write_voucher(app, street, "10.00")
    app.execute("CREATE TEMP TABLE ledger_entry (voucher_id bigint, amount numeric)")
    app.execute("INSERT INTO pg_temp.ledger_entry VALUES (%s, 1), (%s, -1)", (voucher, voucher))
    app.execute("GRANT SELECT ON pg_temp.ledger_entry TO PUBLIC")
    with pytest.raises(CheckViolation) as refused:
        app.commit()
    assert constraint_of(refused.value) == "voucher_balances"


def test_a_temporary_table_laid_over_a_register_lets_no_reference_dangle(
    app: psycopg.Connection[Any], street: Street
) -> None:
    work_in(app, street.own.unit)
    row = street.own.row("sales_orderdecision", run_id=10**9)
    app.execute("CREATE TEMP TABLE runs_run (id bigint, unit_id bigint)")
    app.execute("INSERT INTO pg_temp.runs_run VALUES (%s, %s)", (10**9, street.own.unit))
    app.execute("GRANT SELECT ON pg_temp.runs_run TO PUBLIC")
    with pytest.raises(ForeignKeyViolation) as refused:
        insert(app, "sales_orderdecision", row)
    assert constraint_of(refused.value) == "an_order_decision_belongs_to_a_run"


@pytest.mark.parametrize(
    "early", ["SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS voucher_balances IMMEDIATE"]
)
@pytest.mark.parametrize("back", ["", "SET CONSTRAINTS ALL DEFERRED"])
@pytest.mark.parametrize("saved", [False, True])
def test_a_check_that_was_made_early_is_not_outlived_by_a_late_entry(
    app: psycopg.Connection[Any], street: Street, early: str, back: str, saved: bool
) -> None:
    """A deferred check is made once: made early by the caller, nothing would look at what is added afterwards."""
    work_in(app, street.own.unit)
    voucher = write_voucher(app, street, "10.00", "-10.00")
    if saved:
        with app.transaction():
            app.execute(early)
    else:
        app.execute(early)
    if back:
        app.execute(back)
    with pytest.raises(CheckViolation) as refused:
        insert(app, "ledger_entry", street.own.row("ledger_entry", voucher_id=voucher, amount="5.00"))
    assert constraint_of(refused.value) == "entries_come_with_their_voucher"


def test_a_check_that_was_made_early_and_taken_back_is_made_again(
    app: psycopg.Connection[Any], street: Street
) -> None:
    work_in(app, street.own.unit)
    voucher = write_voucher(app, street, "10.00", "-10.00")
    app.execute("SAVEPOINT early")
    app.execute("SET CONSTRAINTS ALL IMMEDIATE")
    app.execute("ROLLBACK TO early")
    insert(app, "ledger_entry", street.own.row("ledger_entry", voucher_id=voucher, amount="5.00"))
    with pytest.raises(CheckViolation) as refused:
        app.commit()
    assert constraint_of(refused.value) == "voucher_balances"


def test_the_next_transaction_of_a_session_posts_again(app: psycopg.Connection[Any], street: Street) -> None:
    """What an early check leaves behind ends with its transaction."""
    for _ in range(2):
        work_in(app, street.own.unit)
        write_voucher(app, street, "10.00", "-10.00")
        app.execute("SET CONSTRAINTS ALL IMMEDIATE")
        app.rollback()


def test_savepoints_do_not_part_a_voucher_from_its_entries(
    app: psycopg.Connection[Any], street: Street
) -> None:
    work_in(app, street.own.unit)
    with app.transaction():
        voucher = int(insert(app, "ledger_voucher", street.own.row("ledger_voucher"))["id"])
    for amount in ("10.00", "-10.00"):
        with app.transaction():
            insert(app, "ledger_entry", street.own.row("ledger_entry", voucher_id=voucher, amount=amount))
    app.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_preparing_login_is_held_by_the_same_checks(
    street: Street, admin: psycopg.Connection[Any]
) -> None:
    """Row-level security does nothing for a superuser; the checks do."""
    voucher = post(street.own)
    admin.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(CheckViolation):
        insert(admin, "ledger_entry", street.own.row("ledger_entry", voucher_id=voucher))


def test_every_table_of_a_unit_is_in_the_matrix() -> None:
    assert {m._meta.db_table for m in our_models() if issubclass(m, InUnit)} == set(UNIT_TABLES)
