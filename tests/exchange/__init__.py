"""Files in and out: stored once, sent once, held when in doubt (D17-D19, E10)."""
