"""UN/CEFACT Cross Industry Invoice D16B, the second syntax of EN 16931, read.

``reader`` turns a document into an invoice, bare or in a business envelope; ``checks`` says what is wrong with a
file; ``places`` says where the standard's business terms stand.
"""
