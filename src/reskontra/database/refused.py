"""What the database refused, by the name of the constraint: a sentence that says which rule was broken."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction


def constraint_of(error: IntegrityError) -> str:
    """The name of the constraint that ``error`` is about; empty where the rule has no name of its own."""
    # Only the name: the database's own message repeats the row.
    diagnosis = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", None) or "")


@contextmanager
def refused_as(refusal: Callable[[str], Exception]) -> Iterator[None]:
    """A savepoint, undone when the database refuses what is stored inside.

    Then raises ``refusal`` with the name of the constraint, or with ``refused`` where it has none.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise refusal(constraint_of(error) or "refused") from error
