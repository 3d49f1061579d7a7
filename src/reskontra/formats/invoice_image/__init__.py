"""The invoice that people see: a tagged PDF/A-3 with the Finvoice XML inside, a bank bar code and a QR code.

``writer.write`` makes it, ``view`` says what stands on it, ``invoice.typ`` where. The font is Source Sans 3, under
the SIL Open Font License (``fonts/OFL.md``).
"""
