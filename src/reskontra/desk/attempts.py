"""How often somebody has tried to sign in: five wrong passwords, then a pause of fifteen minutes."""

import hashlib

from django.core.cache.backends.locmem import LocMemCache

ALLOWED = 5
PAUSE_MINUTES = 15

# A memory of its own: so wide that trying many names does not make it forget one of them. The desk is one
# process, so the memory of one process is all there is.
_tried = LocMemCache(
    "reskontra sign-in", {"TIMEOUT": PAUSE_MINUTES * 60, "OPTIONS": {"MAX_ENTRIES": 200_000}}
)


def try_once(username: str, address: str) -> bool:
    """Count one attempt; False when this name has used up its attempts from this address.

    Counted before the password is looked at, so that attempts at the same time do not slip past.
    """
    key = _key(username, address)
    _tried.add(key, 0)
    try:
        return _tried.incr(key) <= ALLOWED
    except ValueError:  # the pause ended between the two lines
        _tried.set(key, 1)
        return True


def forget(username: str, address: str) -> None:
    """The password was right: begin anew."""
    _tried.delete(_key(username, address))


def forget_all() -> None:
    """Begin anew for everybody, as a restart does."""
    _tried.clear()


def _key(username: str, address: str) -> str:
    return hashlib.sha256(f"{username.casefold()}\n{address}".encode()).hexdigest()
