"""Limitation (OC 5.1-c): the clock of every claim, warnings in time."""
