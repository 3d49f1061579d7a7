"""What the database itself refuses, derived from the models and put in force after every migration.

- every table of a unit has a forced policy on the session's units, in the form that is parsed once a statement
  and not once a row;
- facts take inserts only, by grant and by trigger;
- registers keep every changed row in ``registers_history``;
- no row changes its key or its unit, so that what points at it is never left behind;
- references are composite keys inside the unit, row-wise or set-wise;
- an app's ``safety.sql`` adds what only that app knows, such as balanced vouchers.
"""

from collections.abc import Iterator, Sequence
from importlib.resources import files

from django.apps import apps
from django.db import connections, models, transaction

from reskontra.database.server import APP, CHECK, OWNER, READ
from reskontra.database.tables import Fact, InUnit, Points, StateWide, Table, UnitRegister, Work

# Parsed once a statement: the inner cast makes the array, the outer one only keeps PostgreSQL from reading
# ``ANY (SELECT …)`` as a comparison with rows.
UNITS = (
    "(SELECT string_to_array(nullif(current_setting('reskontra.units', true), ''), ',')::bigint[])::bigint[]"
)

FUNCTIONS = """
CREATE OR REPLACE FUNCTION reskontra_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'restrict_violation', CONSTRAINT = 'facts_are_append_only',
    TABLE = TG_TABLE_NAME, MESSAGE = format('facts_are_append_only: %s on %s', TG_OP, TG_TABLE_NAME),
    HINT = 'Correct a fact by a counter-fact.';
END $$;

CREATE OR REPLACE FUNCTION reskontra_keep_history() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  -- A password's hash is nobody's history; that it was changed is.
  before_it jsonb := CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) - 'password' END;
  after_it jsonb := to_jsonb(NEW) - 'password';
  address text[] := ARRAY['street', 'postcode', 'town', 'name2', 'email'];
BEGIN
  INSERT INTO registers_history (table_name, row_id, before, after, person_id, reason, changed_at)
  VALUES (TG_TABLE_NAME, NEW.id, before_it, after_it,
    nullif(current_setting('reskontra.person', true), '')::bigint,
    coalesce(current_setting('reskontra.reason', true), ''), clock_timestamp());
  -- Who becomes protected must not be found through the past: the old address leaves the history (OC 3.8).
  IF TG_OP = 'UPDATE' AND (after_it ->> 'protected')::boolean AND NOT (before_it ->> 'protected')::boolean THEN
    UPDATE registers_history SET before = before - address, after = after - address
    WHERE table_name = TG_TABLE_NAME AND row_id = NEW.id;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION reskontra_refuse_new_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_row_keeps_its_key_and_its_unit',
    TABLE = TG_TABLE_NAME, MESSAGE = format('a_row_keeps_its_key_and_its_unit: %s', TG_TABLE_NAME);
END $$;

-- Wait for whoever else does work of this kind in these units. The turn ends with the transaction; it is the one that a
-- run takes, and turns are taken in one order, so that two never wait for each other.
CREATE OR REPLACE FUNCTION reskontra_alone(kind text, units bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  one bigint;
BEGIN
  FOR one IN SELECT DISTINCT u FROM unnest(units) u ORDER BY u LOOP
    PERFORM pg_advisory_xact_lock(one::int, hashtext(kind));
  END LOOP;
END $$;

-- Refuse by the name of a rule; ``what`` says of which row.
CREATE OR REPLACE FUNCTION reskontra_refuse(rule text, of_table text, what text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = rule, TABLE = of_table,
    MESSAGE = rule || coalesce(': ' || what, '');
END $$;

CREATE OR REPLACE FUNCTION reskontra_refuse_when(rule text, of_table text, wrong boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF wrong THEN
    PERFORM reskontra_refuse(rule, of_table);
  END IF;
END $$;

-- Refuse the row with this id; none when it is NULL.
CREATE OR REPLACE FUNCTION reskontra_refuse_row(rule text, of_table text, id bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF id IS NOT NULL THEN
    PERFORM reskontra_refuse(rule, of_table, format('%s %s', of_table, id));
  END IF;
END $$;

-- A deferred check is made once. A caller who has it made early (SET CONSTRAINTS) could add rows afterwards that nobody
-- looks at, so the check leaves a mark that only the end of the transaction takes away: a lock, which no caller can
-- release and a rolled-back savepoint gives back together with the check itself.
CREATE OR REPLACE FUNCTION reskontra_mark_checked() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('reskontra checked'), (pg_current_xact_id()::text::bigint % 2147483648)::int);
END $$;

CREATE OR REPLACE FUNCTION reskontra_was_checked() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RETURN EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objsubid = 2
    AND classid = (hashtext('reskontra checked')::bigint & 4294967295)::oid
    AND objid = (pg_current_xact_id()::text::bigint % 2147483648)::oid);
END $$;
"""


