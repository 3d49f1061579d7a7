"""Purchases: orders, contracts, receipts, suppliers' invoices, what was matched, decided and paid (EX 1–9)."""
