"""Keys of the database, as addresses and forms write them."""

from django.urls.converters import IntConverter

LARGEST = 2**63 - 1


def key_of(written: str) -> int:
    """The key that was written; 0, which no row has, for what is none."""
    return int(written) if written.isdecimal() and len(written) < 20 and int(written) <= LARGEST else 0


class KeyConverter(IntConverter):
    """A key in an address (``<key:id>``); what no key can be is no page."""

    def to_python(self, value: str) -> int:
        """Raises ``ValueError`` for a number that no row can bear."""
        if len(value) > 19 or int(value) > LARGEST:
            raise ValueError
        return int(value)
