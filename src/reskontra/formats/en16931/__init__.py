"""The European standard for invoices (EN 16931), whatever an invoice came in: one set of rules for all formats.

``findings`` judges an invoice as it was read. ``contents`` asks what must be there, ``sums`` what must add up,
``vat`` what each VAT category needs, ``parties`` and ``payment`` look at identifiers, account and reference.
Places are named by the standard's business terms (BT, BG); a format says in ``places`` where they stand in its
documents. ``nodes``, ``reading`` and ``enveloped`` are what the readers of its two syntaxes share.
"""
