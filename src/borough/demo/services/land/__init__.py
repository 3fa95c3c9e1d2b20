"""What the address gazetteer knows, and how DTF 7.3 writes it."""
