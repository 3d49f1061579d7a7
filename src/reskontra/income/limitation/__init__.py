"""Limitation (OC 5.1-c): the clock of every claim, and a warning while something can still be done.

Facts in: claims, reminders, payments, agreements on payment time, cases, interruptions that people wrote down.
Facts out: claim decisions, for claims that have expired and for those that soon will; interruptions.
Who approves: nobody. What has expired is proposed for write-off by another room, and the unit decides.
"""
