"""The key ring of personal codes, kept outside the database in the installation's home folder."""

from functools import cache
from pathlib import Path

from django.conf import settings

from reskontra.kernel.secrets import KeyRing


@cache
def key_ring() -> KeyRing:
    """The installation's key ring, made at first use with access for this user only."""
    path = Path(settings.HOME) / "keys" / "personal-codes.json"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return KeyRing.load(path) if path.exists() else KeyRing.create(path)
