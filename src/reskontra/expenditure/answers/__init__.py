"""Answers (EX 2.2-c): the own systems that ask for payments are told what became of them.

Facts in: vouchers of own systems, returns, payables, payments and what banks answered. Facts out: what each sender was
told, once, and a file for it. Nobody approves an answer: it says what has happened.
"""
