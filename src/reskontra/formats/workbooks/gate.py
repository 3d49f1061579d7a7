"""The gate: looks at a workbook before any spreadsheet library opens it.

A legal workbook of 1.5 kB can kill the process that reads it, a false size note can make a reader drop
rows, and a row that stands twice is read once without a word. So the gate takes the file apart itself:
the zip table, the parts under caps, every sheet in one streaming pass, and gives its own count of the
rows, which the rows that the library finds must equal (OC 3.9-a). Size notes inside the file are never
believed, and harm nobody.
"""

import posixpath
from dataclasses import dataclass

from lxml import etree

from reskontra.formats.workbooks import limits
from reskontra.formats.workbooks.archive import Archive, looks_like_archive
from reskontra.formats.workbooks.markup import small_tree
from reskontra.formats.workbooks.refusals import refuse
from reskontra.formats.workbooks.sheets import SharedTexts, SheetCount, SheetReader, read_shared_texts

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")

_WORKBOOK = "xl/workbook.xml"
_WORKBOOK_RELATIONS = "xl/_rels/workbook.xml.rels"
_STRINGS = "xl/sharedStrings.xml"
_STYLES = "xl/styles.xml"
_TYPES = "[Content_Types].xml"

# Folders and files of a workbook that act, or fetch, rather than hold values.
_ACTIVE = (
    "vbaproject", "xl/macrosheets/", "xl/dialogsheets/", "xl/activex/", "xl/ctrlprops/", "xl/embeddings/",
    "xl/connections.xml", "xl/querytables/", "xl/webextensions/", "customui/", "xl/model/",
)  # fmt: skip
_ACTIVE_TYPES = ("macroenabled", "vbaproject", "macrosheet", "oleobject", "activex", "controlproperties")
_EXTERNAL_ALLOWED = ("hyperlink",)
_MOST_STYLES = 100_000


@dataclass(frozen=True, slots=True)
class Counted:
    """The gate's answer: the sheets in the workbook's order, with what was really found in them."""

    sheets: tuple[SheetCount, ...]


def pass_gate(data: bytes) -> Counted:
    """Count a workbook's rows; raise ``Refused`` when it may harm or mislead whoever reads it.

    Refused: more than 20 MB packed, 200 MB unpacked (counted, not believed), 64 parts, 100,000 rows,
    100 columns or a packing ratio of 200; parts twice, nested, encrypted, linked or named outside the
    file; macros, ActiveX, embedded objects, data connections, external links; declarations, comments and
    CDATA in the markup; rows or cells twice or out of order; formulas and errors in visible sheets.
    Merged cells, hidden rows, columns and sheets are told, for the reader to judge where they stand.
    """
    _check_kind(data)
    archive = Archive(data)
    _check_parts(archive)
    sheets = _sheet_parts(archive)
    texts = read_shared_texts(archive.chunks(_STRINGS), _STRINGS) if _STRINGS in archive else SharedTexts()
    counted = tuple(
        SheetReader(name, part, hidden, texts).count(archive.chunks(part)) for name, part, hidden in sheets
    )
    _check_rest(archive, {part.casefold() for _, part, _ in sheets})
    return Counted(counted)


def is_workbook(data: bytes) -> bool:
    """Whether the bytes begin as a zip file or an old binary workbook, whatever the name says."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLE2))


def _check_kind(data: bytes) -> None:
    if not data:
        refuse("file_empty")
    if len(data) > limits.PACKED_BYTES:
        refuse("file_too_large", limit=limits.PACKED_BYTES // 1_000_000)
    if data.startswith(_OLE2):
        refuse("file_workbook_has_password" if _ENCRYPTED_PACKAGE in data else "file_old_workbook")
    if not data.startswith(b"PK\x03\x04"):
        refuse("file_archive_damaged" if data.startswith(b"PK") else "file_unknown")


def _check_parts(archive: Archive) -> None:
    for part in archive.parts:
        name = part.name.casefold()
        if name.startswith("xl/externallinks/"):
            refuse("file_external_link", where=part.name)
        if any(name.startswith(active) or f"/{active}" in f"/{name}" for active in _ACTIVE):
            refuse("file_active_content", where=part.name, value=part.name)
    if "xl/workbook.bin" in archive or "mimetype" in archive:
        refuse("file_workbook_of_other_kind")
    if _WORKBOOK not in archive or _WORKBOOK_RELATIONS not in archive or _TYPES not in archive:
        refuse("file_workbook_of_other_kind")
    for entry in small_tree(archive.whole(_TYPES), _TYPES):
        content_type = (entry.get("ContentType") or "").casefold()
        if any(active in content_type for active in _ACTIVE_TYPES):
            refuse("file_active_content", where=_TYPES, value=content_type.rpartition(".")[2])


def _sheet_parts(archive: Archive) -> list[tuple[str, str, bool]]:
    """Name, part and hidden, for every sheet of values in the workbook's order."""
    relations = _relations(archive)
    workbook = small_tree(archive.whole(_WORKBOOK), _WORKBOOK)
    _check_names(workbook)
    sheets: list[tuple[str, str, bool]] = []
    for sheet in workbook.iterfind("{*}sheets/{*}sheet"):
        kind, part = relations.get(_relation_id(sheet), ("", ""))
        if kind in ("xlMacrosheet", "xlIntlMacrosheet", "dialogsheet"):
            refuse("file_active_content", where=_WORKBOOK, value=kind)
        if kind == "worksheet":
            sheets.append((sheet.get("name", ""), part, sheet.get("state", "visible") != "visible"))
    _check_sheets(sheets, archive)
    return sheets


