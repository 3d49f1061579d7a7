"""How large a supplier's invoice may be, whatever it came in: by its way of arrival, and each attachment by itself."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cast import DAY, HARBOUR, inside, set_term, unit
from reskontra.exchange import archive
from reskontra.purchases.models import PurchaseInvoice

Command = Callable[..., tuple[int, Any]]
IN_HARBOUR = ("--unit", HARBOUR, "--on", DAY.isoformat(), "--as", "cecilia")
FORMATS = Path(__file__).parents[1] / "formats"
FILE = re.compile(rb"(<(?:cbc:EmbeddedDocumentBinaryObject|ram:AttachmentBinaryObject)[^>]*>)[^<]*")
PDF = b"%PDF-1.7\n" + bytes(20_000_000)
pytestmark = pytest.mark.usefixtures("database")


def _invoice(folder: Path, syntax: str, content: bytes) -> Path:
    golden = (FORMATS / syntax / "golden" / "everything.xml").read_bytes()
    kept = folder / f"{syntax}-{len(content)}.xml"
    kept.write_bytes(FILE.sub(lambda found: found[1] + base64.b64encode(content), golden))
    return kept


@pytest.mark.parametrize("syntax", ["ubl", "cii"])
def test_a_peppol_invoice_with_a_file_of_twenty_megabytes_comes_in(
    command: Command, tmp_path: Path, syntax: str
) -> None:
    """EX 1-b: 200 MB by interface, 100 MB a file; a unit that takes less says so in its own terms."""
    where = unit()
    large = _invoice(tmp_path, syntax, PDF)
    code, answer = command("import", str(large), *IN_HARBOUR)
    assert answer["read"] == 1, (code, answer)
    with inside(where):
        (stored,) = PurchaseInvoice.objects.filter(unit=where)
        kept = [one for one in stored.attachments if one.get("digest")]
    assert [(one["size"], archive.read(one["digest"]) == PDF) for one in kept] == [(len(PDF), True)]


def test_a_larger_one_than_its_limit_is_refused_with_the_limit(command: Command, tmp_path: Path) -> None:
    """EX 1-b"""
    where = unit()
    set_term(where, "purchase_attachment_size", "20")
    set_term(where, "purchase_size_by_interface", "27")
    for content, rule, limit in (
        (PDF, "purchase_attachment_too_large", "20"),  # nine bytes over
        (PDF + bytes(300_000), "purchase_too_large", "27"),
    ):
        _, answer = command("import", str(_invoice(tmp_path, "ubl", content)), *IN_HARBOUR)
        found = answer["findings"] if "findings" in answer else answer["reasons"]
        assert [(one["rule"], one["detail"]["limit"]) for one in found] == [(rule, limit)]
        with inside(where):
            assert not PurchaseInvoice.objects.filter(unit=where).exists()
    code, _ = command("import", str(_invoice(tmp_path, "ubl", PDF[:20_000_000])), *IN_HARBOUR)
    with inside(where):
        assert PurchaseInvoice.objects.filter(unit=where).count() == 1, code
