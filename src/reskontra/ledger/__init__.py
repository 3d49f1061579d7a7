"""The ledger: balanced vouchers of entries, gap-free number series, periods and balances.

Every room posts here and nowhere else; the next step looks at the books. Debit is positive, credit negative.
"""
