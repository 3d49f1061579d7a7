"""Files for the reader: from the archive, or just made."""

from urllib.parse import quote

from django.http import HttpResponse

from reskontra.exchange import archive
from reskontra.exchange.archive import ArchiveBroken

_KINDS = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "pdf": "application/pdf",
    "xml": "application/xml",
    "csv": "text/csv; charset=utf-8",
}


def archived(digest: str, name: str) -> HttpResponse:
    """The bytes of ``digest`` under ``name``; raises ``ArchiveBroken`` when they are not what was kept."""
    try:
        return download(archive.read(digest), name)
    except FileNotFoundError as missing:
        raise ArchiveBroken(digest) from missing


def download(data: bytes, name: str, shown: bool = False) -> HttpResponse:
    """``data`` as a file called ``name``; the kind is told by the name's ending.

    Only what we have written ourselves is ``shown`` in the browser; what came from elsewhere is kept as a file.
    """
    kind = _KINDS.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in name)
    way = "inline" if shown else "attachment"
    disposition = f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": disposition})
