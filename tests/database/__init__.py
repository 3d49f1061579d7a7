"""What the database itself refuses, whoever asks (docs: D2-D15, E1-E7, P25-P35)."""
