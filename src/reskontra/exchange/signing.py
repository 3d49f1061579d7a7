"""Detached signatures of files that go out, so that whoever carries them further sees that they are unchanged (EX 9-a).

Ed25519 (RFC 8032), one key for each unit, kept outside the database beside the other keys of the installation. What is
signed is the file's SHA-256 under a heading of its own, so that a signature holds for nothing else.
"""

import json
import os
import stat
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

from reskontra.kernel.clauses import clause
from reskontra.kernel.secrets import KeyFileRefused

_ALGORITHM = "Ed25519"
_HEADING = b"reskontra file signature 1\n"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@clause("EX 9-a")
def sign(unit_code: str, digest: str) -> bytes:
    """The detached signature, as JSON, of the file whose SHA-256 in hex is ``digest``, by the unit's key.

    The key is made at first use, with access for this user only. Raises ``KeyFileRefused`` for one that others may
    read or that is none.
    """
    signature = _key(unit_code).sign(_HEADING + digest.encode("ascii"))
    told = {"algorithm": _ALGORITHM, "digest": digest, "signature": b64encode(signature).decode("ascii")}
    return (json.dumps(told, indent=2) + "\n").encode("ascii")


@clause("EX 9-a")
def verify(public_key: bytes, digest: str, signature: bytes) -> bool:
    """Whether ``signature`` is that of the file with ``digest`` by the holder of ``public_key`` (32 bytes)."""
    try:
        told = json.loads(signature)
        if told["algorithm"] != _ALGORITHM or told["digest"] != digest:
            return False
        written = b64decode(told["signature"], validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(written, _HEADING + digest.encode("ascii"))
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return True


def public_key(unit_code: str) -> bytes:
    """The 32 bytes with which whoever receives a unit's files verifies them."""
    return _key(unit_code).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def public_pem(unit_code: str) -> str:
    """The same key as people hand it over."""
    pem = _key(unit_code).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode("ascii")


def _key(unit_code: str) -> Ed25519PrivateKey:
    path = Path(settings.HOME) / "keys" / f"signing-{unit_code}.pem"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _make(path)
    if stat.S_IMODE(path.stat().st_mode) & _OTHERS:
        raise KeyFileRefused(f"{path} is open to others; run: chmod 600 {path}")
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except ValueError:
        # Without the cause: it could carry the file's text into a log.
        raise KeyFileRefused(f"{path} is no key file; restore it from its backup") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileRefused(f"{path} holds another kind of key; restore it from its backup")
    return key


def _make(path: Path) -> None:
    """A new key at ``path``, whole or not at all; who comes second keeps the key of who came first."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink()
