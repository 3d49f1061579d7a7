"""Legal collection (OC 6.2 to 6.5): enforcement, court, obstacle, passive register, abroad.

Facts in: claims in hand with reminders, blocks and cases; what the enforcement authority reports.
Facts out: decisions of the fork, cases with their claims and steps, sealed batches, deducted fees with their voucher,
blocks and follow-up dates after an obstacle.
Who approves: applications were approved with the invoicing (OC 6.2.2); the unit decides on stop, resumption,
withdrawal, and on collection abroad.
"""
