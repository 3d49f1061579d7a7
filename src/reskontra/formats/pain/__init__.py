"""ISO 20022 payments: orders to a bank (pain.001, versions .09 and .03) and the bank's answers to them (pain.002).

``writer`` writes orders, ``checks`` says what is wrong with a file of them, ``reader`` reads answers, ``standing``
tells where each payment stands after several of these.
"""
