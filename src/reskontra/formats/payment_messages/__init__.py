"""What is answered to the systems that send payment messages; the messages themselves are a form of ``workbooks``.

The form is this project's own and documented in ``docs/payment-messages.md`` (EX 2.2-c).
"""
