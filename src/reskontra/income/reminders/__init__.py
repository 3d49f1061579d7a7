"""Reminders (OC 6.1.2, 6.1.3): two for everybody, blocks and complaints that stop them, and their cost."""
