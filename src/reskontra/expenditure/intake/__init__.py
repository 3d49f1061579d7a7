"""Intake (EX 1-b, 2, 5, 6): files of suppliers' invoices and of other expenditure become purchase invoices.

Facts in: the files of the inbox, suppliers, receiving addresses. Facts out: purchase invoices with their rows,
identifiers, findings and suppliers; what is returned, and why. Nobody approves an intake: what a file says is kept.
"""
