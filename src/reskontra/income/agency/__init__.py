"""Collection agency (OC 6.1.4): hand-over of commercial claims with what a demand must tell, and what comes back.

Facts in: claims in hand, reminders, blocks, payment time, earlier cases, interest; the agency's reports.
Facts out: claim decisions, cases of kind agency with claims and steps, a sealed batch, costs of demands within their
caps, fees that the agency kept with their voucher.
Who approves: the unit, once, by saying that it uses an agency (term ``agency_in_use``); the centre runs it.
"""
