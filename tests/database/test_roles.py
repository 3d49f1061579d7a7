"""Who may do what to which table, and whether a start-up finds what would make it unsafe."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.db import connections, models, transaction
from psycopg.errors import InsufficientPrivilege

from database.conftest import Street
from database.house import STATE_WIDE, logged_in, work_in
from reskontra.database import connect, server
from reskontra.database.safety import our_models, unsafe
from reskontra.database.tables import Fact, InUnit, StateWide, UnitRegister, Work

OURS = sorted(our_models(), key=lambda model: model._meta.db_table)
UNIT_TABLES = [model._meta.db_table for model in OURS if issubclass(model, InUnit)]
DATABASES_OWN = (
    "ledger_balance",
    "ledger_posting",
    "ledger_seal",
)  # the database writes them itself, from the entries
FACTS = [model._meta.db_table for model in OURS if issubclass(model, Fact)]


def privileges(street: Street, role: str, table: str) -> set[str]:
    """What ``role`` may do to the whole table or to any column of it."""
    found = street.admin.execute(
        "SELECT verb FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES'])"
        " verb WHERE has_table_privilege(%(role)s, %(table)s, verb)"
        " OR verb IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')"
        " AND has_any_column_privilege(%(role)s, %(table)s, verb)",
        {"role": role, "table": table},
    ).fetchall()
    street.admin.rollback()
    return {verb for (verb,) in found}


# Roles ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "may_log_in", "bypasses"),
    [
        (server.OWNER, True, False),
        (server.APP, True, False),
        (server.READ, True, False),
        (server.CHECK, False, True),
    ],
)
def test_a_role_is_no_more_than_it_needs_to_be(
    street: Street, role: str, may_log_in: bool, bypasses: bool
) -> None:
    """D9: no superuser, nobody who makes roles or databases; only the check role sees all, and it cannot log in."""
    found = street.admin.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolcanlogin, rolbypassrls FROM pg_roles"
        " WHERE rolname = %s",
        (role,),
    ).fetchone()
    assert found == (False, False, False, False, may_log_in, bypasses)


@pytest.mark.parametrize("role", [server.APP, server.READ])
@pytest.mark.parametrize("other", [server.OWNER, server.CHECK])
def test_a_serving_role_cannot_become_another(street: Street, role: str, other: str) -> None:
    with (
        logged_in(street.postgres, role, street.database) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute(f"SET ROLE {other}")


def test_nobody_logs_in_as_the_check_role(street: Street) -> None:
    with (
        pytest.raises(psycopg.OperationalError, match="not permitted to log in"),
        psycopg.connect(**street.postgres.address(server.CHECK, street.database)),
    ):
        pass


@pytest.mark.parametrize("role", [server.APP, server.READ, server.CHECK])
def test_only_the_owner_owns_tables(street: Street, role: str) -> None:
    owned = street.admin.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND relowner = %s::regrole",
        (role,),
    ).fetchall()
    assert owned == []


def test_every_check_function_runs_as_a_role_that_sees_all_units_and_searches_no_temporary_table(
    street: Street,
) -> None:
    """D2, E3: a check runs as the check role; temporary tables come last, or a caller could lay one over the books."""
    found = street.admin.execute(
        "SELECT proname, proowner::regrole::text, proconfig FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    ).fetchall()
    assert len(found) > 15
    for name, owner, settings in found:
        expected = server.OWNER if name == "reskontra_keep_history" else server.CHECK
        assert (name, owner) == (name, expected)
        assert (name, settings) == (name, ["search_path=pg_catalog, public, pg_temp"])


# Tables --------------------------------------------------------------------------------------------------------


def test_every_table_with_a_unit_has_exactly_the_forced_policy_of_its_unit(street: Street) -> None:
    """P34: zero tables without policy, also among tables that are not models; and no second policy that opens it."""
    found = street.admin.execute(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,"
        " (SELECT array_agg(p.polname::text || ' ' || p.polcmd::text) FROM pg_policy p WHERE p.polrelid = c.oid)"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'unit_id' AND NOT a.attisdropped"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1"
    ).fetchall()
    assert [name for name, _, _ in found] == UNIT_TABLES
    assert all(forced and policies == ["unit_sees_its_own *"] for _, forced, policies in found), found


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.db_table)
def test_the_app_may_do_to_a_table_what_its_kind_says(street: Street, model: type[models.Model]) -> None:
    """D3: facts take inserts only; registers and work states may change; nothing is ever deleted."""
    table = model._meta.db_table
    expected = {"SELECT", "INSERT"}
    if not issubclass(model, Fact):
        assert issubclass(model, Work | StateWide | UnitRegister)
        expected |= {"UPDATE"}
    if table in DATABASES_OWN:
        expected = {"SELECT"}  # they follow vouchers and entries; nobody writes them
    assert privileges(street, server.APP, table) == expected


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.db_table)
def test_the_read_role_reads_and_nothing_else(street: Street, model: type[models.Model]) -> None:
    assert privileges(street, server.READ, model._meta.db_table) == {"SELECT"}


def test_the_check_role_writes_balances_and_nothing_else(street: Street) -> None:
    """D2: what runs as the check role reads all and writes what follows the entries by itself."""
    may = {model._meta.db_table: privileges(street, server.CHECK, model._meta.db_table) for model in OURS}
    assert may.pop("ledger_balance") == {"SELECT", "INSERT", "UPDATE"}
    assert may.pop("ledger_posting") == {"SELECT", "INSERT"}
    assert may.pop("ledger_seal") == {"SELECT", "INSERT"}
    assert set(map(frozenset, may.values())) == {frozenset({"SELECT"})}


@pytest.mark.parametrize("table", ["ledger_voucher", "sales_billingrequest"])
def test_the_mark_of_the_writing_transaction_cannot_be_given(street: Street, table: str) -> None:
    """D3: a forged ``created_xid`` would let late lines into an old voucher."""
    for role in (server.APP, server.READ):
        for verb in ("INSERT", "UPDATE"):
            found = street.admin.execute(
                "SELECT has_column_privilege(%s, %s, 'created_xid', %s)", (role, table, verb)
            ).fetchone()
            assert found == (False,), (role, verb)


def test_the_history_is_written_by_its_trigger_only(street: Street) -> None:
    assert privileges(street, server.APP, "registers_history") == set()
    assert privileges(street, server.READ, "registers_history") == {"SELECT"}


def test_the_history_of_a_units_own_registers_is_seen_within_the_unit(street: Street) -> None:
    """D10: a reader without units sees what all units share; a unit's own rows need the unit."""
    ours = (
        "SELECT count(*) FILTER (WHERE NOT after ? 'unit_id') > 0, array_agg(DISTINCT (after ->> 'unit_id')::bigint)"
        " FILTER (WHERE after ? 'unit_id') FROM registers_history"
    )
    (_, units) = street.admin.execute(ours).fetchone() or (None, None)
    assert len(units) > 1
    with logged_in(street.postgres, server.READ, street.database) as reader:
        assert reader.execute(ours).fetchone() == (True, None)
        reader.execute("SELECT set_config('reskontra.units', %s, false)", [str(units[0])])
        assert reader.execute(ours).fetchone() == (True, units[:1])


