"""Reminders (OC 6.1.2, 6.1.3): two for everybody, blocks and complaints that stop them, and their cost.

Facts in: open claims with blocks, complaints, agreements, cases and credits; payments; which bank material is in; what
the invoice named as cost. Facts out: claim decisions, reminders with their letters, costs; blocks, lifts, complaints
and their answers. No voucher: a cost is income when it is paid (``income/allocation``).
Who approves: nobody; reminders follow the law for every claim, and what speaks against one is a block with a reason.
"""
