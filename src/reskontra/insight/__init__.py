"""Insight: named readings of what was decided and what happened. Nothing is computed that was not stored."""
