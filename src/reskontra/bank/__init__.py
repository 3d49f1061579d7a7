"""Bank facts: statements and payment lists as the bank sent them, and the payments that they tell of."""
