"""The river of expenditure: from a supplier's invoice to the bank statement (guideline on expenditure, EX)."""