def _check_names(workbook: etree._Element) -> None:
    for name in workbook.iterfind("{*}definedNames/{*}definedName"):
        if any(name.get(flag) in ("1", "true") for flag in ("xlm", "vbProcedure", "function")):
            refuse("file_active_content", where=_WORKBOOK, value=name.get("name"))
        if "[" in (name.text or "") and "]" in (name.text or ""):
            refuse("file_external_link", where=_WORKBOOK, value=name.get("name"))
    if next(workbook.iter("{*}externalReference"), None) is not None:
        refuse("file_external_link", where=_WORKBOOK)


def _check_sheets(sheets: list[tuple[str, str, bool]], archive: Archive) -> None:
    names = {name.casefold() for name, _, _ in sheets}
    parts = {part.casefold() for _, part, _ in sheets}
    if not sheets or len(sheets) > limits.SHEETS:
        refuse("file_workbook_sheets", limit=limits.SHEETS)
    if len(names) != len(sheets) or len(parts) != len(sheets):
        refuse("file_xml_unexpected", where=_WORKBOOK)
    for _, part, _ in sheets:
        if part not in archive:
            refuse("file_workbook_part_missing", where=part)


def _relation_id(sheet: etree._Element) -> str:
    for name, value in sheet.attrib.items():
        if str(name).endswith("}id"):
            return str(value)
    return ""


def _relations(archive: Archive) -> dict[str, tuple[str, str]]:
    """Relation id to the last word of its type and its part; each relation is checked on the way."""
    found: dict[str, tuple[str, str]] = {}
    for part in archive.parts:
        if not part.name.casefold().endswith(".rels"):
            continue
        for relation in small_tree(archive.whole(part.name), part.name):
            kind = (relation.get("Type") or "").rpartition("/")[2]
            target = relation.get("Target") or ""
            _check_relation(part.name, kind, target, relation.get("TargetMode") == "External")
            if part.name.casefold() == _WORKBOOK_RELATIONS:
                if relation.get("Id", "") in found:
                    refuse("file_xml_unexpected", where=part.name)
                found[relation.get("Id", "")] = kind, _resolved(target)
    return found


def _check_relation(where: str, kind: str, target: str, external: bool) -> None:
    if external and kind not in _EXTERNAL_ALLOWED:
        refuse("file_external_link", where=where, value=target)
    if kind in ("externalLink", "externalLinkPath"):
        refuse("file_external_link", where=where, value=target)
    if kind in ("oleObject", "vbaProject", "control", "attachedToolbars", "package"):
        refuse("file_active_content", where=where, value=kind)
    place = where.casefold()
    # Readers look for these parts by their usual names; a workbook that points elsewhere would show
    # one thing to one program and another to the next.
    expected = {"sharedStrings": _STRINGS, "styles": _STYLES} if place == _WORKBOOK_RELATIONS else {}
    if kind in expected and _resolved(target) != expected[kind]:
        refuse("file_xml_unexpected", where=where)
    if place == "_rels/.rels" and kind == "officeDocument" and target.lstrip("/") != _WORKBOOK:
        refuse("file_workbook_of_other_kind")


def _resolved(target: str) -> str:
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _check_rest(archive: Archive, read: set[str]) -> None:
    """Unpack and count every part that was not read: size, damage, nested archives, declarations."""
    done = read | {_STRINGS.casefold(), _WORKBOOK, _TYPES.casefold()}
    for part in archive.parts:
        if part.name.casefold() in done or part.name.casefold().endswith(".rels"):
            continue
        if part.name.casefold() == _STYLES:
            _check_styles(archive.whole(_STYLES, limits.STYLES_BYTES))
            continue
        beginning, seam = b"", b""
        for chunk in archive.chunks(part.name):
            beginning = beginning or chunk
            if part.name.casefold().endswith((".xml", ".vml")) and b"<!DOCTYPE" in seam + chunk:
                refuse("file_xml_declares_entities", where=part.name)
            seam = chunk[-16:]
        if looks_like_archive(beginning):
            refuse("file_archive_nested", where=part.name)


def _check_styles(data: bytes) -> None:
    if data.count(b"<") > 2 * _MOST_STYLES:
        refuse("file_styles_too_many", where=_STYLES, limit=_MOST_STYLES)
    small_tree(data, _STYLES)
