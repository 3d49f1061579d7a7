"""Card statements as CSV, in a layout of our own (docs/card-statements.md)."""
