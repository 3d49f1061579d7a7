"""Personal codes at rest: sealed, indexed blindly, keys in a file of their owner only."""

import json
import os
import stat
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reskontra.kernel.identifiers import NotAnIdentifier
from reskontra.kernel.secrets import KeyFileRefused, KeyMissing, KeyRing, SealBroken

RING = KeyRing.generate()
CODE = "010190-900P"
CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"


@st.composite
def synthetic_codes(draw: st.DrawFn) -> str:
    birth = draw(st.dates(min_value=date(1900, 1, 1), max_value=date(2029, 12, 31)))
    digits = f"{birth:%d%m%y}"
    number = draw(st.integers(900, 999))
    separator = draw(st.sampled_from("-YXWVU" if birth.year < 2000 else "ABCDEF"))
    return f"{digits}{separator}{number}{CHECK_CHARACTERS[int(f'{digits}{number}') % 31]}"


# Sealing


@given(st.text(max_size=200), st.binary(max_size=40))
def test_what_is_sealed_twice_differs_and_opens_the_same(plain: str, context: bytes) -> None:
    one, other = RING.seal(plain, context), RING.seal(plain, context)
    assert one != other
    assert RING.open(one, context) == RING.open(other, context) == plain


def test_a_sealed_value_shows_version_and_key_name_and_nothing_of_the_code() -> None:
    sealed = RING.seal(CODE)
    name = RING.active.encode()
    assert sealed[:2] == bytes([1, len(name)])
    assert sealed[2 : 2 + len(name)] == name
    assert len(sealed) == 2 + len(name) + 12 + len(CODE) + 16
    assert b"900P" not in sealed


