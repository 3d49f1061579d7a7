"""UBL 2.1: the invoice and the credit note of Peppol BIS Billing 3.0 and of EN 16931, read (EX 6-a, EX 6-b).

``reader`` turns a document into an invoice, bare or in its business envelope; ``checks`` says what is wrong with a
file; ``places`` says where the standard's business terms stand.
"""
