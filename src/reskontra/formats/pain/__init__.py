"""ISO 20022 payments: instructions to a bank (pain.001.001.09) and the bank's answers to them (pain.002)."""