class SafetyDefect(Exception):
    """A model that says nothing, or too little, about what keeps its rows honest."""


def our_models() -> list[type[Table]]:
    """All tables of ours, in dependency order."""
    return [model for model in apps.get_models() if issubclass(model, InUnit | StateWide)]


def apply_safety() -> None:
    """Put grants, policies, triggers and keys in force, as the owner. Repeatable; changes nothing twice."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('reskontra safety'))")
        cursor.execute(FUNCTIONS)
        cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READ}, {CHECK}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP}")
        for table in DJANGO_TABLES:
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")
        for table in ("django_session", "registers_person"):
            cursor.execute(f"REVOKE SELECT ON {table} FROM {READ}, {CHECK}")
        names = "id, username, name, email, language, is_active"
        cursor.execute(f"GRANT SELECT ({names}) ON registers_person TO {READ}, {CHECK}")
        for model in our_models():
            for statement in statements(model):
                cursor.execute(statement)
        for app in apps.get_app_configs():
            if app.name.startswith("reskontra."):
                for source in own_safety(app.name):
                    cursor.execute(source)


def own_safety(app: str) -> Iterator[str]:
    """What only the app knows: its ``safety.sql``, then what stands in its folder ``safety``, by name."""
    if (source := files(app) / "safety.sql").is_file():
        yield source.read_text("utf-8")
    if (folder := files(app) / "safety").is_dir():
        for source in sorted(folder.iterdir(), key=lambda one: one.name):
            if source.name.endswith(".sql"):
                yield source.read_text("utf-8")


DJANGO_TABLES = ("django_session",)


def statements(model: type[Table]) -> Iterator[str]:
    """The SQL that protects one table."""
    table = model._meta.db_table
    written = [field for field in model._meta.concrete_fields if not _generated(field)]
    columns = ", ".join(f'"{field.column}"' for field in written)
    changing = ", ".join(f'"{field.column}"' for field in written if not field.primary_key)
    yield f"REVOKE ALL ON {table} FROM {APP}"
    yield f"GRANT SELECT ON {table} TO {APP}"
    yield f"GRANT INSERT ({columns}) ON {table} TO {APP}"
    if issubclass(model, Fact):
        yield from _append_only(table)
    elif issubclass(model, Work):
        yield f"GRANT UPDATE ({changing}) ON {table} TO {APP}"
        yield _keeps_its_key(model)
    elif issubclass(model, StateWide | UnitRegister):
        yield f"GRANT UPDATE ({changing}) ON {table} TO {APP}"
        yield _keeps_its_key(model)
        yield from _history(table)
    else:
        raise SafetyDefect(f"{model.__name__} is neither a fact nor a register nor a work state")
    if issubclass(model, InUnit):
        yield from _policy(table)
    yield from _references(model)


def _generated(field: "models.Field[object, object]") -> bool:
    return bool(getattr(field, "generated", False))


def _append_only(table: str) -> Iterator[str]:
    yield (
        f"CREATE OR REPLACE TRIGGER facts_are_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION reskontra_refuse_change()"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER facts_are_not_emptied BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION reskontra_refuse_change()"
    )


def _keeps_its_key(model: type[Table]) -> str:
    moved = "OLD.id IS DISTINCT FROM NEW.id"
    if issubclass(model, InUnit):
        moved += " OR OLD.unit_id IS DISTINCT FROM NEW.unit_id"
    return (
        f"CREATE OR REPLACE TRIGGER a_row_keeps_its_key_and_its_unit BEFORE UPDATE ON {model._meta.db_table}"
        f" FOR EACH ROW WHEN ({moved}) EXECUTE FUNCTION reskontra_refuse_new_key()"
    )


def _history(table: str) -> Iterator[str]:
    yield (
        f"CREATE OR REPLACE TRIGGER registers_keep_their_history AFTER INSERT OR UPDATE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION reskontra_keep_history()"
    )


def _policy(table: str) -> Iterator[str]:
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS unit_sees_its_own ON {table}"
    yield (
        f"CREATE POLICY unit_sees_its_own ON {table}"
        f" USING (unit_id = ANY ({UNITS})) WITH CHECK (unit_id = ANY ({UNITS}))"
    )


def _references(model: type[Table]) -> Iterator[str]:
    declared = {points.field for points in model.references}
    for field in model._meta.concrete_fields:
        if (
            isinstance(field, models.ForeignKey)
            and not getattr(field, "db_constraint", True)
            and field.name not in declared
        ):
            if field.name == "unit" and issubclass(model, Fact):
                continue  # a fact's unit exists because its run does, and the keys to it are composite
            raise SafetyDefect(f"{model.__name__}.{field.name} points at something and nothing holds it")
    for points in model.references:
        if not points.elsewhere and not points.set_wise:
            yield from _row_wise(model, points)
    if set_wise := [points for points in model.references if points.set_wise]:
        yield from _set_wise(model, set_wise)


def _target(model: type[Table], points: Points) -> tuple[str, str, bool]:
    field = model._meta.get_field(points.field)
    assert isinstance(field, models.ForeignKey)
    target = field.related_model
    assert isinstance(target, type)
    inside_unit = issubclass(target, InUnit) and issubclass(model, InUnit)
    return field.column, target._meta.db_table, inside_unit


def _row_wise(model: type[Table], points: Points) -> Iterator[str]:
    column, target, inside_unit = _target(model, points)
    table = model._meta.db_table
    if inside_unit:
        key = f"{target}_is_found_by_its_unit"
        yield _unless_there(key, target, f"ALTER TABLE {target} ADD CONSTRAINT {key} UNIQUE (unit_id, id)")
        keys, targets = f"unit_id, {column}", "unit_id, id"
    else:
        keys, targets = column, "id"
    yield _unless_there(
        points.name,
        table,
        f"ALTER TABLE {table} ADD CONSTRAINT {points.name} FOREIGN KEY ({keys}) REFERENCES {target} ({targets})",
    )


def _unless_there(name: str, table: str, statement: str) -> str:
    if len(name) > 63:
        raise SafetyDefect(f"{name} is longer than a name can be in PostgreSQL")
    return (
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_constraint"
        f" WHERE conname = '{name}' AND conrelid = '{table}'::regclass)"
        f" THEN {statement}; END IF; END $$"
    )


def _set_wise(model: type[Table], references: Sequence[Points]) -> Iterator[str]:
    """One pass over the fresh rows of a statement for all references; the first that is broken refuses it."""
    if not issubclass(model, Fact):
        raise SafetyDefect(f"{model.__name__}: only append-only facts are checked set-wise")
    table = model._meta.db_table
    joins, broken = [], []
    for place, points in enumerate(references):
        column, target, inside_unit = _target(model, points)
        same_unit = f" AND t{place}.unit_id = fresh.unit_id" if inside_unit else ""
        joins.append(f"LEFT JOIN {target} t{place} ON t{place}.id = fresh.{column}{same_unit}")
        broken.append(f"WHEN t{place}.id IS NULL AND fresh.{column} IS NOT NULL THEN '{points.name}'")
    function = f"{table}_references_hold"
    cases = f"CASE {' '.join(broken)} END"
    yield f"""
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  refused text;
BEGIN
  -- Planned anew each time, over all rows at once: a plan kept from one row would look up a million one by one.
  EXECUTE $check$ SELECT min({cases}) FROM fresh_rows fresh {" ".join(joins)} $check$ INTO refused;
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', CONSTRAINT = refused, TABLE = '{table}',
      MESSAGE = refused;
  END IF;
  RETURN NULL;
