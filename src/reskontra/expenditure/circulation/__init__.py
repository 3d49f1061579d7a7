"""Circulation (EX 1.2, 3.2): what no rule could finish goes to exactly the people who can, and becomes a payable.

Facts in: invoices that wait, coding templates, queues, spending rights, absences. Facts out: assignments, codings,
reviews, approvals, returns, notes; payables with their vouchers. Reviewer and approver are two people of the unit.
"""
