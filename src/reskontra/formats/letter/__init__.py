"""The letter that people get: a tagged PDF/A-3 of the same paper as the invoice.

``writer.write`` makes it, ``view`` says what stands on it, ``letter.typ`` where.
"""
