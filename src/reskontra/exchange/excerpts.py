"""Documents out of a sealed batch: what was sent about an invoice, byte for byte."""

import mmap
from collections.abc import Iterable

from reskontra.exchange import archive
from reskontra.exchange.archive import ArchiveBroken

_DECLARATION = b"<?xml "
_END = b"</Finvoice>"


def finvoice_of(digest: str, message_id: str) -> bytes | None:
    """The Finvoice document with ``message_id`` from the archived batch ``digest``, without its envelope.

    None where the batch holds no such message. Raises ``ArchiveBroken`` when the archive does not hold the batch.
    """
    return finvoices_of(digest, [message_id]).get(message_id)


def finvoices_of(digest: str, message_ids: Iterable[str]) -> dict[str, bytes]:
    """The same for several messages: those that the batch holds, by their identifiers.

    The batch is searched, not read in: it may be large. In the order in which they were sent one pass finds all.
    """
    found: dict[str, bytes] = {}
    try:
        with (
            archive.path_of(digest).open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as batch,
        ):
            last = 0
            for message_id in message_ids:
                wanted = b"<MessageIdentifier>" + message_id.encode("ascii") + b"</MessageIdentifier>"
                at = batch.find(wanted, last)
                if at < 0:
                    at = batch.find(wanted, 0, last)
                if at < 0:
                    continue
                # Markup in a text is escaped, so the nearest declaration before and end tag behind are its own.
                start, end = batch.rfind(_DECLARATION, 0, at), batch.find(_END, at)
                found[message_id] = batch[start : end + len(_END)] + b"\n"
                last = end
    except FileNotFoundError as missing:
        raise ArchiveBroken(digest) from missing
    return found
