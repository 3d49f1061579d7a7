"""Messages with the enforcement authority: an XML of our own, documented in ``docs/enforcement.md``.

The public material knows no schema of the authority's interface. Whoever connects to it puts an adapter in the place
of this package; nothing above ``exchange`` knows what the bytes look like.
"""
