"""The interface for other systems: every handler translates a request, makes one call of the gate or a reading, and
answers in JSON. A key opens one unit with its person's rights and no more than its scopes; nothing else opens anything.
"""
