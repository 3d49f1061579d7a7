"""A refusal by the database becomes one of ours, and tells no more than the name of what was broken."""

import pytest
from django.db import IntegrityError, connection, transaction

from reskontra.database.refused import constraint_of, refused_as

TABLE = "CREATE TEMP TABLE counted (number int NOT NULL CONSTRAINT a_number_is_counted_once UNIQUE) ON COMMIT DROP"


class Refusal(Exception):
    """What a room would raise."""


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("value", "name"), [("1", "a_number_is_counted_once"), ("NULL", "refused")])
def test_what_the_database_refuses_is_taken_back_and_named(value: str, name: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute("INSERT INTO counted VALUES (1)")
        with pytest.raises(Refusal) as refusal, refused_as(Refusal):
            cursor.execute(f"INSERT INTO counted VALUES (2); INSERT INTO counted VALUES ({value})")
        assert refusal.value.args == (name,)
        assert isinstance(refusal.value.__cause__, IntegrityError)
        cursor.execute("SELECT array_agg(number) FROM counted")
        assert cursor.fetchone() == ([1],)  # and the transaction goes on


def test_an_error_that_did_not_come_from_the_database_has_no_constraint() -> None:
    assert constraint_of(IntegrityError("told by somebody else")) == ""
