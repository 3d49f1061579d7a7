"""Receipt reports and archive packages of the invoice operator, in Reskontra's own exchange format (OC 3.9-d, 3.9-e).

A receipt report is CSV or JSON, in UTF-8.

CSV: the delimiter is a semicolon, the first record is the heading
``batch;invoice;amount;channel;status;reason;time``, then one record an invoice, and last
``total;COUNT;AMOUNT;;;;`` with the number of invoices and the sum of their amounts.
JSON: ``{"kind": "delivery_report", "count": 1, "amount": "62.75", "answers": [{…}]}`` with the same names.

  batch    name of the batch file, as it was sent
  invoice  invoice number, the unit's code first
  amount   total of the invoice in euro, a point and two decimals, a minus sign for a credit
  channel  by which channel the invoice went, as in ``channels.toml``; may be empty while pending
  status   delivered, refused or pending
  reason   why, in the operator's words, at most 200 characters
  time     ISO 8601 with an offset from UTC, to the second: 2026-03-16T14:05:00+02:00

An archive package is a zip file of plain names with the list ``manifest.csv``, or that list beside its files: heading
``invoice;role;file;sha256``, one record a file, and last ``total;COUNT;;``. The role is xml, image or attachment.
"""
