"""Exchange: every file in and out, by digest, exactly once. The only door to ``formats``."""