END $$"""
    yield f"ALTER FUNCTION {function}() OWNER TO {CHECK}"
    yield (
        f"CREATE OR REPLACE TRIGGER references_hold AFTER INSERT ON {table}"
        f" REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


def unsafe(alias: str = "default") -> list[str]:
    """What makes it unsafe to serve through connection ``alias``; empty when all is well."""
    problems: list[str] = []
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname IN (current_user, session_user)"
        )
        for role, superuser, bypasses in cursor.fetchall():
            if superuser or bypasses:
                problems.append(f"the login {role} is not bound by row-level security")
            if role == OWNER:
                problems.append(f"the login {role} owns the tables")
        cursor.execute(
            "SELECT current_user, rolname FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')"
            " AND rolname <> current_user AND (rolsuper OR rolbypassrls OR rolname = %s)"
            " AND NOT (SELECT rolsuper OR rolname = %s FROM pg_roles WHERE rolname = current_user) ORDER BY rolname",
            [OWNER, OWNER],
        )
        problems += [f"the login {login} may act as {role}" for login, role in cursor.fetchall()]
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relowner = current_user::regrole"
            " AND relpersistence <> 't' AND relnamespace = 'public'::regnamespace ORDER BY relname LIMIT 3"
        )
        problems += [f"the login owns the table {name}" for (name,) in cursor.fetchall()]
        cursor.execute(
            """
            SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.attname = 'unit_id'
              AND NOT a.attisdropped AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                AND (SELECT coalesce(array_agg(p.polname::text), '{}') FROM pg_policy p WHERE p.polrelid = c.oid)
                  = ARRAY['unit_sees_its_own'])
            ORDER BY c.relname
            """
        )
        problems += [f"the table {name} has no forced policy on its unit" for (name,) in cursor.fetchall()]
    return problems
