"""Registers (OC 2): units, customers, items and price lists, accounts and dimensions, people and roles.

Registers change, and every change keeps the row as it was. Customers, items and accounts are state-wide;
prices, terms, bank accounts and the responsibility table belong to a unit.
"""
