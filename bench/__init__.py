"""Measurements, with the raw limit of the machine in the same run. ``make bench`` runs them all."""
