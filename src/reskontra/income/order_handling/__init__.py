"""Order handling (OC 3.2, 3.2.1, 3.9): billing requests become orders, and orders decide themselves.

Facts in: files that came in, registers, earlier orders and invoices.
Facts out: billing requests with one outcome a row, orders, order decisions, reviews and approvals.
Who approves: the unit, two persons, where OC 3.2.1 asks for it.
"""
