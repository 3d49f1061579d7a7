"""Invented TEAPPSXML files, written from what a test says and nothing else."""

from pathlib import Path

STANDARDS = Path(__file__).resolve().parents[4] / "shared" / "standards" / "teapps"
GOLDEN = Path(__file__).parent / "golden"
IBAN, OTHER_IBAN = "FI2112345600000785", "FI5542345670000081"
DAY = "2026-03-13"


def file(*invoices: str, version: str = "3.0", rules: str = "", before: str = "", summary: str = "") -> bytes:
    """A file with one content frame; ``rules`` are further block rules, ``before`` stands before the frame."""
    stated = f"<FORMAT_VERSION>{version}</FORMAT_VERSION>" if version else ""
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<INVOICE_CENTER>'
        f"{before}<CONTENT_FRAME><BLOCK_ID>B1</BLOCK_ID><BLOCK_RULES>{rules}{stated}</BLOCK_RULES>{summary}"
        f"<INVOICES>{''.join(invoices)}</INVOICES></CONTENT_FRAME></INVOICE_CENTER>\n"
    ).encode("latin-1")


def invoice(
    header: str = "",
    *,
    payee: str = "",
    receiver: str = "",
    rows: str = "",
    summary: str = "",
    more: str = "",
    kind: str = "<INVOICE_TYPE>00</INVOICE_TYPE>",
) -> str:
    """One invoice in euro with the number 1."""
    return (
        f"<INVOICE><HEADER><INVOICE_ID>1</INVOICE_ID>{kind}<CURRENCY><CODE>EUR</CODE></CURRENCY>{header}</HEADER>"
        f"<PAYEE>{payee}</PAYEE><RECEIVER>{receiver}</RECEIVER><ROWS>{rows}</ROWS>"
        f"<SUMMARY>{summary}</SUMMARY>{more}</INVOICE>"
    )


def sums(name: str, net: str = "", gross: str = "") -> str:
    """An element with its amounts as people write them: ``-12.50`` gets its sign beside it."""
    return f"<{name}>{_amount(net, 'EXCLUDED')}{_amount(gross, 'INCLUDED')}</{name}>"


def tax(name: str, amount: str) -> str:
    """An element with one amount that tells nothing of VAT."""
    return f"<{name}>{_amount(amount, '')}</{name}>"


def by_rate(base: str, amount: str, percent: str = "25.5", kind: str = "S") -> str:
    """One line of the breakdown of VAT."""
    return (
        f'<VAT_SUMMARY VAT_TYPE="{kind}"><RATE>{percent}</RATE>{sums("ACCORDING", base)}'
        f"{tax('VAT_RATE_TOTAL', amount)}</VAT_SUMMARY>"
    )


def row(net: str, *, kind: str = "", quantity: str = "", inside: str = "") -> str:
    """One row; ``kind`` is its attributes."""
    counted = f"<QUANTITY><CHARGED>{quantity}</CHARGED></QUANTITY>" if quantity else ""
    return f"<ROW {kind}>{counted}{sums('ROW_TOTAL', net)}{inside}</ROW>"


def date(name: str, day: str = DAY) -> str:
    """A date in its four parts from CCYY-MM-DD."""
    year, month, number = day.split("-")
    return (
        f"<{name}><DATE><DAY>{number}</DAY><MONTH>{month}</MONTH><CENTURY>{year[:2]}</CENTURY>"
        f"<DECADE_AND_YEAR>{year[2:]}</DECADE_AND_YEAR></DATE></{name}>"
    )


def _amount(text: str, vat: str) -> str:
    if not text:
        return ""
    sign, size = ("-", text[1:]) if text.startswith("-") else ("+", text)
    attribute = f' VAT="{vat}"' if vat else ""
    return f'<AMOUNT SIGN="{sign}"{attribute}>{size}</AMOUNT>'


def nested(path: str, inside: str = "") -> str:
    """Elements one in the other: ``A/B`` around ``inside``."""
    for name in reversed(path.split("/")):
        inside = f"<{name}>{inside}</{name}>"
    return inside
