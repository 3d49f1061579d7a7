"""How much one order, and one invoice, may hold."""

# A voucher's entries are numbered by two bytes: the lines first, the VAT from 30 000. Operators and receivers of
# Finvoice take far fewer lines than this, and nobody reviews more of them as one thing.
MOST_LINES = 10_000
