"""Migrations make what the models say, in one step for each app."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.state import ProjectState
from django.utils import translation

from reskontra.database.migrations import folded
from reskontra.database.operations import CreateTables

OURS = [app for app in apps.get_app_configs() if app.name.startswith("reskontra.") and list(app.get_models())]


def test_no_model_waits_for_a_migration() -> None:
    loader = MigrationLoader(None)
    with translation.override(None):  # the words of Django's own columns, as migrations hold them
        written, said = loader.project_state(), ProjectState.from_apps(apps)
        changes = MigrationAutodetector(written, said).changes(graph=loader.graph)
    assert {app: changes[app] for app in changes if app in {one.label for one in OURS}} == {}


@pytest.mark.parametrize("app", OURS, ids=lambda app: app.label)
def test_the_first_migration_of_an_app_creates_its_tables_at_once(app: object) -> None:
    """One at a time each would have every model that hangs together with it built anew: half a minute for all."""
    first = import_module(f"{app.name}.migrations.0001_initial").Migration  # type: ignore[attr-defined]
    (created,) = first.operations
    assert isinstance(created, CreateTables)
    assert {table.name for table in created.tables} == {
        model.__name__
        for model in app.get_models()  # type: ignore[attr-defined]
    }


def test_what_stands_in_a_new_table_is_written_there_and_what_changes_an_old_one_stays() -> None:
    """Also a column that names a table that is created later."""
    key = models.BigAutoField(primary_key=True)
    early, later = CreateModel("Early", [("id", key)]), CreateModel("Later", [("id", key)])
    column = AddField("early", "later", models.ForeignKey("app.later", models.DO_NOTHING))
    index = AddIndex("later", models.Index(fields=["id"], name="later_by_id"))
    rule = AddConstraint("early", models.UniqueConstraint(fields=["later"], name="a_later_comes_once"))
    old = AddField("old", "note", models.TextField())
    created, kept = folded([early, later, column, index, rule, old])
    assert kept is old
    assert [(one.name, [name for name, _ in one.fields]) for one in created.tables] == [
        ("Early", ["id", "later"]),
        ("Later", ["id"]),
    ]
    assert [one.options.get("constraints", []) for one in created.tables] == [[rule.constraint], []]
    assert [one.options.get("indexes", []) for one in created.tables] == [[], [index.index]]
