"""Personal codes in the customer register: sealed to their customer, found by a blind index (OC 2.2-f)."""

from reskontra.kernel.secrets import KeyRing
from reskontra.registers.models import Customer


def sealed_code(ring: KeyRing, number: str, code: str) -> bytes:
    """A personal code (in normal form) sealed for customer ``number``: it opens nowhere else."""
    return ring.seal(code, _context(number))


def personal_code_of(customer: Customer, ring: KeyRing) -> str | None:
    """The customer's personal code in plain, for what must name it (channels, enforcement); None without one.

    Raises ``SealBroken`` when the value was altered or moved here, ``KeyMissing`` without its key. Never show
    or log it.
    """
    if customer.personal_code_sealed is None:
        return None
    return ring.open(bytes(customer.personal_code_sealed), _context(customer.number))


def _context(number: str) -> bytes:
    return f"customer {number}".encode("ascii")
