"""The national list of incoming reference payments as an invented bank writes it: a double for the demonstration."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from reskontra.demo.camt import Detail

_BANK, _SERVICE = "99", "990000001"
_MADE_AT = "0501"


def written(iban: str, booked: date, made: date, payments: Sequence[Detail]) -> bytes:
    """One batch, made on the morning of ``made``: its record, the payments of ``booked``, counts and sums.

    ISO-8859-1, records of 90 characters. A negative amount is a correction: money that the bank takes back.
    """
    records = [f"0{made:%y%m%d}{_MADE_AT}{_BANK}{_SERVICE}1{'':67}"]
    records += [_payment(iban, booked, one) for one in payments]
    records.append(_sums(payments))
    return "".join(f"{record}\r\n" for record in records).encode("iso-8859-1", "replace")


def _payment(iban: str, booked: date, one: Detail) -> str:
    day = f"{booked:%y%m%d}"
    return (
        f"3{iban[4:]}{day}{day}{one.archive_id:<16}{one.reference:0>20}{one.payer[:12]:<12}1A"
        f"{_cents(abs(one.amount)):010d}{'1' if one.amount < 0 else '0'}A0"
    )


def _sums(payments: Sequence[Detail]) -> str:
    ordinary = [one.amount for one in payments if one.amount > 0]
    taken_back = [-one.amount for one in payments if one.amount < 0]
    failed: list[Decimal] = []
    groups = (ordinary, taken_back, failed)
    return "9" + "".join(f"{len(group):06d}{_cents(sum(group)):011d}" for group in groups) + " " * 38


def _cents(amount: Decimal | int) -> int:
    return int(amount * 100)
