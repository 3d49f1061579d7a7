"""Delivery (OC 3.4, 3.6): invoices and letters leave by the same channels, in sealed batches, exactly once.

Invoices: Finvoice files, one batch a run (``run.py``). Letters: messages in one batch, what is printed in another
(``letters.py``).

Facts in: invoices and letters that have not gone out, customers, the unit's bank account, terms.
Facts out: the batches in the archive and the outbox, one delivery per invoice and letter.
Who approves: nobody apart; a batch is sealed when built and checked again when sent.
"""
