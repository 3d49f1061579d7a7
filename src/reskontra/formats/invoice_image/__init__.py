"""The invoice that people see: a tagged PDF/A-3 with the Finvoice XML inside, a bank bar code and a QR code.

``writer.write`` makes it, ``view`` says what stands on it, ``invoice.typ`` where; what every printed page shares is
in ``formats.printing``.
"""
