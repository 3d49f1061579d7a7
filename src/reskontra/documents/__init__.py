"""Neutral documents: what a file says, whatever format it came in.

Frozen dataclasses without Django. Formats turn bytes into documents and documents into bytes;
rooms turn documents into facts and facts into documents. Amounts are euro as ``Decimal``,
rates are percent, dates are ``datetime.date``.
"""
