"""Operations of migrations beside Django's own."""

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation, OperationCategory


class CreateTables(Operation):
    """Several new tables at once.

    For each table alone Django builds every model that hangs together with it anew; here all hang together with units
    and runs, and a hundred of them took longer than everything else of preparing a database.
    """

    category = OperationCategory.ADDITION
    serialization_expand_args = ["tables"]  # noqa: RUF012 - as Django declares it

    def __init__(self, tables: Sequence[CreateModel]) -> None:
        self.tables = list(tables)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How the operation is written into a migration."""
        return self.__class__.__name__, [], {"tables": self.tables}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models, without building them: that is done once, when somebody asks for them."""
        state.__dict__.pop("apps", None)
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create the tables in their order."""
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Remove the tables, the last one first."""
        for table in reversed(self.tables):
            table.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """What the operation does, for the list of migrations."""
        return f"Create the tables {', '.join(table.name for table in self.tables)}"

    @property
    def migration_name_fragment(self) -> str:
        """Part of a migration's file name."""
        return "_".join(table.name_lower for table in self.tables[:2])
