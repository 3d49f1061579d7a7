"""Write-off and valuation (OC 5.1): proposed from what every room found, decided by two of the unit, posted.

Facts in: open claims with their clock, cases, blocks and what collection decided of them; what people proposed.
Facts out: proposals, acts on them, write-offs with their voucher, probable values at the end of a period.
Who approves: a reviewer and an approver of the unit, by the digest of the proposal; nobody approves his own.
"""
