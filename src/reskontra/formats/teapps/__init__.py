"""TEAPPSXML 3.0 and 2.7.2: the e-invoice of an operator, read (EX 5-a, OC 1.6-a).

``splitting`` takes a file apart into its frames and invoices, ``reader`` turns these into documents with the help of
``parties``, ``rows``, ``totals`` and ``credit``, ``checks`` says what is wrong with a file.
"""
