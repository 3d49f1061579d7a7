"""Texts that a spreadsheet would take for formulas, in cells of files that people open (OWASP ASVS 1.2.10)."""

# The last four are the same signs in full width: some programs take them for the narrow ones.
STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")


def harmless(cell: str) -> str:
    """The text with an apostrophe before a sign that would begin a formula."""
    return f"'{cell}" if cell.startswith(STARTERS) else cell
