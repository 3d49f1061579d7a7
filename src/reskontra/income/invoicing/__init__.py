"""Invoicing (OC 3.5.3, 3.9–3.11, 4.1): ready orders become numbered invoices, claims and balanced vouchers.

Facts in: orders that are ready or approved, registers, terms.
Facts out: invoices with lines, claims, vouchers with entries, the invoicing report in the archive.
Who approves: nobody apart; what is invoiced was approved as price list or as order (OC 2.1, 3.2.1).
"""
