"""Euro, shares and counts on the command line."""

import re
from argparse import ArgumentTypeError
from decimal import Decimal

_AMOUNT = re.compile(r"-?[0-9]{1,13}(?:[.,][0-9]{1,2})?", re.ASCII)
_COUNT = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
_PERCENT = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,3})?", re.ASCII)


def amount_argument(written: str) -> Decimal:
    """An amount in euro with two decimals at most, a point or a comma before them; an argument's ``type``."""
    if not _AMOUNT.fullmatch(written):
        raise ArgumentTypeError(f"not an amount in euro: {written}")
    return Decimal(written.replace(",", "."))


def percent_argument(written: str) -> Decimal:
    """A share in percent, above 0 and at most 100, with three decimals at most; an argument's ``type``."""
    share = Decimal(written.replace(",", ".")) if _PERCENT.fullmatch(written) else Decimal(0)
    if not 0 < share <= 100:
        raise ArgumentTypeError(f"not a share in percent: {written}")
    return share


def count_argument(written: str) -> int:
    """How many, from one to 999,999; an argument's ``type``."""
    if not _COUNT.fullmatch(written):
        raise ArgumentTypeError(f"not a number of one or more: {written}")
    return int(written)
