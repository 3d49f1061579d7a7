"""One document out of a sealed batch: what was sent about one invoice, byte for byte."""

import mmap

from reskontra.exchange import archive
from reskontra.exchange.archive import ArchiveBroken

_DECLARATION = b"<?xml "
_END = b"</Finvoice>"


def finvoice_of(digest: str, message_id: str) -> bytes | None:
    """The Finvoice document with ``message_id`` from the archived batch ``digest``, without its envelope.

    None where the batch holds no such message. The batch is searched, not read in: it may be large. Raises
    ``ArchiveBroken`` when the archive does not hold the batch.
    """
    wanted = b"<MessageIdentifier>" + message_id.encode("ascii") + b"</MessageIdentifier>"
    try:
        with (
            archive.path_of(digest).open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as batch,
        ):
            at = batch.find(wanted)
            if at < 0:
                return None
            # Markup in a text is escaped, so the nearest declaration before and end tag behind are its own.
            start, end = batch.rfind(_DECLARATION, 0, at), batch.find(_END, at)
            return batch[start : end + len(_END)] + b"\n"
    except FileNotFoundError as missing:
        raise ArchiveBroken(digest) from missing
