"""The archive keeps bytes once, whole, under their SHA-256."""

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from reskontra.exchange import archive


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """An archive of the test's own."""
    before, settings.HOME = settings.HOME, tmp_path
    yield tmp_path
    settings.HOME = before


def lying_in(home: Path) -> list[Path]:
    """Every file of the archive, temporary ones too."""
    return [path for path in home.rglob("*") if path.is_file()]


def test_bytes_lie_under_their_sha256(home: Path) -> None:
    stored = archive.store([b"one ", b"", b"two"])
    assert stored.digest == hashlib.sha256(b"one two").hexdigest()
    assert stored.size == 7
    assert stored.path == archive.path_of(stored.digest)
    assert stored.path.read_bytes() == b"one two" == archive.read(stored.digest)


@how(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(st.lists(st.binary(max_size=40), max_size=6))
def test_whatever_the_pieces_the_bytes_come_back(home: Path, pieces: list[bytes]) -> None:
    stored = archive.store(pieces)
    assert archive.read(stored.digest) == b"".join(pieces)
    assert stored.size == len(b"".join(pieces))


def test_the_same_bytes_are_kept_once(home: Path) -> None:
    first, again = archive.store([b"same"]), archive.store([b"sa", b"me"])
    assert first == again
    assert lying_in(home) == [first.path]


def test_the_same_bytes_again_leave_the_file_alone(home: Path) -> None:
    path = archive.store([b"same"]).path
    inode = path.stat().st_ino
    archive.store([b"same"])
    assert path.stat().st_ino == inode


def test_bytes_that_many_store_at_once_are_kept_once(home: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        stored = set(threads.map(lambda _: archive.store([b"same" * 1000]), range(40)))
    assert len(stored) == 1
    assert len(lying_in(home)) == 1


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data + b" ", lambda data: b"", lambda data: b"X" + data[1:]],
    ids=["cut", "longer", "empty", "one byte"],
)  # fmt: skip
def test_damaged_bytes_are_never_read_as_sound(home: Path, damage: Any) -> None:
    stored = archive.store([b"evidence"])
    stored.path.write_bytes(damage(b"evidence"))
    with pytest.raises(archive.ArchiveBroken):
        archive.read(stored.digest)


def test_one_flipped_bit_is_found_wherever_it_is(home: Path) -> None:
    stored = archive.store([b"evidence"])
    for place in range(8 * 8):
        data = bytearray(b"evidence")
        data[place // 8] ^= 1 << place % 8
        stored.path.write_bytes(bytes(data))
        with pytest.raises(archive.ArchiveBroken):
            archive.read(stored.digest)


def test_the_same_bytes_mend_a_damaged_copy(home: Path) -> None:
    """A row that names the digest is committed after this: the bytes must then be there, not only the name."""
    stored = archive.store([b"evidence"])
    stored.path.write_bytes(b"evidenc")
    archive.store([b"evidence"])
    assert archive.read(stored.digest) == b"evidence"


def test_an_exception_in_the_middle_leaves_nothing(home: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half of it"
        raise OSError("the sender went away")

    with pytest.raises(OSError, match="went away"):
        archive.store(pieces())
    assert lying_in(home) == []


@pytest.mark.parametrize("call", ["fsync", "open"])
def test_a_disk_that_refuses_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """P11: no room, no file, no half of one."""

    def refuse(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    archive.store([b"another"])
    monkeypatch.setattr(os if call == "fsync" else Path, call, refuse)
    with pytest.raises(OSError, match="No space left"):
        archive.store([b"more than there is room for"])
    monkeypatch.undo()
    assert len(lying_in(home)) == 1


def test_the_bytes_are_flushed_before_they_have_their_name_and_the_name_before_it_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order that no crash of the machine turns into a row without bytes: flush, rename, flush both folders."""
    done: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        target = Path(f"/proc/self/fd/{descriptor}")
        done.append(f"fsync {target.readlink().name if target.exists() else '?'}")
        real_fsync(descriptor)

    def replace(self: Path, target: Path) -> Path:
        done.append("rename")
        return real_replace(self, target)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("this system does not tell what a descriptor is open on")
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    digest = archive.store([b"first"]).digest
    assert done[0].endswith(".part")
    assert done[1:] == ["rename", f"fsync {digest[:2]}", "fsync archive"]
    done.clear()
    archive.store(
        [b"first"]
    )  # somebody else may have renamed it a moment ago, and not yet flushed the folder
    assert done[1:] == [f"fsync {digest[:2]}", "fsync archive"]


def test_a_partial_file_that_a_kill_left_is_not_taken_for_bytes(home: Path) -> None:
    stored = archive.store([b"whole"])
    (home / "archive" / ".0123456789abcdef.part").write_bytes(b"who")
    assert archive.read(stored.digest) == b"whole"
    with pytest.raises(FileNotFoundError):
        archive.read(hashlib.sha256(b"who").hexdigest())
