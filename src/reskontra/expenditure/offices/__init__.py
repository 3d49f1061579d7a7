"""Offices abroad (EX 7): the way in which an invoice there is received and paid, memo vouchers, and local payments.

Facts in: offices of the register, invoices that they tell. Facts out: a way for each with those passed over, memo
vouchers with two acts, payments with their vouchers, originals that came to Finland. Who approves: two people of the
unit, before the payment; on paper where nothing else can be done.
"""
