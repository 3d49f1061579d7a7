"""Personal codes at rest: sealed for reading, indexed blindly for finding.

A sealed value is AES-256-GCM; equal codes are found by HMAC-SHA-256 under a key of its own. Both keys stand
in a file outside the database, so that a copy of the database alone says nothing: without a key the whole
century of codes falls to a minute of guessing.

A sealed value is: version (1 byte, 1), length of the key's name (1 byte), name (ASCII), nonce (12 bytes),
ciphertext with its 16-byte tag. Everything before the nonce, and the caller's context, is authenticated.
"""

import hmac
import json
import os
import re
import stat
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from reskontra.kernel.identifiers import normal_personal_code

_VERSION = 1
_KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_KEY_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SealBroken(ValueError):
    """A sealed value is no sealed value, was altered, or belongs to another context."""


class KeyMissing(LookupError):
    """The key, or the whole key file, is not there."""


class KeyFileRefused(ValueError):
    """The key file cannot be used as it stands; the message says what to do."""


class KeyRing:
    """Named AES-256-GCM keys, one of them active, and one key for the blind index.

    New values are sealed with the active key; older keys stay readable. The index key has no successor:
    with another one no code would be found again.
    """

    def __init__(
        self, seal_keys: Mapping[str, bytes], active: str, index_key: bytes, path: Path | None = None
    ) -> None:
        """Keys are 32 bytes each and all different; raises ``KeyFileRefused`` otherwise."""
        if active not in seal_keys:
            raise KeyFileRefused("the active key is not among the keys")
        if not all(_KEY_NAME.fullmatch(name) for name in seal_keys):
            raise KeyFileRefused("a key's name is 1 to 64 letters, digits, points, hyphens or underscores")
        every = [index_key, *seal_keys.values()]
        if any(len(key) != _KEY_BYTES for key in every) or len(set(every)) != len(every):
            raise KeyFileRefused(f"every key is {_KEY_BYTES} bytes and none stands twice")
        self._seal_keys = dict(seal_keys)
        self._active = active
        self._index_key = index_key
        self._path = path

    def __repr__(self) -> str:
        return f"KeyRing(active={self._active!r}, names={self.names!r})"

    @property
    def active(self) -> str:
        """The name of the key that seals."""
        return self._active

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all keys that can be read with, oldest first."""
        return tuple(self._seal_keys)

    @classmethod
    def generate(cls) -> Self:
        """A new ring in memory only, for tests and demonstrations."""
        name, key = _new_key(1)
        return cls({name: key}, name, os.urandom(_KEY_BYTES))

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new ring written to ``path`` with mode 0600; never replaces a file: ``KeyFileRefused``."""
        drawn = cls.generate()
        ring = cls(drawn._seal_keys, drawn._active, drawn._index_key, path)
        with _NewFile(path) as new:
            if path.exists():
                raise KeyFileRefused(f"{path} is there already; a key file is never replaced by a new one")
            new.write(ring._as_json())
        return ring

    @classmethod
    def load(cls, path: Path) -> Self:
        """The ring in ``path``.

        Raises ``KeyMissing`` when there is no file, ``KeyFileRefused`` when anyone but its owner has
        access to it or it is no key file.
        """
        try:
            keys = json.loads(_read_private(path))
            if keys["version"] != _VERSION:
                raise KeyFileRefused(f"{path} is a key file of another version")
            seal_keys = {name: b64decode(key, validate=True) for name, key in keys["seal_keys"].items()}
            return cls(seal_keys, keys["active"], b64decode(keys["index_key"], validate=True), path)
        except (KeyFileRefused, KeyMissing):
            raise
        except (ValueError, KeyError, TypeError, AttributeError):
            # Without the cause: it would carry the file's text, and so the keys, into a log.
            raise KeyFileRefused(f"{path} is no key file; restore it from its backup") from None

    def rotate(self) -> str:
        """Adds a new key and makes it the active one; returns its name.

        A ring from a file is written before the new key is used, together with the keys that another
        process may have added meanwhile. Raises ``KeyFileRefused`` while another process is writing.
        """
        if self._path is None:
            name, key = _new_key(len(self._seal_keys) + 1)
            self._seal_keys, self._active = {**self._seal_keys, name: key}, name
            return name
        with _NewFile(self._path) as new:
            current = self.load(self._path)
            if not hmac.compare_digest(current._index_key, self._index_key):
                raise KeyFileRefused(f"{self._path} holds another ring now; load it again")
            name, key = _new_key(len(current._seal_keys) + 1)
            current._seal_keys[name], current._active = key, name
            new.write(current._as_json())
        self._seal_keys, self._active = current._seal_keys, name
        return name

    def seal(self, plain: str, context: bytes = b"") -> bytes:
        """``plain`` sealed with the active key; twice the same text gives two different values.

        ``context`` (table and row, say) is not stored and must be given again to open, so that a value
        moved to another row does not open there. Random nonces allow some 2**32 seals for one key.
        """
        name, key = self._active, self._seal_keys[self._active]
        header = bytes([_VERSION, len(name)]) + name.encode("ascii")
        nonce = os.urandom(_NONCE_BYTES)
        return header + nonce + AESGCM(key).encrypt(nonce, plain.encode("utf-8"), header + context)

    def open(self, sealed: bytes, context: bytes = b"") -> str:
        """The text in ``sealed``.

        Raises ``SealBroken`` when it was altered or ``context`` is another one, ``KeyMissing`` when its
        key is not in the ring; a ring from a file reads the file again before it says so.
        """
        sealed = bytes(sealed)
        name, header, rest = _parts(sealed)
        key = self._key(name)
        try:
            opened = AESGCM(key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], header + context)
        except InvalidTag:
            raise SealBroken("the sealed value was altered or belongs somewhere else") from None
        return opened.decode("utf-8")

    def blind_index(self, plain: str) -> bytes:
        """32 bytes that are equal exactly when two personal codes are, over all eleven characters.

        The code is brought to its normal form first; raises ``NotAnIdentifier`` for what is no code.
        """
        return hmac.digest(self._index_key, normal_personal_code(plain).encode("ascii"), "sha256")

    def _key(self, name: str) -> bytes:
        if name not in self._seal_keys and self._path is not None:
            # Another process may have rotated since this ring was loaded.
            current = self.load(self._path)
            self._seal_keys, self._active = current._seal_keys, current._active
        try:
            return self._seal_keys[name]
        except KeyError:
            raise KeyMissing(f"no key named {name} in the ring; restore it from its backup") from None

    def _as_json(self) -> str:
        seal_keys = {name: b64encode(key).decode("ascii") for name, key in self._seal_keys.items()}
        index_key = b64encode(self._index_key).decode("ascii")
        keys = {"version": _VERSION, "active": self._active, "seal_keys": seal_keys, "index_key": index_key}
        return json.dumps(keys, indent=2) + "\n"


