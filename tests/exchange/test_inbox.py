"""A file comes in once, by its bytes, whatever it is called and whoever brings it."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connections, transaction

from exchange.conftest import Office
from reskontra.database.session import working_in
from reskontra.exchange import archive
from reskontra.exchange.inbox import Received, receive
from reskontra.exchange.models import InboxFile
from reskontra.registers.models import Unit


def bring(office: Office, data: bytes, name: str = "in.xlsx", unit: Unit | None = None) -> Received:
    unit = unit or office.unit
    with working_in([unit.pk], office.first.pk):
        return receive(office.acting(unit), data, name, "import")


def test_a_file_is_kept_untouched_before_anybody_reads_it(office: Office) -> None:
    received = bring(office, b"not a workbook at all \x00\xff", "in.xlsx")
    assert not received.before
    assert archive.read(received.file.digest) == b"not a workbook at all \x00\xff"
    assert (received.file.name, received.file.size) == ("in.xlsx", 24)


def test_the_same_bytes_give_back_the_file_as_it_first_came(office: Office) -> None:
    first = bring(office, b"the same")
    for name in ("in.xlsx", "another name.xlsx", ""):
        again = bring(office, b"the same", name)
        assert again.before
        assert again.file.pk == first.file.pk
        assert again.file.name == "in.xlsx"


def test_other_bytes_are_another_file(office: Office) -> None:
    assert bring(office, b"one").file.pk != bring(office, b"one ").file.pk


def test_the_same_bytes_in_another_unit_are_that_units_own_file(office: Office) -> None:
    """One unit never learns what another has received."""
    own = bring(office, b"shared by both")
    foreign = bring(office, b"shared by both", unit=office.other)
    assert not foreign.before
    assert own.file.pk != foreign.file.pk
    assert own.file.digest == foreign.file.digest


def test_a_long_name_keeps_its_end_where_the_kind_stands(office: Office) -> None:
    assert bring(office, b"long name", "x" * 300 + ".xlsx").file.name.endswith(".xlsx")


def test_a_session_that_fails_keeps_the_bytes_and_no_row(office: Office) -> None:
    """The bytes lie in the archive before the row is committed; the next attempt finds no row and begins anew."""
    with working_in([office.unit.pk], office.first.pk):
        received = receive(office.acting(), b"failed once", "in.xlsx", "import")
        transaction.set_rollback(True)
    assert archive.read(received.file.digest) == b"failed once"
    assert not bring(office, b"failed once").before


def test_the_same_file_brought_by_many_at_once_is_one_file(office: Office) -> None:
    """P14: whoever comes second waits, and is told that it had come before."""
    for number in range(5):
        barrier = threading.Barrier(4)

        def work(_: int, number: int = number, barrier: threading.Barrier = barrier) -> Received:
            barrier.wait()
            try:
                return bring(office, f"race {number}".encode())
            finally:
                for alias in ("default", "owner"):
                    connections[alias].close()

        with ThreadPoolExecutor(4) as threads:
            received = list(threads.map(work, range(4)))
        assert len({found.file.pk for found in received}) == 1
        assert sorted(found.before for found in received) == [False, True, True, True]
    with working_in([office.unit.pk]):
        digests = list(InboxFile.objects.filter(unit=office.unit).values_list("digest", flat=True))
    assert len(digests) == len(set(digests))
