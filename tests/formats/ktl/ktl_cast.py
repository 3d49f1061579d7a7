"""Invented batches of the tests of the national list of reference payments."""

from pathlib import Path

STANDARDS = Path(__file__).resolve().parents[4] / "shared" / "standards" / "ktl"
GOLDEN = Path(__file__).parent / "golden"

ACCOUNT, IBAN = "99999900000017", "FI1299999900000017"  # a bank group that does not exist
OTHER_ACCOUNT, OTHER_IBAN = "99999900000025", "FI8799999900000025"


def head(day: str = "260303", time: str = "0501", service: str = "900000011") -> str:
    return f"0{day}{time}99{service}1{'':67}"


def payment(
    cents: int = 12050,
    reference: str = "12344",
    payer: str = "Sampelström",
    *,
    kind: str = "3",
    account: str = ACCOUNT,
    booked: str = "260302",
    paid: str = "260301",
    archive_id: str = "2603029999A0001",
    correction: int = 0,
    code: str = "0",
) -> str:
    return f"{kind}{account}{booked}{paid}{archive_id:16}{reference:0>20}{payer:12}1A{cents:010d}{correction}A{code}"


def total(*payments: str) -> str:
    """The summary record of ``payments``."""
    counts = {"ordinary": [0, 0], "corrections": [0, 0], "failures": [0, 0]}
    for record in payments:
        key = "corrections" if record[87] == "1" else "failures" if record[89] not in "0 " else "ordinary"
        counts[key][0] += 1
        counts[key][1] += int(record[77:87])
    return "9" + "".join(f"{number:06d}{cents:011d}" for number, cents in counts.values()) + " " * 38


def batch(*payments: str, **of_head: str) -> list[str]:
    return [head(**of_head), *payments, total(*payments)]


def file(*records: str, end: str = "\r\n", encoding: str = "iso-8859-1") -> bytes:
    return "".join(record + end for record in records).encode(encoding)
