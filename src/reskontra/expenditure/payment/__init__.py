"""Payment (EX 8, 9): payables fall due on bank days, bans take their share, files go to the bank once.

Facts in: payables, suppliers' approved accounts, bans, holds, banks' answers. Facts out: payments with vouchers,
payment files in the outbox, settlements. A payment run is released by somebody else than who planned it.
"""
