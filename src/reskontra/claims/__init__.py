"""Claims: what customers owe, fact by fact, from the invoice run to the end of collection."""