@given(st.data())
def test_a_sealed_value_with_any_bit_changed_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(RING.seal(CODE, b"customer 1"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((SealBroken, KeyMissing)):
        RING.open(bytes(sealed), b"customer 1")


@given(st.integers(0, 200))
def test_a_sealed_value_that_was_cut_off_does_not_open(length: int) -> None:
    sealed = RING.seal(CODE)
    with pytest.raises(SealBroken):
        RING.open(sealed[: min(length, len(sealed) - 1)])


@given(st.binary(max_size=100))
def test_bytes_that_were_never_sealed_do_not_open(noise: bytes) -> None:
    with pytest.raises((SealBroken, KeyMissing)):
        RING.open(noise)


def test_a_sealed_value_opens_in_its_own_context_only() -> None:
    sealed = RING.seal(CODE, b"customer 1")
    for other in (b"", b"customer 2", b"customer 11"):
        with pytest.raises(SealBroken):
            RING.open(sealed, other)


def test_the_name_of_the_key_is_authenticated_too() -> None:
    as_one = KeyRing({"one": b"A" * 32}, "one", b"B" * 32)
    as_two = KeyRing({"two": b"A" * 32}, "two", b"B" * 32)  # the same key under another name
    renamed = as_one.seal(CODE).replace(b"one", b"two", 1)
    with pytest.raises(SealBroken):
        as_two.open(renamed)


def test_a_value_of_another_ring_misses_its_key() -> None:
    with pytest.raises(KeyMissing):
        RING.open(KeyRing.generate().seal(CODE))


def test_a_refusal_and_a_printed_ring_tell_no_secrets() -> None:
    ring = KeyRing({"a": b"A" * 32}, "a", b"B" * 32)
    assert "A" * 8 not in repr(ring)
    assert "B" * 8 not in repr(ring)
    with pytest.raises(SealBroken) as refusal:
        ring.open(ring.seal(CODE, b"one"), b"other")
    assert refusal.value.__suppress_context__
    assert "900P" not in str(refusal.value)


# Blind index


@given(synthetic_codes(), synthetic_codes())
def test_two_indexes_are_equal_exactly_when_the_codes_are(one: str, other: str) -> None:
    assert (RING.blind_index(one) == RING.blind_index(other)) == (one == other)
    assert RING.blind_index(f" {one.lower()} ") == RING.blind_index(one)


def test_codes_that_differ_in_the_separator_only_are_two_persons() -> None:
    assert RING.blind_index("010190-900P") != RING.blind_index("010190Y900P")


def test_an_index_is_32_bytes_and_means_nothing_under_another_key() -> None:
    assert len(RING.blind_index(CODE)) == 32
    assert RING.blind_index(CODE) != KeyRing.generate().blind_index(CODE)


def test_the_index_is_hmac_sha_256_over_the_eleven_characters() -> None:
    ring = KeyRing({"a": b"A" * 32}, "a", b"B" * 32)
    # printf 010190-900P | openssl dgst -sha256 -hmac BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB
    assert ring.blind_index(CODE).hex() == "7cce981d9c3b0f4c901b7f534d7aa68aa135adb52d978dc17fa946bc26d29e55"


def test_what_is_no_personal_code_has_no_index() -> None:
    with pytest.raises(NotAnIdentifier):
        RING.blind_index("010190-900R")


def test_rotating_leaves_the_index_as_it_was() -> None:
    ring = KeyRing.generate()
    before = ring.blind_index(CODE)
    ring.rotate()
    assert ring.blind_index(CODE) == before


# Key file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_a_created_key_file_is_its_owners_only_and_loads_again(path: Path) -> None:
    sealed = KeyRing.create(path).seal(CODE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeyRing.load(path).open(sealed) == CODE
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]


def test_a_wide_umask_does_not_open_the_key_file(path: Path) -> None:
    before = os.umask(0)
    try:
        KeyRing.create(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_key_file_holds_the_index_key_apart_from_the_sealing_keys(path: Path) -> None:
    ring = KeyRing.create(path)
    keys = json.loads(path.read_text("utf-8"))
    assert keys["version"] == 1
    assert keys["active"] == ring.active
    assert keys["index_key"] not in keys["seal_keys"].values()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o644, 0o660])
def test_a_key_file_open_to_others_is_refused_with_the_remedy(path: Path, mode: int) -> None:
    KeyRing.create(path)
    path.chmod(mode)
    with pytest.raises(KeyFileRefused, match=r"open to others .*chmod 600"):
        KeyRing.load(path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_file_of_its_owner_only_is_taken(path: Path, mode: int) -> None:
    ring = KeyRing.create(path)
    path.chmod(mode)
    assert KeyRing.load(path).names == ring.names


def test_no_key_file_is_said_clearly(path: Path) -> None:
    with pytest.raises(KeyMissing, match=r"keys\.json"):
        KeyRing.load(path)


def test_creating_never_replaces_a_key_file(path: Path) -> None:
    KeyRing.create(path)
    before = path.read_bytes()
    with pytest.raises(KeyFileRefused, match="never replaced"):
        KeyRing.create(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "not json",
        '{"version": 2}',
        '{"version": 1, "active": "a", "seal_keys": [], "index_key": ""}',
        '{"version": 1, "active": "a", "seal_keys": {"a": "c2hvcnQ="}, "index_key": "c2hvcnQ="}',
        '{"version": 1, "active": "a", "seal_keys": {"a": "?"}, "index_key": "?"}',
        '{"version": 1, "active": "a", "seal_keys": {}, "index_key": "c2hvcnQ="}',
    ],
)
def test_what_is_no_key_file_is_refused(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, "utf-8")
    with pytest.raises(KeyFileRefused):
        KeyRing.load(path)


@pytest.mark.parametrize(
    ("seal_keys", "active", "index_key"),
    [
        ({"a": b"A" * 32}, "b", b"B" * 32),  # active key missing
        ({"a": b"A" * 16}, "a", b"B" * 32),  # half a key
        ({"a": b"A" * 32}, "a", b"B" * 16),
        ({"a": b"A" * 32}, "a", b"A" * 32),  # one key for both purposes
        ({"a": b"A" * 32, "b": b"A" * 32}, "a", b"B" * 32),
        ({"ä": b"A" * 32}, "ä", b"B" * 32),
        ({"": b"A" * 32}, "", b"B" * 32),
    ],
)
def test_keys_that_are_short_shared_or_badly_named_are_refused(
    seal_keys: dict[str, bytes], active: str, index_key: bytes
) -> None:
    with pytest.raises(KeyFileRefused):
        KeyRing(seal_keys, active, index_key)


# Rotation


def test_rotating_seals_with_the_new_key_and_still_reads_the_old(path: Path) -> None:
    ring = KeyRing.create(path)
    old_name, old = ring.active, ring.seal(CODE)
    new_name = ring.rotate()
    assert ring.active == new_name != old_name
    assert ring.names == (old_name, new_name)
    assert new_name.encode() in ring.seal(CODE)
    again = KeyRing.load(path)
    assert again.active == new_name
    assert again.open(old) == again.open(ring.seal(CODE)) == CODE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_processes_that_rotate_lose_none_of_each_others_keys(path: Path) -> None:
    one = KeyRing.create(path)
    other = KeyRing.load(path)
    one.rotate()
    by_one = one.seal(CODE)
    other.rotate()
    by_other = other.seal(CODE)
    assert len(other.names) == 3
    for ring in (KeyRing.load(path), one, other):
        assert ring.open(by_one) == ring.open(by_other) == CODE


def test_a_ring_in_use_reads_what_another_process_sealed_after_rotating(path: Path) -> None:
    in_use = KeyRing.create(path)
    elsewhere = KeyRing.load(path)
    elsewhere.rotate()
    assert in_use.open(elsewhere.seal(CODE)) == CODE
    assert in_use.active == elsewhere.active


def test_rotating_waits_for_nobody_and_says_who_is_in_the_way(path: Path) -> None:
    ring = KeyRing.create(path)
    before = path.read_bytes()
    interrupted = path.with_name("keys.json.new")
    interrupted.touch()
    with pytest.raises(KeyFileRefused, match=r"keys\.json\.new"):
        ring.rotate()
    assert interrupted.exists()
    assert path.read_bytes() == before
    assert len(ring.names) == 1


def test_a_ring_does_not_rotate_into_another_rings_file(path: Path) -> None:
    ring = KeyRing.create(path)
    path.unlink()
    KeyRing.create(path)
    before = path.read_bytes()
    with pytest.raises(KeyFileRefused, match="another ring"):
        ring.rotate()
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]
