"""What the database refuses, row by row: a table for each app."""
