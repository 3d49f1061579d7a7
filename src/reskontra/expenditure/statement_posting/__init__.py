"""Statement posting (EX 10): lines of expenditure accounts post themselves by standing rules.

Facts in: statement lines, payment files, rules that two people made. Facts out: postings with a voucher for each line;
lines that no rule knows, and the rules that their recurrence proposes. Memo vouchers by hand for the rest.
Who approves: a rule is told by one person and approved by another; a memo voucher carries its reason.
"""
