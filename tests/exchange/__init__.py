"""Files in and out: stored once, sent once, held when in doubt."""
