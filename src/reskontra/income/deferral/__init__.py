"""Payment time (OC 6.1.1): asked for, agreed in writing with instalments, kept or broken.

Facts in: what customers ask for, claims and what is open of them, payments by booking date.
Facts out: requests and refusals, agreements with their instalments and their letter, blocks I and their lifting,
decisions on running agreements, and how each ended.
Who approves: the unit or the centre grants, as the unit's responsibility table says (step ``grant_payment_time``).
"""
