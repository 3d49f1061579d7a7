"""Runs: the machine that every run uses, what it decided, who approved it, and what proves it.

plan → approve → apply → evidence. A run decides a whole set in one statement; one order is a set of one.
"""
