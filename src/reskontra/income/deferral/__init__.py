"""Payment time (OC 6.1.1): asked for, agreed in writing, kept or broken."""
