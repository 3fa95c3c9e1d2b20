"""Fits, judges and explains models. What it fits is data: compile/models turns it into SQL."""
