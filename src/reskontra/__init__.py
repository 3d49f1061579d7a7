"""Reskontra: order to collection and expenditure management for public bodies."""

__version__ = "0.1.0"
