"""How much one order or invoice may hold. Technical limits; what the law or the guideline sets is a term."""

from typing import Final

# Positions of lines are small integers (to 32,767), in the invoice as in its voucher, which adds receivable and VAT.
MOST_LINES: Final = 10_000
