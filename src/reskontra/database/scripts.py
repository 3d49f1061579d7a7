"""SQL that stands in files beside the code that runs it."""

from functools import cache
from importlib.resources import files


@cache
def script(package: str, name: str) -> str:
    """The text of the SQL file ``name`` in ``package``."""
    return (files(package) / name).read_text("utf-8")


@cache
def statements(package: str, name: str) -> tuple[str, ...]:
    """The statements of the SQL file ``name`` in ``package``, in order: each ends a line with a semicolon."""
    return tuple(statement for statement in script(package, name).split(";\n") if statement.strip())
