"""Delivery (OC 3.4, 3.6): invoices leave as Finvoice files, one sealed batch a run, exactly once.

Facts in: invoices that have not gone out, customers, the unit's bank account, terms.
Facts out: the batch in the archive and the outbox, one delivery per invoice.
Who approves: nobody apart; the batch is sealed when built and checked again when sent.
"""
