"""Euro on the command line."""

import re
from argparse import ArgumentTypeError
from decimal import Decimal

_AMOUNT = re.compile(r"-?[0-9]{1,13}(?:[.,][0-9]{1,2})?", re.ASCII)


def amount_argument(written: str) -> Decimal:
    """An amount in euro with two decimals at most, a point or a comma before them; an argument's ``type``."""
    if not _AMOUNT.fullmatch(written):
        raise ArgumentTypeError(f"not an amount in euro: {written}")
    return Decimal(written.replace(",", "."))
