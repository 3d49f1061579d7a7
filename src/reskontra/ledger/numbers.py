"""Gap-free numbers: a block of a series, taken last before the rows that carry it."""

from django.db import connection

from reskontra.registers.models import Unit


def take_numbers(unit: Unit, series: str, count: int, year: int = 0) -> int:
    """The first of ``count`` numbers of the unit's ``series``, theirs only if the transaction commits.

    The counter row stays locked until then: a rolled-back run leaves no gap. ``year`` 0 is a series that
    goes on from year to year.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_numberseries AS kept (unit_id, series, year, next_number)"
            " VALUES (%s, %s, %s, 1 + %s)"
            " ON CONFLICT (unit_id, series, year) DO UPDATE SET next_number = kept.next_number + %s"
            " RETURNING next_number",
            [unit.pk, series, year, count, count],
        )
        row = cursor.fetchone()
    assert row is not None
    return int(row[0]) - count
