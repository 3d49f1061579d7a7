"""The annex: bytes to documents and back. Pure Python, no Django; reached only through exchange."""