class _NewFile:
    """A file written beside ``path`` and moved into its place: all of it appears, or none.

    The new file's name is fixed and it is created exclusively, so that it is the lock among writers too.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new = path.with_name(f"{path.name}.new")
        self._moved = False

    def __enter__(self) -> Self:
        try:
            self._file = os.open(self._new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise KeyFileRefused(
                f"{self._new} is there: another process is writing keys, or was interrupted; "
                "remove it when no other process is at work"
            ) from None
        return self

    def write(self, text: str) -> None:
        with os.fdopen(os.dup(self._file), "wb") as stream:
            stream.write(text.encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        self._new.replace(self._path)
        self._moved = True
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def __exit__(self, *_: object) -> None:
        os.close(self._file)
        # Once moved, a file of that name is the next writer's.
        if not self._moved:
            self._new.unlink(missing_ok=True)


def _new_key(number: int) -> tuple[str, bytes]:
    # The random part keeps the keys of two installations apart: a foreign seal is KeyMissing, not broken.
    return f"k{number}-{os.urandom(4).hex()}", os.urandom(_KEY_BYTES)


def _read_private(path: Path) -> str:
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        raise KeyMissing(f"there is no key file {path}") from None
    with stream:
        mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
        if mode & _OTHERS:
            raise KeyFileRefused(f"{path} is open to others (mode {mode:04o}); run: chmod 600 {path}")
        return stream.read().decode("utf-8")


def _parts(sealed: bytes) -> tuple[str, bytes, bytes]:
    if len(sealed) < 2 or sealed[0] != _VERSION:
        raise SealBroken("not a sealed value of a known version")
    end = 2 + sealed[1]
    if len(sealed) < end + _NONCE_BYTES + _TAG_BYTES:
        raise SealBroken("the sealed value is cut off")
    name = sealed[2:end].decode("ascii", errors="replace")
    if not _KEY_NAME.fullmatch(name):
        raise SealBroken("the sealed value names no key")
    return name, sealed[:end], sealed[end:]
