"""Payment cards (EX 4): purchases get a receipt and a coding, and are reconciled with the card company's invoice.

Facts in: card statements, agreements and cards of the registers, the company's invoices, what the travel system
settled. Facts out: receipts, codings, charges that tie a purchase to an invoice, transfers and differences with their
vouchers, and the coding of an invoice from its purchases. Who approves: the invoice's coding goes round in circulation;
claims were approved in the travel system.
"""
