"""What licensing and enforcement have in common: who holds a licence, and how visits, notices and penalties are written."""
