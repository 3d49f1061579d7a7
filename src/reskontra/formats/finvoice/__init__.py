"""Finvoice: the e-invoice of Finnish banks and operators, in (3.0, 2.01, 2.0, 1.3, 1.2) and out (3.0).

``reader`` turns files into invoices, ``checks`` says what is wrong with an invoice or a file, ``writer``
turns invoices into framed messages (OC 1.6-a, 3.4-a, 3.5-a to 3.6.1-a), ``letters`` tells reminders and
interest invoices as invoices of their own types.
"""
