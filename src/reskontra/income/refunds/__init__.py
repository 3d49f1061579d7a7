"""Refunds (OC 4.2): overpayments in, refunds, inquiries and income out; payers without a reference (OC 4.1-d).

Facts in: overpayments of the allocation, requests, told accounts, choices, and what was heard of earlier refunds.
Facts out: refunds with one voucher and their files, letters that ask for an account, and payments pointed at a next
invoice. Money leaves only by a plan that somebody else than its planner has approved.
"""
