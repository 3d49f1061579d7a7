"""The ground under the facts: one PostgreSQL, its roles, its safety, and the session a person works in."""
