"""Payment orders for a bank's own service: a list of our own form, because no public one is known (ADR 0020)."""
