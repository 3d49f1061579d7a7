"""Limited applications for a summons as XML of our own: the public material knows no schema (docs/summons.md)."""
