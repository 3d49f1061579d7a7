"""Hand-over to a collection agency as JSON and its report as CSV, in a layout of our own (docs/agency.md)."""
