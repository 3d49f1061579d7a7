"""Billing requests and customer updates: workbooks, CSV and JSON in; forms and answers out.

Nothing here trusts a file. ``gate`` looks at a workbook before any spreadsheet library does, ``isolation``
reads it in a process of its own, and every row ends as an order's row or as a finding (OC 3.2-a, 3.2-b,
3.9-a, 3.9-c).
"""
