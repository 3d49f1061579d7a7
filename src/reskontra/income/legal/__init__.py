"""Legal collection (OC 6.2 to 6.5): enforcement, court, obstacle, passive register, abroad."""
