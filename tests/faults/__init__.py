"""What is left when a process or the whole database is killed in the middle (E6, E8, P8, P9)."""
