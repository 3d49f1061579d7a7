"""The clock of the desk: that of everything that serves."""

from reskontra.gate.clock import now, today

__all__ = ["now", "today"]