def test_no_password_is_read_by_the_read_role_or_kept_in_the_history(street: Street) -> None:
    with logged_in(street.postgres, server.READ, street.database) as reader:
        assert reader.execute("SELECT count(username) FROM registers_person").fetchone() is not None
        with pytest.raises(InsufficientPrivilege):
            reader.execute("SELECT password FROM registers_person")
    kept = street.admin.execute(
        "SELECT count(*), count(*) FILTER (WHERE after ? 'password' OR before ? 'password') FROM registers_history"
        " WHERE table_name = 'registers_person'"
    ).fetchone()
    assert kept is not None
    assert kept[0] > 0
    assert kept[1] == 0


@pytest.mark.parametrize("units", [None, "", ","], ids=["no setting", "empty", "comma"])
def test_the_read_role_sees_nothing_without_units(street: Street, units: str | None) -> None:
    """P34: policies bind the auditor's login as well."""
    with logged_in(street.postgres, server.READ, street.database) as reader:
        if units is not None and units != ",":
            reader.execute("SELECT set_config('reskontra.units', %s, true)", (units,))
        for table in UNIT_TABLES:
            found = reader.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert (table, found) == (table, (0,))


def test_the_read_role_sees_its_unit_and_cannot_write_in_it(street: Street) -> None:
    with logged_in(street.postgres, server.READ, street.database) as reader:
        work_in(reader, street.own.unit)
        for table in UNIT_TABLES:
            seen = {unit for (unit,) in reader.execute(f"SELECT DISTINCT unit_id FROM {table}")}
            assert (table, seen) == (table, {street.own.unit})
        with pytest.raises(InsufficientPrivilege):
            reader.execute("UPDATE runs_run SET name = 'orders'")


