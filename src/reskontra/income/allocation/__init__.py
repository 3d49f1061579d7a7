"""Allocation (OC 4.1, 4.2, 4.3): payments find their claims by themselves; the rest goes to people, with reasons.

Facts in: payments, what people pointed, claims, credits, earlier settlements.
Facts out: payment decisions, allocations, interest and costs paid, overpayments, waived remainders, reversals, one
voucher a run.
Who approves: nobody where the reference or one invoice is clear; what is not clear is a person's judgment.
"""
