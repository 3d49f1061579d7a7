"""ISO 20022 bank material in: account statements (camt.053) and notifications (camt.054), versions .02 and .08.

``reader`` turns files into documents, ``source`` opens a message of any size piece by piece, ``entries`` makes
payments of the bank's entries, and ``totals`` compares what was read with what the bank says (OC 4.1-b).
"""