@pytest.mark.parametrize(
    "attempt",
    [
        "SET session_replication_role = replica",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "ALTER TABLE ledger_entry DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE ledger_entry NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY unit_sees_its_own ON ledger_entry",
        "DROP TRIGGER facts_are_append_only ON ledger_entry",
        "CREATE TABLE public.aside (id int)",
        "CREATE FUNCTION public.aside() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SELECT setval('sales_invoice_id_seq', 1)",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
def test_the_app_role_cannot_put_the_safety_out_of_force(
    app: psycopg.Connection[object], attempt: str
) -> None:
    with pytest.raises(InsufficientPrivilege):
        app.execute(attempt)  # type: ignore[arg-type]


# What a start-up finds (P40: each fault is planted, and must be seen) --------------------------------------------


@pytest.fixture
def planted(street: Street) -> Iterator[Callable[..., list[str]]]:
    """Plants a fault in a transaction as superuser, asks ``unsafe`` as the role that would serve, takes it back."""
    connect.connect(street.postgres, street.database)
    owner = connections["owner"]
    address = street.postgres.admin_address(street.database)
    owner.settings_dict.update(
        NAME=address["dbname"],
        USER=address["user"],
        PASSWORD=address.get("password", ""),
        HOST=address.get("host", ""),
        PORT=address.get("port", ""),
    )

    def plant(fault: str, role: str | None = server.APP) -> list[str]:
        with transaction.atomic(using="owner"), owner.cursor() as cursor:
            if fault:
                cursor.execute(fault)
            if role:
                cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {role}")
            found = unsafe("owner")
            transaction.set_rollback(True, using="owner")
        return found

    yield plant
    for alias in ("default", "owner"):
        connections[alias].close()


def test_a_sound_database_is_safe_to_serve(planted: Callable[..., list[str]]) -> None:
    assert planted("") == []


def test_a_superuser_login_is_found(planted: Callable[..., list[str]]) -> None:
    assert any("not bound by row-level security" in found for found in planted("", None))


def test_a_superuser_that_puts_on_another_role_is_still_found(planted: Callable[..., list[str]]) -> None:
    found = planted(f"SET LOCAL ROLE {server.APP}", None)
    assert any("not bound by row-level security" in problem for problem in found)


def test_the_owner_as_login_is_found(planted: Callable[..., list[str]]) -> None:
    assert any("owns the tables" in found for found in planted("", server.OWNER))


@pytest.mark.parametrize(
    "fault",
    [
        "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY unit_sees_its_own ON {}",
        "CREATE POLICY everybody_sees_all ON {} USING (true)",
    ],
    ids=["switched off", "not forced", "no policy", "a second policy"],
)
def test_each_table_that_its_unit_does_not_hold_is_found(
    planted: Callable[..., list[str]], fault: str
) -> None:
    """One table alone, and every table of a unit by its name."""
    for tables in ([UNIT_TABLES[0]], sorted(UNIT_TABLES)):
        found = planted("; ".join(fault.format(table) for table in tables))
        assert sorted(found) == [f"the table {table} has no forced policy on its unit" for table in tables]


@pytest.mark.parametrize(
    "fault",
    [
        "CREATE TABLE public.aside (id bigint, unit_id bigint)",
        "CREATE TABLE public.aside (id bigint, unit_id bigint) PARTITION BY LIST (unit_id)",
    ],
)
def test_a_new_table_without_a_policy_is_found(planted: Callable[..., list[str]], fault: str) -> None:
    assert planted(fault) == ["the table aside has no forced policy on its unit"]


def test_a_table_that_the_app_owns_is_found(planted: Callable[..., list[str]]) -> None:
    found = planted(f"ALTER TABLE registers_item OWNER TO {server.APP}")
    assert found == ["the login owns the table registers_item"]


@pytest.mark.parametrize("role", [server.OWNER, server.CHECK])
def test_an_app_role_that_may_become_more_is_found(planted: Callable[..., list[str]], role: str) -> None:
    found = planted(f"GRANT {role} TO {server.APP}")
    assert f"the login {server.APP} may act as {role}" in found


def test_the_state_wide_tables_are_the_only_ones_without_a_unit() -> None:
    assert {model._meta.db_table for model in OURS} - set(UNIT_TABLES) == STATE_WIDE
