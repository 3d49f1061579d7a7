"""Refunds (OC 4.1-d, 4.2): what was paid too much goes back, or becomes income in the end."""
