"""Datasets as contracts of the Open Data Contract Standard (ODCS), and back.

A dataset says in Borough's words what Borough acts on; everything else that a contract says stands under its ``contract:``, in the
standard's own words. Both ways are exact by construction:

- What the standard has no word for leaves as a custom property ``borough.WORD``: whatever reading back would not give (``describe``).
- What Borough has no word for stays as the difference between the contract and what Borough would write (``remainder``).
"""
