"""Late interest (OC 6.1.5) and interest for payment time (OC 6.1.1): invoiced, reversed and waived."""
