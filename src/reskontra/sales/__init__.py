"""Sales facts: billing requests, orders and their lines, reviews and decisions, invoices and deliveries."""
