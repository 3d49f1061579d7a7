"""Bank material (OC 4.1): statements and payment lists become lines, payments, vouchers and dated assertions.

Facts in: files that came in, the unit's bank accounts, material that came before.
Facts out: bank material and its lines, each payment once, vouchers BK, the closing balance as an assertion.
Who approves: nobody; what does not add up is refused whole, and what is paid is decided by the allocation.
"""
