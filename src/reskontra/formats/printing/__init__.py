"""What every printed page shares: fonts and their characters, country lines, bar code and QR code, the payment slip.

``typesetting`` turns a template and its words into a tagged PDF/A, ``page.typ`` holds what the templates have in
common. The font is Source Sans 3, under the SIL Open Font License (``fonts/OFL.md``).
"""
