"""Matching (EX 1, 3): a purchase invoice finds its order or its contract within tolerance, or its reason why not.

Facts in: purchase invoices with identifiers, orders, receipts, contracts. Facts out: decisions with one primary
reason each, matches with their coding, payables of what nobody needs to touch. Contracts may ask for a confirmation.
"""
