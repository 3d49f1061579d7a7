"""What the guidelines say, as data: the clause register and the dated terms.

``clauses.toml`` holds every clause of the Treasury's two guidelines and of the process page, its strength,
whether it is built, and where. ``terms.toml`` holds every amount, day count, code and fixed text with its
clause, its unit of measure, its days and its source; both days of a period are included. They are read by
``reskontra.kernel.clauses`` and ``reskontra.kernel.terms``.
"""
